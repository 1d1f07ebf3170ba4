package regime

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func open(t *testing.T) *Book {
	t.Helper()
	b, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTheReportOfAYearGoesByTheRulesOfItsLastDay(t *testing.T) {
	b := open(t)
	for year, want := range map[int]string{2016: "", 2017: "nd85-tt03", 2021: "nd85-tt03", 2022: "nd85-tt12", 2025: "nd85-tt12", 2026: "nd331", 2030: "nd331"} {
		r, ok := b.ReportRegime(year)
		if ok != (want != "") || ok && r.Key != want {
			t.Errorf("the report of %d goes by %v, want %q", year, r, want)
		}
	}
}

func TestTheContentsAreAsManyAsTheCircularsSay(t *testing.T) {
	b := open(t)
	for key, want := range map[string]int{"nd85-tt03": 5, "nd85-tt12": 11} {
		r, _ := b.ByKey(key)
		if len(r.Report.Contents) != want {
			t.Errorf("%s: %d contents", key, len(r.Report.Contents))
		}
	}
	tt03, _ := b.ByKey("nd85-tt03")
	if !slices.Equal(tt03.Report.Levels.Duty, []int{3, 4, 5}) {
		t.Errorf("TT 03/2017 Đ17 k2 names levels 3 to 5, not %v", tt03.Report.Levels.Duty)
	}
}

// laterDeadlines are deadlines for files written in a test.
func laterDeadlines(keys ...string) map[string]*Deadline {
	before := &MonthDay{12, 20}
	all := map[string]*Deadline{}
	for _, k := range keys {
		all[k] = &Deadline{Key: k, Unit: CalendarDays, Amount: 3, Origin: Law, Verified: Primary, Basis: []Citation{"NĐ 331/2026 Đ31 k2 d"}}
	}
	for _, k := range []string{"R-UNIT", "R-OWNER"} {
		all[k] = &Deadline{Key: k, Before: before, Origin: Law, Verified: Primary, Basis: []Citation{"NĐ 331/2026 Đ35 k4 a"}}
	}
	return all
}

func TestTheDecreeOf2026HasTwelveContentsAndAnotherAddressee(t *testing.T) {
	r, ok := open(t).ByKey("nd331")
	if !ok || len(r.Report.Contents) != 12 || !slices.Equal(r.Report.Owner.Bodies, []string{"bo_cong_an"}) {
		t.Fatalf("%+v", r.Report)
	}
	if !slices.ContainsFunc(r.Duties, func(d Duty) bool { return d.Verified == Unverified }) {
		t.Error("what is not verified does not say so")
	}
	if !slices.ContainsFunc(r.Duties, func(d Duty) bool { return d.Rule == "D-INC-24" && d.Kind == "event" }) {
		t.Error("the first notice within 24 hours is missing (NĐ 331/2026 Đ31 k2 d)")
	}
}

func TestBadReportRulesAreRefusedWithTheirLine(t *testing.T) {
	good := "form: form-08\nunit: {rule: R-UNIT, origin: design}\nowner: {rule: R-OWNER, bodies: [bo_tttt], name: Bộ, basis: [\"TT 12/2022 Đ13 k4 b\"], origin: law}\nlevels: {duty: [3], origin: design}\ncontents:\n  - {key: a, text: x, measure: free, in: annex, basis: [\"TT 12/2022 Đ14 k1\"], origin: law}\n"
	for says, c := range map[string]struct{ text, want string }{
		"an unknown key":                      {good + "colour: red\n", "colour"},
		"an unknown measure":                  {strings.Replace(good, "measure: free", "measure: mood", 1), ":6: content a: unknown measure mood"},
		"a content that cites nothing":        {strings.Replace(good, "basis: [\"TT 12/2022 Đ14 k1\"], origin: law}\n", "origin: law}\n", 1), "content a: cites nothing"},
		"an unknown part":                     {strings.Replace(good, "in: annex", "in: attic", 1), "unknown part attic"},
		"a content named twice":               {good + "  - {key: a, text: y, measure: free, in: annex, origin: design}\n", "named twice"},
		"a route without a yearly date":       {strings.Replace(good, "rule: R-UNIT", "rule: D-VALID", 1), "D-VALID is no yearly date"},
		"an owner's report that goes nowhere": {strings.Replace(good, "bodies: [bo_tttt], ", "", 1), "names no addressee"},
		"a level that is none":                {strings.Replace(good, "duty: [3]", "duty: [6]", 1), "no level 6"},
		"an unknown check":                    {good + "checks:\n  - {key: rows_are_nice, origin: design}\n", "check rows_are_nice"},
		"a citation that is none":             {strings.Replace(good, "TT 12/2022 Đ14 k1", "somewhere", 1), "citation"},
	} {
		files := fstest.MapFS{"reports.yaml": {Data: []byte(c.text)}}
		dl := laterDeadlines("D-VALID")
		if _, err := readReports(files, "reports.yaml", dl); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", says, err)
		}
	}
	if _, err := readReports(fstest.MapFS{"reports.yaml": {Data: []byte(good)}}, "reports.yaml", laterDeadlines()); err != nil {
		t.Errorf("good rules: %v", err)
	}
	if r, err := readReports(fstest.MapFS{}, "reports.yaml", nil); r != nil || err != nil {
		t.Errorf("no file: %v, %v", r, err)
	}
}

