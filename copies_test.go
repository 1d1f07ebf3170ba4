package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"capdo/internal/store"
	"capdo/workflow"
)

// copyOfProgram is one copy of the program that serves a database.
type copyOfProgram struct {
	base string
	kill func()
	stop func() int // asks it to end and tells its exit code
	pid  int
}

// asProgram is a command over a database, in a folder of that database: what has
// no place of its own (keys, files) lies there.
func asProgram(t *testing.T, db string, args ...string) *exec.Cmd {
	t.Helper()
	sum := sha256.Sum256([]byte(db))
	dir := filepath.Join(os.TempDir(), "capdo-test-"+hex.EncodeToString(sum[:6]))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	cmd := exec.Command(os.Args[0], append(args, "--db", db)...)
	cmd.Env, cmd.Dir = append(os.Environ(), "CAPDO_TEST_AS_PROGRAM=yes"), dir
	return cmd
}

// served starts a copy of the program as a process of its own, env beside what is
// usual, and waits for its address.
func served(t *testing.T, db string, env ...string) copyOfProgram {
	t.Helper()
	cmd := asProgram(t, db, "serve", "--addr", "127.0.0.1:0", "--lang", "en")
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	kill := sync.OnceFunc(func() {
		_ = cmd.Process.Signal(syscall.SIGKILL)
		_ = cmd.Wait()
	})
	t.Cleanup(kill)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, address, ok := strings.Cut(lines.Text(), "http://"); ok {
			go func() { // what else it says is not held up
				for lines.Scan() {
				}
			}()
			stop := func() int {
				_ = cmd.Process.Signal(syscall.SIGTERM)
				_ = cmd.Wait()
				return cmd.ProcessState.ExitCode()
			}
			return copyOfProgram{"http://" + strings.Fields(address)[0], kill, stop, cmd.Process.Pid}
		}
	}
	t.Fatal("the program ended before it told its address")
	return copyOfProgram{}
}

// onServer makes a small province on PostgreSQL with dossiers ready to be sent,
// one for each of n systems, and with accounts.
func onServer(t *testing.T, n int) string {
	t.Helper()
	db := onPostgres(t)
	filledHouse(t, db, n)
	return db
}

