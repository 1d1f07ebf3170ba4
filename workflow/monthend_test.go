package workflow_test

import (
	"slices"
	"testing"

	"capdo/workflow"
)

func TestTheRegisterIsKeptOnceAfterEachMonthsEnd(t *testing.T) {
	p := newProvince(t, "2022-03-10")
	p.decided(p.submitted(2, "s2"))
	kept := func() (on []any) {
		t.Helper()
		if err := p.KeepRegisters(ctx); err != nil {
			t.Fatal(err)
		}
		events, err := p.Events(ctx, workflow.EventQuery{Office: "ubnd"})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Act == "print_register" {
				on = append(on, e.With["on"])
				if e.Person != "clock" || len(e.Papers) != 1 {
					t.Errorf("%+v", e)
				}
			}
		}
		return on
	}
	if got := kept(); len(got) != 0 {
		t.Errorf("an empty register of February is kept: %v", got)
	}
	p.now = day("2022-04-01").Start()
	kept()
	if got := kept(); !slices.Equal(got, []any{"2022-03-31"}) {
		t.Errorf("twice on one day: %v", got)
	}
	p.now = day("2022-04-30").Start()
	if got := kept(); len(got) != 1 {
		t.Errorf("before the month has ended: %v", got)
	}
	p.now = day("2022-09-15").Start() // months switched off
	if got := kept(); !slices.Equal(got, []any{"2022-03-31", "2022-08-31"}) {
		t.Errorf("after months switched off: %v", got)
	}
}
