package paper

import (
	"fmt"
	"io"
	"time"

	"github.com/jung-kurt/gofpdf"
)

// The page, in mm and points (Decree 30/2020, Appendix I, parts I and II).
const (
	marginTop, marginBottom, marginLeft, marginRight = 20.0, 20.0, 30.0, 15.0

	bodySize, nationSize, smallSize = 14.0, 13.0, 12.0
	listSize, noteSize              = 11.0, 9.0

	indent      = 12.7
	lineFactor  = 1.15  // of single spacing
	singleRatio = 1.149 // single spacing of the typeface, of its size
	slack       = 0.01  // mm lost to rounding
)

var paraGap = mm(6)

// single returns the height of a line at single spacing, in mm.
func single(size float64) float64 { return mm(size * singleRatio) }

// spaced returns the height of a line of the body, in mm.
func spaced(size float64) float64 { return single(size) * lineFactor }

// PDF writes the document as A4 pages. The same document gives the same
// bytes, wherever and whenever it is printed. The error is a *GlyphError when
// a text cannot be drawn; nothing is written then.
func PDF(w io.Writer, d Document) (err error) {
	defer func() { // the PDF library panics on what it did not foresee
		if r := recover(); r != nil {
			err = fmt.Errorf("printing failed: %v", r)
		}
	}()
	d = prepared(d)
	if err := firstError(d, checkGlyphs); err != nil {
		return err
	}
	if err := checkTables(d); err != nil {
		return err
	}
	s := newSheet(d)
	for i := 0; i < len(d.Blocks); {
		i += s.block(d.Blocks[i:], i == 0)
	}
	return s.pdf.Output(w)
}

// sheet is the page being drawn. Positions are in mm from the upper left.
type sheet struct {
	pdf           *gofpdf.Fpdf
	doc           Document
	width, height float64 // of the page
	y             float64 // top of the next line
	number        int     // page number within the document or annex
	tail          float64 // height that must stay on the page of the next block's end
	known         [4]bool // faces the PDF library was given
	face          face
	size          float64
}

func newSheet(d Document) *sheet {
	s := &sheet{width: 210, height: 297, doc: d}
	orientation := "P"
	if d.Landscape {
		s.width, s.height, orientation = s.height, s.width, "L"
	}
	s.pdf = gofpdf.New(orientation, "mm", "A4", "")
	s.pdf.SetMargins(marginLeft, marginTop, marginRight)
	s.pdf.SetAutoPageBreak(false, marginBottom)
	s.pdf.SetCatalogSort(true)
	s.pdf.SetProducer("capdo", true)
	if d.Title != "" {
		s.pdf.SetTitle(d.Title, true)
	}
	date := d.Date.UTC()
	if date.IsZero() { // the library would take the clock instead
		date = time.Unix(0, 0).UTC()
	}
	s.pdf.SetCreationDate(date)
	s.pdf.SetModificationDate(date)
	s.newPage()
	return s
}

// block draws the first block and returns how many it took: recipients and
// signature are drawn together.
func (s *sheet) block(list []Block, first bool) int {
	if g, n := signing(list); n > 0 {
		s.tail = proofHeight(list[n:])
		s.sign(g)
		return n
	}
	s.tail = s.along(list[1:])
	if a, ok := list[0].(Annex); ok && a.NewPage && !first {
		s.number = 0
		s.newPage()
	}
	list[0].draw(s)
	return 1
}

// along is the height of what must not stand on a page without the block before
// it: the signature, the proof at the foot, the opening of a table.
func (s *sheet) along(list []Block) float64 {
	g, n := signing(list)
	switch {
	case n > 0:
		return min(s.signHeight(g)+proofHeight(list[n:]), s.capacity())
	case len(list) > 0:
		return max(proofHeight(list), s.opening(list[0]))
	}
	return 0
}

func (s *sheet) blockW() float64   { return s.width - marginLeft - marginRight }
func (s *sheet) bottom() float64   { return s.height - marginBottom }
func (s *sheet) capacity() float64 { return s.bottom() - marginTop }

// need begins a new page when less than h mm is left on this one.
func (s *sheet) need(h float64) {
	if s.y+h > s.bottom()+slack && s.y > marginTop+slack {
		s.newPage()
	}
}

func (s *sheet) newPage() {
	s.pdf.AddPage()
	s.number++
	s.y = marginTop
	s.draftMark()
	s.footNote()
	if s.number > 1 {
		s.text(marginLeft, s.blockW(), 9, item{text: fmt.Sprint(s.number), size: nationSize, h: single(nationSize)})
	}
}

