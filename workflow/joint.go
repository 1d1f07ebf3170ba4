package workflow

import (
	"context"
	"slices"

	"capdo/workflow/regime"
)

// Joint is one more system that a dossier speaks of beside its own, with the
// level proposed for it (NĐ 331/2026 Đ22 k4 a).
type Joint struct {
	System string `json:"system"`
	Level  int    `json:"level"`
}

// JointVerdict is what a version was sent with on such a system.
type JointVerdict struct {
	System  string         `json:"system"`
	Level   int            `json:"level"`
	Facts   Facts          `json:"facts,omitempty"`
	Verdict regime.Verdict `json:"verdict"`
}

// verdictOn is what a list of verdicts says of a system.
func verdictOn(list []JointVerdict, system string) (JointVerdict, bool) {
	i := slices.IndexFunc(list, func(j JointVerdict) bool { return j.System == system })
	if i < 0 {
		return JointVerdict{}, false
	}
	return list[i], true
}

// Of is what a version was sent with on one of the other systems of its dossier.
func (e *Edition) Of(system string) (JointVerdict, bool) { return verdictOn(e.Joint, system) }

// LevelOf is the level a dossier proposes for one of its systems.
func (c *Case) LevelOf(system string) int {
	for _, j := range c.Joint {
		if j.System == system {
			return j.Level
		}
	}
	return c.Level
}

// joins reads the other systems that a dossier speaks of.
func (s *Service) joins(ctx context.Context, snap *Snapshot) error {
	for _, j := range snap.Case.Joint {
		sys, err := s.Store.System(ctx, j.System)
		if err != nil {
			return err
		}
		snap.Joined = append(snap.Joined, sys)
	}
	return nil
}

// OtherSystem is one of the other systems of a dossier, with the level proposed
// for it and what the criteria say: by its facts as they stand while the dossier
// is prepared, by those it was sent with afterwards.
type OtherSystem struct {
	*System
	Proposed int
	Verdict  Verdict
}

// Others lists the other systems of a dossier.
func (s *Service) Others(ctx context.Context, c *Case) ([]OtherSystem, error) {
	var out []OtherSystem
	for _, j := range c.Joint {
		sys, err := s.Store.System(ctx, j.System)
		if err != nil {
			return nil, err
		}
		o := OtherSystem{sys, j.Level, Verdict{}}
		if r, ok := s.Book.ByKey(c.Regime); ok {
			o.Verdict = r.Criteria.Classify(sys.Facts)
		}
		if sent, ok := c.Present().Of(j.System); ok {
			o.Verdict = sent.Verdict
		}
		out = append(out, o)
	}
	return out, nil
}

// Joinable lists the systems that a dossier could take in, by name, at most so
// many: of its owner, operator and SDU, without a level and a dossier of their own.
func (s *Service) Joinable(ctx context.Context, c *Case, most int) ([]*System, error) {
	snap, err := s.snapshot(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	r := s.regimeOf(c)
	of := func(sys *System) parties { return parties{sys, s.Today(), snap.Offices, r} }
	mine, none := of(snap.System), 0
	list, err := s.Store.Systems(ctx, SystemQuery{Owner: mine.owner(), Operator: mine.operator(), State: r.System.Start, Level: &none, Sort: ByName, Limit: most})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(sys *System) bool {
		return sys.ID == c.System || sys.Shares != "" || len(sys.Owners) != 1 || of(sys).operator() != mine.operator() || of(sys).sdu() != mine.sdu()
	}), nil
}

// joined finds one of the other systems; nil when the dossier has none so named.
func (m *move) joined(id string) *System {
	i := slices.IndexFunc(m.others, func(sys *System) bool { return sys.ID == id })
	if i < 0 {
		return nil
	}
	return m.others[i]
}

// keepJoined marks one of the other systems as changed by this step.
func (m *move) keepJoined(sys *System) {
	if !slices.Contains(m.change.Joined, sys) {
		sys.Revision++
		m.change.Joined = append(m.change.Joined, sys)
	}
}

// mayJoin asks that the systems of a dossier have one owner, one operator and one
// SDU, that their levels go this way and none stands above the dossier's own, and
// that those who come in have neither a level nor a dossier of their own.
func mayJoin(m *move) *Problem {
	mine := m.parties()
	fits := func(sys *System, level int) bool {
		p := parties{sys, m.day, m.snap.Offices, m.r}
		return len(sys.Owners) == 1 && p.owner() == mine.owner() && p.operator() == mine.operator() && p.sdu() == mine.sdu() &&
			slices.Contains(m.p.Levels, level) && level <= m.c.Level
	}
	bad := &Problem{Basis: slices.Clone(m.step.Basis), Args: map[string]string{"level": itoa(m.c.Level)}}
	for _, j := range m.c.Joint {
		if !fits(m.joined(j.System), j.Level) {
			bad.Fields = append(bad.Fields, Field{"systems", "expect.joint_system", j.System})
		}
	}
	for _, id := range m.f.lists["systems"] {
		sys := m.snap.Named[id]
		fresh := m.joined(id) == nil && sys.State == m.r.System.Start && sys.Level == 0 && sys.Shares == ""
		if id == m.sys.ID || m.c.Again || !fresh || !fits(sys, m.f.number["level"]) {
			bad.Fields = append(bad.Fields, Field{"systems", "expect.joint_system", id})
		}
	}
	if len(bad.Fields) == 0 {
		return nil
	}
	return bad
}

