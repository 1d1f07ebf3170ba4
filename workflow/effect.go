package workflow

import (
	"maps"
	"slices"

	"capdo/workflow/regime"
)

// effects are what steps do beside moving the state; data names them.
var effects map[string]func(*move) *Problem

func init() {
	effects = map[string]func(*move) *Problem{
		"open_case": openCase, "merge_facts": mergeFacts, "join_systems": joinSystems, "part_systems": partSystems, "attach_components": attachComponents,
		"receive": receive, "ask_points": askPoints, "take_answers": takeAnswers, "new_version": newVersion,
		"take_level": takeLevel, "conclude": conclude, "conclude_level": concludeLevel, "decide": decideCase,
		"report": report, "close": closeAgain, "correct": correct, "assign": assign,
		"declare": declare, "choose": choose, "change_operator": changeOperator, "change_owner": changeOwner,
		"name_lead":  nameLead,
		"open_again": openAgain, "file": fileReasons, "record_opinion": recordOpinion, "give_opinion": giveOpinion, "ask_listing": askListing, "list": putOnList,
		"decide_plan": decidePlan, "end_decision": endDecision, "start_operation": startOperation, "plan_end": planEnd,
		"end_operation": endOperation, "review": review, "evaluate": evaluate, "designate": designate, "delegate": delegate, "send_report": sendReport,
		"draft_plan": draftPlan, "approve_inspection": approveInspection, "send_plan": sendPlan, "order": order, "open_order": openOrder,
		"start_field": startField, "finish_field": finishField, "comment": comment, "conclude_check": concludeCheck,
		"close_finding": closeFinding, "extend_finding": extendFinding, "recheck_finding": recheckFinding,
	}
}

func openCase(m *move) *Problem {
	m.c = &Case{ID: m.newID, System: m.sys.ID, Track: m.want.Track, Level: m.want.Level, State: m.p.Start,
		Version: 1, Opened: m.day, Hold: m.hold, Editions: []Edition{{Version: 1, Components: map[int]string{}}}}
	m.prepares()
	return nil
}

// prepares remembers who worked on the dossier: they may not appraise it.
func (m *move) prepares() {
	if !slices.Contains(m.c.Preparers, m.who.ID) {
		m.c.Preparers = append(m.c.Preparers, m.who.ID)
	}
}

func mergeFacts(m *move) *Problem {
	m.prepares()
	for _, id := range m.f.lists["systems"] {
		sys := m.joined(id)
		if sys == nil {
			return invalid("systems", "expect.one_of_joint", id)
		}
		sys.Facts = m.r.Criteria.Merge(sys.Facts, m.f.facts)
		m.keepJoined(sys)
	}
	if len(m.f.lists["systems"]) == 0 {
		m.sys.Facts = m.r.Criteria.Merge(m.sys.Facts, m.f.facts)
		m.keepSystem()
	}
	return nil
}

func attachComponents(m *move) *Problem {
	m.prepares()
	e, rule := m.c.Present(), m.r.Papers.Design
	for _, n := range m.f.pieces {
		e.Components[n] = m.day.String()
	}
	if p := m.takeExtra(e); p != nil {
		return p
	}
	design := m.f.text["design"]
	_, has := e.Components[rule.Component]
	switch {
	case design != "" && !has:
		return invalid("design", "expect.design_component", design)
	case design != "":
		e.Design = design
	case slices.Contains(m.f.pieces, rule.Component) || has && e.Design == "":
		e.Design = rule.Track(m.c.Track).First
	}
	return nil
}

// receive freezes the version: what is judged is what was sent.
func receive(m *move) *Problem {
	m.prepares()
	e := m.c.Present()
	e.Verdict = m.r.Criteria.Classify(m.sys.Facts)
	e.Facts, e.Received = clone(m.sys.Facts), m.day
	m.receiveJoined(e)
	legal := m.r.CopiesFor(m.c.Level)
	e.Originals, e.Copies = legal.Originals, legal.Copies
	if n, ok := m.f.number["originals"]; ok {
		e.Originals = n
	}
	if n, ok := m.f.number["copies"]; ok {
		e.Copies = n
	}
	return fileReasons(m)
}

// fileReasons keeps why the dossier departs from the level implied.
func fileReasons(m *move) *Problem {
	m.prepares()
	e := m.c.Present()
	for field, at := range map[string]*string{"override": &e.Override, "reason": &e.Reason, "reasoning": &e.Reasoning} {
		if s := m.f.text[field]; s != "" {
			*at = s
		}
	}
	return nil
}

func askPoints(m *move) *Problem {
	if l := m.f.texts["points"]; slices.Contains(l, "") {
		return invalid("points", "expect.texts", "")
	}
	m.c.Present().Asked = m.f.texts["points"]
	return nil
}

