package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"capdo/api"
	"capdo/internal/identity"
)

// cookieOf gives the cookie an answer sets.
func cookieOf(t *testing.T, a answered) *http.Cookie {
	t.Helper()
	got := (&http.Response{Header: a.Header}).Cookies()
	if len(got) != 1 {
		t.Fatalf("%d cookies: %v", len(got), a.Header)
	}
	return got[0]
}

func signIn(login, word string) string { return fmt.Sprintf(`{"login":%q,"password":%q}`, login, word) }

func TestSigningInAndOut(t *testing.T) {
	p := newProvince(t, nil)
	v := p.nobody()
	for _, path := range []string{"/api/v1/session", "/api/v1/me", "/api/v1/cases", "/api/v1/numbers/sct"} {
		v.get(path).isProblem(t, 401, "unauthenticated", "signin.needed")
	}
	for _, login := range []string{"an", "ai-do", ""} {
		v.post("/api/v1/session", signIn(login, "sai mật khẩu rồi")).isProblem(t, 401, "unauthenticated", "signin.failed")
	}
	a := v.post("/api/v1/session", signIn("an", password))
	c := cookieOf(t, a)
	if c.Name != "capdo" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.Secure || c.MaxAge != int(identity.Life.Seconds()) {
		t.Errorf("the cookie: %v", a.Header["Set-Cookie"])
	}
	if a.body["person"] != "an" || a.body["must_change"] != false || strings.Contains(a.text, c.Value) {
		t.Errorf("signed in: %s", a.text)
	}
	if a = v.get("/api/v1/session"); a.Code != 200 || a.body["login"] != "an" || a.body["until"] != "2022-03-01T14:00:00Z" {
		t.Errorf("the session: %s", a.text)
	}
	if a = v.send("DELETE", "/api/v1/session", ""); a.Code != 204 || cookieOf(t, a).MaxAge >= 0 {
		t.Errorf("signed out: %d %v", a.Code, a.Header)
	}
	v.send("GET", "/api/v1/me", "", "Cookie", "capdo="+c.Value).isProblem(t, 401, "unauthenticated", "signin.needed")
}

func TestASignInEndsTheSessionTheBrowserHadBefore(t *testing.T) {
	p := newProvince(t, nil)
	v := p.nobody()
	first := cookieOf(t, v.post("/api/v1/session", signIn("an", password))).Value
	second := cookieOf(t, v.post("/api/v1/session", signIn("an", password))).Value
	if first == second {
		t.Error("two sign-ins share a token")
	}
	p.nobody().send("GET", "/api/v1/me", "", "Cookie", "capdo="+first).isProblem(t, 401, "unauthenticated", "signin.needed")
	if a := v.get("/api/v1/me"); a.Code != 200 {
		t.Errorf("the new session: %d", a.Code)
	}
}

func TestOverTLSTheCookieIsBoundToTheHost(t *testing.T) {
	p := newProvince(t, func(c *api.Config) { c.Secure = true })
	a := p.nobody().post("/api/v1/session", signIn("an", password))
	c := cookieOf(t, a)
	if c.Name != "__Host-capdo" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteStrictMode {
		t.Errorf("the cookie: %v", a.Header["Set-Cookie"])
	}
	if a.Header.Get("Strict-Transport-Security") == "" {
		t.Error("the browser may come back without TLS")
	}
	v := p.nobody()
	v.send("GET", "/api/v1/me", "", "Cookie", "capdo="+c.Value).isProblem(t, 401, "unauthenticated", "signin.needed")
	if a := v.send("GET", "/api/v1/me", "", "Cookie", "__Host-capdo="+c.Value); a.Code != 200 {
		t.Errorf("with the cookie: %d", a.Code)
	}
}

func TestASessionLeftUnusedOrTooLongEnds(t *testing.T) {
	p := newProvince(t, nil)
	v := p.as("an")
	p.now = p.now.Add(59 * time.Minute)
	if a := v.get("/api/v1/me"); a.Code != 200 {
		t.Errorf("used within the hour: %d", a.Code)
	}
	p.now = p.now.Add(time.Hour)
	v.get("/api/v1/me").isProblem(t, 401, "unauthenticated", "signin.needed")
}

