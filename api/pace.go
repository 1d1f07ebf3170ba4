package api

import (
	"crypto/sha256"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

// pace is how many requests that change something may come: so many at once, and
// one more after each while. It is far above what people and their tools do; who
// sends more is a tool gone wild or an attack, and waits a moment.
type pace struct {
	free  int
	every time.Duration
}

// The paces of one session, and of one address: an office behind one address.
var (
	ofSession = pace{600, 50 * time.Millisecond}
	ofAddress = pace{3000, 10 * time.Millisecond}
)

// paced are how many of both are remembered.
const paced = 10000

// paces keeps for each sender when all that it has sent would be through at its
// pace.
type paces struct {
	mu sync.Mutex
	of map[string]time.Time
}

// take counts a request, or tells how long to wait.
func (p *paces) take(key string, at pace, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	through := p.of[key]
	if through.Before(now) {
		through = now
	}
	if wait := through.Sub(now) - time.Duration(at.free-1)*at.every; wait > 0 {
		return wait
	}
	if len(p.of) >= paced { // whose pace is up needs no memory
		maps.DeleteFunc(p.of, func(_ string, through time.Time) bool { return through.Before(now) })
	}
	if len(p.of) >= paced || p.of == nil {
		p.of = map[string]time.Time{}
	}
	p.of[key] = through.Add(at.every)
	return 0
}

// atPace turns away who sends too much that changes something.
func (d *door) atPace(g *gin.Context) {
	if g.Request.Method == http.MethodGet || g.Request.Method == http.MethodHead {
		return
	}
	wait := d.paces.take(network(g.ClientIP()), ofAddress, d.Now())
	if token := d.token(g); wait == 0 && token != "" {
		wait = d.paces.take(sessionOf(token), ofSession, d.Now())
	}
	if wait > 0 {
		d.Log.Warn("too many requests", "path", logged(g.Request.URL.Path), "from", g.ClientIP())
		g.Header("Retry-After", retryAfter)
		d.refuse(g, http.StatusTooManyRequests, string(workflow.Busy), "request.too_many")
	}
}

// sessionOf is the name a session is counted under: short, for a token is whatever
// somebody sends.
func sessionOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return "session " + string(sum[:])
}
