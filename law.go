package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"capdo/templates"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// checkLaw says what the reader checked; a fault would have stopped the program.
func checkLaw(_ context.Context, a *app, args []string) error {
	f, _, err := a.flags("check law", args, nil)
	if err != nil {
		return err
	}
	if err := a.words.Check(); err != nil { // the law itself was read at the start
		return err
	}
	type line struct {
		Regime                                                 string     `json:"regime"`
		From                                                   regime.Day `json:"from"`
		To                                                     regime.Day `json:"to,omitzero"`
		Facts, Rules, Floors, Deadlines, Guards, States, Steps int
		Forms                                                  int              `json:"forms"`
		Papers                                                 []templates.Info `json:"papers"`
		Standard                                               string           `json:"standard"`
	}
	var all []line
	for _, r := range a.book.Regimes {
		l := line{Regime: r.Key, From: r.From, To: r.To, Facts: len(r.Criteria.Facts),
			Deadlines: len(r.Deadlines), Guards: len(r.Guards), Forms: len(a.words.Forms(r.Key)), Papers: a.words.Info(r.Key), Standard: r.Standard}
		if mark := cmp.Or(r.StandardVerified, r.Verified); mark != regime.Primary {
			l.Standard += " " + string(mark)
		}
		l.Rules, l.Floors = r.Criteria.Sizes()
		for _, p := range r.Procedures() {
			l.States += len(p.States)
			l.Steps += len(p.Steps)
		}
		all = append(all, l)
	}
	if f.json {
		return a.writeJSON(all)
	}
	for _, l := range all {
		fmt.Fprintf(a.out, "ok %s (%s – %s): %d facts, %d rules, %d floors, %d deadlines, %d guards, %d states, %d steps, %d forms, %s\n",
			l.Regime, l.From, l.To, l.Facts, l.Rules, l.Floors, l.Deadlines, l.Guards, l.States, l.Steps, l.Forms, l.Standard)
		var open []string
		for _, p := range l.Papers {
			if p.Verified == string(regime.Unverified) {
				open = append(open, p.Form)
			}
		}
		if len(open) > 0 {
			fmt.Fprintf(a.out, "   UNVERIFIED: %s\n", strings.Join(open, ", "))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(a.book.Catalogues)) {
		rows, verified := a.book.Catalogues[key].Size()
		fmt.Fprintf(a.out, "ok catalogue %s: %d rows, %d UNVERIFIED\n", key, rows, rows-verified)
	}
	for _, y := range a.book.Calendar.Years() {
		fmt.Fprintf(a.out, "ok calendar %d: %d days, %d UNVERIFIED\n", y, len(a.book.Calendar.Days(y)), len(a.book.Calendar.UnverifiedDays(y)))
	}
	return nil
}

func (a *app) regime(key string) (*regime.Regime, error) {
	if r, ok := a.book.ByKey(key); ok {
		return r, nil
	}
	return nil, &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.regime", Args: map[string]string{"id": key}}
}

// readMap reads a map from a file or from standard input, YAML or JSON.
func (a *app) readMap(name string) (map[string]any, error) {
	var b []byte
	var err error
	if name == "-" {
		b, err = io.ReadAll(io.LimitReader(a.in, 1<<20))
	} else {
		b, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, err
	}
	m := map[string]any{}
	if strings.HasPrefix(strings.TrimSpace(string(b)), "{") && json.Unmarshal(b, &m) == nil {
		return m, nil
	}
	if err := yaml.Load(b, &m); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// classify answers the wizard's question from a map of facts.
func classify(_ context.Context, a *app, args []string) error {
	key := ""
	f, names, err := a.flags("classify", args, func(fs *flag.FlagSet) { fs.StringVar(&key, "regime", a.book.Regimes[len(a.book.Regimes)-1].Key, "") })
	if err != nil {
		return err
	}
	if len(names) != 1 {
		return errors.New(a.words.Message(a.lang, "cli.one_file", nil))
	}
	r, err := a.regime(key)
	if err != nil {
		return err
	}
	raw, err := a.readMap(names[0])
	if err != nil {
		return err
	}
	facts, err := a.book.CheckFacts(r.Criteria, raw)
	var fe *regime.FactError
	if errors.As(err, &fe) {
		return &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Basis: fe.Basis,
			Fields: []workflow.Field{{Name: fe.Fact, Expect: "expect.facts", Value: fe.Value + " — " + fe.Want}}}
	}
	if err != nil {
		return err
	}
	v := r.Criteria.Classify(facts)
	words := a.inWords(r.Criteria, facts)
	if f.json {
		return a.writeJSON(struct {
			regime.Verdict
			Facts []factWord `json:"facts"`
		}{v, words})
	}
	level := strconv.Itoa(v.Level)
	if v.Manual {
		level = "manual"
	} else if !v.Known {
		level = "unknown"
	}
	fmt.Fprintf(a.out, "%s: %s\n", a.words.Message(a.lang, "cli.level", nil), level)
	if !v.Known && v.AtLeast > 0 {
		fmt.Fprintf(a.out, "%s: %d\n", a.words.Message(a.lang, "cli.at_least", nil), v.AtLeast)
	}
	for _, w := range words {
		fmt.Fprintf(a.out, "  %s: %s\n", w.Label, w.Value)
	}
	for _, reason := range v.Reasons {
		origin := string(reason.Origin)
		if reason.Verified == regime.Unverified {
			origin += " " + string(reason.Verified)
		}
		fmt.Fprintf(a.out, "  %s → %d [%s] %s %s\n", reason.Rule, reason.Level, cites(reason.Basis), origin, reason.Explain)
	}
	if v.Scale > 0 {
		fmt.Fprintf(a.out, "%s: %d [%s]\n", a.words.Message(a.lang, "cli.scale", nil), v.Scale, cites(r.Criteria.HarmScale.Basis))
	}
	if len(v.Missing) > 0 {
		fmt.Fprintf(a.out, "%s: %s\n", a.words.Message(a.lang, "cli.missing", nil), a.factLabels(v.Missing))
	}
	if unasked := r.Criteria.Unasked(facts); len(unasked) > 0 {
		fmt.Fprintf(a.out, "%s: %s\n", a.words.Message(a.lang, "cli.unasked", nil), strings.Join(unasked, ", "))
	}
	return nil
}

// due computes one deadline and shows each day it counted.
func due(_ context.Context, a *app, args []string) error {
	var key, from, start string
	year := 0
	f, names, err := a.flags("due", args, func(fs *flag.FlagSet) {
		fs.StringVar(&key, "regime", "", "")
		fs.StringVar(&from, "from", "", "")
		fs.StringVar(&start, "start", "", "")
		fs.IntVar(&year, "year", 0, "")
	})
	if err != nil {
		return err
	}
	if len(names) != 1 {
		return errors.New(a.words.Message(a.lang, "cli.one_rule", nil))
	}
	r, err := a.regime(key)
	if err != nil {
		return err
	}
	rule, ok := r.Deadlines[names[0]]
	if !ok {
		return &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.deadline", Args: map[string]string{"id": names[0]}}
	}
	got, err := a.compute(rule, from, start, year)
	if err != nil {
		return err
	}
	if f.json {
		return a.writeJSON(got)
	}
	a.showComputation(rule, got)
	return nil
}

func (a *app) compute(rule *regime.Deadline, from, start string, year int) (regime.Computation, error) {
	var got regime.Computation
	var err error
	day, clock, timed := strings.Cut(from, "T")
	days := [2]regime.Day{}
	for i, s := range []string{day, start} {
		if s == "" {
			continue
		}
		if days[i], err = regime.ParseDay(s); err != nil {
			return got, &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: [2]string{"from", "start"}[i], Expect: "expect.day", Value: s}}}
		}
	}
	moment, bad := time.ParseInLocation("2006-01-02T15:04", from, regime.Zone)
	if timed && bad != nil {
		return got, &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "from", Expect: "expect.moment", Value: clock}}}
	}
	if year > 0 {
		got, err = a.book.Calendar.DueIn(rule, year)
	} else {
		if days[0].IsZero() {
			return got, &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "from", Expect: "expect.required"}}}
		}
		got, err = a.book.Calendar.Due(rule, days[0], days[1])
		if timed {
			got, err = a.book.Calendar.DueAt(rule, moment, days[1])
		}
	}
	var gap *regime.CalendarGap
	if errors.As(err, &gap) {
		return got, &workflow.Problem{Kind: workflow.Refused, Key: "guard.calendar_known", Guard: "calendar_known", Args: map[string]string{"year": strconv.Itoa(gap.Year)}}
	}
	return got, err
}

func (a *app) showComputation(rule *regime.Deadline, got regime.Computation) {
	if got.None {
		fmt.Fprintf(a.out, "%s: none [%s] %s\n", got.Rule, cites(got.Basis), got.Origin)
		return
	}
	last := got.Due.String()
	if !got.At.IsZero() {
		last = got.At.Format("2006-01-02T15:04")
	}
	fmt.Fprintf(a.out, "%s: %s (%s) [%s] %s\n", got.Rule, last, rule.Name, cites(got.Basis), got.Origin)
	if c := got.Counting; c != nil {
		fmt.Fprintf(a.out, "  %s %s: %s\n", c.Origin, c.Verified, c.Note)
	}
	for _, s := range got.Steps {
		n := ""
		if s.Counted > 0 {
			n = strconv.Itoa(s.Counted)
		}
		fmt.Fprintf(a.out, "  %s %3s  %s %s\n", s.Day, n, a.words.Message(a.lang, "count."+string(s.Why), nil), s.Name)
	}
	if len(got.Unverified) > 0 {
		fmt.Fprintf(a.out, "UNVERIFIED: %v\n", got.Unverified)
	}
}
