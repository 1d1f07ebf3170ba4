package pages

import (
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

// deskTable is a table of the description with its rows.
type deskTable struct {
	workflow.TableShape
	Rows [][]string
}

// deskSystem is what a dossier says of one of its systems, as it was sent.
type deskSystem struct {
	Name   string // of another system; empty: the dossier's own
	Texts  []factRow
	Facts  []factRow
	Tables []deskTable
}

// deskOverview is the description of the systems as it was sent.
type deskOverview struct {
	Said    []factRow    // why the dossier departs from the criteria
	Systems []deskSystem // the dossier's own first
}

// deskText are the texts of an overview that the desk shows.
var deskTexts = []string{"scope", "scale", "served"}

// deskLeft reads the part of the dossier that a tab shows.
func (r *room) deskLeft(g *gin.Context, d *caseData, tab string) (any, error) {
	switch tab {
	case "plan":
		return r.deskPlan(g, d)
	case "files":
		return r.Service.ContentOf(g, d.Case.ID, d.Case.Version)
	case "changes":
		if d.Case.Version < 2 {
			return nil, nil
		}
		return r.deskChanges(g, d)
	case "opinions":
		return r.deskOpinions(g, d)
	}
	return r.deskOverview(g, d)
}

func (r *room) deskOverview(g *gin.Context, d *caseData) (*deskOverview, error) {
	content, err := r.Service.ContentOf(g, d.Case.ID, d.Case.Version)
	if err != nil {
		return nil, err
	}
	l, e, out := lang(g), d.Case.Present(), &deskOverview{}
	for key, text := range map[string]string{"override": e.Override, "reason": e.Reason, "reasoning": e.Reasoning} {
		if text != "" {
			out.Said = append(out.Said, factRow{Label: r.Words.Message(l, "label."+key, nil), Values: []string{text}})
		}
	}
	facts := d.System.Facts
	if e.Facts != nil {
		facts = e.Facts
	}
	out.Systems = append(out.Systems, r.deskSystem(g, "", facts, &content.Overview))
	for _, o := range d.Others {
		facts := o.Facts
		if sent, ok := e.Of(o.ID); ok {
			facts = sent.Facts
		}
		out.Systems = append(out.Systems, r.deskSystem(g, o.Name, facts, content.Of(o.ID)))
	}
	return out, nil
}

func (r *room) deskSystem(g *gin.Context, name string, facts workflow.Facts, o *workflow.Overview) deskSystem {
	l := lang(g)
	out := deskSystem{Name: name, Facts: r.factRows(l, facts)}
	for _, key := range deskTexts {
		if text := o.Text(key); text != nil && *text != "" {
			out.Texts = append(out.Texts, factRow{Label: r.Words.Message(l, "overview.text."+key, nil), Values: []string{*text}})
		}
	}
	for _, t := range workflow.OverviewTables() {
		if rows := o.Cells(t.Key); len(rows) > 0 {
			out.Tables = append(out.Tables, deskTable{t, rows})
		}
	}
	return out
}

// deskChanges is what changed since the version before, facts in words.
type deskChanges struct {
	*workflow.Difference
	Facts []wasNow
}

type wasNow struct{ Of, Key, Was, Now string }

func (r *room) deskChanges(g *gin.Context, d *caseData) (*deskChanges, error) {
	diff, err := r.Service.Difference(g, d.Case.ID, d.Case.Version-1, d.Case.Version)
	if err != nil {
		return nil, err
	}
	out := &deskChanges{Difference: diff}
	words := func(key string, v any) string {
		if v == nil {
			return ""
		}
		return strings.Join(r.factWords(lang(g), key, v), ", ")
	}
	for _, f := range diff.Facts {
		out.Facts = append(out.Facts, wasNow{f.Of, f.Key, words(f.Key, f.Was), words(f.Key, f.Now)})
	}
	return out, nil
}

// deskPlan is the plan row by row; nil where the rule set has no catalogue.
func (r *room) deskPlan(g *gin.Context, d *caseData) (*workflow.SheetView, error) {
	v, err := r.Service.Sheet(g, d.Case.ID)
	if p, ok := workflow.ProblemOf(err); ok && p.Kind == workflow.NotFound {
		return nil, nil
	}
	return v, err
}

// deskLetters are the acts whose papers carry opinions and notes about a dossier.
var deskLetters = []string{"ask_more", "on_site_check", "request_opinion", "issue_opinion", "request_supplement", "assign_appraiser"}

// deskOpinions are letters with what came back, and notes from the site.
type deskOpinions struct {
	Letters []eventRow
	Answers []workflow.Attachment // files that came as opinions
	Expert  *workflow.Opinion
}

func (r *room) deskOpinions(g *gin.Context, d *caseData) (*deskOpinions, error) {
	out := &deskOpinions{Expert: d.Case.Opinion}
	for _, e := range d.Events {
		if e.Refused == nil && slices.Contains(deskLetters, e.Act) {
			out.Letters = append(out.Letters, e)
		}
	}
	files, err := r.Service.Attachments(g, d.Case.ID)
	for _, a := range files {
		if a.As == "opinion" && a.Removed.IsZero() {
			out.Answers = append(out.Answers, a)
		}
	}
	return out, err
}
