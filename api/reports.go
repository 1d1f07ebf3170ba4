package api

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// Lists reads the lists of a province beside its register: good lines, the
// faults of the others, and the source as it is named.
type Lists interface {
	Layers(r io.Reader, name string) ([]workflow.LayerImport, []workflow.RowRefusal, string, error)
	Plan(r io.Reader, name, kind string) (workflow.PlanList, []workflow.RowRefusal, string, error)
}

// reportRoutes opens the routes of reports, targets, duties, layers and plans.
// What belongs to an office is seen by whoever is in it, under it or above it.
func (d *door) reportRoutes(in gin.IRoutes) {
	reads(in, "/reports/:owner", d.ofOwner, d.yearly)
	in.POST("/reports/:owner/statements", d.ofOwner, d.state)
	reads(in, "/duties/:owner", d.ofOwner, d.duties)
	in.POST("/duties/:owner", d.ofOwner, d.markDuty)
	reads(in, "/targets/:owner", d.ofOwner, d.targets)
	reads(in, "/layers/:owner", d.ofOwner, d.layers)
	in.POST("/layers/:owner/import", d.ofOwner, d.importLayers)
	reads(in, "/plans/:owner/:kind/:year", d.ofOwner, d.plan)
	in.POST("/plans/:owner/:kind/:year/import", d.ofOwner, d.importPlan)
}

// on reads the day asked about; today where none is named.
func (d *door) on(g *gin.Context) (workflow.Day, error) {
	s := g.Query("on")
	if s == "" {
		return d.Service.Today(), nil
	}
	day, err := regime.ParseDay(s)
	if err != nil {
		return day, &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "on", Expect: "expect.day", Value: s}}}
	}
	return day, nil
}

// number reads a number of the path or the query.
func number(name, text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 9999 {
		return 0, &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: name, Expect: "expect.number", Value: text}}}
	}
	return n, nil
}

// listOr gives data as JSON, or the printed list in the format asked for.
func (d *door) listOr(g *gin.Context, data func() (any, error), facts func() (workflow.PaperFacts, error)) {
	if f := g.Query("format"); f == "" || f == "json" {
		v, err := data()
		d.give(g, v, err)
		return
	}
	f, err := facts()
	if err != nil {
		d.fail(g, err)
		return
	}
	b, kind, err := d.RegisterFile(f, g.Query("format"))
	if err != nil {
		d.fail(g, err)
		return
	}
	g.Data(http.StatusOK, kind, b)
}

func (d *door) yearly(g *gin.Context) {
	if _, _, ok := d.query(g, "on", "year", "format"); !ok {
		return
	}
	on, err := d.on(g)
	if err != nil {
		d.fail(g, err)
		return
	}
	d.listOr(g, func() (any, error) {
		if g.Query("year") == "" {
			return d.Service.ReportOn(g, g.Param("owner"), on)
		}
		year, err := number("year", g.Query("year"))
		if err != nil {
			return nil, err
		}
		return d.Service.Report(g, g.Param("owner"), year)
	}, func() (workflow.PaperFacts, error) {
		f, _, err := d.Service.PrintReport(g, g.Param("owner"), on)
		return f, err
	})
}

// state takes what an office states for its report.
func (d *door) state(g *gin.Context) {
	var in workflow.Statement
	if !d.read(g, &in) {
		return
	}
	in.Office = g.Param("owner")
	out, err := d.Service.State(g, who(g), in)
	d.give(g, out, err)
}

func (d *door) duties(g *gin.Context) {
	if _, _, ok := d.query(g, "on", "days"); !ok {
		return
	}
	days := 90
	on, err := d.on(g)
	if s := g.Query("days"); s != "" && err == nil {
		days, err = number("days", s)
	}
	if err != nil {
		d.fail(g, err)
		return
	}
	list, err := d.Service.Duties(g, g.Param("owner"), on, days)
	if list == nil {
		list = []workflow.DutyItem{}
	}
	d.give(g, gin.H{"on": on, "days": days, "items": list}, err)
}

func (d *door) markDuty(g *gin.Context) {
	var in struct {
		Duty string       `json:"duty"`
		On   workflow.Day `json:"on"`
		Note string       `json:"note"`
	}
	if !d.read(g, &in) {
		return
	}
	m, err := d.Service.MarkDuty(g, who(g), workflow.DutyMark{Office: g.Param("owner"), Duty: in.Duty, On: in.On, Note: in.Note})
	d.give(g, m, err)
}

