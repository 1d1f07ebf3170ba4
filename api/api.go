// Package api is the only room that speaks HTTP: it parses a request, calls the
// service once and presents the outcome. It decides nothing.
package api

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"capdo/api/pages"
	"capdo/internal/identity"
	"capdo/workflow"
)

// Config is what the door works with.
type Config struct {
	Service  *workflow.Service
	Identity *identity.Identity
	Message  func(lang, key string, args map[string]string) string
	Verified func(regime, form string) string // how far the wording of a form was checked
	// Intake reads an old register: its good rows, the faults of the others and
	// the source as the register names it.
	Intake func(r io.Reader, name string) ([]workflow.ImportRow, []workflow.RowRefusal, string, error)
	// RegisterFile writes a printed register as pdf, xlsx, csv or text.
	RegisterFile func(f workflow.PaperFacts, format string) (content []byte, contentType string, err error)
	Sheets       SheetFiles
	FileRoom     // files of cases and overviews of systems
	Lists        Lists
	History      HistoryRoom
	Notice       string           // shown on every page of a demo
	SetUpCode    string           // what the first set-up asks for
	Secure       bool             // the cookie is sent over TLS only
	Proxies      []string         // addresses or networks of the proxies whose word on the sender is taken
	Now          func() time.Time // the real time, also where the day is a supposed one
	Log          *slog.Logger
	Answered     func(status int, took time.Duration) // is told of every answer; nil: nobody counts
	Ready        func(ctx context.Context) error      // whether the program can do its work; nil: always
	Warning      func() string                        // what whoever watches should know though it is ready; nil: nothing
	// Pages mounts the pages people see over what they share with the JSON
	// routes; nil leaves a plain start page.
	Pages func(e *gin.Engine, shared pages.Door)
}

type door struct {
	Config
	guesses guesses
	paces   paces
	turns   turns
}

// New makes the handler of all routes.
func New(c Config) http.Handler {
	h, _ := open(c)
	return h
}

// Routes lists every route that New opens, so that tests walk what is there and
// not what they remember.
func Routes(c Config) gin.RoutesInfo {
	_, e := open(c)
	return e.Routes()
}

func open(c Config) (http.Handler, *gin.Engine) {
	d := &door{Config: c, turns: newTurns()}
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.HandleMethodNotAllowed, e.RedirectTrailingSlash = true, false
	if err := e.SetTrustedProxies(c.Proxies); err != nil {
		panic("api: " + err.Error())
	}
	e.Use(d.guardPanic, d.atPace, d.inTurn)
	e.NoRoute(func(g *gin.Context) { d.fail(g, missing("page")) })
	e.NoMethod(func(g *gin.Context) {
		d.refuse(g, http.StatusMethodNotAllowed, "method_not_allowed", "kind.method_not_allowed")
	})
	if c.Pages == nil {
		reads(e, "/", d.start)
	} else {
		c.Pages(e, d.shared())
	}
	v := e.Group("/api/v1")
	v.POST("/session", d.signIn)
	v.POST("/session/code", d.giveCode)
	reads(v, "/setup", d.setUpState)
	v.POST("/setup", d.setUp)
	reads(v, "/session", d.begun, d.session)
	v.DELETE("/session", d.begun, d.signOut)
	d.verifyRoutes(v)
	door := v.Group("", d.signedIn)
	door.POST("/password", d.changePassword)
	own := door.Group("", d.settled)
	d.codeRoutes(own)
	d.inside(own.Group("", d.coded))
	same := http.NewCrossOriginProtection()
	same.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.Log.Warn("request from another site refused", "path", logged(r.URL.Path), "origin", r.Header.Get("Origin"), "from", r.RemoteAddr)
		d.write(w, r, &answer{Status: http.StatusForbidden, Kind: "cross_origin", Key: "kind.cross_origin"})
	}))
	return d.traced(d.headers(d.withHealth(same.Handler(unpooled(e))))), e
}

// unpooled serves each request with a context of its own. Gin takes a context back
// for the next request as soon as the answer is given, while a reading of the
// database may still ask it whether it has ended.
func unpooled(e *gin.Engine) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g := gin.CreateTestContextOnly(w, e)
		g.Request = r
		e.HandleContext(g)
	})
}

