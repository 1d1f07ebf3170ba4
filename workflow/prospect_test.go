package workflow_test

import (
	"slices"
	"testing"

	"capdo/workflow"
)

func TestAnActIsShownWithItsConditionsAndWhatFollows(t *testing.T) {
	p := newProvince(t, "2022-01-19")
	id := p.must("an", workflow.Want{Act: "create", System: "s3", Level: 3, Track: "operating"}).Case.ID
	unmet := func() (out []string) {
		got, err := p.Prospect(ctx, "an", id, "submit")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range got.Conditions {
			if c.Unmet != nil {
				out = append(out, c.Guard)
			}
		}
		return out
	}
	if got := unmet(); !slices.Equal(got, []string{"components_complete"}) {
		t.Errorf("unmet: %v", got)
	}
	p.must("an", workflow.Want{Act: "attach", Case: id, With: workflow.With{"components": []any{1, 2, 3, 4}}})
	if got := unmet(); got != nil {
		t.Errorf("still unmet: %v", got)
	}
	got, _ := p.Prospect(ctx, "an", id, "submit")
	var states []string
	for _, a := range got.Next {
		states = append(states, a.State+" "+a.Day.String())
	}
	// five working days to receive, fifteen days to appraise, seven working days to decide; Tết lies between
	want := []string{"submitted 2022-01-26", "under_appraisal 2022-02-10", "appraised_fit ", "approval_submitted 2022-02-21"}
	if !slices.Equal(states, want) {
		t.Errorf("%q", states)
	}
	if got.Next[0].Office != "Sở Thông tin và Truyền thông" || got.Next[3].Office != "Ủy ban nhân dân tỉnh Ninh Thuận" {
		t.Errorf("offices: %+v", got.Next)
	}
	if _, err := p.Prospect(ctx, "an", id, "approve"); kindOf(err) != workflow.NotNow {
		t.Errorf("an act that is not open: %v", err)
	}
}

func TestWhatWouldCostAReturnIsNamedAndBarsNothing(t *testing.T) {
	p := newProvince(t, "2022-11-01")
	id := p.must("an", workflow.Want{Act: "create", System: "s3", Level: 3, Track: "operating"}).Case.ID
	keys := func() (out []string) {
		list, err := p.Advise(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range list {
			out = append(out, a.Key)
		}
		return out
	}
	for _, want := range []string{"content.missing.devices", "content.missing.logical_diagram", "advice.no_quy_che", "advice.plan_empty"} {
		if !slices.Contains(keys(), want) {
			t.Errorf("%v lacks %s", keys(), want)
		}
	}
	sheet, err := p.Sheet(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if mine, others := p.MaySheet(ctx, "an", id), p.MaySheet(ctx, "chi", id); mine != nil || kindOf(others) != workflow.Denied {
		t.Errorf("may write: %v, %v", mine, others)
	}
	if _, err := p.SaveSheet(ctx, "an", id, workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: sheet.Rows[0].ID, Status: workflow.RowUnmet}, {ID: sheet.Rows[1].ID, Status: workflow.RowMet, How: "đã làm"}}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"advice.no_measure", "advice.no_due", "advice.unanswered", "advice.no_evidence"} {
		if !slices.Contains(keys(), want) {
			t.Errorf("%v lacks %s", keys(), want)
		}
	}
	p.must("an", workflow.Want{Act: "attach", Case: id, With: workflow.With{"components": []any{1, 2, 3, 4}}})
	p.must("binh", workflow.Want{Act: "submit", Case: id})
}

func TestTwoVersionsAreComparedPartByPart(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	id := p.must("an", workflow.Want{Act: "create", System: "s3", Level: 3, Track: "operating"}).Case.ID
	o := p.saved(full("s3")).Overview
	p.attached(id, "logical_diagram", "so-do.png", "aa")
	p.attached(id, "evidence", "bien-ban.pdf", "bb")
	p.must("an", workflow.Want{Act: "attach", Case: id, With: workflow.With{"components": []any{1, 2, 3, 4}}})
	p.must("binh", workflow.Want{Act: "submit", Case: id})
	p.must("chi", workflow.Want{Act: "request_supplement", Case: id, With: workflow.With{"reason": "Thiếu", "points": []any{"một", "hai", "ba"}}})
	next := *o
	next.Scope = "Toàn tỉnh và các huyện"
	next.Zones = append(next.Zones, workflow.Zone{Name: "LAN"})
	next.Devices = nil
	p.saved(&next)
	p.attached(id, "logical_diagram", "so-do-2.png", "cc")
	if now, err := p.Difference(ctx, id, 1, 2); err != nil || now.Count() != 4 || !now.ToOn.IsZero() {
		t.Errorf("before it goes out: %+v, %v", now, err)
	}
	problem := p.refused("binh", workflow.Want{Act: "resubmit", Case: id, With: workflow.With{"answers": []any{"rồi", "", "rồi"}}}, workflow.Refused)
	if len(problem.Fields) != 1 || problem.Fields[0].Name != "answers.2" || problem.Args["answered"] != "2" {
		t.Errorf("the point without an answer: %+v", problem)
	}
	p.must("binh", workflow.Want{Act: "resubmit", Case: id, With: workflow.With{"answers": []any{"rồi", "rồi", "rồi"}}})
	d, err := p.Difference(ctx, id, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Texts) != 1 || len(d.Rows) != 2 || len(d.Files) != 1 || len(d.Facts) != 0 || d.Count() != 4 || d.Same == 0 || d.FromOn.IsZero() || d.ToOn.IsZero() {
		t.Errorf("%+v", d)
	}
	if f := d.Files[0]; f.Was.SHA256 != "aa" || f.Now.SHA256 != "cc" {
		t.Errorf("files: %+v", f)
	}
	if d.Rows[0].Table != "devices" || d.Rows[0].Now != nil || d.Rows[1].Name != "LAN" || d.Rows[1].Was != nil {
		t.Errorf("rows: %+v", d.Rows)
	}
	if _, err := p.Difference(ctx, id, 3, 4); kindOf(err) != workflow.NotFound {
		t.Errorf("a version that is not there: %v", err)
	}
}

func TestADossierIsBegunOnlyWhereNoneRuns(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	open := func(who string) map[string]bool {
		list, err := p.Openings(ctx, who, "s3")
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]bool{}
		for _, a := range list {
			out[a.Act] = a.Closed == nil
		}
		return out
	}
	if got := open("an"); !got["create"] || got["open_redetermination"] {
		t.Errorf("before: %v", got)
	}
	if got := open("chi"); got["create"] {
		t.Errorf("whoever does not operate it: %v", got)
	}
	p.must("an", workflow.Want{Act: "create", System: "s3", Level: 3, Track: "operating"})
	if got := open("an"); got["create"] {
		t.Errorf("while one runs: %v", got)
	}
}
