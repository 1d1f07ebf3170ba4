package pages

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

// incomingRow is a file for approval that came in.
type incomingRow struct {
	queueRow
	Parts []workflow.PartOfFile
	Open  []workflow.OpenAct
	Whole bool // every part is there
}

// incoming shows the files for approval that lie with the person's office, with
// what each holds and what it lacks.
func (r *room) incoming(g *gin.Context) {
	m := g.MustGet("me").(*me)
	d, err := r.queueOf(g, func(i *workflow.InboxItem, _ string) bool {
		return i.Stage == "approving" && slices.Contains(m.Offices, i.Approves)
	})
	if err != nil {
		r.fail(g, err)
		return
	}
	var rows []incomingRow
	for _, q := range d.Mine {
		row := incomingRow{queueRow: q, Whole: true}
		if row.Parts, err = r.Service.ApprovalFile(g, q.Case); err != nil {
			r.fail(g, err)
			return
		}
		row.Whole = !slices.ContainsFunc(row.Parts, func(p workflow.PartOfFile) bool { return !p.Have })
		acts, err := r.Service.Acts(g, who(g), q.ID)
		if err != nil {
			r.fail(g, err)
			return
		}
		row.Open = r.splitActs(acts).Open
		rows = append(rows, row)
	}
	r.render(g, http.StatusOK, "incoming", "incoming", gin.H{"Rows": rows, "Others": d.Others, "Late": d.Late})
}
