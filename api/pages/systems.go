package pages

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

func (r *room) systemRoutes(in gin.IRoutes) {
	r.get(in, "/systems", r.systems)
	r.get(in, "/systems/:id", r.system)
}

// pageSize is how many rows a list shows.
const pageSize = 25

// systemRow is a system in the list.
type systemRow struct {
	*workflow.SystemView
	Operator string // name
	Case     *workflow.CaseView
	Due      *dueView
}

// systems lists the systems a person may see.
func (r *room) systems(g *gin.Context) {
	q := workflow.SystemQuery{Name: strings.TrimSpace(g.Query("q")), State: g.Query("state"), Operator: g.Query("operator"),
		Sort: workflow.ByName, After: g.Query("after"), Limit: pageSize}
	if level, err := number(g.Query("level")); err == nil {
		q.Level = &level
	}
	page, err := r.Service.ListSystems(g, who(g), q)
	if err != nil {
		r.fail(g, err)
		return
	}
	rows := make([]systemRow, len(page.Items))
	names := r.officeNames(g)
	for i, sys := range page.Items {
		rows[i] = systemRow{SystemView: sys, Operator: names[sys.OperatorNow]}
		if rows[i].Case, err = r.running(g, sys.ID); err != nil {
			r.fail(g, err)
			return
		}
		if c := rows[i].Case; c != nil {
			rows[i].Due = r.due(c.Case)
		}
	}
	filters, err := r.systemFilters(g, q, names)
	if err != nil {
		r.fail(g, err)
		return
	}
	filters["Rows"], filters["Next"], filters["First"] = rows, nextOf(g, page.Next), q.After == ""
	r.render(g, http.StatusOK, "systems", "systems", filters)
}

// systemFilters are what the list can be narrowed by, with what is chosen.
func (r *room) systemFilters(g *gin.Context, q workflow.SystemQuery, names map[string]string) (gin.H, error) {
	levels := []option{{Value: "0", Label: "dashboard.no_level", Key: true, On: q.Level != nil && *q.Level == 0}}
	for n := 1; n <= 5; n++ {
		levels = append(levels, option{Value: itoa(n), Label: itoa(n), On: q.Level != nil && *q.Level == n})
	}
	reg, ok := r.Service.Book.On(r.Service.Today())
	if !ok {
		reg = r.Service.Book.Regimes[len(r.Service.Book.Regimes)-1]
	}
	var states []option
	for _, s := range slices.Sorted(maps.Keys(reg.System.States)) {
		states = append(states, option{Value: s, Label: "state." + s, Key: true, On: s == q.State})
	}
	return gin.H{"Q": q.Name, "Levels": levels, "States": states, "Operator": q.Operator, "OperatorName": names[q.Operator],
		"Filtered": q.Name != "" || q.State != "" || q.Operator != "" || q.Level != nil}, nil
}

// nextOf is the address of the next page of a list, empty at the end.
func nextOf(g *gin.Context, after string) string {
	if after == "" {
		return ""
	}
	q := g.Request.URL.Query()
	q.Set("after", after)
	return g.Request.URL.Path + "?" + q.Encode()
}

// running is the dossier or else the check at which somebody is at turn, nil
// where none is.
func (r *room) running(g *gin.Context, system string) (*workflow.CaseView, error) {
	list, err := r.Service.Cases(g, workflow.CaseQuery{System: system, Running: true, Limit: 10})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if i := slices.IndexFunc(list, func(c *workflow.CaseView) bool { return c.Kind == workflow.KindDossier }); i >= 0 {
		return list[i], nil
	}
	return list[0], nil
}

// officeNames gives the names of all offices as valid today, by id.
func (r *room) officeNames(g *gin.Context) map[string]string {
	names := map[string]string{}
	list, err := r.Service.Store.Offices(g)
	if err != nil {
		r.Log.Warn("offices not read", "error", err)
	}
	for _, o := range list {
		names[o.ID] = o.At(r.Service.Today()).Name
	}
	return names
}

// system shows one system: level, what happened, what may be done.
func (r *room) system(g *gin.Context) {
	sys, err := r.System(g, who(g), g.Param("id"))
	if err != nil {
		r.fail(g, err)
		return
	}
	d := gin.H{"System": sys, "Names": r.officeNames(g)}
	if err := r.fillSystem(g, sys, d); err != nil {
		r.fail(g, err)
		return
	}
	r.render(g, http.StatusOK, "system", "systems", d)
}

func (r *room) fillSystem(g *gin.Context, sys *workflow.SystemView, d gin.H) error {
	acts, err := r.Service.SystemActs(g, who(g), sys.ID)
	if err != nil {
		return err
	}
	begin, err := r.Service.Openings(g, who(g), sys.ID)
	if err != nil {
		return err
	}
	acts = append(begin, acts...)
	cases, err := r.Service.Cases(g, workflow.CaseQuery{System: sys.ID, Limit: 200})
	if err != nil {
		return err
	}
	snap, err := r.Service.Store.Snapshot(g, "", sys.ID)
	if err != nil {
		return err
	}
	events, err := r.historyOf(g, sys.ID, cases)
	if err != nil {
		return err
	}
	papers, err := r.Service.PapersOf(g, workflow.PaperQuery{System: sys.ID})
	if err != nil {
		return err
	}
	d["Acts"], d["Entry"], d["Events"], d["Papers"] = r.splitActs(acts), snap.Entry, events, papers
	var dossiers, checks []caseRow
	for _, c := range cases {
		row := caseRow{CaseView: c, Due: r.due(c.Case)}
		if c.Kind == workflow.KindCheck {
			checks = append(checks, row)
		} else {
			dossiers = append(dossiers, row)
		}
	}
	d["Dossiers"], d["Checks"] = dossiers, checks
	d["Facts"] = r.factRows(lang(g), sys.Facts)
	return nil
}

// historyOf gives what happened to a system and its cases, newest first.
func (r *room) historyOf(g *gin.Context, system string, cases []*workflow.CaseView) ([]eventRow, error) {
	all, err := r.Service.Events(g, workflow.EventQuery{System: system})
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		more, err := r.Service.Events(g, workflow.EventQuery{Case: c.ID})
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return r.eventRows(g, all)
}

// factRow is a fact of a system in words.
type factRow struct {
	Key    string
	Label  string
	Values []string
}

func (r *room) factRows(l string, facts workflow.Facts) []factRow {
	var rows []factRow
	reg, ok := r.Service.Book.On(r.Service.Today())
	if !ok {
		reg = r.Service.Book.Regimes[len(r.Service.Book.Regimes)-1]
	}
	for _, key := range reg.Criteria.Questions {
		v, given := facts[key]
		if !given || v == nil || key == "components" {
			continue
		}
		rows = append(rows, factRow{Key: key, Label: r.Words.Message(l, "fact."+key, nil), Values: r.factWords(l, key, v)})
	}
	return rows
}

// path joins parts into an address, each part escaped.
func path(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("/" + url.PathEscape(p))
	}
	return b.String()
}
