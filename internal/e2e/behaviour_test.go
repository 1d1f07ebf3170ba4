//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// post sends a form from the page shown, as its own buttons would, and gives the
// status and what came back.
func (w *person) post(path, body string) (status int, said string) {
	w.t.Helper()
	status = eval[int](w, fmt.Sprintf(`(() => { const x = new XMLHttpRequest(); x.open("POST", %q, false); x.setRequestHeader("Content-Type", "application/x-www-form-urlencoded"); x.send(%q); window.said = x.responseText; return x.status })()`, path, body))
	return status, eval[string](w, "window.said")
}

// done is how often an act was done in a case.
func (p *province) done(caseID, act string) int {
	return p.count(`SELECT count(*) FROM events WHERE case_id = ? AND act = ? AND body NOT LIKE '%"refused":{%'`, caseID, act)
}

// forbidden are acts that stand open in the demo province, each to somebody else.
var forbidden = []struct {
	act string // address
	may string // who may do it there
}{
	{"/cases/d4/acts/approve", "giang"}, {"/cases/d4/acts/return_file", "hoa giang"}, {"/cases/d4/acts/reject", "giang"},
	{"/cases/d5/acts/conclude_fit", "chi"}, {"/cases/d5/acts/conclude_unfit", "chi"}, {"/cases/d6/acts/accept_valid", "chi"}, {"/cases/d6/acts/request_supplement", "chi"},
	{"/cases/d7/acts/resubmit", "binh"}, {"/cases/d8/acts/submit", "binh"}, {"/cases/d8/acts/withdraw", "binh"}, {"/systems/van-ban/acts/open_redetermination", "binh dung giang"},
	{"/systems/van-ban/acts/change_operator", "giang"}, {"/offices/ubnd/acts/designate_sdu", "giang"}, {"/offices/ubnd/acts/delegate", "giang"},
}

