package pages

import (
	"crypto/rand"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

// receptionData is what the check on the arrival of a dossier shows.
type receptionData struct {
	Key         string
	Pieces      []workflow.PieceThere
	Advice      []workflow.Advice
	Suggestions []string // points of a notice, in Vietnamese as it will be printed
	Accept      *workflow.OpenAct
	Supplement  *workflow.OpenAct
	Edition     *workflow.Edition
	Copies      struct{ Originals, Copies int } // asked by the rule set
}

// reception shows whether a dossier that came in is complete, with both answers
// the law gives: complete and valid, or a notice of what is to be supplied.
func (r *room) reception(g *gin.Context) {
	d, err := r.caseOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	more := &receptionData{Key: rand.Text(), Pieces: r.Service.Pieces(d.Case.Case), Edition: d.Case.Present(), Accept: d.Acts.named("accept_valid"), Supplement: d.Acts.named("request_supplement")}
	if more.Advice, err = r.Service.Advise(g, d.Case.ID); err != nil {
		r.fail(g, err)
		return
	}
	if reg, ok := r.Service.Book.ByKey(d.Case.Regime); ok {
		asked := reg.CopiesFor(d.Case.Level)
		more.Copies.Originals, more.Copies.Copies = asked.Originals, asked.Copies
	}
	more.Suggestions = r.suggestions(more)
	d.More = more
	r.render(g, http.StatusOK, "reception", "queue", d)
}

// suggestions are the points of a supplement notice that follow from what the
// program found missing.
func (r *room) suggestions(d *receptionData) (out []string) {
	for _, p := range d.Pieces {
		if !p.There {
			out = append(out, r.Words.Message("vi", "reception.missing", map[string]string{"name": p.Name}))
		}
	}
	for _, a := range d.Advice {
		key, args := a.Words()
		out = append(out, r.Words.Message("vi", key, args))
	}
	return out
}

// named finds an act, open or closed; nil where the state has none of the name.
func (a actsView) named(act string) *workflow.OpenAct {
	all := slices.Concat(a.Open, a.Closed)
	i := slices.IndexFunc(all, func(o workflow.OpenAct) bool { return o.Act == act })
	if i < 0 {
		return nil
	}
	return &all[i]
}
