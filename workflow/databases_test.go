package workflow_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"capdo/internal/pgtest"
	"capdo/internal/store"
	"capdo/workflow"
	"capdo/workflow/memory"
	"capdo/workflow/regime"
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
	return written(t, append(all, figures(t, p)))
}

func written(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// figures writes down all that is counted of the owners there are; the store in
// memory counts anew.
func figures(t *testing.T, p *workflow.Service) []any {
	t.Helper()
	ctx := context.Background()
	levels, err := p.Store.CountByLevel(ctx)
	marked, err2 := p.Store.CountMarked(ctx)
	owners, err3 := p.Store.OwnerIDs(ctx)
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
	all := []any{levels, marked}
	for _, owner := range owners {
		f, err := p.Store.Figures(ctx, owner, p.Today())
		late, err2 := p.Store.LateCases(ctx, owner, p.Today(), 10)
		next, err3 := p.Store.ComingChecks(ctx, owner, p.Today(), 10)
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
		all = append(all, owner, f, late, next)
	}
	return all
}

// walkIn takes random steps, the same ones every time, over a store.
func walkIn(t *testing.T, in workflow.Store) string {
	t.Helper()
	x := &walker{t: t, w: worldIn(t, in, "2023-03-01"), rnd: rand.New(rand.NewPCG(3, 7))}
	for level := 1; level <= 5; level++ {
		x.begin(level)
	}
	var counts []any
	for step := range 80 {
		x.step()
		if step%8 == 0 {
			counts = append(counts, figures(t, x.w.Service))
		}
	}
	return history(t, x.w.Service) + written(t, counts)
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
			if err := s.History(context.Background(), func(src store.Source) error {
				return src.Strays(func(table, key, column string) error {
					t.Errorf("%s %s: %s is not what the row says", table, key, column)
					return nil
				})
			}); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestTodaysDashboardIsThatOfTheRecords compares what is kept counted with what a
// day later the records of the day tell.
func TestTodaysDashboardIsThatOfTheRecords(t *testing.T) {
	plan, err := regime.TargetPlanFor("", day("2023-03-01"))
	if err != nil {
		t.Fatal(err)
	}
	x := &walker{t: t, w: newWorld(t, "2023-03-01"), rnd: rand.New(rand.NewPCG(5, 7))}
	for level := 1; level <= 5; level++ {
		x.begin(level)
	}
	levels := 0
	for step := range 160 {
		if x.step(); step%20 != 19 {
			continue
		}
		now, today := x.w.now, x.w.Today()
		kept, err := x.w.Dashboard(context.Background(), "ubnd", today, plan)
		if err != nil {
			t.Fatal(err)
		}
		x.w.now = now.AddDate(0, 0, 1)
		read, err := x.w.Dashboard(context.Background(), "ubnd", today, plan)
		x.w.now = now
		if err != nil {
			t.Fatal(err)
		}
		for i := range read.Targets {
			read.Targets[i].Levels, read.Targets[i].Rows = nil, nil
		}
		for i := range read.Offices {
			read.Offices[i].Later = kept.Offices[i].Later // those of today
		}
		a, b := []any{kept.Systems, kept.NoLevel, kept.Sets, kept.Years, kept.Offices, kept.Targets}, []any{read.Systems, read.NoLevel, read.Sets, read.Years, read.Offices, read.Targets}
		if a, b := written(t, a), written(t, b); a != b {
			t.Errorf("step %d: kept %s\nread %s", step, a, b)
		}
		levels = max(levels, kept.Systems-kept.NoLevel)
	}
	if levels < 2 {
		t.Errorf("only %d levels were decided", levels)
	}
}
