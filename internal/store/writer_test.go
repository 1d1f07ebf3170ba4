package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"capdo/internal/pgtest"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// told lets something happen after each message to the database, counted from 1.
func told(s *Store, after func(message int)) {
	n, send := 0, s.say.send
	s.say.send = func(ctx context.Context, conn any, orders []*order, row take) error {
		err := send(ctx, conn, orders, row)
		n++
		after(n)
		return err
	}
}

func stepOf(id string, revision int64) *workflow.Change {
	return &workflow.Change{Case: &workflow.Case{ID: id, Revision: revision}, CaseWas: revision - 1, Event: workflow.Event{Act: "step", Case: id, Revision: revision},
		Papers: []workflow.Paper{{ID: fmt.Sprint(id, "-", revision), Case: id, PDF: []byte("%PDF")}}, Key: fmt.Sprint(id, "/", revision), Outcome: []byte("{}")}
}

func TestAStepIsTwoMessages(t *testing.T) {
	s := opened(t, address(t))
	messages := 0
	told(s, func(int) { messages++ })
	for revision := range int64(3) {
		messages = 0
		if err := s.Keep(ctx, stepOf("c", revision+1)); err != nil || messages != 2 {
			t.Errorf("step %d: %d messages, %v", revision+1, messages, err)
		}
	}
}

func TestWhoBeginsAChainThatAnotherHasJustBegunFollows(t *testing.T) {
	db := address(t)
	one, other := opened(t, db), opened(t, db)
	told(one, func(n int) {
		if n == 1 { // it has seen that there is no chain
			if err := other.Note(ctx, workflow.Event{Act: "other", Case: "c"}); err != nil {
				t.Error(err)
			}
		}
	})
	if err := one.Note(ctx, workflow.Event{Act: "one", Case: "c"}); err != nil {
		t.Fatal(err)
	}
	if _, links, err := one.Chained(ctx); err != nil || links != 2 {
		t.Errorf("%d links, %v", links, err)
	}
}

// waiting waits until somebody on the server of a store waits for a row of another.
func waiting(t *testing.T, s *Store) {
	t.Helper()
	limit, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for n := 0; n == 0; {
		err := s.w.WithContext(limit).Raw("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Row().Scan(&n)
		if err != nil {
			t.Fatal("nobody waits: ", err)
		}
	}
}

func TestOfTwoStatementsAtOnceTheLaterDayCounts(t *testing.T) {
	db := address(t)
	one, other := opened(t, db), opened(t, db)
	if err := one.AddSystem(ctx, &workflow.System{ID: "s", Level: 1, Owners: []string{"o"}, Revision: 1}); err != nil {
		t.Fatal(err)
	}
	said := func(s *Store, id, deployment string, day int) error {
		return s.AddStatement(ctx, workflow.Statement{ID: id, Office: "o", System: "s", On: regime.NewDay(2026, 11, day), Deployment: deployment})
	}
	second := make(chan error, 1)
	told(one, func(n int) {
		if n == 1 {
			go func() { second <- said(other, "b", "none", 1) }()
			waiting(t, one)
		}
	})
	if err := errors.Join(said(one, "a", "full", 2), <-second); err != nil {
		t.Fatal(err)
	}
	f, err := one.Figures(ctx, "o", regime.NewDay(2026, 11, 27))
	if err != nil || len(f.Systems) != 1 || f.Systems[0].Deployed != "full" {
		t.Errorf("%+v, %v", f.Systems, err)
	}
}

// cut ends every connection of the program.
func cut(t *testing.T, c *pgtest.Cluster) {
	t.Helper()
	if err := c.Exec("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'capdo'"); err != nil {
		t.Error(err)
	}
}

func TestAStepWhoseConnectionIsLostBeforeItsEndIsBegunAgain(t *testing.T) {
	c := pgtest.Start(t)
	own(t, c)
	s := opened(t, c.DSN("capdo"))
	var wg sync.WaitGroup
	for i := range most { // as many connections as there may be
		wg.Go(func() {
			if err := s.Keep(ctx, stepOf(fmt.Sprint("c", i), 1)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	cut(t, c)
	if err := s.Keep(ctx, stepOf("c", 1)); err != nil {
		t.Fatalf("after a restart: %v", err)
	}
	gone, cancel := context.WithCancel(ctx)
	told(s, func(int) { cancel() })
	if err := s.Keep(gone, stepOf("c", 2)); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
	if got, err := s.Case(ctx, "c"); err != nil || got.Revision != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAConnectionLostAtTheCommitIsNoAnswer(t *testing.T) {
	c := pgtest.Start(t)
	own(t, c)
	s := opened(t, c.DSN("capdo"))
	send, n := s.say.send, 0
	s.say.send = func(ctx context.Context, conn any, orders []*order, row take) error {
		if n++; n == 2 {
			cut(t, c)
		}
		return send(ctx, conn, orders, row)
	}
	err := s.Keep(ctx, stepOf("c", 1))
	if p, ok := workflow.ProblemOf(err); !ok || p.Kind != workflow.Busy || p.Key != "store.unavailable" {
		t.Errorf("%v", err)
	}
	if n != 2 {
		t.Errorf("%d messages: what may have been kept was sent again", n)
	}
}

func TestTheFirstOrderThatFailsIsTheAnswer(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		if err := s.Keep(ctx, stepOf("c", 1)); err != nil {
			t.Fatal(err)
		}
		again := stepOf("c", 2)
		again.CaseWas, again.Papers[0].ID = 7, "c-1" // moved on, and the paper is there already
		p, ok := workflow.ProblemOf(s.Keep(ctx, again))
		if !ok || p.Kind != workflow.Stale {
			t.Errorf("%+v", p)
		}
		again.CaseWas = 1
		if err := s.Keep(ctx, again); err == nil || !duplicate(err) {
			t.Errorf("a paper twice: %v", err)
		}
		again.Papers, again.Key = nil, "c/1"
		if p, ok = workflow.ProblemOf(s.Keep(ctx, again)); !ok || p.Kind != workflow.Stale {
			t.Errorf("a request twice: %+v", p)
		}
		if got, err := s.Case(ctx, "c"); err != nil || got.Revision != 1 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestManyOrdersGoInSeveralMessages(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		n := mostOrders + 10
		if err := s.put(ctx, func(p *plan) {
			for i := range n {
				setSetting(p, fmt.Sprint("k", i), "v")
			}
			setSetting(p, "k0", "last")
		}); err != nil {
			t.Fatal(err)
		}
		var have int
		if err := s.r.Raw("SELECT COUNT(*) FROM settings WHERE key LIKE 'k%'").Row().Scan(&have); err != nil || have != n {
			t.Errorf("%d kept, %v", have, err)
		}
		if v, err := s.Setting(ctx, "k0"); err != nil || v != "last" {
			t.Errorf("written twice: %s, %v", v, err)
		}
	})
}

func TestWhoLeavesBeforeItsTurnIsNotWritten(t *testing.T) {
	s := opened(t, address(t))
	for range atOnce {
		s.turns <- struct{}{}
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if err := s.Keep(gone, stepOf("c", 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	for range atOnce {
		<-s.turns
	}
	if err := s.Keep(ctx, stepOf("c", 1)); err != nil {
		t.Error(err)
	}
}

func TestPlacesAreNumbered(t *testing.T) {
	if got := numbered("UPDATE a SET b = ?, c = ? WHERE d = ?"); got != "UPDATE a SET b = $1, c = $2 WHERE d = $3" {
		t.Error(got)
	}
}
