package workflow

import (
	"slices"

	"capdo/workflow/regime"
)

// pickRegime finds the regime the step obeys: that of its day, or the one its
// case is held to by declaration or choice.
func (m *move) pickRegime() *Problem {
	switch {
	case m.shape.Picks == "last":
		return m.pickLast()
	case m.shape.Picks == "named":
		return m.pickNamed()
	case m.shape.Object == "new_case":
		return m.pickNew()
	}
	cur, ok := m.book.On(m.day)
	if m.c == nil || m.c.Kind == KindCheck {
		if m.r = m.regimeNow(); m.r == nil {
			return m.noRegime()
		}
		return nil
	}
	own, known := m.book.ByKey(m.c.Regime)
	if known && m.c.Hold != nil && own.Key == m.c.Hold.Regime && (!ok || cur.Key != own.Key) {
		return m.held(own)
	}
	if !ok {
		return m.noRegime()
	}
	if known && own.Key != cur.Key && !slices.Contains(cur.CarriesOn, own.Key) {
		return closedTo(own.Ended, cur.Basis)
	}
	m.r = cur
	return nil
}

// regimeNow is the regime that governs what is not a dossier: that of the day,
// or in a hole between two the last one (a reading: only dossiers wait for a
// choice there). A dossier is shown under its own.
func (m *move) regimeNow() *regime.Regime {
	if m.c != nil && m.c.Kind == KindDossier {
		r, _ := m.book.ByKey(m.c.Regime)
		return r
	}
	if r, ok := m.book.On(m.day); ok {
		return r
	}
	r, _ := m.book.LastBefore(m.day)
	return r
}

// regimeAhead is the regime that the next step of a case obeys; its own where the
// day has none that goes on with it, so that the acts that choose one are shown.
func (m *move) regimeAhead() *regime.Regime {
	m.shape = &regime.ActShape{} // an act that chooses no regime
	if m.pickRegime() == nil {
		return m.r
	}
	return m.regimeNow()
}

// held keeps a case under a regime past its last day, up to the day its
// declaration or choice allows.
func (m *move) held(own *regime.Regime) *Problem {
	if !m.day.After(m.c.Hold.Until) {
		m.r = own
		return nil
	}
	if m.c.Hold.Kind == "declared" {
		return &Problem{Kind: Refused, Key: "guard.transition_term", Guard: "transition_term", Basis: own.Declared.Basis,
			Args: map[string]string{"until": m.c.Hold.Until.String()}}
	}
	return closedTo(own.Ended, nil)
}

func (m *move) noRegime() *Problem {
	if last, ok := m.book.LastBefore(m.day); ok {
		return closedTo(last.Ended, nil)
	}
	return closedTo(nil, nil)
}

func closedTo(e *regime.Ending, more []Citation) *Problem {
	p := &Problem{Kind: Refused, Key: "guard.regime_in_force", Guard: "regime_in_force", Basis: more}
	if e != nil {
		p.Basis = slices.Clone(e.Basis)
		for _, c := range more {
			if !slices.Contains(p.Basis, c) {
				p.Basis = append(p.Basis, c)
			}
		}
	}
	return p
}

// pickLast serves a declaration: it speaks for the regime the case already has.
func (m *move) pickLast() *Problem {
	own, ok := m.book.ByKey(m.c.Regime)
	if !ok || own.Declared == nil {
		return &Problem{Kind: NotNow, Key: "regime.no_declaration"}
	}
	if m.day.After(own.Declared.Until) {
		return &Problem{Kind: Refused, Key: "guard.transition_term", Guard: "transition_term", Basis: own.Declared.Basis,
			Args: map[string]string{"until": own.Declared.Until.String()}}
	}
	m.r = own
	return nil
}

// pickNamed serves a choice: the regime must be in force, or open to choice in
// the hole after its last day.
func (m *move) pickNamed() *Problem {
	key, _ := m.want.With["regime"].(string)
	if key == "" {
		return invalid("regime", "expect.required", "")
	}
	own, _ := m.book.ByKey(m.c.Regime)
	named, ok := m.book.ByKey(key)
	if !ok {
		return closedTo(own.Ended, nil)
	}
	if named.From.After(m.day) || !named.To.IsZero() && m.day.After(named.To) && (named.Chosen == nil || m.day.After(named.Chosen.Until)) {
		return closedTo(named.Ended, nil)
	}
	m.r = named
	return nil
}

// pickNew serves the opening of a case, which may name a regime and declare the
// project that keeps it open.
func (m *move) pickNew() *Problem {
	key, _ := m.want.With["regime"].(string)
	t, err := readTransition(m.want.With["transition"])
	if err != nil {
		return err
	}
	if key == "" && t != nil {
		key = m.declarable()
	}
	cur, ok := m.book.On(m.day)
	if t == nil && (key == "" || ok && cur.Key == key) {
		if !ok {
			return m.noRegime()
		}
		m.r = cur
		return nil
	}
	named, known := m.book.ByKey(key)
	if !known {
		return m.noRegime()
	}
	if t == nil || named.Declared == nil || named.From.After(m.day) {
		return closedTo(named.Ended, named.Basis)
	}
	m.r = named
	if p := m.termOf(t.date); p != nil {
		return p
	}
	m.hold = &Hold{Kind: "declared", Regime: named.Key, Until: named.Declared.Until, ProjectNo: t.no, ProjectDate: t.date}
	return nil
}

// declarable is the regime that a declared project speaks for where it names none.
func (m *move) declarable() string {
	for _, r := range slices.Backward(m.book.Regimes) {
		if r.Declared != nil && !r.From.After(m.day) {
			return r.Key
		}
	}
	return ""
}

// termOf checks a declared project: one begun too late does not keep the regime
// open, and after the term nothing does.
func (m *move) termOf(project Day) *Problem {
	d := m.r.Declared
	if d == nil {
		return closedTo(m.r.Ended, nil)
	}
	p := &Problem{Kind: Refused, Basis: d.Basis, Args: map[string]string{"before": d.ProjectBefore.String(), "until": d.Until.String()}}
	switch {
	case m.day.After(d.Until):
		p.Key, p.Guard = "guard.transition_term", "transition_term"
	case !project.Before(d.ProjectBefore) || project.After(m.day):
		p.Key, p.Guard = "guard.regime_in_force", "regime_in_force"
	default:
		return nil
	}
	return p
}

type transition struct {
	no   string
	date Day
}

func readTransition(v any) (*transition, *Problem) {
	if v == nil {
		return nil, nil
	}
	raw, ok := v.(map[string]any)
	if !ok {
		return nil, invalid("transition", "expect.transition", "")
	}
	no, p := readText("project_no", raw["project_no"])
	if p != nil || no == "" {
		return nil, invalid("transition.project_no", "expect.required", "")
	}
	date, p := readDay("transition.project_date", raw["project_date"])
	if p != nil {
		return nil, p
	}
	return &transition{no, date}, nil
}
