//go:build e2e

package e2e

import (
	"strings"
	"testing"
	"time"
)

// TestALevel3SystemFromNothingToTheRegister is journey 1: five people, from the
// first form to the row of the register. What it asks of them is counted.
func TestALevel3SystemFromNothingToTheRegister(t *testing.T) {
	p := demoProvince(t)
	whole(t, p, func() *person { return p.window(1280) })
}

// TestTheWholeWithoutScript is journey 13.
func TestTheWholeWithoutScript(t *testing.T) {
	p := demoProvince(t)
	whole(t, p, func() *person { return p.window(1280).noScript() })
}

func whole(t *testing.T, p *province, open func() *person) {
	began := time.Now()
	five := map[string]*person{}
	for _, who := range []string{"an", "binh", "chi", "hoa", "giang"} {
		five[who] = open()
	}
	id := toSubmission(t, five["an"], five["binh"])
	decide(t, id, "Cổng học bạ điện tử", "58/QĐ-UBND", five)
	five["giang"].open("/registers").says("Cổng học bạ điện tử", "58/QĐ-UBND")
	for who, w := range five {
		t.Logf("%s: %d pages called up, %d buttons and links pressed, %d fields filled", who, w.did.pages, w.did.presses, w.did.typed)
	}
	t.Logf("whole journey in %s", time.Since(began).Round(time.Second))
}

// decide takes a submitted dossier of level 3 through reception, appraisal,
// request, the number of the book and the decision.
func decide(t *testing.T, id, name, no string, people map[string]*person) {
	t.Helper()
	chi := people["chi"].signIn("chi").open("/queue")
	chi.press(`a.name[href="/cases/` + id + `/reception"]`).press(`form[action$="accept_valid"] .btn-main`).says("Đã xong: Xác nhận đủ, hợp lệ")
	chi.open("/queue").press(`a.name[href="/cases/`+id+`/appraise"]`).fill("points.a", "fit").fill("points.b", "fit").fill("points.c", "fit")
	chi.click("#desk-form .btn-main", ".two .paper").says("DỰ THẢO", "phù hợp với cấp độ 3").press(".two .btn-main").says("Đã xong: Kết luận phù hợp")

	binh := people["binh"].open("/work")
	binh.press(`main a[href="/cases/` + id + `"]`).press(`main a[href$="/acts/submit_for_approval"]`).next().says("Đã xong: Trình phê duyệt")

	hoa := people["hoa"].signIn("hoa").open("/incoming").says(name)
	hoa.open("/books").fill("no", no).fill("date", "19/1/2022").press(".book-add .btn").says("Đã giữ số")

	giang := people["giang"].signIn("giang").open("/incoming").press(`a[href="/cases/` + id + `/acts/approve"]`)
	giang.fill("quy_che", "21/QĐ-SCT").fill("quy_che_date", "1/12/2021").fill("no", no).fill("date", "19/1/2022")
	giang.press(`button[formaction$="/draft"]`).says("DỰ THẢO", "TM. ỦY BAN NHÂN DÂN").press(".two .btn-main").says("Đã xong: Phê duyệt", "Đã phê duyệt")
}

// TestALevelIsDeterminedAnew is journey 6: the old decision holds until the new
// one stands, then the register shows the new and, for the day before, the old.
func TestALevelIsDeterminedAnew(t *testing.T) {
	p := demoProvince(t)
	people := map[string]*person{}
	for _, who := range []string{"an", "binh", "chi", "hoa", "giang"} {
		people[who] = p.window(1280)
	}
	binh := people["binh"].signIn("binh").open("/systems/van-ban").press(`main a[href$="/acts/open_redetermination"]`)
	binh.fill("trigger", "function").fill("reason", "Thêm dịch vụ công trực tuyến").fill("level", "3").fill("track", "operating").next()
	id := binh.caseID()
	an := people["an"].signIn("an").open("/systems/van-ban").says("Đang xác định lại")
	an.ask(id, "Loại hình hệ thống").choose("a", "phuc_vu_nguoi_dan_dn").next()
	an.open("/cases/" + id + "/questions")
	an.answerAll(id)
	an.ask(id, "Số người sử dụng").choose("a.n", "12.480").next()
	an.open("/cases/" + id + "/components")
	for _, n := range []string{"1", "2", "3", "4"} {
		an.fill("component", n)
	}
	an.fill("design", "construction").next()
	binh.open("/cases/" + id + "/answers").press("#send .btn-main").says("chờ kiểm tra hợp lệ")
	binh.open("/registers?on=19/1/2022").says("03/QĐ-STTTT")
	decide(t, id, "Hệ thống quản lý văn bản", "59/QĐ-UBND", people)

	giang := people["giang"].open("/cases/d2").says("Đã được thay thế")
	giang.open("/registers?on=19/1/2022").says("59/QĐ-UBND")
	if strings.Contains(giang.text(), "03/QĐ-STTTT") {
		t.Error("the register shows the old decision beside the new one")
	}
	giang.open("/registers?on=18/1/2022").says("03/QĐ-STTTT")
	giang.open("/papers/" + p.paperOf(giang, "d2", "form-06")).says("Đã được thay thế").shot("superseded-1280")
	giang.open("/systems/van-ban").says("59/QĐ-UBND").shot("redetermined-1280")
}
