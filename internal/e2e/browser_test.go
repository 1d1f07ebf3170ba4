//go:build e2e

// Package e2e holds journeys of people through the pages: the built program, a
// real database, a real Chromium. It is no room of the program.
package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"capdo/internal/pgtest"
)

// program is the built program the journeys run against.
func program(t *testing.T) string {
	t.Helper()
	bin, err := filepath.Abs("../../bin/capdo")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(bin); err != nil {
		t.Fatalf("build the program first (make build): %v", err)
	}
	return bin
}

var demo = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "capdo-e2e-")
	if err != nil {
		return "", err
	}
	out, err := exec.Command("../../bin/capdo", "demo", "--out", filepath.Join(dir, "demo")).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return filepath.Join(dir, "demo", "capdo.db"), nil
})

func TestMain(m *testing.M) {
	code := pgtest.Main(m)
	if path, err := demo(); err == nil {
		_ = os.RemoveAll(filepath.Dir(filepath.Dir(path)))
	}
	if allocator != nil {
		stopBrowser()
	}
	os.Exit(code)
}

// province is a running program over a database of its own.
type province struct {
	t    *testing.T
	dir  string
	DB   string
	Base string
	stop func()
	said chan string // lines the program printed after its address
}

// demoProvince is a copy of the demo province, served.
func demoProvince(t *testing.T) *province {
	t.Helper()
	p := &province{t: t, dir: t.TempDir()}
	p.DB = demoDatabase(t, p.dir)
	p.Start()
	return p
}

// Start serves the province at a free port; its address is read from what the
// program prints.
func (p *province) Start(args ...string) {
	p.t.Helper()
	cmd := exec.Command(program(p.t), append([]string{"serve", "--db", p.DB, "--addr", "127.0.0.1:0"}, args...)...)
	cmd.Dir = p.dir // where keys and files lie that have no database file to lie beside
	out, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for p.Base == "" {
		line, err := lines.ReadString('\n')
		if err != nil {
			p.t.Fatalf("the program did not start: %v\n%s", err, errs.String())
		}
		if _, at, ok := strings.Cut(line, "http://"); ok {
			p.Base = "http://" + strings.TrimSpace(at)
		}
	}
	p.said = make(chan string, 100)
	go func(said chan<- string) {
		defer close(said)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			select {
			case said <- strings.TrimSpace(line):
			default: // nobody reads
			}
		}
	}(p.said)
	p.stop = func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		p.stop = func() {}
	}
	p.t.Cleanup(func() {
		p.stop()
		if p.t.Failed() && errs.Len() > 0 {
			p.t.Logf("program said: %s", errs.String())
		}
	})
}

// line waits for a line of the program that holds some words.
func (p *province) line(words string) (string, error) {
	for line := range p.said {
		if strings.Contains(line, words) {
			return line, nil
		}
	}
	return "", fmt.Errorf("the program never said %q", words)
}

var (
	browserOnce sync.Once
	allocator   context.Context
	stopBrowser context.CancelFunc
)

// person is one window of a browser: its own cookies, its own language.
type person struct {
	*province
	ctx    context.Context
	mu     sync.Mutex
	faults []string
	did    struct{ pages, presses, typed int } // what a journey asks of a person
}

// window opens a window of its own, as wide as asked. What the page says on its
// console as an error fails the test.
func (p *province) window(width int) *person {
	p.t.Helper()
	browserOnce.Do(func() {
		opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("force-color-profile", "srgb"))
		alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
		ctx, cancel2 := chromedp.NewContext(alloc)
		allocator, stopBrowser = ctx, func() { cancel2(); cancel() }
		if err := chromedp.Do(ctx); err != nil {
			p.t.Fatalf("no Chromium: %v", err)
		}
	})
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithNewBrowserContext())
	ctx, cancelTime := context.WithTimeout(ctx, 3*time.Minute)
	who := &person{province: p, ctx: ctx}
	p.t.Cleanup(func() {
		cancelTime()
		cancel()
		for _, f := range who.faults {
			p.t.Errorf("console: %s", f)
		}
	})
	messages := chromedp.Console(ctx)
	go who.listen(messages)
	who.do(chromedp.EmulateViewport(int64(width), 900))
	return who
}

