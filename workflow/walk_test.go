package workflow_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// TestWalksKeepTheInvariants lets everybody try everything in any order, at every
// level and under every rule set, over days that pass.
func TestWalksKeepTheInvariants(t *testing.T) {
	eachEra(t, func(t *testing.T, _ *regime.Regime, on string) {
		reached := map[int]bool{}
		for seed := range uint64(3) {
			x := &walker{t: t, w: newWorld(t, on), rnd: rand.New(rand.NewPCG(seed, 7))}
			for level := 1; level <= 5; level++ {
				x.begin(level)
			}
			for step := range 120 {
				if x.step(); t.Failed() {
					t.Fatalf("seed %d, step %d", seed, step)
				}
			}
			for _, id := range x.cases {
				x.holds(id)
				if c := x.w.state(t, id); c.Decided != nil {
					reached[c.Level] = true
				}
			}
		}
		if len(reached) < 4 {
			t.Errorf("the walks decided levels %v only; they say little", reached)
		}
	})
}

// backward are acts that end a dossier or send it back, or change nothing of it.
var backward = []string{"withdraw", "reject", "return_file", "request_supplement", "central_supplement", "conclude_unfit", "level_differs",
	"record_opinion_unfit", "ask_more", "on_site_check", "attach", "set_facts", "assign_appraiser", "correct_typo", "declare_transition", "choose_regime"}

type walker struct {
	t     *testing.T
	w     *world
	rnd   *rand.Rand
	cases []string
}

func pick[T any](rnd *rand.Rand, list []T) T { return list[rnd.IntN(len(list))] }

// begin opens a dossier and attaches what it needs.
func (x *walker) begin(level int) {
	system, id := fmt.Sprint("s", level), ""
	for _, act := range []string{"create", "attach"} {
		out, p, err := x.w.do("an", act, id, system, level)
		if p != nil || err != nil {
			x.t.Fatalf("%s at level %d: %v %v", act, level, p, err)
		}
		id = out.Case.ID
	}
	x.cases = append(x.cases, id)
}

// step takes one act, mostly one listed as open, and at times lets days pass.
func (x *walker) step() {
	ctx, level := context.Background(), 1+x.rnd.IntN(5)
	system, who := fmt.Sprint("s", level), pick(x.rnd, slices.Sorted(maps.Keys(cast)))
	act, id := pick(x.rnd, slices.Sorted(maps.Keys(x.w.Book.Acts))), system
	switch {
	case x.rnd.IntN(12) == 0:
		who, act = "an", "create"
	case x.rnd.IntN(6) > 0:
		id = pick(x.rnd, x.cases)
		c := x.w.state(x.t, id)
		level, system = c.Level, c.System
		open := x.open(id)
		if x.rnd.IntN(6) > 0 { // most steps go forward, or no high level is ever decided
			open = slices.DeleteFunc(open, func(s taken) bool { return slices.Contains(backward, s.act) })
		}
		if len(open) > 0 {
			s := pick(x.rnd, open)
			who, act = s.who, s.act
		}
	}
	out, p, err := x.w.do(who, act, id, system, level)
	if err != nil {
		x.t.Errorf("%s by %s on %s: %v", act, who, id, err)
	}
	if p != nil && p.Key == "" {
		x.t.Errorf("%s by %s on %s is refused without a reason", act, who, id)
	}
	if out != nil && out.Case != nil && !slices.Contains(x.cases, out.Case.ID) {
		x.cases = append(x.cases, out.Case.ID)
	}
	if x.rnd.IntN(4) == 0 {
		x.w.now = x.w.now.AddDate(0, 0, x.rnd.IntN(12))
		if err := x.w.Tick(ctx); err != nil {
			x.t.Errorf("the clock: %v", err)
		}
	}
	if out != nil && out.Case != nil {
		x.holds(out.Case.ID)
	}
	x.register()
	x.numbers()
}

// open lists what somebody may do on a case, person by person.
func (x *walker) open(id string) (out []taken) {
	for _, who := range slices.Sorted(maps.Keys(cast)) {
		list, err := x.w.Acts(context.Background(), who, id)
		if err != nil {
			x.t.Errorf("acts on %s: %v", id, err)
		}
		for _, o := range list {
			if o.Closed == nil {
				out = append(out, taken{who, o.Act})
			}
		}
	}
	return out
}

