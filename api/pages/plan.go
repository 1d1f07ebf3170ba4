package pages

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

func (r *room) planRoutes(in gin.IRoutes) {
	r.get(in, "/cases/:id/plan", r.planPage)
	in.POST("/cases/:id/plan", r.savePlan)
	r.get(in, "/cases/:id/plan.xlsx", r.planFile)
	in.POST("/cases/:id/plan/import", r.importPlan)
}

// planData is one group of the requirement sheet of a case.
type planData struct {
	Sheet    *workflow.SheetView
	Groups   []planGroup
	Group    planGroup
	Rows     []planRow
	Next     string // group after this one
	Revision int64
	Lenders  []option // systems whose answers may be inherited
	Report   *workflow.SheetReport
	Dry      bool
	May      *workflow.Problem // why the person may not write, nil: may
	Open     bool              // questions stand open: their group is shown
}

// planGroup is a group of requirements with how far it is answered.
type planGroup struct {
	ID, Title, Kind  string
	All, Answered    int
	Unmet, Attention int
}

// planRow is a requirement as it is answered in the form.
type planRow struct {
	workflow.SheetRowView
	Typed workflow.SheetRow  // shown in the form
	Due   string             // as typed
	Lines string             // evidence, a line each
	Now   *workflow.SheetRow // what is kept by now, where it differs after somebody else saved
}

// questionsGroup is the group of the questions that conditional rows hang on, and
// of whose answers are taken over.
const questionsGroup = "questions"

func (r *room) planOf(g *gin.Context, id, group string) (*planData, error) {
	v, err := r.Service.Sheet(g, id)
	if err != nil {
		return nil, err
	}
	p := &planData{Sheet: v, Revision: v.Revision}
	if err := r.Service.MaySheet(g, who(g), id); err != nil {
		var refused bool
		if p.May, refused = workflow.ProblemOf(err); !refused {
			return nil, err
		}
	}
	for _, row := range v.Rows {
		i := slices.IndexFunc(p.Groups, func(o planGroup) bool { return o.ID == row.Group })
		if i < 0 {
			i = len(p.Groups)
			p.Groups = append(p.Groups, planGroup{ID: row.Group, Title: row.GroupTitle, Kind: row.Kind})
		}
		one := &p.Groups[i]
		one.All++
		if row.Status != "" {
			one.Answered++
		}
		if row.Status == workflow.RowUnmet || row.Status == workflow.RowPartial {
			one.Unmet++
		}
		if len(row.Warns) > 0 && row.Status != "" {
			one.Attention++
		}
	}
	if group == questionsGroup || group == "" && len(v.Questions) > 0 && len(v.Facts) == 0 || len(p.Groups) == 0 {
		p.Open = true
		if len(p.Groups) > 0 {
			p.Next = p.Groups[0].ID
		}
		return p, r.lendersOf(g, p)
	}
	at := max(0, slices.IndexFunc(p.Groups, func(o planGroup) bool { return o.ID == group }))
	p.Group = p.Groups[at]
	if at+1 < len(p.Groups) {
		p.Next = p.Groups[at+1].ID
	}
	for _, row := range v.Rows {
		if row.Group != p.Group.ID {
			continue
		}
		one := planRow{SheetRowView: row}
		if row.Source == workflow.SourceOwn {
			one.show(row.SheetRow)
		}
		p.Rows = append(p.Rows, one)
	}
	return p, nil
}

func (p *planRow) show(row workflow.SheetRow) {
	p.Typed, p.Lines, p.Due = row, strings.Join(row.Evidence, "\n"), ""
	if !row.Due.IsZero() {
		p.Due = row.Due.Start().Format("02/01/2006")
	}
}

func (r *room) lendersOf(g *gin.Context, p *planData) error {
	sys, err := r.Service.System(g, p.Sheet.System)
	if err != nil {
		return err
	}
	list, err := r.Service.ListSystems(g, who(g), workflow.SystemQuery{Owner: sys.OwnerNow, Limit: mostChoices})
	for _, s := range list.Items {
		if s.ID != sys.ID {
			p.Lenders = append(p.Lenders, option{Value: s.ID, Label: s.Name, On: slices.Contains(p.Sheet.Inherits, s.ID)})
		}
	}
	sortOptions(p.Lenders)
	return err
}

