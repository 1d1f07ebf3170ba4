package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"capdo/internal/pgtest"
	"capdo/internal/rehearse"
	"capdo/internal/store"
	"capdo/workflow"
)

func testApp(t *testing.T) (*app, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, errs: io.Discard, lang: "vi"}
	if err := a.open(); err != nil {
		t.Fatal(err)
	}
	return a, &out
}

// TestMain runs the tests; or, as a process that a test starts, the program.
func TestMain(m *testing.M) {
	if os.Getenv("CAPDO_TEST_AS_PROGRAM") != "" {
		main()
	}
	os.Exit(pgtest.Main(m))
}

// onPostgres opens a new database of one test on a real server.
func onPostgres(t *testing.T) string {
	t.Helper()
	return pgtest.Database(t, func(dsn string) error {
		s, err := store.Open(context.Background(), dsn, store.Options{Create: true})
		if err != nil {
			return err
		}
		return s.Close()
	})
}

// TestScenarios plays every written scenario over the store in memory, over a
// real SQLite file and over a real PostgreSQL.
func TestScenarios(t *testing.T) {
	a, _ := testApp(t)
	files, err := filepath.Glob("docs/scenarios/*.yaml")
	if err != nil || len(files) < 38 {
		t.Fatalf("%d scenarios, %v", len(files), err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			s, err := rehearse.Read(name, bytes.NewReader(b), a.book)
			if err != nil {
				t.Fatal(err)
			}
			sqlite := a.world(fromDisk)
			var kept []*store.Store
			keep := func(st *store.Store, err error) (workflow.Store, error) {
				kept = append(kept, st)
				return st, err
			}
			sqlite.NewStore = func() (workflow.Store, error) {
				return keep(store.Open(t.Context(), filepath.Join(t.TempDir(), "capdo.db"), store.Options{Create: true}))
			}
			postgres := a.world(fromDisk)
			postgres.NewStore = func() (workflow.Store, error) { return keep(store.Open(t.Context(), onPostgres(t), store.Options{})) }
			for kind, w := range map[string]rehearse.World{"memory": a.world(fromDisk), "sqlite": sqlite, "postgres": postgres} {
				var out bytes.Buffer
				got, err := rehearse.Play(t.Context(), w, s, &out)
				if err != nil || got.Failed > 0 || got.Passed == 0 {
					t.Errorf("%s: %v %v\n%s", kind, got, err, out.String())
				}
			}
			for _, st := range kept {
				proves(t, a, st)
			}
		})
	}
}

