package workflow_test

import (
	"slices"
	"strings"
	"testing"

	"capdo/workflow"
)

// joint files one dossier for s2 and a second internal system, each with a description.
func joint(t *testing.T) (p *province, id string) {
	t.Helper()
	p = newProvince(t, "2026-10-01")
	if err := p.AddSystem(ctx, &workflow.System{ID: "b", Name: "Bảng tin", Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt",
		Facts: workflow.Facts{"system_types": []string{"noi_bo"}, "info_types": []string{"cong_cong"}}}); err != nil {
		t.Fatal(err)
	}
	p.saved(full("s2"))
	p.saved(full("b"))
	id = p.must("an", workflow.Want{Act: "create", System: "s2", Level: 2, Track: "operating"}).Case.ID
	p.must("an", workflow.Want{Act: "join_systems", Case: id, With: workflow.With{"systems": []any{"b"}, "level": 1}})
	p.must("an", workflow.Want{Act: "attach", Case: id, With: workflow.With{"components": []any{1, 2, 3, 4}, "risk_assessment": true}})
	return p, id
}

func TestAJointDossierIsSentWithTheDescriptionOfEachSystem(t *testing.T) {
	p, id := joint(t)
	out := p.must("binh", workflow.Want{Act: "submit", Case: id})
	var of []string
	for _, one := range out.Papers {
		if one.Form == "overview" {
			of = append(of, one.ID+" "+one.Facts.System)
		}
	}
	if len(of) != 2 || !strings.HasSuffix(of[1], ".b Bảng tin") {
		t.Errorf("printed descriptions %v", of)
	}
	sent, err := p.ContentOf(ctx, id, 1)
	if err != nil || sent.Overview.System != "s2" || len(sent.Others) != 1 || sent.Others[0].System != "b" {
		t.Errorf("sent with %+v %v", sent, err)
	}
	if v := out.Case.Present().Joint; len(v) != 1 || v[0].Level != 1 || v[0].Verdict.Level != 1 {
		t.Errorf("the other system was sent as %+v", v)
	}
}

func TestEachSystemOfAJointDossierStandsInTheReportByItself(t *testing.T) {
	p, id := joint(t)
	rows := func() map[string]workflow.ReportRow {
		t.Helper()
		f, err := p.ReportOn(ctx, "ubnd", p.Today())
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]workflow.ReportRow{}
		for _, r := range f.Rows {
			out[r.SystemID] = r
		}
		return out
	}
	if r := rows()["b"]; r.Level != 1 || r.Status != "drafting" {
		t.Errorf("in draft: %+v", r)
	}
	p.must("binh", workflow.Want{Act: "submit", Case: id})
	p.must("chi", workflow.Want{Act: "accept_valid", Case: id})
	p.must("chi", workflow.Want{Act: "conclude_fit", Case: id, With: workflow.With{"points": map[string]any{"a": "fit", "b": "fit", "c": "fit"}}})
	out := p.must("dung", workflow.Want{Act: "approve", Case: id, With: workflow.With{"quy_che": "1/QĐ", "quy_che_date": "2026-09-01"}})
	both := rows()
	if r := both["b"]; r.Level != 1 || r.Status != "approved" || r.DecisionNo != both["s2"].DecisionNo || both["s2"].Level != 2 {
		t.Errorf("decided as %+v and %+v under %s", r, both["s2"], out.Case.Decided.No)
	}
}

