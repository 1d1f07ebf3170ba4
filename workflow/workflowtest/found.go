package workflowtest

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"capdo/workflow"
)

// concerning asks whom a case concerns, by each of the ways.
func concerning(t *testing.T, s workflow.Store) {
	systems := map[string]*workflow.System{
		"s-operator": {Owners: []string{"owner"}, Operators: []string{"first", "second"}, Lead: "leading"},
		"s-sdu":      {Owners: []string{"other"}, SDU: "named"},
		"s-lease":    {Owners: []string{"other"}, Lease: &workflow.Lease{Lead: "tenant", Provider: "landlord"}},
		"s-plain":    {Owners: []string{"nobody"}, Operators: []string{"no"}},
	}
	for id, sys := range systems {
		sys.ID, sys.Name, sys.State = id, id, "registered"
		ok(t, s.AddSystem(ctx, sys))
	}
	for _, c := range []*workflow.Case{
		{ID: "c-operator", System: "s-operator"}, {ID: "c-sdu", System: "s-sdu"}, {ID: "c-lease", System: "s-lease"},
		{ID: "c-unit", System: "s-plain", Appraiser: &workflow.Appraiser{Office: "unit"}},
		{ID: "c-council", System: "s-plain", Appraiser: &workflow.Appraiser{Mode: "council", Members: []string{"an", "binh"}}},
		{ID: "c-performer", System: "s-plain", Kind: workflow.KindCheck, Inspection: &workflow.Inspection{Performer: "centre"}},
		{ID: "c-whole", Kind: workflow.KindCheck, Owner: "owner", Inspection: &workflow.Inspection{}},
	} {
		c.Stage, c.Revision = "preparing", 1
		ok(t, s.Keep(ctx, &workflow.Change{Case: c, Event: workflow.Event{Act: "create", Case: c.ID}}))
	}
	for _, q := range []struct {
		offices []string
		member  string
		want    []string
	}{
		{[]string{"owner"}, "", []string{"c-operator", "c-whole"}},
		{[]string{"first"}, "", []string{"c-operator"}},
		{[]string{"second"}, "", []string{"c-operator"}},
		{[]string{"leading"}, "", []string{"c-operator"}},
		{[]string{"named"}, "", []string{"c-sdu"}},
		{[]string{"tenant"}, "", []string{"c-lease"}},
		{[]string{"landlord", "unit"}, "", []string{"c-lease", "c-unit"}},
		{[]string{"centre"}, "", []string{"c-performer"}},
		{[]string{"nowhere"}, "binh", []string{"c-council"}},
		{[]string{"nowhere"}, "bin", nil},
		{[]string{}, "chi", nil},
		{[]string{""}, "chi", nil},
	} {
		var got []string
		list, err := s.Cases(ctx, workflow.CaseQuery{Running: true, Concerns: q.offices, Member: q.member})
		ok(t, err)
		for _, c := range list {
			got = append(got, c.ID)
		}
		if !slices.Equal(got, q.want) {
			t.Errorf("%v, %q: %v, want %v", q.offices, q.member, got, q.want)
		}
	}
	for owner, want := range map[string]int{"": 1, "owner": 1, "first": 0} {
		list, err := s.Cases(ctx, workflow.CaseQuery{Running: true, Own: true, Owner: owner})
		if ok(t, err); len(list) != want {
			t.Errorf("%d checks of the whole activity of %q, want %d", len(list), owner, want)
		}
	}
}

// levelCounts asks whether the counts are those of the rows after every change.
func levelCounts(t *testing.T, s workflow.Store) {
	same := func(want map[int]int) {
		t.Helper()
		if got, err := s.CountByLevel(ctx); err != nil || !maps.Equal(got, want) {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
	}
	same(map[int]int{})
	for i, level := range []int{0, 2, 2, 5} {
		ok(t, s.AddSystem(ctx, &workflow.System{ID: fmt.Sprint("s", i), Name: "S", Level: level, State: "registered"}))
	}
	same(map[int]int{0: 1, 2: 2, 5: 1})
	sys, err := s.System(ctx, "s3")
	ok(t, err)
	sys.Level, sys.Revision = 2, sys.Revision+1
	ok(t, s.Keep(ctx, &workflow.Change{System: sys, SystemID: "s3", SystemWas: sys.Revision - 1, Event: workflow.Event{Act: "approve", System: "s3"}}))
	same(map[int]int{0: 1, 2: 3})
	isKind(t, s.Keep(ctx, &workflow.Change{System: sys, SystemID: "s3", SystemWas: 0, Event: workflow.Event{Act: "approve", System: "s3"}}), workflow.Stale)
	same(map[int]int{0: 1, 2: 3})
}

// passing asks for what is due, page by page, in the order of the days.
func passing(t *testing.T, s workflow.Store) {
	ok(t, s.AddSystem(ctx, &workflow.System{ID: "s", Name: "S", State: "registered"}))
	for id, on := range map[string]string{"c1": "2022-03-01", "c2": "2022-01-05", "c3": "2022-01-05", "c4": "", "c5": "2022-02-01"} {
		c := &workflow.Case{ID: id, System: "s", Stage: "preparing", Revision: 1}
		if on != "" {
			c.Due = &workflow.Due{Day: day(t, on)}
		}
		ok(t, s.Keep(ctx, &workflow.Change{Case: c, Event: workflow.Event{Act: "create", Case: id}}))
	}
	var got []string
	q := workflow.CaseQuery{DueBy: day(t, "2022-03-01"), Limit: 1}
	for range 5 {
		list, err := s.Cases(ctx, q)
		ok(t, err)
		for _, c := range list {
			got, q.After = append(got, c.ID), q.Cursor(c)
		}
	}
	if !slices.Equal(got, []string{"c2", "c3", "c5"}) {
		t.Errorf("due are %v", got)
	}
}
