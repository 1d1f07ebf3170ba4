package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/api"
	"capdo/internal/identity"
	"capdo/internal/jobs"
	"capdo/internal/store"
	"capdo/workflow"
)

// house is a province over a real file behind the door as main joins it, with
// somebody of every role, a neighbour and a stranger; dossier c is sent.
type house struct {
	*workflow.Service
	t    *testing.T
	st   *store.Store
	db   string
	srv  *httptest.Server
	door api.Config
	now  time.Time
	log  bytes.Buffer
	ids  map[string]string // of what stands in a path as :name
	keys map[string]*client
}

// everybody stands for each role, as the matrix of doors writes it: a letter, the
// login, the office, the role. The neighbour n is an officer of another
// department under the same owner, the stranger z of another province.
var everybody = []struct{ letter, login, office, role string }{
	{"o", "an", "sct", "operator_officer"}, {"h", "binh", "sct", "operator_head"}, {"s", "chi", "stttt", "sdu_officer"}, {"S", "dung", "stttt", "sdu_head"},
	{"w", "hoa", "ubnd", "owner_office"}, {"W", "giang", "ubnd", "owner_head"}, {"a", "kien", "ubnd", "auditor"}, {"x", "quan", "ubnd", "sysadmin"},
	{"p", "phu", "doclap", "independent_appraiser"}, {"c", "cuc", "bo", "central_appraiser"}, {"m", "minh", "vpcp", "pm_office"}, {"e", "em", "ttkd", "assessor_org"},
	{"t", "tra", "stttt", "inspector"}, {"n", "nam", "snv", "operator_officer"}, {"z", "lan", "tinh-b", "owner_office"},
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, db: filepath.Join(t.TempDir(), "capdo.db"), now: time.Date(2022, 3, 1, 2, 0, 0, 0, time.UTC), keys: map[string]*client{}}
	_, st := provinceAt(t, h.db)
	h.st = st
	a, _ := testApp(t)
	a.errs, a.files = &h.log, a.roomOf(t, h.db)
	h.Service = a.over(st, a.book, func() time.Time { return h.now }, false)
	h.ok(a.openSecret(t.Context(), st, h.db))
	h.people(a)
	var err error
	a.history, err = openHistory(t.Context(), st, historyPlaces{}.beside(h.db))
	h.ok(err)
	h.door = a.doorConfig(h.Service, st, &serving{})
	h.door.Now, h.door.Log = func() time.Time { return h.now }, slog.New(slog.NewTextHandler(&h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.srv = httptest.NewServer(api.New(h.door))
	t.Cleanup(func() {
		h.srv.Close()
		h.ok(st.Close())
	})
	h.dossier()
	return h
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) people(a *app) {
	ctx := context.Background()
	for _, o := range []workflow.Office{{ID: "snv", Name: "Sở Nội vụ", Under: "ubnd"}, {ID: "doclap", Name: "Trung tâm Kiểm định độc lập"}, {ID: "bo", Name: "Cục An toàn thông tin"},
		{ID: "vpcp", Name: "Văn phòng Chính phủ"}, {ID: "ttkd", Name: "Trung tâm Đánh giá"}, {ID: "tinh-b", Name: "Ủy ban nhân dân tỉnh Khánh Hòa"}} {
		_, err := h.AddOffice(ctx, o)
		h.ok(err)
	}
	id := a.identity(h.st)
	h.ok(id.SetPassword(ctx, "an", "an", demoPassword, false))
	first, err := h.st.Account(ctx, "an")
	h.ok(err)
	h.ok(h.AddPerson(ctx, workflow.Person{ID: "dich", Name: "Trần dich", Grants: []workflow.Grant{{Office: "snv", Role: "operator_officer"}}}))
	h.ok(h.st.SaveAccount(ctx, identity.Account{}, identity.Account{Person: "dich", Login: "dich", Hash: first.Hash})) // whom the administrator's deeds are tried on
	for _, one := range everybody {
		if _, err := h.st.Person(ctx, one.login); err != nil {
			h.ok(h.AddPerson(ctx, workflow.Person{ID: one.login, Name: "Trần " + one.login, Grants: []workflow.Grant{{Office: one.office, Role: one.role}}}))
		}
		if one.login != "an" { // one hash serves all: it is slow by design
			h.ok(h.st.SaveAccount(ctx, identity.Account{}, identity.Account{Person: one.login, Login: one.login, Hash: first.Hash}))
		}
	}
}

// dossier sends the dossier and notes the ids that paths ask for.
func (h *house) dossier() {
	_, err := h.Act(context.Background(), "binh", submit)
	h.ok(err)
	h.ok(h.st.AddJob(context.Background(), jobs.Job{ID: "viec", Kind: "print", Person: "an", State: jobs.Done, Began: h.now, Ended: h.now, File: "so.csv", Type: "text/csv"}, nil))
	papers, err := h.Papers(context.Background(), "c")
	h.ok(err)
	book, err := h.Numbers(context.Background(), "sct", 2022)
	h.ok(err)
	if len(papers) == 0 || len(book) == 0 {
		h.t.Fatalf("%d papers, %d numbers", len(papers), len(book))
	}
	h.ids = map[string]string{"cases/:id": "c", "systems/:id": "s", "papers/:id": papers[0].ID, "offices/:id": "sct", ":issuer/:id": book[0].ID, ":owner": "ubnd", ":issuer": "sct",
		":login": "dich", "people/:id": "dich", ":deed": "unlock", ":form": "form-01", ":file": h.attached(), ":version": "1", ":copy": "1", ":level": "2", ":kind": "tasks", ":year": "2022", ":key": "tcvn-11930-2017",
		":code": "KHONG-CO-MA-NAY", ":act": "submit", ":n": "0", ":stamp": "x", "checks/:id": "c", "jobs/:id": "viec", "help/:role": "officer", "questions/:n": "1", "returns/:n": "1", "*name": "style.css"}
}

// attached brings a file to the dossier and gives its id.
func (h *house) attached() string {
	an := h.as("an")
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "so-do.svg")
	h.ok(err)
	_, err = part.Write([]byte(`<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="4" height="4"/></svg>`))
	h.ok(errors.Join(err, form.Close()))
	code, got := an.answer(an.Post(an.base+"/api/v1/cases/c/files?as=logical_diagram", form.FormDataContentType(), &body))
	id, _ := got["id"].(string)
	if code != 201 || id == "" {
		h.t.Fatalf("attached: %d %v", code, got)
	}
	return id
}