func TestTheOtherSystemsOfADossierAreComparedToo(t *testing.T) {
	p, id := joint(t)
	p.must("binh", workflow.Want{Act: "submit", Case: id})
	p.must("chi", workflow.Want{Act: "request_supplement", Case: id, With: workflow.With{"points": []any{"Sửa bảng tin"}, "reason": "Chưa đủ"}})
	c, err := p.Case(ctx, id)
	p.ok(err)
	if _, err := p.KeepAnswers(ctx, "chi", c.Case, []string{"x"}); kindOf(err) != workflow.Denied {
		t.Errorf("whoever asked may answer as well: %v", err)
	}
	_, err = p.KeepAnswers(ctx, "an", c.Case, []string{"Đã sửa", "nhiều hơn được hỏi"})
	p.ok(err)
	if a, err := p.Answers(ctx, c.Case); err != nil || len(a.Points) != 1 || a.Points[0] != "Đã sửa" || a.Person != "an" {
		t.Errorf("%+v, %v", a, err)
	}
	b, err := p.Overview(ctx, "b")
	p.ok(err)
	text := *b.Overview
	text.Scope = "Cả tỉnh"
	_, err = p.SaveOverview(ctx, "an", &text)
	p.ok(err)
	d, err := p.Difference(ctx, id, 1, 2)
	p.ok(err)
	if d.Count() != 1 || len(d.Texts) != 1 || d.Texts[0].Of != "Bảng tin" || d.Texts[0].Now != "Cả tỉnh" {
		t.Errorf("%+v", d)
	}
	p.must("binh", workflow.Want{Act: "resubmit", Case: id, With: workflow.With{"answers": []any{"Đã sửa"}}})
	if a, err := p.Answers(ctx, c.Case); err != nil || a.Points[0] != "" || a.Person != "" {
		t.Errorf("a draft outlives what was sent: %+v, %v", a, err)
	}
	others, err := p.Others(ctx, c.Case)
	if err != nil || len(others) != 1 || others[0].Name != "Bảng tin" || others[0].Proposed != 1 || others[0].Verdict.Level != 1 {
		t.Errorf("%+v, %v", others, err)
	}
}

func TestASystemThatChangedHandsMeanwhileIsRegisteredUnderItsOwnOperator(t *testing.T) {
	p, id := joint(t)
	p.must("binh", workflow.Want{Act: "submit", Case: id})
	p.must("giang", workflow.Want{Act: "change_operator", System: "b", With: workflow.With{"to": "stttt", "no": "9/QĐ-UBND", "date": "2026-10-01"}})
	p.must("chi", workflow.Want{Act: "accept_valid", Case: id})
	p.must("chi", workflow.Want{Act: "conclude_fit", Case: id, With: workflow.With{"points": map[string]any{"a": "fit", "b": "fit", "c": "fit"}}})
	p.must("dung", workflow.Want{Act: "approve", Case: id, With: workflow.With{"quy_che": "1/QĐ", "quy_che_date": "2026-09-01"}})
	rows, err := p.Register(ctx, "ubnd", p.Today())
	p.ok(err)
	of := map[string]string{}
	for _, r := range rows {
		of[r.System] = r.Operator
	}
	if of["s2"] != "sct" || of["b"] != "stttt" {
		t.Errorf("%v", of)
	}
}

func TestWhoChangesASystemThatComesInMakesTheStepStale(t *testing.T) {
	p, id := joint(t)
	sys, err := p.Store.System(ctx, "b")
	if err != nil || sys.Shares != id {
		t.Fatalf("%+v %v", sys, err)
	}
	old := *sys
	p.must("an", workflow.Want{Act: "set_facts", Case: id, With: workflow.With{"facts": map[string]any{"info_types": []any{"rieng"}}, "systems": []any{"b"}}})
	err = p.Store.Keep(ctx, &workflow.Change{Joined: []*workflow.System{&old}})
	if kindOf(err) != workflow.Stale {
		t.Errorf("an older view was kept: %v", err)
	}
	if now, err := p.Store.System(ctx, "b"); err != nil || !slices.Equal(now.Facts["info_types"].([]string), []string{"rieng"}) {
		t.Errorf("%+v %v", now, err)
	}
}

func TestWhatFollowsTheSendingOfAJointDossierIsTold(t *testing.T) {
	p, id := joint(t)
	ahead, err := p.Prospect(ctx, "binh", id, "submit")
	if err != nil || len(ahead.Conditions) == 0 {
		t.Fatalf("%+v, %v", ahead, err)
	}
	for _, c := range ahead.Conditions {
		if c.Guard == "may_join" && c.Unmet != nil {
			t.Errorf("the other system: %+v", c.Unmet)
		}
	}
}

func TestASystemThatSharesADossierIsNotDescribedAnew(t *testing.T) {
	p, id := joint(t)
	_, err := p.ChangeSystem(ctx, "an", "b", workflow.SystemOrder{Name: "Bảng tin mới", Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt"})
	if problem, ok := workflow.ProblemOf(err); !ok || problem.Key != "system.on_its_way" || problem.Args["case"] != id {
		t.Errorf("%v", err)
	}
}
