package rehearse

import (
	"context"
	"errors"
	"strings"
	"testing"

	"capdo/workflow"
)

// computed plays steps that need neither store nor rights.
func computed(t *testing.T, steps string) (Result, string) {
	t.Helper()
	w := World{Book: law(t), NewStore: func() (workflow.Store, error) { return nil, nil }}
	s, err := Read("s.yaml", strings.NewReader("title: x\nsteps:\n"+steps), w.Book)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	r, err := Play(context.Background(), w, s, &out)
	if err != nil {
		t.Fatal(err)
	}
	return r, out.String()
}

func TestWhatIsComputedIsHeldAgainstWhatIsExpected(t *testing.T) {
	const online = "system_types: [phuc_vu_nguoi_dan_dn], info_types: [ca_nhan], other_online_service: true, conditional_business: false"
	for _, c := range []struct{ name, step, wrong string }{
		{"the level and its criteria", "{classify: {" + online + ", online_user_count: not_countable}, level: 3, criteria: [L2-02b, L3-02c]}", ""},
		{"another level", "{classify: {" + online + ", online_user_count: 12000}, level: 2}", "expected level 2, got 3"},
		{"a criterion too few", "{classify: {" + online + ", online_user_count: 12000}, criteria: [L3-02c]}", "expected criteria [L3-02c], got [L2-02b, L3-02c]"},
		{"a fact that is missing", "{classify: {" + online + ", online_user_count: null}, level: unknown, missing: [online_user_count]}", ""},
		{"nothing missing though something is", "{classify: {" + online + "}, missing: []}", "expected missing [], got [online_user_count]"},
		{"a floor", "{classify: {system_types: [noi_bo], info_types: [rieng, bi_mat_nha_nuoc]}, floors: [F-01], at_least: 3}", ""},
		{"no floor though one holds", "{classify: {system_types: [noi_bo], info_types: [rieng, bi_mat_nha_nuoc]}, floors: []}", "expected floors [], got [F-01]"},
		{"a number that is none", "{classify: {dvc_level: 9}, level: 1}", "expected facts that can be read"},
		{"facts of another regime decide nothing", "{classify: {system_types: [noi_bo], info_types: [cong_cong], dvc_level: 3}, regime: nd331, level: 1}", ""},
		{"a day", "{due: D-APP-3, regime: nd85-tt03, from: 2022-01-13, is: 2022-01-28, origin: law}", ""},
		{"another day", "{due: D-APP-3, regime: nd85-tt03, from: 2022-01-13, is: 2022-01-27}", "expected due 2022-01-27, got 2022-01-28"},
		{"another origin", "{due: D-APP-3, from: 2023-01-13, is: 2023-01-30, origin: design}", "expected origin design, got law"},
		{"no day where the law sets none", "{due: D-OPINION, from: 2023-03-06, is: none}", ""},
		{"a day where the law sets none", "{due: D-OPINION, from: 2023-03-06, is: 2023-04-06}", "expected due 2023-04-06, got none"},
		{"an hour of the clock", "{due: D-INC-24, regime: nd331, from: 2026-09-11T16:30, is: 2026-09-12T16:30, origin: law}", ""},
		{"another hour of the clock", "{due: D-INC-24, regime: nd331, from: 2026-09-11T16:30, is: 2026-09-12T16:00}", "expected due 2026-09-12T16:00, got 2026-09-12T16:30"},
		{"the day of an hour", "{due: D-INC-24, regime: nd331, from: 2026-09-11T16:30, is: 2026-09-12}", ""},
		{"hours from a day alone", "{due: D-INC, regime: nd331, from: 2026-09-11, is: 2026-09-14}", ""},
		{"days from a moment", "{due: D-APR, regime: nd331, from: 2026-09-10T23:59, is: 2026-09-21}", ""},
		{"a yearly report", "{due: R-OWNER, regime: nd85-tt03, year: 2021, is: 2021-11-29}", ""},
		{"a yearly report from a day", "{due: R-OWNER, from: 2021-01-05, is: 2021-11-29}", "expected due 2021-11-29, got invalid"},
		{"a year without a calendar", "{due: D-APR, from: 2071-03-02, is: {refused: {guard: calendar_known}}}", ""},
		{"a year without a calendar, refused for another reason", "{due: D-APR, from: 2071-03-02, is: {refused: {guard: quy_che_issued}}}", "expected guard quy_che_issued, got refused"},
		{"a day in a year without a calendar", "{due: D-APR, from: 2071-03-02, is: 2071-03-11}", "2071"},
		{"a refusal where a day can be counted", "{due: D-APR, from: 2023-03-06, is: {refused: true}}", "expected a refusal, got 2023-03-15"},
		{"a deadline only another regime sets", "{due: D-LISTED-SELF, from: 2023-03-06, is: none}", ""},
		{"a day for a deadline only another regime sets", "{due: D-LISTED-SELF, from: 2023-03-06, is: 2023-09-30}", "expected due 2023-09-30, got none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, out := computed(t, "  - "+c.step+"\n")
			if r.Passed+r.Failed != 1 || (r.Failed == 1) != (c.wrong != "") || !strings.Contains(out, c.wrong) {
				t.Errorf("want %q, got %v: %s", c.wrong, r, out)
			}
			if c.wrong != "" && !strings.HasPrefix(out, "FAIL line 3: expected ") || c.wrong == "" && !strings.HasPrefix(out, "ok line 3: ") {
				t.Errorf("the line is %s", out)
			}
		})
	}
}

