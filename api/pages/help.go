package pages

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
)

// Guide is the part of the handbook for one kind of people: two pages for who
// never saw the program. It is written in Vietnamese, the language they work in.
type Guide struct {
	Key   string   `yaml:"key"` // in the address
	Title string   `yaml:"title"`
	For   string   `yaml:"for"`   // in a sentence: whom it is for
	Roles []string `yaml:"roles"` // whose own guide it is
	Parts []Part   `yaml:"parts"`
}

// Part is one heading of a guide with what stands below it.
type Part struct {
	Heading string   `yaml:"heading"`
	Text    []string `yaml:"text"`  // paragraphs
	Steps   []string `yaml:"steps"` // what to do, one after another
	Shot    string   `yaml:"shot"`  // picture of a page, by its name; may be empty
	Caption string   `yaml:"caption"`
}

func (r *room) helpRoutes(in gin.IRoutes) {
	r.get(in, "/help", r.help)
	r.get(in, "/help/:role", r.guide)
	r.get(in, "/help/:role/pdf", r.guideFile)
}

// help lists the guides, the person's own first.
func (r *room) help(g *gin.Context) {
	m := g.MustGet("me").(*me)
	var mine, others []Guide
	for _, guide := range r.Guides {
		if m.Is(guide.Roles...) {
			mine = append(mine, guide)
		} else {
			others = append(others, guide)
		}
	}
	r.render(g, http.StatusOK, "help", "help", gin.H{"Mine": mine, "Others": others})
}

func (r *room) guideOf(g *gin.Context) (Guide, error) {
	i := slices.IndexFunc(r.Guides, func(one Guide) bool { return one.Key == g.Param("role") })
	if i < 0 {
		return Guide{}, noPage()
	}
	return r.Guides[i], nil
}

func (r *room) guide(g *gin.Context) {
	one, err := r.guideOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	shots := map[string]bool{}
	for _, p := range one.Parts {
		_, shots[p.Shot] = r.Pages.Asset("shots/" + p.Shot + ".png")
	}
	r.render(g, http.StatusOK, "guide", "help", gin.H{"G": one, "Shots": shots})
}

func (r *room) guideFile(g *gin.Context) {
	one, err := r.guideOf(g)
	var b []byte
	if err == nil {
		b, err = r.GuidePDF(one)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	r.pdf(g, b, "")
}
