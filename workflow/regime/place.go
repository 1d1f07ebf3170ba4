package regime

import (
	"regexp"
	"slices"
	"strings"
)

// Place is what a citation names: a text, and in it an article, clause, point
// and dash, as far as the citation goes.
type Place struct {
	Text    *Instrument // nil where the book does not know the text
	Short   string
	Article string
	Clause  string
	Point   string // "b", or "a-c" for several
	Dash    string
}

var placeOf = regexp.MustCompile(`^(\S.*?)(?: Đ(\d+[a-zđ]?)(?: k(\d+[a-zđ]?))?(?: ([a-zđ](?:-[a-zđ])?))?(?: gạch (\d+))?)?$`)

// Place reads a citation; false for what is none of a text the book knows.
func (b *Book) Place(c Citation) (Place, bool) {
	m := placeOf.FindStringSubmatch(string(c))
	if m == nil {
		return Place{}, false
	}
	p := Place{Short: m[1], Article: m[2], Clause: m[3], Point: m[4], Dash: m[5]}
	i := slices.IndexFunc(b.Instruments, func(i *Instrument) bool { return i.Short == p.Short })
	if i < 0 {
		return p, false
	}
	p.Text = b.Instruments[i]
	return p, true
}

// letters are the points of a clause in their order.
const letters = "abcdđeghiklmnopqrstuvxy"

// covers tells whether a place names a line of its article.
func (p Place) covers(l Line) bool {
	return (p.Clause == "" || p.Clause == l.Clause) && (p.Point == "" || p.hasPoint(l.Point)) && (p.Dash == "" || p.Dash == l.Dash)
}

func (p Place) hasPoint(point string) bool {
	first, last, several := strings.Cut(p.Point, "-")
	if !several {
		return point == p.Point
	}
	at := strings.Index(letters, point)
	return point != "" && at >= strings.Index(letters, first) && at <= strings.Index(letters, last)
}

// Passage is a paragraph of the article a place lies in; Cited marks what the place
// names itself.
type Passage struct {
	Line
	Cited bool
}

// Passages gives the whole article with what is cited marked; nil where the text is
// not at hand. A citation of the article alone marks nothing.
func (p Place) Passages() []Passage {
	if p.Text == nil {
		return nil
	}
	a, ok := p.Text.Article(p.Article)
	if !ok {
		return nil
	}
	out := make([]Passage, len(a.Lines))
	for i, l := range a.Lines {
		out[i] = Passage{l, p.Clause+p.Point != "" && p.covers(l)}
	}
	return out
}

// Title is that of the article, empty where the text is not at hand.
func (p Place) Title() string {
	if p.Text == nil {
		return ""
	}
	if a, ok := p.Text.Article(p.Article); ok {
		return a.Title
	}
	return ""
}

// Within tells whether two places of one article speak of the same: one names
// the other or a part of it.
func (p Place) Within(o Place) bool {
	same := func(a, b string) bool { return a == "" || b == "" || a == b }
	points := same(p.Point, o.Point) || p.hasPoint(o.Point) || o.hasPoint(p.Point)
	return p.Short == o.Short && p.Article == o.Article && same(p.Clause, o.Clause) && points && same(p.Dash, o.Dash)
}
