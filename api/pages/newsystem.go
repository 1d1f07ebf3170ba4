package pages

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

// newSystemData is the form of a system to be taken in.
type newSystemData struct {
	Order   workflow.SystemOrder
	Offices []option
	Mine    []string // offices of the person, offered first
}

func (r *room) newSystemPage(g *gin.Context) {
	r.showNewSystem(g, http.StatusOK, workflow.SystemOrder{Key: rand.Text()}, nil)
}

func (r *room) showNewSystem(g *gin.Context, status int, order workflow.SystemOrder, t *trouble) {
	one := formField{}
	if err := r.officeChoices(g, &one); err != nil {
		r.fail(g, err)
		return
	}
	d := newSystemData{Order: order, Offices: one.Options, Mine: g.MustGet("me").(*me).Offices}
	if len(order.Operators) == 0 && len(d.Mine) == 1 {
		d.Order.Operators = d.Mine
	}
	r.renderWith(g, status, "newsystem", "systems", d, t)
}

// Is tells whether an office is chosen in a field of the form.
func (d newSystemData) Is(field, id string) bool {
	switch field {
	case "owner":
		return slices.Contains(d.Order.Owners, id)
	case "operator":
		return slices.Contains(d.Order.Operators, id)
	}
	return d.Order.SDU == id
}

// newSystem takes a system in and goes on to its dossier.
func (r *room) newSystem(g *gin.Context) {
	order := workflow.SystemOrder{Name: g.PostForm("name"), Address: g.PostForm("address"), SDU: g.PostForm("sdu"), Key: cmp.Or(g.PostForm("key"), rand.Text()),
		Owners: some(g.PostForm("owner")), Operators: some(g.PostForm("operator"))}
	sys, err := r.Service.CreateSystem(g, who(g), order)
	if err != nil {
		t, status := r.troubleOf(g, err)
		if t.Problem != nil {
			for i, f := range t.Fields { // the form asks for one office each
				name, _, _ := strings.Cut(f.Name, ".")
				t.Fields[i].Name = strings.TrimSuffix(name, "s")
			}
		}
		r.showNewSystem(g, status, order, t)
		return
	}
	r.done(g, path("systems", sys.ID), "system_added")
}

func some(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// startData is the beginning of a dossier: the level is what the criteria say.
type startData struct {
	*actForm
	Verdict workflow.Verdict
	Start   int // level it begins with
	Rules   string
}

// impliedLevel is the level that the facts of a system imply today, as far as they
// are known: what a dossier begins with.
func (r *room) impliedLevel(g *gin.Context, system string) (string, error) {
	try, _, err := r.impliedBy(g, system)
	if err != nil {
		return "", err
	}
	return itoa(try.Level), nil
}

func (r *room) impliedBy(g *gin.Context, system string) (*workflow.Trial, string, error) {
	sys, err := r.Service.System(g, system)
	if err != nil {
		return nil, "", err
	}
	reg, ok := r.Service.Book.On(r.Service.Today())
	if !ok {
		reg = r.Service.Book.Regimes[len(r.Service.Book.Regimes)-1]
	}
	try, err := workflow.TryFacts(reg, sys.Facts, -1, nil)
	return try, reg.Key, err
}

func (r *room) startForm(g *gin.Context) (*startData, error) {
	f, err := r.formOf(g, "systems", "create")
	if err != nil {
		return nil, err
	}
	try, rules, err := r.impliedBy(g, f.ID)
	if err != nil {
		return nil, err
	}
	return &startData{actForm: f, Verdict: try.Verdict, Start: try.Level, Rules: r.Service.RuleSet(rules)}, nil
}

func (r *room) startPage(g *gin.Context) {
	d, err := r.startForm(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	r.render(g, http.StatusOK, "start", "systems", d)
}

// start opens a dossier at the level that the facts known so far imply; it moves
// with the answers.
func (r *room) start(g *gin.Context) {
	if err := g.Request.ParseForm(); err != nil {
		r.fail(g, err)
		return
	}
	d, err := r.startForm(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	want := r.want(g, d.actForm)
	want.Level = d.Start
	out, err := r.Service.Act(g, who(g), want)
	if err != nil {
		t, status := r.troubleOf(g, err)
		d.Key = rand.Text()
		r.renderWith(g, status, "start", "systems", d, t)
		return
	}
	r.done(g, path("cases", out.Case.ID), "dossier_opened")
}
