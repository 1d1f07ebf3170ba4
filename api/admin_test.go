package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"capdo/api"
	"capdo/internal/identity"
	"capdo/internal/identity/identitytest"
	"capdo/workflow"
	"capdo/workflow/memory"
)

func (v *visitor) put(path, body string) answered {
	v.p.t.Helper()
	return v.send("PUT", path, body)
}

func (a answered) is(t *testing.T, code int, wants ...string) answered {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(a.text, want) {
			t.Errorf("no %s in %.600s", want, a.text)
		}
	}
	if a.Code != code {
		t.Fatalf("%d, want %d: %s", a.Code, code, a.text)
	}
	return a
}

func TestOfficesPeopleAndRolesAreKeptByTheirRoutes(t *testing.T) {
	p := newProvince(t, nil)
	quan, at := p.as("quan"), "/api/v1/admin"
	o := quan.post(at+"/offices", `{"name":"Sở Xây dựng","under":"ubnd","source":"1/QĐ"}`).is(t, 200, `"suggested":true`)
	id := o.body["id"].(string)
	quan.put(at+"/offices/"+id, `{"place":"Ninh Thuận","correction":true,"source":"2/QĐ"}`).is(t, 200, `"place":"Ninh Thuận"`)
	quan.post(at+"/offices/"+id+"/confirm", `{"source":"2/QĐ"}`).is(t, 200)
	quan.put(at+"/offices/"+id, `{"name":"Sở Xây dựng và Giao thông","on":"2022-02-01","source":"3/QĐ","revision":1}`).isProblem(t, 409, "stale", "house.moved_on")
	quan.put(at+"/offices/"+id, `{"name":"Sở Xây dựng và Giao thông","on":"2022-02-01","source":"3/QĐ"}`).is(t, 200, `"until":"2022-01-31"`)
	quan.post(at+"/split", fmt.Sprintf(`{"office":%q,"on":"2022-03-01","source":"4/QĐ","into":[{"name":"Sở Giao thông","under":"ubnd"}]}`, id)).is(t, 200, "split_from")
	quan.post(at+"/merge", fmt.Sprintf(`{"offices":[%q],"into":"sct","on":"2022-03-01","source":"5/QĐ"}`, id)).is(t, 200, "took_over", `"systems":[]`)
	quan.post(at+"/offices/stttt/end", `{"on":"2022-02-28","source":"6/QĐ"}`).is(t, 200, `"systems":["s2","s3"]`)
	quan.get("/api/v1/offices?all=true").is(t, 200, id, "stttt")
	if a := p.as("an").get("/api/v1/offices").is(t, 200, `"sct"`); strings.Contains(a.text, `"id":"stttt"`) {
		t.Errorf("an office that ended can be chosen: %s", a.text)
	}
	quan.get("/api/v1/offices/stttt").is(t, 200, `"to":"2022-02-28"`)
	quan.get("/api/v1/offices/nicht").isProblem(t, 404, "not_found", "not_found.office")

	quan.post(at+"/people", `{"id":"mai","name":"Lê Mai"}`).is(t, 200, `"grants":[]`)
	quan.put(at+"/people/mai", `{"name":"Lê Thị Mai","source":"CCCD"}`).is(t, 200, "Lê Thị Mai")
	quan.post(at+"/people/mai/grants", `{"office":"sct","role":"operator_head","source":"7/QĐ"}`).is(t, 200, "operator_head")
	quan.post(at+"/people/quan/grants", `{"office":"sct","role":"operator_head","source":"7/QĐ"}`).isProblem(t, 422, "refused", "grant.self")
	quan.post(at+"/people/mai/grants/0/end", `{"to":"2022-03-01","source":"8/QĐ"}`).is(t, 200, `"to":"2022-03-01"`)
	quan.post(at+"/people/mai/grants/x/end", `{}`).isProblem(t, 404, "not_found", "not_found.page")
	quan.get(at+"/people").is(t, 200, "Lê Thị Mai")
	page := quan.get(at+"/events?limit=2").is(t, 200, "office_added")
	quan.get(at+"/events?limit=200&after="+page.body["next"].(string)).is(t, 200, "grant_ended", `"grant.self"`)
	quan.put(at+"/province", `{"name":"Tỉnh Ninh Thuận","url":"https://capdo.example"}`).is(t, 200, "https://capdo.example")
	p.as("an").get(at+"/province").is(t, 200, "Tỉnh Ninh Thuận")
	quan.get(at+"/calendars").is(t, 200, `"year":2022`)
}

