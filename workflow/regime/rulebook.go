package regime

import "slices"

// Procedures lists every procedure of the regime in the order they were read:
// the system's own first, then those of the dossiers and whatever else the
// regime runs.
func (r *Regime) Procedures() []*Procedure { return slices.Clone(r.procedures) }

// Rule is one line of the criteria as people read it: a criterion, a floor or a
// contradiction.
type Rule struct {
	ID       string
	Level    int      // a criterion's level, or the least level of a floor; 0 where the appraiser chooses
	Manual   bool     // of the floor where no criterion matches
	Scale    bool     // of the floor that flags a harm scale above the level
	Flag     string   // raised by a floor
	Fields   []string // of a contradiction: the facts to look at
	Basis    []Citation
	Origin   Origin
	Verified Verified
	When     *RuleCondition // nil for the floors that keep no level
	Explain  string         // in Vietnamese
}

// RuleCondition is when a rule holds: one leaf (Fact, Op, Value) or one of All, Any
// and Not.
type RuleCondition struct {
	Fact  string
	Op    string
	Value any // word, number or list as the file gives it; nil for ops that take nothing
	All   []*RuleCondition
	Any   []*RuleCondition
	Not   *RuleCondition
}

// Rules lists the criteria by level, then id.
func (c *Criteria) Rules() []Rule { return shownRules(c.rules) }

// Floors lists the floors by their least level, then id; those that keep no
// level, the manual one and the harm scale's, are last.
func (c *Criteria) Floors() []Rule {
	all := slices.Clone(c.floors)
	for _, r := range []*critRule{c.manual, c.scale} {
		if r != nil {
			all = append(all, r)
		}
	}
	return shownRules(all)
}

// ContradictionRules lists what cannot hold together, as the file lists it.
func (c *Criteria) ContradictionRules() []Rule { return shownRules(c.contradictions) }

func shownRules(list []*critRule) []Rule {
	out := make([]Rule, 0, len(list))
	for _, r := range list {
		out = append(out, Rule{ID: r.ID, Level: r.least(), Manual: r.Manual, Scale: r.ScaleAbove, Flag: r.Flag, Fields: r.Fields,
			Basis: r.Basis, Origin: r.Origin, Verified: r.Verified, When: shown(r.When), Explain: r.Explain})
	}
	return out
}

func shown(c *critCond) *RuleCondition {
	if c == nil {
		return nil
	}
	out := &RuleCondition{Fact: c.Fact, Op: c.Op, Value: c.Value, Not: shown(c.Not)}
	for _, sub := range c.All {
		out.All = append(out.All, shown(sub))
	}
	for _, sub := range c.Any {
		out.Any = append(out.Any, shown(sub))
	}
	return out
}
