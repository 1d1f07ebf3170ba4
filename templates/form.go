package templates

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"text/template"

	"capdo/internal/paper"
)

// form is one paper as data: a list of blocks whose texts are templates.
type form struct {
	Numbered  string  `yaml:"numbered"`
	Verified  string  `yaml:"verified"`
	Title     string  `yaml:"title"`
	Note      string  `yaml:"note"` // small line on every page
	DraftMark string  `yaml:"draft_mark"`
	Landscape bool    `yaml:"landscape"` // for wide tables
	Blocks    []block `yaml:"blocks"`
	title     *template.Template
	note      *template.Template
}

// block is one block of a form; exactly one kind is set.
type block struct {
	When       string    `yaml:"when"` // filled only when this comes out non-empty
	Each       string    `yaml:"each"` // path of a list: the block is repeated over it
	Include    string    `yaml:"include"`
	Head       *head     `yaml:"head"`
	Title      *title    `yaml:"title"`
	Authority  string    `yaml:"authority"`
	Addressees *lines    `yaml:"addressees"`
	Bases      *lines    `yaml:"bases"`
	Command    string    `yaml:"command"`
	Part       string    `yaml:"part"`
	Article    *labelled `yaml:"article"`
	Clause     *labelled `yaml:"clause"`
	Point      *labelled `yaml:"point"`
	Para       string    `yaml:"para"`
	Note       string    `yaml:"note"`
	Table      *table    `yaml:"table"`
	Signature  []signer  `yaml:"signature"`
	Recipients *lines    `yaml:"recipients"`
	Annex      *annex    `yaml:"annex"`
	inner      []block
	texts      map[string]*template.Template
}

type head struct {
	Parent   string `yaml:"parent"`
	Issuer   string `yaml:"issuer"`
	Nation   string `yaml:"nation"`
	Motto    string `yaml:"motto"`
	Number   string `yaml:"number"`
	Place    string `yaml:"place"`
	Abstract string `yaml:"abstract"`
}

type title struct {
	Type     string `yaml:"type"`
	Abstract string `yaml:"abstract"`
}

type labelled struct {
	Label string `yaml:"label"`
	Text  string `yaml:"text"`
}

// lines are several lines; one of them may repeat over a list by `each`.
type lines struct {
	Label string   `yaml:"label"`
	Each  string   `yaml:"each"`
	Item  string   `yaml:"item"`
	Lines []string `yaml:"lines"`
}

type table struct {
	Size    float64  `yaml:"size"` // of the letters, in points; 0: the usual one
	Columns []column `yaml:"columns"`
	Each    string   `yaml:"each"`
	Closing string   `yaml:"closing"`
}

type column struct {
	Title string  `yaml:"title"`
	Width float64 `yaml:"width"`
	Align string  `yaml:"align"`
	Cell  string  `yaml:"cell"`
}

type signer struct {
	Lines []string `yaml:"lines"`
	Note  string   `yaml:"note"`
	Name  string   `yaml:"name"`
}

type annex struct {
	Label     string `yaml:"label"`
	Title     string `yaml:"title"`
	Reference string `yaml:"reference"`
}

// FieldError names the form and the text that needs a field it did not get.
type FieldError struct {
	Form, Field string
}

// Error names both.
func (e *FieldError) Error() string { return "templates: " + e.Form + ": " + e.Field + " is needed" }

func readForm(files fs.FS, name string) (*form, error) {
	f := &form{}
	if err := decode(files, name, f); err != nil {
		return nil, err
	}
	var err error
	if f.title, err = parse(f.Title); err != nil {
		return nil, fmt.Errorf("templates: %s: title: %w", name, err)
	}
	if f.note, err = parse(f.Note); err != nil {
		return nil, fmt.Errorf("templates: %s: note: %w", name, err)
	}
	for i := range f.Blocks {
		if err := f.Blocks[i].parse(); err != nil {
			return nil, fmt.Errorf("templates: %s: block %d: %w", name, i+1, err)
		}
	}
	return f, nil
}

func parse(text string) (*template.Template, error) {
	return template.New("").Option("missingkey=error").Funcs(funcs).Parse(text)
}

// parse compiles every text of a block before any fact is seen.
func (b *block) parse() error {
	b.texts = map[string]*template.Template{}
	kinds := 0
	v := reflect.ValueOf(b).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if !v.Type().Field(i).IsExported() {
			continue
		}
		if name != "When" && name != "Each" && !v.Field(i).IsZero() {
			kinds++
		}
		if name == "Each" || name == "Include" {
			continue
		}
		if err := b.texts1(v.Field(i)); err != nil {
			return err
		}
	}
	if kinds != 1 {
		return fmt.Errorf("a block is of exactly one kind, not %d", kinds)
	}
	return nil
}

func (b *block) texts1(v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		if _, ok := b.texts[v.String()]; ok || v.String() == "" {
			return nil
		}
		t, err := parse(v.String())
		b.texts[v.String()] = t
		return err
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return b.texts1(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			if err := b.texts1(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if err := b.texts1(v.Field(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// include puts the blocks of shared parts where they are named.
func (f *form) include(set map[string]*form, depth int) error {
	for i := range f.Blocks {
		b := &f.Blocks[i]
		if b.Include == "" || b.inner != nil {
			continue
		}
		part, ok := set[b.Include]
		if !ok || depth > 4 {
			return fmt.Errorf("no part %s to include", b.Include)
		}
		if err := part.include(set, depth+1); err != nil {
			return err
		}
		b.inner = part.Blocks
	}
	return nil
}

// filler fills one form with one set of facts.
type filler struct {
	form string
	data map[string]any
	out  []paper.Block
	err  error
}

func (f *form) fill(key string, facts any) (paper.Document, error) {
	x := &filler{form: key, data: map[string]any{"F": facts, "It": nil, "N": 0}}
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

func (x *filler) blocks(list []block) {
	for i := range list {
		b := &list[i]
		if b.Each == "" {
			x.block(b)
			continue
		}
		it, at := x.data["It"], x.data["N"]
		for n, item := range x.list(b.Each) {
			x.data["It"], x.data["N"] = item, n+1
			x.block(b)
		}
		x.data["It"], x.data["N"] = it, at
	}
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
// come out empty are left out.
func (x *filler) lines(b *block, l *lines) []string {
	var out []string
	if l.Each != "" {
		for n, item := range x.list(l.Each) {
			x.data["It"], x.data["N"] = item, n+1
			out = append(out, x.text(b, l.Item))
		}
	}
	for _, s := range l.Lines {
		if t := x.text(b, s); t != "" {
			out = append(out, t)
		}
	}
	return out
}

func (x *filler) add(b paper.Block) { x.out = append(x.out, b) }

func (x *filler) block(b *block) {
	if b.When != "" && x.text(b, b.When) == "" {
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
	it, at := x.data["It"], x.data["N"]
	for n, item := range x.list(b.Table.Each) {
		x.data["It"], x.data["N"] = item, n+1
		var row []string
		for _, c := range b.Table.Columns {
			row = append(row, x.text(b, c.Cell))
		}
		t.Rows = append(t.Rows, row)
	}
	x.data["It"], x.data["N"] = it, at
	t.Closing = x.text(b, b.Table.Closing)
	x.add(t)
}
