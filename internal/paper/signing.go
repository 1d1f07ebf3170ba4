package paper

import "strings"

// signSpace is left empty under a title, in mm: the electronic signature
// takes 40 by 25 there (Decree 30/2020, Appendix I).
const signSpace = 28.0

// group is a signature and the recipients that stand with it.
type group struct {
	signature  *Signature
	recipients *Recipients
}

// signing returns the group at the head of the blocks, and how many it takes.
func signing(list []Block) (group, int) {
	var g group
	n := 0
	for ; n < len(list) && n < 2; n++ {
		switch b := list[n].(type) {
		case Signature:
			if g.signature != nil {
				return g, n
			}
			g.signature = &b
		case Recipients:
			if g.recipients != nil {
				return g, n
			}
			g.recipients = &b
		default:
			return g, n
		}
	}
	return g, n
}

// sign draws the signature at the right and the recipients level with its
// first line; below the signatures when two or more sign.
func (s *sheet) sign(g group) {
	columns := s.signColumns(g)
	s.need(min(s.signHeight(g)+s.tail, s.capacity()))
	s.y += paraGap
	s.stack(columns...)
	if g.recipients != nil && len(columns) > 0 && s.below(g) {
		s.y += paraGap
		s.stack(s.recipientColumn(g, s.blockW()))
	}
	s.y += paraGap
}

func (s *sheet) below(g group) bool { return g.signature != nil && len(g.signature.Columns) > 1 }

func (s *sheet) signHeight(g group) float64 {
	h := 0.0
	for i, c := range s.signColumns(g) {
		if i == 0 || g.signature == nil || len(g.signature.Columns) > 1 {
			h = max(h, c.height())
		} else {
			h = max(h, min(c.height(), s.capacity()/2)) // a long list may go on overleaf
		}
	}
	return min(h+paraGap, s.capacity())
}

// signColumns puts the signatures first: where a list of recipients is too
// long for the page, it is the list that goes on overleaf.
func (s *sheet) signColumns(g group) []column {
	var list []column
	if g.signature != nil {
		n := max(2, len(g.signature.Columns))
		w := s.blockW() / float64(n)
		for i, c := range g.signature.Columns {
			if len(g.signature.Columns) == 1 {
				i = 1
			}
			list = append(list, column{marginLeft + float64(i)*w, w, title(c, w-4)})
		}
		level(list)
		for i, c := range g.signature.Columns {
			list[i].items = append(list[i].items, centred(c.Name, bold, bodySize, w-4, single(bodySize))...)
		}
	}
	if g.recipients != nil && !s.below(g) {
		list = append(list, s.recipientColumn(g, s.blockW()/2-4))
	}
	return list
}

// level makes the columns equally high, so that the names below stand in line.
func level(list []column) {
	most := 0.0
	for _, c := range list {
		most = max(most, c.height())
	}
	for i, c := range list {
		list[i].items[len(c.items)-1].h += most - c.height()
	}
}

// title is what stands above a name, and the space between.
func title(c Signatory, w float64) []item {
	h := single(bodySize)
	var list []item
	for _, l := range c.Lines {
		list = append(list, centred(l, bold, bodySize, w, h)...)
	}
	list = append(list, centred(c.Note, italic, smallSize, w, single(smallSize))...)
	list = append(list, centred(c.Stamp, italic, smallSize, w, single(smallSize))...)
	return append(list, item{h: signSpace})
}

func (s *sheet) recipientColumn(g group, w float64) column {
	r := g.recipients
	var list []item
	for _, l := range wrap(r.Label, boldItalic, smallSize, w) {
		list = append(list, item{text: l, face: boldItalic, size: smallSize, h: single(bodySize), align: 'L'})
	}
	hang := measure(dash, regular, listSize)
	for _, l := range r.Lines {
		for i, part := range wrap(strings.TrimPrefix(l, dash), regular, listSize, w-hang) {
			it := item{text: part, size: listSize, h: single(listSize), align: 'L', dx: hang}
			if i == 0 {
				it.text, it.dx = dash+part, 0
			}
			list = append(list, it)
		}
	}
	return column{marginLeft, w, list}
}

func (b Signature) draw(s *sheet)  { s.sign(group{signature: &b}) }
func (b Recipients) draw(s *sheet) { s.sign(group{recipients: &b}) }
