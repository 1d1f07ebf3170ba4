package pages

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"capdo/internal/accounts"
	"capdo/internal/identity"
	"capdo/internal/vn"
	"capdo/workflow"
)

func (r *room) accounts() accounts.Desk {
	return accounts.Desk{Service: r.Service, Identity: r.Identity, SetUpCode: r.SetUpCode}
}

func (r *room) peopleRoutes(keep gin.IRoutes) {
	r.get(keep, "/people", r.people)
	r.get(keep, "/people/new", r.newPerson)
	keep.POST("/people/new", r.addPerson)
	r.get(keep, "/people/:id", r.person)
	keep.POST("/people/:id/name", r.rename)
	r.get(keep, "/people/:id/grants/new", r.formPage("people", r.grantForm))
	keep.POST("/people/:id/grants/new", r.grant)
	r.get(keep, "/people/:id/grants/:n/end", r.endGrantPage)
	keep.POST("/people/:id/grants/:n/end", r.endGrant)
	keep.POST("/people/:id/account/:deed", r.accountDeed)
}

// personRow is somebody in the list, with his account.
type personRow struct {
	workflow.Person
	Roles   []grantRow // running today, or else the last
	Account *identity.Listed
}

// grantRow is one role of a person.
type grantRow struct {
	workflow.Grant
	N          int
	OfficeName string
	Runs       bool // today
	Ended      bool
	Ends       int // days until the last day, where that is near
}

// grantRows puts the grants of a person into rows, those that run first.
func (r *room) grantRows(p workflow.Person, names map[string]string) []grantRow {
	today := r.Service.Today()
	rows := make([]grantRow, len(p.Grants))
	for i, g := range p.Grants {
		rows[i] = grantRow{Grant: g, N: i, OfficeName: names[g.Office], Runs: g.On(today), Ended: !g.To.IsZero() && g.To.Before(today)}
		if left := int(g.To.Start().Sub(today.Start()).Hours() / 24); rows[i].Runs && !g.To.IsZero() && left <= 200 {
			rows[i].Ends = left + 1
		}
	}
	slices.SortStableFunc(rows, func(a, b grantRow) int {
		switch {
		case a.Ended == b.Ended:
			return 0
		case a.Ended:
			return 1
		}
		return -1
	})
	return rows
}

// nameKey puts people in the order of their given names, which stand last.
func nameKey(name string) string {
	given := name[strings.LastIndexByte(name, ' ')+1:]
	return vn.SortKey(given) + " " + vn.SortKey(name)
}

// accountsOf gives the accounts by person.
func (r *room) accountsOf(g *gin.Context) (map[string]*identity.Listed, error) {
	list, err := r.accounts().List(g, who(g))
	out := map[string]*identity.Listed{}
	for i := range list {
		out[list[i].Person] = &list[i]
	}
	return out, err
}

// people lists everybody by name, with roles and account.
func (r *room) people(g *gin.Context) {
	list, err := r.Service.HousePeople(g, who(g))
	if err != nil {
		r.fail(g, err)
		return
	}
	have, err := r.accountsOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	names, q := r.officeNames(g), strings.TrimSpace(g.Query("q"))
	var rows []personRow
	for _, p := range list {
		row := personRow{p, r.grantRows(p, names), have[p.ID]}
		words := p.Name + " " + p.ID
		for _, one := range row.Roles {
			words += " " + one.OfficeName + " " + r.Words.Message(lang(g), "role."+one.Role, nil)
		}
		if strings.Contains(vn.Fold(words), vn.Fold(q)) {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b personRow) int { return strings.Compare(nameKey(a.Name), nameKey(b.Name)) })
	page, next, first := pageOf(g, rows)
	r.render(g, http.StatusOK, "people", "people", gin.H{"Rows": page, "Q": q, "N": len(rows), "Next": next, "First": first})
}

func (r *room) personForm(g *gin.Context) *houseForm {
	return &houseForm{Title: "house.person_new", Path: "/admin/people/new", Back: "/admin/people", Button: "house.person_add", About: "house.person_about",
		Fields: r.typedIn(g, askedField{"name", "text", true, "", nil}, askedField{"id", "text", true, "", nil})}
}

func (r *room) newPerson(g *gin.Context) { r.showForm(g, "people", r.personForm(g), nil) }

func (r *room) addPerson(g *gin.Context) {
	p, err := r.Service.AddPersonBy(g, who(g), workflow.PersonOrder{ID: sentText(g, "id"), Name: sentText(g, "name")})
	if err != nil {
		r.showForm(g, "people", r.personForm(g), err)
		return
	}
	r.done(g, path("admin", "people", p.ID), "person_added")
}