func TestWhoKeepsNothingIsRefusedAtEveryRouteOfTheAdministrator(t *testing.T) {
	p := newProvince(t, nil)
	an, nobody := p.as("an"), p.nobody()
	for _, r := range [][3]string{{"POST", "/offices", `{"name":"x","source":"x"}`}, {"PUT", "/offices/sct", `{"source":"x"}`}, {"POST", "/offices/sct/confirm", `{}`}, {"POST", "/offices/sct/end", `{}`},
		{"POST", "/merge", `{}`}, {"POST", "/split", `{}`}, {"GET", "/people", ""}, {"POST", "/people", `{"id":"xx","name":"x"}`}, {"PUT", "/people/an", `{"name":"x"}`},
		{"POST", "/people/an/grants", `{"office":"ubnd","role":"owner_head","source":"x"}`}, {"POST", "/people/an/grants/0/end", `{}`}, {"GET", "/events", ""}, {"PUT", "/province", `{"name":"x"}`},
		{"GET", "/accounts", ""}, {"POST", "/accounts", `{"person":"an"}`}, {"POST", "/accounts/quan/reset", `{}`}, {"POST", "/accounts/quan/disable", `{}`}, {"POST", "/accounts/quan/enable", `{}`},
		{"POST", "/accounts/quan/unlock", `{}`}, {"POST", "/accounts/quan/end-code", `{}`}, {"POST", "/accounts/quan/end-sessions", `{}`}, {"GET", "/sessions", ""}} {
		an.send(r[0], "/api/v1/admin"+r[1], r[2]).isProblem(t, 403, "denied", "house.denied")
		nobody.send(r[0], "/api/v1/admin"+r[1], r[2]).isProblem(t, 401, "unauthenticated", "signin.needed")
		if r[0] == "GET" {
			continue
		}
		a := an.send(r[0], "/api/v1/admin"+r[1], `{"colour":"red"}`)
		a.isProblem(t, 400, "malformed", "kind.malformed")
		if a.field("name") != "colour" {
			t.Errorf("%s %s: %s", r[0], r[1], a.text)
		}
	}
	p.as("quan").post("/api/v1/admin/accounts/an/promote", `{}`).isProblem(t, 404, "not_found", "not_found.page")
}

func TestOfficersTakeInSystemsByTheirRoutes(t *testing.T) {
	p := newProvince(t, nil)
	an := p.as("an")
	a := an.post("/api/v1/systems", `{"name":"Cổng dữ liệu","owners":["ubnd"],"operators":["sct"],"key":"k"}`).is(t, 200, "Cổng dữ liệu")
	id := a.body["id"].(string)
	an.put("/api/v1/systems/"+id, `{"name":"Cổng dữ liệu mở","owners":["ubnd"],"operators":["sct"],"address":"Phan Rang"}`).is(t, 200, "Phan Rang")
	an.get("/api/v1/systems/"+id).is(t, 200, "Cổng dữ liệu mở")
	an.put("/api/v1/systems/s2", `{"name":"x","owners":["ubnd"],"operators":["sct"]}`).isProblem(t, 409, "not_now", "system.on_its_way")
	p.as("lan").put("/api/v1/systems/s2", `{}`).isProblem(t, 404, "not_found", "not_found.system")
	p.as("giang").post("/api/v1/systems", `{"name":"x"}`).isProblem(t, 403, "denied", "house.denied")
}

