package migrations

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3"

	"capdo/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func postgres(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", pgtest.Database(t, nil))
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
		"columns": {"SELECT table_name, column_name || ' ' || CASE data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'bytea' THEN 'BLOB' ELSE upper(data_type) END || CASE is_nullable WHEN 'YES' THEN ' null' ELSE '' END FROM information_schema.columns WHERE table_schema = 'public'",
			"SELECT m.name, c.name || ' ' || c.type || CASE WHEN c.\"notnull\" + c.pk = 0 THEN ' null' ELSE '' END FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"},
		"keys": {"SELECT t.relname, string_agg(a.attname, ',' ORDER BY array_position(k.conkey, a.attnum)) FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (k.conkey) WHERE k.contype = 'p' AND t.relnamespace = 'public'::regnamespace GROUP BY t.relname",
			"SELECT m.name, (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_table_info(m.name) WHERE pk > 0 ORDER BY pk)) FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"},
		"indexes": {"SELECT t.relname, i.relname || CASE WHEN x.indisunique THEN ' unique ' ELSE ' ' END || string_agg(a.attname, ',' ORDER BY array_position(x.indkey::int2[], a.attnum)) || CASE WHEN x.indpred IS NULL THEN '' ELSE ' some' END FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (x.indkey) WHERE t.relnamespace = 'public'::regnamespace AND NOT x.indisprimary GROUP BY t.relname, i.relname, x.indisunique, x.indpred IS NULL",
			"SELECT m.tbl_name, m.name || CASE WHEN l.\"unique\" THEN ' unique ' ELSE ' ' END || (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(m.name) ORDER BY seqno)) || CASE WHEN l.partial THEN ' some' ELSE '' END FROM sqlite_master m JOIN pragma_index_list(m.tbl_name) l ON l.name = m.name WHERE m.type = 'index' AND m.sql IS NOT NULL"},
		"references": {"SELECT t.relname, a.attname || ' ' || r.relname FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (k.conkey) WHERE k.contype = 'f'",
			"SELECT m.name, f.\"from\" || ' ' || f.\"table\" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"},
		"triggers": {"SELECT event_object_table, trigger_name FROM information_schema.triggers", "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"},
	} {
		a, b := columns(t, pg, q[0]), columns(t, lite, q[1])
		if !slices.Equal(a, b) || len(a) == 0 {
			t.Errorf("%s differ:\npostgres %v\nsqlite   %v", what, a, b)
		}
	}
	var odd int
	if err := pg.QueryRow("SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'").Scan(&odd); err != nil || odd > 0 {
		t.Errorf("%d columns do not compare by bytes, %v", odd, err)
	}
	for _, table := range []string{"events", "contents", "attachments CASCADE"} {
		if _, err := pg.Exec("TRUNCATE " + table); err == nil {
			t.Errorf("%s can be emptied", table)
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

func TestProgramsThatMigrateAtOnceTakeTurns(t *testing.T) {
	dsn := pgtest.Database(t, nil)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			db, err := sql.Open("pgx", dsn)
			if err == nil {
				err = errors.Join(Up(context.Background(), db, Postgres), Check(context.Background(), db, Postgres), db.Close())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
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
