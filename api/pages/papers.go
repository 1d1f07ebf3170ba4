package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

func (r *room) paperRoutes(in gin.IRoutes) {
	r.get(in, "/papers/:id", r.paper)
	r.get(in, "/papers/:id/pdf", r.paperFile)
	r.get(in, "/cases/:id/preview/:form", r.preview)
	r.get(in, "/cases/:id/preview/:form/pdf", r.previewFile)
}

// seen gives a paper where the person may see what it belongs to.
func (r *room) seen(g *gin.Context, id string) (workflow.Paper, error) {
	gone := &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.paper", Args: map[string]string{"id": ""}}
	p, err := r.Service.Paper(g, id)
	if err != nil {
		return p, gone
	}
	switch {
	case p.Case != "":
		_, err = r.Case(g, who(g), p.Case)
	case p.System != "":
		_, err = r.System(g, who(g), p.System)
	default:
		var see bool
		if see, err = r.Service.MaySeeOwner(g, who(g), p.Office); err == nil && !see {
			err = gone
		}
	}
	if problem, ok := workflow.ProblemOf(err); ok && problem.Kind == workflow.NotFound {
		err = gone
	}
	return p, err
}

// paper shows a paper: its text, and a way to the file itself.
func (r *room) paper(g *gin.Context) {
	p, err := r.seen(g, g.Param("id"))
	if err != nil {
		r.fail(g, err)
		return
	}
	r.render(g, http.StatusOK, "paper", "cases", gin.H{"Paper": p, "Names": r.officeNames(g), "Verified": r.Words.Verified(p.Regime, p.Form)})
}

func (r *room) paperFile(g *gin.Context) {
	p, err := r.seen(g, g.Param("id"))
	if err != nil {
		r.fail(g, err)
		return
	}
	r.pdf(g, p.PDF, p.SHA256)
}

// pdf hands out a paper, to be shown inside our own pages.
func (r *room) pdf(g *gin.Context, b []byte, sum string) {
	g.Header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'self'")
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
