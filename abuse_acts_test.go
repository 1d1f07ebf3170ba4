package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"capdo/workflow"
)

// actsAs sends an act and gives status, kind or key of what came back.
func (h *house) actsAs(login, body string) (int, map[string]any) {
	h.t.Helper()
	return h.as(login).post("/api/v1/acts", body)
}

// TestNoBodySetsWhatOnlyStepsSet sends fields of the state of things to every
// JSON route that changes (A05): each is refused by name, no row changes.
func TestNoBodySetsWhatOnlyStepsSet(t *testing.T) {
	h := newHouse(t)
	logins := []string{"an", "chi", "hoa", "quan"}
	for _, login := range logins {
		h.as(login)
	}
	was := h.rows()
	for _, d := range h.doors() {
		if d.method == "GET" || d.method == "DELETE" || d.who == "self" || !strings.HasPrefix(d.route, "/api/") {
			continue
		}
		for _, field := range []string{`"state":"approved"`, `"stage":"in_force"`, `"version":99`, `"org_id":"z"`, `"approved_by":"an"`, `"decision_no":"1/QĐ"`, `"created_at":"2020-01-01"`, `"has_opinion":true`} {
			for _, login := range logins {
				a := h.as(login).try(d.method, h.at(d.route, false), "{"+field+"}")
				if a.sound(t, d.route); a.code < 400 {
					t.Errorf("%s %s with %s by %s: %d %s", d.method, d.route, field, login, a.code, a.text)
				}
			}
		}
	}
	if changed := same(was, h.rows()); len(changed) > 0 {
		t.Errorf("changed %v", changed)
	}
	for _, body := range []string{`{"act":"submit","case":"c","state":"approved"}`, `{"act":"submit","case":"c","has_opinion":true}`} {
		if code, got := h.actsAs("binh", body); code != 400 || got["kind"] != "malformed" {
			t.Errorf("%s: %d %v", body, code, got)
		}
	}
}

// TestAForgedStepIsRefusedWithWhatIsOpen asks for acts out of turn (A06, A07,
// A08, A09), at the door and below it.
func TestAForgedStepIsRefusedWithWhatIsOpen(t *testing.T) {
	h := newHouse(t)
	h.as("dung")
	approve := `{"act":"approve","case":"c","with":{"quy_che":"12/QĐ","quy_che_date":"2021-12-01"}}`
	was, events := h.rows(), h.events()
	code, got := h.actsAs("dung", approve)
	if open, _ := got["open"].([]any); code != 409 || got["kind"] != "not_now" || len(open) == 0 {
		t.Errorf("approval of what is only sent: %d %v", code, got)
	}
	_, err := h.Act(context.Background(), "dung", workflow.Want{Act: "approve", Case: "c", With: workflow.With{"quy_che": "12/QĐ", "quy_che_date": "2021-12-01"}})
	if p, ok := workflow.ProblemOf(err); !ok || p.Kind != workflow.NotNow {
		t.Errorf("below the door: %v", err)
	}
	if changed := same(was, h.rows()); len(changed) > 0 || h.events() != events+2 {
		t.Errorf("changed %v, %d refusals kept", changed, h.events()-events)
	}
	chi, err := h.st.Person(context.Background(), "chi")
	h.ok(err)
	chi.Grants = append(chi.Grants, workflow.Grant{Office: "stttt", Role: "sdu_head"}, workflow.Grant{Office: "sct", Role: "operator_officer"})
	h.ok(h.st.SavePerson(context.Background(), chi))
	for _, body := range []string{`{"act":"accept_valid","case":"c"}`, `{"act":"conclude_fit","case":"c","with":{"points":{"a":"fit","b":"fit","c":"fit"}}}`} {
		if code, got := h.actsAs("chi", body); code != 200 {
			t.Fatalf("%s: %d %v", body, code, got)
		}
	}
	if code, got := h.actsAs("chi", approve); code != 422 || got["guard"] != "appraiser_is_not_approver" {
		t.Errorf("who appraised approves: %d %v", code, got)
	}
	if code, got := h.actsAs("dung", approve); code != 200 {
		t.Errorf("another approves: %d %v", code, got)
	}
}

