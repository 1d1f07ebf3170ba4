package workflow_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"capdo/workflow"
)

// adopted gives the province one more system with an older decision in force.
func (p *province) adopted(id string, level int, on string) {
	p.t.Helper()
	ctx := context.Background()
	sys := &workflow.System{ID: id, Name: "Hệ thống " + id, Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt"}
	if err := p.AddSystem(ctx, sys); err != nil {
		p.t.Fatal(err)
	}
	if err := p.AdoptDecision(ctx, id, level, workflow.LooseOf(day(on)), "ubnd", "1/QĐ"); err != nil {
		p.t.Fatal(err)
	}
}

func (p *province) registerText(on string) string {
	p.t.Helper()
	_, out, err := p.PrintRegister(context.Background(), "ubnd", day(on))
	if err != nil {
		p.t.Fatal(err)
	}
	return strings.Join(strings.Fields(out.Text), " ")
}

func TestARegisterOfOneRuleSetSaysNothingOfRuleSets(t *testing.T) {
	p := newProvince(t, "2026-10-01")
	p.adopted("a", 2, "2019-04-01")
	p.adopted("b", 3, "2023-04-03") // another circular, the same decree: the same levels
	text := p.registerText("2026-10-01")
	if !strings.Contains(text, "Danh sách gồm 02 hệ thống: 01 cấp độ 2, 01 cấp độ 3.") || strings.Contains(text, "(NĐ ") {
		t.Errorf("%s", text)
	}
}

func TestLevelsOfTwoRuleSetsAreShownAndCountedApart(t *testing.T) {
	p := newProvince(t, "2026-10-01")
	p.adopted("a", 2, "2019-04-01")
	p.adopted("b", 2, "2023-04-03")
	p.adopted("c", 2, "2026-09-10")
	p.adopted("d", 3, "2026-09-10")
	ctx := context.Background()
	text := p.registerText("2026-10-01")
	for _, want := range []string{"02 cấp độ 2 (NĐ 85/2016), 01 cấp độ 2 (NĐ 331/2026), 01 cấp độ 3 (NĐ 331/2026).", "Danh sách gồm 04 hệ thống"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if n := strings.Count(text, "(NĐ"); n < 4+3 {
		t.Errorf("%d labels; every row has one", n)
	}
	rows, err := p.Register(ctx, "ubnd", day("2026-10-01"))
	if err != nil {
		t.Fatal(err)
	}
	counts := p.CountBySet(rows)
	if len(counts) != 2 || counts[0].RuleSet != "NĐ 85/2016" || !maps.Equal(counts[0].Levels, map[int]int{2: 2}) || !maps.Equal(counts[1].Levels, map[int]int{2: 1, 3: 1}) {
		t.Errorf("%+v", counts)
	}
	if slices.Reverse(rows); len(p.CountBySet(rows)) != 2 || p.CountBySet(rows)[0].RuleSet != "NĐ 85/2016" {
		t.Error("the oldest rule set does not come first")
	}
	if lines := p.Lines(rows); lines[0].RuleSet != "NĐ 331/2026" || lines[3].RuleSet != "NĐ 85/2016" {
		t.Errorf("%+v", lines)
	}
	// The day before, the register still was of one rule set.
	if text := p.registerText("2026-09-09"); strings.Contains(text, "(NĐ") {
		t.Errorf("%s", text)
	}
	if v, err := p.System(ctx, "c"); err != nil || v.RuleSet != "NĐ 331/2026" || slices.Contains(v.Flags, "measures_due") {
		t.Errorf("%+v %v", v, err)
	}
	if v, err := p.System(ctx, "a"); err != nil || v.RuleSet != "NĐ 85/2016" || !slices.Contains(v.Flags, "measures_due") {
		t.Errorf("%+v %v", v, err)
	}
	if p.RuleSet("nd-9999") != "nd-9999" {
		t.Error("a rule set nobody knows is not shown by its key")
	}
}

func TestMeasuresAreDueFromTheFirstDayOfTheNewLaw(t *testing.T) {
	for on, want := range map[string]bool{"2026-06-30": false, "2026-07-01": true, "2026-08-19": true, "2027-08-02": true} {
		p := newProvince(t, "2026-03-02")
		p.adopted("a", 2, "2019-04-01")
		p.now = day(on).Start()
		if v, err := p.System(context.Background(), "a"); err != nil || slices.Contains(v.Flags, "measures_due") != want {
			t.Errorf("on %s: %v %v", on, v.Flags, err)
		}
		if v, err := p.System(context.Background(), "s2"); err != nil || slices.Contains(v.Flags, "measures_due") {
			t.Errorf("a system without a level: %v %v", v.Flags, err)
		}
	}
}

func TestAnImportCountsByTheRuleSetOfEachDate(t *testing.T) {
	p := newProvince(t, "2026-10-01")
	row := func(line, level int, name, on string) workflow.ImportRow {
		return workflow.ImportRow{Line: line, Unit: "Sở Công Thương", Name: name, Level: level, Decided: workflow.LooseOf(day(on))}
	}
	o := workflow.ImportOrder{Owner: "ubnd", Source: "x.csv", Rows: []workflow.ImportRow{row(1, 2, "Một", "2026-09-10"), row(2, 2, "Hai", "2020-09-10"), row(3, 3, "Ba", "2026-07-15")}}
	for range 2 { // a second run finds them there and counts the same
		rep, err := p.Import(context.Background(), workflow.Console, o)
		if err != nil {
			t.Fatal(err)
		}
		want := []workflow.SetCount{{RuleSet: "NĐ 85/2016", Levels: map[int]int{2: 1, 3: 1}}, {RuleSet: "NĐ 331/2026", Levels: map[int]int{2: 1}}}
		if !slices.EqualFunc(rep.Sets, want, func(a, b workflow.SetCount) bool { return a.RuleSet == b.RuleSet && maps.Equal(a.Levels, b.Levels) }) {
			t.Errorf("%+v", rep.Sets)
		}
	}
}

func TestASystemFiledUnderOneDecreeIsAskedWhatTheOtherWants(t *testing.T) {
	p := newProvince(t, "2026-10-01")
	ctx := context.Background()
	id := p.must("an", workflow.Want{Act: "create", System: "s3", Level: 3, Track: "operating"}).Case.ID
	p.must("an", workflow.Want{Act: "attach", Case: id, With: workflow.With{"components": []any{1, 2, 3, 4}, "risk_assessment": true}})
	missing := p.refused("binh", workflow.Want{Act: "submit", Case: id}, workflow.Refused)
	if missing.Guard != "level_known" || !slices.ContainsFunc(missing.Fields, func(f workflow.Field) bool { return f.Name == "facts.handles_admin_procedures" }) {
		t.Errorf("what the new decree asks is not named: %+v", missing)
	}
	old := p.refused("an", workflow.Want{Act: "set_facts", Case: id, With: workflow.With{"facts": map[string]any{"dvc_level": 2}}}, workflow.Invalid)
	if old.Fields[0].Name != "facts.dvc_level" {
		t.Errorf("a case of the new decree took a fact of the old one: %+v", old)
	}
	p.must("an", workflow.Want{Act: "set_facts", Case: id, With: workflow.With{"facts": map[string]any{"handles_admin_procedures": true, "nsi_criteria": []any{}}}})
	out := p.must("binh", workflow.Want{Act: "submit", Case: id})
	if out.Case.Implied != 3 || out.Case.Present().Facts["dvc_level"] != 3 {
		t.Errorf("implied %d with %v", out.Case.Implied, out.Case.Present().Facts)
	}
	sys, err := p.System(ctx, "s3")
	if err != nil || sys.Facts["dvc_level"] != 3 || sys.Facts["handles_admin_procedures"] != true {
		t.Errorf("the answers to the old decree are gone: %v %v", sys.Facts, err)
	}
	if err := p.AddSystem(ctx, &workflow.System{ID: "x", Name: "X", Facts: workflow.Facts{"colour": "red"}}); err == nil {
		t.Error("a fact no decree asks is taken")
	}
}
