package api_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"capdo/api"
	"capdo/api/pages"
	"capdo/workflow"
)

func TestABodyThatCannotBeReadIsRefusedWithItsPlace(t *testing.T) {
	p := newProvince(t, nil)
	an := p.as("an")
	for _, c := range []struct{ says, body, field, value string }{
		{"a comma too many", "{\n  \"act\": \"submit\",\n}", "body", "3:1"},
		{"nothing at all", " ", "body", "1:1"},
		{"half a body", `{"act":"sub`, "body", "1:11"},
		{"two values", `{"act":"submit"}{}`, "body", "1:17"},
		{"not an object", `["submit"]`, "", "1:1"},
		{"a field of another type", "{\"act\":\"submit\",\n\"level\":\"ba\"}", "level", "2:12"},
		{"an unknown field", `{"act":"submit","state":"approved"}`, "state", ""},
		{"text that is not UTF-8", "{\"act\":\"\xff\"}", "body", ""},
	} {
		a := an.post("/api/v1/acts", c.body)
		a.isProblem(t, 400, "malformed", "kind.malformed")
		value, _ := a.field("value").(string)
		if a.field("name") != c.field || value != c.value || a.field("expect") == "" {
			t.Errorf("%s: %s", c.says, a.text)
		}
	}
	an.post("/api/v1/acts", `{"act":"`+strings.Repeat("a", 1<<20)+`"}`).isProblem(t, 413, "too_large", "kind.too_large")
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json-x", ";"} {
		for _, path := range []string{"/acts", "/session", "/password", "/numbers/sct", "/numbers/sct/n/void"} {
			a := an.send("POST", "/api/v1"+path, `{}`, "Content-Type", kind)
			a.isProblem(t, 415, "unsupported_media", "kind.unsupported_media")
			if a.Header.Get("Accept") != "application/json" {
				t.Errorf("%s as %q: no word on what is taken", path, kind)
			}
		}
	}
	if a := an.send("POST", "/api/v1/acts", `{"act":"submit","case":"c9"}`, "Content-Type", "Application/JSON; charset=utf-8"); a.Code != 404 {
		t.Errorf("JSON with its charset: %d", a.Code)
	}
}

func TestEveryMethodNotOfferedIsNamed(t *testing.T) {
	p := newProvince(t, nil)
	an := p.as("an")
	for path, methods := range map[string]string{"/api/v1/cases/c2": "GET, HEAD", "/api/v1/acts": "POST", "/api/v1/session": "DELETE, GET, HEAD, POST", "/": "GET, HEAD"} {
		for _, method := range []string{"PUT", "PATCH", "OPTIONS", "TRACE"} {
			a := an.send(method, path, "")
			a.isProblem(t, 405, "method_not_allowed", "kind.method_not_allowed")
			for _, m := range strings.Split(methods, ", ") {
				if !strings.Contains(a.Header.Get("Allow"), m) {
					t.Errorf("%s %s: Allow %q", method, path, a.Header.Get("Allow"))
				}
			}
		}
	}
	if a := an.send("HEAD", "/api/v1/acts", ""); a.Code != 405 || a.text != "" || a.Header.Get("Allow") != "POST" {
		t.Errorf("HEAD of what is only posted: %d %q", a.Code, a.Header.Get("Allow"))
	}
	for _, path := range []string{"/nichts", "/api/v1", "/api/v1/cases/", "/api/v2/cases", "/api/v1/cases/c2/../../me", "/index.html"} {
		an.get(path).isProblem(t, 404, "not_found", "not_found.page")
	}
}

func TestForeignOriginsAreTurnedAwayFromWhatChanges(t *testing.T) {
	p := newProvince(t, nil)
	an := p.as("an")
	for _, h := range [][2]string{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "null"}} {
		for _, r := range [][2]string{{"POST", "/api/v1/acts"}, {"POST", "/api/v1/session"}, {"DELETE", "/api/v1/session"}, {"POST", "/api/v1/password"}, {"POST", "/api/v1/numbers/sct"}} {
			a := an.send(r[0], r[1], `{}`, h[0], h[1])
			a.isProblem(t, 403, "cross_origin", "kind.cross_origin")
			if a.Header.Get("Content-Security-Policy") == "" {
				t.Error("turned away without the headers of the house")
			}
		}
	}
	if a := an.send("POST", "/api/v1/acts", `{"act":"submit","case":"c9"}`, "Origin", p.srv.URL, "Sec-Fetch-Site", "same-origin"); a.Code != 404 {
		t.Errorf("from our own page: %d", a.Code)
	}
	if a := an.send("GET", "/api/v1/me", "", "Sec-Fetch-Site", "cross-site"); a.Code != 200 || a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("reading across origins: %d %v", a.Code, a.Header)
	}
}

