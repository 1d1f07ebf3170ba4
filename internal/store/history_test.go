package store

import (
	"crypto/ed25519"
	"fmt"
	"sync"
	"testing"
	"time"

	"capdo/internal/chain"
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
