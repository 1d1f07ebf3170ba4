package rehearse

import (
	"context"
	"slices"
	"strings"

	"capdo/workflow"
)

// eventsExpected is the history of a case, or of a system beside its cases.
type eventsExpected struct {
	of       string
	ofSystem bool
	acts     []string // refusals with "!" before the act
	known    []string // acts a history tells; the engine's own bookkeeping is left out
}

func (e *eventsExpected) run(ctx context.Context, p *player) (d differences, err error) {
	q := workflow.EventQuery{Case: e.of}
	if e.ofSystem {
		q = workflow.EventQuery{System: e.of}
	}
	events, err := p.svc.Events(ctx, q)
	if err != nil {
		return missing(&d, "a history of "+e.of, p, err)
	}
	got := []string{}
	for _, ev := range events {
		switch {
		case !slices.Contains(e.known, ev.Act):
		case ev.Refused != nil:
			got = append(got, "!"+ev.Act)
		default:
			got = append(got, ev.Act)
		}
	}
	if !slices.Equal(got, e.acts) {
		d.add("acts ["+strings.Join(e.acts, ", ")+"]", "["+strings.Join(got, ", ")+"]")
	}
	return d, nil
}

// paperExpected is what a printed paper must say.
type paperExpected struct {
	form, of        string // of: the id of the object, for the report
	caseID, owner   string // one of these four
	check, system   string
	on              workflow.Day
	version         int // 0: the last
	contains, lacks []string
	issuer          string
}

func (e *paperExpected) run(ctx context.Context, p *player) (d differences, err error) {
	issuer, text := "", ""
	switch {
	case e.caseID != "" || e.check != "" || e.system != "":
		papers, err := e.papers(ctx, p)
		if err != nil {
			return missing(&d, "papers of "+e.of, p, err)
		}
		paper, ok := e.pick(papers)
		if !ok {
			d.add(e.form+" of "+e.of, orNone(strings.Join(issued(papers), ", ")))
			return d, nil
		}
		issuer, text = paper.Issuer, paper.Text
	case e.owner != "":
		on := e.on
		if on.IsZero() {
			on = p.svc.Today()
		}
		facts, printed, known, err := ownersPaper(ctx, p.svc, e.form, e.owner, on)
		if err != nil {
			return missing(&d, e.form+" of "+e.owner, p, err)
		}
		if !known {
			d.later(e.form + " of " + e.of)
			return d, nil
		}
		issuer, text = facts.Issuer.ID, printed.Text
	default:
		d.later(e.form + " of " + e.of)
		return d, nil
	}
	e.compare(&d, issuer, text)
	return d, nil
}

// papers lists those of the case, of the checks of a name, or of a system.
func (e *paperExpected) papers(ctx context.Context, p *player) ([]workflow.Paper, error) {
	switch {
	case e.caseID != "":
		return p.svc.Papers(ctx, e.caseID)
	case e.system != "":
		return p.svc.PapersOf(ctx, workflow.PaperQuery{System: e.system})
	}
	v, err := p.svc.Checks(ctx, e.check)
	if err != nil {
		return nil, err
	}
	return p.papersOfChecks(ctx, v)
}

// pick takes the last paper of the form, of the version where one is asked for.
func (e *paperExpected) pick(papers []workflow.Paper) (workflow.Paper, bool) {
	for _, paper := range slices.Backward(papers) {
		if !paper.Draft && paper.Form == e.form && (e.version == 0 || paper.Version == e.version) {
			return paper, true
		}
	}
	return workflow.Paper{}, false
}

func (e *paperExpected) compare(d *differences, issuer, text string) {
	if e.issuer != "" {
		d.same("issuer", e.issuer, orNone(issuer))
	}
	text = oneLine(text)
	for _, want := range e.contains {
		if !strings.Contains(text, oneLine(want)) {
			d.add(e.form+" to contain "+want, "a paper without it")
		}
	}
	for _, want := range e.lacks {
		if strings.Contains(text, oneLine(want)) {
			d.add(e.form+" to lack "+want, "a paper with it")
		}
	}
}
