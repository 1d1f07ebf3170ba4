package workflow_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"capdo/workflow"
	"capdo/workflow/regime"
)

func loose(s string) workflow.LooseDate {
	d, err := workflow.ParseLooseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// reporting is a province with one imported row and one dossier sent.
func reporting(t *testing.T) (*province, string) {
	t.Helper()
	p := newProvince(t, "2022-03-01")
	rep, err := p.Import(context.Background(), "chi", workflow.ImportOrder{Owner: "ubnd", Source: "cu.csv",
		Rows: []workflow.ImportRow{{Line: 2, Unit: "Sở Công Thương", Name: "Mạng nội bộ", Level: 2, Decided: loose("4/2019"), Meets: "met"}}})
	if err != nil || rep.Added != 1 {
		t.Fatal(rep, err)
	}
	return p, p.submitted(3, "s3")
}

func (p *province) report(office, on string) *workflow.ReportFacts {
	p.t.Helper()
	f, err := p.ReportOn(context.Background(), office, day(on))
	if err != nil {
		p.t.Fatal(err)
	}
	return f
}

func reportRow(t *testing.T, f *workflow.ReportFacts, name string) workflow.ReportRow {
	t.Helper()
	i := slices.IndexFunc(f.Rows, func(r workflow.ReportRow) bool { return r.System == name })
	if i < 0 {
		t.Fatalf("no row of %s among %+v", name, f.Rows)
	}
	return f.Rows[i]
}

func warned(f *workflow.ReportFacts, key string) []int {
	for _, w := range f.Warnings {
		if w.Key == key {
			return w.Rows
		}
	}
	return nil
}

func TestEveryStateOfADossierHasItsPublicState(t *testing.T) {
	p, _ := reporting(t)
	f := p.report("ubnd", "2022-03-01")
	if got := reportRow(t, f, "Mạng nội bộ"); got.Status != "approved" || got.DecisionDate != "4/2019" || got.DecisionNo != "" || got.Deployment != "full" {
		t.Errorf("the imported row is %+v", got)
	}
	if got := reportRow(t, f, "Hệ thống s3"); got.Status != "sent" || got.Level != 3 {
		t.Errorf("the dossier sent is %+v", got)
	}
	if got := reportRow(t, f, "Hệ thống s2"); got.Status != "" || got.Level != 0 {
		t.Errorf("a system without dossier is %+v", got)
	}
	counts := map[string]int{}
	for _, c := range f.Counts {
		counts[c.Key] = c.N
	}
	for key, want := range map[string]int{"total": 3, "typed": 2, "drawn_up": 2, "appraised": 1, "approved": 1, "checked": 0, "completion": 2} {
		if counts[key] != want {
			t.Errorf("%s counts %d, want %d", key, counts[key], want)
		}
	}
	if !f.Owner || f.Regime != "nd85-tt03" || f.LastDay != day("2022-11-29") || !f.From.IsZero() {
		t.Errorf("under TT 03/2017 the owner has until 29/11 and no window: %+v", f)
	}
}

func TestRowsThatDoNotAgreeWarnWithTheirArticle(t *testing.T) {
	p, _ := reporting(t)
	f := p.report("ubnd", "2022-03-01")
	n := reportRow(t, f, "Mạng nội bộ").N
	if !slices.Contains(warned(f, "approved_has_decision"), n) || !slices.Contains(warned(f, "approved_has_quy_che"), n) {
		t.Errorf("an approved row without number and quy chế is not warned of: %+v", f.Warnings)
	}
	if !slices.Contains(warned(f, "not_approved_has_expected"), reportRow(t, f, "Hệ thống s3").N) {
		t.Error("a row not approved without an expected day is not warned of")
	}
	for _, w := range f.Warnings {
		if w.Origin != regime.Design && len(w.Basis) == 0 {
			t.Errorf("%s cites nothing", w.Key)
		}
	}
	for _, st := range []workflow.Statement{
		{Office: "sct", System: "s3", ApprovalBy: loose("6/2022"), Deployment: "partial", FullBy: loose("9/2022"), Checked: []string{"pre_use"}},
		{Office: "stttt", System: "s2", Deployment: "none", FullBy: loose("2023")}} {
		if _, err := p.State(context.Background(), map[string]string{"sct": "an", "stttt": "chi"}[st.Office], st); err != nil {
			t.Fatal(err)
		}
	}
	f = p.report("ubnd", "2022-03-01")
	row := reportRow(t, f, "Hệ thống s3")
	if row.ApprovalBy != "6/2022" || row.FullBy != "9/2022" || row.Checked != "pre_use" || slices.Contains(warned(f, "not_approved_has_expected"), row.N) {
		t.Errorf("what was stated is not in the row: %+v", row)
	}
	if again := p.report("ubnd", "2022-02-28"); len(again.Rows) > 0 && slices.ContainsFunc(again.Rows, func(r workflow.ReportRow) bool { return r.ApprovalBy != "" }) {
		t.Error("a statement counts before its day")
	}
}

func TestAReportOfAPastDayShowsThatDay(t *testing.T) {
	p, id := reporting(t)
	p.now = day("2022-03-02").Start()
	p.must("chi", workflow.Want{Act: "accept_valid", Case: id})
	p.now = day("2022-03-10").Start()
	p.must("chi", workflow.Want{Act: "conclude_fit", Case: id, With: workflow.With{"points": map[string]any{"a": "fit", "b": "fit", "c": "fit"}}})
	for on, want := range map[string]string{"2022-03-01": "sent", "2022-03-09": "sent", "2022-03-10": "appraised"} {
		if got := reportRow(t, p.report("ubnd", on), "Hệ thống s3").Status; got != want {
			t.Errorf("on %s the dossier is %s, want %s", on, got, want)
		}
	}
	if f := p.report("ubnd", "2022-02-01"); slices.ContainsFunc(f.Rows, func(r workflow.ReportRow) bool { return r.System == "Hệ thống s3" }) {
		t.Error("a dossier counts before it was opened")
	}
	if f := p.report("ubnd", "2019-04-29"); slices.ContainsFunc(f.Rows, func(r workflow.ReportRow) bool { return r.System == "Mạng nội bộ" }) {
		t.Error("4/2019 counts from its last day")
	}
}

func TestAUnitReportsItsOwnSystemsToTheOwner(t *testing.T) {
	p, _ := reporting(t)
	f := p.report("sct", "2022-03-01")
	if f.Owner || len(f.Rows) != 3 || !f.LastDay.IsZero() {
		t.Errorf("TT 03/2017 sets no date for a unit: %+v", f)
	}
	facts, out, err := p.PrintReport(context.Background(), "sct", day("2022-03-01"))
	if err != nil || facts.To[0].ID != "ubnd" || !strings.Contains(out.Text, "chưa rõ số, ngày 4/2019") {
		t.Errorf("printed to %+v, %v\n%s", facts.To, err, out.Text)
	}
	owner, _, err := p.PrintReport(context.Background(), "ubnd", day("2022-03-01"))
	if err != nil || owner.To[0].Name != "Bộ Thông tin và Truyền thông (Cục An toàn thông tin)" {
		t.Errorf("the owner's goes to %+v, %v", owner.To, err)
	}
	if _, err := p.ReportOn(context.Background(), "nobody", day("2022-03-01")); err == nil {
		t.Error("an office that does not exist reports")
	}
	if _, err := p.Report(context.Background(), "ubnd", 2016); err == nil {
		t.Error("a year without rules has a report")
	}
}

func TestTheYearlyReportOfTT12SpeaksOfItsWindow(t *testing.T) {
	p := newProvince(t, "2023-01-10")
	f, err := p.Report(context.Background(), "ubnd", 2022)
	if err != nil || f.On != day("2022-12-14") || f.From != day("2021-12-15") || f.To != day("2022-12-14") || f.LastDay != day("2022-12-24") || len(f.Contents) != 11 {
		t.Errorf("%+v, %v", f, err)
	}
	f, err = p.Report(context.Background(), "sct", 2023)
	if err != nil || f.On != day("2023-01-10") || f.LastDay != day("2023-12-19") {
		t.Errorf("a report of a running year speaks of today: %+v, %v", f, err)
	}
}

func TestWhatAnOfficeWritesStandsAtItsContent(t *testing.T) {
	p := newProvince(t, "2023-01-10")
	if _, err := p.State(context.Background(), "hoa", workflow.Statement{Office: "ubnd", Year: 2022, On: day("2022-12-10"), Texts: map[string]string{"11": "Không có   kiến nghị"}}); err != nil {
		t.Fatal(err)
	}
	f, err := p.Report(context.Background(), "ubnd", 2022)
	if err != nil || f.Contents[10].Stated != "Không có kiến nghị" {
		t.Errorf("%+v, %v", f.Contents[10], err)
	}
}

func TestAStatementOutsideItsWordsIsRefused(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	for says, st := range map[string]workflow.Statement{
		"a day to come":                    {Office: "sct", System: "s2", On: day("2022-03-02"), Deployment: "full"},
		"a word outside the list":          {Office: "sct", System: "s2", Deployment: "nearly"},
		"a check of another kind":          {Office: "sct", System: "s2", Checked: []string{"quick"}},
		"an office that is no party":       {Office: "khac", System: "s2", Deployment: "full"},
		"a system that does not exist":     {Office: "sct", System: "s9", Deployment: "full"},
		"full and yet expected":            {Office: "sct", System: "s2", Deployment: "full", FullBy: loose("2023")},
		"a text that hides its characters": {Office: "sct", System: "s2", QuyChe: "12\u200B/QĐ"},
		"a text far too long":              {Office: "sct", System: "s2", QuyCheBy: strings.Repeat("ơ", 5000)},
		"a text of no year":                {Office: "ubnd", Texts: map[string]string{"1": "x"}},
	} {
		if _, err := p.AddOffice(context.Background(), workflow.Office{ID: "khac", Name: "Sở Khác"}); err != nil {
			t.Fatal(err)
		}
		if _, err := p.State(context.Background(), map[string]string{"sct": "an", "stttt": "chi"}[st.Office], st); err == nil {
			t.Errorf("%s is taken", says)
		} else if _, ok := workflow.ProblemOf(err); !ok {
			t.Errorf("%s: %v is no problem for people", says, err)
		}
	}
	if list, err := p.Store.Statements(context.Background(), workflow.StatementQuery{Until: day("2030-01-01")}); err != nil || len(list) != 0 {
		t.Errorf("kept %+v, %v", list, err)
	}
}

func TestAYearlyReportGoesUpInTimeOrLateAndNowhereElse(t *testing.T) {
	p := newProvince(t, "2024-12-31")
	offices := map[string]workflow.Office{"ubnd": {ID: "ubnd"}, "stttt": {ID: "stttt", Under: "ubnd"}, "sct": {ID: "sct", Under: "ubnd"}, "bo": {ID: "bo", Body: "bo_tttt"}, "bca": {ID: "bca", Body: "bo_cong_an"}}
	for _, c := range []struct {
		says, office, as, to, on string
		year                     int
		kind                     string
		late                     bool
		last, from               string
		problem                  workflow.Kind
	}{
		{"before 30/11 means by 29/11 (TT 03/2017 Đ17 k4)", "ubnd", "owner", "bo", "2021-11-29", 2021, "", false, "2021-11-29", "", ""},
		{"on 30/11 it is late", "ubnd", "owner", "bo", "2021-11-30", 2021, "", true, "2021-11-29", "", ""},
		{"the report of 2022 goes by TT 12/2022 (Đ13 k4 b)", "ubnd", "owner", "bo", "2022-12-23", 2022, "annual", false, "2022-12-24", "2021-12-15", ""},
		{"a unit has until 19/12 (Đ13 k4 a)", "stttt", "sdu", "ubnd", "2023-12-19", 2023, "", false, "2023-12-19", "2022-12-15", ""},
		{"on 20/12 a unit is late", "sct", "operator", "ubnd", "2023-12-20", 2023, "", true, "2023-12-19", "2022-12-15", ""},
		{"a unit of the time of TT 03/2017 has no date", "sct", "operator", "ubnd", "2021-12-31", 2021, "", false, "", "", ""},
		{"an ad hoc report has no date and goes where it is asked for", "ubnd", "owner", "bca", "2023-05-01", 2023, "adhoc", false, "", "", ""},
		{"the owner's goes to the ministry, not down", "ubnd", "owner", "stttt", "2023-12-01", 2023, "", false, "", "", workflow.Refused},
		{"nor to another ministry", "ubnd", "owner", "bca", "2023-12-01", 2023, "", false, "", "", workflow.Refused},
		{"a unit's goes to the owner, not past it", "sct", "operator", "bo", "2023-12-01", 2023, "", false, "", "", workflow.Refused},
		{"nor to a neighbour", "sct", "operator", "stttt", "2023-12-01", 2023, "", false, "", "", workflow.Refused},
		{"nobody reports to himself", "sct", "operator", "sct", "2023-12-01", 2023, "", false, "", "", workflow.Invalid},
		{"no year to come is reported", "sct", "operator", "ubnd", "2023-12-01", 2024, "", false, "", "", workflow.Invalid},
		{"no other kind", "sct", "operator", "ubnd", "2023-12-01", 2023, "weekly", false, "", "", workflow.Invalid},
		{"no year before all rules", "ubnd", "owner", "bo", "2016-12-01", 2016, "", false, "", "", workflow.Refused},
	} {
		t.Run(c.says, func(t *testing.T) {
			r, problem := workflow.ReportOf(p.Book, offices, nil, workflow.ReportSending{ID: "r", Office: c.office, As: c.as, Year: c.year, To: c.to, Kind: c.kind, On: day(c.on)})
			if c.problem != "" {
				if problem == nil || problem.Kind != c.problem || c.problem == workflow.Refused && c.year > 2016 && len(problem.Basis) == 0 {
					t.Fatalf("%+v", problem)
				}
				return
			}
			if problem != nil || r.Late != c.late || r.LastDay.String() != c.last || r.From.String() != c.from || r.Late != slices.Contains(r.Warns(), "late") {
				t.Errorf("%+v, %v", r, problem)
			}
		})
	}
	if _, problem := workflow.ReportOf(p.Book, offices, []string{"ubnd"}, workflow.ReportSending{Office: "bo", As: "operator", Year: 2023, To: "ubnd", On: day("2023-12-01")}); problem != nil {
		t.Errorf("an operator outside the province reports to the owner of its systems: %v", problem)
	}
}

func TestTheChecksAndMeasuresOfDataAreThoseOfCode(t *testing.T) {
	same := func(what string, a, b []string) {
		slices.Sort(a)
		b = slices.Sorted(slices.Values(b))
		if !slices.Equal(a, b) {
			t.Errorf("%s: code knows %v, data %v", what, a, b)
		}
	}
	same("checks", workflow.ReportChecks(), regime.ReportCheckNames)
	same("targets", workflow.TargetMeasures(), regime.TargetMeasures)
}

func TestSendingAReportLeavesItsPaperAndItsDay(t *testing.T) {
	p := newProvince(t, "2023-12-19")
	ctx := context.Background()
	if _, err := p.AddOffice(ctx, workflow.Office{ID: "bo", Name: "Bộ Thông tin và Truyền thông", Body: "bo_tttt"}); err != nil {
		t.Fatal(err)
	}
	send := func(office, to string) workflow.Want {
		return workflow.Want{Act: "send_report", Office: office, With: workflow.With{"year": 2023, "to": to}}
	}
	out := p.must("dung", send("stttt", "ubnd"))
	if len(out.Papers) != 1 || out.Papers[0].Form != "form-08" || len(out.Warns) != 0 || !strings.Contains(out.Papers[0].Text, "Kính gửi: Ủy ban nhân dân tỉnh Ninh Thuận") || out.Papers[0].Number == "" {
		t.Errorf("%+v", out)
	}
	if again := p.must("dung", send("stttt", "ubnd")); again.Papers[0].ID == out.Papers[0].ID || again.Papers[0].Number == out.Papers[0].Number {
		t.Error("a second report is another paper")
	}
	p.now = day("2023-12-25").Start()
	if out := p.must("giang", send("ubnd", "bo")); !slices.Contains(out.Warns, "late") {
		t.Errorf("25/12 is late, warned of %v", out.Warns)
	}
	if r, err := p.SentReport(ctx, "ubnd", 2023); err != nil || !r.Late || r.Regime != "nd85-tt12" || r.Paper == "" {
		t.Errorf("%+v, %v", r, err)
	}
	p.refused("an", send("sct", "ubnd"), workflow.Denied)     // an officer does not send
	p.refused("binh", send("stttt", "ubnd"), workflow.Denied) // nor somebody of another office
	p.refused("binh", send("sct", "stttt"), workflow.Refused) // nor anybody past the owner
	p.refused("giang", send("ubnd", "sct"), workflow.Refused) // the owner reports to the ministry
	p.refused("giang", workflow.Want{Act: "send_report", Office: "ubnd", With: workflow.With{"to": "bo"}}, workflow.Invalid)
	if list, err := p.Store.Reports(ctx, "sct", 0); err != nil || len(list) != 0 {
		t.Errorf("refused reports are kept: %+v, %v", list, err)
	}
}

func TestAPeriodicCheckIsCountedFromItsConclusion(t *testing.T) {
	p := level3(t, "2022-03-01")
	c := &workflow.Case{ID: "k", Kind: workflow.KindCheck, System: "s3", Opened: day("2022-01-01"), State: "concluded", Stage: "closed", Version: 1, Revision: 1, Regime: "nd85-tt03",
		Editions: []workflow.Edition{{Version: 1}}, Inspection: &workflow.Inspection{Kind: "periodic", Concluded: day("2022-02-10")}}
	sys, err := p.Store.System(context.Background(), "s3")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Store.Keep(context.Background(), &workflow.Change{Case: c, SystemID: "s3", SystemWas: sys.Revision, Event: workflow.Event{Act: "conclude", Case: "k"}}); err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]string{"2022-02-09": "", "2022-02-10": "periodic"} {
		if row := reportRow(t, p.report("ubnd", on), "Hệ thống s3"); row.Checked != want || row.Status != "approved" {
			t.Errorf("on %s: %+v", on, row)
		}
	}
}

