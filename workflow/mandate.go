package workflow

import "slices"

// designate names the SDU of those systems of the owner that name none
// (NĐ 85/2016 Đ20 k1 b).
func designate(m *move) *Problem {
	o := clone(m.snap.Offices[m.snap.Office])
	for i := range o.SDUs {
		if o.SDUs[i].To.IsZero() {
			o.SDUs[i].To = m.day.AddDays(-1)
		}
	}
	o.SDUs = append(o.SDUs, Designation{SDU: m.f.text["sdu"], No: m.f.text["no"], Date: m.f.days["date"], Term: Term{From: m.day}})
	m.keepOffice(o)
	return nil
}

// delegate lets an office act for the owner on some systems for a term.
func delegate(m *move) *Problem {
	o := clone(m.snap.Offices[m.snap.Office])
	from, given := m.f.days["from"]
	if !given {
		from = m.day
	}
	if until := m.f.days["until"]; until.Before(from) {
		return invalid("until", "expect.later_day", until.String())
	}
	if m.f.text["to"] == m.snap.Office {
		return invalid("to", "expect.other_office", o.Name)
	}
	for _, id := range m.f.lists["scope"] {
		if !slices.Contains(m.snap.Named[id].Owners, o.ID) {
			return invalid("scope", "expect.own_system", id)
		}
	}
	o.Delegations = append(o.Delegations, Delegation{To: m.f.text["to"], No: m.f.text["no"], Date: m.f.days["date"], Scope: m.f.lists["scope"],
		Duties: m.f.text["duties"], From: from, Until: m.f.days["until"]})
	m.keepOffice(o)
	return nil
}

func (m *move) keepOffice(o Office) {
	was := o.Revision
	o.Revision++
	m.change.Offices = append(m.change.Offices, OfficeChanged{o, was})
}

// noSubdelegation bars an office that itself acts by delegation from handing
// the same systems on (TT 03/2017 Đ5 k3).
func noSubdelegation(m *move) *Problem {
	for _, id := range m.f.lists["scope"] {
		sys := m.snap.Named[id]
		if slices.Contains(sys.Owners, m.snap.Office) {
			continue
		}
		for _, owner := range sys.Owners {
			if slices.ContainsFunc(m.snap.Offices[owner].Delegations, func(d Delegation) bool {
				return d.To == m.snap.Office && slices.Contains(d.Scope, id)
			}) {
				return &Problem{Fields: []Field{{"scope", "expect.own_system", sys.Name}}}
			}
		}
	}
	return nil
}

// subordinateOnly asks that the delegate stands under the owner (TT 12/2022 Đ4 k3).
func subordinateOnly(m *move) *Problem {
	if to := m.f.text["to"]; !m.parties().under(to, m.snap.Office) {
		return &Problem{Fields: []Field{{"to", "expect.subordinate", m.snap.Offices[to].Name}}}
	}
	return nil
}

// delegationValid was answered when the right was asked for.
func delegationValid(*move) *Problem { return nil }
