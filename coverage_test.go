package main

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"capdo/internal/rehearse"
	"capdo/workflow"
	"capdo/workflow/memory"
	"capdo/workflow/regime"
)

var updateCoverage = flag.Bool("update-coverage", false, "write docs/coverage.md")

// ruleBook is docs/coverage.yaml.
type ruleBook struct {
	Words  map[string]string `yaml:"words"`
	Tables map[string]struct {
		Title   string   `yaml:"title"`
		Regimes []string `yaml:"regimes"`
	} `yaml:"tables"`
	Rows []ruleRow `yaml:"rows"`
}

// ruleRow is a row of the rule book's tables of steps.
type ruleRow struct {
	Table   string   `yaml:"table"`
	Act     string   `yaml:"act"`
	From    []string `yaml:"from"`
	Levels  []int    `yaml:"levels"`
	Regimes []string `yaml:"regimes"` // where not those of its table
}

func readRuleBook(t *testing.T) *ruleBook {
	t.Helper()
	b, err := os.ReadFile("docs/coverage.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rb := &ruleBook{}
	if err := yaml.Load(b, rb, yaml.WithKnownFields()); err != nil {
		t.Fatal(err)
	}
	for i := range rb.Rows {
		row := &rb.Rows[i]
		table, ok := rb.Tables[row.Table]
		if !ok || row.Act == "" {
			t.Fatalf("row %d: no table %s or no act", i+1, row.Table)
		}
		if len(row.Regimes) == 0 {
			row.Regimes = table.Regimes
		}
	}
	return rb
}

// taken is a step somebody or the clock took; the level is that of the case
// before it.
type taken struct {
	regime, act, from string
	level             int
}

// played is what the scenarios did, each with the files that did it.
type played struct {
	steps map[taken][]string
	ids   map[[2]string][]string // regime and id of a criterion, floor or deadline
	file  string                 // being played
}

func note[K comparable](m map[K][]string, k K, file string) {
	if !slices.Contains(m[k], file) {
		m[k] = append(m[k], file)
	}
}

// watched is a store that tells which steps it was given to keep.
type watched struct {
	workflow.Store
	p *played
}

func (w watched) Keep(ctx context.Context, ch *workflow.Change) error {
	step := taken{regime: ch.Event.Regime, act: ch.Event.Act, from: ch.Event.From}
	if ch.Case != nil {
		step.level = ch.Case.Level
		if was, err := w.Store.Case(ctx, ch.Case.ID); err == nil {
			step.level = was.Level
		}
	}
	if err := w.Store.Keep(ctx, ch); err != nil {
		return err
	}
	note(w.p.steps, step, w.p.file)
	for _, e := range ch.Events { // what the clock adds, on this case and on others
		note(w.p.steps, taken{regime: e.Regime, act: e.Act, from: e.From, level: step.level}, w.p.file)
	}
	if ch.Case == nil {
		return nil
	}
	if due := ch.Case.Due; due != nil {
		note(w.p.ids, [2]string{due.Regime, due.Rule}, w.p.file)
	}
	for _, due := range ch.Case.Also {
		note(w.p.ids, [2]string{due.Regime, due.Rule}, w.p.file)
	}
	v := ch.Case.Present().Verdict
	for _, id := range slices.Concat(v.Criteria, v.Floors) {
		note(w.p.ids, [2]string{ch.Case.Regime, id}, w.p.file)
	}
	return nil
}

// playAll plays every scenario over the store in memory; titles by number.
func playAll(t *testing.T, a *app) (*played, map[string]string) {
	t.Helper()
	names, err := filepath.Glob("docs/scenarios/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := &played{steps: map[taken][]string{}, ids: map[[2]string][]string{}}
	titles := map[string]string{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := rehearse.Read(name, bytes.NewReader(b), a.book)
		if err != nil {
			t.Fatal(err)
		}
		p.file, _, _ = strings.Cut(filepath.Base(name), "-")
		if other, twice := titles[p.file]; twice {
			t.Errorf("two scenarios bear the number %s: %q and %q", p.file, other, s.Title)
		}
		titles[p.file] = s.Title
		w := a.world(fromDisk)
		w.NewStore = func() (workflow.Store, error) { return watched{memory.New(), p}, nil }
		w.Saw = func(regime, id string) { note(p.ids, [2]string{regime, id}, p.file) }
		if _, err := rehearse.Play(t.Context(), w, s, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	return p, titles
}

// carried tells whether the program knows the act and the state under a regime
// and level of the row; an act of the clock alone is known by being seen.
func (r ruleRow) carried(b *regime.Book, p *played, from string) bool {
	known := b.Acts[r.Act] != nil || slices.ContainsFunc(slices.Collect(maps.Keys(p.steps)), func(s taken) bool { return s.act == r.Act })
	return slices.ContainsFunc(r.Regimes, func(key string) bool {
		set, ok := b.ByKey(key)
		if !ok {
			return false
		}
		here, stands := known, from == ""
		for _, proc := range set.Procedures() {
			_, has := proc.States[from]
			here, stands = here || slices.Contains(proc.Acts(), r.Act), stands || has
		}
		return here && stands && (len(r.Levels) == 0 || slices.ContainsFunc(r.Levels, func(level int) bool {
			_, ok := set.For(level, false)
			return ok
		}))
	})
}

// files lists the scenarios that play the row from a state; "" for any.
func (r ruleRow) files(p *played, from string) (out []string) {
	for s, by := range p.steps {
		if s.act == r.Act && (from == "" || s.from == from) && slices.Contains(r.Regimes, s.regime) &&
			(len(r.Levels) == 0 || slices.Contains(r.Levels, s.level)) {
			out = append(out, by...)
		}
	}
	return sortedNumbers(out)
}

func sortedNumbers(list []string) []string {
	slices.SortFunc(list, func(a, b string) int {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
	})
	return slices.Compact(list)
}

// TestTheRuleBookIsPlayed plays every scenario and fails when a row of the rule
// book, a criterion, a floor or a deadline is played by none, or when
// docs/coverage.md says otherwise than what was played.
func TestTheRuleBookIsPlayed(t *testing.T) {
	a, _ := testApp(t)
	rb := readRuleBook(t)
	p, titles := playAll(t, a)
	c := &coverage{t: t, rb: rb, p: p}
	fmt.Fprintf(&c.out, "# %s\n\n%s\n", rb.Words["title"], rb.Words["about"])
	later := c.rows(a.book)
	for _, part := range []string{"rules", "deadlines"} {
		c.part(part, "rule_head", 3)
		for _, r := range a.book.Regimes {
			ids := slices.Sorted(maps.Keys(r.Deadlines))
			if part == "rules" {
				ids = nil
				for _, rule := range append(r.Criteria.Rules(), r.Criteria.Floors()...) {
					ids = append(ids, rule.ID)
				}
			}
			for _, id := range ids {
				c.line(r.Key+" "+id, sortedNumbers(p.ids[[2]string{r.Key, id}]), r.Key, id)
			}
		}
	}
	if len(later) > 0 {
		c.part("later", "row_head", 5)
		for _, cells := range later {
			c.cells(append(cells, "–"))
		}
	}
	c.part("scenarios", "scenario_head", 2)
	for _, n := range sortedNumbers(slices.Collect(maps.Keys(titles))) {
		c.cells([]string{n, titles[n]})
	}
	c.compare()
}

// coverage is the list being written.
type coverage struct {
	t   *testing.T
	rb  *ruleBook
	p   *played
	out bytes.Buffer
}

// rows writes the rows that are carried and gives the others.
func (c *coverage) rows(b *regime.Book) (later [][]string) {
	c.part("rows", "row_head", 5)
	for _, row := range c.rb.Rows {
		froms := row.From
		if len(froms) == 0 {
			froms = []string{""}
		}
		var levels []string
		for _, l := range row.Levels {
			levels = append(levels, strconv.Itoa(l))
		}
		for _, from := range froms {
			cells := []string{row.Table + " " + c.rb.Tables[row.Table].Title, "`" + row.Act + "`", cmp.Or(from, "–"), cmp.Or(strings.Join(levels, ", "), "–")}
			if !row.carried(b, c.p, from) {
				later = append(later, cells)
				continue
			}
			c.line(strings.Join(cells, " "), row.files(c.p, from), cells...)
		}
	}
	return later
}

func (c *coverage) part(title, head string, columns int) {
	fmt.Fprintf(&c.out, "\n## %s\n\n", c.rb.Words[title])
	if about := c.rb.Words[title+"_about"]; about != "" {
		fmt.Fprintf(&c.out, "%s\n\n", about)
	}
	fmt.Fprintf(&c.out, "%s\n|%s\n", c.rb.Words[head], strings.Repeat("---|", columns))
}

// line writes what plays one thing; nothing is a failure.
func (c *coverage) line(what string, files []string, cells ...string) {
	if len(files) == 0 {
		c.t.Errorf("no scenario plays %s", what)
	}
	c.cells(append(cells, strings.Join(files, ", ")))
}

func (c *coverage) cells(cells []string) {
	fmt.Fprintf(&c.out, "| %s |\n", strings.Join(cells, " | "))
}

func (c *coverage) compare() {
	const name = "docs/coverage.md"
	if *updateCoverage {
		if err := os.WriteFile(name, c.out.Bytes(), 0o644); err != nil {
			c.t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, c.out.Bytes()) {
		c.t.Errorf("%s is stale (%v): run make docs", name, err)
	}
}

// TestARowMustBePlayedFromTheDayTheProgramCarriesIt holds rows of acts, states,
// levels and rule sets unknown to the program apart from those it has.
func TestARowMustBePlayedFromTheDayTheProgramCarriesIt(t *testing.T) {
	b := book(t)
	oldest := b.Regimes[0]
	none := &played{steps: map[taken][]string{}}
	ticked := &played{steps: map[taken][]string{{regime: oldest.Key, act: "tick"}: {"1"}}}
	for _, c := range []struct {
		says string
		row  ruleRow
		from string
		p    *played
		want bool
	}{
		{"an act of the law data", ruleRow{Act: "withdraw", Levels: []int{3}}, "approval_returned", none, true},
		{"one of several levels is enough", ruleRow{Act: "withdraw", Levels: []int{3, 9}}, "draft", none, true},
		{"an act nobody knows", ruleRow{Act: "dance"}, "", none, false},
		{"a state nobody knows", ruleRow{Act: "withdraw"}, "dancing", none, false},
		{"a level nobody knows", ruleRow{Act: "withdraw", Levels: []int{9}}, "draft", none, false},
		{"an act of the clock not seen yet", ruleRow{Act: "tick"}, "", none, false},
		{"an act of the clock once seen", ruleRow{Act: "tick"}, "", ticked, true},
	} {
		c.row.Regimes = []string{oldest.Key}
		if got := c.row.carried(b, c.p, c.from); got != c.want {
			t.Errorf("%s: carried %v", c.says, got)
		}
		c.row.Regimes = []string{"no-such-law"}
		if c.row.carried(b, c.p, c.from) {
			t.Errorf("%s: carried by a rule set that is not there", c.says)
		}
	}
}
