// Package press prints what a step owes: facts to form to blocks to bytes. It
// is the printer of the engine and knows no store and no HTTP.
package press

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"capdo/internal/paper"
	"capdo/templates"
	"capdo/workflow"
)

// Press prints papers; it is safe for many goroutines.
type Press struct{ t *templates.Templates }

// New makes a press over the forms.
func New(t *templates.Templates) *Press { return &Press{t} }

var _ workflow.Printer = (*Press)(nil)

// Print fills the form of a regime with facts and lays it out. Equal facts give
// equal bytes. A needed fact that is missing, or a character the face lacks, is
// a Problem of kind invalid.
func (p *Press) Print(_ context.Context, f workflow.PaperFacts) (workflow.Printed, error) {
	doc, err := p.t.Fill(f.Regime, f.Form, f)
	if err != nil {
		return workflow.Printed{}, problem(f.Form, err)
	}
	var b bytes.Buffer
	if err := paper.PDF(&b, doc); err != nil {
		return workflow.Printed{}, problem(f.Form, err)
	}
	return workflow.Printed{PDF: b.Bytes(), Text: paper.Text(doc)}, nil
}

// Numbered tells the type code of a form.
func (p *Press) Numbered(regime, form string) (string, error) {
	code, err := p.t.Numbered(regime, form)
	if err != nil {
		return "", problem(form, err)
	}
	return code, nil
}

// Proven tells whether a form carries a code.
func (p *Press) Proven(regime, form string) (bool, error) {
	yes, err := p.t.Proven(regime, form)
	if err != nil {
		return false, problem(form, err)
	}
	return yes, nil
}

// problem turns what the forms and the faces refuse into words for people.
func problem(form string, err error) error {
	var field *templates.FieldError
	var glyph *paper.GlyphError
	var none *templates.MissingForm
	switch {
	case errors.As(err, &field):
		return &workflow.Problem{Kind: workflow.Invalid, Key: "paper.field_missing", Fields: []workflow.Field{{Name: field.Field, Expect: "expect.required"}}, Args: map[string]string{"form": form, "field": field.Field}}
	case errors.As(err, &glyph):
		return &workflow.Problem{Kind: workflow.Invalid, Key: "paper.glyph", Args: map[string]string{"form": form, "character": fmt.Sprintf("U+%04X", glyph.Rune)}}
	case errors.As(err, &none):
		return &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.form", Args: map[string]string{"id": form}}
	}
	return fmt.Errorf("press: %w", err)
}
