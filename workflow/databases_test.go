package workflow_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"capdo/internal/pgtest"
	"capdo/internal/store"
	"capdo/workflow"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// history writes down every case with its history and papers, all but what the
// store itself numbers.
func history(t *testing.T, p *province) string {
	t.Helper()
	ctx := context.Background()
	cases, err := p.Store.Cases(ctx, workflow.CaseQuery{Limit: 1000})
	if err != nil || len(cases) < 2 {
		t.Fatal(len(cases), err)
	}
	var all []any
	for _, c := range cases {
		events, err := p.Store.Events(ctx, workflow.EventQuery{Case: c.ID})
		papers, err2 := p.Store.Papers(ctx, workflow.PaperQuery{Case: c.ID})
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		for i := range events {
			events[i].Seq = 0
		}
		all = append(all, c, events)
		for _, paper := range papers {
			all = append(all, paper.ID, paper.Text)
		}
	}
	b, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestAWalkIsTheSameOnEveryStore takes the same random steps over memory, a
// SQLite file and PostgreSQL.
func TestAWalkIsTheSameOnEveryStore(t *testing.T) {
	const seed, on = 3, "2023-03-01"
	p := newProvince(t, on)
	walk(t, seed, p, on)
	want := history(t, p)
	for kind, db := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "capdo.db"), "postgres": ""} {
		t.Run(kind, func(t *testing.T) {
			if db == "" {
				db = pgtest.Database(t, nil)
			}
			s, err := store.Open(context.Background(), db, store.Options{Create: true})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			p := provinceIn(t, s, on)
			walk(t, seed, p, on)
			if got := history(t, p); got != want {
				t.Errorf("another history:\n%.3000s\n%.3000s", got, want)
			}
		})
	}
}
