package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// group commits together, on SQLite, what several want to write at once. A commit
// waits for the disk, and only one transaction writes at a time; so whoever comes
// while another commits waits in a queue, and the next one writes for all of them:
// each in a savepoint of its own, then one commit, and only then is anybody told.
// Whoever writes for the others is one of those who wait; there is no goroutine
// that could be gone.
type group struct {
	store   *Store
	mu      sync.Mutex
	waiting []*wish
	lead    chan struct{} // held by the one who writes
	doubt   doubt
}

// wish is what one wants written; done is closed once it is kept or refused.
type wish struct {
	ctx   context.Context
	do    func(tx *writer) error
	err   error
	fault any // what do panicked with
	done  chan struct{}
}

// mostTogether bounds how long the first of a group waits for its commit.
const mostTogether = 64

// errNested tells that the transaction is gone, and with it what others wrote in
// it: a savepoint failed, or the commit.
var errNested = errors.New("store: the transaction of a group was lost")

// errRefused takes back a transaction in which nothing was written.
var errRefused = errors.New("store: the first of a group was refused")

func newGroup(s *Store) *group { return &group{store: s, lead: make(chan struct{}, 1)} }

// write waits until do is kept or refused, and writes for others meanwhile.
func (g *group) write(ctx context.Context, do func(tx *writer) error) error {
	w := &wish{ctx: ctx, do: do, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, w)
	g.mu.Unlock()
	select {
	case <-w.done:
	case g.lead <- struct{}{}:
		for !w.settled() { // together may end before it comes to this one
			g.together()
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

// together writes for all who wait, in one transaction. Where that is lost, also at
// its commit, each is written in one of its own, so that nobody is refused for
// another's sake: what is too much for a full disk together may go alone. A commit
// that leaves the disk in doubt refuses all.
func (g *group) together() {
	var all []*wish
	safe, err := g.transact(context.Background(), func(tx *writer) error { // one who goes away takes nobody along
		if err := tx.flush(); err != nil {
			return err
		}
		for w := g.take(); w != nil; w = g.take() {
			all = append(all, w)
			if err := w.within(g.store, tx.conn, len(all) == 1); err != nil {
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
	lost := errors.Is(err, errNested) || err != nil && !safe && !doubtful(err)
	for _, w := range all {
		switch {
		case lost && len(all) > 1:
			w.alone(g)
		case w.err == nil && w.fault == nil:
			w.err = err
		}
		close(w.done)
	}
}

// within writes in a savepoint. What is refused leaves nothing and is no error of
// the others'; errNested is. The first needs none: refused, it ends a transaction
// that holds nothing else, and whoever waits is written for by the next.
func (w *wish) within(s *Store, conn *sql.Conn, first bool) error {
	if w.err = w.ctx.Err(); w.err != nil {
		return nil
	}
	begin, end := "SAVEPOINT wish", "RELEASE wish"
	if first {
		begin, end = "", ""
	}
	tx := s.writer(context.WithoutCancel(w.ctx), conn, begin)
	w.run(func() error {
		if err := tx.sealed(w.do); err != nil {
			return err
		}
		return tx.end(end)
	})
	switch {
	case w.err == nil && w.fault == nil:
		return nil
	case first:
		return errRefused
	}
	if err := tx.back("ROLLBACK TO wish"); err != nil {
		return fmt.Errorf("%w: %w", errNested, err)
	}
	return nil
}

// alone writes in a transaction of its own, for one who has not gone away meanwhile.
func (w *wish) alone(g *group) {
	if w.err = w.ctx.Err(); w.err != nil {
		return
	}
	w.run(func() error {
		_, err := g.transact(context.WithoutCancel(w.ctx), w.do)
		return err
	})
}

// run does what is wanted; a panic is its own and not the leader's.
func (w *wish) run(do func() error) {
	defer func() { w.fault = recover() }()
	w.err = do()
}
