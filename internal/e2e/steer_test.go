//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// run runs another command of the program on the same database.
func (p *province) run(args ...string) {
	p.t.Helper()
	if out, err := exec.Command(program(p.t), append(args, "--db", p.DB)...).CombinedOutput(); err != nil {
		p.t.Fatalf("%v: %v\n%s", args, err, out)
	}
}

// steerPages are pictured at both widths.
var steerPages = []struct{ name, who, path string }{
	{"checks", "chi", "/checks"}, {"findings", "chi", "/checks/findings"}, {"reports", "dung", "/reports"}, {"duties", "dung", "/reports/duties"},
	{"targets", "dung", "/reports/targets?target=level"}, {"layers", "dung", "/reports/layers"}, {"plans", "dung", "/reports/plans"},
	{"dashboard", "giang", "/dashboard"}, {"late", "giang", "/dashboard/late"}, {"register-diff", "giang", "/registers?on=31/12/2021&vs=30/11/2020"},
}

func TestSteeringPages(t *testing.T) {
	p := demoProvince(t)
	p.run("import", "plan", "../../internal/intake/testdata/ninh-thuan-6526-KH-UBND.txt", "--owner", "ubnd", "--kind", "spending", "--year", "2022")
	for _, width := range []int{1280, 390} {
		w, as := p.window(width), ""
		for _, page := range steerPages {
			if page.who != as {
				as = page.who
				w.signIn(as)
			}
			w.open(page.path).fits(page.path, width)
			w.shot(fmt.Sprint(page.name, "-", width))
			w.english().open(page.path).fits(page.path, width)
			w.vietnamese()
		}
	}
}

// vietnamese switches the pages back.
func (w *person) vietnamese() *person {
	w.t.Helper()
	if _, err := chromedp.Call(w.ctx, network.SetCookie, network.SetCookieParams{Name: "lang", Value: "vi", URL: w.Base}); err != nil {
		w.t.Fatal(err)
	}
	return w
}

// act takes an act of a case in the page: what is to be filled in, then the button.
func (w *person) act(id, act string, fields ...string) *person {
	w.t.Helper()
	w.open("/cases/" + id + "/acts/" + act)
	for i := 0; i+1 < len(fields); i += 2 {
		w.fill(fields[i], fields[i+1])
	}
	w.press("form.card .btn-main")
	if w.at() != "/cases/"+id {
		w.t.Fatalf("%s was not done:\n%s", act, w.text())
	}
	return w
}

// until waits for a condition that script tells.
func (w *person) until(script string) *person {
	w.t.Helper()
	if _, err := chromedp.Run(w.ctx, chromedp.Poll[bool](script)); err != nil {
		w.t.Fatalf("%s: %v\n%s", script, err, w.text())
	}
	return w
}

// theCheck is the check of a system in the list of checks.
func (w *person) theCheck(system string) string {
	w.t.Helper()
	w.open("/checks")
	return eval[string](w, fmt.Sprintf(`[...document.querySelectorAll("a.name")].find(a => a.innerText.includes(%q))?.getAttribute("href").split("/").pop() ?? ""`, system))
}

const portal = "Cổng dịch vụ công"

// inTheField brings the check of the portal to its fieldwork.
func inTheField(t *testing.T, p *province, day string) (id string, giang, yen *person) {
	t.Helper()
	p.onDay(day)
	giang, yen = p.window(1280).signIn("giang"), p.window(1280).signIn("yen")
	id = yen.theCheck(portal)
	if id == "" {
		t.Fatalf("no check of the portal:\n%s", yen.text())
	}
	yen.act(id, "draft_plan", "scope", "Toàn hệ thống", "from", "16/11/2022", "to", "17/11/2022")
	giang.act(id, "approve_plan")
	giang.open("/cases/" + id + "/acts/decide")
	eval[bool](giang, `document.querySelectorAll("details").forEach(d => d.open = true) ?? true`)
	giang.says("Công ty Kiểm định An Bình", "NĐ 85/2016 Đ20 k2 c")
	giang.shot("decide-1280")
	giang.act(id, "decide", "kind", "periodic", "performer", "kiem-dinh", "contents", "hieu_qua_bien_phap")
	giang.says("Đủ điều kiện")
	giang.shot("check-1280")
	return id, giang, yen
}

