// Package store keeps and finds the nouns in SQLite or PostgreSQL, inside one
// transaction a step. Rows are private; it knows nothing of papers' layout or of HTTP.
package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"gorm.io/gorm"

	"capdo/migrations"
	"capdo/workflow"
)

// Store is a store on SQLite (one writer, several readers that cannot write) or
// on PostgreSQL (one pool, shared with other copies of the program).
type Store struct {
	w, r  *gorm.DB
	say   dialect
	known known         // offices and people as last read
	group *group        // who writes to a file; nil on PostgreSQL
	turns chan struct{} // each held by one who writes to PostgreSQL
	grace time.Duration // how long a number that was reserved may still be used by a step of another copy
}

// Grace is how long a reserved number is left to the copy of the program that
// reserved it, where there may be several; no request takes as long.
const Grace = 10 * time.Minute

// Options say how a database is opened.
type Options struct {
	Create bool // make it where it is missing, and migrate it
}

// OpenError says why a database cannot be used: missing, read_only (the file or
// its folder; a standby), not_a_database, too_new, not_migrated, busy, failing
// (the disk); of PostgreSQL also unreachable, denied (who we say we are) and
// address (that cannot be read). Path is without secrets.
type OpenError struct {
	Path, Reason string
	Err          error
}

// Error writes path and reason.
func (e *OpenError) Error() string { return fmt.Sprintf("store: %s: %s: %v", e.Path, e.Reason, e.Err) }

// Unwrap gives the cause.
func (e *OpenError) Unwrap() error { return e.Err }

// Open opens a database: a file, or PostgreSQL where the name is an address
// (postgres://…).
func Open(ctx context.Context, db string, o Options) (*Store, error) {
	s, name := &Store{grace: Grace, turns: make(chan struct{}, atOnce)}, migrations.Postgres
	var err error
	if IsDSN(db) {
		s.w, err = connectPostgres(ctx, db)
		s.r = s.w
	} else {
		s.grace, s.group, name = 0, newGroup(s), migrations.SQLite
		if reason, fault := usable(db, o.Create); fault != nil {
			return nil, &OpenError{db, reason, fault}
		}
		s.w, err = connectSQLite(db, false, 1)
	}
	if s.say = dialects[name]; err == nil {
		err = s.ready(ctx, name, o)
	}
	if err == nil && s.r == nil {
		s.r, err = connectSQLite(db, true, 4)
	}
	if err != nil {
		return nil, &OpenError{Shown(db), reasonOf(err), errors.Join(err, s.Close())}
	}
	return s, nil
}

// usable asks of a file what its mode and its place say.
func usable(path string, create bool) (reason string, err error) {
	info, err := os.Stat(path)
	gone := errors.Is(err, fs.ErrNotExist)
	switch {
	case gone && !create:
		return "missing", err
	case gone:
		return "", nil
	case err != nil:
		return "read_only", err
	case info.IsDir():
		return "not_a_database", errors.New("it is a folder")
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return "read_only", err
	}
	return "", f.Close()
}

func (s *Store) ready(ctx context.Context, name string, o Options) error {
	raw, err := s.w.DB()
	if err != nil {
		return err
	}
	bring := migrations.Check
	if o.Create {
		bring = migrations.Up
	}
	if err := bring(ctx, raw, name); err != nil {
		return err
	}
	if o.Create {
		err = s.sealOld(ctx)
	} else if bare, fault := neverSealed(s.w.WithContext(ctx)); fault != nil || bare {
		err = errors.Join(fault, migrations.ErrOld) // the upgrade was interrupted before it sealed
	}
	if err != nil {
		return err
	}
	return s.fillKeys(ctx)
}

