package workflow

import (
	"slices"

	"capdo/workflow/regime"
)

// cycle starts the checks that a decision brings: of the system by its level,
// and of the owner's whole activity from its first decision on
// (NĐ 85/2016 Đ20 k2 c). A cycle that only waits begins anew; one under way goes
// on, and the next is counted from its conclusion.
func (m *move) cycle(entry RegisterEntry) *Problem {
	under := false
	for _, c := range m.snap.Checks {
		switch {
		case c.Inspection.Kind != "periodic":
		case waits(c):
			m.stopCheck(c)
		case c.Inspection.Concluded.IsZero():
			under = true
		}
	}
	if y, ok := m.r.Checks.CycleOf(entry.Level, isListed(m.r, m.sys)); ok && !under {
		if p := m.generate(y, entry.System, "", entry.Decided.Last()); p != nil {
			return p
		}
	}
	return m.cycleOfOwner(entry)
}

// cycleOfOwner starts the check of the owner's whole activity. One that waits on
// a later decision than this begins anew: the first one counts, in whatever order
// decisions come to be known.
func (m *move) cycleOfOwner(entry RegisterEntry) *Problem {
	y, ok := m.r.Checks.CycleOfOwner()
	for _, c := range m.snap.OrgWide {
		if !beginsAnew(c, entry) {
			return nil
		}
		m.stopCheck(c)
	}
	if !ok {
		return nil
	}
	return m.generate(y, "", entry.Owner, entry.Decided.Last())
}

// beginsAnew tells whether a check of the whole activity still waits on a decision
// later than this one.
func beginsAnew(c *Case, entry RegisterEntry) bool {
	return waits(c) && c.Inspection.Follows == "" && entry.Decided.Last().Before(c.Inspection.Since)
}

// nextCycle counts the next interval from the conclusion of a check.
func (m *move) nextCycle() *Problem {
	y, ok := m.r.Checks.CycleOfOwner()
	if m.sys.ID != "" {
		y, ok = m.r.Checks.CycleOf(m.sys.Level, isListed(m.r, m.sys))
	}
	if !ok {
		return nil
	}
	return m.begin("next_cycle", y, m.c.System, m.c.Owner, m.day)
}

// generate opens a check that waits for its day; none where the regime sets no interval.
func (m *move) generate(y regime.Cycle, system, owner string, since Day) *Problem {
	return m.begin("generate", y, system, owner, since)
}

func (m *move) begin(act string, y regime.Cycle, system, owner string, since Day) *Problem {
	c, p := newCheck(m.book, m.r, y, system, owner, since, m.sys.Level)
	if c == nil || p != nil {
		return p
	}
	c.ID, c.Opened = m.newIDs("check"), m.day
	m.change.Also = append(m.change.Also, CaseChanged{c, 0})
	e := generated(m.r, c, m.day)
	e.Act, e.At = act, m.at
	if act != "generate" {
		c.Inspection.Follows = m.c.ID
		e.From = m.step.Target(m.from)
	}
	m.change.Events = append(m.change.Events, e)
	return nil
}

// generated is the event of a check that begins to wait.
func generated(r *regime.Regime, c *Case, on Day) Event {
	e := Event{Act: "generate", Case: c.ID, System: c.System, Person: clockPerson, Role: clockPerson, On: on, To: c.State, Version: 1, Regime: r.Key, Revision: 1}
	if step, ok := r.Check.Opening("generate"); ok {
		e.Basis, e.Origin = step.Basis, step.Origin
	}
	return e
}

