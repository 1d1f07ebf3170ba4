package pages

import (
	"context"
	"io"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// Files is how pages take in and hand out files and workbooks; errors for people
// come as problems.
type Files struct {
	Most         int64 // bytes of the largest file
	Take         func(ctx context.Context, r io.Reader, want workflow.Attachment) (workflow.Attachment, error)
	Open         func(ctx context.Context, sha string) (io.ReadSeekCloser, error)
	MIME         func(kind string) string
	Overview     func(lang string, o *workflow.Overview) ([]byte, error)
	ReadOverview func(r io.Reader, name string, o *workflow.Overview) error
	Sheet        func(w io.Writer, v *workflow.SheetView, lang string) error
	ReadSheet    func(r io.Reader, name string) (workflow.SheetImport, error)
}

func (r *room) dossierRoutes(in gin.IRoutes) {
	r.get(in, "/systems/new", r.newSystemPage)
	in.POST("/systems/new", r.newSystem)
	r.get(in, "/systems/:id/acts/create", r.startPage)
	in.POST("/systems/:id/acts/create", r.start)
	r.get(in, "/cases/:id/components", r.componentsPage)
	in.POST("/cases/:id/components", r.components)
}

// say is a message with what fills it.
type say struct {
	Key  string
	Args map[string]string
}

// Words is what it is told with.
func (s say) Words() (string, map[string]string) { return s.Key, s.Args }

func sayN(key string, n int) say { return say{key, map[string]string{"n": itoa(n)}} }

// The states of a task. A locked one says what opens it.
const (
	taskDone    = "done"
	taskDoing   = "doing"
	taskMissing = "missing"
	taskTodo    = "todo"
	taskLocked  = "locked"
)

// task is one thing to do in a dossier.
type task struct {
	Key, Href, State string
	Hints            []say
	Facts            []string // keys of facts that are missing
}

// taskGroup is a numbered part of the list.
type taskGroup struct {
	Key   string
	Tasks []task
}

// dossierData is the task list of a dossier in preparation.
type dossierData struct {
	Groups    []taskGroup
	Done, All int
	Next      *task // first one not done
	Send      *workflow.OpenAct
	Prospect  *workflow.Prospect
	Links     map[string]string // guard → where it is met
	Last      *workflow.Ahead   // with the latest day of all
	Preparers []string          // names
	Advice    []workflow.Advice
	Returned  int // version whose return sheet is open, 0 for none
	MayFacts  bool
	MayAttach bool
}

// taking finds an act of a case by the kind of field it takes.
func (r *room) taking(acts actsView, kind string) (workflow.OpenAct, bool) {
	for _, a := range slices.Concat(acts.Open, acts.Closed) {
		for _, t := range r.Service.Book.Acts[a.Act].Fields {
			if t.Type == kind {
				return a, true
			}
		}
	}
	return workflow.OpenAct{}, false
}

// prepared tells whether a case is a dossier that is being put together: its
// components may be attached in its state.
func (r *room) prepared(d *caseData) bool {
	if d.Case.Kind != workflow.KindDossier {
		return false
	}
	_, ok := r.taking(d.Acts, "components")
	return ok
}

// sending is the act by which a dossier in preparation leaves it.
func (r *room) sending(d *caseData) *workflow.OpenAct {
	attach, _ := r.taking(d.Acts, "components")
	for _, a := range slices.Concat(d.Acts.Open, d.Acts.Closed) {
		if a.Main && a.Act != attach.Act {
			return &a
		}
	}
	return nil
}

// dossier shows the task list.
func (r *room) dossier(g *gin.Context, d *caseData) {
	list, err := r.dossierOf(g, d)
	if err != nil {
		r.fail(g, err)
		return
	}
	d.More = list
	r.render(g, http.StatusOK, "dossier", "cases", d)
}

func (r *room) dossierOf(g *gin.Context, d *caseData) (*dossierData, error) {
	list := &dossierData{Send: r.sending(d)}
	facts, ok := r.taking(d.Acts, "facts")
	list.MayFacts = ok && facts.Closed == nil
	attach, _ := r.taking(d.Acts, "components")
	list.MayAttach = attach.Closed == nil
	var err error
	if list.Advice, err = r.Service.Advise(g, d.Case.ID); err != nil {
		return nil, err
	}
	if list.Send != nil {
		if list.Prospect, err = r.Service.Prospect(g, who(g), d.Case.ID, list.Send.Act); err != nil {
			return nil, err
		}
		if n := len(list.Prospect.Next); n > 0 && !list.Prospect.Next[n-1].Day.IsZero() {
			list.Last = &list.Prospect.Next[n-1]
		}
	}
	if len(d.Case.Present().Asked) > 0 {
		list.Returned = d.Case.Version
	}
	people, err := r.Service.Store.People(g)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		if slices.Contains(d.Case.Preparers, p.ID) {
			list.Preparers = append(list.Preparers, p.Name)
		}
	}
	return list, r.fillTasks(g, d, list)
}

