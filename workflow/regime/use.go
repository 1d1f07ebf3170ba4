package regime

import (
	"maps"
	"slices"
)

// Use is one thing of the rule book that rests on a place in a text.
type Use struct {
	Regime   string
	Kind     string // step, guard, deadline, criterion, floor, component, approval, point, content, duty
	Key      string // act, guard, rule …
	In       string // procedure of a step
	Text     string // in Vietnamese, where the data says it in words
	Origin   Origin
	Verified Verified
	Cite     Citation
	Near     bool // rests on another place of the same article
}

// Uses lists what rests on a place: what cites the place itself, a part of it or
// the whole it is a part of first, then what cites its article elsewhere.
func (b *Book) Uses(c Citation) []Use {
	at, _ := b.Place(c)
	var here, near []Use
	for _, r := range b.Regimes {
		for _, u := range r.uses() {
			p, _ := b.Place(u.Cite)
			u.Regime = r.Key
			switch {
			case p.Short != at.Short || p.Article != at.Article:
			case p.Within(at):
				here = append(here, u)
			default:
				u.Near = true
				near = append(near, u)
			}
		}
	}
	return append(here, near...)
}

// uses lists everything of a regime with each of its citations.
func (r *Regime) uses() (out []Use) {
	add := func(u Use, basis []Citation) {
		for _, c := range basis {
			u.Cite = c
			out = append(out, u)
		}
	}
	for _, p := range r.procedures {
		for _, s := range p.Steps {
			add(Use{Kind: "step", Key: s.Act, In: p.Title, Origin: s.Origin}, s.Basis)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(r.Guards)) {
		add(Use{Kind: "guard", Key: k, Origin: r.Guards[k].Origin}, r.Guards[k].Basis)
	}
	for _, k := range slices.Sorted(maps.Keys(r.Deadlines)) {
		d := r.Deadlines[k]
		add(Use{Kind: "deadline", Key: k, Text: d.Name, Origin: d.Origin, Verified: d.Verified}, d.Basis)
	}
	for kind, list := range map[string][]Rule{"criterion": r.Criteria.Rules(), "floor": r.Criteria.Floors()} {
		for _, c := range list {
			add(Use{Kind: kind, Key: c.ID, Text: c.Explain, Origin: c.Origin, Verified: c.Verified}, c.Basis)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(r.Papers.Components)) {
		c := r.Papers.Components[n]
		add(Use{Kind: "component", Text: c.Name, Origin: Law}, c.Basis)
	}
	add(Use{Kind: "point", Origin: Law}, r.Papers.Points.Basis)
	for _, f := range r.Papers.Approval {
		add(Use{Kind: "approval", Key: f.Of, Origin: Law}, f.Basis)
	}
	for _, c := range r.Content {
		add(Use{Kind: "content", Key: c.Of, Origin: c.Origin, Verified: c.Verified}, c.Basis)
	}
	for _, d := range r.Duties {
		add(Use{Kind: "duty", Key: d.Key, Text: d.Name, Origin: d.Origin, Verified: d.Verified}, d.Basis)
	}
	slices.SortStableFunc(out, func(a, b Use) int { return slices.Index(useKinds, a.Kind) - slices.Index(useKinds, b.Kind) })
	return out
}

// useKinds is the order in which uses are shown.
var useKinds = []string{"step", "guard", "deadline", "criterion", "floor", "component", "approval", "point", "content", "duty"}
