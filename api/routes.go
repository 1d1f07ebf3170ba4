package api

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

func (d *door) give(g *gin.Context, v any, err error) {
	if err != nil {
		d.fail(g, err)
		return
	}
	g.JSON(http.StatusOK, v)
}

// listOf writes nothing as an empty list.
func listOf[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (d *door) me(g *gin.Context) {
	p, err := d.Service.Store.Person(g, who(g))
	d.give(g, p, err)
}

func (d *door) systems(g *gin.Context) {
	after, limit, ok := d.query(g, "after", "limit", "name", "owner", "operator", "sdu", "state", "level", "sort")
	if !ok {
		return
	}
	q := workflow.SystemQuery{After: after, Limit: limit, Name: g.Query("name"), Owner: g.Query("owner"), Operator: g.Query("operator"),
		SDU: g.Query("sdu"), State: g.Query("state"), Sort: g.Query("sort")}
	if text := g.Query("level"); text != "" {
		level, err := strconv.Atoi(text)
		if err != nil || level < 0 || level > 5 {
			d.malformed(g, workflow.Field{Name: "level", Expect: "expect.level_or_none", Value: text})
			return
		}
		q.Level = &level
	}
	page, err := d.Service.ListSystems(g, who(g), q)
	d.give(g, page, err)
}

func (d *door) system(g *gin.Context) {
	s, err := d.systemSeenBy(g, who(g), g.Param("id"))
	d.give(g, s, err)
}

// systemSeenBy gives a system to whoever is under its owner.
func (d *door) systemSeenBy(g *gin.Context, who, id string) (*workflow.SystemView, error) {
	s, err := d.Service.System(g, id)
	if p, ok := workflow.ProblemOf(err); ok && p.Kind == workflow.NotFound {
		return nil, missing("system")
	}
	if err != nil {
		return nil, err
	}
	for _, owner := range s.Owners {
		if see, fault := d.Service.MaySeeOwner(g, who, owner); see || fault != nil {
			return s, fault
		}
	}
	return nil, d.hidden("system", who, id)
}

// ofOwner hides what belongs to an owner the person is not under.
func (d *door) ofOwner(g *gin.Context) {
	see, err := d.Service.MaySeeOwner(g, who(g), g.Param("owner"))
	if err == nil && !see {
		err = d.hidden("office", who(g), g.Param("owner"))
	}
	if err != nil {
		d.fail(g, err)
	}
}

// cases lists what the person may see; next is the key to go on from, empty at
// the end.
func (d *door) cases(g *gin.Context) {
	after, limit, ok := d.query(g, "after", "limit", "system", "state", "kind")
	if !ok {
		return
	}
	kind := g.DefaultQuery("kind", "dossier")
	if kind != "dossier" && kind != "check" {
		d.fail(g, invalid("kind", "expect.one_of", kind))
		return
	}
	page, err := d.Service.ListCases(g, who(g), workflow.CaseQuery{Kind: kind, After: after, Limit: limit, System: g.Query("system"), State: g.Query("state")})
	d.give(g, page, err)
}

func (d *door) caseByID(g *gin.Context) {
	v, err := d.Service.Case(g, g.Param("id"))
	d.give(g, v, err)
}

// actsOf tells which acts are open to me, and why the others are closed.
func (d *door) actsOf(g *gin.Context) {
	list, err := d.Service.Acts(g, who(g), g.Param("id"))
	if err != nil {
		d.fail(g, err)
		return
	}
	type one struct {
		Act    string  `json:"act"`
		Label  string  `json:"label"`
		Open   bool    `json:"open"`
		Closed *answer `json:"closed,omitempty"`
	}
	l := lang(g.Request)
	items := []one{}
	for _, a := range list {
		o := one{Act: a.Act, Label: d.Message(l, "act."+a.Act, nil), Open: a.Closed == nil}
		if a.Closed != nil {
			o.Closed = d.inWords(l, a.Closed)
			o.Closed.Title, o.Closed.Detail = d.Message(l, "kind."+o.Closed.Kind, nil), d.Message(l, a.Closed.Key, a.Closed.Args)
		}
		items = append(items, o)
	}
	g.JSON(http.StatusOK, gin.H{"items": items})
}

func (d *door) events(g *gin.Context) {
	list, err := d.Service.Events(g, workflow.EventQuery{Case: g.Param("id")})
	d.give(g, gin.H{"items": listOf(list)}, err)
}

func (d *door) papers(g *gin.Context) {
	list, err := d.Service.Papers(g, g.Param("id"))
	d.give(g, gin.H{"items": listOf(d.marked(list))}, err)
}

// markedPaper is a paper with how far the wording of its form was checked.
type markedPaper struct {
	workflow.Paper
	Verified string `json:"verified,omitempty"`
}

func (d *door) marked(list []workflow.Paper) []markedPaper {
	out := make([]markedPaper, len(list))
	for i, p := range list {
		out[i] = markedPaper{Paper: p}
		if d.Verified != nil {
			out[i].Verified = d.Verified(p.Regime, p.Form)
		}
	}
	return out
}

func (d *door) paper(g *gin.Context) {
	p, err := d.paperSeenBy(g, who(g), g.Param("id"))
	if err != nil {
		d.fail(g, err)
		return
	}
	switch format := g.Query("format"); format {
	case "text":
		g.Data(http.StatusOK, "text/plain; charset=utf-8", []byte(p.Text))
		return
	case "", "pdf":
	default:
		d.fail(g, invalid("format", "expect.paper_format", format))
		return
	}
	g.Header("ETag", `"`+p.SHA256+`"`)
	g.Data(http.StatusOK, "application/pdf", p.PDF)
}

func (d *door) preview(g *gin.Context) {
	out, err := d.Service.Preview(g, who(g), g.Param("id"), g.Param("form"))
	if err != nil {
		d.fail(g, err)
		return
	}
	g.Data(http.StatusOK, "application/pdf", out.PDF)
}

// act takes one step. What the person may not see is not there for him.
func (d *door) act(g *gin.Context) {
	var want workflow.Want
	if !d.read(g, &want) {
		return
	}
	if k := g.GetHeader("Idempotency-Key"); k != "" {
		want.Key = k
	}
	if len(want.Key) > maxKey {
		d.fail(g, invalid("key", "expect.shorter", ""))
		return
	}
	if want.Case != "" {
		if _, err := d.seen(g, want.Case); err != nil {
			d.fail(g, err)
			return
		}
	}
	out, err := d.Service.Act(g, who(g), want)
	d.give(g, out, err)
}
