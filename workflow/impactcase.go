package workflow

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"capdo/workflow/regime"
)

// checks compares the intervals between periodic checks of a system.
func (x *impact) checks(sys *System) []ImpactNote {
	var notes []ImpactNote
	was := map[string]*regime.Deadline{}
	for _, d := range x.from.IntervalsOf(sys.Level, sys.Facts) {
		was[d.Key] = d
		now := x.to.Deadlines[d.Key]
		args := map[string]string{"rule": d.Key, "was": itoa(d.Amount)}
		switch {
		case d.Silent:
		case now == nil || now.Silent:
			n := ImpactNote{Key: "check_no_number", Args: args, Origin: regime.Reading, Verified: x.to.Verified}
			if now != nil {
				n.Basis, n.Verified = now.Basis, now.Verified
			}
			notes = append(notes, n)
		case now.Amount != d.Amount || now.Unit != d.Unit:
			args["now"] = itoa(now.Amount)
			notes = append(notes, ImpactNote{Key: "check_changed", Args: args, Basis: now.Basis, Origin: now.Origin, Verified: now.Verified})
		}
	}
	for _, d := range x.to.IntervalsOf(sys.Level, sys.Facts) {
		if was[d.Key] == nil && !d.Silent {
			notes = append(notes, ImpactNote{Key: "check_new", Args: map[string]string{"rule": d.Key, "now": itoa(d.Amount)}, Basis: d.Basis, Origin: d.Origin, Verified: d.Verified})
		}
	}
	return notes
}

// cases looks at every open case of the owner.
func (x *impact) cases(ctx context.Context, owner string) error {
	for after := ""; ; {
		page, err := x.s.Store.Cases(ctx, CaseQuery{Kind: "dossier", Owner: owner, After: after, Limit: 500})
		if err != nil {
			return fmt.Errorf("workflow: impact: cases: %w", err)
		}
		for _, c := range page {
			after = c.ID
			if c.Stage == "in_force" || c.Stage == "closed" {
				continue
			}
			sys, err := x.s.Store.System(ctx, c.System)
			if err != nil {
				return fmt.Errorf("workflow: impact: case %s: %w", c.ID, err)
			}
			x.open[sys.ID] = true
			one, err := x.openCase(c, sys)
			if err != nil {
				return err
			}
			x.out.Cases = append(x.out.Cases, one)
		}
		if len(page) < 500 {
			return nil
		}
	}
}

func (x *impact) openCase(c *Case, sys *System) (CaseImpact, error) {
	v := x.to.Criteria.Classify(sys.Facts)
	one := CaseImpact{Case: c.ID, System: sys.ID, Name: sys.Name, Level: c.Level, State: c.State, Regime: c.Regime, RuleSet: x.s.RuleSet(c.Regime),
		Before: outlook(x.from.Criteria.Classify(sys.Facts)), After: outlook(v), Notes: []ImpactNote{}}
	if !x.earlier(c.Regime) {
		one.Notes = append(one.Notes, ImpactNote{Key: "settled", Basis: x.to.Basis, Origin: regime.Law, Verified: x.to.Verified})
		return one, nil
	}
	notes, suggest, err := x.tie(c)
	if err != nil {
		return one, err
	}
	one.Notes, one.Suggest = append(one.Notes, notes...), suggest
	one.Notes = append(one.Notes, x.clock(c)...)
	args := map[string]string{"level": itoa(c.Level), "implied": itoa(one.After.least()), "criteria": strings.Join(one.After.Criteria, ", "), "facts": strings.Join(one.After.Missing, ", ")}
	if one.After.least() > c.Level {
		one.Notes = append(one.Notes, ImpactNote{Key: "proposed_below", Args: args, Basis: v.Basis, Origin: regime.Design, Verified: x.to.Verified})
	}
	if len(one.After.Missing) > 0 {
		one.Notes = append(one.Notes, ImpactNote{Key: "facts_missing", Args: args, Basis: x.to.Criteria.WhyIncomplete(), Origin: regime.Design, Verified: x.to.Verified})
		if one.Suggest == "" {
			one.Suggest = "ask_facts"
		}
	}
	return one, nil
}

// tie says which rule set an open case goes on under, and until when.
func (x *impact) tie(c *Case) ([]ImpactNote, string, error) {
	own, _ := x.s.Book.ByKey(c.Regime)
	ended := x.to.Basis
	if own.Ended != nil {
		ended = own.Ended.Basis
	}
	args := map[string]string{"since": x.to.From.String()}
	note := func(key string, basis []Citation, origin regime.Origin, mark regime.Verified) []ImpactNote {
		return []ImpactNote{{Key: key, Args: maps.Clone(args), Basis: basis, Origin: origin, Verified: mark}}
	}
	held := c.Hold != nil && c.Hold.Regime == own.Key && !x.on.After(c.Hold.Until)
	switch d := own.Declared; {
	case slices.Contains(x.to.CarriesOn, own.Key):
		return note("goes_on", x.to.Basis, regime.Law, x.to.Verified), "", nil
	case held && c.Hold.Kind == "declared" && d != nil:
		args["until"], args["project"] = c.Hold.Until.String(), c.Hold.ProjectNo
		owed, err := x.owed("under_way_measures", "under_way_measures")
		return append(note("declared", d.Basis, d.Origin, d.Verified), owed...), "", err
	case held && own.Chosen != nil:
		args["until"] = c.Hold.Until.String()
		return note("chosen", own.Chosen.Basis, own.Chosen.Origin, own.Chosen.Verified), "switch", nil
	case x.on.Before(x.to.From):
		return note("not_yet", x.to.Basis, regime.Law, x.to.Verified), "", nil
	case (c.Hold == nil || c.Hold.Kind != "declared") && d != nil && !x.on.After(d.Until):
		args["until"], args["before"] = d.Until.String(), d.ProjectBefore.String()
		return note("declare_or_switch", slices.Concat(ended, d.Basis), d.Origin, d.Verified), "declare_or_switch", nil
	}
	return note("switch", ended, regime.Law, x.to.Verified), "switch", nil
}

// clock compares the deadline of the present state under both rule sets, from the
// day it began.
func (x *impact) clock(c *Case) []ImpactNote {
	if c.Due == nil {
		return nil
	}
	was, now := x.from.Deadlines[c.Due.Rule], x.to.Deadlines[c.Due.Rule]
	if was == nil || now == nil {
		return nil
	}
	got, err := x.s.Book.Calendar.Due(now, c.Due.From, Day{})
	if err != nil || got.Due == c.Due.Day {
		return nil // the year has no calendar yet, or nothing changes
	}
	if got.None {
		return []ImpactNote{{Key: "deadline_gone", Args: map[string]string{"rule": c.Due.Rule, "was": c.Due.Day.String()}, Basis: now.Basis, Origin: now.Origin, Verified: now.Verified}}
	}
	args := map[string]string{"rule": c.Due.Rule, "from": c.Due.From.String(), "was": c.Due.Day.String(), "now": got.Due.String()}
	return []ImpactNote{{Key: "deadline_changes", Args: args, Basis: got.Basis, Origin: got.Origin, Verified: now.Verified}}
}
