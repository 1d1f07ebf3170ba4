package templates

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"text/template"
	tree "text/template/parse"
)

// terms are the words and articles a regime puts into its forms, so that one
// form serves every regime where only words differ.
type terms struct {
	Words    map[string]string   `yaml:"words"`
	Articles map[string][]string `yaml:"articles"` // citations by what they rule
	Texts    map[string]string   `yaml:"texts"`    // "NĐ 85/2016" as a paper prints it
	Models   []string            `yaml:"models"`   // articles that are no law here and no paper may print, only our model
}

// readTerms reads the terms of a regime, or those of the nearest regime it is like. A
// regime without any has none, and no form of it may ask for one.
func readTerms(files fs.FS, line []string) (*terms, error) {
	t := &terms{}
	for _, dir := range line {
		name := "forms/" + dir + "/" + termsFile
		if _, err := fs.Stat(files, name); err != nil {
			continue
		}
		if err := decode(files, name, t); err != nil {
			return nil, err
		}
		return t, t.check(name)
	}
	return t, nil
}

const termsFile = "terms.yaml"

// check refuses an article that is none, or of a text without a printed name,
// and terms that lack the words a citation or a day is written out with.
func (t *terms) check(name string) error {
	for _, key := range []string{"point", "clause", "article", "model", "month", "year"} {
		if t.Words[key] == "" {
			return fmt.Errorf("templates: %s: no word %s", name, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(t.Articles)) {
		if len(t.Articles[key]) == 0 {
			return fmt.Errorf("templates: %s: article %s cites nothing", name, key)
		}
		for _, c := range t.Articles[key] {
			one := cite(c)
			if one.Article == "" {
				return fmt.Errorf("templates: %s: article %s: %q names no article", name, key, c)
			}
			if _, ok := t.Texts[one.Kind+" "+one.No]; !ok {
				return fmt.Errorf("templates: %s: article %s: %q is of a text without a printed name", name, key, c)
			}
		}
	}
	return nil
}

// term is a word of the regime.
func (t *terms) term(key string) (string, error) {
	if w, ok := t.Words[key]; ok {
		return w, nil
	}
	return "", fmt.Errorf("no term %s", key)
}

// article writes out the article that rules something.
func (t *terms) article(key string) (string, error) {
	list, ok := t.Articles[key]
	if !ok || slices.Contains(t.Models, key) {
		return "", fmt.Errorf("no article %s", key)
	}
	return t.citations(list), nil
}

// citations writes citations out; those of one text name it once, at their end.
func (t *terms) citations(list []string) string {
	var b strings.Builder
	for i, s := range list {
		c := cite(s)
		if i > 0 {
			b.WriteString(", ")
		}
		if c.Point != "" {
			b.WriteString(t.Words["point"] + " " + c.Point + " ")
		}
		if c.Clause != "" {
			b.WriteString(t.Words["clause"] + " " + c.Clause + " ")
		}
		b.WriteString(t.Words["article"] + " " + c.Article)
		if i+1 < len(list) {
			if next := cite(list[i+1]); next.Kind == c.Kind && next.No == c.No {
				continue
			}
		}
		b.WriteString(" " + t.text(c))
	}
	return b.String()
}

func (t *terms) text(c cited) string {
	if name, ok := t.Texts[c.Kind+" "+c.No]; ok {
		return name
	}
	return c.Kind + " " + c.No
}

// inWords writes out one citation that comes with the facts.
func (t *terms) inWords(v any) string { return t.citations([]string{fmt.Sprint(v)}) }

// long writes a day out, as legal bases do: 01, month 12, year 2021.
func (t *terms) long(s starter) string {
	return fmt.Sprintf("%02d %s %s %s %d", s.Start().Day(), t.Words["month"], month(s), t.Words["year"], s.Start().Year())
}

// label is what a code is called: "trigger", "scope".
func label(labels map[string]string) func(group, code string) (string, error) {
	return func(group, code string) (string, error) {
		if w, ok := labels["word."+group+"."+code]; ok {
			return w, nil
		}
		return "", fmt.Errorf("no word for %s %s", group, code)
	}
}

// bind gives the forms of a regime its words, and refuses a form that asks for
// a term, an article or a group of words there is none of.
func (t *terms) bind(texts *template.Template, set map[string]*form, labels map[string]string) error {
	texts.Funcs(template.FuncMap{"term": t.term, "article": t.article, "inwords": t.inWords, "long": t.long, "word": label(labels)})
	ask := asked{"term": t.term, "article": t.article, "word": func(group string) (string, error) {
		for key := range labels {
			if strings.HasPrefix(key, "word."+group+".") {
				return "", nil
			}
		}
		return "", fmt.Errorf("no words of group %s", group)
	}}
	for _, key := range slices.Sorted(maps.Keys(set)) {
		set[key].words = t
		for _, one := range set[key].all() {
			if err := ask.check(one.Root); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
		for _, by := range set[key].Basis {
			if t.Articles[by] == nil {
				return fmt.Errorf("%s: basis: no article %s", key, by)
			}
		}
	}
	return nil
}

// all lists every text of a form, those of its blocks included.
func (f *form) all() []*template.Template {
	list := []*template.Template{f.title, f.note}
	for i := range f.Blocks {
		list = slices.AppendSeq(list, maps.Values(f.Blocks[i].texts))
	}
	return slices.DeleteFunc(list, func(t *template.Template) bool { return t == nil || t.Tree == nil })
}

// asked holds the functions whose first argument must be known at start.
type asked map[string]func(string) (string, error)

// check walks a parsed text. Arguments that come with the facts are checked when
// the form is filled.
func (a asked) check(n tree.Node) error {
	switch n := n.(type) {
	case *tree.ListNode:
		if n == nil {
			return nil
		}
		return a.each(n.Nodes)
	case *tree.ActionNode:
		return a.check(n.Pipe)
	case *tree.PipeNode:
		if n == nil {
			return nil
		}
		for _, c := range n.Cmds {
			if err := a.command(c); err != nil {
				return err
			}
		}
	case *tree.IfNode:
		return a.each([]tree.Node{n.Pipe, n.List, n.ElseList})
	case *tree.WithNode:
		return a.each([]tree.Node{n.Pipe, n.List, n.ElseList})
	case *tree.RangeNode:
		return a.each([]tree.Node{n.Pipe, n.List, n.ElseList})
	}
	return nil
}

func (a asked) each(list []tree.Node) error {
	for _, n := range list {
		if err := a.check(n); err != nil {
			return err
		}
	}
	return nil
}

func (a asked) command(c *tree.CommandNode) error {
	if name, ok := c.Args[0].(*tree.IdentifierNode); ok && len(c.Args) > 1 {
		key, plain := c.Args[1].(*tree.StringNode)
		if known := a[name.Ident]; known != nil && plain {
			if _, err := known(key.Text); err != nil {
				return err
			}
		}
	}
	return a.each(c.Args)
}
