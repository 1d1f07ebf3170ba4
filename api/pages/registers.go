package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/internal/vn"
	"capdo/workflow"
	"capdo/workflow/regime"
)

func (r *room) registerRoutes(in gin.IRoutes) {
	r.get(in, "/registers", r.register)
	r.get(in, "/registers/file", r.registerFile)
	in.POST("/registers/print", r.printRegister)
}

// registerData is what the page of a register shows.
type registerData struct {
	Owner   workflow.Office
	Owners  []option
	On, Vs  string // as typed
	Day     workflow.Day
	Before  workflow.Day
	Lines   []workflow.RegisterLine
	Diff    *workflow.RegisterDiff
	Sets    []workflow.SetCount
	Unknown int // rows without a number of their decision
}

// owners lists the bodies whose registers the person may see, by name.
func (r *room) owners(g *gin.Context) ([]option, error) {
	list, err := r.Service.Owners(g, who(g))
	var out []option
	for _, o := range list {
		out = append(out, option{Value: o.ID, Label: o.At(r.Service.Today()).Name})
	}
	slices.SortFunc(out, func(a, b option) int { return strings.Compare(vn.SortKey(a.Label), vn.SortKey(b.Label)) })
	return out, err
}

// asked reads owner and days of a register from the address; the first owner and
// today where nothing is said.
func (r *room) asked(g *gin.Context) (*registerData, error) {
	d := &registerData{On: strings.TrimSpace(g.Query("on")), Vs: strings.TrimSpace(g.Query("vs")), Day: r.Service.Today()}
	var err error
	if d.Owners, err = r.owners(g); err != nil {
		return nil, err
	}
	owner := g.Query("owner")
	if owner == "" && len(d.Owners) > 0 {
		owner = d.Owners[0].Value
	}
	if !slices.ContainsFunc(d.Owners, func(o option) bool { return o.Value == owner }) {
		return nil, &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.office", Args: map[string]string{"id": ""}}
	}
	for i := range d.Owners {
		d.Owners[i].On = d.Owners[i].Value == owner
	}
	if d.Owner, err = r.Service.Store.Office(g, owner); err != nil {
		return nil, err
	}
	for _, one := range []struct {
		typed string
		into  *workflow.Day
		name  string
	}{{d.On, &d.Day, "on"}, {d.Vs, &d.Before, "vs"}} {
		if one.typed == "" {
			continue
		}
		if *one.into, err = regime.ParseDay(isoDay(one.typed)); err != nil {
			return d, &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: one.name, Expect: "expect.day", Value: one.typed}}}
		}
	}
	return d, nil
}

// register shows which levels were in force on a day, and what changed since
// another.
func (r *room) register(g *gin.Context) {
	d, err := r.asked(g)
	if err == nil && !d.Before.IsZero() {
		d.Diff, err = r.Service.CompareRegisters(g, d.Owner.ID, d.Day, d.Before)
	}
	var rows []workflow.RegisterEntry
	if err == nil {
		rows, err = r.Service.Register(g, d.Owner.ID, d.Day)
	}
	if err != nil {
		r.askAgain(g, d, err)
		return
	}
	d.Lines, d.Sets = r.Service.Lines(rows), r.Service.CountBySet(rows)
	for _, e := range rows {
		if e.No == "" {
			d.Unknown++
		}
	}
	r.render(g, http.StatusOK, "register", "registers", d)
}

// askAgain shows the page with what was typed where a day cannot be read.
func (r *room) askAgain(g *gin.Context, d *registerData, err error) {
	t, status := r.troubleOf(g, err)
	if d == nil || t.Problem.Kind != workflow.Invalid {
		r.fail(g, err)
		return
	}
	r.renderWith(g, status, "register", "registers", d, t)
}

// registerFile hands the register out as data: a workbook or a text table.
func (r *room) registerFile(g *gin.Context) {
	d, err := r.asked(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	facts, err := r.Service.RegisterFacts(g, d.Owner.ID, d.Day)
	if err != nil {
		r.fail(g, err)
		return
	}
	format := g.DefaultQuery("format", "xlsx")
	b, kind, err := r.RegisterFile(facts, format)
	if err != nil {
		r.fail(g, err)
		return
	}
	attached(g, kind, "register-"+d.Day.String()+"."+format, b)
}

// printRegister keeps the printed edition of a day and shows it. As long as the
// register of that day says the same, it is the same edition again.
func (r *room) printRegister(g *gin.Context) {
	g.Request.URL.RawQuery = url.Values{"owner": {g.PostForm("owner")}, "on": {g.PostForm("on")}}.Encode()
	d, err := r.asked(g)
	if err != nil {
		r.askAgain(g, d, err)
		return
	}
	volume, _ := number(g.PostForm("volume"))
	p, err := r.Service.RegisterEdition(g, d.Owner.ID, d.Day, volume)
	if err != nil {
		r.fail(g, err)
		return
	}
	g.Redirect(http.StatusSeeOther, path("papers", p.ID))
}
