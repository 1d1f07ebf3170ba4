package workflow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"capdo/workflow"
)

func (p *province) draft(level int, system string) string {
	p.t.Helper()
	return p.must("an", workflow.Want{Act: "create", System: system, Level: level, Track: "operating"}).Case.ID
}

func (p *province) sheet(caseID string) *workflow.SheetView {
	p.t.Helper()
	v, err := p.Sheet(ctx, caseID)
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

func (p *province) savedSheet(caseID string, o workflow.SheetOrder) *workflow.SheetView {
	p.t.Helper()
	v, err := p.SaveSheet(ctx, "an", caseID, o)
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

// all answers every row of a sheet with one status.
func all(v *workflow.SheetView, status workflow.RowStatus) []workflow.SheetRow {
	var out []workflow.SheetRow
	for _, r := range v.Rows {
		out = append(out, workflow.SheetRow{ID: r.ID, Status: status, How: "Theo quy chế", Reason: "Không có", Measure: "Trang bị", Unit: "Phòng CNTT", Due: day("2027-06-30")})
	}
	return out
}

func rowOf(t *testing.T, v *workflow.SheetView, id string) workflow.SheetRowView {
	t.Helper()
	i := slices.IndexFunc(v.Rows, func(r workflow.SheetRowView) bool { return r.ID == id })
	if i < 0 {
		t.Fatalf("sheet %s has no row %s", v.ID, id)
	}
	return v.Rows[i]
}

func fieldNamed(t *testing.T, err error, name string) {
	t.Helper()
	p, ok := workflow.ProblemOf(err)
	if !ok || p.Kind != workflow.Invalid || !slices.ContainsFunc(p.Fields, func(f workflow.Field) bool { return f.Name == name }) {
		t.Errorf("got %v, want field %s", err, name)
	}
}

func isProblem(t *testing.T, err error, kind workflow.Kind) *workflow.Problem {
	t.Helper()
	p, ok := workflow.ProblemOf(err)
	if !ok || p.Kind != kind {
		t.Fatalf("got %v, want %s", err, kind)
	}
	return p
}

func TestADossierAsksTheRowsOfItsLevelUnderItsOwnRegime(t *testing.T) {
	for _, tt := range []struct {
		on    string
		level int
		sys   string
		rows  int
	}{{"2022-03-01", 2, "s2", 34}, {"2023-03-01", 2, "s2", 46 + 5}, {"2023-03-01", 3, "s3", 95 + 8}} {
		p := newProvince(t, tt.on)
		v := p.sheet(p.draft(tt.level, tt.sys))
		if len(v.Rows) != tt.rows || v.Rollup.Unanswered != tt.rows || v.Rollup.Meets != "unmet" || v.Rollup.Deployment != "none" {
			t.Errorf("%s level %d: %d rows, %+v", tt.on, tt.level, len(v.Rows), v.Rollup)
		}
		if v.Rollup.Rule.Origin != "design" || v.Rollup.Rule.Verified != "UNVERIFIED" {
			t.Error("how rows roll up is our design and says so")
		}
	}
}

func TestEveryRowThatAppliesMustBeMetForTheSystemToMeet(t *testing.T) {
	p := newProvince(t, "2023-03-01")
	id := p.draft(2, "s2")
	v := p.savedSheet(id, workflow.SheetOrder{Rows: all(p.sheet(id), workflow.RowMet)})
	if v.Rollup.Meets != "met" || v.Rollup.Deployment != "full" || v.Warned != 0 {
		t.Fatalf("all met: %+v, %d warned", v.Rollup, v.Warned)
	}
	v = p.savedSheet(id, workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: "6.1.1.1", Status: workflow.RowPartial, How: "Một nửa"}}})
	if v.Rollup.Meets != "unmet" || v.Rollup.Deployment != "partial" {
		t.Errorf("one in part: %+v", v.Rollup)
	}
	if w := rowOf(t, v, "6.1.1.1").Warns; !slices.Equal(w, []string{"sheet.warn.no_measure", "sheet.warn.no_due"}) {
		t.Errorf("an unmet row without measure and day warns: %v", w)
	}
	v = p.savedSheet(id, workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: "6.1.1.1", Status: workflow.RowNotApplicable, Reason: "Không có"}}})
	if v.Rollup.Meets != "met" || v.Rollup.NotApplicable != 1 {
		t.Errorf("one does not apply, with a reason: %+v", v.Rollup)
	}
	v = p.savedSheet(id, workflow.SheetOrder{Rows: all(v, workflow.RowUnmet)})
	if v.Rollup.Deployment != "none" {
		t.Errorf("nothing met: %+v", v.Rollup)
	}
	v = p.savedSheet(id, workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: "6.1.1.1"}}})
	if v.Rollup.Unanswered != 1 || rowOf(t, v, "6.1.1.1").Source != workflow.SourceNone {
		t.Error("a row with no status takes the answer away")
	}
}