// newCheck works out the interval and the window before its end.
func newCheck(book *regime.Book, r *regime.Regime, y regime.Cycle, system, owner string, since Day, level int) (*Case, *Problem) {
	dl := r.Deadlines[y.Rule]
	got, err := book.Calendar.Due(dl, since, Day{})
	if err != nil {
		return nil, calendarProblem(err)
	}
	if got.None {
		return nil, nil
	}
	st := r.Check.States[r.Check.Start]
	c := &Case{Kind: KindCheck, System: system, Owner: owner, Track: "operating", Level: level, State: r.Check.Start, Stage: st.Stage, Version: 1,
		Regime: r.Key, Revision: 1, Editions: []Edition{{Version: 1, Components: map[int]string{}}},
		Inspection: &Inspection{Kind: "periodic", Rule: y.Rule, NextDue: got.Due, Provisional: got.Provisional, Since: since}}
	if system != "" {
		c.Inspection.Systems = []string{system}
	}
	due := Due{Rule: y.Rule, From: since, Day: got.Due, Origin: got.Origin, Basis: got.Basis, Regime: r.Key, Then: st.Passes}
	if st.Opens != nil {
		c.Also = append(c.Also, Due{From: since, Day: got.Due.AddDays(-st.Opens.Days - 1), Origin: regime.Design, Regime: r.Key, Then: st.Opens.Act, Quiet: true})
	}
	c.Also = append(c.Also, due)
	return c, nil
}

// stopCheck closes a check that will not be made.
func (m *move) stopCheck(c *Case) {
	for _, step := range m.r.Check.Leaving(c.State) {
		if step.Act == "close" && step.When == "" {
			to := step.Target(c.State)
			next := m.other(c, to, m.r.Check.States[to].Stage, Event{Act: step.Act, Basis: step.Basis, Origin: step.Origin, Regime: m.r.Key})
			next.Also = nil
			return
		}
	}
}

// due works out a rule that begins today; start is the day acted on, if any.
func (m *move) due(rule string, start Day) (*Due, *Problem) {
	dl := m.r.Deadlines[rule]
	if dl == nil {
		return nil, nil
	}
	got, err := m.book.Calendar.Due(dl, m.day, start)
	if err != nil {
		return nil, calendarProblem(err)
	}
	if got.None {
		return nil, nil
	}
	return &Due{Rule: rule, From: m.day, Day: got.Due, Origin: got.Origin, Basis: got.Basis, Regime: m.r.Key, Remind: dl.Remind}, nil
}

// startClocks starts what runs on beside the state.
func (m *move) startClocks(step *regime.Step) *Problem {
	for _, s := range step.Starts {
		start := Day{}
		if m.c.Inspection != nil {
			start = m.c.Inspection.From
		}
		due, p := m.due(s.Rule, start)
		if p != nil {
			return p
		}
		if due != nil {
			due.Then, due.Quiet = s.Then, s.Then != ""
			m.c.Also = append(m.c.Also, *due)
		}
	}
	return nil
}

// waits tells whether a check only waits for its day: nobody has begun it.
func waits(c *Case) bool { return c.Stage == "resting" || c.Stage == "waiting" }

// stopClocks ends what a step answers, and the window once a check is under way.
func (m *move) stopClocks(step *regime.Step) {
	waits := waits(m.c)
	m.c.Also = slices.DeleteFunc(m.c.Also, func(d Due) bool {
		return slices.Contains(step.Ends, d.Rule) || !waits && d.Quiet && d.Rule == ""
	})
}

// follow takes the steps that the clock takes at once after a person's.
func (m *move) follow() *Problem {
	m.to = m.state()
	for m.c != nil && m.c.Kind == KindCheck {
		step := m.next()
		if step == nil {
			break
		}
		e := Event{Act: step.Act, Case: m.c.ID, System: m.sys.ID, Person: clockPerson, Role: clockPerson, On: m.day, At: m.at, From: m.c.State,
			To: step.Target(m.c.State), Version: m.c.Version, Regime: m.r.Key, Basis: step.Basis, Origin: step.Origin, Revision: m.c.Revision}
		if p := m.enter(step); p != nil {
			return p
		}
		m.change.Events = append(m.change.Events, e)
		m.owed = append(m.owed, owed{step: step, again: true})
	}
	return nil
}

// next finds the clock's step whose condition holds now.
func (m *move) next() *regime.Step {
	found := m.c.Inspection.Findings
	open := slices.ContainsFunc(found, func(f Finding) bool { return f.Closed.IsZero() })
	for _, s := range m.p.Leaving(m.c.State) {
		switch {
		case s.When == "findings" && len(found) > 0, s.When == "no_findings" && len(found) == 0, s.When == "all_closed" && !open:
			return s
		}
	}
	return nil
}
