package workflow

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"capdo/workflow/regime"
)

// move is one step while it is decided. Everything on it is a copy or read
// only; deciding touches no port but the rights, which are a fixed table.
type move struct {
	book   *regime.Book
	rights Rights
	day    Day
	at     time.Time
	who    Person
	want   Want
	shape  *regime.ActShape
	snap   *Snapshot
	newID  string

	c      *Case // copy, changed by effects; nil until a new case is opened
	sys    *System
	f      fields
	r      *regime.Regime
	p      *regime.Procedure
	step   *regime.Step
	role   string
	office string // office the person acts for
	rule   string
	from   string
	hold   *Hold // of a case about to open
	warns  []string
	date   Day // of the papers
	change Change
}

// own copies the case and the system, so that a refused step changes nothing.
func (m *move) own() {
	if m.snap.Case != nil {
		c := clone(*m.snap.Case)
		m.c = &c
	}
	sys := clone(*m.snap.System)
	m.sys = &sys
}

// clone copies a noun through its JSON form, which is also its stored form.
func clone[T any](v T) T {
	b, err := json.Marshal(v)
	var out T
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		panic("workflow: a noun does not survive its own form: " + err.Error())
	}
	return out
}

func (m *move) revision() int64 {
	if m.c != nil {
		return m.c.Revision
	}
	return m.sys.Revision
}

// decide takes the step on the copies, or says why not, in the order the rule
// book fixes: regime, state, right, fields, conditions.
func (m *move) decide() *Problem {
	if p := m.may(); p != nil {
		return p
	}
	if p := m.read(); p != nil {
		return p
	}
	if p := m.dates(); p != nil {
		return p
	}
	for _, g := range m.step.Guards {
		if p := m.guard(g); p != nil {
			return p
		}
	}
	m.from = m.state()
	for _, name := range m.step.Does {
		if p := effects[name](m); p != nil {
			return p
		}
	}
	return m.arrive()
}

// may asks what can be answered before any field is read.
func (m *move) may() *Problem {
	for _, ask := range []func() *Problem{m.pickRegime, m.open, m.right} {
		if p := ask(); p != nil {
			return p
		}
	}
	return nil
}

func (m *move) state() string {
	if m.c != nil {
		return m.c.State
	}
	return m.sys.State
}

// open finds the step of the act from the present state.
func (m *move) open() *Problem {
	switch m.shape.Object {
	case "new_case":
		return m.openNew()
	case "system":
		m.p = m.r.System
	default:
		p, ok := m.r.For(m.c.Level)
		if !ok {
			return m.laterLevel(m.c.Level)
		}
		m.p = p
	}
	step, ok := m.p.Find(m.want.Act, m.state())
	if !ok || step.Once != "" && slices.Contains(m.flags(), step.Once) {
		return m.notOpen()
	}
	m.step = step
	return nil
}

func (m *move) openNew() *Problem {
	if m.want.Level < 1 || m.want.Level > 5 {
		return invalid("level", "expect.level", itoa(m.want.Level))
	}
	if m.want.Track != "operating" && m.want.Track != "project" {
		return invalid("track", "expect.track", m.want.Track)
	}
	p, ok := m.r.For(m.want.Level)
	if !ok {
		return m.laterLevel(m.want.Level)
	}
	m.p = p
	if m.snap.Entry != nil && len(m.snap.Open) == 0 {
		return &Problem{Kind: NotNow, Key: "create.use_redetermination", Basis: m.r.Redetermine, Open: []string{"open_redetermination"}}
	}
	m.step, ok = p.Opening(m.want.Act)
	if !ok {
		return m.notOpen()
	}
	return nil
}

func (m *move) laterLevel(level int) *Problem {
	return &Problem{Kind: NotNow, Key: "level.not_yet", Args: map[string]string{"level": itoa(level)}}
}

func (m *move) notOpen() *Problem {
	p := &Problem{Kind: NotNow, Key: "act.not_open", Args: map[string]string{"state": m.state(), "act": m.want.Act}}
	for _, s := range m.p.Leaving(m.state()) {
		p.Open = append(p.Open, s.Act)
	}
	if id := m.holder(); id != "" {
		p.Args["holder"] = m.snap.Offices[id].Name
	}
	return p
}

