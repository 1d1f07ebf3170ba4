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
	newIDs func(kind string) string

	c       *Case // copy, changed by effects; nil until a new case is opened
	sys     *System
	others  []*System // copies of the other systems of a dossier
	f       fields
	r       *regime.Regime
	p       *regime.Procedure
	step    *regime.Step
	role    string
	office  string      // office the person acts for
	by      *Delegation // by which another office acts for the owner
	rule    string
	from    string
	hold    *Hold // of a case about to open
	warns   []string
	to      string
	passing *Due // the deadline that the clock deals with
	date    Day  // of the papers
	owed    []owed
	change  Change
}

// owed is the papers of one step: those of the act, and of what the clock does at once after it.
type owed struct {
	step  *regime.Step
	again bool // of a step the clock adds: never bears the number typed with the act
}

// own copies the case and the system, so that a refused step changes nothing.
func (m *move) own() {
	if m.snap.Case != nil {
		c := clone(*m.snap.Case)
		m.c = &c
	}
	sys := clone(*m.snap.System)
	m.sys = &sys
	m.others = nil
	for _, one := range m.snap.Joined {
		other := clone(*one)
		m.others = append(m.others, &other)
	}
}

// share takes the case and the systems as they were read: for who only asks what is
// open, which changes nothing.
func (m *move) share() { m.c, m.sys, m.others = m.snap.Case, m.snap.System, m.snap.Joined }

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
	m.from, m.to = m.state(), m.state()
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
	switch {
	case m.c != nil:
		return m.c.State
	case m.snap.Office != "":
		return m.r.Office.Start
	}
	return m.sys.State
}

func (m *move) stateIn(p *regime.Procedure) string {
	if m.c == nil && m.snap.Office != "" {
		return p.Start
	}
	return m.state()
}

// procedure is the one that the subject runs; nil when the regime has none.
func (m *move) procedure() *regime.Procedure {
	switch {
	case m.c != nil:
		return procedureOf(m.r, m.c, m.sys)
	case m.snap.Office != "":
		return m.r.Office
	}
	return m.r.System
}

// procedureOf is the procedure a case runs under a regime.
func procedureOf(r *regime.Regime, c *Case, sys *System) *regime.Procedure {
	if c.Kind == KindCheck {
		return r.Check
	}
	p, _ := r.For(c.Level, c.ListAsked || isListed(r, sys))
	return p
}

// isListed tells whether a system is on the national list a regime speaks of.
func isListed(r *regime.Regime, sys *System) bool {
	yes := false
	if r.List != nil {
		yes, _ = sys.Facts[r.List.Fact].(bool)
	}
	return yes
}

// open finds the step of the act from the present state.
func (m *move) open() *Problem {
	if m.newID != "" && m.shape.Object == "new_case" {
		return m.openNew()
	}
	if m.newID != "" {
		m.p = m.r.Check
		step, ok := m.p.Opening(m.want.Act)
		if !ok {
			return m.notOpen()
		}
		m.step = step
		return nil
	}
	if m.p = m.procedure(); m.p == nil || m.p != m.r.System && m.shape.Object == "system" {
		return &Problem{Kind: NotNow, Key: "act.not_open", Args: map[string]string{"state": m.state(), "act": m.want.Act}}
	}
	for _, step := range m.p.Leaving(m.state()) {
		if step.Act == m.want.Act && step.When == "" && m.lets(step) {
			m.step = step
			return nil
		}
	}
	return m.notOpen()
}

// lets asks what beside the state a step waits for.
func (m *move) lets(s *regime.Step) bool {
	switch {
	case s.Held != "" && s.Held != m.holds():
		return false
	case s.Task != "" && len(m.tasks(s)) == 0, s.Decider && m.sys.Pending == nil:
		return false
	case len(s.Whilst) > 0 && !slices.Contains(s.Whilst, m.sys.State):
		return false
	case s.Once == "":
		return true
	case m.c != nil && m.c.Kind == KindCheck:
		return m.c.Inspection.SentOn.IsZero()
	}
	return !slices.Contains(m.flags(), s.Once)
}

