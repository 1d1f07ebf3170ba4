package pages

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
	"capdo/workflow/regime"
)

func (r *room) questionRoutes(in gin.IRoutes) {
	r.get(in, "/cases/:id/questions", r.firstQuestion)
	r.get(in, "/cases/:id/questions/:n", r.questionPage)
	in.POST("/cases/:id/questions/:n", r.answer)
	in.POST("/cases/:id/questions/:n/try", r.tryAnswer)
	in.POST("/cases/:id/parts", r.changeParts)
	r.get(in, "/what-if", r.whatIf)
	in.POST("/what-if/try", r.tryWhatIf)
}

// soFar is what the answers come to, beside the question.
type soFar struct {
	*workflow.Trial
	Other  []otherWay
	Open   int // questions that may still raise it and are not answered
	Tried  bool
	Rules  string
	Why    []workflow.Citation // that what is not known leaves the level open
	Dead   bool                // the typed answer cannot be read
	Places map[string]string   // fact → its page
}

// otherWay is what another answer would lead to, in words.
type otherWay struct {
	Answer  string
	Verdict workflow.Verdict
}

func (r *room) soFarOf(l string, reg *regime.Regime, t *workflow.Trial, part int, key string) *soFar {
	s := &soFar{Trial: t, Rules: r.Service.RuleSet(reg.Key), Why: reg.Criteria.WhyIncomplete(), Places: map[string]string{}}
	for _, a := range t.Askings {
		if !a.Stated && a.Fact.Type != "list" {
			s.Open++
		}
	}
	if key == "" {
		return s
	}
	for _, o := range reg.Criteria.OtherWays(t.Facts, part, key) {
		s.Other = append(s.Other, otherWay{r.otherWords(l, key, o.Value), o.Verdict})
	}
	return s
}

func (r *room) otherWords(l, key string, v any) string {
	if n, ok := v.(int); ok {
		if w := r.numberWord(l, key, n); w != itoa(n) {
			return w
		}
		return r.spelled(l, n)
	}
	return strings.Join(r.factWords(l, key, v), ", ")
}

// questionData is the page of one question.
type questionData struct {
	Q            questionView
	Place, Total int // among the questions that can still matter
	Prev         string
	Path         string
	SoFar        *soFar
	PartN        int
	PartName     string
	Parts        []regime.Component
	Key          string
	Voids        []string // facts that the answer just sent cannot stand beside
	May          bool
	Act          workflow.OpenAct
}

// questionOn is the case, its rule set and the question of the address.
func (r *room) questionOn(g *gin.Context) (*caseData, *regime.Regime, *questionData, error) {
	gone := &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.page"}
	d, err := r.caseOf(g)
	if err != nil {
		return nil, nil, nil, err
	}
	reg, ok := r.Service.Book.ByKey(d.Case.Regime)
	n, bad := strconv.Atoi(g.Param("n"))
	if !ok || bad != nil || d.System == nil || n < 1 || n > len(reg.Criteria.Questions) {
		return nil, nil, nil, gone
	}
	q := &questionData{PartN: -1, Key: rand.Text()}
	q.Parts, _ = d.System.Facts["components"].([]regime.Component)
	if s := cmp.Or(g.Query("part"), g.PostForm("part")); s != "" {
		if q.PartN, bad = strconv.Atoi(s); bad != nil || q.PartN < -1 || q.PartN >= len(q.Parts) {
			return nil, nil, nil, gone
		}
	}
	q.Act, _ = r.taking(d.Acts, "facts")
	q.May = q.Act.Act != "" && q.Act.Closed == nil
	fact, _ := reg.Criteria.Fact(reg.Criteria.Questions[n-1])
	have := d.System.Facts
	if q.PartN >= 0 {
		have, q.PartName = q.Parts[q.PartN].Facts, q.Parts[q.PartN].Name
		if fact.Type == "list" {
			return nil, nil, nil, gone
		}
	}
	value, stated := have[fact.Key]
	q.Q = r.questionOf(lang(g), "a", regime.Asking{Fact: fact, N: n, Part: q.PartN, Value: value, Stated: stated})
	q.Path = path("cases", d.Case.ID, "questions", itoa(n))
	q.place(d.Case.ID, reg.Criteria.Askings(d.System.Facts, q.PartN))
	return d, reg, q, nil
}

