// Package migrations brings a database to the newest version, in order, once.
// It knows nothing of rows and nouns.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed sqlite postgres
var files embed.FS

// ErrNewer says that the database was made by a newer program.
var ErrNewer = errors.New("the database is newer than this program")

// ErrOld says that the database lacks migrations.
var ErrOld = errors.New("the database is not migrated to this program")

// The dialects there are twins for.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

func provider(db *sql.DB, dialect string) (*goose.Provider, error) {
	dir, err := fs.Sub(files, dialect)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	d := goose.DialectSQLite3
	if dialect == Postgres {
		d = goose.DialectPostgres
	}
	return goose.NewProvider(d, db, dir)
}

// Up applies what is missing; a database of a newer program is ErrNewer.
func Up(ctx context.Context, db *sql.DB, dialect string) error {
	if err := Check(ctx, db, dialect); err != nil && !errors.Is(err, ErrOld) {
		return err
	}
	p, err := provider(db, dialect)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

// Check compares the database with the program: nil, ErrOld or ErrNewer.
func Check(ctx context.Context, db *sql.DB, dialect string) error {
	p, err := provider(db, dialect)
	if err != nil {
		return err
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	sources := p.ListSources()
	switch want := sources[len(sources)-1].Version; {
	case have > want:
		return ErrNewer
	case have < want:
		return ErrOld
	}
	return nil
}

// Files hands out the files of a dialect, for the test that compares the twins.
func Files(dialect string) (fs.FS, error) { return fs.Sub(files, dialect) }
