package main

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"capdo/api"
	"capdo/workflow"
)

// required makes a house that wants a second step for heads of the operator.
func required(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	quan := h.as("quan")
	if a := quan.try("POST", "/admin/province", "name=Ninh+Thu%E1%BA%ADn&second_step_roles=operator_head&second_step_roles=owner_head"); a.code != 303 {
		t.Fatalf("%d %.300s", a.code, a.text)
	}
	if p, err := h.Province(t.Context()); err != nil || p.Coded != "operator_head owner_head" {
		t.Fatalf("kept %+v, %v", p, err)
	}
	if a := quan.try("GET", "/admin/province", ""); !strings.Contains(a.text, `value="operator_head" checked`) || strings.Contains(a.text, `value="sdu_head" checked`) {
		t.Errorf("the page does not show what is kept")
	}
	return h
}

// TestARoleThatNeedsASecondStepOpensNothingBeforeIt walks every route as somebody of
// such a role without a second step: sign-in, password and the second step itself
// are open, nothing else; once it is set up all is.
func TestARoleThatNeedsASecondStepOpensNothingBeforeIt(t *testing.T) {
	h := required(t)
	binh, before := h.as("binh"), h.rows()
	for _, route := range api.Routes(h.door) {
		path := h.at(route.Path, false)
		if route.Method == http.MethodHead || openAnyway.MatchString(route.Method+" "+route.Path) {
			continue
		}
		a := binh.try(route.Method, path, "")
		led := a.code == 303 && a.Get("Location") == "/account"
		if told := a.code == 403 && strings.Contains(a.text, "account.code_due"); !led && !told {
			t.Errorf("%s %s: %d to %q %.100s", route.Method, path, a.code, a.Get("Location"), a.text)
		}
	}
	if changed := same(before, h.rows()); len(changed) > 0 {
		t.Errorf("changed: %v", changed)
	}
	if a := binh.try("GET", "/account", ""); a.code != 200 || !strings.Contains(a.text, "Vai trò của bạn phải dùng mã một lần") {
		t.Errorf("the page of the account: %d", a.code)
	}
	for _, other := range []string{"an", "quan"} {
		if a := h.as(other).try("GET", "/api/v1/me", ""); a.code != 200 {
			t.Errorf("%s has no such role: %d", other, a.code)
		}
	}
	if a := binh.try("POST", "/account/code", "password=sai"); a.code != 422 {
		t.Errorf("with a wrong password: %d", a.code)
	}
	a := binh.try("POST", "/account/code", "password="+demoPassword)
	secret := regexp.MustCompile(`name="secret" value="([A-Z2-7]+)"`).FindStringSubmatch(a.text)
	if secret == nil {
		t.Fatalf("%d %.300s", a.code, html.UnescapeString(a.text))
	}
	code, err := totp.GenerateCode(secret[1], time.Now())
	h.ok(err)
	if a := binh.try("POST", "/account/code/confirm", fmt.Sprintf("code=%s&secret=%s", code, secret[1])); a.code != 200 || strings.Contains(a.text, "Vai trò của bạn phải") {
		t.Errorf("confirmed: %d", a.code)
	}
	for _, path := range []string{"/api/v1/me", "/cases/c"} {
		if a := binh.try("GET", path, ""); a.code != 200 {
			t.Errorf("%s with a second step: %d", path, a.code)
		}
	}
	if a := binh.try("POST", "/api/v1/acts", `{"act":"withdraw","case":"c","with":{"reason":"x"}}`); a.code != 200 {
		t.Errorf("an act with a second step: %d %s", a.code, a.text)
	}
}

// openAnyway are the routes that stay open: before the sign-in, out of it, the own
// password and the own second step.
var openAnyway = regexp.MustCompile(`^(GET /assets/|(GET|POST) /sign-in|POST /(language|sign-out)$|(GET|POST) (/api/v1)?/(setup|verify)|(GET|POST|DELETE) /api/v1/(session|password)|(GET|POST) (/account|/api/v1/me/code))`)

func TestOnlyRolesThereAreCanBeHeldToASecondStep(t *testing.T) {
	h := newHouse(t)
	err := h.SetProvince(t.Context(), "quan", workflow.Province{Name: "Ninh Thuận", Coded: "sdu_head vua sdu_head"})
	if p, ok := workflow.ProblemOf(err); !ok || p.Kind != workflow.Invalid || p.Fields[0].Value != "vua" {
		t.Errorf("%v", err)
	}
	h.ok(h.SetProvince(t.Context(), "quan", workflow.Province{Name: "Ninh Thuận", Coded: "sdu_head owner_head sdu_head"}))
	if p, err := h.Province(t.Context()); err != nil || p.Coded != "owner_head sdu_head" {
		t.Errorf("%+v, %v", p, err)
	}
	for person, want := range map[string]bool{"dung": true, "giang": true, "an": false, "quan": false} {
		if due, err := h.CodeDue(t.Context(), person); due != want || err != nil {
			t.Errorf("%s: %v, %v", person, due, err)
		}
	}
}
