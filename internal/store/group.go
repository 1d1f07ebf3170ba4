package store

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"gorm.io/gorm"
)

// group commits together, on SQLite, what several want to write at once. A commit
// waits for the disk, and only one transaction writes at a time; so whoever comes
// while another commits waits in a queue, and the next one writes for all of them:
// each in a savepoint of its own, then one commit, and only then is anybody told.
// Whoever writes for the others is one of those who wait; there is no goroutine
// that could be gone.
type group struct {
	mu      sync.Mutex
	waiting []*wish
	lead    chan struct{} // held by the one who writes
	doubt   doubt
}

// wish is what one wants written; done is closed once it is kept or refused.
type wish struct {
	ctx   context.Context
	do    func(tx *gorm.DB) error
	err   error
	fault any // what do panicked with
	done  chan struct{}
}

// mostTogether bounds how long the first of a group waits for its commit.
const mostTogether = 64

// errNested tells that a savepoint failed: the transaction is gone, and with it
// what others wrote in it.
var errNested = errors.New("store: the transaction of a group was lost")

// errRefused takes back a transaction in which nothing was written.
var errRefused = errors.New("store: the first of a group was refused")

func newGroup() *group { return &group{lead: make(chan struct{}, 1)} }

// write waits until do is kept or refused, and writes for others meanwhile.
func (g *group) write(ctx context.Context, db *gorm.DB, do func(tx *gorm.DB) error) error {
	w := &wish{ctx: ctx, do: do, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, w)
	g.mu.Unlock()
	select {
	case <-w.done:
	case g.lead <- struct{}{}:
		for !w.settled() { // together may end before it comes to this one
			g.together(db)
		}
		<-g.lead
	}
	if w.fault != nil {
		panic(w.fault)
	}
	return w.err
}

// settled tells whether the wish is kept or refused.
func (w *wish) settled() bool {
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

// take takes the first of those who wait.
func (g *group) take() *wish {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		return nil
	}
	w := g.waiting[0]
	g.waiting = g.waiting[1:]
	return w
}

// together writes for all who wait, in one transaction. Where that is lost, be it
// by a disk that is full, each is written in one of its own, so that nobody is
// refused for another's sake.
func (g *group) together(db *gorm.DB) {
	var all []*wish
	db = db.WithContext(context.Background()) // one who goes away takes nobody along
	err := g.transact(db, func(tx *gorm.DB) error {
		for w := g.take(); w != nil; w = g.take() {
			all = append(all, w)
			if err := w.within(tx, len(all) == 1); err != nil {
				return err
			}
			if len(all) == mostTogether {
				break
			}
		}
		return nil
	})
	if len(all) == 0 { // it could not even begin: who has waited is told
		for w := g.take(); w != nil; w = g.take() {
			all = append(all, w)
		}
	}
	for _, w := range all {
		switch {
		case errors.Is(err, errNested) && len(all) > 1:
			w.alone(g, db)
		case w.err == nil && w.fault == nil:
			w.err = err
		}
		close(w.done)
	}
}

// within writes in a savepoint. What is refused leaves nothing and is no error of
// the others'; errNested is. The first needs none: refused, it ends a transaction
// that holds nothing else, and whoever waits is written for by the next.
func (w *wish) within(tx *gorm.DB, first bool) error {
	if w.err = w.ctx.Err(); w.err != nil {
		return nil
	}
	if first {
		if w.run(tx); w.err != nil || w.fault != nil {
			return errRefused
		}
		return nil
	}
	if err := tx.Exec("SAVEPOINT wish").Error; err != nil {
		w.err = err
		return fmt.Errorf("%w: %w", errNested, err)
	}
	end := "RELEASE wish"
	if w.run(tx); w.err != nil || w.fault != nil {
		end = "ROLLBACK TO wish"
	}
	if err := tx.Exec(end).Error; err != nil {
		if w.err == nil {
			w.err = err
		}
		return fmt.Errorf("%w: %w", errNested, err)
	}
	return nil
}

// run does what is wanted; a panic is its own and not the leader's.
func (w *wish) run(tx *gorm.DB) {
	defer func() { w.fault = recover() }()
	w.err = sealed(tx.WithContext(context.WithoutCancel(w.ctx)), w.do)
}

// alone writes in a transaction of its own.
func (w *wish) alone(g *group, db *gorm.DB) {
	w.err, w.fault = nil, nil
	err := g.transact(db, func(tx *gorm.DB) error {
		w.run(tx)
		if w.fault != nil {
			return errNested
		}
		return w.err
	})
	if w.fault == nil {
		w.err = err
	}
}
