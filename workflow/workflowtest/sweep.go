package workflowtest

import (
	"testing"

	"capdo/workflow"
)

func sweep(t *testing.T, s workflow.Store) {
	ch := seed(t, s)
	used, err := s.Reserve(ctx, draw("u", 2022, 2))
	ok(t, err)
	c := *ch.Case
	c.Revision = 2
	ok(t, s.Keep(ctx, &workflow.Change{Case: &c, CaseWas: 1, SystemID: "s", SystemWas: 1, Numbers: []string{used.ID}}))
	left, err := s.Reserve(ctx, draw("l", 2022, 3))
	ok(t, err)
	given, err := s.Reserve(ctx, typed("g", "70/QĐ-SCT", ""))
	ok(t, err)
	taken, err := s.Reserve(ctx, typed("t", "71/QĐ-SCT", ""))
	ok(t, err)
	_, err = s.Reserve(ctx, typed("t2", "71/QĐ-SCT", "c")) // a step took it over and was not kept
	ok(t, err)
	swept, err := s.SweepNumbers(ctx, "left_by_a_crash")
	ok(t, err)
	if len(swept) != 2 || swept[0].ID != left.ID || swept[1].ID != taken.ID || swept[0].State != workflow.Void || swept[0].Reason != "left_by_a_crash" {
		t.Errorf("swept %+v", swept)
	}
	book, err := s.Numbers(ctx, "o", 2022)
	ok(t, err)
	want := map[string]workflow.NumberState{used.ID: workflow.Used, left.ID: workflow.Void, given.ID: workflow.Reserved, taken.ID: workflow.Void}
	for _, n := range book {
		if n.State != want[n.ID] || (n.Reason != "") != (n.State == workflow.Void) {
			t.Errorf("in the book: %+v", n)
		}
	}
	if len(book) != len(want) {
		t.Errorf("%d numbers in the book", len(book))
	}
	next, err := s.Reserve(ctx, draw("n", 2022, 3))
	ok(t, err)
	if next.N != left.N+1 {
		t.Errorf("the step taken again draws %d, after %d", next.N, left.N)
	}
	if swept, err = s.SweepNumbers(ctx, "again"); err != nil || len(swept) != 1 || swept[0].ID != next.ID {
		t.Errorf("the next sweep: %+v, %v", swept, err)
	}
}