func TestEveryAnswerCarriesTheHeadersOfTheHouse(t *testing.T) {
	p := newProvince(t, nil)
	an, nobody := p.as("an"), p.nobody()
	for says, a := range map[string]answered{"page": nobody.get("/"), "list": an.get("/api/v1/cases"), "paper": an.get("/api/v1/papers/c2.3.form-01"), "not signed in": nobody.get("/api/v1/me"),
		"no such page": nobody.get("/nichts"), "no such method": nobody.send("PUT", "/", ""), "malformed": nobody.post("/api/v1/session", "{")} {
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cache-Control": "no-store",
			"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": "", "Server": ""} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", says, name, got)
			}
		}
		csp := a.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: %q lacks %s", says, csp, want)
			}
		}
	}
}

// TestNoRequestGetsTheContextOfAnother holds on to the contexts of requests, as a
// reading of the database does that is still ending.
func TestNoRequestGetsTheContextOfAnother(t *testing.T) {
	seen := map[*gin.Context]bool{}
	p := newProvince(t, func(c *api.Config) {
		c.Pages = func(e *gin.Engine, _ pages.Door) {
			e.GET("/held/:id", func(g *gin.Context) {
				seen[g] = true
				g.String(http.StatusOK, g.Param("id"))
			})
		}
	})
	for n := range 20 {
		if a := p.nobody().get("/held/" + strconv.Itoa(n)); a.Code != 200 || a.text != strconv.Itoa(n) {
			t.Errorf("request %d: %d %s", n, a.Code, a.text)
		}
	}
	if len(seen) != 20 {
		t.Errorf("20 requests had %d contexts", len(seen))
	}
}

func TestAProblemSpeaksTheLanguageAskedFor(t *testing.T) {
	p := newProvince(t, nil)
	v := p.nobody()
	for asked, want := range map[string]string{"": "Hãy đăng nhập.", "vi": "Hãy đăng nhập.", "en-GB,en": "Please sign in.", "fr": "Hãy đăng nhập."} {
		if a := v.send("GET", "/api/v1/me", "", "Accept-Language", asked); a.body["detail"] != want {
			t.Errorf("%q: %v", asked, a.body["detail"])
		}
	}
}

func TestAPanicIsAReferenceNumberAndTheDoorStaysOpen(t *testing.T) {
	p := newProvince(t, func(c *api.Config) {
		c.RegisterFile = func(workflow.PaperFacts, string) ([]byte, string, error) { panic("secret of the house") }
	})
	an := p.as("an")
	a := an.get("/api/v1/registers/ubnd?format=xlsx")
	a.isProblem(t, 500, "internal", "kind.internal")
	if strings.Contains(a.text, "secret") || !strings.Contains(p.log.String(), "secret") {
		t.Errorf("told %s, logged %s", a.text, p.log.String())
	}
	if a := an.get("/api/v1/me"); a.Code != http.StatusOK {
		t.Errorf("afterwards: %d", a.Code)
	}
}

func TestTheStartPageTellsTheDayAndEscapesWhatItShows(t *testing.T) {
	p := newProvince(t, func(c *api.Config) { c.Notice = `<script>alert("x")</script>` })
	a := p.nobody().get("/")
	if a.Code != 200 || a.Header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(a.text, "2022-03-01") || !strings.Contains(a.text, "<li>2 hệ thống") {
		t.Errorf("%d %v\n%s", a.Code, a.Header, a.text)
	}
	if strings.Contains(a.text, "<script") || !strings.Contains(a.text, "&lt;script&gt;") {
		t.Errorf("not escaped:\n%s", a.text)
	}
}

func TestTheStartPageCountsWhatIsThere(t *testing.T) {
	p := newProvince(t, nil)
	v := p.nobody()
	for _, want := range []string{"<li>2 hệ thống", "<li>3 hệ thống"} {
		if a := v.get("/"); !strings.Contains(a.text, want) {
			t.Errorf("no %q in\n%s", want, a.text)
		}
		p.ok(p.AddSystem(t.Context(), &workflow.System{ID: "s4" + want, Name: "Hệ thống s4", Owners: []string{"ubnd"}, Operators: []string{"sct"}, Facts: workflow.Facts{}}))
	}
}
