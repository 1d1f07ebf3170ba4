package workflow

import (
	"maps"
	"slices"
)

// openAgain opens a dossier that determines an approved level again
// (NĐ 85/2016 Đ18). Facts that changed are taken over at once: they are so.
func openAgain(m *move) *Problem {
	if len(m.f.facts) > 0 {
		facts := maps.Clone(m.sys.Facts)
		if facts == nil {
			facts = Facts{}
		}
		maps.Copy(facts, m.f.facts)
		m.sys.Facts = facts
	}
	if p := openCase(m); p != nil {
		return p
	}
	m.c.Preparers = nil // who opens it has prepared nothing yet
	m.c.Again = true
	m.c.Trigger = m.trigger(m.f.text["trigger"], m.f.text["reason"])
	if code := m.c.Trigger.Code; !slices.Contains(m.sys.Triggers, code) {
		m.sys.Triggers = append(m.sys.Triggers, code)
	}
	m.keepSystem()
	return nil
}

func (m *move) trigger(code, reason string) *Trigger {
	t := &Trigger{Code: code, Reason: reason}
	if e := m.snap.Entry; e != nil {
		t.Old, t.OldCase, t.OldLevel = e.ID, e.Case, e.Level
	}
	return t
}

// approvedBefore asks for a level in force: without one nothing is determined again.
func approvedBefore(m *move) *Problem {
	if m.snap.Entry != nil {
		return nil
	}
	return &Problem{}
}

// supersede moves the dossier behind the old decision along.
func (m *move) supersede(old *Case) {
	r, ok := m.book.ByKey(old.Regime)
	if !ok {
		r = m.r
	}
	p := procedureOf(r, old, m.sys)
	if p == nil {
		return
	}
	if step, ok := p.Find("supersede", old.State); ok {
		m.other(old, step.Target(old.State), p.States[step.To].Stage, Event{Act: step.Act, Basis: step.Basis, Origin: step.Origin, Regime: r.Key})
	}
}

// other moves another case as the clock does and notes it in its history.
func (m *move) other(c *Case, state, stage string, e Event) *Case {
	next := clone(*c)
	e.Case, e.System, e.Person, e.Role, e.On, e.At = c.ID, c.System, clockPerson, clockPerson, m.day, m.at
	e.From, e.To, e.Version = c.State, state, c.Version
	next.State, next.Stage, next.Due, next.Hands = state, stage, nil, ""
	next.Revision++
	e.Revision = next.Revision
	m.change.Also = append(m.change.Also, CaseChanged{&next, c.Revision})
	m.change.Events = append(m.change.Events, e)
	return &next
}

// endDecision ends the decision in force, so that the lower one that waits counts.
func endDecision(m *move) *Problem {
	old := m.snap.Entry
	if old.No != "" && old.No != m.f.text["no"] {
		return invalid("no", "expect.as_issued", m.f.text["no"])
	}
	if on := m.f.days["date"]; on.Before(old.Decided.First()) || on.After(old.Decided.Last()) {
		return invalid("date", "expect.as_issued", on.String())
	}
	next := *m.sys.Pending
	next.From = m.day
	return m.inForce(next)
}

// isWaiting tells whether the case's decision waits for the old one to end.
func isWaiting(c *Case, sys *System) bool {
	return sys.Pending != nil && sys.Pending.Case == c.ID
}

// startOperation keeps how the system went into operation.
func startOperation(m *move) *Problem {
	m.sys.Operation = &Operation{On: m.day, Measures: m.f.text["measures"], Design: m.f.text["design"], Leased: m.f.text["leased"], Software: m.f.text["internal_software"]}
	return nil
}

// builtAsDesigned asks for the design the system was built by, which a project
// has not shown yet.
func builtAsDesigned(m *move) *Problem {
	if m.snap.Old != nil && m.snap.Old.Track != "project" {
		return nil
	}
	track := m.r.Papers.Design.Operating
	if track.Fits(m.f.text["design"]) {
		return nil
	}
	return &Problem{Basis: slices.Clone(track.Basis), Fields: []Field{{"design", "expect.design_operating", m.f.text["design"]}}}
}

// measuresDeployed asks for the whole approved plan before operation, and for
// internal software to be checked where the regime says so.
func measuresDeployed(m *move) *Problem {
	if m.f.text["measures"] != "all" {
		return &Problem{Basis: slices.Clone(m.step.Basis), Fields: []Field{{"measures", "expect.measures_all", m.f.text["measures"]}}}
	}
	if m.f.text["internal_software"] == "unchecked" && len(m.r.Software) > 0 {
		return &Problem{Basis: slices.Clone(m.r.Software), Fields: []Field{{"internal_software", "expect.software_checked", "unchecked"}}}
	}
	return nil
}

// separationMet asks for leased infrastructure to be separated as the level wants.
func separationMet(m *move) *Problem {
	leased := m.f.text["leased"]
	if leased == "" || leased == "none" || leased == "physical" {
		return nil
	}
	for _, s := range m.r.Separation {
		if (slices.Contains(s.Levels, m.sys.Level) || s.Listed && isListed(m.r, m.sys)) && s.Need != leased {
			return &Problem{Basis: slices.Clone(s.Basis), Fields: []Field{{"leased", "expect.separation_" + s.Need, leased}}}
		}
	}
	return nil
}

// conditionsAssessed asks for an assessment filed before operation begins.
func conditionsAssessed(m *move) *Problem {
	if len(m.sys.Evaluations) > 0 {
		return nil
	}
	return &Problem{}
}

func planEnd(m *move) *Problem {
	m.sys.EndPlan = m.f.text["plan"]
	return nil
}

// endOperation marks the row, which is kept, and stops the checks
// (NĐ 85/2016 Đ19 k2 g).
func endOperation(m *move) *Problem {
	m.amendEntry("decommissioned", func(e *RegisterEntry) { e.Mark = "decommissioned" })
	for _, c := range m.snap.Checks {
		m.stopCheck(c)
	}
	return nil
}

// review answers the duties on the level that are open today.
func review(m *move) *Problem {
	for _, t := range m.tasks(m.step) {
		m.sys.Reviews = append(m.sys.Reviews, ReviewDone{Rule: t.Rule, On: m.day, Result: m.f.text["result"], No: m.f.text["no"], Evidence: m.f.text["evidence"]})
	}
	return nil
}

// evaluate files an assessment beside the periodic check. From the levels the
// regime names it does not count as one.
func evaluate(m *move) *Problem {
	if to := m.f.days["to"]; to.After(m.day) {
		return invalid("to", "expect.no_future_day", to.String())
	}
	m.sys.Evaluations = append(m.sys.Evaluations, Evaluation{Kind: m.f.text["kind"], Performer: m.f.text["performer"], From: m.f.days["from"], To: m.f.days["to"], Filed: m.day})
	if slices.Contains(m.r.Checks.Counts.Levels, m.sys.Level) {
		m.warns = append(m.warns, "not_counted")
	}
	return nil
}
