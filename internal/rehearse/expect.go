package rehearse

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"capdo/workflow"
)

// String joins the differences of one step; empty when all holds.
func (d differences) String() string { return strings.Join(d, "; ") }

// exactly compares two lists as sets.
func (d *differences) exactly(what string, want, got []string) {
	w, g := slices.Compact(slices.Sorted(slices.Values(want))), slices.Compact(slices.Sorted(slices.Values(got)))
	if !slices.Equal(w, g) {
		d.add(what+" ["+strings.Join(w, ", ")+"]", "["+strings.Join(g, ", ")+"]")
	}
}

// all wants everything listed to be there.
func (d *differences) all(what string, want, got []string) {
	for _, w := range want {
		if !slices.Contains(got, w) {
			d.add(what+" "+w, orNone(strings.Join(got, ", ")))
		}
	}
}

// no wants nothing listed to be there.
func (d *differences) no(what string, want, got []string) {
	for _, w := range want {
		if slices.Contains(got, w) {
			d.add("no "+what+" "+w, strings.Join(got, ", "))
		}
	}
}

// singles compares single values in the order of their keys.
func (d *differences) singles(want expected, got map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		d.same(key, want[key], orNone(fmt.Sprint(got[key])))
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func levelOrNone(n int) string {
	if n == 0 {
		return "none"
	}
	return strconv.Itoa(n)
}

// missing tells of a thing that is not there; other errors stay errors.
func missing(d *differences, what string, p *player, err error) (differences, error) {
	if problem, ok := workflow.ProblemOf(err); ok {
		d.add(what, p.describe(problem))
		return *d, nil
	}
	return nil, err
}

// caseExpected is what a case must show.
type caseExpected struct {
	id      string
	one     expected
	many    sets
	regimes map[string]string // act → regime of its last step
}

func (e *caseExpected) run(ctx context.Context, p *player) (d differences, err error) {
	v, err := p.svc.Case(ctx, e.id)
	if err != nil {
		return missing(&d, "case "+e.id, p, err)
	}
	papers, err := p.svc.Papers(ctx, e.id)
	if err != nil {
		return nil, err
	}
	due := v.Due
	if due == nil {
		due = &workflow.Due{}
	}
	d.singles(e.one, map[string]any{"state": v.State, "holder": v.Holder, "due": due.Day, "due_rule": due.Rule, "due_origin": due.Origin,
		"level": v.Level, "implied": levelOrNone(v.Implied), "version": v.Version, "track": v.Track, "appraiser": v.Appraises,
		"approver": v.Approves, "regime": v.Regime})
	forms := issued(papers)
	d.all("paper", e.many["papers"], forms)
	d.no("paper", e.many["no_papers"], forms)
	d.all("flag", e.many["flags"], v.Flags)
	d.no("flag", e.many["no_flags"], v.Flags)
	if marks, asked := e.many["overdue"]; asked {
		d.exactly("overdue", marks, v.Marks)
	}
	err = e.compareRegimes(ctx, p, &d)
	return d, err
}

func (e *caseExpected) compareRegimes(ctx context.Context, p *player, d *differences) error {
	if len(e.regimes) == 0 {
		return nil
	}
	events, err := p.svc.Events(ctx, workflow.EventQuery{Case: e.id})
	if err != nil {
		return err
	}
	last := map[string]string{}
	for _, ev := range events {
		if ev.Refused == nil {
			last[ev.Act] = ev.Regime
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.regimes)) {
		d.same("regime of "+name, e.regimes[name], orNone(last[name]))
	}
	return nil
}

// issued lists the forms of papers that count: drafts do not.
func issued(papers []workflow.Paper) (forms []string) {
	for _, p := range papers {
		if !p.Draft && !slices.Contains(forms, p.Form) {
			forms = append(forms, p.Form)
		}
	}
	return forms
}

// systemExpected is what a system must show.
type systemExpected struct {
	id    string
	one   expected
	many  sets
	tasks bool
	due   map[string]string // deadline → day, of the open tasks
}

func (e *systemExpected) run(ctx context.Context, p *player) (d differences, err error) {
	v, err := p.svc.System(ctx, e.id)
	if err != nil {
		return missing(&d, "system "+e.id, p, err)
	}
	d.singles(e.one, map[string]any{"state": v.State, "level": levelOrNone(v.Level), "owner": v.OwnerNow, "operator": v.OperatorNow, "sdu": v.SDUNow})
	d.all("flag", e.many["flags"], v.Flags)
	d.no("flag", e.many["no_flags"], v.Flags)
	if e.tasks {
		got := map[string]string{}
		for _, t := range v.Tasks {
			got[t.Rule] = t.Due.String()
		}
		d.same("tasks", e.due, got)
	}
	return d, nil
}

// registerExpected is what a register must show as of a day.
type registerExpected struct {
	owner  string
	on     workflow.Day // zero: the clock's
	rows   *int
	levels map[int]int
	row    expected
}

func (e *registerExpected) run(ctx context.Context, p *player) (d differences, err error) {
	on := e.on
	if on.IsZero() {
		on = p.svc.Today()
	}
	rows, err := p.svc.Register(ctx, e.owner, on)
	if err != nil {
		return missing(&d, "a register of "+e.owner, p, err)
	}
	if e.rows != nil {
		d.same("rows", *e.rows, len(rows))
	}
	if e.levels != nil {
		got := map[int]int{}
		for _, r := range rows {
			got[r.Level]++
		}
		d.same("levels", e.levels, got)
	}
	if len(e.row) > 0 {
		e.compareRow(&d, rows)
	}
	return d, nil
}

func (e *registerExpected) compareRow(d *differences, rows []workflow.RegisterEntry) {
	i := slices.IndexFunc(rows, func(r workflow.RegisterEntry) bool { return r.System == e.row["system"] })
	if i < 0 {
		d.add("a row of "+e.row["system"], "none")
		return
	}
	r := rows[i]
	d.singles(e.row, map[string]any{"system": r.System, "level": r.Level, "operator": r.Operator, "decided": looseText(r.Decided), "by": r.By, "mark": r.Mark})
}

// looseText writes a date so that spellings of one date are equal.
func looseText(d workflow.LooseDate) string {
	switch {
	case d.IsZero():
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// checksExpected is what the checks of a system, an owner or an order must show.
type checksExpected struct {
	name string
	one  expected
	many sets
}

func (e *checksExpected) run(ctx context.Context, p *player) (d differences, err error) {
	v, err := p.svc.Checks(ctx, e.name)
	if problem, ok := workflow.ProblemOf(err); ok && problem.Kind == workflow.NotFound {
		d.singles(e.one, map[string]any{"state": "", "next_due": "", "rule": ""})
		return d, nil
	}
	if err != nil {
		return nil, err
	}
	d.singles(e.one, map[string]any{"state": v.State, "next_due": v.NextDue, "rule": v.Rule})
	d.all("flag", e.many["flags"], v.Flags)
	if marks, asked := e.many["overdue"]; asked {
		d.exactly("overdue", marks, v.Marks)
	}
	papers, err := p.papersOfChecks(ctx, v)
	if err != nil {
		return nil, err
	}
	d.all("paper", e.many["papers"], issued(papers))
	return d, nil
}

// papersOfChecks lists the papers of every check behind a view, oldest first.
func (p *player) papersOfChecks(ctx context.Context, v *workflow.CheckView) ([]workflow.Paper, error) {
	var out []workflow.Paper
	for _, id := range v.All {
		papers, err := p.svc.Papers(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, papers...)
	}
	return out, nil
}
