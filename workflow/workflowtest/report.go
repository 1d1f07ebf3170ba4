package workflowtest

import (
	"testing"

	"capdo/workflow"
)

// ExerciseGoals runs the exam on what reports and goals rest on.
func ExerciseGoals(t *testing.T, open func(t *testing.T) workflow.Store) {
	for name, exam := range map[string]func(*testing.T, workflow.Store){
		"reports come back by office and year in the order they were sent": reports,
		"a report is kept with the step that sends it":                     reportKept,
		"statements count by their own day":                                statements,
		"marks of a duty are those of one office":                          dutyMarks,
		"layers are added all or none":                                     layers,
		"a plan list keeps every edition":                                  plans,
	} {
		t.Run(name, func(t *testing.T) { exam(t, open(t)) })
	}
}

func reports(t *testing.T, s workflow.Store) {
	for i, r := range []workflow.Report{{ID: "r1", Office: "o", Year: 2022, Sent: day(t, "2022-12-23"), Late: true}, {ID: "r2", Office: "p", Year: 2022},
		{ID: "r3", Office: "o", Year: 2021}, {ID: "r0", Office: "o", Year: 2022, Kind: "adhoc"}} {
		if err := s.AddReport(ctx, r); err != nil {
			t.Fatal(i, err)
		}
	}
	list, err := s.Reports(ctx, "o", 2022)
	ok(t, err)
	if len(list) != 2 || list[0].ID != "r1" || !list[0].Late || list[0].Sent != day(t, "2022-12-23") || list[1].ID != "r0" {
		t.Errorf("reports %+v", list)
	}
	if all, err := s.Reports(ctx, "o", 0); err != nil || len(all) != 3 {
		t.Errorf("of all years: %+v, %v", all, err)
	}
	if none, err := s.Reports(ctx, "q", 2022); err != nil || len(none) != 0 {
		t.Errorf("of nobody: %+v, %v", none, err)
	}
}

func reportKept(t *testing.T, s workflow.Store) {
	ch := &workflow.Change{Reports: []workflow.Report{{ID: "r1", Office: "o", Year: 2022}}, Event: workflow.Event{Act: "send_report", Office: "o"}, Key: "p/k", Outcome: []byte("{}")}
	ok(t, s.Keep(ctx, ch))
	again := *ch
	again.Reports = []workflow.Report{{ID: "r2", Office: "o", Year: 2022}}
	isKind(t, s.Keep(ctx, &again), workflow.Stale)
	if list, err := s.Reports(ctx, "o", 2022); err != nil || len(list) != 1 {
		t.Errorf("reports %+v, %v", list, err)
	}
}

func statements(t *testing.T, s workflow.Store) {
	full, err := workflow.ParseLooseDate("6/2022")
	ok(t, err)
	for _, st := range []workflow.Statement{{ID: "a", Office: "o", System: "s", On: day(t, "2022-05-01"), Deployment: "partial", FullBy: full},
		{ID: "b", Office: "o", System: "s", On: day(t, "2022-01-01"), Deployment: "none"},
		{ID: "c", Office: "o", Year: 2022, On: day(t, "2022-05-01"), Texts: map[string]string{"1": "chữ"}},
		{ID: "d", Office: "p", System: "u", On: day(t, "2022-05-01"), Checked: []string{"periodic"}}} {
		ok(t, s.AddStatement(ctx, st))
	}
	for _, c := range []struct {
		q    workflow.StatementQuery
		want string
	}{{workflow.StatementQuery{Until: day(t, "2022-04-30")}, "b"}, {workflow.StatementQuery{Until: day(t, "2022-05-01")}, "bacd"},
		{workflow.StatementQuery{Office: "o", Until: day(t, "2023-01-01")}, "bac"}, {workflow.StatementQuery{System: "s", Until: day(t, "2023-01-01")}, "ba"}} {
		list, err := s.Statements(ctx, c.q)
		ok(t, err)
		got := ""
		for _, st := range list {
			got += st.ID
		}
		if got != c.want {
			t.Errorf("%+v gives %s, want %s", c.q, got, c.want)
		}
	}
	list, err := s.Statements(ctx, workflow.StatementQuery{System: "s", Until: day(t, "2023-01-01")})
	ok(t, err)
	if list[1].FullBy != full || !list[0].FullBy.IsZero() {
		t.Errorf("dates come back as %+v", list)
	}
}

func dutyMarks(t *testing.T, s workflow.Store) {
	for _, m := range []workflow.DutyMark{{ID: "2", Office: "o", Duty: "w", On: day(t, "2022-02-01")}, {ID: "1", Office: "o", Duty: "w", On: day(t, "2022-01-01")}, {ID: "3", Office: "p", Duty: "w", On: day(t, "2022-01-01")}} {
		ok(t, s.AddDutyMark(ctx, m))
	}
	list, err := s.DutyMarks(ctx, "o", day(t, "2022-02-01"))
	ok(t, err)
	if len(list) != 2 || list[0].ID != "1" {
		t.Errorf("marks %+v", list)
	}
	if list, err := s.DutyMarks(ctx, "o", day(t, "2022-01-31")); err != nil || len(list) != 1 {
		t.Errorf("marks by an earlier day %+v, %v", list, err)
	}
}

func layers(t *testing.T, s workflow.Store) {
	ok(t, s.AddLayers(ctx, []workflow.Layer{{ID: "1", Owner: "o", Office: "p", Layer: "monitoring", State: "yes", On: day(t, "2022-01-01")}, {ID: "2", Owner: "o", On: day(t, "2021-01-01")}}))
	isKind(t, s.AddLayers(ctx, []workflow.Layer{{ID: "3", Owner: "o", On: day(t, "2022-01-01")}, {ID: "1", Owner: "o", On: day(t, "2022-01-01")}}), workflow.Stale)
	list, err := s.Layers(ctx, "o", day(t, "2022-06-01"))
	ok(t, err)
	if len(list) != 2 || list[0].ID != "2" || list[1].State != "yes" {
		t.Errorf("layers %+v", list)
	}
	if list, err := s.Layers(ctx, "o", day(t, "2021-06-01")); err != nil || len(list) != 1 {
		t.Errorf("layers by an earlier day %+v, %v", list, err)
	}
}

func plans(t *testing.T, s workflow.Store) {
	amount := int64(7_455_141_000)
	p := workflow.PlanList{Owner: "o", Kind: "next_year", Year: 2022, Edition: 1, On: day(t, "2021-11-30"), Rows: []workflow.PlanRow{{No: "1", Name: "SOC", Amount: &amount}}}
	ok(t, s.AddPlan(ctx, p))
	isKind(t, s.AddPlan(ctx, p), workflow.Stale)
	p.Edition, p.On, p.Rows[0].Name = 2, day(t, "2022-02-01"), "SOC 2"
	ok(t, s.AddPlan(ctx, p))
	for on, want := range map[string]string{"2022-01-31": "SOC", "2022-02-01": "SOC 2"} {
		got, err := s.Plan(ctx, "o", "next_year", 2022, day(t, on))
		ok(t, err)
		if got.Rows[0].Name != want || *got.Rows[0].Amount != amount {
			t.Errorf("on %s: %+v", on, got)
		}
	}
	for _, q := range []struct {
		kind string
		on   string
	}{{"next_year", "2021-11-29"}, {"security", "2022-02-01"}} {
		_, err := s.Plan(ctx, "o", q.kind, 2022, day(t, q.on))
		isKind(t, err, workflow.NotFound)
	}
}
