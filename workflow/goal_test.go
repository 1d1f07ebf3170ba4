package workflow_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"capdo/workflow"
	"capdo/workflow/regime"
)

func example(t *testing.T) *regime.TargetPlan {
	t.Helper()
	plans, err := regime.TargetPlans()
	if err != nil {
		t.Fatal(err)
	}
	return plans[0]
}

func (p *province) target(on, key string) workflow.TargetResult {
	p.t.Helper()
	list, err := p.Targets(context.Background(), "ubnd", day(on), example(p.t))
	if err != nil {
		p.t.Fatal(err)
	}
	return list[slices.IndexFunc(list, func(r workflow.TargetResult) bool { return r.Key == key })]
}

func TestTargetsAreMeasuredOnAnyDay(t *testing.T) {
	p, id := reporting(t)
	got := p.target("2022-03-01", "level")
	if got.Numerator != 1 || got.Denominator != 3 || got.Percent != 333 || got.Met != "no" || got.Levels[0] != (workflow.RegimeCount{Regime: "nd85-tt03", Level: 2, N: 1}) {
		t.Errorf("one of three has a level: %+v", got)
	}
	if got := p.target("2019-04-30", "level"); got.Numerator != 1 || got.Denominator != 2 {
		t.Errorf("on the last day of 4/2019 the dossier is not there yet: %+v", got)
	}
	if got := p.target("2022-03-01", "endpoints"); got.Met != "unmeasured" {
		t.Errorf("what the records cannot say: %+v", got)
	}
	if got := p.target("2022-03-01", "checked"); got.Met != "none" || got.Denominator != 3 {
		t.Errorf("a target without figure is measured and not judged: %+v", got)
	}
	if _, err := p.State(context.Background(), "an", workflow.Statement{Office: "sct", System: "s3", Deployment: "full"}); err != nil {
		t.Fatal(err)
	}
	if got := p.target("2022-03-01", "deployed"); got.Numerator != 1 {
		t.Errorf("a plan deployed counts only with a level in force: %+v, %s", got, id)
	}
}

func TestWhatIsUnknownLeavesATargetOpen(t *testing.T) {
	p, _ := reporting(t)
	if got := p.target("2022-03-01", "monitored"); got.Met != "open" || got.Unknown != 3 {
		t.Errorf("nothing stated: %+v", got)
	}
	layer := func(name, system, state string) workflow.LayerImport {
		return workflow.LayerImport{Line: 2, System: system, Layer: name, State: state}
	}
	rep, err := p.ImportLayers(context.Background(), "chi", workflow.ListOrder{Owner: "ubnd", Source: "x"}, []workflow.LayerImport{layer("monitoring", "Mạng nội bộ", "yes"), layer("monitoring", "Hệ thống s2", "partly")})
	if err != nil || rep.Added != 2 {
		t.Fatal(rep, err)
	}
	if got := p.target("2022-03-01", "monitored"); got.Met != "no" || got.Numerator != 1 || got.Unknown != 1 {
		t.Errorf("one in part can no longer be all: %+v", got)
	}
}

