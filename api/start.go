package api

import (
	_ "embed"
	"html/template"

	"github.com/gin-gonic/gin"
)

//go:embed start.html
var startText string

var startPage = template.Must(template.New("start").Parse(startText))

// start is the first page until the real ones come: what is there, no script.
func (d *door) start(g *gin.Context) {
	levels, err := d.Service.CountByLevel(g)
	if err != nil {
		d.fail(g, err)
		return
	}
	systems := 0
	for _, n := range levels {
		systems += n
	}
	g.Header("Content-Type", "text/html; charset=utf-8")
	if err := startPage.Execute(g.Writer, map[string]any{"Notice": d.Notice, "Systems": systems, "Levels": levels, "Day": d.Service.Today()}); err != nil {
		d.Log.Error("start page", "error", err)
	}
}