func TestACheckFallsDueAndItsFindingsAreRepaired(t *testing.T) {
	p := demoProvince(t)
	p.window(1280).signIn("chi").open("/checks?part=open").says("Không có đợt kiểm tra nào")
	id, giang, yen := inTheField(t, p, "2022-11-15")
	yen.open("/checks?month=2023-01").says(portal, "01/2023").open("/checks?part=under_way").says(portal)
	nam := p.window(1280).signIn("nam")
	nam.act(id, "start").act(id, "finish")
	p.window(1280).signIn("phong").act(id, "comment", "text", "Thống nhất")
	giang.act(id, "conclude", "findings.0.text", "Chưa vá máy chủ", "findings.0.severity", "high", "findings.0.due", "30/11/2022",
		"findings.1.text", "Nhật ký lưu chưa đủ", "findings.1.severity", "low", "findings.1.due", "30/12/2022")
	yen.open("/checks/findings").says("2 tồn tại đang mở, 0 quá hạn")
	p.onDay("2022-12-05")
	chi := p.window(1280).signIn("chi")
	chi.open("/checks/findings").says("2 tồn tại đang mở, 1 quá hạn", "Chưa vá máy chủ", "Quá hạn 30/11/2022")
	chi.shot("findings-full-1280")
	giang, yen = p.window(1280).signIn("giang"), p.window(390).signIn("yen")
	giang.open("/checks/findings").press(`a[href*="acts/extend_finding?finding=f1"]`)
	giang.fill("due", "15/12/2022").fill("reason", "Chờ nhà cung cấp").press("form.card .btn-main")
	giang.open("/checks/findings").says("0 quá hạn", "Chờ nhà cung cấp")
	yen.open("/checks/findings").press(`a[href*="acts/recheck_finding?finding=f1"]`)
	yen.fill("result", "fixed").fill("text", "Đã vá đủ").press("form.card .btn-main")
	chi.open("/checks/findings").press(`a[href*="acts/close_finding?finding=f1"]`)
	chi.fill("evidence", "Biên bản vá").press("form.card .btn-main")
	chi.act(id, "close_finding", "finding", "f2", "evidence", "Cấu hình mới").says("Kiểm tra")
	chi.open("/checks/findings").says("Không có tồn tại nào").open("/checks/findings?show=closed").says("Biên bản vá", "Cấu hình mới", "Đã vá đủ")
	yen.open("/checks/findings?show=closed").fits("/checks/findings", 390)
	yen.shot("findings-closed-390")
}

func TestTheSheetInTheFieldOnAPhone(t *testing.T) {
	p := demoProvince(t)
	p.run("user", "grant", "yen", "--office", "kiem-dinh", "--role", "assessor_org")
	id, _, yen := inTheField(t, p, "2022-11-15")
	nam := p.window(390).signIn("nam")
	nam.act(id, "start").open("/checks/" + id + "/sheet").says("Đã kiểm tra 0/")
	nam.fits("sheet", 390)
	if small := eval[string](nam, `[...document.querySelectorAll("#sheet button, #sheet .btn, #sheet .pick, #sheet textarea, #sheet summary, main select")].filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80)).join("; ")`); small != "" {
		t.Errorf("too small for a thumb: %s", small)
	}
	nam.fill("r0.status", "met").until(`document.querySelector("#sheet-state").innerText.includes("Đã kiểm tra 1/")`)
	nam.fill("r0.how", "Đã xem cấu hình").until(`document.querySelector("#sheet-state input").value >= "2"`)
	nam.fill("r1.status", "not_applicable").until(`document.querySelector("#sheet-state").innerText.includes("Chưa lưu")`)
	nam.fill("r1.reason", "Không có máy chủ").until(`document.querySelector("#sheet-state").innerText.includes("Đã kiểm tra 2/")`)
	nam.shot("sheet-390")
	group := eval[string](nam, `document.querySelector("#group").value`)

	// A colleague without script writes meanwhile: what was typed stays, and what
	// he wrote is shown.
	yen.noScript().open("/checks/" + id + "/sheet")
	nam.fill("r0.how", "Xem lại: thiếu một mục").until(`document.querySelector("#sheet-state input").value >= "4"`)
	yen.do(chromedp.Clear(chromedp.CSS(`[name="r0.how"]`)), chromedp.SendKeys(chromedp.CSS(`[name="r0.how"]`), "Yến thấy khác"))
	yen.press(`button[name="then"]`)
	yen.shot("sheet-stale-1280")
	yen.says("Chưa lưu", "Tạ Nam", "Xem lại: thiếu một mục")
	if how := eval[string](yen, `document.querySelector('[name="r0.how"]').value`); how != "Yến thấy khác" {
		t.Errorf("what was typed became %q", how)
	}
	yen.press(`button[name="then"]`)
	nam.fill("r0.how", "Nam viết lại").until(`document.querySelector("#sheet-state").innerText.includes("Yến thấy khác")`)
	nam.fill("r2.status", "unmet").until(`document.querySelector("#sheet-state").innerText.includes("Đã lưu")`)
	nam.press(`button[name="then"]`)
	if next := eval[string](nam, `document.querySelector("#group").value`); next == group {
		t.Error("the next group was not shown")
	}
	nam.open("/checks/" + id + "/sheet")
	if how := eval[string](nam, `document.querySelector('[name="r0.how"]').value`); how != "Nam viết lại" {
		t.Errorf("kept is %q", how)
	}
	p.window(1280).signIn("phong").open("/checks/" + id + "/sheet").says("Bảng chỉ để xem")
}

