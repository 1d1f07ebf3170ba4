//go:build e2e

package e2e

import (
	"strconv"
	"testing"
)

// mainPages are pictured at both widths.
var mainPages = []struct{ name, who, path string }{
	{"sign-in", "", "/sign-in"}, {"verify", "", "/verify"}, {"work", "chi", "/work"}, {"systems", "chi", "/systems"}, {"system", "chi", "/systems/cong-dvc"},
	{"case", "chi", "/cases/d5"}, {"act", "chi", "/cases/d5/acts/conclude_unfit"}, {"cases", "chi", "/cases"}, {"queue", "chi", "/queue"}, {"reception", "chi", "/cases/d6/reception"}, {"appraise", "chi", "/cases/d5/appraise"}, {"checks", "chi", "/checks"}, {"law", "chi", "/law?c=NĐ 85/2016 Đ16 k2 a"},
	{"register", "chi", "/registers?on=31/12/2021&vs=30/11/2020"}, {"account", "chi", "/account"}, {"dashboard", "giang", "/dashboard"}, {"incoming", "giang", "/incoming"}, {"approve", "giang", "/cases/d4/acts/approve"},
	{"paper", "giang", "/papers/d3.14.form-06"}, {"book", "hoa", "/books/2022"}, {"dossier", "an", "/cases/d8"}, {"question", "an", "/cases/d8/questions/9"}, {"plan", "an", "/cases/d8/plan"}, {"answers", "an", "/cases/d8/answers"}, {"return", "an", "/cases/d7/returns/1"}, {"house", "quan-tri", "/admin"},
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
