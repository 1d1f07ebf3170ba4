package workflowtest

import (
	"testing"

	"capdo/workflow"
)

// proofs asks that a paper is found by its code and by its bytes, and that
// printed registers are kept once.
func proofs(t *testing.T, s workflow.Store) {
	seed(t, s)
	code := "GEZD-GNBV-GY3T-QOJQ"
	paper := workflow.Paper{ID: "c.2.form-06", Case: "c", System: "s", Form: "form-06", Issuer: "o", Number: "05/QĐ-SCT", Date: day(t, "2022-03-08"), SHA256: "abc", PDF: []byte{1},
		Facts: workflow.PaperFacts{Level: 3, Proof: &workflow.ProofFacts{Code: code}}}
	c, err := s.Case(ctx, "c")
	ok(t, err)
	c.Revision = 2
	entries := []workflow.RegisterEntry{{ID: "c.1", Owner: "o", System: "s", Case: "c", From: day(t, "2022-03-08")}, {ID: "c.1.9", Owner: "o", System: "s", Case: "c", From: day(t, "2022-03-08")},
		{ID: "c.1.10", Owner: "o", System: "s", Case: "c", From: day(t, "2022-03-09")}, {ID: "x", Owner: "o", System: "other", From: day(t, "2022-01-01")}}
	ok(t, s.Keep(ctx, &workflow.Change{Case: c, CaseWas: 1, Papers: []workflow.Paper{paper}, Added: entries}))
	want, _ := workflow.ProofOf(paper)
	got, err := s.ProofByCode(ctx, workflow.CodeHash(code))
	ok(t, err)
	if got != want || got.Level != 3 || got.Date != day(t, "2022-03-08") {
		t.Errorf("by code %+v", got)
	}
	if got, err := s.ProofByFile(ctx, "abc"); err != nil || got != want {
		t.Errorf("by file %+v, %v", got, err)
	}
	_, err = s.ProofByCode(ctx, code)
	isKind(t, err, workflow.NotFound)
	_, err = s.ProofByFile(ctx, "h") // a paper without a code
	isKind(t, err, workflow.NotFound)
	rows, err := s.Entries(ctx, "s")
	ok(t, err)
	if len(rows) != 3 || rows[0].ID != "c.1" || rows[1].ID != "c.1.9" || rows[2].ID != "c.1.10" {
		t.Errorf("rows %+v", rows)
	}
	editions(t, s)
}

func editions(t *testing.T, s workflow.Store) {
	if id, err := s.Newest(ctx, "o"); err != nil || id != "" {
		t.Errorf("newest of none: %q, %v", id, err)
	}
	edition := func(id, on, code string) workflow.Paper {
		return workflow.Paper{ID: id, Office: "o", Issuer: "o", Form: "register", Date: day(t, on), SHA256: id, PDF: []byte(id), Text: id, Facts: workflow.PaperFacts{Proof: &workflow.ProofFacts{Code: code}}}
	}
	for _, one := range []struct{ id, on, code, newest string }{
		{"e1", "2022-03-08", "AAAA-AAAA-AAAA-AAAA", "e1"}, {"e2", "2022-03-08", "AAAA-AAAA-AAAA-AAAB", "e2"}, {"e3", "2021-12-31", "AAAA-AAAA-AAAA-AAAC", "e2"}} {
		kept, err := s.KeepEdition(ctx, edition(one.id, one.on, one.code))
		ok(t, err)
		if string(kept.PDF) != one.id || kept.Facts.Proof.Code != one.code {
			t.Errorf("kept %+v", kept)
		}
		if id, err := s.Newest(ctx, "o"); err != nil || id != one.newest {
			t.Errorf("newest %q, %v, want %s", id, err, one.newest)
		}
	}
	other := edition("e1", "2022-03-08", "BBBB-BBBB-BBBB-BBBB")
	other.PDF = []byte("other bytes")
	kept, err := s.KeepEdition(ctx, other)
	ok(t, err)
	if string(kept.PDF) != "e1" || kept.Facts.Proof.Code != "AAAA-AAAA-AAAA-AAAA" {
		t.Errorf("an edition was overwritten: %+v", kept)
	}
	_, err = s.ProofByCode(ctx, workflow.CodeHash("BBBB-BBBB-BBBB-BBBB"))
	isKind(t, err, workflow.NotFound)
}
