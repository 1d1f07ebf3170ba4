package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"capdo/workflow"
)

func drawing(side int) []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side)))
	return b.Bytes()
}

const quietPDF = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"

// send uploads a file as the part of a form.
func (c *client) send(path, name string, content []byte) (int, map[string]any) {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		c.t.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = w.Close()
	return c.answer(c.Post(c.base+path, w.FormDataContentType(), &b))
}

func (c *client) fetch(method, path, body string) (*http.Response, []byte) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp, b
}

func TestFilesThroughTheDoor(t *testing.T) {
	dir, srv := demoProvince(t)
	an, chi, oanh, kien, admin := signedIn(t, srv, "an"), signedIn(t, srv, "chi"), signedIn(t, srv, "oanh"), signedIn(t, srv, "kien"), signedIn(t, srv, "quan-tri")
	code, got := an.send("/api/v1/cases/d2/files?as=logical_diagram", "../../Sơ đồ \"lõi\".png", drawing(3))
	if code != 201 || got["name"] != "Sơ đồ _lõi_.png" || got["version"] != 1.0 || got["shown"] != true {
		t.Fatalf("%d %v", code, got)
	}
	id := got["id"].(string)
	for _, c := range []struct {
		says, path, name, content, key string
		by                             *client
		code                           int
	}{
		{"a program under another name", "d2/files?as=evidence", "a.pdf", "MZ\x90\x00\x03", "file.unknown_type", an, 422},
		{"a PDF with a script", "d2/files?as=evidence", "a.pdf", strings.Replace(quietPDF, "/Type", "/S /JavaScript /Type", 1), "file.active", an, 422},
		{"a kind nobody knows", "d2/files?as=selfie", "a.png", "x", "field.invalid", an, 422},
		{"no kind", "d2/files", "a.png", "x", "field.invalid", an, 422},
		{"a parameter nobody knows", "d2/files?as=other&x=1", "a.png", "x", "kind.malformed", an, 400},
		{"unseen characters in a name", "d2/files?as=other", "a\u202egnp.png", string(drawing(4)), "text.bad_character", an, 422},
		{"nothing", "d2/files?as=other", "a.txt", "", "file.empty", an, 422},
		{"a case of others", "d3/files?as=other", "a.txt", "x", "not_found.case", an, 404},
		{"the auditor reads and does not write", "d2/files?as=other", "a.txt", "x", "act.denied", kien, 403},
		{"the administrator sees no case", "d2/files?as=other", "a.txt", "x", "not_found.case", admin, 404},
	} {
		t.Run(c.says, func(t *testing.T) {
			code, body := c.by.send("/api/v1/cases/"+c.path, c.name, []byte(c.content))
			if code != c.code || body["key"] != c.key || body["detail"] == "" || strings.Contains(body["detail"].(string), "‹") {
				t.Errorf("%d %v", code, body)
			}
		})
	}
	resp, b := chi.fetch(http.MethodGet, "/api/v1/cases/d2/files/"+id, "")
	h := resp.Header
	if resp.StatusCode != 200 || !bytes.Equal(b, drawing(3)) || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment; filename*=utf-8''") ||
		h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || h.Get("Content-Type") != "image/png" {
		t.Errorf("%d %v", resp.StatusCode, h)
	}
	for says, path := range map[string]string{"a file of another case": "/api/v1/cases/d3/files/" + id, "a file that is not there": "/api/v1/cases/d3/files/a-none"} {
		if resp, _ := oanh.fetch(http.MethodGet, path, ""); resp.StatusCode != 404 {
			t.Errorf("%s: %d", says, resp.StatusCode)
		}
	}
	if resp, _ := oanh.fetch(http.MethodGet, "/api/v1/cases/d2/files/"+id, ""); resp.StatusCode != 404 {
		t.Errorf("a case of others: %d", resp.StatusCode)
	}
	if resp, _ := chi.fetch(http.MethodDelete, "/api/v1/cases/d2/files/"+id, ""); resp.StatusCode != 403 {
		t.Errorf("taken out by the appraiser: %d", resp.StatusCode)
	}
	if code, body := an.send("/api/v1/cases/d2/files?as=logical_diagram", "b.png", drawing(5)); code != 201 || body["version"] != 2.0 {
		t.Errorf("the next version: %d %v", code, body)
	}
	if resp, _ := an.fetch(http.MethodDelete, "/api/v1/cases/d2/files/"+id, ""); resp.StatusCode != 204 {
		t.Errorf("taken out by the operator: %d", resp.StatusCode)
	}
	if resp, _ := an.fetch(http.MethodGet, "/api/v1/cases/d2/files/"+id, ""); resp.StatusCode != 404 {
		t.Errorf("handed out after it was taken out: %d", resp.StatusCode)
	}
	if _, body := an.get("/api/v1/cases/d2/files"); len(body["items"].([]any)) != 2 {
		t.Errorf("list: %v", body)
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "capdo.db.files", "*", "*", "*")); len(found) != 2 {
		t.Errorf("kept beside the database: %v", found)
	}
}

