package main

import (
	"database/sql"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"capdo/api"
)

// oneDoor is a route and who gets in, as testdata/doors.txt says.
type oneDoor struct{ who, method, route string }

// lets tells whether a role gets in.
func (d oneDoor) lets(letter string) bool {
	return d.who == "all" || d.who == "open" || strings.Contains(d.who, letter)
}

// named tells whether the route names something that may belong to others.
func (d oneDoor) named() bool { return strings.ContainsAny(d.route, ":") && d.who != "open" }

// doors reads the table and holds it against the router: each route once in
// both.
func (h *house) doors() []oneDoor {
	h.t.Helper()
	b, err := os.ReadFile("testdata/doors.txt")
	h.ok(err)
	var list []oneDoor
	known := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) != 3 || f[0] == "#" {
			continue
		}
		list, known[f[1]+" "+f[2]] = append(list, oneDoor{f[0], f[1], f[2]}), true
	}
	there := map[string]bool{}
	for _, r := range api.Routes(h.door) {
		if r.Method == "HEAD" {
			continue // with its GET
		}
		if there[r.Method+" "+r.Path] = true; !known[r.Method+" "+r.Path] {
			d := oneDoor{"", r.Method, r.Path}
			h.t.Errorf("not in testdata/doors.txt; who gets in now, may he? %s", h.letIn(d))
		}
	}
	list = slices.DeleteFunc(list, func(d oneDoor) bool {
		gone := !there[d.method+" "+d.route]
		if gone {
			h.t.Errorf("testdata/doors.txt speaks of %s %s, which is no route", d.method, d.route)
		}
		return gone
	})
	slices.SortStableFunc(list, func(a, b oneDoor) int { return strings.Compare(orderOf(a), orderOf(b)) })
	return list
}

// letIn tries a route with everybody and writes it as a row of the table, to be
// judged and put there by hand.
func (h *house) letIn(d oneDoor) string {
	who := ""
	for _, one := range everybody {
		if in(h.as(one.login).try(d.method, h.at(d.route, false), h.body(d)).code) {
			who += one.letter
		}
	}
	if len(who) == len(everybody) {
		who = "all"
	}
	return fmt.Sprintf("%-10s %-6s %s", who, d.method, d.route)
}

// orderOf puts readings first and removals last.
func orderOf(d oneDoor) string {
	if strings.HasSuffix(d.route, "/remove") {
		return "2"
	}
	return map[string]string{"GET": "0", "POST": "1", "PUT": "1", "DELETE": "2"}[d.method] + d.route
}

// bodies are what a request needs to come as far as the right.
var bodies = map[string]string{"POST /api/v1/admin/accounts": `{"person":"an"}`, "POST /registers/print": "owner=ubnd", "POST /jobs/print": "what=register&owner=ubnd&format=csv", "POST /cases/:id/acts/:act": "key=k"}

// body is what a try of a route carries: a workbook as the program itself hands
// it out, a form, or JSON that says nothing.
func (h *house) body(d oneDoor) string {
	if strings.HasSuffix(d.route, "xlsx") && d.method == "POST" {
		return h.as("an").try("GET", h.at(d.route, false), "").text
	}
	if b, ok := bodies[d.method+" "+d.route]; ok || d.method == "GET" || !strings.HasPrefix(d.route, "/api/") {
		return b
	}
	return "{}"
}

func in(code int) bool { return code != 401 && code != 403 && code != 404 }

// leak is what no answer may tell: where in the program, what was asked of the
// database, where on the machine.
var leak = regexp.MustCompile(`goroutine \d|\.go:\d|SQLITE|SQLSTATE|sqlite3|syntax error|no such (table|column)|/tmp/|gorm|panic:`)

// sound asks of every answer that it is none of ours by accident.
func (a answer) sound(t *testing.T, what string) {
	t.Helper()
	if a.code >= 500 {
		t.Errorf("%s: %d %.200s", what, a.code, a.text)
	}
	if at := leak.FindString(a.text); at != "" && !strings.HasPrefix(a.text, "PK") && !strings.HasPrefix(a.text, "%PDF") {
		t.Errorf("%s tells %q", what, at)
	}
}

