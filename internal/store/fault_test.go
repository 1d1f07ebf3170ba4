package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"capdo/internal/press"
	"capdo/policies"
	"capdo/templates"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// asNobody does something without the rights of root, which no mode of a file
// binds: on a thread of its own that ends with it.
func asNobody(do func()) {
	if os.Getuid() != 0 {
		do()
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if err := syscall.Setfsuid(65534); err == nil {
			do()
		}
	}()
	<-done
}

func TestADatabaseThatCannotBeWrittenSaysSo(t *testing.T) {
	top, err := os.MkdirTemp("", "capdo-modes")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(top) })
	if err := os.Chmod(top, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		says           string
		file, folder   os.FileMode
		create, exists bool
		reason         string
	}{
		{"a file that can only be read", 0o444, 0o777, false, true, "read_only"},
		{"a file in a folder that takes no new files", 0o666, 0o555, false, true, "read_only"},
		{"a file that cannot even be read", 0, 0o777, false, true, "read_only"},
		{"a folder that cannot be entered", 0o666, 0o600, false, true, "read_only"},
		{"a new file in a folder that takes none", 0, 0o555, true, false, "read_only"},
		{"all may be written", 0o666, 0o777, false, true, ""},
	} {
		t.Run(c.says, func(t *testing.T) {
			dir := filepath.Join(top, filepath.Base(t.Name()))
			err := os.Mkdir(dir, 0o777)
			path := filepath.Join(dir, "capdo.db")
			if c.exists {
				s, fault := Open(ctx, path, Options{Create: true})
				err = errors.Join(err, fault, s.Close(), os.Chmod(path, c.file))
			}
			if err = errors.Join(err, os.Chmod(dir, c.folder)); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Chmod(dir, 0o777) })
			reason, asked := "", false
			asNobody(func() {
				s, err := Open(ctx, path, Options{Create: c.create})
				asked = true
				var o *OpenError
				if errors.As(err, &o) {
					reason = o.Reason
					return
				}
				if err := errors.Join(err, s.Close()); err != nil {
					t.Error(err)
				}
			})
			if !asked || reason != c.reason {
				t.Errorf("asked %v: %q, want %q", asked, reason, c.reason)
			}
		})
	}
}

// dossier is a real service over a real file with a level-2 dossier ready to be
// sent.
func dossier(t *testing.T) (*workflow.Service, *Store) {
	t.Helper()
	s := fresh(t)
	return dossierIn(t, s), s
}

// dossierIn is dossier in a store that is there.
func dossierIn(t *testing.T, s *Store) *workflow.Service {
	t.Helper()
	book, err := regime.Open()
	words, fault := templates.Open()
	rights, fault2 := policies.Open()
	if err := errors.Join(err, fault, fault2); err != nil {
		t.Fatal(err)
	}
	ids := 0
	svc := workflow.New(workflow.Config{Book: book, Store: s, Rights: rights, Printer: press.New(words), Clock: func() time.Time { return time.Date(2022, 3, 1, 2, 0, 0, 0, time.UTC) },
		NewID: func(kind string) string { ids++; return fmt.Sprintf("%s-%d", kind, ids) }})
	for _, o := range []workflow.Office{{ID: "ubnd", Name: "Ủy ban nhân dân tỉnh Ninh Thuận"}, {ID: "stttt", Name: "Sở Thông tin và Truyền thông", Under: "ubnd"}, {ID: "sct", Name: "Sở Công Thương", Under: "ubnd"}} {
		_, fault := svc.AddOffice(ctx, o)
		err = errors.Join(err, fault)
	}
	for _, g := range [][3]string{{"an", "sct", "operator_officer"}, {"binh", "sct", "operator_head"}} {
		err = errors.Join(err, svc.AddPerson(ctx, workflow.Person{ID: g[0], Name: "Trần " + g[0], Grants: []workflow.Grant{{Office: g[1], Role: g[2]}}}))
	}
	err = errors.Join(err, svc.AddSystem(ctx, &workflow.System{ID: "s", Name: "Hệ thống quản lý văn bản", Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt",
		Facts: workflow.Facts{"system_types": []string{"noi_bo"}, "info_types": []string{"rieng"}}}))
	for _, w := range []workflow.Want{{Act: "create", System: "s", NewCase: "c", Level: 2, Track: "operating"}, {Act: "attach", Case: "c", With: workflow.With{"components": []any{1, 2, 3, 4}}}} {
		_, fault := svc.Act(ctx, "an", w)
		err = errors.Join(err, fault)
	}
	if err != nil {
		t.Fatal(err)
	}
	return svc
}

// pragma sets a pragma of the one connection that writes.
func pragma(t *testing.T, s *Store, set string) {
	t.Helper()
	if err := s.w.Exec("PRAGMA " + set).Error; err != nil {
		t.Fatal(err)
	}
}

