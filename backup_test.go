package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capdo/internal/files"
	"capdo/internal/store"
	"capdo/workflow"
)

// smallHouse is a database with one paper's worth of history and one file.
func smallHouse(t *testing.T) (db string) {
	t.Helper()
	dir, _ := demoProvince(t)
	db = filepath.Join(dir, "capdo.db")
	picture := filepath.Join(dir, "so-do.svg")
	if err := os.WriteFile(picture, []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="4" height="4"/></svg>`), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := onLine(t, "attach", "d8", picture, "--as", "logical_diagram", "--by", "an", "--db", db); code != 0 {
		t.Fatalf("attach: exit %d\n%s", code, out)
	}
	return db
}

func TestABackupComesBackWhole(t *testing.T) {
	db := smallHouse(t)
	dir := t.TempDir()
	saved, back := filepath.Join(dir, "a.zip"), filepath.Join(dir, "back.db")
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"backup", "--db", db, "--out", saved}, 0, "1 tệp"},
		{[]string{"backup", "--db", db, "--out", saved}, 2, "đã có"},
		{[]string{"restore", saved, "--db", back}, 0, "đã đối chiếu"},
		{[]string{"restore", saved, "--db", back}, 1, "đã có"},
		{[]string{"doctor", "--db", back}, 0, "điểm niêm gần nhất"},
	} {
		if code, out := onLine(t, c.args...); code != c.code || !strings.Contains(out, c.says) {
			t.Errorf("%v: exit %d, want %d\n%s", c.args, code, c.code, out)
		}
	}
	one, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	two, err := store.Open(t.Context(), back, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	// The moment of the backup itself is written after it, in the original alone.
	if err := two.SetSetting(t.Context(), lastBackup, mustSetting(t, one)); err != nil {
		t.Fatal(err)
	}
	if _, again, err := store.Move(t.Context(), one, two); err != nil || !again {
		t.Errorf("what came back differs: %v, %v", again, err)
	}
	hashes, err := two.FileHashes(t.Context())
	if err != nil || len(hashes) != 1 {
		t.Fatal(hashes, err)
	}
	a, _ := testApp(t)
	in, err := a.roomOf(t, back).Open(t.Context(), hashes[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAPlaceWhereSomethingIsLeftIsNotEmpty(t *testing.T) {
	db := smallHouse(t)
	dir := filepath.Join(t.TempDir(), "a [b]") // a name that is a pattern as well
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	saved, back, keys := filepath.Join(dir, "a.zip"), filepath.Join(dir, "back.db"), filepath.Join(dir, "keys")
	if err := os.WriteFile(keys, []byte("a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := onLine(t, "backup", "--db", db, "--out", saved, "--with-keys", "--secret", keys); code != 0 {
		t.Fatal(out)
	}
	for _, left := range []string{"-wal", "-journal", ".checkpoints", ".secret"} {
		if err := os.WriteFile(back+left, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out := onLine(t, "restore", saved, "--db", back); code != 1 || !strings.Contains(out, "back.db"+left) {
			t.Errorf("%s: exit %d\n%s", left, code, out)
		}
		if err := os.Remove(back + left); err != nil {
			t.Fatal(err)
		}
	}
	if code, out := onLine(t, "restore", saved, "--db", back); code != 0 {
		t.Fatal(out)
	}
	if b, err := os.ReadFile(back + ".secret"); err != nil || string(b) != "a key" {
		t.Errorf("the key from a place of its own: %q, %v", b, err)
	}
}

// TestBackupsOfOlderProgramsComeBack restores what programs of earlier schemas
// wrote (testdata/backups, by the number of their last migration): it proves
// itself, and the work in it goes on.
func TestBackupsOfOlderProgramsComeBack(t *testing.T) {
	saved, err := filepath.Glob("testdata/backups/*.zip")
	if err != nil || len(saved) < 2 {
		t.Fatal(saved, err)
	}
	for _, from := range saved {
		back := filepath.Join(t.TempDir(), "back.db")
		for _, args := range [][]string{{"restore", from, "--db", back}, {"verify", "--db", back}, {"migrate", "--db", back}} {
			if code, out := onLine(t, args...); code != 0 {
				t.Fatalf("%s: %v: exit %d\n%s", from, args, code, out)
			}
		}
		a, _ := testApp(t)
		svc, st, err := a.service(t.Context(), back, false)
		if err != nil {
			t.Fatal(from, err)
		}
		svc.Clock = func() time.Time { return time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC) }
		cases, err := svc.Store.Cases(t.Context(), workflow.CaseQuery{Running: true})
		if err != nil || len(cases) != 1 {
			t.Fatalf("%s: %d cases, %v", from, len(cases), err)
		}
		c, err := svc.Case(t.Context(), cases[0].ID)
		if err != nil {
			t.Fatal(from, err)
		}
		if _, err := svc.Act(t.Context(), "chi", workflow.Want{Act: "conclude_fit", Case: c.ID, Revision: &c.Revision, With: workflow.With{"points": map[string]any{"a": "fit", "b": "fit", "c": "fit"}}}); err != nil {
			t.Errorf("%s: the work does not go on: %v", from, err)
		}
		if found, err := svc.Store.Systems(t.Context(), workflow.SystemQuery{Name: "mang noi"}); err != nil || len(found) != 1 {
			t.Errorf("%s: %d systems are found, %v", from, len(found), err)
		}
		if err := st.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// roomOf is the files of a database, for a test.
func (a *app) roomOf(t *testing.T, db string) *files.Files {
	t.Helper()
	room, err := a.fileRoom(db)
	if err != nil {
		t.Fatal(err)
	}
	return room
}

func mustSetting(t *testing.T, st *store.Store) string {
	t.Helper()
	s, err := st.Setting(t.Context(), lastBackup)
	if err != nil || s == "" {
		t.Fatal(s, err)
	}
	return s
}

// changed is a copy of a ZIP with one part changed or left out.
func changed(t *testing.T, from, name string, change func([]byte) []byte) string {
	t.Helper()
	z, err := zip.OpenReader(from)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(f.Name, name) {
			if b = change(b); b == nil {
				continue
			}
		}
		o, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "changed.zip")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestABackupThatIsNotWholeLeavesNothing(t *testing.T) {
	db := smallHouse(t)
	saved := filepath.Join(t.TempDir(), "a.zip")
	if code, out := onLine(t, "backup", "--db", db, "--out", saved); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	flip := func(b []byte) []byte { b[len(b)/2] ^= 1; return b }
	gone := func([]byte) []byte { return nil }
	for says, file := range map[string]string{
		"a byte of the database":    changed(t, saved, databaseName, flip),
		"a byte of a file":          changed(t, saved, filesDir, flip),
		"a file that is missing":    changed(t, saved, filesDir, gone),
		"no manifest":               changed(t, saved, manifestName, gone),
		"a name that leads outside": changed(t, saved, manifestName, func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(`"capdo.db"`), []byte(`"../x.db"`)) }),
		"no archive at all":         db,
	} {
		to := filepath.Join(t.TempDir(), "back.db")
		if code, out := onLine(t, "restore", file, "--db", to); code != 1 || !strings.Contains(out, "không nguyên vẹn") {
			t.Errorf("%s: exit %d\n%s", says, code, out)
		}
		left, err := os.ReadDir(filepath.Dir(to))
		if err != nil || len(left) != 0 {
			t.Errorf("%s leaves %v, %v", says, left, err)
		}
	}
}
