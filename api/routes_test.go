package api_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"capdo/workflow"
)

func TestEveryReadingRouteAnswers(t *testing.T) {
	p := newProvince(t, nil)
	an := p.as("an")
	for path, wants := range map[string]string{
		"/api/v1/me":                              `"id":"an"`,
		"/api/v1/session":                         `"must_change":false`,
		"/api/v1/systems":                         `"next":""`,
		"/api/v1/systems?name=he%20thong%20s3":    `"id":"s3"`,
		"/api/v1/systems?sort=name&limit=1":       `"next":"`,
		"/api/v1/systems?level=0&sdu=stttt":       `"id":"s3"`,
		"/api/v1/systems/s2":                      `"owner":"ubnd"`,
		"/api/v1/cases":                           `"id":"c2"`,
		"/api/v1/cases?state=draft":               `"id":"c3"`,
		"/api/v1/cases/c2":                        `"holder":"stttt"`,
		"/api/v1/cases/c2/acts":                   `"act":"accept_valid"`,
		"/api/v1/cases/c2/events":                 `"act":"submit"`,
		"/api/v1/cases/c2/papers":                 `"form":"form-01"`,
		"/api/v1/cases/c2/preview/form-06":        "%PDF-",
		"/api/v1/papers/c2.3.form-01":             "%PDF-",
		"/api/v1/papers/c2.3.form-01?format=text": "Hệ thống s2",
		"/api/v1/registers/ubnd":                  `"on":"2022-03-01"`,
		"/api/v1/registers/ubnd?format=text":      "DANH SÁCH",
		"/api/v1/numbers/sct":                     `"state":"used"`,
		"/":                                       "<h1>capdo</h1>",
	} {
		a := an.get(path)
		if a.Code != 200 || !strings.Contains(a.text, wants) {
			t.Errorf("%s: %d, no %s in\n%.400s", path, a.Code, wants, a.text)
		}
		h := an.send("HEAD", path, "")
		if h.Code != 200 || h.text != "" || h.Header.Get("Content-Type") != a.Header.Get("Content-Type") {
			t.Errorf("HEAD %s: %d %q", path, h.Code, h.text)
		}
	}
	if a := an.get("/api/v1/papers/c2.3.form-01"); a.Header.Get("Content-Type") != "application/pdf" || len(a.Header.Get("ETag")) != 66 {
		t.Errorf("a paper comes as %v", a.Header)
	}
}

func TestWhatOneMayNotSeeIsNotThere(t *testing.T) {
	p := newProvince(t, nil)
	lan, quan, an := p.as("lan"), p.as("quan"), p.as("an")
	for _, path := range []string{"/cases/c2", "/cases/c2/acts", "/cases/c2/events", "/cases/c2/papers", "/cases/c2/preview/form-01"} {
		lan.get("/api/v1"+path).isProblem(t, 404, "not_found", "not_found.case")
		quan.get("/api/v1"+path).isProblem(t, 404, "not_found", "not_found.case")
		gone := strings.Replace(path, "c2", "c9", 1)
		if a, b := lan.get("/api/v1"+path), lan.get("/api/v1"+gone); a.text != b.text {
			t.Errorf("hidden and missing differ: %s %s", a.text, b.text)
		}
	}
	lan.post("/api/v1/acts", `{"act":"submit","case":"c2"}`).isProblem(t, 404, "not_found", "not_found.case")
	lan.get("/api/v1/papers/c2.3.form-01").isProblem(t, 404, "not_found", "not_found.paper")
	lan.get("/api/v1/papers/c9.1.form-01").isProblem(t, 404, "not_found", "not_found.paper")
	lan.get("/api/v1/systems/s2").isProblem(t, 404, "not_found", "not_found.system")
	lan.get("/api/v1/systems/s9").isProblem(t, 404, "not_found", "not_found.system")
	lan.get("/api/v1/registers/ubnd").isProblem(t, 404, "not_found", "not_found.office")
	lan.get("/api/v1/registers/nicht").isProblem(t, 404, "not_found", "not_found.office")
	lan.send("POST", "/api/v1/registers/ubnd/import", "x", "Content-Type", "text/csv").isProblem(t, 404, "not_found", "not_found.office")
	for _, v := range []*visitor{lan, quan, an} {
		v.get("/api/v1/numbers/stttt").isProblem(t, 404, "not_found", "not_found.office")
	}
	for _, login := range []string{"kien", "hoa", "chi"} {
		if a := p.as(login).get("/api/v1/numbers/stttt"); a.Code != 200 {
			t.Errorf("%s and the book of numbers: %d", login, a.Code)
		}
	}
	if n := len(lan.get("/api/v1/cases").items(t)) + len(lan.get("/api/v1/systems").items(t)); n != 0 {
		t.Errorf("%d things of another province are listed", n)
	}
	an.get("/api/v1/cases/c2/preview/form-99").isProblem(t, 404, "not_found", "not_found.form")
}

