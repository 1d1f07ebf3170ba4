package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"capdo/api/pages"
	"capdo/internal/identity"
	"capdo/workflow"
)

// cookie is the name the session goes under. Over TLS the browser itself
// promises that it came from this host alone.
func (d *door) cookie() string {
	if d.Secure {
		return "__Host-capdo"
	}
	return "capdo"
}

func (d *door) token(g *gin.Context) string {
	token, _ := g.Cookie(d.cookie())
	return token
}

func (d *door) setCookie(g *gin.Context, token string, seconds int) {
	http.SetCookie(g.Writer, &http.Cookie{Name: d.cookie(), Value: token, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: d.Secure, SameSite: http.SameSiteStrictMode})
}

// signedIn lets pass whoever has a session and puts the person on the request.
func (d *door) signedIn(g *gin.Context) {
	if d.begun(g); !g.IsAborted() && g.MustGet("signed").(identity.Signed).Pending {
		d.failIdentity(g, identity.ErrPending)
	}
}

// begun lets pass also whoever has proved the password and not yet the code.
func (d *door) begun(g *gin.Context) {
	signed, err := d.Identity.Who(g, d.token(g))
	if err != nil && !errors.Is(err, identity.ErrPending) {
		d.failIdentity(g, err)
		return
	}
	g.Set("who", signed.Person)
	g.Set("signed", signed)
}

// unavailable says that the keeper of accounts fails; that is no word on who
// somebody is.
func (d *door) unavailable(g *gin.Context, err error) {
	d.fail(g, fmt.Errorf("%w: %w", &workflow.Problem{Kind: workflow.Busy, Key: "store.unavailable"}, err))
}

func who(g *gin.Context) string { return g.GetString("who") }

// settled stops whoever goes by a password that somebody else has set.
func (d *door) settled(g *gin.Context) {
	if g.MustGet("signed").(identity.Signed).MustChange {
		d.fail(g, &workflow.Problem{Kind: workflow.Denied, Key: "account.must_change"})
	}
}

// signed is how a session is told.
type signed struct {
	Login      string    `json:"login"`
	Person     string    `json:"person"`
	MustChange bool      `json:"must_change"`
	Until      time.Time `json:"until"`
	Pending    bool      `json:"pending"` // the code of the second step is still to be given
}

func (d *door) session(g *gin.Context) {
	g.JSON(http.StatusOK, signed(g.MustGet("signed").(identity.Signed)))
}

// setSession gives a browser its session; half a one only as long as its code
// may take.
func (d *door) setSession(g *gin.Context, token string, who identity.Signed) {
	life := identity.Life
	if who.Pending {
		life = identity.CodeLife
	}
	d.setCookie(g, token, int(life.Seconds()))
}

// opened hands out a new session.
func (d *door) opened(g *gin.Context, token string, who identity.Signed) {
	d.setSession(g, token, who)
	g.JSON(http.StatusOK, signed(who))
}

// signIn proves a password. The session the browser had before ends: nobody
// goes on under a token that was there before the proof.
func (d *door) signIn(g *gin.Context) {
	var in struct {
		Login    string `json:"login"`
		Password string `json:"password"`
	}
	if !d.read(g, &in) {
		return
	}
	token, who, err := d.Identity.SignIn(g, in.Login, in.Password, g.ClientIP())
	d.tried(g, "password", who, err)
	if errors.Is(err, identity.ErrFailed) {
		d.refuse(g, http.StatusUnauthorized, "unauthenticated", "signin.failed")
		return
	}
	if old := d.token(g); err == nil && old != "" {
		err = d.Identity.SignOut(g, old)
	}
	if err != nil {
		d.failIdentity(g, err)
		return
	}
	d.opened(g, token, who)
}

// tried leaves a line on every try to sign in. Who failed is not named: what was
// typed as a login may be a password.
func (d *door) tried(g *gin.Context, by string, who identity.Signed, err error) {
	if err != nil {
		d.Log.Warn("sign-in refused", "by", by, "from", g.ClientIP(), "why", err)
		return
	}
	d.Log.Info("sign-in", "by", by, "from", g.ClientIP(), "login", who.Login, "code_due", who.Pending)
}

