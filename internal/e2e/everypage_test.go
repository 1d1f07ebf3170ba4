//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// look is what one page shows of itself at one width.
type look struct {
	Lang, Title string
	H1          []string
	Words       string   // a message that is missing
	Foreign     []string // Vietnamese outside what is marked as such
	Wide        int      // pixels beyond the window
	Cut         []string // text that does not fit its box
	Bytes       int      // over the wire, without typefaces and pictures of the handbook
	First       bool     // nothing came from the cache
}

// lookAt reads a page: its language, heading, words, boxes and weight.
const lookAt = `(() => {
	document.querySelectorAll("details").forEach(d => d.open = true);
	const root = document.documentElement, said = document.body.innerText, cut = [], foreign = [];
	const name = e => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (typeof e.className == "string" && e.className ? "." + e.className.trim().replace(/\s+/g, ".") : "") + " " + e.textContent.trim().slice(0, 40);
	for (const e of document.body.querySelectorAll("*")) {
		const s = getComputedStyle(e);
		if (e.closest(".vh,svg,.skip,iframe,select,option,textarea") || s.display == "none") continue;
		if (e.closest(".scroll,.side,.tabs,.plan-tabs,pre")) { if (s.overflowX != "hidden") continue; }
		const own = [...e.childNodes].some(n => n.nodeType == 3 && n.textContent.trim());
		if (/hidden|clip/.test(s.overflowX + s.overflowY) && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1) && e.clientWidth > 1) cut.push(name(e));
		else if (own && e.getBoundingClientRect().right > innerWidth + 1) cut.push(name(e));
	}
	const marks = /[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹàáâãèéêìíòóôõùúý]/i;
	const walk = n => { if (n.nodeType == 3) { if (marks.test(n.textContent.replace(/(^|[\s.])đ(?=[\s:]|$)/g, ""))) foreign.push(n.textContent.trim().slice(0, 60)); return }
		if (n.nodeType != 1 || n.getAttribute("lang") == "vi" || /^(script|style|svg|textarea)$/i.test(n.tagName) && n.tagName != "svg") return; n.childNodes.forEach(walk) };
	if (root.lang == "en") walk(document.body);
	const got = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].filter(r => r.initiatorType != "iframe" && !/woff2|\/shots\//.test(r.name));
	return {Lang: root.lang, Title: document.title, H1: [...document.querySelectorAll("h1")].map(h => h.innerText.trim()),
		Words: (said.match(/‹[^›]*›/) || [""])[0], Foreign: foreign, Wide: root.scrollWidth - root.clientWidth, Cut: cut,
		Bytes: got.reduce((n, r) => n + r.transferSize, 0), First: got.length > 1 && got.every(r => r.transferSize > 0)};
})()`

// TestEveryPage opens every page in both languages: what it says of itself, how
// it fits 1280, 390 and 320 pixels, what it weighs, and what axe finds.
func TestEveryPage(t *testing.T) {
	for _, lang := range []string{"vi", "en"} {
		t.Run(lang, func(t *testing.T) {
			p := demoProvince(t)
			for who, theirs := range byPerson() {
				t.Run(who, func(t *testing.T) { walk(t, p, lang, theirs) })
			}
		})
	}
}

// byPerson gives the stops of each person together.
func byPerson() map[string][]stop {
	all := map[string][]stop{}
	for _, s := range stops {
		name := s.who
		if name == "" {
			name = "nobody"
		}
		all[name] = append(all[name], s)
	}
	return all
}