// inside are the routes of whoever is signed in under a password of his own.
func (d *door) inside(in gin.IRoutes) {
	reads(in, "/openapi.yaml", d.document)
	reads(in, "/me", d.me)
	reads(in, "/systems", d.systems)
	reads(in, "/systems/:id", d.system)
	reads(in, "/cases", d.cases)
	reads(in, "/cases/:id", d.visible, d.caseByID)
	reads(in, "/cases/:id/acts", d.visible, d.actsOf)
	reads(in, "/cases/:id/events", d.visible, d.events)
	reads(in, "/cases/:id/papers", d.visible, d.papers)
	reads(in, "/cases/:id/preview/:form", d.visible, d.preview)
	d.fileRoutes(in)
	d.sheetRoutes(in)
	in.POST("/acts", d.act)
	reads(in, "/papers/:id", d.paper)
	reads(in, "/registers/:owner", d.ofOwner, d.register)
	in.POST("/registers/:owner/import", d.ofOwner, d.importRegister)
	reads(in, "/numbers/:issuer", d.booked, d.numbers)
	in.POST("/numbers/:issuer", d.reserveNumber)
	in.POST("/numbers/:issuer/:id/void", d.voidNumber)
	d.reportRoutes(in)
	d.accountRoutes(in)
	d.adminRoutes(in)
	d.deskRoutes(in)
	d.historyRoutes(in)
}

// reads opens a route that only reads, to GET and to HEAD.
func reads(r gin.IRoutes, path string, handlers ...gin.HandlerFunc) {
	r.GET(path, handlers...)
	r.HEAD(path, handlers...)
}

// headers go with every answer, whoever gives it.
func (d *door) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if d.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		r.Body = http.MaxBytesReader(w, r.Body, most(r))
		next.ServeHTTP(w, r)
	})
}

// guardPanic turns a panic into an internal problem with a reference only.
func (d *door) guardPanic(g *gin.Context) {
	defer func() {
		if v := recover(); v != nil {
			d.fail(g, errors.New("panic: "+sprint(v)))
		}
	}()
	g.Next()
}

// visible hides a case from whom it does not concern, as if it were not there.
func (d *door) visible(g *gin.Context) {
	if _, err := d.seen(g, g.Param("id")); err != nil {
		d.fail(g, err)
	}
}

func (d *door) seen(g *gin.Context, id string) (*workflow.CaseView, error) {
	return d.seenBy(g, who(g), id)
}

// seenBy gives a case to whom it concerns; to others it is not there.
func (d *door) seenBy(g *gin.Context, who, id string) (*workflow.CaseView, error) {
	v, err := d.Service.Case(g, id)
	if p, ok := workflow.ProblemOf(err); ok && p.Kind == workflow.NotFound {
		return nil, missing("case")
	}
	if err != nil {
		return nil, err
	}
	ok, err := d.Service.MaySee(g, who, v)
	if err == nil && !ok {
		err = d.hidden("case", who, id)
	}
	return v, err
}

// paperSeenBy gives a paper to whom what it belongs to concerns: its case, its
// system or the owner it was made for. Hidden and missing are told alike.
func (d *door) paperSeenBy(g *gin.Context, who, id string) (workflow.Paper, error) {
	p, err := d.Service.Paper(g, id)
	switch {
	case err != nil:
	case p.Case != "":
		_, err = d.seenBy(g, who, p.Case)
	case p.System != "":
		_, err = d.systemSeenBy(g, who, p.System)
	default:
		var may bool
		if may, err = d.Service.MaySeeOwner(g, who, p.Office); err == nil && !may {
			err = d.hidden("paper", who, id)
		}
	}
	if not, ok := workflow.ProblemOf(err); ok && not.Kind == workflow.NotFound {
		err = missing("paper")
	}
	return p, err
}

// hidden answers as if a thing were not there, and leaves a line on who asked.
func (d *door) hidden(what, who, id string) error {
	d.Log.Warn("asked for what is hidden", "person", who, what, id)
	return missing(what)
}

func missing(what string) error {
	return &workflow.Problem{Kind: workflow.NotFound, Key: "not_found." + what, Args: map[string]string{"id": ""}}
}
