package workflowtest

import (
	"testing"

	"capdo/workflow"
)

func houses(t *testing.T, s workflow.Store) {
	mai := workflow.Person{ID: "mai", Name: "Mai", Grants: []workflow.Grant{{Office: "o", Role: "auditor"}}, Revision: 1}
	first := &workflow.Change{People: []workflow.PersonChanged{{Person: mai}}, Settings: map[string]string{"province.name": "Tỉnh mẫu"},
		Offices: []workflow.OfficeChanged{{Office: workflow.Office{ID: "o", Name: "O", Revision: 1}}}, Event: workflow.Event{Act: "grant", Office: "o"}}
	ok(t, s.Keep(ctx, first))
	isKind(t, s.Keep(ctx, first), workflow.Stale)
	other := mai
	other.Name, other.Revision = "Mai Anh", 2
	isKind(t, s.Keep(ctx, &workflow.Change{People: []workflow.PersonChanged{{Person: other, Was: 7}}, Settings: map[string]string{"province.name": "x"}, Event: workflow.Event{Act: "grant"}}), workflow.Stale)
	if v, err := s.Setting(ctx, "province.name"); err != nil || v != "Tỉnh mẫu" {
		t.Errorf("a change that was stale left %q, %v", v, err)
	}
	ok(t, s.Keep(ctx, &workflow.Change{People: []workflow.PersonChanged{{Person: other, Was: 1}}, Event: workflow.Event{Act: "grant"}}))
	if p, err := s.Person(ctx, "mai"); err != nil || p.Name != "Mai Anh" || p.Revision != 2 || len(p.Grants) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	sys := &workflow.System{ID: "s", Name: "S", Owners: []string{"o"}}
	added := &workflow.Change{System: sys, SystemID: "s", SystemWas: workflow.NewSystem, Event: workflow.Event{Act: "add_system", System: "s"}}
	ok(t, s.Keep(ctx, added))
	isKind(t, s.Keep(ctx, added), workflow.Stale)
	list, err := s.Events(ctx, workflow.EventQuery{House: true})
	ok(t, err)
	if len(list) != 2 || list[0].Office != "o" || list[1].Office != "" {
		t.Errorf("the history of the house: %+v", list)
	}
	if list, err = s.Events(ctx, workflow.EventQuery{House: true, After: list[0].Seq, Limit: 5}); err != nil || len(list) != 1 {
		t.Errorf("the rest of it: %+v, %v", list, err)
	}
	looksOver(t, s)
}

// looksOver looks over the whole history, newest first, narrowed in every way.
func looksOver(t *testing.T, s workflow.Store) {
	ok(t, s.Note(ctx, workflow.Event{Act: "grant", Person: "mai", With: workflow.With{"person": "nam"}}))
	ok(t, s.Note(ctx, workflow.Event{Act: "approve", System: "s", Person: "nam", Refused: &workflow.Refusal{Kind: workflow.Denied, Key: "act.denied"}}))
	all, err := s.Events(ctx, workflow.EventQuery{All: true, Before: 1 << 62})
	ok(t, err)
	if len(all) < 5 || all[0].Act != "approve" || all[0].Seq <= all[1].Seq {
		t.Fatalf("the whole history: %+v", all)
	}
	for _, one := range []struct {
		q workflow.EventQuery
		n int
	}{{workflow.EventQuery{Person: "nam"}, 1}, {workflow.EventQuery{Person: "mai"}, 1}, {workflow.EventQuery{Refused: true}, 1}, {workflow.EventQuery{System: "s"}, 2},
		{workflow.EventQuery{Act: "approve", Person: "mai"}, 0}, {workflow.EventQuery{House: true}, 3}, {workflow.EventQuery{Limit: 2}, 2}} {
		one.q.All, one.q.Before = true, 1<<62
		if list, err := s.Events(ctx, one.q); err != nil || len(list) != one.n {
			t.Errorf("%+v finds %+v, %v", one.q, list, err)
		}
	}
	if list, err := s.Events(ctx, workflow.EventQuery{All: true, Before: all[0].Seq, Limit: 1}); err != nil || len(list) != 1 || list[0].Seq != all[1].Seq {
		t.Errorf("where to go on: %+v, %v", list, err)
	}
}
