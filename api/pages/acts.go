package pages

import (
	"cmp"
	"crypto/rand"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/internal/vn"
	"capdo/workflow"
	"capdo/workflow/regime"
)

func (r *room) actRoutes(in gin.IRoutes) {
	for _, on := range []string{"cases", "systems", "offices"} {
		r.get(in, "/"+on+"/:id/acts/:act", r.actPage(on))
		in.POST("/"+on+"/:id/acts/:act", r.act(on))
	}
}

// actForm is the form of one act: its fields from the shape of the act, its
// conditions from the law.
type actForm struct {
	On, ID   string // cases, systems or offices, and which
	Act      string
	Name     string // of the system or office
	Path     string // where the form is sent
	Back     string
	Open     *workflow.OpenAct // as it stands for the person
	Fields   []formField
	Case     *workflow.CaseView // nil for an act on a system or an office
	Revision int64
	Key      string // request key: sending twice does it once
	Tracks   bool   // opens a dossier: level and track are asked
	Level    string
	Track    string
	Preview  []string   // forms that can be looked at before
	Drawn    *drawnData // its papers as drafts, where nothing must be typed first
	Names    map[string]string
}

// formField is one input.
type formField struct {
	Name, Type string
	Label      string // message key
	Hint       string // message key, or empty
	Need       bool
	Short      bool // one line is enough
	Value      string
	Values     []string // of lists
	Options    []option
	Points     map[string]string   // of "points", as typed
	Asked      []string            // the points an answer is due to, of "answers"
	Rows       []map[string]string // of findings
	Basis      []workflow.Citation
	Performers *workflow.PerformersView // who may perform a check, and why others may not
}

type option struct {
	Value, Label string // Label is text or, with Key, a message key
	Key          bool
	On           bool
}

// points are what an appraisal answers.
var points = []string{"a", "b", "c"}

// order in which fields are asked; others follow by name, number and date last.
var fieldOrder = []string{"points", "level", "plan", "mode", "kind", "trigger", "regime", "by", "to", "performer", "appraiser", "members", "systems", "scope", "duties",
	"field", "was", "now", "reason", "override", "reasoning", "text", "defects", "answers", "finding", "evidence", "result", "from", "until", "due",
	"quy_che", "quy_che_date", "originals", "copies", "paper", "coordinating", "project_no", "project_date"}

// shortFields are texts of one line.
var shortFields = []string{"no", "notice_no", "quy_che", "project_no", "field", "finding"}

// subject says what the act is done to.
func subject(on, id, act string) workflow.Want {
	w := workflow.Want{Act: act}
	switch on {
	case "cases":
		w.Case = id
	case "systems":
		w.System = id
	default:
		w.Office = id
	}
	return w
}

// form reads what the form of the act in the address shows.
func (r *room) form(g *gin.Context, on string) (*actForm, error) {
	return r.formOf(g, on, g.Param("act"))
}

// formOf reads what the form of an act shows.
func (r *room) formOf(g *gin.Context, on, act string) (*actForm, error) {
	f := &actForm{On: on, ID: g.Param("id"), Act: act, Names: r.officeNames(g)}
	f.Path, f.Back = path(on, f.ID, "acts", f.Act), path(on, f.ID)
	shape, ok := r.Service.Book.Acts[f.Act]
	if !ok || shape.Clock {
		return nil, &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.page"}
	}
	if _, reports := shape.Fields["year"]; reports && on == "offices" {
		f.Back = "/reports?office=" + url.QueryEscape(f.ID)
	}
	acts, err := r.subjectOf(g, f)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(acts, func(a workflow.OpenAct) bool { return a.Act == f.Act }); i >= 0 {
		f.Open = &acts[i]
		f.Preview = f.Open.Issues
	}
	if f.Tracks = shape.Object == "new_case"; f.Tracks {
		if f.Level, err = r.impliedLevel(g, f.ID); err != nil {
			return nil, err
		}
	}
	f.Key = cmp.Or(g.PostForm("key"), rand.Text())
	f.Fields, err = r.fields(g, f, shape)
	return f, err
}

