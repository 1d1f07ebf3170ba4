package pages

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

func (r *room) checkRoutes(in gin.IRoutes) {
	r.get(in, "/checks", r.checks)
	r.get(in, "/checks/findings", r.findings)
	r.get(in, "/checks/:id", func(g *gin.Context) { g.Redirect(http.StatusSeeOther, path("cases", g.Param("id"))) })
	r.get(in, "/checks/:id/sheet", r.fieldSheet)
	in.POST("/checks/:id/sheet", r.saveFieldSheet)
}

// tab is one choice among parts of a list, with how many rows it has.
type tab struct {
	Key, Link string
	N         int
	Bad, On   bool
}

// checkRow is a check in the list.
type checkRow struct {
	caseRow
	Late bool
}

// mostChecks are shown at once; the filter finds the others.
const mostChecks = 200

// checks lists the checks a person may see: what is overdue, what comes, what is
// under way.
func (r *room) checks(g *gin.Context) {
	all, err := r.Service.ListChecks(g, who(g), true)
	if err != nil {
		r.fail(g, err)
		return
	}
	part, month, counts, today := g.Query("part"), g.Query("month"), map[string]int{}, r.Service.Today()
	var list []*workflow.CaseView
	late := map[string]bool{}
	for _, c := range all {
		parts := workflow.PartsOf(c.Case, today)
		for _, p := range parts {
			counts[p]++
		}
		late[c.ID] = slices.Contains(parts, workflow.CheckLate)
		if (part == "" || slices.Contains(parts, part)) && (month == "" || monthOf(c) == month) {
			list = append(list, c)
		}
	}
	more := max(0, len(list)-mostChecks)
	cases, err := r.caseRows(g, list[:len(list)-more])
	if err != nil {
		r.fail(g, err)
		return
	}
	rows := make([]checkRow, len(cases))
	for i, c := range cases {
		rows[i] = checkRow{c, late[c.ID]}
	}
	r.render(g, http.StatusOK, "checks", "checks", gin.H{"Rows": rows, "Names": r.officeNames(g), "More": more, "Tabs": checkTabs(part+month, part, len(all), counts), "Months": checkMonths(all, month)})
}

// monthOf is the month of the last day of a check that is not concluded, as
// 2022-11; empty for none.
func monthOf(c *workflow.CaseView) string {
	if k := c.Inspection; k.Concluded.IsZero() && !k.NextDue.IsZero() {
		return k.NextDue.String()[:7]
	}
	return ""
}

// checkMonths is the calendar of checks: every month that has a last day, in
// order. The checks come in the order of their days.
func checkMonths(all []*workflow.CaseView, chosen string) []tab {
	var months []tab
	for _, c := range all {
		m := monthOf(c)
		if m == "" {
			continue
		}
		if len(months) == 0 || !strings.HasSuffix(months[len(months)-1].Link, m) {
			months = append(months, tab{Key: m[5:] + "/" + m[:4], Link: "/checks?month=" + m, On: m == chosen})
		}
		months[len(months)-1].N++
	}
	return months
}

func checkTabs(chosen, part string, all int, counts map[string]int) []tab {
	tabs := []tab{{Key: "all", Link: "/checks", N: all, On: chosen == ""}}
	for _, p := range workflow.CheckParts {
		tabs = append(tabs, tab{Key: p, Link: "/checks?part=" + p, N: counts[p], Bad: p == workflow.CheckLate, On: p == part})
	}
	return tabs
}

// findings is the board of what checks found wrong: by day and severity, with
// the acts that carry each on.
func (r *room) findings(g *gin.Context) {
	closed := g.Query("show") == "closed"
	rows, err := r.Service.Findings(g, who(g), closed)
	if err != nil {
		r.fail(g, err)
		return
	}
	more := max(0, len(rows)-mostChecks)
	rows = rows[:len(rows)-more]
	acts := map[string][]string{} // open to the person, by check
	for _, row := range rows {
		if _, asked := acts[row.CheckID]; asked || closed {
			continue
		}
		if acts[row.CheckID], err = r.findingActs(g, row.CheckID); err != nil {
			r.fail(g, err)
			return
		}
	}
	late := 0
	for _, row := range rows {
		if row.Late {
			late++
		}
	}
	r.render(g, http.StatusOK, "findings", "findings", gin.H{"Rows": rows, "Acts": acts, "Closed": closed, "Late": late, "More": more,
		"Tabs": []tab{{Key: "open", Link: "/checks/findings", On: !closed}, {Key: "closed", Link: "/checks/findings?show=closed", On: closed}}})
}

// findingActs are the acts on one finding of a check that are open to the person.
func (r *room) findingActs(g *gin.Context, check string) ([]string, error) {
	acts, err := r.Service.Acts(g, who(g), check)
	open := []string{}
	for _, a := range acts {
		if _, one := r.Service.Book.Acts[a.Act].Fields["finding"]; one && a.Closed == nil {
			open = append(open, a.Act)
		}
	}
	return open, err
}

// checkData is what the page of a check shows beside what every case has.
type checkData struct {
	Performers *workflow.PerformersView
	Findings   []findingView
	Sheet      bool // it has requirements to look at
	Answered   int
	Rows       int
}

// findingView is a finding with what may be done about it.
type findingView struct {
	*workflow.Finding
	Late bool
	Acts []string
}

// checkOf reads what the page of a check shows.
func (r *room) checkOf(g *gin.Context, d *caseData) (*checkData, error) {
	out := &checkData{}
	var err error
	if out.Performers, err = r.Service.Performers(g, who(g), d.Case.ID); err != nil {
		return nil, err
	}
	acts, err := r.findingActs(g, d.Case.ID)
	if err != nil {
		return nil, err
	}
	for i := range d.Case.Inspection.Findings {
		f := &d.Case.Inspection.Findings[i]
		v := findingView{Finding: f}
		if f.Closed.IsZero() {
			v.Late, v.Acts = !f.Due.IsZero() && f.Due.Before(r.Service.Today()), acts
		}
		out.Findings = append(out.Findings, v)
	}
	if d.System == nil {
		return out, nil // what is checked of a whole activity has no one level
	}
	sheet, err := r.Service.Sheet(g, d.Case.ID)
	if p, ok := workflow.ProblemOf(err); ok && p.Key == "sheet.no_catalogue" {
		return out, nil
	}
	if err == nil {
		out.Sheet, out.Rows = true, sheet.Rollup.Rows()
		out.Answered = out.Rows - sheet.Rollup.Unanswered
	}
	return out, err
}

// lateChecks counts for the navigation. The count may be some seconds old.
func (r *room) lateChecks(g *gin.Context, m *me) int {
	n, err := r.late.get(m.ID+" "+r.Service.Today().String(), time.Now(), func() (int, error) { return r.Service.LateChecks(g, m.ID) })
	if err != nil {
		r.Log.Warn("overdue checks not counted", "error", err)
	}
	return n
}
