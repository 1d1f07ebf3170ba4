package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const planText = "internal/intake/testdata/ninh-thuan-6526-KH-UBND.txt"

// onLine runs one command on a database and gives its exit and what it printed.
func onLine(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(context.Background(), args, strings.NewReader(""), &out, &errs)
	return code, out.String() + errs.String()
}

func TestReportsAndGoalsOnTheDemo(t *testing.T) {
	dir, _ := demoProvince(t)
	db := filepath.Join(dir, "capdo.db")
	badPlan := filepath.Join(dir, "bad.csv")
	if err := os.WriteFile(badPlan, []byte("STT,\"Tên nhiệm vụ, dự án\",Tổng mức đầu tư\n1,Thuê,một tỷ\n2,Mua,1.000\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(dir, "rieng.yaml")
	if err := os.WriteFile(own, []byte("key: rieng\ntitle: Mục tiêu riêng\ndocument: Kế hoạch 1\nyear: 2022\nby: 2022-12-31\ntargets:\n  - {key: a, text: Có cấp độ, measure: has_level, at_least: 90, place: mục 1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		says     string
		args     []string
		code     int
		contains string
	}{
		{"the report tells what does not agree", []string{"report", "--office", "ubnd"}, 0, "dòng 1–22 [reading; NĐ 85/2016 Đ12]"},
		{"it goes out as data", []string{"report", "--office", "ubnd", "--json"}, 0, `"status": "approved"`},
		{"and as a paper", []string{"print", "report", "--office", "ubnd", "--on", "2021-12-01"}, 0, "Danh sách gồm 22 hệ thống."},
		{"a year before all rules is refused", []string{"report", "--office", "ubnd", "--year", "2016"}, 1, "2016"},
		{"an office that is not there is not found", []string{"report", "--office", "khong-co"}, 1, "khong-co"},
		{"a report needs its office", []string{"report"}, 2, "--office"},
		{"targets are measured", []string{"targets", "--owner", "ubnd"}, 0, "CHƯA ĐẠT (24/29 = 82,7%)"},
		{"a province brings its own targets", []string{"targets", "--owner", "ubnd", "--plan", own}, 0, "Mục tiêu riêng"},
		{"a set that is not there is not found", []string{"targets", "--owner", "ubnd", "--plan", "khac"}, 1, "khac"},
		{"duties cite their article", []string{"duties", "--office", "so-tttt", "--days", "200"}, 0, "2022-06-19"},
		{"a duty is recorded", []string{"duties", "done", "sharing-quarter", "--office", "so-tttt"}, 0, "Đã ghi"},
		{"and runs from there", []string{"duties", "--office", "so-tttt", "--days", "200"}, 0, "2022-04-19"},
		{"a duty nobody knows is refused", []string{"duties", "done", "ngu", "--office", "so-tttt"}, 1, "duty"},
		{"a system states its plan", []string{"report", "state", "van-ban", "--office", "so-ct", "--deployment", "partial", "--full-by", "9/2022"}, 0, "Đã ghi"},
		{"a word outside the list is refused", []string{"report", "state", "van-ban", "--office", "so-ct", "--deployment", "nearly"}, 1, "deployment"},
		{"what was stated is printed", []string{"print", "report", "--office", "ubnd"}, 0, "Đã triển khai một số hạng mục | 9/2022"},
		{"the published plan comes in", []string{"import", "plan", planText, "--owner", "ubnd", "--kind", "spending", "--year", "2021"}, 0, "ghi 7.200.000.000 đồng, các dòng cộng lại 7.290.000.000 đồng"},
		{"its security tasks too", []string{"import", "plan", planText, "--owner", "ubnd", "--kind", "security", "--year", "2021"}, 0, "Nhập 1,"},
		{"its tasks of next year too", []string{"import", "plan", planText, "--owner", "ubnd", "--kind", "next_year", "--year", "2022"}, 0, "Nhập 51, đã có 0, từ chối 0"},
		{"a second run changes nothing", []string{"import", "plan", planText, "--owner", "ubnd", "--kind", "next_year", "--year", "2022"}, 0, "Nhập 0, đã có 51"},
		{"a bad line stops a list", []string{"import", "plan", badPlan, "--owner", "ubnd", "--kind", "spending", "--year", "2022"}, 1, "Dòng 2, số tiền: không đọc được số tiền (một tỷ)"},
		{"and leaves nothing", []string{"print", "plan", "--owner", "ubnd", "--kind", "spending", "--year", "2022"}, 1, ""},
		{"its good lines are taken when asked", []string{"import", "plan", badPlan, "--owner", "ubnd", "--kind", "spending", "--year", "2022", "--accept-good"}, 0, "Nhập 1,"},
		{"a kind that is none is refused", []string{"import", "plan", planText, "--owner", "ubnd", "--kind", "khac", "--year", "2022"}, 1, ""},
		{"a file without the table is refused", []string{"import", "layers", badPlan, "--owner", "ubnd"}, 1, "không có bảng đúng loại"},
	} {
		t.Run(c.says, func(t *testing.T) {
			if code, out := onLine(t, append(c.args, "--db", db)...); code != c.code || !strings.Contains(out, c.contains) {
				t.Errorf("exit %d, want %d\n%s", code, c.code, out)
			}
		})
	}
}

func TestListsComeBackAsTheyWentOut(t *testing.T) {
	dir, _ := demoProvince(t)
	db := filepath.Join(dir, "capdo.db")
	csv := filepath.Join(dir, "lop.csv")
	if err := os.WriteFile(csv, []byte("STT,\"Cơ quan, đơn vị\",Hệ thống thông tin,Lớp,Tình trạng,Đơn vị thực hiện,Từ khi,Văn bản số,Ngày văn bản\n"+
		"1,Sở Thông tin và Truyền thông,,Lớp 4,Đã triển khai,Trung tâm quốc gia,01/9/2020,1739/STTTT-TTCNTTTT,27/8/2020\n2,Sở Công Thương,Hệ thống thông tin mạng nội bộ tại Sở Công Thương,2,Một phần,=Công ty,2020,,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := onLine(t, "import", "layers", csv, "--owner", "ubnd", "--db", db); code != 0 || !strings.Contains(out, "Nhập 2,") {
		t.Fatalf("exit %d\n%s", code, out)
	}
	if code, out := onLine(t, "import", "plan", planText, "--owner", "ubnd", "--kind", "next_year", "--year", "2022", "--db", db); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	for _, format := range []string{"xlsx", "csv"} {
		file := filepath.Join(dir, "list."+format)
		for _, list := range [][]string{{"layers", "--owner", "ubnd"}, {"plan", "--owner", "ubnd", "--kind", "next_year", "--year", "2022"}} {
			rest := append(list[1:], "--db", db)
			if code, out := onLine(t, append([]string{"print", list[0], "--format", format, "--out", file}, rest...)...); code != 0 {
				t.Fatalf("print %v: exit %d\n%s", list, code, out)
			}
			if code, out := onLine(t, append([]string{"import", list[0], file}, rest...)...); code != 0 || !strings.Contains(out, "Nhập 0, đã có ") || strings.Contains(out, "đã có 0") {
				t.Errorf("%s of %v comes back changed: exit %d\n%s", format, list, code, out)
			}
		}
	}
}

func TestTheDoorOfReportsAndGoals(t *testing.T) {
	_, srv := demoProvince(t)
	an, chi, giang, admin := signedIn(t, srv, "an"), signedIn(t, srv, "chi"), signedIn(t, srv, "giang"), signedIn(t, srv, "quan-tri")
	plan, err := os.ReadFile(planText)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		says string
		do   func() (int, map[string]any)
		code int
		has  string
	}{
		{"the report is data", func() (int, map[string]any) { return an.get("/api/v1/reports/ubnd?on=2021-12-01") }, 200, `"counts"`},
		{"of a year as well", func() (int, map[string]any) { return an.get("/api/v1/reports/ubnd?year=2021") }, 200, `"last_day":"2021-11-29"`},
		{"a year that is no number is named", func() (int, map[string]any) { return an.get("/api/v1/reports/ubnd?year=hai") }, 422, "year"},
		{"a day that is none is named", func() (int, map[string]any) { return an.get("/api/v1/duties/so-ct?on=2022-02-30") }, 422, "on"},
		{"the administrator sees no report", func() (int, map[string]any) { return admin.get("/api/v1/reports/ubnd") }, 404, "not_found"},
		{"an unknown parameter is refused", func() (int, map[string]any) { return an.get("/api/v1/targets/ubnd?x=1") }, 400, "malformed"},
		{"duties are listed", func() (int, map[string]any) { return an.get("/api/v1/duties/so-ct?days=400") }, 200, `"items"`},
		{"targets are measured", func() (int, map[string]any) { return an.get("/api/v1/targets/ubnd") }, 200, `"met":"yes"`},
		{"a set that is not there is not found", func() (int, map[string]any) { return an.get("/api/v1/targets/ubnd?plan=khac") }, 404, "not_found"},
		{"layers are listed", func() (int, map[string]any) { return an.get("/api/v1/layers/ubnd") }, 200, `"rows"`},
		{"only people of the office state for it", func() (int, map[string]any) {
			return giang.post("/api/v1/reports/so-ct/statements", `{"system":"van-ban","deployment":"full"}`)
		}, 403, "denied"},
		{"they do", func() (int, map[string]any) {
			return an.post("/api/v1/reports/so-ct/statements", `{"system":"van-ban","deployment":"full"}`)
		}, 200, `"deployment":"full"`},
		{"an unknown field is refused", func() (int, map[string]any) {
			return an.post("/api/v1/reports/so-ct/statements", `{"system":"van-ban","level":5}`)
		}, 400, "malformed"},
		{"a duty is recorded by its own people", func() (int, map[string]any) { return an.post("/api/v1/duties/so-ct", `{"duty":"incident"}`) }, 200, "incident"},
		{"and not from above", func() (int, map[string]any) { return giang.post("/api/v1/duties/so-ct", `{"duty":"incident"}`) }, 403, "denied"},
		{"a neighbour does not even see it", func() (int, map[string]any) { return an.post("/api/v1/duties/so-tttt", `{"duty":"incident"}`) }, 404, "not_found"},
		{"an operator imports no plan", func() (int, map[string]any) {
			return an.post("/api/v1/plans/ubnd/security/2021/import", string(plan))
		}, 403, "denied"},
		{"the SDU does", func() (int, map[string]any) {
			return chi.post("/api/v1/plans/ubnd/security/2021/import?source=kh.txt", string(plan))
		}, 200, `"added":1`},
		{"a list that is not there is not found", func() (int, map[string]any) { return an.get("/api/v1/plans/ubnd/security/2020") }, 404, "not_found"},
		{"what is no list is refused", func() (int, map[string]any) { return chi.post("/api/v1/layers/ubnd/import", "x") }, 422, "no_list"},
	} {
		t.Run(c.says, func(t *testing.T) {
			code, body := c.do()
			text, err := json.Marshal(body)
			if err != nil || code != c.code || !strings.Contains(string(text), c.has) {
				t.Errorf("%d %s, want %d %s", code, text, c.code, c.has)
			}
		})
	}
	for format, kind := range map[string]string{"pdf": "application/pdf", "csv": "text/csv", "xlsx": "spreadsheet"} {
		resp, err := an.Get(srv.URL + "/api/v1/reports/ubnd?format=" + format)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK || !strings.Contains(resp.Header.Get("Content-Type"), kind) {
			t.Errorf("%s: %d %s", format, resp.StatusCode, resp.Header.Get("Content-Type"))
		}
	}
}
