package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

func (r *room) workRoutes(in gin.IRoutes) { r.get(in, "/work", r.work) }

// workRow is one thing in the inbox.
type workRow struct {
	workflow.InboxItem
	Due  *dueView
	Word string // message key of what is to be done
}

// workGroup is a part of the inbox: overdue, within seven days, later, waiting
// at others.
type workGroup struct {
	Key  string
	Rows []workRow
	More int // left off
}

func rowOf(item workflow.InboxItem, due *dueView) workRow {
	_, word := nextPage(&item)
	return workRow{item, due, word}
}

// mostRows of a group are shown, the rest are in the list of cases.
const mostRows = 50

// work is the inbox.
func (r *room) work(g *gin.Context) {
	mine, waiting, err := r.Service.Inbox(g, who(g))
	if err != nil {
		r.fail(g, err)
		return
	}
	groups := map[string]*workGroup{}
	for _, key := range []string{"late", "week", "later", "waiting"} {
		groups[key] = &workGroup{Key: key}
	}
	for _, item := range mine {
		groups[r.urgency(item)].add(rowOf(item, r.due(item.Case)))
	}
	for _, item := range waiting {
		groups["waiting"].add(rowOf(item, r.due(item.Case)))
	}
	m := g.MustGet("me").(*me)
	m.Todo, m.Late = len(mine), groups["late"].count()
	r.render(g, http.StatusOK, "work", "work", gin.H{"Todo": len(mine), "Late": m.Late,
		"Groups": []*workGroup{groups["late"], groups["week"], groups["later"], groups["waiting"]}})
}

func (w *workGroup) add(row workRow) {
	if len(w.Rows) == mostRows {
		w.More++
		return
	}
	w.Rows = append(w.Rows, row)
}

func (w *workGroup) count() int { return len(w.Rows) + w.More }

// Count is how many there are, shown or not.
func (w *workGroup) Count() int { return w.count() }

func (r *room) urgency(i workflow.InboxItem) string {
	today, due := r.Service.Today(), i.NextDue()
	switch {
	case due.IsZero():
		return "later"
	case due.Before(today):
		return "late"
	case due.After(today.AddDays(7)):
		return "later"
	}
	return "week"
}
