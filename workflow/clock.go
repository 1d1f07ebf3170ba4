package workflow

import (
	"context"
	"errors"
	"fmt"

	"capdo/workflow/regime"
)

// clockPerson is the actor of timed work.
const clockPerson = "clock"

// calendarProblem turns a year without a calendar into a refusal; the day is
// not guessed.
func calendarProblem(err error) *Problem {
	var gap *regime.CalendarGap
	p := &Problem{Kind: Refused, Key: "guard.calendar_known", Guard: "calendar_known"}
	if errors.As(err, &gap) {
		p.Args = map[string]string{"year": itoa(gap.Year)}
	}
	return p
}

// Tick does the timed work of the clock's day: it marks every deadline that has
// passed and prints the notice. Nothing is ever approved by silence; states
// stay. It may be run twice without harm.
func (s *Service) Tick(ctx context.Context) error {
	today := s.Today()
	for after := ""; ; {
		cases, err := s.Store.Cases(ctx, CaseQuery{DueBy: today, After: after, Limit: 200})
		if err != nil {
			return fmt.Errorf("workflow: due cases: %w", err)
		}
		for _, c := range cases {
			after = c.ID
			if err := s.mark(ctx, c.ID, today); err != nil {
				if p, ok := ProblemOf(err); ok && p.Kind == Stale {
					continue // somebody acted meanwhile; the next run looks again
				}
				return err
			}
		}
		if len(cases) < 200 {
			return nil
		}
	}
}

func (s *Service) mark(ctx context.Context, id string, today Day) error {
	snap, err := s.Store.Snapshot(ctx, id, "")
	if err != nil {
		return err
	}
	due := snap.Case.Due
	if due == nil || due.Marked || !due.Day.Before(today) {
		return nil
	}
	r, ok := s.Book.ByKey(snap.Case.Regime)
	if !ok {
		return fmt.Errorf("workflow: case %s: no regime %s", id, snap.Case.Regime)
	}
	m := &move{book: s.Book, day: today, at: s.Clock(), who: Person{ID: clockPerson}, want: Want{Act: "pass_date", Case: id},
		shape: &regime.ActShape{Object: "case"}, snap: snap, r: r, date: today}
	m.own()
	m.p, _ = r.For(m.c.Level)
	m.step = &regime.Step{Act: "pass_date", Basis: due.Basis, Origin: due.Origin, Issues: []string{"overdue-notice"}}
	if due.Remind {
		m.want.Act, m.step.Issues = "remind", nil
	} else {
		m.c.Marks = append(m.c.Marks, due.Rule)
	}
	m.c.Due.Marked = true
	m.c.Revision++
	m.office = m.parties().owner()
	m.from = m.c.State
	m.change.Case, m.change.CaseWas = m.c, snap.Case.Revision
	m.change.SystemID, m.change.SystemWas = snap.System.ID, snap.System.Revision
	if err := s.print(ctx, m); err != nil {
		return s.giveUp(ctx, m, err)
	}
	if _, err := m.outcome(); err != nil {
		return err
	}
	return s.Store.Keep(ctx, &m.change)
}