// TestEveryDoorOpensToWhomTheTableSays walks every route of the router with
// somebody of every role (A01, A02, A04, A25): what is not on the table is shut,
// what is hidden answers as if it were not there, and a try that is turned away
// changes no row.
func TestEveryDoorOpensToWhomTheTableSays(t *testing.T) {
	h := newHouse(t)
	list := h.doors()
	nobody := h.fresh("")
	for _, d := range list {
		path, body := h.at(d.route, false), h.body(d)
		what := d.method + " " + d.route
		a := nobody.try(d.method, path, body)
		a.sound(t, what)
		away := a.code == 401 || a.code == 303 && strings.HasPrefix(a.Get("Location"), "/sign-in")
		if d.who != "open" && !away {
			t.Errorf("%s without signing in: %d", what, a.code)
		}
		if d.who == "open" || d.who == "self" {
			continue
		}
		jobs := "jobs" // some that were begun run on while other routes are tried
		if strings.Contains(d.route, "/jobs") || strings.Contains(d.route, "/imports") {
			jobs = ""
		}
		was := h.rows(jobs)
		for _, one := range everybody {
			if d.lets(one.letter) {
				continue
			}
			a := h.as(one.login).try(d.method, path, body)
			if a.sound(t, what); in(a.code) {
				t.Errorf("%s: %s (%s) gets in: %d", what, one.login, one.role, a.code)
			}
			if a.code == 404 && d.named() && orderOf(d) < "2" {
				gone := h.at(d.route, true)
				if b := h.as(one.login).try(d.method, gone, body); b.code != 404 || strings.ReplaceAll(a.text, path, gone) != b.text {
					t.Errorf("%s: %s can tell what is hidden from what is not there: %d %d\n%s\n%s", what, one.login, a.code, b.code, a.text, b.text)
				}
			}
		}
		if changed := same(was, h.rows(jobs)); len(changed) > 0 {
			t.Errorf("%s was turned away and changed %v", what, changed)
		}
		for _, one := range everybody {
			if !d.lets(one.letter) {
				continue
			}
			a := h.as(one.login).try(d.method, path, body)
			if a.sound(t, what); !in(a.code) && !(a.code == 404 && (d.method == "DELETE" || strings.Contains(d.route, "/remove") || strings.HasSuffix(d.who, "?"))) {
				t.Errorf("%s: %s (%s) is turned away: %d %.300s", what, one.login, one.role, a.code, a.text)
			}
		}
	}
}

// TestWhatIsOnlyReadChangesNothing walks every GET (A27): no row changes and
// nothing but refusals is written into the history. The one exception is the architecture's:
// the printed edition of a register is kept.
func TestWhatIsOnlyReadChangesNothing(t *testing.T) {
	h := newHouse(t)
	readers := []string{"an", "hoa", "quan"}
	for _, login := range readers {
		h.as(login)
	}
	was, steps := h.rows(), h.steps()
	for _, d := range h.doors() {
		if d.method != "GET" {
			continue
		}
		for _, login := range readers {
			a := h.as(login).try("GET", h.at(d.route, false), "", "Sec-Fetch-Site", "cross-site")
			a.sound(t, d.route)
			csp := a.Get("Content-Security-Policy")
			if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors") || !strings.Contains(csp, "base-uri 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
				t.Errorf("%s: policy %q", d.route, csp)
			}
			if a.Get("X-Content-Type-Options") != "nosniff" || a.Get("X-Frame-Options") == "" || a.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: headers %v", d.route, a.Header)
			}
		}
	}
	if changed := same(was, h.rows()); len(changed) > 0 || h.steps() != steps {
		t.Errorf("reading changed %v, %d events became %d", changed, steps, h.steps())
	}
	for range 3 {
		h.as("an").try("GET", "/api/v1/registers/ubnd?format=pdf", "")
	}
	for _, changed := range same(was, h.rows()) {
		if name, _, _ := strings.Cut(changed, " "); !slices.Contains([]string{"papers", "codes"}, name) {
			t.Errorf("the edition of a register changed %s", changed)
		}
	}
}

// TestNothingChangesAcrossOrigins walks every route that changes (A27).
func TestNothingChangesAcrossOrigins(t *testing.T) {
	h := newHouse(t)
	was, events := h.rows(), h.events()
	for _, d := range h.doors() {
		if d.method == "GET" {
			continue
		}
		path, what := h.at(d.route, false), d.method+" "+d.route
		for _, header := range [][]string{{"Origin", "https://xau.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"},
			{"Origin", "https://xau.example", "Content-Type", "text/plain"}, {"Origin", "https://xau.example", "X-HTTP-Method-Override", "GET"}} {
			if a := h.as("an").try(d.method, path, h.body(d), header...); a.code != 403 {
				t.Errorf("%s with %v: %d", what, header, a.code)
			}
		}
	}
	if changed := same(was, h.rows()); len(changed) > 0 || h.events() != events {
		t.Errorf("changed %v, %d events became %d", changed, events, h.events())
	}
}

// events counts the history; steps, what of it was no refusal.
func (h *house) events() int { return h.count("SELECT count(*) FROM events") }

func (h *house) steps() int {
	return h.count(`SELECT count(*) FROM events WHERE json_extract(body, '$.refused') IS NULL`)
}

func (h *house) count(query string) int {
	h.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+h.db+"?mode=ro")
	h.ok(err)
	defer db.Close()
	n := 0
	h.ok(db.QueryRow(query).Scan(&n))
	return n
}