func TestTheAdministratorKeepsAccounts(t *testing.T) {
	p := newProvince(t, nil)
	quan, at := p.as("quan"), "/api/v1/admin/accounts"
	quan.post("/api/v1/admin/people", `{"id":"mai","name":"Lê Mai"}`).is(t, 200)
	word := quan.post(at, `{"person":"mai"}`).is(t, 200, `"days":7`).body["password"].(string)
	v := p.nobody()
	v.post("/api/v1/session", signIn("mai", word)).is(t, 200, `"must_change":true`)
	v.get("/api/v1/me").isProblem(t, 403, "denied", "account.must_change")
	quan.post(at, `{"person":"mai"}`).isProblem(t, 422, "refused", "account.exists")
	quan.post(at, `{"person":"nicht"}`).isProblem(t, 404, "not_found", "not_found.person")
	quan.get("/api/v1/admin/sessions").is(t, 200, `"login":"mai"`, `"here":true`)
	quan.post(at+"/mai/end-sessions", `{}`).is(t, 204)
	v.get("/api/v1/session").isProblem(t, 401, "unauthenticated", "signin.needed")
	again := quan.post(at+"/mai/reset", `{}`).is(t, 200).body["password"].(string)
	v.post("/api/v1/session", signIn("mai", word)).isProblem(t, 401, "unauthenticated", "signin.failed")
	quan.post(at+"/mai/disable", `{}`).is(t, 204)
	v.post("/api/v1/session", signIn("mai", again)).isProblem(t, 401, "unauthenticated", "signin.failed")
	quan.post(at+"/mai/enable", `{}`).is(t, 204)
	for range 3 {
		v.post("/api/v1/session", signIn("mai", "sai"))
	}
	v.post("/api/v1/session", signIn("mai", again)).isProblem(t, 429, "busy", "signin.wait")
	quan.get(at).is(t, 200, `"wrong":5`)
	quan.post(at+"/mai/unlock", `{}`).is(t, 204)
	v.post("/api/v1/session", signIn("mai", again)).is(t, 200)
	quan.post(at+"/mai/end-code", `{}`).isProblem(t, 409, "not_now", "code.none")
	quan.post(at+"/quan/disable", `{}`).isProblem(t, 422, "refused", "account.self")
	quan.post(at+"/nicht/unlock", `{}`).isProblem(t, 404, "not_found", "not_found.account")
	p.now = p.now.Add(identity.OneTime)
	v.post("/api/v1/session", signIn("mai", again)).isProblem(t, 401, "unauthenticated", "signin.outdated")
	p.as("quan").get("/api/v1/admin/events").is(t, 200, "account_created", "password_reset", "account_unlocked", "sessions_ended")
}

func TestOneTimeCodesAreSetUpAskedForAndEnded(t *testing.T) {
	p := newProvince(t, nil)
	an, me := p.as("an"), "/api/v1/me/code"
	an.post(me+"/enrol", `{"password":"`+password+`"}`).isProblem(t, 422, "refused", "code.no_key")
	_, err := p.id.Sealed([]byte(strings.Repeat("k", identity.KeyLength)))
	p.ok(err)
	an.get(me).is(t, 200, `"on":false`)
	an.post(me+"/confirm", `{"code":"000000"}`).isProblem(t, 409, "not_now", "code.none")
	secret := an.post(me+"/enrol", `{"password":"`+password+`"}`).is(t, 200, "otpauth://totp/").body["secret"].(string)
	code := func() string {
		c, err := totp.GenerateCode(secret, p.now)
		p.ok(err)
		return c
	}
	a := an.post(me+"/confirm", `{"code":"000000"}`)
	a.isProblem(t, 422, "invalid", "field.invalid")
	if a.field("name") != "code" || a.field("expect") == "" {
		t.Errorf("%s", a.text)
	}
	words := an.post(me+"/confirm", fmt.Sprintf(`{"code":%q}`, code())).is(t, 200).body["recovery_codes"].([]any)
	an.get(me).is(t, 200, `"on":true`, `"recovery_codes":10`)
	an.post(me+"/enrol", `{"password":"`+password+`"}`).isProblem(t, 409, "not_now", "code.exists")

	p.now = p.now.Add(time.Minute)
	v := p.nobody()
	half := v.post("/api/v1/session", signIn("an", password)).is(t, 200, `"pending":true`)
	if c := cookieOf(t, half); c.MaxAge != int(identity.CodeLife.Seconds()) {
		t.Errorf("the cookie lasts %d", c.MaxAge)
	}
	v.get("/api/v1/session").is(t, 200, `"pending":true`)
	for _, path := range []string{"/me", "/cases", "/admin/people", "/me/code", "/me/sessions"} {
		v.get("/api/v1"+path).isProblem(t, 401, "unauthenticated", "signin.code_needed")
	}
	v.post("/api/v1/password", `{"old":"x","new":"y"}`).isProblem(t, 401, "unauthenticated", "signin.code_needed")
	v.post("/api/v1/session/code", `{"code":"000000"}`).isProblem(t, 422, "invalid", "field.invalid")
	v.post("/api/v1/session/code", `{"kode":"000000"}`).isProblem(t, 400, "malformed", "kind.malformed")
	whole := v.post("/api/v1/session/code", fmt.Sprintf(`{"code":%q}`, code())).is(t, 200, `"pending":false`)
	if cookieOf(t, whole).Value == cookieOf(t, half).Value {
		t.Error("the token before the code goes on")
	}
	v.get("/api/v1/me").is(t, 200)
	p.nobody().post("/api/v1/session/code", `{"code":"000000"}`).isProblem(t, 401, "unauthenticated", "signin.needed")

	w := p.nobody()
	w.post("/api/v1/session", signIn("an", password)).is(t, 200)
	w.post("/api/v1/session/code", fmt.Sprintf(`{"code":%q}`, code())).isProblem(t, 422, "invalid", "field.invalid") // used
	w.post("/api/v1/session/code", fmt.Sprintf(`{"code":%q}`, words[0])).is(t, 200)
	w.get("/api/v1/me/sessions").is(t, 200, `"here":true`)
	w.post("/api/v1/me/sessions/end", `{}`).is(t, 204)
	v.get("/api/v1/me").isProblem(t, 401, "unauthenticated", "signin.needed")
	if a := w.post(me+"/end", fmt.Sprintf(`{"password":"sai","code":%q}`, words[1])); a.field("name") != "password" {
		t.Errorf("%s", a.text)
	}
	w.post(me+"/end", fmt.Sprintf(`{"password":%q,"code":%q}`, password, words[1])).is(t, 204)
	p.as("an").get("/api/v1/me").is(t, 200)
}

