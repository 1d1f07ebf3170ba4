package rehearse

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// classification is the wizard's answer to a set of facts.
type classification struct {
	facts   workflow.Facts
	regime  string
	level   string // 1 to 5, unknown, manual, or "" for anything
	atLeast int
	want    map[string][]string // criteria, floors, missing: exactly these
}

func (c *classification) run(_ context.Context, p *player) (d differences, err error) {
	r, ok := p.svc.Book.ByKey(c.regime)
	if !ok {
		d.later("regime " + c.regime)
		return d, nil
	}
	facts, err := p.svc.Book.CheckFacts(r.Criteria, c.facts)
	if err != nil {
		d.add("facts that can be read", err.Error())
		return d, nil
	}
	v := r.Criteria.Classify(facts)
	p.saw(c.regime, slices.Concat(v.Criteria, v.Floors)...)
	if c.level != "" {
		d.same("level", c.level, levelOf(v))
	}
	if c.atLeast > 0 {
		d.same("at_least", c.atLeast, v.AtLeast)
	}
	for _, part := range []struct {
		key string
		got []string
	}{{"criteria", v.Criteria}, {"floors", v.Floors}, {"missing", v.Missing}} {
		if want, asked := c.want[part.key]; asked {
			d.exactly(part.key, want, part.got)
		}
	}
	return d, nil
}

func levelOf(v regime.Verdict) string {
	switch {
	case v.Manual:
		return "manual"
	case v.Known:
		return strconv.Itoa(v.Level)
	}
	return "unknown"
}

// momentForm is how a scenario writes a moment.
const momentForm = "2006-01-02T15:04"

// computation is one deadline worked out.
type computation struct {
	rule, regime string
	from         *moment
	start        workflow.Day
	year         int
	is           string // a day, a moment, or none
	refused      *refusal
	origin       string
}

func (c *computation) run(_ context.Context, p *player) (d differences, err error) {
	r, ok := p.svc.Book.ByKey(c.regime)
	if !ok {
		d.later("regime " + c.regime)
		return d, nil
	}
	dl, ok := r.Deadlines[c.rule]
	if !ok { // a rule that only another regime sets
		d.same("due", c.is, "none")
		return d, nil
	}
	p.saw(c.regime, c.rule)
	var o regime.Computation
	if c.year > 0 {
		o, err = p.svc.Book.Calendar.DueIn(dl, c.year)
	} else {
		o, err = p.svc.Book.Calendar.Due(dl, c.from.day, c.start)
		if c.from.timed {
			o, err = p.svc.Book.Calendar.DueAt(dl, c.from.time(), c.start)
		}
	}
	due := orNone(o.Due.String())
	if strings.Contains(c.is, "T") && !o.At.IsZero() {
		due = o.At.Format(momentForm)
	}
	problem := uncounted(err)
	switch {
	case c.refused != nil:
		c.refused.compare(&d, p, problem, due)
		return d, nil
	case problem != nil:
		d.add("due "+c.is, fmt.Sprintf("%s (%v)", p.describe(problem), err))
		return d, nil
	}
	d.same("due", c.is, due)
	if c.origin != "" {
		d.same("origin", c.origin, o.Origin)
	}
	return d, nil
}

// uncounted is why a day cannot be counted, as the engine refuses it.
func uncounted(err error) *workflow.Problem {
	var gap *regime.CalendarGap
	switch {
	case err == nil:
		return nil
	case errors.As(err, &gap):
		return &workflow.Problem{Kind: workflow.Refused, Key: "guard.calendar_known", Guard: "calendar_known",
			Args: map[string]string{"year": strconv.Itoa(gap.Year)}}
	}
	return &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid"}
}

// importing takes in an old register.
type importing struct {
	path, owner   string
	rows, refused *int
	levels        map[int]int
}

func (i *importing) run(ctx context.Context, p *player) (d differences, err error) {
	f, err := p.FS(p.s.File, i.path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	rows, refused, source, err := p.Intake(f, path.Base(i.path))
	if err != nil {
		return nil, err
	}
	rep, err := p.svc.Import(ctx, workflow.Console, workflow.ImportOrder{Owner: i.owner, AsOf: p.svc.Today(), Source: source,
		Rows: rows, Refused: refused, AcceptGood: true})
	if problem, ok := workflow.ProblemOf(err); ok {
		d.add("the register to be taken in", p.describe(problem))
		return d, nil
	}
	if err != nil {
		return nil, err
	}
	if i.rows != nil {
		d.same("rows", *i.rows, rep.Added+rep.Same)
	}
	if i.refused != nil {
		d.same("refused", *i.refused, refusedRows(rep.Refused))
	}
	if i.levels != nil {
		d.same("levels", i.levels, rep.Levels)
	}
	return d, nil
}

// refusedRows counts the rows refused, a row with several faults once.
func refusedRows(refused []workflow.RowRefusal) int {
	var lines []int
	for _, r := range refused {
		if !slices.Contains(lines, r.Line) {
			lines = append(lines, r.Line)
		}
	}
	return len(lines)
}
