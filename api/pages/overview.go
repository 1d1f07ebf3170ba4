package pages

import (
	"cmp"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

func (r *room) overviewRoutes(in gin.IRoutes) {
	at := in
	r.get(at, "/systems/:id/overview", r.overviewPage)
	at.POST("/systems/:id/overview", r.saveOverview)
	r.get(at, "/systems/:id/overview.xlsx", r.overviewFile)
	at.POST("/systems/:id/overview/import", r.importOverview)
}

// textsPart names the part of an overview that holds its texts.
const textsPart = "texts"

// rowsAPage are shown of a table; the rest is on further pages.
const rowsAPage = 50

// overviewData is one part of the overview of a system: its texts or a table.
type overviewData struct {
	System   *workflow.SystemView
	Part     string
	Parts    []overviewPart
	Revision int64
	Texts    []textView
	Shape    workflow.TableShape
	Rows     [][]string // of this page, with empty ones to go on in
	From     int        // rows before this page
	Kept     int        // rows as kept that this page stands for
	Shared   [][]string // rows shown from other systems
	Lent     bool
	Borrows  []borrowView
	Lenders  []option
	May      *workflow.Problem // why the person may not write, nil: may
	By, On   string
	Wrong    map[string]string // place → message key
	Case     string            // running dossier to go back to
	Now      [][]string        // what is kept by now, where somebody saved meanwhile
	now      [][]string
}

type overviewPart struct {
	Key string
	N   int // rows, shared ones counted
}

type textView struct {
	Key, Value string
	Short      bool
}

type borrowView struct {
	Name string
	N    int // place in the list
}

// mayPlans asks whether the overview is the person's to see; may tells whether it
// is his to write.
func (r *room) mayPlans(g *gin.Context) (may *workflow.Problem, err error) {
	if err := r.Service.MaySeePlans(g, who(g), g.Param("id")); err != nil {
		return nil, err
	}
	err = r.Service.MayContent(g, who(g), "edit_overview", g.Param("id"))
	if p, ok := workflow.ProblemOf(err); ok {
		return p, nil
	}
	return nil, err
}

func (r *room) overviewOf(g *gin.Context, part string, from int) (*overviewData, *workflow.OverviewView, error) {
	may, err := r.mayPlans(g)
	if err != nil {
		return nil, nil, err
	}
	sys, err := r.Service.System(g, g.Param("id"))
	if err != nil {
		return nil, nil, err
	}
	v, err := r.Service.Overview(g, sys.ID)
	if err != nil {
		return nil, nil, err
	}
	d := &overviewData{System: sys, Part: textsPart, Revision: v.Overview.Revision, May: may, By: v.Overview.By, Wrong: map[string]string{}}
	d.Parts = []overviewPart{{Key: textsPart}}
	for _, shape := range workflow.OverviewTables() {
		d.Parts = append(d.Parts, overviewPart{shape.Key, len(v.Whole.Cells(shape.Key))})
		if shape.Key == part {
			d.Part, d.Shape = part, shape
		}
	}
	if c, err := r.running(g, sys.ID); err == nil && c != nil && c.Kind == workflow.KindDossier {
		d.Case = c.ID
	}
	if !v.Overview.On.IsZero() {
		d.On = v.Overview.On.Start().Format("02/01/2006")
		if p, err := r.Service.Store.Person(g, v.Overview.By); err == nil {
			d.By = p.Name
		}
	}
	if d.Part == textsPart {
		for _, key := range workflow.OverviewTexts() {
			d.Texts = append(d.Texts, textView{key, *v.Overview.Text(key), strings.Contains(key, ".")})
		}
		return d, v, nil
	}
	own := v.Overview.Cells(part)
	d.From = min(max(from, 0), len(own))
	d.Rows = slices.Clone(own[d.From:min(d.From+rowsAPage, len(own))])
	d.Kept, d.now = len(d.Rows), slices.Clone(d.Rows)
	d.Shared = v.Whole.Cells(part)[len(own):]
	d.Lent = slices.Contains(v.Overview.Lends, part)
	return d, v, r.borrowing(g, d, v)
}

// borrowing lists whose rows are shown here, and whose may be.
func (r *room) borrowing(g *gin.Context, d *overviewData, v *workflow.OverviewView) error {
	list, err := r.Service.ListSystems(g, who(g), workflow.SystemQuery{Owner: d.System.OwnerNow, Limit: mostChoices})
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, s := range list.Items {
		names[s.ID] = s.Name
		if s.ID != d.System.ID {
			d.Lenders = append(d.Lenders, option{Value: s.ID, Label: s.Name})
		}
	}
	sortOptions(d.Lenders)
	for i, b := range v.Overview.Borrows {
		if b.Table == d.Part {
			d.Borrows = append(d.Borrows, borrowView{cmp.Or(names[b.System], b.System), i})
		}
	}
	return nil
}

// spare adds empty rows to go on in.
func (d *overviewData) spare(n int) {
	for range n {
		d.Rows = append(d.Rows, make([]string, len(d.Shape.Columns)))
	}
}

func (r *room) overviewPage(g *gin.Context) {
	from, _ := strconv.Atoi(g.Query("from"))
	d, _, err := r.overviewOf(g, g.Query("part"), from)
	if err != nil {
		r.fail(g, err)
		return
	}
	if d.May == nil && d.Part != textsPart {
		d.spare(1)
	}
	r.render(g, http.StatusOK, "overview", "systems", d)
}

// Next is the address of the rows after this page, empty at the end.
func (d *overviewData) Next() string {
	for _, p := range d.Parts {
		if p.Key == d.Part && d.From+rowsAPage < p.N-len(d.Shared) {
			return "?part=" + d.Part + "&from=" + itoa(d.From+rowsAPage)
		}
	}
	return ""
}

// Before is the address of the rows before this page.
func (d *overviewData) Before() string {
	if d.From == 0 {
		return ""
	}
	return "?part=" + d.Part + "&from=" + itoa(max(0, d.From-rowsAPage))
}

// saveOverview keeps one part. A button that only changes the form (a row more, a
// row less) shows it again with what was typed and keeps nothing.
func (r *room) saveOverview(g *gin.Context) {
	if err := g.Request.ParseForm(); err != nil {
		r.fail(g, err)
		return
	}
	form := g.Request.PostForm
	from, _ := strconv.Atoi(form.Get("from"))
	d, v, err := r.overviewOf(g, form.Get("part"), from)
	if err != nil {
		r.fail(g, err)
		return
	}
	d.typed(form)
	if do := form.Get("do"); strings.HasPrefix(do, "drop:") || do == "row" {
		d.reshape(do)
		r.render(g, http.StatusOK, "overview", "systems", d)
		return
	}
	next := *v.Overview
	d.lay(&next, form)
	if n, err := number(form.Get("revision")); err == nil {
		next.Revision = int64(n)
	}
	if faults := d.put(&next); len(faults) > 0 {
		err = &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: faults}
	} else {
		_, err = r.Service.SaveOverview(g, who(g), &next)
	}
	if err != nil {
		r.overviewAgain(g, d, err)
		return
	}
	to := path("systems", d.System.ID, "overview") + "?part=" + d.Part
	if d.From > 0 {
		to += "&from=" + itoa(d.From)
	}
	r.done(g, to, "overview_kept")
}