// fillTasks makes the groups and counts what is done.
func (r *room) fillTasks(g *gin.Context, d *caseData, list *dossierData) error {
	v, err := r.Service.Overview(g, d.System.ID)
	if err != nil {
		return err
	}
	files, err := r.Service.Attachments(g, d.Case.ID)
	if err != nil {
		return err
	}
	sheet, err := r.Service.Sheet(g, d.Case.ID)
	if p, ok := workflow.ProblemOf(err); ok && p.Key == "sheet.no_catalogue" {
		err = nil
	}
	if err != nil {
		return err
	}
	id := d.Case.ID
	list.Links = map[string]string{"components_complete": path("cases", id, "components"), "level_known": path("cases", id, "questions"), "answers_complete": path("cases", id, "returns", itoa(list.Returned)),
		"design_fits_track": path("cases", id, "components"), "extra_explained": path("cases", id, "components"), "risk_assessed": path("cases", id, "components"),
		"one_owner": path("systems", d.System.ID), "parties_named": path("systems", d.System.ID), "lead_operator_named": path("systems", d.System.ID),
		"reason_given": path("cases", id, "answers"), "not_below_implied": path("cases", id, "answers")}
	if list.Returned > 0 {
		list.group("returned", task{Key: "returned", Href: list.Links["answers_complete"], State: taskTodo, Hints: []say{sayN("task.returned.hint", len(d.Case.Present().Asked))}})
	}
	list.group("system", r.partiesTask(d, list), overviewTask(d, v, list))
	list.group("level", r.questionTask(d), r.partsTask(d), r.pieceTask(d, list))
	list.group("plan", planTasks(d, sheet)...)
	list.group("files", fileTasks(d, files, list)...)
	list.group("send", list.reviewTask(d), list.sendTask(d))
	return nil
}

func (l *dossierData) group(key string, tasks ...task) {
	if len(tasks) == 0 {
		return
	}
	l.Groups = append(l.Groups, taskGroup{key, tasks})
	for i, t := range tasks {
		l.All++
		if t.State == taskDone {
			l.Done++
		} else if l.Next == nil && t.Href != "" {
			l.Next = &tasks[i]
		}
	}
}

// unmet finds a condition that is not met.
func (l *dossierData) unmet(guard string) *workflow.Problem {
	if l.Prospect == nil {
		return nil
	}
	for _, c := range l.Prospect.Conditions {
		if c.Guard == guard && c.Unmet != nil {
			return c.Unmet
		}
	}
	return nil
}

func (r *room) partiesTask(d *caseData, l *dossierData) task {
	t := task{Key: "parties", Href: path("systems", d.System.ID), State: taskDone}
	for _, guard := range []string{"one_owner", "parties_named", "lead_operator_named"} {
		if p := l.unmet(guard); p != nil {
			t.State = taskMissing
			t.Hints = append(t.Hints, say{p.Key, p.Args})
		}
	}
	return t
}

func overviewTask(d *caseData, v *workflow.OverviewView, l *dossierData) task {
	t := task{Key: "overview", Href: path("systems", d.System.ID, "overview"), State: taskDone}
	for _, a := range l.Advice {
		if a.Place == "overview" {
			t.State = taskMissing
			t.Hints = append(t.Hints, say{a.Key, a.Args})
		}
	}
	if v.Overview.Empty() {
		t.State, t.Hints = taskTodo, nil
	}
	return t
}

func (r *room) questionTask(d *caseData) task {
	t := task{Key: "questions", Href: path("cases", d.Case.ID, "questions"), State: taskDone}
	v := d.Verdict
	switch {
	case r.contradicts(d):
		t.State, t.Hints = taskMissing, []say{{Key: "facts.contradict"}}
	case v.Known:
		t.Hints = []say{sayN("verdict.known", v.Level)}
	case v.Manual:
		t.Hints = []say{{Key: "verdict.manual"}}
	case len(d.System.Facts) == 0:
		t.State = taskTodo
	default:
		t.State, t.Facts = taskMissing, v.Missing
		t.Hints = []say{sayN("verdict.at_least", max(v.AtLeast, 1))}
	}
	return t
}

func (r *room) contradicts(d *caseData) bool {
	reg, ok := r.Service.Book.ByKey(d.Case.Regime)
	return ok && len(reg.Criteria.Contradictions(d.System.Facts)) > 0
}

