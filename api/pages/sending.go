package pages

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
	"capdo/workflow/regime"
)

func (r *room) sendingRoutes(in gin.IRoutes) {
	r.get(in, "/cases/:id/answers", r.answersPage)
	in.POST("/cases/:id/level", r.raiseLevel)
	r.get(in, "/cases/:id/returns/:n", r.returnPage)
	in.POST("/cases/:id/returns/:n", r.resubmit)
}

// answersData is all that a dossier says, with a way to change each of it, and the
// form that sends it.
type answersData struct {
	*dossierData
	Facts    []answerRow
	Parts    []partAnswers
	Texts    []textView
	Tables   []overviewPart
	Sheet    *workflow.SheetView
	Files    []workflow.Attachment
	Pieces   []pieceRow
	Design   string
	Form     *actForm
	FormKey  string // form that the act prints first
	Levels   []int  // that may be proposed in place of the implied one
	Revision int64
}

// answerRow is one fact in words.
type answerRow struct {
	Key     string
	Values  []string
	Known   bool
	Assumed bool // nobody answered: its default holds
	Href    string
}

// partAnswers are the facts of one component.
type partAnswers struct {
	Name string
	Rows []answerRow
}

func (r *room) answerRows(l, id string, reg *regime.Regime, facts workflow.Facts, part int) []answerRow {
	have := facts
	if parts, _ := facts["components"].([]regime.Component); part >= 0 {
		have = parts[part].Facts
	}
	var rows []answerRow
	for _, a := range reg.Criteria.Askings(facts, part) {
		v, stated := have[a.Fact.Key]
		row := answerRow{Key: a.Fact.Key, Known: v != nil, Href: questionPath(id, a)}
		if !stated && a.Fact.Default != nil {
			v, row.Assumed = a.Fact.Default, true
		}
		if n, ok := v.(int); a.Fact.Type == "list" && v == nil {
			row.Values, row.Known = []string{r.Words.Message(l, "task.parts.none", nil)}, true
		} else if ok {
			row.Values = []string{r.otherWords(l, a.Fact.Key, n)}
		} else {
			row.Values = r.factWords(l, a.Fact.Key, v)
		}
		rows = append(rows, row)
	}
	return rows
}

func (r *room) answersOf(g *gin.Context, d *caseData) (*answersData, error) {
	list, err := r.dossierOf(g, d)
	if err != nil {
		return nil, err
	}
	a := &answersData{dossierData: list, Design: d.Case.Present().Design, Revision: d.Case.Revision}
	reg, ok := r.Service.Book.ByKey(d.Case.Regime)
	if !ok {
		return a, nil
	}
	l := lang(g)
	a.Facts = r.answerRows(l, d.Case.ID, reg, d.System.Facts, -1)
	parts, _ := d.System.Facts["components"].([]regime.Component)
	for i, p := range parts {
		a.Parts = append(a.Parts, partAnswers{p.Name, r.answerRows(l, d.Case.ID, reg, d.System.Facts, i)})
	}
	v, err := r.Service.Overview(g, d.System.ID)
	if err != nil {
		return nil, err
	}
	for _, key := range workflow.OverviewTexts() {
		a.Texts = append(a.Texts, textView{Key: key, Value: *v.Overview.Text(key)})
	}
	for _, shape := range workflow.OverviewTables() {
		a.Tables = append(a.Tables, overviewPart{shape.Key, len(v.Whole.Cells(shape.Key))})
	}
	if a.Sheet, err = r.Service.Sheet(g, d.Case.ID); err != nil {
		if p, ok := workflow.ProblemOf(err); !ok || p.Key != "sheet.no_catalogue" {
			return nil, err
		}
	}
	pieces, err := r.piecesOf(g, d)
	if err != nil {
		return nil, err
	}
	a.Pieces, a.Files = pieces.Pieces, pieces.Files
	least := max(d.Verdict.Level, d.Verdict.AtLeast, 1)
	for n := least; n <= 5; n++ {
		a.Levels = append(a.Levels, n)
	}
	return a, r.sendForm(g, a)
}