// TestAnActSentAgainHasOneEffect resends a captured act ten times, a second later
// and under a new session (A10), and 64 times at once (A11).
func TestAnActSentAgainHasOneEffect(t *testing.T) {
	h := newHouse(t)
	const body = `{"act":"accept_valid","case":"c","revision":3,"key":"k"}`
	var mu sync.Mutex
	answers := map[string]int{}
	var wg sync.WaitGroup
	chi := h.as("chi")
	for range 64 {
		wg.Go(func() {
			code, got := chi.post("/api/v1/acts", strings.Replace(body, `,"key":"k"`, "", 1))
			mu.Lock()
			defer mu.Unlock()
			answers[fmt.Sprint(code, " ", got["kind"])]++
		})
	}
	wg.Wait()
	if answers["200 <nil>"] != 1 || answers["409 stale"] != 63 {
		t.Errorf("64 at once: %v", answers)
	}
	want, first := `{"act":"conclude_fit","case":"c","revision":4,"key":"k2","with":{"points":{"a":"fit","b":"fit","c":"fit"}}}`, ""
	for n := range 10 {
		h.now = h.now.Add(time.Second)
		who := chi
		if n > 5 {
			who = h.fresh("chi")
		}
		code, got := who.post("/api/v1/acts", want)
		told := fmt.Sprint(got["event"], got["papers"])
		if first == "" {
			first = told
		}
		if code != 200 || told != first {
			t.Errorf("try %d: %d\n%s\n%s", n, code, told, first)
		}
	}
	c, err := h.Case(context.Background(), "c")
	h.ok(err)
	events, err := h.Events(context.Background(), workflow.EventQuery{Case: "c"})
	h.ok(err)
	accepted := slices.DeleteFunc(events, func(e workflow.Event) bool {
		return e.Refused != nil || e.Act != "accept_valid" && e.Act != "conclude_fit"
	})
	if len(accepted) != 2 || accepted[0].Revision != 4 || c.Revision != accepted[1].Revision {
		t.Errorf("revision %d after %+v", c.Revision, accepted)
	}
}

// TestNumbersBeginAnewWithTheYear draws over the last midnight of a year (A13).
func TestNumbersBeginAnewWithTheYear(t *testing.T) {
	h := newHouse(t)
	h.now = time.Date(2022, 12, 31, 16, 59, 59, 0, time.UTC) // 23:59:59 in Viet Nam
	var numbers []string
	draw := func() {
		t.Helper()
		id := fmt.Sprint("y", len(numbers))
		h.ok(addSystem(h.Service, id))
		for _, w := range []workflow.Want{{Act: "create", System: id, NewCase: "c" + id, Level: 2, Track: "operating"}, {Act: "attach", Case: "c" + id, With: workflow.With{"components": []any{1, 2, 3, 4}}}} {
			_, err := h.Act(context.Background(), "an", w)
			h.ok(err)
		}
		out, err := h.Act(context.Background(), "binh", workflow.Want{Act: "submit", Case: "c" + id})
		h.ok(err)
		for _, p := range out.Papers {
			if p.Issuer == "sct" && p.Number != "" {
				numbers = append(numbers, fmt.Sprintf("%d %s", p.Date.Year(), p.Number))
			}
		}
	}
	draw()
	h.now = h.now.Add(time.Second)
	draw()
	draw()
	if len(numbers) != 3 || !strings.HasPrefix(numbers[0], "2022 ") || !strings.HasPrefix(numbers[1], "2023 1/") && !strings.HasPrefix(numbers[1], "2023 01/") || numbers[1] == numbers[2] {
		t.Errorf("numbers over the year: %v", numbers)
	}
}

// failing is a printer that breaks after the number was drawn.
type failing struct {
	workflow.Printer
	broken bool
}

func (f *failing) Print(ctx context.Context, facts workflow.PaperFacts) (workflow.Printed, error) {
	if f.broken {
		return workflow.Printed{}, errors.New("the press is broken")
	}
	return f.Printer.Print(ctx, facts)
}

// TestANumberDrawnForAPaperThatFailsIsNotLost breaks the printing after the
// number was drawn (A14): the book has no silent gap.
func TestANumberDrawnForAPaperThatFailsIsNotLost(t *testing.T) {
	h := newHouse(t)
	press := &failing{h.Printer, true}
	h.Printer = press
	ctx := context.Background()
	if _, err := h.Act(ctx, "chi", workflow.Want{Act: "request_supplement", Case: "c", With: workflow.With{"reason": "thiếu"}}); err == nil {
		t.Fatal("a step without its paper")
	}
	press.broken = false
	if _, err := h.Act(ctx, "chi", workflow.Want{Act: "request_supplement", Case: "c", With: workflow.With{"reason": "thiếu"}}); err != nil {
		t.Fatal(err)
	}
	_, err := h.SweepNumbers(ctx)
	h.ok(err)
	book, err := h.Numbers(ctx, "stttt", 2022)
	h.ok(err)
	used := 0
	for i, n := range book {
		if n.N != i+1 || n.State == workflow.Reserved || n.State == workflow.Void && n.Reason == "" {
			t.Errorf("in the book: %+v", n)
		}
		if n.State == workflow.Used {
			used++
		}
	}
	if used != 1 {
		t.Errorf("%d used of %d", used, len(book))
	}
}