func TestAnActIsTakenOrRefusedWithItsKindAndArticle(t *testing.T) {
	p := newProvince(t, nil)
	an, binh, chi := p.as("an"), p.as("binh"), p.as("chi")
	an.post("/api/v1/acts", `{"act":"nichts","case":"c2"}`).isProblem(t, 422, "invalid", "act.unknown")
	an.post("/api/v1/acts", `{"act":"submit"}`).isProblem(t, 422, "invalid", "field.invalid")
	an.post("/api/v1/acts", `{"act":"submit","case":"c9"}`).isProblem(t, 404, "not_found", "not_found.case")
	an.post("/api/v1/acts", `{"act":"create","system":"s9","level":2,"track":"operating"}`).isProblem(t, 404, "not_found", "not_found.system")
	chi.post("/api/v1/acts", `{"act":"accept_valid","case":"c2","revision":1}`).isProblem(t, 409, "stale", "case.moved_on")
	a := chi.post("/api/v1/acts", `{"act":"conclude_fit","case":"c2"}`)
	a.isProblem(t, 409, "not_now", "act.not_open")
	if open, _ := a.body["open"].([]any); len(open) == 0 {
		t.Errorf("no word on what is open: %s", a.text)
	}
	a = an.post("/api/v1/acts", `{"act":"submit","case":"c3"}`)
	a.isProblem(t, 403, "denied", "act.denied")
	if basis, _ := a.body["basis"].([]any); len(basis) == 0 || !strings.HasPrefix(basis[0].(string), "NĐ ") {
		t.Errorf("denied without an article: %s", a.text)
	}
	a = chi.post("/api/v1/acts", `{"act":"request_supplement","case":"c2"}`)
	a.isProblem(t, 422, "invalid", "field.invalid")
	if a.field("name") != "reason" || a.field("expect") == "" {
		t.Errorf("the field is not named: %s", a.text)
	}
	a = binh.post("/api/v1/acts", `{"act":"submit","case":"c3"}`)
	a.isProblem(t, 422, "refused", "guard.components_complete")
	if basis, _ := a.body["basis"].([]any); len(basis) == 0 || a.body["guard"] != "components_complete" {
		t.Errorf("refused without an article: %s", a.text)
	}
	a = chi.send("POST", "/api/v1/acts", `{"act":"accept_valid","case":"c2","revision":3}`, "Idempotency-Key", "k-1")
	again := chi.send("POST", "/api/v1/acts", `{"act":"accept_valid","case":"c2","revision":3}`, "Idempotency-Key", "k-1")
	event := func(a answered) string {
		e, _ := a.body["event"].(map[string]any)
		return fmt.Sprint(e["to"], e["revision"])
	}
	if a.Code != 200 || again.Code != 200 || event(a) != event(again) {
		t.Errorf("the same key: %d %s, then %d %s", a.Code, event(a), again.Code, event(again))
	}
	chi.send("POST", "/api/v1/acts", `{"act":"on_site_check","case":"c2"}`, "Idempotency-Key", strings.Repeat("k", 201)).isProblem(t, 422, "invalid", "field.invalid")
}

func TestAStoreThatFailsIsBusyOrAReferenceNumber(t *testing.T) {
	p := newProvince(t, nil)
	chi := p.as("chi")
	p.store.keep = fmt.Errorf("store: %w: %w", &workflow.Problem{Kind: workflow.Busy, Key: "store.unavailable"}, errors.New("disk I/O error at sector 7"))
	a := chi.post("/api/v1/acts", `{"act":"accept_valid","case":"c2"}`)
	a.isProblem(t, 503, "busy", "store.unavailable")
	if a.Header.Get("Retry-After") == "" || !strings.Contains(p.log.String(), "sector 7") {
		t.Errorf("busy: %v, log %s", a.Header, p.log.String())
	}
	p.log.Reset()
	p.store.keep, p.store.snapshot = nil, errors.New("secret of the house")
	a = chi.get("/api/v1/cases/c2")
	a.isProblem(t, 500, "internal", "kind.internal")
	ref, _ := a.body["reference"].(string)
	if ref == "" || strings.Contains(a.text, "secret") || !strings.Contains(p.log.String(), ref) || !strings.Contains(p.log.String(), "secret") {
		t.Errorf("internal: %s, log %s", a.text, p.log.String())
	}
	p.store.snapshot, p.gate.fault = nil, errors.New("the disk is gone")
	a = chi.get("/api/v1/cases/c2")
	a.isProblem(t, 503, "busy", "store.unavailable")
	if a.Header.Get("Retry-After") == "" {
		t.Error("no word on when to try again")
	}
	chi.post("/api/v1/session", signIn("chi", password)).isProblem(t, 503, "busy", "store.unavailable")
}

