//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// adminPages are pictured and measured at both widths.
var adminPages = []struct{ name, who, path string }{
	{"house", "quan-tri", "/admin"}, {"offices", "quan-tri", "/admin/offices"}, {"office-new", "quan-tri", "/admin/offices/new"}, {"people", "quan-tri", "/admin/people"},
	{"person", "quan-tri", "/admin/people/an"}, {"grant", "quan-tri", "/admin/people/an/grants/new"}, {"sessions", "quan-tri", "/admin/sessions"}, {"province", "quan-tri", "/admin/province"},
	{"history", "quan-tri", "/admin/history"}, {"calendar", "quan-tri", "/admin/calendar"}, {"regimes", "quan-tri", "/admin/regimes"}, {"catalogue", "quan-tri", "/admin/catalogue"},
	{"help", "quan-tri", "/help"}, {"guide", "quan-tri", "/help/administrator"}, {"delegations", "chi", "/admin/delegations"},
	{"import", "chi", "/imports/new"}, {"jobs", "chi", "/jobs"}, {"audit", "kien", "/audit"},
}

func TestAdminPages(t *testing.T) {
	p := demoProvince(t)
	for _, width := range []int{1280, 390} {
		w, as := p.window(width), ""
		for _, page := range adminPages {
			if page.who != as {
				as = page.who
				w.signIn(as)
			}
			w.open(page.path).shot("admin-" + page.name + "-" + strconv.Itoa(width))
			if over := eval[int](w, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
				t.Errorf("%s is %d pixels wider than %d", page.path, over, width)
			}
			if size := eval[int](w, "performance.getEntriesByType('navigation')[0].transferSize"); size > 30_000 {
				t.Errorf("%s weighs %d bytes", page.path, size)
			}
			if text := w.text(); strings.Contains(text, "house.") || strings.Contains(text, "rules.") || strings.Contains(text, "import.") || strings.Contains(text, "Không tìm thấy\n") {
				t.Errorf("%s shows a key, or nothing:\n%s", page.path, text)
			}
		}
	}
}

func TestAnAdministratorSeesNoBusinessPage(t *testing.T) {
	w := demoProvince(t).window(1280).signIn("quan-tri")
	if w.at() != "/admin" {
		t.Errorf("the administrator begins at %s", w.at())
	}
	if n := eval[int](w, `document.querySelectorAll('.side a[href="/work"], .side a[href="/systems"], .side a[href="/cases"], .side a[href="/registers"], header form[role=search]').length`); n > 0 {
		t.Errorf("the navigation leads to %d pages of business", n)
	}
	for _, path := range []string{"/work", "/systems", "/systems/cong-dvc", "/cases", "/cases/d5", "/cases/d5/acts/conclude_fit", "/registers", "/audit", "/imports/new", "/jobs", "/reports/targets"} {
		w.open(path).says("Không có trang này")
	}
	status := eval[int](w, `(() => { const x = new XMLHttpRequest(); x.open("POST", "/cases/d5/acts/conclude_fit", false); x.setRequestHeader("Content-Type", "application/x-www-form-urlencoded"); x.send("key=k"); return x.status })()`)
	if status != 404 {
		t.Errorf("a forged act answers %d", status)
	}
	w.signIn("an").open("/admin/people").says("Không có trang này")
}

// emptyProvince is a new database, served, with the code that its set-up asks for.
func emptyProvince(t *testing.T) (p *province, code string) {
	t.Helper()
	p = &province{t: t, dir: t.TempDir()}
	p.DB = emptyDatabase(t, p.dir)
	p.Start()
	code, err := p.line("/setup")
	if err != nil {
		t.Fatal(err)
	}
	return p, code[strings.LastIndexByte(code, ' ')+1:]
}

// as signs somebody in with a password of his own.
func (w *person) as(login, password string) *person {
	w.t.Helper()
	w.open("/sign-in")
	w.do(chromedp.SetValue(chromedp.CSS("#login"), login), chromedp.SetValue(chromedp.CSS("#password"), password))
	return w.press(".door-r .btn-main")
}

const ownPassword = "mot-mat-khau-dai-2026"

// hire takes somebody in with a role and an account, and lets him choose his
// password in a window of his own.
func (w *person) hire(login, name, role, office string) *person {
	w.t.Helper()
	w.open("/admin/people/new").fill("name", name).fill("id", login).press("main .btn-main")
	w.says("Đã thêm người")
	w.press(`main a[href$="/grants/new"]`)
	w.fill("office", w.valueOf("f-office", office)).fill("role", role).fill("source", "QĐ 01/QĐ-UBND").press("main .btn-main")
	w.says("Đã giao vai trò")
	w.press(`form[action$="/account/create"] button`)
	password := eval[string](w, `document.querySelector(".once").textContent`)
	own := w.province.window(1280).as(login, password)
	if own.at() != "/account/password" {
		w.t.Fatalf("%s goes on under a one-time password at %s", login, own.at())
	}
	own.do(chromedp.SetValue(chromedp.CSS(`[name=old]`), password), chromedp.SetValue(chromedp.CSS(`[name=new]`), ownPassword), chromedp.SetValue(chromedp.CSS(`[name=again]`), ownPassword))
	return own.press("main .btn-main")
}

