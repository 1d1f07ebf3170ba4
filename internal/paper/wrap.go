package paper

import (
	"strings"
	"unicode/utf8"
)

// word is a run of letters in one face that is kept on one line.
type word struct {
	text  string
	face  face
	width float64 // mm
	ends  bool    // a forced line end follows
}

// words cuts a text at spaces. A no-break space stays inside its word.
func words(s string, f face, size float64) []word {
	var list []word
	for i, line := range strings.Split(s, "\n") {
		if i > 0 && len(list) > 0 {
			list[len(list)-1].ends = true
		}
		for _, w := range strings.FieldsFunc(line, func(r rune) bool { return r == ' ' }) {
			list = append(list, word{text: w, face: f, width: measure(w, f, size)})
		}
	}
	return list
}

// fill sets words into lines no wider than first, then rest (mm). A word
// wider than a whole line is broken between letters.
func fill(list []word, size, first, rest float64) [][]word {
	var lines [][]word
	var line []word
	room, used := first, 0.0
	end := func() {
		lines, line, room, used = append(lines, line), nil, rest, 0
	}
	for _, w := range list {
		gap := 0.0
		if len(line) > 0 {
			gap = measure(" ", w.face, size)
		}
		if len(line) > 0 && used+gap+w.width > room {
			end()
			gap = 0
		}
		for w.width > room {
			var head word
			head, w = split(w, size, room)
			line = append(line, head)
			end()
		}
		line = append(line, w)
		used += gap + w.width
		if w.ends {
			end()
		}
	}
	if len(line) > 0 {
		end()
	}
	return lines
}

// split breaks a word that is too long, after at least one letter: behind a
// slash or hyphen if there is one, else wherever the line is full.
func split(w word, size, room float64) (head, tail word) {
	at, used := 0, 0.0
	markAt, markUsed := 0, 0.0
	for i, r := range w.text {
		wide := measure(string(r), w.face, size)
		if i > 0 && used+wide > room {
			break
		}
		used += wide
		at = i + utf8.RuneLen(r)
		if r == '/' || r == '-' {
			markAt, markUsed = at, used
		}
	}
	if markAt > 0 {
		at, used = markAt, markUsed
	}
	head = word{text: w.text[:at], face: w.face, width: used}
	tail = word{text: w.text[at:], face: w.face, width: max(0, w.width-used), ends: w.ends}
	return head, tail
}

// wrap sets a text of one face into lines no wider than width.
func wrap(s string, f face, size, width float64) []string {
	lines := fill(words(s, f, size), size, width, width)
	list := make([]string, len(lines))
	for i, l := range lines {
		list[i] = join(l)
	}
	return list
}

// balance wraps a heading into as few lines as will hold it, all about the
// same length, so that no single word is left hanging.
func balance(s string, f face, size, width float64) []string {
	list := words(s, f, size)
	n := len(fill(list, size, width, width))
	low, high := 0.0, width
	if n <= 1 || n > 6 {
		low = high
	}
	for _, w := range list {
		low = min(max(low, w.width), width)
	}
	for high-low > 0.5 {
		if mid := (low + high) / 2; len(fill(list, size, mid, mid)) > n {
			low = mid
		} else {
			high = mid
		}
	}
	return wrap(s, f, size, high)
}

func join(line []word) string {
	if len(line) == 1 {
		return line[0].text
	}
	var b strings.Builder
	for i, w := range line {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.text)
	}
	return b.String()
}

// widest returns the length of the longest line in mm.
func widest(lines []string, f face, size float64) float64 {
	most := 0.0
	for _, l := range lines {
		most = max(most, measure(l, f, size))
	}
	return most
}
