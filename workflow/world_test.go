package workflow_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"capdo/templates"
	"capdo/workflow"
	"capdo/workflow/memory"
	"capdo/workflow/regime"
)

var forms = sync.OnceValues(templates.Open)

// filled fills every form as the press does and lays none out: a model takes
// thousands of steps.
type filled struct{ words *templates.Templates }

func (p filled) Print(_ context.Context, f workflow.PaperFacts) (workflow.Printed, error) {
	_, err := p.words.Fill(f.Regime, f.Form, f)
	return workflow.Printed{Text: f.Form, PDF: []byte(f.Form)}, err
}

func (p filled) Proven(regime, form string) (bool, error) { return p.words.Proven(regime, form) }

func (p filled) Numbered(regime, form string) (string, error) { return p.words.Numbered(regime, form) }

// world is a province with systems of all five levels, the bodies above it and
// those who check, at the start of a rule set.
type world struct {
	*workflow.Service
	now time.Time
}

// cast are the people of a world with office and role.
var cast = map[string][2]string{
	"an": {"sct", "operator_officer"}, "binh": {"sct", "operator_head"}, "chi": {"stttt", "sdu_officer"}, "dung": {"stttt", "sdu_head"},
	"hoa": {"ubnd", "owner_office"}, "giang": {"ubnd", "owner_head"}, "tra": {"stttt", "inspector"}, "kha": {"cty", "assessor_org"},
	"sinh": {"ttg", "pm_office"}, "bo": {"bo-tttt", "central_appraiser"}, "ca": {"bo-ca", "central_appraiser"}, "yen": {"syt", "owner_head"},
	"kiem": {"stttt", "auditor"}, "quan": {"ubnd", "sysadmin"},
}

var factsOf = []workflow.Facts{
	1: {"system_types": []string{"noi_bo"}, "info_types": []string{"cong_cong"}},
	2: {"system_types": []string{"noi_bo"}, "info_types": []string{"rieng"}},
	3: {"system_types": []string{"ha_tang"}, "info_types": []string{"rieng"}, "infra_scope": "nhieu_co_quan_trong_nganh_tinh"},
	4: {"system_types": []string{"dieu_khien_cn"}, "info_types": []string{"rieng"}, "construction_grade": "cap_i"},
	5: {"system_types": []string{"dieu_khien_cn"}, "info_types": []string{"rieng"}, "construction_grade": "dac_biet"},
}

// fatal is what a world needs of a test, by hand or drawn.
type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

func newWorld(t fatal, on string) *world {
	t.Helper()
	return worldIn(t, memory.New(), on)
}

