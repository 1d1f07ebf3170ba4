package templates

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"text/template"
)

// form is one paper as data: a list of blocks whose texts are templates.
type form struct {
	Numbered  string   `yaml:"numbered"`
	Verified  string   `yaml:"verified"` // how far its wording was checked; empty: ours
	By        []string `yaml:"by"`       // the capacities that issue it
	Basis     []string `yaml:"basis"`    // the articles, by their key in the terms
	Needs     []string `yaml:"needs"`    // facts without which it is not printed
	Title     string   `yaml:"title"`
	Note      string   `yaml:"note"` // small line on every page
	DraftMark string   `yaml:"draft_mark"`
	Landscape bool     `yaml:"landscape"` // for wide tables
	Blocks    []block  `yaml:"blocks"`
	words     *terms
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
	Proof      *proof    `yaml:"proof"`
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

// proof is by what anybody may check the paper; a form that has it gets a code.
type proof struct {
	Link  string   `yaml:"link"`
	Lines []string `yaml:"lines"`
}

// FieldError names the form and the text that needs a field it did not get.
type FieldError struct {
	Form, Field string
}

// Error names both.
func (e *FieldError) Error() string { return "templates: " + e.Form + ": " + e.Field + " is needed" }

func readForm(files fs.FS, texts *template.Template, name string) (*form, error) {
	f := &form{}
	if err := decode(files, name, f); err != nil {
		return nil, err
	}
	if err := f.check(name); err != nil {
		return nil, err
	}
	var err error
	if f.title, err = parse(texts, f.Title); err != nil {
		return nil, fmt.Errorf("templates: %s: title: %w", name, err)
	}
	if f.note, err = parse(texts, f.Note); err != nil {
		return nil, fmt.Errorf("templates: %s: note: %w", name, err)
	}
	for i := range f.Blocks {
		if err := f.Blocks[i].parse(texts); err != nil {
			return nil, fmt.Errorf("templates: %s: block %d: %w", name, i+1, err)
		}
	}
	return f, nil
}

// newTexts makes the ground that the texts of a regime's forms stand on: they
// share its functions, and a text that stands in several forms is one.
func newTexts() *template.Template {
	return template.New("").Option("missingkey=error").Funcs(funcs)
}

func parse(texts *template.Template, text string) (*template.Template, error) {
	if t := texts.Lookup(text); t != nil {
		return t, nil
	}
	return texts.New(text).Parse(text)
}

// parse compiles every text of a block before any fact is seen.
func (b *block) parse(texts *template.Template) error {
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
		if err := b.texts1(texts, v.Field(i)); err != nil {
			return err
		}
	}
	if kinds != 1 {
		return fmt.Errorf("a block is of exactly one kind, not %d", kinds)
	}
	return nil
}

func (b *block) texts1(texts *template.Template, v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		if _, ok := b.texts[v.String()]; ok || v.String() == "" {
			return nil
		}
		t, err := parse(texts, v.String())
		b.texts[v.String()] = t
		return err
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return b.texts1(texts, v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			if err := b.texts1(texts, v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if err := b.texts1(texts, v.Field(i)); err != nil {
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

// proven tells whether a proof stands among the blocks, included ones too.
func proven(list []block) bool {
	return slices.ContainsFunc(list, func(b block) bool { return b.Proof != nil || proven(b.inner) })
}
