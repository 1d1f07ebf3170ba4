package pages

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// appraisalOutcome is what the points come to: the act, the form it issues and
// its fields; or what is still open.
type appraisalOutcome struct {
	Act     string // empty while something is missing
	Form    string
	Missing []workflow.Field
	Defects []string // as the paper will list them
	Lost    bool     // a fit conclusion carries no remarks; some were written
	Undone  int      // earlier remarks marked as not settled
	Fields  url.Values
	Closed  *workflow.OpenAct // the act, where the person may not take it
}

// earlierRemark is one thing asked or found at an earlier version, with the
// operator's answer.
type earlierRemark struct {
	Key, Text, Answer string
	Version           int
}

// earlier lists what was asked before the present version and what was answered:
// the points of a notice, and the defects of an unfit conclusion.
func (r *room) earlier(c *workflow.Case) (out []earlierRemark) {
	if len(c.Editions) < 2 {
		return nil
	}
	was, now := c.Editions[len(c.Editions)-2], c.Present()
	asked := was.Asked
	if was.Conclusion != nil {
		asked = slices.Concat(asked, was.Conclusion.Defects)
	}
	for i, text := range asked {
		one := earlierRemark{Key: "fate." + strconv.Itoa(i+1), Text: text, Version: was.Version}
		if i < len(now.Answers) {
			one.Answer = now.Answers[i]
		}
		out = append(out, one)
	}
	return out
}

// pointsOf are the points that the rule set of a case asks of an appraisal.
func (r *room) pointsOf(c *workflow.Case) regime.PointRule {
	reg, ok := r.Service.Book.ByKey(c.Regime)
	if !ok {
		return regime.PointRule{}
	}
	return reg.Papers.Points
}

// outcomeOf follows the points: a level that does not fit with another named
// leads to that conclusion, any point unfit to an unfit one, all fit to a fit one.
func (r *room) outcomeOf(typed url.Values, d *caseData, earlier []earlierRemark) *appraisalOutcome {
	o, rule := &appraisalOutcome{Fields: url.Values{}}, r.pointsOf(d.Case.Case)
	unfit := ""
	for _, p := range rule.Keys {
		switch typed.Get("points." + p) {
		case "":
			o.Missing = append(o.Missing, workflow.Field{Name: "points-" + p, Expect: "desk.unanswered"})
		case "unfit":
			unfit = cmp.Or(unfit, p)
		}
	}
	r.defects(o, typed, rule.Keys, earlier)
	level := typed.Get("level")
	other := typed.Get("points."+rule.Level) == "unfit" && level != "" && level != strconv.Itoa(d.Case.Level)
	switch {
	case len(o.Missing) > 0:
		return o
	case other:
		o.Act = "level_differs"
		o.Fields.Set("level", level)
		o.Fields.Set("reason", strings.Join(o.Defects, "; "))
	case unfit != "":
		o.Act = "conclude_unfit"
		o.Fields["defects"] = []string{strings.Join(o.Defects, "\n")}
	default:
		o.Act, o.Lost, o.Defects = "conclude_fit", len(o.Defects) > 0, nil
	}
	o.fill(typed, d, rule.Keys)
	if unfit != "" && len(o.Defects) == 0 {
		o.Act = ""
		o.Missing = append(o.Missing, workflow.Field{Name: "points-" + unfit, Expect: "desk.say_why"})
	}
	return o
}

// fill takes over what the act takes beside the points, and names the form.
func (o *appraisalOutcome) fill(typed url.Values, d *caseData, points []string) {
	if o.Act != "level_differs" {
		for _, p := range points {
			o.Fields.Set("points."+p, typed.Get("points."+p))
		}
		o.Fields.Set("paper", typed.Get("paper"))
	}
	names := []string{"no", "date"}
	if o.Act == "conclude_fit" {
		names = append(names, "reason", "reasoning")
	}
	for _, name := range names {
		o.Fields.Set(name, typed.Get(name))
	}
	a := d.Acts.named(o.Act)
	if a == nil {
		return
	}
	if len(a.Issues) > 0 {
		o.Form = a.Issues[0]
	}
	if chosen := typed.Get("paper"); chosen != "" && chosen == a.Or && o.Act != "level_differs" {
		o.Form = chosen
	}
	if a.Closed != nil {
		o.Closed = a
	}
}

// defects gathers everything the appraiser found wrong, in words of the paper.
func (r *room) defects(o *appraisalOutcome, typed url.Values, points []string, earlier []earlierRemark) {
	say := func(key string, args map[string]string) {
		o.Defects = append(o.Defects, r.Words.Message("vi", key, args))
	}
	for _, p := range points {
		for _, line := range linesOf(typed.Get("remark." + p)) {
			if at := typed.Get("at." + p); at != "" {
				say("desk.at_component", map[string]string{"n": at, "text": line})
				continue
			}
			o.Defects = append(o.Defects, line)
		}
	}
	var rows []string
	for name := range typed {
		if id, ok := strings.CutPrefix(name, "row."); ok {
			rows = append(rows, id)
		}
	}
	slices.Sort(rows)
	for _, id := range rows {
		say("desk.at_row", map[string]string{"id": id, "text": strings.Join(linesOf(typed.Get("row."+id)), "; ")})
	}
	for _, e := range earlier {
		if typed.Get(e.Key) == "open" {
			o.Undone++
			say("desk.still_open", map[string]string{"n": strconv.Itoa(e.Version), "text": e.Text})
		}
	}
}

// linesOf gives the lines of a text that say something, without the full stop
// the paper sets itself.
func linesOf(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(strings.TrimSpace(line), "."); line != "" {
			out = append(out, line)
		}
	}
	return out
}