// listen keeps what goes wrong in the page. A refused form is a status, not a fault.
func (w *person) listen(messages iter.Seq2[chromedp.ConsoleMessage, error]) {
	for m, err := range messages {
		if err != nil {
			return
		}
		if (m.IsException() || m.Type == "error") && m.Source != "network" {
			w.mu.Lock()
			w.faults = append(w.faults, m.String())
			w.mu.Unlock()
		}
	}
}

func (w *person) do(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	if err := chromedp.Do(w.ctx, actions...); err != nil {
		w.t.Fatalf("%v\n%s", err, w.text())
	}
}

// eval runs script in the page and gives its value.
func eval[T any](w *person, script string) T {
	w.t.Helper()
	v, err := chromedp.Run(w.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		w.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// open goes to a page.
func (w *person) open(path string) *person {
	w.t.Helper()
	w.did.pages++
	w.do(chromedp.Navigate(w.Base + path))
	return w
}

// signIn signs a person of the demo province in.
func (w *person) signIn(login string) *person {
	w.t.Helper()
	w.open("/sign-in")
	w.do(chromedp.SetValue(chromedp.CSS("#login"), login), chromedp.SetValue(chromedp.CSS("#password"), "capdo-tinh-mau"))
	w.press(".door-r .btn-main")
	return w
}

// press presses a button or follows a link and waits for the next page.
func (w *person) press(sel string) *person {
	w.t.Helper()
	w.did.presses++
	if _, err := chromedp.RunResponse(w.ctx, chromedp.ScrollIntoView(chromedp.CSS(sel)), chromedp.Click(chromedp.CSS(sel))); err != nil {
		w.t.Fatalf("press %s: %v\n%s", sel, err, w.text())
	}
	return w
}

// fill types into the field of a name; a choice is made by its value.
func (w *person) fill(name, value string) *person {
	w.t.Helper()
	w.did.typed++
	ok := eval[bool](w, fmt.Sprintf(`(() => {
		const all = [...document.querySelectorAll('main [name="'+%[1]q+'"]')];
		const pick = all.find(e => (e.type == "radio" || e.type == "checkbox") && e.value == %[2]q);
		if (pick) { pick.checked = true; pick.dispatchEvent(new Event("input", {bubbles: true})); pick.dispatchEvent(new Event("change", {bubbles: true})); return true; }
		const e = all.find(e => e.type != "radio" && e.type != "checkbox" && e.type != "hidden");
		if (!e) return false;
		e.value = %[2]q; e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true}));
		return true })()`, name, value))
	if !ok {
		w.t.Fatalf("no field %s that takes %q\n%s", name, value, w.text())
	}
	return w
}

// text is what the page says.
func (w *person) text() string {
	s, _ := chromedp.Run(w.ctx, chromedp.Evaluate[string]("document.body.innerText"))
	return s
}

// says fails unless the page says each of these.
func (w *person) says(words ...string) *person {
	w.t.Helper()
	page := w.text()
	for _, s := range words {
		if !strings.Contains(page, s) {
			w.t.Errorf("the page does not say %q:\n%s", s, page)
		}
	}
	return w
}

// at is the path of the page shown.
func (w *person) at() string { return eval[string](w, "location.pathname") }

// noScript shuts script off for this window.
func (w *person) noScript() *person {
	w.t.Helper()
	if _, err := chromedp.Call(w.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		w.t.Fatal(err)
	}
	return w
}

// english switches the pages to English.
func (w *person) english() *person {
	w.t.Helper()
	if _, err := chromedp.Call(w.ctx, network.SetCookie, network.SetCookieParams{Name: "lang", Value: "en", URL: w.Base}); err != nil {
		w.t.Fatal(err)
	}
	return w
}

// shot keeps a picture of the whole page where CAPDO_SHOTS names a folder.
func (w *person) shot(name string) {
	w.t.Helper()
	dir := os.Getenv("CAPDO_SHOTS")
	if dir == "" {
		return
	}
	b, err := chromedp.Run(w.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), b, 0o644)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}
