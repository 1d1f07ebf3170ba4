// Package api is the only room that speaks HTTP: it parses a request, calls the
// service once and presents the outcome. It decides nothing.
package api

import (
	_ "embed"
	"errors"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"capdo/internal/identity"
	"capdo/workflow"
)

// Config is what the door works with.
type Config struct {
	Service  *workflow.Service
	Identity *identity.Identity
	Message  func(lang, key string, args map[string]string) string
	// Intake reads an old register: its good rows, the faults of the others and
	// the source as the register names it.
	Intake func(r io.Reader, name string) ([]workflow.ImportRow, []workflow.RowRefusal, string, error)
	// RegisterFile writes a printed register as pdf, xlsx, csv or text.
	RegisterFile func(f workflow.PaperFacts, format string) (content []byte, contentType string, err error)
	Lists        Lists
	Notice       string // shown on every page of a demo
	Secure       bool   // the cookie is sent over TLS only
	Log          *slog.Logger
}

// What a body may hold, in bytes.
const (
	maxBody   = 1 << 20
	maxImport = 32 << 20
)

type door struct{ Config }

//go:embed start.html
var startText string

var startPage = template.Must(template.New("start").Parse(startText))

// New makes the handler of all routes.
func New(c Config) http.Handler {
	d := &door{c}
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.HandleMethodNotAllowed = true
	if err := e.SetTrustedProxies(nil); err != nil {
		panic("api: " + err.Error())
	}
	e.Use(d.guardPanic, headers)
	e.NoRoute(func(g *gin.Context) { d.fail(g, missing("page")) })
	e.GET("/", d.start)
	v := e.Group("/api/v1")
	v.POST("/session", d.signIn)
	in := v.Group("", d.signedIn)
	in.DELETE("/session", d.signOut)
	in.GET("/me", d.me)
	in.GET("/systems", d.systems)
	in.GET("/systems/:id", d.system)
	in.GET("/cases", d.cases)
	in.GET("/cases/:id", d.visible, d.caseByID)
	in.GET("/cases/:id/acts", d.visible, d.actsOf)
	in.GET("/cases/:id/events", d.visible, d.events)
	in.GET("/cases/:id/papers", d.visible, d.papers)
	in.GET("/cases/:id/preview/:form", d.visible, d.preview)
	in.POST("/acts", d.act)
	in.GET("/papers/:id", d.paper)
	in.GET("/registers/:owner", d.ofOwner, d.register)
	in.POST("/registers/:owner/import", d.ofOwner, d.importRegister)
	in.GET("/numbers/:issuer", d.numbers)
	in.POST("/numbers/:issuer", d.reserveNumber)
	in.POST("/numbers/:issuer/:id/void", d.voidNumber)
	d.reportRoutes(in)
	same := http.NewCrossOriginProtection()
	same.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.write(w, r, &answer{Status: http.StatusForbidden, Kind: "cross_origin", Key: "kind.cross_origin"})
	}))
	return same.Handler(e)
}

func headers(g *gin.Context) {
	h := g.Writer.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	g.Request.Body = http.MaxBytesReader(g.Writer, g.Request.Body, maxImport)
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

const cookie = "capdo_session"

// signedIn lets pass whoever has a session and puts the person on the request.
func (d *door) signedIn(g *gin.Context) {
	token, err := g.Cookie(cookie)
	if err == nil {
		if who, ok := d.Identity.Who(g, token); ok {
			g.Set("who", who)
			return
		}
	}
	d.refuse(g, http.StatusUnauthorized, "unauthenticated", "signin.needed")
}

func who(g *gin.Context) string { return g.GetString("who") }

// visible hides a case from whom it does not concern, as if it were not there.
func (d *door) visible(g *gin.Context) {
	if _, err := d.seen(g, g.Param("id")); err != nil {
		d.fail(g, err)
	}
}

func (d *door) seen(g *gin.Context, id string) (*workflow.CaseView, error) {
	v, err := d.Service.Case(g, id)
	if p, ok := workflow.ProblemOf(err); ok && p.Kind == workflow.NotFound {
		return nil, missing("case")
	}
	if err != nil {
		return nil, err
	}
	ok, err := d.Service.MaySee(g, who(g), v)
	if err == nil && !ok {
		err = missing("case")
	}
	return v, err
}

func missing(what string) error {
	return &workflow.Problem{Kind: workflow.NotFound, Key: "not_found." + what, Args: map[string]string{"id": ""}}
}

// page reads after and limit, and refuses parameters nobody knows.
func (d *door) query(g *gin.Context, known ...string) (after string, limit int, ok bool) {
	limit = 50
	asked, err := url.ParseQuery(g.Request.URL.RawQuery)
	if err != nil {
		d.refuse(g, http.StatusBadRequest, "malformed", "kind.malformed")
		return "", 0, false
	}
	for name, values := range asked {
		if !contains(known, name) || len(values) != 1 {
			d.refuse(g, http.StatusBadRequest, "malformed", "field.unknown")
			return "", 0, false
		}
	}
	if s := g.Query("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 200 {
			d.refuse(g, http.StatusBadRequest, "malformed", "field.invalid")
			return "", 0, false
		}
		limit = n
	}
	return g.Query("after"), limit, true
}

func contains(list []string, s string) bool {
	for _, one := range list {
		if one == s {
			return true
		}
	}
	return false
}

// start is the first page until the real ones come: what is there, no script.
func (d *door) start(g *gin.Context) {
	systems, err := d.Service.Systems(g, workflow.SystemQuery{Limit: 1000})
	if err != nil {
		d.fail(g, err)
		return
	}
	levels := map[int]int{}
	for _, s := range systems {
		levels[s.Level]++
	}
	g.Header("Content-Type", "text/html; charset=utf-8")
	if err := startPage.Execute(g.Writer, map[string]any{"Notice": d.Notice, "Systems": len(systems), "Levels": levels, "Day": d.Service.Today()}); err != nil {
		d.Log.Error("start page", "error", err)
	}
}