func (r *room) subjectOf(g *gin.Context, f *actForm) ([]workflow.OpenAct, error) {
	switch f.On {
	case "cases":
		c, err := r.Case(g, who(g), f.ID)
		if err != nil {
			return nil, err
		}
		f.Case, f.Revision, f.Name = c, c.Revision, f.Names[c.Owner]
		if c.System != "" {
			sys, err := r.Service.System(g, c.System)
			if err != nil {
				return nil, err
			}
			f.Name = sys.Name
		}
		return r.Service.Acts(g, who(g), f.ID)
	case "systems":
		sys, err := r.System(g, who(g), f.ID)
		if err != nil {
			return nil, err
		}
		f.Name, f.Revision = sys.Name, sys.Revision
		acts, err := r.Service.SystemActs(g, who(g), f.ID)
		if err != nil {
			return nil, err
		}
		begin, err := r.Service.Openings(g, who(g), f.ID)
		return append(acts, begin...), err
	}
	see, err := r.Service.MaySeeOwner(g, who(g), f.ID)
	if err == nil && !see {
		err = &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.office", Args: map[string]string{"id": ""}}
	}
	if err != nil {
		return nil, err
	}
	f.Name = f.Names[f.ID]
	return r.Service.OfficeActs(g, who(g), f.ID)
}

