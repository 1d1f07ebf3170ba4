package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

func (r *room) caseRoutes(in gin.IRoutes) {
	r.get(in, "/cases", r.cases)
	r.get(in, "/cases/:id", r.aCase)
	r.get(in, "/cases/:id/history", r.history)
}

// caseRow is a case in a list.
type caseRow struct {
	*workflow.CaseView
	Name   string // of the system, or of the owner
	Holder string // name
	Due    *dueView
}

// cases lists the dossiers a person may see; checks have a list of their own.
func (r *room) cases(g *gin.Context) {
	if g.Query("kind") == "check" {
		g.Redirect(http.StatusSeeOther, "/checks")
		return
	}
	q := workflow.CaseQuery{Kind: "dossier", State: g.Query("state"), After: g.Query("after"), Limit: pageSize, Running: g.Query("running") == "yes"}
	page, err := r.Service.ListCases(g, who(g), q)
	if err != nil {
		r.fail(g, err)
		return
	}
	rows, err := r.caseRows(g, page.Items)
	if err != nil {
		r.fail(g, err)
		return
	}
	r.render(g, http.StatusOK, "cases", "cases", gin.H{"Rows": rows, "Running": q.Running, "Next": nextOf(g, page.Next), "First": q.After == ""})
}

func (r *room) caseRows(g *gin.Context, list []*workflow.CaseView) ([]caseRow, error) {
	names := r.officeNames(g)
	var ids []string
	for _, c := range list {
		if c.System != "" {
			ids = append(ids, c.System)
		}
	}
	systems, err := r.Service.Store.SystemsOf(g, ids)
	if err != nil {
		return nil, err
	}
	of := map[string]string{}
	for _, s := range systems {
		of[s.ID] = s.Name
	}
	rows := make([]caseRow, len(list))
	for i, c := range list {
		rows[i] = caseRow{c, of[c.System], names[c.Holder], r.due(c.Case)}
		if c.System == "" {
			rows[i].Name = names[c.Owner]
		}
	}
	return rows, nil
}

// caseData is what every page of a case shows.
type caseData struct {
	Case    *workflow.CaseView
	System  *workflow.SystemView // nil for a check of an owner's whole activity
	Name    string
	Names   map[string]string // of offices
	Due     *dueView
	Acts    actsView
	Verdict *verdictView
	Others  []workflow.OtherSystem // that the dossier speaks of beside its own
	Papers  []workflow.Paper
	Events  []eventRow
	RuleSet string
	More    any // of the page that shows it
}

// verdictView is what the criteria say of the case's present facts.
type verdictView struct {
	workflow.Verdict
}

// caseOf reads what pages of a case show; not_found for what the person may not
// see.
func (r *room) caseOf(g *gin.Context) (*caseData, error) {
	c, err := r.Case(g, who(g), g.Param("id"))
	if err != nil {
		return nil, err
	}
	d := &caseData{Case: c, Names: r.officeNames(g), Due: r.due(c.Case), RuleSet: r.Service.RuleSet(c.Regime)}
	d.Name = d.Names[c.Owner]
	if c.System != "" {
		if d.System, err = r.Service.System(g, c.System); err != nil {
			return nil, err
		}
		d.Name = d.System.Name
	}
	acts, err := r.Service.Acts(g, who(g), c.ID)
	if err != nil {
		return nil, err
	}
	d.Acts = r.splitActs(acts)
	if d.System != nil && c.Kind == workflow.KindDossier {
		d.Verdict = &verdictView{r.Service.Verdict(c.Case, d.System.System)}
		if d.Others, err = r.Service.Others(g, c.Case); err != nil {
			return nil, err
		}
	}
	if d.Papers, err = r.Service.Papers(g, c.ID); err != nil {
		return nil, err
	}
	events, err := r.Service.Events(g, workflow.EventQuery{Case: c.ID})
	if err != nil {
		return nil, err
	}
	d.Events, err = r.eventRows(g, events)
	return d, err
}

// aCase shows a case: state, who is at turn, what may be done, what there is.
func (r *room) aCase(g *gin.Context) {
	d, err := r.caseOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	if r.prepared(d) {
		r.dossier(g, d)
		return
	}
	page := "case"
	if d.Case.Kind == workflow.KindCheck {
		page = "check"
		if d.More, err = r.checkOf(g, d); err != nil {
			r.fail(g, err)
			return
		}
	}
	r.render(g, http.StatusOK, page, placeOf(d.Case), d)
}

// history shows everything that happened to a case, refusals included.
func (r *room) history(g *gin.Context) {
	d, err := r.caseOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	r.render(g, http.StatusOK, "history", placeOf(d.Case), d)
}

// placeOf is the entry of the navigation a case belongs to.
func placeOf(c *workflow.CaseView) string {
	if c.Kind == workflow.KindCheck {
		return "checks"
	}
	return "cases"
}
