package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"capdo/api"
	"capdo/internal/identity"
	"capdo/internal/identity/identitytest"
	"capdo/internal/intake"
	"capdo/internal/paper"
	"capdo/internal/press"
	"capdo/policies"
	"capdo/templates"
	"capdo/workflow"
	"capdo/workflow/memory"
	"capdo/workflow/regime"
)

const password = "một mật khẩu dài"

// rooms are read once: the real law, words, rights and printer, and the hash of
// the one password of everybody.
var rooms = sync.OnceValues(func() (r struct {
	workflow.Config
	words *templates.Templates
	hash  string
}, err error) {
	if r.Book, err = regime.Open(); err != nil {
		return r, err
	}
	if r.words, err = templates.Open(); err != nil {
		return r, err
	}
	r.Printer = press.New(r.words)
	if r.Rights, err = policies.Open(); err != nil {
		return r, err
	}
	keep := identitytest.NewMemory()
	if err = identity.New(keep, time.Now, rand.Reader).SetPassword(context.Background(), "x", "x", password, false); err != nil {
		return r, err
	}
	a, err := keep.Account(context.Background(), "x")
	r.hash = a.Hash
	return r, err
})

// broken is a store that fails when told to.
type broken struct {
	workflow.Store
	keep, snapshot error
}

func (b *broken) Keep(ctx context.Context, ch *workflow.Change) error {
	if b.keep != nil {
		return b.keep
	}
	return b.Store.Keep(ctx, ch)
}

func (b *broken) Snapshot(ctx context.Context, caseID, systemID string) (*workflow.Snapshot, error) {
	if b.snapshot != nil {
		return nil, b.snapshot
	}
	return b.Store.Snapshot(ctx, caseID, systemID)
}

// gate keeps accounts and fails when told to.
type gate struct {
	identity.Keeper
	fault error
}

func (g *gate) Account(ctx context.Context, login string) (identity.Account, error) {
	if g.fault != nil {
		return identity.Account{}, g.fault
	}
	return g.Keeper.Account(ctx, login)
}

func (g *gate) Session(ctx context.Context, token string) (identity.Session, identity.Account, error) {
	if g.fault != nil {
		return identity.Session{}, identity.Account{}, g.fault
	}
	return g.Keeper.Session(ctx, token)
}

// province is a real one over a store in memory: level-2 case c2 is submitted,
// level-3 case c3 is a draft without papers.
type province struct {
	*workflow.Service
	t     *testing.T
	store *broken
	gate  *gate
	id    *identity.Identity
	now   time.Time
	log   bytes.Buffer
	srv   *httptest.Server
}

func newProvince(t *testing.T, change func(*api.Config)) *province {
	t.Helper()
	r, err := rooms()
	if err != nil {
		t.Fatal(err)
	}
	p := &province{t: t, store: &broken{Store: memory.New()}, gate: &gate{Keeper: identitytest.NewMemory()}, now: time.Date(2022, 3, 1, 2, 0, 0, 0, time.UTC)}
	clock, ids := func() time.Time { return p.now }, 0
	p.id = identity.New(p.gate, clock, rand.Reader)
	r.Store, r.Clock = p.store, clock
	r.NewID = func(kind string) string { ids++; return fmt.Sprintf("%s-%d", kind, ids) }
	p.Service = workflow.New(r.Config)
	p.people(r.hash)
	p.dossiers()
	c := api.Config{Service: p.Service, Identity: p.id, Message: r.words.Message, Now: clock, Log: slog.New(slog.NewTextHandler(&p.log, nil)),
		Intake: func(from io.Reader, name string) ([]workflow.ImportRow, []workflow.RowRefusal, string, error) {
			sheet, err := intake.Read(from, name)
			if err != nil {
				return nil, nil, "", &workflow.Problem{Kind: workflow.Invalid, Key: "import.file.wrong_format", Args: map[string]string{"file": name}}
			}
			return sheet.Rows, sheet.Refused, name, nil
		},
		RegisterFile: func(f workflow.PaperFacts, format string) ([]byte, string, error) {
			doc, err := r.words.Fill(f.Regime, f.Form, f)
			if err == nil && format != "text" {
				err = &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "format", Expect: "expect.format", Value: format}}}
			}
			return []byte(paper.Text(doc)), "text/plain; charset=utf-8", err
		}}
	if change != nil {
		change(&c)
	}
	p.srv = httptest.NewServer(api.New(c))
	t.Cleanup(p.srv.Close)
	return p
}