const oldRegister = "STT,Đơn vị quản lý,Tên hệ thống thông tin,Cấp độ an toàn,thời gian xác định cấp độ\n1,Sở Công Thương,Mạng A,2,31/03/2020\n2,Sở B,Mạng B,2,5/2020\n"

func TestAnOldRegisterIsTakenInWholeOrWithTheRowsThatAreRefused(t *testing.T) {
	p := newProvince(t, nil)
	chi, hoa := p.as("chi"), p.as("hoa")
	send := func(v *visitor, query, body, kind string) answered {
		return v.send("POST", "/api/v1/registers/ubnd/import"+query, body, "Content-Type", kind)
	}
	send(hoa, "", oldRegister, "text/csv").isProblem(t, 403, "denied", "act.denied")
	send(chi, "", oldRegister, "application/json").isProblem(t, 415, "unsupported_media", "kind.unsupported_media")
	send(chi, "?accept_good=ja", oldRegister, "text/csv").isProblem(t, 422, "invalid", "field.invalid")
	send(chi, "?quelle=x", oldRegister, "text/csv").isProblem(t, 400, "malformed", "kind.malformed")
	send(chi, "", strings.Repeat("a,b\n", 9<<20), "text/csv").isProblem(t, 413, "too_large", "kind.too_large")
	send(chi, "", "\x00\x01\x02", "application/octet-stream").isProblem(t, 422, "invalid", "import.file.wrong_format")
	bad := strings.Replace(oldRegister, ",2,31/03/2020", ",9,31/04/2020", 1)
	a := send(chi, "?source=so-cu.csv", bad, "text/csv; charset=utf-8")
	a.isProblem(t, 422, "invalid", "import.rows_refused")
	rows, _ := a.body["rows"].([]any)
	if len(rows) == 0 {
		t.Fatalf("no rows: %s", a.text)
	}
	row := rows[0].(map[string]any)
	if row["line"] != 2.0 || row["column"] != "level" || row["reason"] != "level_out_of_range" || row["value"] != "9" || row["detail"] == "" {
		t.Errorf("the row refused: %v", row)
	}
	if n := len(chi.get("/api/v1/registers/ubnd").items(t)); n != 0 {
		t.Errorf("%d rows were taken in all the same", n)
	}
	a = send(chi, "?accept_good=1", bad, "text/csv")
	if refused, _ := a.body["refused"].([]any); a.Code != 200 || a.body["added"] != 1.0 || len(refused) == 0 {
		t.Errorf("the good rows: %d %s", a.Code, a.text)
	}
	a = send(chi, "", oldRegister, "text/plain")
	if a.Code != 200 || a.body["added"] != 1.0 || a.body["same"] != 1.0 {
		t.Errorf("all good: %d %s", a.Code, a.text)
	}
	chi.get("/api/v1/registers/ubnd?on=2022-02-30").isProblem(t, 422, "invalid", "field.invalid")
	chi.get("/api/v1/registers/ubnd?format=doc").isProblem(t, 422, "invalid", "field.invalid")
	chi.get("/api/v1/registers/ubnd?day=2022-02-28").isProblem(t, 400, "malformed", "kind.malformed")
	chi.get("/api/v1/papers/c2.3.form-01?format=doc").isProblem(t, 422, "invalid", "field.invalid")
}