func TestAnAnswerThatSaysNothingOrTooMuchIsRefusedWithItsPath(t *testing.T) {
	p := newProvince(t, "2023-03-01")
	id := p.draft(2, "s2")
	for name, row := range map[string]workflow.SheetRow{
		"rows.6.1.1.1.reason":     {ID: "6.1.1.1", Status: workflow.RowNotApplicable},
		"rows.6.1.1.1.status":     {ID: "6.1.1.1", How: "có"},
		"rows.7.1.1.1":            {ID: "7.1.1.1", Status: workflow.RowMet},
		"rows.6.1.1.1.how":        {ID: "6.1.1.1", Status: workflow.RowMet, How: strings.Repeat("a", 4001)},
		"rows.6.1.1.1.unit":       {ID: "6.1.1.1", Status: workflow.RowMet, Unit: "a\nb"},
		"rows.6.1.1.1.evidence.1": {ID: "6.1.1.1", Status: workflow.RowMet, Evidence: []string{"a\nb"}},
		"rows.6.1.1.1.evidence":   {ID: "6.1.1.1", Status: workflow.RowMet, Evidence: slices.Repeat([]string{"x"}, 21)},
		"rows.6.1.1.1.measure":    {ID: "6.1.1.1", Status: workflow.RowMet, Measure: "ẩn\u200b"},
	} {
		_, err := p.SaveSheet(ctx, "an", id, workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: "6.1.1.2", Status: workflow.RowMet}, row}})
		fieldNamed(t, err, name)
	}
	_, err := p.SaveSheet(ctx, "an", id, workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: "6.1.1.2", Status: "done"}, {ID: "6.1.1.2", Status: "met"}}})
	fieldNamed(t, err, "rows.6.1.1.2.status")
	fieldNamed(t, err, "rows.6.1.1.2")
	_, err = p.SaveSheet(ctx, "an", id, workflow.SheetOrder{Facts: map[string]any{"wireless": "yes"}})
	fieldNamed(t, err, "facts.wireless")
	_, err = p.SaveSheet(ctx, "an", id, workflow.SheetOrder{Inherits: &[]string{"s2"}})
	fieldNamed(t, err, "inherits.1")
	_, err = p.SaveSheet(ctx, "an", id, workflow.SheetOrder{Inherits: &[]string{"nowhere"}})
	fieldNamed(t, err, "inherits.1")
	if v := p.sheet(id); v.Revision != 0 || v.Rollup.Met != 0 {
		t.Error("a refused order left something behind")
	}
}

func TestAConditionalRowFollowsTheFactAndIsAskedWhileItIsUnknown(t *testing.T) {
	p := newProvince(t, "2023-03-01")
	id := p.draft(2, "s2")
	const row = "TT12-PL2-II.1.a-05"
	v := p.sheet(id)
	if r := rowOf(t, v, row); r.Source != workflow.SourceNone || !slices.Equal(r.Unknown, []string{"wireless"}) || !slices.Contains(r.Warns, "sheet.warn.condition_unknown") {
		t.Errorf("unknown: %+v", r)
	}
	if !slices.ContainsFunc(v.Questions, func(q workflow.SheetQuestion) bool { return q.Key == "wireless" && q.Value == nil }) {
		t.Errorf("the question is not asked: %+v", v.Questions)
	}
	v = p.savedSheet(id, workflow.SheetOrder{Facts: map[string]any{"wireless": false}})
	if r := rowOf(t, v, row); r.Status != workflow.RowNotApplicable || r.Source != workflow.SourceCondition || r.Reason == "" {
		t.Errorf("no wireless network: %+v", r.SheetRow)
	}
	v = p.savedSheet(id, workflow.SheetOrder{Facts: map[string]any{"wireless": true}})
	if r := rowOf(t, v, row); r.Status != "" || len(r.Unknown) > 0 {
		t.Errorf("a wireless network: %+v", r.SheetRow)
	}
	v = p.savedSheet(id, workflow.SheetOrder{Facts: map[string]any{"wireless": false}, Rows: []workflow.SheetRow{{ID: row, Status: workflow.RowMet, How: "có"}}})
	if r := rowOf(t, v, row); r.Source != workflow.SourceOwn {
		t.Error("the own answer wins over the condition")
	}
}