func (p *province) ok(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *province) people(hash string) {
	ctx := context.Background()
	for _, o := range []workflow.Office{{ID: "ubnd", Name: "Ủy ban nhân dân tỉnh Ninh Thuận"}, {ID: "stttt", Name: "Sở Thông tin và Truyền thông", Under: "ubnd"},
		{ID: "sct", Name: "Sở Công Thương", Under: "ubnd"}, {ID: "tinh-b", Name: "Ủy ban nhân dân tỉnh Khánh Hòa"}} {
		_, err := p.AddOffice(ctx, o)
		p.ok(err)
	}
	for _, g := range [][3]string{{"an", "sct", "operator_officer"}, {"binh", "sct", "operator_head"}, {"chi", "stttt", "sdu_officer"}, {"dung", "stttt", "sdu_head"},
		{"hoa", "ubnd", "owner_office"}, {"giang", "ubnd", "owner_head"}, {"kien", "ubnd", "auditor"}, {"quan", "ubnd", "sysadmin"}, {"lan", "tinh-b", "owner_office"}} {
		p.ok(p.AddPerson(ctx, workflow.Person{ID: g[0], Name: "Trần " + g[0], Grants: []workflow.Grant{{Office: g[1], Role: g[2]}}}))
		p.ok(p.gate.SaveAccount(ctx, identity.Account{}, identity.Account{Person: g[0], Login: g[0], Hash: hash}))
	}
}

func (p *province) dossiers() {
	ctx := context.Background()
	for id, f := range map[string]workflow.Facts{"s2": {"system_types": []string{"noi_bo"}, "info_types": []string{"rieng"}},
		"s3": {"system_types": []string{"phuc_vu_nguoi_dan_dn"}, "info_types": []string{"ca_nhan"}, "dvc_level": 3}} {
		p.ok(p.AddSystem(ctx, &workflow.System{ID: id, Name: "Hệ thống " + id, Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt", Facts: f}))
	}
	for _, step := range []struct {
		who string
		workflow.Want
	}{{"an", workflow.Want{Act: "create", System: "s2", NewCase: "c2", Level: 2, Track: "operating"}}, {"an", workflow.Want{Act: "create", System: "s3", NewCase: "c3", Level: 3, Track: "operating"}},
		{"an", workflow.Want{Act: "attach", Case: "c2", With: workflow.With{"components": []any{1, 2, 3, 4}}}}, {"binh", workflow.Want{Act: "submit", Case: "c2"}}} {
		_, err := p.Act(ctx, step.who, step.Want)
		p.ok(err)
	}
}

// visitor is a browser; nobody is one that has not signed in.
type visitor struct {
	p *province
	http.Client
}

func (p *province) nobody() *visitor {
	jar, err := cookiejar.New(nil)
	p.ok(err)
	return &visitor{p, http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (p *province) as(login string) *visitor {
	p.t.Helper()
	v := p.nobody()
	if a := v.post("/api/v1/session", fmt.Sprintf(`{"login":%q,"password":%q}`, login, password)); a.Code != 200 {
		p.t.Fatalf("%s does not get in: %d %s", login, a.Code, a.text)
	}
	return v
}

// answered is what came back.
type answered struct {
	Code   int
	Header http.Header
	text   string
	body   map[string]any
}

func (v *visitor) send(method, path, body string, header ...string) answered {
	v.p.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, v.p.srv.URL+path, strings.NewReader(body))
	v.p.ok(err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := v.Do(req)
	v.p.ok(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	v.p.ok(err)
	a := answered{Code: resp.StatusCode, Header: resp.Header, text: string(b)}
	if strings.Contains(resp.Header.Get("Content-Type"), "json") && len(b) > 0 {
		if err := json.Unmarshal(b, &a.body); err != nil {
			v.p.t.Fatalf("%s %s: %v\n%s", method, path, err, b)
		}
	}
	return a
}

func (v *visitor) get(path string) answered { v.p.t.Helper(); return v.send("GET", path, "") }

func (v *visitor) post(path, body string) answered {
	v.p.t.Helper()
	return v.send("POST", path, body)
}

func (a answered) items(t *testing.T) []any {
	t.Helper()
	list, ok := a.body["items"].([]any)
	if a.Code != 200 || !ok {
		t.Fatalf("no items: %d %s", a.Code, a.text)
	}
	return list
}

// field gives what the problem says of its first field.
func (a answered) field(name string) any {
	list, _ := a.body["fields"].([]any)
	if len(list) == 0 {
		return nil
	}
	return list[0].(map[string]any)[name]
}

// isProblem asks for a problem as RFC 9457 writes it, in words.
func (a answered) isProblem(t *testing.T, code int, kind, key string) {
	t.Helper()
	if a.Code != code || a.body["kind"] != kind || a.body["key"] != key {
		t.Errorf("%d %v %v, want %d %s %s\n%s", a.Code, a.body["kind"], a.body["key"], code, kind, key, a.text)
		return
	}
	if got := a.Header.Get("Content-Type"); got != "application/problem+json; charset=utf-8" {
		t.Errorf("content type %q", got)
	}
	if n, _ := a.body["status"].(float64); int(n) != code {
		t.Errorf("status in the body: %v", a.body["status"])
	}
	for _, name := range []string{"type", "title", "detail"} {
		if s, _ := a.body[name].(string); s == "" || strings.ContainsAny(s, "‹{") {
			t.Errorf("%s: %q", name, s)
		}
	}
	if strings.Contains(a.text, "‹") {
		t.Errorf("a key without words: %s", a.text)
	}
}