func TestAProvinceWithoutSystemsIsNotMeasured(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	if _, err := p.AddOffice(context.Background(), workflow.Office{ID: "moi", Name: "Ủy ban nhân dân tỉnh Mới"}); err != nil {
		t.Fatal(err)
	}
	list, err := p.Targets(context.Background(), "moi", day("2022-03-01"), example(t))
	if err != nil || list[0].Met != "unmeasured" {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestALineOfLayersNamesWhatTheOwnerHas(t *testing.T) {
	p, _ := reporting(t)
	ctx, order := context.Background(), workflow.ListOrder{Owner: "ubnd", Source: "lop.xlsx"}
	rows := []workflow.LayerImport{
		{Line: 2, Office: "Sở Thông tin và Truyền thông", Layer: "local_force", State: "yes", Provider: "Đội ứng cứu", Since: loose("09/8/2019"), No: "1258/QĐ-UBND", Date: loose("09/8/2019")},
		{Line: 3, Office: "Sở Không Có", Layer: "local_force", State: "yes"},
		{Line: 4, Office: "Sở Công Thương", System: "Mạng nội bộ", Layer: "national_link", State: "no"},
		{Line: 5, Office: "Sở Công Thương", System: "Mạng nội bộ", Layer: "national_link", State: "yes"},
		{Line: 6, Office: "Sở Công Thương", System: "Mạng nội bộ", Layer: "monitoring"},
	}
	rep, err := p.ImportLayers(ctx, "chi", order, rows)
	if err != nil || rep.Added != 0 || len(rep.Refused) != 2 || rep.Refused[0].Line != 3 || rep.Refused[1].Reason != "duplicate" {
		t.Fatalf("nothing is taken while a line is refused: %+v, %v", rep, err)
	}
	order.AcceptGood = true
	if rep, err = p.ImportLayers(ctx, "chi", order, rows); err != nil || rep.Added != 2 {
		t.Fatalf("%+v, %v", rep, err)
	}
	if rep, err = p.ImportLayers(ctx, "chi", order, rows); err != nil || rep.Added != 0 || rep.Same != 2 {
		t.Errorf("a second run changes nothing: %+v, %v", rep, err)
	}
	f, err := p.Layers(ctx, "ubnd", day("2022-03-01"))
	if err != nil || len(f.Rows) != 4*4 || f.Rows[0].Office != "Sở Thông tin và Truyền thông" || f.Rows[0].No != "1258/QĐ-UBND" || f.Counts["local_force"] != [4]int{1, 0, 0, 3} {
		t.Errorf("%+v, %v", f, err)
	}
	if f, err = p.Layers(ctx, "ubnd", day("2022-02-28")); err != nil || f.Counts["local_force"][0] != 0 {
		t.Errorf("a layer counts before it was stated: %+v, %v", f, err)
	}
}

func amount(n int64) *int64 { return &n }

func TestAPlanListKeepsItsPrintedSumsAndDoubtsThem(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	ctx, order := context.Background(), workflow.ListOrder{Owner: "ubnd", Source: "pl2.csv", On: day("2021-11-30")}
	list := workflow.PlanList{Kind: "next_year", Year: 2022, Total: &workflow.PlanRow{Line: 9, Name: "Tổng cộng:", Amount: amount(7_000_000_000)}, Rows: []workflow.PlanRow{
		{Line: 2, No: "A", Heading: true, Name: "Nhóm A", Amount: amount(3_000_000_000)},
		{Line: 3, No: "I", Heading: true, Name: "Mục I", Amount: amount(2_000_000_000)},
		{Line: 4, No: "1", Name: "Thuê dịch vụ", Amount: amount(2_000_000_000), Own: amount(910_000_000), Other: amount(1_090_000_000)},
		{Line: 5, No: "II", Heading: true, Name: "Mục II", Amount: amount(2_000_000_000)},
		{Line: 6, No: "2", Name: "Diễn tập", Amount: amount(1_000_000_000), Own: amount(500_000_000)},
		{Line: 7, No: "B", Heading: true, Name: "Nhóm B"},
		{Line: 8, No: "1", Name: "Đào tạo", Amount: amount(4_000_000_000)}}}
	rep, err := p.ImportPlan(ctx, "chi", order, list)
	var doubts []string
	for _, w := range rep.Warns {
		doubts = append(doubts, fmt.Sprint(w.Line, w.Key))
	}
	if err != nil || rep.Added != 7 || strings.Join(doubts, " ") != "5plan.sum_differs 6plan.parts_differ" {
		t.Fatalf("%+v, %v, doubts %v", rep, err, doubts)
	}
	if rep, err = p.ImportPlan(ctx, "chi", order, list); err != nil || rep.Added != 0 || rep.Same != 7 {
		t.Errorf("the same list again: %+v, %v", rep, err)
	}
	facts, out, err := p.PrintPlan(ctx, "ubnd", "next_year", 2022, day("2022-03-01"))
	if err != nil || facts.Form != "appendix-4" || !strings.Contains(out.Text, "1 | Thuê dịch vụ |  |  | 2.000 | 910 | 1.090") || !strings.Contains(out.Text, "Tổng cộng: |  |  | 7.000") {
		t.Errorf("%v\n%s", err, out.Text)
	}
	list.Rows[2].Name = "Thuê dịch vụ giám sát"
	order.On = day("2022-02-01")
	if rep, err = p.ImportPlan(ctx, "chi", order, list); err != nil || rep.Added != 7 {
		t.Fatalf("%+v, %v", rep, err)
	}
	for on, want := range map[string]string{"2022-01-31": "Thuê dịch vụ", "2022-02-01": "Thuê dịch vụ giám sát"} {
		if got, err := p.Plan(ctx, "ubnd", "next_year", 2022, day(on)); err != nil || got.Rows[2].Name != want {
			t.Errorf("on %s: %+v, %v", on, got.Rows, err)
		}
	}
	twice := workflow.PlanList{Kind: "security", Year: 2022, Rows: []workflow.PlanRow{{Line: 2, No: "1", Name: "A", Amount: amount(1)}, {Line: 3, No: "1", Name: "a", Amount: amount(2)}}}
	if rep, err = p.ImportPlan(ctx, "chi", order, twice); err != nil || rep.Added != 0 || len(rep.Refused) != 1 {
		t.Errorf("a task twice: %+v, %v", rep, err)
	}
	if _, err := p.Plan(ctx, "ubnd", "secrets", 2022, day("2022-03-01")); err == nil {
		t.Error("a kind that is none")
	}
}

func duty(t *testing.T, p *province, office, on string, ahead int, key string) (workflow.DutyItem, bool) {
	t.Helper()
	list, err := p.Duties(context.Background(), office, day(on), ahead)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		if d.Key == key {
			return d, true
		}
	}
	return workflow.DutyItem{}, false
}

// level3 is a province whose portal has level 3 in force since 2020-12-29.
func level3(t *testing.T, on string) *province {
	t.Helper()
	p := newProvince(t, on)
	if err := p.AdoptDecision(context.Background(), "s3", 3, loose("29/12/2020"), "ubnd", "57/QĐ-UBND"); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDutiesFallDueByTheirArticle(t *testing.T) {
	p := level3(t, "2023-12-01")
	for _, c := range []struct {
		says, office, key string
		ahead             int
		due               string
		owed              bool
	}{
		{"a unit reports before 20/12 (TT 12/2022 Đ13 k4 a)", "sct", "report-unit", 30, "2023-12-19", true},
		{"not yet within ten days", "sct", "report-unit", 10, "", false},
		{"the owner before 25/12", "ubnd", "report-owner", 30, "2023-12-24", true},
		{"a network member before 15/12 (TT 20/2017 Đ6)", "stttt", "network-report", 30, "2023-12-14", true},
		{"the log is of today", "sct", "monitoring-log", 0, "2023-12-01", true},
		{"the owner writes no log", "ubnd", "monitoring-log", 30, "", false},
		{"an incident has no date of its own", "sct", "incident", 0, "", true},
		{"training has none either", "ubnd", "training", 0, "", true},
		{"dossiers older than TT 12/2022 were due for review", "stttt", "review", 0, "2023-05-31", true},
	} {
		t.Run(c.says, func(t *testing.T) {
			d, owed := duty(t, p, c.office, "2023-12-01", c.ahead, c.key)
			if owed != c.owed || d.Due.String() != c.due {
				t.Errorf("owed %v, due %s", owed, d.Due)
			}
			if owed && (len(d.Basis) == 0 || d.Origin == "" || d.Verified == "") {
				t.Errorf("stands on nothing: %+v", d)
			}
		})
	}
	d, _ := duty(t, p, "stttt", "2023-12-01", 0, "review")
	if !d.Overdue {
		t.Error("a passed day is overdue")
	}
}

func TestLevelsOneAndTwoOweNoMonitoring(t *testing.T) {
	p, _ := reporting(t)
	if _, owed := duty(t, p, "sct", "2022-03-01", 400, "monitoring-week"); owed {
		t.Error("TT 31/2017 Đ5 k3 speaks of level 3 and above")
	}
	if _, owed := duty(t, p, "ubnd", "2022-03-01", 0, "training"); !owed {
		t.Error("NĐ 85/2016 Đ20 k2 d binds the owner of any level")
	}
}

func TestAnIntervalRunsFromTheLastTime(t *testing.T) {
	p := level3(t, "2023-06-15")
	d, _ := duty(t, p, "sct", "2023-06-15", 200, "monitoring-half-year")
	if d.Marked || d.Overdue || d.Due != day("2023-06-29") {
		t.Errorf("never recorded, the periods run from the decision: %+v", d)
	}
	if _, err := p.MarkDuty(context.Background(), "an", workflow.DutyMark{Office: "sct", Duty: "monitoring-half-year", On: day("2022-11-01")}); err != nil {
		t.Fatal(err)
	}
	if d, _ = duty(t, p, "sct", "2023-06-15", 200, "monitoring-half-year"); !d.Marked || !d.Overdue || d.Due != day("2023-05-04") {
		t.Errorf("six months from the last one, rolled over the holidays, have passed: %+v", d)
	}
	if _, err := p.MarkDuty(context.Background(), "an", workflow.DutyMark{Office: "sct", Duty: "monitoring-half-year"}); err != nil {
		t.Fatal(err)
	}
	if d, _ = duty(t, p, "sct", "2023-06-15", 200, "monitoring-half-year"); d.Overdue || d.Due != day("2023-12-15") {
		t.Errorf("done today, due in six months: %+v", d)
	}
	for _, bad := range []workflow.DutyMark{{Office: "sct", Duty: "sleep"}, {Office: "nobody", Duty: "incident"}, {Office: "sct", Duty: "incident", On: day("2023-06-16")}} {
		if _, err := p.MarkDuty(context.Background(), "an", bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	if _, err := p.Duties(context.Background(), "sct", day("2023-06-15"), -1); err == nil {
		t.Error("days below nothing")
	}
}

func TestAReportSentAnswersItsDuty(t *testing.T) {
	p := level3(t, "2023-12-18")
	r, problem := workflow.ReportOf(p.Book, map[string]workflow.Office{"ubnd": {}, "sct": {Under: "ubnd"}}, nil, workflow.ReportSending{ID: "r", Office: "sct", As: "operator", Year: 2023, To: "ubnd", On: day("2023-12-18")})
	if problem != nil {
		t.Fatal(problem)
	}
	if err := p.Store.AddReport(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if d, _ := duty(t, p, "sct", "2023-12-18", 400, "report-unit"); d.Due != day("2024-12-19") || d.Last != day("2023-12-18") {
		t.Errorf("the next one is that of 2024: %+v", d)
	}
	if got, err := p.SentReport(context.Background(), "sct", 2023); err != nil || got.LastDay != day("2023-12-19") {
		t.Errorf("%+v, %v", got, err)
	}
	if owners, err := p.OwnersOf(context.Background(), "sct"); err != nil || !slices.Equal(owners, []string{"ubnd"}) {
		t.Errorf("%v, %v", owners, err)
	}
}
