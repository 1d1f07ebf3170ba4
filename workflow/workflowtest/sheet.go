package workflowtest

import (
	"sync"
	"testing"

	"capdo/workflow"
	"capdo/workflow/regime"
)

func sheetEvent(id string) workflow.Event {
	return workflow.Event{Act: "edit_sheet", Case: "c", System: "s", Person: "p", With: workflow.With{"sheet": id}}
}

func sheets(t *testing.T, s workflow.Store) {
	seed(t, s)
	_, err := s.Sheet(ctx, "c.s1")
	isKind(t, err, workflow.NotFound)
	one := &workflow.Sheet{ID: "c.s1", Case: "c", System: "s", Copy: 1, Level: 2, Regime: "r", Facts: workflow.Facts{"wireless": true, "mail": nil}, Inherits: []string{"x"}, Revision: 1,
		Rows: []workflow.SheetRow{{ID: "6.1.1.1", Status: workflow.RowPartial, How: "một\nhai", Evidence: []string{"a", "b"}, Measure: "m", Unit: "u", Due: day(t, "2026-12-31")}}}
	ok(t, s.KeepSheet(ctx, one, 0, sheetEvent(one.ID)))
	isKind(t, s.KeepSheet(ctx, one, 0, sheetEvent(one.ID)), workflow.Stale)
	isKind(t, s.KeepSheet(ctx, one, 5, sheetEvent(one.ID)), workflow.Stale)
	got, err := s.Sheet(ctx, "c.s1")
	ok(t, err)
	r := got.Rows[0]
	if r.How != "một\nhai" || len(r.Evidence) != 2 || r.Due != day(t, "2026-12-31") || got.Facts["wireless"] != true || !got.Frozen.IsZero() {
		t.Errorf("comes back as %+v", got)
	}
	if v, known := got.Facts["mail"]; v != nil || !known {
		t.Error("an explicit unknown is lost")
	}
	got.Rows[0].How = "changed outside"
	if again, _ := s.Sheet(ctx, "c.s1"); again.Rows[0].How != "một\nhai" {
		t.Error("the store shares its memory")
	}
	for n := 2; n <= 11; n++ {
		ok(t, s.KeepSheet(ctx, &workflow.Sheet{ID: "c.s" + string(rune('a'+11-n)), Case: "c", System: "s", Copy: n, Revision: 1}, 0, sheetEvent("")))
	}
	ok(t, s.KeepSheet(ctx, &workflow.Sheet{ID: "s.shared.2", System: "s", Shared: true, Level: 2, Revision: 1}, 0, workflow.Event{Act: "edit_sheet", System: "s"}))
	list, err := s.Sheets(ctx, workflow.SheetQuery{Case: "c"})
	ok(t, err)
	for i, sh := range list {
		if sh.Copy != i+1 {
			t.Fatalf("copy %d stands at %d", sh.Copy, i+1)
		}
	}
	if len(list) != 11 {
		t.Errorf("%d copies", len(list))
	}
	shared, err := s.Sheets(ctx, workflow.SheetQuery{System: "s", Shared: true})
	ok(t, err)
	own, err := s.Sheets(ctx, workflow.SheetQuery{System: "s"})
	ok(t, err)
	if len(shared) != 1 || !shared[0].Shared || len(own) != 11 {
		t.Errorf("%d shared, %d own", len(shared), len(own))
	}
	events, err := s.Events(ctx, workflow.EventQuery{Case: "c"})
	ok(t, err)
	if len(events) != 12 { // create, one of the first sheet, ten more
		t.Errorf("%d events: a refused edit must leave none", len(events))
	}
}

func sheetRace(t *testing.T, s workflow.Store) {
	seed(t, s)
	var wg sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		wg.Go(func() {
			results[i] = s.KeepSheet(ctx, &workflow.Sheet{ID: "c.s1", Case: "c", System: "s", Copy: 1, Revision: 1}, 0, sheetEvent("c.s1"))
		})
	}
	wg.Wait()
	kept := 0
	for _, err := range results {
		if err == nil {
			kept++
			continue
		}
		isKind(t, err, workflow.Stale)
	}
	if kept != 1 {
		t.Errorf("%d were kept", kept)
	}
}

func sealedSheets(t *testing.T, s workflow.Store) {
	ch := seed(t, s)
	open := &workflow.Sheet{ID: "c.s1", Case: "c", System: "s", Copy: 1, Revision: 1}
	ok(t, s.KeepSheet(ctx, open, 0, sheetEvent(open.ID)))
	c := *ch.Case
	c.Revision = 2
	frozen := *open
	frozen.Revision, frozen.Frozen = 3, day(t, "2022-03-01") // somebody edited meanwhile: 2 is gone
	step := &workflow.Change{Case: &c, CaseWas: 1, SystemID: "s", SystemWas: 1, Event: workflow.Event{Act: "submit", Case: "c"}, Sheets: []*workflow.Sheet{&frozen}}
	isKind(t, s.Keep(ctx, step), workflow.Stale)
	if got, _ := s.Case(ctx, "c"); got.Revision != 1 {
		t.Error("the case moved without its sheet")
	}
	frozen.Revision = 2
	ok(t, s.Keep(ctx, step))
	got, err := s.Sheet(ctx, "c.s1")
	ok(t, err)
	if got.Frozen.IsZero() || got.Revision != 2 {
		t.Errorf("after the step: %+v", got)
	}
}

func supplements(t *testing.T, s workflow.Store) {
	none, err := s.Supplement(ctx, "k")
	ok(t, err)
	if none.Revision != 0 || none.Catalogue != "k" || len(none.Items) != 0 {
		t.Errorf("nothing put: %+v", none)
	}
	sup := regime.Supplement{Catalogue: "k", Revision: 1, ByItems: []string{"7.1.1.1"}, Confirmed: map[string]string{"7.1.1.2": "x"},
		Items: []regime.SupplementItem{{ID: "7.1.1.1-01", Under: "7.1.1.1", Text: "chữ", Source: "x", Verified: true}}}
	ok(t, s.KeepSupplement(ctx, sup, 0, workflow.Event{Act: "import_catalogue"}))
	isKind(t, s.KeepSupplement(ctx, sup, 0, workflow.Event{Act: "import_catalogue"}), workflow.Stale)
	got, err := s.Supplement(ctx, "k")
	ok(t, err)
	if got.Revision != 1 || got.Items[0].Text != "chữ" || !got.Items[0].Verified || got.Confirmed["7.1.1.2"] != "x" {
		t.Errorf("comes back as %+v", got)
	}
	if other, _ := s.Supplement(ctx, "other"); other.Revision != 0 {
		t.Error("another catalogue has it too")
	}
}
