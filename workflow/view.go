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
	p := procedureOf(r, c, sys)
	if p == nil {
		return v
	}
	who := parties{sys, day, offices, r}
	v.Holder = who.holder(c, p)
	if c.Kind == KindCheck {
		v.Flags = checkFlags(r, c, sys)
		return v
	}
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
	i := slices.IndexFunc(p.Steps, func(s regime.Step) bool {
		return slices.Contains(s.Does, "decide") || slices.Contains(s.Does, "decide_plan")
	})
	if i < 0 {
		return nil, false
	}
	return &p.Steps[i], true
}

// flagsOf tells the present of a case; nothing of it is stored.
func flagsOf(r *regime.Regime, c *Case, v regime.Verdict, who parties) []string {
	flags := slices.Clone(v.Flags)
	add := func(yes bool, flag string) {
		if yes && !slices.Contains(flags, flag) {
			flags = append(flags, flag)
		}
	}
	add(v.Known && c.Level < v.Level, "below_implied")
	add(v.Known && c.Level > v.Level, "above_implied")
	for _, j := range c.Present().Joint {
		add(j.Verdict.Known && j.Level < j.Verdict.Level, "below_implied")
		add(j.Verdict.Known && j.Level > j.Verdict.Level, "above_implied")
		for _, f := range j.Verdict.Flags {
			add(true, f)
		}
	}
	add(who.sduOperates(), "conflict_of_interest")
	add(c.Due != nil && c.Due.Origin == regime.Design, "not_law")
	if c.Hold != nil && c.Hold.Kind == "declared" && r.Declared != nil {
		add(true, r.Declared.Flag)
	}
	add(c.Decided != nil && c.Decided.Reported, "reported")
	add(isWaiting(c, who.sys), "old_decision_open")
	slices.Sort(flags)
	return flags
}

func (m *move) flags() []string {
	switch {
	case m.c == nil:
		return nil
	case m.c.Kind == KindCheck:
		return checkFlags(m.r, m.c, m.sys)
	}
	return flagsOf(m.r, m.c, m.verdict(), m.parties())
}

// checkFlags tells the present of a check.
func checkFlags(r *regime.Regime, c *Case, sys *System) []string {
	var flags []string
	if len(sys.Evaluations) > 0 && slices.Contains(r.Checks.Counts.Levels, sys.Level) {
		flags = append(flags, "not_counted")
	}
	if slices.ContainsFunc(c.dues(), func(d *Due) bool { return d.Origin == regime.Design && d.Rule != "" && !d.Marked }) {
		flags = append(flags, "not_law")
	}
	return flags
}

// SystemView is a system as of a day.
type SystemView struct {
	*System
	OwnerNow    string   `json:"owner,omitempty"`
	OperatorNow string   `json:"operator,omitempty"`
	RuleSet     string   `json:"rule_set,omitempty"` // label of the rule set of the level in force
	SDUNow      string   `json:"sdu_now,omitempty"`
	Flags       []string `json:"flags,omitempty"`
	Tasks       []Task   `json:"tasks,omitempty"`
}

func systemViewOf(book *regime.Book, day Day, sys *System, offices map[string]Office) *SystemView {
	p := parties{sys, day, offices, nil}
	v := &SystemView{System: sys, OwnerNow: p.owner(), OperatorNow: p.operator(), SDUNow: p.sdu(), Tasks: tasksOf(book, sys, day)}
	add := func(yes bool, flag string) {
		if yes && !slices.Contains(v.Flags, flag) {
			v.Flags = append(v.Flags, flag)
		}
	}
	add(p.sduOperates(), "conflict_of_interest")
	add(sys.Pending != nil, "old_decision_open")
	for _, t := range v.Tasks {
		add(t.Flag != "", t.Flag)
		add(t.Late != "", t.Late)
	}
	return v
}

// CheckView is the checks of a system or an owner, or one ad hoc check, as of a day.
type CheckView struct {
	*CaseView
	NextDue Day      `json:"next_due,omitzero"` // of the cycle that waits or runs
	Rule    string   `json:"rule,omitempty"`
	All     []string `json:"all"` // ids of every check behind this view, oldest first
}
