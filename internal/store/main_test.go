package store

import (
	"os"
	"testing"

	"capdo/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// address gives a migrated PostgreSQL database of one test.
func address(t *testing.T) string {
	t.Helper()
	return pgtest.Database(t, func(dsn string) error {
		s, err := Open(ctx, dsn, Options{Create: true})
		if err != nil {
			return err
		}
		return s.Close()
	})
}

// opened opens one more copy of the program's store on a database.
func opened(t *testing.T, db string) *Store {
	t.Helper()
	s, err := Open(ctx, db, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		proves(t, s)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// onBoth runs a test on a new SQLite file and on a new PostgreSQL database.
func onBoth(t *testing.T, do func(t *testing.T, s *Store)) {
	t.Run("sqlite", func(t *testing.T) { do(t, fresh(t)) })
	t.Run("postgres", func(t *testing.T) { do(t, opened(t, address(t))) })
}
