//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// next presses the button that carries the page on.
func (w *person) next() *person { return w.press("main form .btn-main") }

// file chooses a file for the upload field; the name decides what it seems to be.
func (w *person) file(name string, content []byte) *person {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.do(chromedp.SetUploadFiles(chromedp.CSS("#f-file"), []string{path}))
	return w
}

// caseID is the dossier of the page shown.
func (w *person) caseID() string {
	parts := strings.Split(w.at(), "/")
	if len(parts) < 3 || parts[1] != "cases" {
		w.t.Fatalf("%s is no page of a case\n%s", w.at(), w.text())
	}
	return parts[2]
}

// TestDepartmentPages opens the pages of the department at both widths.
func TestDepartmentPages(t *testing.T) {
	p := demoProvince(t)
	for _, width := range []int{1280, 390} {
		w := p.window(width)
		w.signIn("an")
		for name, path := range map[string]string{"newsystem": "/systems/new", "dossier": "/cases/d8", "question": "/cases/d8/questions/9", "questions": "/cases/d8/questions", "parts": "/cases/d8/questions/4",
			"whatif": "/what-if?system=san-tmdt", "overview": "/systems/san-tmdt/overview", "devices": "/systems/san-tmdt/overview?part=devices", "files": "/cases/d8/files", "plan": "/cases/d8/plan", "pieces": "/cases/d8/components", "answers": "/cases/d8/answers",
			"return": "/cases/d7/returns/1", "dossier-returned": "/cases/d7"} {
			w.open(path).shot(name + "-" + strconv.Itoa(width))
			if page := w.text(); strings.Contains(page, "‹") || strings.Contains(page, "capdo:") {
				t.Errorf("%s: %s", path, page)
			}
			if wide := eval[bool](w, "document.documentElement.scrollWidth > innerWidth"); wide {
				t.Errorf("%s at %d scrolls sideways", path, width)
			}
		}
	}
}