func TestOnlyTheOperatorAnswersAndOnlyWhileItPreparesTheDossier(t *testing.T) {
	p := newProvince(t, "2023-03-01")
	id := p.draft(2, "s2")
	o := workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: "6.1.1.1", Status: workflow.RowMet, How: "có"}}}
	for _, who := range []string{"chi", "dung", "giang", "hoa", "quan"} {
		_, err := p.SaveSheet(ctx, who, id, o)
		if d := isProblem(t, err, workflow.Denied); !strings.Contains(d.Args["office"], "Sở Công Thương") || len(d.Basis) == 0 {
			t.Errorf("%s: %+v", who, d)
		}
	}
	for _, who := range []string{"an", "binh"} {
		if _, err := p.SaveSheet(ctx, who, id, o); err != nil {
			t.Errorf("%s: %v", who, err)
		}
	}
	p.must("an", workflow.Want{Act: "attach", Case: id, With: workflow.With{"components": []any{1, 2, 3, 4}}})
	p.must("binh", workflow.Want{Act: "submit", Case: id})
	_, err := p.SaveSheet(ctx, "an", id, o)
	if d := isProblem(t, err, workflow.NotNow); d.Key != "sheet.closed" {
		t.Errorf("%+v", d)
	}
	events, _ := p.Events(ctx, workflow.EventQuery{Case: id})
	n := 0
	for _, e := range events {
		if e.Act == "edit_sheet" {
			n++
			if e.Rule == "" || e.For != "sct" || e.With["sheet"] != id+".s1" {
				t.Errorf("event %+v", e)
			}
		}
	}
	if n != 2 {
		t.Errorf("%d events of edits, want 2", n)
	}
}

func TestAnEditOfAnOldRevisionIsStaleAndSaysWho(t *testing.T) {
	p := newProvince(t, "2023-03-01")
	id := p.draft(2, "s2")
	seen := int64(0)
	o := workflow.SheetOrder{Revision: &seen, Rows: []workflow.SheetRow{{ID: "6.1.1.1", Status: workflow.RowMet, How: "có"}}}
	if _, err := p.SaveSheet(ctx, "an", id, o); err != nil {
		t.Fatal(err)
	}
	_, err := p.SaveSheet(ctx, "binh", id, o)
	if d := isProblem(t, err, workflow.Stale); d.Args["who"] != "an" || d.Args["act"] != "edit_sheet" {
		t.Errorf("%+v", d.Args)
	}
}

