package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"capdo/workflow/regime"
)

// ImpactOrder asks what going from one rule set to another touches. On is the day
// it is judged on: what is declared or chosen by then may have run out.
type ImpactOrder struct {
	From, To string // regime keys
	Owner    string // office id; empty: everybody's
	On       Day
}

// Impact is what a rule set touches. Everything in it is a suggestion: nothing is
// kept, no level and no case is changed.
type Impact struct {
	From      ImpactSet               `json:"from"`
	To        ImpactSet               `json:"to"`
	On        Day                     `json:"on"`
	Asked     []string                `json:"facts_asked"`   // only by To
	Dropped   []string                `json:"facts_dropped"` // only by From
	Deadlines []regime.DeadlineChange `json:"deadlines"`
	Notes     []ImpactNote            `json:"notes"` // that hold for everything
	Systems   []SystemImpact          `json:"systems"`
	Cases     []CaseImpact            `json:"cases"` // open ones
}

// ImpactSet names one of the two rule sets.
type ImpactSet struct {
	Regime   string          `json:"regime"`
	Title    string          `json:"title"`
	RuleSet  string          `json:"rule_set"`
	Since    Day             `json:"since"`
	Standard string          `json:"standard"`
	Verified regime.Verified `json:"standard_verified"`
}

// ImpactNote is one consequence: Key finds its words, Args fill them.
type ImpactNote struct {
	Key      string            `json:"key"`
	Args     map[string]string `json:"args,omitempty"`
	Basis    []Citation        `json:"basis,omitempty"`
	Origin   regime.Origin     `json:"origin"`
	Verified regime.Verified   `json:"verified"`
}

// Outlook is the level the facts at hand imply under one rule set.
type Outlook struct {
	Level    int      `json:"level,omitempty"`
	Known    bool     `json:"known"`
	Manual   bool     `json:"manual,omitempty"`
	AtLeast  int      `json:"at_least,omitempty"`
	Criteria []string `json:"criteria"`
	Flags    []string `json:"flags,omitempty"`
	Missing  []string `json:"missing"`
}

// least is the level that is certain.
func (o Outlook) least() int { return max(o.Level, o.AtLeast) }

// SystemImpact is what becomes of one system.
type SystemImpact struct {
	System  string       `json:"system"`
	Name    string       `json:"name"`
	Owner   string       `json:"owner"`
	Level   int          `json:"level,omitempty"`    // in force; 0: none
	RuleSet string       `json:"rule_set,omitempty"` // of the level in force
	Before  Outlook      `json:"before"`             // under From
	After   Outlook      `json:"after"`              // under To
	Suggest string       `json:"suggest,omitempty"`  // redetermine, ask_facts, classify
	Notes   []ImpactNote `json:"notes"`
}

// CaseImpact is what becomes of one open case.
type CaseImpact struct {
	Case    string       `json:"case"`
	System  string       `json:"system"`
	Name    string       `json:"name"`
	Level   int          `json:"level"` // proposed
	State   string       `json:"state"`
	Regime  string       `json:"regime"`
	RuleSet string       `json:"rule_set"`
	Before  Outlook      `json:"before"`
	After   Outlook      `json:"after"`
	Suggest string       `json:"suggest,omitempty"` // declare_or_switch, switch, ask_facts
	Notes   []ImpactNote `json:"notes"`
}

// ImpactKeys lists every key an ImpactNote may carry.
func ImpactKeys() []string {
	return []string{"standard_changes", "standard_words", "redetermination", "risk_reassessed", "settled", "level_kept", "measures_due", "measures_late",
		"redetermine", "implied_lower", "manual", "facts_missing", "unclassified", "in_dossier", "check_no_number", "check_changed", "check_new",
		"goes_on", "declared", "chosen", "declare_or_switch", "switch", "not_yet", "under_way_measures", "deadline_changes", "deadline_gone", "proposed_below"}
}

