package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

// How many long lists and packs are drawn at once, and how many more may wait:
// each may take seconds and tens of megabytes.
const (
	heavyAtOnce  = 4
	heavyWaiting = 28
)

// heavy are the routes that draw whole documents for whoever reads. Acts draw
// theirs outside of this: an office that prints does not hold up one that decides.
var heavy = map[string]bool{
	"/api/v1/registers/:owner": true, "/api/v1/reports/:owner": true, "/api/v1/layers/:owner": true, "/api/v1/plans/:owner/:kind/:year": true,
	"/api/v1/cases/:id/pack": true, "/api/v1/cases/:id/sheet/print": true, "/api/v1/cases/:id/preview/:form": true,
	"/cases/:id/preview/:form": true, "/cases/:id/preview/:form/pdf": true,
	"/registers/file": true, "/registers/print": true, "/reports/file": true, "/reports/layers/file": true, "/reports/plans/file": true,
}

// turns lets so many in at once; the others wait in front or are sent away.
type turns struct{ queue, slots chan struct{} }

func newTurns() turns {
	return turns{make(chan struct{}, heavyAtOnce+heavyWaiting), make(chan struct{}, heavyAtOnce)}
}

// inTurn takes heavy requests in turn.
func (d *door) inTurn(g *gin.Context) {
	if !heavy[g.FullPath()] {
		return
	}
	select {
	case d.turns.queue <- struct{}{}:
	default:
		g.Header("Retry-After", retryAfter)
		d.refuse(g, http.StatusTooManyRequests, string(workflow.Busy), "print.wait")
		return
	}
	defer func() { <-d.turns.queue }()
	select {
	case d.turns.slots <- struct{}{}:
	case <-g.Request.Context().Done():
		g.Abort()
		return
	}
	defer func() { <-d.turns.slots }()
	g.Next()
}
