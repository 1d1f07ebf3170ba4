package api

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

// adminRoutes are offices, people, roles and settings of the house, and systems
// as officers take them in.
func (d *door) adminRoutes(in gin.IRoutes) {
	reads(in, "/offices", d.offices)
	reads(in, "/offices/:id", d.office)
	in.POST("/systems", d.createSystem)
	in.PUT("/systems/:id", d.ofSystem, d.changeSystem)
	in.POST("/admin/offices", d.addOffice)
	in.PUT("/admin/offices/:id", d.changeOffice)
	in.POST("/admin/offices/:id/confirm", d.confirmOffice)
	in.POST("/admin/offices/:id/end", d.endOffice)
	in.POST("/admin/merge", d.mergeOffices)
	in.POST("/admin/split", d.splitOffice)
	reads(in, "/admin/people", d.people)
	in.POST("/admin/people", d.addPerson)
	in.PUT("/admin/people/:id", d.renamePerson)
	in.POST("/admin/people/:id/grants", d.grant)
	in.POST("/admin/people/:id/grants/:n/end", d.endGrant)
	reads(in, "/admin/events", d.houseEvents)
	reads(in, "/admin/province", d.province)
	in.PUT("/admin/province", d.setProvince)
	reads(in, "/admin/calendars", d.calendars)
}

// body reads a request into what do takes and gives what it answers.
func body[In, Out any](d *door, g *gin.Context, do func(in In) (Out, error)) {
	var in In
	if !d.read(g, &in) {
		return
	}
	out, err := do(in)
	d.give(g, out, err)
}

// offices lists the offices that stand today, or all ever kept.
func (d *door) offices(g *gin.Context) {
	if _, _, ok := d.query(g, "all"); !ok {
		return
	}
	list, err := d.Service.Store.Offices(g)
	if err != nil {
		d.fail(g, err)
		return
	}
	out := []workflow.Office{}
	for _, o := range list {
		if g.Query("all") == "true" || o.Stands(d.Service.Today()) {
			out = append(out, o)
		}
	}
	g.JSON(http.StatusOK, gin.H{"items": out})
}

func (d *door) office(g *gin.Context) {
	o, err := d.Service.Store.Office(g, g.Param("id"))
	d.give(g, o, err)
}

func (d *door) createSystem(g *gin.Context) {
	body(d, g, func(in workflow.SystemOrder) (*workflow.System, error) { return d.Service.CreateSystem(g, who(g), in) })
}

func (d *door) changeSystem(g *gin.Context) {
	body(d, g, func(in workflow.SystemOrder) (*workflow.System, error) {
		return d.Service.ChangeSystem(g, who(g), g.Param("id"), in)
	})
}

func (d *door) addOffice(g *gin.Context) {
	body(d, g, func(in workflow.OfficeOrder) (workflow.Office, error) { return d.Service.AddOfficeBy(g, who(g), in) })
}

func (d *door) changeOffice(g *gin.Context) {
	body(d, g, func(in workflow.OfficeEdit) (workflow.Office, error) {
		return d.Service.ChangeOffice(g, who(g), g.Param("id"), in)
	})
}

func (d *door) confirmOffice(g *gin.Context) {
	body(d, g, func(in struct {
		Source string `json:"source"`
	}) (workflow.Office, error) {
		return d.Service.ConfirmOffice(g, who(g), g.Param("id"), in.Source)
	})
}

func (d *door) endOffice(g *gin.Context) {
	body(d, g, func(in struct {
		On     workflow.Day `json:"on"` // last day
		Source string       `json:"source"`
	}) (*workflow.OfficesMoved, error) {
		return d.Service.EndOffice(g, who(g), g.Param("id"), in.On, in.Source)
	})
}

func (d *door) mergeOffices(g *gin.Context) {
	body(d, g, func(in workflow.MergeOrder) (*workflow.OfficesMoved, error) {
		return d.Service.MergeOffices(g, who(g), in)
	})
}

func (d *door) splitOffice(g *gin.Context) {
	body(d, g, func(in workflow.SplitOrder) (*workflow.OfficesMoved, error) {
		return d.Service.SplitOffice(g, who(g), in)
	})
}

func (d *door) people(g *gin.Context) {
	list, err := d.Service.HousePeople(g, who(g))
	d.give(g, gin.H{"items": listOf(list)}, err)
}

func (d *door) addPerson(g *gin.Context) {
	body(d, g, func(in workflow.PersonOrder) (workflow.Person, error) { return d.Service.AddPersonBy(g, who(g), in) })
}

func (d *door) renamePerson(g *gin.Context) {
	body(d, g, func(in struct {
		Name   string `json:"name"`
		Source string `json:"source"`
	}) (workflow.Person, error) {
		return d.Service.RenamePerson(g, who(g), g.Param("id"), in.Name, in.Source)
	})
}

func (d *door) grant(g *gin.Context) {
	body(d, g, func(in workflow.Grant) (workflow.Person, error) {
		return d.Service.GrantTo(g, who(g), g.Param("id"), in)
	})
}

// endGrant ends a role on a day, included; n counts the roles of the person from 0.
func (d *door) endGrant(g *gin.Context) {
	n, err := strconv.Atoi(g.Param("n"))
	if err != nil {
		d.fail(g, missing("page"))
		return
	}
	body(d, g, func(in struct {
		To       workflow.Day `json:"to"`
		Source   string       `json:"source"`
		Revision *int64       `json:"revision"`
	}) (workflow.Person, error) {
		return d.Service.EndGrant(g, who(g), g.Param("id"), n, in.To, in.Source, in.Revision)
	})
}

// houseEvents lists the history of the house; next is where to go on.
func (d *door) houseEvents(g *gin.Context) {
	after, limit, ok := d.query(g, "after", "limit")
	if !ok {
		return
	}
	from := int64(0)
	if after != "" {
		n, err := strconv.ParseInt(after, 10, 64)
		if err != nil {
			d.malformed(g, workflow.Field{Name: "after", Expect: "expect.number", Value: after})
			return
		}
		from = n
	}
	list, err := d.Service.HouseHistory(g, who(g), from, limit)
	next := ""
	if len(list) == limit {
		next = strconv.FormatInt(list[limit-1].Seq, 10)
	}
	d.give(g, gin.H{"items": listOf(list), "next": next}, err)
}

func (d *door) province(g *gin.Context) {
	p, err := d.Service.Province(g)
	d.give(g, p, err)
}

func (d *door) setProvince(g *gin.Context) {
	body(d, g, func(in workflow.Province) (workflow.Province, error) {
		if err := d.Service.SetProvince(g, who(g), in); err != nil {
			return in, err
		}
		return d.Service.Province(g)
	})
}

func (d *door) calendars(g *gin.Context) {
	g.JSON(http.StatusOK, gin.H{"items": d.Service.Calendars()})
}