// kept counts the rows of everything a step writes but its numbers.
func kept(t *testing.T, s *Store) string {
	t.Helper()
	var out string
	err := s.r.Raw(`SELECT (SELECT group_concat(id || state || revision) FROM cases) || ' ' || (SELECT group_concat(id || revision) FROM systems) || ' ' ||
		(SELECT count(*) FROM events) || ' ' || (SELECT count(*) FROM papers) || ' ' || (SELECT count(*) FROM requests) || ' ' || (SELECT count(*) FROM register_entries)`).Row().Scan(&out)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAStepThatTheDiskRefusesLeavesNothingAndIsTakenLater(t *testing.T) {
	for _, c := range []struct{ says, set, lift, key string }{
		{"a full disk", "", "max_page_count = 1073741823", "store.full"},
		{"a disk that can only be read", "query_only = ON", "query_only = OFF", "store.read_only"},
	} {
		t.Run(c.says, func(t *testing.T) {
			svc, s := dossier(t)
			if c.set == "" {
				var pages int
				if err := s.w.Raw("PRAGMA page_count").Row().Scan(&pages); err != nil {
					t.Fatal(err)
				}
				c.set = fmt.Sprintf("max_page_count = %d", pages)
			}
			before := kept(t, s)
			pragma(t, s, c.set)
			submit := workflow.Want{Act: "submit", Case: "c", Key: "k"}
			_, err := svc.Act(ctx, "binh", submit)
			p, ok := workflow.ProblemOf(err)
			if !ok || p.Kind != workflow.Busy || p.Key != c.key {
				t.Fatalf("the step: %v", err)
			}
			if after := kept(t, s); after != before {
				t.Errorf("left behind: %s, was %s", after, before)
			}
			pragma(t, s, c.lift)
			if _, err := svc.Act(ctx, "binh", submit); err != nil {
				t.Fatalf("when the disk takes it again: %v", err)
			}
			if _, err := svc.SweepNumbers(ctx); err != nil {
				t.Fatal(err)
			}
			numbers, err := svc.Numbers(ctx, "sct", 2022)
			used := 0
			for i, n := range numbers {
				if n.State == workflow.Used {
					used++
				}
				if n.N != i+1 || n.State == workflow.Reserved {
					t.Errorf("in the book: %+v", n)
				}
			}
			if err != nil || used != 1 {
				t.Errorf("%d numbers used, %v", used, err)
			}
			var sound string
			if err := s.r.Raw("PRAGMA integrity_check").Row().Scan(&sound); err != nil || sound != "ok" {
				t.Errorf("integrity: %s, %v", sound, err)
			}
		})
	}
}

func TestEveryFaultOfTheDiskHasItsWords(t *testing.T) {
	words, err := templates.Open()
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{"store.unavailable"}
	for _, key := range faults {
		keys = append(keys, key)
	}
	for _, key := range faultsOf {
		keys = append(keys, key)
	}
	for _, reason := range []string{"missing", "read_only", "not_a_database", "too_new", "not_migrated", "busy", "failing", "unreachable", "denied", "address"} {
		keys = append(keys, "open."+reason)
	}
	for _, key := range keys {
		if !words.Has("vi", key) || !words.Has("en", key) {
			t.Errorf("no words for %s", key)
		}
	}
}

func TestAFaultOfAnotherKindStaysInternal(t *testing.T) {
	s := fresh(t)
	err := s.put(context.Background(), func(p *plan) { p.do("INSERT INTO nowhere VALUES (1)") })
	if _, is := workflow.ProblemOf(err); err == nil || is {
		t.Errorf("a table that is not there: %v", err)
	}
}

// meddler is a printer that, while a paper is drawn, writes through another copy of
// the store and draws a number of the same book.
type meddler struct {
	workflow.Printer
	meddle func(f workflow.PaperFacts) error
	drawn  int
}

func (m *meddler) Print(ctx context.Context, f workflow.PaperFacts) (workflow.Printed, error) {
	m.drawn++
	done := make(chan error, 1)
	go func() { done <- m.meddle(f) }()
	select {
	case err := <-done:
		if err != nil {
			return workflow.Printed{}, err
		}
	case <-time.After(time.Minute):
		return workflow.Printed{}, errors.New("nobody can write while a paper is drawn")
	}
	return m.Printer.Print(ctx, f)
}

func TestNothingIsLockedWhileAPaperIsDrawn(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		svc := dossierIn(t, s)
		m := &meddler{Printer: svc.Printer}
		m.meddle = func(f workflow.PaperFacts) error {
			_, err := s.Reserve(ctx, workflow.NumberAsk{ID: fmt.Sprint("other-", m.drawn), Issuer: f.Issuer.ID, Year: f.Date.Year(), Text: "%s/other", On: f.Date})
			return errors.Join(err, s.SetSetting(ctx, "drawn", fmt.Sprint(m.drawn)))
		}
		svc.Printer = m
		if _, err := svc.Act(ctx, "binh", workflow.Want{Act: "submit", Case: "c"}); err != nil || m.drawn == 0 {
			t.Fatalf("%d papers drawn, %v", m.drawn, err)
		}
	})
}
