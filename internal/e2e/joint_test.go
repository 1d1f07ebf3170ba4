//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"testing"
)

// call gives a JSON body to the API under the session of the window, and reads
// the answer.
func (w *person) call(method, path, body string) (answer map[string]any) {
	w.t.Helper()
	said := eval[string](w, fmt.Sprintf(`(() => { const x = new XMLHttpRequest(); x.open(%q, %q, false); x.setRequestHeader("Content-Type", "application/json"); x.send(%q); return x.status < 300 ? x.responseText : JSON.stringify({failed: x.responseText}) })()`, method, "/api/v1"+path, body))
	if err := json.Unmarshal([]byte(said), &answer); err != nil || answer["failed"] != nil {
		w.t.Fatalf("%s %s: %v %s", method, path, err, said)
	}
	return answer
}

// TestADossierOfTwoSystemsShowsBoth: where a rule set lets one dossier speak of
// several systems, everybody who works on it sees each of them.
func TestADossierOfTwoSystemsShowsBoth(t *testing.T) {
	p := demoProvince(t)
	p.onDay("2026-10-01")
	an := p.window(1280).signIn("an")
	system := func(name, info string) string {
		return an.call("POST", "/systems", fmt.Sprintf(`{"name":%q,"owners":["ubnd"],"operators":["so-ct"],"sdu":"so-tttt","source":"x","facts":{"system_types":["noi_bo"],"info_types":[%q]}}`, name, info))["id"].(string)
	}
	one, other := system("Văn thư nội bộ", "rieng"), system("Bảng tin nội bộ", "cong_cong")
	id := an.call("POST", "/acts", fmt.Sprintf(`{"act":"create","system":%q,"level":2,"track":"operating"}`, one))["case"].(map[string]any)["id"].(string)
	an.open("/cases/"+id+"/acts/join_systems").fill("systems", other).fill("level", "1").press("main form .btn-main").says("Đã xong")
	an.open("/cases/"+id).says("Hệ thống khác trong hồ sơ: 1", "Bảng tin nội bộ").shot("joint-dossier-1280")
	for _, sys := range []string{one, other} {
		an.call("PUT", "/systems/"+sys+"/overview", `{"revision":0,"scope":"Cả cơ quan","servers":[{"name":"MAY-01"}]}`)
	}
	an.call("POST", "/acts", fmt.Sprintf(`{"act":"attach","case":%q,"with":{"components":[1,2,3,4],"risk_assessment":true}}`, id))
	p.window(1280).signIn("binh").call("POST", "/acts", fmt.Sprintf(`{"act":"submit","case":%q}`, id))

	chi := p.window(1280).signIn("chi")
	chi.call("POST", "/acts", fmt.Sprintf(`{"act":"request_supplement","case":%q,"with":{"points":["Nêu rõ quy mô của bảng tin"],"reason":"Chưa đủ"}}`, id))
	an.call("PUT", "/systems/"+other+"/overview", `{"revision":1,"scope":"Cả cơ quan","scale":"300 người dùng","servers":[{"name":"MAY-01"}]}`)
	an.open("/cases/"+id+"/returns/1").says("Bảng tin nội bộ: ", "300 người dùng").shot("joint-return-1280")
	an.fill("answers", "Nay có 300 người dùng").press(`main form [value="keep"]`).says("Đã lưu nháp", "Nháp trả lời lưu lúc", "Nguyễn Văn An")
	binh := p.window(1280).signIn("binh").open("/cases/" + id + "/returns/1")
	binh.shot("joint-answer-1280")
	if typed := eval[string](binh, `document.getElementById("f-answers.1").value`); typed != "Nay có 300 người dùng" {
		t.Errorf("whoever sends the dossier finds %q", typed)
	}
	binh.press("main form .btn-main").says("Đã xong")
	chi.call("POST", "/acts", fmt.Sprintf(`{"act":"accept_valid","case":%q}`, id))
	chi.open("/cases/"+id+"/appraise").says("Hệ thống khác trong hồ sơ: 1", "Bảng tin nội bộ", "300 người dùng").shot("joint-desk-1280")
	chi.open("/cases/"+id+"/appraise?tab=changes").says("Bảng tin nội bộ: ", "300 người dùng")
	small := p.window(390).signIn("chi")
	small.open("/cases/" + id + "/appraise").shot("joint-desk-390")
	if over := eval[int](small, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
		t.Errorf("the desk is %d pixels wider than its window", over)
	}
}