// holds is the capacity that has the file.
func (m *move) holds() string {
	if m.c.Hands != "" {
		return m.c.Hands
	}
	return m.p.States[m.c.State].Holder
}

func (m *move) openNew() *Problem {
	if m.want.Level < 1 || m.want.Level > 5 {
		return invalid("level", "expect.level", itoa(m.want.Level))
	}
	p, ok := m.r.For(m.want.Level, isListed(m.r, m.sys))
	if !ok {
		return m.laterLevel(m.want.Level)
	}
	m.p = p
	if m.step, ok = p.Opening(m.want.Act); !ok {
		return m.notOpen()
	}
	again := slices.Contains(m.step.Does, "open_again")
	if again && m.want.Track == "" {
		m.want.Track = m.track()
	}
	if m.want.Track != "operating" && m.want.Track != "project" {
		return invalid("track", "expect.track", m.want.Track)
	}
	if !m.lets(m.step) {
		return &Problem{Kind: NotNow, Key: "act.not_open", Args: map[string]string{"state": m.sys.State, "act": m.want.Act}, Basis: m.step.Basis}
	}
	if !again && (m.snap.Entry != nil || m.sys.Pending != nil) && len(m.snap.Open) == 0 {
		return &Problem{Kind: NotNow, Key: "create.use_redetermination", Basis: m.r.Redetermine, Open: []string{"open_redetermination"}}
	}
	return nil
}

// track of a re-determination: that of a project while the system is not yet in operation.
func (m *move) track() string {
	if m.snap.Old != nil && m.snap.Old.Track == "project" && m.sys.Operation == nil {
		return "project"
	}
	return "operating"
}

func (m *move) laterLevel(level int) *Problem {
	return &Problem{Kind: NotNow, Key: "level.not_yet", Args: map[string]string{"level": itoa(level)}}
}

func (m *move) notOpen() *Problem {
	p := &Problem{Kind: NotNow, Key: "act.not_open", Args: map[string]string{"state": m.state(), "act": m.want.Act}}
	for _, s := range m.p.Leaving(m.state()) {
		if !m.book.Acts[s.Act].Clock && m.lets(s) && !slices.Contains(p.Open, s.Act) {
			p.Open = append(p.Open, s.Act)
		}
	}
	if id := m.holder(); id != "" {
		p.Args["holder"] = m.snap.Offices[id].Name
	}
	return p
}