// overviewAgain shows the form with what was typed and what was wrong with it.
func (r *room) overviewAgain(g *gin.Context, d *overviewData, err error) {
	t, status := r.troubleOf(g, err)
	if t.Problem != nil {
		for i, f := range t.Fields {
			t.Fields[i].Name = d.here(f.Name)
			d.Wrong[t.Fields[i].Name] = f.Expect
		}
	}
	if n, bad := number(g.PostForm("revision")); bad == nil && (t.Problem == nil || t.Problem.Kind != workflow.Stale) {
		d.Revision = int64(n) // what was not seen is not written over
	} else if len(d.Rows) > 0 {
		d.Kept, d.Now = len(d.now), d.now
	}
	r.renderWith(g, status, "overview", "systems", d, t)
}

// here turns the place of a cell in the whole table into its place in the form.
func (d *overviewData) here(name string) string {
	table, rest, ok := strings.Cut(name, "[")
	n, column, cell := strings.Cut(rest, "].")
	i, err := strconv.Atoi(n)
	if !ok || !cell || err != nil || table != d.Part {
		return name
	}
	return "r." + itoa(i-1-d.From) + "." + column
}

// typed puts what was sent in the place of what is kept.
func (d *overviewData) typed(form url.Values) {
	for i, t := range d.Texts {
		if form.Has("t." + t.Key) {
			d.Texts[i].Value = form.Get("t." + t.Key)
		}
	}
	if d.Part == textsPart {
		return
	}
	if n, err := strconv.Atoi(form.Get("kept")); err == nil && n >= 0 {
		d.Kept = n
	}
	d.Rows, d.Lent = nil, form.Get("lent") == "yes"
	for i := 0; form.Has("r." + itoa(i) + "." + d.Shape.Columns[0].Key); i++ {
		row := make([]string, len(d.Shape.Columns))
		for j, c := range d.Shape.Columns {
			row[j] = form.Get("r." + itoa(i) + "." + c.Key)
		}
		d.Rows = append(d.Rows, row)
	}
}

