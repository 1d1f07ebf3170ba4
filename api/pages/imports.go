package pages

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/internal/jobs"
	"capdo/workflow"
)

func (r *room) importRoutes(in gin.IRoutes) {
	r.get(in, "/imports/new", r.importPage)
	in.POST("/imports", r.startImport)
	in.POST("/jobs/:id/take", r.takeImport)
}

// importAsk is what an import needs beside its file; it is kept with the job, so
// that what was looked at first is what is taken in.
type importAsk struct {
	Kind   string       `json:"kind"` // register, layers, plan, catalogue
	Owner  string       `json:"owner,omitempty"`
	On     workflow.Day `json:"on,omitzero"`
	Plan   string       `json:"plan,omitempty"`
	Year   int          `json:"year,omitempty"`
	Source string       `json:"source,omitempty"`
	Key    string       `json:"key,omitempty"` // of the list of requirements
	Name   string       `json:"name"`
	Take   bool         `json:"take,omitempty"` // false: only a look
}

// importReport is what became of the rows, or would.
type importReport struct {
	Taken   bool                  `json:"taken"` // false: only a look
	Rows    int                   `json:"rows"`
	Added   int                   `json:"added"`
	Same    int                   `json:"same"`
	Refused []workflow.RowRefusal `json:"refused"`
	Warns   []workflow.ListWarn   `json:"warns,omitempty"`
	Offices []string              `json:"offices,omitempty"`
	Levels  map[int]int           `json:"levels,omitempty"`
}

// importKinds are the lists that come in here.
var importKinds = []string{"register", "layers", "plan", "catalogue"}

// importOwners offers the owners for whom the person takes lists in: the offices
// he works in and those above them.
func (r *room) importOwners(g *gin.Context) ([]option, error) {
	list, err := r.Service.Store.Offices(g)
	if err != nil {
		return nil, err
	}
	today, byID, out := r.Service.Today(), map[string]workflow.Office{}, []option{}
	for _, o := range list {
		byID[o.ID] = o.At(today)
	}
	for _, id := range g.MustGet("me").(*me).Offices {
		for steps := 0; id != "" && steps < 10; steps++ {
			if o := byID[id]; r.Service.MayHouse(g, who(g), "import", id) == nil && !slices.ContainsFunc(out, func(have option) bool { return have.Value == id }) {
				out = append(out, option{Value: id, Label: o.Name})
			}
			id = byID[id].Under
		}
	}
	slices.Reverse(out) // who stands highest owns most
	return out, nil
}

func (r *room) importForm(g *gin.Context) (*houseForm, error) {
	owners, err := r.importOwners(g)
	kind := g.DefaultQuery("kind", "register")
	owner := ""
	if len(owners) > 0 {
		owner = owners[0].Value
	}
	var plans, keys []option
	for _, k := range workflow.PlanKinds {
		plans = append(plans, option{Value: k, Label: r.Words.Message(lang(g), "house.plan."+k, nil)})
	}
	_, all := r.catalogueKey(g)
	for _, k := range all {
		keys = append(keys, option{Value: k, Label: r.Service.Book.Catalogues[k].Standard})
	}
	f := &houseForm{Title: "import.title", Path: "/imports", Back: "/jobs", Button: "import.look", About: "import.about"}
	f.Fields = r.typedIn(g, askedField{"kind", "one_of", true, kind, keyed("import.kind.", importKinds...)}, askedField{"owner", "office", true, owner, owners},
		askedField{"file", "file", true, "", nil}, askedField{"on", "day", false, "", nil}, askedField{"plan", "office", false, "", plans},
		askedField{"year", "count", false, "", nil}, askedField{"key", "office", false, "", keys}, askedField{"source", "text", false, "", nil})
	for name, key := range map[string]string{"owner": "import.owner", "on": "import.on", "plan": "import.plan", "key": "import.catalogue", "source": "import.source", "kind": "import.what"} {
		f.label(name, key)
	}
	for i := range f.Fields {
		f.Fields[i].Hint = r.keyOr("import.hint."+f.Fields[i].Name, "")
	}
	return f, err
}