// as gives somebody signed in, once for each.
func (h *house) as(login string) *client {
	h.t.Helper()
	if h.keys[login] == nil {
		h.keys[login] = h.fresh(login)
	}
	return h.keys[login]
}

// fresh signs somebody in anew, in a browser that follows no way on.
func (h *house) fresh(login string) *client {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	h.ok(err)
	c := &client{t: h.t, base: h.srv.URL, Client: http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if login == "" {
		return c
	}
	if code, body := c.post("/api/v1/session", `{"login":"`+login+`","password":"`+demoPassword+`"}`); code != 200 {
		h.t.Fatalf("sign in %s: %d %v", login, code, body)
	}
	return c
}

var parameter = regexp.MustCompile(`(\w+/)?[:*]\w+`)

// at fills the parameters of a route: with the ids of this house, or where gone
// is said with ids of nothing.
func (h *house) at(route string, gone bool) string {
	h.t.Helper()
	before := ""
	return parameter.ReplaceAllStringFunc(route, func(p string) string {
		lead, name, _ := strings.Cut(p, "/")
		if name == "" {
			lead, name = "", p
		}
		id, ok := h.ids[lead+"/"+name]
		if !ok && before != "" {
			id, ok = h.ids[before+"/"+name]
		}
		if !ok {
			id, ok = h.ids[name]
		}
		before = name
		if !ok {
			h.t.Errorf("%s: nothing is known for %s, see ids", route, p)
			id = "khong-co"
		}
		if gone && (name == ":id" || name == ":owner" || name == ":issuer" || name == ":file") {
			id = "khong-co"
		}
		if lead == "" {
			return id
		}
		return lead + "/" + id
	})
}

// answer is what came back of a request.
type answer struct {
	code int
	text string
	http.Header
}

// try sends a request as it is.
func (c *client) try(method, path, body string, header ...string) answer {
	c.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if strings.HasPrefix(path, "/api/") {
		req.Header.Set("Content-Type", "application/json")
	} else if method != http.MethodGet {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{resp.StatusCode, string(b), resp.Header}
}

// noted are the tables that a look or a refused try may write to: the history of
// tries, who is in, and how often somebody tried.
var noted = []string{"events", "links", "heads", "checkpoints", "sessions", "sign_in_tries", "sign_in_homes", "sqlite_sequence", "goose_db_version"}

// rows gives the hash of every row of every table but those and the ones named.
func (h *house) rows(but ...string) map[string]string {
	h.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+h.db+"?mode=ro")
	h.ok(err)
	defer db.Close()
	names, err := column(db, "SELECT name FROM sqlite_master WHERE type = 'table'")
	h.ok(err)
	out := map[string]string{}
	for _, name := range names {
		if !slices.Contains(noted, name) && !slices.Contains(but, name) {
			out[name], err = table(db, name)
			h.ok(err)
		}
	}
	return out
}

func column(db *sql.DB, query string) (out []string, err error) {
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func table(db *sql.DB, name string) (string, error) {
	rows, err := db.Query(`SELECT * FROM "` + name + `" ORDER BY rowid`)
	if err != nil {
		rows, err = db.Query(`SELECT * FROM "` + name + `"`) // a table without row ids
	}
	if err != nil {
		return "", err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return "", err
	}
	sum, into := sha256.New(), make([]any, len(names))
	for i := range into {
		into[i] = new(any)
	}
	n := 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(into...); err != nil {
			return "", err
		}
		for _, v := range into {
			fmt.Fprintf(sum, "%v\x00", *v.(*any))
		}
	}
	return fmt.Sprintf("%d rows %s", n, hex.EncodeToString(sum.Sum(nil)[:6])), rows.Err()
}

// same tells which tables are not what they were.
func same(was, now map[string]string) (changed []string) {
	for name, hash := range now {
		if was[name] != hash {
			changed = append(changed, name+" "+was[name]+" → "+hash)
		}
	}
	slices.Sort(changed)
	return changed
}
