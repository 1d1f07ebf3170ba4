package vn

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// letters is the Vietnamese alphabet with the four foreign letters in their
// Latin places, in order.
const letters = "a\u0103\u00e2bcd\u0111e\u00eafghijklmno\u00f4\u01a1pqrstu\u01b0vwxyz"

// Marks that make another letter, as against marks that are tones.
const (
	breve, circumflex, horn = '\u0306', '\u0302', '\u031b'
)

// sortLetters is how many letters of a text decide its place: a key longer than an
// index may hold could not be kept.
const sortLetters = 150

const base36 = "0123456789abcdefghijklmnopqrstuvwxyz"

var (
	place = letterPlaces()
	tones = map[rune]byte{'\u0300': '1', '\u0309': '2', '\u0303': '3', '\u0301': '4', '\u0323': '5'}
)

func letterPlaces() map[rune]string {
	m := map[rune]string{}
	n := 0
	for _, r := range letters {
		m[r] = "p" + base36[n:n+1]
		n++
	}
	return m
}

// SortKey returns a string whose order is the Vietnamese order of the text:
// letters first, through the whole text, then tones (level, falling, asking,
// tumbling, rising, heavy), then small before capital. Spaces come before digits, digits before letters, all runs of
// space count as one. The key is made of a-z and 0-9 only, so that every
// database collation orders it alike. Texts that begin with the same 150 letters
// have one place.
func SortKey(s string) string {
	var first, second, third strings.Builder
	list := clusters(strings.Join(strings.Fields(s), " "))
	for _, c := range list[:min(len(list), sortLetters)] {
		first.WriteString(primary(c.letter))
		second.WriteByte(c.tone)
		third.WriteByte(c.size)
	}
	return first.String() + "00" + second.String() + "00" + third.String()
}

// cluster is one letter with its tone and its size (0 small, 1 capital).
type cluster struct {
	letter     rune
	tone, size byte
}

func clusters(s string) []cluster {
	list := make([]cluster, 0, len(s))
	for _, r := range norm.NFD.String(s) {
		last := len(list) - 1
		if tone, ok := tones[r]; ok && last >= 0 {
			list[last].tone = tone
			continue
		}
		if (r == breve || r == circumflex || r == horn) && last >= 0 {
			list[last].letter = compose(list[last].letter, r)
			continue
		}
		c := cluster{letter: unicode.ToLower(r), tone: '0', size: '0'}
		if c.letter != r {
			c.size = '1'
		}
		list = append(list, c)
	}
	return list
}

func compose(letter, mark rune) rune {
	whole := []rune(norm.NFC.String(string([]rune{letter, mark})))
	return whole[0]
}

// primary weighs one letter: a space, other ASCII, the alphabet, the rest.
func primary(r rune) string {
	if r == ' ' {
		return "01"
	}
	if code, ok := place[r]; ok {
		return code
	}
	if r >= '0' && r <= '9' {
		return "n" + string(r)
	}
	if r < 0x80 {
		return fmt.Sprintf("1%02x", r)
	}
	return fmt.Sprintf("z%06x", r)
}
