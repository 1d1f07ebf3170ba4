package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"capdo/internal/identity"
	"capdo/internal/identity/identitytest"
	"capdo/internal/pgtest"
	"capdo/workflow"
	"capdo/workflow/workflowtest"
)

const drawers = 64

// TestAProcessDrawsNumbers is one of the processes that the test below starts.
func TestAProcessDrawsNumbers(t *testing.T) {
	db, me := os.Getenv("CAPDO_TEST_DRAW"), os.Getenv("CAPDO_TEST_PROCESS")
	if db == "" {
		t.Skip("started by TestNumbersDrawnByThreeProcessesHaveNoGap")
	}
	s := opened(t, db)
	var wg sync.WaitGroup
	for i := range drawers {
		wg.Go(func() {
			ask := workflow.NumberAsk{ID: fmt.Sprint(me, "-", i), Issuer: "ubnd", Series: "QĐ", Year: 2026, Text: "%s/QĐ-UBND", Case: me, Order: int64(i), Form: "form-06"}
			if _, err := s.Reserve(ctx, ask); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestNumbersDrawnByThreeProcessesHaveNoGap(t *testing.T) {
	db := address(t)
	var wg sync.WaitGroup
	for _, me := range []string{"a", "b", "c"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestAProcessDrawsNumbers$")
		cmd.Env = append(os.Environ(), "CAPDO_TEST_DRAW="+db, "CAPDO_TEST_PROCESS="+me)
		wg.Go(func() {
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	wg.Wait()
	book, err := opened(t, db).Numbers(ctx, "ubnd", 2026)
	if err != nil || len(book) != 3*drawers {
		t.Fatalf("%d numbers, %v", len(book), err)
	}
	texts := map[string]bool{}
	for i, n := range book {
		texts[n.Text] = true
		if n.N != i+1 {
			t.Fatalf("number %d stands at %d", n.N, i+1)
		}
	}
	if len(texts) != len(book) {
		t.Errorf("%d texts of %d numbers", len(texts), len(book))
	}
}

// TestAStricterDefaultOfTheServerRefusesNoStep works on a server whose house wants
// other transactions than ours by default.
func TestAStricterDefaultOfTheServerRefusesNoStep(t *testing.T) {
	db := as(t, address(t), func(_ *url.URL, q url.Values) { q.Set("default_transaction_isolation", "serializable") })
	s := opened(t, db)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if _, err := s.Reserve(ctx, workflow.NumberAsk{ID: fmt.Sprint("n", i), Issuer: "o", Year: 2026, Text: "%s/QĐ"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestWhatAnotherCopyHasJustReservedIsNotSwept(t *testing.T) {
	db := address(t)
	one, other := opened(t, db), opened(t, db)
	n, err := one.Reserve(ctx, workflow.NumberAsk{ID: "n", Issuer: "o", Year: 2026, Text: "%s", Case: "c", Form: "f"})
	if err != nil {
		t.Fatal(err)
	}
	if swept, err := other.SweepNumbers(ctx, "left"); err != nil || len(swept) != 0 {
		t.Errorf("swept %v, %v", swept, err)
	}
	if err := one.w.Exec("UPDATE numbers SET reserved = reserved - ?", int64(Grace/time.Second)).Error; err != nil {
		t.Fatal(err)
	}
	if swept, err := other.SweepNumbers(ctx, "left"); err != nil || len(swept) != 1 || swept[0].ID != n.ID {
		t.Errorf("when it is old: %v, %v", swept, err)
	}
}

func TestTimedWorkIsOneCopysAtATime(t *testing.T) {
	db := address(t)
	one, other := opened(t, db), opened(t, db)
	at, leave, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- one.Alone(ctx, "tick", func() error {
			close(at)
			<-leave
			return nil
		})
	}()
	<-at
	ran := 0
	count := func() error { ran++; return nil }
	if err := other.Alone(ctx, "tick", count); err != nil || ran != 0 {
		t.Errorf("two at once: %d, %v", ran, err)
	}
	if err := other.Alone(ctx, "another", count); err != nil || ran != 1 {
		t.Errorf("other work: %d, %v", ran, err)
	}
	close(leave)
	if err := <-done; err != nil {
		t.Error(err)
	}
	wrong := errors.New("wrong")
	if err := other.Alone(ctx, "tick", func() error { ran++; return wrong }); !errors.Is(err, wrong) || ran != 2 {
		t.Errorf("afterwards: %d, %v", ran, err)
	}
}

func TestASignInNeverOutlivesAPasswordThatIsChangedAtOnce(t *testing.T) {
	db := address(t)
	one, other := opened(t, db), opened(t, db)
	was := identity.Account{Person: "p", Login: "an", Hash: "h0"}
	if err := one.SaveAccount(ctx, identity.Account{}, was); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		now := was
		now.Hash = fmt.Sprint("h", i+1)
		var wg sync.WaitGroup
		for j := range 4 {
			wg.Go(func() {
				at := time.Now()
				err := other.PutSession(ctx, identity.Session{Token: fmt.Sprint(i, "-", j), Login: "an", Person: "p", Opened: at, Seen: at, Expiry: at.Add(time.Hour)}, was.Hash)
				if err != nil && !errors.Is(err, identity.ErrMoved) {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			if err := one.SaveAccount(ctx, was, now); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		if list, err := one.Sessions(ctx); err != nil || len(list) != 0 {
			t.Fatalf("%d sessions on the old password, %v", len(list), err)
		}
		was = now
	}
}

func TestPostgreSQLBehindAPoolerTakesTheExam(t *testing.T) {
	c := pgtest.Start(t)
	if err := c.Exec("postgres", "CREATE DATABASE capdo"); err != nil {
		t.Fatal(err)
	}
	pooled := c.Pooled(t, "capdo")
	first, err := Open(ctx, pooled, Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	fresh := func(t *testing.T) *Store {
		if err := c.Exec("capdo", "DROP SCHEMA public CASCADE", "CREATE SCHEMA public"); err != nil {
			t.Fatal(err)
		}
		s, err := Open(ctx, pooled, Options{Create: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		s.grace = 0
		return s
	}
	workflowtest.Exercise(t, func(t *testing.T) workflow.Store { return fresh(t) })
	identitytest.Exercise(t, func(t *testing.T) identity.Keeper { return fresh(t) })
}

// walker takes steps on a case of its own for as long as it is told to, and
// remembers the last that was acknowledged.
type walker struct {
	id    string
	acked int64
}

// step takes one step; a fault of the moment is met by asking what is kept.
func (w *walker) step(s *Store) error {
	err := s.Keep(ctx, &workflow.Change{Case: &workflow.Case{ID: w.id, Revision: w.acked + 1}, CaseWas: w.acked, Event: workflow.Event{Act: "step", Case: w.id, Revision: w.acked + 1}})
	if err == nil {
		w.acked++
	}
	return err
}

// load takes steps by many walkers until it is stopped; every answer but yes must
// be of kind busy, or stale after an answer that was lost.
func load(t *testing.T, s *Store, walkers []*walker, stop <-chan struct{}, steps *atomic.Int64) *sync.WaitGroup {
	var wg sync.WaitGroup
	for _, w := range walkers {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				err := w.step(s)
				if err == nil {
					steps.Add(1)
					continue
				}
				if p, ok := workflow.ProblemOf(err); !ok || p.Kind != workflow.Busy && p.Kind != workflow.Stale {
					t.Errorf("%s: %v", w.id, err)
					return
				}
				if c, err := s.Case(ctx, w.id); err == nil {
					if c.Revision < w.acked {
						t.Errorf("%s: step %d was acknowledged, %d is kept", w.id, w.acked, c.Revision)
						return
					}
					w.acked = c.Revision
				}
			}
		})
	}
	return &wg
}

// until waits for so many more steps.
func until(t *testing.T, steps *atomic.Int64, more int64) {
	t.Helper()
	limit, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for want := steps.Load() + more; steps.Load() < want; {
		select {
		case <-limit.Done():
			t.Fatal("no steps are taken any more")
		case <-time.After(time.Millisecond): // until it is looked at again
		}
	}
}

// whole checks that history and cases agree, step by step.
func whole(t *testing.T, s *Store, walkers []*walker) {
	t.Helper()
	for _, w := range walkers {
		c, err := s.Case(ctx, w.id)
		if err != nil || c.Revision < w.acked {
			t.Fatalf("%s: %+v, %v; %d acknowledged", w.id, c, err, w.acked)
		}
		events, err := s.Events(ctx, workflow.EventQuery{Case: w.id})
		if err != nil || int64(len(events)) != c.Revision {
			t.Errorf("%s: %d events of %d steps, %v", w.id, len(events), c.Revision, err)
		}
		for i, e := range events {
			if e.Revision != int64(i+1) {
				t.Fatalf("%s: event %d is of step %d", w.id, i+1, e.Revision)
			}
		}
	}
}

func walkersOf(n int) []*walker {
	var list []*walker
	for i := range n {
		list = append(list, &walker{id: fmt.Sprint("w", i)})
	}
	return list
}

func own(t *testing.T, c *pgtest.Cluster) {
	t.Helper()
	if err := c.Exec("postgres", "CREATE DATABASE capdo"); err != nil {
		t.Fatal(err)
	}
	s, err := Open(ctx, c.DSN("capdo"), Options{Create: true})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestNoAcknowledgedStepIsLostWhenTheServerCrashes(t *testing.T) {
	c := pgtest.Start(t, "fsync=on", "full_page_writes=on")
	own(t, c)
	s := opened(t, c.DSN("capdo"))
	walkers, stop, steps := walkersOf(8), make(chan struct{}), atomic.Int64{}
	wg := load(t, s, walkers, stop, &steps)
	for _, mode := range []string{"immediate", "fast"} {
		until(t, &steps, 100)
		if err := errors.Join(c.Down(mode), c.Up()); err != nil {
			t.Error(err)
		}
	}
	until(t, &steps, 100)
	if err := c.Exec("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'capdo'"); err != nil {
		t.Error(err)
	}
	until(t, &steps, 100)
	close(stop)
	wg.Wait()
	whole(t, s, walkers)
}

func TestAStandbyPromotedUnderLoadHasEveryAcknowledgedStep(t *testing.T) {
	primary := pgtest.Start(t, "fsync=on", "full_page_writes=on")
	own(t, primary)
	standby := primary.Standby(t)
	both := strings.Replace(primary.DSN("capdo"), "host="+primary.Dir, "target_session_attrs=read-write&host="+primary.Dir+","+standby.Dir, 1)
	s := opened(t, both)
	walkers, stop, steps := walkersOf(8), make(chan struct{}), atomic.Int64{}
	wg := load(t, s, walkers, stop, &steps)
	until(t, &steps, 200)
	lost := time.Now()
	if err := primary.Down("immediate"); err != nil {
		t.Error(err)
	}
	if err := standby.Promote(); err != nil {
		t.Error(err)
	}
	until(t, &steps, 1)
	t.Logf("first step %v after the primary was lost", time.Since(lost).Round(time.Millisecond))
	until(t, &steps, 200)
	close(stop)
	wg.Wait()
	whole(t, s, walkers)
}
