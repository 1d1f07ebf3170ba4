package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"capdo/internal/accounts"
	"capdo/internal/identity"
	"capdo/workflow"
)

func (d *door) desk() accounts.Desk {
	return accounts.Desk{Service: d.Service, Identity: d.Identity, SetUpCode: d.SetUpCode}
}

// deskRoutes are what the administrator does with the accounts of others.
func (d *door) deskRoutes(in gin.IRoutes) {
	reads(in, "/admin/accounts", d.accounts)
	in.POST("/admin/accounts", d.createAccount)
	in.POST("/admin/accounts/:login/:deed", d.accountDeed)
	reads(in, "/admin/sessions", d.sessions)
}

// accountTold is an account as the administrator sees it.
type accountTold struct {
	Login      string     `json:"login"`
	Person     string     `json:"person"`
	Disabled   bool       `json:"disabled"`
	MustChange bool       `json:"must_change"`
	Code       bool       `json:"code"` // a second step is asked for
	Last       *time.Time `json:"last,omitempty"`
	From       string     `json:"from,omitempty"`
	Wrong      int        `json:"wrong"` // wrong tries within the hour
}

func (d *door) accounts(g *gin.Context) {
	list, err := d.desk().List(g, who(g))
	if err != nil {
		d.failIdentity(g, err)
		return
	}
	out := make([]accountTold, len(list))
	for i, a := range list {
		out[i] = accountTold{Login: a.Login, Person: a.Person, Disabled: a.Disabled, MustChange: a.MustChange, Code: a.Coded, From: a.From, Wrong: a.Wrong}
		if last := a.Last.UTC(); !a.Last.IsZero() {
			out[i].Last = &last
		}
	}
	g.JSON(http.StatusOK, gin.H{"items": out})
}

func (d *door) createAccount(g *gin.Context) {
	var in struct {
		Person string `json:"person"`
	}
	if !d.read(g, &in) {
		return
	}
	password, err := d.desk().Create(g, who(g), in.Person)
	d.toldOnce(g, in.Person, password, err)
}

// toldOnce hands out a one-time password; it is kept nowhere.
func (d *door) toldOnce(g *gin.Context, login, password string, err error) {
	if err != nil {
		d.failIdentity(g, err)
		return
	}
	g.JSON(http.StatusOK, gin.H{"login": login, "password": password, "days": int(identity.OneTime.Hours() / 24)})
}

// accountDeed does one thing to an account of another.
func (d *door) accountDeed(g *gin.Context) {
	deeds := map[string]func(login string) error{
		"disable":      func(login string) error { return d.desk().Switch(g, who(g), login, true) },
		"enable":       func(login string) error { return d.desk().Switch(g, who(g), login, false) },
		"unlock":       func(login string) error { return d.desk().Unlock(g, who(g), login) },
		"end-code":     func(login string) error { return d.desk().ResetSecondStep(g, who(g), login) },
		"end-sessions": func(login string) error { return d.desk().EndSessions(g, who(g), login) },
	}
	login := g.Param("login")
	do, known := deeds[g.Param("deed")]
	if !known && g.Param("deed") != "reset" {
		d.fail(g, missing("page"))
		return
	}
	if !d.read(g, &struct{}{}) {
		return
	}
	if known {
		d.done(g, do(login))
		return
	}
	password, err := d.desk().Reset(g, who(g), login)
	d.toldOnce(g, login, password, err)
}

func (d *door) sessions(g *gin.Context) {
	list, err := d.desk().Sessions(g, who(g))
	if err != nil {
		d.failIdentity(g, err)
		return
	}
	_, here, err := d.Identity.Mine(g, d.token(g))
	if err != nil {
		d.failIdentity(g, err)
		return
	}
	g.JSON(http.StatusOK, gin.H{"items": toldSessions(list, here)})
}

// setUpState tells whether the house is still to be set up, and whether the
// calendars it needs are there.
func (d *door) setUpState(g *gin.Context) {
	empty, err := d.Identity.Empty(g)
	if err != nil {
		d.unavailable(g, err)
		return
	}
	g.JSON(http.StatusOK, gin.H{"needed": empty, "calendars": d.Service.Calendars()})
}

// setUp makes the house, once; its administrator signs in as everybody does.
func (d *door) setUp(g *gin.Context) {
	var in struct {
		workflow.SetUpOrder
		Password string `json:"password"`
		Code     string `json:"code"` // told where the program was started
	}
	if !d.read(g, &in) {
		return
	}
	done, err := d.desk().SetUp(g, in.SetUpOrder, in.Password, in.Code)
	switch {
	case errors.Is(err, identity.ErrPassword):
		err = invalid("password", "expect.password", "")
	case errors.Is(err, identity.ErrCommon):
		err = invalid("password", "expect.uncommon_password", "")
	}
	if err != nil {
		d.failIdentity(g, err)
		return
	}
	g.JSON(http.StatusOK, done)
}