// impact is a comparison under way.
type impact struct {
	s        *Service
	from, to *regime.Regime
	on       Day
	out      *Impact
	open     map[string]bool // systems with an open case
}

// Impact tells what going from one rule set to another touches, with the facts
// and cases at hand. It reads only. Errors: a rule set that is not there, or that
// does not come after the other; an owner that is not there.
func (s *Service) Impact(ctx context.Context, o ImpactOrder) (*Impact, error) {
	x := &impact{s: s, on: o.On, open: map[string]bool{}}
	var ok bool
	if x.from, ok = s.Book.ByKey(o.From); !ok {
		return nil, notFound("regime", o.From)
	}
	if x.to, ok = s.Book.ByKey(o.To); !ok {
		return nil, notFound("regime", o.To)
	}
	if !x.from.From.Before(x.to.From) {
		return nil, invalid("to", "expect.later_rule_set", o.To)
	}
	if o.Owner != "" {
		if _, err := s.Store.Office(ctx, o.Owner); err != nil {
			return nil, err
		}
	}
	x.begin()
	if err := x.cases(ctx, o.Owner); err != nil {
		return nil, err
	}
	return x.out, x.systems(ctx, o.Owner)
}

func (x *impact) begin() {
	x.out = &Impact{From: setOf(x.from), To: setOf(x.to), On: x.on, Notes: []ImpactNote{}, Systems: []SystemImpact{}, Cases: []CaseImpact{},
		Deadlines: regime.DeadlineChanges(x.from, x.to)}
	x.out.Asked, x.out.Dropped = regime.FactChanges(x.from, x.to)
	if x.from.Standard != x.to.Standard {
		n := ImpactNote{Key: "standard_changes", Args: map[string]string{"was": x.from.Standard, "now": x.to.Standard},
			Basis: x.to.Basis, Origin: regime.Law, Verified: x.out.To.Verified}
		x.out.Notes = append(x.out.Notes, n)
	}
	for _, key := range []string{"standard_words", "redetermination", "risk_reassessed"} {
		x.out.Notes = append(x.out.Notes, x.says(key, key, nil)...)
	}
}

func setOf(r *regime.Regime) ImpactSet {
	mark := r.StandardVerified
	if mark == "" {
		mark = r.Verified
	}
	return ImpactSet{Regime: r.Key, Title: r.Title, RuleSet: r.Short, Since: r.From, Standard: r.Standard, Verified: mark}
}

// says turns what the later regime says of a case into a note; nothing where it
// says nothing.
func (x *impact) says(about, key string, args map[string]string) []ImpactNote {
	t, ok := x.to.Transition[about]
	if !ok {
		return nil
	}
	return []ImpactNote{{Key: key, Args: args, Basis: t.Basis, Origin: t.Origin, Verified: t.Verified}}
}

// owed says by which day measures are owed, by the deadline the transition names.
func (x *impact) owed(about, key string) ([]ImpactNote, error) {
	t, ok := x.to.Transition[about]
	if !ok || t.Deadline == "" {
		return nil, nil
	}
	got, err := x.s.Book.Calendar.Due(x.to.Deadlines[t.Deadline], x.to.From, Day{})
	if err != nil {
		return nil, fmt.Errorf("workflow: impact: %s: %w", t.Deadline, err)
	}
	n := ImpactNote{Key: key, Args: map[string]string{"rule": t.Deadline, "day": got.Due.String()}, Basis: got.Basis, Origin: got.Origin, Verified: t.Verified}
	if c := got.Counting; c != nil {
		n.Verified, n.Args["counting"] = c.Verified, c.Note
	}
	return []ImpactNote{n}, nil
}

func outlook(v regime.Verdict) Outlook {
	return Outlook{Level: v.Level, Known: v.Known, Manual: v.Manual, AtLeast: v.AtLeast, Criteria: v.Criteria, Flags: v.Flags, Missing: v.Missing}
}

// earlier tells whether a regime lies before the one gone to.
func (x *impact) earlier(key string) bool {
	r, ok := x.s.Book.ByKey(key)
	return ok && r.From.Before(x.to.From)
}

