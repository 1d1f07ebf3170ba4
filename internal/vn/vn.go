// Package vn knows the particulars of Vietnamese text: one way of writing a
// letter, which characters a person may send us, how names are searched and
// in which order they are listed. It refuses to know of documents, systems
// and the law.
package vn

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// RuneError says that a text holds a character we do not store: one that
// cannot be seen, turns the reading direction, or cannot be printed.
type RuneError struct {
	Rune   rune // the offender; U+FFFD where the bytes are not UTF-8
	Offset int  // its place in the text, in bytes
}

// Error names the offender as U+XXXX, never by drawing it.
func (e *RuneError) Error() string {
	return fmt.Sprintf("character U+%04X at byte %d is not allowed", e.Rune, e.Offset)
}

// NFC returns the text with each letter and its marks as one character where
// one exists, so that equal words are equal bytes.
func NFC(s string) string { return norm.NFC.String(s) }

// Clean checks a text that came from outside and returns it in NFC, outer
// space trimmed, no-break space turned into plain space and line ends into
// newline. The error is a *RuneError for bytes that are not UTF-8, control
// characters other than newline and tab, zero-width and direction characters,
// and everything above U+FFFF.
func Clean(s string) (string, error) {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	plain := true
	for i, r := range s {
		if r >= utf8.RuneSelf {
			plain = false
		}
		if refused(r) {
			return "", &RuneError{Rune: r, Offset: i}
		}
	}
	if !plain {
		s = NFC(strings.Map(plainSpace, s))
	}
	return strings.TrimSpace(s), nil
}

func plainSpace(r rune) rune {
	if r > ' ' && unicode.Is(unicode.Zs, r) {
		return ' '
	}
	return r
}

func refused(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < utf8.RuneSelf:
		return r < ' ' || r == 0x7F
	case r >= 0xFE00 && r <= 0xFE0F, r == 0x034F, r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0:
		return true // selectors, joiners and fillers: zero width under another name
	case r >= 0xFFFD:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)
}

// Fold returns the text as it is searched and compared: lower case, without
// marks, d for the barred letter, single spaces, none at the ends.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range norm.NFD.String(s) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		if unicode.IsSpace(r) {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteRune(bare(unicode.ToLower(r)))
	}
	return b.String()
}

// wordLetters is how many letters of a word are looked at in a search; an index
// holds no more of them.
const wordLetters = 60

// Words returns the folded words of a text, of each as much as a search looks at.
func Words(s string) []string {
	words := strings.Fields(Fold(s))
	for i, word := range words {
		if utf8.RuneCountInString(word) > wordLetters {
			words[i] = string([]rune(word)[:wordLetters])
		}
	}
	return words
}

// SearchKey returns the folded words of a text, a space before each, and after a
// word with signs in it what stands behind them: so a search finds every beginning
// after a space ("VNPT-iOffice" gives " vnpt-ioffice ioffice").
func SearchKey(s string) string {
	var b strings.Builder
	for _, word := range Words(s) {
		b.WriteString(" " + word)
		sign := false
		for i, r := range word {
			plain := unicode.IsLetter(r) || unicode.IsDigit(r)
			if plain && sign {
				b.WriteString(" " + word[i:])
			}
			sign = !plain
		}
	}
	return b.String()
}

func bare(r rune) rune {
	if r == '\u0111' {
		return 'd'
	}
	return r
}

// Initials returns the capitals of a name's words, as offices abbreviate
// themselves. The word for "and" is left out, marks are dropped, and only the
// barred D keeps its bar.
func Initials(name string) string {
	var b strings.Builder
	for word := range strings.FieldsSeq(NFC(name)) {
		if strings.ToLower(word) == "v\u00e0" {
			continue
		}
		first := strings.IndexFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
		if first < 0 {
			continue
		}
		r, _ := utf8.DecodeRuneInString(norm.NFD.String(word[first:]))
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}
