package main

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"capdo/internal/identity"
	"capdo/internal/store"
	"capdo/workflow"
)

// emptyStore opens a new database.
func emptyStore(t *testing.T, db string) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), db, store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return st
}

func TestTheKeyOfSecondStepsLiesBesideTheDatabaseForItsOwnerOnly(t *testing.T) {
	a, _ := testApp(t)
	db := filepath.Join(t.TempDir(), "capdo.db")
	st := emptyStore(t, db)
	if err := a.openSecret(t.Context(), st, db); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(db + ".secret")
	if err != nil || info.Mode().Perm() != 0o600 || len(a.secret) != 32 {
		t.Fatalf("%v, %v, %d bytes", info, err, len(a.secret))
	}
	first := a.secret
	if err := a.openSecret(t.Context(), st, db); err != nil || !bytes.Equal(a.secret, first) {
		t.Errorf("another key the second time: %v", err)
	}
	if err := os.Chmod(db+".secret", 0o644); err != nil {
		t.Fatal(err)
	}
	if err := a.openSecret(t.Context(), st, db); err == nil || !strings.Contains(err.Error(), "0600") {
		t.Errorf("a key that others can read: %v", err)
	}
	a.secretAt = filepath.Join(t.TempDir(), "elsewhere")
	if err := os.WriteFile(a.secretAt, []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := a.openSecret(t.Context(), st, db); err == nil || !strings.Contains(err.Error(), "elsewhere") {
		t.Errorf("a file that is no key: %v", err)
	}
	if a.secretAt = ""; a.secretFile("postgres://localhost/capdo") != "capdo.secret" {
		t.Errorf("beside no file: %s", a.secretFile("postgres://localhost/capdo"))
	}
}

func TestAKeyThatIsGoneIsNotReplacedUnderThoseWhoNeedIt(t *testing.T) {
	a, _ := testApp(t)
	db := filepath.Join(t.TempDir(), "capdo.db")
	st := emptyStore(t, db)
	if err := st.SaveFactor(t.Context(), identity.Factor{}, identity.Factor{Login: "an", Sealed: "sealed"}, nil, ""); err != nil {
		t.Fatal(err)
	}
	if err := a.openSecret(t.Context(), st, db); err == nil || !strings.Contains(err.Error(), "end-code") {
		t.Errorf("a new key was made: %v", err)
	}
	if _, err := os.Stat(db + ".secret"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key lies there: %v", err)
	}
}

func TestTwoCopiesGoByOneKeyOfSecondSteps(t *testing.T) {
	st := emptyStore(t, onPostgres(t))
	dir := t.TempDir()
	copyOf := func(name string) (*app, error) {
		a, _ := testApp(t)
		a.secretAt = filepath.Join(dir, name)
		return a, a.openSecret(t.Context(), st, "postgres://")
	}
	one, err := copyOf("one")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := copyOf("two"); err == nil || !strings.Contains(err.Error(), "--new-secret") {
		t.Errorf("a second copy with a key of its own: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "two")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key that is not to be used lies there: %v", err)
	}
	if again, err := copyOf("one"); err != nil || !bytes.Equal(again.secret, one.secret) {
		t.Errorf("the same key again: %v", err)
	}
	late, _ := testApp(t)
	late.secretAt, late.newSecret = filepath.Join(dir, "two"), true
	if err := late.openSecret(t.Context(), st, "postgres://"); err != nil {
		t.Error(err)
	}
	if _, err := copyOf("one"); err == nil {
		t.Error("the key before is still taken")
	}
}

func TestAnEmptyHouseTellsItsSetUpCodeWhereItWasStarted(t *testing.T) {
	db := filepath.Join(t.TempDir(), "capdo.db")
	var quiet bytes.Buffer
	if code := run(t.Context(), []string{"migrate", "--db", db}, strings.NewReader(""), &quiet, &quiet); code != 0 {
		t.Fatal(quiet.String())
	}
	out, stop, ended := untilTold(t, db, "/setup")
	address := strings.TrimSuffix(regexp.MustCompile(`http://\S+/setup`).FindString(out.String()), "/setup")
	code := regexp.MustCompile(`h-[a-z2-7]{16}`).FindString(out.String())
	body := `{"province":{"name":"Tỉnh Mẫu"},"owner":{"name":"Ủy ban nhân dân tỉnh Mẫu"},"sdu":{"name":"Sở Khoa học và Công nghệ"},"admin":{"id":"quan","name":"Trần Quân"},"password":"một mật khẩu dài","code":"CODE"}`
	for _, try := range []struct {
		code string
		want int
	}{{"h-aaaa", 422}, {code, 200}, {code, 422}} {
		resp, err := http.Post(address+"/api/v1/setup", "application/json", strings.NewReader(strings.Replace(body, "CODE", try.code, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if resp.Body.Close(); resp.StatusCode != try.want {
			t.Errorf("code %q: %d, want %d", try.code, resp.StatusCode, try.want)
		}
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("exit %d\n%s", code, out)
	}
	a, _ := testApp(t)
	svc, st, err := a.service(t.Context(), db, false)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if p, err := svc.Province(t.Context()); err != nil || p != (workflow.Province{Name: "Tỉnh Mẫu"}) {
		t.Errorf("%+v, %v", p, err)
	}
}
