package workflow_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"capdo/workflow"
)

func (p *province) impact(from, to, on string) *workflow.Impact {
	p.t.Helper()
	got, err := p.Impact(context.Background(), workflow.ImpactOrder{From: from, To: to, On: day(on)})
	if err != nil {
		p.t.Fatal(err)
	}
	return got
}

func keysOf(notes []workflow.ImpactNote) string {
	var keys []string
	for _, n := range notes {
		keys = append(keys, n.Key)
	}
	return strings.Join(keys, " ")
}

// stated gives a system facts and a level of an older decision.
func (p *province) stated(id string, level int, on string, f workflow.Facts) {
	p.t.Helper()
	ctx := context.Background()
	if err := p.AddSystem(ctx, &workflow.System{ID: id, Name: "Hệ thống " + id, Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt", Facts: f}); err != nil {
		p.t.Fatal(err)
	}
	if level > 0 {
		if err := p.AdoptDecision(ctx, id, level, workflow.LooseOf(day(on)), "ubnd", ""); err != nil {
			p.t.Fatal(err)
		}
	}
}

func TestALevelGivenBeforeIsKeptWhateverTheNewCriteriaSay(t *testing.T) {
	internal := func(more workflow.Facts) workflow.Facts {
		f := workflow.Facts{"system_types": []string{"noi_bo"}, "info_types": []string{"rieng"}}
		for k, v := range more {
			f[k] = v
		}
		return f
	}
	service := workflow.Facts{"system_types": []string{"phuc_vu_nguoi_dan_dn"}, "info_types": []string{"ca_nhan"}, "dvc_level": 2, "handles_admin_procedures": true}
	for _, c := range []struct {
		says, on, suggest, keys string
		level                   int
		facts                   workflow.Facts
		judged                  string
	}{
		{"a level that agrees is kept and owes measures", "2020-05-04", "", "level_kept measures_due", 2, internal(nil), "2026-11-24"},
		{"after the day the measures are late", "2020-05-04", "", "level_kept measures_late", 2, internal(nil), "2027-07-01"},
		{"a higher level is suggested, not given", "2020-05-04", "redetermine", "level_kept measures_due redetermine", 2, service, "2026-11-24"},
		{"a higher level that is certain at least is suggested too, and what is open is asked", "2020-05-04", "redetermine", "level_kept measures_due redetermine facts_missing", 1,
			workflow.Facts{"system_types": []string{"noi_bo", "ha_tang"}, "info_types": []string{"rieng"}}, "2026-11-24"},
		{"a lower one changes nothing", "2020-05-04", "", "level_kept measures_due check_no_number implied_lower", 3, internal(nil), "2026-11-24"},
		{"where facts are missing they are named", "2020-05-04", "ask_facts", "level_kept measures_due check_no_number facts_missing", 3, nil, "2026-11-24"},
		{"where no criterion matches the appraiser chooses", "2020-05-04", "", "level_kept measures_due manual", 2, workflow.Facts{"system_types": []string{"khac"}, "info_types": []string{"rieng"}}, "2026-11-24"},
		{"a listed system gets a yearly check of its own", "2020-05-04", "", "level_kept measures_due check_no_number check_new implied_lower", 3, internal(workflow.Facts{"nsi_listed": true}), "2026-11-24"},
		{"level 5 loses its half year and gets the yearly check", "2020-05-04", "", "level_kept measures_due check_no_number check_new", 5,
			workflow.Facts{"system_types": []string{"khac"}, "info_types": []string{"rieng"}, "special_national_data_store": true}, "2026-11-24"},
		{"a level given under the new set is settled", "2026-09-10", "", "settled", 2, internal(nil), "2026-11-24"},
		{"a system without a level follows the new set at once", "", "classify", "unclassified", 0, internal(nil), "2026-11-24"},
	} {
		t.Run(c.says, func(t *testing.T) {
			p := newProvince(t, "2026-10-01")
			p.stated("x", c.level, c.on, c.facts)
			got := p.impact("nd85-tt12", "nd331", c.judged)
			i := slices.IndexFunc(got.Systems, func(s workflow.SystemImpact) bool { return s.System == "x" })
			if one := got.Systems[i]; keysOf(one.Notes) != c.keys || one.Suggest != c.suggest || one.Level != c.level {
				t.Errorf("%s, suggests %q, level %d; want %s, %q", keysOf(one.Notes), one.Suggest, one.Level, c.keys, c.suggest)
			}
			if v, err := p.System(context.Background(), "x"); err != nil || v.Level != c.level {
				t.Errorf("the level in force became %d %v", v.Level, err)
			}
		})
	}
}

func TestOpenCasesOfTheOldRuleSetAreDeclaredChosenOrSwitched(t *testing.T) {
	p := newProvince(t, "2026-06-22")
	ctx := context.Background()
	id := p.submitted(3, "s3")
	p.must("chi", workflow.Want{Act: "accept_valid", Case: id})
	project := workflow.With{"project_no": "90/QĐ-UBND", "project_date": "2026-03-02"}
	look := func(on, suggest, keys string) workflow.CaseImpact {
		t.Helper()
		got := p.impact("nd85-tt12", "nd331", on)
		if len(got.Cases) != 1 {
			t.Fatalf("%d cases", len(got.Cases))
		}
		one := got.Cases[0]
		if keysOf(one.Notes) != keys || one.Suggest != suggest {
			t.Errorf("on %s: %s, suggests %q; want %s, %q", on, keysOf(one.Notes), one.Suggest, keys, suggest)
		}
		return one
	}
	look("2026-06-22", "ask_facts", "not_yet deadline_changes facts_missing")
	one := look("2026-11-24", "declare_or_switch", "declare_or_switch deadline_changes facts_missing")
	if a := one.Notes[1].Args; a["was"] != "2026-07-07" || a["now"] != "2026-07-13" {
		t.Errorf("fifteen days and fifteen working days from 22-06: %v", a)
	}
	look("2027-01-04", "switch", "switch deadline_changes facts_missing")

	p.now = day("2026-07-02").Start()
	p.must("giang", workflow.Want{Act: "choose_regime", Case: id, With: workflow.With{"regime": "nd85-tt12", "reason": "đã nộp"}})
	look("2026-08-18", "switch", "chosen deadline_changes facts_missing")
	look("2026-08-19", "declare_or_switch", "declare_or_switch deadline_changes facts_missing")

	p.now = day("2026-07-06").Start()
	p.must("giang", workflow.Want{Act: "declare_transition", Case: id, With: project})
	one = look("2026-12-31", "ask_facts", "declared under_way_measures deadline_changes facts_missing")
	if n := one.Notes[0]; n.Args["until"] != "2026-12-31" || n.Verified != "UNVERIFIED" || !slices.Contains(n.Basis, "NĐ 331/2026 Đ39 k1") {
		t.Errorf("%+v", n)
	}
	look("2027-01-01", "switch", "switch deadline_changes facts_missing")
	if got := p.impact("nd85-tt12", "nd331", "2026-12-31"); keysOf(got.Systems[1].Notes) != "in_dossier facts_missing" || keysOf(got.Notes) != "standard_changes standard_words redetermination risk_reassessed" {
		t.Errorf("%s; %s", keysOf(got.Systems[1].Notes), keysOf(got.Notes))
	}

	p.now = day("2026-09-09").Start()
	p.must("giang", workflow.Want{Act: "choose_regime", Case: id, With: workflow.With{"regime": "nd331", "reason": "đang vận hành"}})
	c, err := p.Case(ctx, id)
	if err != nil || c.Version != 2 || c.Due != nil || c.Regime != "nd331" {
		t.Errorf("a switched case begins anew, with no clock running: %+v %v", c.Case, err)
	}
	look("2026-09-09", "", "settled")
}

func TestAProposedLevelBelowTheNewCriteriaIsSaid(t *testing.T) {
	p := newProvince(t, "2026-06-22")
	p.must("an", workflow.Want{Act: "create", System: "s2", Level: 1, Track: "operating"})
	got := p.impact("nd85-tt12", "nd331", "2026-11-24")
	if keysOf(got.Cases[0].Notes) != "declare_or_switch proposed_below" {
		t.Error(keysOf(got.Cases[0].Notes))
	}
}

func TestFilesGoOnWhereTheNewSetSaysSo(t *testing.T) {
	p := newProvince(t, "2022-09-28")
	p.submitted(2, "s2")
	got := p.impact("nd85-tt03", "nd85-tt12", "2022-10-03")
	if keysOf(got.Cases[0].Notes) != "goes_on" || len(got.Asked)+len(got.Dropped) != 0 {
		t.Errorf("%s, asks %v", keysOf(got.Cases[0].Notes), got.Asked)
	}
	var changed []string
	for _, c := range got.Deadlines {
		changed = append(changed, c.Key)
	}
	if strings.Join(changed, " ") != "D-INSP-COMMENT D-INSP-REPORT D-INSP-SEND D-REVIEW-TT12 D-VALID I-SHARE R-OWNER R-UNIT" {
		t.Errorf("%v", changed)
	}
}

func TestAnImpactOfNothingIsRefused(t *testing.T) {
	p := newProvince(t, "2026-10-01")
	for _, o := range []workflow.ImpactOrder{{From: "nd331", To: "nd85-tt12"}, {From: "nd331", To: "nd331"}, {From: "nd1", To: "nd331"}, {From: "nd331", To: "nd1"}, {From: "nd85-tt12", To: "nd331", Owner: "nobody"}} {
		if _, err := p.Impact(context.Background(), o); err == nil {
			t.Errorf("%+v", o)
		} else if _, ok := workflow.ProblemOf(err); !ok {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestAnImpactOfOneOwnerLeavesOthersOut(t *testing.T) {
	p := newProvince(t, "2026-10-01")
	if err := p.AddSystem(context.Background(), &workflow.System{ID: "z", Name: "Z", Owners: []string{"sct"}, Operators: []string{"sct"}}); err != nil {
		t.Fatal(err)
	}
	got, err := p.Impact(context.Background(), workflow.ImpactOrder{From: "nd85-tt12", To: "nd331", Owner: "sct", On: day("2026-11-24")})
	if err != nil || len(got.Systems) != 1 || got.Systems[0].System != "z" {
		t.Errorf("%+v %v", got.Systems, err)
	}
}
