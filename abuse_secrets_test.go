package main

import (
	"bytes"
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"capdo/workflow"
)

// TestNoSecretIsToldAnywhere signs in, makes one-time passwords and codes, and
// looks for each secret in the log, in the papers and in the database (A47).
func TestNoSecretIsToldAnywhere(t *testing.T) {
	h := newHouse(t)
	quan, hoa := h.as("quan"), h.as("hoa")
	secrets := map[string]string{"password": demoPassword, "session": sessionOf(t, quan)}
	_, got := quan.post("/api/v1/admin/accounts/nam/reset", `{}`)
	secrets["one-time password"], _ = got["password"].(string)
	_, got = hoa.post("/api/v1/me/code/enrol", `{"password":"`+demoPassword+`"}`)
	secrets["seed of codes"], _ = got["secret"].(string)
	h.fresh("").try("POST", "/sign-in", "login=an&password=mot-mat-khau-sai-hoan-toan")
	secrets["wrong password"] = "mot-mat-khau-sai-hoan-toan"
	h.fresh("").try("GET", "/verify/MA-XAC-MINH-BI-MAT", "")
	secrets["code of a paper"] = "MA-XAC-MINH-BI-MAT"
	code := regexp.MustCompile(`[A-Z2-7]{4}(?:[- ][A-Z2-7]{4}){2,}`)
	papers, err := h.st.Papers(context.Background(), workflow.PaperQuery{Case: "c"})
	h.ok(err)
	for _, p := range papers {
		if found := code.FindString(p.Text); found != "" {
			secrets["printed code"] = found
		}
	}
	places := map[string][]byte{"the log": h.log.Bytes()}
	for _, end := range []string{"", "-wal"} {
		if places["the database"+end], err = os.ReadFile(h.db + end); err != nil {
			t.Fatal(err)
		}
	}
	for what, secret := range secrets {
		if len(secret) < 8 {
			t.Errorf("no %s was made: %q", what, secret)
		}
		for place, text := range places {
			if what == "printed code" && place != "the log" {
				continue // the paper itself is kept there; who has it holds the paper
			}
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("the %s stands in %s", what, place)
			}
		}
	}
}

func sessionOf(t *testing.T, c *client) string {
	t.Helper()
	a := c.try("POST", "/api/v1/session", `{"login":"quan","password":"`+demoPassword+`"}`)
	_, value, _ := strings.Cut(a.Get("Set-Cookie"), "capdo=")
	value, _, _ = strings.Cut(value, ";")
	return value
}

// TestNoSecretLiesInTheSources looks through everything that is committed (A47).
func TestNoSecretLiesInTheSources(t *testing.T) {
	secret := regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/]{40}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[baprs]-[A-Za-z0-9-]{20}`)
	for path := range sources(t, "") {
		if name := filepath.Base(path); strings.HasSuffix(name, ".secret") || strings.HasSuffix(name, ".key") || strings.HasSuffix(name, ".pem") || name == ".env" {
			t.Errorf("%s is no file for a repository", path)
		}
		if b, err := os.ReadFile(path); err == nil && secret.Match(b) {
			t.Errorf("%s holds a key", path)
		}
	}
}

// sources walks what the program is made of, by its ending; what was built and what
// git ignores is left out.
func sources(t *testing.T, ending string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (path == ".git" || path == "bin" || path == "demo" || path == "shots" || strings.HasPrefix(path, "capdo.")) {
			return fs.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(path, ending) && !strings.HasPrefix(path, "capdo.") {
			out[path] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// goesOut are the places that open connections of their own accord, and whose
// word says where to: the command line's, never a request's (A33).
var goesOut = map[string]string{
	"internal/store":  "the address of the database, from --db",
	"internal/files":  "the object store, from its settings",
	"internal/pgtest": "tests",
	"internal/e2e":    "tests",
}

// TestNothingInARequestMakesTheProgramGoOut proves the absence: no room but those
// named speaks to others (A33).
func TestNothingInARequestMakesTheProgramGoOut(t *testing.T) {
	calls := regexp.MustCompile(`^(http\.(Get|Post|PostForm|Head|Client|DefaultClient|Transport|NewRequest|NewRequestWithContext)|net\.(Dial|DialTimeout|Dialer|LookupHost|LookupIP)|tls\.Dial|exec\.Command|exec\.CommandContext|smtp\..*|rpc\..*)$`)
	for path := range sources(t, ".go") {
		if strings.HasSuffix(path, "_test.go") || goesOut[filepath.Dir(path)] != "" || strings.HasPrefix(path, "internal/tools") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && calls.MatchString(x.Name+"."+s.Sel.Name) {
					t.Errorf("%s uses %s.%s", path, x.Name, s.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestNoWordOfTheSenderBecomesAnAddress sends other hosts and senders (A48): no
// answer speaks of them, and pages lead only to pages of ours.
func TestNoWordOfTheSenderBecomesAnAddress(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/", "/sign-in", "/work", "/cases/c", "/registers", "/verify", "/api/v1/cases/c", "/healthz", "/nichts", "//xau.example/..", "/systems/s?next=//xau.example"} {
		for _, login := range []string{"", "an"} {
			c := h.fresh("")
			if login != "" {
				c = h.as(login)
			}
			a := c.try("GET", path, "", "X-Forwarded-Host", "xau.example", "X-Forwarded-For", "203.0.113.9", "Forwarded", "host=xau.example", "X-Original-URL", "/api/v1/admin/people", "X-HTTP-Method-Override", "DELETE")
			a.sound(t, path)
			if path != "/systems/s?next=//xau.example" && strings.Contains(a.text, "xau.example") || strings.Contains(a.Get("Location"), "//xau.example") {
				t.Errorf("%s: tells of another host: %s %.200s", path, a.Get("Location"), a.text)
			}
		}
	}
	for _, next := range []string{"https://xau.example", "//xau.example", `/\xau.example`, "/%09/xau.example", "/%0a/xau.example", "javascript:alert(1)", "/work%0d%0aSet-Cookie:a=b"} {
		a := h.fresh("").try("POST", "/sign-in", "login=nam&password="+demoPassword+"&next="+next)
		if to := a.Get("Location"); a.code != 303 || to != "/" {
			t.Errorf("after signing in with next=%q: %d to %q", next, a.code, to)
		}
	}
	if a := h.as("an").try("GET", "/api/v1/cases?limit=1&limit=2", ""); a.code != 400 {
		t.Errorf("a parameter twice: %d", a.code)
	}
	if a := h.as("an").try("GET", "/debug/pprof/", ""); a.code != 404 {
		t.Errorf("pprof: %d", a.code)
	}
}
