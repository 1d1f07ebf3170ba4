package workflow_test

import (
	"slices"
	"testing"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// online is a dossier of a system that serves people with private data online.
func (p *province) online() string {
	p.t.Helper()
	sys := &workflow.System{ID: "s4", Name: "Cổng học bạ", Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt"}
	if err := p.AddSystem(ctx, sys); err != nil {
		p.t.Fatal(err)
	}
	id := p.must("an", workflow.Want{Act: "create", System: "s4", Level: 1, Track: "operating"}).Case.ID
	p.answered(id, -1, map[string]any{"system_types": []string{"phuc_vu_nguoi_dan_dn"}, "info_types": []string{"ca_nhan"}, "other_online_service": true, "conditional_business": false})
	return id
}

func (p *province) answered(id string, part int, given map[string]any) *workflow.Outcome {
	p.t.Helper()
	out, err := p.Answer(ctx, "an", workflow.Want{Act: "set_facts", Case: id}, part, given)
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

func TestTheLevelProposedFollowsTheAnswers(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	id := p.online()
	for _, one := range []struct {
		count any
		level int
		known bool
	}{{9999, 2, true}, {10000, 3, true}, {nil, 2, false}, {"not_countable", 3, true}} {
		out := p.answered(id, -1, map[string]any{"online_user_count": one.count})
		v := p.Verdict(out.Case.Case, out.System)
		if out.Case.Level != one.level || v.Known != one.known || !v.Known && v.AtLeast != 2 {
			t.Errorf("%v: proposes %d, %+v", one.count, out.Case.Level, v)
		}
	}
	p.answered(id, -1, map[string]any{"online_user_count": 500})
	raised := p.must("an", workflow.Want{Act: "set_facts", Case: id, With: workflow.With{"facts": map[string]any{"online_user_count": 500}, "level": 3}})
	if raised.Case.Level != 3 {
		t.Errorf("raised to %d", raised.Case.Level)
	}
	if out := p.answered(id, -1, map[string]any{"online_user_count": 600}); out.Case.Level != 3 {
		t.Errorf("a level raised on purpose fell to %d", out.Case.Level)
	}
	if _, err := p.Answer(ctx, "an", workflow.Want{Act: "set_facts", Case: id}, -1, map[string]any{"online_user_count": "viele"}); kindOf(err) != workflow.Invalid {
		t.Errorf("a count that is none: %v", err)
	}
}

func TestAnAnswerThatOthersCannotStandBesideNamesThem(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	id := p.online()
	p.answered(id, -1, map[string]any{"conditional_business": true})
	try, err := p.Try(ctx, id, -1, map[string]any{"other_online_service": false})
	if err != nil || !slices.Contains(try.Voided, "conditional_business") || len(try.Contradict) == 0 {
		t.Fatalf("%+v, %v", try, err)
	}
	c, _ := p.Case(ctx, id)
	if sys, _ := p.System(ctx, "s4"); sys.Facts["other_online_service"] != true || c.Revision != 3 {
		t.Errorf("trying kept something: %v, revision %d", sys.Facts, c.Revision)
	}
}

func TestAComponentHasFactsOfItsOwn(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	id := p.online()
	p.answered(id, -1, map[string]any{"system_types": nil, "info_types": nil, "components": []any{map[string]any{"name": "Mạng nội bộ"}, map[string]any{"name": "Cổng"}}})
	p.answered(id, 0, map[string]any{"system_types": []string{"noi_bo"}, "info_types": []string{"cong_cong"}})
	out := p.answered(id, 1, map[string]any{"system_types": []string{"phuc_vu_nguoi_dan_dn"}, "info_types": []string{"ca_nhan"}, "dvc_level": 3})
	v := p.Verdict(out.Case.Case, out.System)
	if out.Case.Level != 3 || len(v.Parts) != 2 || v.Parts[0].Level != 1 || v.Parts[1].Level != 3 {
		t.Errorf("level %d, %+v", out.Case.Level, v.Parts)
	}
}

func TestOnlyQuestionsThatCanStillMatterAreAsked(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	r, _ := p.Book.On(p.Today())
	keys := func(f workflow.Facts) (out []string) {
		for _, a := range r.Criteria.Askings(f, -1) {
			out = append(out, a.Fact.Key)
		}
		return out
	}
	inside := keys(workflow.Facts{"system_types": []string{"noi_bo"}, "info_types": []string{"rieng"}})
	for key, want := range map[string]bool{"system_types": true, "special_national_data_store": true, "dvc_level": false, "construction_grade": false, "online_user_count": false, "harm_defence_security": false} {
		if slices.Contains(inside, key) != want {
			t.Errorf("inside: %s asked is %v", key, !want)
		}
	}
	if out := keys(workflow.Facts{"system_types": []string{"dieu_khien_cn"}}); !slices.Contains(out, "construction_grade") {
		t.Errorf("industrial: %v", out)
	}
	if out := keys(workflow.Facts{"components": []regime.Component{{Name: "a"}}}); !slices.Equal(out, []string{"components"}) {
		t.Errorf("with components: %v", out)
	}
	other := r.Criteria.OtherWays(workflow.Facts{"system_types": []string{"phuc_vu_nguoi_dan_dn"}, "info_types": []string{"ca_nhan"}, "other_online_service": true, "conditional_business": false, "online_user_count": 12480}, -1, "online_user_count")
	if len(other) != 1 || other[0].Value != 9999 || other[0].Verdict.Level != 2 {
		t.Errorf("other ways: %+v", other)
	}
}
