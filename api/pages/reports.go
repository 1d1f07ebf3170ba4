package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
	"capdo/workflow/regime"
)

func (r *room) reportRoutes(in gin.IRoutes) {
	r.get(in, "/reports", r.report)
	r.get(in, "/reports/file", r.reportFile)
	r.get(in, "/reports/duties", r.duties)
	in.POST("/reports/duties", r.markDuty)
	r.get(in, "/reports/targets", r.targets)
	r.get(in, "/reports/layers", r.layers)
	r.get(in, "/reports/layers/file", r.layersFile)
	r.get(in, "/reports/plans", r.plans)
	r.get(in, "/reports/plans/file", r.annexFile)
}

// reportAsk is whose report is looked at, for which year or day.
type reportAsk struct {
	Office  workflow.Office
	Offices []option
	Owner   bool // the office is one of the owners the person may see
	Year    int
	Day     workflow.Day
	On      string // as typed
	Page    string // which of the pages
}

// Query is the choice as part of an address.
func (a *reportAsk) Query() string {
	q := url.Values{"office": {a.Office.ID}}
	if a.On != "" {
		q.Set("on", a.On)
	}
	return q.Encode()
}

// Tabs lead to the other pages of the same office.
func (a *reportAsk) Tabs() []tab {
	var tabs []tab
	for _, p := range []string{"", "duties", "targets", "layers", "plans"} {
		link := "/reports"
		if p != "" {
			link += "/" + p
		}
		tabs = append(tabs, tab{Key: p, Link: link + "?" + a.Query(), On: p == a.Page})
	}
	return tabs
}

// reportOf reads whose report is asked for: an office of the person's own, or an
// owner he may see; his first office where nothing is said. What belongs to
// owners alone is asked with owners.
func (r *room) reportOf(g *gin.Context, page string, owners bool) (*reportAsk, error) {
	a := &reportAsk{Page: page, On: strings.TrimSpace(g.Query("on")), Day: r.Service.Today()}
	list, err := r.owners(g)
	if err != nil {
		return nil, err
	}
	a.Offices = list
	if !owners {
		names := r.officeNames(g)
		var own []option
		for _, id := range g.MustGet("me").(*me).Offices {
			if !slices.ContainsFunc(slices.Concat(own, list), func(o option) bool { return o.Value == id }) {
				own = append(own, option{Value: id, Label: names[id]})
			}
		}
		a.Offices = slices.Concat(own, list)
	}
	want := g.Query("office")
	if g.Request.Method == http.MethodPost {
		want = g.PostForm("office")
	}
	if i := slices.IndexFunc(a.Offices, func(o option) bool { return o.Value == want }); owners && i < 0 && r.ownOffice(g, want) {
		want = "" // from a page of the own office to one of the owner
	}
	if want == "" && len(a.Offices) > 0 {
		want = a.Offices[0].Value
	}
	i := slices.IndexFunc(a.Offices, func(o option) bool { return o.Value == want })
	if i < 0 {
		return nil, &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.office", Args: map[string]string{"id": ""}}
	}
	a.Offices[i].On = true
	a.Owner = slices.ContainsFunc(list, func(o option) bool { return o.Value == want })
	if a.Office, err = r.Service.Store.Office(g, want); err != nil {
		return nil, err
	}
	return a, a.when(g)
}

// when reads the day and the year asked about.
func (a *reportAsk) when(g *gin.Context) (err error) {
	if a.On != "" {
		if a.Day, err = regime.ParseDay(isoDay(a.On)); err != nil {
			return &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "on", Expect: "expect.day", Value: a.On}}}
		}
	}
	a.Year = a.Day.Year()
	if y, err := number(g.Query("year")); err == nil && y > 1990 && y < 2200 {
		a.Year = y
	}
	return nil
}

func (r *room) ownOffice(g *gin.Context, id string) bool {
	return slices.Contains(g.MustGet("me").(*me).Offices, id)
}

