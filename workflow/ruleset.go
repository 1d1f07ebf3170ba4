package workflow

import (
	"cmp"
	"slices"

	"capdo/workflow/regime"
)

// SetCount counts systems by level under one rule set. Levels of two rule sets do
// not mean the same, so they are never added up without saying so.
type SetCount struct {
	RuleSet string      `json:"rule_set"` // label, as printed beside a level
	Levels  map[int]int `json:"levels"`   // level → systems
}

// RegisterLine is a row of a register with the label of the rule set its level
// was given under.
type RegisterLine struct {
	RegisterEntry
	RuleSet string `json:"rule_set"`
}

// RuleSet gives the label of a regime's rule set; a regime the program does not
// hold is shown by its key.
func (s *Service) RuleSet(key string) string { return labelOf(s.Book, key) }

func labelOf(b *regime.Book, key string) string {
	if r, ok := b.ByKey(key); ok {
		return r.Short
	}
	return key
}

// Lines puts the label of its rule set beside every row.
func (s *Service) Lines(rows []RegisterEntry) []RegisterLine {
	out := make([]RegisterLine, 0, len(rows))
	for _, e := range rows {
		out = append(out, RegisterLine{e, s.RuleSet(e.Regime)})
	}
	return out
}

// CountBySet counts rows by level, one count a rule set, the oldest set first.
func (s *Service) CountBySet(rows []RegisterEntry) []SetCount {
	var c setCounter
	for _, e := range rows {
		c.add(s.Book, e.Regime, e.Level, 1)
	}
	return c.counts
}

// setCounter counts as rows come.
type setCounter struct{ counts []SetCount }

func (c *setCounter) add(b *regime.Book, key string, level, n int) {
	label := labelOf(b, key)
	i := slices.IndexFunc(c.counts, func(one SetCount) bool { return one.RuleSet == label })
	if i < 0 {
		i = len(c.counts)
		c.counts = append(c.counts, SetCount{label, map[int]int{}})
	}
	c.counts[i].Levels[level] += n
	slices.SortFunc(c.counts, func(x, y SetCount) int { return cmp.Compare(rank(b, x.RuleSet), rank(b, y.RuleSet)) })
}

// rank orders labels by the first regime that bears them; unknown ones come last.
func rank(b *regime.Book, label string) int {
	i := slices.IndexFunc(b.Regimes, func(r *regime.Regime) bool { return r.Short == label })
	if i < 0 {
		return len(b.Regimes)
	}
	return i
}

// tell puts labels and counts by rule set into a register that holds levels of
// more than one; a register of one rule set says it once, in its heading.
func (f *RegisterFacts) tell(s *Service, rows []RegisterEntry) {
	sets := s.CountBySet(rows)
	if len(sets) < 2 {
		return
	}
	f.Sets = sets
	for i, e := range rows {
		f.Rows[i].RuleSet = s.RuleSet(e.Regime)
	}
}
