package pages

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// view is what every page is filled with; Data is the page's own.
type view struct {
	Lang     string
	Path     string // of this page, to come back to after choosing a language
	Place    string // which entry of the navigation is this page's
	Province string
	Demo     string // the supposed day of a demo province, empty elsewhere
	Me       *me
	Nav      []navGroup
	Done     string // message of what was just done, from ?done=
	Papers   int    // papers it left
	Trouble  *trouble
	Again    int // seconds after which the page is asked for again where no script does it; 0: never
	Data     any
}

// me is who is signed in, as pages show it.
type me struct {
	ID, Name, Job string
	Roles         map[string]bool
	Offices       []string
	Todo          int // things waiting
	Late          int
	LateChecks    int // overdue, that the person may see
}

// navGroup is a part of the navigation under a heading of its own.
type navGroup struct {
	Title string
	Items []navItem
}

type navItem struct {
	Place, Path, Icon string
	Count             int
	Late              bool
}

// render fills a page. data is the page's own; place names its entry in the
// navigation.
func (r *room) render(g *gin.Context, status int, page, place string, data any) {
	r.renderWith(g, status, page, place, data, nil)
}

// renderWith is render with a problem to be told at the top.
func (r *room) renderWith(g *gin.Context, status int, page, place string, data any, t *trouble) {
	v := r.viewOf(g, place)
	v.Data, v.Trouble = data, t
	frame := "frame"
	if v.Me == nil {
		frame = "bare"
	}
	b, err := r.Pages.Render(v.Lang, page, frame, v)
	if err != nil {
		r.broken(g, err)
		return
	}
	g.Data(status, "text/html; charset=utf-8", b)
}

// part fills one part of a page, for a place in it that is exchanged alone.
func (r *room) part(g *gin.Context, status int, page, block string, data any) {
	b, err := r.Pages.Render(lang(g), page, block, data)
	if err != nil {
		r.broken(g, err)
		return
	}
	g.Data(status, "text/html; charset=utf-8", b)
}

// broken answers when even a page cannot be filled: a reference, the rest is in
// the log.
func (r *room) broken(g *gin.Context, err error) {
	ref := r.Reference()
	r.Log.Error("page failed", "reference", ref, "path", g.FullPath(), "error", err)
	g.String(http.StatusInternalServerError, "capdo: "+ref)
	g.Abort()
}

func (r *room) viewOf(g *gin.Context, place string) *view {
	v := &view{Lang: lang(g), Path: g.Request.URL.RequestURI(), Place: place, Done: g.Query("done")}
	v.Again = g.GetInt("again")
	v.Papers, _ = strconv.Atoi(g.Query("papers"))
	if !r.Words.Has(v.Lang, "done."+v.Done) && !r.Words.Has(v.Lang, "act."+v.Done) {
		v.Done = ""
	}
	if r.Demo {
		v.Demo = r.Service.Today().Start().Format("02/01/2006")
	}
	var err error
	if v.Province, err = r.Service.Store.Setting(g, "province.name"); err != nil {
		r.Log.Warn("setting not read", "error", err)
	}
	if m, ok := g.Get("me"); ok {
		v.Me = m.(*me)
		if v.Me.Reads() {
			v.Me.LateChecks = r.lateChecks(g, v.Me)
		}
		v.Nav = navOf(v.Me)
	}
	return v
}

// langCookie is the name the language chosen goes under; over TLS the browser
// promises that it came from this host alone.
func (r *room) langCookie() string {
	if r.Secure {
		return "__Host-lang"
	}
	return "lang"
}

// spoken reads the language of a browser.
func (r *room) spoken(g *gin.Context) {
	if c, err := g.Cookie(r.langCookie()); err == nil && c == "en" {
		g.Set("lang", "en")
	}
}

// lang is the language chosen; Vietnamese where none is.
func lang(g *gin.Context) string {
	if l := g.GetString("lang"); l != "" {
		return l
	}
	return "vi"
}

