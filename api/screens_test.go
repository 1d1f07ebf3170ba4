package api_test

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/pquerna/otp/totp"

	"capdo/api"
	"capdo/api/pages"
	"capdo/internal/identity"
	"capdo/templates"
	"capdo/workflow"
)

const form = "application/x-www-form-urlencoded"

// withScreens mounts the pages people see.
func withScreens(t *testing.T, change ...func(*pages.Config)) *province {
	t.Helper()
	return newProvince(t, func(c *api.Config) {
		r, err := rooms()
		if err != nil {
			t.Fatal(err)
		}
		screens, err := templates.OpenPages(r.words)
		if err != nil {
			t.Fatal(err)
		}
		conf := pages.Config{Service: c.Service, Identity: c.Identity, Pages: screens, Words: r.words, Log: c.Log, RegisterFile: c.RegisterFile}
		for _, one := range change {
			one(&conf)
		}
		c.Pages = func(e *gin.Engine, shared pages.Door) { pages.Mount(e, conf, shared) }
	})
}

func TestAFormSentAfterTheSessionEndedIsKeptUnlessItIsLarge(t *testing.T) {
	v := withScreens(t).nobody()
	v.send("POST", "/cases/c2/files/x/remove", "reason=typed+before", "Content-Type", form).is(t, 401, "typed before")
	large := v.send("POST", "/cases/c2/files/x/remove", "reason="+strings.Repeat("x", 2<<20), "Content-Type", form).is(t, 401)
	if len(large.text) > 1<<16 {
		t.Errorf("a stranger gets %d bytes back", len(large.text))
	}
}

func TestADeedAtAnAccountNeverHitsAnothersThatIsCalledTheSame(t *testing.T) {
	p := withScreens(t)
	ctx := context.Background()
	p.ok(p.AddPerson(ctx, workflow.Person{ID: "mai", Name: "Lê Mai"}))
	p.ok(p.AddPerson(ctx, workflow.Person{ID: "thu", Name: "Lê Thu", Grants: []workflow.Grant{{Office: "sct", Role: "operator_officer"}}}))
	r, err := rooms()
	p.ok(err)
	p.ok(p.gate.SaveAccount(ctx, identity.Account{}, identity.Account{Person: "thu", Login: "mai", Hash: r.hash}))
	quan := p.as("quan")
	for _, deed := range []string{"disable", "reset", "unlock", "end-code"} {
		quan.send("POST", "/admin/people/mai/account/"+deed, "", "Content-Type", form).is(t, 409)
	}
	p.as("mai").get("/api/v1/me").is(t, 200, `"thu"`)
	quan.send("POST", "/admin/people/thu/account/disable", "", "Content-Type", form).is(t, 303)
	p.nobody().post("/api/v1/session", signIn("mai", password)).isProblem(t, 401, "unauthenticated", "signin.failed")
}

func TestWhoHasToWaitIsToldSoBeforeTheFileIsRead(t *testing.T) {
	v := withScreens(t).nobody()
	const torn = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF"
	send := func(body string) answered {
		return v.send("POST", "/verify", body, "Content-Type", "multipart/form-data; boundary=x")
	}
	send(torn).is(t, 422)
	send("--x--").is(t, 422)
	send(torn+strings.Repeat("x", 21<<20)+"\r\n--x--\r\n").is(t, 413)
	send(torn+"\r\n--x--\r\n").is(t, 404)
	v.get("/verify/AAAA-BBBB").is(t, 404)
	for range 2 {
		if a := send(torn).is(t, 429); a.Header.Get("Retry-After") != "60" {
			t.Errorf("when to try again: %q", a.Header.Get("Retry-After"))
		}
	}
	v.get("/verify?code=AAAA-BBBB").is(t, 429, "AAAA-BBBB")
	v.get("/verify").is(t, 200)
}

func TestAFileThatBreaksOffOrIsTooLargeIsTheFaultOfItsSender(t *testing.T) {
	p := withScreens(t, func(c *pages.Config) {
		c.Files.Take = func(_ context.Context, in io.Reader, want workflow.Attachment) (workflow.Attachment, error) {
			if want.Name == "large.pdf" {
				return want, &workflow.Problem{Kind: workflow.Invalid, Key: "file.too_large", Args: map[string]string{"detail": "9"}}
			}
			_, err := io.ReadAll(in)
			return want, err
		}
	})
	an := p.as("an")
	send := func(name, end string) answered {
		return an.send("POST", "/cases/c3/files?as=evidence", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\""+name+"\"\r\n\r\n%PDF"+end, "Content-Type", "multipart/form-data; boundary=x")
	}
	send("a.pdf", "").is(t, 400)
	send("large.pdf", "\r\n--x--\r\n").is(t, 413)
	send("a.pdf", "\r\n--x--\r\n").is(t, 303)
	if strings.Contains(p.log.String(), "request failed") {
		t.Errorf("taken for a fault of ours: %s", p.log.String())
	}
}

func TestAFileHandedOutOpensNothingHere(t *testing.T) {
	a := withScreens(t).as("giang").get("/registers/file?owner=ubnd&format=text").is(t, 200)
	if got := a.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename=register-") {
		t.Errorf("%q", got)
	}
	if got := a.Header.Get("Content-Security-Policy"); !strings.Contains(got, "sandbox") {
		t.Errorf("%q", got)
	}
}

func TestHalfASessionLastsAsLongOnAPageAsAtTheDoor(t *testing.T) {
	p := withScreens(t)
	_, err := p.id.Sealed([]byte(strings.Repeat("k", identity.KeyLength)))
	p.ok(err)
	an := p.as("an")
	code, err := totp.GenerateCode(an.post("/api/v1/me/code/enrol", `{"password":"`+password+`"}`).is(t, 200).body["secret"].(string), p.now)
	p.ok(err)
	an.post("/api/v1/me/code/confirm", fmt.Sprintf(`{"code":%q}`, code)).is(t, 200)
	half := p.nobody().send("POST", "/sign-in", url.Values{"login": {"an"}, "password": {password}}.Encode(), "Content-Type", form).is(t, 200)
	if c := cookieOf(t, half); c.MaxAge != int(identity.CodeLife.Seconds()) {
		t.Errorf("the cookie lasts %d", c.MaxAge)
	}
}
