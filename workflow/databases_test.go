package workflow_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"capdo/internal/pgtest"
	"capdo/internal/store"
	"capdo/workflow"
	"capdo/workflow/memory"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// history writes down every case with its history and papers, all but what the
// store itself numbers.
func history(t *testing.T, p *workflow.Service) string {
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

// walkIn takes random steps, the same ones every time, over a store.
func walkIn(t *testing.T, in workflow.Store) string {
	t.Helper()
	x := &walker{t: t, w: worldIn(t, in, "2023-03-01"), rnd: rand.New(rand.NewPCG(3, 7))}
	for level := 1; level <= 5; level++ {
		x.begin(level)
	}
	for range 80 {
		x.step()
	}
	return history(t, x.w.Service)
}

// TestAWalkIsTheSameOnEveryStore takes the same random steps over memory, a
// SQLite file and PostgreSQL.
func TestAWalkIsTheSameOnEveryStore(t *testing.T) {
	want := walkIn(t, memory.New())
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
			if got := walkIn(t, s); got != want {
				t.Errorf("another history:\n%.3000s\n%.3000s", got, want)
			}
		})
	}
}