// TestNobodyDoesWhatIsNotHis is journey 7: every role, every act of others, by
// its page and by a forged form. Nothing but refusals is left behind.
func TestNobodyDoesWhatIsNotHis(t *testing.T) {
	p := demoProvince(t)
	// what the clock does meanwhile is nobody's act
	const acts = `SELECT count(*) FROM events WHERE body NOT LIKE '%"refused":{%' AND act != 'print_register'`
	before := p.count(acts)
	states := p.count(`SELECT sum(revision) FROM cases`)
	tried := 0
	for _, who := range []string{"an", "binh", "chi", "dung", "giang", "hoa", "kien", "nam", "yen", "oanh", "phong", "quan-tri"} {
		w := p.window(1280).signIn(who)
		for _, f := range forbidden {
			if strings.Contains(f.may, who) {
				continue
			}
			tried++
			w.open(f.act)
			if button := eval[bool](w, `!!document.querySelector("main form .btn-main") && !document.querySelector("main .conds .no") && !document.getElementById("trouble")`); button {
				t.Errorf("%s is offered %s:\n%s", who, f.act, w.text())
			}
			status, said := w.post(f.act, "key=forged-"+who+"&reason=x&points.a=fit&points.b=fit&points.c=fit&no=1/QĐ-X&level=3&track=operating&trigger=function&date=1/1/2022&to=so-ct")
			if status != 403 && status != 404 || !strings.Contains(said, `id="trouble"`) {
				t.Errorf("%s forges %s: %d", who, f.act, status)
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d tried", tried)
	}
	if after := p.count(acts); after != before || p.count(`SELECT sum(revision) FROM cases`) != states {
		t.Errorf("%d events became %d", before, after)
	}
}

// TestSomebodyActedMeanwhile is journey 8: the second of two people is told who
// did what, keeps what was typed, and nothing is done on an old view.
func TestSomebodyActedMeanwhile(t *testing.T) {
	p := demoProvince(t)
	chi, phong := p.window(1280).signIn("chi"), p.window(390).signIn("phong")
	chi.open("/cases/d6/reception")
	phong.open("/cases/d6/acts/withdraw").fill("reason", "Sửa lại sơ đồ").next().says("Đã xong")
	chi.do(chromedp.SetValue(chromedp.CSS("#r-points"), "Thiếu sơ đồ mạng"), chromedp.SetValue(chromedp.CSS("#r-reason"), "Chưa đủ hồ sơ"))
	chi.press(`form[action$="request_supplement"] .btn`).says("Võ Phong", "Rút hồ sơ", "19/01/2022")
	for name, typed := range map[string]string{"points": "Thiếu sơ đồ mạng", "reason": "Chưa đủ hồ sơ"} {
		if got := eval[string](chi, `document.querySelector('main [name="`+name+`"]').value`); got != typed {
			t.Errorf("%s became %q", name, got)
		}
	}
	chi.shot("stale-1280")
	if p.done("d6", "request_supplement") != 0 || p.done("d6", "withdraw") != 1 {
		t.Error("an act was done on an old view")
	}
}

// TestOnePressIsOneEffect: pressed twice, sent twice, gone back to and sent again,
// sent from two tabs.
func TestOnePressIsOneEffect(t *testing.T) {
	p := demoProvince(t)
	chi := p.window(1280).signIn("chi").open("/cases/d6/reception")
	tab := p.beside(chi).open("/cases/d6/reception")
	const accept = `form[action$="accept_valid"] .btn-main`
	body := eval[string](chi, `new URLSearchParams(new FormData(document.querySelector('form[action$="accept_valid"]'))).toString()`)
	chi.twice(accept)
	chi.says("Đã xong: Xác nhận đủ, hợp lệ")
	if status, _ := chi.post("/cases/d6/acts/accept_valid", body); status != 200 {
		t.Errorf("the same form again answers %d", status)
	}
	eval[bool](chi, "(history.back(), true)")
	for back := false; !back && chi.ctx.Err() == nil; { // the page goes while it is asked
		back, _ = chromedp.Run(chi.ctx, chromedp.Evaluate[bool](`location.pathname.endsWith("/reception") && document.readyState == "complete"`))
	}
	if eval[bool](chi, `!!document.querySelector('`+accept+`')`) { // kept by the browser as it was
		eval[bool](chi, "(document.querySelector('"+accept+"').click(), true)")
		for said := false; !said && chi.ctx.Err() == nil; {
			said, _ = chromedp.Run(chi.ctx, chromedp.Evaluate[bool](`!!document.querySelector("#done, #trouble")`))
		}
	}
	tab.press(accept).says("Lê Chi")
	if n := p.done("d6", "accept_valid"); n != 1 {
		t.Errorf("done %d times", n)
	}

	plain := p.window(1280).noScript().signIn("giang").open("/cases/d4/acts/approve").fill("quy_che", "1/QĐ").fill("quy_che_date", "1/12/2021")
	plain.twice("main form .btn-main")
	if n := p.done("d4", "approve"); n != 1 {
		t.Errorf("without script: done %d times\n%s", n, plain.text())
	}
}

// twice presses a button two times before anything can come back, and waits for
// what was done.
func (w *person) twice(sel string) {
	w.t.Helper()
	eval[bool](w, fmt.Sprintf("(() => { const b = document.querySelector(%q); b.click(); b.click(); return true })()", sel))
	w.do(chromedp.WaitVisible(chromedp.CSS("#done")))
}

// beside is another tab of the same browser: the same cookies.
func (p *province) beside(w *person) *person {
	p.t.Helper()
	ctx, cancel := chromedp.NewContext(w.ctx)
	p.t.Cleanup(cancel)
	other := &person{province: p, ctx: ctx}
	other.do(chromedp.EmulateViewport(1280, 900))
	return other
}

// TestASessionThatEndsLosesNothing: what was typed is asked for a sign-in, shown,
// and sent by the person.
func TestASessionThatEndsLosesNothing(t *testing.T) {
	p := demoProvince(t)
	chi := p.window(1280).signIn("chi").open("/cases/d6/reception")
	chi.do(chromedp.SetValue(chromedp.CSS("#r-points"), "Thiếu sơ đồ mạng\nThiếu quy chế"))
	p.exec("DELETE FROM sessions")
	chi.press(`form[action$="request_supplement"] .btn`).says("Phiên làm việc đã hết").shot("expired-1280")
	chi.do(chromedp.SetValue(chromedp.CSS("#login"), "chi"), chromedp.SetValue(chromedp.CSS("#password"), "capdo-tinh-mau"))
	chi.press(".door-r .btn-main").says("Nội dung của bạn vẫn còn", "Thiếu sơ đồ mạng", "Thiếu quy chế", "chưa có gì được làm").shot("resend-1280")
	if n := p.done("d6", "request_supplement"); n != 0 {
		t.Fatal("it was sent without being asked for")
	}
	chi.press("main .btn-main").says("Đã xong: Yêu cầu bổ sung")
	if n := p.done("d6", "request_supplement"); n != 1 {
		t.Errorf("done %d times", n)
	}
}

// offline takes the line away, or gives it back.
func (w *person) offline(off bool) {
	w.t.Helper()
	state := network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}
	rules := network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}}}
	if _, err := chromedp.Call(w.ctx, network.OverrideNetworkState, state); err != nil {
		w.t.Fatal(err)
	}
	if _, err := chromedp.Call(w.ctx, network.EmulateNetworkConditionsByRule, rules); err != nil {
		w.t.Fatal(err)
	}
}

// TestALostLineLosesNothing: the page says so, keeps what was typed, and sends it
// when the line is back.
func TestALostLineLosesNothing(t *testing.T) {
	p := demoProvince(t)
	chi := p.window(1280).signIn("chi").open("/cases/d6/reception")
	const send = `form[action$="request_supplement"] .btn`
	chi.do(chromedp.SetValue(chromedp.CSS("#r-points"), "Thiếu sơ đồ mạng"))
	chi.offline(true)
	chi.do(chromedp.Click(chromedp.CSS(send)), chromedp.WaitVisible(chromedp.CSS("#offline")))
	chi.says("Mất kết nối", "Nội dung bạn gõ vẫn còn").shot("offline-1280")
	chi.offline(false)
	if got := eval[string](chi, `document.querySelector("#r-points").value`); got != "Thiếu sơ đồ mạng" {
		t.Errorf("typed text became %q", got)
	}
	chi.press(send).says("Đã xong: Yêu cầu bổ sung")
	if n := p.done("d6", "request_supplement"); n != 1 {
		t.Errorf("done %d times", n)
	}

	desk := p.window(1280).signIn("chi").open("/cases/d5/appraise").fill("points.a", "fit").fill("points.b", "unfit").fill("points.c", "fit").fill("remark.b", "Chưa tách vùng")
	desk.offline(true)
	desk.do(chromedp.Click(chromedp.CSS("#desk-form .btn-main")), chromedp.WaitVisible(chromedp.CSS("#offline")))
	desk.offline(false)
	desk.click("#desk-form .btn-main", ".two .paper").says("Chưa tách vùng", "DỰ THẢO")
}
