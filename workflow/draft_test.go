package workflow_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"capdo/workflow"
)

// underAppraisal brings a dossier of level 2 to the appraiser.
func (p *province) underAppraisal() string {
	id := p.submitted(2, "s2")
	p.must("chi", workflow.Want{Act: "accept_valid", Case: id})
	return id
}

func TestPapersAreDrawnBeforeTheActWithoutATrace(t *testing.T) {
	p, ctx := newProvince(t, "2022-03-01"), context.Background()
	id := p.underAppraisal()
	before, err := p.Events(ctx, workflow.EventQuery{Case: id})
	if err != nil {
		t.Fatal(err)
	}
	unfit := workflow.Want{Case: id, Act: "conclude_unfit", With: workflow.With{"points": map[string]any{"a": "fit", "b": "unfit", "c": "fit"}, "defects": []any{"Chưa tách vùng máy chủ"}, "paper": "form-04"}}
	drawn, err := p.Draw(ctx, "chi", unfit)
	if err != nil {
		t.Fatal(err)
	}
	if len(drawn) != 1 || drawn[0].Form != "form-04" || !drawn[0].Facts.Draft || drawn[0].Facts.Number != "" || len(drawn[0].PDF) == 0 {
		t.Fatalf("drawn: %+v", drawn)
	}
	for _, say := range []string{"DỰ THẢO", "Chưa tách vùng máy chủ", "chưa phù hợp"} {
		if !strings.Contains(drawn[0].Text, say) {
			t.Errorf("the draft does not say %q", say)
		}
	}
	unfit.With["no"] = "12/STTTT"
	if drawn, err = p.Draw(ctx, "chi", unfit); err != nil || drawn[0].Facts.Number != "12/STTTT" {
		t.Errorf("with a typed number: %+v %v", drawn, err)
	}

	_, err = p.Draw(ctx, "an", unfit)
	if problem, ok := workflow.ProblemOf(err); !ok || problem.Kind != workflow.Denied {
		t.Errorf("who may not conclude draws: %v", err)
	}
	after, err := p.Events(ctx, workflow.EventQuery{Case: id})
	if err != nil || len(after) != len(before) {
		t.Errorf("drawing left %d events: %v", len(after)-len(before), err)
	}
	numbers, err := p.Numbers(ctx, "stttt", 2022)
	if err != nil || slices.ContainsFunc(numbers, func(n workflow.Number) bool { return n.Form == "form-04" }) {
		t.Errorf("drawing took a number: %v %v", numbers, err)
	}
	c, err := p.Case(ctx, id)
	if err != nil || c.Present().Conclusion != nil {
		t.Errorf("drawing concluded: %v", err)
	}
}

func TestTheFileForApprovalSaysWhatItLacks(t *testing.T) {
	p, ctx := newProvince(t, "2022-03-01"), context.Background()
	id := p.underAppraisal()
	c, err := p.Case(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	c.Level = 3 // an opinion is part of the file from level 3
	parts, err := p.ApprovalFile(ctx, c.Case)
	if err != nil || len(parts) != 3 {
		t.Fatalf("%+v %v", parts, err)
	}
	if d := parts[0]; d.Of != "dossier" || !d.Have || len(d.Pieces) != 4 {
		t.Errorf("the dossier: %+v", d)
	}
	if o := parts[1]; o.Of != "opinion" || o.Have || o.Basis[0] != "NĐ 85/2016 Đ17 k1 b" {
		t.Errorf("the opinion: %+v", o)
	}
	delete(c.Present().Components, 2)
	if parts, _ = p.ApprovalFile(ctx, c.Case); parts[0].Have || parts[0].Pieces[1].There {
		t.Errorf("without its design: %+v", parts[0])
	}
	c.Level = 2
	if parts, _ = p.ApprovalFile(ctx, c.Case); len(parts) != 2 {
		t.Errorf("at level 2: %+v", parts)
	}
}

func TestADraftIsKeptUntilItIsEmpty(t *testing.T) {
	p, ctx := newProvince(t, "2022-03-01"), context.Background()
	d, err := p.SaveDraft(ctx, "chi", "appraise/x", `{"a":["b"]}`)
	if err != nil || !d.Saved.Equal(p.now) {
		t.Fatal(d, err)
	}
	if _, err := p.SaveDraft(ctx, "chi", "appraise/x", strings.Repeat("x", 300<<10)); err == nil {
		t.Error("a draft without bounds is taken")
	}
	if d, _ := p.Store.Draft(ctx, "chi", "appraise/x"); d.Body != `{"a":["b"]}` {
		t.Errorf("after a refused one: %q", d.Body)
	}
	if _, err := p.SaveDraft(ctx, "chi", "appraise/x", ""); err != nil {
		t.Fatal(err)
	}
	if d, _ := p.Store.Draft(ctx, "chi", "appraise/x"); d.Body != "" {
		t.Errorf("after emptying: %q", d.Body)
	}
}

func TestActsAreThoseOfTheRuleSetTheNextStepObeys(t *testing.T) {
	p, ctx := newProvince(t, "2022-03-01"), context.Background()
	id := p.underAppraisal()
	offers := func() bool {
		acts, err := p.Acts(ctx, "giang", id)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(acts, func(a workflow.OpenAct) bool { return a.Act == "assign_appraiser" })
	}
	if offers() {
		t.Error("before its rule set assigning an appraiser is offered")
	}
	p.now = day("2022-10-10").Start()
	if !offers() {
		t.Error("under the next rule set it is not")
	}
	p.now = day("2026-07-15").Start()
	if acts, err := p.Acts(ctx, "an", id); err != nil || len(acts) == 0 {
		t.Errorf("in the hole between two rule sets: %v %v", acts, err)
	}
}
