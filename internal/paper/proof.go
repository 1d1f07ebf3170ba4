package paper

import (
	"fmt"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// The code of a proof, in mm: the square itself, and what stays white around it
// (four of its modules, and never less).
const proofSide, proofQuiet = 22.0, 4.0

// Proof is what anybody who holds the paper can check it by: a QR code to be
// read by a phone, and lines beside it. It stands at the foot of the page, below
// all other blocks, and what precedes it goes along when the page is full.
type Proof struct {
	Link  string   // what the QR code holds
	Lines []string // the first in bold
}

func (b Proof) mapped(f func(string) string) Block {
	return Proof{Link: b.Link, Lines: each(b.Lines, f)}
}

func (b Proof) write(t *plain) { t.lines(b.Lines) }

// modules encodes what a QR code holds. A quarter of the modules may be lost to
// a bad copier.
func (b Proof) modules() (barcode.Barcode, error) {
	code, err := qr.Encode(b.Link, qr.Q, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("the code of a proof: %w", err)
	}
	return code, nil
}

func (b Proof) draw(s *sheet) {
	s.need(proofSide + proofQuiet - paraGap) // every block leaves a gap below it
	code, err := b.modules()
	if err != nil {
		s.pdf.SetError(err)
		return
	}
	top := s.bottom() - proofSide
	s.squares(code, marginLeft, top)
	x := marginLeft + proofSide + proofQuiet
	w := s.blockW() - proofSide - proofQuiet
	items := b.items(w)
	y := top + (proofSide-column{items: items}.height())/2
	for _, it := range items {
		s.text(x, w, y, it)
		y += it.h
	}
	s.y = s.bottom()
}

func (b Proof) items(w float64) []item {
	var list []item
	for i, l := range b.Lines {
		f := regular
		if i == 0 {
			f = bold
		}
		for _, part := range wrap(l, f, listSize, w) {
			list = append(list, item{text: part, face: f, size: listSize, h: single(listSize), align: 'L'})
		}
	}
	return list
}

// squares draws a code as vectors, each run of black modules as one rectangle.
func (s *sheet) squares(code barcode.Barcode, left, top float64) {
	n := code.Bounds().Dx()
	side := proofSide / float64(n)
	black := func(x, y int) bool {
		r, _, _, _ := code.At(x, y).RGBA()
		return r == 0
	}
	for y := range n {
		for x := 0; x < n; x++ {
			from := x
			for x < n && black(x, y) {
				x++
			}
			if x > from {
				s.pdf.Rect(left+float64(from)*side, top+float64(y)*side, float64(x-from)*side, side, "F")
			}
		}
	}
}

// proofHeight is what a proof takes below the blocks before it; zero where the
// next block is none.
func proofHeight(list []Block) float64 {
	if len(list) > 0 {
		if _, ok := list[0].(Proof); ok {
			return proofSide + proofQuiet
		}
	}
	return 0
}
