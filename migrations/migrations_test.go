package migrations

import (
	"bytes"
	"context"
	"database/sql"
	"maps"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3"
)

// postgres starts a real server in a folder of its own, reached by a unix socket
// only, and stops it at the end.
func postgres(t *testing.T) *sql.DB {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("PostgreSQL is not installed (Debian package postgresql)")
		}
		t.Skip("!!! PostgreSQL is not installed (Debian package postgresql): the twins were NOT applied to it")
	}
	bin := filepath.Dir(found[len(found)-1])
	dir, err := os.MkdirTemp("", "capdo-pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	do := func(name string, args ...string) {
		t.Helper()
		cmd := exec.Command(filepath.Join(bin, name), args...)
		if me, err := user.Current(); err == nil && me.Uid == "0" { // the server refuses root
			if out, err := exec.Command("chown", "-R", "postgres", dir).CombinedOutput(); err != nil {
				t.Fatalf("chown: %v %s", err, out)
			}
			cmd = exec.Command("setpriv", append([]string{"--reuid=postgres", "--regid=postgres", "--clear-groups", filepath.Join(bin, name)}, args...)...)
		}
		cmd.Dir = dir
		var out bytes.Buffer
		if name != "pg_ctl" {
			cmd.Stdout, cmd.Stderr = &out, &out
		}
		if err := cmd.Run(); err != nil {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			t.Fatalf("%s: %v\n%s\n%s", name, err, out.String(), log)
		}
	}
	data := filepath.Join(dir, "data")
	do("initdb", "-D", data, "-U", "capdo", "-A", "trust", "-E", "UTF8", "--no-sync")
	do("pg_ctl", "-D", data, "-w", "-l", filepath.Join(dir, "log"), "-o", "-c listen_addresses='' -c unix_socket_directories="+dir+" -c fsync=off", "start")
	t.Cleanup(func() { do("pg_ctl", "-D", data, "-m", "immediate", "stop") })
	db, err := sql.Open("pgx", "host="+dir+" user=capdo dbname=postgres")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func sqlite(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(t.TempDir(), "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// columns lists table.column of a database, without the tables of the tools.
func columns(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	found := map[string]bool{}
	for rows.Next() {
		var table, name string
		if err := rows.Scan(&table, &name); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(table, "goose_") && !strings.HasPrefix(table, "sqlite_") {
			found[table+"."+name] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func TestTheTwinsMakeTheSameTablesOnARealPostgreSQL(t *testing.T) {
	ctx := context.Background()
	pg, lite := postgres(t), sqlite(t)
	for _, c := range []struct {
		db      *sql.DB
		dialect string
	}{{pg, Postgres}, {lite, SQLite}} {
		if err := Up(ctx, c.db, c.dialect); err != nil {
			t.Fatalf("%s: %v", c.dialect, err)
		}
		if err := Up(ctx, c.db, c.dialect); err != nil {
			t.Fatalf("%s, a second time: %v", c.dialect, err)
		}
	}
	for what, q := range map[string][2]string{
		"columns": {"SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'",
			"SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"},
		"indexes": {"SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%pkey'",
			"SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"},
		"triggers": {"SELECT event_object_table, trigger_name FROM information_schema.triggers", "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"},
	} {
		a, b := columns(t, pg, q[0]), columns(t, lite, q[1])
		if !slices.Equal(a, b) || len(a) == 0 {
			t.Errorf("%s differ:\npostgres %v\nsqlite   %v", what, a, b)
		}
	}
	for dialect, db := range map[string]*sql.DB{Postgres: pg, SQLite: lite} {
		if _, err := db.Exec("INSERT INTO events (case_id, system, act, body) VALUES ('c', 's', 'create', '{}')"); err != nil {
			t.Fatal(err)
		}
		for _, q := range []string{"UPDATE events SET act = 'x'", "DELETE FROM events"} {
			if _, err := db.Exec(q); err == nil {
				t.Errorf("%s: %s goes through", dialect, q)
			}
		}
	}
}

func TestTheFilesAreTwins(t *testing.T) {
	names := map[string][]string{}
	for _, d := range []string{SQLite, Postgres} {
		list, err := files.ReadDir(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			names[d] = append(names[d], f.Name())
		}
	}
	if !slices.Equal(names[SQLite], names[Postgres]) {
		t.Errorf("files differ: %v", names)
	}
}