// place says where the question stands among those that can still matter.
func (q *questionData) place(id string, list []regime.Asking) {
	q.Total = len(list)
	for i, a := range list {
		if a.N == q.Q.N {
			q.Place = i + 1
		}
		if a.N < q.Q.N {
			q.Prev = questionPath(id, a)
		}
	}
}

func questionPath(id string, a regime.Asking) string {
	to := path("cases", id, "questions", itoa(a.N))
	if a.Part >= 0 {
		to += "?part=" + itoa(a.Part)
	}
	return to
}

func (r *room) questionPage(g *gin.Context) {
	d, reg, q, err := r.questionOn(g)
	if err == nil {
		var t *workflow.Trial
		if t, err = r.Service.Try(g, d.Case.ID, q.PartN, nil); err == nil {
			q.SoFar = r.soFarOf(lang(g), reg, t, q.PartN, q.Q.Fact.Key)
			q.places(d.Case.ID, reg)
		}
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	d.More = q
	r.render(g, http.StatusOK, "question", "cases", d)
}

// places says where each fact that is missing is asked.
func (q *questionData) places(id string, reg *regime.Regime) {
	for i, key := range reg.Criteria.Questions {
		q.SoFar.Places[key] = questionPath(id, regime.Asking{N: i + 1, Part: q.PartN})
	}
}

// firstQuestion goes to the first question that is not answered, or the list of
// answers where all are.
func (r *room) firstQuestion(g *gin.Context) {
	d, err := r.caseOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	part := -1
	if n, err := strconv.Atoi(g.Query("part")); err == nil {
		part = n
	}
	g.Redirect(http.StatusSeeOther, r.nextQuestion(d.Case, d.System.Facts, 0, part))
}

// nextQuestion is the page of the first open question after one, first in the
// same part, then anywhere; where none is open, the answers.
func (r *room) nextQuestion(c *workflow.CaseView, facts workflow.Facts, after, part int) string {
	reg, ok := r.Service.Book.ByKey(c.Regime)
	if !ok {
		return path("cases", c.ID)
	}
	open := func(n, part int) string {
		for _, a := range reg.Criteria.Askings(facts, part) {
			if a.N > n && !a.Stated && a.Fact.Type != "list" {
				return questionPath(c.ID, a)
			}
		}
		return ""
	}
	if to := cmp.Or(open(after, part), open(0, part)); to != "" {
		return to
	}
	parts, _ := facts["components"].([]regime.Component)
	for i := -1; i < len(parts); i++ {
		if to := open(0, i); to != "" {
			return to
		}
	}
	return path("cases", c.ID, "answers")
}

// tryAnswer tells what an answer would come to, and keeps nothing: it fills the
// column beside the question.
func (r *room) tryAnswer(g *gin.Context) {
	d, reg, q, err := r.questionOn(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	given := map[string]any{}
	if v, ok := readAnswer(g.Request.PostForm, "a", q.Q.Fact); ok {
		given[q.Q.Fact.Key] = v
	}
	t, err := r.Service.Try(g, d.Case.ID, q.PartN, given)
	if err != nil {
		if t, err = r.Service.Try(g, d.Case.ID, q.PartN, nil); err != nil {
			r.fail(g, err)
			return
		}
		q.SoFar = r.soFarOf(lang(g), reg, t, q.PartN, "")
		q.SoFar.Dead = true
	} else {
		q.SoFar = r.soFarOf(lang(g), reg, t, q.PartN, q.Q.Fact.Key)
		q.SoFar.Tried = true
	}
	q.places(d.Case.ID, reg)
	r.part(g, http.StatusOK, "question", "so-far", q.SoFar)
}

// answer keeps one answer and goes on. An answer that others cannot stand beside
// is kept only when the person says what becomes of those.
func (r *room) answer(g *gin.Context) {
	d, reg, q, err := r.questionOn(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	v, ok := readAnswer(g.Request.PostForm, "a", q.Q.Fact)
	if !ok {
		v = nil
	}
	given := map[string]any{q.Q.Fact.Key: v}
	t, err := r.Service.Try(g, d.Case.ID, q.PartN, given)
	if err == nil && len(t.Voided) > 0 {
		switch g.PostForm("void") {
		case "drop":
			for _, key := range t.Voided {
				given[key] = nil
			}
		case "keep":
		default:
			q.Voids = t.Voided
			r.answerAgain(g, d, reg, q, t, http.StatusConflict, nil)
			return
		}
	}
	var out *workflow.Outcome
	if err == nil {
		out, err = r.Service.Answer(g, who(g), workflow.Want{Act: q.Act.Act, Case: d.Case.ID, Revision: sentRevision(g), Key: g.PostForm("key")}, q.PartN, given)
	}
	if err != nil {
		tr, status := r.troubleOf(g, err)
		r.answerAgain(g, d, reg, q, nil, status, tr)
		return
	}
	if g.PostForm("then") == "list" {
		r.done(g, path("cases", d.Case.ID), "answer_kept")
		return
	}
	g.Redirect(http.StatusSeeOther, r.nextQuestion(d.Case, out.System.Facts, q.Q.N, q.PartN))
}

// answerAgain shows the question with what was typed.
func (r *room) answerAgain(g *gin.Context, d *caseData, reg *regime.Regime, q *questionData, t *workflow.Trial, status int, tr *trouble) {
	if t == nil {
		var err error
		if t, err = r.Service.Try(g, d.Case.ID, q.PartN, nil); err != nil {
			r.fail(g, err)
			return
		}
	}
	q.SoFar = r.soFarOf(lang(g), reg, t, q.PartN, q.Q.Fact.Key)
	q.places(d.Case.ID, reg)
	q.Q.typed(g.Request.PostForm)
	d.More = q
	r.renderWith(g, status, "question", "cases", d, tr)
}

// changeParts adds, renames or takes out components of a system.
func (r *room) changeParts(g *gin.Context) {
	d, err := r.caseOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	facts, ok := r.taking(d.Acts, "facts")
	if !ok {
		r.fail(g, &workflow.Problem{Kind: workflow.NotNow, Key: "act.not_open", Args: map[string]string{"state": d.Case.State, "act": "set_facts"}})
		return
	}
	have, _ := d.System.Facts["components"].([]regime.Component)
	parts := []any{}
	for i, name := range g.PostFormArray("part_name") {
		if name = strings.TrimSpace(name); name == "" || slices.Contains(g.PostFormArray("drop"), itoa(i)) {
			continue
		}
		one := map[string]any{"name": name}
		if i < len(have) {
			one["facts"] = r.askedFacts(d, have[i].Facts)
		}
		parts = append(parts, one)
	}
	back := r.questionAt(d, "list")
	_, err = r.Service.Answer(g, who(g), workflow.Want{Act: facts.Act, Case: d.Case.ID, Revision: sentRevision(g), Key: g.PostForm("key")}, -1, map[string]any{"components": parts})
	if err != nil {
		r.partsAgain(g, back, err)
		return
	}
	r.done(g, back, "parts_kept")
}

// partsAgain shows the form of the components with the names that were typed.
func (r *room) partsAgain(g *gin.Context, page string, cause error) {
	g.AddParam("n", page[strings.LastIndex(page, "/")+1:])
	d, reg, q, err := r.questionOn(g)
	if err != nil {
		r.fail(g, cause)
		return
	}
	have := q.Parts
	q.Parts = nil
	for i, name := range g.PostFormArray("part_name") {
		if i < len(have) || name != "" {
			q.Parts = append(q.Parts, regime.Component{Name: name})
		}
	}
	t, status := r.troubleOf(g, cause)
	r.answerAgain(g, d, reg, q, nil, status, t)
}

// askedFacts leaves out facts that the rule set of the case does not ask.
func (r *room) askedFacts(d *caseData, f workflow.Facts) map[string]any {
	reg, ok := r.Service.Book.ByKey(d.Case.Regime)
	out := map[string]any{}
	for k, v := range f {
		if _, known := reg.Criteria.Fact(k); ok && known {
			out[k] = v
		}
	}
	return out
}