// imports tells whether the person takes any list in.
func (r *room) imports(g *gin.Context) bool {
	return r.Service.MayHouseAnywhere(g, who(g), "import") || r.Service.MayHouseAnywhere(g, who(g), "import_catalogue")
}

func (r *room) importPage(g *gin.Context) { r.showImport(g, nil) }

func (r *room) showImport(g *gin.Context, wrong error) {
	if !r.imports(g) {
		r.fail(g, noPage())
		return
	}
	f, err := r.importForm(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	r.showForm(g, "imports", f, wrong)
}

// startImport looks a list through: nothing is taken in yet.
func (r *room) startImport(g *gin.Context) {
	ask, b, err := r.importAsk(g)
	if err == nil {
		err = r.mayImport(g, who(g), ask)
	}
	var j jobs.Job
	if err == nil {
		j, err = r.runImport(g, ask, b)
	}
	if err != nil {
		r.showImport(g, err)
		return
	}
	g.Redirect(http.StatusSeeOther, path("jobs", j.ID))
}

// importAsk reads the form of an import with its file.
func (r *room) importAsk(g *gin.Context) (importAsk, []byte, error) {
	ask := importAsk{Kind: g.PostForm("kind"), Owner: g.PostForm("owner"), Plan: g.PostForm("plan"), Source: sentText(g, "source"), Key: g.PostForm("key")}
	wrong := &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid"}
	miss := func(name, expect string) {
		wrong.Fields = append(wrong.Fields, workflow.Field{Name: name, Expect: expect})
	}
	if !slices.Contains(importKinds, ask.Kind) {
		miss("kind", "expect.required")
	}
	if typed := sentText(g, "year"); typed != "" {
		var err error
		if ask.Year, err = number(typed); err != nil {
			miss("year", "expect.year")
		}
	}
	if ask.Kind == "plan" {
		if ask.Plan == "" {
			miss("plan", "expect.required")
		}
		if ask.Year == 0 {
			miss("year", "expect.year")
		}
	}
	if ask.Kind == "catalogue" && ask.Source == "" {
		miss("source", "expect.source")
	}
	var b []byte
	head, err := g.FormFile("file")
	if err != nil || head.Size == 0 {
		miss("file", "expect.file")
	} else {
		f, err := head.Open()
		if err != nil {
			return ask, nil, err
		}
		defer f.Close()
		if b, err = io.ReadAll(f); err != nil {
			return ask, nil, err
		}
		ask.Name = head.Filename
	}
	if len(wrong.Fields) > 0 {
		return ask, nil, wrong
	}
	return ask, b, daysOf(g, map[string]*workflow.Day{"on": &ask.On})
}

// mayImport asks the right once more when the list is taken in.
func (r *room) mayImport(ctx context.Context, person string, ask importAsk) error {
	if ask.Kind != "catalogue" {
		return r.Service.MayHouse(ctx, person, "import", ask.Owner)
	}
	if r.Service.MayHouseAnywhere(ctx, person, "import_catalogue") {
		return nil
	}
	return &workflow.Problem{Kind: workflow.Denied, Key: "house.denied", Args: map[string]string{"act": "import_catalogue"}}
}

func (r *room) runImport(g *gin.Context, ask importAsk, b []byte) (jobs.Job, error) {
	kept, err := json.Marshal(ask)
	if err != nil {
		return jobs.Job{}, err
	}
	person := who(g)
	return r.Jobs.Start(g, jobs.Job{Kind: "import", Title: ask.Name, Person: person, Ask: kept}, b, func(ctx context.Context, p *jobs.Progress) (jobs.Result, error) {
		p.At("reads", 0, 0)
		rep, err := r.takeIn(ctx, person, ask, b, workflow.Pass{Dry: !ask.Take, Progress: func(done, total int) { p.At("checks", done, total) }})
		return jobs.Result{Report: rep}, err
	})
}

// takeIn reads a file and hands its rows to the service.
func (r *room) takeIn(ctx context.Context, person string, ask importAsk, b []byte, pass workflow.Pass) (*importReport, error) {
	if err := r.mayImport(ctx, person, ask); err != nil {
		return nil, err
	}
	switch ask.Kind {
	case "register":
		rows, refused, source, err := r.Intake(bytes.NewReader(b), ask.Name)
		if err != nil {
			return nil, err
		}
		rep, err := r.Service.Import(ctx, person, workflow.ImportOrder{Owner: ask.Owner, AsOf: ask.On, Source: source, Rows: rows, Refused: refused, AcceptGood: ask.Take, Pass: pass})
		if err != nil {
			return nil, err
		}
		return &importReport{Taken: ask.Take, Rows: rep.Rows, Added: rep.Added, Same: rep.Same, Refused: rep.Refused, Offices: rep.Offices, Levels: rep.Levels}, nil
	case "catalogue":
		return r.takeCatalogue(ctx, person, ask, b)
	}
	return r.takeList(ctx, person, ask, b, pass)
}

func (r *room) takeCatalogue(ctx context.Context, person string, ask importAsk, b []byte) (*importReport, error) {
	in, err := r.ReadCatalogue(bytes.NewReader(b), ask.Name)
	if err != nil {
		return nil, err
	}
	in.Source, in.AcceptGood, in.Dry = ask.Source, ask.Take, !ask.Take
	rep, err := r.Service.ImportCatalogue(ctx, person, in)
	if err != nil {
		return nil, err
	}
	added := len(rep.Added) + len(rep.ByItems) + len(rep.Confirmed)
	return &importReport{Taken: ask.Take, Rows: added + rep.Same + len(rep.Refused), Added: added, Same: rep.Same, Refused: rep.Refused}, nil
}

func (r *room) takeList(ctx context.Context, person string, ask importAsk, b []byte, pass workflow.Pass) (*importReport, error) {
	o := workflow.ListOrder{Owner: ask.Owner, On: ask.On, AcceptGood: ask.Take, Pass: pass}
	var rep *workflow.ListReport
	var err error
	if ask.Kind == "layers" {
		var rows []workflow.LayerImport
		if rows, o.Refused, o.Source, err = r.Layers(bytes.NewReader(b), ask.Name); err == nil {
			rep, err = r.Service.ImportLayers(ctx, person, o, rows)
		}
	} else {
		var plan workflow.PlanList
		if plan, o.Refused, o.Source, err = r.Plan(bytes.NewReader(b), ask.Name, ask.Plan); err == nil {
			plan.Year = ask.Year
			rep, err = r.Service.ImportPlan(ctx, person, o, plan)
		}
	}
	if err != nil {
		return nil, err
	}
	return &importReport{Taken: ask.Take, Rows: rep.Added + rep.Same + len(rep.Refused), Added: rep.Added, Same: rep.Same, Refused: rep.Refused, Warns: rep.Warns}, nil
}

// takeImport takes in what was looked through: the same file, the rows that were
// found good.
func (r *room) takeImport(g *gin.Context) {
	j, err := r.Jobs.Find(g, who(g), g.Param("id"))
	var ask importAsk
	if err == nil && (j.Kind != "import" || j.State != jobs.Done || json.Unmarshal(j.Ask, &ask) != nil || ask.Take) {
		err = noPage()
	}
	var b []byte
	if err == nil {
		b, err = r.Jobs.Input(g, j.ID)
	}
	if err == nil {
		ask.Take = true
		j, err = r.runImport(g, ask, b)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	g.Redirect(http.StatusSeeOther, path("jobs", j.ID))
}

// refusedFile is the list of refused rows, to be mended where the file came from.
func (r *room) refusedFile(g *gin.Context, rep *importReport) ([]byte, error) {
	word := func(key string) string { return r.Words.Message(lang(g), key, nil) }
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	rows := [][]string{{word("import.line"), word("import.column"), word("import.reason"), word("import.value")}}
	for _, row := range rep.Refused {
		rows = append(rows, []string{strconv.Itoa(row.Line), word("field." + row.Column), word("import.row." + row.Reason), plainCell(row.Value)})
	}
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

// plainCell keeps a table program from computing a text.
func plainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t", rune(s[0])) {
		return "'" + s
	}
	return s
}