// report shows the yearly report of an office before it is sent: what it says,
// where it does not agree, by when it is due.
func (r *room) report(g *gin.Context) {
	a, err := r.reportOf(g, "", false)
	if err != nil {
		r.fail(g, err)
		return
	}
	d := gin.H{"Ask": a}
	rep, err := r.Service.Report(g, a.Office.ID, a.Year)
	if p, ok := workflow.ProblemOf(err); ok && p.Kind != workflow.NotFound { // no rules for that year
		t, status := r.troubleOf(g, err)
		r.renderWith(g, status, "reports", "reports", d, t)
		return
	}
	if err == nil {
		err = r.fillReport(g, a, rep, d)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	r.render(g, http.StatusOK, "reports", "reports", d)
}

func (r *room) fillReport(g *gin.Context, a *reportAsk, rep *workflow.ReportFacts, d gin.H) error {
	d["Rep"], d["RuleSet"], d["Late"] = rep, r.Service.RuleSet(rep.Regime), !rep.LastDay.IsZero() && rep.LastDay.Before(r.Service.Today())
	sent, err := r.Service.SentReport(g, a.Office.ID, a.Year)
	if p, ok := workflow.ProblemOf(err); ok && p.Kind == workflow.NotFound {
		err = nil
	} else if err == nil {
		d["Sent"] = sent
	}
	if err != nil {
		return err
	}
	acts, err := r.Service.OfficeActs(g, who(g), a.Office.ID)
	for i := range acts {
		if _, reports := r.Service.Book.Acts[acts[i].Act].Fields["year"]; reports {
			d["Act"] = acts[i]
		}
	}
	return err
}

// file hands a list out in a format people can keep.
func (r *room) file(g *gin.Context, name string, facts workflow.PaperFacts, err error) {
	format := g.DefaultQuery("format", "pdf")
	var b []byte
	var kind string
	if err == nil {
		b, kind, err = r.RegisterFile(facts, format)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	attached(g, kind, name+"."+format, b)
}

func (r *room) reportFile(g *gin.Context) {
	a, err := r.reportOf(g, "", false)
	var facts workflow.PaperFacts
	if err == nil {
		facts, err = r.reportPaper(g, a)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	r.file(g, "report-"+itoa(a.Year), facts, nil)
}

// reportPaper is the form the report would be sent by, as it stands.
func (r *room) reportPaper(g *gin.Context, a *reportAsk) (f workflow.PaperFacts, err error) {
	rep, err := r.Service.Report(g, a.Office.ID, a.Year)
	if err != nil {
		return f, err
	}
	rules, ok := r.Service.Book.ByKey(rep.Regime)
	if !ok {
		return f, &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.page"}
	}
	return r.Service.ReportPaper(g, rules, a.Office.ID, a.Year, rep.On)
}

// dutiesAhead is how far the checklist looks ahead where nothing is said.
const dutiesAhead = 400

// duties shows what an office owes by which day.
func (r *room) duties(g *gin.Context) {
	a, err := r.reportOf(g, "duties", false)
	if err != nil {
		r.fail(g, err)
		return
	}
	r.showDuties(g, a, nil, http.StatusOK)
}

func (r *room) showDuties(g *gin.Context, a *reportAsk, t *trouble, status int) {
	list, err := r.Service.Duties(g, a.Office.ID, a.Day, dutiesAhead)
	if err != nil {
		r.fail(g, err)
		return
	}
	keeps := r.Service.MayKeep(g, who(g), a.Office.ID) == nil
	r.renderWith(g, status, "duties", "reports", gin.H{"Ask": a, "Rows": list, "Keeps": keeps, "Today": r.Service.Today(),
		"Note": g.PostForm("note"), "Done": g.PostForm("done_on"), "Duty": g.PostForm("duty")}, t)
}

// markDuty records that a duty was done.
func (r *room) markDuty(g *gin.Context) {
	a, err := r.reportOf(g, "duties", false)
	if err != nil {
		r.fail(g, err)
		return
	}
	mark := workflow.DutyMark{Office: a.Office.ID, Duty: g.PostForm("duty"), Note: strings.TrimSpace(g.PostForm("note"))}
	if err = daysOf(g, map[string]*workflow.Day{"done_on": &mark.On}); err == nil {
		_, err = r.Service.MarkDuty(g, who(g), mark)
	}
	if err != nil {
		t, status := r.troubleOf(g, err)
		r.showDuties(g, a, t, status)
		return
	}
	r.done(g, "/reports/duties?"+a.Query(), "duty")
}

// targets shows how far the targets of the plan of the year are reached, with
// the systems behind one of them.
func (r *room) targets(g *gin.Context) {
	a, err := r.reportOf(g, "targets", true)
	if err != nil {
		r.fail(g, err)
		return
	}
	plan, err := regime.TargetPlanFor("", a.Day)
	var list []workflow.TargetResult
	if err == nil {
		list, err = r.Service.Targets(g, a.Office.ID, a.Day, plan)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	d := gin.H{"Ask": a, "Plan": plan, "Rows": list}
	counts := g.Query("counts")
	for _, t := range list {
		if t.Key == g.Query("target") {
			t.Rows = slices.DeleteFunc(slices.Clone(t.Rows), func(row workflow.TargetRow) bool { return counts != "" && row.Counts != counts })
			d["One"], d["Counts"] = t, counts
		}
	}
	r.render(g, http.StatusOK, "targets", "reports", d)
}

// layers shows the register of the four layers of protection.
func (r *room) layers(g *gin.Context) {
	a, err := r.reportOf(g, "layers", true)
	var f *workflow.LayerFacts
	if err == nil {
		f, err = r.Service.Layers(g, a.Office.ID, a.Day)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	r.render(g, http.StatusOK, "layers", "reports", gin.H{"Ask": a, "F": f, "Names": workflow.LayerNames, "Rows": layerRows(f)})
}

// layerRow is a system, or an office by itself, with its four layers.
type layerRow struct {
	System, Name, Office string
	Layers               []workflow.LayerRow
}

func layerRows(f *workflow.LayerFacts) []layerRow {
	var rows []layerRow
	for i, l := range f.Rows {
		if i%len(workflow.LayerNames) == 0 {
			rows = append(rows, layerRow{System: l.SystemID, Name: l.System, Office: l.Office})
		}
		last := &rows[len(rows)-1]
		last.Layers = append(last.Layers, l)
	}
	return rows
}

func (r *room) layersFile(g *gin.Context) {
	a, err := r.reportOf(g, "layers", true)
	var facts workflow.PaperFacts
	if err == nil {
		facts, _, err = r.Service.PrintLayers(g, a.Office.ID, a.Day)
	}
	r.file(g, "layers", facts, err)
}

// planKind is the list asked for; the first where none is named.
func planKind(g *gin.Context) string {
	return g.DefaultQuery("kind", workflow.PlanKinds[0])
}

// plans shows the lists annexed to the plan of a year.
func (r *room) plans(g *gin.Context) {
	a, err := r.reportOf(g, "plans", true)
	if err != nil {
		r.fail(g, err)
		return
	}
	kind := planKind(g)
	d := gin.H{"Ask": a, "Kind": kind, "Kinds": workflow.PlanKinds}
	p, err := r.Service.Plan(g, a.Office.ID, kind, a.Year, r.Service.Today())
	if problem, ok := workflow.ProblemOf(err); ok && problem.Key == "not_found.plan" {
		err = nil
	} else if err == nil {
		d["List"], d["Facts"], d["Doubts"] = p, p.Facts(), p.Doubts()
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	r.render(g, http.StatusOK, "plans", "reports", d)
}

func (r *room) annexFile(g *gin.Context) {
	a, err := r.reportOf(g, "plans", true)
	var facts workflow.PaperFacts
	if err == nil {
		facts, _, err = r.Service.PrintPlan(g, a.Office.ID, planKind(g), a.Year, r.Service.Today())
	}
	r.file(g, "plan-"+planKind(g), facts, err)
}
