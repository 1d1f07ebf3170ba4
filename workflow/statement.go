package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"capdo/internal/vn"
)

// Statement is what an office states for its yearly report and the records do
// not say by themselves: how far the plan of a system is deployed, by when, its
// quy chế, its checks; or, without a system, a text for a content of the report.
// A later statement replaces only what it names.
type Statement struct {
	ID         string            `json:"id"`
	Office     string            `json:"office"`
	System     string            `json:"system,omitempty"` // empty: texts for the office's report of Year
	Year       int               `json:"year,omitempty"`
	On         Day               `json:"on"`                    // the day it speaks of and counts from
	Deployment string            `json:"deployment,omitempty"`  // none | partial | full
	FullBy     LooseDate         `json:"full_by,omitzero"`      // expected day of full deployment
	ApprovalBy LooseDate         `json:"approval_by,omitzero"`  // expected day of approval
	QuyChe     string            `json:"quy_che,omitempty"`     // number of the decision that issued the quy chế
	QuyCheDate LooseDate         `json:"quy_che_date,omitzero"` //
	QuyCheBy   string            `json:"quy_che_by,omitempty"`  // who issued it
	Follows    string            `json:"follows,omitempty"`     // yes | partly | no: the quy chế is followed
	Checked    []string          `json:"checked,omitempty"`     // pre_use, periodic
	CheckedOn  LooseDate         `json:"checked_on,omitzero"`   // of the last periodic check
	ListGround string            `json:"list_ground,omitempty"` // yes | no: grounds for the national-security list
	Texts      map[string]string `json:"texts,omitempty"`       // content of the report → text
	Person     string            `json:"person,omitempty"`      //
	Source     string            `json:"source,omitempty"`      // paper or file it rests on
}

// StatementStore keeps statements; they are only ever added.
type StatementStore interface {
	AddStatement(ctx context.Context, st Statement) error
	// Statements gives those of an office, or of the systems where system is
	// named or office is empty, that speak of the day or an earlier one, in the
	// order of their days and then as they came.
	Statements(ctx context.Context, q StatementQuery) ([]Statement, error)
}

// StatementQuery selects statements.
type StatementQuery struct {
	Office string
	System string
	Until  Day
}

// maxText bounds one text of a statement, a layer or a row, in characters.
const maxText = 4000

// State adds a statement. The system must be the office's to speak for: it
// operates, appraises or owns it. Words outside the lists, dates the wrong way
// round and texts too long are refused and nothing is kept.
func (s *Service) State(ctx context.Context, who string, st Statement) (Statement, error) {
	if err := s.MayKeep(ctx, who, st.Office); err != nil {
		return st, err
	}
	if st.On.IsZero() {
		st.On = s.Today()
	}
	if st.On.After(s.Today()) {
		return st, invalid("on", "expect.no_future_day", st.On.String())
	}
	if err := s.speaksFor(ctx, &st); err != nil {
		return st, err
	}
	if p := st.clean(); p != nil {
		return st, p
	}
	st.Person, st.ID = who, s.NewID("statement")
	return st, s.Store.AddStatement(ctx, st)
}

// speaksFor asks that office and system exist and belong together.
func (s *Service) speaksFor(ctx context.Context, st *Statement) error {
	if _, err := s.Store.Office(ctx, st.Office); err != nil {
		return err
	}
	if st.System == "" {
		if st.Year < 2000 || st.Year > 2100 {
			return invalid("year", "expect.year", itoa(st.Year))
		}
		return nil
	}
	sys, err := s.Store.System(ctx, st.System)
	if err != nil {
		return err
	}
	offices, err := s.officeMap(ctx)
	if err != nil {
		return err
	}
	if len(capacitiesOf(parties{sys, st.On, offices, nil}, st.Office)) == 0 {
		return invalid("office", "expect.party", st.Office)
	}
	return nil
}

// capacitiesOf tells what an office is in a system.
func capacitiesOf(p parties, office string) (out []string) {
	if slices.Contains(p.sys.Owners, office) {
		out = append(out, ownerCapacity)
	}
	if p.sdu() == office {
		out = append(out, sduCapacity)
	}
	if slices.Contains(p.operators(), office) || slices.Contains(p.sys.Operators, office) {
		out = append(out, operatorCapacity)
	}
	return out
}

func (st *Statement) clean() *Problem {
	for field, is := range map[string]struct {
		value string
		among []string
	}{
		"deployment":  {st.Deployment, []string{"", "none", "partial", "full"}},
		"follows":     {st.Follows, []string{"", "yes", "partly", "no"}},
		"list_ground": {st.ListGround, []string{"", "yes", "no"}},
	} {
		if !slices.Contains(is.among, is.value) {
			return invalid(field, "expect.one_of", is.value)
		}
	}
	for _, c := range st.Checked {
		if c != "pre_use" && c != "periodic" {
			return invalid("checked", "expect.one_of", c)
		}
	}
	slices.Sort(st.Checked)
	st.Checked = slices.Compact(st.Checked)
	texts := map[string]*string{"quy_che": &st.QuyChe, "quy_che_by": &st.QuyCheBy, "source": &st.Source}
	for name, at := range texts {
		if p := tidyText(name, at); p != nil {
			return p
		}
	}
	for key, text := range st.Texts {
		if p := tidyText("texts."+key, &text); p != nil {
			return p
		}
		st.Texts[key] = text
	}
	if st.Deployment == "full" && !st.FullBy.IsZero() {
		return invalid("full_by", "expect.only_not_full", st.FullBy.String())
	}
	if len(st.Texts) > 32 {
		return invalid("texts", "expect.shorter", itoa(len(st.Texts)))
	}
	return nil
}

// tidyText checks one text from outside and puts it into one form.
func tidyText(name string, at *string) *Problem {
	text, err := vn.Clean(*at)
	if err != nil {
		return badText(name, err)
	}
	if utf8.RuneCountInString(text) > maxText {
		return invalid(name, "expect.shorter", "")
	}
	*at = strings.Join(strings.Fields(text), " ")
	return nil
}

// over lays a later statement over this one: what it names replaces.
func (st Statement) over(later Statement) Statement {
	put := func(at *string, v string) {
		if v != "" {
			*at = v
		}
	}
	date := func(at *LooseDate, v LooseDate) {
		if !v.IsZero() {
			*at = v
		}
	}
	put(&st.Deployment, later.Deployment)
	put(&st.QuyChe, later.QuyChe)
	put(&st.QuyCheBy, later.QuyCheBy)
	put(&st.Follows, later.Follows)
	put(&st.ListGround, later.ListGround)
	date(&st.FullBy, later.FullBy)
	date(&st.ApprovalBy, later.ApprovalBy)
	date(&st.QuyCheDate, later.QuyCheDate)
	date(&st.CheckedOn, later.CheckedOn)
	if len(later.Checked) > 0 {
		st.Checked = later.Checked
	}
	if later.Deployment == "full" {
		st.FullBy = LooseDate{}
	}
	st.System, st.On = later.System, later.On
	return st
}

// statedOf lays the statements of each system over one another.
func (s *Service) statedOf(ctx context.Context, on Day) (map[string]Statement, error) {
	list, err := s.Store.Statements(ctx, StatementQuery{Until: on})
	if err != nil {
		return nil, fmt.Errorf("workflow: statements: %w", err)
	}
	out := map[string]Statement{}
	for _, st := range list {
		if st.System != "" {
			out[st.System] = out[st.System].over(st)
		}
	}
	return out, nil
}
