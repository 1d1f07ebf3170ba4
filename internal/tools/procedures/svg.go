package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode"
)

// textWide is about how many pixels a line takes at a size, by broad classes of
// letters measured on a wide sans serif.
func textWide(s string, size int) int {
	sum := 0.0
	for _, r := range s {
		switch {
		case strings.ContainsRune("iljI.,:;|!'", r):
			sum += 0.36
		case strings.ContainsRune("ftr()-/ ", r):
			sum += 0.43
		case strings.ContainsRune("mwMWƯƠ→←—●•", r):
			sum += 0.98
		case unicode.IsUpper(r):
			sum += 0.76
		default:
			sum += 0.64
		}
	}
	return int(sum*float64(size)) + 1
}

// wrap breaks words into lines that fit; a single word stays whole.
func wrap(s string, wide, size int) (out []string) {
	line := ""
	for _, word := range strings.Fields(s) {
		if next := strings.TrimSpace(line + " " + word); line == "" || textWide(next, size) <= wide {
			line = next
			continue
		}
		out, line = append(out, line), word
	}
	return append(out, line)
}

// colours of the lanes, so that lines side by side can be told apart.
var colours = []string{"#1f5fa8", "#a3431f", "#2f7d3b", "#7a3f98", "#8a6d00", "#00727f", "#a8265f", "#4a5568"}

const style = `text{font-family:Arial,'Liberation Sans','DejaVu Sans',sans-serif;fill:#1a202c}` +
	`.band{fill:#f1f5f9;stroke:#d5dde6}.state{fill:#fff;stroke:#334155;stroke-width:1.4}` +
	`.key{fill:#5b6675}.fact{fill:#334155}.stay{fill:#334155}.stage{fill:#475569}.line{fill:none;stroke-width:1.4}`

// svg writes the picture. The same diagram gives the same bytes.
func (d *diagram) svg() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">`+"\n", d.w, d.h, d.w, d.h)
	fmt.Fprintf(&b, "<title>%s</title>\n<style>%s</style>\n", escaped(d.title), style)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", d.w, d.h)
	for _, x := range d.boxes {
		fmt.Fprintf(&b, `<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="5"/>`+"\n", x.class, x.x, x.y, x.w, x.h)
	}
	for _, o := range d.opens {
		y := o[1]
		fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="5"/><path class="line" stroke="#1a202c" d="M%d %dV%d"/>%s`+"\n",
			o[0], y-openHigh+8, o[0], y-openHigh+8, y-6, head(o[0], y, 'd', "#1a202c"))
	}
	for _, a := range d.arrows {
		colour := a.lane
		if !a.down {
			colour += len(colours) / 2
		}
		d.arrow(&b, a, colours[colour%len(colours)])
	}
	for _, t := range d.texts {
		d.text(&b, t)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// arrow writes the leaving lines, the lane and the entering line with its head.
func (d *diagram) arrow(b *bytes.Buffer, a *arrow, colour string) {
	edge, lane, from, tip := d.left+boxWide, d.laneR+a.lane*laneWide, 'l', 7
	if !a.down {
		edge, lane, from, tip = d.left, d.laneL-a.lane*laneWide, 'r', -7
	}
	low, high := a.in, a.in
	for _, y := range a.out {
		fmt.Fprintf(b, `<path class="line" stroke="%s" d="M%d %dH%d"/>`, colour, edge, y, lane)
		low, high = min(low, y), max(high, y)
	}
	fmt.Fprintf(b, `<path class="line" stroke="%s" d="M%d %dV%dM%d %dH%d"/>%s`+"\n", colour, lane, low, high, lane, a.in, edge+tip, head(edge, a.in, from, colour))
}

// head is the tip of an arrow that points left, right or down at a point.
func head(x, y int, to rune, colour string) string {
	dx, dy := 9, 4 // from the tip to its two corners
	switch to {
	case 'r':
		dx = -9
	case 'd':
		return fmt.Sprintf(`<polygon fill="%s" points="%d,%d %d,%d %d,%d"/>`, colour, x, y, x-4, y-9, x+4, y-9)
	}
	return fmt.Sprintf(`<polygon fill="%s" points="%d,%d %d,%d %d,%d"/>`, colour, x, y, x+dx, y-dy, x+dx, y+dy)
}

func (d *diagram) text(b *bytes.Buffer, t text) {
	extra := ""
	if t.bold {
		extra += ` font-weight="bold"`
	}
	if t.end {
		extra += ` text-anchor="end"`
	}
	fmt.Fprintf(b, `<text class="%s" x="%d" y="%d" font-size="%d"%s>%s</text>`+"\n", t.class, t.x, t.y, t.size, extra, escaped(t.words))
}

func escaped(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}
