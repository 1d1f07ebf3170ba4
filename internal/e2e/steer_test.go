//go:build e2e

package e2e

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	_ "github.com/mattn/go-sqlite3"
)

// onDay moves the supposed day of the demo province and serves it again.
func (p *province) onDay(day string) {
	p.t.Helper()
	p.stop()
	db, err := sql.Open("sqlite3", p.DB)
	if err == nil {
		_, err = db.ExecContext(context.Background(), "UPDATE settings SET value = ? WHERE key = 'demo.day'", day)
	}
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.Base = ""
	p.Start()
}

// steerPages are pictured at both widths.
var steerPages = []struct{ name, who, path string }{
	{"checks", "chi", "/checks"}, {"findings", "chi", "/checks/findings"}, {"reports", "dung", "/reports"}, {"duties", "dung", "/reports/duties"},
	{"targets", "dung", "/reports/targets?target=level"}, {"layers", "dung", "/reports/layers"}, {"plans", "dung", "/reports/plans"},
	{"dashboard", "giang", "/dashboard"}, {"late", "giang", "/dashboard/late"}, {"register-diff", "giang", "/registers?on=31/12/2021&vs=30/11/2020"},
}

func TestSteeringPages(t *testing.T) {
	p := demoProvince(t)
	for _, width := range []int{1280, 390} {
		w, as := p.window(width), ""
		for _, page := range steerPages {
			if page.who != as {
				as = page.who
				w.signIn(as)
			}
			w.open(page.path).fits()
			w.shot(fmt.Sprint(page.name, "-", width))
			w.english().open(page.path).fits()
			w.vietnamese()
		}
	}
}

// fits fails where the page is wider than its window or says a key instead of words.
func (w *person) fits() {
	w.t.Helper()
	at := eval[string](w, "location.pathname + location.search")
	if over := eval[int](w, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
		w.t.Errorf("%s is %d pixels too wide", at, over)
	}
	if title := eval[string](w, "document.title"); strings.Contains(w.text(), "capdo: ") || title == "" {
		w.t.Errorf("%s: %s", at, w.text())
	}
}

func (w *person) vietnamese() *person {
	w.t.Helper()
	if _, err := chromedp.Call(w.ctx, network.SetCookie, network.SetCookieParams{Name: "lang", Value: "vi", URL: w.Base}); err != nil {
		w.t.Fatal(err)
	}
	return w
}

var _ = []any{base64.StdEncoding, os.Stdout, exec.Command, filepath.Join, page.PrintToPDF}