func TestAnUploadThatIsTooLargeIsTurnedAwayBeforeItIsRead(t *testing.T) {
	_, srv := demoProvince(t)
	c := signedIn(t, srv, "an")
	at, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const begun = 300 << 10 // bytes of five gigabytes that are ever sent
	if _, err := fmt.Fprintf(conn, "POST /api/v1/cases/d2/files?as=other HTTP/1.1\r\nHost: x\r\nCookie: %s\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n%s",
		c.Jar.Cookies(at)[0], int64(5)<<30, strings.Repeat("x", begun)); err != nil {
		t.Fatal(err)
	}
	if code, body := c.answer(http.ReadResponse(bufio.NewReader(conn), nil)); code != 413 || body["kind"] != "too_large" {
		t.Errorf("%d %v", code, body)
	}
	if code, _ := c.post("/api/v1/cases/d2/files?as=other", `{}`); code != 400 {
		t.Errorf("no form: %d", code)
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/api/v1/cases/d2/files?as=other", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\ntorn"))
	req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	if code, body := c.answer(c.Do(req)); code != 400 {
		t.Errorf("a torn form: %d %v", code, body)
	}
}

func TestOverviewsThroughTheDoor(t *testing.T) {
	_, srv := demoProvince(t)
	an, chi, oanh, admin := signedIn(t, srv, "an"), signedIn(t, srv, "chi"), signedIn(t, srv, "oanh"), signedIn(t, srv, "quan-tri")
	const path = "/api/v1/systems/van-ban/overview"
	put := func(c *client, body string) (int, map[string]any) {
		t.Helper()
		resp, b := c.fetch(http.MethodPut, path, body)
		m := map[string]any{}
		_ = json.Unmarshal(b, &m)
		return resp.StatusCode, m
	}
	if code, m := put(an, `{"revision":0,"zones":[{"name":"DMZ","private_ip":["10.1.2.0/24"]}]}`); code != 200 {
		t.Fatalf("%d %v", code, m)
	}
	if code, m := put(an, `{"revision":0}`); code != 409 || m["kind"] != "stale" {
		t.Errorf("an old revision: %d %v", code, m)
	}
	if code, m := put(an, `{"revision":1,"zones":[{"name":"DMZ","private_ip":["10.1.2.0/240"]}]}`); code != 422 || m["fields"].([]any)[0].(map[string]any)["name"] != "zones[1].private_ip" {
		t.Errorf("a wrong address: %d %v", code, m)
	}
	if code, _ := put(an, `{"revision":1,"colour":"red"}`); code != 400 {
		t.Errorf("an unknown field: %d", code)
	}
	if code, _ := put(chi, `{"revision":1}`); code != 403 {
		t.Errorf("written by the appraiser: %d", code)
	}
	for who, want := range map[*client]int{chi: 200, oanh: 404, admin: 404} {
		if resp, _ := who.fetch(http.MethodGet, path, ""); resp.StatusCode != want {
			t.Errorf("seen: %d, want %d", resp.StatusCode, want)
		}
	}
	resp, book := chi.fetch(http.MethodGet, path+"?format=xlsx", "")
	if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("as a workbook: %d", resp.StatusCode)
	}
	if resp, b := an.fetch(http.MethodPost, path+"/import", string(book)); resp.StatusCode != 200 || !bytes.Contains(b, []byte(`"revision":2`)) {
		t.Errorf("back in: %d %s", resp.StatusCode, b)
	}
	if resp, b := an.fetch(http.MethodPost, path+"/import", "no workbook"); resp.StatusCode != 422 {
		t.Errorf("no workbook: %d %s", resp.StatusCode, b)
	}
}

