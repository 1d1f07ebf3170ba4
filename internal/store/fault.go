package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"

	"capdo/migrations"
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

// faultsOf are the same of PostgreSQL, by the code of the error or its class.
var faultsOf = map[string]string{
	"40":    "store.busy", // transactions crossed
	"55P03": "store.busy", // a lock was not to be had
	"53":    "store.busy", // too many connections, too little memory
	"53100": "store.full",
	"25006": "store.read_only", // a standby
	"58":    "store.failing",
	"XX":    "store.failing",
	"08":    "store.unavailable",
	"57P":   "store.unavailable", // stopping or starting
}

// keyOf gives the key of a fault of the disk, the connection or the moment;
// empty for any other error.
func keyOf(err error) string {
	var lite sqlite3.Error
	if errors.As(err, &lite) {
		return faults[lite.Code]
	}
	if code := codeOf(err); code != "" {
		for _, n := range []int{5, 3, 2} {
			if key, ok := faultsOf[code[:n]]; ok {
				return key
			}
		}
		return ""
	}
	if lost(err) {
		return "store.unavailable"
	}
	return ""
}

// codeOf gives the code of an error that PostgreSQL answered.
func codeOf(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && len(pg.Code) == 5 {
		return pg.Code
	}
	return ""
}

// lost tells whether a connection broke or could not be made. Whether what was
// sent last was done is not known then.
func lost(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return !errors.Is(err, context.Canceled) && (errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF))
}

// errFollowed tells that another transaction began the same chain.
var errFollowed = errors.New("store: another link came first")

// unreachable tells whether it is the server that cannot be used just now.
func unreachable(err error) bool { return keyOf(err) == "store.unavailable" }

// crossed tells whether two transactions were in each other's way, and this one
// was taken back.
func crossed(err error) bool {
	code := codeOf(err)
	return code == "40001" || code == "40P01" || errors.Is(err, errFollowed)
}

// duplicate tells whether a key is taken.
func duplicate(err error) bool {
	var lite sqlite3.Error
	if errors.As(err, &lite) {
		return lite.ExtendedCode == sqlite3.ErrConstraintPrimaryKey || lite.ExtendedCode == sqlite3.ErrConstraintUnique
	}
	return codeOf(err) == "23505"
}

// noText tells whether PostgreSQL was asked for a text that is none (bytes that
// are no UTF-8, a NUL): nothing is kept under it.
func noText(err error) bool {
	code := codeOf(err)
	return code == "22021" || code == "22P05"
}

// unlessNoText is faulty for a list: of a text that is none there is nothing.
func unlessNoText(err error) error {
	if noText(err) {
		return nil
	}
	return faulty(err)
}

// faulty turns a fault of the disk, the connection or the moment into a problem
// that still carries the fault, for the log; other errors are internal.
func faulty(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := workflow.ProblemOf(err); ok {
		return err
	}
	if key := keyOf(err); key != "" {
		return fmt.Errorf("store: %w: %w", &workflow.Problem{Kind: workflow.Busy, Key: key}, err)
	}
	return fmt.Errorf("store: %w", err)
}

// reasonOf tells why a database could not be opened.
func reasonOf(err error) string {
	var lite sqlite3.Error
	var address *pgconn.ParseConfigError
	switch {
	case errors.Is(err, migrations.ErrNewer):
		return "too_new"
	case errors.Is(err, migrations.ErrOld):
		return "not_migrated"
	case errors.As(err, &lite):
		return reasonOfFile(lite.Code)
	case errors.As(err, &address):
		return "address"
	}
	switch code := codeOf(err); {
	case code == "3D000":
		return "missing"
	case code == "42501", code != "" && code[:2] == "28":
		return "denied"
	}
	switch keyOf(err) {
	case "store.busy":
		return "busy"
	case "store.full", "store.failing":
		return "failing"
	case "store.read_only":
		return "read_only"
	case "store.unavailable":
		return "unreachable"
	}
	return "not_a_database"
}

func reasonOfFile(code sqlite3.ErrNo) string {
	switch code {
	case sqlite3.ErrReadonly, sqlite3.ErrPerm, sqlite3.ErrCantOpen:
		return "read_only"
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return "busy"
	case sqlite3.ErrIoErr, sqlite3.ErrFull:
		return "failing"
	}
	return "not_a_database"
}