// draftMark frames the mark in the top margin, beside the page number, where
// no text can lie below it.
func (s *sheet) draftMark() {
	mark, room := s.doc.DraftMark, s.blockW()/2-12
	if mark == "" {
		return
	}
	size := bodySize
	if wide := measure(mark, bold, size); wide > room {
		size *= room / wide
	}
	wide, high := measure(mark, bold, size), single(bodySize)
	x := s.width - marginRight - wide - 4
	s.text(x, wide+4, 8, item{text: mark, face: bold, size: size, h: high + 1})
	s.pdf.SetLineWidth(0.4)
	s.pdf.Rect(x, 8, wide+4, high+1, "D")
}

// footNote puts the small line into the bottom margin, smaller if need be.
func (s *sheet) footNote() {
	if s.doc.NotePerPage == "" {
		return
	}
	size := noteSize
	lines := balance(s.doc.NotePerPage, italic, size, s.blockW())
	for len(lines) > 3 && size > 2 {
		size *= 0.8
		lines = balance(s.doc.NotePerPage, italic, size, s.blockW())
	}
	y := s.bottom() + 4
	for _, l := range lines {
		s.text(marginLeft, s.blockW(), y, item{text: l, face: italic, size: size, h: single(size)})
		y += single(size)
	}
}

// use selects a face and size. A face goes into the PDF only when used, for
// the library's work on each is most of the time a page takes.
func (s *sheet) use(f face, size float64) {
	if s.known[f] && s.face == f && s.size == size {
		return
	}
	if !s.known[f] {
		// A copy: the library writes into the slice while it cuts the face.
		s.pdf.AddUTF8FontFromBytes("tinos", styles[f], append([]byte(nil), ttfs[f]...))
		s.known[f] = true
	}
	s.pdf.SetFont("tinos", styles[f], size)
	s.face, s.size = f, size
}

// item is one line of text, or a rule, or empty height.
type item struct {
	text  string
	face  face
	size  float64 // points
	h     float64 // mm taken
	rule  float64 // length of a rule drawn instead of text, mm
	align byte    // L, R, or centred
	dx    float64 // offset of a line set left, mm
}

// text draws an item into the box at x, w wide, whose top is y.
func (s *sheet) text(x, w, y float64, it item) {
	if it.rule > 0 {
		s.pdf.SetLineWidth(0.3)
		s.pdf.Line(x+(w-it.rule)/2, y+it.h/2, x+(w+it.rule)/2, y+it.h/2)
		return
	}
	switch it.align {
	case 'L':
		x += it.dx
	case 'R':
		x += w - measure(it.text, it.face, it.size)
	default:
		x += (w - measure(it.text, it.face, it.size)) / 2
	}
	s.run(x, baseline(y, it.h, it.size), it.face, it.size, it.text)
}

// run draws letters with their baseline at y.
func (s *sheet) run(x, y float64, f face, size float64, text string) {
	if text != "" {
		s.use(f, size)
		s.pdf.Text(x, y, text)
	}
}

// baseline puts letters of a size in the middle of a line h mm high; 0.891
// and 0.216 of the size lie above and below it.
func baseline(y, h, size float64) float64 { return y + h/2 + mm(size)*(0.891-0.216)/2 }

// column is a stack of items.
type column struct {
	x, w  float64
	items []item
}

func (c column) height() float64 {
	h := 0.0
	for _, it := range c.items {
		h += it.h
	}
	return h
}

// stack draws columns side by side and moves below the longest. A column too
// long for the page goes on overleaf, and the next one follows it.
func (s *sheet) stack(list ...column) {
	top, page, low := s.y, s.pdf.PageNo(), s.y
	for _, c := range list {
		if s.pdf.PageNo() != page {
			top, page = low, s.pdf.PageNo()
		}
		s.y = top
		for _, it := range c.items {
			if s.need(it.h); s.pdf.PageNo() != page {
				low = marginTop
			}
			s.text(c.x, c.w, s.y, it)
			s.y += it.h
			low = max(low, s.y)
		}
	}
	s.y = low
}

// centred returns the lines of a heading as items.
func centred(text string, f face, size, w, h float64) []item {
	var list []item
	for _, l := range balance(text, f, size, w) {
		list = append(list, item{text: l, face: f, size: size, h: h})
	}
	return list
}
