package templates

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// design is the mark of a form no law prescribes: wording and layout are ours.
const design = "design"

// marks say how far the wording of a form was checked: primary against the
// gazette, primary-copy against a text copy of a decree whose signed original was not
// read, secondary against another's report of it, UNVERIFIED not at all.
var marks = []string{"primary", "primary-copy", "secondary", "UNVERIFIED", design}

// issuers are the capacities that issue papers: recorder is whoever records a
// paper of another body, program the clock.
var issuers = []string{"operator", "sdu", "appraiser", "owner", "performer", "inspector", "recorder", "program"}

// check refuses marks and issuers that are not on the lists.
func (f *form) check(name string) error {
	if f.Verified != "" && !slices.Contains(marks, f.Verified) {
		return fmt.Errorf("templates: %s: unknown mark %q, one of %s", name, f.Verified, strings.Join(marks, ", "))
	}
	for _, by := range f.By {
		if !slices.Contains(issuers, by) {
			return fmt.Errorf("templates: %s: unknown issuer %q, one of %s", name, by, strings.Join(issuers, ", "))
		}
	}
	return nil
}

// Info is what is known of a form beside its text.
type Info struct {
	Form     string   `json:"form"`
	Title    string   `json:"title"`
	Numbered string   `json:"numbered,omitempty"` // as by Numbered
	By       []string `json:"by,omitempty"`       // the capacities that issue it, none when it is not said
	Basis    string   `json:"basis,omitempty"`    // the articles it rests on, in words
	Cites    []string `json:"-"`                  // the same articles, as the rule book writes them
	Verified string   `json:"verified"`           // as by Verified
}

// Verified tells how far the wording of a form was checked against its source:
// primary, primary-copy, secondary, UNVERIFIED, or design where no law prescribes the
// form. Empty for a form the regime lacks.
func (t *Templates) Verified(regime, key string) string {
	f, err := t.form(regime, key)
	switch {
	case err != nil:
		return ""
	case f.Verified == "":
		return design
	}
	return f.Verified
}

// Info lists the forms of a regime with what is known of each.
func (t *Templates) Info(regime string) []Info {
	var list []Info
	for _, key := range t.Forms(regime) {
		f, err := t.form(regime, key)
		if err != nil {
			continue // a form that is listed is there
		}
		list = append(list, Info{Form: key, Title: f.name(), Numbered: f.Numbered, By: f.By,
			Basis: f.words.basis(f.Basis), Cites: f.words.cites(f.Basis), Verified: t.Verified(regime, key)})
	}
	return list
}

// name is the title of a form without any facts; one that needs facts is shown
// as it is written.
func (f *form) name() string {
	var b bytes.Buffer
	if err := f.title.Execute(&b, map[string]any{"F": nil}); err != nil {
		return f.Title
	}
	return strings.TrimSpace(b.String())
}

// cites lists the articles behind several keys.
func (t *terms) cites(keys []string) (out []string) {
	for _, k := range keys {
		out = append(out, t.Articles[k]...)
	}
	return out
}

// basis writes out several articles; those that are only a model say so.
func (t *terms) basis(keys []string) string {
	var law, model []string
	for _, k := range keys {
		if slices.Contains(t.Models, k) {
			model = append(model, t.Articles[k]...)
		} else {
			law = append(law, t.Articles[k]...)
		}
	}
	out := t.citations(law)
	if len(model) == 0 {
		return out
	}
	if out != "" {
		out += "; "
	}
	return out + t.Words["model"] + " " + t.citations(model)
}
