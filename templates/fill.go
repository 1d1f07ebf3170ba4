package templates

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"text/template"

	"capdo/internal/paper"
)

// filler fills one form with one set of facts.
type filler struct {
	form string
	data map[string]any
	out  []paper.Block
	err  error
}

func (f *form) fill(key string, facts any) (paper.Document, error) {
	x := &filler{form: key, data: map[string]any{"F": facts, "It": nil, "N": 0, "Last": false}}
	if x.needs(f.Needs); x.err != nil {
		return paper.Document{}, x.err
	}
	d := paper.Document{Title: x.run(f.title), NotePerPage: x.run(f.note), Landscape: f.Landscape}
	v := reflect.Indirect(reflect.ValueOf(facts))
	if draft := v.FieldByName("Draft"); draft.IsValid() && draft.Bool() {
		d.DraftMark = f.DraftMark
	}
	if date := v.FieldByName("Date"); date.IsValid() {
		if s, ok := date.Interface().(starter); ok {
			d.Date = s.Start()
		}
	}
	x.blocks(f.Blocks)
	d.Blocks = x.out
	return d, x.err
}

// needs stops a form whose facts are not there.
func (x *filler) needs(names []string) {
	for _, name := range names {
		v := reflect.Indirect(reflect.ValueOf(x.data["F"])).FieldByName(name)
		if !v.IsValid() {
			x.fail(fmt.Errorf("templates: %s: no fact %s", x.form, name))
		} else if v.IsZero() {
			x.fail(&FieldError{x.form, strings.ToLower(name)})
		}
	}
}

func (x *filler) blocks(list []block) {
	for i := range list {
		b := &list[i]
		if b.Each == "" {
			x.block(b)
			continue
		}
		x.each(b.Each, func() { x.block(b) })
	}
}

// each does something for every item of a list, which the texts see as .It, the
// .N-th from 1, and .Last for the last one.
func (x *filler) each(path string, do func()) {
	list := x.list(path)
	it, at, last := x.data["It"], x.data["N"], x.data["Last"]
	for n, item := range list {
		x.data["It"], x.data["N"], x.data["Last"] = item, n+1, n+1 == len(list)
		do()
	}
	x.data["It"], x.data["N"], x.data["Last"] = it, at, last
}

// list finds a list by its path: among the facts, or from "It." of the item at hand.
func (x *filler) list(path string) []any {
	v := reflect.ValueOf(x.data["F"])
	if rest, ok := strings.CutPrefix(path, "It."); ok {
		v, path = reflect.ValueOf(x.data["It"]), rest
	}
	for _, name := range strings.Split(path, ".") {
		if v = reflect.Indirect(v); !v.IsValid() {
			return nil
		}
		if v = v.FieldByName(name); !v.IsValid() {
			x.fail(fmt.Errorf("templates: %s: no list %s", x.form, path))
			return nil
		}
	}
	if v = reflect.Indirect(v); !v.IsValid() || v.Kind() != reflect.Slice {
		return nil
	}
	out := make([]any, v.Len())
	for i := range out {
		out[i] = v.Index(i).Interface()
	}
	return out
}

func (x *filler) fail(err error) {
	if x.err == nil {
		x.err = err
	}
}

func (x *filler) run(t *template.Template) string {
	if t == nil {
		return ""
	}
	var b bytes.Buffer
	if err := t.Execute(&b, x.data); err != nil {
		var need *needed
		if errors.As(err, &need) {
			x.fail(&FieldError{x.form, need.name})
		} else {
			x.fail(fmt.Errorf("templates: %s: %w", x.form, err))
		}
	}
	return strings.TrimSpace(b.String())
}

func (x *filler) text(b *block, s string) string {
	if s == "" {
		return ""
	}
	return x.run(b.texts[s])
}