// worldIn is a world in a store that is given.
func worldIn(t fatal, in workflow.Store, on string) *world {
	t.Helper()
	c, err := parts()
	if err != nil {
		t.Fatalf("parts: %v", err)
	}
	words, err := forms()
	if err != nil {
		t.Fatalf("templates: %v", err)
	}
	w, ids := &world{now: day(on).Start().Add(9 * time.Hour)}, 0
	c.Printer, c.Store, c.Clock = filled{words}, in, func() time.Time { return w.now }
	c.NewID = func(kind string) string { ids++; return fmt.Sprintf("%s-%d", kind, ids) }
	w.Service = workflow.New(c)
	ctx := context.Background()
	always := &workflow.Term{From: day("2017-01-01")}
	for _, o := range []workflow.Office{{ID: "ubnd", Name: "Ủy ban nhân dân tỉnh Ninh Thuận"}, {ID: "stttt", Name: "Sở Thông tin và Truyền thông", Under: "ubnd"},
		{ID: "sct", Name: "Sở Công Thương", Under: "ubnd"}, {ID: "syt", Name: "Sở Y tế", Under: "ubnd"}, {ID: "bo-tttt", Name: "Bộ Thông tin và Truyền thông", Body: "bo_tttt"},
		{ID: "bo-ca", Name: "Bộ Công an", Body: "bo_cong_an"}, {ID: "ttg", Name: "Thủ tướng Chính phủ", Body: "thu_tuong"},
		{ID: "cty", Name: "Trung tâm Kiểm định", Licensed: always, Designated: always}} {
		if _, err := w.AddOffice(ctx, o); err != nil {
			t.Fatalf("office %s: %v", o.ID, err)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(cast)) {
		if err := w.AddPerson(ctx, workflow.Person{ID: id, Name: "Trần " + id, Grants: []workflow.Grant{{Office: cast[id][0], Role: cast[id][1]}}}); err != nil {
			t.Fatalf("person %s: %v", id, err)
		}
	}
	for level := 1; level <= 5; level++ {
		id := fmt.Sprintf("s%d", level)
		if err := w.AddSystem(ctx, &workflow.System{ID: id, Name: "Hệ thống " + id, Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt", Facts: factsOf[level]}); err != nil {
			t.Fatalf("system %s: %v", id, err)
		}
	}
	return w
}

// regime is the one of the day, or the last before it.
func (w *world) regime() *regime.Regime {
	r, ok := w.Book.On(w.Today())
	if !ok {
		r, _ = w.Book.LastBefore(w.Today())
	}
	return r
}

// sound gives fields with which an act can succeed where the law lets it.
func (w *world) sound(act string, level int, system string) workflow.With {
	today, out := w.Today().String(), workflow.With{}
	lead, r := "bo-tttt", w.regime()
	if r.Centre[0].Body == "bo_cong_an" {
		lead = "bo-ca"
	}
	special := map[string]any{"components": []any{1, 2, 3, 4}, "performer": "cty", "sdu": "stttt", "scope": "văn bản", "kind": "periodic", "systems": []any{system},
		"contents": []any{"hieu_qua_bien_phap"}, "findings": []any{map[string]any{"id": "p1", "text": "phát hiện"}}, "finding": "p1", "mode": "unit", "appraiser": "syt", "field": "address", "was": "cũ", "now": "mới",
		"by": lead, "to": "syt", "design": "construction", "quy_che": "1/QĐ", "quy_che_date": "2017-08-01", "project_date": "2020-01-01", "regime": r.Key,
		"measures": "all", "year": w.Today().Year(), "level": level, "points": map[string]any{"a": "fit", "b": "fit", "c": "fit"}, "facts": map[string]any{"dvc_level": 1}, "risk_assessment": true}
	switch act {
	case "record_pm_decision":
		special["by"] = "ttg"
	case "conclude_unfit", "record_opinion_unfit":
		special["points"] = map[string]any{"a": "fit", "b": "unfit", "c": "fit"}
	case "level_differs":
		special["level"] = level%5 + 1
	case "issue_opinion":
		special["level"] = "fit"
	case "send_plan":
		special["to"] = []any{"sct"}
	case "draft_plan", "on_site_check", "file_evaluation":
		special["to"] = today
	case "delegate":
		special["scope"] = []any{system}
	}
	extra := []any{"a", "b", "c", "d"}
	if r.Key == "nd85-tt03" {
		extra = []any{"a", "d", "đ"}
	}
	for name, f := range w.Book.Acts[act].Fields {
		v, known := special[name]
		switch {
		case name == "extra" && level > 3 && act == "attach":
			out[name] = extra
		case name == "points" && f.Type != "points":
		case known && (f.Need || slices.Contains([]string{"quy_che", "quy_che_date", "design", "risk_assessment", "appraiser", "points"}, name)):
			out[name] = v
		case f.Need && f.Type == "text":
			out[name] = "văn bản"
		case f.Need && f.Type == "texts":
			out[name] = []any{"điểm một"}
		case f.Need && f.Type == "day":
			out[name] = today
		case f.Need && f.Type == "one_of":
			out[name] = f.Values[0]
		}
	}
	if act == "attach" {
		delete(out, "design") // the usual one of the track
	}
	return out
}

// do takes an act on a case, or opens one on a system.
func (w *world) do(who, act, id, system string, level int) (*workflow.Outcome, *workflow.Problem, error) {
	want := workflow.Want{Act: act, Level: level, Track: "operating", With: w.sound(act, level, system)}
	switch w.Book.Acts[act].Object {
	case "new_case", "system":
		want.System = system
	case "office":
		want.Office = "ubnd"
	case "check":
		want.Check = id
	default:
		want.Case = id
	}
	out, err := w.Act(context.Background(), who, want)
	if p, is := workflow.ProblemOf(err); is {
		return nil, p, nil
	}
	return out, nil, err
}

func (w *world) state(t fatal, id string) *workflow.CaseView {
	t.Helper()
	c, err := w.Case(context.Background(), id)
	if err != nil {
		t.Fatalf("case %s: %v", id, err)
	}
	return c
}

// rule sets are tried from a day inside each.
var eras = map[string]string{"nd85-tt03": "2022-03-01", "nd85-tt12": "2023-03-01", "nd331": "2026-09-01"}

func eachEra(t *testing.T, do func(t *testing.T, r *regime.Regime, on string)) {
	c, err := parts()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range c.Book.Regimes {
		on, known := eras[r.Key]
		if !known {
			t.Fatalf("no day to try %s from", r.Key)
		}
		t.Run(r.Key, func(t *testing.T) { do(t, r, on) })
	}
}