// picture is a small picture of one colour.
func picture(t *testing.T, shade uint8) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 40, 30))
	for i := range m.Pix {
		m.Pix[i] = shade
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// ask opens the question on a fact of a dossier by what it is about.
func (w *person) ask(id, about string) *person {
	w.t.Helper()
	w.open("/cases/" + id + "/answers")
	w.do(chromedp.Navigate(eval[string](w, `[...document.querySelectorAll("dd a")].find(a => a.textContent.includes("`+about+`")).href`)))
	return w
}

// choose answers the question shown; where script is, the column beside it has
// said what the answer would come to before the page is left.
func (w *person) choose(name, value string) *person {
	w.t.Helper()
	w.fill(name, value)
	if eval[bool](w, `typeof htmx != "undefined"`) {
		w.do(chromedp.WaitVisible(chromedp.CSS("#sofar [data-tried]")))
	}
	return w
}

// answerAll answers the criteria of a portal that serves people, question by
// question as they come, until none is left.
func (w *person) answerAll(id string) {
	w.t.Helper()
	answers := map[string]string{"Loại hình hệ thống": "phuc_vu_nguoi_dan_dn", "Loại thông tin được xử lý": "ca_nhan", "Có dịch vụ trực tuyến khác ngoài dịch vụ công": "yes"}
	for range 20 {
		if !strings.Contains(w.at(), "/questions/") {
			return
		}
		_, about, _ := strings.Cut(eval[string](w, `document.querySelector(".q-n").textContent`), " · ")
		switch {
		case answers[about] != "":
			w.choose("a", answers[about])
		case strings.HasPrefix(about, "Số người sử dụng"):
			w.choose("a.n", "9.999")
		case strings.HasPrefix(about, "Mức độ dịch vụ công"):
			w.choose("a", "-1")
		default:
			w.choose("a", "no")
		}
		w.next()
	}
	w.t.Fatalf("questions never end\n%s", w.text())
}

// toSubmission takes a system from nothing to a dossier of level 3 that its head
// has sent, and gives its id.
func toSubmission(t *testing.T, an, binh *person) string {
	t.Helper()
	an.signIn("an").open("/systems/new")
	an.fill("name", "Cổng học bạ điện tử").fill("operator", "so-ct").fill("owner", "ubnd").fill("sdu", "so-tttt").next()
	an.says("Cổng học bạ điện tử").press(`a[href$="/acts/create"]`)
	an.says("ít nhất là 1").fill("track", "operating").next()
	id := an.caseID()
	an.says("1 trong 14 mục", "Chưa làm").open("/cases/" + id + "/questions")
	an.answerAll(id)
	// the threshold: just below, on it, and not known
	an.says("Cấp độ đề xuất trong hồ sơ: 2")
	for _, one := range []struct{ typed, says string }{{"10.000", "Cấp độ đề xuất trong hồ sơ: 3"}, {"9.999", "Cấp độ đề xuất trong hồ sơ: 2"}} {
		an.ask(id, "Số người sử dụng").choose("a.n", one.typed).next()
		an.open("/cases/" + id + "/answers").says(one.says)
	}
	an.ask(id, "Số người sử dụng").choose("a", "?").next()
	an.open("/cases/" + id + "/answers").says("Chưa đủ dữ kiện; ít nhất là cấp độ 2.")
	if level := eval[string](an, `document.querySelector(".lv-big").innerText`); !strings.Contains(level, "?") {
		t.Errorf("not known shows %q", level)
	}
	an.ask(id, "Số người sử dụng").choose("a.n", "12.480").next()
	an.describe(id)
	an.open("/cases/" + id).says("14 mục").shot("dossier-filled-1280")
	binh.signIn("binh").open("/cases/" + id + "/answers").says("Ký nộp")
	if eval[string](binh, `document.querySelector(".conds .no") ? "no" : "yes"`) != "yes" {
		t.Errorf("a condition is not met:\n%s", binh.text())
	}
	binh.press("#send .btn-main").says("chờ kiểm tra hợp lệ")
	return id
}

// describe fills what a dossier of level 3 holds beside its facts.
func (w *person) describe(id string) {
	w.t.Helper()
	w.open("/cases/" + id).press(`a[href$="/overview"]`)
	w.fill("t.scope", "Toàn tỉnh").press(`main form button[value="save"]`).says("Đã lưu thuyết minh")
	overview := w.at()
	w.open(overview+"?part=zones").fill("r.0.name", "Vùng máy chủ").fill("r.0.private_ip", "10.0.0.0/99").press(`button[value="save"]`)
	w.says("một địa chỉ hoặc dải địa chỉ").fill("r.0.private_ip", "10.0.0.0/24").press(`button[value="row"]`)
	w.fill("r.1.name", "Vùng bỏ đi").press(`button[value="drop:1"]`).press(`button[value="save"]`).says("Đã lưu thuyết minh")
	if n := eval[int](w, `[...document.querySelectorAll('main [name$=".name"]')].filter(e => e.value).length`); n != 1 {
		w.t.Errorf("%d zones kept", n)
	}
	w.open("/cases/"+id+"/files").fill("as", "logical_diagram").file("sơ đồ.png", []byte("không phải hình"))
	w.refusedFile()
	w.open("/cases/"+id+"/files").fill("as", "logical_diagram").file("sơ đồ.png", picture(w.t, 200)).press("form[data-upload] .btn-main").says("Đã nhận tệp", "sơ đồ.png", "SHA-256")
	w.open("/cases/" + id + "/components")
	for _, n := range []string{"1", "2", "3", "4"} {
		w.fill("component", n)
	}
	w.fill("design", "construction").next().says("Đã xong: Đính kèm")
	w.open("/cases/" + id + "/plan").press(`.groups li:nth-child(2) a`)
	row := eval[string](w, `document.querySelector(".req").id.slice(4)`)
	w.fill("r."+row+".status", "unmet").fill("r."+row+".due", "31/13/2022").press("main form .btn-main").says("ngày dạng")
	w.fill("r."+row+".due", "30/6/2022").fill("r."+row+".measure", "Mua thiết bị").press("main form .btn-main").says("Đã lưu nhóm")
}

// refusedFile sends the chosen file and waits to be told that it was not taken: in
// place where script is, on the next page where not.
func (w *person) refusedFile() {
	w.t.Helper()
	if eval[bool](w, `document.querySelector("[data-drag]").hidden`) {
		w.press("form[data-upload] .btn-main").says("không khớp")
		return
	}
	w.do(chromedp.Click(chromedp.CSS("form[data-upload] .btn-main")), chromedp.WaitVisible(chromedp.CSS("[data-bad]")))
	w.says("Tệp chưa được nhận", "không khớp")
}

// TestADossierOfLevelThreeGoesFromNothingToSent is journey 1, its first half.
func TestADossierOfLevelThreeGoesFromNothingToSent(t *testing.T) {
	p := demoProvince(t)
	toSubmission(t, p.window(1280), p.window(1280))
}

// TestTheSameWithoutScript is journey 13.
func TestTheSameWithoutScript(t *testing.T) {
	p := demoProvince(t)
	toSubmission(t, p.window(1280).noScript(), p.window(390).noScript())
}

// TestTheLevelFollowsTheChoiceBeforeItIsKept: the column beside the question says
// what the answer would come to, and nothing is kept until it is saved.
func TestTheLevelFollowsTheChoiceBeforeItIsKept(t *testing.T) {
	p := demoProvince(t)
	w := p.window(1280)
	w.signIn("an").ask("d8", "Số người sử dụng")
	w.says("Cấp độ đến lúc này", "Chưa đủ dữ kiện")
	w.fill("a.n", "10.000")
	w.do(chromedp.WaitVisible(chromedp.CSS("#sofar .lv-big.lv-3")))
	w.says("chưa lưu").shot("question-tried-1280")
	w.open("/cases/d8/answers").says("Chưa đủ dữ kiện")
	w.open("/what-if?f.system_types=dieu_khien_cn&f.info_types=rieng&f.construction_grade=cap_i").says("cấp độ 4")
	w.open("/what-if?f.online_user_count=counted&f.online_user_count.n=vi%E1%BB%87n&f.system_types=phuc_vu_nguoi_dan_dn&f.other_online_service=yes").says("Chưa đủ dữ kiện")
}

// TestAReturnedDossierIsAnsweredAndSentAgain is journey 2: three points, two
// answered, the third is named; afterwards the difference shows what changed.
func TestAReturnedDossierIsAnsweredAndSentAgain(t *testing.T) {
	p := demoProvince(t)
	an, binh := p.window(1280), p.window(1280)
	an.signIn("an").open("/cases/d7").says("Trả lời phiếu yêu cầu bổ sung", "3 điểm cần trả lời")
	an.open("/cases/d7/returns/1").says("Chưa có gì thay đổi")
	an.open("/cases/d7/files").fill("as", "physical_diagram").file("sơ đồ mạng.png", picture(t, 90)).press("form[data-upload] .btn-main")
	an.open("/cases/d7").press(`a[href$="/overview"]`).open(an.at() + "?part=devices")
	an.fill("r.0.name", "Tường lửa biên").press(`button[value="save"]`)
	binh.signIn("binh").open("/cases/d7/returns/1").says("Thiếu sơ đồ mạng", "Khác với bản đã nộp", "sơ đồ mạng.png", "Tường lửa biên")
	binh.answer(0, "Đã thêm sơ đồ mạng").answer(1, "Sao lưu hằng tuần").next()
	binh.says("hỏi 3, đã trả lời 2", "Chưa có danh mục thiết bị").shot("return-refused-1280")
	if got := eval[string](binh, `document.querySelectorAll("textarea")[1].value`); got != "Sao lưu hằng tuần" {
		t.Errorf("what was typed is lost: %q", got)
	}
	if n := eval[int](binh, `document.querySelectorAll("main form .err").length`); n != 1 {
		t.Errorf("%d points named", n)
	}
	binh.answer(2, "Đã thêm danh mục").next().says("chờ kiểm tra hợp lệ")
	binh.open("/cases/d7/returns/1").says("Đã thêm danh mục", "Khác biệt giữa hai lần nộp", "2 mục đổi", "Tường lửa biên").shot("return-sent-1280")
	if !eval[bool](binh, `[...document.querySelectorAll("td .code")].some(e => /^[0-9a-f]{64}$/.test(e.textContent))`) {
		t.Error("no hash of the file")
	}
}

// answer types the answer to one point of a notice.
func (w *person) answer(i int, text string) *person {
	w.t.Helper()
	eval[bool](w, fmt.Sprintf(`(document.querySelectorAll('main [name="answers"]')[%d].value = %q, true)`, i, text))
	return w
}

// TestTwoOfficersWriteTheSameTable: the second finds what stands there and keeps
// what was typed.
func TestTwoOfficersWriteTheSameTable(t *testing.T) {
	p := demoProvince(t)
	one, two := p.window(1280), p.window(1280)
	page := "/systems/san-tmdt/overview?part=devices"
	one.signIn("an").open(page).fill("r.0.name", "Bộ chuyển mạch")
	two.signIn("an").open(page).fill("r.0.name", "Tường lửa").press(`button[value="save"]`).says("Đã lưu")
	one.press(`button[value="save"]`).says("Tường lửa", "Nội dung bạn gõ vẫn còn")
	if got := eval[string](one, `document.querySelector('[name="r.0.name"]').value`); got != "Bộ chuyển mạch" {
		t.Errorf("typed text became %q", got)
	}
	one.press(`button[value="row"]`).fill("r.1.name", "Tường lửa").press(`button[value="save"]`).says("Đã lưu")
	if n := eval[int](one, `[...document.querySelectorAll('main [name$=".name"]')].filter(e => e.value).length`); n != 2 {
		t.Errorf("%d devices kept", n)
	}
}
