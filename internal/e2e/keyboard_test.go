//go:build e2e

package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// tabTo goes on by the Tab key until what is asked for has the focus. Whatever
// has it on the way shows so.
func (w *person) tabTo(sel string) *person {
	w.t.Helper()
	for range 150 {
		w.do(chromedp.KeyEvent("\t"))
		if eval[bool](w, `document.activeElement == document.body`) {
			continue // through the browser's own
		}
		if !eval[bool](w, `(() => { const s = getComputedStyle(document.activeElement); return document.activeElement.tagName == "IFRAME" || parseFloat(s.outlineWidth) >= 2 && s.outlineStyle != "none" })()`) {
			w.t.Errorf("at %s the focus is not to be seen on %s", w.at(), eval[string](w, `document.activeElement.outerHTML.slice(0, 120)`))
		}
		if eval[bool](w, fmt.Sprintf(`document.activeElement.matches(%q)`, sel)) {
			return w
		}
	}
	w.t.Fatalf("%s is not reached by Tab at %s\n%s", sel, w.at(), w.text())
	return w
}

// enter presses Enter and waits for what shall come.
func (w *person) enter(next string) *person {
	w.t.Helper()
	w.do(chromedp.KeyEvent("\r"), chromedp.WaitVisible(chromedp.CSS(next)))
	return w
}

// TestByKeyboardAlone is journey 12: sign in, open the first thing to do, conclude
// an appraisal, sign out; where the focus is can always be seen.
func TestByKeyboardAlone(t *testing.T) {
	p := demoProvince(t)
	w := p.window(1280).open("/sign-in")
	w.tabTo("#login").do(chromedp.KeyEvent("chi"))
	w.tabTo("#password").do(chromedp.KeyEvent("capdo-tinh-mau"))
	w.enter(".inbox")
	w.tabTo(".skip").enter("main") // past the navigation
	w.tabTo(`.inbox a[href^="/cases/d5"]`).enter("main .head")
	w.tabTo(`main a[href$="/acts/conclude_fit"]`).enter("#desk-form")
	for _, point := range []string{"a", "b", "c"} {
		w.tabTo(`[name="points.` + point + `"]`).do(chromedp.KeyEvent(" "))
	}
	w.tabTo("#desk-form .btn-main").enter(".two .paper").says("DỰ THẢO")
	w.tabTo(".two .btn-main").enter("#done").says("Đã xong: Kết luận phù hợp")
	w.tabTo(`form[action="/sign-out"] button`).enter("#login")
	if w.at() != "/sign-in" {
		t.Errorf("signed out at %s", w.at())
	}
}

// TestOtherWaysOfLooking: text twice as large, colours of the reader's own, no
// motion. Nothing is lost and nothing reaches out of the window.
func TestOtherWaysOfLooking(t *testing.T) {
	p := demoProvince(t)
	w := p.window(1280).signIn("chi")
	features := []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}, {Name: "prefers-reduced-motion", Value: "reduce"}}
	for _, path := range []string{"/work", "/systems", "/cases/d5", "/cases/d5/appraise", "/registers", "/dashboard"} {
		w.do(chromedp.EmulateViewport(640, 450, chromedp.EmulateScale(2)))
		w.open(path).fits(path, 640)
		w.shot("zoom-" + name(path))
		w.do(chromedp.EmulateViewport(1280, 900))
		if _, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
			t.Fatal(err)
		}
		w.shot("forced-" + name(path))
		unmarked := eval[int](w, `[...document.querySelectorAll("main .lv, main .tag")].filter(e => e.offsetWidth && getComputedStyle(e).borderTopStyle == "none").length`)
		moving := eval[int](w, `[...document.querySelectorAll("*")].filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0 || getComputedStyle(e).animationName != "none").length`)
		if unmarked > 0 || moving > 0 {
			t.Errorf("%s: %d marks without an edge, %d things move", path, unmarked, moving)
		}
		if _, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{}); err != nil {
			t.Fatal(err)
		}
	}
}

// name is a path as the name of a file.
func name(path string) string {
	out := []rune(path[1:])
	for i, r := range out {
		if r == '/' {
			out[i] = '-'
		}
	}
	return string(out)
}
