package api

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"capdo/internal/identity"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// read decodes a JSON body strictly: unknown fields and trailing data are
// refused.
func (d *door) read(g *gin.Context, into any) bool {
	dec := json.NewDecoder(http.MaxBytesReader(g.Writer, g.Request.Body, maxBody))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return true
	case errors.As(err, &tooLarge):
		d.fail(g, err)
	default:
		d.refuse(g, http.StatusBadRequest, "malformed", "kind.malformed")
	}
	return false
}

func (d *door) give(g *gin.Context, v any, err error) {
	if err != nil {
		d.fail(g, err)
		return
	}
	g.JSON(http.StatusOK, v)
}

func (d *door) signIn(g *gin.Context) {
	var in struct {
		Login    string `json:"login"`
		Password string `json:"password"`
	}
	if !d.read(g, &in) {
		return
	}
	token, person, err := d.Identity.SignIn(g, in.Login, in.Password)
	switch {
	case errors.Is(err, identity.ErrTooMany):
		d.refuse(g, http.StatusTooManyRequests, "busy", "signin.wait")
	case errors.Is(err, identity.ErrFailed):
		d.refuse(g, http.StatusUnauthorized, "unauthenticated", "signin.failed")
	case err != nil:
		d.fail(g, err)
	default:
		d.setCookie(g, token, int(identity.Life.Seconds()))
		g.JSON(http.StatusOK, gin.H{"person": person})
	}
}

func (d *door) setCookie(g *gin.Context, token string, seconds int) {
	http.SetCookie(g.Writer, &http.Cookie{Name: cookie, Value: token, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: d.Secure, SameSite: http.SameSiteLaxMode})
}

func (d *door) signOut(g *gin.Context) {
	token, _ := g.Cookie(cookie)
	if err := d.Identity.SignOut(g, token); err != nil {
		d.fail(g, err)
		return
	}
	d.setCookie(g, "", -1)
	g.Status(http.StatusNoContent)
}

func (d *door) me(g *gin.Context) {
	p, err := d.Service.Store.Person(g, who(g))
	d.give(g, p, err)
}

func (d *door) systems(g *gin.Context) {
	after, limit, ok := d.query(g, "after", "limit", "name", "owner")
	if !ok {
		return
	}
	list, err := d.Service.Systems(g, workflow.SystemQuery{After: after, Limit: limit, Name: g.Query("name"), Owner: g.Query("owner")})
	if err != nil {
		d.fail(g, err)
		return
	}
	next := ""
	if len(list) == limit {
		next = list[limit-1].ID
	}
	items, seen := []*workflow.SystemView{}, map[string]bool{}
	for _, s := range list {
		for _, owner := range s.Owners {
			if _, asked := seen[owner]; !asked {
				if seen[owner], err = d.Service.MaySeeOwner(g, who(g), owner); err != nil {
					d.fail(g, err)
					return
				}
			}
			if seen[owner] {
				items = append(items, s)
				break
			}
		}
	}
	g.JSON(http.StatusOK, gin.H{"items": items, "next": next})
}

func (d *door) system(g *gin.Context) {
	s, err := d.Service.System(g, g.Param("id"))
	if p, ok := workflow.ProblemOf(err); ok && p.Kind == workflow.NotFound {
		err = missing("system")
	}
	if err == nil {
		for _, owner := range s.Owners {
			if see, fault := d.Service.MaySeeOwner(g, who(g), owner); see || fault != nil {
				d.give(g, s, fault)
				return
			}
		}
		err = missing("system")
	}
	d.fail(g, err)
}

// ofOwner hides what belongs to an owner the person is not under.
func (d *door) ofOwner(g *gin.Context) {
	see, err := d.Service.MaySeeOwner(g, who(g), g.Param("owner"))
	if err == nil && !see {
		err = missing("office")
	}
	if err != nil {
		d.fail(g, err)
	}
}

// cases lists what the person may see; next is the key to go on from, also
// where everything on this page was hidden.
func (d *door) cases(g *gin.Context) {
	after, limit, ok := d.query(g, "after", "limit", "system", "state")
	if !ok {
		return
	}
	list, err := d.Service.Cases(g, workflow.CaseQuery{After: after, Limit: limit, System: g.Query("system"), State: g.Query("state")})
	if err != nil {
		d.fail(g, err)
		return
	}
	items, next := []*workflow.CaseView{}, ""
	for _, v := range list {
		next = v.ID
		see, err := d.Service.MaySee(g, who(g), v)
		if err != nil {
			d.fail(g, err)
			return
		}
		if see {
			items = append(items, v)
		}
	}
	if len(list) < limit {
		next = ""
	}
	g.JSON(http.StatusOK, gin.H{"items": items, "next": next})
}

func (d *door) caseByID(g *gin.Context) {
	v, err := d.Service.Case(g, g.Param("id"))
	d.give(g, v, err)
}

// actsOf tells which acts are open to me, and why the others are closed.
func (d *door) actsOf(g *gin.Context) {
	list, err := d.Service.Acts(g, who(g), g.Param("id"))
	if err != nil {
		d.fail(g, err)
		return
	}
	type one struct {
		Act    string  `json:"act"`
		Label  string  `json:"label"`
		Open   bool    `json:"open"`
		Closed *answer `json:"closed,omitempty"`
	}
	l := lang(g.Request)
	items := []one{}
	for _, a := range list {
		o := one{Act: a.Act, Label: d.Message(l, "act."+a.Act, nil), Open: a.Closed == nil}
		if a.Closed != nil {
			o.Closed = d.inWords(l, a.Closed)
			o.Closed.Title, o.Closed.Detail = d.Message(l, "kind."+o.Closed.Kind, nil), d.Message(l, a.Closed.Key, a.Closed.Args)
		}
		items = append(items, o)
	}
	g.JSON(http.StatusOK, gin.H{"items": items})
}

