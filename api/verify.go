package api

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

const (
	maxVerify  = 20 << 20 // bytes of a paper that somebody wants checked
	verifyPath = "/api/v1/verify"
)

// verifyRoutes are open to everybody: whoever holds a paper may check it.
func (d *door) verifyRoutes(v gin.IRoutes) {
	reads(v, "/verify/:code", d.slowed, d.verifyCode)
	v.POST("/verify", d.slowed, d.verifyFile)
}

// slowed stops an address that guessed wrong too often.
func (d *door) slowed(g *gin.Context) {
	wait := d.guesses.take(g.ClientIP(), d.Now())
	if wait <= 0 {
		return
	}
	seconds := strconv.Itoa(int(math.Ceil(wait.Seconds())))
	g.Header("Retry-After", seconds)
	g.Abort()
	d.write(g.Writer, g.Request, &answer{Status: http.StatusTooManyRequests, Kind: string(workflow.Busy), Key: "verify.wait", args: map[string]string{"seconds": seconds}})
}

func (d *door) verifyCode(g *gin.Context) {
	v, err := d.Service.VerifyCode(g, g.Param("code"))
	d.giveVerified(g, v, err)
}

// giveVerified answers, and forgives the try when it was right.
func (d *door) giveVerified(g *gin.Context, v *workflow.Verified, err error) {
	if p, is := workflow.ProblemOf(err); !is || p.Kind != workflow.NotFound {
		d.guesses.forgive(g.ClientIP())
	}
	d.give(g, v, err)
}

// verifyFile tells of a PDF sent as the body, or as the part "file" of a form.
// Its bytes are counted into a hash and kept nowhere.
func (d *door) verifyFile(g *gin.Context) {
	in := io.Reader(g.Request.Body)
	if strings.HasPrefix(g.GetHeader("Content-Type"), "multipart/") {
		part, ok := d.filePart(g)
		if !ok {
			return
		}
		in = part
	}
	sum := sha256.New()
	n, err := io.Copy(sum, io.LimitReader(in, maxVerify+1))
	switch {
	case err != nil:
		d.failBody(g, err)
		return
	case n > maxVerify:
		d.refuse(g, http.StatusRequestEntityTooLarge, "too_large", "kind.too_large")
		return
	}
	v, err := d.Service.VerifyHash(g, hex.EncodeToString(sum.Sum(nil)))
	d.giveVerified(g, v, err)
}

// How many wrong codes an address may try before it has to wait, and how long.
// A code has 80 bits; the waiting only keeps the door free for others.
const (
	freeGuesses = 5
	guessWait   = time.Minute
	guessers    = 10000 // addresses remembered
)

// guesses counts wrong codes by address. Every try counts until it was right, so
// that many at once are no way around.
type guesses struct {
	mu sync.Mutex
	of map[string]guess
}

type guess struct {
	n    int
	last time.Time
}

// take counts a try, or tells how long to wait.
func (c *guesses) take(address string, now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := network(address)
	g := c.of[key]
	since := now.Sub(g.last)
	if since >= guessWait {
		g.n = 0
	} else if g.n >= freeGuesses {
		return guessWait - since
	}
	if len(c.of) >= guessers || c.of == nil {
		c.of = map[string]guess{}
	}
	c.of[key] = guess{g.n + 1, now}
	return 0
}

// forgive takes back a try that was right.
func (c *guesses) forgive(address string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := network(address)
	if g, ok := c.of[key]; ok && g.n > 0 {
		c.of[key] = guess{g.n - 1, g.last}
	}
}

// network is what counts as one address: an IPv6 customer holds a whole /64.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if a = a.Unmap(); err != nil || a.Is4() {
		return a.String()
	}
	p, _ := a.Prefix(64)
	return p.String()
}
