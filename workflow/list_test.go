package workflow_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"capdo/workflow"
)

// counted counts what a list asks of its store.
type counted struct {
	workflow.Store
	snapshots, calls int
}

func (c *counted) Snapshot(ctx context.Context, caseID, systemID string) (*workflow.Snapshot, error) {
	c.snapshots++
	return c.Store.Snapshot(ctx, caseID, systemID)
}
func (c *counted) Person(ctx context.Context, id string) (workflow.Person, error) {
	c.calls++
	return c.Store.Person(ctx, id)
}
func (c *counted) Offices(ctx context.Context) ([]workflow.Office, error) {
	c.calls++
	return c.Store.Offices(ctx)
}
func (c *counted) Cases(ctx context.Context, q workflow.CaseQuery) ([]*workflow.Case, error) {
	c.calls++
	return c.Store.Cases(ctx, q)
}
func (c *counted) Systems(ctx context.Context, q workflow.SystemQuery) ([]*workflow.System, error) {
	c.calls++
	return c.Store.Systems(ctx, q)
}
func (c *counted) SystemsOf(ctx context.Context, ids []string) ([]*workflow.System, error) {
	c.calls++
	return c.Store.SystemsOf(ctx, ids)
}

// twoOwners is a province of 500 systems with a case each: the first owner has
// every third, and all between 200 and 320 are the other's.
func twoOwners(t *testing.T) (p *province, count *counted, mine map[string][]string) {
	t.Helper()
	p = newProvince(t, "2022-03-01")
	count, mine = &counted{Store: p.Store}, map[string][]string{}
	p.Store = count
	ctx := context.Background()
	if _, err := p.AddOffice(ctx, workflow.Office{ID: "tinh-b", Name: "Ủy ban nhân dân tỉnh Khánh Hòa"}); err != nil {
		t.Fatal(err)
	}
	for _, g := range [][3]string{{"lan", "tinh-b", "owner_office"}, {"kiem", "ubnd", "auditor"}, {"ca-hai", "ubnd", "owner_office"}} {
		grants := []workflow.Grant{{Office: g[1], Role: g[2]}}
		if g[0] == "ca-hai" {
			grants = append(grants, workflow.Grant{Office: "tinh-b", Role: "owner_office"})
		}
		if err := p.AddPerson(ctx, workflow.Person{ID: g[0], Name: "Trần " + g[0], Grants: grants}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 500 {
		owner, who := "tinh-b", []string{"lan", "ca-hai"}
		if i%3 == 0 && (i < 200 || i > 320) {
			owner, who = "ubnd", []string{"giang", "kiem", "ca-hai"}
		}
		id := fmt.Sprintf("k%03d", i)
		sys := &workflow.System{ID: "h" + id, Name: "Hệ thống " + id, Owners: []string{owner}, Operators: []string{owner}, Facts: workflow.Facts{}, State: "registered"}
		c := &workflow.Case{ID: id, System: sys.ID, Level: 2, Track: "operating", State: "draft", Stage: "preparing", Version: 1, Revision: 1,
			Regime: "nd85-tt03", Editions: []workflow.Edition{{Version: 1, Components: map[int]string{}}}}
		if err := p.Store.AddSystem(ctx, sys); err != nil {
			t.Fatal(err)
		}
		if err := p.Store.Keep(ctx, &workflow.Change{Case: c, SystemID: sys.ID, Event: workflow.Event{Act: "create", Case: id}}); err != nil {
			t.Fatal(err)
		}
		for _, w := range who {
			mine[w] = append(mine[w], id)
		}
	}
	return p, count, mine
}

// pages reads a list to its end and tells whether every page but the last was
// full.
func pages[T any](t *testing.T, limit int, id func(T) string, read func(after string) (workflow.Page[T], error)) (all []string, n int) {
	t.Helper()
	for after := ""; ; n++ {
		p, err := read(after)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range p.Items {
			all = append(all, id(one))
		}
		if p.Next == "" {
			return all, n + 1
		}
		if len(p.Items) != limit {
			t.Errorf("page %d holds %d of %d, and there is more", n+1, len(p.Items), limit)
		}
		after = p.Next
	}
}

func TestPagesOfCasesAreFullDisjointAndComplete(t *testing.T) {
	p, count, mine := twoOwners(t)
	ctx := context.Background()
	for who, want := range map[string][]string{"giang": mine["giang"], "lan": mine["lan"], "kiem": mine["kiem"], "ca-hai": mine["ca-hai"], "quan": nil} {
		for _, limit := range []int{7, 50, 200} {
			all, n := pages(t, limit, func(v *workflow.CaseView) string { return v.ID }, func(after string) (workflow.Page[*workflow.CaseView], error) {
				return p.ListCases(ctx, who, workflow.CaseQuery{After: after, Limit: limit})
			})
			if !slices.Equal(all, want) {
				t.Errorf("%s by %d: %d cases, want %d", who, limit, len(all), len(want))
			}
			if most := max(1, (len(want)+limit-1)/limit); n != most {
				t.Errorf("%s by %d: %d pages, want %d", who, limit, n, most)
			}
		}
	}
	if count.snapshots != 0 {
		t.Errorf("%d snapshots for lists", count.snapshots)
	}
	count.calls = 0
	if _, err := p.ListCases(ctx, "giang", workflow.CaseQuery{Limit: 200}); err != nil {
		t.Fatal(err)
	}
	if count.calls > 8 {
		t.Errorf("%d calls for a page of 200", count.calls)
	}
	got, err := p.ListCases(ctx, "giang", workflow.CaseQuery{System: "h" + mine["giang"][3]})
	if err != nil || len(got.Items) != 1 || got.Items[0].ID != mine["giang"][3] || got.Items[0].Holder != "ubnd" {
		t.Errorf("of one system: %+v, %v", got, err)
	}
}

func TestACaseInAListIsTheCaseItself(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	id := p.submitted(3, "s3")
	ctx := context.Background()
	page, err := p.ListCases(ctx, "chi", workflow.CaseQuery{})
	if err != nil || len(page.Items) != 1 {
		t.Fatal(page, err)
	}
	list, err := p.Cases(ctx, workflow.CaseQuery{})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	one, err := p.Case(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []*workflow.CaseView{page.Items[0], list[0]} {
		if v.Holder != one.Holder || v.Implied != one.Implied || v.Appraises != one.Appraises || v.Approves != one.Approves || !slices.Equal(v.Flags, one.Flags) {
			t.Errorf("listed %+v, shown %+v", v, one)
		}
	}
}

func TestPagesOfSystemsAreFullDisjointAndComplete(t *testing.T) {
	p, count, mine := twoOwners(t)
	ctx := context.Background()
	id := func(v *workflow.SystemView) string { return v.ID }
	for who, n := range map[string]int{"giang": len(mine["giang"]) + 2, "lan": len(mine["lan"]), "an": len(mine["giang"]) + 2, "quan": 0} {
		all, _ := pages(t, 30, id, func(after string) (workflow.Page[*workflow.SystemView], error) {
			return p.ListSystems(ctx, who, workflow.SystemQuery{After: after, Limit: 30})
		})
		if len(all) != n || !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != n {
			t.Errorf("%s: %d systems, want %d", who, len(all), n)
		}
	}
	found, err := p.ListSystems(ctx, "lan", workflow.SystemQuery{Name: "he thong k25"})
	if err != nil || len(found.Items) != 10 || found.Next != "" {
		t.Errorf("by name: %d, %q, %v", len(found.Items), found.Next, err)
	}
	if count.snapshots != 0 {
		t.Errorf("%d snapshots for lists", count.snapshots)
	}
	levels, err := p.CountByLevel(ctx)
	if err != nil || levels[0] != 502 || len(levels) != 1 {
		t.Errorf("by level: %v, %v", levels, err)
	}
}

func TestABookOfNumbersIsReadInItsOfficeAboveItAndByAuditors(t *testing.T) {
	p, _, _ := twoOwners(t)
	ctx := context.Background()
	if err := p.AddPerson(ctx, workflow.Person{ID: "thanh-tra", Name: "Trần Tra", Grants: []workflow.Grant{{Office: "sct", Role: "auditor"}}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		who, issuer string
		may         bool
	}{{"an", "sct", true}, {"hoa", "sct", true}, {"hoa", "ubnd", true}, {"kiem", "stttt", true}, {"thanh-tra", "stttt", true},
		{"an", "ubnd", false}, {"an", "stttt", false}, {"chi", "sct", false}, {"lan", "sct", false}, {"quan", "ubnd", false}, {"thanh-tra", "tinh-b", false}, {"hoa", "nicht", false}} {
		if may, err := p.MaySeeNumbers(ctx, c.who, c.issuer); err != nil || may != c.may {
			t.Errorf("%s reads the book of %s: %v, %v", c.who, c.issuer, may, err)
		}
	}
}

func TestACheckOfTheWholeActivityIsInTheInboxOfWhoOperates(t *testing.T) {
	p := newProvince(t, "2026-10-01")
	c := &workflow.Case{ID: "whole", Kind: workflow.KindCheck, Owner: "ubnd", Regime: "nd331", State: "due", Stage: "preparing", Revision: 1, Inspection: &workflow.Inspection{}}
	if err := p.Store.Keep(ctx, &workflow.Change{Case: c, Event: workflow.Event{Act: "create", Case: c.ID}}); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"binh", "giang", "hoa"} {
		mine, _, err := p.Inbox(ctx, who)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(mine, func(one workflow.InboxItem) bool { return one.Case.ID == c.ID })
		acts, err := p.Acts(ctx, who, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		var open []string
		for _, a := range acts {
			if a.Closed == nil && p.Book.Acts[a.Act].Main {
				open = append(open, a.Act)
			}
		}
		switch {
		case i < 0 && len(open) > 0:
			t.Errorf("%s may %v and is not told", who, open)
		case i >= 0 && !slices.Equal(mine[i].Acts, open):
			t.Errorf("%s is told %v, may %v", who, mine[i].Acts, open)
		case who == "binh" && len(open) == 0:
			t.Error("the operator may nothing here: the test tries nothing")
		}
	}
}
