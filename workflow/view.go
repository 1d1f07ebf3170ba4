package workflow

import (
	"slices"

	"capdo/workflow/regime"
)

// viewOf shows a case as of a day with what follows from it.
func viewOf(book *regime.Book, day Day, c *Case, sys *System, offices map[string]Office) *CaseView {
	v := &CaseView{Case: c}
	r, ok := book.ByKey(c.Regime)
	if !ok {
		return v
	}
	p, ok := r.For(c.Level)
	if !ok {
		return v
	}
	who := parties{sys, day, offices}
	v.Holder = who.holder(c, p)
	v.Appraises = who.appraiser(c)
	verdict := verdictOf(r, c, sys)
	v.Implied = verdict.Level
	if v.Implied == 0 {
		v.Implied = verdict.AtLeast
	}
	if s, ok := deciding(p); ok {
		if ids := who.holding(book.Roles[s.By[0]].Capacity, c); len(ids) > 0 {
			v.Approves = ids[0]
		}
	}
	v.Flags = flagsOf(r, c, verdict, who)
	return v
}

// deciding finds the step that decides the case.
func deciding(p *regime.Procedure) (*regime.Step, bool) {
	i := slices.IndexFunc(p.Steps, func(s regime.Step) bool { return contains(s.Does, "decide") })
	if i < 0 {
		return nil, false
	}
	return &p.Steps[i], true
}

// flagsOf tells the present of a case; nothing of it is stored.
func flagsOf(r *regime.Regime, c *Case, v regime.Verdict, who parties) []string {
	flags := slices.Clone(v.Flags)
	add := func(yes bool, flag string) {
		if yes && !contains(flags, flag) {
			flags = append(flags, flag)
		}
	}
	add(v.Known && c.Level < v.Level, "below_implied")
	add(v.Known && c.Level > v.Level, "above_implied")
	add(who.sduOperates(), "conflict_of_interest")
	add(c.Due != nil && c.Due.Origin == regime.Design, "not_law")
	if c.Hold != nil && c.Hold.Kind == "declared" && r.Declared != nil {
		add(true, r.Declared.Flag)
	}
	add(c.Decided != nil && c.Decided.Reported, "reported")
	slices.Sort(flags)
	return flags
}

func (m *move) flags() []string {
	if m.c == nil {
		return nil
	}
	return flagsOf(m.r, m.c, m.verdict(), m.parties())
}

// SystemView is a system as of a day.
type SystemView struct {
	*System
	OwnerNow    string   `json:"owner,omitempty"`
	OperatorNow string   `json:"operator,omitempty"`
	RuleSet     string   `json:"rule_set,omitempty"` // label of the rule set of the level in force
	Flags       []string `json:"flags,omitempty"`
}