// pdf prints the page and gives its text, page by page. Where pictures are kept,
// so is the print.
func (w *person) pdf(name string) []string {
	w.t.Helper()
	yes := true
	out, err := chromedp.Call(w.ctx, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: &yes, PrintBackground: &yes})
	if err != nil {
		w.t.Fatal(err)
	}
	dir := os.Getenv("CAPDO_SHOTS")
	if dir == "" {
		dir = w.t.TempDir()
	}
	file := filepath.Join(dir, name+".pdf")
	if err := os.WriteFile(file, out.Data, 0o644); err != nil {
		w.t.Fatal(err)
	}
	text, err := exec.Command("pdftotext", "-layout", file, "-").Output()
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\f"), "\f")
}

func TestRegisterAndDashboardPrint(t *testing.T) {
	w := demoProvince(t).window(1280).signIn("giang")
	if pages := w.open("/dashboard").pdf("dashboard"); len(pages) != 1 || !strings.Contains(pages[0], "Hệ thống theo cấp độ") {
		t.Errorf("the dashboard takes %d pages:\n%s", len(pages), strings.Join(pages, "\n=====\n"))
	}
	pages := w.open("/registers").pdf("register")
	if len(pages) < 2 {
		t.Fatalf("the register takes %d pages", len(pages))
	}
	for i, text := range pages {
		if !strings.Contains(text, "Đơn vị vận hành") && strings.Contains(text, "Hệ thống mạng nội bộ") {
			t.Errorf("page %d repeats no heads:\n%s", i+1, text)
		}
		if strings.Contains(text, "Việc của tôi") {
			t.Errorf("page %d prints the navigation", i+1)
		}
	}
}

func TestTheRegisterThroughTime(t *testing.T) {
	w := demoProvince(t).window(1280).signIn("giang")
	w.open("/registers?on=31/12/2021&vs=30/11/2020")
	counts := eval[string](w, `[...document.querySelectorAll(".kpi")].map(k => k.innerText.replace(/\s+/g, " ")).join("; ")`)
	if !strings.Contains(counts, "Chưa rõ 1") {
		t.Errorf("counted: %s", counts)
	}
	w.says("4/2019", "2020").open("/registers?on=32/12/2021").says("ngày")
	if kept := eval[string](w, `document.querySelector("#f-on").value`); kept != "32/12/2021" {
		t.Errorf("what was typed became %q", kept)
	}
}

func TestAReportIsReadAndSentADutyRecorded(t *testing.T) {
	p := demoProvince(t)
	chi := p.window(1280).signIn("chi")
	chi.open("/reports/duties")
	eval[bool](chi, `document.querySelectorAll("details").forEach(d => d.open = true) ?? true`)
	chi.fill("note", "Văn bản 12").press("details form .btn").says("Đã ghi nhận việc đã làm", "Lần gần nhất: 19/01/2022")
	dung := p.window(1280).signIn("dung")
	dung.open("/reports").says("Kỳ số liệu", "Cảnh báo không nhất quán", "Phần 3").press(`a[href*="acts/send_report"]`)
	if year := eval[string](dung, `document.querySelector('[name="year"]').value`); year != "2022" {
		t.Errorf("the year is %q", year)
	}
	dung.fill("to", "ubnd").fill("kind", "annual").press("form.card .btn-main")
	dung.open("/reports").says("Đã gửi")
	if landed := p.window(1280).signIn("kien").at(); landed != "/audit" {
		t.Errorf("the auditor lands on %s", landed)
	}
	for who, lands := range map[string]string{"giang": "/work", "an": "/work"} {
		if landed := p.window(1280).signIn(who).at(); landed != lands {
			t.Errorf("%s lands on %s", who, landed)
		}
	}
	w := p.window(1280).signIn("dung")
	w.open("/work")
	if w.open("/"); (eval[int](w, `document.querySelectorAll(".item").length`) == 0) != (w.at() == "/dashboard") {
		t.Errorf("a head lands on %s:\n%s", w.at(), w.text())
	}
}
