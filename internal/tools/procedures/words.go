package main

import (
	"embed"
	"fmt"
	"regexp"
	"strings"
	"text/template"

	"go.yaml.in/yaml/v4"

	"capdo/templates"
)

//go:embed words.yaml pages
var files embed.FS

// words are the labels of the generated pages: those of the program where it
// has one, else those of words.yaml, else the key itself.
type words struct {
	own      map[string]string
	stages   []string // in the order a case goes through them
	messages *templates.Templates
	pages    *template.Template
}

func readWords() (*words, error) {
	b, err := files.ReadFile("words.yaml")
	if err != nil {
		return nil, err
	}
	raw := map[string]any{}
	if err := yaml.Load(b, &raw, yaml.WithKnownFields()); err != nil {
		return nil, fmt.Errorf("words.yaml: %w", err)
	}
	w := &words{own: map[string]string{}}
	for key, v := range raw {
		switch v := v.(type) {
		case string:
			w.own[key] = v
		case []any:
			for _, one := range v {
				w.stages = append(w.stages, fmt.Sprint(one))
			}
		default:
			return nil, fmt.Errorf("words.yaml: %s holds neither words nor a list", key)
		}
	}
	if w.messages, err = templates.Open(); err != nil {
		return nil, err
	}
	w.pages, err = template.New("").Funcs(w.functions()).ParseFS(files, "pages/*.tmpl")
	return w, err
}

// word gives the words of a key of a kind, or the key.
func (w *words) word(kind, key string) string {
	if s, ok := w.own[kind+"."+key]; ok {
		return s
	}
	return key
}

var slot = regexp.MustCompile(`\{[a-z_]+\}`)

// label gives the program's own message of a key, with its slots left open.
func (w *words) label(kind, key string) string {
	if full := kind + "." + key; w.messages.Has("vi", full) {
		return slot.ReplaceAllString(w.messages.Message("vi", full, nil), "…")
	}
	return w.word(kind, key)
}

// say fills the slots of one of our own sentences.
func (w *words) say(key string, args ...string) string {
	text, ok := w.own[key]
	if !ok {
		return key
	}
	for i := 0; i+1 < len(args); i += 2 {
		text = strings.ReplaceAll(text, "{"+args[i]+"}", args[i+1])
	}
	return text
}
