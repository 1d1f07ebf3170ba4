package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"capdo/api"
)

func TestSigningOutClearsTheBrowser(t *testing.T) {
	h := newHouse(t)
	for path, method := range map[string]string{"/sign-out": "POST", "/api/v1/session": "DELETE"} {
		c := h.fresh("an")
		if a := c.try("GET", "/api/v1/me", ""); a.code != 200 || a.Get("Clear-Site-Data") != "" {
			t.Errorf("signed in: %d, %q", a.code, a.Get("Clear-Site-Data"))
		}
		if a := c.try(method, path, ""); a.Get("Clear-Site-Data") != `"cache", "storage"` {
			t.Errorf("%s: %d, %q", path, a.code, a.Get("Clear-Site-Data"))
		}
	}
}

// TestPagesTakeAParameterOnce asks every page for a thing said twice.
func TestPagesTakeAParameterOnce(t *testing.T) {
	h := newHouse(t)
	asked := 0
	for _, route := range api.Routes(h.door) {
		if route.Method != http.MethodGet || strings.HasPrefix(route.Path, "/api/") {
			continue
		}
		asked++
		if a := h.as("an").try("GET", h.at(route.Path, false)+"?q=a&q=b", ""); a.code != 400 {
			t.Errorf("%s: %d", route.Path, a.code)
		}
	}
	if asked < 50 {
		t.Errorf("%d pages", asked)
	}
	if a := h.as("an").try("GET", "/cases?q=%zz", ""); a.code != 400 {
		t.Errorf("an address that cannot be read: %d", a.code)
	}
}

func TestARequestFromAnotherSiteLeavesALine(t *testing.T) {
	h := newHouse(t)
	an := h.as("an")
	h.log.Reset()
	if a := an.try("POST", "/api/v1/acts", `{}`, "Origin", "https://xau.example"); a.code != 403 {
		t.Errorf("%d", a.code)
	}
	if log := h.log.String(); !strings.Contains(log, `level=WARN msg="request from another site refused" path=/api/v1/acts origin=https://xau.example from=127.0.0.1`) {
		t.Errorf("no line in\n%s", log)
	}
}

// TestWhoSendsTooMuchWaitsAndHoldsNobodyElseUp sends until it is turned away.
func TestWhoSendsTooMuchWaitsAndHoldsNobodyElseUp(t *testing.T) {
	h := newHouse(t)
	wild, other := h.fresh("an"), h.fresh("an")
	sent := 0
	for ; sent < 700 && wild.try("POST", "/api/v1/acts", `{}`).code != 429; sent++ {
	}
	if sent != 600 {
		t.Errorf("turned away after %d", sent)
	}
	if a := wild.try("POST", "/api/v1/acts", `{}`); a.code != 429 || a.Get("Retry-After") == "" || !strings.Contains(a.text, "request.too_many") {
		t.Errorf("%d %s", a.code, a.text)
	}
	if a := wild.try("GET", "/api/v1/cases/c", ""); a.code != 200 {
		t.Errorf("reading is held up: %d", a.code)
	}
	if a := other.try("POST", "/api/v1/acts", `{}`); a.code != 422 {
		t.Errorf("another session: %d", a.code)
	}
	h.now = h.now.Add(time.Second)
	for n := range 21 {
		if a := wild.try("POST", "/api/v1/acts", `{}`); (a.code == 429) != (n == 20) {
			t.Errorf("request %d a second later: %d", n+1, a.code)
		}
	}
}

func TestTheLanguageIsBoundToTheHostOverTLS(t *testing.T) {
	h := newHouse(t)
	h.door.Secure = true
	srv := httptest.NewServer(api.New(h.door))
	defer srv.Close()
	browser := func() *client {
		c := h.fresh("")
		c.base = srv.URL
		return c
	}
	set := browser().try("POST", "/language", "lang=en&back=/sign-in").Get("Set-Cookie")
	for _, want := range []string{"__Host-lang=en; Path=/;", "HttpOnly", "Secure", "SameSite=Strict"} {
		if !strings.Contains(set, want) {
			t.Errorf("%q lacks %s", set, want)
		}
	}
	for cookie, want := range map[string]string{"__Host-lang=en": `lang="en"`, "lang=en": `lang="vi"`} {
		if a := browser().try("GET", "/sign-in", "", "Cookie", cookie); !strings.Contains(a.text, "<html "+want) {
			t.Errorf("with %s: %.200s", cookie, a.text)
		}
	}
}