// holds asks of one case what must always be so.
func (x *walker) holds(id string) {
	c := x.w.state(x.t, id)
	if c.Holder != "" && !slices.ContainsFunc(x.open(id), func(s taken) bool { return cast[s.who][0] == c.Holder }) {
		x.t.Errorf("%s in %s waits for %s, who has no act", id, c.State, c.Holder)
	}
	if c.Kind == workflow.KindCheck {
		return
	}
	if k := c.Present().Conclusion; k != nil && c.Level <= 3 && slices.Contains(c.Preparers, k.Person) {
		x.t.Errorf("%s is appraised by %s, who prepared it", id, k.Person)
	}
	if d := c.Decided; d != nil && c.Level <= 3 && slices.Contains(c.Preparers, d.Person) {
		x.t.Errorf("%s is approved by %s, who prepared it", id, d.Person)
	}
	if c.Stage == "in_force" {
		x.decided(c)
	}
	x.history(id)
}

// decided asks what a decision rests on, by its papers and in their order.
func (x *walker) decided(c *workflow.CaseView) {
	d, k := c.Decided, c.Present().Conclusion
	if d == nil || d.No == "" || d.Date.IsZero() || k == nil || !k.Fit || k.Person == d.Person {
		x.t.Errorf("%s is in force on decision %+v and conclusion %+v", c.ID, d, k)
		return
	}
	papers, err := x.w.Papers(context.Background(), c.ID)
	if err != nil {
		x.t.Errorf("papers of %s: %v", c.ID, err)
	}
	order := map[string]int64{}
	for _, p := range papers {
		if !p.Draft && p.Version == c.Version {
			order[p.Form] = p.Order
		}
	}
	form, other := "form-06", "form-07"
	if c.Level == 5 {
		form, other = other, form
	}
	switch {
	case order[form] == 0 || order[other] != 0:
		x.t.Errorf("%s of level %d was decided by %v", c.ID, c.Level, order)
	case c.Level >= 3 && (order["form-04"] == 0 || order["form-04"] > order[form]):
		x.t.Errorf("%s of level %d was decided without an appraisal opinion before: %v", c.ID, c.Level, order)
	case c.Level == 5 && (order["pm-decision"] == 0 || c.Listing == nil):
		x.t.Errorf("%s of level 5 is on no list: %v", c.ID, order)
	case c.Level >= 4 && c.Opinion == nil:
		x.t.Errorf("%s of level %d was appraised without a professional opinion", c.ID, c.Level)
	}
}

// history asks that each step goes on from where the last one led, and cites.
func (x *walker) history(id string) {
	events, err := x.w.Events(context.Background(), workflow.EventQuery{Case: id})
	if err != nil {
		x.t.Errorf("history of %s: %v", id, err)
	}
	at, opinion := "", false
	for _, e := range events {
		if e.Refused != nil || e.To == "" {
			continue
		}
		if at != "" && e.From != at {
			x.t.Errorf("%s: %s goes from %q, the case was in %q", id, e.Act, e.From, at)
		}
		if e.Person != "clock" && len(e.Basis) == 0 {
			x.t.Errorf("%s: %s cites nothing", id, e.Act)
		}
		opinion = opinion || e.Act == "issue_opinion"
		if e.Act == "forward" && !opinion {
			x.t.Errorf("%s is sent to the appraiser without a professional opinion", id)
		}
		at = e.To
	}
}

// register asks that its rows are the levels in force, one for each system.
func (x *walker) register() {
	ctx, rows := context.Background(), map[string]int{}
	for _, owner := range []string{"ubnd", "syt"} {
		list, err := x.w.Register(ctx, owner, x.w.Today())
		if err != nil {
			x.t.Errorf("register: %v", err)
		}
		for _, r := range list {
			if rows[r.System] != 0 || r.No == "" || r.By == "" {
				x.t.Errorf("row %+v", r)
			}
			rows[r.System] = r.Level
		}
	}
	for level := 1; level <= 5; level++ {
		sys, err := x.w.System(ctx, fmt.Sprint("s", level))
		if err != nil || sys.Level != rows[sys.ID] {
			x.t.Errorf("%s has level %d, its row %d (%v)", sys.ID, sys.Level, rows[sys.ID], err)
		}
		open := 0
		for _, id := range x.cases {
			if c := x.w.state(x.t, id); c.System == sys.ID && c.Kind != workflow.KindCheck && c.Stage != "in_force" && c.Stage != "closed" {
				open++
			}
		}
		if open > 1 {
			x.t.Errorf("%s has %d open dossiers", sys.ID, open)
		}
	}
}

// numbers asks that no book has a gap and gives no number twice.
func (x *walker) numbers() {
	for _, office := range []string{"ubnd", "stttt", "sct"} {
		book, err := x.w.Numbers(context.Background(), office, x.w.Today().Year())
		if err != nil {
			x.t.Errorf("book of %s: %v", office, err)
		}
		given := map[string]bool{}
		for i, n := range book {
			if n.N != i+1 || given[n.Text] || n.State == workflow.Reserved {
				x.t.Errorf("book of %s at %d: %+v", office, i+1, n)
			}
			given[n.Text] = true
		}
	}
}
