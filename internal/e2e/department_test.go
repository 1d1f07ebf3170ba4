//go:build e2e

package e2e

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"
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

// workbook fetches a file of the province as the person and keeps it to be sent
// again.
func (w *person) workbook(path string) string {
	w.t.Helper()
	script := fmt.Sprintf(`fetch(%q).then(r => r.blob()).then(b => new Promise(done => { const f = new FileReader(); f.onload = () => done(f.result.split(",")[1]); f.readAsDataURL(b) }))`, path)
	text, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		w.t.Fatal(err)
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) < 1000 {
		w.t.Fatalf("%s gives %d bytes, %v", path, len(b), err)
	}
	to := filepath.Join(w.t.TempDir(), "bảng.xlsx")
	if err := os.WriteFile(to, b, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return to
}

// TestThePlanGoesOutAsAWorkbookAndComesBack: looked at first, then taken in; a row
// that cannot be read is named with its line, and a file of an older state is not
// taken.
func TestThePlanGoesOutAsAWorkbookAndComesBack(t *testing.T) {
	p := demoProvince(t)
	w := p.window(1280)
	w.signIn("an").open("/cases/d8/plan")
	first := eval[string](w, `document.querySelector(".req").id.slice(4)`)
	path := w.workbook("/cases/d8/plan.xlsx")
	cell := func(column string, value string) string {
		f, err := excelize.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		line := 0
		rows, _ := f.GetRows(f.GetSheetName(0))
		for i, row := range rows {
			if line == 0 && len(row) > 0 && row[0] == first {
				line = i + 1
			}
		}
		if err := errors.Join(f.SetCellValue(f.GetSheetName(0), column+strconv.Itoa(line), value), f.Save(), f.Close()); err != nil || line == 0 {
			t.Fatal(err, line)
		}
		return strconv.Itoa(line)
	}
	send := func(button string) {
		w.open("/cases/d8/plan?group=questions").do(chromedp.SetUploadFiles(chromedp.CSS("#f-file"), []string{path}))
		eval[bool](w, `(document.querySelectorAll("details").forEach(d => d.open = true), true)`)
		w.press(`button[value="` + button + `"]`)
	}
	line := cell("D", "không biết")
	send("take")
	w.says("chưa nhập dòng nào", "Dòng "+line)
	cell("D", "Chưa đáp ứng")
	cell("H", "Mua thiết bị")
	send("look")
	w.says("Xem thử: 1 dòng sẽ đổi", "Mua thiết bị").shot("plan-looked-1280")
	w.open("/cases/d8/plan").says("0/3")
	send("take")
	w.says("Đã nhập 1 dòng")
	send("take")
	w.says("Đã có người thao tác trước")
}

// TestAnswersThatCannotStandTogetherAreNamedBeforeOneIsKept, and a system of parts
// takes the highest of them.
func TestAnswersThatCannotStandTogetherAreNamedBeforeOneIsKept(t *testing.T) {
	p := demoProvince(t)
	w := p.window(1280)
	w.signIn("an").ask("d8", "Dịch vụ thuộc ngành, nghề kinh doanh có điều kiện").choose("a", "yes").next()
	w.ask("d8", "Có dịch vụ trực tuyến khác").choose("a", "no").next()
	w.says("không đi cùng các câu đã trả lời", "Dịch vụ thuộc ngành, nghề kinh doanh có điều kiện").shot("question-voids-1280")
	w.press(`button[value="drop"]`).open("/cases/d8/answers")
	if strings.Contains(w.text(), "Dịch vụ thuộc ngành, nghề kinh doanh có điều kiện") {
		t.Errorf("the dropped answer is still there:\n%s", w.text())
	}
	w.open("/cases/d8/questions/4")
	w.do(chromedp.SetValue(chromedp.CSS("#part-new"), "Mạng nội bộ"))
	w.next().says("Đã lưu các hệ thống thành phần", "Mạng nội bộ")
	w.do(chromedp.SetValue(chromedp.CSS("#part-new"), "Mạng nội bộ"))
	if w.next(); eval[int](w, `document.querySelectorAll('[name="part_name"]').length`) != 3 || !eval[bool](w, `!!document.getElementById("trouble")`) {
		t.Errorf("two parts of one name:\n%s", w.text())
	}
	w.open("/cases/d8/questions/4").press(`a[href$="questions?part=0"]`)
	w.says("Mạng nội bộ", "Câu ").choose("a", "ha_tang").next()
	w.open("/cases/d8/answers").says("Mạng nội bộ", "cơ sở hạ tầng thông tin")
}

