package workflow_test

import (
	"slices"
	"strings"
	"testing"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// check puts a periodic check of s3 into the province as it may come to stand.
func (p *province) check(id, state, stage string, k workflow.Inspection) {
	p.t.Helper()
	sys, err := p.Store.System(ctx, "s3")
	if err != nil {
		p.t.Fatal(err)
	}
	k.Kind, k.Rule = "periodic", "I-L34"
	c := &workflow.Case{ID: id, Kind: workflow.KindCheck, System: "s3", Level: 3, State: state, Stage: stage, Regime: "nd85-tt12", Version: 1, Revision: 1,
		Editions: []workflow.Edition{{Version: 1}}, Inspection: &k}
	if err := p.Store.Keep(ctx, &workflow.Change{Case: c, SystemID: "s3", SystemWas: sys.Revision, Event: workflow.Event{Act: "generate", Case: id, System: "s3"}}); err != nil {
		p.t.Fatal(err)
	}
}

// checked is a province with a check of each kind on 1-3-2023.
func checked(t *testing.T) *province {
	p := newProvince(t, "2023-03-01")
	sys, err := p.Store.System(ctx, "s3")
	if err != nil {
		t.Fatal(err)
	}
	was := sys.Revision
	sys.Level, sys.LevelBy, sys.Decided, sys.Revision = 3, "nd85-tt12", workflow.LooseDate{Year: 2022, Month: 3, Day: 1}, was+1
	entry := workflow.RegisterEntry{ID: "e1", Owner: "ubnd", System: "s3", SystemName: sys.Name, Level: 3, Regime: "nd85-tt12", Decided: sys.Decided, From: day("2022-03-01"), By: "ubnd"}
	if err := p.Store.Keep(ctx, &workflow.Change{System: sys, SystemID: "s3", SystemWas: was, Added: []workflow.RegisterEntry{entry}, Event: workflow.Event{Act: "import", System: "s3"}}); err != nil {
		t.Fatal(err)
	}
	p.check("k1", "overdue", "waiting", workflow.Inspection{NextDue: day("2023-02-28")})
	p.check("k2", "due", "waiting", workflow.Inspection{NextDue: day("2023-03-01")})
	p.check("k3", "plan_draft", "planning", workflow.Inspection{NextDue: day("2023-02-01"), Performer: "stttt"})
	p.check("k4", "scheduled", "resting", workflow.Inspection{NextDue: day("2023-12-31")})
	p.check("k5", "remediation", "remedying", workflow.Inspection{NextDue: day("2022-12-31"), Concluded: day("2022-12-20"), Findings: []workflow.Finding{
		{ID: "f1", Text: "thấp", Severity: "low", Due: day("2023-03-31")}, {ID: "f2", Text: "cao", Severity: "high", Due: day("2023-03-31")},
		{ID: "f3", Text: "không hạn", Severity: "critical"}, {ID: "f4", Text: "xong", Due: day("2023-01-31"), Closed: day("2023-01-20"), Evidence: "BB 1"}}})
	p.check("k6", "remediation", "remedying", workflow.Inspection{NextDue: day("2022-12-31"), Concluded: day("2022-12-20"), Findings: []workflow.Finding{{ID: "f1", Text: "chậm", Due: day("2023-02-27")}}})
	p.check("k7", "closed", "closed", workflow.Inspection{NextDue: day("2022-01-31"), Concluded: day("2022-01-20")})
	return p
}

func TestAListOfChecksTellsWhatIsOverdueWhatComesAndWhatIsUnderWay(t *testing.T) {
	p := checked(t)
	list, err := p.ListChecks(ctx, "chi", true)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"k1": "late", "k2": "open soon", "k3": "late under_way", "k4": "later", "k5": "remedying", "k6": "remedying"}
	if len(list) != len(want) {
		t.Fatalf("%d checks", len(list))
	}
	for _, c := range list {
		if got := strings.Join(workflow.PartsOf(c.Case, p.Today()), " "); got != want[c.ID] {
			t.Errorf("%s stands in %q, want %q", c.ID, got, want[c.ID])
		}
	}
	if n, err := p.LateChecks(ctx, "chi"); n != 2 || err != nil {
		t.Errorf("%d are overdue, %v", n, err)
	}
	if n, err := p.LateChecks(ctx, "quan"); n != 0 || err != nil {
		t.Errorf("an administrator sees %d checks, %v", n, err)
	}
}

