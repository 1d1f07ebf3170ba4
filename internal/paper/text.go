package paper

import "strings"

// plain collects the lines of the text writer.
type plain struct{ b strings.Builder }

// Text returns the document as plain text, a line per line of the form, with
// every word the PDF shows except page numbers. The same document gives the
// same text; no line is wrapped.
func Text(d Document) string {
	d = prepared(d)
	t := &plain{}
	t.line(d.DraftMark)
	for i := 0; i < len(d.Blocks); i++ {
		d.Blocks[i].write(t)
	}
	t.line(d.NotePerPage)
	return t.b.String()
}

// line writes the parts that are not empty, a space between them.
func (t *plain) line(parts ...string) {
	some := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	if len(some) > 0 {
		t.b.WriteString(strings.Join(some, " ") + "\n")
	}
}

func (t *plain) lines(list []string) {
	for _, l := range list {
		t.line(l)
	}
}

func (b Head) write(t *plain) {
	t.lines([]string{b.Parent, b.Issuer, b.Nation, b.Motto, b.Number, b.PlaceDate, b.Abstract})
}

func (b Title) write(t *plain)     { t.lines([]string{b.Type, b.Abstract}) }
func (b Authority) write(t *plain) { t.line(b.Text) }
func (b Command) write(t *plain)   { t.line(b.Text) }
func (b Part) write(t *plain)      { t.line(b.Text) }
func (b Article) write(t *plain)   { t.line(b.Label, b.Text) }
func (b Clause) write(t *plain)    { t.line(b.Label, b.Text) }
func (b Point) write(t *plain)     { t.line(b.Label, b.Text) }
func (b Para) write(t *plain)      { t.line(b.Text) }
func (b Bases) write(t *plain)     { t.lines(b.Lines) }

func (b Addressees) write(t *plain) {
	if len(b.To) == 1 {
		t.line(b.Label, b.To[0])
		return
	}
	t.line(b.Label)
	t.lines(b.To)
}

func (b Table) write(t *plain) {
	titles := make([]string, len(b.Columns))
	for i, c := range b.Columns {
		titles[i] = c.Title
	}
	for _, r := range append([][]string{titles}, b.Rows...) {
		t.line(strings.TrimSpace(strings.Join(r, " | ")))
	}
	t.line(b.Closing)
}

func (b Signature) write(t *plain) {
	for _, c := range b.Columns {
		t.lines(c.Lines)
		t.lines([]string{c.Note, c.Stamp, c.Name})
	}
}

func (b Recipients) write(t *plain) {
	t.line(b.Label)
	t.lines(b.Lines)
}

func (b Annex) write(t *plain) { t.lines([]string{b.Label, b.Title, b.Reference}) }

func (b Checkbox) write(t *plain) {
	box := "[ ]"
	if b.Ticked {
		box = "[x]"
	}
	t.line(box, b.Text)
}
