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
	return p.sys.SDU != "" && slices.ContainsFunc(p.operators(), func(o string) bool { return p.under(o, p.sys.SDU) })
}

// appraiser gives the office that appraises: the SDU, the unit assigned, or
// the owner that set up a council.
func (p parties) appraiser(c *Case) string {
	if c != nil && c.Appraiser != nil {
		return c.Appraiser.Office
	}
	return p.sys.SDU
}

// holding gives the offices that hold a capacity.
func (p parties) holding(capacity string, c *Case) []string {
	switch capacity {
	case "operator":
		return p.operators()
	case "owner":
		return p.sys.Owners
	case "sdu":
		return nonEmpty(p.sys.SDU)
	case "appraiser":
		if c != nil && c.Appraiser != nil {
			return nonEmpty(c.Appraiser.Office)
		}
	}
	return nil
}

func nonEmpty(id string) []string {
	if id == "" {
		return nil
	}
	return []string{id}
}

func (m *move) parties() parties { return parties{m.sys, m.day, m.snap.Offices} }

func (m *move) offices(capacity string) []string { return m.parties().holding(capacity, m.c) }

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
	if capacity == "appraiser" {
		return p.appraiser(c)
	}
	if ids := p.holding(capacity, c); len(ids) > 0 {
		return ids[0]
	}
	return ""
}