func TestBadDutiesAreRefusedWithTheirLine(t *testing.T) {
	for says, c := range map[string]struct{ text, want string }{
		"an unknown kind":                   {"{key: a, name: x, who: [owner], kind: sometimes, origin: design, verified: primary}", "unknown kind sometimes"},
		"a duty nobody owes":                {"{key: a, name: x, who: [], kind: undated, origin: design, verified: primary}", "names nobody"},
		"an unknown capacity":               {"{key: a, name: x, who: [king], kind: undated, origin: design, verified: primary}", "unknown capacity king"},
		"a deadline that does not exist":    {"{key: a, name: x, who: [owner], kind: interval, rule: I-NONE, origin: design, verified: primary}", "no deadline I-NONE"},
		"a yearly duty with a term of days": {"{key: a, name: x, who: [owner], kind: yearly, rule: D-INC}", "does not go with its rule"},
		"days without dates":                {"{key: a, name: x, who: [owner], kind: dates, origin: design, verified: primary}", "does not go with its rule"},
		"a law that cites nothing":          {"{key: a, name: x, who: [owner], kind: undated, origin: law, verified: primary}", "cites nothing"},
		"no mark of verification":           {"{key: a, name: x, who: [owner], kind: undated, origin: design}", "unknown mark"},
	} {
		files := fstest.MapFS{"duties.yaml": {Data: []byte("duties:\n  - " + c.text + "\n")}}
		if _, err := readDuties(files, "duties.yaml", laterDeadlines("D-INC")); err == nil || !strings.Contains(err.Error(), "duties.yaml:2: a: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

func TestADutyTakesItsArticleFromItsDeadline(t *testing.T) {
	r, _ := open(t).ByKey("nd85-tt12")
	for _, d := range r.Duties {
		if len(d.Basis) == 0 || !d.Origin.valid() || d.Verified == "" {
			t.Errorf("%s stands on nothing", d.Key)
		}
		if d.Key == "monitoring-week" && d.Basis[0] != "TT 31/2017 Đ5 k3 d" {
			t.Errorf("the weekly report rests on %v", d.Basis)
		}
	}
	if slices.ContainsFunc(r.Duties, func(d Duty) bool { return d.Key == "sharing-quarter" }) {
		t.Error("TT 12/2022 has no sharing chapter")
	}
}

func TestBadTargetsAreRefused(t *testing.T) {
	good := "key: a\ntitle: x\ndocument: y\nyear: 2022\nby: 2022-12-31\ntargets:\n  - {key: l, text: x, measure: has_level, at_least: 100, place: p}\n"
	if _, err := ReadTargets("a.yaml", []byte(good)); err != nil {
		t.Errorf("good targets: %v", err)
	}
	for says, c := range map[string]struct{ text, want string }{
		"an unknown key":        {good + "colour: red\n", "a.yaml:"},
		"an unknown measure":    {strings.Replace(good, "has_level", "luck", 1), "unknown measure luck"},
		"more than everything":  {strings.Replace(good, "at_least: 100", "at_least: 101", 1), "share in percent"},
		"a plan without a year": {strings.Replace(good, "year: 2022\n", "", 1), "needs key"},
		"a target twice":        {good + "  - {key: l, text: x, measure: none, place: p}\n", "key of its own"},
		"no targets":            {good[:strings.Index(good, "targets:")] + "targets: []\n", "names no target"},
		"a file far too large":  {good + strings.Repeat("#", maxTargetFile), "too large"},
		"no YAML at all":        {"\x00\x01[", ""},
	} {
		if _, err := ReadTargets("a.yaml", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", says, err)
		}
	}
	plans, err := TargetPlans()
	if err != nil || len(plans) == 0 {
		t.Errorf("plans inside the program: %v, %v", plans, err)
	}
	year := plans[len(plans)-1].Year
	for _, day := range []Day{NewDay(year, 7, 1), NewDay(year+3, 1, 1), NewDay(1999, 1, 1)} {
		if p, err := TargetPlanFor("", day); err != nil || p == nil {
			t.Errorf("on %s: %v, %v", day, p, err)
		}
	}
	if p, err := TargetPlanFor("nowhere", NewDay(year, 7, 1)); p != nil || err != nil {
		t.Errorf("of no key: %v, %v", p, err)
	}
}
