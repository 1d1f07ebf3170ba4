// Package templates finds a form or a message and fills it. Forms are parsed
// first and filled second, so that a value typed by a user can never become a
// block. It knows the blocks of a paper and nothing of cases.
package templates

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"capdo/internal/paper"
)

//go:embed all:forms messages.vi.yaml messages.en.yaml
var embedded embed.FS

// Templates holds every form and message, parsed; safe for many goroutines.
type Templates struct {
	forms    map[string]map[string]*form // regime → form
	messages map[string]map[string]string
}

// Open reads all forms and messages inside the program. Its error names file
// and line of what cannot be read.
func Open() (*Templates, error) {
	t := &Templates{forms: map[string]map[string]*form{}, messages: map[string]map[string]string{}}
	for _, lang := range []string{"vi", "en"} {
		m := map[string]string{}
		if err := decode(embedded, "messages."+lang+".yaml", &m); err != nil {
			return nil, err
		}
		t.messages[lang] = m
	}
	var like map[string]struct {
		Like string `yaml:"like"`
	}
	if err := decode(embedded, "forms/regimes.yaml", &like); err != nil {
		return nil, err
	}
	for regime, r := range like {
		set, err := readForms(embedded, regime, r.Like)
		if err != nil {
			return nil, err
		}
		words, err := readTerms(embedded, regime, r.Like)
		if err != nil {
			return nil, err
		}
		if err := words.bind(set, t.messages["vi"]); err != nil {
			return nil, fmt.Errorf("templates: %s/%w", regime, err)
		}
		t.forms[regime] = set
	}
	return t, nil
}

func decode(files fs.FS, name string, into any) error {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("templates: %w", err)
	}
	if err := yaml.UnmarshalWithOptions(b, into, yaml.Strict()); err != nil {
		return fmt.Errorf("templates: %s: %w", name, err)
	}
	return nil
}

// readForms reads the folder of a regime; a file it lacks is taken whole from
// the regime it is like.
func readForms(files fs.FS, regime, like string) (map[string]*form, error) {
	found := map[string]string{}
	for _, dir := range []string{like, regime} {
		if dir == "" {
			continue
		}
		names, err := fs.Glob(files, "forms/"+dir+"/*.yaml")
		if err != nil {
			return nil, fmt.Errorf("templates: %w", err)
		}
		for _, n := range names {
			if path.Base(n) == termsFile {
				continue
			}
			found[strings.TrimSuffix(path.Base(n), ".yaml")] = n
		}
	}
	set := map[string]*form{}
	for key, name := range found {
		f, err := readForm(files, name)
		if err != nil {
			return nil, err
		}
		set[key] = f
	}
	for key, f := range set {
		if err := f.include(set, 0); err != nil {
			return nil, fmt.Errorf("templates: %s/%s: %w", regime, key, err)
		}
	}
	return set, nil
}

func (t *Templates) form(regime, key string) (*form, error) {
	f, ok := t.forms[regime][key]
	if !ok || strings.HasPrefix(key, "_") {
		return nil, &MissingForm{regime, key}
	}
	return f, nil
}

// MissingForm says that a regime has no such form.
type MissingForm struct{ Regime, Form string }

// Error names regime and form.
func (m *MissingForm) Error() string { return "templates: no form " + m.Form + " in " + m.Regime }

// Numbered tells the type code a form is numbered under, "-" for a numbered
// letter without one, "" for an unnumbered slip.
func (t *Templates) Numbered(regime, key string) (string, error) {
	f, err := t.form(regime, key)
	if err != nil {
		return "", err
	}
	return f.Numbered, nil
}

// Forms lists the forms of a regime.
func (t *Templates) Forms(regime string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(t.forms[regime])), func(k string) bool { return strings.HasPrefix(k, "_") })
}

// Fill fills a form with facts. A needed field that is empty is a *FieldError.
func (t *Templates) Fill(regime, key string, facts any) (paper.Document, error) {
	f, err := t.form(regime, key)
	if err != nil {
		return paper.Document{}, err
	}
	return f.fill(key, facts)
}

// Message puts a key into words; a key without words comes back visibly.
func (t *Templates) Message(lang, key string, args map[string]string) string {
	text, ok := t.messages[lang][key]
	if !ok {
		return "‹" + key + "›"
	}
	for k, v := range args {
		text = strings.ReplaceAll(text, "{"+k+"}", v)
	}
	return text
}

// Has tells whether a key has words.
func (t *Templates) Has(lang, key string) bool {
	_, ok := t.messages[lang][key]
	return ok
}

// Keys lists the keys of a language.
func (t *Templates) Keys(lang string) []string { return slices.Sorted(maps.Keys(t.messages[lang])) }
