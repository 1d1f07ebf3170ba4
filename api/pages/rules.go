package pages

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// rulesRoutes show what the house goes by: rule sets, calendars, requirements,
// who acts for whom.
func (r *room) rulesRoutes(in gin.IRoutes) {
	r.get(in, "/admin/regimes", r.regimes)
	r.get(in, "/admin/calendar", r.calendar)
	r.get(in, "/admin/catalogue", r.catalogue)
	r.get(in, "/admin/catalogue/file", r.catalogueFile)
	r.get(in, "/admin/delegations", r.delegations)
}

// regimeRow is one rule set with what of it is not verified yet.
type regimeRow struct {
	*regime.Regime
	Now  bool
	Open []openWord
}

// openWord is something no source backs yet: its kind and its own words.
type openWord struct{ Kind, Text string }

// regimes lists the rule sets with their terms, newest first, and what in them
// is not verified.
func (r *room) regimes(g *gin.Context) {
	var rows []regimeRow
	now, _ := r.Service.Book.On(r.Service.Today())
	for _, reg := range slices.Backward(r.Service.Book.Regimes) {
		row := regimeRow{Regime: reg, Now: reg == now}
		if reg.Verified == regime.Unverified {
			row.Open = append(row.Open, openWord{"regime", reg.Title})
		}
		if cmp.Or(reg.StandardVerified, reg.Verified) == regime.Unverified {
			row.Open = append(row.Open, openWord{"standard", reg.Standard})
		}
		for _, p := range r.Words.Info(reg.Key) {
			if p.Verified == string(regime.Unverified) {
				row.Open = append(row.Open, openWord{"form", r.Words.Message("vi", "form."+p.Form, nil)})
			}
		}
		rows = append(rows, row)
	}
	r.render(g, http.StatusOK, "regimes", "rules", gin.H{"Rows": rows, "Tab": "regimes"})
}

// calendar shows the days of a year that no ordinary week tells of.
func (r *room) calendar(g *gin.Context) {
	c, this := r.Service.Book.Calendar, r.Service.Today().Year()
	year, err := number(g.Query("year"))
	if err != nil || !c.Known(year) {
		year = this
	}
	missing := 0
	if !c.Known(this + 1) {
		missing = this + 1
	}
	r.render(g, http.StatusOK, "calendar", "rules", gin.H{"Years": c.Years(), "Year": year, "Known": c.Known(year), "Days": c.Days(year), "Open": len(c.UnverifiedDays(year)), "Missing": missing, "Tab": "calendar"})
}

// catalogueKey is the list of requirements that is asked for, or the first.
func (r *room) catalogueKey(g *gin.Context) (string, []string) {
	var all []string
	for key := range r.Service.Book.Catalogues {
		all = append(all, key)
	}
	slices.Sort(all)
	if key := g.Query("key"); slices.Contains(all, key) {
		return key, all
	}
	return all[0], all
}

// catalogue tells how much of a list of requirements was compared with its text.
func (r *room) catalogue(g *gin.Context) {
	key, all := r.catalogueKey(g)
	own, err := r.Service.Catalogue(g, key)
	if err != nil {
		r.fail(g, err)
		return
	}
	rows, verified := own.Size()
	r.render(g, http.StatusOK, "catalogue", "rules", gin.H{"C": own, "Key": key, "Keys": all, "Rows": rows, "Verified": verified, "Open": rows - verified,
		"Imports": r.Service.MayHouseAnywhere(g, who(g), "import_catalogue"), "Tab": "catalogue"})
}

func (r *room) catalogueFile(g *gin.Context) {
	key, _ := r.catalogueKey(g)
	own, err := r.Service.Catalogue(g, key)
	if err != nil {
		r.fail(g, err)
		return
	}
	b, err := r.WriteCatalogue(own, lang(g))
	if err != nil {
		r.fail(g, err)
		return
	}
	attached(g, SheetType, key+".xlsx", b)
}

// actsForRow is a delegation or designation of an owner.
type actsForRow struct {
	Owner, To, No string
	Kind          string // delegation or designation
	From, Until   workflow.Day
	Date          workflow.Day
	Systems       int
	Duties        string
	Runs          bool
	Left          int // days, where the end is near
}

// delegations lists who acts for which owner, as far as the person may see it.
// They are made by acts of the owner, not here.
func (r *room) delegations(g *gin.Context) {
	list, err := r.Service.Store.Offices(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	names, today := r.officeNames(g), r.Service.Today()
	keeps := r.Service.MaySeeAccounts(g, who(g)) == nil
	var rows []actsForRow
	for _, o := range list {
		if len(o.Delegations)+len(o.SDUs) == 0 {
			continue
		}
		if see, err := r.Service.MaySeeOwner(g, who(g), o.ID); err != nil || !see && !keeps {
			continue
		}
		for _, d := range o.Delegations {
			rows = append(rows, actsForRow{Owner: names[o.ID], To: names[d.To], No: d.No, Kind: "delegation", From: d.From, Until: d.Until, Date: d.Date, Systems: len(d.Scope),
				Duties: d.Duties, Runs: workflow.Term{From: d.From, To: d.Until}.On(today)})
		}
		for _, d := range o.SDUs {
			rows = append(rows, actsForRow{Owner: names[o.ID], To: names[d.SDU], No: d.No, Kind: "designation", From: d.From, Until: d.To, Date: d.Date, Runs: d.On(today)})
		}
	}
	for i, row := range rows {
		if days := int(row.Until.Start().Sub(today.Start()).Hours() / 24); row.Runs && !row.Until.IsZero() && days < 200 {
			rows[i].Left = days + 1
		}
	}
	r.render(g, http.StatusOK, "delegations", "rules", gin.H{"Rows": rows, "Tab": "delegations"})
}