// right asks whether the person holds a role that the step names, today, in the
// office that has the capacity the role speaks for, and whether the policy
// allows the act to that role.
func (m *move) right() *Problem {
	for _, role := range m.step.By {
		if !m.speaks(role) {
			continue
		}
		for _, id := range m.offices(m.book.Roles[role].Capacity) {
			if rule, ok := m.allowed(role, id); ok {
				m.role, m.office, m.rule = role, id, rule
				return nil
			}
		}
	}
	p := &Problem{Kind: Denied, Key: "act.denied", Basis: slices.Clone(m.step.Basis), Can: m.step.By, Args: map[string]string{"act": m.want.Act}}
	var names []string
	for _, role := range m.step.By {
		capacity := m.book.Roles[role].Capacity
		if capacity == "operator" {
			p.Basis = append(p.Basis, m.leaseBasis()...)
		}
		for _, id := range m.offices(capacity) {
			if n := m.snap.Offices[id].Name; !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	p.Args["office"] = strings.Join(names, "; ")
	return p
}

// speaks tells whether a role has a say in this state: once another appraiser
// is assigned, the SDU no longer appraises (TT 12/2022 Đ6).
func (m *move) speaks(role string) bool {
	if m.c == nil || m.c.Appraiser == nil || m.book.Roles[role].Capacity != "sdu" {
		return true
	}
	st := m.p.States[m.state()]
	return st.Holder != "appraiser" || st.Stage != "appraising"
}

func (m *move) allowed(role, office string) (string, bool) {
	rule, ok := m.rights.Allows(role, m.want.Act)
	if !ok {
		return "", false
	}
	if a := m.assigned(); role == "independent_appraiser" && a != nil && a.Mode == "council" {
		return rule, slices.Contains(a.Members, m.who.ID)
	}
	return rule, slices.ContainsFunc(m.who.Grants, func(g Grant) bool {
		return g.Role == role && g.Office == office && g.On(m.day)
	})
}

func (m *move) assigned() *Appraiser {
	if m.c == nil {
		return nil
	}
	return m.c.Appraiser
}

// arrive moves the state and starts its clock.
func (m *move) arrive() *Problem {
	m.change.SystemID, m.change.SystemWas = m.snap.System.ID, m.snap.System.Revision
	if m.shape.Object == "system" {
		m.sys.State = m.step.Target(m.sys.State)
		m.keepSystem()
		return nil
	}
	if m.shape.Object == "case" {
		m.change.CaseWas = m.snap.Case.Revision
	}
	was := m.c.State
	m.c.State = m.step.Target(was)
	m.c.Revision++
	m.c.Regime = m.r.Key
	if p, ok := m.r.For(m.c.Level); ok {
		m.p = p
	}
	st := m.p.States[m.c.State]
	m.c.Stage = st.Stage
	if was != m.c.State || len(m.step.From) == 0 {
		m.c.Due = nil
		if p := m.startClock(st.Within); p != nil {
			return p
		}
	}
	m.moveSystem()
	m.change.Case = m.c
	return nil
}

func (m *move) startClock(w *regime.Within) *Problem {
	if w == nil {
		return nil
	}
	dl := m.r.Deadlines[w.Rule]
	if dl == nil {
		return nil
	}
	got, err := m.book.Calendar.Due(dl, m.day, Day{})
	if err != nil {
		return calendarProblem(err)
	}
	if got.None {
		return nil
	}
	m.c.Due = &Due{Rule: w.Rule, From: m.day, Day: got.Due, Origin: got.Origin, Basis: got.Basis, Regime: m.r.Key, Remind: dl.Remind}
	if w.Origin != "" {
		m.c.Due.Origin = w.Origin
	}
	return nil
}

// moveSystem moves the system along with its dossier.
func (m *move) moveSystem() {
	to := ""
	for _, key := range []string{m.c.Track, again(m.c.Again)} {
		if t, ok := m.step.System[key]; ok {
			to = t
		}
	}
	if to == "" && m.change.System == nil {
		return
	}
	if to != "" {
		m.sys.State = to
	}
	m.keepSystem()
}

func again(yes bool) string {
	if yes {
		return "again"
	}
	return "first"
}

func (m *move) keepSystem() {
	m.sys.Revision = m.snap.System.Revision + 1
	m.change.System = m.sys
}

func (m *move) event() Event {
	e := Event{Act: m.want.Act, System: m.sys.ID, Person: m.who.ID, Role: m.role, For: m.office, Rule: m.rule,
		On: m.day, At: m.at, With: maps.Clone(m.want.With), From: m.from}
	if m.c != nil {
		e.Case, e.Version, e.Revision = m.c.ID, m.c.Version, m.c.Revision
	}
	if m.r != nil {
		e.Regime = m.r.Key
	}
	if m.step != nil {
		e.Basis, e.Origin = m.step.Basis, m.step.Origin
	}
	return e
}

// outcome completes the change with its event and gives what the actor is told.
func (m *move) outcome() (*Outcome, error) {
	e := m.event()
	e.To = m.state()
	for _, p := range m.change.Papers {
		e.Papers = append(e.Papers, p.ID)
	}
	m.change.Event = e
	out := &Outcome{Event: e, Warns: m.warns, Papers: m.change.Papers, System: m.sys}
	if m.c != nil {
		out.Case = viewOf(m.book, m.day, m.c, m.sys, m.snap.Offices)
		out.Warns = append(out.Warns, out.Case.Flags...)
	}
	if m.want.Key == "" {
		return out, nil
	}
	b, err := json.Marshal(out)
	m.change.Key, m.change.Outcome = m.who.ID+"/"+m.want.Key, b
	return out, err
}
