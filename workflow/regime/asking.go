package regime

import (
	"reflect"
	"slices"
)

// Asking is one question of the criteria as it stands for what is known: of a
// system, or of a component where Part is not below zero.
type Asking struct {
	Fact   *Fact
	N      int // its place among all questions, from 1
	Part   int // index of the component, -1 for the system itself
	Value  any // as stated; nil: not known
	Stated bool
	Counts bool // some answer to it would change the verdict
}

// Askings lists the questions that can still matter for a system or, with part
// at least 0, for one of its components: those whose answer could change the
// verdict, and those already answered that did. Order is that of the criteria.
func (c *Criteria) Askings(f Facts, part int) []Asking {
	parts, _ := f[componentsFact].([]Component)
	own, at := f, -1
	if part >= 0 && part < len(parts) {
		own, at = parts[part].Facts, part
	}
	byParts := at < 0 && len(parts) > 0 && own["system_types"] == nil && own["info_types"] == nil
	now := c.Classify(f)
	var out []Asking
	for i, key := range c.Questions {
		fact := c.byKey[key]
		a := Asking{Fact: fact, N: i + 1, Part: at, Value: own[key]}
		_, a.Stated = own[key]
		switch {
		case fact.Type == "list":
			if at >= 0 {
				continue
			}
			a.Counts = true
		case byParts:
		default:
			a.Counts = c.counts(f, at, key, now)
		}
		if a.Counts {
			out = append(out, a)
		}
	}
	return out
}

// counts tells whether some answer changes what the facts come to.
func (c *Criteria) counts(f Facts, part int, key string, now Verdict) bool {
	return slices.ContainsFunc(c.Trials(key), func(v any) bool {
		return !sameOutcome(now, c.Classify(f.with(part, key, v)))
	})
}

// sameOutcome compares what decides: the level, how sure it is, and what it waits for.
func sameOutcome(a, b Verdict) bool {
	return a.Level == b.Level && a.Known == b.Known && a.Manual == b.Manual && a.AtLeast == b.AtLeast && reflect.DeepEqual(a.Missing, b.Missing)
}

// with gives the facts with one answer changed, in the system itself or with part
// at least 0 in a component; the facts themselves stay as they are.
func (f Facts) with(part int, key string, v any) Facts {
	out := make(Facts, len(f)+1)
	for k, have := range f {
		out[k] = have
	}
	parts, _ := f[componentsFact].([]Component)
	if part < 0 || part >= len(parts) {
		out[key] = v
		return out
	}
	parts = slices.Clone(parts)
	parts[part].Facts = parts[part].Facts.with(-1, key, v)
	out[componentsFact] = parts
	return out
}

// Trials lists answers worth trying for a fact: every word, and of a number both
// sides of every threshold of a rule. Nil, not known, is one of them.
func (c *Criteria) Trials(key string) []any {
	f := c.byKey[key]
	out := []any{nil}
	switch f.Type {
	case "bool":
		out = append(out, true, false)
	case "enum":
		for _, v := range f.Values {
			out = append(out, v)
		}
	case "set":
		for _, v := range f.Values {
			out = append(out, []string{v})
		}
		out = append(out, slices.Clone(f.Values))
	case "int":
		for _, n := range c.thresholds(key) {
			for _, v := range []int{n - 1, n, n + 1} {
				if f.inRange(v) && !slices.Contains(out, any(v)) {
					out = append(out, v)
				}
			}
		}
	}
	return out
}

// thresholds lists the numbers that rules and floors compare a fact with.
func (c *Criteria) thresholds(key string) []int {
	var out []int
	var look func(*critCond)
	look = func(one *critCond) {
		if one == nil {
			return
		}
		if one.Fact == key && len(one.words) == 0 && one.Value != nil {
			out = append(out, one.count)
		}
		for _, sub := range slices.Concat(one.All, one.Any) {
			look(sub)
		}
		look(one.Not)
	}
	for _, r := range slices.Concat(c.rules, c.floors) {
		look(r.When)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// OtherWay is what another answer to a question would lead to.
type OtherWay struct {
	Value   any // as stated in place of the present answer
	Verdict Verdict
}

// OtherWays lists the answers to a question that lead elsewhere than the present
// one, at most one for each outcome, in the order of the answers.
func (c *Criteria) OtherWays(f Facts, part int, key string) []OtherWay {
	seen := []Verdict{c.Classify(f)}
	var out []OtherWay
	for _, v := range c.Trials(key) {
		next := c.Classify(f.with(part, key, v))
		if v == nil || slices.ContainsFunc(seen, func(s Verdict) bool { return sameOutcome(s, next) }) {
			continue
		}
		seen = append(seen, next)
		out = append(out, OtherWay{v, next})
	}
	return out
}
