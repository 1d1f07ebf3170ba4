package rehearse

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"capdo/workflow/regime"
)

// small is a sound scenario; each test of the reader breaks it in one place.
const small = `title: Một hồ sơ
calendar:
  2022: [2022-01-03]
offices:
  so-ct: {name: Sở Công Thương, under: ubnd}
  ubnd: {name: Ủy ban nhân dân tỉnh}
people:
  an: {name: Nguyễn Văn An, office: so-ct, role: operator_officer}
systems:
  van-ban: {name: Văn bản, owner: ubnd, operator: so-ct, sdu: ubnd, facts: {system_types: [noi_bo], info_types: [rieng]}}
steps:
  - {on: 2022-03-01, who: an, act: create, case: d1, system: van-ban, level: 2, track: operating}
  - {on: 2022-03-02, who: an, act: attach, case: d1, with: {components: [1, 2]}, refused: {kind: refused, guard: design_fits_track}}
  - expect: {case: d1, state: draft, holder: so-ct, due: none, papers: [form-01], flags: [not_law]}
  - expect: {register: ubnd, on: 2022-03-02, rows: 0, levels: {}}
  - {due: D-APR, from: 2022-03-01, is: 2022-03-10}
`

func TestReadRefusesWhatItDoesNotKnowWithItsLine(t *testing.T) {
	book := law(t)
	for _, c := range []struct {
		name, from, to string
		line           int
		reason         string
	}{
		{"an unknown key of the file", "title:", "titel: x\ntitle:", 1, `unknown key "titel"`},
		{"a title that is missing", "title: Một hồ sơ", "about: x", 1, `"title" is missing`},
		{"an unknown key of an office", "under: ubnd}", "below: ubnd}", 5, `unknown key "below"`},
		{"an unknown superior", "under: ubnd}", "under: ubdn}", 5, `unknown office "ubdn"`},
		{"offices under one another", "tỉnh}", "tỉnh, under: so-ct}", 5, "stands under itself"},
		{"an unknown body", "tỉnh}", "tỉnh, body: bo_y_te}", 6, `unknown body "bo_y_te"`},
		{"an unknown role", "operator_officer", "operator_boss", 8, `unknown role "operator_boss"`},
		{"an office of a person that is unknown", "An, office: so-ct", "An, office: so-nv", 8, `unknown office "so-nv"`},
		{"an unknown fact", "info_types", "info_kinds", 10, `unknown key "info_kinds"`},
		{"an unknown value of a fact", "[rieng]", "[bi_mat]", 10, `no value "bi_mat"`},
		{"an unknown operator", "operator: so-ct", "operator: so-nv", 10, `unknown office "so-nv"`},
		{"a lease beside an operator", "sdu: ubnd,", "lease: {lead: ubnd, provider: so-ct, from: 2022-01-01},", 10, `in place of "operator"`},
		{"an unknown act", "act: create", "act: invent", 12, `unknown act "invent"`},
		{"an unknown person", "who: an, act: attach", "who: ann, act: attach", 13, `unknown person "ann"`},
		{"an unknown system", "system: van-ban, level", "system: vanban, level", 12, `unknown system "vanban"`},
		{"an unknown track", "track: operating", "track: planned", 12, `unknown track "planned"`},
		{"an act without its object", "case: d1, with", "with", 13, "attach needs one of: case"},
		{"an act on the wrong object", "attach, case: d1", "attach, system: van-ban", 13, "system is not what attach is done to"},
		{"an unknown field of an act", "components: [1, 2]", "components: [1, 2], colour: red", 13, `unknown key "colour"`},
		{"an unknown guard", "design_fits_track", "design_fits", 13, `unknown guard "design_fits"`},
		{"an unknown kind", "kind: refused", "kind: nope", 13, `unknown kind "nope"`},
		{"a citation written otherwise", "kind: refused", "basis: Điều 12", 13, "citation"},
		{"a date that goes back", "2022-03-02, who", "2022-02-28, who", 13, "lies before the step above it"},
		{"a time that goes back", "{on: 2022-03-01, who: an, act: create", "{on: 2022-03-02T10:00, pass: true}\n  - {on: 2022-03-02T09:00, who: an, act: create", 13, "lies before"},
		{"a day that does not exist", "on: 2022-03-01", "on: 2022-02-30", 12, "neither a day"},
		{"an unknown state", "state: draft", "state: drafty", 14, `unknown state "drafty"`},
		{"a state of something else", "state: draft", "state: operating", 14, `unknown state "operating"`},
		{"an unknown holder", "holder: so-ct", "holder: so-nv", 14, `unknown office "so-nv"`},
		{"an unknown paper", "papers: [form-01]", "papers: [form-99]", 14, `unknown paper "form-99"`},
		{"an unknown flag", "[not_law]", "[not_a_law]", 14, `unknown flag "not_a_law"`},
		{"an unknown key of an expectation", "due: none", "until: none", 14, `unknown key "until"`},
		{"an expectation of nothing", "{register: ubnd, on: 2022-03-02, rows: 0, levels: {}}", "{rows: 0}", 15, "no expectation"},
		{"no such level", "levels: {}", "levels: {6: 1}", 15, `unknown key "6"`},
		{"an unknown deadline", "D-APR", "D-APP-9", 16, `unknown due "D-APP-9"`},
		{"an unknown regime", "from: 2022-03-01, is", "regime: gap-2026, from: 2022-03-01, is", 16, `unknown regime "gap-2026"`},
		{"a step that is none", "{due: D-APR, from: 2022-03-01, is: 2022-03-10}", "{on: 2022-03-05}", 16, "no step"},
		{"a day off in another year", "[2022-01-03]", "[2021-01-03]", 3, "no day of 2022"},
		{"a repeated key", "title: Một hồ sơ", "title: x\ntitle: y", 2, `"title" is given twice`},
		{"YAML that is broken", "[2022-01-03]", "[2022-01-03", 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			broken := strings.Replace(small, c.from, c.to, 1)
			if broken == small {
				t.Fatal("the test breaks nothing")
			}
			_, err := Read("s.yaml", strings.NewReader(broken), book)
			var re *ReadError
			if !errors.As(err, &re) {
				t.Fatalf("got %v, want a *ReadError", err)
			}
			if re.File != "s.yaml" || c.line > 0 && re.Line != c.line || !strings.Contains(re.Reason, c.reason) {
				t.Errorf("got %v, want line %d with %q", re, c.line, c.reason)
			}
		})
	}
}