func TestANumberIsReservedAndVoidedByTheIssuersClerkOnly(t *testing.T) {
	p := newProvince(t, nil)
	hoa, an := p.as("hoa"), p.as("an")
	an.post("/api/v1/numbers/ubnd", `{"no":"99/QĐ-UBND"}`).isProblem(t, 403, "denied", "act.denied")
	hoa.post("/api/v1/numbers/nicht", `{"no":"99/QĐ-UBND"}`).isProblem(t, 404, "not_found", "not_found.office")
	hoa.post("/api/v1/numbers/ubnd", `{"no":""}`).isProblem(t, 422, "invalid", "field.invalid")
	hoa.post("/api/v1/numbers/ubnd", `{"no":"99\u200b/QĐ"}`).isProblem(t, 422, "invalid", "text.bad_character")
	hoa.post("/api/v1/numbers/ubnd", `{"no":"99/QĐ-UBND","on":"2022-02-30"}`).isProblem(t, 400, "malformed", "kind.malformed")
	a := hoa.post("/api/v1/numbers/ubnd", `{"no":"99/QĐ-UBND"}`)
	id, _ := a.body["id"].(string)
	if a.Code != 200 || a.body["state"] != "reserved" || id == "" {
		t.Fatalf("reserved: %d %s", a.Code, a.text)
	}
	hoa.post("/api/v1/numbers/ubnd", `{"no":"99/QĐ-UBND"}`).isProblem(t, 422, "refused", "number.taken")
	void := "/api/v1/numbers/ubnd/" + id + "/void"
	an.post(void, `{"reason":"thử"}`).isProblem(t, 403, "denied", "act.denied")
	hoa.post(void, `{}`).isProblem(t, 422, "invalid", "field.invalid")
	hoa.post("/api/v1/numbers/ubnd/n-0/void", `{"reason":"thử"}`).isProblem(t, 404, "not_found", "not_found.number")
	if a := hoa.post(void, `{"reason":"ghi nhầm"}`); a.Code != 204 || a.text != "" {
		t.Errorf("voided: %d %s", a.Code, a.text)
	}
	hoa.post(void, `{"reason":"lần nữa"}`).isProblem(t, 422, "refused", "number.not_reserved")
	list := hoa.get("/api/v1/numbers/ubnd").items(t)
	if len(list) != 1 || list[0].(map[string]any)["state"] != "void" || list[0].(map[string]any)["reason"] != "ghi nhầm" {
		t.Errorf("the book: %v", list)
	}
}

func TestPagesGoOnByTheirKeyAndUnknownParametersAreRefused(t *testing.T) {
	p := newProvince(t, nil)
	an := p.as("an")
	var ids []string
	for after := ""; ; {
		a := an.get("/api/v1/cases?limit=1&after=" + after)
		for _, one := range a.items(t) {
			ids = append(ids, one.(map[string]any)["id"].(string))
		}
		if after, _ = a.body["next"].(string); after == "" {
			break
		}
	}
	if strings.Join(ids, " ") != "c2 c3" {
		t.Errorf("cases page by page: %v", ids)
	}
	for query, field := range map[string]string{"limit=0": "limit", "limit=201": "limit", "limit=x": "limit", "limit=1&limit=2": "limit", "order=name": "order", "a=%zz": "query"} {
		for _, path := range []string{"/api/v1/cases?", "/api/v1/systems?"} {
			a := an.get(path + query)
			a.isProblem(t, 400, "malformed", "kind.malformed")
			if a.field("name") != field {
				t.Errorf("%s: names %v", query, a.field("name"))
			}
		}
	}
}

func TestSystemsAreListedOnlyAsTheyCanBe(t *testing.T) {
	an := newProvince(t, nil).as("an")
	an.get("/api/v1/systems?sort=name%3BDROP").isProblem(t, 422, "invalid", "field.invalid")
	an.get("/api/v1/systems?level=6").isProblem(t, 400, "malformed", "kind.malformed")
	an.get("/api/v1/systems?name="+strings.Repeat("a", 501)).isProblem(t, 422, "invalid", "field.invalid")
	if n := len(an.get("/api/v1/systems?name=a%25").items(t)); n != 0 {
		t.Errorf("a sign of patterns finds %d", n)
	}
}

func TestARegisterIsAskedForByVolumeOnlyWhereItHasSome(t *testing.T) {
	p := newProvince(t, nil)
	an := p.as("an")
	whole, one := an.get("/api/v1/registers/ubnd?format=pdf"), an.get("/api/v1/registers/ubnd?format=pdf&volume=1")
	if whole.Code != 200 || whole.text != one.text || !strings.HasPrefix(whole.text, "%PDF") {
		t.Errorf("%d, %d", whole.Code, one.Code)
	}
	for _, n := range []string{"2", "-1"} {
		an.get("/api/v1/registers/ubnd?format=pdf&volume="+n).isProblem(t, 422, "invalid", "register.volumes")
	}
	an.get("/api/v1/registers/ubnd?format=pdf&volume=x").isProblem(t, 422, "invalid", "field.invalid")
	kept, err := p.PapersOf(t.Context(), workflow.PaperQuery{Office: "ubnd"})
	p.ok(err)
	if len(kept) != 1 {
		t.Fatalf("%d editions are kept", len(kept))
	}
	path := "/api/v1/papers/" + kept[0].ID
	if a := an.get(path); a.Code != 200 || a.text != whole.text {
		t.Errorf("the edition by its id: %d", a.Code)
	}
	p.as("lan").get(path).isProblem(t, 404, "not_found", "not_found.paper")
}
