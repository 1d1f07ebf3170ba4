package workflow_test

import (
	"slices"
	"testing"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// under gives the same province under a law that is changed by amend.
func (p *province) under(amend func(*regime.Regime)) *workflow.Service {
	c := p.Config
	book := *c.Book
	book.Regimes = nil
	for _, r := range c.Book.Regimes {
		one := *r
		amend(&one)
		book.Regimes = append(book.Regimes, &one)
	}
	c.Book = &book
	return workflow.New(c)
}

// checks is a law whose only procedure is a check with one state in the field.
func checks(r *regime.Regime) {
	r.Dossiers = []*regime.Procedure{{Key: "check", Levels: []int{1, 2, 3, 4, 5}, Start: "in_field",
		States: map[string]regime.State{"in_field": {Stage: "appraising", Holder: "assessor"}, "done": {Stage: "closed", End: true}},
		Steps:  []regime.Step{{Act: "conclude", From: []string{"in_field"}, To: "done", By: []string{"assessor_org", "inspector"}}}}}
}

func TestACheckHasASheetOfItsOwnBesideWhatTheDossierSaid(t *testing.T) {
	p := newProvince(t, "2023-03-01")
	id := p.draft(2, "s2")
	p.savedSheet(id, workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: "6.1.1.1", Status: workflow.RowMet, How: "Có quy chế"}}})
	p.must("an", workflow.Want{Act: "attach", Case: id, With: workflow.With{"components": []any{1, 2, 3, 4}}})
	p.must("binh", workflow.Want{Act: "submit", Case: id})
	sys, err := p.Store.System(ctx, "s2")
	if err != nil {
		t.Fatal(err)
	}
	check := &workflow.Case{ID: "k1", System: "s2", Level: 2, State: "in_field", Stage: "appraising", Regime: "nd85-tt12", Version: 1, Revision: 1, Editions: []workflow.Edition{{Version: 1}}}
	if err := p.Store.Keep(ctx, &workflow.Change{Case: check, SystemID: "s2", SystemWas: sys.Revision, Event: workflow.Event{Act: "generate", Case: "k1", System: "s2"}}); err != nil {
		t.Fatal(err)
	}
	law := p.under(checks)
	v, err := law.Sheet(ctx, "k1")
	if err != nil {
		t.Fatal(err)
	}
	r := rowOf(t, v, "6.1.1.1")
	if !v.Check || r.Status != "" || r.Source != workflow.SourceNone || r.Plan == nil || r.Plan.How != "Có quy chế" {
		t.Errorf("the row of a check: %+v, plan %+v", r.SheetRow, r.Plan)
	}
	_, err = law.SaveSheet(ctx, "an", "k1", workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: "6.1.1.1", Status: workflow.RowMet, How: "x"}}})
	if d := isProblem(t, err, workflow.Denied); !slices.Equal(d.Can, []string{"assessor_org", "inspector"}) {
		t.Errorf("the inspected body writes the findings: %+v", d)
	}
	f, out, err := law.PrintSheet(ctx, "k1", "")
	if err != nil || f.Form != "inspection-checklist" || len(out.PDF) == 0 {
		t.Errorf("a check prints as its checklist: %s, %v", f.Form, err)
	}
}

func TestARuleSetWithoutACatalogueSaysSoAndBarsNothing(t *testing.T) {
	p := newProvince(t, "2023-03-01")
	id := p.draft(2, "s2")
	law := p.under(func(r *regime.Regime) { r.Catalogue = nil })
	_, err := law.Sheet(ctx, id)
	if d := isProblem(t, err, workflow.NotNow); d.Key != "sheet.no_catalogue" {
		t.Errorf("%+v", d)
	}
	for _, step := range []struct {
		who  string
		want workflow.Want
	}{{"an", workflow.Want{Act: "attach", Case: id, With: workflow.With{"components": []any{1, 2, 3, 4}}}}, {"binh", workflow.Want{Act: "submit", Case: id}}} {
		if _, err := law.Act(ctx, step.who, step.want); err != nil {
			t.Errorf("%s: the dossier cannot go out: %v", step.want.Act, err)
		}
	}
}
