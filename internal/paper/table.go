package paper

import (
	"cmp"
	"fmt"
	"strings"
)

// Paddings of a table cell, mm.
const padX, padY = 0.9, 1.0

// checkTables refuses a row with more cells than its table has columns: what
// has no column would be lost without a word.
func checkTables(d Document) error {
	for _, b := range d.Blocks {
		t, ok := b.(Table)
		if !ok {
			continue
		}
		for i, r := range t.Rows {
			if len(r) > len(t.Columns) {
				return fmt.Errorf("table row %d has %d cells for %d columns", i+1, len(r), len(t.Columns))
			}
		}
	}
	return nil
}

// grid draws one table.
type grid struct {
	s      *sheet
	size   float64 // of the letters, points
	widths []float64
	align  []byte
	head   row
	repeat bool    // the header is short enough to stand on every page
	top    float64 // of the part on this page
	from   float64 // where the uprights not yet drawn begin
}

// row is a table row set into lines.
type row struct {
	cells [][]string
	face  face
	size  float64 // points
	high  float64 // mm
	spans bool    // a heading inside the table: its second cell runs across the rest
}

func (b Table) draw(s *sheet) {
	tail := s.tail
	if len(b.Columns) > 0 {
		g := b.grid(s)
		closing := 0.0
		if b.Closing != "" {
			closing = spaced(bodySize) + paraGap
		}
		for i, cells := range b.Rows {
			r := g.row(cells)
			keep := g.kept(r, b.Rows[i:])
			if i == len(b.Rows)-1 && r.high+closing+tail+g.head.high < s.capacity() {
				keep += closing + tail
			}
			if i == 0 {
				s.need(min(g.head.high+keep, s.capacity()))
				g.begin()
			}
			g.put(r, keep)
		}
		if len(b.Rows) == 0 {
			s.need(min(g.head.high, s.capacity()))
			g.begin()
		}
		g.end()
		s.y += paraGap
	}
	if b.Closing != "" {
		s.set(paragraph{words: words(b.Closing, regular, bodySize), size: bodySize, indent: indent}, true)
	}
}

// opening is the height of a table's header and first row, which what stands
// right above the table goes along with; 0 for any other block.
func (s *sheet) opening(b Block) float64 {
	t, ok := b.(Table)
	if !ok || len(t.Columns) == 0 {
		return 0
	}
	g := t.grid(s)
	high := g.head.high
	if len(t.Rows) > 0 {
		high += g.kept(g.row(t.Rows[0]), t.Rows)
	}
	return min(high, s.capacity()/2)
}

// kept is the height of the first of some rows and, where it is a heading inside
// the table, of the row it stays with.
func (g *grid) kept(r row, rows [][]string) float64 {
	high := r.high
	if len(rows) > 1 && len(rows[0]) > 0 && rows[0][0] == "" {
		if next := high + g.row(rows[1]).high; next+g.head.high < g.s.capacity() {
			return next
		}
	}
	return high
}

func (b Table) grid(s *sheet) *grid {
	g := &grid{s: s, size: cmp.Or(b.Size, smallSize), widths: b.widths(s.blockW()), align: make([]byte, len(b.Columns))}
	head := make([][]string, len(b.Columns))
	for i, c := range b.Columns {
		head[i] = balance(c.Title, bold, g.size, g.widths[i]-2*padX)
		g.align[i] = 'L'
		if c.Align != "" {
			g.align[i] = c.Align[0]
		}
	}
	g.head = row{cells: head, face: bold, size: g.size, high: cellHeight(head, g.size)}
	g.repeat = g.head.high <= s.capacity()/2
	return g
}

// widths returns the columns' widths in mm, fitted to the page.
func (b Table) widths(room float64) []float64 {
	list := make([]float64, len(b.Columns))
	sum, open := 0.0, 0
	for i, c := range b.Columns {
		if list[i] = c.Width; c.Width <= 0 {
			list[i] = 0
			open++
		}
		sum += list[i]
	}
	share := 0.0
	if open > 0 {
		share = max(room-sum, float64(open)*15) / float64(open)
		sum += share * float64(open)
	}
	for i := range list {
		if list[i] == 0 {
			list[i] = share
		}
		if sum > room {
			list[i] *= room / sum
		}
	}
	return list
}