// lines fills several lines, those that repeat over a list first; lines that
// come out empty or stand there already are left out.
func (x *filler) lines(b *block, l *lines) []string {
	var out []string
	if l.Each != "" {
		x.each(l.Each, func() { out = append(out, x.text(b, l.Item)) })
	}
	for _, s := range l.Lines {
		if t := x.text(b, s); t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

func (x *filler) add(b paper.Block) { x.out = append(x.out, b) }

// nothing is how a fact that is not there comes out of a template.
const nothing = "<nil>"

func (x *filler) block(b *block) {
	if w := x.text(b, b.When); b.When != "" && (w == "" || w == nothing) {
		return
	}
	switch {
	case b.inner != nil:
		x.blocks(b.inner)
	case b.Head != nil:
		h := b.Head
		x.add(paper.Head{Parent: x.text(b, h.Parent), Issuer: x.text(b, h.Issuer), Nation: h.Nation, Motto: h.Motto,
			Number: x.text(b, h.Number), PlaceDate: x.text(b, h.Place), Abstract: x.text(b, h.Abstract)})
	case b.Title != nil:
		x.add(paper.Title{Type: x.text(b, b.Title.Type), Abstract: x.text(b, b.Title.Abstract)})
	case b.Authority != "":
		x.add(paper.Authority{Text: x.text(b, b.Authority)})
	case b.Addressees != nil:
		x.add(paper.Addressees{Label: b.Addressees.Label, To: x.lines(b, b.Addressees)})
	case b.Bases != nil:
		x.add(paper.Bases{Lines: x.lines(b, b.Bases)})
	case b.Command != "":
		x.add(paper.Command{Text: x.text(b, b.Command)})
	case b.Recipients != nil:
		x.add(paper.Recipients{Label: b.Recipients.Label, Lines: x.lines(b, b.Recipients)})
	case b.Annex != nil:
		x.add(paper.Annex{Label: x.text(b, b.Annex.Label), Title: x.text(b, b.Annex.Title), Reference: x.text(b, b.Annex.Reference)})
	case b.Proof != nil:
		x.add(paper.Proof{Link: x.text(b, b.Proof.Link), Lines: x.lines(b, &lines{Lines: b.Proof.Lines})})
	case b.Signature != nil:
		x.signature(b)
	case b.Table != nil:
		x.table(b)
	default:
		x.prose(b)
	}
}

func (x *filler) prose(b *block) {
	switch {
	case b.Part != "":
		x.add(paper.Part{Text: x.text(b, b.Part)})
	case b.Article != nil:
		x.add(paper.Article{Label: x.text(b, b.Article.Label), Text: x.text(b, b.Article.Text)})
	case b.Clause != nil:
		x.add(paper.Clause{Label: x.text(b, b.Clause.Label), Text: x.text(b, b.Clause.Text)})
	case b.Point != nil:
		x.add(paper.Point{Label: x.text(b, b.Point.Label), Text: x.text(b, b.Point.Text)})
	case b.Para != "":
		x.add(paper.Para{Text: x.text(b, b.Para)})
	case b.Note != "":
		x.add(paper.Para{Text: x.text(b, b.Note), Italic: true})
	}
}

func (x *filler) signature(b *block) {
	var s paper.Signature
	for _, one := range b.Signature {
		c := paper.Signatory{Note: x.text(b, one.Note), Name: x.text(b, one.Name)}
		for _, l := range one.Lines {
			if t := x.text(b, l); t != "" {
				c.Lines = append(c.Lines, t)
			}
		}
		s.Columns = append(s.Columns, c)
	}
	x.add(s)
}

func (x *filler) table(b *block) {
	t := paper.Table{Size: b.Table.Size}
	for _, c := range b.Table.Columns {
		t.Columns = append(t.Columns, paper.Column{Title: c.Title, Width: c.Width, Align: c.Align})
	}
	x.each(b.Table.Each, func() {
		var row []string
		for _, c := range b.Table.Columns {
			row = append(row, x.text(b, c.Cell))
		}
		t.Rows = append(t.Rows, row)
	})
	t.Closing = x.text(b, b.Table.Closing)
	x.add(t)
}