// Close closes both pools.
func (s *Store) Close() error {
	var faults []error
	pools := []*gorm.DB{s.r}
	if s.w != s.r {
		pools = append(pools, s.w)
	}
	for _, db := range pools {
		if db == nil {
			continue
		}
		raw, err := db.DB()
		if err == nil {
			err = raw.Close()
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

func missing(what, id string) error {
	return &workflow.Problem{Kind: workflow.NotFound, Key: "not_found." + what, Args: map[string]string{"id": id}}
}

func stale() error { return &workflow.Problem{Kind: workflow.Stale, Key: "case.moved_on"} }

// ask runs a query. Where no argument is a list or has a name it goes to the
// database as it is: gorm takes longer over a short one than the database.
func ask(db *gorm.DB, query string, args ...any) (*sql.Rows, error) {
	for _, a := range args {
		switch a.(type) {
		case []string, sql.NamedArg:
			return db.Raw(query, args...).Rows()
		}
	}
	if db.Name() == migrations.Postgres {
		query = numbered(query)
	}
	return db.Statement.ConnPool.QueryContext(db.Statement.Context, query, args...)
}

// each reads rows into the same places, one at a time.
func each(db *gorm.DB, into []any, take func() error, query string, args ...any) error {
	rows, err := ask(db, query, args...)
	if err != nil {
		return unlessNoText(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := take(); err != nil {
			return err
		}
	}
	return unlessNoText(rows.Err())
}

// body reads one JSON body by a query.
func body[T any](db *gorm.DB, into *T, query string, args ...any) (found bool, err error) {
	var text sql.RawBytes
	err = each(db, []any{&text}, func() error { found = true; return json.Unmarshal(text, into) }, query, args...)
	return found, err
}

// bodies reads a list of JSON bodies.
func bodies[T any](db *gorm.DB, query string, args ...any) (out []T, err error) {
	out = []T{}
	var text sql.RawBytes
	err = each(db, []any{&text}, func() error {
		var one T
		err := json.Unmarshal(text, &one)
		out = append(out, one)
		return err
	}, query, args...)
	return out, err
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("store: a noun has no form: " + err.Error())
	}
	return string(b)
}

func (s *Store) read(ctx context.Context) *gorm.DB { return s.r.WithContext(ctx) }

// How often a transaction that met another on PostgreSQL is begun again.
const again = 5

// put writes what a plan says in one short transaction, whole or not at all.
func (s *Store) put(ctx context.Context, what func(p *plan)) error {
	p := &plan{say: s.say}
	what(p)
	return s.write(ctx, func(tx *writer) error {
		tx.add(p)
		return nil
	})
}

// write is put for what must read in between; do may run more than once. A full,
// failing or read-only disk and a database that does not answer are problems of
// kind busy.
func (s *Store) write(ctx context.Context, do func(tx *writer) error) error {
	return faulty(s.keep(ctx, do))
}

// keep is write before its faults are named: with others on SQLite, which knows
// one writer at a time; on PostgreSQL in a transaction of its own, which is begun
// again where it met another, or a connection that broke before its end: after a
// restart of the server, as many as there were.
func (s *Store) keep(ctx context.Context, do func(tx *writer) error) (err error) {
	if s.group != nil {
		return s.group.write(ctx, do)
	}
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for i := range most {
		var safe bool
		safe, err = s.transact(ctx, do)
		if met := crossed(err) && i < again; !met && !(safe && unreachable(err) && ctx.Err() == nil) {
			break
		}
	}
	return err
}

// Shared tells whether other copies of the program may use the database at the
// same time.
func (s *Store) Shared() bool { return s.r == s.w }

// Alone does what one copy of the program at a time shall do; where another is
// at it already, nothing, and that is no error.
func (s *Store) Alone(ctx context.Context, what string, do func() error) error {
	if !s.Shared() {
		return do() // a file is one program's alone
	}
	return s.w.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		free := false
		if err := tx.Raw(speak(tx).try, "capdo/"+what).Row().Scan(&free); err != nil || !free {
			return faulty(err)
		}
		return do()
	})
}