func TestFromTheFirstRunToTheFirstDecision(t *testing.T) {
	p, code := emptyProvince(t)
	w := p.window(1280).open("/")
	if w.at() != "/setup" {
		t.Fatalf("an empty program begins at %s", w.at())
	}
	w.shot("admin-setup-1280")
	p.window(390).open("/setup").shot("admin-setup-390")
	for name, value := range map[string]string{"province.name": "Tỉnh Thử", "owner.name": "Ủy ban nhân dân tỉnh Thử", "sdu.name": "Sở Khoa học và Công nghệ", "admin.name": "Ngô Thu Hà",
		"admin.id": "ha.ngo", "password": ownPassword, "again": ownPassword, "code": "sai"} {
		w.fill(name, value)
	}
	w.press("main .btn-main")
	w.says("mã thiết lập in ra khi khởi động chương trình")
	if got := eval[string](w, `document.getElementById("f-owner.name").value`); got != "Ủy ban nhân dân tỉnh Thử" {
		t.Errorf("what was typed is gone: %q", got)
	}
	w.fill("password", ownPassword).fill("again", ownPassword).fill("code", code).press("main .btn-main")
	w.says("Đã thiết lập")
	w.do(chromedp.SetValue(chromedp.CSS("#password"), ownPassword))
	w.press(".door-r .btn-main")
	w.says("Còn phải làm gì", "Thêm người và giao vai trò")
	p.window(1280).open("/setup").says("Đăng nhập")

	w.open("/admin/offices/new").fill("name", "Sở Công Thương").fill("source", "QĐ 02/QĐ-UBND")
	w.fill("under", w.valueOf("f-under", "Ủy ban nhân dân tỉnh Thử")).press("main .btn-main")
	w.says("Đã thêm cơ quan", "mới là gợi ý")
	w.fill("source", "CV 03/SCT-VP").press(`form[action$="/confirm"] button`)
	if strings.Contains(w.text(), "mới là gợi ý") {
		t.Errorf("the particulars wait still: %s", w.text())
	}
	an := w.hire("an.tran", "Trần An", "operator_officer", "Sở Công Thương")
	binh := w.hire("binh.le", "Lê Bình", "operator_head", "Sở Công Thương")
	chi := w.hire("chi.vo", "Võ Chi", "sdu_officer", "Sở Khoa học và Công nghệ")
	dung := w.hire("dung.pham", "Phạm Dung", "sdu_head", "Sở Khoa học và Công nghệ")
	w.open("/admin").shot("admin-house-done-1280")
	firstDecision(t, an, binh, chi, dung)
}

// firstDecision takes the first system of a new province to its decision of level
// 2, under the rules of the real day.
func firstDecision(t *testing.T, an, binh, chi, dung *person) {
	t.Helper()
	an.open("/systems/new").fill("name", "Hệ thống thư điện tử")
	for name, office := range map[string]string{"operator": "Sở Công Thương", "owner": "Ủy ban nhân dân tỉnh Thử", "sdu": "Sở Khoa học và Công nghệ"} {
		an.fill(name, an.valueOf("f-"+name, office))
	}
	an.next().says("Hệ thống thư điện tử").press(`a[href$="/acts/create"]`).fill("track", "operating").next()
	id := an.caseID()
	if status := an.send("/api/v1/acts", `{"act":"set_facts","case":"`+id+`","key":"facts","with":{"facts":{"system_types":["noi_bo"],"info_types":["rieng"]},"level":2}}`); status != 200 {
		t.Fatalf("the facts are refused: %d", status)
	}
	an.open("/cases/" + id + "/components")
	for _, n := range []string{"1", "2", "3", "4"} {
		an.fill("component", n)
	}
	an.fill("risk_assessment", "yes").next()
	binh.open("/cases/" + id + "/answers").press("#send .btn-main").says("Đã xong: Nộp hồ sơ")
	chi.open("/cases/" + id + "/acts/accept_valid").next()
	chi.open("/cases/"+id+"/appraise").fill("points.a", "fit").fill("points.b", "fit").fill("points.c", "fit").fill("paper", "appraisal-minutes")
	chi.click("#desk-form .btn-main", ".two .paper").says("DỰ THẢO").press(".two .btn-main").says("Đã xong: Kết luận phù hợp")
	dung.open("/cases/"+id+"/acts/approve").fill("quy_che", "01/QC-SCT").fill("quy_che_date", "01/11/2026").press(`button[formaction$="/draft"]`).says("GIÁM ĐỐC").press(".two .btn-main")
	dung.says("Đã phê duyệt").open("/registers").says("Hệ thống thư điện tử", "/QĐ-SKHCN")
}

// valueOf is the value of a choice by its words.
func (w *person) valueOf(id, words string) string {
	w.t.Helper()
	return eval[string](w, fmt.Sprintf(`([...document.querySelectorAll("#%s option")].find(o => o.textContent == %q) || {}).value || ""`, id, words))
}

