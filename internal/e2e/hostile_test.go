//go:build e2e

package e2e

import (
	"fmt"
	"testing"
)

// hostile are names as attackers write them, around Vietnamese ones.
var hostile = []string{
	`Hệ thống <img src=x onerror="window.hacked=1"> một cửa`,
	`Cổng "><svg onload="window.hacked=1"> dịch vụ công`,
	`Trục '-alert(1)-' {{7*7}} ${7*7} <%= 7*7 %> liên thông`,
	`javascript:window.hacked=1//Đường dây nóng`,
	`</textarea></title><script>window.hacked=1</script> Kho dữ liệu`,
	`Sổ &lt;script&gt;window.hacked=1&lt;/script&gt; địa chính`,
}

// TestHostileNamesAreInertInTheBrowser takes in systems under such names and
// walks the pages that show them, in a real browser (A28): nothing runs, the
// names stand there letter by letter, the policy lets no script of a page run.
func TestHostileNamesAreInertInTheBrowser(t *testing.T) {
	w := demoProvince(t).window(1280).signIn("chi")
	// Whatever a name made the browser do would show: a mark, a dialog, a call.
	const watch = `window.alert = window.confirm = window.prompt = () => { window.hacked = 2 }; true`
	unharmed := func(path string) {
		t.Helper()
		if got := eval[string](w, "String(window.hacked)"); got != "undefined" {
			t.Errorf("%s: a name did something (%s)", path, got)
		}
		if n := eval[int](w, `document.querySelectorAll("main img[src=x], main svg[onload], main script, [onerror], [onload], a[href^='javascript:']").length`); n != 0 {
			t.Errorf("%s: %d parts of a page were made by a name", path, n)
		}
	}
	for i, name := range hostile {
		id := eval[string](w, fmt.Sprintf(`(() => { const r = new XMLHttpRequest(); r.open("POST", "/api/v1/systems", false); r.setRequestHeader("Content-Type", "application/json");
			r.send(JSON.stringify({name: %q, owners: ["ubnd"], operators: ["so-ct"], sdu: "so-tttt", key: "xss-%d"})); return JSON.parse(r.responseText).id || r.responseText })()`, name, i))
		path := "/systems/" + id
		w.open(path)
		eval[bool](w, watch)
		w.says(name)
		unharmed(path)
		for _, path := range []string{"/systems?name=" + `%3Cimg%20src%3Dx%20onerror%3Dwindow.hacked%3D1%3E`, "/systems", path + "/acts/create", "/dashboard"} {
			w.open(path)
			unharmed(path)
		}
	}
	if ran := eval[bool](w, `(() => { const s = document.createElement("script"); s.textContent = "window.ran = 1"; document.body.append(s); return window.ran === 1 })()`); ran {
		t.Error("the policy lets a script of the page run")
	}
	w.mu.Lock()
	w.faults = nil // the policy has just said so on the console
	w.mu.Unlock()
}