func TestHalfASignInCanBeGivenUpAndTheAdministratorTakesCodesAway(t *testing.T) {
	p := newProvince(t, nil)
	_, err := p.id.Sealed([]byte(strings.Repeat("k", identity.KeyLength)))
	p.ok(err)
	an := p.as("an")
	secret := an.post("/api/v1/me/code/enrol", `{"password":"`+password+`"}`).is(t, 200).body["secret"].(string)
	code, err := totp.GenerateCode(secret, p.now)
	p.ok(err)
	an.post("/api/v1/me/code/confirm", fmt.Sprintf(`{"code":%q}`, code)).is(t, 200)
	v := p.nobody()
	v.post("/api/v1/session", signIn("an", password)).is(t, 200, `"pending":true`)
	v.send("DELETE", "/api/v1/session", "").is(t, 204)
	v.post("/api/v1/session/code", fmt.Sprintf(`{"code":%q}`, code)).isProblem(t, 401, "unauthenticated", "signin.needed")
	p.as("quan").post("/api/v1/admin/accounts/an/end-code", `{}`).is(t, 204)
	p.as("an").get("/api/v1/me").is(t, 200)
}

func TestANewHouseIsSetUpThroughTheDoorOnce(t *testing.T) {
	p := newProvince(t, func(c *api.Config) {
		r := c.Service.Config
		r.Store = memory.New()
		c.Service, c.SetUpCode = workflow.New(r), "h-ouse"
		c.Identity = identity.New(identitytest.NewMemory(), c.Now, strings.NewReader(strings.Repeat("some randomness ", 64)))
	})
	v := p.nobody()
	v.get("/api/v1/setup").is(t, 200, `"needed":true`, `"known":true`)
	const order = `{"province":{"name":"Tỉnh Mẫu"},"owner":{"name":"Ủy ban nhân dân tỉnh Mẫu","source":"x"},"sdu":{"name":"Sở Khoa học và Công nghệ","source":"x"},"admin":{"id":"quan","name":"Trần Quân"},"password":%q,"code":"h-ouse"}`
	if a := v.post("/api/v1/setup", fmt.Sprintf(order, "ngắn")); a.Code != http.StatusUnprocessableEntity || a.field("name") != "password" {
		t.Errorf("%d %s", a.Code, a.text)
	}
	if a := v.post("/api/v1/setup", `{"password":"một mật khẩu dài","code":" h-ouse"}`); a.Code != http.StatusUnprocessableEntity || a.field("name") != "province.name" {
		t.Errorf("%d %s", a.Code, a.text)
	}
	if a := v.post("/api/v1/setup", strings.Replace(fmt.Sprintf(order, password), "h-ouse", "h-aus", 1)); a.Code != http.StatusUnprocessableEntity || a.field("name") != "code" {
		t.Errorf("%d %s", a.Code, a.text)
	}
	v.post("/api/v1/setup", fmt.Sprintf(order, password)).is(t, 200, `"role":"sysadmin"`)
	v.get("/api/v1/setup").is(t, 200, `"needed":false`)
	v.post("/api/v1/setup", fmt.Sprintf(order, password)).isProblem(t, 422, "refused", "setup.done")
	v.post("/api/v1/session", signIn("quan", password)).is(t, 200, `"must_change":false`)
	v.get("/api/v1/admin/people").is(t, 200, "Trần Quân")
}