// TestNoEventNoStep makes each durable effect of a decision fail in turn (A44, and
// the failpoints between every two effects): the decision does not happen at all,
// and does once everything can be written again.
func TestNoEventNoStep(t *testing.T) {
	h := newHouse(t)
	h.as("dung")
	for _, body := range []string{`{"act":"accept_valid","case":"c"}`, `{"act":"conclude_fit","case":"c","with":{"points":{"a":"fit","b":"fit","c":"fit"}}}`} {
		if code, got := h.actsAs("chi", body); code != 200 {
			t.Fatalf("%s: %d %v", body, code, got)
		}
	}
	const approve = `{"act":"approve","case":"c","key":"KEY","with":{"quy_che":"12/QĐ","quy_che_date":"2021-12-01"}}`
	for _, effect := range []string{"UPDATE ON cases", "UPDATE ON systems", "INSERT ON register_entries", "INSERT ON papers", "INSERT ON codes", "UPDATE ON numbers", "INSERT ON requests", "INSERT ON events", "INSERT ON links", "UPDATE ON heads"} {
		db, err := sql.Open("sqlite3", "file:"+h.db+"?_busy_timeout=5000")
		h.ok(err)
		_, err = db.Exec("CREATE TRIGGER hinder BEFORE " + effect + " BEGIN SELECT RAISE(ABORT, 'hindered'); END")
		h.ok(err)
		was, events := h.rows("numbers"), h.events()
		a := h.as("dung").try("POST", "/api/v1/acts", strings.Replace(approve, "KEY", effect, 1))
		if a.code < 500 || leak.MatchString(a.text) || strings.Contains(a.text, "hindered") {
			t.Errorf("%s fails, the step: %d %s", effect, a.code, a.text)
		}
		if changed := same(was, h.rows("numbers")); len(changed) > 0 || h.events() != events {
			t.Errorf("%s fails: changed %v, %d events", effect, changed, h.events()-events)
		}
		_, err = db.Exec("DROP TRIGGER hinder")
		h.ok(errors.Join(err, db.Close()))
	}
	if code, got := h.actsAs("dung", approve); code != 200 {
		t.Errorf("afterwards: %d %v", code, got)
	}
	_, err := h.SweepNumbers(context.Background())
	h.ok(err)
	book, err := h.Numbers(context.Background(), "stttt", 2022)
	h.ok(err)
	for i, n := range book {
		if n.N != i+1 || n.State == workflow.Reserved || n.State == workflow.Void && n.Reason == "" {
			t.Errorf("in the book: %+v", n)
		}
	}
}

// TestAClockThatGoesBackKeepsTheOrder sets the clock an hour back between two
// steps (A45): the history is ordered by number.
func TestAClockThatGoesBackKeepsTheOrder(t *testing.T) {
	h := newHouse(t)
	for i, want := range []workflow.Want{{Act: "accept_valid", Case: "c"}, {Act: "on_site_check", Case: "c"}} {
		h.now = h.now.Add(time.Duration(-i) * time.Hour)
		if _, err := h.Act(context.Background(), "chi", want); err != nil {
			if p, ok := workflow.ProblemOf(err); !ok || i == 0 {
				t.Fatal(err)
			} else if p.Kind != workflow.Invalid && p.Kind != workflow.Refused {
				t.Fatal(err)
			}
		}
	}
	events, err := h.Events(context.Background(), workflow.EventQuery{Case: "c"})
	h.ok(err)
	for i := 1; i < len(events); i++ {
		if events[i].Seq <= events[i-1].Seq {
			t.Errorf("%d after %d", events[i].Seq, events[i-1].Seq)
		}
	}
}

// TestTextsOfAttackersAreTexts puts them into every parameter of every reading
// route and into its path (A31, A32, A38): nothing breaks, nothing more is told,
// nothing changes.
func TestTextsOfAttackersAreTexts(t *testing.T) {
	h := newHouse(t)
	an := h.as("an")
	was := h.rows()
	names := []string{"after", "limit", "name", "owner", "operator", "sdu", "state", "level", "sort", "system", "kind", "on", "vs", "format", "year", "volume", "q", "issuer", "tab", "code", "next", "page_size", "offset"}
	payloads := []string{"%27%20OR%201%3D1--", "name%3BDROP%20TABLE%20cases", "(CASE%20WHEN%201%3D1%20THEN%201%20END)", "1e9", "-1", "%25%25%25%25", "%00", strings.Repeat("a", 30000)}
	for _, d := range h.doors() {
		if d.method != "GET" || strings.Contains(d.route, "verify") {
			continue
		}
		path := h.at(d.route, false)
		for i, name := range names {
			for _, value := range []string{payloads[i%len(payloads)], payloads[(i+3)%len(payloads)]} {
				a := an.try("GET", path+"?"+name+"="+value, "")
				a.sound(t, d.route+"?"+name+"="+value[:min(len(value), 40)])
			}
		}
		if !strings.Contains(d.route, ":id") {
			continue
		}
		for _, id := range []string{"%27%20OR%201%3D1--", "..%2F..%2Fetc%2Fpasswd", "%00", "c%22%3B--", strings.Repeat("d", 5000)} {
			a := an.try("GET", strings.Replace(path, "/"+h.ids[map[bool]string{true: "cases/:id", false: "systems/:id"}[strings.Contains(d.route, "/cases/")]], "/"+id, 1), "")
			a.sound(t, d.route+" of "+id[:min(len(id), 30)])
		}
	}
	if a := an.try("GET", "/api/v1/cases?name="+strings.Repeat("a", 100<<10), ""); a.code != http.StatusRequestHeaderFieldsTooLarge && a.code != 400 {
		t.Errorf("a query of 100 kB: %d", a.code)
	}
	if changed := same(was, h.rows()); len(changed) > 0 {
		t.Errorf("changed %v", changed)
	}
}
