package pages

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

// drawRoutes show the papers of an act before it is taken. What was typed is
// long, so it is sent; nothing changes by it.
func (r *room) drawRoutes(in gin.IRoutes) {
	for _, on := range []string{"cases", "systems", "offices"} {
		in.POST("/"+on+"/:id/acts/:act/draft", r.drawAct(on))
		in.POST("/"+on+"/:id/acts/:act/draft/pdf", r.drawPDF(on))
	}
}

// drawnData is what the page of a draft shows.
type drawnData struct {
	*actForm
	Papers []workflow.Drawn
	Kept   url.Values // what was typed, to be sent with the act
	Again  string     // where it is changed again
}

// Signing is how the first paper will be signed.
func (d *drawnData) Signing() *signing {
	if len(d.Papers) == 0 {
		return nil
	}
	f := d.Papers[0].Facts
	s := &signing{Sign: f.Sign, Name: f.Signatory, Office: f.Issuer.Name, Number: f.Number}
	if f.Delegated != nil {
		s.By = f.Delegated
	}
	return s
}

// signing is the block of a signature with what it rests on.
type signing struct {
	Sign   workflow.SignFacts
	Name   string
	Office string
	Number string               // typed; empty: the next of the book
	By     *workflow.CitedPaper // of the delegation
}

// notKept are fields of a form that are not part of the act.
var notKept = []string{"edit", "revision", "key"}

// drawAct shows the papers of an act as drafts, with the act to be confirmed;
// or, asked to change again, the form with what was typed.
func (r *room) drawAct(on string) gin.HandlerFunc {
	return func(g *gin.Context) {
		f, err := r.typedForm(g, on)
		if err != nil {
			r.fail(g, err)
			return
		}
		if g.PostForm("edit") != "" {
			r.render(g, http.StatusOK, "act", f.place(), f)
			return
		}
		r.draw(g, f, f.Path+"/draft")
	}
}

func (r *room) typedForm(g *gin.Context, on string) (*actForm, error) {
	if err := g.Request.ParseForm(); err != nil {
		return nil, err
	}
	return r.form(g, on)
}

// draw shows the drafts of an act that was filled in.
func (r *room) draw(g *gin.Context, f *actForm, again string) {
	papers, err := r.Service.Draw(g, who(g), r.want(g, f))
	if err != nil {
		r.notDone(g, f, err)
		return
	}
	d := &drawnData{actForm: f, Papers: papers, Kept: url.Values{}, Again: again}
	for name, values := range g.Request.PostForm {
		if !slices.Contains(notKept, name) {
			d.Kept[name] = values
		}
	}
	r.render(g, http.StatusOK, "draft", f.place(), d)
}

// drawPDF hands out the first draft of an act as it would be printed.
func (r *room) drawPDF(on string) gin.HandlerFunc {
	return func(g *gin.Context) {
		f, err := r.typedForm(g, on)
		if err != nil {
			r.fail(g, err)
			return
		}
		papers, err := r.Service.Draw(g, who(g), r.want(g, f))
		switch {
		case err != nil:
			r.notDone(g, f, err)
		case len(papers) == 0:
			r.fail(g, &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.form", Args: map[string]string{"id": ""}})
		default:
			r.pdf(g, papers[0].PDF, "")
		}
	}
}

// dropDraft forgets what was kept of a form that has now been sent.
func (r *room) dropDraft(g *gin.Context) {
	subject := g.PostForm("draft")
	if subject == "" {
		return
	}
	if _, err := r.Service.SaveDraft(g, who(g), subject, ""); err != nil {
		r.Log.Warn("draft not dropped", "error", err)
	}
}

// drawAtOnce puts the drafts of an act beside its form where nothing must be
// typed first: who signs reads what will be signed.
func (r *room) drawAtOnce(g *gin.Context, f *actForm) {
	if f.Open == nil || f.Open.Closed != nil || len(f.Open.Issues) == 0 || slices.ContainsFunc(f.Fields, func(one formField) bool { return one.Need }) {
		return
	}
	if papers, err := r.Service.Draw(g, who(g), subject(f.On, f.ID, f.Act)); err == nil {
		f.Drawn = &drawnData{Papers: papers}
	}
}
