package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

// mergeForm asks which offices become one: one that stands, or a new one.
func (r *room) mergeForm(g *gin.Context) (*houseForm, error) {
	offices, err := r.standing(g, "")
	into, fault := r.standing(g, "")
	if err == nil {
		err = fault
	}
	if one := g.Query("office"); one != "" && g.Request.Method != http.MethodPost {
		for i := range offices {
			offices[i].On = offices[i].Value == one
		}
	}
	f := &houseForm{Title: "house.merge", Path: "/admin/offices/merge", Back: "/admin/offices", Button: "house.merge_do", About: "house.merge_about"}
	f.Fields = r.typedIn(g, askedField{"offices", "offices", true, g.Query("office"), offices}, askedField{"into", "office", false, "", into},
		askedField{"new.name", "text", false, "", nil}, askedField{"on", "day", true, "", nil}, askedField{"source", "text", true, "", nil})
	return f, err
}

func (r *room) merge(g *gin.Context) {
	f, err := r.mergeForm(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	order := workflow.MergeOrder{Offices: g.PostFormArray("offices"), Into: sentText(g, "into"), Source: sentText(g, "source")}
	if name := sentText(g, "new.name"); name != "" {
		order.New = &workflow.OfficeOrder{Name: name}
		if len(order.Offices) > 0 {
			if o, err := r.Service.Store.Office(g, order.Offices[0]); err == nil {
				order.New.Under = o.Under
			}
		}
	}
	var moved *workflow.OfficesMoved
	if err = daysOf(g, map[string]*workflow.Day{"on": &order.On}); err == nil {
		moved, err = r.Service.MergeOffices(g, who(g), order)
	}
	r.moved(g, f, moved, err)
}

// moved says what still hangs on the offices that ended.
func (r *room) moved(g *gin.Context, f *houseForm, moved *workflow.OfficesMoved, err error) {
	if err != nil {
		r.showForm(g, "offices", f, err)
		return
	}
	r.done(g, "/admin/offices?all=1&systems="+itoa(len(moved.Systems))+"&people="+itoa(len(moved.People)), "offices_moved")
}

// mostParts is how many offices one is split into by one form.
const mostParts = 4

func (r *room) splitForm(g *gin.Context) (*houseForm, error) {
	o, err := r.Service.Store.Office(g, g.Param("id"))
	back := path("admin", "offices", g.Param("id"))
	f := &houseForm{Title: "house.split", Name: o.Name, Path: back + "/split", Back: back, Button: "house.split_do", About: "house.split_about"}
	var asked []askedField
	for i := range mostParts {
		asked = append(asked, askedField{"into." + itoa(i+1) + ".name", "text", i == 0, "", nil})
	}
	f.Fields = r.typedIn(g, append(asked, askedField{"ends", "bool", false, "", nil}, askedField{"on", "day", true, "", nil}, askedField{"source", "text", true, "", nil})...)
	return f, err
}

func (r *room) split(g *gin.Context) {
	f, err := r.splitForm(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	was, err := r.Service.Store.Office(g, g.Param("id"))
	if err != nil {
		r.fail(g, err)
		return
	}
	order := workflow.SplitOrder{Office: was.ID, Ends: g.PostForm("ends") == "yes", Source: sentText(g, "source")}
	for i := range mostParts {
		if name := sentText(g, "into."+itoa(i+1)+".name"); name != "" {
			order.Into = append(order.Into, workflow.OfficeOrder{Name: name, Under: was.Under})
		}
	}
	var moved *workflow.OfficesMoved
	if err = daysOf(g, map[string]*workflow.Day{"on": &order.On}); err == nil {
		moved, err = r.Service.SplitOffice(g, who(g), order)
	}
	r.moved(g, f, moved, err)
}

func (r *room) endForm(g *gin.Context) (*houseForm, error) {
	o, err := r.Service.Store.Office(g, g.Param("id"))
	back := path("admin", "offices", g.Param("id"))
	f := &houseForm{Title: "house.end", Name: o.Name, Path: back + "/end", Back: back, Button: "house.end_do", Bad: true, About: "house.end_about"}
	f.Fields = r.typedIn(g, askedField{"on", "day", true, "", nil}, askedField{"source", "text", true, "", nil})
	f.label("on", "house.last_day")
	return f, err
}

func (r *room) endOffice(g *gin.Context) {
	f, err := r.endForm(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	var on workflow.Day
	var moved *workflow.OfficesMoved
	if err = daysOf(g, map[string]*workflow.Day{"on": &on}); err == nil {
		moved, err = r.Service.EndOffice(g, who(g), g.Param("id"), on, sentText(g, "source"))
	}
	r.moved(g, f, moved, err)
}
