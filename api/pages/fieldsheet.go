package pages

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// sheetGroup is one group of requirements with how far it is answered.
type sheetGroup struct {
	ID, Title    string
	Rows, Answer int
}

// sheetCard is one requirement in the field: what the dossier says, and what is
// found, as kept or as typed.
type sheetCard struct {
	workflow.SheetRowView
	Name   string // of its inputs
	Was    string // mark of the answer it was shown with
	Due    string // as typed
	Proofs string // evidence, one line each
	Errs   map[string]string
	Theirs *workflow.SheetRow // what was kept meanwhile, where that differs
	Typed  bool               // changed here
}

// fieldData is the sheet of a check, one group at a time.
type fieldData struct {
	Case     *workflow.CaseView
	Name     string
	Groups   []sheetGroup
	At       int // group shown
	Cards    []sheetCard
	Revision int64
	Rollup   workflow.Rollup
	Closed   *trouble // why it cannot be changed, nil where it can
	Saved    bool
	Trouble  *trouble
}

// Group is the one shown.
func (d *fieldData) Group() sheetGroup { return d.Groups[d.At] }

// Before and After are its neighbours, nil at the ends.
func (d *fieldData) Before() *sheetGroup { return d.neighbour(-1) }

// After is the next group.
func (d *fieldData) After() *sheetGroup { return d.neighbour(1) }

func (d *fieldData) neighbour(by int) *sheetGroup {
	if i := d.At + by; i >= 0 && i < len(d.Groups) {
		return &d.Groups[i]
	}
	return nil
}

// Done is how many requirements are answered.
func (d *fieldData) Done() int { return d.Rollup.Rows() - d.Rollup.Unanswered }

// fieldOf reads the sheet of a check as the page shows it.
func (r *room) fieldOf(g *gin.Context, group string) (*fieldData, error) {
	c, err := r.Case(g, who(g), g.Param("id"))
	if err != nil {
		return nil, err
	}
	if c.Kind != workflow.KindCheck || c.System == "" {
		return nil, &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.page"}
	}
	v, err := r.Service.Sheet(g, c.ID)
	if err != nil {
		return nil, err
	}
	d := &fieldData{Case: c, Name: v.SystemName, Revision: v.Revision, Rollup: v.Rollup}
	if err := r.Service.MaySheet(g, who(g), c.ID); err != nil {
		if p, ok := workflow.ProblemOf(err); !ok || p.Kind == workflow.NotFound {
			return nil, err
		}
		d.Closed, _ = r.troubleOf(g, err)
	}
	for _, row := range v.Rows {
		i := slices.IndexFunc(d.Groups, func(have sheetGroup) bool { return have.ID == row.Group })
		if i < 0 {
			i = len(d.Groups)
			d.Groups = append(d.Groups, sheetGroup{ID: row.Group, Title: row.GroupTitle})
		}
		d.Groups[i].Rows++
		if row.Status != "" {
			d.Groups[i].Answer++
		}
	}
	if len(d.Groups) == 0 {
		return nil, &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.sheet", Args: map[string]string{"id": c.ID}}
	}
	d.At = max(0, slices.IndexFunc(d.Groups, func(have sheetGroup) bool { return have.ID == group }))
	for _, row := range v.Rows {
		if row.Group == d.Group().ID {
			d.Cards = append(d.Cards, cardOf(row, len(d.Cards)))
		}
	}
	return d, nil
}

func cardOf(row workflow.SheetRowView, i int) sheetCard {
	c := sheetCard{SheetRowView: row, Name: "r" + itoa(i), Was: markOf(row.SheetRow)}
	c.Proofs = strings.Join(row.Evidence, "\n")
	if !row.SheetRow.Due.IsZero() {
		c.Due = row.SheetRow.Due.Start().Format("02/01/2006")
	}
	return c
}

// markOf tells one answer from another.
func markOf(row workflow.SheetRow) string {
	h := fnv.New64a()
	fmt.Fprint(h, row.Status, "\x00", row.Reason, "\x00", row.How, "\x00", strings.Join(row.Evidence, "\n"), "\x00", row.Measure, "\x00", row.Due)
	return strconv.FormatUint(h.Sum64(), 36)
}

func (r *room) fieldSheet(g *gin.Context) {
	d, err := r.fieldOf(g, g.Query("group"))
	if err != nil {
		r.fail(g, err)
		return
	}
	d.Saved = g.Query("saved") == "yes"
	r.render(g, http.StatusOK, "fieldsheet", "checks", d)
}

