package workflow_test

import (
	"context"
	"testing"

	"capdo/workflow"
)

func order(name string) workflow.SystemOrder {
	return workflow.SystemOrder{Name: name, Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt"}
}

func TestAnOfficerTakesInASystemOfHisOwnOffice(t *testing.T) {
	p, ctx := newHouse(t), context.Background()
	o := order("Cổng dữ liệu")
	o.Key, o.Facts = "k", workflow.Facts{"system_types": []string{"noi_bo"}}
	sys, err := p.CreateSystem(ctx, "an", o)
	p.ok(err)
	again, err := p.CreateSystem(ctx, "an", o)
	p.ok(err)
	if again.ID != sys.ID || sys.State == "" {
		t.Errorf("%+v, again %+v", sys, again)
	}
	events, err := p.Events(ctx, workflow.EventQuery{System: sys.ID})
	p.ok(err)
	if len(events) != 1 || events[0].Act != "add_system" || events[0].For != "sct" || events[0].Role != "operator_officer" {
		t.Errorf("%+v", events)
	}
	p.must("an", workflow.Want{Act: "create", System: sys.ID, Level: 1, Track: "operating"})
	_, err = p.CreateSystem(ctx, "chi", order("Hệ thống của đơn vị chuyên trách khai"))
	p.ok(err)
	_, err = p.CreateSystem(ctx, "an", order("cổng dữ liệu"))
	p.not(err, workflow.Invalid, "field.invalid", "name")
	elsewhere := order("Của nơi khác")
	elsewhere.Operators, elsewhere.SDU = []string{"ubnd"}, ""
	for _, who := range []string{"an", "chi"} {
		_, err = p.CreateSystem(ctx, who, elsewhere)
		p.not(err, workflow.Denied, "act.denied")
	}
	_, err = p.CreateSystem(ctx, "quan", order("Quản trị khai"))
	p.not(err, workflow.Denied, "house.denied")
	_, err = p.CreateSystem(ctx, "an", workflow.SystemOrder{Operators: []string{"sct", "sct"}, Lead: "ubnd", SDU: "nicht", Lease: &workflow.Lease{Lead: "sct", Provider: "nicht", To: day("2022-01-01")},
		Facts: workflow.Facts{"dvc_level": "ba"}})
	p.not(err, workflow.Invalid, "field.invalid", "lead", "lease.from", "lease.provider", "name", "operators.2", "owners", "sdu", "facts.dvc_level")
}

func TestASystemIsPutRightUntilItsDossierIsOnItsWay(t *testing.T) {
	p, ctx := newHouse(t), context.Background()
	o := order("Hệ thống hai")
	o.Address = "Phan Rang"
	sys, err := p.ChangeSystem(ctx, "an", "s2", o)
	p.ok(err)
	if sys.Name != "Hệ thống hai" || sys.Address != "Phan Rang" || len(sys.Facts) == 0 || sys.Revision != 1 {
		t.Errorf("%+v", sys)
	}
	stale := int64(0)
	o.Revision = &stale
	_, err = p.ChangeSystem(ctx, "an", "s2", o)
	p.not(err, workflow.Stale, "house.moved_on")
	o.Revision = nil
	_, err = p.ChangeSystem(ctx, "hoa", "s2", o)
	p.not(err, workflow.Denied, "house.denied")
	id := p.must("an", workflow.Want{Act: "create", System: "s2", Level: 2, Track: "operating"}).Case.ID
	_, err = p.ChangeSystem(ctx, "an", "s2", o)
	p.ok(err)
	o.Facts = workflow.Facts{"info_types": []string{"rieng"}}
	_, err = p.ChangeSystem(ctx, "an", "s2", o)
	p.not(err, workflow.Invalid, "field.invalid", "facts")
	o.Facts = nil
	p.must("an", workflow.Want{Act: "attach", Case: id, With: workflow.With{"components": []any{1, 2, 3, 4}}})
	p.must("binh", workflow.Want{Act: "submit", Case: id})
	_, err = p.ChangeSystem(ctx, "an", "s2", o)
	p.not(err, workflow.NotNow, "system.on_its_way")
	p.must("chi", workflow.Want{Act: "accept_valid", Case: id})
	p.must("chi", workflow.Want{Act: "conclude_fit", Case: id, With: workflow.With{"points": map[string]any{"a": "fit", "b": "fit", "c": "fit"}}})
	p.must("dung", workflow.Want{Act: "approve", Case: id})
	_, err = p.ChangeSystem(ctx, "an", "s2", o)
	p.not(err, workflow.Refused, "system.decided")
}
