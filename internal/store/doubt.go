package store

import (
	"context"
	"errors"
	"sync"

	"github.com/mattn/go-sqlite3"
	"gorm.io/gorm"

	"capdo/workflow"
)

// doubt is raised when a commit met a fault of the disk. The system then no
// longer says which of the bytes handed to it lie on the disk: it may call clean
// what was never written, and let the next sync succeed. What would be kept on
// top of such bytes could be gone with them after a loss of power. So nothing
// more is kept until all is known to be on the disk again (settle).
type doubt struct {
	mu     sync.Mutex
	raised error // the fault; nil: none
}

// look raises the doubt where a commit failed by the disk; a full disk is none:
// it refuses before it loses.
func (d *doubt) look(err error) {
	if !doubtful(err) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.raised = err
}

func doubtful(err error) bool {
	var lite sqlite3.Error
	return errors.As(err, &lite) && lite.Code == sqlite3.ErrIoErr
}

// clear tries to end a doubt: nil where there is none any more, else the fault of
// the disk as it is now.
func (d *doubt) clear(db *gorm.DB) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.raised == nil {
		return nil
	}
	if err := settle(db); err != nil {
		return err
	}
	d.raised = nil
	return nil
}

// settle moves all that was committed from the log of SQLite into its file, waits
// until the disk has the file, and empties the log: each page is written anew, so
// that it is the disk's own word and not one about writes before. What was refused
// is in neither.
func settle(db *gorm.DB) error {
	var busy, pages, moved int
	if err := db.Raw("PRAGMA wal_checkpoint(TRUNCATE)").Row().Scan(&busy, &pages, &moved); err != nil {
		return err
	}
	if busy != 0 {
		return &workflow.Problem{Kind: workflow.Busy, Key: "store.busy"}
	}
	return nil
}

// Settle brings all that was kept to the disk, whatever became of the writes of a
// program before this one; a server does so before it opens. PostgreSQL sees to
// that by itself.
func (s *Store) Settle(ctx context.Context) error {
	if s.group == nil {
		return nil
	}
	return faulty(settle(s.w.WithContext(ctx)))
}

// Fit tells whether the store can keep what it is given; where a fault of the disk
// left a doubt, it tries to end it.
func (s *Store) Fit(ctx context.Context) error {
	if s.group == nil {
		return nil
	}
	return faulty(s.group.doubt.clear(s.w.WithContext(ctx)))
}

// transact is a transaction on a disk that is not in doubt.
func (g *group) transact(ctx context.Context, do func(tx *writer) error) (safe bool, err error) {
	if err := g.doubt.clear(g.store.w.WithContext(ctx)); err != nil {
		return true, err
	}
	safe, err = g.store.transact(ctx, do)
	g.doubt.look(err)
	return safe, err
}
