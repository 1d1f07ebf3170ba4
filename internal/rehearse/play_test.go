package rehearse

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"capdo/workflow"
)

// province is who there is in the scenarios below; line 15 is their first step.
const province = `title: Một hồ sơ cấp độ 2
calendar:
  2022: [2022-01-03, 2022-01-31, 2022-02-01, 2022-02-02, 2022-02-03, 2022-02-04, 2022-04-11, 2022-05-02, 2022-05-03, 2022-09-01, 2022-09-02]
offices:
  ubnd: {name: Ủy ban nhân dân tỉnh Ninh Thuận}
  so-tttt: {name: Sở Thông tin và Truyền thông, under: ubnd}
  so-ct: {name: Sở Công Thương, under: ubnd}
people:
  an: {name: Nguyễn Văn An, office: so-ct, role: operator_officer}
  binh: {name: Trần Thị Bình, office: so-ct, role: operator_head}
  chi: {name: Lê Chi, roles: [{office: so-tttt, role: sdu_officer}, {office: so-tttt, role: inspector}]}
  dung: {name: Phạm Dung, office: so-tttt, role: sdu_head}
systems: {van-ban: {name: Quản lý văn bản, owner: ubnd, operator: so-ct, sdu: so-tttt, facts: {system_types: [noi_bo], info_types: [rieng]}}, cu: {name: Mạng cũ, owner: ubnd, operator: so-ct, sdu: so-tttt, approved: {level: 3, on: 2019-04, by: ubnd, no: 4/QĐ-UBND}}, moi: {name: Mới, owner: ubnd, operator: so-ct, sdu: so-tttt}}
steps:
`

// submitted takes a case to the SDU in three steps.
const submitted = `
  - {on: 2022-03-01, who: an, act: create, case: d1, system: van-ban, level: 2, track: operating}
  - {on: 2022-03-01, who: an, act: attach, case: d1, with: {components: [1, 2, 3, 4]}}
  - {on: 2022-03-01, who: binh, act: submit, case: d1}
`

// played plays steps after those of a province and gives the last line and the result.
func played(t *testing.T, steps string) (string, Result) {
	t.Helper()
	w := world(t)
	s, err := Read("../../docs/scenarios/x.yaml", strings.NewReader(province+strings.TrimPrefix(steps, "\n")), w.Book)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	r, err := Play(context.Background(), w, s, &out)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if r.Failed > 0 && !strings.HasPrefix(lines[len(lines)-1], "FAIL") {
		t.Fatalf("something else fails: %s", out.String())
	}
	return lines[len(lines)-1], r
}