func takeAnswers(m *move) *Problem {
	m.c.Present().Answers = m.f.texts["answers"]
	return nil
}

// newVersion starts the next version; what was attached stays attached.
func newVersion(m *move) *Problem {
	old := m.c.Present()
	m.c.Version++
	next := Edition{Version: m.c.Version, Components: maps.Clone(old.Components), Design: old.Design, Extra: old.Extra, Risk: old.Risk}
	if m.step.To == m.p.Start { // an opinion speaks on the version it was given
		m.c.Opinion = nil
		for n, piece := range m.r.Papers.Components {
			if piece.Added {
				delete(next.Components, n)
			}
		}
	}
	if m.step.To != m.p.Start { // a resubmission keeps what was written when filing
		next.Override, next.Reason, next.Reasoning = old.Override, old.Reason, old.Reasoning
	}
	m.c.Editions = append(m.c.Editions, next)
	m.prepares()
	return nil
}

// takeLevel proposes another level, which may send the dossier another way
// (NĐ 85/2016 Đ14 k1: by the proposed level).
func takeLevel(m *move) *Problem {
	level := m.f.number["level"]
	if level == 0 {
		return nil
	}
	p, ok := m.r.For(level, m.c.ListAsked || isListed(m.r, m.sys))
	if !ok {
		return m.laterLevel(level)
	}
	m.c.Level = level
	m.goAlone(p)
	return nil
}

func conclude(m *move) *Problem {
	_, unfit := m.shape.Fields["defects"]
	m.c.Present().Conclusion = &Conclusion{Fit: !unfit, Points: m.f.points, Defects: m.f.texts["defects"],
		Reason: m.f.text["reason"], Reasoning: m.f.text["reasoning"], Person: m.who.ID, Office: m.office, On: m.day}
	return nil
}

func concludeLevel(m *move) *Problem {
	level := m.f.number["level"]
	if level == m.c.Level {
		return invalid("level", "expect.other_level", itoa(level))
	}
	m.c.Present().Conclusion = &Conclusion{Level: level, Reason: m.f.text["reason"], Person: m.who.ID, Office: m.office, On: m.day,
		Points: map[string]string{m.r.Papers.Points.Level: "unfit"}}
	return nil
}

func decideCase(m *move) *Problem {
	d := &Decided{Date: m.date, By: m.office, Level: m.c.Level, Person: m.who.ID, QuyChe: m.f.text["quy_che"], QuyCheDate: m.f.days["quy_che_date"]}
	m.c.Decided = d
	entry := m.newEntry(d.Date)
	entry.By = m.office
	m.decideJoined(entry)
	return m.count(entry)
}

// newEntry is the row of the register that this version earns from a day.
func (m *move) newEntry(from Day) RegisterEntry {
	who := m.parties()
	return RegisterEntry{ID: m.c.ID + "." + itoa(m.c.Version), Owner: who.owner(), System: m.sys.ID, SystemName: m.sys.Name,
		Operator: who.operator(), OperatorName: m.snap.Offices[who.operator()].At(from).Name, Level: m.c.Level, Regime: m.r.Key,
		Decided: LooseOf(from), Meets: meets(m.r, m.c), From: from, Case: m.c.ID}
}

// count lets a new decision count, or, where a higher body signed the old one,
// lets it wait until that is ended (a reading of NĐ 85/2016 Đ12, Đ18).
func (m *move) count(entry RegisterEntry) *Problem {
	if old := m.snap.Entry; old != nil && m.higher(old.By, entry.By) {
		m.sys.Pending = &entry
		m.keepSystem()
		return nil
	}
	return m.inForce(entry)
}

// inForce enters a decision in the register, ends the old one and starts the
// system's cycle of checks.
func (m *move) inForce(entry RegisterEntry) *Problem {
	if old := m.snap.Old; old != nil && old.ID != entry.Case && len(old.Joint) == 0 { // one of several goes on standing for the others
		m.supersede(old)
	}
	m.replaceEntry(entry, "superseded", entry.From)
	m.sys.Level, m.sys.LevelBy, m.sys.Decided, m.sys.Pending = entry.Level, entry.Regime, entry.Decided, nil
	m.keepSystem()
	return m.cycle(entry)
}

// higher tells whether one body stands above another: over it, or an outside
// body that is not itself under it.
func (m *move) higher(old, now string) bool {
	if old == "" || old == now {
		return false
	}
	p := m.parties()
	return p.under(now, old) || m.snap.Offices[old].Body != "" && m.snap.Offices[now].Body == ""
}

// meets reads the register's last column: the plan fits in operation (NĐ 85/2016
// Đ16 k1 c) and the system runs. A reading until requirement sheets roll up.
func meets(r *regime.Regime, c *Case) string {
	if k := c.Present().Conclusion; k != nil && k.Points[r.Papers.Points.Operation] == "fit" && c.Track == "operating" {
		return "met"
	}
	return "unmet"
}

