package pages

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"capdo/templates"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// appraised is a case of level 3 in its second version, with the acts that
// conclude it open.
func appraised(t *testing.T) (*room, *caseData) {
	t.Helper()
	book, err := regime.Open()
	if err != nil {
		t.Fatal(err)
	}
	words, err := templates.Open()
	if err != nil {
		t.Fatal(err)
	}
	c := &workflow.Case{ID: "d", Level: 3, Version: 2, Regime: "nd85-tt12", Editions: []workflow.Edition{
		{Version: 1, Asked: []string{"Thiếu sơ đồ", "Thiếu danh mục"}}, {Version: 2, Answers: []string{"Đã bổ sung sơ đồ", "Đã bổ sung danh mục"}}}}
	d := &caseData{Case: &workflow.CaseView{Case: c}}
	d.Acts.Open = append(d.Acts.Open, []workflow.OpenAct{{Act: "conclude_fit", Issues: []string{"appraisal-minutes"}, Or: "form-04"}, {Act: "conclude_unfit", Issues: []string{"appraisal-minutes"}, Or: "form-04"}, {Act: "level_differs", Issues: []string{"form-04"}}}...)
	return &room{Config: Config{Service: workflow.New(workflow.Config{Book: book}), Words: words}}, d
}

func TestTheConclusionFollowsFromThePoints(t *testing.T) {
	r, d := appraised(t)
	fit := map[string]string{"points.a": "fit", "points.b": "fit", "points.c": "fit"}
	for _, c := range []struct {
		says      string
		typed     map[string]string
		act, form string
		missing   int
		defects   []string
	}{
		{"nothing answered", map[string]string{}, "", "", 3, nil},
		{"one point open", map[string]string{"points.a": "fit", "points.b": "unfit", "remark.b": "x"}, "", "", 1, []string{"x"}},
		{"all fit", fit, "conclude_fit", "appraisal-minutes", 0, nil},
		{"all fit, by the form chosen", with(fit, "paper", "form-04"), "conclude_fit", "form-04", 0, nil},
		{"one unfit without a word", with(fit, "points.c", "unfit"), "", "appraisal-minutes", 1, nil},
		{"one unfit", with(fit, "points.c", "unfit", "remark.c", "Chưa có nhật ký.\n\nChưa có lịch"), "conclude_unfit", "appraisal-minutes", 0, []string{"Chưa có nhật ký", "Chưa có lịch"}},
		{"tied to a component", with(fit, "points.b", "unfit", "remark.b", "Thiếu vùng", "at.b", "2"), "conclude_unfit", "appraisal-minutes", 0, []string{"Thành phần 2: Thiếu vùng"}},
		{"a row of the plan", with(fit, "points.b", "unfit", "row.7.1.1.2", "Chưa nêu cách"), "conclude_unfit", "appraisal-minutes", 0, []string{"Yêu cầu 7.1.1.2: Chưa nêu cách"}},
		{"an earlier point not settled", with(fit, "points.c", "unfit", "fate.2", "open", "fate.1", "done"), "conclude_unfit", "appraisal-minutes", 0, []string{"Chưa giải quyết điểm đã nêu ở lần 1: Thiếu danh mục"}},
		{"another level", with(fit, "points.a", "unfit", "level", "4", "remark.a", "Trên 10.000 người"), "level_differs", "form-04", 0, []string{"Trên 10.000 người"}},
		{"the same level is no other", with(fit, "points.a", "unfit", "level", "3", "remark.a", "x"), "conclude_unfit", "appraisal-minutes", 0, []string{"x"}},
		{"a level beside a fit point", with(fit, "level", "4"), "conclude_fit", "appraisal-minutes", 0, nil},
	} {
		typed := url.Values{}
		for k, v := range c.typed {
			typed.Set(k, v)
		}
		o := r.outcomeOf(typed, d, r.earlier(d.Case.Case))
		if o.Act != c.act || o.Form != c.form || len(o.Missing) != c.missing || !slices.Equal(o.Defects, c.defects) {
			t.Errorf("%s: %s by %s, %d missing, %q", c.says, o.Act, o.Form, len(o.Missing), o.Defects)
		}
		if c.act == "conclude_unfit" && o.Fields.Get("defects") != strings.Join(c.defects, "\n") {
			t.Errorf("%s: sent %q", c.says, o.Fields.Get("defects"))
		}
	}
}

func with(ground map[string]string, pairs ...string) map[string]string {
	out := map[string]string{}
	for k, v := range ground {
		out[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

func TestAFitConclusionSaysThatItCarriesNoRemarks(t *testing.T) {
	r, d := appraised(t)
	o := r.outcomeOf(url.Values{"points.a": {"fit"}, "points.b": {"fit"}, "points.c": {"fit"}, "row.1": {"x"}, "fate.1": {"open"}}, d, r.earlier(d.Case.Case))
	if o.Act != "conclude_fit" || !o.Lost || o.Undone != 1 || o.Fields.Has("defects") {
		t.Errorf("%+v", o)
	}
}

func TestWhatWasAskedBeforeStandsBesideItsAnswer(t *testing.T) {
	r, d := appraised(t)
	list := r.earlier(d.Case.Case)
	if len(list) != 2 || list[1].Text != "Thiếu danh mục" || list[1].Answer != "Đã bổ sung danh mục" || list[1].Key != "fate.2" {
		t.Errorf("%+v", list)
	}
	d.Case.Editions[0].Asked, d.Case.Editions[0].Conclusion = nil, &workflow.Conclusion{Defects: []string{"Chưa tách vùng"}}
	if list = r.earlier(d.Case.Case); len(list) != 1 || list[0].Text != "Chưa tách vùng" {
		t.Errorf("after an unfit conclusion: %+v", list)
	}
	d.Case.Editions = d.Case.Editions[:1]
	if list = r.earlier(d.Case.Case); list != nil {
		t.Errorf("in the first version: %+v", list)
	}
}

func TestOnlyTheAppraisersOwnFieldsAreKept(t *testing.T) {
	got := deskFields(url.Values{"points.a": {"fit"}, "remark.b": {" "}, "row.1.2": {"x"}, "revision": {"4"}, "key": {"k"}, "tab": {"plan"}, "no": {"12"}})
	if len(got) != 3 || got.Get("row.1.2") != "x" || got.Get("no") != "12" {
		t.Errorf("kept %v", got)
	}
}
