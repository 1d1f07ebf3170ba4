package workflowtest

import (
	"reflect"
	"testing"

	"capdo/workflow"
)

// figured asks that counts follow their rows: added, changed, handed to another
// owner, leased, stated in any order.
func figured(t *testing.T, s workflow.Store) {
	decided, err := workflow.ParseLooseDate("5/2021")
	ok(t, err)
	on := day(t, "2022-03-01")
	systems := []*workflow.System{
		{ID: "a", Name: "A", Owners: []string{"o"}, Operators: []string{"x"}, State: "operating", Level: 2, LevelBy: "r", Decided: decided},
		{ID: "b", Name: "B", Owners: []string{"o"}, Operators: []string{"x", "y"}, State: "registered"},
		{ID: "c", Name: "C", Owners: []string{"o"}, Operators: []string{"x", "y"}, Lead: "y", State: "operating", Level: 2, LevelBy: "r", Decided: decided},
		{ID: "d", Name: "D", Owners: []string{"o"}, Operators: []string{"x"}, Lease: &workflow.Lease{Lead: "x", Provider: "z", From: on, To: on.AddDays(1)}, State: "operating", Level: 2, LevelBy: "r", Decided: decided,
			Operation: &workflow.Operation{On: on, Measures: "part"}},
		{ID: "e", Name: "E", Owners: []string{"q"}, Operators: []string{"x"}, State: "registered"},
	}
	late, soon := &workflow.Due{Rule: "d", Day: on.AddDays(-1)}, &workflow.Inspection{Kind: "periodic", NextDue: on.AddDays(90)}
	cases := []*workflow.Case{
		{ID: "k1", System: "a", State: "draft", Stage: "preparing", Opened: on.AddDays(-9), Revision: 1, Due: late, Marks: []string{"d"}},
		{ID: "k2", System: "b", State: "draft", Stage: "preparing", Opened: on.AddDays(-10), Revision: 1, Due: &workflow.Due{Rule: "d", Day: on.AddDays(-3), Remind: true}},
		{ID: "k3", System: "c", State: "approved", Stage: "in_force", Opened: on.AddDays(-20), Revision: 1, Due: late},
		{ID: "k4", System: "d", Kind: "check", State: "scheduled", Stage: "resting", Opened: on, Revision: 1, Inspection: soon},
		{ID: "k5", Owner: "o", Kind: "check", State: "scheduled", Stage: "waiting", Opened: on, Revision: 1, Inspection: &workflow.Inspection{Kind: "periodic", NextDue: on.AddDays(-2)}},
	}
	ok(t, s.Import(ctx, &workflow.Intake{Systems: systems, Checks: cases, Entries: []workflow.RegisterEntry{
		{ID: "a.0", Owner: "o", System: "a", Meets: "met", From: on.AddDays(-5)}, {ID: "c.0", Owner: "o", System: "c", Meets: "unmet", From: on.AddDays(-5)}}, Event: workflow.Event{Act: "import", Office: "o"}}))
	for _, st := range []workflow.Statement{{ID: "1", Office: "o", System: "c", On: on, Deployment: "none"}, {ID: "2", Office: "o", System: "c", On: on.AddDays(-1), Deployment: "full"}, {ID: "3", Office: "o", System: "c", On: on, Follows: "yes"}} {
		ok(t, s.AddStatement(ctx, st))
	}
	count := func(state string, level, year int, deployed string, n int) workflow.SystemCount {
		c := workflow.SystemCount{State: state, Level: level, Year: year, Deployed: deployed, N: n}
		if level > 0 {
			c.Regime = "r"
		}
		return c
	}
	want := workflow.Figures{
		Systems: []workflow.SystemCount{count("operating", 2, 2021, "full", 1), count("operating", 2, 2021, "none", 1), count("operating", 2, 2021, "partial", 1), count("registered", 0, 0, "", 1)},
		Operators: []workflow.OperatorCount{{State: "registered", N: 1}, {Operator: "x", State: "operating", N: 1, Levelled: 1}, {Operator: "y", State: "operating", N: 1, Levelled: 1},
			{Operator: "z", State: "operating", N: 1, Levelled: 1}},
		Open:    []workflow.StateCount{{State: "draft", Cases: 2, Oldest: on.AddDays(-10)}},
		Delayed: map[string]int{"x": 1}, Late: 2, Coming: 1,
	}
	is := func(says, owner string, on workflow.Day, want workflow.Figures) {
		t.Helper()
		if got, err := s.Figures(ctx, owner, on); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n%+v, want\n%+v", says, err, got, want)
		}
	}
	is("at first", "o", on, want)
	if n, err := s.CountMarked(ctx); n != 1 || err != nil {
		t.Errorf("%d are marked, %v", n, err)
	}
	list, err := s.LateCases(ctx, "o", on, 9)
	ok(t, err)
	if len(list) != 2 || list[0].ID != "k5" || list[1].ID != "k1" {
		t.Errorf("late are %+v", list)
	}
	if list, err := s.ComingChecks(ctx, "o", on, 9); err != nil || len(list) != 1 || list[0].ID != "k4" {
		t.Errorf("coming are %+v, %v", list, err)
	}
	before := want // the lease has not begun, and nothing is late of a system
	before.Operators = []workflow.OperatorCount{want.Operators[0], {Operator: "x", State: "operating", N: 2, Levelled: 2}, want.Operators[2]}
	before.Late, before.Coming, before.Delayed = 1, 0, map[string]int{}
	is("a day before", "o", on.AddDays(-1), before)

	a, err := s.System(ctx, "a")
	ok(t, err)
	a.Owners, a.Revision, a.State, a.Level = []string{"q"}, 1, "redetermining", 3
	k := *cases[0]
	k.Revision, k.State = 2, "submitted"
	ok(t, s.Keep(ctx, &workflow.Change{System: a, SystemID: "a", Case: &k, CaseWas: 1, Event: workflow.Event{Act: "change_owner", Case: "k1", From: "draft", To: "submitted"}}))
	is("the new owner", "q", on, workflow.Figures{Systems: []workflow.SystemCount{count("redetermining", 3, 2021, "full", 1), count("registered", 0, 0, "", 1)},
		Operators: []workflow.OperatorCount{{Operator: "x", State: "redetermining", N: 1, Levelled: 1}, {Operator: "x", State: "registered", N: 1}},
		Open:      []workflow.StateCount{{State: "submitted", Cases: 1, Oldest: on.AddDays(-9)}}, Delayed: map[string]int{"x": 1}, Late: 1})
	want.Systems, want.Operators, want.Late = want.Systems[1:], []workflow.OperatorCount{want.Operators[0], want.Operators[2], want.Operators[3]}, 1
	want.Open[0].Cases, want.Delayed = 1, map[string]int{}
	is("the old owner", "o", on, want)

	d, err := s.System(ctx, "d")
	ok(t, err)
	d.Revision, d.Operators, d.Lease = 1, []string{"y"}, nil
	k4 := *cases[3]
	k4.Revision, k4.Due = 2, late
	ok(t, s.Keep(ctx, &workflow.Change{System: d, SystemID: "d", Case: &k4, CaseWas: 1, Event: workflow.Event{Act: "change_operator", Case: "k4"}}))
	want.Operators = []workflow.OperatorCount{want.Operators[0], {Operator: "y", State: "operating", N: 2, Levelled: 2}}
	want.Delayed, want.Late, want.Coming = map[string]int{"y": 1}, 2, 0
	is("another operator", "o", on, want)
	if owners, err := s.OwnerIDs(ctx); err != nil || len(owners) != 2 {
		t.Errorf("owners %v, %v", owners, err)
	}
}
