package main

import (
	"bytes"
	"context"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"capdo/internal/store"
	"capdo/workflow"
)

// told is what a command wrote, readable while it still runs; it says when a
// word has come.
type told struct {
	mu   sync.Mutex
	b    bytes.Buffer
	word string
	come chan struct{}
}

func (w *told) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.b.Write(p)
	if w.come != nil && strings.Contains(w.b.String(), w.word) {
		close(w.come)
		w.come = nil
	}
	return n, err
}

func (w *told) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

func TestAccountsAreKeptByCommands(t *testing.T) {
	db := filepath.Join(t.TempDir(), "capdo.db")
	_, st := provinceAt(t, db)
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		says, password, args string
		code                 int
		contains             string
	}{
		{"a person comes in with a role", "mật khẩu đầu tiên", "user add --login mai --name Mai --office sct --role operator_officer", 0, "mai"},
		{"the same login again is refused", "mật khẩu đầu tiên", "user add --login mai --name Mai", 1, "login:"},
		{"a short password is refused in words", "ngắn", "user passwd mai", 1, "12"},
		{"a new password is set", "mật khẩu thứ hai", "user passwd mai", 0, "mai"},
		{"nobody is no login", "", "user disable", 2, "tên đăng nhập"},
		{"an unknown login is not found", "", "user disable nicht", 1, "Không có tài khoản"},
		{"an account is disabled", "", "user disable mai", 0, "Đã khóa tài khoản mai"},
		{"an account is enabled", "", "user enable mai", 0, "Đã mở lại tài khoản mai"},
		{"a role is given from a day on", "", "user grant mai --office sct --role operator_head --source 1/QĐ", 0, "mai"},
		{"the same role again is refused", "", "user grant mai --office sct --role operator_head", 1, "đã có vai trò này"},
		{"an administrator has no business role", "", "user grant mai --office sct --role sysadmin", 1, "nghiệp vụ"},
		{"waiting is lifted", "", "user unlock mai", 0, "Đã gỡ"},
		{"there are no codes to take away", "", "user end-code mai", 1, "chưa dùng mã một lần"},
		{"nobody's waiting is not lifted", "", "user unlock nicht", 1, "Không có tài khoản"},
		{"a one-time password is printed", "", "user reset mai", 0, "7 ngày"},
		{"accounts are listed with what to know of them", "", "user list", 0, "mật khẩu dùng một lần"},
		{"the password is set again", "mật khẩu thứ hai", "user passwd mai", 0, "mai"},
		{"an address that is none stops the server", "", "serve --proxy 10.0.0.0/33", 1, "proxy: "},
		{"a role needs its office", "", "user grant mai --role sdu_officer", 2, "--office"},
	} {
		t.Run(c.says, func(t *testing.T) {
			t.Setenv("CAPDO_PASSWORD", c.password)
			var out bytes.Buffer
			code := run(t.Context(), append(strings.Fields(c.args), "--db", db), strings.NewReader(""), &out, &out)
			if code != c.code || !strings.Contains(out.String(), c.contains) {
				t.Errorf("exit %d, want %d\n%s", code, c.code, out.String())
			}
		})
	}
	a, _ := testApp(t)
	_, st, err := a.service(t.Context(), db, false)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	history, err := st.Events(t.Context(), workflow.EventQuery{House: true})
	var changes []string
	for _, e := range history {
		if change, _ := e.With["change"].(string); e.Person == "console" && e.Refused == nil {
			changes = append(changes, change)
		}
	}
	if want := "account_created password_reset account_disabled account_enabled granted account_unlocked password_reset password_reset"; err != nil || strings.Join(changes, " ") != want {
		t.Errorf("the history of the house: %v, %v", changes, err)
	}
	if _, who, err := a.identity(st).SignIn(t.Context(), "mai", "mật khẩu thứ hai", ""); err != nil || !who.MustChange || who.Person != "mai" {
		t.Errorf("signs in as %+v, %v", who, err)
	}
}

// untilTold runs the server over a database until a word was written. Stopped, it
// sends its exit code.
func untilTold(t *testing.T, db, word string) (out *told, stop func(), ended chan int) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out = &told{word: word, come: make(chan struct{})}
	open, ended := out.come, make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--db", db, "--addr", "127.0.0.1:0"}, strings.NewReader(""), out, out)
	}()
	select {
	case <-open:
	case code := <-ended:
		t.Fatalf("exit %d\n%s", code, out)
	}
	return out, stop, ended
}

func TestTheServerSweepsBeforeItOpensAndStopsWhenTold(t *testing.T) {
	db := filepath.Join(t.TempDir(), "capdo.db")
	svc, st := provinceAt(t, db)
	if _, err := st.Reserve(t.Context(), workflow.NumberAsk{ID: "n", Issuer: "sct", Year: svc.Today().Year(), Text: "%s/SCT", Case: "c", Order: 3, Form: "form-01"}); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	out, stop, ended := untilTold(t, db, "http://")
	if !strings.Contains(out.String(), "01/SCT") {
		t.Errorf("the number that was swept is not named:\n%s", out)
	}
	resp, err := http.Get(regexp.MustCompile(`http://\S+`).FindString(out.String()))
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body.Close(); resp.StatusCode != http.StatusOK {
		t.Errorf("the start page: %d", resp.StatusCode)
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("exit %d\n%s", code, out)
	}
	st, err = store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	book, err := st.Numbers(t.Context(), "sct", svc.Today().Year())
	if err != nil || len(book) != 1 || book[0].State != workflow.Void || book[0].Reason != "left_by_a_crash" {
		t.Errorf("the book: %+v, %v", book, err)
	}
}
