package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"

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

// Tick does the timed work of the clock's day: it opens windows of checks, marks
// every deadline that has passed and prints the notice. Nothing is ever approved
// by silence. It may be run twice without harm, catches up after days switched
// off, and one case it cannot serve does not keep it from the others: its error
// joins all of those.
func (s *Service) Tick(ctx context.Context) error {
	today := s.Today()
	var faults []error
	for after := ""; ; {
		q := CaseQuery{DueBy: today, After: after, Limit: 200}
		cases, err := s.Store.Cases(ctx, q)
		if err != nil {
			return errors.Join(append(faults, fmt.Errorf("workflow: due cases: %w", err))...)
		}
		for _, c := range cases {
			after = q.Cursor(c)
			if err := s.catchUp(ctx, c.ID, today); err != nil {
				faults = append(faults, fmt.Errorf("workflow: clock: case %s: %w", c.ID, err))
			}
		}
		if len(cases) < 200 {
			return errors.Join(faults...)
		}
	}
}

// catchUp deals with everything on a case that has passed, oldest first.
func (s *Service) catchUp(ctx context.Context, id string, today Day) error {
	for range 100 {
		more, err := s.pass(ctx, id, today)
		if p, ok := ProblemOf(err); ok && p.Kind == Stale {
			return nil // somebody acted meanwhile; the next run looks again
		}
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// pass deals with the first deadline that has passed; false when none has.
func (s *Service) pass(ctx context.Context, id string, today Day) (bool, error) {
	snap, err := s.snapshot(ctx, id)
	if err != nil {
		return false, err
	}
	at := snap.Case.NextClock()
	if at.IsZero() || !at.Before(today) {
		return false, nil
	}
	r, ok := s.Book.ByKey(snap.Case.Regime)
	if !ok {
		return false, fmt.Errorf("no regime %s", snap.Case.Regime)
	}
	m := &move{book: s.Book, rights: s.Rights, day: today, at: s.Clock(), who: Person{ID: clockPerson}, want: Want{Case: id},
		shape: &regime.ActShape{Object: "case"}, snap: snap, r: r, date: today, newIDs: s.NewID, role: clockPerson}
	m.own()
	m.p, m.from = m.procedure(), m.c.State
	m.office = m.parties().owner()
	for _, d := range m.c.dues() {
		if !d.Marked && d.Day == at {
			m.passing = d
			break
		}
	}
	if p := m.elapse(); p != nil {
		return false, p
	}
	if err := s.print(ctx, m); err != nil {
		return false, s.giveUp(ctx, m, err)
	}
	if _, err := m.outcome(); err != nil {
		return false, err
	}
	return true, s.Store.Keep(ctx, &m.change)
}

// elapse does what the passing of a deadline brings: its act where the state
// knows one, else a mark and a notice, else a reminder.
func (m *move) elapse() *Problem {
	d := m.passing
	d.Marked = true
	passed := *d
	m.passing = &passed
	m.want.Act = "pass_date"
	m.step = &regime.Step{Act: "pass_date", To: "same", From: []string{m.c.State}, Basis: passed.Basis, Origin: passed.Origin}
	quiet := passed.Quiet || passed.Remind
	if !quiet {
		m.c.Marks = append(m.c.Marks, passed.Rule)
		m.step.Issues = []string{"overdue-notice"}
	}
	if quiet {
		m.want.Act = "remind"
	}
	for _, st := range m.p.Leaving(m.c.State) {
		if passed.Then != "" && st.Act == passed.Then && slices.Contains(st.By, "clock") {
			m.step, m.want.Act = st, st.Act
		}
	}
	m.c.Also = slices.DeleteFunc(m.c.Also, func(x Due) bool { return x.Marked && (x.Quiet || x.Rule == "") })
	m.f = fields{}
	for _, name := range m.step.Does {
		if p := effects[name](m); p != nil {
			return p
		}
	}
	m.owed = append(m.owed, owed{step: m.step})
	if p := m.arrive(); p != nil {
		return p
	}
	return m.follow()
}
