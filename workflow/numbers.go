package workflow

import (
	"context"
	"slices"

	"capdo/internal/vn"
)

// house asks the right to a house act: some running grant of the person in the
// office, or in any office when none is named.
func (s *Service) house(p Person, act, office string) *Problem {
	today := s.Today()
	if slices.ContainsFunc(p.Grants, func(g Grant) bool {
		_, ok := s.Rights.Allows(g.Role, act)
		return ok && g.On(today) && (office == "" || g.Office == office)
	}) {
		return nil
	}
	return &Problem{Kind: Denied, Key: "act.denied", Args: map[string]string{"act": act, "office": office}}
}

// MayHouse tells whether a person may do a house act today for an owner: some
// running grant of his lies in the owner or in an office under it.
func (s *Service) MayHouse(ctx context.Context, who, act, owner string) error {
	if who == Console {
		return nil
	}
	p, err := s.Store.Person(ctx, who)
	if err != nil {
		return err
	}
	offices, err := s.officeMap(ctx)
	if err != nil {
		return err
	}
	no := &Problem{Kind: Denied, Key: "act.denied", Args: map[string]string{"act": act, "office": offices[owner].Name}}
	for _, g := range p.Grants {
		if (parties{offices: offices}).under(g.Office, owner) && s.house(p, act, g.Office) == nil {
			return nil
		}
	}
	return no
}

// ReserveNumber enters a number that the document system gave into the issuer's
// book, for a later act to use (NĐ 30/2020 Đ15). Only the issuer's own clerk
// may. A number that is taken is refused.
func (s *Service) ReserveNumber(ctx context.Context, who, issuer, series, text string, on Day) (Number, error) {
	p, err := s.Store.Person(ctx, who)
	if err != nil {
		return Number{}, err
	}
	office, err := s.Store.Office(ctx, issuer)
	if err != nil {
		return Number{}, err
	}
	if no := s.house(p, "reserve_number", issuer); no != nil {
		return Number{}, no
	}
	clean, err := vn.Clean(text)
	if err != nil {
		return Number{}, badText("no", err)
	}
	if clean == "" {
		return Number{}, invalid("no", "expect.required", "")
	}
	if on.IsZero() {
		on = s.Today()
	}
	if office.Series != "per_type" {
		series = ""
	}
	return s.Store.Reserve(ctx, NumberAsk{ID: s.NewID("number"), Issuer: issuer, Series: series, Year: on.Year(), Text: clean, Typed: true, On: on, Person: who})
}

// VoidNumber ends a reserved number of the issuer's book of this or last year
// with a reason; it stays visible and is never given again.
func (s *Service) VoidNumber(ctx context.Context, who, issuer, id, reason string) error {
	p, err := s.Store.Person(ctx, who)
	if err != nil {
		return err
	}
	if no := s.house(p, "void_number", issuer); no != nil {
		return no
	}
	clean, err := vn.Clean(reason)
	if err != nil {
		return badText("reason", err)
	}
	if clean == "" {
		return invalid("reason", "expect.required", "")
	}
	for _, year := range []int{s.Today().Year(), s.Today().Year() - 1} {
		book, err := s.Store.Numbers(ctx, issuer, year)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(book, func(n Number) bool { return n.ID == id }) {
			return s.Store.VoidNumber(ctx, id, clean)
		}
	}
	return notFound("number", id)
}

// Numbers lists an issuer's book of a year, in the order of its numbers.
func (s *Service) Numbers(ctx context.Context, issuer string, year int) ([]Number, error) {
	return s.Store.Numbers(ctx, issuer, year)
}
