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

// gate is the advisory lock that one program at a time migrates under.
const gate = 0x636170646f

// byBytes makes every text column of PostgreSQL compare by bytes, as SQLite and
// Go do, whatever the locale of the database.
const byBytes = `DO $$
DECLARE c RECORD;
BEGIN
  FOR c IN SELECT a.table_name AS t, a.column_name AS n FROM information_schema.columns a JOIN information_schema.tables b USING (table_schema, table_name)
    WHERE a.table_schema = current_schema() AND b.table_type = 'BASE TABLE' AND a.data_type = 'text' AND a.collation_name IS DISTINCT FROM 'C'
  LOOP
    EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE TEXT COLLATE "C"', c.t, c.n);
  END LOOP;
END $$`

// Up applies what is missing; a database of a newer program is ErrNewer. Several
// programs may do it at once on PostgreSQL: they take turns.
func Up(ctx context.Context, db *sql.DB, dialect string) error {
	if dialect != Postgres {
		return up(ctx, db, dialect)
	}
	// The lock belongs to a transaction, not to a session, so that it holds
	// behind a pooler too.
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", gate); err != nil {
		return fmt.Errorf("migrations: lock: %w", err)
	}
	if err := up(ctx, db, dialect); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, byBytes); err != nil {
		return fmt.Errorf("migrations: collation: %w", err)
	}
	return tx.Commit()
}

func up(ctx context.Context, db *sql.DB, dialect string) error {
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

// Pending lists the migrations a database lacks, in order; of a newer program's
// it is ErrNewer.
func Pending(ctx context.Context, db *sql.DB, dialect string) ([]string, error) {
	if err := Check(ctx, db, dialect); !errors.Is(err, ErrOld) {
		return nil, err
	}
	p, err := provider(db, dialect)
	if err != nil {
		return nil, err
	}
	all, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	var out []string
	for _, one := range all {
		if one.State == goose.StatePending {
			out = append(out, one.Source.Path)
		}
	}
	return out, nil
}