// personPage is one person: roles, account, and a password shown this once.
type personPage struct {
	workflow.Person
	Roles    []grantRow
	Account  *identity.Listed
	Password string
	Until    time.Time
	Self     bool
}

func (r *room) person(g *gin.Context) { r.showPerson(g, "", nil) }

func (r *room) showPerson(g *gin.Context, password string, wrong error) {
	p, err := r.Service.Store.Person(g, g.Param("id"))
	if err != nil {
		r.fail(g, err)
		return
	}
	have, err := r.accountsOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	d := personPage{p, r.grantRows(p, r.officeNames(g)), have[p.ID], password, time.Now().Add(identity.OneTime), p.ID == who(g)}
	if wrong == nil {
		r.render(g, http.StatusOK, "person", "people", d)
		return
	}
	t, status := r.troubleOf(g, accountProblem(wrong))
	r.renderWith(g, status, "person", "people", d, t)
}

// accountProblem puts what the room of accounts answers into a problem.
func accountProblem(err error) error {
	for fault, key := range map[error]string{identity.ErrUnknown: "not_found.account", identity.ErrMoved: "house.moved_on", identity.ErrNoCode: "code.none", identity.ErrCoded: "code.exists"} {
		if errors.Is(err, fault) {
			return &workflow.Problem{Kind: workflow.NotNow, Key: key}
		}
	}
	switch {
	case errors.Is(err, identity.ErrBusy):
		return &workflow.Problem{Kind: workflow.Busy, Key: "signin.busy"}
	case errors.Is(err, identity.ErrSealed):
		return &workflow.Problem{Kind: workflow.Refused, Key: "signin.code_locked"}
	}
	return err
}

func (r *room) rename(g *gin.Context) {
	if _, err := r.Service.RenamePerson(g, who(g), g.Param("id"), sentText(g, "name"), sentText(g, "source")); err != nil {
		r.showPerson(g, "", err)
		return
	}
	r.done(g, path("admin", "people", g.Param("id")), "person_renamed")
}

func (r *room) grantForm(g *gin.Context) (*houseForm, error) {
	p, err := r.Service.Store.Person(g, g.Param("id"))
	if err != nil {
		return nil, err
	}
	offices, err := r.standing(g, "")
	roles := r.roleOptions(g)
	var signs []option
	for _, s := range []string{"KT.", "TL.", "TUQ.", "Q."} {
		signs = append(signs, option{Value: s, Label: s + " " + r.Words.Message(lang(g), "house.sign."+s, nil)})
	}
	back := path("admin", "people", p.ID)
	f := &houseForm{Title: "house.grant", Name: p.Name, Path: back + "/grants/new", Back: back, Button: "house.grant_do", About: "house.grant_about"}
	f.Fields = r.typedIn(g, askedField{"office", "office", true, "", offices}, askedField{"role", "office", true, "", roles}, askedField{"from", "day", false, dayText(r.Service.Today()), nil},
		askedField{"to", "day", false, "", nil}, askedField{"source", "text", true, "", nil}, askedField{"sign", "office", false, "", signs}, askedField{"title", "text", false, "", nil})
	f.label("title", "house.own_title")
	return f, err
}

