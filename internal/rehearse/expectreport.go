package rehearse

import (
	"context"

	"capdo/workflow"
)

// reportExpected is what a report that was sent must show.
type reportExpected struct {
	office  string
	year    int
	late    *bool
	window  []workflow.Day
	lastDay workflow.Day
	to      string
}

func (e *reportExpected) run(ctx context.Context, p *player) (d differences, err error) {
	r, err := p.svc.SentReport(ctx, e.office, e.year)
	if err != nil {
		return missing(&d, "the report of "+e.office, p, err)
	}
	if e.late != nil {
		d.same("late", *e.late, r.Late)
	}
	if len(e.window) == 2 {
		d.same("window", e.window[0].String()+" – "+e.window[1].String(), orNone(r.From.String())+" – "+orNone(r.Until.String()))
	}
	if !e.lastDay.IsZero() {
		d.same("last_day", e.lastDay, orNone(r.LastDay.String()))
	}
	if e.to != "" {
		d.same("to", e.to, r.To)
	}
	return d, nil
}

// ownersPaper prints a paper of an owner that belongs to no case.
func ownersPaper(ctx context.Context, svc *workflow.Service, form, owner string, on workflow.Day) (workflow.PaperFacts, workflow.Printed, bool, error) {
	var facts workflow.PaperFacts
	var out workflow.Printed
	var err error
	switch form {
	case "register":
		facts, out, err = svc.PrintRegister(ctx, owner, on)
	case "form-08":
		facts, out, err = svc.PrintReport(ctx, owner, on)
	case "four-layer-register":
		facts, out, err = svc.PrintLayers(ctx, owner, on)
	default:
		return facts, out, false, nil
	}
	return facts, out, true, err
}