func (g *grid) row(cells []string) row {
	lines := make([][]string, len(g.widths))
	if spans(cells) {
		lines[1] = wrap(cells[1], bold, g.size, g.beside()-2*padX)
		return row{lines, bold, g.size, cellHeight(lines, g.size), true}
	}
	for i, c := range cells {
		lines[i] = wrap(c, regular, g.size, g.widths[i]-2*padX)
	}
	return row{lines, regular, g.size, cellHeight(lines, g.size), false}
}

// spans tells whether a row is a heading inside the table: nothing but its second
// cell is filled.
func spans(cells []string) bool {
	return len(cells) > 1 && cells[0] == "" && cells[1] != "" && strings.Join(cells[2:], "") == ""
}

// beside is the width of all columns beside the first.
func (g *grid) beside() float64 {
	w := -g.widths[0]
	for _, c := range g.widths {
		w += c
	}
	return w
}

func cellHeight(cells [][]string, size float64) float64 {
	n := 1
	for _, c := range cells {
		n = max(n, len(c))
	}
	return float64(n)*single(size) + 2*padY
}

// begin opens the part of the table on this page, header first.
func (g *grid) begin() {
	g.open()
	if g.repeat {
		g.rule(g.head)
		return
	}
	g.repeat = true // once, however many pages it takes
	head := g.head
	g.head = row{high: 0}
	g.put(head, head.high)
}

func (g *grid) open() {
	g.top, g.from = g.s.y, g.s.y
	g.across()
}

// end draws the uprights of the part on this page.
func (g *grid) end() {
	if g.s.y <= g.from {
		return
	}
	x := marginLeft
	g.s.pdf.Line(x, g.from, x, g.s.y)
	for _, w := range g.widths {
		x += w
		g.s.pdf.Line(x, g.from, x, g.s.y)
	}
}

func (g *grid) across() {
	w := 0.0
	for _, c := range g.widths {
		w += c
	}
	g.s.pdf.SetLineWidth(0.2)
	g.s.pdf.Line(marginLeft, g.s.y, marginLeft+w, g.s.y)
}

// put draws a row whole, overleaf when keep mm are not left. Only a row
// taller than a page is cut.
func (g *grid) put(r row, keep float64) {
	s := g.s
	if s.y+keep > s.bottom()+slack && s.y > g.top+g.head.high+slack {
		g.turn()
	}
	for s.y+r.high > s.bottom()+slack {
		n := int((s.bottom() - s.y - 2*padY) / single(r.size))
		var part row
		part, r = r.cut(max(n, 1))
		g.rule(part)
		g.turn()
	}
	g.rule(r)
}

func (g *grid) turn() {
	g.end()
	g.s.newPage()
	g.open()
	if g.head.high > 0 {
		g.rule(g.head)
	}
}

func (r row) cut(n int) (part, rest row) {
	part, rest = row{face: r.face, size: r.size, spans: r.spans}, row{face: r.face, size: r.size, spans: r.spans}
	for _, c := range r.cells {
		k := min(n, len(c))
		part.cells, rest.cells = append(part.cells, c[:k]), append(rest.cells, c[k:])
	}
	part.high, rest.high = cellHeight(part.cells, r.size), cellHeight(rest.cells, r.size)
	return part, rest
}

// rule draws the cells of a row at s.y and the line below them.
func (g *grid) rule(r row) {
	s, h := g.s, single(r.size)
	if r.spans {
		g.end() // no upright runs through a heading
	}
	x := marginLeft
	for i, lines := range r.cells {
		w, align := g.widths[i], g.align[i]
		switch {
		case r.spans:
			w, align = g.beside(), 'L'
		case r.face == bold:
			align = 'C'
		}
		y := s.y + (r.high-float64(len(lines))*h)/2
		for _, l := range lines {
			s.text(x+padX, w-2*padX, y, item{text: l, face: r.face, size: r.size, h: h, align: align})
			y += h
		}
		x += g.widths[i]
	}
	if r.spans {
		for _, x := range []float64{marginLeft, marginLeft + g.widths[0], marginLeft + g.widths[0] + g.beside()} {
			s.pdf.Line(x, s.y, x, s.y+r.high)
		}
		g.from = s.y + r.high
	}
	s.y += r.high
	g.across()
}
