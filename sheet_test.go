package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"capdo/workflow"
)

// draftOf opens a dossier in a demo database for a system not yet determined.
func draftOf(t *testing.T, db string) string {
	t.Helper()
	a, _ := testApp(t)
	svc, st, err := a.service(t.Context(), db, false)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	sys := &workflow.System{Name: "Hệ thống một cửa", Owners: []string{"ubnd"}, SDU: "so-tttt", Facts: workflow.Facts{"system_types": []string{"noi_bo"}, "info_types": []string{"rieng"}}}
	an, err := st.Person(t.Context(), "an")
	if err != nil {
		t.Fatal(err)
	}
	sys.Operators = []string{an.Grants[0].Office}
	if err := svc.AddSystem(t.Context(), sys); err != nil {
		t.Fatal(err)
	}
	out, err := svc.Act(t.Context(), "an", workflow.Want{Act: "create", System: sys.ID, Level: 2, Track: "operating"})
	if err != nil {
		t.Fatal(err)
	}
	return out.Case.ID
}

// filled sets the status of the first requirements of an exported sheet.
func filled(t *testing.T, path, status string) {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for line := 4; line < 9; line++ {
		for column, text := range map[string]string{"D": status, "F": "Theo quy chế của Sở"} {
			if err := f.SetCellStr("Sheet1", fmt.Sprintf("%s%d", column, line), text); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := f.Save(); err != nil {
		t.Fatal(err)
	}
}

func TestTheCommandsOfASheet(t *testing.T) {
	dir, _ := demoProvince(t)
	db := filepath.Join(dir, "capdo.db")
	id := draftOf(t, db)
	sheet, wrong, list := filepath.Join(dir, "sheet.xlsx"), filepath.Join(dir, "wrong.xlsx"), filepath.Join(dir, "catalogue.xlsx")
	for _, c := range []struct {
		says     string
		before   func()
		args     []string
		code     int
		contains string
	}{
		{"a sheet goes out", nil, []string{"sheet", "export", id, "--out", sheet}, 0, sheet},
		{"an unchanged sheet comes back", nil, []string{"sheet", "import", id, sheet, "--as", "an"}, 0, "0 dòng thay đổi, 34 dòng giữ nguyên"},
		{"who edits must be named", nil, []string{"sheet", "import", id, sheet}, 2, ""},
		{"only who prepares the dossier edits", nil, []string{"sheet", "import", id, sheet, "--as", "chi"}, 1, ""},
		{"a filled sheet is taken", func() { filled(t, sheet, "Đã đáp ứng") }, []string{"sheet", "import", id, sheet, "--as", "an"}, 0, "5 dòng thay đổi, 29 dòng giữ nguyên"},
		{"the same file again is stale", nil, []string{"sheet", "import", id, sheet, "--as", "an"}, 1, ""},
		{"a fresh one goes out in English", nil, []string{"sheet", "export", id, "--out", wrong, "--lang", "en"}, 0, wrong},
		{"a wrong row stops the import", func() { filled(t, wrong, "gần xong") }, []string{"sheet", "import", id, wrong, "--as", "an"}, 1, "Dòng 4, hiện trạng: phải là đã đáp ứng"},
		{"the good rows are taken when asked", nil, []string{"sheet", "import", id, wrong, "--as", "an", "--accept-good", "--json"}, 0, `"taken": true`},
		{"the plan prints as text", nil, []string{"print", "sheet", id}, 0, "THUYẾT MINH\nPhương án bảo đảm an toàn thông tin theo cấp độ 2"},
		{"the checklist prints as a table", nil, []string{"print", "sheet", id, "--form", "inspection-checklist", "--format", "xlsx", "--out", filepath.Join(dir, "check.xlsx")}, 0, "check.xlsx"},
		{"the plan prints as PDF", nil, []string{"print", "sheet", id, "--format", "pdf", "--out", filepath.Join(dir, "plan.pdf")}, 0, "plan.pdf"},
		{"no other form is a sheet's", nil, []string{"print", "sheet", id, "--form", "form-06"}, 1, ""},
		{"the sheet shows as JSON", nil, []string{"print", "sheet", id, "--json"}, 0, `"meets": "unmet"`},
		{"a case that is not there has none", nil, []string{"sheet", "export", "c-nowhere"}, 1, ""},
		{"a file that is none says so", func() { _ = os.WriteFile(filepath.Join(dir, "a.xlsx"), []byte("x"), 0o600) }, []string{"sheet", "import", id, filepath.Join(dir, "a.xlsx"), "--as", "an"}, 1, ""},
		{"the catalogue lists a level", nil, []string{"catalogue", "show", "--level", "3"}, 0, "7.2.2.2-01 | cấp 3 | Chỉ chấp nhận kết nối mạng an toàn khi truy cập, quản trị máy chủ từ xa. | UNVERIFIED"},
		{"the catalogue goes out", nil, []string{"catalogue", "export", "--out", list}, 0, list},
		{"the catalogue needs the text it was compared with", nil, []string{"catalogue", "import", list}, 2, ""},
		{"an unchanged catalogue changes nothing", nil, []string{"catalogue", "import", list, "--source", "Bản mua 2026"}, 0, "không có gì mới"},
		{"a sheet is no catalogue", nil, []string{"catalogue", "import", sheet, "--source", "Bản mua 2026"}, 1, ""},
		{"an unknown catalogue is not there", nil, []string{"catalogue", "show", "tcvn-1"}, 1, ""},
		{"help names the commands", nil, []string{"help"}, 0, "capdo catalogue import"},
	} {
		t.Run(c.says, func(t *testing.T) {
			if c.before != nil {
				c.before()
			}
			args := c.args
			if args[0] != "help" {
				args = append(args, "--db", db)
			}
			var out, errs bytes.Buffer
			code := run(context.Background(), args, strings.NewReader(""), &out, &errs)
			if code != c.code || !strings.Contains(out.String(), c.contains) {
				t.Errorf("exit %d, want %d\n%s\n%s", code, c.code, out.String(), errs.String())
			}
		})
	}
}

func (c *client) do(method, path, kind string, body io.Reader) (*http.Response, error) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	return c.Do(req)
}

func TestTheDoorOfASheet(t *testing.T) {
	dir, srv := demoProvince(t)
	id := draftOf(t, filepath.Join(dir, "capdo.db"))
	an, chi, oanh := signedIn(t, srv, "an"), signedIn(t, srv, "chi"), signedIn(t, srv, "oanh")
	path := "/api/v1/cases/" + id + "/sheet"
	code, body := an.get(path)
	if code != 200 || len(body["rows"].([]any)) != 34 || body["revision"] != 0.0 {
		t.Fatalf("sheet: %d %v", code, body["id"])
	}
	if code, _ := oanh.get(path); code != 404 {
		t.Errorf("a sheet of others is there: %d", code)
	}
	put := func(c *client, body string) (int, map[string]any) {
		return c.answer(c.do(http.MethodPut, path, "application/json", strings.NewReader(body)))
	}
	const row = `{"revision":0,"rows":[{"id":"6.1.1.1","status":"met","how":"Có"}]}`
	if code, body := put(chi, row); code != 403 || body["kind"] != "denied" {
		t.Errorf("the appraiser edits: %d %v", code, body)
	}
	if code, body := put(an, `{"rows":[{"id":"6.1.1.1","status":"not_applicable"}]}`); code != 422 || body["fields"].([]any)[0].(map[string]any)["name"] != "rows.6.1.1.1.reason" {
		t.Errorf("no reason: %d %v", code, body)
	}
	if code, body := put(an, `{"rows":[{"id":"6.1.1.1","state":"met"}]}`); code != 400 {
		t.Errorf("an unknown field: %d %v", code, body)
	}
	if code, body := put(an, row); code != 200 || body["revision"] != 1.0 || body["rollup"].(map[string]any)["met"] != 1.0 {
		t.Errorf("an edit: %d %v", code, body)
	}
	if code, body := put(an, row); code != 409 || body["kind"] != "stale" {
		t.Errorf("on an old revision: %d %v", code, body)
	}
	resp, err := an.Get(an.base + path + ".xlsx")
	if err != nil {
		t.Fatal(err)
	}
	file, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || !strings.Contains(resp.Header.Get("Content-Type"), "spreadsheetml") || !bytes.HasPrefix(file, []byte("PK")) {
		t.Fatalf("workbook: %v %s", err, resp.Header.Get("Content-Type"))
	}
	if code, body := an.answer(an.do(http.MethodPost, path+".xlsx", "application/octet-stream", bytes.NewReader(file))); code != 200 || body["taken"] != true || body["same"] != 34.0 {
		t.Errorf("the workbook back: %d %v", code, body)
	}
	if code, body := an.answer(an.do(http.MethodPost, path+".xlsx", "application/octet-stream", strings.NewReader("nicht"))); code != 422 || body["key"] != "import.file.wrong_format" {
		t.Errorf("nonsense: %d %v", code, body)
	}
	if code, _ := an.get(path + "/print?form=plan-explanation"); code != 200 {
		t.Errorf("print: %d", code)
	}
	if code, _ := an.get("/api/v1/cases/" + id + "/sheets/2"); code != 404 {
		t.Errorf("a copy that is not there: %d", code)
	}
	if code, body := an.get("/api/v1/systems/van-ban/sheets/2"); code != 200 || body["shared"] != true {
		t.Errorf("shared: %d %v", code, body["shared"])
	}
	if code, _ := an.get("/api/v1/systems/van-ban/sheets/nine"); code != 422 {
		t.Errorf("no level: %d", code)
	}
	if code, _ := an.get("/api/v1/catalogues/tcvn-1/xlsx"); code != 404 {
		t.Errorf("no catalogue: %d", code)
	}
	resp, err = chi.Get(chi.base + "/api/v1/catalogues/tcvn-11930-2017/xlsx")
	if err != nil {
		t.Fatal(err)
	}
	list, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	post := func(c *client, query string) (int, map[string]any) {
		return c.answer(c.do(http.MethodPost, "/api/v1/catalogues/tcvn-11930-2017/xlsx"+query, "application/octet-stream", bytes.NewReader(list)))
	}
	if code, body := post(an, "?source=x"); code != 403 || body["kind"] != "denied" {
		t.Errorf("an operator imports requirements: %d %v", code, body)
	}
	if code, body := post(chi, ""); code != 422 || body["kind"] != "invalid" {
		t.Errorf("no source: %d %v", code, body)
	}
	if code, body := post(chi, "?source=x"); code != 200 || body["taken"] != true {
		t.Errorf("an unchanged catalogue: %d %v", code, body)
	}
}