func TestReadTakesWhatIsWrittenRight(t *testing.T) {
	s, err := Read("s.yaml", strings.NewReader(small), law(t))
	if err != nil {
		t.Fatal(err)
	}
	if s.Title != "Một hồ sơ" || len(s.steps) != 5 || s.offices[0].it.ID != "ubnd" || s.systems[0].line != 10 {
		t.Errorf("got %q, %d steps, first office %q, system on line %d", s.Title, len(s.steps), s.offices[0].it.ID, s.systems[0].line)
	}
	if got := s.first.Format("2006-01-02"); got != "2022-03-01" {
		t.Errorf("the clock starts on %s, want the first day named", got)
	}
}

func TestReadTakesEveryPublishedScenario(t *testing.T) {
	book := law(t)
	files, err := filepath.Glob("../../docs/scenarios/*.yaml")
	if err != nil || len(files) < 37 {
		t.Fatalf("%d scenarios, %v", len(files), err)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Read(name, f, book); err != nil {
			t.Error(err)
		}
		_ = f.Close()
	}
}

func FuzzReadAnswersEveryFile(f *testing.F) {
	book, err := regime.Open()
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{small, "", "[]", "title: &a x\nsteps: *a", "steps: [{expect: 1}]", "title: x\nsteps: [1, null, {act: {}}]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Read("f.yaml", strings.NewReader(text), book)
		var re *ReadError
		if err != nil && !errors.As(err, &re) || err == nil && s == nil {
			t.Errorf("got %v", err)
		}
	})
}
