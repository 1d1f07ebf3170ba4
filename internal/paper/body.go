package paper

import "strings"

// paragraph is body text to be set into lines.
type paragraph struct {
	words   []word
	size    float64
	indent  float64 // of the first line, mm
	inset   float64 // of all lines, mm
	centred bool
	box     *bool // a box before the text, ticked or not
}

func (b Bases) draw(s *sheet) {
	for i, l := range b.Lines {
		p := paragraph{words: words(l, italic, bodySize), size: bodySize, indent: indent}
		s.set(p, i == len(b.Lines)-1)
	}
	s.y += paraGap
}

func (b Article) draw(s *sheet) { s.labelled(b.Label, bold, b.Text) }
func (b Clause) draw(s *sheet)  { s.labelled(b.Label, regular, b.Text) }
func (b Point) draw(s *sheet)   { s.labelled(b.Label, regular, b.Text) }

func (s *sheet) labelled(label string, f face, text string) {
	list := append(words(label, f, bodySize), words(text, regular, bodySize)...)
	p := paragraph{words: list, size: bodySize, indent: indent}
	s.keepWithNext(p, f == bold, text)
	s.set(p, true)
}

// keepWithNext turns the page before lines that only open what follows, when
// two lines more do not fit: the title of an article, a sentence before a list.
func (s *sheet) keepWithNext(p paragraph, article bool, text string) {
	opens := 0
	switch {
	case strings.HasSuffix(text, ":"):
		opens = 3
	case article:
		opens = 1
	}
	room, h := s.blockW()-p.inset, spaced(p.size)
	if n := len(fill(p.words, p.size, room-p.indent, room)); n <= opens {
		s.need(float64(n+2)*h + paraGap)
	}
}

func (b Para) draw(s *sheet) {
	f := regular
	if b.Bold {
		f |= bold
	}
	if b.Italic {
		f |= italic
	}
	p := paragraph{words: words(b.Text, f, bodySize), size: bodySize, indent: indent, centred: b.Centre}
	if b.NoIndent || b.Centre {
		p.indent = 0
	}
	s.keepWithNext(p, false, b.Text)
	s.set(p, true)
}

func (b Checkbox) draw(s *sheet) {
	ticked := b.Ticked
	s.set(paragraph{words: words(b.Text, regular, bodySize), size: bodySize, inset: indent + 7, box: &ticked}, true)
}

// draw sets one addressee on the label's line, several below its colon.
func (b Addressees) draw(s *sheet) {
	label := b.Label + " "
	wide := measure(label, regular, bodySize)
	if wide > s.blockW()/2 || len(b.To) == 0 {
		s.set(paragraph{words: words(b.Label, regular, bodySize), size: bodySize, indent: indent}, false)
		label, wide = "", 0
	}
	longest := min(widest(b.To, regular, bodySize), s.blockW()-indent-wide)
	x := max(indent, (s.blockW()-wide-longest)/2)
	room, h := s.blockW()-x-wide, spaced(bodySize)
	items := []item{}
	if label != "" && len(b.To) > 1 {
		items = append(items, item{text: b.Label, size: bodySize, h: h, align: 'L', dx: x})
	}
	for i, to := range b.To {
		hang := 0.0
		if len(b.To) > 1 {
			hang = measure(dash, regular, bodySize)
			to = strings.TrimPrefix(to, dash)
		}
		for j, l := range wrap(to, regular, bodySize, room-hang) {
			it := item{text: l, size: bodySize, h: h, align: 'L', dx: x + wide + hang}
			if j == 0 && hang > 0 {
				it.text, it.dx = dash+l, x+wide
			}
			if label != "" && len(b.To) == 1 && i == 0 && j == 0 {
				it.text, it.dx = label+l, x
			}
			items = append(items, it)
		}
	}
	s.stack(column{marginLeft, s.blockW(), items})
	s.y += 2 * paraGap
}

// set draws a paragraph, both sides justified. No single line of it is left
// alone on a page, and where a signature follows, some of it goes along.
func (s *sheet) set(p paragraph, last bool) {
	room, h := s.blockW()-p.inset, spaced(p.size)
	lines := fill(p.words, p.size, room-p.indent, room)
	if len(lines) == 0 && p.box == nil {
		return
	}
	tail := 0.0
	if last && s.tail > 0 {
		tail = s.tail + paraGap
	}
	breakAt := s.breakBefore(len(lines), h, tail)
	for i, l := range lines {
		if i == breakAt {
			s.newPage()
		} else {
			s.need(h)
		}
		if i == 0 && p.box != nil {
			s.box(marginLeft+p.inset-7, s.y+h/2-2, *p.box)
		}
		s.line(p, l, i == 0, i == len(lines)-1)
		s.y += h
	}
	s.y += paraGap
}

// breakBefore returns the line a page break belongs before, -1 for where the
// page ends by itself.
func (s *sheet) breakBefore(n int, h, tail float64) int {
	left := s.bottom() + slack - s.y
	fits := int(left / h)
	atTop := s.y <= marginTop+slack
	full := int((s.capacity() + slack) / h)
	switch {
	case float64(n)*h+tail <= left || n > full:
		return -1
	case fits >= n: // only what follows does not fit
		if n <= 3 {
			return firstLineUnless(atTop)
		}
		return n - 2
	case fits == n-1 && n > 2:
		fits = n - 2
	}
	if fits < 2 {
		return firstLineUnless(atTop)
	}
	return fits
}

func firstLineUnless(atTop bool) int {
	if atTop {
		return -1
	}
	return 0
}

// line draws one line at s.y. All but the last are justified by the spaces
// between the words; each word carries its space, so that text taken out of
// the PDF keeps it.
func (s *sheet) line(p paragraph, list []word, first, last bool) {
	room, x := s.blockW()-p.inset, marginLeft+p.inset
	if first {
		room, x = room-p.indent, x+p.indent
	}
	natural, gaps := 0.0, 0.0
	for i, w := range list {
		natural += w.width
		if i < len(list)-1 {
			gaps += measure(" ", w.face, p.size)
		}
	}
	stretch := 0.0
	if p.centred {
		x += (room - natural - gaps) / 2
	} else if !last && len(list) > 1 && !list[len(list)-1].ends {
		stretch = (room - natural - gaps) / float64(len(list)-1)
	}
	y := baseline(s.y, spaced(p.size), p.size)
	for len(list) > 0 {
		n := 1
		for stretch == 0 && n < len(list) && list[n].face == list[0].face {
			n++
		}
		text := join(list[:n])
		if n < len(list) {
			text += " "
		}
		s.run(x, y, list[0].face, p.size, text)
		x += measure(text, list[0].face, p.size) + stretch
		list = list[n:]
	}
}

// box draws a square of 4 mm, crossed when ticked.
func (s *sheet) box(x, y float64, ticked bool) {
	s.pdf.SetLineWidth(0.3)
	s.pdf.Rect(x, y, 4, 4, "D")
	if ticked {
		s.pdf.SetLineWidth(0.5)
		s.pdf.Line(x+0.7, y+2.1, x+1.7, y+3.2)
		s.pdf.Line(x+1.7, y+3.2, x+3.4, y+0.8)
	}
}