// TestGroundsForTheNationalListAreReadFromTheFacts holds content 3 of the report
// (NĐ 331/2026 Đ36 k3) against what is known of the systems.
func TestGroundsForTheNationalListAreReadFromTheFacts(t *testing.T) {
	p := newProvince(t, "2026-11-10")
	for id, f := range map[string]workflow.Facts{"named": {"nsi_criteria": []string{"d16_k1"}}, "listed": {"nsi_listed": true}, "plain": {}, "said": {"nsi_criteria": []string{"d16_k1"}}} {
		if err := p.AddSystem(context.Background(), &workflow.System{ID: id, Name: "Hệ thống " + id, Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt", Facts: f}); err != nil {
			t.Fatal(err)
		}
	}
	for id, level := range map[string]int{"named": 3, "listed": 3, "plain": 3, "said": 3, "s2": 5} {
		if err := p.AdoptDecision(context.Background(), id, level, loose("2026-09-10"), "ubnd", "1/QĐ"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.State(context.Background(), "an", workflow.Statement{Office: "sct", System: "said", ListGround: "no"}); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range p.report("ubnd", "2026-11-10").Rows {
		got[r.SystemID] = r.ListGround
	}
	for id, want := range map[string]string{"named": "yes", "listed": "yes", "plain": "", "said": "no", "s2": "yes"} {
		if got[id] != want {
			t.Errorf("%s: %q, want %q", id, got[id], want)
		}
	}
}
