package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"capdo/workflow/regime"
)

const none = "–"

// functions are what the page templates may call.
func (w *words) functions() template.FuncMap {
	return template.FuncMap{
		"word": w.word, "cell": cell, "codes": codes, "numbers": numbers, "date": date, "cites": cites, "title": titleOf,
		"act":      func(k string) string { return w.label("act", k) },
		"state":    func(k string) string { return w.label("state", k) },
		"flag":     func(k string) string { return w.label("flag", k) + " `" + k + "`" },
		"stage":    func(k string) string { return w.word("stage", k) },
		"capacity": func(k string) string { return w.word("capacity", k) },
		"origin":   func(o regime.Origin) string { return w.word("origin", string(o)) },
		"verified": w.verified, "roles": w.roles, "guards": w.guards, "papers": w.papers,
		"states": w.states, "steps": w.steps, "within": w.within, "conditions": w.conditions,
		"facts": factsInOrder, "values": w.values, "default": w.defaultOf, "condition": w.condition,
		"principles": principles, "deadlines": deadlines, "amount": w.amount, "deadlineNote": w.deadlineNote, "used": w.used,
	}
}

// cell keeps a text inside one cell of a table.
func cell(s string) string {
	if s = strings.Join(strings.Fields(s), " "); s == "" {
		return none
	}
	return strings.ReplaceAll(s, "|", `\|`)
}

func codes(list []string) string {
	if len(list) == 0 {
		return none
	}
	return "`" + strings.Join(list, "`, `") + "`"
}

func numbers(list []int) string {
	var out []string
	for _, n := range list {
		out = append(out, strconv.Itoa(n))
	}
	return strings.Join(out, ", ")
}

func date(d regime.Day) string {
	return fmt.Sprintf("%02d/%02d/%d", d.DayOfMonth(), int(d.Month()), d.Year())
}

func monthDay(m regime.MonthDay) string { return fmt.Sprintf("%02d/%02d", m.Day, int(m.Month)) }

func cites(list []regime.Citation) string {
	var out []string
	for _, c := range list {
		out = append(out, string(c))
	}
	if len(out) == 0 {
		return none
	}
	return strings.Join(out, "; ")
}

func titleOf(p *regime.Procedure) string { return cmp.Or(p.Title, p.Key) }

func (w *words) verified(v regime.Verified) string {
	if v == "" {
		return none
	}
	return w.word("verified", string(v))
}

func (w *words) roles(list []string) string {
	var out []string
	for _, r := range list {
		out = append(out, w.label("role", r)+" `"+r+"`")
	}
	return strings.Join(out, "<br>")
}

// guards names each condition of a step with the articles it has in the regime.
func (w *words) guards(r *regime.Regime, s *regime.Step) string {
	var out []string
	for _, g := range s.Guards {
		rule, ok := r.Guards[g]
		text := "`" + g + "` [" + cites(rule.Basis) + "]"
		if !ok {
			text = "`" + g + "` " + w.own["guard.nowhere"]
		}
		if rule.Warns != "" {
			text += " (" + w.own["guard.warns"] + ")"
		}
		out = append(out, text)
	}
	if len(out) == 0 {
		return none
	}
	return strings.Join(out, "<br>")
}

// condition of a procedure as its regime words and cites it.
type condition struct {
	Name, Words string
	Rule        regime.GuardRule
}

func (w *words) conditions(r *regime.Regime, p *regime.Procedure) (out []condition) {
	var seen []string
	for _, s := range p.Steps {
		for _, g := range s.Guards {
			if rule, ok := r.Guards[g]; ok && !slices.Contains(seen, g) {
				seen = append(seen, g)
				out = append(out, condition{g, cell(w.label("guard", g)), rule})
			}
		}
	}
	return out
}

func (w *words) papers(r *regime.Regime, s *regime.Step) string {
	var out []string
	for i, form := range s.Issues {
		text := w.paper(r, form)
		if i == 0 && s.Or != "" {
			text += " " + w.own["papers.or"] + " " + w.paper(r, s.Or)
		}
		out = append(out, text)
	}
	for _, form := range s.Drafts {
		out = append(out, w.paper(r, form)+" ("+w.own["papers.draft"]+")")
	}
	if len(out) == 0 {
		return none
	}
	return strings.Join(out, "<br>")
}

func (w *words) paper(r *regime.Regime, form string) string {
	if w.messages.Verified(r.Key, form) == string(regime.Unverified) {
		return "`" + form + "` " + w.word("verified", string(regime.Unverified))
	}
	return "`" + form + "`"
}

// placed is a state with its key.
type placed struct {
	Key   string
	State regime.State
}

// states lists the states by stage and then in the order steps reach them.
func (w *words) states(p *regime.Procedure) (out []placed) {
	for _, key := range w.order(p) {
		out = append(out, placed{key, p.States[key]})
	}
	return out
}

// order sorts states by stage, then by the way there from the start.
func (w *words) order(p *regime.Procedure) []string {
	found := []string{p.Start}
	for i := 0; i < len(found); i++ {
		for _, s := range p.Leaving(found[i]) {
			if to := s.Target(found[i]); !slices.Contains(found, to) {
				found = append(found, to)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(p.States)) {
		if !slices.Contains(found, key) {
			found = append(found, key)
		}
	}
	slices.SortStableFunc(found, func(a, b string) int {
		return cmp.Compare(w.stageNo(p.States[a].Stage), w.stageNo(p.States[b].Stage))
	})
	return found
}

func (w *words) stageNo(stage string) int {
	if i := slices.Index(w.stages, stage); i >= 0 {
		return i
	}
	return len(w.stages)
}

// row is a step with its two ends in words.
type row struct {
	Step     *regime.Step
	From, To string
	w        *words
	p        *regime.Procedure
}

func (w *words) steps(p *regime.Procedure) (out []row) {
	for i := range p.Steps {
		s := &p.Steps[i]
		line := row{Step: s, To: "`" + s.To + "`", From: codes(s.From), w: w, p: p}
		if s.To == "same" {
			line.To = "="
		}
		for _, track := range slices.Sorted(maps.Keys(s.System)) {
			line.To += "<br>" + w.word("system", track) + ": `" + s.System[track] + "`"
		}
		out = append(out, line)
	}
	return out
}

// Within gives the deadlines of the states a step leaves.
func (x row) Within(r *regime.Regime) string {
	var out []string
	for _, from := range x.Step.From {
		if text := x.w.within(r, x.p.States[from].Within); text != none && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	if len(out) == 0 {
		return none
	}
	return strings.Join(out, "<br>")
}

// within words a deadline of a state: rule, amount, article, origin and mark.
func (w *words) within(r *regime.Regime, in *regime.Within) string {
	if in == nil {
		return none
	}
	d := r.Deadlines[in.Rule]
	if d == nil {
		return "`" + in.Rule + "`"
	}
	text := fmt.Sprintf("`%s` %s [%s] %s", in.Rule, w.amount(d), cites(d.Basis), w.word("origin", string(cmp.Or(in.Origin, d.Origin))))
	if in.Until != "" {
		text += ", " + w.say("within.until", "flag", "`"+in.Until+"`")
	}
	if d.Verified == regime.Unverified {
		text += " " + w.verified(d.Verified)
	}
	return text
}