// proves verifies all that a scenario left behind.
func proves(t *testing.T, a *app, st *store.Store) {
	t.Helper()
	if err := st.History(t.Context(), func(src store.Source) error {
		v, err := a.verifySource(t.Context(), src, verifyOrder{quick: true}, false)
		if err == nil && len(v.Findings) > 0 {
			t.Errorf("not as sealed: %+v", v.Findings)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

// demoProvince makes the demo once and opens its door.
func demoProvince(t *testing.T) (string, *httptest.Server) {
	t.Helper()
	a, _ := testApp(t)
	dir := t.TempDir()
	if code := a.exit(demo(t.Context(), a, []string{"--out", dir})); code != 0 {
		t.Fatalf("demo: exit %d", code)
	}
	return dir, a.opened(t, filepath.Join(dir, "capdo.db"))
}

// opened opens the door over a database until the test ends.
func (a *app) opened(t *testing.T, db string) *httptest.Server {
	t.Helper()
	svc, st, err := a.service(t.Context(), db, false)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(a.door(svc, st, &serving{}))
	t.Cleanup(func() {
		srv.Close()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return srv
}

type client struct {
	t *testing.T
	http.Client
	base string
}

func signedIn(t *testing.T, srv *httptest.Server, login string) *client {
	t.Helper()
	return signedInAt(t, srv.URL, login)
}

// signedInAt is a person signed in at an address.
func signedInAt(t *testing.T, base, login string) *client {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	c := &client{t: t, Client: http.Client{Jar: jar}, base: base}
	if code, body := c.post("/api/v1/session", `{"login":"`+login+`","password":"`+demoPassword+`"}`); code != 200 {
		t.Fatalf("sign in %s: %d %v", login, code, body)
	}
	return c
}

func (c *client) answer(resp *http.Response, err error) (int, map[string]any) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	m := map[string]any{}
	if strings.Contains(resp.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(b, &m); err != nil {
			c.t.Fatalf("%s: %v", b, err)
		}
	}
	return resp.StatusCode, m
}

func (c *client) post(path, body string) (int, map[string]any) {
	c.t.Helper()
	return c.answer(c.Post(c.base+path, "application/json", strings.NewReader(body)))
}

func (c *client) get(path string) (int, map[string]any) {
	c.t.Helper()
	return c.answer(c.Get(c.base + path))
}

// demoOnServer moves the demo to PostgreSQL and opens its door there.
func demoOnServer(t *testing.T) *httptest.Server {
	t.Helper()
	dir, _ := demoProvince(t)
	db := onPostgres(t)
	a, out := testApp(t)
	if code := a.exit(moveProvince(t.Context(), a, []string{"--db", filepath.Join(dir, "capdo.db"), "--to", db})); code != 0 {
		t.Fatalf("move: exit %d, %s", code, out.String())
	}
	return a.opened(t, db)
}

func TestTheDoor(t *testing.T) {
	_, srv := demoProvince(t)
	t.Run("sqlite", func(t *testing.T) { theDoor(t, srv) })
	t.Run("postgres", func(t *testing.T) { theDoor(t, demoOnServer(t)) })
}

func theDoor(t *testing.T, srv *httptest.Server) {
	nobody := &client{t: t, base: srv.URL}
	giang, an := signedIn(t, srv, "giang"), signedIn(t, srv, "an")
	admin := signedIn(t, srv, "quan-tri")
	for _, c := range []struct {
		says string
		do   func() (int, map[string]any)
		code int
		kind string
	}{
		{"nobody reads without signing in", func() (int, map[string]any) { return nobody.get("/api/v1/cases") }, 401, "unauthenticated"},
		{"a wrong password is refused", func() (int, map[string]any) {
			return nobody.post("/api/v1/session", `{"login":"an","password":"sai mật khẩu"}`)
		}, 401, "unauthenticated"},
		{"an unknown JSON field is refused", func() (int, map[string]any) {
			return an.post("/api/v1/acts", `{"act":"submit","case":"d2","state":"approved"}`)
		}, 400, "malformed"},
		{"trailing JSON is refused", func() (int, map[string]any) { return an.post("/api/v1/acts", `{"act":"submit","case":"d2"}{}`) }, 400, "malformed"},
		{"an act that is not open says so", func() (int, map[string]any) { return an.post("/api/v1/acts", `{"act":"submit","case":"d2"}`) }, 409, "not_now"},
		{"an act by somebody else is denied", func() (int, map[string]any) {
			return giang.post("/api/v1/acts", `{"act":"correct_typo","case":"d2","with":{"field":"name","was":"a","now":"b"}}`)
		}, 403, "denied"},
		{"a stale version says so", func() (int, map[string]any) {
			return giang.post("/api/v1/acts", `{"act":"correct_typo","case":"d3","revision":1}`)
		}, 409, "stale"},
		{"a missing field is named", func() (int, map[string]any) { return giang.post("/api/v1/acts", `{"act":"correct_typo","case":"d3"}`) }, 422, "invalid"},
		{"a case of others is not there", func() (int, map[string]any) { return an.get("/api/v1/cases/d3") }, 404, "not_found"},
		{"a case that is not there is not there", func() (int, map[string]any) { return an.get("/api/v1/cases/d9") }, 404, "not_found"},
		{"the administrator sees no case", func() (int, map[string]any) { return admin.get("/api/v1/cases/d2") }, 404, "not_found"},
		{"the administrator sees no register", func() (int, map[string]any) { return admin.get("/api/v1/registers/ubnd") }, 404, "not_found"},
		{"the administrator sees no system", func() (int, map[string]any) { return admin.get("/api/v1/systems/van-ban") }, 404, "not_found"},
		{"only a clerk of the issuer reserves its numbers", func() (int, map[string]any) { return an.post("/api/v1/numbers/ubnd", `{"no":"99/QĐ-UBND"}`) }, 403, "denied"},
		{"papers of others are not there", func() (int, map[string]any) { return an.get("/api/v1/papers/d3.3.form-02") }, 404, "not_found"},
		{"an unknown parameter is refused", func() (int, map[string]any) { return an.get("/api/v1/systems?sort=name;DROP") }, 400, "malformed"},
		{"a page of nonsense size is refused", func() (int, map[string]any) { return an.get("/api/v1/systems?limit=100000") }, 400, "malformed"},
		{"a day that does not exist is named", func() (int, map[string]any) { return an.get("/api/v1/registers/ubnd?on=2022-02-30") }, 422, "invalid"},
		{"an unknown page is not there", func() (int, map[string]any) { return an.get("/api/v1/nichts") }, 404, "not_found"},
	} {
		t.Run(c.says, func(t *testing.T) {
			code, body := c.do()
			if code != c.code || body["kind"] != c.kind || body["detail"] == "" {
				t.Errorf("%d %v, want %d %s", code, body, c.code, c.kind)
			}
		})
	}
	code, body := giang.get("/api/v1/cases/d3/acts")
	if code != 200 || len(body["items"].([]any)) == 0 {
		t.Errorf("acts: %d %v", code, body)
	}
	if code, body = an.get("/api/v1/systems?limit=10"); code != 200 || len(body["items"].([]any)) != 10 || body["next"] == "" {
		t.Errorf("first page: %d %v", code, body["next"])
	}
	hoa := signedIn(t, srv, "hoa")
	if code, body = hoa.post("/api/v1/numbers/ubnd", `{"no":"99/QĐ-UBND"}`); code != 200 || body["state"] != "reserved" {
		t.Errorf("a clerk's reservation: %d %v", code, body)
	}
	if code, body = hoa.post("/api/v1/numbers/ubnd", `{"no":"99/QĐ-UBND"}`); code != 422 || body["key"] != "number.taken" {
		t.Errorf("the same number again: %d %v", code, body)
	}
	if code, body = an.get("/api/v1/registers/ubnd?on=2021-12-01"); code != 200 || len(body["items"].([]any)) != 22 {
		t.Errorf("register: %d", code)
	}
}

func TestForeignOriginsAreTurnedAway(t *testing.T) {
	_, srv := demoProvince(t)
	c := signedIn(t, srv, "an")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/api/v1/acts", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Origin", "https://evil.example")
	if code, body := c.answer(c.Do(req)); code != 403 || body["kind"] != "cross_origin" {
		t.Errorf("%d %v", code, body)
	}
}

func TestCommandsOnTheDemo(t *testing.T) {
	dir, _ := demoProvince(t)
	db := filepath.Join(dir, "capdo.db")
	pack := filepath.Join(dir, "pack.zip")
	bad := filepath.Join(dir, "bad.csv")
	if err := os.WriteFile(bad, []byte("STT,Đơn vị quản lý,Tên hệ thống thông tin,Cấp độ an toàn,thời gian xác định cấp độ\n1,Sở A,Mạng A,9,31/04/2020\n2,Sở B,Mạng B,2,5/2020\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	fact := `{"system_types": ["noi_bo"], "info_types": ["cong_cong"]}`
	for _, c := range []struct {
		says, in string
		args     []string
		code     int
		contains string
	}{
		{"the law is checked", "", []string{"check", "law"}, 0, "ok nd85-tt12"},
		{"facts from standard input are classified", fact, []string{"classify", "-", "--json"}, 0, `"level": 1`},
		{"an unknown fact is refused", `{"mau": 1}`, []string{"classify", "-"}, 1, ""},
		{"a deadline is shown day by day", "", []string{"due", "D-APR", "--regime", "nd85-tt12", "--from", "2024-04-26"}, 0, "2024-05-09"},
		{"a year without calendar is refused", "", []string{"due", "D-APR", "--regime", "nd85-tt12", "--from", "2071-03-02"}, 1, ""},
		{"the register of a past day is printed", "", []string{"print", "register", "--db", db, "--on", "2021-11-30", "--owner", "ubnd"}, 0, "22 hệ thống: 21 cấp độ 2, 01 cấp độ 3"},
		{"a case is packed", "", []string{"print", "case", "d3", "--db", db, "--out", pack}, 0, pack},
		{"a paper that is not there is not found", "", []string{"print", "paper", "d3.9.form-07", "--db", db}, 1, ""},
		{"bad rows stop an import", "", []string{"import", "register", bad, "--owner", "Tỉnh Mới", "--db", filepath.Join(dir, "new.db")}, 1, "cấp độ phải từ 1 đến 5"},
		{"good rows are taken when asked", "", []string{"import", "register", bad, "--owner", "Tỉnh Mới", "--db", filepath.Join(dir, "new.db"), "--accept-good"}, 0, "Nhập mới 1"},
		{"a second run changes nothing", "", []string{"import", "register", bad, "--owner", "Tỉnh Mới", "--db", filepath.Join(dir, "new.db"), "--accept-good"}, 0, "Nhập mới 0, đã có 1"},
		{"a database that is missing is said so", "", []string{"serve", "--db", filepath.Join(dir, "none.db")}, 2, ""},
		{"help is in English on demand", "", []string{"help", "--lang", "en"}, 0, "Exit status"},
		{"an unknown command is no command", "", []string{"frobnicate"}, 2, "capdo"},
	} {
		t.Run(c.says, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := run(context.Background(), c.args, strings.NewReader(c.in), &out, &errs)
			if code != c.code || !strings.Contains(out.String(), c.contains) {
				t.Errorf("exit %d, want %d\n%s\n%s", code, c.code, out.String(), errs.String())
			}
		})
	}
}
