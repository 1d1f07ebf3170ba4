package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"capdo/api/pages"
	"capdo/internal/identity"
	"capdo/workflow"
)

// codeRoutes are the own second step: open also to whom nothing else is open before
// it is set up.
func (d *door) codeRoutes(own gin.IRoutes) {
	reads(own, "/me/code", d.secondStep)
	own.POST("/me/code/enrol", d.enrol)
	own.POST("/me/code/confirm", d.confirmCode)
	own.POST("/me/code/end", d.endCode)
}

// coded stops whoever has a role that the house wants a second step for, and has
// none.
func (d *door) coded(g *gin.Context) {
	due, err := d.codeDue(g, who(g))
	switch {
	case err != nil:
		d.failIdentity(g, err)
	case due:
		d.fail(g, &workflow.Problem{Kind: workflow.Denied, Key: "account.code_due"})
	}
}

// codeDue tells whether a person must set up a second step before anything else.
func (d *door) codeDue(g *gin.Context, person string) (bool, error) {
	due, err := d.Service.CodeDue(g, person)
	if err != nil || !due {
		return false, err
	}
	on, _, err := d.Identity.SecondStep(g, d.token(g))
	return !on, err
}

// accountRoutes are what else everybody does with his own account.
func (d *door) accountRoutes(in gin.IRoutes) {
	reads(in, "/me/sessions", d.mySessions)
	in.POST("/me/sessions/end", d.endMySessions)
}

func (d *door) secondStep(g *gin.Context) {
	on, left, err := d.Identity.SecondStep(g, d.token(g))
	if err != nil {
		d.failIdentity(g, err)
		return
	}
	g.JSON(http.StatusOK, gin.H{"on": on, "recovery_codes": left})
}

// enrol hands out the secret for the phone, this once.
func (d *door) enrol(g *gin.Context) {
	var in struct {
		Password string `json:"password"`
	}
	if !d.read(g, &in) {
		return
	}
	house, err := d.Service.Province(g)
	if err != nil {
		d.fail(g, err)
		return
	}
	e, err := d.Identity.Enrol(g, d.token(g), in.Password, pages.Issuer(house), g.ClientIP())
	switch {
	case errors.Is(err, identity.ErrFailed):
		d.fail(g, invalid("password", "expect.old_password", ""))
	case errors.Is(err, identity.ErrSealed):
		d.fail(g, &workflow.Problem{Kind: workflow.Refused, Key: "code.no_key"})
	case err != nil:
		d.failIdentity(g, err)
	default:
		g.JSON(http.StatusOK, gin.H{"secret": e.Secret, "url": e.URL})
	}
}

// confirmCode hands out the recovery codes, this once.
func (d *door) confirmCode(g *gin.Context) {
	var in struct {
		Code string `json:"code"`
	}
	if !d.read(g, &in) {
		return
	}
	codes, err := d.Identity.Confirm(g, d.token(g), in.Code, g.ClientIP())
	if err != nil {
		d.failIdentity(g, err)
		return
	}
	g.JSON(http.StatusOK, gin.H{"recovery_codes": codes})
}

func (d *door) endCode(g *gin.Context) {
	var in struct {
		Password string `json:"password"`
		Code     string `json:"code"`
	}
	if !d.read(g, &in) {
		return
	}
	err := d.Identity.EndSecondStep(g, d.token(g), in.Password, in.Code, g.ClientIP())
	if errors.Is(err, identity.ErrFailed) {
		err = invalid("password", "expect.old_password", "")
	}
	d.done(g, err)
}

// done answers what leaves nothing to tell.
func (d *door) done(g *gin.Context, err error) {
	if err != nil {
		d.failIdentity(g, err)
		return
	}
	g.Status(http.StatusNoContent)
}

// sessionTold is a running session; its id opens nothing.
type sessionTold struct {
	ID      string    `json:"id"`
	Login   string    `json:"login"`
	Person  string    `json:"person"`
	Opened  time.Time `json:"opened"`
	Seen    time.Time `json:"seen"`
	Until   time.Time `json:"until"`
	Address string    `json:"address"`
	Pending bool      `json:"pending,omitempty"`
	Here    bool      `json:"here,omitempty"` // the one asked with
}

func toldSessions(list []identity.Session, here string) []sessionTold {
	out := make([]sessionTold, len(list))
	for i, s := range list {
		out[i] = sessionTold{s.Token, s.Login, s.Person, s.Opened.UTC(), s.Seen.UTC(), s.Expiry.UTC(), s.Address, s.Pending, s.Token == here}
	}
	return out
}

func (d *door) mySessions(g *gin.Context) {
	list, here, err := d.Identity.Mine(g, d.token(g))
	if err != nil {
		d.failIdentity(g, err)
		return
	}
	g.JSON(http.StatusOK, gin.H{"items": toldSessions(list, here)})
}

func (d *door) endMySessions(g *gin.Context) {
	if d.read(g, &struct{}{}) {
		d.done(g, d.Identity.EndOthers(g, d.token(g)))
	}
}