func (r *room) grant(g *gin.Context) {
	f, err := r.grantForm(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	one := workflow.Grant{Office: sentText(g, "office"), Role: sentText(g, "role"), Source: sentText(g, "source"), Sign: sentText(g, "sign"), Title: sentText(g, "title")}
	if err = daysOf(g, map[string]*workflow.Day{"from": &one.From, "to": &one.To}); err == nil {
		_, err = r.Service.GrantTo(g, who(g), g.Param("id"), one)
	}
	if err != nil {
		r.showForm(g, "people", f, err)
		return
	}
	r.done(g, f.Back, "granted")
}

func (r *room) endGrantForm(g *gin.Context) (*houseForm, int, error) {
	p, err := r.Service.Store.Person(g, g.Param("id"))
	if err != nil {
		return nil, 0, err
	}
	n, err := strconv.Atoi(g.Param("n"))
	if err != nil || n < 0 || n >= len(p.Grants) {
		return nil, 0, noPage()
	}
	back := path("admin", "people", p.ID)
	f := &houseForm{Title: "house.end_grant", Name: p.Name + ": " + r.Words.Message(lang(g), "role."+p.Grants[n].Role, nil), Path: back + "/grants/" + itoa(n) + "/end", Back: back,
		Button: "house.end_grant_do", Bad: true, Revision: p.Revision, About: "house.end_grant_about"}
	f.Fields = r.typedIn(g, askedField{"to", "day", true, dayText(r.Service.Today()), nil}, askedField{"source", "text", true, "", nil})
	return f, n, nil
}

func (r *room) endGrantPage(g *gin.Context) {
	f, _, err := r.endGrantForm(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	r.showForm(g, "people", f, nil)
}

func (r *room) endGrant(g *gin.Context) {
	f, n, err := r.endGrantForm(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	var to workflow.Day
	if err = daysOf(g, map[string]*workflow.Day{"to": &to}); err == nil {
		_, err = r.Service.EndGrant(g, who(g), g.Param("id"), n, to, sentText(g, "source"), sentRevision(g))
	}
	if err != nil {
		r.showForm(g, "people", f, err)
		return
	}
	r.done(g, f.Back, "grant_ended")
}

// loginOf is the login of a person's account. Another's account may go by this
// person's id, so that without an account there is none to do anything to.
func (r *room) loginOf(g *gin.Context, id, deed string) (string, error) {
	if deed == "create" {
		return "", nil
	}
	have, err := r.accountsOf(g)
	if err != nil {
		return "", err
	}
	if have[id] == nil {
		return "", identity.ErrUnknown
	}
	return have[id].Login, nil
}

// accountDeed does one thing to the account of another; a new password is shown
// in the answer, this once, and kept nowhere.
func (r *room) accountDeed(g *gin.Context) {
	id, deed, d := g.Param("id"), g.Param("deed"), r.accounts()
	login, err := r.loginOf(g, id, deed)
	if err != nil {
		r.showPerson(g, "", err)
		return
	}
	var password string
	switch deed {
	case "create":
		password, err = d.Create(g, who(g), id)
	case "reset":
		password, err = d.Reset(g, who(g), login)
	case "disable", "enable":
		err = d.Switch(g, who(g), login, deed == "disable")
	case "unlock":
		err = d.Unlock(g, who(g), login)
	case "end-code":
		err = d.ResetSecondStep(g, who(g), login)
	default:
		err = noPage()
	}
	if err != nil || password != "" {
		r.showPerson(g, password, err)
		return
	}
	r.done(g, path("admin", "people", id), "account_"+strings.ReplaceAll(deed, "-", "_"))
}

// sessionRow is one session of somebody signed in.
type sessionRow struct {
	identity.Session
	Name string
	Own  bool
}

func (r *room) sessions(g *gin.Context) { r.showSessions(g, nil) }

// showSessions lists who is signed in, since when and from where.
func (r *room) showSessions(g *gin.Context, wrong error) {
	list, err := r.accounts().Sessions(g, who(g))
	if err != nil {
		r.fail(g, err)
		return
	}
	rows := make([]sessionRow, len(list))
	for i, s := range list {
		rows[i] = sessionRow{s, s.Person, s.Person == who(g)}
		if p, err := r.Service.Store.Person(g, s.Person); err == nil {
			rows[i].Name = p.Name
		}
	}
	d := gin.H{"Rows": rows}
	if wrong == nil {
		r.render(g, http.StatusOK, "sessions", "sessions", d)
		return
	}
	t, status := r.troubleOf(g, accountProblem(wrong))
	r.renderWith(g, status, "sessions", "sessions", d, t)
}

func (r *room) endSessions(g *gin.Context) {
	if err := r.accounts().EndSessions(g, who(g), g.Param("login")); err != nil {
		r.showSessions(g, err)
		return
	}
	r.done(g, "/admin/sessions", "sessions_ended")
}

func (r *room) provinceForm(g *gin.Context) (*houseForm, error) {
	p, err := r.Service.Province(g)
	roles := r.roleOptions(g)
	f := &houseForm{Title: "house.province", Path: "/admin/province", Back: "/admin", Button: "house.save",
		Fields: r.typedIn(g, askedField{"name", "text", true, p.Name, nil}, askedField{"url", "text", false, p.URL, nil}, askedField{"second_step_roles", "offices", false, "", roles})}
	if g.Request.Method != http.MethodPost {
		for i := range roles {
			roles[i].On = slices.Contains(strings.Fields(p.Coded), roles[i].Value)
		}
	}
	return f, err
}

// roleOptions are the roles that people may have.
func (r *room) roleOptions(g *gin.Context) []option {
	var roles []option
	for key, role := range r.Service.Book.Roles {
		if role.Capacity != "clock" {
			roles = append(roles, option{Value: key, Label: r.Words.Message(lang(g), "role."+key, nil)})
		}
	}
	sortOptions(roles)
	return roles
}

func (r *room) setProvince(g *gin.Context) {
	if err := r.Service.SetProvince(g, who(g), workflow.Province{Name: sentText(g, "name"), URL: sentText(g, "url"), Coded: strings.Join(g.PostFormArray("second_step_roles"), " ")}); err != nil {
		f, fault := r.provinceForm(g)
		if fault != nil {
			r.fail(g, fault)
			return
		}
		r.showForm(g, "house", f, err)
		return
	}
	r.done(g, "/admin/province", "province")
}