func TestTheCopyThatWentOutStaysAndTheNextOneBeginsFromIt(t *testing.T) {
	p := newProvince(t, "2023-03-01")
	id := p.draft(2, "s2")
	p.savedSheet(id, workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: "6.1.1.1", Status: workflow.RowMet, How: "bản một"}}, Facts: map[string]any{"wireless": false}})
	p.must("an", workflow.Want{Act: "attach", Case: id, With: workflow.With{"components": []any{1, 2, 3, 4}}})
	p.must("binh", workflow.Want{Act: "submit", Case: id})
	v := p.sheet(id)
	if v.Frozen != day("2023-03-01") || v.Version != 1 || v.Copy != 1 || len(v.Rows) != 51 {
		t.Fatalf("after submit: %+v, %d rows", v.Sheet.ID, len(v.Rows))
	}
	p.must("chi", workflow.Want{Act: "request_supplement", Case: id, With: workflow.With{"reason": "thiếu", "points": []any{"một"}}})
	v = p.sheet(id)
	if v.Copy != 2 || !v.Frozen.IsZero() || v.Revision != 0 || v.Started != id+".s1" || rowOf(t, v, "6.1.1.1").How != "bản một" || v.Facts["wireless"] != false {
		t.Fatalf("the next copy: %+v", v.Sheet)
	}
	p.savedSheet(id, workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: "6.1.1.1", Status: workflow.RowMet, How: "bản hai"}}})
	p.must("binh", workflow.Want{Act: "resubmit", Case: id, With: workflow.With{"answers": []any{"đã bổ sung"}}})
	first, err := p.SheetCopy(ctx, id, 1)
	if err != nil {
		t.Fatal(err)
	}
	second := p.sheet(id)
	if rowOf(t, first, "6.1.1.1").How != "bản một" || rowOf(t, second, "6.1.1.1").How != "bản hai" || second.Version != 2 || second.Copy != 2 {
		t.Errorf("copies: %+v, %+v", first.Sheet, second.Sheet)
	}
	if _, err := p.SheetCopy(ctx, id, 3); err == nil {
		t.Error("a third copy is shown")
	}
}

func TestTheRegisterFollowsTheSheetThatWentOut(t *testing.T) {
	for status, want := range map[workflow.RowStatus]string{workflow.RowMet: "met", workflow.RowUnmet: "unmet"} {
		p := newProvince(t, "2023-03-01")
		id := p.draft(2, "s2")
		p.savedSheet(id, workflow.SheetOrder{Rows: all(p.sheet(id), status)})
		p.must("an", workflow.Want{Act: "attach", Case: id, With: workflow.With{"components": []any{1, 2, 3, 4}}})
		p.must("binh", workflow.Want{Act: "submit", Case: id})
		p.must("chi", workflow.Want{Act: "accept_valid", Case: id})
		p.must("chi", workflow.Want{Act: "conclude_fit", Case: id, With: workflow.With{"points": map[string]any{"a": "fit", "b": "fit", "c": "fit"}}})
		p.must("dung", workflow.Want{Act: "approve", Case: id, With: workflow.With{"quy_che": "1/QĐ-SCT", "quy_che_date": "2023-01-02"}})
		rows, err := p.Register(ctx, "ubnd", p.Today())
		if err != nil || len(rows) != 1 || rows[0].Meets != want {
			t.Errorf("all rows %s: register %+v, %v", status, rows, err)
		}
	}
}