// saveFieldSheet keeps the answers of a group that were changed since the page
// was shown; those nobody touched here stay whatever they are by now.
func (r *room) saveFieldSheet(g *gin.Context) {
	if err := g.Request.ParseForm(); err != nil {
		r.fail(g, err)
		return
	}
	d, err := r.fieldOf(g, g.PostForm("group"))
	if err != nil {
		r.fail(g, err)
		return
	}
	rows := d.typed(g.Request.PostForm)
	if len(rows) > 0 {
		order := workflow.SheetOrder{Rows: rows}
		if order.Revision, err = r.builtOn(g, d); err != nil {
			r.fail(g, err)
			return
		}
		v, err := r.Service.SaveSheet(g, who(g), d.Case.ID, order)
		if err != nil {
			r.notSaved(g, d, err)
			return
		}
		d.Revision, d.Rollup = v.Revision, v.Rollup
		d.keep()
	}
	d.Saved = true
	if g.GetHeader("HX-Request") != "" {
		r.part(g, http.StatusOK, "fieldsheet", "sheet-state", d)
		return
	}
	to := path("checks", d.Case.ID, "sheet") + "?saved=yes&group="
	if next := d.After(); next != nil && g.PostForm("then") == "next" {
		to = path("checks", d.Case.ID, "sheet") + "?group=" + url.QueryEscape(next.ID)
	} else {
		to += url.QueryEscape(d.Group().ID)
	}
	g.Redirect(http.StatusSeeOther, to)
}

// builtOn is the revision a save builds on: the newest one where nobody else has
// changed the same requirements since the person looked, else the one seen.
func (r *room) builtOn(g *gin.Context, d *fieldData) (*int64, error) {
	n, err := number(g.PostForm("revision"))
	seen := int64(n)
	if err != nil || seen == d.Revision || !slices.ContainsFunc(d.Cards, func(c sheetCard) bool { return c.Theirs != nil }) {
		return &d.Revision, nil
	}
	hands, err := r.Service.SheetHands(g, d.Case.ID, seen)
	if slices.ContainsFunc(hands, func(person string) bool { return person != who(g) }) {
		return &seen, err
	}
	return &d.Revision, err
}

// keep marks what was just kept as what the person has seen.
func (d *fieldData) keep() {
	for i := range d.Cards {
		if c := &d.Cards[i]; c.Typed {
			c.Was, c.Theirs = markOf(c.SheetRow), nil
		}
	}
}

// typed lays what was typed over the cards and gives the rows that were changed
// here; the others stay as they are by now.
func (d *fieldData) typed(form url.Values) []workflow.SheetRow {
	var rows []workflow.SheetRow
	for i := range d.Cards {
		c := &d.Cards[i]
		if form.Get(c.Name+".id") != c.ID {
			continue
		}
		row, proofs, due := c.read(form)
		if was := form.Get(c.Name + ".was"); markOf(row) != was {
			if c.Was != was && c.Was != markOf(row) {
				theirs := c.SheetRow
				c.Theirs = &theirs
			}
			c.Was, c.SheetRow, c.Proofs, c.Due, c.Typed = was, row, proofs, due, true
			rows = append(rows, row)
		}
	}
	return rows
}

// read reads one card out of a form. A day that is none becomes one that the
// service refuses by the name of its field.
func (c *sheetCard) read(form url.Values) (row workflow.SheetRow, proofs, due string) {
	text := func(field string) string {
		return strings.ReplaceAll(strings.TrimSpace(form.Get(c.Name+"."+field)), "\r\n", "\n")
	}
	row = workflow.SheetRow{ID: c.ID, Status: workflow.RowStatus(text("status")), Reason: text("reason"), How: text("how"), Measure: text("measure"), Unit: c.Unit}
	proofs, due = text("evidence"), text("due")
	for line := range strings.Lines(proofs) {
		if line = strings.TrimSpace(line); line != "" {
			row.Evidence = append(row.Evidence, line)
		}
	}
	if due == "" {
		return row, proofs, due
	}
	day, err := regime.ParseDay(isoDay(due))
	if err != nil {
		day = regime.NewDay(1, 1, 1)
	}
	row.Due = day
	return row, proofs, due
}

// notSaved shows why, with what was typed, and what others kept meanwhile.
func (r *room) notSaved(g *gin.Context, d *fieldData, err error) {
	t, status := r.troubleOf(g, err)
	d.Trouble = t
	for i := range d.Cards {
		c := &d.Cards[i]
		c.Errs = map[string]string{}
		for _, f := range t.Fields {
			if name, ok := strings.CutPrefix(f.Name, "rows."+c.ID+"."); ok {
				c.Errs[strings.SplitN(name, ".", 2)[0]] = f.Expect
			}
		}
	}
	if g.GetHeader("HX-Request") != "" {
		r.part(g, status, "fieldsheet", "sheet-state", d)
		return
	}
	r.renderWith(g, status, "fieldsheet", "checks", d, nil)
}