func (r *room) planPage(g *gin.Context) {
	d, err := r.caseOf(g)
	if err == nil {
		d.More, err = r.planOf(g, d.Case.ID, g.Query("group"))
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	r.render(g, http.StatusOK, "plan", placeOf(d.Case), d)
}

// savePlan keeps one group.
func (r *room) savePlan(g *gin.Context) {
	if err := g.Request.ParseForm(); err != nil {
		r.fail(g, err)
		return
	}
	d, err := r.caseOf(g)
	var p *planData
	if err == nil {
		p, err = r.planOf(g, d.Case.ID, g.PostForm("group"))
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	d.More = p
	order, err := p.order(g.Request.PostForm)
	order.Revision = sentRevision(g)
	if err == nil {
		_, err = r.Service.SaveSheet(g, who(g), d.Case.ID, order)
	}
	if err != nil {
		t, status := r.troubleOf(g, err)
		p.again(order, t, sentRevision(g))
		r.renderWith(g, status, "plan", placeOf(d.Case), d, t)
		return
	}
	to := path("cases", d.Case.ID, "plan") + "?group=" + url.QueryEscape(g.PostForm("group"))
	if g.PostForm("then") == "next" && p.Next != "" {
		to = path("cases", d.Case.ID, "plan") + "?group=" + url.QueryEscape(p.Next)
	}
	r.done(g, to, "plan_kept")
}

// order reads a group into what the sheet takes; the rows are shown as typed from
// then on.
func (p *planData) order(form url.Values) (workflow.SheetOrder, error) {
	var o workflow.SheetOrder
	if p.Open {
		o.Facts = map[string]any{}
		for i, q := range p.Sheet.Questions {
			if v := form.Get("q." + q.Key); v != "" {
				o.Facts[q.Key] = map[string]any{"yes": true, "no": false}[v]
				p.Sheet.Questions[i].Value = o.Facts[q.Key]
			}
		}
		if form.Has("inherits.here") {
			list := append([]string{}, form["inherits"]...)
			o.Inherits = &list
		}
		return o, nil
	}
	var fields []workflow.Field
	for i := range p.Rows {
		row := &p.Rows[i]
		bad := row.read(form)
		if bad != nil {
			fields = append(fields, *bad)
		}
		if row.Typed.Status != "" || row.Source == workflow.SourceOwn || !row.blank() {
			o.Rows = append(o.Rows, row.Typed)
		}
	}
	if len(fields) > 0 {
		return o, &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: fields}
	}
	return o, nil
}

func (p *planRow) blank() bool {
	t := p.Typed
	return t.Reason+t.How+t.Measure+t.Unit+p.Due == "" && len(t.Evidence) == 0
}

// read takes the answer of one row out of a form.
func (p *planRow) read(form url.Values) *workflow.Field {
	at := func(name string) string { return strings.TrimSpace(form.Get("r." + p.ID + "." + name)) }
	row := workflow.SheetRow{ID: p.ID, Status: workflow.RowStatus(at("status")), Reason: at("reason"), How: at("how"), Measure: at("measure"), Unit: at("unit")}
	for line := range strings.Lines(at("evidence")) {
		if line = strings.TrimSpace(line); line != "" {
			row.Evidence = append(row.Evidence, line)
		}
	}
	if row.Status == "" && form.Get("r."+p.ID+".status") == "" && p.Source == workflow.SourceOwn {
		row = workflow.SheetRow{ID: p.ID} // taken away: the text goes with it
	}
	p.Typed, p.Lines, p.Due = row, strings.Join(row.Evidence, "\n"), at("due")
	if p.Due == "" {
		return nil
	}
	if err := p.Typed.Due.UnmarshalText([]byte(isoDay(p.Due))); err != nil {
		return &workflow.Field{Name: "rows." + p.ID + ".due", Expect: "expect.day", Value: p.Due}
	}
	return nil
}

// again prepares the form to be shown after a refusal. After somebody else saved,
// it stands on the newest state and shows what differs there.
func (p *planData) again(o workflow.SheetOrder, t *trouble, seen *int64) {
	if t.Problem == nil || t.Problem.Kind != workflow.Stale {
		if seen != nil {
			p.Revision = *seen
		}
		return
	}
	for i := range p.Rows {
		row := &p.Rows[i]
		kept := workflow.SheetRow{ID: row.ID}
		if row.Source == workflow.SourceOwn {
			kept = row.SheetRow
		}
		typed := row.Typed
		if kept.Status != typed.Status || kept.How != typed.How || kept.Measure != typed.Measure || kept.Unit != typed.Unit || kept.Reason != typed.Reason || kept.Due != typed.Due || !slices.Equal(kept.Evidence, typed.Evidence) {
			row.Now = &kept
		}
	}
}

func (r *room) planFile(g *gin.Context) {
	if _, err := r.Case(g, who(g), g.Param("id")); err != nil {
		r.fail(g, err)
		return
	}
	v, err := r.Service.Sheet(g, g.Param("id"))
	var b bytes.Buffer
	if err == nil {
		err = r.Files.Sheet(&b, v, lang(g))
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	attached(g, SheetType, "plan-"+g.Param("id")+".xlsx", b.Bytes())
}

// importPlan takes a workbook back, or with the other button only tells what would
// change. Rows that cannot be taken are named with their lines.
func (r *room) importPlan(g *gin.Context) {
	d, err := r.caseOf(g)
	var p *planData
	if err == nil {
		p, err = r.planOf(g, d.Case.ID, questionsGroup)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	d.More = p
	in, name, err := sentFile(g)
	var sheet workflow.SheetImport
	if err == nil {
		sheet, err = r.Files.ReadSheet(in, name)
	}
	if err == nil {
		sheet.Dry, sheet.AcceptGood = g.PostForm("do") == "look", g.PostForm("good") == "yes"
		p.Report, err = r.Service.ImportSheet(g, who(g), d.Case.ID, sheet)
	}
	if err != nil {
		t, status := r.troubleOf(g, err)
		r.renderWith(g, status, "plan", placeOf(d.Case), d, t)
		return
	}
	p.Dry = sheet.Dry
	status := http.StatusOK
	if !p.Report.Taken && !p.Dry {
		status = http.StatusUnprocessableEntity
	}
	if p.Report.Taken {
		if fresh, err := r.planOf(g, d.Case.ID, questionsGroup); err == nil {
			fresh.Report = p.Report
			d.More = fresh
		}
	}
	r.render(g, status, "plan", placeOf(d.Case), d)
}
