package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"capdo/workflow/regime"
)

func factsInOrder(c *regime.Criteria) (out []*regime.Fact) {
	for _, key := range c.Questions {
		i := slices.IndexFunc(c.Facts, func(f *regime.Fact) bool { return f.Key == key })
		out = append(out, c.Facts[i])
	}
	return out
}

func (w *words) values(f *regime.Fact) string {
	parts := []string{w.word("type", f.Type)}
	if len(f.Values) > 0 {
		parts = append(parts, codes(f.Values))
	}
	switch {
	case f.Min != nil && f.Max != nil:
		parts = append(parts, fmt.Sprintf("%d…%d", *f.Min, *f.Max))
	case f.Min != nil:
		parts = append(parts, fmt.Sprintf("≥ %d", *f.Min))
	case f.Max != nil:
		parts = append(parts, fmt.Sprintf("≤ %d", *f.Max))
	}
	for _, word := range slices.Sorted(maps.Keys(f.Besides)) {
		parts = append(parts, fmt.Sprintf("`%s` = %d", word, f.Besides[word]))
	}
	return strings.Join(parts, "; ")
}

func (w *words) defaultOf(f *regime.Fact) string {
	if f.Default == nil {
		return none
	}
	return w.word("value", fmt.Sprint(f.Default))
}

// condition words a condition; parts of parts stand in brackets.
func (w *words) condition(c *regime.RuleCondition) string { return w.cond(c, false) }

func (w *words) cond(c *regime.RuleCondition, inside bool) string {
	switch {
	case c == nil:
		return none
	case c.Not != nil:
		return w.own["join.not"] + "(" + w.cond(c.Not, false) + ")"
	case len(c.All) > 0:
		return w.joined(c.All, "join.all", inside)
	case len(c.Any) > 0:
		return w.joined(c.Any, "join.any", inside)
	}
	text := "`" + c.Fact + "` " + w.word("op", c.Op)
	switch v := c.Value.(type) {
	case nil:
		return text
	case []any:
		var list []string
		for _, one := range v {
			list = append(list, fmt.Sprint(one))
		}
		return text + " " + codes(list)
	default:
		return text + " " + codes([]string{fmt.Sprint(v)})
	}
}

func (w *words) joined(parts []*regime.RuleCondition, by string, inside bool) string {
	var out []string
	for _, p := range parts {
		out = append(out, w.cond(p, len(parts) > 1))
	}
	text := strings.Join(out, w.own[by])
	if inside && len(parts) > 1 {
		return "(" + text + ")"
	}
	return text
}

func principles(c *regime.Criteria) []*regime.Principle {
	return slices.SortedFunc(maps.Values(c.Principles), func(a, b *regime.Principle) int { return cmp.Compare(a.ID, b.ID) })
}

func deadlines(r *regime.Regime) []*regime.Deadline {
	return slices.SortedFunc(maps.Values(r.Deadlines), func(a, b *regime.Deadline) int { return cmp.Compare(a.Key, b.Key) })
}

// amount words how long a deadline is.
func (w *words) amount(d *regime.Deadline) string {
	switch {
	case d.Silent:
		return w.own["amount.silent"]
	case d.Before != nil:
		return w.say("amount.before", "day", monthDay(*d.Before))
	case !d.Until.IsZero():
		return w.say("amount.until", "day", date(d.Until))
	case d.Amount == 0:
		return w.own["amount.now"]
	}
	return w.say("amount.term", "n", strconv.Itoa(d.Amount), "unit", w.word("unit", string(d.Unit)))
}

// deadlineNote gathers what else a deadline says.
func (w *words) deadlineNote(d *regime.Deadline) string {
	var out []string
	add := func(yes bool, text string) {
		if yes {
			out = append(out, text)
		}
	}
	add(d.Scope != "", w.say("note.scope", "scope", w.word("scope", d.Scope)))
	add(d.MinBefore > 0, w.say("note.min_before", "n", strconv.Itoa(d.MinBefore)))
	if d.Window != nil {
		out = append(out, w.say("note.window", "from", monthDay(d.Window.From), "to", monthDay(d.Window.To)))
	}
	add(d.Remind, w.own["note.remind"])
	add(d.Note != "", d.Note)
	if c := d.Counting; c != nil {
		add(true, w.say("note.counting", "note", c.Note, "origin", w.word("origin", string(c.Origin)), "verified", w.verified(c.Verified)))
	}
	add(d.Also != "", w.say("note.also", "fact", "`"+d.Also+"`"))
	return cell(strings.Join(out, " "))
}

// starting is where the clock of a deadline is set going.
type starting struct{ Rule, Where string }

func (w *words) used(r *regime.Regime) (out []starting) {
	at := map[string][]string{}
	for _, p := range r.Procedures() {
		for _, key := range w.order(p) {
			if in := p.States[key].Within; in != nil {
				at[in.Rule] = append(at[in.Rule], fmt.Sprintf("[%s](%s.md) `%s`", titleOf(p), p.Key, key))
			}
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(at)) {
		out = append(out, starting{rule, strings.Join(at[rule], ", ")})
	}
	return out
}
