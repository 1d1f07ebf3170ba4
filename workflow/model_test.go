package workflow_test

import (
	"context"
	"fmt"
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

// overtaken is a store in which another does something after a key was looked up.
type overtaken struct {
	workflow.Store
	meanwhile func()
}

func (o *overtaken) Done(ctx context.Context, key string) ([]byte, error) {
	kept, err := o.Store.Done(ctx, key)
	if do := o.meanwhile; do != nil {
		o.meanwhile = nil
		do()
	}
	return kept, err
}

func TestTheSameRequestOvertakenByItselfIsNoRefusal(t *testing.T) {
	st := &overtaken{Store: memory.New()}
	p := provinceIn(t, st, "2022-03-01")
	id := p.submitted(2, "s2")
	w := workflow.Want{Act: "accept_valid", Case: id, Key: "k1"}
	st.meanwhile = func() { p.must("chi", w) }
	if out := p.must("chi", w); out.Event.Act != "accept_valid" {
		t.Errorf("%+v", out.Event)
	}
	events, err := p.Events(context.Background(), workflow.EventQuery{Case: id})
	if err != nil || len(events) != 4 {
		t.Errorf("%d events, want create, attach, submit, accept_valid: %v", len(events), err)
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