func (d *door) targets(g *gin.Context) {
	if _, _, ok := d.query(g, "on", "plan"); !ok {
		return
	}
	on, err := d.on(g)
	if err != nil {
		d.fail(g, err)
		return
	}
	p, err := regime.TargetPlanFor(g.Query("plan"), on)
	if err == nil && p == nil {
		err = missing("target_plan")
	}
	if err != nil {
		d.fail(g, err)
		return
	}
	list, err := d.Service.Targets(g, g.Param("owner"), on, p)
	d.give(g, gin.H{"plan": p.Key, "document": p.Document, "on": on, "items": list}, err)
}

func (d *door) layers(g *gin.Context) {
	if _, _, ok := d.query(g, "on", "format"); !ok {
		return
	}
	on, err := d.on(g)
	if err != nil {
		d.fail(g, err)
		return
	}
	d.listOr(g, func() (any, error) { return d.Service.Layers(g, g.Param("owner"), on) }, func() (workflow.PaperFacts, error) {
		f, _, err := d.Service.PrintLayers(g, g.Param("owner"), on)
		return f, err
	})
}

func (d *door) plan(g *gin.Context) {
	if _, _, ok := d.query(g, "on", "format"); !ok {
		return
	}
	on, err := d.on(g)
	year, fault := number("year", g.Param("year"))
	if err = errors.Join(err, fault); err != nil {
		d.fail(g, err)
		return
	}
	d.listOr(g, func() (any, error) { return d.Service.Plan(g, g.Param("owner"), g.Param("kind"), year, on) }, func() (workflow.PaperFacts, error) {
		f, _, err := d.Service.PrintPlan(g, g.Param("owner"), g.Param("kind"), year, on)
		return f, err
	})
}

// order reads what an import of a list says beside its body, and asks the right.
func (d *door) order(g *gin.Context) (o workflow.ListOrder, name string, ok bool) {
	if _, _, ok = d.query(g, "accept_good", "source", "on"); !ok {
		return o, "", false
	}
	on, err := d.on(g)
	if err == nil {
		err = d.Service.MayHouse(g, who(g), "import", g.Param("owner"))
	}
	if err != nil {
		d.fail(g, err)
		return o, "", false
	}
	if name = g.Query("source"); name == "" {
		name = "list"
	}
	return workflow.ListOrder{Owner: g.Param("owner"), On: on, AcceptGood: g.Query("accept_good") == "1"}, name, true
}

// taken presents what became of a list; refused lines are no success.
func (d *door) taken(g *gin.Context, o workflow.ListOrder, rep *workflow.ListReport, err error) {
	if err != nil {
		d.fail(g, err)
		return
	}
	rows := d.rowsInWords(g, rep.Refused)
	if len(rows) > 0 && !o.AcceptGood {
		d.refuseRows(g, rows)
		return
	}
	g.JSON(http.StatusOK, listAnswer{rep.Added, rep.Same, rows, append([]workflow.ListWarn{}, rep.Warns...)})
}

// listAnswer is what became of a list.
type listAnswer struct {
	Added    int                 `json:"added"`
	Same     int                 `json:"same"`
	Refused  []rowAnswer         `json:"refused"`
	Warnings []workflow.ListWarn `json:"warnings"`
}

func (d *door) importLayers(g *gin.Context) {
	o, name, ok := d.order(g)
	if !ok {
		return
	}
	rows, refused, source, err := d.Lists.Layers(g.Request.Body, name)
	if err != nil {
		d.fail(g, err)
		return
	}
	o.Refused, o.Source = refused, source
	rep, err := d.Service.ImportLayers(g, who(g), o, rows)
	d.taken(g, o, rep, err)
}

func (d *door) importPlan(g *gin.Context) {
	o, name, ok := d.order(g)
	if !ok {
		return
	}
	year, err := number("year", g.Param("year"))
	if err != nil {
		d.fail(g, err)
		return
	}
	p, refused, source, err := d.Lists.Plan(g.Request.Body, name, g.Param("kind"))
	if err != nil {
		d.fail(g, err)
		return
	}
	p.Year, o.Refused, o.Source = year, refused, source
	rep, err := d.Service.ImportPlan(g, who(g), o, p)
	d.taken(g, o, rep, err)
}