// replaceEntry ends the row in force, which stays visible for the days it held.
func (m *move) replaceEntry(next RegisterEntry, why string, on Day) {
	if old := m.snap.Entry; old != nil {
		end := *old
		end.To, end.Ended = on, why
		m.change.Ended = append(m.change.Ended, end)
	}
	m.change.Added = append(m.change.Added, next)
	m.sys.Decision = next.ID
}

// amendEntry goes on with the same decision under changed particulars.
func (m *move) amendEntry(why string, amend func(*RegisterEntry)) {
	if m.snap.Entry == nil {
		return
	}
	next := *m.snap.Entry
	next.ID, next.From = next.ID+"."+itoa(int(m.snap.System.Revision+1)), m.day
	amend(&next)
	m.replaceEntry(next, why, m.day)
}

// closeAgain notes that the level in force stays when a re-determination ends
// without a decision (rule book 7e).
func closeAgain(m *move) *Problem {
	if m.c.Again && m.snap.Entry != nil {
		m.change.Events = append(m.change.Events, Event{Act: "close", Case: m.c.ID, System: m.sys.ID, Person: clockPerson, Role: clockPerson, On: m.day, At: m.at,
			From: m.c.State, To: m.step.Target(m.c.State), Version: m.c.Version, Regime: m.r.Key, Basis: m.r.Redetermine, Origin: regime.Design, Revision: m.c.Revision})
	}
	return nil
}

func report(m *move) *Problem {
	m.c.Decided.Reported = true
	if m.c.Due != nil && m.p.States[m.c.State].Within.Until == m.step.Once {
		m.c.Due = nil
	}
	return nil
}

func correct(m *move) *Problem {
	field, was, now := m.f.text["field"], m.f.text["was"], m.f.text["now"]
	if was == now {
		return invalid("now", "expect.other_text", now)
	}
	switch field {
	case "name":
		if was != m.sys.Name {
			return invalid("was", "expect.as_issued", was)
		}
		m.sys.Name = now
		m.amendEntry("corrected", func(e *RegisterEntry) { e.SystemName = now })
		m.keepSystem()
	case "address":
		m.sys.Address = now
		m.keepSystem()
	}
	m.c.Decided.Corrections++
	return nil
}

func assign(m *move) *Problem {
	a := &Appraiser{Mode: m.f.text["mode"], Office: m.f.text["appraiser"], Members: m.f.people, No: m.f.text["no"], Date: m.f.days["date"]}
	if a.Mode == "council" {
		a.Office = m.parties().owner()
	} else {
		a.Members = nil
	}
	m.c.Appraiser = a
	return nil
}

func declare(m *move) *Problem {
	m.c.Hold = &Hold{Kind: "declared", Regime: m.r.Key, Until: m.r.Declared.Until, ProjectNo: m.f.text["project_no"], ProjectDate: m.f.days["project_date"]}
	return nil
}

// choose moves a case to the regime named. A regime that does not carry on the
// files of the old one starts a new version.
func choose(m *move) *Problem {
	m.c.Hold = nil
	if m.r.Chosen != nil && !m.r.To.IsZero() && m.day.After(m.r.To) {
		m.c.Hold = &Hold{Kind: "chosen", Regime: m.r.Key, Until: m.r.Chosen.Until, Reason: m.f.text["reason"]}
	}
	if m.c.Regime == m.r.Key || slices.Contains(m.r.CarriesOn, m.c.Regime) {
		return nil
	}
	m.p = m.procedure()
	m.goAlone(m.p)
	again := *m.step
	again.To = m.p.Start // the version starts over; the step of the data says that the state stays
	m.step = &again
	return newVersion(m)
}

func changeOperator(m *move) *Problem {
	to := m.f.text["to"]
	if ops := m.parties().operators(); len(ops) == 1 && ops[0] == to {
		return invalid("to", "expect.other_office", to)
	}
	m.sys.Operators, m.sys.Lead, m.sys.Lease = []string{to}, "", nil
	m.amendEntry("operator", func(e *RegisterEntry) { e.Operator, e.OperatorName = to, m.snap.Offices[to].At(e.From).Name })
	return nil
}

func changeOwner(m *move) *Problem {
	to := m.f.text["to"]
	if m.parties().owner() == to {
		return invalid("to", "expect.other_office", to)
	}
	m.sys.Owners = []string{to}
	m.amendEntry("owner", func(e *RegisterEntry) { e.Owner = to })
	return nil
}

func nameLead(m *move) *Problem {
	to := m.f.text["to"]
	if !slices.Contains(m.sys.Operators, to) {
		return invalid("to", "expect.one_of_operators", to)
	}
	m.sys.Lead = to
	return nil
}