// filledHouse makes that province in any database.
func filledHouse(t *testing.T, db string, n int) {
	t.Helper()
	a, _ := testApp(t)
	svc, st := provinceAt(t, db)
	defer st.Close()
	ctx := context.Background()
	for i := range n {
		id := fmt.Sprint("n", i)
		err := addSystem(svc, id)
		for _, w := range []workflow.Want{{Act: "create", System: id, NewCase: "c" + id, Level: 2, Track: "operating"}, {Act: "attach", Case: "c" + id, With: workflow.With{"components": []any{1, 2, 3, 4}}}} {
			if err == nil {
				_, err = svc.Act(ctx, "an", w)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := st.SetSetting(ctx, demoDay, "2022-03-01"); err != nil {
		t.Fatal(err)
	}
	for _, login := range []string{"an", "binh", "chi", "dung"} {
		if err := a.identity(st).SetPassword(ctx, login, login, demoPassword, false); err != nil {
			t.Fatal(err)
		}
	}
}

// addSystem puts a system of level 2 under the department.
func addSystem(svc *workflow.Service, id string) error {
	return svc.AddSystem(context.Background(), &workflow.System{ID: id, Name: "Hệ thống " + id, Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt",
		Facts: workflow.Facts{"system_types": []string{"noi_bo"}, "info_types": []string{"rieng"}}})
}

// addSystems makes rounds systems for each of workers.
func addSystems(t *testing.T, db string, workers, rounds int) {
	t.Helper()
	svc, st := provinceAt(t, db)
	defer st.Close()
	for n := range workers {
		for round := range rounds {
			if err := addSystem(svc, fmt.Sprintf("k%d-%d", n, round)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// at is the same person with the same session at another copy.
func (c *client) at(other copyOfProgram) *client {
	c.t.Helper()
	jar, _ := cookiejar.New(nil)
	from, err := http.NewRequest(http.MethodGet, c.base, nil)
	to, err2 := http.NewRequest(http.MethodGet, other.base, nil)
	if err != nil || err2 != nil {
		c.t.Fatal(err, err2)
	}
	jar.SetCookies(to.URL, c.Jar.Cookies(from.URL))
	return &client{t: c.t, Client: http.Client{Jar: jar}, base: other.base}
}

// entered signs in at a copy of the program.
func entered(t *testing.T, at copyOfProgram, login string) *client {
	t.Helper()
	return signedInAt(t, at.base, login)
}

func TestSessionsAndGrantsAreOfEveryCopyAtOnce(t *testing.T) {
	db := onServer(t, 1)
	one, two := served(t, db), served(t, db)
	binh := entered(t, one, "binh")
	there := binh.at(two)
	if code, body := there.get("/api/v1/cases/cn0"); code != 200 {
		t.Fatalf("a session of another copy: %d %v", code, body)
	}
	st, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	p, err := st.Person(t.Context(), "binh")
	if err != nil {
		t.Fatal(err)
	}
	grants := p.Grants
	p.Grants = nil
	if err := st.SavePerson(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*client{binh, there} {
		if code, body := c.post("/api/v1/acts", `{"act":"submit","case":"cn0"}`); code != 403 && code != 404 {
			t.Errorf("without a role: %d %v", code, body)
		}
	}
	p.Grants = grants
	if err := st.SavePerson(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if code, body := there.post("/api/v1/acts", `{"act":"submit","case":"cn0"}`); code != 200 {
		t.Errorf("with the role again: %d %v", code, body)
	}
	req, err := http.NewRequest(http.MethodDelete, one.base+"/api/v1/session", nil)
	if err != nil {
		t.Fatal(err)
	}
	if code, body := binh.answer(binh.Do(req)); code >= 300 {
		t.Fatalf("sign out: %d %v", code, body)
	}
	if code, _ := there.get("/api/v1/cases/cn0"); code != 401 {
		t.Errorf("signed out at one copy, at the other: %d", code)
	}
}

func TestThreeCopiesTakeEachStepOnceAndLoseNoNumber(t *testing.T) {
	const cases, times = 8, 3
	db := onServer(t, cases)
	copies := []copyOfProgram{served(t, db), served(t, db), served(t, db)}
	var mu sync.Mutex
	taken := map[string]int{}
	var wg sync.WaitGroup
	for i, c := range copies {
		binh := entered(t, c, "binh")
		for n := range cases {
			for range times {
				wg.Go(func() {
					id := fmt.Sprint("cn", n)
					// The same request, sent again and again, has a key; those of other copies have their own.
					code, body := binh.post("/api/v1/acts", fmt.Sprintf(`{"act":"submit","case":%q,"key":"k%d-%d"}`, id, i, n))
					mu.Lock()
					defer mu.Unlock()
					switch {
					case code == 200:
						taken[fmt.Sprint(id, " by ", i)]++
					case code != 409:
						t.Errorf("%s: %d %v", id, code, body)
					}
				})
			}
		}
	}
	wg.Wait()
	st, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	winners := map[string]bool{}
	for key := range taken {
		id, _, _ := strings.Cut(key, " ")
		if winners[id] {
			t.Errorf("%s was taken at two copies", id)
		}
		winners[id] = true
	}
	used := 0
	book, err := st.Numbers(t.Context(), "sct", 2022)
	for i, n := range book {
		if n.N != i+1 {
			t.Errorf("a gap before %s", n.Text)
		}
		if n.State == workflow.Reserved {
			t.Errorf("%s is left reserved", n.Text)
		}
		if n.State == workflow.Used {
			used++
		}
	}
	if err != nil || len(winners) != cases || used != cases {
		t.Errorf("%d of %d cases, %d numbers used, %v", len(winners), cases, used, err)
	}
	for n := range cases {
		c, err := st.Case(t.Context(), fmt.Sprint("cn", n))
		events, fault := st.Events(t.Context(), workflow.EventQuery{Case: fmt.Sprint("cn", n)})
		steps := slices.DeleteFunc(events, func(e workflow.Event) bool { return e.Refused != nil })
		if err != nil || fault != nil || c.Revision != 3 || len(steps) != 3 {
			t.Errorf("%d: %+v, %d steps, %v %v", n, c, len(steps), err, fault)
		}
	}
}

func TestACopyThatIsKilledLeavesTheOthersAtWork(t *testing.T) {
	const cases = 6
	db := onServer(t, cases)
	dies, stays := served(t, db), served(t, db)
	there, here := entered(t, dies, "binh"), entered(t, stays, "binh")
	acked := make(chan string, cases)
	for n := range cases {
		go func() {
			id := fmt.Sprint("cn", n)
			resp, err := there.Post(there.base+"/api/v1/acts", "application/json", strings.NewReader(fmt.Sprintf(`{"act":"submit","case":%q,"key":"k%d"}`, id, n)))
			if err != nil || resp.StatusCode != 200 {
				id = ""
			}
			if err == nil {
				resp.Body.Close()
			}
			acked <- id
		}()
	}
	var done []string
	for n := range cases {
		if n == 1 {
			dies.kill()
		}
		select {
		case id := <-acked:
			done = append(done, id)
		case <-time.After(time.Minute):
			t.Fatal("an answer never comes")
		}
	}
	for n := range cases {
		id := fmt.Sprint("cn", n)
		code, body := here.post("/api/v1/acts", fmt.Sprintf(`{"act":"submit","case":%q,"key":"k%d"}`, id, n))
		if code != 200 {
			t.Errorf("%s sent again to the other copy: %d %v", id, code, body)
		}
		if code, body = here.get("/api/v1/cases/" + id); code != 200 || body["revision"] != float64(3) {
			t.Errorf("%s (acknowledged: %v): %d %v", id, slices.Contains(done, id), code, body["revision"])
		}
	}
}
