package workflow

import (
	"context"
	"maps"
	"slices"

	"capdo/workflow/regime"
)

// Condition is one condition of a step as things stand: met, or why not.
type Condition struct {
	Guard  string        `json:"guard"`
	Unmet  *Problem      `json:"unmet,omitempty"`
	Basis  []Citation    `json:"basis,omitempty"`
	Origin regime.Origin `json:"origin,omitempty"`
}

// Ahead is a state that follows an act, who is at turn there, and the latest day
// on which it ends when every deadline before it is used up. Day is zero where no
// deadline runs or the year has no calendar yet.
type Ahead struct {
	State  string        `json:"state"`
	Act    string        `json:"act"`    // that ends it
	Office string        `json:"office"` // name valid today, empty where nobody is named yet
	Rule   string        `json:"rule,omitempty"`
	Amount int           `json:"amount,omitempty"`
	Unit   string        `json:"unit,omitempty"`
	Day    Day           `json:"day,omitzero"`
	Origin regime.Origin `json:"origin,omitempty"`
	Basis  []Citation    `json:"basis,omitempty"`
}

// Prospect is what an act of a case asks and what follows it.
type Prospect struct {
	Conditions []Condition `json:"conditions"`
	Next       []Ahead     `json:"next"`
}

// Prospect tells whether each condition of an act is met as the case stands and
// nothing is typed yet, and which states follow it until the decision. It
// decides nothing and leaves no trace.
func (s *Service) Prospect(ctx context.Context, who, caseID, act string) (*Prospect, error) {
	person, err := s.Store.Person(ctx, who)
	if err != nil {
		return nil, err
	}
	snap, err := s.snapshot(ctx, caseID)
	if err != nil {
		return nil, err
	}
	shape, ok := s.Book.Acts[act]
	if !ok {
		return nil, notFound("act", act)
	}
	m := &move{book: s.Book, rights: s.Rights, day: s.Today(), date: s.Today(), at: s.Clock(), who: person, snap: snap, shape: shape, want: Want{Act: act, Case: caseID}}
	m.own()
	_ = m.may() // who may is told by Acts; here the conditions count
	if m.step == nil {
		return nil, m.openOr(act)
	}
	_ = m.read() // nothing is typed yet
	out := &Prospect{Next: m.ahead(s.Book.Calendar)}
	for _, g := range m.step.Guards {
		rule := m.r.Guards[g]
		out.Conditions = append(out.Conditions, Condition{g, m.guard(g), rule.Basis, rule.Origin})
	}
	return out, nil
}

// openOr says why an act is not open.
func (m *move) openOr(act string) error {
	return &Problem{Kind: NotNow, Key: "act.not_open", Args: map[string]string{"state": m.c.State, "act": act}}
}

// ahead walks from the step along the acts that carry a case on.
func (m *move) ahead(cal *regime.Calendar) []Ahead {
	var out []Ahead
	seen := map[string]bool{m.c.State: true}
	day := m.day
	for state := m.step.Target(m.c.State); !seen[state]; {
		seen[state] = true
		next := m.onward(state, seen)
		if next == nil {
			return out
		}
		a := Ahead{State: state, Act: next.Act}
		who := m.parties()
		there := *m.c
		there.State, there.Hands = state, ""
		if id := who.holder(&there, m.p); id != "" {
			a.Office = m.snap.Offices[id].At(m.day).Name
		}
		if w := m.p.States[state].Within; w != nil {
			day = a.within(cal, m.r.Deadlines[w.Rule], w, day)
		}
		out = append(out, a)
		state = next.Target(state)
	}
	return out
}

// within works out the last day of a state; where that cannot be known, no later
// day is known either.
func (a *Ahead) within(cal *regime.Calendar, rule *regime.Deadline, w *regime.Within, from Day) Day {
	a.Rule, a.Origin, a.Basis, a.Amount, a.Unit = rule.Key, rule.Origin, rule.Basis, rule.Amount, string(rule.Unit)
	if w.Origin != "" {
		a.Origin = w.Origin
	}
	if rule.Silent || from.IsZero() {
		return from
	}
	how, err := cal.Due(rule, from, Day{})
	if err != nil {
		return Day{}
	}
	a.Day = how.Due
	return a.Day
}

// onward is the first main act that leaves a state for one not passed yet.
func (m *move) onward(state string, seen map[string]bool) *regime.Step {
	steps := m.p.Leaving(state)
	i := slices.IndexFunc(steps, func(st *regime.Step) bool {
		return m.book.Acts[st.Act].Main && !seen[st.Target(state)]
	})
	if i < 0 {
		return nil
	}
	return steps[i]
}

// Openings lists the acts that begin a dossier on a system, at the level its
// facts imply, as they stand for a person: open, or closed with the reason.
func (s *Service) Openings(ctx context.Context, who, system string) ([]OpenAct, error) {
	person, err := s.Store.Person(ctx, who)
	if err != nil {
		return nil, err
	}
	snap, err := s.Store.Snapshot(ctx, "", system)
	if err != nil {
		return nil, err
	}
	r, ok := s.Book.On(s.Today())
	if !ok {
		return nil, nil
	}
	level := proposed(0, regime.Verdict{}, r.Criteria.Classify(snap.System.Facts))
	var out []OpenAct
	for _, act := range slices.Sorted(maps.Keys(s.Book.Acts)) {
		shape := s.Book.Acts[act]
		if shape.Object != "new_case" || shape.Clock {
			continue
		}
		m := &move{book: s.Book, rights: s.Rights, day: s.Today(), date: s.Today(), at: s.Clock(), who: person, snap: snap, shape: shape, newID: "new",
			want: Want{Act: act, System: system, Level: level, Track: "operating"}}
		m.own()
		one := OpenAct{Act: act, Closed: m.may()}
		_ = m.read() // nothing is typed yet
		if m.step != nil {
			one.Able, one.To, one.Issues, one.Basis, one.Origin = m.able(), m.step.To, m.step.Issues, m.step.Basis, m.step.Origin
			for _, g := range m.step.Guards {
				if one.Closed == nil {
					one.Closed = m.guard(g)
				}
			}
		}
		one.Main = one.Closed == nil
		out = append(out, one)
	}
	return out, nil
}
