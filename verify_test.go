package main

import (
	"path/filepath"
	"strings"
	"testing"

	"capdo/internal/store"
	"capdo/workflow"
)

func TestTheAddressThatPapersPointToIsKeptAsASetting(t *testing.T) {
	db := filepath.Join(t.TempDir(), "capdo.db")
	svc, st := provinceAt(t, db)
	for _, bad := range []string{"capdo.example.vn", "ftp://capdo.example.vn", "https://", "https://a b", "https://x.vn/?a=1", "https://x.vn/#a", "https://u:p@x.vn", "https://x.vn/" + strings.Repeat("a", 80)} {
		err := svc.ReachedAt(t.Context(), bad)
		if p, ok := workflow.ProblemOf(err); !ok || p.Kind != workflow.Invalid || p.Fields[0].Value != bad {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for _, good := range []string{"https://capdo.example.vn/cap-do/", ""} { // nothing said leaves what is kept
		if err := svc.ReachedAt(t.Context(), good); err != nil {
			t.Fatal(err)
		}
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	a, _ := testApp(t)
	err := a.inDatabase(t.Context(), db, false, func(svc *workflow.Service, _ *store.Store) error {
		f, out, err := svc.PrintRegister(t.Context(), "ubnd", svc.Today())
		if err == nil && (!strings.HasPrefix(f.Proof.Link, "https://capdo.example.vn/cap-do/verify/") || !strings.Contains(out.Text, "https://capdo.example.vn/cap-do/verify")) {
			t.Errorf("the register points to %s", f.Proof.Link)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
