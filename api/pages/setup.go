package pages

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"capdo/internal/identity"
	"capdo/workflow"
)

// setUpRoutes are open as long as nobody has an account.
func (r *room) setUpRoutes(open gin.IRoutes) {
	r.get(open, "/setup", r.setUpPage)
	open.POST("/setup", r.setUp)
}

// unset tells whether the house is still to be set up.
func (r *room) unset(g *gin.Context) bool {
	empty, err := r.Identity.Empty(g)
	if err != nil {
		r.Log.Warn("accounts not read", "error", err)
	}
	return empty
}

// setUpData is what the page of the first hour shows.
type setUpData struct {
	Groups []setUpGroup
	Years  []workflow.Year
}

type setUpGroup struct {
	Title  string // message key
	Fields []formField
}

func (r *room) setUpData(g *gin.Context) setUpData {
	text := func(name string, need bool) askedField { return askedField{name, "text", need, "", nil} }
	d := setUpData{Years: r.Service.Calendars(), Groups: []setUpGroup{
		{"setup.province", r.typedIn(g, text("province.name", true))},
		{"setup.owner", r.typedIn(g, text("owner.name", true), text("owner.symbol", false), text("owner.place", false))},
		{"setup.sdu", r.typedIn(g, text("sdu.name", true), text("sdu.symbol", false))},
		{"setup.admin", r.typedIn(g, text("admin.name", true), text("admin.id", true))},
	}}
	for _, group := range d.Groups {
		for i := range group.Fields {
			group.Fields[i].Label = "label." + group.Fields[i].Name
		}
	}
	return d
}

func (r *room) setUpPage(g *gin.Context) {
	if !r.unset(g) {
		g.Redirect(http.StatusSeeOther, "/sign-in")
		return
	}
	r.render(g, http.StatusOK, "setup", "", r.setUpData(g))
}

// setUp makes the house and goes to the sign-in of its administrator.
func (r *room) setUp(g *gin.Context) {
	office := func(at string) workflow.OfficeOrder {
		o := officeOrder(g, at+".")
		o.Key = ""
		return o
	}
	order := workflow.SetUpOrder{Province: workflow.Province{Name: sentText(g, "province.name")}, Owner: office("owner"), SDU: office("sdu"),
		Admin: workflow.PersonOrder{ID: sentText(g, "admin.id"), Name: sentText(g, "admin.name")}}
	wrong := func(name, expect string) error {
		return &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: name, Expect: expect}}}
	}
	var err error
	if g.PostForm("password") != g.PostForm("again") {
		err = wrong("again", "expect.same_password")
	} else {
		_, err = r.accounts().SetUp(g, order, g.PostForm("password"), sentText(g, "code"))
	}
	switch {
	case errors.Is(err, identity.ErrPassword):
		err = wrong("password", "expect.password")
	case errors.Is(err, identity.ErrCommon):
		err = wrong("password", "expect.uncommon_password")
	}
	if err != nil {
		t, status := r.troubleOf(g, accountProblem(err))
		r.renderWith(g, status, "setup", "", r.setUpData(g), t)
		return
	}
	r.done(g, "/sign-in?next=%2Fadmin&login="+order.Admin.ID, "set_up")
}