// sendForm embeds the act that sends the dossier.
func (r *room) sendForm(g *gin.Context, a *answersData) error {
	if a.Send == nil {
		return nil
	}
	var err error
	if a.Form, err = r.formOf(g, "cases", a.Send.Act); err != nil {
		return err
	}
	if len(a.Send.Issues) == 0 {
		return nil
	}
	a.FormKey = a.Send.Issues[0]
	return nil
}

func (r *room) answersPage(g *gin.Context) { r.showAnswers(g, http.StatusOK, nil) }

func (r *room) showAnswers(g *gin.Context, status int, t *trouble) {
	d, err := r.caseOf(g)
	if err == nil && !r.prepared(d) {
		g.Redirect(http.StatusSeeOther, path("cases", d.Case.ID))
		return
	}
	if err == nil {
		d.More, err = r.answersOf(g, d)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	r.renderWith(g, status, "answers", "cases", d, t)
}

// raiseLevel proposes another level than the criteria imply; the reason is asked
// when the dossier is sent.
func (r *room) raiseLevel(g *gin.Context) {
	d, err := r.caseOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	facts, ok := r.taking(d.Acts, "facts")
	level, bad := number(g.PostForm("level"))
	if !ok || bad != nil || len(d.System.Facts) == 0 {
		r.showAnswers(g, http.StatusUnprocessableEntity, &trouble{Problem: &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "level", Expect: "expect.level"}}}})
		return
	}
	want := workflow.Want{Act: facts.Act, Case: d.Case.ID, Revision: sentRevision(g), Key: g.PostForm("key"), With: workflow.With{"facts": r.askedFacts(d, d.System.Facts), "level": level}}
	if _, err := r.Service.Act(g, who(g), want); err != nil {
		t, status := r.troubleOf(g, err)
		r.showAnswers(g, status, t)
		return
	}
	r.done(g, path("cases", d.Case.ID, "answers"), "level_proposed")
}

// returnData is one notice that asked for more, with the answers and what changed.
type returnData struct {
	N        int
	Asked    []askedPoint
	Notice   *workflow.Paper
	On       workflow.Day // day it was asked
	Reason   string
	Answered workflow.Day // day the answers came, zero: not yet
	Diff     *workflow.Difference
	Facts    []factDiff
	Form     *actForm // the resubmission, nil when it was sent or is not for this state
	May      bool
	Prepares bool             // the person may write answers for whoever sends them
	Kept     workflow.Answers // written so far
	KeptBy   string           // who wrote them
	KeptAt   string
	Act      *workflow.OpenAct
	Now      bool // the second side is what stands now, not sent yet
}

// askedPoint is one point with its answer.
type askedPoint struct {
	N                int
	Question, Answer string
	Expect           string // message key of what is wrong with the answer typed
}

// factDiff is a changed fact in words.
type factDiff struct {
	Of, Key  string
	Was, Now []string
}

func (r *room) returnOf(g *gin.Context, d *caseData) (*returnData, error) {
	gone := &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.page"}
	n, bad := strconv.Atoi(g.Param("n"))
	if bad != nil || d.Case.Kind != workflow.KindDossier {
		return nil, gone
	}
	i := slices.IndexFunc(d.Case.Editions, func(e workflow.Edition) bool { return e.Version == n })
	if i < 0 || len(d.Case.Editions[i].Asked) == 0 {
		return nil, gone
	}
	data := &returnData{N: n, Now: n == d.Case.Version}
	r.noticeOf(d, data)
	var answers []string
	if data.Now {
		if err := r.kept(g, d, data); err != nil {
			return nil, err
		}
		answers = data.Kept.Points
	} else {
		next := d.Case.Editions[i+1]
		answers, data.Answered = next.Answers, next.Received
	}
	for j, q := range d.Case.Editions[i].Asked {
		p := askedPoint{N: j + 1, Question: q}
		if j < len(answers) {
			p.Answer = answers[j]
		}
		data.Asked = append(data.Asked, p)
	}
	var err error
	if data.Diff, err = r.Service.Difference(g, d.Case.ID, n, n+1); err != nil {
		return nil, err
	}
	for i, row := range data.Diff.Rows {
		data.Diff.Rows[i].Was, data.Diff.Rows[i].Now = filledCells(row.Was), filledCells(row.Now)
	}
	for _, f := range data.Diff.Facts {
		data.Facts = append(data.Facts, factDiff{f.Of, f.Key, r.factWords(lang(g), f.Key, f.Was), r.factWords(lang(g), f.Key, f.Now)})
	}
	if !data.Now {
		return data, nil
	}
	answering, ok := r.answering(d)
	if ok {
		data.Act, data.May = &answering, answering.Closed == nil
		data.Form, err = r.formOf(g, "cases", answering.Act)
	}
	return data, err
}

