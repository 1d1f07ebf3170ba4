package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"capdo/internal/store"
	"capdo/workflow"
)

// killer is a printer that ends the program at the worst moment: the number is
// reserved, the step is not kept.
type killer struct{ workflow.Printer }

func (killer) Print(context.Context, workflow.PaperFacts) (workflow.Printed, error) {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// provinceAt opens a small province in a file; empty, it is made first.
func provinceAt(t *testing.T, path string) (*workflow.Service, *store.Store) {
	t.Helper()
	a, _ := testApp(t)
	st, err := store.Open(t.Context(), path, store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	svc := a.over(st, a.book, func() time.Time { return time.Date(2022, 3, 1, 2, 0, 0, 0, time.UTC) }, false)
	if _, err := st.Office(t.Context(), "ubnd"); err == nil {
		return svc, st
	}
	ctx := t.Context()
	_, err = svc.AddOffice(ctx, workflow.Office{ID: "ubnd", Name: "Ủy ban nhân dân tỉnh Ninh Thuận"})
	for _, o := range []workflow.Office{{ID: "stttt", Name: "Sở Thông tin và Truyền thông", Under: "ubnd"}, {ID: "sct", Name: "Sở Công Thương", Under: "ubnd"}} {
		_, fault := svc.AddOffice(ctx, o)
		err = errors.Join(err, fault)
	}
	for _, g := range [][3]string{{"an", "sct", "operator_officer"}, {"binh", "sct", "operator_head"}, {"chi", "stttt", "sdu_officer"}, {"dung", "stttt", "sdu_head"}} {
		err = errors.Join(err, svc.AddPerson(ctx, workflow.Person{ID: g[0], Name: "Trần " + g[0], Grants: []workflow.Grant{{Office: g[1], Role: g[2]}}}))
	}
	err = errors.Join(err, svc.AddSystem(ctx, &workflow.System{ID: "s", Name: "Hệ thống quản lý văn bản", Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt",
		Facts: workflow.Facts{"system_types": []string{"noi_bo"}, "info_types": []string{"rieng"}}}))
	for _, w := range []workflow.Want{{Act: "create", System: "s", NewCase: "c", Level: 2, Track: "operating"},
		{Act: "attach", Case: "c", With: workflow.With{"components": []any{1, 2, 3, 4}}}} {
		_, fault := svc.Act(ctx, "an", w)
		err = errors.Join(err, fault)
	}
	if err != nil {
		t.Fatal(err)
	}
	return svc, st
}

var submit = workflow.Want{Act: "submit", Case: "c"}

// TestTheProgramIsKilledWithinAStep is the half that dies; the test below starts
// it.
func TestTheProgramIsKilledWithinAStep(t *testing.T) {
	path := os.Getenv("CAPDO_TEST_KILLED_AT")
	if path == "" {
		t.Skip("started by TestANumberThatACrashLeftIsVoidedAtTheNextStart")
	}
	svc, _ := provinceAt(t, path)
	svc.Printer = killer{svc.Printer}
	_, err := svc.Act(t.Context(), "binh", submit)
	t.Fatal("still alive", err)
}

func TestANumberThatACrashLeftIsVoidedAtTheNextStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "capdo.db")
	cmd := exec.Command(os.Args[0], "-test.run=^TestTheProgramIsKilledWithinAStep$")
	cmd.Env = append(os.Environ(), "CAPDO_TEST_KILLED_AT="+path)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the child was not killed: %v\n%s", err, out)
	}
	svc, st := provinceAt(t, path)
	defer st.Close()
	clerks, err := st.Reserve(t.Context(), workflow.NumberAsk{ID: "own", Issuer: "sct", Year: 2022, Text: "88/SCT", Typed: true})
	if err != nil {
		t.Fatal(err)
	}
	before, err := svc.Numbers(t.Context(), "sct", 2022)
	if err != nil || len(before) != 2 || before[0].State != workflow.Reserved || before[0].Case != "c" {
		t.Fatalf("after the crash: %+v, %v", before, err)
	}
	swept, err := svc.SweepNumbers(t.Context())
	if err != nil || len(swept) != 1 || swept[0].ID != before[0].ID || swept[0].Reason != "left_by_a_crash" {
		t.Fatalf("swept %+v, %v", swept, err)
	}
	c, err := svc.Case(t.Context(), "c")
	if err != nil || c.State != "draft" || c.Revision != 2 {
		t.Errorf("the step is half there: %+v, %v", c, err)
	}
	if papers, err := svc.Papers(t.Context(), "c"); err != nil || len(papers) != 0 {
		t.Errorf("%d papers, %v", len(papers), err)
	}
	if _, err := svc.Act(t.Context(), "binh", submit); err != nil {
		t.Fatal(err)
	}
	after, err := svc.Numbers(t.Context(), "sct", 2022)
	if err != nil || len(after) != 3 || after[0].State != workflow.Void || after[1].State != workflow.Used || after[1].N != 2 {
		t.Errorf("taken again: %+v, %v", after, err)
	}
	if own := after[2]; own.ID != clerks.ID || own.State != workflow.Reserved {
		t.Errorf("the clerk's own reservation: %+v", own)
	}
}
