package paper

// nationWidth is the least width of the right column of the head, in mm: the
// national name at 13 pt bold must stay on one line.
const nationWidth = 97.0

// draw sets box 2 and 3 left, box 1 and 4 right, box 5b below the number.
func (b Head) draw(s *sheet) {
	right := max(nationWidth, s.blockW()*0.55)
	left := s.blockW() - right - 2
	x := marginLeft + left + 2
	h13, h14 := single(nationSize), single(bodySize)
	issuer := centred(b.Issuer, bold, nationSize, left, h13)
	office := append(centred(b.Parent, regular, nationSize, left, h13), issuer...)
	if len(issuer) > 0 {
		office = append(office, item{rule: widestItem(issuer) * 0.4, h: 2})
	}
	s.stack(column{marginLeft, left, office}, column{x, right, b.nation(right)})
	s.y += paraGap
	number := centred(b.Number, regular, nationSize, left, h14)
	place := centred(b.PlaceDate, italic, bodySize, right, h14)
	s.stack(column{marginLeft, left, number}, column{x, right, place})
	if b.Abstract != "" {
		s.y += paraGap
		s.stack(column{marginLeft, left, centred(b.Abstract, regular, smallSize, left, single(smallSize))})
	}
	s.y += 2 * paraGap
}

// nation is the national name on one line, the motto, and a rule exactly as
// long as the motto.
func (b Head) nation(w float64) []item {
	var list []item
	if b.Nation != "" {
		size := nationSize
		if wide := measure(b.Nation, bold, size); wide > w {
			size *= w / wide
		}
		list = append(list, item{text: b.Nation, face: bold, size: size, h: single(nationSize)})
	}
	motto := centred(b.Motto, bold, bodySize, w, single(bodySize))
	if list = append(list, motto...); len(motto) > 0 {
		list = append(list, item{rule: widestItem(motto), h: 1.6})
	}
	return list
}

func widestItem(list []item) float64 {
	most := 0.0
	for _, it := range list {
		most = max(most, measure(it.text, it.face, it.size))
	}
	return most
}

// heading draws centred lines that stay with the next two lines of text, or with
// the opening of a table.
func (s *sheet) heading(items []item) {
	c := column{marginLeft, s.blockW(), items}
	s.need(min(c.height()+max(2*spaced(bodySize), s.tail+2*paraGap), s.capacity()))
	s.stack(c)
}

func (b Title) draw(s *sheet) {
	h := spaced(bodySize)
	items := centred(b.Type, bold, bodySize, s.blockW(), h)
	abstract := centred(b.Abstract, bold, bodySize, s.blockW()-2*indent, h)
	if items = append(items, abstract...); len(abstract) > 0 {
		items = append(items, item{rule: widestItem(abstract) * 0.4, h: 2})
	}
	s.heading(items)
	s.y += 2 * paraGap
}

func (b Authority) draw(s *sheet) {
	s.heading(centred(b.Text, bold, bodySize, s.blockW(), spaced(bodySize)))
	s.y += 2 * paraGap
}

func (b Command) draw(s *sheet) {
	s.y += paraGap
	s.heading(centred(b.Text, bold, bodySize, s.blockW(), spaced(bodySize)))
	s.y += 2 * paraGap
}

func (b Part) draw(s *sheet) {
	s.y += paraGap
	s.heading(centred(b.Text, bold, bodySize, s.blockW(), spaced(bodySize)))
	s.y += paraGap
}

func (b Annex) draw(s *sheet) {
	w, h := s.blockW(), spaced(bodySize)
	items := centred(b.Label, bold, bodySize, w, h)
	items = append(items, centred(b.Title, bold, bodySize, w, h)...)
	items = append(items, centred(b.Reference, italic, bodySize, w, h)...)
	s.heading(items)
	s.y += 2 * paraGap
}