func TestEveryStepIsHeldAgainstTheEngine(t *testing.T) {
	for _, c := range []struct{ name, step, wrong string }{
		{"an act that is taken", "{on: 2022-03-02, who: chi, act: accept_valid, case: d1}", ""},
		{"an act that is refused and should not be", "{on: 2022-03-02, who: dung, act: approve, case: d1}", "expected the act to be taken, got not_now"},
		{"an act that is taken and should not be", "{on: 2022-03-02, who: chi, act: accept_valid, case: d1, refused: true}", "expected a refusal, got the act taken"},
		{"any refusal", "{on: 2022-03-02, who: an, act: accept_valid, case: d1, refused: true}", ""},
		{"a refusal by its citation", "{on: 2022-03-02, who: an, act: accept_valid, case: d1, refused: {kind: denied, basis: TT 03/2017 Đ14 k3}}", ""},
		{"a refusal of another kind", "{on: 2022-03-02, who: an, act: accept_valid, case: d1, refused: {kind: not_now}}", "expected kind not_now, got denied"},
		{"a coarser citation", "{on: 2022-03-02, who: an, act: accept_valid, case: d1, refused: {basis: TT 03/2017 Đ14}}", "expected basis TT 03/2017 Đ14, got denied"},
		{"a refusal by another guard", "{on: 2022-03-02, who: an, act: accept_valid, case: d1, refused: {guard: one_owner}}", "expected guard one_owner, got denied"},
		{"a refusal in other words", "{on: 2022-03-02, who: an, act: accept_valid, case: d1, refused: {says: no such words}}", "expected a message with no such words"},
		{"a warning that is not given", "{on: 2022-03-02, who: chi, act: accept_valid, case: d1, warns: [late]}", "expected warning late, got not_law"},
		{"a case that does not exist", "{on: 2022-03-02, who: chi, act: accept_valid, case: d9, refused: {kind: not_found}}", ""},
		{"an act of the clock by a person", "{on: 2022-03-02, who: chi, act: pass_date, case: d1, refused: true}", ""},
		{"an act of a check by somebody else", "{on: 2022-03-02, who: an, act: draft_plan, check: cu, with: {systems: [cu], scope: x, from: 2022-04-01, to: 2022-04-02}, refused: {kind: denied}}", ""},
		{"all of a case", "expect: {case: d1, state: submitted, holder: so-tttt, due: 2022-03-08, due_rule: D-VALID, due_origin: law, level: 2, implied: 2, version: 1, track: operating, papers: [form-01, receipt], no_papers: [form-02], overdue: [], no_flags: [reported], appraiser: so-tttt, approver: so-tttt, regime: nd85-tt03, regime_of: {submit: nd85-tt03}}", ""},
		{"another state", "expect: {case: d1, state: draft}", "expected state draft, got submitted"},
		{"another holder", "expect: {case: d1, holder: none}", "expected holder none, got so-tttt"},
		{"another day", "expect: {case: d1, due: none}", "expected due none, got 2022-03-08"},
		{"another level, in one line", "expect: {case: d1, level: 1, version: 2}", "expected level 1, got 2; expected version 2, got 1"},
		{"a paper that is not there", "expect: {case: d1, papers: [form-06]}", "expected paper form-06, got form-01, receipt"},
		{"a paper that should not be there", "expect: {case: d1, no_papers: [form-01]}", "expected no paper form-01"},
		{"a mark that is not there", "expect: {case: d1, overdue: [D-VALID]}", "expected overdue [D-VALID], got []"},
		{"a flag that is not there", "expect: {case: d1, flags: [reported]}", "expected flag reported, got none"},
		{"another regime of a step", "expect: {case: d1, regime_of: {submit: nd85-tt12}}", "expected regime of submit nd85-tt12, got nd85-tt03"},
		{"a case that is not there", "expect: {case: d7, state: draft}", "expected case d7, got not_found"},
		{"all of a system", "expect: {system: cu, state: operating, level: 3, owner: ubnd, operator: so-ct, sdu: so-tttt}", ""},
		{"another level in force", "expect: {system: van-ban, level: 2}", "expected level 2, got none"},
		{"no tasks of a system", "expect: {system: cu, tasks: none}", ""},
		{"tasks that are not there", "expect: {system: cu, tasks: {D-REVIEW-TT12: 2023-05-31}}", "expected tasks map[D-REVIEW-TT12:2023-05-31], got map[]"},
		{"all of a register", "expect: {register: ubnd, on: 2022-03-01, rows: 1, levels: {3: 1}, row: {system: cu, level: 3, operator: so-ct, decided: 2019-04, by: ubnd, mark: none}}", ""},
		{"a register before the decision", "expect: {register: ubnd, on: 2019-03-31, rows: 0}", ""},
		{"other rows", "expect: {register: ubnd, rows: 2, levels: {2: 1, 3: 1}}", "expected rows 2, got 1; expected levels map[2:1 3:1], got map[3:1]"},
		{"the history", `expect: {events: d1, acts: [create, attach, submit]}`, ""},
		{"another history", `expect: {events: d1, acts: [create, "!attach", submit]}`, "expected acts [create, !attach, submit], got [create, attach, submit]"},
		{"a paper and its words", "expect: {paper: form-01, case: d1, version: 1, issuer: so-ct, contains: [Quản lý văn bản], lacks: [Mạng cũ]}", ""},
		{"a paper without the words", "expect: {paper: form-01, case: d1, contains: [Mạng cũ]}", "expected form-01 to contain Mạng cũ"},
		{"another version of a paper", "expect: {paper: form-01, case: d1, version: 2}", "expected form-01 of d1, got form-01, receipt"},
		{"the register as a paper", "expect: {paper: register, of: ubnd, issuer: ubnd, contains: [4/2019], lacks: [Mạng cũ]}", "expected register to lack Mạng cũ"},
		{"the yearly form", "expect: {paper: form-08, of: ubnd, issuer: ubnd, contains: [Mạng nội bộ cũ]}", "expected form-08 to contain Mạng nội bộ cũ"},
		{"checks", "expect: {checks: cu, state: overdue, next_due: 2020-05-04, rule: I-L34, overdue: [I-L34], papers: [check-reminder, overdue-notice]}", ""},
		{"checks on another day", "expect: {checks: cu, next_due: 2020-04-30}", "expected next_due 2020-04-30, got 2020-05-04"},
		{"a report that was not sent", "expect: {report: ubnd, year: 2021, late: true}", "expected the report of ubnd, got not_found"},
		{"an old register", "{import: ../domain/register-ninh-thuan-2021.csv, owner: ubnd, on: 2022-03-02, rows: 22, refused: 0, levels: {2: 21, 3: 1}}", ""},
		{"an old register with other rows", "{import: ../domain/register-ninh-thuan-2021.csv, owner: ubnd, on: 2022-03-02, rows: 21, refused: 1, levels: {2: 22}}", "expected rows 21, got 22; expected refused 1, got 0; expected levels map[2:22], got map[2:21 3:1]"},
		{"a file that is not there", "{import: none.csv, owner: ubnd, on: 2022-03-02, rows: 1}", "expected the step to work, got an error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			last, r := played(t, submitted+"  - "+c.step+"\n")
			want := Result{Passed: 4}
			if c.wrong != "" {
				want = Result{Passed: 3, Failed: 1}
			}
			if r != want || !strings.Contains(last, c.wrong) {
				t.Errorf("want %q, got %v: %s", c.wrong, r, last)
			}
			if c.wrong != "" && !strings.HasPrefix(last, "FAIL line 18: expected ") {
				t.Errorf("the line is %s", last)
			}
		})
	}
}