// send posts JSON from the page and gives the status.
func (w *person) send(path, body string) int {
	w.t.Helper()
	return eval[int](w, fmt.Sprintf(`(() => { const x = new XMLHttpRequest(); x.open("POST", %q, false); x.setRequestHeader("Content-Type", "application/json"); x.send(%q); return x.status })()`, path, body))
}

// list writes a register with as many good rows as asked, and after them rows
// that cannot be taken in.
func list(t *testing.T, dir string, good int, bad ...string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("STT,Đơn vị quản lý,Tên hệ thống thông tin,Cấp độ,Thời gian xác định,Đáp ứng\n")
	for i := range good {
		fmt.Fprintf(&b, "%d,Sở Công Thương,Hệ thống nhập số %d,%d,15/%d/2020,Đáp ứng\n", i+1, i+1, i%3+1, i%12+1)
	}
	for _, row := range bad {
		b.WriteString(row + "\n")
	}
	path := filepath.Join(dir, "danh-sach.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// upload looks a file through and waits for what comes of it.
func (w *person) upload(path string) *person {
	w.t.Helper()
	w.open("/imports/new?kind=register")
	w.do(chromedp.SetUploadFiles(chromedp.CSS("#f-file"), []string{path}))
	return w.press("main .btn-main").ended()
}

// ended waits until a job has ended; the page looks by itself.
func (w *person) ended() *person {
	w.t.Helper()
	w.do(chromedp.WaitVisible(chromedp.CSS("#job .notice")))
	return w
}

func TestAnImportWithBadRowsTakesTheGoodOnesOnce(t *testing.T) {
	p := demoProvince(t)
	w := p.window(1280).signIn("chi")
	path := list(t, p.dir, 20, "21,Sở Công Thương,Hệ thống hỏng,9,15/1/2020,Đáp ứng", "22,Sở Công Thương,Hệ thống sai ngày,2,31/2/2020,Đáp ứng", "23,,Hệ thống không đơn vị,2,15/1/2020,Đáp ứng")
	w.upload(path).says("20 dòng nhận được", "3 dòng không nhận được", "Dòng 22", "cấp độ phải từ 1 đến 5", "Dòng 23", "ngày không có thật", "Dòng 24", "bỏ trống", "Chưa ghi gì")
	w.shot("admin-job-dry-1280")
	dry := w.at()
	narrow := p.window(390).signIn("chi").open(dry)
	narrow.shot("admin-job-dry-390")
	w.open("/systems?q=he thong nhap so 7").says("Không")
	w.open(dry).press(`form[action$="/take"] button`).ended().says("Đã ghi 20 dòng", "3 dòng không nhận được")
	w.open("/systems?q=he thong nhap so 7").says("Hệ thống nhập số 7")
	w.upload(path).says("Không có dòng mới nào nhận được", "20 dòng đã có sẵn")
	w.open("/jobs").says("danh-sach.csv", "Xong").shot("admin-jobs-done-1280")
	p.window(1280).signIn("dung").open(dry).says("Không có việc này")

	plain := p.window(1280).noScript().signIn("chi")
	plain.open("/imports/new")
	plain.do(chromedp.SetUploadFiles(chromedp.CSS("#f-file"), []string{path}))
	plain.press("main .btn-main")
	plain.ended()
}

func TestTenThousandRowsRunBesideTheWorkOfOthers(t *testing.T) {
	p := demoProvince(t)
	w := p.window(1280).signIn("chi")
	path := list(t, p.dir, 10_000)
	w.open("/imports/new?kind=register")
	w.do(chromedp.SetUploadFiles(chromedp.CSS("#f-file"), []string{path}))
	w.press("main .btn-main")
	job := w.at()
	w.shot("admin-job-runs-1280")
	w.open("/work") // left
	p.window(1280).signIn("an").open("/systems").says("Hệ thống")
	w.open(job).ended().says("10.000 dòng nhận được") // and found again
	w.press(`form[action$="/take"] button`)
	taking := w.at()
	p.window(1280).signIn("dung").open("/work")
	w.open(taking).ended().says("Đã ghi 10.000 dòng")
	w.open("/jobs").fill("what", "register").fill("format", "xlsx").press(`form[action="/jobs/print"] button`).ended().says("Tệp đã lập xong")
}

func TestAJobThatIsStoppedOrCutOffLeavesNothing(t *testing.T) {
	p := demoProvince(t)
	w := p.window(1280).signIn("chi")
	path := list(t, p.dir, 10_000)
	w.upload(path).press(`form[action$="/take"] button`)
	job := w.at()
	w.do(chromedp.Navigate("about:blank"))
	p.stop() // the program goes away under its work
	p.Base = ""
	p.Start()
	w.open(job)
	if text := w.text(); !strings.Contains(text, "Đã dừng theo yêu cầu") && !strings.Contains(text, "Đã ghi 10.000 dòng") {
		t.Errorf("the page does not say what became of the work:\n%s", text)
	}
}
