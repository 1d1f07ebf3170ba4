package workflow_test

import (
	"context"
	"testing"

	"capdo/workflow"
)

func TestTheHistoryOfEverythingIsReadFromTheNewestByWhoeverVerifies(t *testing.T) {
	p := newHouse(t)
	p.ok(p.AddPerson(t.Context(), workflow.Person{ID: "kien", Name: "Bùi Kiên", Grants: []workflow.Grant{{Office: "ubnd", Role: "auditor"}}}))
	for _, name := range []string{"Sở Một", "Sở Hai", "Sở Ba"} {
		if _, err := p.AddOfficeBy(t.Context(), "quan", workflow.OfficeOrder{Name: name, Under: "ubnd", Source: "QĐ 1"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.AddOfficeBy(t.Context(), "an", workflow.OfficeOrder{Name: "Sở Bốn", Source: "QĐ 1"}); err == nil {
		t.Fatal("an officer made an office")
	}
	list, next, err := p.Audit(t.Context(), "kien", workflow.AuditQuery{Limit: 2})
	if err != nil || len(list) != 2 || list[0].Refused == nil || list[0].Seq <= list[1].Seq || next != list[1].Seq {
		t.Fatal(list, next, err)
	}
	more, _, err := p.Audit(t.Context(), "kien", workflow.AuditQuery{Before: next, Limit: 2})
	if err != nil || len(more) != 2 || more[0].Seq >= next {
		t.Error(more, err)
	}
	for _, q := range []workflow.AuditQuery{{Person: "an"}, {Refused: true}} {
		if list, _, err := p.Audit(t.Context(), "kien", q); err != nil || len(list) != 1 || list[0].Person != "an" {
			t.Errorf("%+v gives %v, %v", q, list, err)
		}
	}
	if list, _, err := p.Audit(t.Context(), "kien", workflow.AuditQuery{Act: "manage_offices", Person: "quan"}); err != nil || len(list) != 3 {
		t.Error(list, err)
	}
	for _, who := range []string{"an", "quan"} {
		if _, _, err := p.Audit(t.Context(), who, workflow.AuditQuery{}); !isDenied(err) {
			t.Errorf("%s reads everything: %v", who, err)
		}
	}
	if list, _, err := p.Audit(t.Context(), "quan", workflow.AuditQuery{House: true}); err != nil || len(list) < 4 {
		t.Errorf("the administrator reads %d events of the house, %v", len(list), err)
	}
}

func isDenied(err error) bool {
	p, ok := workflow.ProblemOf(err)
	return ok && p.Kind == workflow.Denied
}

func TestALookAtARegisterTakesNothingIn(t *testing.T) {
	p := newHouse(t)
	rows := []workflow.ImportRow{{Line: 2, Unit: "Sở Mới", Name: "Cổng", Level: 2, Decided: loose("5/2020")}, {Line: 3, Unit: "Sở Mới", Name: "Thư", Level: 1, Decided: loose("2020")}}
	bad := []workflow.RowRefusal{{Line: 4, Column: "level", Reason: "level_out_of_range", Value: "9"}}
	told := 0
	order := workflow.ImportOrder{Owner: "ubnd", Source: "f", Rows: rows, Refused: bad, Pass: workflow.Pass{Dry: true, Progress: func(_, total int) { told = total }}}
	rep, err := p.Import(t.Context(), "chi", order)
	if err != nil || rep.Added != 2 || rep.Rows != 3 || len(rep.Refused) != 1 || len(rep.Offices) != 1 || told != 2 {
		t.Fatalf("%+v %v %d", rep, err, told)
	}
	if list, err := p.Store.Systems(t.Context(), workflow.SystemQuery{Owner: "ubnd", Name: "cong"}); err != nil || len(list) != 0 {
		t.Errorf("a look took in %v, %v", list, err)
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	order.Dry, order.AcceptGood = false, true
	if _, err := p.Import(gone, "chi", order); err == nil {
		t.Error("a stopped import goes on")
	}
	if rep, err = p.Import(t.Context(), "chi", order); err != nil || rep.Added != 2 {
		t.Errorf("%+v %v", rep, err)
	}
}
