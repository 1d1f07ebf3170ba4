//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// stop is a page somebody comes to in the demo province. @check is the check of
// the portal and @job an import looked through: their ids are made up anew for
// each province. "new" is who sets up an empty one.
type stop struct{ who, path string }

// stops are all pages, each seen by somebody who has business there. The order
// keeps people together, so that each signs in once.
var stops = []stop{
	{"", "/sign-in"}, {"", "/sign-in?next=%2Fqueue"}, {"", "/sign-in/code"}, {"", "/verify"}, {"", "/verify/ABCD-2345"},

	{"an", "/work"}, {"an", "/systems/new"}, {"an", "/systems/van-ban/acts/create"}, {"an", "/systems/san-tmdt"}, {"an", "/systems/san-tmdt/overview"}, {"an", "/systems/san-tmdt/overview?part=zones"},
	{"an", "/cases/d8"}, {"an", "/cases/d8/questions"}, {"an", "/cases/d8/questions/4"}, {"an", "/cases/d8/questions/9"}, {"an", "/cases/d8/plan"}, {"an", "/cases/d8/files"}, {"an", "/cases/d8/components"},
	{"an", "/cases/d8/answers"}, {"an", "/cases/d8/preview/form-02"}, {"an", "/cases/d8/acts/withdraw"}, {"an", "/cases/d7"}, {"an", "/cases/d7/returns/1"}, {"an", "/cases/d7/history"}, {"an", "/what-if"},
	{"an", "/what-if?system=san-tmdt"}, {"an", "/systems/khong-co"},
	{"binh", "/cases/d8/acts/submit"}, {"binh", "/cases/d7/returns/1"}, {"binh", "/systems/van-ban/acts/change_operator"},

	{"chi", "/work"}, {"chi", "/queue"}, {"chi", "/systems"}, {"chi", "/systems?q=cong"}, {"chi", "/systems/cong-dvc"}, {"chi", "/cases"}, {"chi", "/cases/d2"}, {"chi", "/cases/d3/history"},
	{"chi", "/cases/d6/reception"}, {"chi", "/cases/d6/acts/request_supplement"}, {"chi", "/cases/d5"}, {"chi", "/cases/d5/appraise"}, {"chi", "/cases/d5/appraise?tab=plan"}, {"chi", "/cases/d5/appraise?tab=files"},
	{"chi", "/cases/d5/appraise?tab=opinions"}, {"chi", "/cases/d5/acts/conclude_unfit"}, {"chi", "/cases/d5/acts/ask_more"}, {"chi", "/cases/d4/acts/approve"}, {"chi", "/law"}, {"chi", "/law?c=NĐ 85/2016 Đ16 k2 a"},
	{"chi", "/law?c=TT 12/2022 Đ9 k2"}, {"chi", "/checks"}, {"chi", "/checks?part=late"}, {"chi", "/checks/findings"}, {"chi", "/reports"}, {"chi", "/reports/duties"}, {"chi", "/reports/targets"}, {"chi", "/reports/layers"},
	{"chi", "/reports/plans"}, {"chi", "/registers"}, {"chi", "/registers?on=31/12/2021&vs=30/11/2020"}, {"chi", "/account"}, {"chi", "/account/password"},
	{"chi", "/cases/@check"}, {"chi", "/cases/@check/acts/draft_plan"}, {"chi", "/checks/@check/sheet"},
	{"yen", "/work"}, {"dung", "/queue"}, {"dung", "/offices/so-ct/acts/plan_check"}, {"dung", "/dashboard"},

	{"giang", "/dashboard"}, {"giang", "/incoming"}, {"giang", "/cases/d4/acts/approve"}, {"giang", "/papers/d3.14.form-06"}, {"giang", "/papers/d3.14.form-06?view=pdf"}, {"giang", "/cases/d3/acts/correct_typo"},
	{"hoa", "/work"}, {"hoa", "/incoming"}, {"hoa", "/books"}, {"hoa", "/books/2022"}, {"hoa", "/books/2022?issuer=ubnd&state=void"}, {"hoa", "/cases/d4/acts/return_file"},
	{"kien", "/registers"}, {"kien", "/cases/d3/history"}, {"kien", "/checks"}, {"kien", "/books/2022"},
	{"kien", "/audit"}, {"giang", "/dashboard/late"},
	{"giang", "/"}, {"chi", "/imports/new"}, {"chi", "/imports/new?kind=register"}, {"chi", "/jobs"}, {"chi", "/jobs/@job"}, {"chi", "/admin/delegations"}, {"chi", "/help"}, {"chi", "/help/sdu_officer"},
	{"quan-tri", "/account"}, {"quan-tri", "/admin"}, {"quan-tri", "/admin/sessions"}, {"quan-tri", "/admin/province"}, {"quan-tri", "/admin/history"}, {"quan-tri", "/admin/offices"},
	{"quan-tri", "/admin/offices/new"}, {"quan-tri", "/admin/offices/merge"}, {"quan-tri", "/admin/offices/so-ct"}, {"quan-tri", "/admin/offices/so-ct/edit"}, {"quan-tri", "/admin/offices/so-ct/split"},
	{"quan-tri", "/admin/offices/so-ct/end"}, {"quan-tri", "/admin/people"}, {"quan-tri", "/admin/people/new"}, {"quan-tri", "/admin/people/an"}, {"quan-tri", "/admin/people/an/grants/new"},
	{"quan-tri", "/admin/people/an/grants/1/end"}, {"quan-tri", "/admin/regimes"}, {"quan-tri", "/admin/calendar"}, {"quan-tri", "/admin/catalogue"}, {"quan-tri", "/help/administrator"},
	{"new", "/setup"},
}

// noPages are addresses that answer with a file or part of a page.
var noPages = regexp.MustCompile(`^/assets/|/pdf$|\.xlsx$|\.csv$|/file$|/files/:file$|^/jobs/:id/state$`)

// routes are the addresses the program opens to GET, as its source names them.
func routes(t *testing.T) []string {
	files, err := filepath.Glob("../../api/pages/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no pages", err)
	}
	one, on := regexp.MustCompile(`r\.get\((\w+), "(/[^"]*|)"(\+on\+"([^"]*)")?`), []string{"cases", "systems", "offices"}
	below, group := map[string]string{}, regexp.MustCompile(`(\w+) := \w+\.Group\("(/\w+)"`)
	var all []string
	var sources strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		sources.Write(b)
	}
	for _, m := range group.FindAllStringSubmatch(sources.String(), -1) {
		below[m[1]] = m[2]
	}
	for _, m := range one.FindAllStringSubmatch(sources.String(), -1) {
		path := below[m[1]] + m[2]
		if m[3] == "" {
			all = append(all, path)
			continue
		}
		for _, o := range on {
			all = append(all, path+o+m[4])
		}
	}
	return all
}

// TestEveryPageHasAStop: no page is added that nobody looks at.
func TestEveryPageHasAStop(t *testing.T) {
	named := regexp.MustCompile(`:\w+`)
	n := 0
	for _, route := range routes(t) {
		if noPages.MatchString(route) {
			continue
		}
		n++
		like, seen := regexp.MustCompile("^"+named.ReplaceAllString(regexp.QuoteMeta(route), "[^/]+")+"$"), false
		for _, s := range stops {
			path, _, _ := strings.Cut(s.path, "?")
			seen = seen || like.MatchString(path)
		}
		if !seen {
			t.Errorf("nobody comes to %s", route)
		}
	}
	if n < 40 {
		t.Errorf("only %d pages found in the source", n)
	}
}
