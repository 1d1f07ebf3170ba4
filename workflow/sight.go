package workflow

import (
	"context"
	"slices"
)

// sees tells whether a person may see a case: the parties of its system, the
// bodies above them, its council and auditors; a check of an owner's whole
// activity, whoever may see what belongs to that owner.
func (s *Service) sees(person Person, c *Case, p parties) bool {
	if c.System == "" && s.seesOwner(person, c.Owner, p) {
		return true
	}
	if c.Appraiser != nil && slices.Contains(c.Appraiser.Members, person.ID) {
		return true
	}
	ids := slices.Concat(p.operators(), p.sys.Operators, p.sys.Owners, nonEmpty(p.sdu()), nonEmpty(p.appraiser(c)))
	if c.Inspection != nil {
		ids = append(ids, nonEmpty(c.Inspection.Performer)...)
	}
	return slices.ContainsFunc(person.Grants, func(g Grant) bool {
		if !g.On(p.day) || s.Book.Roles[g.Role].Capacity == "none" && g.Role != "auditor" {
			return false
		}
		return slices.ContainsFunc(ids, func(id string) bool { return p.under(id, g.Office) })
	})
}

// seesOwner tells whether a person may see what belongs to an owner: everybody
// with a running role in the owner, under it, or above it.
func (s *Service) seesOwner(person Person, owner string, p parties) bool {
	return s.reads(person, p.day, func(g Grant) bool { return p.under(g.Office, owner) || p.under(owner, g.Office) })
}

// reads tells whether a person has a running grant of a role that reads, and
// that lies where asked.
func (s *Service) reads(person Person, day Day, lies func(Grant) bool) bool {
	return slices.ContainsFunc(person.Grants, func(g Grant) bool {
		_, reads := s.Rights.Allows(g.Role, "read")
		return reads && g.On(day) && lies(g)
	})
}

// MaySeeNumbers tells whether a person may read the book of numbers of an
// issuer: its own people, those of the bodies above it, and whoever verifies
// records under the same topmost body (auditors).
func (s *Service) MaySeeNumbers(ctx context.Context, who, issuer string) (bool, error) {
	person, err := s.Store.Person(ctx, who)
	if err != nil {
		return false, err
	}
	p, err := s.partiesToday(ctx)
	if err != nil {
		return false, err
	}
	if _, known := p.offices[issuer]; !known {
		return false, nil
	}
	return s.reads(person, p.day, func(g Grant) bool {
		_, verifies := s.Rights.Allows(g.Role, "verify")
		return p.under(issuer, g.Office) || verifies && p.top(g.Office) == p.top(issuer)
	}), nil
}

// partiesToday reads the offices as they stand; whose system it is comes later.
func (s *Service) partiesToday(ctx context.Context) (parties, error) {
	offices, err := s.officeMap(ctx)
	return parties{day: s.Today(), offices: offices}, err
}

// top is the topmost body above an office.
func (p parties) top(id string) string {
	for n := 0; p.offices[id].Under != "" && n < 32; n++ {
		id = p.offices[id].Under
	}
	return id
}