// reshape adds a row or takes one out of the form.
func (d *overviewData) reshape(do string) {
	if do == "row" {
		d.spare(1)
		return
	}
	i, err := strconv.Atoi(strings.TrimPrefix(do, "drop:"))
	if err == nil && i >= 0 && i < len(d.Rows) {
		d.Rows = slices.Delete(d.Rows, i, i+1)
	}
}

// filled are the rows that hold something.
func (d *overviewData) filled() (rows [][]string, at []int) {
	for i, row := range d.Rows {
		if strings.TrimSpace(strings.Join(row, "")) != "" {
			rows, at = append(rows, row), append(at, i)
		}
	}
	return rows, at
}

// put lays the rows of this page between those before and after it.
func (d *overviewData) put(o *workflow.Overview) []workflow.Field {
	if d.Part == textsPart {
		for _, t := range d.Texts {
			*o.Text(t.Key) = t.Value
		}
		return nil
	}
	own := o.Cells(d.Part)
	rows, at := d.filled()
	after := own[min(d.From+d.Kept, len(own)):]
	all := slices.Concat(own[:min(d.From, len(own))], rows, after)
	var faults []workflow.Field
	for _, f := range o.SetCells(d.Part, all) {
		i := f.Row - 1 - d.From
		if i >= 0 && i < len(at) {
			i = at[i]
		}
		faults = append(faults, workflow.Field{Name: "r." + itoa(i) + "." + f.Column, Expect: f.Expect, Value: f.Value})
	}
	return faults
}

// lay takes over what is shared, out and in.
func (d *overviewData) lay(o *workflow.Overview, form url.Values) {
	if d.Part == textsPart {
		return
	}
	lends := slices.DeleteFunc(slices.Clone(o.Lends), func(t string) bool { return t == d.Part })
	if d.Lent {
		lends = append(lends, d.Part)
	}
	borrows := slices.Clone(o.Borrows)
	for i := len(borrows) - 1; i >= 0; i-- {
		if borrows[i].Table == d.Part && slices.Contains(form["unborrow"], itoa(i)) {
			borrows = slices.Delete(borrows, i, i+1)
		}
	}
	if from := form.Get("borrow"); from != "" {
		borrows = append(borrows, workflow.Borrow{System: from, Table: d.Part})
	}
	o.Lends, o.Borrows = lends, borrows
}

func (r *room) overviewFile(g *gin.Context) {
	if _, err := r.mayPlans(g); err != nil {
		r.fail(g, err)
		return
	}
	v, err := r.Service.Overview(g, g.Param("id"))
	var b []byte
	if err == nil {
		b, err = r.Files.Overview(lang(g), v.Overview)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	attached(g, SheetType, "overview-"+g.Param("id")+".xlsx", b)
}

// importOverview takes the tables of a workbook into the overview as it stands.
func (r *room) importOverview(g *gin.Context) {
	d, v, err := r.overviewOf(g, textsPart, 0)
	if err == nil {
		err = r.Service.MayContent(g, who(g), "edit_overview", d.System.ID)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	in, name, err := sentFile(g)
	if err == nil {
		err = r.Files.ReadOverview(in, name, v.Overview)
	}
	if err == nil {
		_, err = r.Service.SaveOverview(g, who(g), v.Overview)
	}
	if err != nil {
		r.overviewAgain(g, d, err)
		return
	}
	r.done(g, path("systems", d.System.ID, "overview"), "overview_read")
}

// sentFile is the file of a form, once its other parts were read.
func sentFile(g *gin.Context) (io.Reader, string, error) {
	h, err := g.FormFile("file")
	if err != nil {
		return nil, "", &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "file", Expect: "expect.required"}}}
	}
	f, err := h.Open()
	return f, h.Filename, err
}
