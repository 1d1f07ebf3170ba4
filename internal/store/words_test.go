package store

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"

	"capdo/internal/pgtest"
	"capdo/internal/vn"
	"capdo/migrations"
	"capdo/workflow"
)

// of14 puts systems into a database of version 14, as its program kept them.
func of14(t *testing.T, db, dialect, driver string, goes goose.Dialect, names ...string) {
	t.Helper()
	files, err := migrations.Files(dialect)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open(driver, db)
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goes, raw, files)
	if err == nil {
		_, err = p.UpTo(ctx, 14)
	}
	for i, name := range names {
		sys := &workflow.System{ID: fmt.Sprint("s", i), Name: name, Revision: 1}
		_, fault := raw.Exec("INSERT INTO systems (id, revision, owner, operator, folded, sort, body) VALUES ($1, 1, '', '', $2, $3, $4)", sys.ID, vn.SearchKey(name), vn.SortKey(name), text(sys))
		err = errors.Join(err, fault)
	}
	if err = errors.Join(err, raw.Close()); err != nil {
		t.Fatal(err)
	}
}

// miscounted are the words that are counted otherwise than they stand in the names.
func miscounted(t *testing.T, s *Store) (words []string) {
	t.Helper()
	if err := s.w.Raw("SELECT word FROM words k WHERE n <> (SELECT COUNT(*) FROM system_words w WHERE w.word = k.word)").Scan(&words).Error; err != nil {
		t.Fatal(err)
	}
	return words
}

func TestANameWithoutEndIsKeptListedAndFound(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		for i, name := range []string{strings.Repeat("Hệthống", 1400), "Hệ " + strings.Repeat("x9q", 3000) + " thống", "Hệ thống ngắn"} {
			if err := s.AddSystem(ctx, &workflow.System{ID: fmt.Sprint("s", i), Name: name}); err != nil {
				t.Fatal(err)
			}
		}
		for search, want := range map[string]int{"he": 3, "he thong": 2, strings.Repeat("x9q", 100): 1} {
			list, err := s.Systems(ctx, workflow.SystemQuery{Name: search, Sort: workflow.ByName})
			if err != nil || len(list) != want {
				t.Errorf("%.20s: %d systems, %v", search, len(list), err)
			}
		}
	})
}

func TestAWordOfSeveralOlderNamesIsFoundAfterOneIsChanged(t *testing.T) {
	file, server := filepath.Join(t.TempDir(), "old.db"), pgtest.Database(t, nil)
	of14(t, file, migrations.SQLite, "sqlite3", goose.DialectSQLite3, "Hệ thống một", "Hệ thống hai")
	of14(t, server, migrations.Postgres, "pgx", goose.DialectPostgres, "Hệ thống một", "Hệ thống hai")
	for _, db := range []string{file, server} {
		s, err := Open(ctx, db, Options{Create: true})
		if err != nil {
			t.Fatal(err)
		}
		if wrong := miscounted(t, s); len(wrong) > 0 {
			t.Errorf("%s: after the upgrade %v are miscounted", Shown(db), wrong)
		}
		other := &workflow.System{ID: "s0", Name: "Khác", Revision: 2}
		if err := s.Keep(ctx, &workflow.Change{System: other, SystemWas: 1, Event: workflow.Event{System: "s0"}}); err != nil {
			t.Fatal(err)
		}
		if found, err := s.Systems(ctx, workflow.SystemQuery{Name: "thong"}); err != nil || len(found) != 1 || len(miscounted(t, s)) > 0 {
			t.Errorf("%s: found %d, %v; %v are miscounted", Shown(db), len(found), err, miscounted(t, s))
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