// walk goes through the stops of one person.
func walk(t *testing.T, p *province, lang string, theirs []stop) {
	here := *p
	here.t = t
	if theirs[0].who == "new" {
		empty, _ := emptyProvince(t)
		here = *empty
	}
	w := here.window(1280)
	if lang == "en" {
		w.english()
	}
	first := true
	if who := theirs[0].who; who != "" && who != "new" {
		w.signIn(who)
		first = false
	}
	check, job := "", ""
	if slices.ContainsFunc(theirs, func(s stop) bool { return strings.Contains(s.path, "@") }) {
		job, _ = strings.CutPrefix(w.upload(list(t, t.TempDir(), 3, "4,Sở Công Thương,Hệ thống hỏng,9,15/1/2020,Đáp ứng")).at(), "/jobs/")
		check = eval[string](w.open("/systems/cong-dvc"), `[...document.querySelectorAll("main a")].map(a => a.pathname.match(/^\/cases\/(c-\w+)$/)).find(m => m)[1]`)
	}
	titles := map[string]string{}
	for _, s := range theirs {
		s.path = strings.NewReplacer("@check", check, "@job", job).Replace(s.path)
		w.do(chromedp.EmulateViewport(1280, 900))
		w.open(s.path)
		for _, width := range []int64{1280, 390, 320} {
			w.do(chromedp.EmulateViewport(width, 900))
			got := eval[look](w, lookAt)
			if width == 1280 {
				w.weigh(s, got, first)
				w.introduces(s, lang, got, titles)
				first = false
			}
			w.fitsIn(s, width, got)
			if width != 320 {
				w.axe(fmt.Sprint(s.path, " ", lang, " ", width))
			}
		}
	}
}

// weigh holds a page against what it may bring over the wire.
func (w *person) weigh(s stop, got look, first bool) {
	w.t.Helper()
	most := 30_000
	if first {
		most = 100_000
	}
	if got.Bytes >= most || got.Bytes == 0 {
		w.t.Errorf("%s weighs %d bytes", s.path, got.Bytes)
	}
	w.t.Logf("weight %6d %s first=%v", got.Bytes, s.path, got.First)
}

// introduces: a page names its language, has one heading, and its title begins
// with what it is about; no message is missing and none is of the other language.
func (w *person) introduces(s stop, lang string, got look, titles map[string]string) {
	w.t.Helper()
	if got.Lang != lang || len(got.H1) != 1 {
		w.t.Errorf("%s: lang %q, headings %q", s.path, got.Lang, got.H1)
	}
	if got.Words != "" || len(got.Foreign) > 0 {
		w.t.Errorf("%s: says %q, left in Vietnamese %q", s.path, got.Words, got.Foreign)
	}
	about, _, _ := strings.Cut(got.Title, " – ")
	if strings.TrimSpace(about) == "" || strings.ContainsAny(got.Title, "‹<") {
		w.t.Errorf("%s: title %q", s.path, got.Title)
	}
	at := w.at()
	if other := titles[got.Title]; other != "" && !strings.HasPrefix(at, other) {
		w.t.Errorf("%s and %s are both called %q", at, other, got.Title)
	}
	titles[got.Title] = at
}

// fitsIn: nothing reaches out of the window, no text out of its box.
func (w *person) fitsIn(s stop, width int64, got look) {
	w.t.Helper()
	if got.Wide > 0 || len(got.Cut) > 0 {
		w.t.Errorf("%s at %d: %d pixels too wide, cut off: %q", s.path, width, got.Wide, got.Cut)
	}
}

// axe fails on whatever axe finds in the page shown. It is evaluated by the
// browser itself, so the page keeps its policy.
func (w *person) axe(where string) {
	w.t.Helper()
	if !eval[bool](w, `typeof axe == "object"`) {
		b, err := os.ReadFile("testdata/axe.min.js")
		if err != nil {
			w.t.Fatal(err)
		}
		eval[bool](w, string(b)+"; true")
	}
	const run = `axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]}).then(r =>
		JSON.stringify(r.violations.map(v => v.id + ": " + v.nodes.map(n => n.html.slice(0, 200) + " (" + n.target + ")").join("; "))))`
	said, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](run, chromedp.EvalAwaitPromise))
	if err != nil {
		w.t.Fatalf("%s: axe: %v", where, err)
	}
	var found []string
	if err := json.Unmarshal([]byte(said), &found); err != nil {
		w.t.Fatal(err)
	}
	slices.Sort(found)
	for _, f := range found {
		w.t.Errorf("axe %s: %s", where, f)
	}
}
