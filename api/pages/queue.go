package pages

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

func (r *room) queueRoutes(in gin.IRoutes) {
	r.get(in, "/queue", r.queue)
	r.get(in, "/incoming", r.incoming)
	r.get(in, "/cases/:id/reception", r.reception)
}

// queueRow is a dossier in a queue.
type queueRow struct {
	workflow.InboxItem
	Due    *dueView
	Holder string   // name
	Works  []string // names of those who have begun to write
	Next   string   // where the work on it is done
	Work   string   // message key of what is to be done, empty where it waits at others
}

// queueData is what a queue shows.
type queueData struct {
	Mine, Others []queueRow
	Late         int
	Filter       queueFilter
	States       []string
	Operators    []option
}

// queueFilter narrows a queue.
type queueFilter struct {
	Level    int
	State    string
	Operator string
}

// Any tells whether anything narrows the queue.
func (f queueFilter) Any() bool { return f != queueFilter{} }

// takes tells whether an item stays.
func (f queueFilter) takes(i *workflow.InboxItem) bool {
	return (f.Level == 0 || i.Level == f.Level) && (f.State == "" || i.State == f.State) && (f.Operator == "" || i.Operator == f.Operator)
}

// queue shows the dossiers the person's office appraises: those it holds by due
// date, and apart from them those that wait at others.
func (r *room) queue(g *gin.Context) {
	m := g.MustGet("me").(*me)
	d, err := r.queueOf(g, func(i *workflow.InboxItem, sdu string) bool {
		return slices.Contains(m.Offices, i.Appraises) || slices.Contains(m.Offices, sdu) || i.Appraiser != nil && slices.Contains(i.Appraiser.Members, m.ID)
	})
	if err != nil {
		r.fail(g, err)
		return
	}
	r.render(g, http.StatusOK, "queue", "queue", d)
}

// queueOf reads what waits, keeps the dossiers that are wanted and parts them
// into those the person's offices hold and the others.
func (r *room) queueOf(g *gin.Context, wanted func(i *workflow.InboxItem, sdu string) bool) (*queueData, error) {
	mine, waiting, err := r.Service.Inbox(g, who(g))
	if err != nil {
		return nil, err
	}
	d := &queueData{Filter: queueFilter{State: g.Query("state"), Operator: g.Query("operator")}}
	d.Filter.Level, _ = strconv.Atoi(g.Query("level"))
	all := slices.Concat(mine, waiting)
	sdus, err := r.sdusOf(g, all)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(i workflow.InboxItem) bool { return i.Kind == workflow.KindCheck || !wanted(&i, sdus[i.System]) })
	d.choices(all)
	all = slices.DeleteFunc(all, func(i workflow.InboxItem) bool { return !d.Filter.takes(&i) })
	rows, err := r.queueRows(g, all)
	if err != nil {
		return nil, err
	}
	m := g.MustGet("me").(*me)
	for _, row := range rows {
		if len(row.Acts) == 0 && !slices.Contains(m.Offices, row.CaseView.Holder) {
			d.Others = append(d.Others, row)
			continue
		}
		d.Mine = append(d.Mine, row)
		if row.Due != nil && row.Due.Tone == "bad" {
			d.Late++
		}
	}
	return d, nil
}

// sdusOf gives the SDU of each system of a list.
func (r *room) sdusOf(g *gin.Context, list []workflow.InboxItem) (map[string]string, error) {
	var ids []string
	for _, i := range list {
		ids = append(ids, i.System)
	}
	systems, err := r.Service.Store.SystemsOf(g, ids)
	of := map[string]string{}
	for _, s := range systems {
		of[s.ID] = s.SDU
	}
	return of, err
}

// choices lists the states and operators that occur.
func (d *queueData) choices(list []workflow.InboxItem) {
	for _, i := range list {
		if !slices.Contains(d.States, i.State) {
			d.States = append(d.States, i.State)
		}
		if !slices.ContainsFunc(d.Operators, func(o option) bool { return o.Value == i.Operator }) {
			d.Operators = append(d.Operators, option{Value: i.Operator, Label: i.Operator, On: i.Operator == d.Filter.Operator})
		}
	}
	slices.Sort(d.States)
	sortOptions(d.Operators)
}

func (r *room) queueRows(g *gin.Context, list []workflow.InboxItem) ([]queueRow, error) {
	var subjects []string
	for _, i := range list {
		subjects = append(subjects, appraisal(i.ID))
	}
	drafts, err := r.Service.Store.DraftsOn(g, subjects)
	if err != nil {
		return nil, err
	}
	people, err := r.peopleNames(g)
	if err != nil {
		return nil, err
	}
	works := map[string][]string{}
	for _, d := range drafts {
		works[d.Subject] = append(works[d.Subject], people[d.Person])
	}
	offices := r.officeNames(g)
	rows := make([]queueRow, len(list))
	for n, i := range list {
		rows[n] = queueRow{InboxItem: i, Due: r.due(i.Case), Holder: offices[i.Holder], Works: works[appraisal(i.ID)]}
		rows[n].Next, rows[n].Work = nextPage(&i)
	}
	return rows, nil
}

// deskOf are the acts that have a page of their own beside the general form: the
// check on arrival, the desk.
var deskOf = map[string]string{"accept_valid": "reception", "request_supplement": "reception",
	"conclude_fit": "appraise", "conclude_unfit": "appraise", "level_differs": "appraise"}

// nextPage is where the work on a dossier is done, and what it is called: the
// page of its own, or the form of the act that carries it on.
func nextPage(i *workflow.InboxItem) (page, word string) {
	for _, act := range i.Acts {
		if place := deskOf[act]; place != "" {
			return path("cases", i.ID, place), "queue." + place
		}
	}
	if len(i.Acts) > 0 {
		return path("cases", i.ID, "acts", i.Acts[0]), "act." + i.Acts[0]
	}
	return path("cases", i.ID), ""
}

// peopleNames gives the names of all people, by id.
func (r *room) peopleNames(g *gin.Context) (map[string]string, error) {
	people, err := r.Service.Store.People(g)
	names := map[string]string{}
	for _, p := range people {
		names[p.ID] = p.Name
	}
	return names, err
}
