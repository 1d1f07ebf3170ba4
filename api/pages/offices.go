package pages

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/internal/vn"
	"capdo/workflow"
)

func (r *room) officeRoutes(keep gin.IRoutes) {
	r.get(keep, "/offices", r.offices)
	r.get(keep, "/offices/new", r.formPage("offices", r.newOfficeForm))
	keep.POST("/offices/new", r.addOffice)
	r.get(keep, "/offices/merge", r.formPage("offices", r.mergeForm))
	keep.POST("/offices/merge", r.merge)
	r.get(keep, "/offices/:id", r.office)
	r.get(keep, "/offices/:id/edit", r.editOffice)
	keep.POST("/offices/:id/edit", r.changeOffice)
	keep.POST("/offices/:id/confirm", r.confirmOffice)
	r.get(keep, "/offices/:id/split", r.formPage("offices", r.splitForm))
	keep.POST("/offices/:id/split", r.split)
	r.get(keep, "/offices/:id/end", r.formPage("offices", r.endForm))
	keep.POST("/offices/:id/end", r.endOffice)
}

// officeRow is an office in the list.
type officeRow struct {
	workflow.Office
	UnderName string
	Ended     bool
}

// offices lists those that stand, or all ever kept.
func (r *room) offices(g *gin.Context) {
	list, err := r.Service.Store.Offices(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	names, today, q, all := r.officeNames(g), r.Service.Today(), strings.TrimSpace(g.Query("q")), g.Query("all") == "1"
	var rows []officeRow
	for _, o := range list {
		row := officeRow{o.At(today), names[o.At(today).Under], !o.Stands(today)}
		if (row.Ended && !all) || !strings.Contains(vn.Fold(row.Name), vn.Fold(q)) {
			continue
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b officeRow) int { return strings.Compare(vn.SortKey(a.Name), vn.SortKey(b.Name)) })
	page, next, first := pageOf(g, rows)
	r.render(g, http.StatusOK, "offices", "offices", gin.H{"Rows": page, "All": all, "Q": q, "N": len(rows), "Next": next, "First": first})
}

// pageOf cuts one page out of a list that is in its order already.
func pageOf[T any](g *gin.Context, rows []T) (page []T, next string, first bool) {
	from, err := number(g.Query("after"))
	if err != nil || from < 0 || from > len(rows) {
		from = 0
	}
	to := min(from+pageSize*2, len(rows))
	if to < len(rows) {
		next = nextOf(g, itoa(to))
	}
	return rows[from:to], next, from == 0
}

// standing offers the offices that stand today, by name; but names one to leave out.
func (r *room) standing(g *gin.Context, but string) ([]option, error) {
	one := formField{}
	if err := r.officeChoices(g, &one); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(one.Options, func(o option) bool { return o.Value == but }), nil
}

func keyed(prefix string, values ...string) []option {
	var out []option
	for _, v := range values {
		out = append(out, option{Value: v, Label: prefix + v, Key: true})
	}
	return out
}

// officeFields are the particulars of an office, at a prefix.
func (r *room) officeFields(g *gin.Context, o workflow.Office, under []option) []formField {
	term := func(t *workflow.Term) workflow.Term {
		if t == nil {
			return workflow.Term{}
		}
		return *t
	}
	licensed, designated := term(o.Licensed), term(o.Designated)
	public := ""
	if o.PublicService {
		public = "yes"
	}
	return r.typedIn(g, askedField{"name", "text", true, o.Name, nil}, askedField{"under", "office", false, o.Under, under},
		askedField{"symbol", "text", false, o.Symbol, nil}, askedField{"place", "text", false, o.Place, nil}, askedField{"title", "text", false, o.Title, nil},
		askedField{"mark", "text", false, o.Mark, nil}, askedField{"address", "text", false, o.Address, nil}, askedField{"phone", "text", false, o.Phone, nil},
		askedField{"email", "text", false, o.Email, nil}, askedField{"functions", "text", false, o.Functions, nil}, askedField{"body", "text", false, o.Body, nil},
		askedField{"series", "one_of", false, o.Series, keyed("house.series.", "one", "per_type")},
		askedField{"public_service", "bool", false, public, nil},
		askedField{"licensed_from", "day", false, dayText(licensed.From), nil}, askedField{"licensed_to", "day", false, dayText(licensed.To), nil},
		askedField{"designated_from", "day", false, dayText(designated.From), nil}, askedField{"designated_to", "day", false, dayText(designated.To), nil})
}

func (r *room) officeForm(g *gin.Context, o workflow.Office, f *houseForm) error {
	under, err := r.standing(g, o.ID)
	f.Fields = append(f.Fields, r.officeFields(g, o, under)...)
	return err
}

func (r *room) newOfficeForm(g *gin.Context) (*houseForm, error) {
	f := &houseForm{Title: "house.office_new", Path: "/admin/offices/new", Back: "/admin/offices", Button: "house.office_add", About: "house.suggest_about"}
	err := r.officeForm(g, workflow.Office{}, f)
	f.Fields = append(f.Fields, r.typedIn(g, askedField{"from", "day", false, "", nil}, askedField{"source", "text", true, "", nil})...)
	return f, err
}

// officeOrder reads a new office out of a form whose fields begin with at.
func officeOrder(g *gin.Context, at string) workflow.OfficeOrder {
	text := func(name string) string { return sentText(g, at+name) }
	return workflow.OfficeOrder{Name: text("name"), Under: text("under"), Body: text("body"), Symbol: text("symbol"), Place: text("place"), Address: text("address"),
		Title: text("title"), Mark: text("mark"), Series: text("series"), Phone: text("phone"), Email: text("email"), Functions: text("functions"),
		PublicService: text("public_service") == "yes", Source: text("source"), Key: text("key")}
}

// terms reads the two terms of an office; none is nil.
func terms(g *gin.Context) (licensed, designated *workflow.Term, err error) {
	var l, d workflow.Term
	err = daysOf(g, map[string]*workflow.Day{"licensed_from": &l.From, "licensed_to": &l.To, "designated_from": &d.From, "designated_to": &d.To})
	return &l, &d, err
}

func orNone(t *workflow.Term) *workflow.Term {
	if t == nil || *t == (workflow.Term{}) {
		return nil
	}
	return t
}

func (r *room) addOffice(g *gin.Context) {
	order := officeOrder(g, "")
	var o workflow.Office
	err := daysOf(g, map[string]*workflow.Day{"from": &order.From})
	if err == nil {
		order.Licensed, order.Designated, err = terms(g)
		order.Licensed, order.Designated = orNone(order.Licensed), orNone(order.Designated)
	}
	if err == nil {
		o, err = r.Service.AddOfficeBy(g, who(g), order)
	}
	if err == nil {
		r.done(g, path("admin", "offices", o.ID), "office_added")
		return
	}
	f, fault := r.newOfficeForm(g)
	if fault != nil {
		r.fail(g, fault)
		return
	}
	r.showForm(g, "offices", f, err)
}

// officePage is one office with what it was before.
type officePage struct {
	workflow.Office
	UnderName string
	Names     map[string]string
	Stands    bool
	Source    string // typed at the confirmation
}

func (r *room) office(g *gin.Context) { r.showOffice(g, nil) }

func (r *room) showOffice(g *gin.Context, wrong error) {
	o, err := r.Service.Store.Office(g, g.Param("id"))
	if err != nil {
		r.fail(g, err)
		return
	}
	names := r.officeNames(g)
	p := officePage{o, names[o.Under], names, o.Stands(r.Service.Today()), sentText(g, "source")}
	if wrong == nil {
		r.render(g, http.StatusOK, "office", "offices", p)
		return
	}
	t, status := r.troubleOf(g, wrong)
	r.renderWith(g, status, "office", "offices", p, t)
}

func (r *room) confirmOffice(g *gin.Context) {
	if _, err := r.Service.ConfirmOffice(g, who(g), g.Param("id"), sentText(g, "source")); err != nil {
		r.showOffice(g, err)
		return
	}
	r.done(g, path("admin", "offices", g.Param("id")), "office_confirmed")
}

func (r *room) editForm(g *gin.Context) (*houseForm, workflow.Office, error) {
	o, err := r.Service.Store.Office(g, g.Param("id"))
	if err != nil {
		return nil, o, err
	}
	back := path("admin", "offices", o.ID)
	f := &houseForm{Title: "house.office_edit", Name: o.Name, Path: back + "/edit", Back: back, Button: "house.save", Revision: o.Revision, About: "house.edit_about"}
	err = r.officeForm(g, o, f)
	f.Fields = append(f.Fields, r.typedIn(g, askedField{"on", "day", false, dayText(r.Service.Today()), nil}, askedField{"correction", "bool", false, "", nil}, askedField{"source", "text", true, "", nil})...)
	return f, o, err
}

func (r *room) editOffice(g *gin.Context) {
	f, _, err := r.editForm(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	r.showForm(g, "offices", f, nil)
}

// edited reads what a form changes of an office; what is as before is left out.
func edited(g *gin.Context, o workflow.Office) (workflow.OfficeEdit, error) {
	e := workflow.OfficeEdit{Source: sentText(g, "source"), Correction: g.PostForm("correction") == "yes", Revision: sentRevision(g)}
	for name, one := range map[string]struct {
		was string
		at  **string
	}{"name": {o.Name, &e.Name}, "under": {o.Under, &e.Under}, "symbol": {o.Symbol, &e.Symbol}, "place": {o.Place, &e.Place}, "address": {o.Address, &e.Address},
		"title": {o.Title, &e.Title}, "mark": {o.Mark, &e.Mark}, "body": {o.Body, &e.Body}, "series": {o.Series, &e.Series}, "phone": {o.Phone, &e.Phone},
		"email": {o.Email, &e.Email}, "functions": {o.Functions, &e.Functions}} {
		if typed := sentText(g, name); typed != one.was {
			*one.at = &typed
		}
	}
	public := g.PostForm("public_service") == "yes"
	e.PublicService = &public
	err := daysOf(g, map[string]*workflow.Day{"on": &e.On})
	if err == nil {
		e.Licensed, e.Designated, err = terms(g)
	}
	return e, err
}

func (r *room) changeOffice(g *gin.Context) {
	f, o, err := r.editForm(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	e, err := edited(g, o)
	if err == nil {
		_, err = r.Service.ChangeOffice(g, who(g), o.ID, e)
	}
	if err != nil {
		r.showForm(g, "offices", f, err)
		return
	}
	r.done(g, f.Back, "office_changed")
}
