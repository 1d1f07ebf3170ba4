package pages

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// houseRoutes are the pages of whoever keeps the house: offices, people, accounts,
// settings. Who verifies may look at all of them.
func (r *room) houseRoutes(in *gin.RouterGroup) {
	keep := in.Group("/admin", r.keepers)
	r.get(keep, "", r.houseStart)
	r.officeRoutes(keep)
	r.peopleRoutes(keep)
	r.get(keep, "/sessions", r.sessions)
	keep.POST("/sessions/:login/end", r.endSessions)
	r.get(keep, "/province", r.formPage("house", r.provinceForm))
	keep.POST("/province", r.setProvince)
	r.get(keep, "/history", r.houseHistory)
	r.rulesRoutes(in)
}

// keepers lets pass whoever administers or verifies; to others the pages are not
// there.
func (r *room) keepers(g *gin.Context) {
	err := r.Service.MaySeeAccounts(g, who(g))
	if p, ok := workflow.ProblemOf(err); ok && p.Kind == workflow.Denied {
		err = noPage()
	}
	if err != nil {
		r.fail(g, err)
	}
}

func noPage() error { return &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.page"} }

// business hides the pages of business from whoever only administers.
func (r *room) business(g *gin.Context) {
	if g.MustGet("me").(*me).Reads() {
		return
	}
	for _, place := range []string{"/admin", "/help", "/law", "/account"} {
		if path := g.Request.URL.Path; path == "/" || path == place || strings.HasPrefix(path, place+"/") {
			return
		}
	}
	r.fail(g, noPage())
}

// houseNav is the part of the navigation for those who keep or look at the house.
func houseNav(m *me) []navItem {
	var items []navItem
	if m.Is("sysadmin", "auditor") {
		items = append(items, navItem{Place: "house", Path: "/admin", Icon: "gear"}, navItem{Place: "offices", Path: "/admin/offices", Icon: "systems"},
			navItem{Place: "people", Path: "/admin/people", Icon: "people"}, navItem{Place: "sessions", Path: "/admin/sessions", Icon: "lock"})
	}
	if m.Is("auditor") {
		items = append(items, navItem{Place: "audit", Path: "/audit", Icon: "shield"})
	}
	if m.Is("sdu_officer") {
		items = append(items, navItem{Place: "imports", Path: "/imports/new", Icon: "list"})
	}
	items = append(items, navItem{Place: "rules", Path: "/admin/regimes", Icon: "book"})
	return append(items, navItem{Place: "help", Path: "/help", Icon: "help"})
}

// houseForm is one form of the house: fields from top to bottom, one button.
type houseForm struct {
	Title    string // message key
	Name     string // whom or what it is about
	About    string // message key, or empty
	Path     string
	Back     string
	Button   string // message key
	Bad      bool   // the button ends something
	Fields   []formField
	Key      string // request key: sending twice does it once
	Revision int64
}

// label gives a field words of its own in this form.
func (f *houseForm) label(name, key string) {
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			f.Fields[i].Label = key
		}
	}
}

// askedField tells how a field is made: its name, type, whether it is needed.
type askedField struct {
	name, kind string
	need       bool
	value      string // shown before anything is typed
	options    []option
}

// typedIn fills fields with what was typed, or what is there.
func (r *room) typedIn(g *gin.Context, list ...askedField) []formField {
	out := make([]formField, len(list))
	for i, a := range list {
		f := formField{Name: a.name, Type: a.kind, Need: a.need, Short: a.kind == "text", Value: a.value, Options: a.options,
			Label: r.keyOr("house."+last(a.name), "label."+last(a.name)), Hint: r.keyOr("house.hint."+last(a.name), "")}
		if typed, sent := g.GetPostForm(a.name); sent {
			f.Value = typed
		} else if g.Request.Method == http.MethodPost && a.kind == "bool" {
			f.Value = ""
		}
		f.Values = g.PostFormArray(a.name)
		for n, o := range a.options {
			f.Options[n].On = o.Value == f.Value || slices.Contains(f.Values, o.Value)
		}
		out[i] = f
	}
	return out
}

