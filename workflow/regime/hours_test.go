package regime

import (
	"testing"
	"time"
)

func TestDeadlinesOfTheSecondDecree(t *testing.T) {
	rules, c := dlRules(t, r331), calBuiltIn(t)
	for _, x := range []struct {
		name, rule, from, due string
		origin                Origin
	}{
		{"five working days to answer on validity are law now", "D-VALID", "2026-09-10", "2026-09-17", Law},
		{"level 3 takes fifteen working days", "D-APP-3", "2026-09-10", "2026-10-01", Law},
		{"levels 4 and 5 take twenty-five working days", "D-APP-45", "2026-09-10", "2026-10-15", Law},
		{"seven working days to approve", "D-APR", "2026-09-10", "2026-09-21", Law},
		{"fifteen working days over 24/11", "D-APP-3", "2026-11-09", "2026-12-01", Law},
		{"levels 1 and 2 are ours", "D-APP-12", "2026-09-10", "2026-10-01", Design},
		{"a reminder of thirty days", "D-SUPP", "2026-09-10", "2026-10-12", Design},
		{"the report to the owner is ours", "D-REPORT", "2026-09-10", "2026-09-17", Design},
		{"no law for the opinion", "D-OPINION", "2026-09-10", "", Design},
		{"no law for the Prime Minister", "D-PM", "2026-09-10", "", Design},
		{"no number between checks of level 3 and 4", "I-L34", "2026-09-10", "", Design},
		{"no number between checks of level 5 by the decree", "I-L5", "2026-09-10", "", Design},
		{"listed systems are checked every year", "I-LISTED", "2026-09-10", "2027-09-10", Law},
		{"the six months end with the year", "D-TRANS-6", "2026-07-01", "2026-12-31", Law},
		{"the twelve months end in the middle of 2027", "D-TRANS-12", "2026-07-01", "2027-06-30", Law},
		{"kept levels owe measures by then", "D-MEAS-12", "2026-07-01", "2027-06-30", Law},
		{"the first notice of an incident runs through a Saturday", "D-INC-24", "2026-09-11", "2026-09-12", Law},
		{"the report runs through National Day", "D-INC", "2026-08-31", "2026-09-03", Law},
		{"at once is the same day", "D-INC-NOW", "2026-09-12", "2026-09-12", Law},
		{"no day for the end of an incident", "D-INC-END", "2026-09-12", "", Design},
		{"the plan of an inspection is ours", "D-INSP-SEND", "2026-09-10", "2026-09-21", Design},
	} {
		t.Run(x.name, func(t *testing.T) {
			got, err := c.Due(rules[x.rule], calDay(t, x.from), Day{})
			if err != nil || got.Due.String() != x.due || got.None != (x.due == "") || got.Origin != x.origin {
				t.Errorf("%s from %s: %+v %v, want %q by %s", x.rule, x.from, got, err, x.due, x.origin)
			}
		})
	}
	for rule, want := range map[string]string{"R-UNIT": "2026-12-19", "R-OWNER": "2026-12-24", "D-LISTED-SELF": "2026-09-30", "R-TYPES": "2026-01-14", "R-EXCHANGE": ""} {
		if got, err := c.DueIn(rules[rule], 2026); err != nil || got.Due.String() != want {
			t.Errorf("%s: %+v %v, want %q", rule, got, err, want)
		}
	}
	if len(rules) != 32 {
		t.Errorf("%d rules", len(rules))
	}
}

func TestWhatTheTextLeavesOpenInCountingIsMarked(t *testing.T) {
	rules, c := dlRules(t, r331), calBuiltIn(t)
	for _, key := range []string{"D-TRANS-6", "D-TRANS-12", "D-MEAS-12", "D-INC-24", "D-INC"} {
		got, err := c.Due(rules[key], calDay(t, "2026-09-10"), Day{})
		if err != nil || got.Origin != Law || got.Counting == nil || got.Counting.Origin != Reading || got.Counting.Verified != Unverified || got.Counting.Note == "" {
			t.Errorf("%s: %+v %v", key, got.Counting, err)
		}
	}
	if got, _ := c.Due(rules["D-APR"], calDay(t, "2026-09-10"), Day{}); got.Counting != nil {
		t.Errorf("working days are the word of the law: %+v", got.Counting)
	}
}

