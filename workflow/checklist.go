package workflow

import (
	"context"
	"slices"
)

// The parts of the list of checks. A check may stand in several: one under way
// may be overdue.
const (
	CheckLate      = "late"      // its last day has passed without a conclusion
	CheckOpen      = "open"      // its window is open, nobody has begun
	CheckSoon      = "soon"      // its last day lies within ninety days
	CheckUnderWay  = "under_way" // from the plan to the conclusion
	CheckRemedying = "remedying" // concluded, findings are open
	CheckLater     = "later"     // waits for its window
)

// CheckParts lists the parts in the order they are shown.
var CheckParts = []string{CheckLate, CheckOpen, CheckSoon, CheckUnderWay, CheckRemedying, CheckLater}

// PartsOf tells in which parts of the list of checks a check stands on a day;
// none for one that is closed.
func PartsOf(c *Case, today Day) []string {
	var parts []string
	add := func(yes bool, part string) {
		if yes {
			parts = append(parts, part)
		}
	}
	due, runs := c.Inspection.NextDue, c.Inspection.Concluded.IsZero()
	if c.Stage == "closed" {
		return nil
	}
	late := runs && !due.IsZero() && due.Before(today)
	add(late, CheckLate)
	add(c.Stage == "waiting" && !late, CheckOpen)
	add(runs && !late && !due.IsZero() && !due.After(today.AddDays(comingDays)), CheckSoon)
	add(c.Stage == "planning" || c.Stage == "checking" || c.Stage == "concluding", CheckUnderWay)
	add(c.Stage == "remedying", CheckRemedying)
	add(c.Stage == "resting", CheckLater)
	return parts
}

// ListChecks lists the checks a person may see that are not closed, those that are
// due first, first. rest takes in those whose window has not opened.
func (s *Service) ListChecks(ctx context.Context, who string, rest bool) ([]*CaseView, error) {
	var out []*CaseView
	q := CaseQuery{Kind: "check", Running: !rest, Limit: chunk}
	for {
		page, err := s.ListCases(ctx, who, q)
		if err != nil {
			return nil, err
		}
		for _, c := range page.Items {
			if c.Stage != "closed" {
				out = append(out, c)
			}
		}
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	slices.SortStableFunc(out, func(a, b *CaseView) int { return byDay(a.Inspection.NextDue, b.Inspection.NextDue) })
	return out, nil
}

// LateChecks counts the overdue checks a person may see.
func (s *Service) LateChecks(ctx context.Context, who string) (n int, err error) {
	list, err := s.ListChecks(ctx, who, false)
	for _, c := range list {
		if slices.Contains(PartsOf(c.Case, s.Today()), CheckLate) {
			n++
		}
	}
	return n, err
}

// FindingRow is a finding with the check that found it.
type FindingRow struct {
	*Finding
	Check    *CaseView `json:"-"`
	CheckID  string    `json:"check"`
	System   string    `json:"system"` // name, or that of the owner
	Operator string    `json:"operator,omitempty"`
	Late     bool      `json:"late,omitempty"`
}

// Findings lists the findings that a person may see, open ones or those closed:
// by their day, the gravest of a day first. A closed one stands by the day it
// was closed, the newest first.
func (s *Service) Findings(ctx context.Context, who string, closed bool) ([]FindingRow, error) {
	var out []FindingRow
	for _, stage := range []string{"remedying", "closed"} {
		if stage == "closed" && !closed {
			continue
		}
		for q := (CaseQuery{Kind: "check", Stage: stage, Limit: chunk}); ; {
			page, err := s.ListCases(ctx, who, q)
			if err != nil {
				return nil, err
			}
			rows, err := s.findingRows(ctx, page.Items, closed)
			if err != nil {
				return nil, err
			}
			out = append(out, rows...)
			if page.Next == "" {
				break
			}
			q.After = page.Next
		}
	}
	slices.SortStableFunc(out, func(a, b FindingRow) int {
		if closed {
			return byDay(b.Closed, a.Closed)
		}
		if n := byDay(a.Due, b.Due); n != 0 {
			return n
		}
		return slices.Index(severities, b.Severity) - slices.Index(severities, a.Severity)
	})
	return out, nil
}

func (s *Service) findingRows(ctx context.Context, list []*CaseView, closed bool) ([]FindingRow, error) {
	var ids []string
	for _, c := range list {
		ids = append(ids, nonEmpty(c.System)...)
	}
	systems, err := s.Store.SystemsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	base, err := s.partiesToday(ctx)
	if err != nil {
		return nil, err
	}
	var out []FindingRow
	for _, c := range list {
		row := FindingRow{Check: c, CheckID: c.ID, System: base.offices[c.Owner].At(base.day).Name}
		if i := slices.IndexFunc(systems, func(sys *System) bool { return sys.ID == c.System }); i >= 0 {
			base.sys = systems[i]
			row.System, row.Operator = systems[i].Name, base.offices[base.operator()].At(base.day).Name
		}
		for i := range c.Inspection.Findings {
			if f := &c.Inspection.Findings[i]; !f.Closed.IsZero() == closed {
				row.Finding, row.Late = f, f.Closed.IsZero() && !f.Due.IsZero() && f.Due.Before(base.day)
				out = append(out, row)
			}
		}
	}
	return out, nil
}