// TestTwoOfficersAnswerTheSameGroup: the second is told, keeps what was typed and
// sees what stands there.
func TestTwoOfficersAnswerTheSameGroup(t *testing.T) {
	p := demoProvince(t)
	one, two := p.window(1280), p.window(390)
	one.signIn("an").open("/cases/d8/plan")
	row := eval[string](one, `document.querySelector(".req").id.slice(4)`)
	two.signIn("an").open("/cases/d8/plan").fill("r."+row+".status", "met").fill("r."+row+".how", "Quy chế số 5").next()
	one.fill("r."+row+".status", "unmet").fill("r."+row+".how", "Chưa có").next()
	one.says("Người khác vừa lưu", "Quy chế số 5", "Nội dung bạn gõ vẫn còn")
	if got := eval[string](one, `document.querySelector('[name="r.`+row+`.how"]').value`); got != "Chưa có" {
		t.Errorf("typed text became %q", got)
	}
	one.next().says("Đã lưu nhóm")
}

// TestOthersReadADossierInPreparationAndMayNotChangeIt: by page and by direct
// address.
func TestOthersReadADossierInPreparationAndMayNotChangeIt(t *testing.T) {
	p := demoProvince(t)
	w := p.window(1280)
	w.signIn("chi").open("/systems/san-tmdt/overview").says("Bạn xem được, không sửa được")
	for path, body := range map[string]string{"/cases/d8/questions/7": "a=no", "/cases/d8/plan": "group=7.1.1", "/systems/san-tmdt/overview": "part=texts&t.scope=x&do=save", "/cases/d8/components": "component=1", "/cases/d8/parts": "part_name=x"} {
		status := eval[int](w, fmt.Sprintf(`(() => { const x = new XMLHttpRequest(); x.open("POST", %q, false); x.setRequestHeader("Content-Type", "application/x-www-form-urlencoded"); x.send(%q); return x.status })()`, path, body))
		if status != 403 && status != 404 {
			t.Errorf("%s answers %d", path, status)
		}
	}
	w.open("/cases/d8/plan").says("Bạn không có vai trò")
	w.open("/cases/d8").shot("dossier-read-1280")
	if eval[bool](w, `!!document.querySelector("main .next-task, main form[data-upload]")`) {
		t.Error("whoever may not prepare it is asked to")
	}
}

// TestThePagesOfTheDepartmentInEnglish finds no word left over.
func TestThePagesOfTheDepartmentInEnglish(t *testing.T) {
	p := demoProvince(t)
	w := p.window(1280)
	w.signIn("an").english()
	for _, path := range []string{"/systems/new", "/cases/d8", "/cases/d8/questions", "/cases/d8/questions/4", "/what-if", "/systems/san-tmdt/overview?part=zones", "/cases/d8/files", "/cases/d8/plan", "/cases/d8/components", "/cases/d8/answers", "/cases/d7/returns/1"} {
		w.open(path)
		left := eval[string](w, `(() => { const out = []; const look = n => { if (n.nodeType == 3) { if (/[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/i.test(n.textContent)) out.push(n.textContent.trim()); return } if (n.nodeType != 1 || n.getAttribute("lang") == "vi" || n.matches("li.no")) return; n.childNodes.forEach(look) }; look(document.querySelector("main")); return out.join(" | ") })()`)
		if left != "" || strings.Contains(w.text(), "‹") {
			t.Errorf("%s: %s", path, left)
		}
	}
}