func TestThePassingOfTimeIsPlayed(t *testing.T) {
	last, r := played(t, submitted+`  - {on: 2022-03-08T16:30, pass: true}
  - expect: {case: d1, overdue: []}
  - {on: 2022-03-09, pass: true}
  - expect: {case: d1, state: submitted, overdue: [D-VALID], papers: [overdue-notice]}
  - expect: {events: d1, acts: [create, attach, submit, pass_date]}
`)
	if r != (Result{Passed: 8}) {
		t.Errorf("got %v: %s", r, last)
	}
}

func TestWhatCannotBeSetUpFailsWithItsLine(t *testing.T) {
	w := world(t)
	text := "title: x\noffices: {a: {name: Sở Công Thương}}\nsystems:\n  s: {name: S, owner: a, facts: {dvc_level: 9}}\nsteps: []\n"
	s, err := Read("s.yaml", strings.NewReader(text), w.Book)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	r, err := Play(context.Background(), w, s, &out)
	if err != nil || r != (Result{Failed: 1}) || !strings.HasPrefix(out.String(), "FAIL line 4: expected it to be taken in, got invalid") {
		t.Errorf("got %v, %v: %s", r, err, out.String())
	}
}

func TestAScenarioIsStagedInAServiceOfTheCaller(t *testing.T) {
	w := world(t)
	s, err := Read("s.yaml", strings.NewReader(province+strings.TrimPrefix(submitted, "\n")), w.Book)
	if err != nil {
		t.Fatal(err)
	}
	store, err := w.NewStore()
	if err != nil {
		t.Fatal(err)
	}
	var now time.Time
	n := 0
	svc := workflow.New(workflow.Config{Book: s.Calendars(w.Book), Store: store, Rights: w.Rights, Printer: w.Printer, Clock: func() time.Time { return now },
		NewID: func(kind string) string { n++; return fmt.Sprint(kind, n) }})
	ctx, set := context.Background(), func(t time.Time) { now = t }
	var told []string
	if err := s.Stage(ctx, w, svc, set, func(l Line) error { told = append(told, l.String()); return nil }); err != nil {
		t.Fatal(err)
	}
	if c, err := svc.Case(ctx, "d1"); err != nil || c.State != "submitted" || len(told) != 3 || told[0] != "ok line 15: an create d1" {
		t.Errorf("got %v, %v, told %q", c, err, told)
	}
	enough := errors.New("enough")
	if err := s.Stage(ctx, w, svc, set, func(Line) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("the caller's end of the play is %v", err)
	}
}
