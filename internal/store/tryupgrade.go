package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"gorm.io/gorm"

	"capdo/migrations"
)

// TryUpgrade tells which migrations a database lacks and applies them to a copy
// beside it, which is thrown away: what fails there would have failed on the
// database. Of PostgreSQL it only tells (tried is false): a copy is its
// administrator's to make.
func TryUpgrade(ctx context.Context, db string) (pending []string, tried bool, err error) {
	if IsDSN(db) {
		g, err := connectPostgres(ctx, db)
		if err != nil {
			return nil, false, &OpenError{Shown(db), reasonOf(err), err}
		}
		pending, err = pendingOf(ctx, g, migrations.Postgres)
		return pending, false, err
	}
	if reason, err := usable(db, false); err != nil {
		return nil, false, &OpenError{db, reason, err}
	}
	dir, err := os.MkdirTemp(filepath.Dir(db), ".capdo-try-*")
	if err != nil {
		return nil, false, err
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, "copy.db")
	from, err := connectSQLite(db, false, 1)
	if err != nil {
		return nil, false, &OpenError{db, reasonOf(err), err}
	}
	if err := errors.Join(from.WithContext(ctx).Exec("VACUUM INTO ?", copied).Error, closeOf(from)); err != nil {
		return nil, false, faulty(err)
	}
	to, err := connectSQLite(copied, false, 1)
	if err != nil {
		return nil, false, err
	}
	if pending, err = pendingOf(ctx, to, migrations.SQLite); err != nil {
		return pending, false, err
	}
	s, err := Open(ctx, copied, Options{Create: true})
	if err != nil {
		return pending, true, err
	}
	var sound string
	if err = s.read(ctx).Raw("PRAGMA integrity_check").Row().Scan(&sound); err == nil && sound != "ok" {
		err = errors.New("the copy is not sound: " + sound)
	}
	return pending, true, errors.Join(faulty(err), s.Close())
}

func pendingOf(ctx context.Context, g *gorm.DB, dialect string) ([]string, error) {
	raw, err := g.DB()
	if err != nil {
		return nil, err
	}
	pending, err := migrations.Pending(ctx, raw, dialect)
	return pending, errors.Join(err, raw.Close())
}

func closeOf(g *gorm.DB) error {
	raw, err := g.DB()
	if err != nil {
		return err
	}
	return raw.Close()
}
