package paper

import (
	_ "embed" // the faces are part of the program
	"encoding/binary"
	"fmt"
)

// face is one of the four cuts of the typeface, as bits: bold and italic.
type face int

const (
	regular    face = 0
	bold       face = 1
	italic     face = 2
	boldItalic face = bold | italic
)

var (
	//go:embed fonts/Tinos-Regular.ttf
	regularTTF []byte
	//go:embed fonts/Tinos-Bold.ttf
	boldTTF []byte
	//go:embed fonts/Tinos-Italic.ttf
	italicTTF []byte
	//go:embed fonts/Tinos-BoldItalic.ttf
	boldItalicTTF []byte

	ttfs   = [4][]byte{regularTTF, boldTTF, italicTTF, boldItalicTTF}
	styles = [4]string{"", "B", "I", "BI"}
	widths = readWidths()
)

// lastRune is the highest character the widths table has room for.
const lastRune = 0x22FF

// metrics holds the width of each character in thousandths of the size;
// zero where the face lacks the character.
type metrics [lastRune + 1]uint16

// GlyphError says that a text holds a character the typeface cannot draw. A
// paper is then not printed at all: a blank in an official paper is worse.
type GlyphError struct {
	Rune rune   // the character; U+FFFD where the bytes are not UTF-8
	Text string // the text that holds it
}

// Error names the character as U+XXXX.
func (e *GlyphError) Error() string {
	return fmt.Sprintf("character U+%04X cannot be printed, in %q", e.Rune, excerpt(e.Text))
}

func excerpt(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "..."
	}
	return s
}

// checkGlyphs finds the first character that one of the faces lacks.
func checkGlyphs(s string) error {
	for _, r := range s {
		if r == '\n' {
			continue
		}
		if r > lastRune || widths[0][r] == 0 || widths[1][r] == 0 || widths[2][r] == 0 || widths[3][r] == 0 {
			return &GlyphError{Rune: r, Text: s}
		}
	}
	return nil
}

// measure returns the width of a text in millimetres at a size in points.
func measure(s string, f face, size float64) float64 {
	n := 0
	for _, r := range s {
		if r <= lastRune {
			n += int(widths[f][r])
		}
	}
	return mm(float64(n) * size / 1000)
}

// mm turns points into millimetres.
func mm(points float64) float64 { return points * 25.4 / 72 }

func readWidths() (all [4]*metrics) {
	for i, b := range ttfs {
		all[i] = readFace(b)
	}
	return all
}

// readFace reads the widths out of a face cut by our own tool: its cmap has
// one table in format 4, with differences only. The rounding is the PDF
// library's, so that both agree on where a word ends.
func readFace(b []byte) *metrics {
	be := binary.BigEndian
	at := map[string][]byte{}
	for i := range int(be.Uint16(b[4:])) {
		r := b[12+16*i:]
		at[string(r[:4])] = b[be.Uint32(r[8:]):]
	}
	perEm, count := int(be.Uint16(at["head"][18:])), int(be.Uint16(at["hhea"][34:]))
	t := at["cmap"][12:]
	n := int(be.Uint16(t[6:]))
	var m metrics
	for i := 0; i < n; i += 2 {
		end, start, delta := be.Uint16(t[14+i:]), be.Uint16(t[16+n+i:]), be.Uint16(t[16+2*n+i:])
		for c := int(start); c <= int(end) && c <= lastRune; c++ {
			glyph := min(int(uint16(c)+delta), count-1)
			m[c] = uint16((int(be.Uint16(at["hmtx"][4*glyph:]))*1000 + perEm/2) / perEm)
		}
	}
	return &m
}
