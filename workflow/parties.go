package workflow

import (
	"slices"

	"capdo/workflow/regime"
)

// parties reads who stands where in a system on a day.
type parties struct {
	sys     *System
	day     Day
	offices map[string]Office
	r       *regime.Regime // nil where no outside body matters
}

// operators gives the offices that may act as operator: the one of the lease,
// the lead, or all named while no lead is (NĐ 85/2016 Đ3 k3).
func (p parties) operators() []string {
	switch {
	case p.sys.Lease != nil && p.leased():
		return []string{p.sys.Lease.Provider}
	case p.sys.Lease != nil:
		return []string{p.sys.Lease.Lead}
	case p.sys.Lead != "":
		return []string{p.sys.Lead}
	}
	return p.sys.Operators
}

func (p parties) leased() bool {
	l := p.sys.Lease
	return !p.day.Before(l.From) && (l.To.IsZero() || !p.day.After(l.To))
}

func (p parties) operator() string { return only(p.operators()) }
func (p parties) owner() string    { return only(p.sys.Owners) }

// sdu is the SDU the system names, or the one its owner has designated
// (NĐ 85/2016 Đ20 k1 b).
func (p parties) sdu() string {
	if p.sys.SDU != "" {
		return p.sys.SDU
	}
	for _, d := range slices.Backward(p.offices[p.owner()].SDUs) {
		if d.On(p.day) {
			return d.SDU
		}
	}
	return ""
}

// lead is the outside body that leads the appraisal (NĐ 85/2016 Đ12 k3).
func (p parties) lead() (regime.Body, bool) {
	if p.r == nil {
		return regime.Body{}, false
	}
	return p.r.Lead(p.managedBy())
}

// managedBy is which ministry manages the system; the first the regime names
// stands for the ordinary case.
func (p parties) managedBy() string {
	managed, _ := p.sys.Facts["managed_by"].(string)
	if managed == "" && len(p.r.Centre) > 0 {
		managed = p.r.Centre[0].ManagedBy
	}
	return managed
}

// bodies lists the offices that are an outside body.
func (p parties) bodies(body string) []string {
	var out []string
	for id, o := range p.offices {
		if body != "" && o.Body == body && o.Stands(p.day) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

func only(ids []string) string {
	if len(ids) == 1 {
		return ids[0]
	}
	return ""
}

// under tells whether an office is another or stands below it.
func (p parties) under(id, top string) bool {
	for n := 0; id != "" && n < 32; n++ {
		if id == top {
			return true
		}
		id = p.offices[id].Under
	}
	return false
}

// sduOperates tells whether the SDU runs the system itself: it or an office
// under it is the operator, unless the facts say otherwise.
func (p parties) sduOperates() bool {
	if stated, ok := p.sys.Facts["sdu_operates"].(bool); ok {
		return stated
	}
	return p.sdu() != "" && slices.ContainsFunc(p.operators(), func(o string) bool { return p.under(o, p.sdu()) })
}

// appraiser gives the office that appraises: the SDU, the unit assigned, the
// owner that set up a council, or the outside body of levels 4 and 5.
func (p parties) appraiser(c *Case) string {
	if c != nil && c.Appraiser != nil {
		return c.Appraiser.Office
	}
	if c != nil && p.r != nil && c.Kind == KindDossier {
		if proc := procedureOf(p.r, c, p.sys); proc != nil && centrally(proc) {
			if body, ok := p.lead(); ok {
				if ids := p.bodies(body.Body); len(ids) > 0 {
					return ids[0]
				}
			}
			return ""
		}
	}
	return p.sdu()
}

// centrally tells whether an outside body appraises in a procedure.
func centrally(p *regime.Procedure) bool {
	return slices.ContainsFunc(p.Steps, func(s regime.Step) bool { return slices.Contains(s.By, "central_appraiser") })
}

// holding gives the offices that hold a capacity.
func (p parties) holding(capacity string, c *Case) []string {
	switch capacity {
	case "operator":
		return p.operators()
	case "owner":
		return p.sys.Owners
	case "sdu":
		return nonEmpty(p.sdu())
	case "appraiser":
		if c != nil && c.Appraiser != nil {
			return nonEmpty(c.Appraiser.Office)
		}
	case "centre":
		if body, ok := p.lead(); ok {
			return p.bodies(body.Body)
		}
	case "pm":
		if p.r != nil && p.r.PM != nil {
			return p.bodies(p.r.PM.Body)
		}
	case "assessor":
		return p.assessors(c)
	}
	return nil
}

// assessors are the offices whose inspectors plan a check: SDU and owner, and
// its performer once one is named.
func (p parties) assessors(c *Case) []string {
	out := append(nonEmpty(p.sdu()), p.sys.Owners...)
	if c != nil && c.Inspection != nil && c.Inspection.Performer != "" {
		out = append(out, c.Inspection.Performer)
	}
	return out
}

func nonEmpty(id string) []string {
	if id == "" {
		return nil
	}
	return []string{id}
}

func (m *move) parties() parties { return parties{m.sys, m.day, m.snap.Offices, m.r} }

// offices lists those that hold a capacity; the one who files an evaluation is
// whoever the want names as having made it.
func (m *move) offices(capacity string) []string {
	if performer, ok := m.want.With["performer"].(string); ok && capacity == "assessor" && m.c == nil {
		return nonEmpty(performer)
	}
	return m.parties().holding(capacity, m.c)
}

// deciders are the body that signed the decision in force and those above it.
func (m *move) deciders() []string {
	var out []string
	if m.snap.Entry == nil {
		return nil
	}
	for id, n := m.snap.Entry.By, 0; id != "" && n < 32; n++ {
		out = append(out, id)
		id = m.snap.Offices[id].Under
	}
	return out
}

func (m *move) leaseBasis() []Citation {
	l := m.sys.Lease
	switch {
	case l == nil:
		return nil
	case m.day.Before(l.From):
		return m.r.Lease.Before
	case m.parties().leased():
		return m.r.Lease.During
	}
	return m.r.Lease.After
}

func (m *move) holder() string {
	if m.c == nil || m.p == nil {
		return ""
	}
	return m.parties().holder(m.c, m.p)
}

// holder is the office a case waits for; the first of several operators while
// no lead is named.
func (p parties) holder(c *Case, proc *regime.Procedure) string {
	capacity := proc.States[c.State].Holder
	if c.Hands != "" {
		capacity = c.Hands
	}
	switch capacity {
	case "appraiser":
		return p.appraiser(c)
	case "assessor":
		return c.Inspection.Performer
	}
	if ids := p.holding(capacity, c); len(ids) > 0 {
		return ids[0]
	}
	return ""
}