func (x *impact) systems(ctx context.Context, owner string) error {
	for after := ""; ; {
		page, err := x.s.Store.Systems(ctx, SystemQuery{Owner: owner, After: after, Limit: 500})
		if err != nil {
			return fmt.Errorf("workflow: impact: systems: %w", err)
		}
		for _, sys := range page {
			after = sys.ID
			one, err := x.system(sys)
			if err != nil {
				return err
			}
			x.out.Systems = append(x.out.Systems, one)
		}
		if len(page) < 500 {
			return nil
		}
	}
}

func (x *impact) system(sys *System) (SystemImpact, error) {
	v := x.to.Criteria.Classify(sys.Facts)
	one := SystemImpact{System: sys.ID, Name: sys.Name, Owner: only(sys.Owners), Level: sys.Level, Notes: []ImpactNote{},
		Before: outlook(x.from.Criteria.Classify(sys.Facts)), After: outlook(v)}
	if sys.Level > 0 {
		one.RuleSet = x.s.RuleSet(sys.LevelBy)
	}
	add := func(notes ...ImpactNote) { one.Notes = append(one.Notes, notes...) }
	switch {
	case sys.Level > 0 && !x.earlier(sys.LevelBy):
		add(ImpactNote{Key: "settled", Basis: x.to.Basis, Origin: regime.Law, Verified: x.to.Verified})
		return one, nil
	case x.open[sys.ID]:
		add(ImpactNote{Key: "in_dossier", Origin: regime.Design, Verified: x.to.Verified})
	case sys.Level == 0:
		one.Suggest = "classify"
		add(x.says("unclassified", "unclassified", nil)...)
	}
	if sys.Level > 0 {
		kept, err := x.kept(sys)
		if err != nil {
			return one, err
		}
		add(kept...)
		add(x.checks(sys)...)
	}
	notes, suggest := x.weigh(sys.Level, one.After, v.Basis)
	add(notes...)
	if one.Suggest == "" {
		one.Suggest = suggest
	}
	return one, nil
}

// kept says that a level given before stays, and what it owes.
func (x *impact) kept(sys *System) ([]ImpactNote, error) {
	key := "measures_due"
	if t := x.to.Transition["level_kept"]; t.Deadline != "" {
		if got, err := x.s.Book.Calendar.Due(x.to.Deadlines[t.Deadline], x.to.From, Day{}); err == nil && x.on.After(got.Due) {
			key = "measures_late"
		}
	}
	owed, err := x.owed("level_kept", key)
	return append(x.says("level_kept", "level_kept", map[string]string{"level": itoa(sys.Level), "rule_set": x.s.RuleSet(sys.LevelBy)}), owed...), err
}

// weigh compares the level there is with the one the facts imply now. A higher
// one is a reason to determine the level again; it changes nothing by itself.
func (x *impact) weigh(level int, after Outlook, basis []Citation) ([]ImpactNote, string) {
	args := map[string]string{"level": itoa(level), "implied": itoa(after.least()), "criteria": strings.Join(after.Criteria, ", ")}
	note := func(key string, basis []Citation) []ImpactNote {
		return []ImpactNote{{Key: key, Args: args, Basis: basis, Origin: regime.Design, Verified: x.to.Verified}}
	}
	args["facts"] = strings.Join(after.Missing, ", ")
	switch {
	case level > 0 && after.least() > level:
		notes := note("redetermine", slices.Concat(basis, x.to.Redetermine))
		if len(after.Missing) > 0 {
			notes = append(notes, note("facts_missing", x.to.Criteria.WhyIncomplete())...)
		}
		return notes, "redetermine"
	case len(after.Missing) > 0:
		return note("facts_missing", x.to.Criteria.WhyIncomplete()), "ask_facts"
	case after.Manual:
		return note("manual", basis), ""
	case after.Known && after.Level < level:
		return note("implied_lower", basis), ""
	}
	return nil, ""
}
