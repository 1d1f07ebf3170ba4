package store

import (
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"

	"capdo/workflow"
)

// faults are what SQLite answers when it is the disk or the moment that is
// wrong, not the step: each is a problem of kind busy under its key. A
// transaction that meets one is rolled back whole.
var faults = map[sqlite3.ErrNo]string{
	sqlite3.ErrBusy:     "store.busy",
	sqlite3.ErrLocked:   "store.busy",
	sqlite3.ErrFull:     "store.full",
	sqlite3.ErrReadonly: "store.read_only",
	sqlite3.ErrPerm:     "store.read_only",
	sqlite3.ErrIoErr:    "store.failing",
	sqlite3.ErrCantOpen: "store.failing",
}

// faulty turns a fault of the disk or the moment into a problem that still
// carries the fault, for the log; other errors are internal.
func faulty(err error) error {
	var e sqlite3.Error
	if errors.As(err, &e) {
		if key, ok := faults[e.Code]; ok {
			return fmt.Errorf("store: %w: %w", &workflow.Problem{Kind: workflow.Busy, Key: key}, err)
		}
	}
	return fmt.Errorf("store: %w", err)
}

// reasonOf tells why a file that is there could not be opened as a database.
func reasonOf(err error) string {
	var e sqlite3.Error
	if errors.As(err, &e) {
		switch e.Code {
		case sqlite3.ErrReadonly, sqlite3.ErrPerm, sqlite3.ErrCantOpen:
			return "read_only"
		case sqlite3.ErrBusy, sqlite3.ErrLocked:
			return "busy"
		case sqlite3.ErrIoErr, sqlite3.ErrFull:
			return "failing"
		}
	}
	return "not_a_database"
}
