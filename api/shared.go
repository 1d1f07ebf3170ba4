package api

import (
	"time"

	"github.com/gin-gonic/gin"

	"capdo/api/pages"
	"capdo/internal/identity"
	"capdo/workflow"
)

// shared is what the pages use of the door, so that a session, a status and what
// a person may see are the same there.
func (d *door) shared() pages.Door {
	return pages.Door{
		Signed:     func(g *gin.Context) (identity.Signed, error) { return d.Identity.Who(g, d.token(g)) },
		SetSession: d.setSession,
		EndSession: d.endSession,
		Status:     func(kind workflow.Kind) int { return status[kind] },
		Case:       d.seenBy,
		System:     d.systemSeenBy,
		Paper:      d.paperSeenBy,
		Token:      d.token,
		CodeDue:    d.codeDue,
		Guess:      func(g *gin.Context) time.Duration { return d.guesses.take(g.ClientIP(), d.Now()) },
		Forgive:    func(g *gin.Context) { d.guesses.forgive(g.ClientIP()) },
		Tried:      d.tried,
		Reference:  reference,
		Secure:     d.Secure,
	}
}

// endSession ends the session of the request, if it has one.
func (d *door) endSession(g *gin.Context) error {
	token := d.token(g)
	if token == "" {
		return nil
	}
	d.setCookie(g, "", -1)
	return d.Identity.SignOut(g, token)
}
