package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// impact tells which systems and open cases a rule set touches, and how. It
// changes nothing.
func impact(ctx context.Context, a *app, args []string) error {
	var order workflow.ImpactOrder
	var owner, on string
	f, _, err := a.flags("impact", args, func(fs *flag.FlagSet) {
		fs.StringVar(&order.From, "from", "", "")
		fs.StringVar(&order.To, "to", "", "")
		fs.StringVar(&owner, "owner", "", "")
		fs.StringVar(&on, "on", "", "")
	})
	if err != nil {
		return err
	}
	if order.From == "" || order.To == "" {
		return errors.New(a.words.Message(a.lang, "cli.impact_needs", nil))
	}
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	order.On = svc.Today()
	if on != "" {
		if order.On, err = regime.ParseDay(on); err != nil {
			return &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "on", Expect: "expect.day", Value: on}}}
		}
	}
	if owner != "" {
		o, err := a.onlyOwner(ctx, svc, owner)
		if err != nil {
			return err
		}
		order.Owner = o.ID
	}
	a.progress("cli.looking", 0)
	got, err := svc.Impact(ctx, order)
	if err != nil {
		return err
	}
	if f.json {
		return a.writeJSON(got)
	}
	a.showImpact(got)
	return nil
}

func (a *app) showImpact(got *workflow.Impact) {
	a.say("impact.heading", map[string]string{"from": got.From.RuleSet, "from_key": got.From.Regime, "to": got.To.RuleSet, "to_key": got.To.Regime, "on": got.On.String()})
	now := got.To.Standard
	if got.To.Verified == regime.Unverified {
		now += " UNVERIFIED"
	}
	a.say("impact.standard", map[string]string{"was": got.From.Standard, "now": now})
	a.say("impact.asked", map[string]string{"facts": orDash(strings.Join(got.Asked, ", "))})
	a.say("impact.dropped", map[string]string{"facts": orDash(strings.Join(got.Dropped, ", "))})
	a.showTerms(got.Deadlines)
	notes := slices.Clone(got.Notes)
	for _, one := range got.Systems {
		notes = append(notes, one.Notes...)
	}
	for _, one := range got.Cases {
		notes = append(notes, one.Notes...)
	}
	a.showSystems(got.Systems)
	a.showCases(got.Cases)
	a.explain(notes)
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func (a *app) showTerms(changes []regime.DeadlineChange) {
	fmt.Fprintf(a.out, "\n%s: %d\n", a.words.Message(a.lang, "impact.deadlines", nil), len(changes))
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, c := range changes {
		var basis []regime.Citation
		if c.Now != nil {
			basis = c.Now.Basis
		}
		fmt.Fprintf(w, "  %s\t%s\t→ %s\t[%s]\n", c.Key, a.term(c.Was), a.term(c.Now), cites(basis))
	}
	w.Flush()
}

// term puts what a rule of time sets into words, with its origin.
func (a *app) term(t *regime.Term) string {
	if t == nil {
		return a.words.Message(a.lang, "term.absent", nil)
	}
	key, args := "term."+string(t.Unit), map[string]string{"n": strconv.Itoa(t.Amount)}
	switch {
	case t.None:
		key = "term.none"
	case t.Yearly != nil:
		key, args["day"] = "term.before", fmt.Sprintf("%d/%d", t.Yearly.Day, t.Yearly.Month)
	case !t.Until.IsZero():
		key, args["day"] = "term.before", t.Until.String()
	case t.Amount == 0:
		key = "term.now"
	}
	words := a.words.Message(a.lang, key, args)
	if !t.None {
		words += " (" + string(t.Origin) + ")"
	}
	if t.Counting != nil && t.Counting.Verified == regime.Unverified {
		words += " " + string(regime.Unverified)
	}
	return words
}

func (a *app) heading(w *tabwriter.Writer, first string) {
	var titles []string
	for _, key := range []string{first, "level", "before", "after", "todo"} {
		titles = append(titles, a.words.Message(a.lang, "impact.head."+key, nil))
	}
	fmt.Fprintf(w, "  %s\n", strings.Join(titles, "\t"))
}

func (a *app) showSystems(list []workflow.SystemImpact) {
	kept, by := 0, map[string]int{}
	for _, one := range list {
		by[one.Suggest]++
		if slices.ContainsFunc(one.Notes, func(n workflow.ImpactNote) bool { return n.Key == "level_kept" }) {
			kept++
		}
	}
	fmt.Fprintln(a.out)
	a.say("impact.systems", map[string]string{"count": strconv.Itoa(len(list)), "kept": strconv.Itoa(kept), "redetermine": strconv.Itoa(by["redetermine"]),
		"facts": strconv.Itoa(by["ask_facts"]), "classify": strconv.Itoa(by["classify"])})
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	a.heading(w, "system")
	for _, one := range list {
		level := "–"
		if one.Level > 0 {
			level = fmt.Sprintf("%d (%s)", one.Level, one.RuleSet)
		}
		fmt.Fprintf(w, "  %s [%s]\t%s\t%s\t%s\t%s\n", one.Name, one.System, level, outlookText(one.Before), outlookText(one.After), a.labels(one.Notes))
	}
	w.Flush()
}

func (a *app) showCases(list []workflow.CaseImpact) {
	move := 0
	for _, one := range list {
		if one.Suggest == "switch" || one.Suggest == "declare_or_switch" {
			move++
		}
	}
	fmt.Fprintln(a.out)
	a.say("impact.cases", map[string]string{"count": strconv.Itoa(len(list)), "switch": strconv.Itoa(move)})
	if len(list) == 0 {
		return
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	a.heading(w, "case")
	for _, one := range list {
		fmt.Fprintf(w, "  %s — %s (%s)\t%d (%s)\t%s\t%s\t%s\n", one.Case, one.Name, a.words.Message(a.lang, "state."+one.State, nil), one.Level, one.RuleSet,
			outlookText(one.Before), outlookText(one.After), a.labels(one.Notes))
	}
	w.Flush()
}

// outlookText is the level implied: a number, a number that is at least certain,
// or the words the wizard uses.
func outlookText(o workflow.Outlook) string {
	switch {
	case o.Known:
		return strconv.Itoa(o.Level)
	case o.Manual:
		return "manual"
	case o.AtLeast > 0:
		return "≥ " + strconv.Itoa(o.AtLeast)
	}
	return "?"
}

func (a *app) labels(notes []workflow.ImpactNote) string {
	var words []string
	for _, n := range notes {
		args := maps.Clone(n.Args)
		if facts := strings.Split(args["facts"], ", "); len(facts) > 4 {
			args["facts"] = fmt.Sprintf("%s… (%d)", strings.Join(facts[:3], ", "), len(facts))
		}
		words = append(words, a.words.Message(a.lang, "impact."+n.Key, args))
	}
	return strings.Join(words, "; ")
}

// explain says each kind of consequence once, with its article and its mark.
func (a *app) explain(notes []workflow.ImpactNote) {
	fmt.Fprintf(a.out, "\n%s\n", a.words.Message(a.lang, "impact.explain", nil))
	seen := map[string]bool{}
	for _, n := range notes {
		text := strings.TrimSpace(a.words.Message(a.lang, "impact."+n.Key+".says", n.Args))
		if n.Verified == regime.Unverified {
			text += " UNVERIFIED"
		}
		if len(n.Basis) > 0 {
			text += " [" + cites(n.Basis) + "]"
		}
		line := "  " + text + " " + string(n.Origin)
		if !seen[line] {
			seen[line] = true
			fmt.Fprintln(a.out, line)
		}
	}
}