// TestADataCentreAnswersOnceForTwentySystems: 20 systems build on one, one of
// them answers a row itself.
func TestADataCentreAnswersOnceForTwentySystems(t *testing.T) {
	p := newProvince(t, "2023-03-01")
	if err := p.AddSystem(ctx, &workflow.System{ID: "dc", Name: "Trung tâm Tích hợp dữ liệu", Owners: []string{"ubnd"}, Operators: []string{"stttt"}, SDU: "stttt"}); err != nil {
		t.Fatal(err)
	}
	if err := p.AddPerson(ctx, workflow.Person{ID: "khanh", Name: "Lê Khánh", Grants: []workflow.Grant{{Office: "stttt", Role: "operator_officer"}}}); err != nil {
		t.Fatal(err)
	}
	shared := []workflow.SheetRow{
		{ID: "6.2.1.2", Status: workflow.RowMet, How: "Tường lửa của trung tâm", Evidence: []string{"Hồ sơ trung tâm"}},
		{ID: "6.2.4.2", Status: workflow.RowPartial, How: "Sao lưu hằng ngày", Measure: "Thêm bản ngoài", Unit: "Trung tâm", Due: day("2023-12-31")},
		{ID: "TT12-PL2-II.1.a-02", Status: workflow.RowMet, How: "Có vùng biên"},
	}
	if _, err := p.SaveSharedSheet(ctx, "khanh", "dc", 2, workflow.SheetOrder{Rows: shared}); err != nil {
		t.Fatal(err)
	}
	_, err := p.SaveSharedSheet(ctx, "an", "dc", 2, workflow.SheetOrder{Rows: shared})
	isProblem(t, err, workflow.Denied)
	var ids []string
	for n := range 20 {
		sys := fmt.Sprintf("x%02d", n)
		if err := p.AddSystem(ctx, &workflow.System{ID: sys, Name: "Hệ thống " + sys, Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt",
			Facts: workflow.Facts{"system_types": []string{"noi_bo"}, "info_types": []string{"rieng"}}}); err != nil {
			t.Fatal(err)
		}
		id := p.draft(2, sys)
		v := p.savedSheet(id, workflow.SheetOrder{Inherits: &[]string{"dc"}})
		ids = append(ids, id)
		if r := rowOf(t, v, "6.2.1.2"); r.Source != workflow.SourceInherited || r.Provider != "Trung tâm Tích hợp dữ liệu" || r.From != "dc.shared.2" || v.Rollup.Met != 2 || v.Rollup.Partial != 1 {
			t.Fatalf("%s: %+v, %+v", sys, r.SheetRow, v.Rollup)
		}
	}
	own := p.savedSheet(ids[7], workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: "6.2.1.2", Status: workflow.RowUnmet, Measure: "Mua riêng", Due: day("2023-10-01")}}})
	if r := rowOf(t, own, "6.2.1.2"); r.Source != workflow.SourceOwn || r.Status != workflow.RowUnmet {
		t.Errorf("the own answer: %+v", r.SheetRow)
	}
	p.must("an", workflow.Want{Act: "attach", Case: ids[0], With: workflow.With{"components": []any{1, 2, 3, 4}}})
	p.must("binh", workflow.Want{Act: "submit", Case: ids[0]})
	if _, err := p.SaveSharedSheet(ctx, "khanh", "dc", 2, workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: "6.2.4.2", Status: workflow.RowMet, How: "Có bản ngoài"}}}); err != nil {
		t.Fatal(err)
	}
	for n, id := range ids {
		r := rowOf(t, p.sheet(id), "6.2.4.2")
		if want := map[bool]workflow.RowStatus{true: workflow.RowPartial, false: workflow.RowMet}[n == 0]; r.Status != want || r.Source != workflow.SourceInherited {
			t.Errorf("system %d: %s from %s", n, r.Status, r.Source)
		}
	}
	v := p.savedSheet(ids[7], workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: "6.2.1.2"}}})
	if r := rowOf(t, v, "6.2.1.2"); r.Source != workflow.SourceInherited {
		t.Error("with the own answer gone the shared one counts again")
	}
}

func TestARowOfTheSameContentIsInheritedAcrossLevels(t *testing.T) {
	p := newProvince(t, "2023-03-01")
	if err := p.AddSystem(ctx, &workflow.System{ID: "dc", Name: "Trung tâm", Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt"}); err != nil {
		t.Fatal(err)
	}
	rows := []workflow.SheetRow{{ID: "TT12-PL3-II.1.a-02", Status: workflow.RowMet, How: "Có vùng biên"}, {ID: "7.2.1.2", Status: workflow.RowMet, How: "có"}}
	if _, err := p.SaveSharedSheet(ctx, "an", "dc", 3, workflow.SheetOrder{Rows: rows}); err != nil {
		t.Fatal(err)
	}
	id := p.draft(2, "s2")
	v := p.savedSheet(id, workflow.SheetOrder{Inherits: &[]string{"dc"}})
	if r := rowOf(t, v, "TT12-PL2-II.1.a-02"); r.Source != workflow.SourceInherited || r.ID != "TT12-PL2-II.1.a-02" {
		t.Errorf("the very same requirement: %+v", r.SheetRow)
	}
	if r := rowOf(t, v, "6.2.1.2"); r.Source != workflow.SourceNone {
		t.Error("a sub-group of the same title was never compared and is not inherited")
	}
}

func TestASheetOfAnUnknownCaseOrLevelIsNotThere(t *testing.T) {
	p := newProvince(t, "2023-03-01")
	_, err := p.Sheet(ctx, "c-nowhere")
	isProblem(t, err, workflow.NotFound)
	_, err = p.SharedSheet(ctx, "s2", 6)
	fieldNamed(t, err, "level")
	_, err = p.Catalogue(ctx, "tcvn-1")
	isProblem(t, err, workflow.NotFound)
}
