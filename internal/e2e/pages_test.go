//go:build e2e

package e2e

import (
	"strconv"
	"testing"
)

// mainPages are pictured at both widths.
var mainPages = []struct{ name, who, path string }{
	{"sign-in", "", "/sign-in"}, {"verify", "", "/verify"}, {"work", "chi", "/work"}, {"systems", "chi", "/systems"}, {"system", "chi", "/systems/cong-dvc"},
	{"case", "chi", "/cases/d5"}, {"act", "chi", "/cases/d5/acts/conclude_unfit"}, {"cases", "chi", "/cases"}, {"register", "chi", "/registers?on=31/12/2021&vs=30/11/2020"}, {"account", "chi", "/account"}, {"dashboard", "giang", "/dashboard"},
}

func TestMainPages(t *testing.T) {
	p := demoProvince(t)
	for _, width := range []int{1280, 390} {
		w, as := p.window(width), ""
		for _, page := range mainPages {
			if page.who != as {
				as = page.who
				w.signIn(as)
			}
			w.open(page.path).shot(page.name + "-" + strconv.Itoa(width))
			if over := eval[int](w, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
				t.Errorf("%s is %d pixels wider than %d", page.path, over, width)
			}
		}
	}
}
