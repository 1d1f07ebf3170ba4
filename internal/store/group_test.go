package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"capdo/workflow"
)

// crowd lets several write while the leader's place is taken, so that one of them
// writes for all once it is free.
func crowd(t *testing.T, s *Store, each ...func() error) []error {
	t.Helper()
	faults := make([]error, len(each))
	var wg sync.WaitGroup
	s.group.lead <- struct{}{}
	for i, do := range each {
		wg.Go(func() { faults[i] = do() })
	}
	for {
		s.group.mu.Lock()
		n := len(s.group.waiting)
		s.group.mu.Unlock()
		if n == len(each) {
			break
		}
	}
	<-s.group.lead
	wg.Wait()
	return faults
}

func set(s *Store, key string) func() error {
	return func() error { return s.SetSetting(ctx, key, "kept") }
}

func kept1(t *testing.T, s *Store, key string) bool {
	t.Helper()
	v, err := s.Setting(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	return v == "kept"
}

func TestWhoIsRefusedInAGroupTakesNobodyAlong(t *testing.T) {
	s := fresh(t)
	wrong := errors.New("wrong")
	faults := crowd(t, s, set(s, "a"), func() error {
		return s.write(ctx, func(tx *writer) error {
			setSetting(&tx.plan, "refused", "kept")
			return errors.Join(tx.flush(), wrong)
		})
	}, set(s, "b"), func() error {
		return s.AddSystem(ctx, &workflow.System{ID: "s", Name: "S"})
	}, func() error {
		gone, cancel := context.WithCancel(ctx)
		cancel()
		return s.SetSetting(gone, "gone", "kept")
	})
	if faults[0] != nil || !errors.Is(faults[1], wrong) || faults[2] != nil || faults[3] != nil || !errors.Is(faults[4], context.Canceled) {
		t.Errorf("%v", faults)
	}
	for key, want := range map[string]bool{"a": true, "b": true, "refused": false, "gone": false} {
		if kept1(t, s, key) != want {
			t.Errorf("%s is kept: %v", key, !want)
		}
	}
}

func TestWhoWritesForOthersIsWrittenToo(t *testing.T) {
	s := fresh(t)
	refuse := &wish{ctx: ctx, do: func(*writer) error { return errors.New("no") }, done: make(chan struct{})}
	many := []*wish{refuse}
	for range mostTogether + 1 {
		many = append(many, &wish{ctx: ctx, do: func(*writer) error { return nil }, done: make(chan struct{})})
	}
	s.group.waiting = append(s.group.waiting, many...) // before the one who leads: one refused, and more than go together
	if err := set(s, "last")(); err != nil || !kept1(t, s, "last") {
		t.Errorf("the leader's own: %v", err)
	}
	for i, w := range many {
		if !w.settled() || (w.err == nil) != (i > 0) {
			t.Errorf("%d: settled %v, %v", i, w.settled(), w.err)
		}
	}
}

func TestAPanicInAGroupIsItsOwn(t *testing.T) {
	s := fresh(t)
	panics := func() (err error) {
		defer func() { err = fmt.Errorf("panicked: %v", recover()) }()
		return s.write(ctx, func(tx *writer) error {
			setSetting(&tx.plan, "broken", "kept")
			if err := tx.flush(); err != nil {
				return err
			}
			panic("at the disco")
		})
	}
	faults := crowd(t, s, set(s, "a"), panics, set(s, "b"))
	if faults[0] != nil || faults[1] == nil || faults[1].Error() != "panicked: at the disco" || faults[2] != nil {
		t.Errorf("%v", faults)
	}
	if !kept1(t, s, "a") || !kept1(t, s, "b") || kept1(t, s, "broken") {
		t.Error("more or less is kept than was written")
	}
}

func TestWhenTheTransactionOfAGroupIsLostEachIsWrittenAlone(t *testing.T) {
	s := fresh(t)
	loses := func() error {
		return s.write(ctx, func(tx *writer) error {
			setSetting(&tx.plan, "lost", "kept")
			return errors.Join(tx.end("ROLLBACK"), errors.New("the disk is full"))
		})
	}
	faults := crowd(t, s, set(s, "a"), loses, set(s, "b"))
	if faults[0] != nil || faults[1] == nil || faults[2] != nil {
		t.Errorf("%v", faults)
	}
	if !kept1(t, s, "a") || !kept1(t, s, "b") || kept1(t, s, "lost") {
		t.Error("more or less is kept than was written")
	}
}

func TestWhoHasGoneAwayIsNotWrittenAlone(t *testing.T) {
	s := fresh(t)
	gone, cancel := context.WithCancel(ctx)
	// It leaves when its turn has come, and then the whole transaction is lost: it is not taken up again.
	taken := 0
	leaves := func() error {
		return s.write(gone, func(tx *writer) error {
			taken++
			cancel()
			setSetting(&tx.plan, "left", "kept")
			return errors.Join(tx.end("ROLLBACK"), errors.New("the disk is full"))
		})
	}
	faults := crowd(t, s, set(s, "a"), leaves, set(s, "b"))
	if faults[0] != nil || faults[1] == nil || faults[2] != nil || taken != 1 {
		t.Errorf("taken up %d times: %v", taken, faults)
	}
	if !kept1(t, s, "a") || !kept1(t, s, "b") || kept1(t, s, "left") {
		t.Error("more or less is kept than was written")
	}
}

func TestAGroupWhoseCommitFailsIsWrittenEachAlone(t *testing.T) {
	s := fresh(t)
	for _, q := range []string{"CREATE TABLE parents (id TEXT PRIMARY KEY)", "CREATE TABLE children (of TEXT REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)"} {
		if err := s.w.Exec(q).Error; err != nil {
			t.Fatal(err)
		}
	}
	orphan := func() error {
		return s.put(ctx, func(p *plan) { p.do("INSERT INTO children (of) VALUES ('nobody')") }) // told at the commit only
	}
	faults := crowd(t, s, set(s, "a"), orphan, set(s, "b"))
	if faults[0] != nil || faults[1] == nil || faults[2] != nil {
		t.Errorf("%v", faults)
	}
	if !kept1(t, s, "a") || !kept1(t, s, "b") {
		t.Error("who could be kept alone is not kept")
	}
	if err := set(s, "c")(); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestAGroupThatCannotBeginTellsEverybody(t *testing.T) {
	s := bare(t)
	raw, err := s.w.DB()
	if err == nil {
		err = raw.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, err := range crowd(t, s, set(s, "a"), set(s, "b"), set(s, "c")) {
		if err == nil {
			t.Errorf("%d is told that it is kept", i)
		}
	}
}

func TestTheHouseIsReadAgainOnceAnyCopyHasChangedIt(t *testing.T) {
	file, server := filepath.Join(t.TempDir(), "a.db"), address(t)
	if s, err := Open(ctx, file, Options{Create: true}); err != nil || s.Close() != nil {
		t.Fatal(err)
	}
	for _, db := range []string{file, server} {
		s, other := opened(t, db), opened(t, db)
		if err := errors.Join(s.SaveOffice(ctx, workflow.Office{ID: "o", Name: "One"}), s.SavePerson(ctx, workflow.Person{ID: "p", Name: "P"})); err != nil {
			t.Fatal(err)
		}
		before, err := s.House(ctx)
		if err != nil || before.Offices["o"].Name != "One" || len(before.People) != 1 {
			t.Fatalf("%+v, %v", before, err)
		}
		if err := errors.Join(other.SaveOffice(ctx, workflow.Office{ID: "o", Name: "Two"}), other.SavePerson(ctx, workflow.Person{ID: "q", Name: "Q"})); err != nil {
			t.Fatal(err)
		}
		after, err := s.House(ctx)
		if err != nil || after.Offices["o"].Name != "Two" || len(after.People) != 2 {
			t.Errorf("%+v, %v", after, err)
		}
		if before.Offices["o"].Name != "One" || len(before.People) != 1 {
			t.Errorf("what was handed out has changed: %+v", before)
		}
	}
}
