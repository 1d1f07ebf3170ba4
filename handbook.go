package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"go.yaml.in/yaml/v4"

	"capdo/api/pages"
	"capdo/internal/paper"
	"capdo/templates"
)

// handbook reads the guides inside the program, one file each, in the order of
// their names.
func handbook() ([]pages.Guide, error) {
	names, err := fs.Glob(docs, "docs/handbook/*.yaml")
	if err != nil {
		return nil, err
	}
	var out []pages.Guide
	for _, name := range names {
		b, err := docs.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var g pages.Guide
		if err := yaml.Load(b, &g, yaml.WithKnownFields()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, g)
	}
	return out, nil
}

// handbookDay dates the guides as papers: the same guide gives the same bytes.
var handbookDay = time.Date(2022, 1, 19, 0, 0, 0, 0, time.UTC)

// guidePDF prints a guide without its pictures.
func guidePDF(words *templates.Templates) func(pages.Guide) ([]byte, error) {
	return func(g pages.Guide) ([]byte, error) {
		doc := paper.Document{Title: g.Title, Date: handbookDay, NotePerPage: words.Message("vi", "help.foot", nil),
			Blocks: []paper.Block{paper.Title{Type: g.Title}, paper.Para{Text: g.For, Italic: true, Centre: true, NoIndent: true}}}
		for _, p := range g.Parts {
			doc.Blocks = append(doc.Blocks, paper.Para{Text: p.Heading, Bold: true, NoIndent: true})
			for _, text := range p.Text {
				doc.Blocks = append(doc.Blocks, paper.Para{Text: text})
			}
			for i, step := range p.Steps {
				doc.Blocks = append(doc.Blocks, paper.Clause{Label: strconv.Itoa(i+1) + ".", Text: step})
			}
		}
		var b bytes.Buffer
		err := paper.PDF(&b, doc)
		return b.Bytes(), err
	}
}
