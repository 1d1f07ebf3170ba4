package pages

import (
	"crypto/rand"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// pieceRow is one component of a dossier.
type pieceRow struct {
	N int
	regime.Piece
	On    string // day it was attached, empty: not yet
	Tick  bool
	Later bool // comes with the opinion of the SDU, not from here
}

// piecesData is the form by which components are said to be there.
type piecesData struct {
	Pieces   []pieceRow
	Design   []option
	Basis    []workflow.Citation // of the design
	Extra    []option            // further points
	Risk     bool
	AsksRisk bool // the rules speak of a risk assessment
	Act      *workflow.OpenAct
	Key      string
	Revision int64
	Files    []workflow.Attachment
}

func (r *room) piecesOf(g *gin.Context, d *caseData) (*piecesData, error) {
	reg, ok := r.Service.Book.ByKey(d.Case.Regime)
	attach, open := r.taking(d.Acts, "components")
	if !ok || !open || d.System == nil {
		return nil, &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.page"}
	}
	p := &piecesData{Act: &attach, Key: rand.Text(), Revision: d.Case.Revision}
	e, typed := d.Case.Present(), g.Request.Method == http.MethodPost
	for n := 1; n <= len(reg.Papers.Components); n++ {
		piece := reg.Papers.Components[n]
		if !slices.Contains(piece.Levels, d.Case.Level) {
			continue
		}
		on := e.Components[n]
		if day, err := regime.ParseDay(on); err == nil {
			on = day.Start().Format("02/01/2006")
		}
		p.Pieces = append(p.Pieces, pieceRow{n, piece, on, on != "" || typed && slices.Contains(g.PostFormArray("component"), itoa(n)), piece.Added && d.Case.Opinion == nil})
	}
	track := reg.Papers.Design.Track(d.Case.Track)
	p.Basis = track.Basis
	chosen := e.Design
	if typed {
		chosen = g.PostForm("design")
	}
	for _, kind := range append([]string{track.First}, track.Also...) {
		p.Design = append(p.Design, option{Value: kind, Label: "choice." + kind, Key: true, On: kind == chosen})
	}
	for _, x := range reg.Extra {
		for _, point := range append(slices.Clone(x.Points), x.Also...) {
			known := slices.ContainsFunc(p.Extra, func(o option) bool { return o.Value == point })
			if slices.Contains(x.Levels, d.Case.Level) && !known {
				p.Extra = append(p.Extra, option{Value: point, Label: "extra." + point, Key: true, On: slices.Contains(e.Extra, point) || typed && slices.Contains(g.PostFormArray("extra"), point)})
			}
		}
	}
	p.Risk = e.Risk
	_, p.AsksRisk = reg.Guards["risk_assessed"]
	p.AsksRisk = p.AsksRisk || len(p.Extra) > 0
	files, err := r.Service.Attachments(g, d.Case.ID)
	for _, a := range files {
		if a.Removed.IsZero() && a.Replaced == "" {
			p.Files = append(p.Files, a)
		}
	}
	return p, err
}

func (r *room) componentsPage(g *gin.Context) { r.showComponents(g, http.StatusOK, nil) }

func (r *room) showComponents(g *gin.Context, status int, t *trouble) {
	d, err := r.caseOf(g)
	if err == nil {
		d.More, err = r.piecesOf(g, d)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	r.renderWith(g, status, "components", "cases", d, t)
}

// components says which parts of the dossier are there.
func (r *room) components(g *gin.Context) {
	d, err := r.caseOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	attach, ok := r.taking(d.Acts, "components")
	if !ok {
		r.fail(g, &workflow.Problem{Kind: workflow.NotNow, Key: "act.not_open", Args: map[string]string{"state": d.Case.State, "act": "attach"}})
		return
	}
	want := workflow.Want{Act: attach.Act, Case: d.Case.ID, Key: g.PostForm("key"), Revision: sentRevision(g), With: workflow.With{}}
	pieces := []any{}
	for _, s := range g.PostFormArray("component") {
		if n, err := number(s); err == nil {
			pieces = append(pieces, n)
		}
	}
	want.With["components"] = pieces
	if v := g.PostForm("design"); v != "" {
		want.With["design"] = v
	}
	if list := anyList(g.PostFormArray("extra")); list != nil {
		want.With["extra"] = list
	}
	if g.PostForm("asks_risk") != "" {
		want.With["risk_assessment"] = g.PostForm("risk_assessment") == "yes"
	}
	if _, err := r.Service.Act(g, who(g), want); err != nil {
		t, status := r.troubleOf(g, err)
		r.showComponents(g, status, t)
		return
	}
	r.done(g, path("cases", d.Case.ID), attach.Act)
}