func (d *door) events(g *gin.Context) {
	list, err := d.Service.Events(g, workflow.EventQuery{Case: g.Param("id")})
	d.give(g, gin.H{"items": list}, err)
}

func (d *door) papers(g *gin.Context) {
	list, err := d.Service.Papers(g, g.Param("id"))
	d.give(g, gin.H{"items": d.marked(list)}, err)
}

// markedPaper is a paper with how far the wording of its form was checked.
type markedPaper struct {
	workflow.Paper
	Verified string `json:"verified,omitempty"`
}

func (d *door) marked(list []workflow.Paper) []markedPaper {
	out := make([]markedPaper, len(list))
	for i, p := range list {
		out[i] = markedPaper{Paper: p}
		if d.Verified != nil {
			out[i].Verified = d.Verified(p.Regime, p.Form)
		}
	}
	return out
}

func (d *door) paper(g *gin.Context) {
	p, err := d.Service.Paper(g, g.Param("id"))
	if err == nil {
		if _, hidden := d.seen(g, p.Case); hidden != nil {
			err = missing("paper")
		}
	}
	if err != nil {
		d.fail(g, err)
		return
	}
	if g.Query("format") == "text" {
		g.Data(http.StatusOK, "text/plain; charset=utf-8", []byte(p.Text))
		return
	}
	g.Header("ETag", `"`+p.SHA256+`"`)
	g.Data(http.StatusOK, "application/pdf", p.PDF)
}

func (d *door) preview(g *gin.Context) {
	out, err := d.Service.Preview(g, who(g), g.Param("id"), g.Param("form"))
	if err != nil {
		d.fail(g, err)
		return
	}
	g.Data(http.StatusOK, "application/pdf", out.PDF)
}

// act takes one step. What the person may not see is not there for him.
func (d *door) act(g *gin.Context) {
	var want workflow.Want
	if !d.read(g, &want) {
		return
	}
	if k := g.GetHeader("Idempotency-Key"); k != "" {
		want.Key = k
	}
	if want.Case != "" {
		if _, err := d.seen(g, want.Case); err != nil {
			d.fail(g, err)
			return
		}
	}
	out, err := d.Service.Act(g, who(g), want)
	d.give(g, out, err)
}

func (d *door) register(g *gin.Context) {
	if _, _, ok := d.query(g, "on", "format"); !ok {
		return
	}
	on := d.Service.Today()
	if s := g.Query("on"); s != "" {
		var err error
		if on, err = regime.ParseDay(s); err != nil {
			d.fail(g, &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "on", Expect: "expect.day", Value: s}}})
			return
		}
	}
	if f := g.Query("format"); f == "" || f == "json" {
		rows, err := d.Service.Register(g, g.Param("owner"), on)
		d.give(g, gin.H{"on": on, "items": rows}, err)
		return
	}
	facts, _, err := d.Service.PrintRegister(g, g.Param("owner"), on)
	if err != nil {
		d.fail(g, err)
		return
	}
	b, kind, err := d.RegisterFile(facts, g.Query("format"))
	if err != nil {
		d.fail(g, err)
		return
	}
	g.Data(http.StatusOK, kind, b)
}

// importRegister takes in an old register sent as the body of the request.
func (d *door) importRegister(g *gin.Context) {
	if _, _, ok := d.query(g, "accept_good", "source"); !ok {
		return
	}
	if err := d.Service.MayHouse(g, who(g), "import", g.Param("owner")); err != nil {
		d.fail(g, err)
		return
	}
	name := g.Query("source")
	if name == "" {
		name = "register"
	}
	rows, refused, source, err := d.Intake(g.Request.Body, name)
	if err != nil {
		d.fail(g, err)
		return
	}
	rep, err := d.Service.Import(g, who(g), workflow.ImportOrder{Owner: g.Param("owner"), Source: source, Rows: rows, Refused: refused, AcceptGood: g.Query("accept_good") == "1"})
	if err == nil && len(rep.Refused) > 0 && g.Query("accept_good") != "1" {
		g.JSON(http.StatusUnprocessableEntity, rep)
		return
	}
	d.give(g, rep, err)
}

func (d *door) numbers(g *gin.Context) {
	list, err := d.Service.Numbers(g, g.Param("issuer"), d.Service.Today().Year())
	d.give(g, gin.H{"items": list}, err)
}

func (d *door) reserveNumber(g *gin.Context) {
	var in struct {
		No     string     `json:"no"`
		Series string     `json:"series"`
		On     regime.Day `json:"on"`
	}
	if !d.read(g, &in) {
		return
	}
	n, err := d.Service.ReserveNumber(g, who(g), g.Param("issuer"), in.Series, in.No, in.On)
	d.give(g, n, err)
}

func (d *door) voidNumber(g *gin.Context) {
	var in struct {
		Reason string `json:"reason"`
	}
	if !d.read(g, &in) {
		return
	}
	if err := d.Service.VoidNumber(g, who(g), g.Param("issuer"), g.Param("id"), in.Reason); err != nil {
		d.fail(g, err)
		return
	}
	g.Status(http.StatusNoContent)
}
