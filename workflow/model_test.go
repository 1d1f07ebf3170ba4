package workflow_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"capdo/internal/press"
	"capdo/policies"
	"capdo/templates"
	"capdo/workflow"
	"capdo/workflow/memory"
	"capdo/workflow/regime"
)

// province is a small real one: real law, rights, papers, a store in memory.
type province struct {
	*workflow.Service
	t   *testing.T
	now time.Time
}

var parts = sync.OnceValues(func() (workflow.Config, error) {
	var c workflow.Config
	var err error
	if c.Book, err = regime.Open(); err != nil {
		return c, err
	}
	words, err := templates.Open()
	if err != nil {
		return c, err
	}
	c.Printer = press.New(words)
	c.Rights, err = policies.Open()
	return c, err
})

func day(s string) regime.Day {
	d, err := regime.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func newProvince(t *testing.T, on string) *province {
	t.Helper()
	return provinceIn(t, memory.New(), on)
}

func provinceIn(t *testing.T, st workflow.Store, on string) *province {
	t.Helper()
	c, err := parts()
	if err != nil {
		t.Fatal(err)
	}
	p := &province{t: t, now: day(on).Start().Add(9 * time.Hour)}
	ids := 0
	c.Store, c.Clock = st, func() time.Time { return p.now }
	c.NewID = func(kind string) string { ids++; return fmt.Sprintf("%s-%d", kind, ids) }
	p.Service = workflow.New(c)
	ctx := context.Background()
	for _, o := range []workflow.Office{{ID: "ubnd", Name: "Ủy ban nhân dân tỉnh Ninh Thuận"}, {ID: "stttt", Name: "Sở Thông tin và Truyền thông", Under: "ubnd"}, {ID: "sct", Name: "Sở Công Thương", Under: "ubnd"}} {
		if _, err := p.AddOffice(ctx, o); err != nil {
			t.Fatal(err)
		}
	}
	for _, g := range [][3]string{{"an", "sct", "operator_officer"}, {"binh", "sct", "operator_head"}, {"chi", "stttt", "sdu_officer"},
		{"dung", "stttt", "sdu_head"}, {"hoa", "ubnd", "owner_office"}, {"giang", "ubnd", "owner_head"}, {"quan", "ubnd", "sysadmin"}} {
		if err := p.AddPerson(ctx, workflow.Person{ID: g[0], Name: "Trần " + g[0], Grants: []workflow.Grant{{Office: g[1], Role: g[2]}}}); err != nil {
			t.Fatal(err)
		}
	}
	for id, f := range map[string]workflow.Facts{
		"s2": {"system_types": []string{"noi_bo"}, "info_types": []string{"rieng"}},
		"s3": {"system_types": []string{"phuc_vu_nguoi_dan_dn"}, "info_types": []string{"ca_nhan"}, "dvc_level": 3}} {
		if err := p.AddSystem(ctx, &workflow.System{ID: id, Name: "Hệ thống " + id, Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt", Facts: f}); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p *province) must(who string, w workflow.Want) *workflow.Outcome {
	p.t.Helper()
	out, err := p.Act(context.Background(), who, w)
	if err != nil {
		p.t.Fatalf("%s by %s: %v", w.Act, who, err)
	}
	return out
}

func (p *province) refused(who string, w workflow.Want, kind workflow.Kind) *workflow.Problem {
	p.t.Helper()
	_, err := p.Act(context.Background(), who, w)
	problem, ok := workflow.ProblemOf(err)
	if !ok || problem.Kind != kind {
		p.t.Fatalf("%s by %s: %v, want %s", w.Act, who, err, kind)
	}
	return problem
}

func (p *province) submitted(level int, system string) string {
	out := p.must("an", workflow.Want{Act: "create", System: system, Level: level, Track: "operating"})
	id := out.Case.ID
	p.must("an", workflow.Want{Act: "attach", Case: id, With: workflow.With{"components": []any{1, 2, 3, 4}}})
	p.must("binh", workflow.Want{Act: "submit", Case: id})
	return id
}

func TestAStepOnAnOldVersionIsStaleAndSaysWhoActed(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	id := p.submitted(2, "s2")
	seen := int64(2)
	problem := p.refused("chi", workflow.Want{Act: "accept_valid", Case: id, Revision: &seen}, workflow.Stale)
	if problem.Args["who"] != "binh" || problem.Args["act"] != "submit" {
		t.Errorf("stale says %v", problem.Args)
	}
}

func TestTheSameRequestKeyGivesTheSameOutcomeAndOneEffect(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	id := p.submitted(2, "s2")
	w := workflow.Want{Act: "accept_valid", Case: id, Key: "k1"}
	a, b := p.must("chi", w), p.must("chi", w)
	if a.Case.Revision != b.Case.Revision || a.Event.To != b.Event.To || len(a.Papers) != len(b.Papers) {
		t.Errorf("outcomes differ: %+v, %+v", a.Event, b.Event)
	}
	events, _ := p.Events(context.Background(), workflow.EventQuery{Case: id})
	if n := len(events); n != 4 {
		t.Errorf("%d events, want create, attach, submit, accept_valid", n)
	}
}

func TestManyWhoActAtOnceHaveOneEffect(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	id := p.submitted(2, "s2")
	var wg sync.WaitGroup
	done := make(chan error, 16)
	for range 16 {
		wg.Go(func() {
			seen := int64(3)
			_, err := p.Act(context.Background(), "chi", workflow.Want{Act: "request_supplement", Case: id, Revision: &seen, With: workflow.With{"reason": "thiếu"}})
			done <- err
		})
	}
	wg.Wait()
	close(done)
	ok := 0
	for err := range done {
		if err == nil {
			ok++
		} else if _, is := workflow.ProblemOf(err); !is {
			t.Error(err)
		}
	}
	numbers, _ := p.Numbers(context.Background(), "stttt", 2022)
	used := 0
	for i, n := range numbers {
		if n.State == workflow.Used {
			used++
		}
		if n.N != i+1 {
			t.Errorf("gap in the book at %d", i+1)
		}
	}
	if ok != 1 || used != 1 {
		t.Errorf("%d steps taken, %d numbers used; want one each", ok, used)
	}
}

// TestWalksKeepTheInvariants lets everybody try everything in any order.
func TestWalksKeepTheInvariants(t *testing.T) {
	for seed := range uint64(12) {
		for _, on := range []string{"2022-03-01", "2023-03-01"} {
			walk(t, seed, newProvince(t, on), on)
		}
	}
}

func walk(t *testing.T, seed uint64, p *province, on string) {
	rnd := rand.New(rand.NewPCG(seed, 7))
	ctx := context.Background()
	people := []string{"an", "binh", "chi", "dung", "hoa", "giang", "quan"}
	var acts []string
	for a := range p.Book.Acts {
		acts = append(acts, a)
	}
	slices.Sort(acts)
	cases := []string{p.submitted(2, "s2"), p.submitted(3, "s3")}
	for range 160 {
		id := cases[rnd.IntN(len(cases))]
		w := workflow.Want{Act: acts[rnd.IntN(len(acts))], Case: id, Level: 1 + rnd.IntN(3), Track: "operating"}
		who := people[rnd.IntN(len(people))]
		if open, err := p.Acts(ctx, who, id); err == nil && rnd.IntN(3) > 0 {
			open = slices.DeleteFunc(open, func(o workflow.OpenAct) bool { return o.Closed != nil })
			if len(open) > 0 {
				w.Act = open[rnd.IntN(len(open))].Act
			}
		}
		shape := p.Book.Acts[w.Act]
		if shape.Object != "case" {
			c, _ := p.Case(ctx, id)
			w.Case, w.System = "", c.System
		}
		w.With = plausible(rnd, shape, on)
		out, err := p.Act(ctx, who, w)
		if _, is := workflow.ProblemOf(err); err != nil && !is {
			t.Fatalf("seed %d: %s by %s: %v", seed, w.Act, who, err)
		}
		if err == nil && shape.Object == "new_case" {
			cases = append(cases, out.Case.ID)
		}
		if rnd.IntN(4) == 0 {
			p.now = p.now.AddDate(0, 0, rnd.IntN(4))
			if err := p.Tick(ctx); err != nil {
				t.Fatal(err)
			}
		}
		holds(t, p, cases)
	}
}

func plausible(rnd *rand.Rand, shape *regime.ActShape, on string) workflow.With {
	w := workflow.With{}
	for _, name := range slices.Sorted(maps.Keys(shape.Fields)) {
		f := shape.Fields[name]
		if !f.Need && rnd.IntN(2) == 0 || name == "no" || name == "date" || name == "regime" || name == "transition" || name == "paper" {
			if !f.Need {
				continue
			}
		}
		switch f.Type {
		case "text":
			w[name] = "văn bản"
		case "texts":
			w[name] = []any{"điểm một"}
		case "day":
			w[name] = day(on).AddDays(-rnd.IntN(30)).String()
		case "count":
			w[name] = 1 + rnd.IntN(3)
		case "level":
			w[name] = 1 + rnd.IntN(3)
		case "office":
			w[name] = []string{"ubnd", "stttt", "sct"}[rnd.IntN(3)]
		case "people":
			w[name] = []any{"hoa"}
		case "points":
			v := []string{"fit", "fit", "unfit"}[rnd.IntN(3)]
			w[name] = map[string]any{"a": "fit", "b": v, "c": "fit"}
		case "facts":
			w[name] = map[string]any{"dvc_level": rnd.IntN(4)}
		case "components":
			w[name] = []any{1 + rnd.IntN(4)}
		case "one_of":
			w[name] = f.Values[rnd.IntN(len(f.Values))]
		}
	}
	return w
}

func holds(t *testing.T, p *province, cases []string) {
	t.Helper()
	ctx := context.Background()
	inForce := 0
	for _, id := range cases {
		c, err := p.Case(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if c.Stage == "in_force" {
			inForce++
			k := c.Present().Conclusion
			if c.Decided == nil || c.Decided.No == "" || c.Decided.Date.IsZero() {
				t.Fatalf("%s is in force without a numbered, dated decision", id)
			}
			if k == nil || !k.Fit || slices.Contains(c.Preparers, k.Person) || k.Person == c.Decided.Person {
				t.Fatalf("%s is in force on conclusion %+v by preparers %v", id, k, c.Preparers)
			}
		}
		if c.Holder != "" && !waitsForSomebody(p, id) {
			t.Fatalf("%s in %s waits for %s, who has no act", id, c.State, c.Holder)
		}
	}
	rows, err := p.Register(ctx, "ubnd", p.Today())
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := 0
	for _, owner := range []string{"stttt", "sct"} {
		more, _ := p.Register(ctx, owner, p.Today())
		elsewhere += len(more)
	}
	if len(rows)+elsewhere != inForce {
		t.Fatalf("%d rows in the registers, %d cases in force", len(rows)+elsewhere, inForce)
	}
}

func waitsForSomebody(p *province, id string) bool {
	snap, err := p.Store.Snapshot(context.Background(), id, "")
	if err != nil {
		return false
	}
	r, _ := p.Book.ByKey(snap.Case.Regime)
	proc, ok := r.For(snap.Case.Level, false)
	return ok && len(proc.Leaving(snap.Case.State)) > 0
}

func TestEveryStateActAndPersonIsTakenOrRefusedWithAReason(t *testing.T) {
	p := newProvince(t, "2023-03-01")
	id := p.submitted(3, "s3")
	for act, shape := range p.Book.Acts {
		if shape.Object != "case" || shape.Clock {
			continue
		}
		problem := p.refused("quan", workflow.Want{Act: act, Case: id, With: workflow.With{"regime": "nd85-tt12", "reason": "thử"}}, refusalFor(p, act, id))
		if problem.Key == "" {
			t.Errorf("%s is refused without a reason", act)
		}
		if problem.Kind == workflow.Denied && len(problem.Basis) == 0 {
			t.Errorf("%s is denied without an article", act)
		}
	}
}

// refusalFor: an act that is not open is answered first, then the right.
func refusalFor(p *province, act, id string) workflow.Kind {
	open, _ := p.Acts(context.Background(), "quan", id)
	if slices.ContainsFunc(open, func(o workflow.OpenAct) bool { return o.Act == act }) {
		return workflow.Denied
	}
	return workflow.NotNow
}