func TestAPasswordSetByAnotherOpensNothingButItsChange(t *testing.T) {
	p := newProvince(t, nil)
	ctx := context.Background()
	p.ok(p.id.SetPassword(ctx, "chi", "chi", password, true))
	v := p.as("chi")
	for _, r := range [][2]string{{"GET", "/me"}, {"GET", "/systems"}, {"GET", "/systems/s2"}, {"GET", "/cases"}, {"GET", "/cases/c2"}, {"GET", "/cases/c2/acts"}, {"GET", "/cases/c2/events"},
		{"GET", "/cases/c2/papers"}, {"GET", "/cases/c2/preview/form-01"}, {"POST", "/acts"}, {"GET", "/papers/c2.3.form-01"}, {"GET", "/registers/ubnd"}, {"POST", "/registers/ubnd/import"},
		{"GET", "/numbers/stttt"}, {"POST", "/numbers/stttt"}, {"POST", "/numbers/stttt/n/void"}} {
		v.send(r[0], "/api/v1"+r[1], "").isProblem(t, 403, "denied", "account.must_change")
	}
	if a := v.get("/api/v1/session"); a.Code != 200 || a.body["must_change"] != true {
		t.Errorf("the session: %d %s", a.Code, a.text)
	}
	if a := v.send("DELETE", "/api/v1/session", ""); a.Code != 204 {
		t.Errorf("signing out: %d", a.Code)
	}
	v, other := p.as("chi"), p.as("chi")
	const next = "một mật khẩu khác hẳn"
	change := func(old, now string) answered {
		return v.post("/api/v1/password", fmt.Sprintf(`{"old":%q,"new":%q}`, old, now))
	}
	for says, c := range map[string][3]string{"the old one is wrong": {"sai", next, "old"}, "too short": {password, "ngắn", "new"}, "the same": {password, password, "new"},
		"too long": {password, strings.Repeat("a", 1025), "new"}} {
		a := change(c[0], c[1])
		a.isProblem(t, 422, "invalid", "field.invalid")
		if a.field("name") != c[2] || a.field("expect") == "" || strings.Contains(a.text, c[1]) {
			t.Errorf("%s: %s", says, a.text)
		}
	}
	a := change(password, next)
	if a.Code != 200 || a.body["must_change"] != false || cookieOf(t, a).Value == "" {
		t.Fatalf("changed: %d %s", a.Code, a.text)
	}
	if a := v.get("/api/v1/cases/c2"); a.Code != 200 {
		t.Errorf("after the change: %d", a.Code)
	}
	other.get("/api/v1/session").isProblem(t, 401, "unauthenticated", "signin.needed")
	p.nobody().post("/api/v1/session", signIn("chi", password)).isProblem(t, 401, "unauthenticated", "signin.failed")
	p.nobody().post("/api/v1/password", `{"old":"x","new":"y"}`).isProblem(t, 401, "unauthenticated", "signin.needed")
}

func TestADisabledAccountIsOutAtOnce(t *testing.T) {
	p := newProvince(t, nil)
	v := p.as("an")
	p.ok(p.id.Disable(context.Background(), "an", true))
	v.get("/api/v1/me").isProblem(t, 401, "unauthenticated", "signin.needed")
	v.post("/api/v1/session", signIn("an", password)).isProblem(t, 401, "unauthenticated", "signin.failed")
}

func TestGuessingIsToldToWait(t *testing.T) {
	p := newProvince(t, nil)
	v := p.nobody()
	for range 5 {
		v.post("/api/v1/session", signIn("an", "sai")).isProblem(t, 401, "unauthenticated", "signin.failed")
	}
	a := v.post("/api/v1/session", signIn("an", password))
	a.isProblem(t, 429, "busy", "signin.wait")
	if a.Header.Get("Retry-After") != "30" {
		t.Errorf("try again after %q", a.Header.Get("Retry-After"))
	}
	p.now = p.now.Add(30 * time.Second)
	if a := v.post("/api/v1/session", signIn("an", password)); a.Code != 200 {
		t.Errorf("after waiting: %d", a.Code)
	}
}

func TestTheSenderIsNamedByATrustedProxyOnly(t *testing.T) {
	for _, c := range []struct {
		says    string
		proxies []string
		code    int
	}{{"the word of a stranger is not taken", nil, 429}, {"the word of the proxy is", []string{"127.0.0.1", "::1"}, 401}} {
		p := newProvince(t, func(conf *api.Config) { conf.Proxies = c.proxies })
		last := answered{}
		for n := range 6 {
			last = p.nobody().send("POST", "/api/v1/session", signIn("an", "sai"), "X-Forwarded-For", fmt.Sprintf("10.0.0.%d", n+1))
		}
		if last.Code != c.code {
			t.Errorf("%s: %d", c.says, last.Code)
		}
	}
}
