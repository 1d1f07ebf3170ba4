package pages

import (
	"net/http"
	"regexp"
	"slices"

	"github.com/gin-gonic/gin"

	"capdo/workflow/regime"
)

func (r *room) lawRoutes(in gin.IRoutes) { r.get(in, "/law", r.law) }

// lawData is what the page of an article shows.
type lawData struct {
	Cite  string
	Place regime.Place
	Known bool
	Uses  []lawUses // what rests on the place itself
	Near  []lawUses // what rests on its article elsewhere
	List  []*regime.Instrument
}

// lawUses are uses of one rule set.
type lawUses struct {
	RuleSet, Title string
	Rows           []regime.Use
}

// law shows what an article says, and what in the program rests on it. Without
// an article it lists the texts.
func (r *room) law(g *gin.Context) {
	d := lawData{Cite: g.Query("c"), List: r.Service.Book.Instruments}
	if d.Cite != "" {
		d.Place, d.Known = r.Service.Book.Place(regime.Citation(d.Cite))
	}
	if d.Place.Article != "" {
		r.lawUses(g, &d)
	}
	r.render(g, http.StatusOK, "law", "", d)
}

// slot is a place of a message that is filled only where it is told.
var slot = regexp.MustCompile(`\{[a-z_]+\}`)

func (r *room) lawUses(g *gin.Context, d *lawData) {
	uses := r.Service.Book.Uses(regime.Citation(d.Cite))
	for i, u := range uses {
		if u.Kind == "guard" {
			uses[i].Text = slot.ReplaceAllString(r.Words.Message(lang(g), "guard."+u.Key, nil), "…")
		}
	}
	for _, reg := range r.Service.Book.Regimes {
		here := lawUses{RuleSet: r.Service.RuleSet(reg.Key), Title: reg.Title}
		near := here
		for _, u := range slices.Concat(uses, r.formUses(reg.Key, d.Place)) {
			switch {
			case u.Regime != reg.Key:
			case u.Near:
				near.Rows = append(near.Rows, u)
			default:
				here.Rows = append(here.Rows, u)
			}
		}
		if len(here.Rows) > 0 {
			d.Uses = append(d.Uses, here)
		}
		if len(near.Rows) > 0 {
			d.Near = append(d.Near, near)
		}
	}
}

// formUses lists the forms of a regime that cite the article of a place.
func (r *room) formUses(key string, at regime.Place) (out []regime.Use) {
	for _, f := range r.Words.Info(key) {
		for _, c := range f.Cites {
			p, _ := r.Service.Book.Place(regime.Citation(c))
			if p.Short != at.Short || p.Article != at.Article {
				continue
			}
			out = append(out, regime.Use{Regime: key, Kind: "form", Key: f.Form, Origin: regime.Law, Verified: regime.Verified(f.Verified), Cite: regime.Citation(c), Near: !p.Within(at)})
		}
	}
	return out
}
