//go:build e2e

package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3"

	"capdo/internal/pgtest"
)

// onPostgres tells that the journeys are walked over a real PostgreSQL.
var onPostgres = os.Getenv("CAPDO_DATABASE") == "postgres"

// emptyDatabase is one of a new house, made by the program.
func emptyDatabase(t *testing.T, dir string) string {
	t.Helper()
	db := filepath.Join(dir, "capdo.db")
	if onPostgres {
		db = pgtest.Database(t, nil)
	}
	if out, err := exec.Command(program(t), "migrate", "--db", db).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return db
}

// demoDatabase is a copy of the demo province.
func demoDatabase(t *testing.T, dir string) string {
	t.Helper()
	from, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	if onPostgres {
		return pgtest.Database(t, func(dsn string) error {
			if out, err := exec.Command(program(t), "move", "--db", from, "--to", dsn).CombinedOutput(); err != nil {
				return fmt.Errorf("%w\n%s", err, out)
			}
			return nil
		})
	}
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	db := filepath.Join(dir, "capdo.db")
	if err := os.WriteFile(db, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return db
}

// inDatabase works on the database behind the program.
func (p *province) inDatabase(do func(ctx context.Context, db *sql.DB) error) {
	p.t.Helper()
	driver, at := "sqlite3", p.DB+"?_busy_timeout=5000"
	if onPostgres {
		driver, at = "pgx", p.DB
	}
	db, err := sql.Open(driver, at)
	if err == nil {
		err = do(context.Background(), db)
	}
	if err != nil || db.Close() != nil {
		p.t.Fatal(err)
	}
}

// exec changes the database behind the program.
func (p *province) exec(query string) {
	p.t.Helper()
	p.inDatabase(func(ctx context.Context, db *sql.DB) error {
		_, err := db.ExecContext(ctx, query)
		return err
	})
}

// count puts a question to the database that a number answers.
func (p *province) count(query string, args ...any) (n int) {
	p.t.Helper()
	if onPostgres {
		for i := range args {
			query = strings.Replace(query, "?", fmt.Sprintf("$%d", i+1), 1)
		}
	}
	p.inDatabase(func(ctx context.Context, db *sql.DB) error { return db.QueryRowContext(ctx, query, args...).Scan(&n) })
	return n
}

// onDay moves the supposed day of the demo province and serves it again.
func (p *province) onDay(day string) {
	p.t.Helper()
	p.stop()
	p.exec("UPDATE settings SET value = '" + day + "' WHERE key = 'demo.day'")
	p.Base = ""
	p.Start()
}
