package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"capdo/internal/chain"
	"capdo/internal/pgtest"
	"capdo/workflow"
	"capdo/workflow/workflowtest"
)

var ctx = context.Background()

// bare is a store that nobody asks in the end whether it is as it was sealed.
func bare(t *testing.T) *Store {
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

func fresh(t *testing.T) *Store {
	t.Helper()
	s := bare(t)
	t.Cleanup(func() { proves(t, s) })
	return s
}

// proves asks whether every row that a test wrote is covered by the chain.
func proves(t *testing.T, s *Store) {
	t.Helper()
	if err := s.History(ctx, func(src Source) error {
		rep, err := chain.Verify(src, chain.Options{})
		if err == nil && !rep.OK() {
			t.Errorf("not as sealed: %+v", rep.Findings)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
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

// as writes the address of a database with other parts.
func as(t *testing.T, address string, change func(u *url.URL, q url.Values)) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	change(u, q)
	u.RawQuery = q.Encode()
	return u.String()
}

func TestAPostgreSQLThatCannotBeOpenedSaysWhy(t *testing.T) {
	good, empty, newer := address(t), pgtest.Database(t, nil), address(t)
	if err := opened(t, newer).w.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)").Error; err != nil {
		t.Fatal(err)
	}
	if err := opened(t, good).w.Exec("CREATE ROLE guest LOGIN; CREATE ROLE full_up LOGIN CONNECTION LIMIT 0").Error; err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		says, address, reason string
	}{
		{"another database", as(t, good, func(u *url.URL, _ url.Values) { u.Path = "/nowhere" }), "missing"},
		{"nobody there", as(t, good, func(_ *url.URL, q url.Values) { q.Set("host", t.TempDir()) }), "unreachable"},
		{"nobody at an address", "postgres://capdo:hush@127.0.0.1:1/capdo?connect_timeout=2", "unreachable"},
		{"a user who is unknown", as(t, good, func(u *url.URL, _ url.Values) { u.User = url.UserPassword("stranger", "hush") }), "denied"},
		{"a user without rights", as(t, good, func(u *url.URL, _ url.Values) { u.User = url.UserPassword("guest", "hush") }), "denied"},
		{"no connection left", as(t, good, func(u *url.URL, _ url.Values) { u.User = url.UserPassword("full_up", "hush") }), "busy"},
		{"no address", "postgres://capdo:hush@localhost:eighty/x", "address"},
		{"an empty database", empty, "not_migrated"},
		{"a newer program's", newer, "too_new"},
	} {
		_, err := Open(ctx, c.address, Options{})
		var o *OpenError
		if !errors.As(err, &o) || o.Reason != c.reason {
			t.Errorf("%s: %v, want %s", c.says, err, c.reason)
			continue
		}
		if strings.Contains(o.Path, "hush") || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: the password is told: %v", c.says, err)
		}
	}
}

// kept10 is a system as a program before 0010 kept it.
const kept10 = `UPDATE systems SET sort = '', level = 0, state = '', sdu = '', others = '', folded = ''`

func TestSystemsOfAnOlderProgramAreListedAfterTheUpgrade(t *testing.T) {
	old := func(t *testing.T, s *Store) {
		for i := range 3 {
			sys := &workflow.System{ID: fmt.Sprint("s", i), Name: []string{"Ân", "Đất", "An"}[i], Level: i, State: "in_force", SDU: "u", Operators: []string{"x", "y"}, Revision: 4}
			if err := s.AddSystem(ctx, sys); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.w.Exec(kept10).Error; err != nil {
			t.Fatal(err)
		}
	}
	file, server := filepath.Join(t.TempDir(), "old.db"), address(t)
	for _, db := range []string{file, server} {
		s, err := Open(ctx, db, Options{Create: true})
		if err != nil {
			t.Fatal(err)
		}
		old(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		two := 2
		for _, q := range []workflow.SystemQuery{{Sort: workflow.ByName}, {Sort: workflow.ByName, State: "in_force", Operator: "y", SDU: "u"}} {
			found, err := opened(t, db).Systems(ctx, q)
			if err != nil || len(found) != 3 || found[0].ID != "s2" || found[1].ID != "s0" || found[2].ID != "s1" {
				t.Errorf("%s: %+v, %v", Shown(db), found, err)
			}
		}
		if found, err := opened(t, db).Systems(ctx, workflow.SystemQuery{Level: &two, Name: "an"}); err != nil || len(found) != 1 {
			t.Errorf("%s, of level 2: %+v, %v", Shown(db), found, err)
		}
	}
}
