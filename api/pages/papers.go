package pages

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

func (r *room) paperRoutes(in gin.IRoutes) {
	r.get(in, "/papers/:id", r.paper)
	r.get(in, "/papers/:id/pdf", r.paperFile)
	r.get(in, "/cases/:id/preview/:form", r.preview)
	r.get(in, "/cases/:id/preview/:form/pdf", r.previewFile)
}

// paperData is what the page of a paper shows.
type paperData struct {
	workflow.Paper
	Names    map[string]string // of offices
	Verified string
	State    string // of its dossier as it stands now
	AsPDF    bool   // the file as printed instead of its text
	Issued   *eventRow
	Entry    *workflow.RegisterEntry // in force by this paper
	Cited    []workflow.Paper        // later papers that name its number
	Acts     []actLink
	System   *workflow.SystemView
}

// actLink is an act open to the person, where its form is.
type actLink struct{ Act, Path string }

// paper shows a paper: its text or the file, what issued it, what rests on it.
func (r *room) paper(g *gin.Context) {
	p, err := r.Paper(g, who(g), g.Param("id"))
	if err != nil {
		r.fail(g, err)
		return
	}
	d := &paperData{Paper: p, Names: r.officeNames(g), Verified: r.Words.Verified(p.Regime, p.Form), AsPDF: g.Query("view") == "pdf"}
	if err := r.aroundPaper(g, d); err != nil {
		r.fail(g, err)
		return
	}
	r.render(g, http.StatusOK, "paper", "cases", d)
}

// aroundPaper reads where a paper comes from and what rests on it.
func (r *room) aroundPaper(g *gin.Context, d *paperData) error {
	events, err := r.Service.Events(g, workflow.EventQuery{Case: d.Case, System: d.Paper.System, Office: d.Office})
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(events, func(e workflow.Event) bool { return slices.Contains(e.Papers, d.ID) }); i >= 0 {
		rows, err := r.eventRows(g, events[i:i+1])
		if err != nil {
			return err
		}
		d.Issued = &rows[0]
	}
	if d.Paper.System == "" {
		return nil
	}
	if d.System, err = r.Service.System(g, d.Paper.System); err != nil || d.Case == "" {
		return err
	}
	c, err := r.Service.Case(g, d.Case)
	if err != nil {
		return err
	}
	d.State = c.State
	if err := r.citing(g, d); err != nil {
		return err
	}
	return r.paperActs(g, d)
}

// citing finds the later papers of the case that name the number of this one.
func (r *room) citing(g *gin.Context, d *paperData) error {
	if d.Number == "" || d.Draft {
		return nil
	}
	papers, err := r.Service.Papers(g, d.Case)
	for _, p := range papers {
		if p.Order > d.Order && strings.Contains(p.Text, d.Number) {
			d.Cited = append(d.Cited, p)
		}
	}
	return err
}

// paperActs offers, at the decision a level rests on, what may be done with it:
// correcting, ending, determining again.
func (r *room) paperActs(g *gin.Context, d *paperData) error {
	c, err := r.Service.Case(g, d.Case)
	if err != nil || c.Decided == nil || c.Decided.Paper != d.ID {
		return err
	}
	snap, err := r.Service.Store.Snapshot(g, "", d.Paper.System)
	if err != nil {
		return err
	}
	if snap.Entry != nil && snap.Entry.Case == d.Case {
		d.Entry = snap.Entry
	}
	onCase, err := r.Service.Acts(g, who(g), d.Case)
	if err != nil {
		return err
	}
	onSystem, err := r.Service.SystemActs(g, who(g), d.Paper.System)
	if err != nil {
		return err
	}
	for i, list := range [][]workflow.OpenAct{onCase, onSystem} {
		for _, a := range r.splitActs(list).Open {
			at := path([]string{"cases", "systems"}[i], []string{d.Case, d.Paper.System}[i], "acts", a.Act)
			d.Acts = append(d.Acts, actLink{a.Act, at})
		}
	}
	return nil
}

func (r *room) paperFile(g *gin.Context) {
	p, err := r.Paper(g, who(g), g.Param("id"))
	if err != nil {
		r.fail(g, err)
		return
	}
	r.pdf(g, p.PDF, p.SHA256)
}

// pdf hands out a paper, to be shown inside our own pages.
func (r *room) pdf(g *gin.Context, b []byte, sum string) {
	g.Header("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'self'")
	g.Header("X-Frame-Options", "SAMEORIGIN")
	if sum != "" {
		g.Header("ETag", `"`+sum+`"`)
	}
	g.Data(http.StatusOK, "application/pdf", b)
}

// preview shows a paper as it would be printed now, as a draft without number.
func (r *room) preview(g *gin.Context) {
	d, err := r.caseOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	out, err := r.Service.Preview(g, who(g), d.Case.ID, g.Param("form"))
	if err != nil {
		r.fail(g, err)
		return
	}
	d.More = gin.H{"Form": g.Param("form"), "Text": out.Text}
	r.render(g, http.StatusOK, "preview", placeOf(d.Case), d)
}

func (r *room) previewFile(g *gin.Context) {
	if _, err := r.Case(g, who(g), g.Param("id")); err != nil {
		r.fail(g, err)
		return
	}
	out, err := r.Service.Preview(g, who(g), g.Param("id"), g.Param("form"))
	if err != nil {
		r.fail(g, err)
		return
	}
	r.pdf(g, out.PDF, "")
}
