package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorm.io/gorm"
)

func TestAnUpgradeIsTriedOnACopyAndChangesNothing(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "capdo.db")
	s, err := Open(ctx, db, Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if pending, tried, err := TryUpgrade(ctx, db); len(pending) != 0 || !tried || err != nil {
		t.Errorf("of this program: %v, %v, %v", pending, tried, err)
	}
	// A migration that this file seems to lack, and that cannot be applied twice.
	back := func(do func(g *gorm.DB) error) {
		t.Helper()
		g, err := connectSQLite(db, false, 1)
		if err == nil {
			err = do(g)
		}
		if err == nil {
			err = closeOf(g)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var last int64
	back(func(g *gorm.DB) error {
		if err := g.Raw("SELECT MAX(version_id) FROM goose_db_version").Row().Scan(&last); err != nil {
			return err
		}
		return g.Exec("DELETE FROM goose_db_version WHERE version_id = ?", last).Error
	})
	before, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	pending, tried, err := TryUpgrade(ctx, db)
	if len(pending) != 1 || !strings.HasSuffix(pending[0], ".sql") || !tried || err == nil {
		t.Errorf("one that fails: %v, %v, %v", pending, tried, err)
	}
	if after, err := os.ReadFile(db); err != nil || string(after) != string(before) {
		t.Errorf("the database changed, %v", err)
	}
	left, err := os.ReadDir(dir)
	for _, e := range left {
		if strings.HasPrefix(e.Name(), ".capdo-try") {
			t.Errorf("%s is left", e.Name())
		}
	}
	if err != nil {
		t.Error(err)
	}
	if _, _, err := TryUpgrade(ctx, filepath.Join(dir, "none.db")); err == nil {
		t.Error("of a file that is not there")
	}
}
