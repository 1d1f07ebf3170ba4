package pages

import (
	"capdo/workflow"
	"capdo/workflow/regime"
)

// dueView is a deadline as pages show it: what is left, the day, how it was
// counted.
type dueView struct {
	Day     workflow.Day
	Left    int  // days; below zero: overdue by so many
	Working bool // Left counts working days
	Tone    string
	Remind  bool // passing it reminds and leaves no mark
	Rule    string
	How     regime.Computation
	Origin  regime.Origin
	Basis   []workflow.Citation
}

// soon is within how many days a deadline is marked as near.
const soon = 3

// due shows the running deadline of a case: of a dossier that of its state, of a
// check the day of its interval, then that of the first open finding. Nil where none runs.
func (r *room) due(c *workflow.Case) *dueView {
	switch {
	case c.Due != nil:
		return r.dueOf(*c.Due)
	case c.Inspection != nil && !c.Inspection.NextDue.IsZero() && c.Inspection.Concluded.IsZero():
		i := c.Inspection
		return r.dueOf(workflow.Due{Rule: i.Rule, From: i.Since, Day: i.NextDue, Regime: c.Regime})
	case c.Inspection != nil && !c.Inspection.NextFinding().IsZero():
		return r.dueOf(workflow.Due{Day: c.Inspection.NextFinding(), Regime: c.Regime})
	}
	return nil
}

func (r *room) dueOf(d workflow.Due) *dueView {
	v := &dueView{Day: d.Day, Remind: d.Remind, Rule: d.Rule, Origin: d.Origin, Basis: d.Basis}
	how, err := r.Service.Deadline(d)
	if err == nil {
		v.How = how
		if v.Origin == "" {
			v.Origin = how.Origin
		}
		if len(v.Basis) == 0 {
			v.Basis = how.Basis
		}
	}
	v.Left = d.Day.Sub(r.Service.Today())
	if r.countsWorkingDays(d) {
		if n, ok := r.Service.WorkingDaysLeft(d.Day); ok {
			v.Left, v.Working = n, true
		}
	}
	today := r.Service.Today()
	switch {
	case d.Day.Before(today):
		v.Tone = "bad"
	case v.Left <= soon:
		v.Tone = "warn"
	default:
		v.Tone = "info"
	}
	return v
}

func (r *room) countsWorkingDays(d workflow.Due) bool {
	reg, ok := r.Service.Book.ByKey(d.Regime)
	if !ok {
		return false
	}
	rule := reg.Deadlines[d.Rule]
	return rule != nil && rule.Unit == regime.WorkingDays
}

// Late is by how many days the deadline has passed.
func (d *dueView) Late() int { return -d.Left }

// Words is the message key of what is left.
func (d *dueView) Words() string {
	switch {
	case d.Tone == "bad" && d.Working:
		return "due.late_working"
	case d.Tone == "bad":
		return "due.late"
	case d.Left == 0:
		return "due.today"
	case d.Working:
		return "due.left_working"
	}
	return "due.left"
}
