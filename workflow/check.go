package workflow

import (
	"slices"

	"capdo/workflow/regime"
)

// draftPlan keeps what the plan of a check says (TT 03/2017 Đ11 k3).
func draftPlan(m *move) *Problem {
	k := m.c.Inspection
	for _, id := range m.f.lists["systems"] {
		if !slices.Contains(m.snap.Named[id].Owners, m.parties().owner()) {
			return invalid("systems", "expect.own_system", id)
		}
	}
	k.Systems, k.Scope, k.From, k.To, k.Coordinating = m.f.lists["systems"], m.f.text["scope"], m.f.days["from"], m.f.days["to"], m.f.lists["coordinating"]
	return nil
}

func approveInspection(*move) *Problem { return nil } // the paper and its deadline are all

func sendPlan(m *move) *Problem {
	m.c.Inspection.Sent, m.c.Inspection.SentOn = m.f.lists["to"], m.day
	return nil
}

// openOrder opens an ad hoc check by its order.
func openOrder(m *move) *Problem {
	if m.f.text["kind"] != "adhoc" {
		return invalid("kind", "expect.adhoc", m.f.text["kind"])
	}
	m.c = &Case{ID: m.newID, Kind: KindCheck, System: m.sys.ID, Track: "operating", Level: m.sys.Level, Version: 1, Opened: m.day,
		Editions: []Edition{{Version: 1, Components: map[int]string{}}}, Inspection: &Inspection{Kind: "adhoc", Systems: []string{m.sys.ID}}}
	return nil
}

// order names who performs a check and what it looks at; it may be repeated
// while the check has not begun.
func order(m *move) *Problem {
	k := m.c.Inspection
	if m.f.text["kind"] != k.Kind {
		return invalid("kind", "expect.kind_of_check", k.Kind)
	}
	for _, c := range m.f.texts["contents"] {
		if !slices.Contains(m.r.Checks.Contents, c) {
			return invalid("contents", "expect.contents", c)
		}
	}
	k.Performer, k.Contents = m.f.text["performer"], m.f.texts["contents"]
	k.Decider, k.DeciderCap = m.office, m.orders()
	if by := m.f.text["by"]; by != "" {
		k.Decider = by
	}
	return nil
}

// orders is the capacity in which the check is ordered; the owner's office may
// record the order of an outside body.
func (m *move) orders() string {
	if m.f.text["by"] != "" {
		return "centre"
	}
	return m.book.Roles[m.role].Capacity
}

// orderingAuthority asks who may order an ad hoc check of this system
// (TT 03/2017 Đ10 k3).
func orderingAuthority(m *move) *Problem {
	capacity := m.orders()
	if by := m.f.text["by"]; by != "" && m.snap.Offices[by].Body == "" || capacity == "centre" && m.f.text["no"] == "" {
		return &Problem{Kind: Invalid, Key: "field.invalid", Fields: []Field{{"by", "expect.outside_body", m.snap.Offices[by].Name}}}
	}
	if m.book.Roles[m.role].Capacity == "owner" && slices.Contains([]string{"owner_office"}, m.role) && capacity != "centre" {
		return &Problem{Kind: Denied, Key: "act.denied", Basis: slices.Clone(m.step.Basis), Args: map[string]string{"act": m.want.Act, "office": m.snap.Offices[m.office].Name}}
	}
	for _, o := range m.r.Checks.Orders {
		if o.Capacity != capacity {
			continue
		}
		if o.Scope == "approved" && (m.snap.Entry == nil || m.snap.Entry.By != m.office) && m.kind() == "adhoc" {
			return &Problem{Basis: slices.Clone(o.Basis)}
		}
		return nil
	}
	return &Problem{Basis: slices.Clone(m.step.Basis)}
}

// kind of the check: as ordered here where it opens, else as it runs.
func (m *move) kind() string {
	if m.c != nil && m.c.Inspection != nil {
		return m.c.Inspection.Kind
	}
	return m.f.text["kind"]
}

