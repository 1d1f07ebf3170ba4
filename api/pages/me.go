package pages

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/internal/identity"
)

// signedIn lets pass whoever is signed in. Who is not goes to the sign-in page
// and comes back; what was typed into a form goes along and is there again.
func (r *room) signedIn(g *gin.Context) {
	signed, err := r.Signed(g)
	if errors.Is(err, identity.ErrPending) {
		g.Abort()
		g.Redirect(http.StatusSeeOther, "/sign-in/code")
		return
	}
	if errors.Is(err, identity.ErrNoSession) {
		g.Abort()
		r.askSignIn(g)
		return
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	m, err := r.meOf(g, signed)
	if err != nil {
		r.fail(g, err)
		return
	}
	g.Set("signed", signed)
	g.Set("me", m)
}

// maxKept is how many bytes of a form are kept over a sign-in.
const maxKept = 1 << 20

// askSignIn asks to sign in. A form that was just sent is kept in the page and
// sent again by hand after the sign-in, but for passwords and codes of the own
// account; a page that was asked for is gone on to.
func (r *room) askSignIn(g *gin.Context) {
	if g.Request.Method == http.MethodGet || g.Request.Method == http.MethodHead {
		if r.unset(g) {
			g.Redirect(http.StatusSeeOther, "/setup")
			return
		}
		to := "/sign-in"
		if uri := g.Request.URL.RequestURI(); uri != "/" {
			to += "?next=" + url.QueryEscape(uri)
		}
		g.Redirect(http.StatusSeeOther, to)
		return
	}
	kept := url.Values{}
	g.Request.Body = http.MaxBytesReader(g.Writer, g.Request.Body, maxKept)
	secret := strings.HasPrefix(g.FullPath(), "/account")
	if !secret && g.ContentType() == "application/x-www-form-urlencoded" && g.Request.ParseForm() == nil {
		kept = g.Request.PostForm
	}
	r.render(g, http.StatusUnauthorized, "sign-in", "", signInData{Next: g.Request.URL.Path, Kept: kept, Lost: "signin.expired"})
}

func who(g *gin.Context) string { return g.MustGet("me").(*me).ID }

// settled stops whoever goes by a password that somebody else has set.
func (r *room) settled(g *gin.Context) {
	if g.MustGet("signed").(identity.Signed).MustChange {
		g.Abort()
		g.Redirect(http.StatusSeeOther, "/account/password")
	}
}

// coded leads whoever must have a second step, and has none, to where it is set up.
func (r *room) coded(g *gin.Context) {
	due, err := r.CodeDue(g, who(g))
	switch {
	case err != nil:
		r.fail(g, err)
	case due:
		g.Abort()
		g.Redirect(http.StatusSeeOther, "/account")
	}
}

func (r *room) meOf(g *gin.Context, signed identity.Signed) (*me, error) {
	p, err := r.Service.Store.Person(g, signed.Person)
	if err != nil {
		return nil, err
	}
	m := &me{ID: p.ID, Name: p.Name, Roles: map[string]bool{}}
	today := r.Service.Today()
	for _, grant := range p.Grants {
		if !grant.On(today) {
			continue
		}
		m.Roles[grant.Role] = true
		m.Offices = append(m.Offices, grant.Office)
		if m.Job != "" {
			continue
		}
		o, err := r.Service.Store.Office(g, grant.Office)
		if err != nil {
			return nil, err
		}
		m.Job = cmp.Or(grant.Title, r.Words.Message(lang(g), "role."+grant.Role, nil)) + ", " + o.At(today).Name
	}
	return m, nil
}

// Is tells whether the person has one of the roles today.
func (m *me) Is(roles ...string) bool {
	return slices.ContainsFunc(roles, func(role string) bool { return m.Roles[role] })
}

// Reads tells whether the person reads business pages at all: an administrator
// alone does not.
func (m *me) Reads() bool {
	return slices.ContainsFunc(keys(m.Roles), func(role string) bool { return role != "sysadmin" })
}

func keys(set map[string]bool) []string {
	var out []string
	for k := range set {
		out = append(out, k)
	}
	return out
}

// navOf is the navigation of a person: only what may be opened.
func navOf(m *me) []navGroup {
	var groups []navGroup
	group := func(title string, items ...navItem) {
		if items = slices.DeleteFunc(items, func(i navItem) bool { return i.Path == "" }); len(items) > 0 {
			groups = append(groups, navGroup{title, items})
		}
	}
	when := func(yes bool, i navItem) navItem {
		if !yes {
			return navItem{}
		}
		return i
	}
	reads := m.Reads()
	group("",
		when(reads && !m.only("auditor"), navItem{Place: "work", Path: "/work", Icon: "inbox", Count: m.Todo, Late: m.Late > 0}),
		when(reads, navItem{Place: "systems", Path: "/systems", Icon: "systems"}),
		when(m.Is("sdu_officer", "sdu_head", "independent_appraiser"), navItem{Place: "queue", Path: "/queue", Icon: "clock"}),
		when(m.Is("owner_office", "owner_head"), navItem{Place: "incoming", Path: "/incoming", Icon: "inbox"}),
		when(reads, navItem{Place: "cases", Path: "/cases", Icon: "file"}),
		when(reads, navItem{Place: "checks", Path: "/checks", Icon: "shield", Count: m.LateChecks, Late: true}),
		when(reads, navItem{Place: "findings", Path: "/checks/findings", Icon: "warn"}),
		when(reads, navItem{Place: "whatif", Path: "/what-if", Icon: "help"}))
	group("nav.common",
		when(reads, navItem{Place: "dashboard", Path: "/dashboard", Icon: "chart"}),
		when(reads, navItem{Place: "registers", Path: "/registers", Icon: "list"}),
		when(reads, navItem{Place: "reports", Path: "/reports", Icon: "chart"}),
		when(reads, navItem{Place: "books", Path: "/books", Icon: "book"}))
	group("nav.manage", houseNav(m)...)
	return groups
}

// only tells whether a role is the one and only.
func (m *me) only(role string) bool { return len(m.Roles) == 1 && m.Roles[role] }

// landing goes to where the person's work is; heads with nothing to do see where
// things stand.
func (r *room) landing(g *gin.Context) {
	m := g.MustGet("me").(*me)
	to := "/work"
	switch {
	case m.only("sysadmin"):
		to = "/admin"
	case m.only("auditor"):
		to = "/audit"
	case m.Is("owner_head", "sdu_head"):
		mine, _, err := r.Service.Inbox(g, m.ID)
		if err != nil {
			r.fail(g, err)
			return
		}
		if len(mine) == 0 {
			to = "/dashboard"
		}
	}
	g.Redirect(http.StatusSeeOther, to)
}

// signInData is what the sign-in page shows.
type signInData struct {
	Login, Next string
	Kept        url.Values // of a form sent after the session ended
	Set         bool       // the house was just set up
	Lost, Wrong string     // message keys
	Args        map[string]string
}

func (r *room) signInPage(g *gin.Context) {
	r.render(g, http.StatusOK, "sign-in", "", signInData{Login: g.Query("login"), Next: local(g.Query("next")), Set: g.Query("done") == "set_up"})
}

// signIn proves a password. Fields of a form that was sent too late come along
// under "kept." and are shown again at the page they belong to.
func (r *room) signIn(g *gin.Context) {
	data := signInData{Login: strings.TrimSpace(g.PostForm("login")), Next: local(g.PostForm("next")), Kept: keptOf(g.Request.PostForm)}
	token, signed, err := r.Identity.SignIn(g, data.Login, g.PostForm("password"), g.ClientIP())
	r.Tried(g, "password", signed, err)
	if err != nil {
		r.refuseSignIn(g, data, err)
		return
	}
	if err := r.EndSession(g); err != nil {
		r.fail(g, err)
		return
	}
	r.SetSession(g, token, signed)
	if signed.Pending {
		r.render(g, http.StatusOK, "sign-in-code", "", data)
		return
	}
	r.goOn(g, data)
}

// goOn goes to where the person wanted to be; what was typed before the session
// ended is shown there to be sent.
func (r *room) goOn(g *gin.Context, data signInData) {
	if len(data.Kept) == 0 {
		g.Redirect(http.StatusSeeOther, data.Next)
		return
	}
	r.render(g, http.StatusOK, "resend", "", data)
}

func (r *room) codePage(g *gin.Context) {
	r.render(g, http.StatusOK, "sign-in-code", "", signInData{Next: local(g.Query("next"))})
}

// giveCode is the second step: the one-time code, or a recovery code.
func (r *room) giveCode(g *gin.Context) {
	data := signInData{Next: local(g.PostForm("next")), Kept: keptOf(g.Request.PostForm)}
	token, signed, err := r.Identity.GiveCode(g, r.Token(g), g.PostForm("code"), g.ClientIP())
	r.Tried(g, "code", signed, err)
	switch {
	case err == nil:
		r.SetSession(g, token, signed)
		r.goOn(g, data)
	case errors.Is(err, identity.ErrNoSession):
		data.Lost = "signin.expired"
		r.render(g, http.StatusUnauthorized, "sign-in", "", data)
	case errors.Is(err, identity.ErrCode):
		data.Wrong = "code.wrong"
		r.render(g, http.StatusUnprocessableEntity, "sign-in-code", "", data)
	default:
		r.refuseAt(g, "sign-in-code", data, err)
	}
}

// keptOf takes the kept fields out of a form.
func keptOf(form url.Values) url.Values {
	kept := url.Values{}
	for name, values := range form {
		if n, ok := strings.CutPrefix(name, "kept."); ok {
			kept[n] = values
		}
	}
	return kept
}

func (r *room) refuseSignIn(g *gin.Context, data signInData, err error) {
	r.refuseAt(g, "sign-in", data, err)
}

// refuseAt says on a page of the sign-in why it does not go on.
func (r *room) refuseAt(g *gin.Context, page string, data signInData, err error) {
	status := http.StatusUnauthorized
	var wait *identity.WaitError
	switch {
	case errors.As(err, &wait):
		status, data.Wrong = http.StatusTooManyRequests, "signin.wait"
		data.Args = map[string]string{"seconds": seconds(wait)}
		g.Header("Retry-After", data.Args["seconds"])
	case errors.Is(err, identity.ErrFailed):
		data.Wrong = "signin.failed"
	case errors.Is(err, identity.ErrBusy):
		status, data.Wrong = http.StatusServiceUnavailable, "signin.busy"
	default:
		r.fail(g, err)
		return
	}
	r.render(g, status, page, "", data)
}

// ClearSiteData tells a browser at the sign-out to forget what it was shown; its
// cookie ends by itself, and that of the language says nothing of anybody.
const ClearSiteData = `"cache", "storage"`

func (r *room) signOut(g *gin.Context) {
	if err := r.EndSession(g); err != nil {
		r.fail(g, err)
		return
	}
	g.Header("Clear-Site-Data", ClearSiteData)
	g.Redirect(http.StatusSeeOther, "/sign-in")
}

// seconds are whole ones, rounded up.
func seconds(w *identity.WaitError) string {
	return strconv.Itoa(int((w.After.Milliseconds() + 999) / 1000))
}
