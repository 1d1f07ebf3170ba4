package regime

import (
	"maps"
	"slices"
)

// CheckFacts reads the facts of a system that may have been filed under several
// regimes: a fact that one of them asks is kept, though another does not know it
// and does not look at it. Where two regimes ask the same fact, first decides what
// it may hold. Errors are those of Criteria.CheckFacts.
func (b *Book) CheckFacts(first *Criteria, raw map[string]any) (Facts, error) {
	all := &Criteria{byKey: maps.Clone(first.byKey), Questions: slices.Clone(first.Questions)}
	for _, r := range slices.Backward(b.Regimes) {
		for _, key := range r.Criteria.Questions {
			if all.byKey[key] == nil {
				all.byKey[key] = r.Criteria.byKey[key]
				all.Questions = append(all.Questions, key)
			}
		}
	}
	return all.CheckFacts(raw)
}

// Unasked lists, in alphabetical order, the facts given that the criteria do not
// ask: they belong to another regime and decide nothing here.
func (c *Criteria) Unasked(f Facts) []string {
	var keys []string
	for key := range f {
		if c.byKey[key] == nil {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// Merge lays the facts of a regime over those a system has. Facts of other
// regimes stay, also within a component of the same name.
func (c *Criteria) Merge(have, given Facts) Facts {
	out := maps.Clone(have)
	if out == nil {
		out = Facts{}
	}
	maps.Copy(out, given)
	parts, ok := given[componentsFact].([]Component)
	was, had := have[componentsFact].([]Component)
	if !ok || !had {
		return out
	}
	merged := slices.Clone(parts)
	for i, p := range merged {
		n := slices.IndexFunc(was, func(w Component) bool { return w.Name == p.Name })
		if n < 0 {
			continue
		}
		merged[i].Facts = Facts{}
		maps.Copy(merged[i].Facts, p.Facts)
		for _, key := range c.Unasked(was[n].Facts) {
			merged[i].Facts[key] = was[n].Facts[key]
		}
	}
	out[componentsFact] = merged
	return out
}