func TestARegimeTheLawDoesNotHoldYetIsSaidSo(t *testing.T) {
	book := *law(t)
	book.Regimes = book.Regimes[:2]
	for _, step := range []string{"{classify: {nsi_listed: true}, regime: nd331, level: 3}", "{due: D-APR, regime: nd331, from: 2026-09-10, is: 2026-09-21}"} {
		s, err := Read("s.yaml", strings.NewReader("title: x\nsteps:\n  - "+step+"\n"), &book)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		r, err := Play(context.Background(), World{Book: &book, NewStore: func() (workflow.Store, error) { return nil, nil }}, s, &out)
		if err != nil || r.Failed != 1 || !strings.Contains(out.String(), "not in this version yet") {
			t.Errorf("%v %v: %s", r, err, out.String())
		}
	}
}

func TestAPanicOfAStepFailsThatStepAlone(t *testing.T) {
	// Without a store an act cannot be played at all.
	w := World{Book: law(t), NewStore: func() (workflow.Store, error) { return nil, nil }}
	s, err := Read("s.yaml", strings.NewReader("title: x\nsteps:\n  - {on: 2022-03-01, pass: true}\n  - {due: D-OPINION, from: 2023-03-06, is: none}\n"), w.Book)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	r, err := Play(context.Background(), w, s, &out)
	if err != nil || r != (Result{Passed: 1, Failed: 1}) || !strings.HasPrefix(out.String(), "FAIL line 3: expected the step to work, got a panic") {
		t.Errorf("got %v, %v: %s", r, err, out.String())
	}
}

func TestPlayTellsOfAStoreThatCannotBeMade(t *testing.T) {
	full := errors.New("disk full")
	w := World{Book: law(t), NewStore: func() (workflow.Store, error) { return nil, full }}
	if _, err := Play(context.Background(), w, &Scenario{}, &strings.Builder{}); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

func TestTheClosingLineAddsUp(t *testing.T) {
	if got := (Result{2, 1}).Add(Result{3, 0}).String(); got != "5 passed, 1 failed" {
		t.Errorf("got %q", got)
	}
}

// TestEveryComparisonFails holds each helper of the expectations to failing
// when what it compares differs, and only then.
func TestEveryComparisonFails(t *testing.T) {
	for _, c := range []struct {
		name, want string
		do         func(d *differences)
	}{
		{"single values that differ", "expected due none, got 2022-01-28", func(d *differences) { d.singles(expected{"due": "none"}, map[string]any{"due": "2022-01-28"}) }},
		{"a single value that is empty is none", "", func(d *differences) { d.singles(expected{"holder": "none"}, map[string]any{"holder": ""}) }},
		{"a flag that is not there", "expected flag late, got none", func(d *differences) { d.all("flag", []string{"late"}, nil) }},
		{"a flag that should not be there", "expected no flag late, got late", func(d *differences) { d.no("flag", []string{"late"}, []string{"late"}) }},
		{"marks that should not be there", "expected overdue [], got [D-APR]", func(d *differences) { d.exactly("overdue", nil, []string{"D-APR"}) }},
		{"sets in another order are equal", "", func(d *differences) { d.exactly("overdue", []string{"a", "b"}, []string{"b", "a"}) }},
		{"a text a paper lacks", "expected form-06 to contain x y, got a paper without it", func(d *differences) {
			(&paperExpected{form: "form-06", contains: []string{"x  y"}}).compare(d, "", "x z")
		}},
		{"a text broken over lines is found", "", func(d *differences) {
			(&paperExpected{form: "form-06", contains: []string{"x y"}}).compare(d, "", "x\n  y")
		}},
		{"a text a paper must lack", "expected form-06 to lack x, got a paper with it", func(d *differences) {
			(&paperExpected{form: "form-06", lacks: []string{"x"}}).compare(d, "", "x z")
		}},
		{"another issuer", "expected issuer ubnd, got so-ct", func(d *differences) {
			(&paperExpected{issuer: "ubnd"}).compare(d, "so-ct", "")
		}},
		{"a row that is not there", "expected a row of x, got none", func(d *differences) {
			(&registerExpected{row: expected{"system": "x"}}).compareRow(d, nil)
		}},
		{"a row of another level", "expected level 3, got 2", func(d *differences) {
			(&registerExpected{row: expected{"system": "x", "level": "3"}}).compareRow(d, []workflow.RegisterEntry{{System: "x", Level: 2}})
		}},
		{"a date spelt otherwise is the same", "", func(d *differences) {
			on := workflow.LooseDate{Text: "17/8/2020", Year: 2020, Month: 8, Day: 17}
			(&registerExpected{row: expected{"system": "x", "decided": "2020-08-17"}}).compareRow(d, []workflow.RegisterEntry{{System: "x", Decided: on}})
		}},
		{"a mark on a row that holds", "expected mark decommissioned, got none", func(d *differences) {
			(&registerExpected{row: expected{"system": "x", "mark": "decommissioned"}}).compareRow(d, []workflow.RegisterEntry{{System: "x"}})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var d differences
			c.do(&d)
			if d.String() != c.want {
				t.Errorf("got %q, want %q", d, c.want)
			}
		})
	}
}
