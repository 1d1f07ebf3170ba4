package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime/multipart"
	"net/netip"
	"strings"
	"testing"
	"time"

	"capdo/api"
	"capdo/workflow"
)

// decision decides case c2 and gives the paper.
func (p *province) decision() workflow.Paper {
	p.t.Helper()
	ctx := context.Background()
	for _, step := range []struct {
		who string
		workflow.Want
	}{{"chi", workflow.Want{Act: "accept_valid", Case: "c2"}},
		{"chi", workflow.Want{Act: "conclude_fit", Case: "c2", With: workflow.With{"points": map[string]any{"a": "fit", "b": "fit", "c": "fit"}}}},
		{"dung", workflow.Want{Act: "approve", Case: "c2", With: workflow.With{"quy_che": "1/QĐ", "quy_che_date": "2022-02-01"}}}} {
		_, err := p.Act(ctx, step.who, step.Want)
		p.ok(err)
	}
	list, err := p.Papers(ctx, "c2")
	p.ok(err)
	d, err := p.Paper(ctx, list[len(list)-1].ID)
	p.ok(err)
	return d
}

func TestAnybodyMayCheckAPaperByItsCode(t *testing.T) {
	p := newProvince(t, nil)
	d := p.decision()
	a := p.nobody().get("/api/v1/verify/" + strings.ToLower(d.Facts.Proof.Code))
	want := map[string]any{"form": "form-06", "number": d.Number, "date": d.Date.String(), "issuer": "Sở Thông tin và Truyền thông", "level": 2.0, "state": "in_force", "sha256": d.SHA256}
	if a.Code != 200 || fmt.Sprint(a.body) != fmt.Sprint(want) {
		t.Errorf("%d %s", a.Code, a.text)
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Error("the answer may be kept by a cache")
	}
}

func TestAnybodyMayCheckAPaperByItsFile(t *testing.T) {
	p := newProvince(t, nil)
	d := p.decision()
	if sum := sha256.Sum256(d.PDF); hex.EncodeToString(sum[:]) != d.SHA256 {
		t.Fatal("the paper's hash is not that of its bytes")
	}
	raw := p.nobody().send("POST", "/api/v1/verify", string(d.PDF), "Content-Type", "application/pdf")
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "quyet-dinh.pdf")
	p.ok(err)
	_, err = part.Write(d.PDF)
	p.ok(err)
	p.ok(w.Close())
	sent := p.nobody().send("POST", "/api/v1/verify", form.String(), "Content-Type", w.FormDataContentType())
	for says, a := range map[string]answered{"as the body": raw, "as a part of a form": sent} {
		if a.Code != 200 || a.body["number"] != d.Number {
			t.Errorf("%s: %d %s", says, a.Code, a.text)
		}
	}
	v := p.nobody()
	v.send("POST", "/api/v1/verify", string(d.PDF)+"\n", "Content-Type", "application/pdf").isProblem(t, 404, "not_found", "not_found.proof")
	v.send("POST", "/api/v1/verify", "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\na\r\n--x--\r\n", "Content-Type", "multipart/form-data; boundary=x").isProblem(t, 400, "malformed", "kind.malformed")
	v.send("POST", "/api/v1/verify", "nothing", "Content-Type", "multipart/form-data").isProblem(t, 400, "malformed", "kind.malformed")
	v.send("POST", "/api/v1/verify", strings.Repeat("x", 20<<20+1), "Content-Type", "application/pdf").isProblem(t, 413, "too_large", "kind.too_large")
}

func TestWrongCodesSlowTheirAddressDownAndNobodyElse(t *testing.T) {
	p := newProvince(t, func(c *api.Config) { c.Proxies = []string{"127.0.0.1"} })
	d := p.decision()
	ask := func(from, code string) answered {
		return p.nobody().send("GET", "/api/v1/verify/"+code, "", "X-Forwarded-For", from)
	}
	wrong := []string{"AAAA-BBBB-CCCC-DDDD", "x", "AAAA-BBBB-CCCC-DDD9", "%25", "AAAA-BBBB-CCCC-DDDE"}
	var told []string
	for _, code := range wrong {
		a := ask("203.0.113.7", code)
		a.isProblem(t, 404, "not_found", "not_found.proof")
		if told = append(told, a.text); told[0] != a.text {
			t.Errorf("%q is told apart from a code of no paper: %s", code, a.text)
		}
		if a := ask("203.0.113.7", d.Facts.Proof.Code); code != wrong[4] && a.Code != 200 {
			t.Fatalf("a right code between: %d %s", a.Code, a.text)
		}
	}
	a := ask("203.0.113.7", d.Facts.Proof.Code)
	a.isProblem(t, 429, "busy", "verify.wait")
	if a.Header.Get("Retry-After") != "60" {
		t.Errorf("when to try again: %q", a.Header.Get("Retry-After"))
	}
	if a := ask("203.0.113.8", d.Facts.Proof.Code); a.Code != 200 {
		t.Errorf("another address: %d", a.Code)
	}
	p.now = p.now.Add(59 * time.Second)
	ask("203.0.113.7", wrong[0]).isProblem(t, 429, "busy", "verify.wait")
	p.now = p.now.Add(time.Second)
	if a := ask("203.0.113.7", d.Facts.Proof.Code); a.Code != 200 {
		t.Errorf("after a minute: %d %s", a.Code, a.text)
	}
}

func TestOneWholeNetworkOfTheNewKindIsOneAddress(t *testing.T) {
	p := newProvince(t, func(c *api.Config) { c.Proxies = []string{"127.0.0.1"} })
	last := answered{}
	for i := range 6 {
		from := netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 15: byte(i)}).String()
		last = p.nobody().send("GET", "/api/v1/verify/x", "", "X-Forwarded-For", from)
	}
	last.isProblem(t, 429, "busy", "verify.wait")
}
