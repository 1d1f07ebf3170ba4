package workflowtest

import (
	"reflect"
	"testing"

	"capdo/workflow"
)

// contents asks what a dossier is made of: overviews compared by revision,
// versions of files that only ever grow, and what was sent, frozen.
func contents(t *testing.T, s workflow.Store) {
	seed(t, s)
	t.Run("an overview", func(t *testing.T) { overviews(t, s) })
	t.Run("attachments", func(t *testing.T) { attachments(t, s) })
	t.Run("what was sent", func(t *testing.T) { sent(t, s) })
}

func overviews(t *testing.T, s workflow.Store) {
	o, err := s.Overview(ctx, "s")
	ok(t, err)
	if o.System != "s" || o.Revision != 0 {
		t.Errorf("an overview nobody wrote: %+v", o)
	}
	o = &workflow.Overview{System: "s", Revision: 1, Scope: "Tỉnh", On: day(t, "2022-03-01"), Lends: []string{"zones"},
		Borrows: []workflow.Borrow{{System: "x", Table: "devices"}}, Devices: []workflow.Device{{Name: "Tường lửa", Main: true}},
		Zones: []workflow.Zone{{Name: "DMZ", PrivateIP: []string{"10.0.0.0/24"}, PublicIP: []string{"203.0.113.7"}}}}
	ok(t, s.SaveOverview(ctx, o, workflow.Event{Act: "edit_overview", System: "s"}))
	isKind(t, s.SaveOverview(ctx, o, workflow.Event{}), workflow.Stale)
	back, err := s.Overview(ctx, "s")
	ok(t, err)
	if !reflect.DeepEqual(o, back) {
		t.Errorf("kept %+v, came back %+v", o, back)
	}
	next := *o
	next.Revision, next.Zones = 2, nil
	ok(t, s.SaveOverview(ctx, &next, workflow.Event{Act: "edit_overview", System: "s"}))
	list, err := s.Events(ctx, workflow.EventQuery{System: "s"})
	ok(t, err)
	if len(list) != 2 || list[1].Act != "edit_overview" {
		t.Errorf("events of the savings: %+v", list)
	}
}

func attachments(t *testing.T, s workflow.Store) {
	a := workflow.Attachment{ID: "a1", Case: "c", As: "logical_diagram", Name: "Sơ đồ.png", SHA256: "h", Size: 9, Type: "png", Shown: true, Slot: "logical_diagram", Version: 1, By: "p", On: day(t, "2022-03-01")}
	b := a
	b.ID, b.Version, b.SHA256 = "a2", 2, "i"
	ok(t, s.AddAttachment(ctx, a, workflow.Event{Act: "add_file", Case: "c"}))
	clash := b
	clash.Version = 1
	isKind(t, s.AddAttachment(ctx, clash, workflow.Event{}), workflow.Stale)
	ok(t, s.AddAttachment(ctx, b, workflow.Event{Act: "add_file", Case: "c"}))
	list, err := s.Attachments(ctx, "c")
	ok(t, err)
	if !reflect.DeepEqual(list, []workflow.Attachment{a, b}) {
		t.Errorf("attachments %+v", list)
	}
	_, err = s.Attachment(ctx, "none")
	isKind(t, err, workflow.NotFound)
	ok(t, s.RemoveAttachment(ctx, "a2", day(t, "2022-03-02"), workflow.Event{Act: "remove_file", Case: "c"}))
	isKind(t, s.RemoveAttachment(ctx, "a2", day(t, "2022-03-02"), workflow.Event{}), workflow.Stale)
	if got, err := s.Attachment(ctx, "a2"); err != nil || got.Removed.String() != "2022-03-02" || got.Slot != "logical_diagram" {
		t.Errorf("removed: %+v, %v", got, err)
	}
	for range 2 {
		ok(t, s.Rely(ctx, workflow.Reliance{Attachment: "a1", Kind: "row", Ref: "r7", On: day(t, "2022-03-03")}))
	}
	ok(t, s.Rely(ctx, workflow.Reliance{Attachment: "a1", Kind: "decision", Ref: "p9", On: day(t, "2022-03-04")}))
	rests, err := s.Reliances(ctx, "c")
	ok(t, err)
	if len(rests) != 2 || rests[0].Kind != "row" || rests[1].Ref != "p9" {
		t.Errorf("reliances %+v", rests)
	}
	if rests, _ = s.Reliances(ctx, "other"); len(rests) != 0 {
		t.Errorf("reliances of another case: %+v", rests)
	}
}

func sent(t *testing.T, s workflow.Store) {
	if c, err := s.Content(ctx, "c", 1); err != nil || c != nil {
		t.Errorf("content before it was sent: %+v, %v", c, err)
	}
	c, err := s.Case(ctx, "c")
	ok(t, err)
	sys, err := s.System(ctx, "s")
	ok(t, err)
	was := c.Revision
	c.Revision++
	content := &workflow.Content{Case: "c", Version: 1, Regime: "r", On: day(t, "2022-03-05"), Overview: workflow.Overview{System: "s", Scope: "Tỉnh"},
		Attachments: []workflow.Attachment{{ID: "a1", As: "logical_diagram"}}}
	change := &workflow.Change{Case: c, CaseWas: was, SystemID: "s", SystemWas: sys.Revision, Content: content, Event: workflow.Event{Act: "submit", Case: "c"}}
	ok(t, s.Keep(ctx, change))
	back, err := s.Content(ctx, "c", 1)
	ok(t, err)
	if !reflect.DeepEqual(back, content) {
		t.Errorf("sent %+v, came back %+v", content, back)
	}
	again := *change
	next := *c
	next.Revision, next.State = c.Revision+1, "changed"
	again.Case, again.CaseWas = &next, c.Revision
	isKind(t, s.Keep(ctx, &again), workflow.Stale)
	if now, err := s.Case(ctx, "c"); err != nil || now.State == "changed" {
		t.Errorf("a content sent twice left half of a change: %+v, %v", now, err)
	}
}
