package api

import (
	"context"
	_ "embed"
	"html/template"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

//go:embed start.html
var startText string

var startPage = template.Must(template.New("start").Parse(startText))

// countFor is how long the counts of the start page hold: it is open to
// everybody and must not cost a walk over all systems each time.
const countFor = 10 * time.Second

// tally is the count of systems by level, as it was lately. One asks, the others
// wait for the answer.
type tally struct {
	mu     sync.Mutex
	at     time.Time
	levels map[int]int
}

func (t *tally) get(ctx context.Context, now time.Time, count func(context.Context) (map[int]int, error)) (map[int]int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.levels != nil && now.Sub(t.at) < countFor {
		return t.levels, nil
	}
	levels, err := count(ctx)
	if err == nil {
		t.at, t.levels = now, levels
	}
	return levels, err
}

// start is the first page until the real ones come: what is there, no script.
func (d *door) start(g *gin.Context) {
	levels, err := d.tally.get(g, d.Now(), d.Service.CountByLevel)
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