// joinSystems takes more systems into the dossier.
func joinSystems(m *move) *Problem {
	m.prepares()
	for _, id := range m.f.lists["systems"] {
		sys := clone(*m.snap.Named[id])
		sys.State, sys.Shares = m.sys.State, m.c.ID
		m.others = append(m.others, &sys)
		m.keepJoined(&sys)
		m.c.Joint = append(m.c.Joint, Joint{id, m.f.number["level"]})
	}
	return nil
}

// partSystems lets systems out of the dossier again.
func partSystems(m *move) *Problem {
	m.prepares()
	for _, id := range m.f.lists["systems"] {
		if m.joined(id) == nil {
			return invalid("systems", "expect.one_of_joint", id)
		}
		m.part(id)
	}
	return nil
}

// part lets one system go back to where it was before any dossier.
func (m *move) part(id string) {
	sys := m.joined(id)
	sys.State, sys.Shares = m.r.System.Start, ""
	m.keepJoined(sys)
	m.c.Joint = slices.DeleteFunc(m.c.Joint, func(j Joint) bool { return j.System == id })
	m.others = slices.DeleteFunc(m.others, func(o *System) bool { return o == sys })
}

// goAlone lets every other system go where the way on knows dossiers of one system only.
func (m *move) goAlone(p *regime.Procedure) {
	if len(m.c.Joint) == 0 || slices.Contains(p.Acts(), "join_systems") {
		return
	}
	for _, j := range slices.Clone(m.c.Joint) {
		m.part(j.System)
	}
}

// moveJoined moves the other systems along with the dossier's own; a dossier that
// is over holds none of them any longer.
func (m *move) moveJoined(to string) {
	over := m.c.Stage == "closed" || m.c.Stage == "in_force"
	for _, sys := range m.others {
		if to != "" && sys.State != to {
			sys.State = to
			m.keepJoined(sys)
		}
		if over && sys.Shares != "" {
			sys.Shares = ""
			m.keepJoined(sys)
		}
	}
}

// receiveJoined freezes what the version says of the other systems.
func (m *move) receiveJoined(e *Edition) {
	e.Joint = nil
	for _, sys := range m.others {
		e.Joint = append(e.Joint, JointVerdict{sys.ID, m.c.LevelOf(sys.ID), clone(sys.Facts), m.r.Criteria.Classify(sys.Facts)})
	}
}

// decideJoined enters each of the other systems in the register with its own
// level, and with the parties it has by now.
func (m *move) decideJoined(entry RegisterEntry) {
	for _, sys := range m.others {
		one, who := entry, parties{sys, m.day, m.snap.Offices, m.r}
		one.Owner, one.Operator, one.OperatorName = who.owner(), who.operator(), m.snap.Offices[who.operator()].At(entry.From).Name
		one.ID, one.System, one.SystemName, one.Level = entry.ID+"."+sys.ID, sys.ID, sys.Name, m.c.LevelOf(sys.ID)
		sys.Level, sys.LevelBy, sys.Decided, sys.Decision = one.Level, one.Regime, one.Decided, one.ID
		m.keepJoined(sys)
		m.change.Added = append(m.change.Added, one)
	}
}

// judged is one system of a dossier with the level proposed and the one implied.
type judged struct {
	sys     *System
	at      string // prefix of its fields
	level   int
	verdict regime.Verdict
}

// judges lists the dossier's own system and every other: as they stand while
// filing, as sent afterwards.
func (m *move) judges() []judged {
	out := []judged{{m.sys, "facts.", m.c.Level, m.verdict()}}
	for _, sys := range m.others {
		j := judged{sys, sys.ID + ".facts.", m.c.LevelOf(sys.ID), m.r.Criteria.Classify(sys.Facts)}
		if sent, ok := m.c.Present().Of(sys.ID); ok && m.c.State != m.p.Start {
			j.verdict = sent.Verdict
		}
		out = append(out, j)
	}
	return out
}

// JointFacts is one more system of a dossier as printed.
type JointFacts struct {
	Name, Address string
	Level         int
	Reasons       []regime.Reason // criteria relied on
}

func (m *move) jointFacts(f *PaperFacts) {
	if len(m.c.Joint) == 0 {
		return
	}
	for _, j := range m.judges()[1:] {
		f.Joint = append(f.Joint, JointFacts{j.sys.Name, j.sys.Address, j.level, j.verdict.Reasons})
	}
	if step, ok := m.p.Find("join_systems", m.p.Start); ok {
		f.JointBasis = step.Basis
	}
}
