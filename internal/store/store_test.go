package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"capdo/workflow"
	"capdo/workflow/workflowtest"
)

var ctx = context.Background()

func fresh(t *testing.T) *Store {
	t.Helper()
	s, err := Open(ctx, filepath.Join(t.TempDir(), "cấp độ #1.db"), Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestSQLiteTakesTheExam(t *testing.T) {
	workflowtest.Exercise(t, func(t *testing.T) workflow.Store { return fresh(t) })
	workflowtest.ExerciseGoals(t, func(t *testing.T) workflow.Store { return fresh(t) })
}

// alone opens a PostgreSQL store whose numbers no other copy can be using.
func alone(t *testing.T) *Store {
	s := opened(t, address(t))
	s.grace = 0
	return s
}

func TestPostgreSQLTakesTheExam(t *testing.T) {
	workflowtest.Exercise(t, func(t *testing.T) workflow.Store { return alone(t) })
	workflowtest.ExerciseGoals(t, func(t *testing.T) workflow.Store { return alone(t) })
}

func TestTheSettingsAreReadBack(t *testing.T) {
	s := fresh(t)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000"} {
		var got string
		if err := s.w.Raw("PRAGMA " + pragma).Row().Scan(&got); err != nil || got != want {
			t.Errorf("%s = %s, %v; want %s", pragma, got, err, want)
		}
	}
	raw, _ := s.w.DB()
	if n := raw.Stats().MaxOpenConnections; n != 1 {
		t.Errorf("%d writers", n)
	}
	if err := s.r.Exec("DELETE FROM settings").Error; err == nil {
		t.Error("a reader writes")
	}
}

func TestEventsAreOnlyEverAdded(t *testing.T) { onBoth(t, eventsAreOnlyEverAdded) }

func eventsAreOnlyEverAdded(t *testing.T, s *Store) {
	if err := s.Note(ctx, workflow.Event{Act: "create", System: "s"}); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"UPDATE events SET act = 'x'", "DELETE FROM events"} {
		if err := s.w.Exec(q).Error; err == nil {
			t.Errorf("%s goes through", q)
		}
	}
}

func TestWhatCannotBeOpenedSaysWhy(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte("đây không phải cơ sở dữ liệu, chỉ là một đoạn chữ khá dài cho đủ một trang đầu"), 0o600); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(dir, "newer.db")
	s, err := Open(ctx, newer, Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.w.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)").Error, s.Close()); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty.db")
	raw, err := sql.Open("sqlite3", empty)
	if err == nil {
		_, err = raw.Exec("CREATE TABLE other (a)")
	}
	if err := errors.Join(err, raw.Close()); err != nil {
		t.Fatal(err)
	}
	for path, reason := range map[string]string{filepath.Join(dir, "none.db"): "missing", dir: "not_a_database", text: "not_a_database", newer: "too_new", empty: "not_migrated"} {
		_, err := Open(ctx, path, Options{})
		var o *OpenError
		if !errors.As(err, &o) || o.Reason != reason {
			t.Errorf("%s: %v, want %s", filepath.Base(path), err, reason)
		}
	}
}
