package pages

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"capdo/internal/identity"
	"capdo/workflow"
)

// accountRoutes are everybody's own account: password, one-time codes, sessions.
func (r *room) accountRoutes(in *gin.RouterGroup) {
	r.get(in, "/account/password", r.passwordPage)
	in.POST("/account/password", r.changePassword)
	own := in.Group("", r.settled)
	r.get(own, "/account", r.account)
	own.POST("/account/code", r.enrol)
	own.POST("/account/code/confirm", r.confirmCode)
	own.POST("/account/code/end", r.endCode)
	own.POST("/account/sessions/end", r.endOthers)
}

// accountData is what the page of the own account shows.
type accountData struct {
	On       bool // a one-time code is asked for at sign-in
	Due      bool // and must be, before anything else is open
	Left     int  // recovery codes not used yet
	Sessions []identity.Session
	Here     string
	Enrol    *identity.Enrolment // just begun: shown this once
	Codes    []string            // recovery codes, shown this once
	Wrong    map[string]string   // field → message key
}

func (r *room) account(g *gin.Context) { r.showAccount(g, http.StatusOK, accountData{}) }

func (r *room) showAccount(g *gin.Context, status int, d accountData) {
	var err error
	if d.On, d.Left, err = r.Identity.SecondStep(g, r.Token(g)); err == nil {
		d.Due, err = r.CodeDue(g, who(g))
	}
	if err == nil {
		d.Sessions, d.Here, err = r.Identity.Mine(g, r.Token(g))
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	r.render(g, status, "account", "", d)
}

// Issuer is what a telephone lists one-time codes of a house under.
func Issuer(house workflow.Province) string {
	if house.Name == "" {
		return "capdo"
	}
	return "capdo " + house.Name
}

// enrol begins one-time codes: the secret for the telephone is shown this once.
func (r *room) enrol(g *gin.Context) {
	house, err := r.Service.Province(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	e, err := r.Identity.Enrol(g, r.Token(g), g.PostForm("password"), Issuer(house), g.ClientIP())
	switch key := codeFault(err); {
	case key != "":
		r.showAccount(g, http.StatusUnprocessableEntity, accountData{Wrong: map[string]string{"enrol": key}})
	case errors.Is(err, identity.ErrSealed):
		r.showAccount(g, http.StatusUnprocessableEntity, accountData{Wrong: map[string]string{"enrol": "code.no_key"}})
	case err != nil:
		r.fail(g, accountProblem(err))
	default:
		r.showAccount(g, http.StatusOK, accountData{Enrol: &e})
	}
}

// confirmCode ends the enrolment with a first code and shows the recovery codes,
// this once.
func (r *room) confirmCode(g *gin.Context) {
	codes, err := r.Identity.Confirm(g, r.Token(g), g.PostForm("code"), g.ClientIP())
	if key := codeFault(err); key != "" {
		r.showAccount(g, http.StatusUnprocessableEntity, accountData{Enrol: &identity.Enrolment{Secret: g.PostForm("secret")}, Wrong: map[string]string{"code": key}})
		return
	}
	if err != nil {
		r.fail(g, accountProblem(err))
		return
	}
	r.showAccount(g, http.StatusOK, accountData{Codes: codes})
}

func (r *room) endCode(g *gin.Context) {
	err := r.Identity.EndSecondStep(g, r.Token(g), g.PostForm("password"), g.PostForm("code"), g.ClientIP())
	if key := codeFault(err); key != "" {
		r.showAccount(g, http.StatusUnprocessableEntity, accountData{Wrong: map[string]string{"end": key}})
		return
	}
	if err != nil {
		r.fail(g, accountProblem(err))
		return
	}
	r.done(g, "/account", "code_ended")
}

// codeFault is the message of a wrong code or password, empty for other errors.
func codeFault(err error) string {
	var wait *identity.WaitError
	switch {
	case errors.As(err, &wait):
		return "expect.wait"
	case errors.Is(err, identity.ErrCode):
		return "code.wrong"
	case errors.Is(err, identity.ErrFailed):
		return "expect.old_password"
	}
	return ""
}

func (r *room) endOthers(g *gin.Context) {
	if err := r.Identity.EndOthers(g, r.Token(g)); err != nil {
		r.fail(g, err)
		return
	}
	r.done(g, "/account", "others_ended")
}

// passwordData is what the page of the own password shows.
type passwordData struct {
	Must  bool
	Wrong map[string]string // field → message key
}

func (r *room) passwordPage(g *gin.Context) {
	r.render(g, http.StatusOK, "password", "", passwordData{Must: g.MustGet("signed").(identity.Signed).MustChange})
}

func (r *room) changePassword(g *gin.Context) {
	signed := g.MustGet("signed").(identity.Signed)
	if g.PostForm("new") != g.PostForm("again") {
		r.render(g, http.StatusUnprocessableEntity, "password", "", passwordData{signed.MustChange, map[string]string{"again": "expect.same_password"}})
		return
	}
	token, now, err := r.Identity.ChangePassword(g, r.Token(g), g.PostForm("old"), g.PostForm("new"), g.ClientIP())
	wrong := map[string]string{}
	switch {
	case err == nil:
		r.SetSession(g, token, now)
		r.done(g, "/account", "password")
		return
	case errors.Is(err, identity.ErrFailed):
		wrong["old"] = "expect.old_password"
	case errors.Is(err, identity.ErrPassword):
		wrong["new"] = "expect.password"
	case errors.Is(err, identity.ErrCommon):
		wrong["new"] = "expect.uncommon_password"
	case errors.Is(err, identity.ErrSame):
		wrong["new"] = "expect.other_password"
	default:
		var wait *identity.WaitError
		if !errors.As(err, &wait) {
			r.fail(g, err)
			return
		}
		wrong["old"] = "expect.wait"
	}
	r.render(g, http.StatusUnprocessableEntity, "password", "", passwordData{signed.MustChange, wrong})
}