func last(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// requestKey is the key of a form that was sent, or a new one.
func requestKey(g *gin.Context) string { return cmp.Or(g.PostForm("key"), rand.Text()) }

// formPage shows a form of the house as it is first asked for.
func (r *room) formPage(place string, form func(*gin.Context) (*houseForm, error)) gin.HandlerFunc {
	return func(g *gin.Context) {
		f, err := form(g)
		if err != nil {
			r.fail(g, err)
			return
		}
		r.showForm(g, place, f, nil)
	}
}

// showForm shows a form of the house, with what went wrong at its last sending.
func (r *room) showForm(g *gin.Context, place string, f *houseForm, err error) {
	f.Key = requestKey(g)
	if err == nil {
		r.render(g, http.StatusOK, "houseform", place, f)
		return
	}
	t, status := r.troubleOf(g, err)
	r.renderWith(g, status, "houseform", place, f, t)
}

// sentText is a typed text without the spaces around it.
func sentText(g *gin.Context, name string) string { return strings.TrimSpace(g.PostForm(name)) }

// daysOf reads typed days; what is no day is a wrong field.
func daysOf(g *gin.Context, into map[string]*workflow.Day) error {
	p := &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid"}
	for name, at := range into {
		typed := sentText(g, name)
		if typed == "" {
			continue
		}
		d, err := regime.ParseDay(isoDay(typed))
		if err != nil {
			p.Fields = append(p.Fields, workflow.Field{Name: name, Expect: "expect.day", Value: typed})
			continue
		}
		*at = d
	}
	if len(p.Fields) == 0 {
		return nil
	}
	return p
}

// sentRevision is the revision the form was made from, nil where it says none.
func sentRevision(g *gin.Context) *int64 {
	n, err := number(g.PostForm("revision"))
	if err != nil {
		return nil
	}
	seen := int64(n)
	return &seen
}

// dayText writes a day as it is typed; no day is empty.
func dayText(d workflow.Day) string {
	if d.IsZero() {
		return ""
	}
	return d.Start().Format("02/01/2006")
}

// step is one thing of the first hours that is done or still to do.
type step struct {
	Key, Path string
	Done      bool
	N         int
}

// houseStart says what is still to do before the first dossier.
func (r *room) houseStart(g *gin.Context) {
	steps, err := r.steps(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	left := 0
	for _, s := range steps {
		if !s.Done {
			left++
		}
	}
	r.render(g, http.StatusOK, "house", "house", gin.H{"Steps": steps, "Left": left, "Years": r.Service.Calendars()})
}

func (r *room) steps(g *gin.Context) ([]step, error) {
	offices, err := r.Service.Store.Offices(g)
	if err != nil {
		return nil, err
	}
	people, err := r.Service.HousePeople(g, who(g))
	if err != nil {
		return nil, err
	}
	owners, err := r.Service.Store.OwnerIDs(g)
	if err != nil {
		return nil, err
	}
	today, standing, open, books := r.Service.Today(), 0, 0, 0
	for _, o := range offices {
		if !o.Stands(today) {
			continue
		}
		standing++
		if o.Suggested {
			open++
		}
		if o.Series == "" {
			books++
		}
	}
	roles := map[string]int{}
	for _, p := range people {
		for _, grant := range p.Grants {
			if grant.On(today) {
				roles[grant.Role]++
			}
		}
	}
	calendars := 0
	for _, y := range r.Service.Calendars() {
		if !y.Known {
			calendars++
		}
	}
	team := roles["operator_officer"] > 0 && roles["operator_head"] > 0 && roles["sdu_officer"] > 0 && roles["sdu_head"] > 0
	return []step{
		{"offices", "/admin/offices/new", standing > 2, standing}, {"confirm", "/admin/offices", open == 0, open},
		{"people", "/admin/people/new", team, len(people)}, {"import", "/help/administrator", len(owners) > 0, len(owners)},
		{"books", "/admin/offices", books == 0, books}, {"calendar", "/admin/calendar", calendars == 0, calendars},
	}, nil
}