// performerQualifies asks for a performer that every rule for this check lets
// perform, on the day of the fieldwork.
func performerQualifies(m *move) *Problem {
	k := m.c.Inspection
	have := m.qualities(k)
	if unmet := m.unmet(k, have); len(unmet) > 0 {
		return &Problem{Basis: slices.Clone(unmet[0].Basis), Args: map[string]string{"performer": m.snap.Offices[k.Performer].Name}}
	}
	if len(have) > 0 {
		k.Quality = have[0]
	}
	return nil
}

// unmet lists the rules for this check that none of the qualities answers.
func (m *move) unmet(k *Inspection, have []string) []regime.Performer {
	subject := regime.CheckSubject{Kind: k.Kind, Level: m.sys.Level, Listed: isListed(m.r, m.sys), ManagedBy: m.parties().managedBy(),
		OrderedBy: k.DeciderCap, Contents: k.Contents, Triggers: m.sys.Triggers}
	var out []regime.Performer
	for _, rule := range m.r.Checks.Performers {
		if rule.Fits(subject) && !slices.ContainsFunc(rule.OneOf, func(q string) bool { return slices.Contains(have, q) }) {
			out = append(out, rule)
		}
	}
	return out
}

// qualities lists by what the performer may perform today.
func (m *move) qualities(k *Inspection) []string {
	o, p := m.snap.Offices[k.Performer], m.parties()
	var out []string
	add := func(yes bool, q string) {
		if yes {
			out = append(out, q)
		}
	}
	add(o.Designated != nil && o.Designated.On(m.day), "designated")
	add(o.Licensed != nil && o.Licensed.On(m.day), "licensed")
	add(o.PublicService, "public_service")
	add(k.Performer == p.sdu(), "sdu")
	add(o.Body != "", "centre")
	apart := !slices.ContainsFunc(p.operators(), func(op string) bool { return p.under(k.Performer, op) || p.under(op, k.Performer) })
	add(apart && k.Performer != p.owner() && p.under(k.Performer, p.owner()), "independent_unit")
	add(k.DeciderCap == "owner", "owner_allowed")
	return out
}

func startField(m *move) *Problem {
	m.c.Inspection.Started = m.day
	return nil
}

func finishField(m *move) *Problem {
	m.c.Inspection.Finished = m.day
	return nil
}

// comment keeps what the inspected body says of the draft; the clock says
// nothing for it when the days have passed.
func comment(m *move) *Problem {
	m.c.Inspection.Comment, m.c.Inspection.Silent = m.f.text["text"], m.who.ID == clockPerson
	return nil
}

// concludeCheck keeps the findings. A level found wrong opens its
// re-determination; a qualifying periodic check starts the next cycle.
func concludeCheck(m *move) *Problem {
	k := m.c.Inspection
	if m.office != k.Decider && !(m.role == "owner_office" && m.snap.Offices[k.Decider].Body != "") {
		return &Problem{Kind: Denied, Key: "act.denied", Basis: slices.Clone(m.step.Basis),
			Args: map[string]string{"act": m.want.Act, "office": m.snap.Offices[k.Decider].Name}}
	}
	k.Findings, k.Concluded = m.f.finds, m.day
	for i, f := range k.Findings {
		if f.WrongLevel > 0 {
			if p := m.escalate(&k.Findings[i]); p != nil {
				return p
			}
		}
		if !f.Due.IsZero() {
			m.c.Also = append(m.c.Also, Due{Rule: "finding:" + f.ID, From: m.day, Day: f.Due, Origin: m.step.Origin, Regime: m.r.Key})
		}
	}
	m.c.Also = slices.DeleteFunc(m.c.Also, func(d Due) bool { return d.Rule == k.Rule && k.Rule != "" })
	if k.Kind == "periodic" {
		if len(m.sys.Triggers) > 0 {
			m.sys.Triggers = nil
			m.keepSystem()
		}
		return m.nextCycle()
	}
	return nil
}

