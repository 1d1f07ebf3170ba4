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
	"sync"
	"text/template"

	"go.yaml.in/yaml/v4"

	"capdo/internal/paper"
)

//go:embed all:forms messages.*.yaml
var embedded embed.FS

// Templates holds forms by regime and messages by language, each read when it is
// first asked for; safe for many goroutines.
type Templates struct {
	forms    map[string]func() (map[string]*form, error)
	messages map[string]func() (map[string]string, error)
}

// Files is the forms and messages inside the program as a folder, for those who
// add forms of their own beside them and give the whole to Read.
func Files() fs.FS { return embedded }

// Open opens the forms and messages inside the program. They cannot change under
// it, and a program with a fault in them does not pass its tests, so beside the
// Vietnamese messages they are read when first asked for: Check reads them all.
func Open() (*Templates, error) {
	t, err := open(embedded)
	if err == nil {
		_, err = t.messages["vi"]()
	}
	return t, err
}

// Read reads forms and messages from a folder: messages.<language>.yaml, beside
// it messages.<place>.<language>.yaml for the pages of one place, and forms/ with
// one folder a regime and the list regimes.yaml. Its error names file and line of
// what cannot be read.
func Read(files fs.FS) (*Templates, error) {
	t, err := open(files)
	if err != nil {
		return nil, err
	}
	return t, t.Check()
}

func open(files fs.FS) (*Templates, error) {
	t := &Templates{forms: map[string]func() (map[string]*form, error){}, messages: map[string]func() (map[string]string, error){}}
	for _, lang := range []string{"vi", "en"} {
		t.messages[lang] = sync.OnceValues(func() (map[string]string, error) { return readMessages(files, lang) })
	}
	var like map[string]inherits
	if err := decode(files, "forms/regimes.yaml", &like); err != nil {
		return nil, err
	}
	for regime := range like {
		t.forms[regime] = sync.OnceValues(func() (map[string]*form, error) { return t.readRegime(files, regime, lineage(like, regime)) })
	}
	return t, nil
}

// Check reads all forms and messages there are; its error names file and line of
// what cannot be read.
func (t *Templates) Check() error {
	for _, lang := range slices.Sorted(maps.Keys(t.messages)) {
		if _, err := t.messages[lang](); err != nil {
			return err
		}
	}
	for _, regime := range slices.Sorted(maps.Keys(t.forms)) {
		if _, err := t.forms[regime](); err != nil {
			return err
		}
	}
	return nil
}

// readRegime reads the forms of a regime and gives them its words.
func (t *Templates) readRegime(files fs.FS, regime string, line []string) (map[string]*form, error) {
	labels, err := t.messages["vi"]()
	if err != nil {
		return nil, err
	}
	texts := newTexts()
	set, err := readForms(files, texts, regime, line)
	if err != nil {
		return nil, err
	}
	words, err := readTerms(files, line)
	if err != nil {
		return nil, err
	}
	if err := words.bind(texts, set, labels); err != nil {
		return nil, fmt.Errorf("templates: %s/%w", regime, err)
	}
	return set, nil
}

// said gives the messages of a language; none where they cannot be read, which
// every page then shows.
func (t *Templates) said(lang string) map[string]string {
	read, ok := t.messages[lang]
	if !ok {
		return nil
	}
	m, _ := read()
	return m
}

// readMessages joins the message files of a language; a key stands in one file
// only.
func readMessages(files fs.FS, lang string) (map[string]string, error) {
	all := map[string]string{}
	if err := decode(files, "messages."+lang+".yaml", &all); err != nil {
		return nil, err
	}
	more, err := fs.Glob(files, "messages.*."+lang+".yaml")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	for _, name := range more {
		m := map[string]string{}
		if err := decode(files, name, &m); err != nil {
			return nil, err
		}
		for k, v := range m {
			if _, twice := all[k]; twice {
				return nil, fmt.Errorf("templates: %s: %s stands in another file too", name, k)
			}
			all[k] = v
		}
	}
	return all, nil
}

func decode(files fs.FS, name string, into any) error {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("templates: %w", err)
	}
	if err := yaml.Load(b, into, yaml.WithKnownFields()); err != nil {
		return fmt.Errorf("templates: %s: %w", name, err)
	}
	return nil
}

// inherits names the regime whose forms stand where a regime has none.
type inherits struct {
	Like string `yaml:"like"`
}

// lineage is a regime and those it is like, the nearest first.
func lineage(like map[string]inherits, regime string) []string {
	var line []string
	for regime != "" && !slices.Contains(line, regime) {
		line = append(line, regime)
		regime = like[regime].Like
	}
	return line
}

// readForms reads the folder of a regime; a file it lacks is taken whole from
// the nearest regime of its line that has one.
func readForms(files fs.FS, texts *template.Template, regime string, line []string) (map[string]*form, error) {
	found := map[string]string{}
	for _, dir := range slices.Backward(line) {
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
		f, err := readForm(files, texts, name)
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
	read, ok := t.forms[regime]
	if !ok || strings.HasPrefix(key, "_") {
		return nil, &MissingForm{regime, key}
	}
	set, err := read()
	if err != nil {
		return nil, err
	}
	if set[key] == nil {
		return nil, &MissingForm{regime, key}
	}
	return set[key], nil
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

// Proven tells whether a form carries a code by which anybody may check it.
func (t *Templates) Proven(regime, key string) (bool, error) {
	f, err := t.form(regime, key)
	return err == nil && proven(f.Blocks), err
}

// Forms lists the forms of a regime; none where they cannot be read.
func (t *Templates) Forms(regime string) []string {
	read, ok := t.forms[regime]
	if !ok {
		return nil
	}
	set, _ := read()
	return slices.DeleteFunc(slices.Sorted(maps.Keys(set)), func(k string) bool { return strings.HasPrefix(k, "_") })
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
	text, ok := t.said(lang)[key]
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
	_, ok := t.said(lang)[key]
	return ok
}

// Keys lists the keys of a language.
func (t *Templates) Keys(lang string) []string { return slices.Sorted(maps.Keys(t.said(lang))) }