// once refuses an address that says a thing twice: which of the two is meant,
// nobody knows. Fields of forms are read from the form alone.
func (r *room) once(g *gin.Context) {
	asked, err := url.ParseQuery(g.Request.URL.RawQuery)
	for _, values := range asked {
		if len(values) > 1 {
			err = errMalformed
		}
	}
	if err != nil {
		r.fail(g, errMalformed)
	}
}

// setLanguage keeps the language in a cookie and goes back.
func (r *room) setLanguage(g *gin.Context) {
	l := "vi"
	if g.PostForm("lang") == "en" {
		l = "en"
	}
	http.SetCookie(g.Writer, &http.Cookie{Name: r.langCookie(), Value: l, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: r.Secure, SameSite: http.SameSiteStrictMode})
	g.Redirect(http.StatusSeeOther, local(g.PostForm("back")))
}

// local is a path of ours to go to; anything else is the first page. Browsers
// drop tabs and line ends from an address, so that "/<tab>/" would be "//".
func local(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsFunc(path, func(r rune) bool { return r == '\\' || unicode.IsControl(r) }) {
		return "/"
	}
	return path
}

// trouble is a problem as a page tells it: what is not possible, why, the
// article, the way out.
type trouble struct {
	*workflow.Problem
	Reference string   // of an internal error
	Acts      []string // labels are those of the acts: what is open instead
}

// FieldErr is the message key of what is wrong with a field, empty for nothing.
func (t *trouble) FieldErr(name string) string {
	if t == nil || t.Problem == nil {
		return ""
	}
	for _, f := range t.Fields {
		if f.Name == name {
			return f.Expect
		}
	}
	return ""
}

// troubleOf puts an error into a trouble with its status.
func (r *room) troubleOf(g *gin.Context, err error) (*trouble, int) {
	if p, ok := workflow.ProblemOf(err); ok {
		if p.Kind == workflow.Busy {
			g.Header("Retry-After", "5")
		}
		status := r.Status(p.Kind)
		if p.Key == "file.too_large" {
			status = http.StatusRequestEntityTooLarge
		}
		return &trouble{Problem: r.named(g, p), Acts: p.Open}, status
	}
	if errors.Is(err, errMalformed) {
		return &trouble{Problem: &workflow.Problem{Kind: workflow.Invalid, Key: "kind.malformed"}}, http.StatusBadRequest
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &trouble{Problem: &workflow.Problem{Kind: workflow.Invalid, Key: "kind.too_large"}}, http.StatusRequestEntityTooLarge
	}
	ref := r.Reference()
	r.Log.Error("request failed", "reference", ref, "path", g.FullPath(), "error", err)
	return &trouble{Problem: &workflow.Problem{Kind: "internal", Key: "kind.internal"}, Reference: ref}, http.StatusInternalServerError
}

// named says who acted meanwhile by his name, and when as days are written here.
func (r *room) named(g *gin.Context, p *workflow.Problem) *workflow.Problem {
	if p.Args["who"] == "" {
		return p
	}
	said := *p
	said.Args = maps.Clone(p.Args)
	if p.Args["who"] == "clock" {
		said.Args["who"] = r.Words.Message(lang(g), "page.by_clock", nil)
	} else if person, err := r.Service.Store.Person(g, p.Args["who"]); err == nil {
		said.Args["who"] = person.Name
	}
	if day, err := regime.ParseDay(p.Args["when"]); err == nil {
		said.Args["when"] = day.Start().Format("02/01/2006")
	}
	return &said
}

// fail shows an error on a page of its own.
func (r *room) fail(g *gin.Context, err error) {
	t, status := r.troubleOf(g, err)
	g.Abort()
	r.renderWith(g, status, "trouble", "", nil, t)
}

// done goes to a page and tells there what was done, so that reloading does
// nothing again.
func (r *room) done(g *gin.Context, to, what string) {
	sep := "?"
	if strings.Contains(to, "?") {
		sep = "&"
	}
	g.Redirect(http.StatusSeeOther, to+sep+"done="+what)
}