// escalate opens the dossier that determines a level again which a check found
// wrong (NĐ 85/2016 Đ18), unless one is open already.
func (m *move) escalate(f *Finding) *Problem {
	if m.sys.ID == "" || m.snap.Entry == nil {
		return &Problem{Kind: Refused, Key: "guard.approved_before", Guard: "approved_before", Basis: m.r.Redetermine}
	}
	if len(m.snap.Open) > 0 {
		f.Case = m.snap.Open[0]
		return nil
	}
	p, ok := m.r.For(f.WrongLevel, isListed(m.r, m.sys))
	if !ok {
		return m.laterLevel(f.WrongLevel)
	}
	step, ok := p.Opening("open_redetermination")
	if !ok {
		return m.notOpen()
	}
	if f.Case == "" {
		f.Case = m.newIDs("case")
	}
	c := &Case{ID: f.Case, System: m.sys.ID, Track: m.track(), Level: f.WrongLevel, State: p.Start, Stage: p.States[p.Start].Stage, Version: 1,
		Again: true, Regime: m.r.Key, Opened: m.day, Revision: 1, Editions: []Edition{{Version: 1, Components: map[int]string{}}}, Trigger: m.trigger("check", f.Text)}
	c.Trigger.Check = m.c.ID
	m.snap.Open = append(m.snap.Open, c.ID)
	m.change.Also = append(m.change.Also, CaseChanged{c, 0})
	opened := Event{Act: step.Act, Case: c.ID, System: m.sys.ID, Person: clockPerson, Role: clockPerson, On: m.day, At: m.at,
		To: c.State, Version: 1, Regime: m.r.Key, Basis: step.Basis, Origin: step.Origin, Revision: 1}
	found := opened
	found.Act, found.Case, found.From, found.To, found.Revision = "escalate", m.c.ID, m.step.Target(m.from), m.step.Target(m.from), m.c.Revision
	m.change.Events = append(m.change.Events, found, opened)
	if to, ok := step.System["again"]; ok {
		m.sys.State = to
	}
	m.keepSystem()
	return nil
}

// finding looks up the finding an act names.
func (m *move) finding() (*Finding, *Problem) {
	k, id := m.c.Inspection, m.f.text["finding"]
	i := slices.IndexFunc(k.Findings, func(f Finding) bool { return f.ID == id })
	switch {
	case i < 0:
		return nil, invalid("finding", "expect.finding", id)
	case !k.Findings[i].Closed.IsZero():
		return nil, invalid("finding", "expect.open_finding", id)
	}
	return &k.Findings[i], nil
}

func closeFinding(m *move) *Problem {
	f, p := m.finding()
	if p != nil {
		return p
	}
	f.Evidence, f.Closed = m.f.text["evidence"], m.day
	m.c.Also = slices.DeleteFunc(m.c.Also, func(d Due) bool { return d.Rule == "finding:"+f.ID })
	return nil
}

// extendFinding moves the day of a finding, by the owner's approval alone.
func extendFinding(m *move) *Problem {
	f, p := m.finding()
	if p != nil {
		return p
	}
	due := m.f.days["due"]
	if due.Before(m.day) || !due.After(f.Due) {
		return invalid("due", "expect.later_day", due.String())
	}
	f.Due = due
	f.Notes = append(f.Notes, Note{On: m.day, Act: m.want.Act, Text: m.f.text["reason"], Due: due})
	m.c.Also = slices.DeleteFunc(m.c.Also, func(d Due) bool { return d.Rule == "finding:"+f.ID })
	m.c.Also = append(m.c.Also, Due{Rule: "finding:" + f.ID, From: m.day, Day: due, Origin: m.step.Origin, Regime: m.r.Key})
	return nil
}

func recheckFinding(m *move) *Problem {
	f, p := m.finding()
	if p != nil {
		return p
	}
	f.Notes = append(f.Notes, Note{On: m.day, Act: m.want.Act, Result: m.f.text["result"], Text: m.f.text["text"]})
	return nil
}
