package pages

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

func (r *room) auditRoutes(in gin.IRoutes) { r.get(in, "/audit", r.audit) }

// auditRow is one event with its words, and what it was about.
type auditRow struct {
	eventRow
	About string // system, office or person by name
	Link  string
	Words string // of a change of the house
	More  []said
}

// said is one particular of an event: its name and value as kept.
type said struct{ Name, Value string }

// auditRows puts events into words with the things they name.
func (r *room) auditRows(g *gin.Context, list []workflow.Event) ([]auditRow, error) {
	rows, err := r.eventRows(g, list)
	if err != nil {
		return nil, err
	}
	offices, systems := r.officeNames(g), map[string]string{}
	people := map[string]string{}
	if all, err := r.Service.Store.People(g); err == nil {
		for _, p := range all {
			people[p.ID] = p.Name
		}
	}
	var ids []string
	for _, e := range list {
		if e.System != "" {
			ids = append(ids, e.System)
		}
	}
	found, err := r.Service.Store.SystemsOf(g, ids)
	if err != nil {
		return nil, err
	}
	for _, sys := range found {
		systems[sys.ID] = sys.Name
	}
	out := make([]auditRow, len(rows))
	for i, e := range rows {
		out[i] = auditRow{eventRow: e, Words: fmt.Sprint(e.With["change"])}
		out[i].about(offices, systems, people)
	}
	return out, nil
}

func (a *auditRow) about(offices, systems, people map[string]string) {
	switch {
	case a.System != "":
		a.About, a.Link = systems[a.System], path("systems", a.System)
	case a.Case != "":
		a.About = a.Case
	case a.With["person"] != nil:
		a.About = people[fmt.Sprint(a.With["person"])]
	default:
		a.About = offices[a.Office]
	}
	if a.Case != "" {
		a.Link = path("cases", a.Case)
	}
	for _, name := range slices.Sorted(maps.Keys(a.With)) {
		value := fmt.Sprint(a.With[name])
		if name == "change" || name == "person" || name == "name" || value == "" {
			continue
		}
		if named := offices[value]; named != "" {
			value = named
		}
		a.More = append(a.More, said{name, value})
	}
}

// audit is the view of whoever verifies: every event, refusals included, newest
// first. It reads and changes nothing.
func (r *room) audit(g *gin.Context) {
	q := workflow.AuditQuery{Person: strings.TrimSpace(g.Query("person")), Act: strings.TrimSpace(g.Query("act")), System: strings.TrimSpace(g.Query("system")), Refused: g.Query("refused") == "1", Limit: pageSize * 2}
	q.Before, _ = strconv.ParseInt(g.Query("after"), 10, 64)
	list, next, err := r.Service.Audit(g, who(g), q)
	if p, ok := workflow.ProblemOf(err); ok && p.Kind == workflow.Denied {
		err = noPage()
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	rows, err := r.auditRows(g, list)
	if err != nil {
		r.fail(g, err)
		return
	}
	d := gin.H{"Rows": rows, "Q": q, "First": q.Before == 0, "Next": "", "Acts": r.actOptions(g, q.Act), "People": r.peopleOptions(g, q.Person)}
	if next > 0 {
		d["Next"] = nextOf(g, strconv.FormatInt(next, 10))
	}
	if r.Proof != nil {
		state, err := r.Proof(g)
		if err != nil {
			r.fail(g, err)
			return
		}
		d["Proof"] = &state
	}
	r.render(g, http.StatusOK, "audit", "audit", d)
}

// houseActs are the acts beside the law that leave an event.
var houseActs = []string{"add_file", "add_system", "edit_overview", "edit_sheet", "grant", "import", "import_catalogue", "keep_records", "manage_offices",
	"print_register", "remove_file", "reserve_number", "set_up", "verify", "void_number"}

// actOptions offers the acts an event can be of.
func (r *room) actOptions(g *gin.Context, chosen string) []option {
	var out []option
	for _, act := range slices.Sorted(maps.Keys(r.Service.Book.Acts)) {
		out = append(out, option{Value: act, Label: r.Words.Message(lang(g), "act."+act, nil), On: act == chosen})
	}
	for _, act := range houseActs {
		out = append(out, option{Value: act, Label: r.Words.Message(lang(g), "act."+act, nil), On: act == chosen})
	}
	sortOptions(out)
	return out
}

func (r *room) peopleOptions(g *gin.Context, chosen string) []option {
	list, err := r.Service.Store.People(g)
	if err != nil {
		r.Log.Warn("people not read", "error", err)
	}
	var out []option
	for _, p := range list {
		out = append(out, option{Value: p.ID, Label: p.Name + " (" + p.ID + ")", On: p.ID == chosen})
	}
	sortOptions(out)
	return out
}

// houseHistory tells in words what was changed in the house, newest first.
func (r *room) houseHistory(g *gin.Context) {
	before, _ := strconv.ParseInt(g.Query("after"), 10, 64)
	list, next, err := r.Service.Audit(g, who(g), workflow.AuditQuery{House: true, Before: before, Limit: pageSize * 2})
	if err != nil {
		r.fail(g, err)
		return
	}
	rows, err := r.auditRows(g, list)
	if err != nil {
		r.fail(g, err)
		return
	}
	d := gin.H{"Rows": rows, "First": before == 0, "Next": ""}
	if next > 0 {
		d["Next"] = nextOf(g, strconv.FormatInt(next, 10))
	}
	r.render(g, http.StatusOK, "househistory", "house", d)
}