func TestHoursRunFromTheMomentThroughNightsAndRestDays(t *testing.T) {
	rules, c := dlRules(t, r331), calBuiltIn(t)
	at := func(s string) time.Time {
		m, err := time.ParseInLocation("2006-01-02T15:04", s, Zone)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, x := range []struct{ rule, from, want string }{
		{"D-INC-24", "2026-09-11T16:30", "2026-09-12T16:30"},
		{"D-INC", "2026-08-31T23:59", "2026-09-03T23:59"},
		{"D-INC", "2070-12-30T08:00", "2071-01-02T08:00"}, // hours ask no calendar
		{"D-INC-NOW", "2026-09-12T03:00", "2026-09-12T03:00"},
	} {
		got, err := c.DueAt(rules[x.rule], at(x.from).UTC(), Day{})
		if err != nil || !got.At.Equal(at(x.want)) || got.Due != DayOf(at(x.want)) {
			t.Errorf("%s from %s: %s %v, want %s", x.rule, x.from, got.At, err, x.want)
		}
		if last := got.Steps[len(got.Steps)-1]; got.Steps[0].Why != ClockStarts || last.Day != got.Due {
			t.Errorf("%s: the steps are %+v", x.rule, got.Steps)
		}
	}
	if got, err := c.DueAt(rules["D-APR"], at("2026-09-10T16:30"), Day{}); err != nil || !got.At.IsZero() || got.Due != calDay(t, "2026-09-21") {
		t.Errorf("days count from the day of the moment: %+v %v", got, err)
	}
	if got, _ := c.Due(rules["D-INC-24"], calDay(t, "2026-09-11"), Day{}); !got.At.IsZero() {
		t.Errorf("an hour nobody knows is not named: %s", got.At)
	}
}

func TestARuleSpeaksToItsLevelsAndToWhatAFactBringsIn(t *testing.T) {
	rules := dlRules(t, r331)
	listed := Facts{"nsi_listed": true}
	for _, x := range []struct {
		rule  string
		level int
		facts Facts
		want  bool
	}{{"I-LISTED", 5, nil, true}, {"I-LISTED", 3, nil, false}, {"I-LISTED", 3, listed, true}, {"I-LISTED", 3, Facts{"nsi_listed": nil}, false}, {"I-L34", 4, listed, true}, {"I-L34", 2, listed, false}} {
		if got := rules[x.rule].For(x.level, x.facts); got != x.want {
			t.Errorf("%s at level %d with %v: %v", x.rule, x.level, x.facts, got)
		}
	}
}

func TestFactsOfSeveralRegimesLieSideBySide(t *testing.T) {
	b, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	old, now := b.Regimes[1].Criteria, b.Regimes[2].Criteria
	both := map[string]any{"system_types": []any{"phuc_vu_nguoi_dan_dn"}, "info_types": []any{"ca_nhan"}, "dvc_level": 3, "handles_admin_procedures": false,
		"conditional_business": false, "basic_data_subjects": 10, "sensitive_data_subjects": 0}
	for _, first := range []*Criteria{old, now} {
		f, err := b.CheckFacts(first, both)
		if err != nil || len(f) != len(both) {
			t.Fatalf("%v, %v", f, err)
		}
		if v := old.Classify(f); !v.Known || v.Level != 3 {
			t.Errorf("under the first decree: %+v", v)
		}
		if v := now.Classify(f); !v.Known || v.Level != 2 {
			t.Errorf("under the second: %+v", v)
		}
	}
	if f, _ := b.CheckFacts(now, map[string]any{"dvc_level": 3, "nsi_listed": true}); len(now.Unasked(f)) != 1 || now.Unasked(f)[0] != "dvc_level" {
		t.Errorf("unasked: %v", now.Unasked(f))
	}
	v := now.Classify(Facts{"system_types": []string{"phuc_vu_nguoi_dan_dn"}, "info_types": []string{"ca_nhan"}, "dvc_level": 3})
	if v.Known || len(v.Missing) == 0 || v.Missing[0] != "handles_admin_procedures" {
		t.Errorf("what the new decree asks is named as missing: %+v", v)
	}
	for _, bad := range []map[string]any{{"colour": "red"}, {"dvc_level": 9}, {"components": []any{map[string]any{"name": "a", "facts": map[string]any{"colour": 1}}}}} {
		if _, err := b.CheckFacts(now, bad); err == nil {
			t.Errorf("%v is read", bad)
		}
	}
	if _, err := now.CheckFacts(map[string]any{"dvc_level": 3}); err == nil {
		t.Error("a case of one regime takes facts of another")
	}
}

func TestAnsweringUnderOneRegimeKeepsTheAnswersOfTheOther(t *testing.T) {
	c := crit331(t)
	have := Facts{"dvc_level": 3, "infra_scope": "toan_quoc", componentsFact: []Component{{Name: "một", Facts: Facts{"dvc_level": 1, "ops_24x7": true}}, {Name: "hai", Facts: Facts{"dvc_level": 2}}}}
	got := c.Merge(have, Facts{"infra_scope": "mot_co_quan", componentsFact: []Component{{Name: "một", Facts: nil}, {Name: "ba", Facts: Facts{"nsi_listed": true}}}})
	parts := got[componentsFact].([]Component)
	if got["dvc_level"] != 3 || got["infra_scope"] != "mot_co_quan" || len(parts) != 2 {
		t.Fatalf("%v", got)
	}
	if len(parts[0].Facts) != 1 || parts[0].Facts["dvc_level"] != 1 || parts[1].Facts["nsi_listed"] != true {
		t.Errorf("of a component, answers of this regime are replaced, those of the other stay: %v", parts)
	}
	if len(have) != 3 || have["infra_scope"] != "toan_quoc" {
		t.Error("what was there is changed in place")
	}
	if got := c.Merge(nil, Facts{"nsi_listed": true}); got["nsi_listed"] != true {
		t.Errorf("onto nothing: %v", got)
	}
}