func TestTheDashboardCountsWhatTheListsShow(t *testing.T) {
	p := checked(t)
	plans, err := regime.TargetPlans()
	if err != nil {
		t.Fatal(err)
	}
	d, err := p.Dashboard(ctx, "ubnd", p.Today(), plans[0])
	if err != nil {
		t.Fatal(err)
	}
	list, err := p.ListChecks(ctx, "giang", true)
	if err != nil {
		t.Fatal(err)
	}
	var soon, late int
	for _, c := range list {
		parts := workflow.PartsOf(c.Case, p.Today())
		if slices.Contains(parts, workflow.CheckSoon) {
			soon++
		}
		if slices.Contains(parts, workflow.CheckLate) {
			late++
		}
	}
	findings, err := p.Findings(ctx, "giang", false)
	if err != nil {
		t.Fatal(err)
	}
	lateFindings := map[string]bool{}
	for _, f := range findings {
		if f.Late {
			lateFindings[f.CheckID] = true
		}
	}
	if d.Coming != soon || soon != 1 {
		t.Errorf("the dashboard counts %d that come, the list %d", d.Coming, soon)
	}
	if d.Late != late+len(lateFindings) || len(lateFindings) != 1 {
		t.Errorf("the dashboard counts %d overdue, the lists %d and %d", d.Late, late, len(lateFindings))
	}
	systems, err := p.ListSystems(ctx, "giang", workflow.SystemQuery{Owner: "ubnd"})
	if err != nil || len(systems.Items) != d.Systems {
		t.Errorf("the dashboard counts %d systems, the list %d, %v", d.Systems, len(systems.Items), err)
	}
	rows, err := p.Register(ctx, "ubnd", p.Today())
	if err != nil || len(rows) != d.Systems-d.NoLevel {
		t.Errorf("the dashboard counts %d levels, the register %d, %v", d.Systems-d.NoLevel, len(rows), err)
	}
}

func TestFindingsStandByTheirDayTheGravestFirst(t *testing.T) {
	p := checked(t)
	texts := func(who string, closed bool) string {
		list, err := p.Findings(ctx, who, closed)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, f := range list {
			out = append(out, f.Text)
		}
		return strings.Join(out, ", ")
	}
	if got := texts("chi", false); got != "chậm, cao, thấp, không hạn" {
		t.Errorf("open: %s", got)
	}
	if got := texts("chi", true); got != "xong" {
		t.Errorf("closed: %s", got)
	}
	if got := texts("quan", false); got != "" {
		t.Errorf("an administrator reads findings: %s", got)
	}
}

func TestOnlyWhoeverQualifiesOnTheDayMayPerformAPeriodicCheckOfLevel3(t *testing.T) {
	p := checked(t)
	for _, o := range []workflow.Office{
		{ID: "phep", Name: "A Tổ chức có phép", Licensed: &workflow.Term{To: day("2023-03-15")}},
		{ID: "het", Name: "B Tổ chức hết phép", Licensed: &workflow.Term{To: day("2023-02-28")}}} {
		if _, err := p.AddOffice(ctx, o); err != nil {
			t.Fatal(err)
		}
	}
	v, err := p.Performers(ctx, "giang", "k2")
	if err != nil {
		t.Fatal(err)
	}
	if v.On != p.Today() || !v.List[0].Fits() || v.List[0].Office != "phep" || v.List[1].Fits() {
		t.Errorf("on %s: %+v", v.On, v.List)
	}
	for _, one := range v.List {
		if one.Office == "stttt" && (one.Fits() || !slices.Contains(one.Qualities, "sdu") || len(one.Unmet[0].Basis) == 0) {
			t.Errorf("the SDU checks level 3 periodically: %+v", one)
		}
	}
	p.check("k8", "decided", "planning", workflow.Inspection{NextDue: day("2023-05-01"), From: day("2023-03-16"), Performer: "phep"})
	if v, err = p.Performers(ctx, "giang", "k8"); err != nil || v.On != day("2023-03-16") || v.Chosen.Fits() {
		t.Errorf("the licence ends before the fieldwork: %+v, %v", v.Chosen, err)
	}
}
