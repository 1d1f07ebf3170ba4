package regime

import (
	"maps"
	"slices"
)

// DeadlineChange is one rule of time that two regimes set differently; Was or Now
// is nil where only the other knows it.
type DeadlineChange struct {
	Key string `json:"key"`
	Was *Term  `json:"was,omitempty"`
	Now *Term  `json:"now,omitempty"`
}

// Term is what a rule of time sets, without its words: so many units, a yearly
// date or a fixed one, each "before" its day, or nothing at all (None).
type Term struct {
	Name     string     `json:"name"`
	Amount   int        `json:"amount,omitempty"`
	Unit     Unit       `json:"unit,omitempty"`
	Yearly   *MonthDay  `json:"yearly_before,omitempty"`
	Until    Day        `json:"before,omitzero"`
	None     bool       `json:"none,omitempty"`
	Origin   Origin     `json:"origin"`
	Verified Verified   `json:"verified"`
	Basis    []Citation `json:"basis,omitempty"`
	Counting *Counting  `json:"counting,omitempty"`
}

// MarshalText writes the form 12-20.
func (m MonthDay) MarshalText() ([]byte, error) { return []byte(m.In(2001).String()[5:]), nil }

// Term gives what the rule sets.
func (d *Deadline) Term() *Term {
	return &Term{Name: d.Name, Amount: d.Amount, Unit: d.Unit, Yearly: d.Before, Until: d.Until, None: d.Silent,
		Origin: d.Origin, Verified: d.Verified, Basis: d.Basis, Counting: d.Counting}
}

// same tells whether two terms bind alike: the same length by the same kind of rule.
func (t *Term) same(o *Term) bool {
	yearly := t.Yearly == o.Yearly || t.Yearly != nil && o.Yearly != nil && *t.Yearly == *o.Yearly
	atOnce := t.Amount == 0 && o.Amount == 0 && t.Unit != "" && o.Unit != "" // by whatever unit
	return yearly && t.Amount == o.Amount && (t.Unit == o.Unit || atOnce) && t.Until == o.Until && t.None == o.None && (t.None || t.Origin == o.Origin)
}

// DeadlineChanges lists the rules of time two regimes set differently, by key.
func DeadlineChanges(from, to *Regime) []DeadlineChange {
	keys := slices.Collect(maps.Keys(from.Deadlines))
	for key := range to.Deadlines {
		if from.Deadlines[key] == nil {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	out := []DeadlineChange{}
	for _, key := range keys {
		c := DeadlineChange{Key: key}
		if d := from.Deadlines[key]; d != nil {
			c.Was = d.Term()
		}
		if d := to.Deadlines[key]; d != nil {
			c.Now = d.Term()
		}
		if c.Was == nil && c.Now.None || c.Now == nil && c.Was.None || c.Was != nil && c.Now != nil && c.Was.same(c.Now) {
			continue
		}
		out = append(out, c)
	}
	return out
}

// FactChanges lists the facts that only the later regime asks and those that only
// the earlier one asked, each in the order of its questions.
func FactChanges(from, to *Regime) (asked, dropped []string) {
	return only(to.Criteria, from.Criteria), only(from.Criteria, to.Criteria)
}

func only(c, other *Criteria) []string {
	out := []string{}
	for _, key := range c.Questions {
		if other.byKey[key] == nil {
			out = append(out, key)
		}
	}
	return out
}

// IntervalsOf lists the check intervals of a regime for a system of a level with
// these facts, by key; rules that set none are among them.
func (r *Regime) IntervalsOf(level int, f Facts) []*Deadline {
	var out []*Deadline
	for _, key := range slices.Sorted(maps.Keys(r.Deadlines)) {
		if d := r.Deadlines[key]; d.Scope == "system" && d.For(level, f) {
			out = append(out, d)
		}
	}
	return out
}
