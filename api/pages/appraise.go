package pages

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
	"capdo/workflow/regime"
)

func (r *room) deskRoutes(in gin.IRoutes) {
	r.get(in, "/cases/:id/appraise", r.desk)
	in.POST("/cases/:id/appraise", r.concludeOnDesk)
	in.POST("/cases/:id/appraise/draft", r.keepAppraisal)
}

// appraisal is the subject under which what an appraiser typed is kept.
func appraisal(caseID string) string { return "appraise/" + caseID }

// clockForm is how pages write a moment.
const clockForm = "15:04 02/01/2006"

// deskTabs are the parts of a dossier beside which it is appraised.
var deskTabs = []string{"overview", "plan", "files", "changes", "opinions"}

// deskData is what the desk shows beside the case.
type deskData struct {
	Tab, Key  string
	Tabs      []string
	Typed     url.Values // what the appraiser wrote so far
	Saved     string     // when it was kept
	Outcome   *appraisalOutcome
	Points    regime.PointRule
	Pieces    []workflow.PieceThere
	Earlier   []earlierRemark
	Asks      []workflow.OpenAct // further acts of the appraiser: asking, looking on site
	Concludes *workflow.OpenAct
	Left      any // of the tab
}

// Val is what was typed into a field.
func (d *deskData) Val(name string) string { return d.Typed.Get(name) }

// desk shows the dossier on the left and the appraisal on the right.
func (r *room) desk(g *gin.Context) {
	draft, err := r.Service.Store.Draft(g, who(g), appraisal(g.Param("id")))
	if err != nil {
		r.fail(g, err)
		return
	}
	typed := url.Values{}
	if draft.Body != "" {
		if err := json.Unmarshal([]byte(draft.Body), &typed); err != nil {
			r.Log.Warn("draft not read", "error", err)
		}
	}
	saved := ""
	if !draft.Saved.IsZero() {
		saved = draft.Saved.In(regime.Zone).Format(clockForm)
	}
	r.showDesk(g, http.StatusOK, typed, saved, nil)
}

func (r *room) showDesk(g *gin.Context, status int, typed url.Values, saved string, t *trouble) {
	d, err := r.caseOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	tab := g.Query("tab")
	if !slices.Contains(deskTabs, tab) {
		tab = deskTabs[0]
	}
	m := &deskData{Tab: tab, Tabs: deskTabs, Key: rand.Text(), Typed: typed, Saved: saved, Points: r.pointsOf(d.Case.Case), Pieces: r.Service.Pieces(d.Case.Case), Earlier: r.earlier(d.Case.Case), Concludes: d.Acts.named("conclude_fit")}
	if d.Case.Version < 2 {
		m.Tabs = slices.DeleteFunc(slices.Clone(deskTabs), func(s string) bool { return s == "changes" })
	}
	for _, act := range []string{"ask_more", "on_site_check", "assign_appraiser"} {
		if a := d.Acts.named(act); a != nil && a.Closed == nil {
			m.Asks = append(m.Asks, *a)
		}
	}
	m.Outcome = r.outcomeOf(typed, d, m.Earlier)
	if m.Left, err = r.deskLeft(g, d, tab); err != nil {
		r.fail(g, err)
		return
	}
	d.More = m
	r.renderWith(g, status, "appraise", "queue", d, t)
}

// sentCase reads what was sent to a case's page, and the case; what fails is
// answered.
func (r *room) sentCase(g *gin.Context) (*caseData, bool) {
	if err := g.Request.ParseForm(); err != nil {
		r.fail(g, err)
		return nil, false
	}
	d, err := r.caseOf(g)
	if err != nil {
		r.fail(g, err)
	}
	return d, err == nil
}

// keepAppraisal keeps what was typed. To a page that asks for a part only it
// answers when that was and what the conclusion would be.
func (r *room) keepAppraisal(g *gin.Context) {
	d, ok := r.sentCase(g)
	if !ok {
		return
	}
	typed := deskFields(g.Request.PostForm)
	draft, err := r.saveTyped(g, d.Case.ID, typed)
	switch {
	case err != nil:
		r.fail(g, err)
	case g.GetHeader("HX-Request") == "true":
		earlier := r.earlier(d.Case.Case)
		r.part(g, http.StatusOK, "appraise", "desk-follows", gin.H{"O": r.outcomeOf(typed, d, earlier), "Saved": draft.Saved.In(regime.Zone).Format(clockForm), "Case": d.Case})
	case g.PostForm("go") != "": // to another part of the dossier
		g.Redirect(http.StatusSeeOther, path("cases", d.Case.ID, "appraise")+"?tab="+url.QueryEscape(g.PostForm("go")))
	default:
		r.done(g, path("cases", d.Case.ID, "appraise")+"?tab="+url.QueryEscape(g.PostForm("tab")), "draft_kept")
	}
}

func (r *room) saveTyped(g *gin.Context, caseID string, typed url.Values) (workflow.Draft, error) {
	body := ""
	if len(typed) > 0 {
		b, err := json.Marshal(typed)
		if err != nil {
			return workflow.Draft{}, err
		}
		body = string(b)
	}
	return r.Service.SaveDraft(g, who(g), appraisal(caseID), body)
}

// deskFields are the fields of the desk that hold something.
func deskFields(form url.Values) url.Values {
	out := url.Values{}
	for name, values := range form {
		prefix, _, _ := strings.Cut(name, ".")
		if slices.Contains(deskPrefixes, prefix) && strings.TrimSpace(strings.Join(values, "")) != "" {
			out[name] = values
		}
	}
	return out
}

// deskPrefixes begin the names of the fields that are the appraiser's own.
var deskPrefixes = []string{"points", "remark", "at", "row", "fate", "level", "reason", "reasoning", "paper", "no", "date"}

// concludeOnDesk keeps what was typed and shows the paper that the points lead
// to, as a draft to be signed or changed again.
func (r *room) concludeOnDesk(g *gin.Context) {
	d, ok := r.sentCase(g)
	if !ok {
		return
	}
	if g.PostForm("edit") != "" { // what was typed is kept
		g.Redirect(http.StatusSeeOther, path("cases", d.Case.ID, "appraise"))
		return
	}
	typed := deskFields(g.Request.PostForm)
	if _, err := r.saveTyped(g, d.Case.ID, typed); err != nil {
		r.fail(g, err)
		return
	}
	o := r.outcomeOf(typed, d, r.earlier(d.Case.Case))
	if o.Act == "" {
		t := &trouble{Problem: &workflow.Problem{Kind: workflow.Invalid, Key: "desk.open_points", Fields: o.Missing}}
		r.showDesk(g, http.StatusUnprocessableEntity, typed, "", t)
		return
	}
	form := o.Fields
	for _, name := range []string{"revision", "key"} {
		form.Set(name, g.PostForm(name))
	}
	form.Set("draft", appraisal(d.Case.ID))
	g.Request.PostForm, g.Request.Form = form, form
	f, err := r.formOf(g, "cases", o.Act)
	if err != nil {
		r.fail(g, err)
		return
	}
	r.draw(g, f, path("cases", d.Case.ID, "appraise"))
}
