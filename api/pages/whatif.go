package pages

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// whatIfData asks which level would follow; nothing of it is kept.
type whatIfData struct {
	Questions []questionView
	SoFar     *soFar
	Regime    string
	Regimes   []option
	System    *workflow.SystemView // whose facts it began with, nil for none
}

// whatIf shows all questions that can matter and what the answers come to.
// Everything is in the address: it can be kept, sent and changed.
func (r *room) whatIf(g *gin.Context) {
	d, t, err := r.supposed(g, g.Request.URL.Query())
	tr, status := (*trouble)(nil), http.StatusOK
	if err != nil {
		if t == nil {
			r.fail(g, err)
			return
		}
		tr, status = r.troubleOf(g, err)
	}
	for _, a := range t.Askings {
		if a.Fact.Type != "list" {
			q := r.questionOf(lang(g), "f."+a.Fact.Key, a)
			q.typed(g.Request.URL.Query())
			d.Questions = append(d.Questions, q)
		}
	}
	r.renderWith(g, status, "whatif", "whatif", d, tr)
}

func (r *room) tryWhatIf(g *gin.Context) {
	if err := g.Request.ParseForm(); err != nil {
		r.fail(g, err)
		return
	}
	d, t, err := r.supposed(g, g.Request.PostForm)
	if t == nil {
		r.fail(g, err)
		return
	}
	d.SoFar.Tried, d.SoFar.Dead = true, err != nil
	r.part(g, http.StatusOK, "whatif", "so-far", d.SoFar)
}

// supposed reads supposed facts. Where an answer cannot be read, what the others
// come to is told beside the error.
func (r *room) supposed(g *gin.Context, form url.Values) (*whatIfData, *workflow.Trial, error) {
	d := &whatIfData{Regime: form.Get("regime")}
	reg, ok := r.Service.Book.ByKey(d.Regime)
	if !ok {
		if reg, ok = r.Service.Book.On(r.Service.Today()); !ok {
			reg = r.Service.Book.Regimes[len(r.Service.Book.Regimes)-1]
		}
	}
	d.Regime = reg.Key
	for _, one := range r.Service.Book.Regimes {
		d.Regimes = append(d.Regimes, option{Value: one.Key, Label: r.Service.RuleSet(one.Key), On: one == reg})
	}
	have := workflow.Facts{}
	if id := form.Get("system"); id != "" {
		sys, err := r.System(g, who(g), id)
		if err != nil {
			return nil, nil, err
		}
		d.System, have = sys, sys.Facts
	}
	t, err := workflow.TryFacts(reg, have, -1, answersIn(form, reg))
	if err != nil {
		plain, wrong := workflow.TryFacts(reg, have, -1, nil)
		if wrong != nil {
			return nil, nil, err
		}
		t = plain
	}
	d.SoFar = r.soFarOf(lang(g), reg, t, -1, "")
	return d, t, err
}

func answersIn(form url.Values, reg *regime.Regime) map[string]any {
	given := map[string]any{}
	for _, f := range reg.Criteria.Facts {
		if v, ok := readAnswer(form, "f."+f.Key, f); ok && f.Type != "list" && (v != nil || form.Has("f."+f.Key)) {
			given[f.Key] = v
		}
	}
	return given
}
