package workflowtest

import (
	"testing"
	"time"

	"capdo/workflow"
)

func drafts(t *testing.T, s workflow.Store) {
	at := time.Date(2022, 1, 19, 10, 22, 0, 0, time.UTC)
	none, err := s.Draft(ctx, "chi", "appraise/c")
	ok(t, err)
	if none != (workflow.Draft{}) {
		t.Errorf("nothing saved gives %+v", none)
	}
	ok(t, s.SaveDraft(ctx, workflow.Draft{Person: "chi", Subject: "appraise/c", Body: `{"points.a":["fit"]}`, Saved: at}))
	ok(t, s.SaveDraft(ctx, workflow.Draft{Person: "chi", Subject: "appraise/c", Body: `{"b.text":["chữ có dấu\nhai dòng"]}`, Saved: at.Add(time.Minute)}))
	ok(t, s.SaveDraft(ctx, workflow.Draft{Person: "dung", Subject: "appraise/c", Body: "{}", Saved: at.Add(time.Hour)}))
	ok(t, s.SaveDraft(ctx, workflow.Draft{Person: "chi", Subject: "appraise/d", Body: "{}", Saved: at}))
	got, err := s.Draft(ctx, "chi", "appraise/c")
	ok(t, err)
	if got.Body != `{"b.text":["chữ có dấu\nhai dòng"]}` || !got.Saved.Equal(at.Add(time.Minute)) {
		t.Errorf("comes back as %+v", got)
	}
	on, err := s.DraftsOn(ctx, []string{"appraise/c", "appraise/x"})
	ok(t, err)
	if len(on) != 2 || on[0].Person != "dung" || on[1].Person != "chi" || on[1].Body != "" {
		t.Errorf("on the case: %+v", on)
	}
	if list, err := s.DraftsOn(ctx, nil); err != nil || len(list) != 0 {
		t.Errorf("on nothing: %v %v", list, err)
	}
	ok(t, s.DropDraft(ctx, "chi", "appraise/c"))
	ok(t, s.DropDraft(ctx, "chi", "appraise/c"))
	if gone, _ := s.Draft(ctx, "chi", "appraise/c"); gone != (workflow.Draft{}) {
		t.Errorf("still there: %+v", gone)
	}
	if other, _ := s.Draft(ctx, "dung", "appraise/c"); other.Body != "{}" {
		t.Error("another person's draft went along")
	}
}