// fields makes the inputs of an act, filled with what was typed.
func (r *room) fields(g *gin.Context, f *actForm, shape *regime.ActShape) ([]formField, error) {
	var out []formField
	for _, name := range orderFields(shape.Fields) {
		t := shape.Fields[name]
		if t.Type == "facts" || t.Type == "components" {
			continue // have pages of their own
		}
		one := formField{Name: name, Type: t.Type, Need: t.Need, Short: slices.Contains(shortFields, name), Label: r.labelOf(f.Act, name), Value: cmp.Or(g.PostForm(name), g.Query(name)), Values: g.PostFormArray(name)}
		one.Hint = r.keyOr("hint."+f.Act+"."+name, "hint."+name)
		if err := r.choices(g, f, t, &one); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// orderFields puts the fields of an act in the order people expect: what is
// decided first, number and date of the paper last.
func orderFields(all map[string]regime.FieldType) []string {
	names := slices.Sorted(maps.Keys(all))
	rank := func(n string) int {
		switch i := slices.Index(fieldOrder, n); {
		case n == "no":
			return 1000
		case n == "date":
			return 1001
		case i >= 0:
			return i
		}
		return 500
	}
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names
}

// labelOf is the message key of a field: its own in this act, or the general one.
func (r *room) labelOf(act, name string) string {
	return cmp.Or(r.keyOr("label."+act+"."+name, ""), "label."+name)
}

func (r *room) keyOr(key, other string) string {
	for _, k := range []string{key, other} {
		if k != "" && r.Words.Has("vi", k) {
			return k
		}
	}
	return ""
}

// choices fills what a field offers.
func (r *room) choices(g *gin.Context, f *actForm, t regime.FieldType, one *formField) error {
	switch t.Type {
	case "one_of":
		if one.Name == "kind" && one.Value == "" && f.Case != nil && f.Case.Inspection != nil {
			one.Value = f.Case.Inspection.Kind
		}
		for _, v := range t.Values {
			one.Options = append(one.Options, option{Value: v, Label: r.choiceKey(f.Act, one.Name, v), Key: true, On: v == one.Value})
		}
	case "office", "offices":
		if one.Name == "performer" && f.Case != nil && f.Case.Inspection != nil {
			return r.performerChoices(g, f, one)
		}
		return r.officeChoices(g, one)
	case "people":
		people, err := r.Service.Store.People(g)
		if err != nil {
			return err
		}
		for _, p := range people {
			one.Options = append(one.Options, option{Value: p.ID, Label: p.Name, On: slices.Contains(one.Values, p.ID)})
		}
	case "systems":
		return r.systemChoices(g, f, one)
	case "texts":
		if one.Name == "answers" && f.Case != nil {
			one.Asked = f.Case.Present().Asked
		}
		if one.Name == "contents" {
			r.contentChoices(f, one)
		}
	case "points":
		one.Points = map[string]string{}
		for _, p := range points {
			one.Points[p] = g.PostForm(one.Name + "." + p)
		}
	case "findings":
		one.Rows = findingRows(g.Request.PostForm)
	}
	r.namedChoices(f, one)
	return nil
}

// namedChoices fills what a text may be chosen from: the open findings of a
// check, the rule sets.
func (r *room) namedChoices(f *actForm, one *formField) {
	if one.Name == "finding" && f.Case != nil && f.Case.Inspection != nil {
		for _, finding := range f.Case.Inspection.Findings {
			if finding.Closed.IsZero() {
				one.Options = append(one.Options, option{Value: finding.ID, Label: finding.ID + ": " + finding.Text, On: finding.ID == one.Value})
			}
		}
	}
	if one.Name == "regime" {
		for _, reg := range r.Service.Book.Regimes {
			one.Options = append(one.Options, option{Value: reg.Key, Label: r.Service.RuleSet(reg.Key), On: reg.Key == one.Value})
		}
	}
}

func (r *room) choiceKey(act, field, value string) string {
	return cmp.Or(r.keyOr("choice."+act+"."+field+"."+value, "choice."+field+"."+value), "choice."+value)
}

func (r *room) officeChoices(g *gin.Context, one *formField) error {
	list, err := r.Service.Store.Offices(g)
	if err != nil {
		return err
	}
	today := r.Service.Today()
	for _, o := range list {
		if o.Stands(today) {
			one.Options = append(one.Options, option{Value: o.ID, Label: o.At(today).Name, On: o.ID == one.Value || slices.Contains(one.Values, o.ID)})
		}
	}
	sortOptions(one.Options)
	return nil
}

func sortOptions(list []option) {
	slices.SortStableFunc(list, func(a, b option) int { return strings.Compare(vn.SortKey(a.Label), vn.SortKey(b.Label)) })
}

// performerChoices offers who may perform a check, and shows why others may not.
func (r *room) performerChoices(g *gin.Context, f *actForm, one *formField) (err error) {
	one.Performers, err = r.Service.Performers(g, who(g), f.Case.ID)
	return err
}

// contentChoices offers what a check may look at by the rules of the day.
func (r *room) contentChoices(f *actForm, one *formField) {
	reg, ok := r.Service.Book.On(r.Service.Today())
	if !ok && f.Case != nil {
		reg, ok = r.Service.Book.ByKey(f.Case.Regime)
	}
	if !ok {
		return
	}
	for _, c := range reg.Checks.Contents {
		one.Options = append(one.Options, option{Value: c, Label: "word.content." + c, Key: true, On: slices.Contains(one.Values, c)})
	}
}

// mostChoices of systems are offered in one form.
const mostChoices = 500

func (r *room) systemChoices(g *gin.Context, f *actForm, one *formField) error {
	if f.Case != nil && f.Case.Kind == workflow.KindDossier {
		return r.jointChoices(g, f, one)
	}
	owner := f.ID
	if f.Case != nil {
		owner = f.Case.Owner
		if f.Case.System != "" {
			sys, err := r.Service.System(g, f.Case.System)
			if err != nil {
				return err
			}
			owner = sys.OwnerNow
			if len(one.Values) == 0 {
				one.Values = []string{sys.ID}
			}
		}
	}
	list, err := r.Service.ListSystems(g, who(g), workflow.SystemQuery{Owner: owner, Limit: mostChoices})
	if err != nil {
		return err
	}
	for _, sys := range list.Items {
		one.Options = append(one.Options, option{Value: sys.ID, Label: sys.Name, On: slices.Contains(one.Values, sys.ID)})
	}
	sortOptions(one.Options)
	return nil
}

// jointChoices offers, at a dossier, the systems that can come into it, or those
// that are in it beside its own.
func (r *room) jointChoices(g *gin.Context, f *actForm, one *formField) error {
	var list []*workflow.System
	var err error
	if f.Act == "join_systems" {
		list, err = r.Service.Joinable(g, f.Case.Case, mostChoices)
	} else {
		var others []workflow.OtherSystem
		others, err = r.Service.Others(g, f.Case.Case)
		for _, o := range others {
			list = append(list, o.System)
		}
	}
	for _, sys := range list {
		one.Options = append(one.Options, option{Value: sys.ID, Label: sys.Name, On: slices.Contains(one.Values, sys.ID)})
	}
	return err
}

func (r *room) actPage(on string) gin.HandlerFunc {
	return func(g *gin.Context) {
		f, err := r.form(g, on)
		if err != nil {
			r.fail(g, err)
			return
		}
		if place := deskOf[f.Act]; place != "" && on == "cases" && f.Open != nil && f.Open.Closed == nil {
			g.Redirect(http.StatusSeeOther, path(on, f.ID, place))
			return
		}
		r.drawAtOnce(g, f)
		r.render(g, http.StatusOK, "act", f.place(), f)
	}
}

func (f *actForm) place() string {
	if f.Case != nil {
		return placeOf(f.Case)
	}
	return "systems"
}

// act takes one step. What was typed is shown again where it is not taken.
func (r *room) act(on string) gin.HandlerFunc {
	return func(g *gin.Context) {
		if err := g.Request.ParseForm(); err != nil {
			r.fail(g, err)
			return
		}
		f, err := r.form(g, on)
		if err != nil {
			r.fail(g, err)
			return
		}
		out, err := r.Service.Act(g, who(g), r.want(g, f))
		if err != nil {
			r.notDone(g, f, err)
			return
		}
		r.dropDraft(g)
		to := f.Back
		if out.Case != nil {
			to = path("cases", out.Case.ID)
		}
		r.done(g, to, f.Act+"&papers="+itoa(len(out.Papers)))
	}
}

func (r *room) notDone(g *gin.Context, f *actForm, err error) {
	t, status := r.troubleOf(g, err)
	if t.Problem.Kind == workflow.Stale { // what was typed stays, the next try is on the newest state
		f.Key = rand.Text()
	}
	r.renderWith(g, status, "act", f.place(), f, t)
}

// want reads the form into what the service takes.
func (r *room) want(g *gin.Context, f *actForm) workflow.Want {
	w := subject(f.On, f.ID, f.Act)
	w.Key, w.Revision = f.Key, sentRevision(g)
	shape := r.Service.Book.Acts[f.Act]
	w.With = readWith(g.Request.PostForm, shape)
	if f.Tracks {
		w.Level, _ = number(g.PostForm("level"))
		w.Track = g.PostForm("track")
		f.Level, f.Track = g.PostForm("level"), w.Track
	}
	return w
}

// readWith reads the fields of an act out of a form. What cannot be read stays
// as it was typed, so that the service names it.
func readWith(form url.Values, shape *regime.ActShape) workflow.With {
	with := workflow.With{}
	for name, t := range shape.Fields {
		if v := readField(form, name, t); v != nil {
			with[name] = v
		}
	}
	return with
}

func readField(form url.Values, name string, t regime.FieldType) any {
	typed := strings.TrimSpace(form.Get(name))
	switch t.Type {
	case "text", "one_of", "office":
		return given(typed)
	case "day":
		return given(isoDay(typed))
	case "count", "level":
		if n, err := number(typed); err == nil {
			return n
		}
		return given(typed)
	case "bool":
		if typed == "yes" {
			return true
		}
	case "texts":
		return textsOf(form[name], name)
	case "offices", "people", "systems":
		return anyList(form[name])
	case "points":
		answers := map[string]any{}
		for _, p := range points {
			if v := form.Get(name + "." + p); v != "" {
				answers[p] = v
			}
		}
		if len(answers) > 0 {
			return answers
		}
	case "transition":
		no, date := strings.TrimSpace(form.Get("project_no")), isoDay(strings.TrimSpace(form.Get("project_date")))
		if no+date != "" {
			return map[string]any{"project_no": no, "project_date": date}
		}
	case "findings":
		return findingsOf(findingRows(form))
	}
	return nil
}
