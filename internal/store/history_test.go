package store

import (
	"crypto/ed25519"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/mattn/go-sqlite3"

	"capdo/internal/chain"
	"capdo/workflow"
)

func TestCopiesOfTheProgramSealOneHistory(t *testing.T) {
	db := address(t)
	copies := []*Store{opened(t, db), opened(t, db), opened(t, db)}
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	var wait sync.WaitGroup
	faults := make(chan error, 200)
	for i, s := range copies {
		wait.Go(func() {
			for n := range 20 {
				faults <- s.SetSetting(ctx, fmt.Sprint("key", i, n%3), fmt.Sprint(n))
			}
		})
		wait.Go(func() {
			seal := &chain.Sealer{}
			for range 10 {
				_, err := s.Checkpoint(ctx, seal, time.Unix(0, 0), key)
				faults <- err
			}
		})
	}
	wait.Wait()
	close(faults)
	for err := range faults {
		if err != nil {
			t.Error(err)
		}
	}
	seal := &chain.Sealer{}
	_, err := copies[0].Checkpoint(ctx, seal, time.Unix(0, 0), key)
	if err != nil {
		t.Fatal(err)
	}
	if err := copies[1].History(ctx, func(src Source) error {
		rep, err := chain.Verify(src, chain.Options{Keys: []ed25519.PublicKey{key.Public().(ed25519.PublicKey)}})
		if err == nil && (!rep.OK() || rep.Links != 60 || rep.Uncovered != 0 || rep.Checkpoints == 0) {
			err = fmt.Errorf("%+v", rep)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

func TestNothingIsSealedOnADiskInDoubt(t *testing.T) {
	s, seal, key := bare(t), &chain.Sealer{}, ed25519.NewKeyFromSeed(make([]byte, 32))
	if err := s.SetSetting(ctx, "a", "b"); err != nil {
		t.Fatal(err)
	}
	s.group.doubt.look(sqlite3.Error{Code: sqlite3.ErrIoErr})
	pragma(t, s, "busy_timeout = 1")
	reading := s.r.Begin() // as long as it reads, not all can be written anew
	if err := reading.Exec("SELECT 1 FROM settings").Error; err != nil {
		t.Fatal(err)
	}
	made, err := s.Checkpoint(ctx, seal, time.Unix(0, 0), key)
	if p, ok := workflow.ProblemOf(err); made || !ok || p.Kind != workflow.Busy {
		t.Errorf("made %v, %v", made, err)
	}
	if c, err := s.LastCheckpoint(ctx); err != nil || c.Number != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	if err := reading.Rollback().Error; err != nil {
		t.Fatal(err)
	}
	if made, err := s.Checkpoint(ctx, seal, time.Unix(0, 0), key); err != nil || !made {
		t.Errorf("once the disk works: made %v, %v", made, err)
	}
}