// partsTask is about the parts a system is made of.
func (r *room) partsTask(d *caseData) task {
	t := task{Key: "parts", Href: r.questionAt(d, "list"), State: taskTodo}
	parts, stated := d.System.Facts["components"].([]regime.Component)
	switch {
	case len(parts) > 0:
		t.State, t.Hints = taskDone, []say{sayN("task.parts.some", len(parts))}
	case stated || d.Verdict.Known || d.Verdict.Manual:
		t.State, t.Hints = taskDone, []say{{Key: "task.parts.none"}}
	}
	return t
}

// questionAt is the page of the first question of a type.
func (r *room) questionAt(d *caseData, kind string) string {
	if reg, ok := r.Service.Book.ByKey(d.Case.Regime); ok {
		for i, key := range reg.Criteria.Questions {
			if f, _ := reg.Criteria.Fact(key); f.Type == kind {
				return path("cases", d.Case.ID, "questions", itoa(i+1))
			}
		}
	}
	return path("cases", d.Case.ID, "questions")
}

// pieceTask is about saying which components of the dossier are there.
func (r *room) pieceTask(d *caseData, l *dossierData) task {
	t := task{Key: "pieces", Href: path("cases", d.Case.ID, "components"), State: taskDone}
	missing := l.unmet("components_complete")
	have := len(d.Case.Present().Components)
	for _, guard := range []string{"components_complete", "design_fits_track", "extra_explained", "risk_assessed"} {
		if p := l.unmet(guard); p != nil {
			t.State = taskMissing
			t.Hints = append(t.Hints, say{p.Key, p.Args})
		}
	}
	if missing != nil && have == 0 {
		t.State, t.Hints = taskTodo, nil
	}
	return t
}

// planTasks is one task a kind of requirements.
func planTasks(d *caseData, v *workflow.SheetView) []task {
	if v == nil {
		return nil
	}
	type count struct {
		all, answered, open, wanting int
		first                        string
	}
	counts, kinds := map[string]*count{}, []string{}
	for _, row := range v.Rows {
		c := counts[row.Kind]
		if c == nil {
			c = &count{first: row.Group}
			counts[row.Kind], kinds = c, append(kinds, row.Kind)
		}
		c.all++
		switch {
		case row.Status == "":
			if c.open == 0 {
				c.first = row.Group
			}
			c.open++
		case len(row.Warns) > 0:
			c.wanting++
			fallthrough
		default:
			c.answered++
		}
	}
	var out []task
	for _, kind := range kinds {
		c := counts[kind]
		t := task{Key: "plan." + kind, Href: path("cases", d.Case.ID, "plan") + "?group=" + c.first, State: taskDone,
			Hints: []say{{"task.plan.hint", map[string]string{"n": itoa(c.answered), "all": itoa(c.all)}}}}
		switch {
		case c.answered == 0:
			t.State = taskTodo
		case c.open > 0:
			t.State = taskDoing
		}
		if c.wanting > 0 {
			t.State = taskMissing
			t.Hints = append(t.Hints, sayN("task.plan.wanting", c.wanting))
		}
		out = append(out, t)
	}
	return out
}

// fileTasks is one task a kind of file that somebody will ask for.
func fileTasks(d *caseData, files []workflow.Attachment, l *dossierData) []task {
	var out []task
	for _, kind := range []string{"logical_diagram", "physical_diagram", "design_document", "quy_che", "evidence"} {
		t := task{Key: "file." + kind, Href: path("cases", d.Case.ID, "files") + "#" + kind, State: taskTodo}
		for _, a := range files {
			if a.As == kind && a.Removed.IsZero() && a.Replaced == "" {
				t.State = taskDone
				t.Hints = append(t.Hints, say{"task.file.hint", map[string]string{"file": a.Name}})
			}
		}
		out = append(out, t)
	}
	return out
}

// reviewTask counts what would cost a return.
func (l *dossierData) reviewTask(d *caseData) task {
	t := task{Key: "review", Href: path("cases", d.Case.ID, "answers"), State: taskDone}
	if n := len(l.Advice); n > 0 {
		t.State, t.Hints = taskTodo, []say{sayN("task.review.hint", n)}
	}
	return t
}

// Ready tells whether every condition of the sending is met.
func (l *dossierData) Ready() bool {
	return l.Prospect != nil && !slices.ContainsFunc(l.Prospect.Conditions, func(c workflow.Condition) bool { return c.Unmet != nil })
}

func (l *dossierData) sendTask(d *caseData) task {
	t := task{Key: "send", State: taskLocked, Hints: []say{{Key: "task.send.locked"}}}
	if l.Prospect == nil {
		return t
	}
	if l.Ready() {
		t.State, t.Hints = taskTodo, []say{{Key: "task.send.head"}}
		if l.Send.Closed == nil {
			t.Hints = []say{{Key: "task.send.yours"}}
		}
		t.Href = path("cases", d.Case.ID, "answers") + "#send"
	}
	return t
}