// unpacked reads a pack and checks every line of its manifest.
func unpacked(t *testing.T, b []byte) (packManifest, map[string][]byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]byte{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if found[f.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
	}
	var m packManifest
	if err := json.Unmarshal(found["manifest.json"], &m); err != nil {
		t.Fatal(err)
	}
	for _, e := range m.Files {
		sum := sha256.Sum256(found[e.File])
		if hex.EncodeToString(sum[:]) != e.SHA256 || int64(len(found[e.File])) != e.Size {
			t.Errorf("the manifest does not tell the truth of %s", e.File)
		}
	}
	if len(m.Files)+1 != len(found) {
		t.Errorf("%d files, %d of them in the manifest", len(found), len(m.Files))
	}
	return m, found
}

func TestThePackIsTheWholeDossierAndAlwaysTheSame(t *testing.T) {
	dir, srv := demoProvince(t)
	db := filepath.Join(dir, "capdo.db")
	do := func(code int, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if got := run(t.Context(), append(args, "--db", db), strings.NewReader(""), &out, &errs); got != code {
			t.Fatalf("%v: exit %d\n%s%s", args, got, out.String(), errs.String())
		}
		return out.String() + errs.String()
	}
	write := func(name string, content []byte) string {
		t.Helper()
		at := filepath.Join(dir, name)
		if err := os.WriteFile(at, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return at
	}
	an := signedIn(t, srv, "an")
	do(0, "attach", "d2", write("So do.png", drawing(3)), "--as", "logical_diagram")
	do(0, "attach", "d2", write("So do.png", drawing(4)), "--as", "logical_diagram", "--by", "an")
	do(0, "attach", "d2", write("ky.pdf", []byte(quietPDF)), "--as", "evidence")
	if said := do(1, "attach", "d2", write("virus.pdf", []byte("MZ")), "--as", "evidence"); !strings.Contains(said, "Loại tệp không nhận") {
		t.Error(said)
	}
	do(1, "attach", "d9", filepath.Join(dir, "ky.pdf"), "--as", "evidence")
	do(2, "attach", "d2", filepath.Join(dir, "ky.pdf"))
	one, two := filepath.Join(dir, "1.zip"), filepath.Join(dir, "2.zip")
	do(0, "print", "case", "d2", "--out", one)
	do(0, "print", "case", "d2", "--out", two)
	a, _ := os.ReadFile(one)
	b, _ := os.ReadFile(two)
	_, through := an.fetch(http.MethodGet, "/api/v1/cases/d2/pack", "")
	if len(a) == 0 || !bytes.Equal(a, b) || !bytes.Equal(a, through) {
		t.Error("three packs of one dossier differ")
	}
	m, found := unpacked(t, a)
	for _, name := range []string{"papers/01-form-01-v1.pdf", "attachments/01-logical_diagram-v1.png", "attachments/02-logical_diagram-v2.png", "evidence/01-evidence-v1.pdf"} {
		if _, ok := found[name]; !ok {
			t.Errorf("no %s among %v", name, m.Files)
		}
	}
	if resp, _ := signedIn(t, srv, "oanh").fetch(http.MethodGet, "/api/v1/cases/d2/pack", ""); resp.StatusCode != 404 {
		t.Errorf("packed for others: %d", resp.StatusCode)
	}
	kept, _ := filepath.Glob(filepath.Join(dir, "capdo.db.files", "*", "*", "*"))
	if len(kept) != 3 {
		t.Fatalf("kept %v", kept)
	}
	if err := os.WriteFile(kept[0], []byte("changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	do(1, "print", "case", "d2", "--out", two)
	if resp, body := an.fetch(http.MethodGet, "/api/v1/cases/d2/pack", ""); resp.StatusCode != 422 || !bytes.Contains(body, []byte("file.corrupt")) {
		t.Errorf("a changed file in a pack: %d %s", resp.StatusCode, body)
	}
}

func TestThePackHoldsTheDescriptionAsADraftAndThenAsItWasSent(t *testing.T) {
	dir, _ := demoProvince(t)
	a, _ := testApp(t)
	svc, st, err := a.service(t.Context(), filepath.Join(dir, "capdo.db"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	act := func(who string, w workflow.Want) string {
		t.Helper()
		out, err := svc.Act(t.Context(), who, w)
		if err != nil {
			t.Fatal(err)
		}
		return out.Case.ID
	}
	if err := svc.AddSystem(t.Context(), &workflow.System{ID: "moi", Name: "Thư điện tử", Owners: []string{"ubnd"}, Operators: []string{"so-ct"}, SDU: "so-tttt",
		Facts: workflow.Facts{"system_types": []string{"noi_bo"}, "info_types": []string{"rieng"}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := svc.SaveOverview(t.Context(), "an", &workflow.Overview{System: "moi", Zones: []workflow.Zone{{Name: "DMZ", PrivateIP: []string{"10.1.2.0/24"}}}}); err != nil {
		t.Fatal(err)
	}
	id := act("an", workflow.Want{Act: "create", System: "moi", Level: 2, Track: "operating"})
	if _, err := a.takeFile(t.Context(), svc, bytes.NewReader(drawing(3)), workflow.Attachment{Case: id, As: "physical_diagram", Name: "a.png", By: "an"}); err != nil {
		t.Fatal(err)
	}
	pack := func() (packManifest, map[string][]byte) {
		t.Helper()
		b, err := a.packCase(t.Context(), svc, id)
		if err != nil {
			t.Fatal(err)
		}
		return unpacked(t, b)
	}
	m, found := pack()
	if _, ok := found["components/1-overview-v1-draft.pdf"]; !ok || len(m.Sent) != 0 || len(m.Files) != 2 {
		t.Errorf("before it is sent: %+v", m)
	}
	act("an", workflow.Want{Act: "attach", Case: id, With: workflow.With{"components": []any{1, 2, 3, 4}}})
	act("binh", workflow.Want{Act: "submit", Case: id})
	m, found = pack()
	if _, ok := found["components/1-overview-v1.pdf"]; !ok || len(m.Sent) != 1 || !slices.Equal(m.Sent[0].Files, []string{"components/1-overview-v1.pdf", "attachments/01-physical_diagram-v1.png"}) {
		t.Errorf("as it was sent: %+v", m)
	}
	// What this program prints comes back in as evidence: signed papers, workbooks.
	papers, err := svc.Papers(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range papers {
		full, err := svc.Paper(t.Context(), one.ID)
		if err == nil {
			_, err = a.takeFile(t.Context(), svc, bytes.NewReader(full.PDF), workflow.Attachment{Case: id, As: "evidence", Name: one.Form + ".pdf", By: "an"})
		}
		if err != nil {
			t.Errorf("%s: %v", one.Form, err)
		}
	}
	book, err := a.overviewFile("vi", &workflow.Overview{Scope: "x"})
	if err == nil {
		_, err = a.takeFile(t.Context(), svc, bytes.NewReader(book), workflow.Attachment{Case: id, As: "evidence", Name: "a.xlsx", By: "an"})
	}
	if err != nil {
		t.Error(err)
	}
	if _, ok := found["papers/02-receipt-v1.pdf"]; !ok {
		t.Errorf("papers are not numbered in order: %+v", m.Files)
	}
}