// giveCode is the second step of a sign-in.
func (d *door) giveCode(g *gin.Context) {
	var in struct {
		Code string `json:"code"`
	}
	if !d.read(g, &in) {
		return
	}
	token, who, err := d.Identity.GiveCode(g, d.token(g), in.Code, g.ClientIP())
	d.tried(g, "code", who, err)
	if err != nil {
		d.failIdentity(g, err)
		return
	}
	d.opened(g, token, who)
}

func (d *door) signOut(g *gin.Context) {
	if err := d.Identity.SignOut(g, d.token(g)); err != nil {
		d.unavailable(g, err)
		return
	}
	d.setCookie(g, "", -1)
	g.Header("Clear-Site-Data", pages.ClearSiteData)
	g.Status(http.StatusNoContent)
}

// changePassword replaces my password; every session of mine ends but the new
// one that this answer carries.
func (d *door) changePassword(g *gin.Context) {
	var in struct {
		Old string `json:"old"`
		New string `json:"new"`
	}
	if !d.read(g, &in) {
		return
	}
	token, who, err := d.Identity.ChangePassword(g, d.token(g), in.Old, in.New, g.ClientIP())
	if err != nil {
		d.failIdentity(g, err)
		return
	}
	d.opened(g, token, who)
}

// waits tells when to try again after too many wrong tries.
func (d *door) waits(g *gin.Context, wait *identity.WaitError) {
	seconds := strconv.Itoa(int((wait.After + time.Second - 1) / time.Second))
	g.Header("Retry-After", seconds)
	g.Abort()
	d.write(g.Writer, g.Request, &answer{Status: http.StatusTooManyRequests, Kind: string(workflow.Busy), Key: "signin.wait", args: map[string]string{"seconds": seconds}})
}

// outside are the answers of identity to one who is not in; each says what to do.
var outside = map[error]string{identity.ErrNoSession: "signin.needed", identity.ErrPending: "signin.code_needed", identity.ErrOutdated: "signin.outdated"}

// inWordsOf are the other answers of identity as problems.
var inWordsOf = map[error]error{
	identity.ErrBusy:     &workflow.Problem{Kind: workflow.Busy, Key: "signin.busy"},
	identity.ErrFailed:   invalid("old", "expect.old_password", ""),
	identity.ErrPassword: invalid("new", "expect.password", ""),
	identity.ErrCommon:   invalid("new", "expect.uncommon_password", ""),
	identity.ErrSame:     invalid("new", "expect.other_password", ""),
	identity.ErrCode:     invalid("code", "expect.code", ""),
	identity.ErrMoved:    &workflow.Problem{Kind: workflow.Stale, Key: "account.moved_on"},
	identity.ErrSealed:   &workflow.Problem{Kind: workflow.Refused, Key: "signin.code_locked"},
	identity.ErrCoded:    &workflow.Problem{Kind: workflow.NotNow, Key: "code.exists"},
	identity.ErrNoCode:   &workflow.Problem{Kind: workflow.NotNow, Key: "code.none"},
	identity.ErrUnknown:  missing("account"),
}

// failIdentity puts into a problem what accounts and passwords answer.
func (d *door) failIdentity(g *gin.Context, err error) {
	var wait *identity.WaitError
	if errors.As(err, &wait) {
		d.waits(g, wait)
		return
	}
	for is, key := range outside {
		if errors.Is(err, is) {
			d.refuse(g, http.StatusUnauthorized, "unauthenticated", key)
			return
		}
	}
	for is, problem := range inWordsOf {
		if errors.Is(err, is) {
			d.fail(g, problem)
			return
		}
	}
	if _, ok := workflow.ProblemOf(err); ok {
		d.fail(g, err)
		return
	}
	d.unavailable(g, err)
}