// kept reads the answers that somebody has written for the notice.
func (r *room) kept(g *gin.Context, d *caseData, data *returnData) (err error) {
	data.Prepares = r.Service.MayContent(g, who(g), "edit_overview", d.Case.System) == nil
	if data.Kept, err = r.Service.Answers(g, d.Case.Case); err != nil || data.Kept.Person == "" {
		return err
	}
	p, err := r.Service.Store.Person(g, data.Kept.Person)
	data.KeptBy, data.KeptAt = p.Name, data.Kept.Saved.In(regime.Zone).Format(clockForm)
	return err
}

// filledCells leaves out the empty cells of a row.
func filledCells(row []string) []string {
	return slices.DeleteFunc(slices.Clone(row), func(s string) bool { return s == "" })
}

// answering is the act that answers the points of a notice, open or closed.
func (r *room) answering(d *caseData) (workflow.OpenAct, bool) {
	for _, a := range slices.Concat(d.Acts.Open, d.Acts.Closed) {
		if _, ok := r.Service.Book.Acts[a.Act].Fields["answers"]; ok && a.Main {
			return a, true
		}
	}
	return workflow.OpenAct{}, false
}

// noticeOf finds the event and the paper that asked.
func (r *room) noticeOf(d *caseData, data *returnData) {
	for _, e := range d.Events {
		if e.Refused == nil && e.Version == data.N && e.With["points"] != nil {
			data.On = e.On
			data.Reason, _ = e.With["reason"].(string)
			for i, p := range d.Papers {
				if slices.Contains(e.Papers, p.ID) {
					data.Notice = &d.Papers[i]
				}
			}
			return
		}
	}
}

func (r *room) returnPage(g *gin.Context) { r.showReturn(g, http.StatusOK, nil) }

func (r *room) showReturn(g *gin.Context, status int, t *trouble) {
	d, err := r.caseOf(g)
	var data *returnData
	if err == nil {
		data, err = r.returnOf(g, d)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	for i, typed := range g.PostFormArray("answers") {
		if i < len(data.Asked) {
			data.Asked[i].Answer = typed
			data.Asked[i].Expect = t.FieldErr("answers." + itoa(i+1))
		}
	}
	d.More = data
	r.renderWith(g, status, "return", "cases", d, t)
}

// resubmit answers the points and sends the dossier again. A point without answer
// is named and nothing typed is lost.
func (r *room) resubmit(g *gin.Context) {
	d, err := r.caseOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	act, ok := r.answering(d)
	if !ok {
		r.showReturn(g, http.StatusConflict, &trouble{Problem: &workflow.Problem{Kind: workflow.NotNow, Key: "return.sent", Args: map[string]string{}}})
		return
	}
	if g.PostForm("do") == "keep" {
		if _, err := r.Service.KeepAnswers(g, who(g), d.Case.Case, g.PostFormArray("answers")); err != nil {
			t, status := r.troubleOf(g, err)
			r.showReturn(g, status, t)
			return
		}
		r.done(g, path("cases", d.Case.ID, "returns", itoa(d.Case.Version)), "draft_kept")
		return
	}
	f, err := r.formOf(g, "cases", act.Act)
	if err != nil {
		r.fail(g, err)
		return
	}
	out, err := r.Service.Act(g, who(g), r.want(g, f))
	if err != nil {
		t, status := r.troubleOf(g, err)
		r.showReturn(g, status, t)
		return
	}
	g.Redirect(http.StatusSeeOther, path("cases", out.Case.ID)+"?done="+act.Act+"&papers="+itoa(len(out.Papers)))
}
