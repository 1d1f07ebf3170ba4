package workflow_test

import (
	"testing"

	"capdo/workflow"
)

// TestTheWholeActivityIsCheckedFromTheFirstDecisionWhateverComesInFirst takes two
// old lists in, the later one first (NĐ 85/2016 Đ20 k2 c; a reading: the first decision).
func TestTheWholeActivityIsCheckedFromTheFirstDecisionWhateverComesInFirst(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	take := func(name, on string) {
		t.Helper()
		if _, err := p.Import(ctx, workflow.Console, workflow.ImportOrder{Owner: "ubnd", Source: name, Rows: []workflow.ImportRow{
			{Line: 1, Unit: "Sở Công Thương", Name: name, Level: 2, Decided: workflow.LooseOf(day(on))}}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ name, on, due string }{{"Hai", "2021-09-10", "2023-09-11"}, {"Một", "2020-09-10", "2022-09-12"}, {"Ba", "2021-01-11", "2022-09-12"}} {
		take(c.name, c.on)
		v, err := p.Checks(ctx, "ubnd")
		if err != nil || v.NextDue != day(c.due) || len(v.All) != 1 {
			t.Errorf("after %s: %+v %v", c.name, v, err)
		}
	}
}
