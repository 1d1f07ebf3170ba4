// Package store keeps and finds the nouns in SQLite, inside one transaction a
// step. Rows are private; it knows nothing of papers' layout or of HTTP.
package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"capdo/migrations"
	"capdo/workflow"
)

// Store is a SQLite store: one writer, several readers that cannot write.
type Store struct {
	w, r *gorm.DB
}

// Options say how a database is opened.
type Options struct {
	Create bool // make it where it is missing, and migrate it
}

// OpenError says why a database cannot be used: missing, read_only (the file or
// its folder), not_a_database, too_new, not_migrated, busy, failing (the disk).
type OpenError struct {
	Path, Reason string
	Err          error
}

// Error writes path and reason.
func (e *OpenError) Error() string { return fmt.Sprintf("store: %s: %s: %v", e.Path, e.Reason, e.Err) }

// Unwrap gives the cause.
func (e *OpenError) Unwrap() error { return e.Err }

// dsn sets what must hold for every connection: WAL, full synchronisation so
// that an approval survives power loss, foreign keys, immediate transactions.
func dsn(path string, readOnly bool) string {
	q := url.Values{"_journal_mode": {"WAL"}, "_busy_timeout": {"5000"}, "_foreign_keys": {"on"}, "_synchronous": {"FULL"}, "_txlock": {"immediate"}}
	if readOnly {
		q = url.Values{"mode": {"ro"}, "_busy_timeout": {"5000"}, "_foreign_keys": {"on"}, "_query_only": {"on"}}
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// Open opens a database file.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	fail := func(reason string, err error) (*Store, error) { return nil, &OpenError{path, reason, err} }
	info, err := os.Stat(path)
	gone := errors.Is(err, fs.ErrNotExist)
	if gone && !o.Create {
		return fail("missing", err)
	}
	if err != nil && !gone {
		return fail("read_only", err)
	}
	if err == nil && info.IsDir() {
		return fail("not_a_database", errors.New("it is a folder"))
	}
	if err == nil {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return fail("read_only", err)
		}
		f.Close()
	}
	s := &Store{}
	if s.w, err = connect(dsn(path, false), 1); err == nil {
		err = s.ready(ctx, o)
	}
	switch {
	case errors.Is(err, migrations.ErrNewer):
		return fail("too_new", errors.Join(err, s.Close()))
	case errors.Is(err, migrations.ErrOld):
		return fail("not_migrated", errors.Join(err, s.Close()))
	case err != nil:
		return fail(reasonOf(err), errors.Join(err, s.Close()))
	}
	if s.r, err = connect(dsn(path, true), 4); err != nil {
		return fail(reasonOf(err), errors.Join(err, s.Close()))
	}
	return s, nil
}

func connect(dsn string, most int) (*gorm.DB, error) {
	db, err := gorm.Open(sqlite.Open(dsn), &gorm.Config{TranslateError: true, SkipDefaultTransaction: true,
		Logger: logger.New(nil, logger.Config{LogLevel: logger.Silent, ParameterizedQueries: true})})
	if err != nil {
		return nil, err
	}
	raw, err := db.DB()
	if err != nil {
		return nil, err
	}
	raw.SetMaxOpenConns(most)
	return db, raw.Ping()
}

func (s *Store) ready(ctx context.Context, o Options) error {
	raw, err := s.w.DB()
	if err != nil {
		return err
	}
	if o.Create {
		return migrations.Up(ctx, raw, migrations.SQLite)
	}
	return migrations.Check(ctx, raw, migrations.SQLite)
}

// Close closes both pools.
func (s *Store) Close() error {
	var faults []error
	for _, db := range []*gorm.DB{s.r, s.w} {
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

// body reads one JSON body by a query.
func body[T any](db *gorm.DB, into *T, query string, args ...any) (bool, error) {
	var text string
	err := db.Raw(query, args...).Row().Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, json.Unmarshal([]byte(text), into)
}

// bodies reads a list of JSON bodies.
func bodies[T any](db *gorm.DB, query string, args ...any) ([]T, error) {
	var texts []string
	if err := db.Raw(query, args...).Scan(&texts).Error; err != nil {
		return nil, err
	}
	out := make([]T, len(texts))
	for i, t := range texts {
		if err := json.Unmarshal([]byte(t), &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("store: a noun has no form: " + err.Error())
	}
	return string(b)
}

// put writes a row of id and body, new or changed.
func put(db *gorm.DB, table, id string, v any) error {
	return db.Exec("INSERT INTO "+table+" (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body", id, text(v)).Error
}

func (s *Store) read(ctx context.Context) *gorm.DB { return s.r.WithContext(ctx) }

// write runs one short transaction, whole or not at all. A full, failing or
// read-only disk is a problem of kind busy.
func (s *Store) write(ctx context.Context, do func(tx *gorm.DB) error) error {
	err := s.w.WithContext(ctx).Transaction(do)
	if _, ok := workflow.ProblemOf(err); err != nil && !ok {
		return faulty(err)
	}
	return err
}
