// Package pages is what people see: one handler an act, which reads the form,
// calls the service once and shows the outcome. It makes the same calls as the
// JSON routes and decides nothing.
package pages

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-contrib/gzip"
	"github.com/gin-gonic/gin"

	"capdo/internal/identity"
	"capdo/internal/jobs"
	"capdo/templates"
	"capdo/workflow"
)

// Config is what the pages work with.
type Config struct {
	Service  *workflow.Service
	Identity *identity.Identity
	Pages    *templates.Pages
	Words    *templates.Templates
	Log      *slog.Logger
	// RegisterFile writes a register as xlsx, csv, pdf or text.
	RegisterFile func(f workflow.PaperFacts, format string) (content []byte, contentType string, err error)
	Files        Files
	Demo         bool                                          // the day is a supposed one: every page says so
	SetUpCode    string                                        // what the first set-up asks for
	Jobs         *jobs.Room                                    // long work
	Proof        func(ctx context.Context) (ProofState, error) // whether the history is whole; nil: not known here
	Guides       []Guide                                       // the handbook, a guide a role
	GuidePDF     func(g Guide) ([]byte, error)
	Lists
}

// Lists reads the lists a province has, and writes the one it may amend.
type Lists struct {
	Intake         func(file io.Reader, name string) ([]workflow.ImportRow, []workflow.RowRefusal, string, error)
	Layers         func(file io.Reader, name string) ([]workflow.LayerImport, []workflow.RowRefusal, string, error)
	Plan           func(file io.Reader, name, kind string) (workflow.PlanList, []workflow.RowRefusal, string, error)
	ReadCatalogue  func(file io.Reader, name string) (workflow.CatalogueImport, error)
	WriteCatalogue func(c workflow.OwnCatalogue, lang string) ([]byte, error)
}

// ProofState tells how far the chain over the history goes and when it was last
// found whole or not.
type ProofState struct {
	Events  int64  // in the chain
	Head    string // short form of the last checkpoint, empty for none
	Checked string // when it was last verified, empty for never
	Whole   bool   // what was found then
}

// Door is what the pages share with the JSON routes: sessions, statuses, what a
// person may see, errors that are nobody's business.
type Door struct {
	Signed     func(g *gin.Context) (identity.Signed, error) // ErrNoSession where nobody is signed in
	SetSession func(g *gin.Context, token string, who identity.Signed)
	EndSession func(g *gin.Context) error
	Status     func(kind workflow.Kind) int
	Case       func(g *gin.Context, who, id string) (*workflow.CaseView, error)   // not_found where not to be seen
	System     func(g *gin.Context, who, id string) (*workflow.SystemView, error) // the same
	Paper      func(g *gin.Context, who, id string) (workflow.Paper, error)       // the same
	Token      func(g *gin.Context) string
	CodeDue    func(g *gin.Context, person string) (bool, error)               // a second step is wanted before anything else
	Guess      func(g *gin.Context) (wait time.Duration)                       // counts a try at a code of a paper; how long to wait where there were too many
	Forgive    func(g *gin.Context)                                            // takes the try back: it was right
	Tried      func(g *gin.Context, by string, who identity.Signed, err error) // leaves a line on a try to sign in
	Reference  func() string
	Secure     bool // cookies are sent over TLS only
}

// room is the pages over their door.
type room struct {
	Config
	Door
	figures held[*workflow.Dashboard]
	late    held[int] // overdue checks, by person
}

// Mount opens all pages on an engine.
func Mount(e *gin.Engine, c Config, d Door) {
	r := &room{Config: c, Door: d}
	packed := gzip.Gzip(gzip.DefaultCompression, gzip.WithExcludedPathsRegexs([]string{`/pdf$`, `\.woff2$`, `\.xlsx$`, `/files/`}))
	open := e.Group("", r.policy, r.spoken, r.once, packed)
	r.get(open, "/assets/:stamp/*name", r.asset)
	r.get(open, "/sign-in", r.signInPage)
	open.POST("/sign-in", r.signIn)
	r.get(open, "/sign-in/code", r.codePage)
	open.POST("/sign-in/code", r.giveCode)
	open.POST("/language", r.setLanguage)
	r.verifyRoutes(open)
	r.setUpRoutes(open)
	in := open.Group("", r.signedIn)
	in.POST("/sign-out", r.signOut)
	r.accountRoutes(in)
	r.inside(in.Group("", r.settled, r.coded, r.business))
}

// inside are the pages of whoever is signed in under a password of his own. Each
// place adds its routes in its own file.
func (r *room) inside(in *gin.RouterGroup) {
	r.get(in, "/", r.landing)
	r.workRoutes(in)
	r.systemRoutes(in)
	r.caseRoutes(in)
	r.actRoutes(in)
	r.paperRoutes(in)
	r.lawRoutes(in)
	r.registerRoutes(in)
	r.dashboardRoutes(in)
	r.dossierRoutes(in)
	r.questionRoutes(in)
	r.overviewRoutes(in)
	r.fileRoutes(in)
	r.planRoutes(in)
	r.sendingRoutes(in)
	r.drawRoutes(in)
	r.queueRoutes(in)
	r.deskRoutes(in)
	r.bookRoutes(in)
	r.checkRoutes(in)
	r.reportRoutes(in)
	r.houseRoutes(in)
	r.auditRoutes(in)
	r.importRoutes(in)
	r.jobRoutes(in)
	r.helpRoutes(in)
}

// get opens a page to GET and HEAD.
func (r *room) get(in gin.IRoutes, path string, h gin.HandlerFunc) {
	in.GET(path, h)
	in.HEAD(path, h)
}

// policy is what a browser may do with a page: load what we serve, nothing else.
func (r *room) policy(g *gin.Context) {
	g.Header("Content-Security-Policy", "default-src 'none'; object-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "+
		"frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
}

// asset serves styles, scripts and typefaces. Their address changes with their
// content, so browsers may keep them for good.
func (r *room) asset(g *gin.Context) {
	a, ok := r.Pages.Asset(strings.TrimPrefix(g.Param("name"), "/"))
	if !ok || g.Param("stamp") != r.Pages.Stamp() {
		g.Status(http.StatusNotFound)
		return
	}
	g.Header("Cache-Control", "public, max-age=31536000, immutable")
	g.Data(http.StatusOK, a.Type, a.Body)
}