// right asks whether the person holds a role that the step names, today, in the
// office that has the capacity the role speaks for or acts for it by
// delegation, and whether the policy allows the act to that role.
func (m *move) right() *Problem {
	var names []string
	p := &Problem{Kind: Denied, Key: "act.denied", Basis: slices.Clone(m.step.Basis), Can: slices.DeleteFunc(slices.Clone(m.step.By), func(r string) bool { return r == "clock" }), Args: map[string]string{"act": m.want.Act}}
	for _, role := range m.step.By {
		capacity := m.book.Roles[role].Capacity
		if !m.speaks(role) {
			continue
		}
		for _, id := range m.acting(capacity) {
			if rule, ok := m.allowed(role, id); ok {
				m.role, m.office, m.rule = role, id, rule
				return nil
			}
			if n := m.snap.Offices[id].At(m.day).Name; !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
		if capacity == "owner" && m.step.Delegated && m.delegated(role, p) {
			return nil
		}
		if capacity == "operator" {
			p.Basis = append(p.Basis, m.leaseBasis()...)
		}
	}
	p.Args["office"] = strings.Join(names, "; ")
	return p
}

// acting lists the offices that may take the step in a capacity.
func (m *move) acting(capacity string) []string {
	switch {
	case m.step.Decider && capacity != "clock":
		return m.deciders()
	case m.snap.Office != "" && capacity != ownerCapacity: // an office acts for itself
		return nonEmpty(m.snap.Office)
	case m.step.Performer:
		return nonEmpty(m.c.Inspection.Performer)
	}
	return m.offices(capacity)
}

// delegated asks whether the person acts for the owner by delegation. One that
// has ended, or does not cover the system, says so in the refusal.
func (m *move) delegated(role string, refusal *Problem) bool {
	owner := m.snap.Offices[m.parties().owner()]
	for i, d := range owner.Delegations {
		rule, ok := m.allowed(role, d.To)
		switch {
		case !ok:
		case d.Runs(m.sys.ID, m.day):
			m.role, m.office, m.rule, m.by = role, owner.ID, rule, &owner.Delegations[i]
			return true
		default:
			refusal.Guard, refusal.Key = "delegation_valid", "guard.delegation_valid"
			refusal.Basis = append(slices.Clone(m.r.Guards["delegation_valid"].Basis), refusal.Basis...)
		}
	}
	return false
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
	if m.counciled(role) {
		return rule, slices.Contains(m.c.Appraiser.Members, m.who.ID)
	}
	return rule, slices.ContainsFunc(m.who.Grants, func(g Grant) bool {
		return g.Role == role && g.Office == office && g.On(m.day)
	})
}

// counciled tells whether a role is that of the members of a council here,
// whatever their office.
func (m *move) counciled(role string) bool {
	a := m.assigned()
	return role == "independent_appraiser" && a != nil && a.Mode == "council"
}

func (m *move) assigned() *Appraiser {
	if m.c == nil {
		return nil
	}
	return m.c.Appraiser
}

// arrive moves the state and starts its clock.
func (m *move) arrive() *Problem {
	if m.snap.Office != "" {
		return nil
	}
	if m.snap.System.ID != "" {
		m.change.SystemID, m.change.SystemWas = m.snap.System.ID, m.snap.System.Revision
	}
	if m.c == nil {
		m.sys.State = m.step.Target(m.sys.State)
		m.keepSystem()
		return nil
	}
	if m.snap.Case != nil {
		m.change.CaseWas = m.snap.Case.Revision
	}
	m.c.Revision++
	if p := m.enter(m.step); p != nil {
		return p
	}
	m.moveSystem()
	m.change.Case = m.c
	return nil
}

// enter puts the case into the state a step leads to.
func (m *move) enter(step *regime.Step) *Problem {
	was := m.c.State
	m.c.State = step.Target(was)
	m.c.Regime = m.r.Key
	if p := m.procedure(); p != nil {
		m.p = p
	}
	st := m.p.States[m.c.State]
	m.c.Stage = st.Stage
	if step.Hands != "" {
		m.c.Hands = step.Hands
	}
	m.stopClocks(step)
	if was != m.c.State || len(step.From) == 0 {
		if step.Hands == "" {
			m.c.Hands = ""
		}
		m.c.Due = nil
		if p := m.startClock(st.Within); p != nil {
			return p
		}
	}
	return m.startClocks(step)
}

func (m *move) startClock(w *regime.Within) *Problem {
	if w == nil {
		return nil
	}
	due, p := m.due(w.Rule, Day{})
	if due != nil && w.Origin != "" {
		due.Origin = w.Origin
	}
	m.c.Due = due
	return p
}

// moveSystem moves the system along with its dossier.
func (m *move) moveSystem() {
	to := ""
	for _, key := range []string{m.c.Track, again(m.c.Again), again(m.c.Again) + "_" + m.c.Track} {
		if t, ok := m.step.System[key]; ok {
			to = t
		}
	}
	m.moveJoined(to)
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
	e := Event{Act: m.want.Act, System: m.sys.ID, Office: m.snap.Office, Person: m.who.ID, Role: m.role, For: m.office, Rule: m.rule,
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
	e.To = m.to
	for _, p := range m.change.Papers {
		e.Papers = append(e.Papers, p.ID)
	}
	m.change.Event = e
	out := &Outcome{Event: e, Warns: m.warns, Papers: m.change.Papers}
	if m.sys.ID != "" {
		out.System = m.sys
	}
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
