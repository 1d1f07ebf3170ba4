package workflow

import (
	"context"
	"slices"
)

// MayContent tells whether a person may do a house act on the contents of a
// system: some running grant of his allows it in a party to the system.
func (s *Service) MayContent(ctx context.Context, who, act, system string) error {
	if who == Console {
		return nil
	}
	return s.atSystem(ctx, who, system, func(g Grant, p parties, ids []string) bool {
		_, allowed := s.Rights.Allows(g.Role, act)
		return allowed && slices.Contains(ids, g.Office)
	}, &Problem{Kind: Denied, Key: "act.denied", Args: map[string]string{"act": act, "office": ""}})
}

// MaySeePlans tells whether a person may see the overview of a system: its
// parties, those who appraise its cases, the bodies above them, and auditors.
// Everybody else is told that there is none.
func (s *Service) MaySeePlans(ctx context.Context, who, system string) error {
	return s.atSystem(ctx, who, system, func(g Grant, p parties, ids []string) bool {
		if s.Book.Roles[g.Role].Capacity == "none" && g.Role != "auditor" {
			return false
		}
		return slices.ContainsFunc(ids, func(id string) bool { return p.under(id, g.Office) })
	}, notFound("system", ""))
}

func (s *Service) atSystem(ctx context.Context, who, system string, may func(Grant, parties, []string) bool, no *Problem) error {
	person, err := s.Store.Person(ctx, who)
	if err != nil {
		return err
	}
	snap, err := s.Store.Snapshot(ctx, "", system)
	if p, ok := ProblemOf(err); ok && p.Kind == NotFound {
		return no
	}
	if err != nil {
		return err
	}
	r, _ := s.Book.On(s.Today())
	p := parties{snap.System, s.Today(), snap.Offices, r}
	ids := slices.Concat(p.operators(), snap.System.Operators, snap.System.Owners, nonEmpty(p.sdu()))
	for _, id := range snap.Open {
		c, err := s.Store.Case(ctx, id)
		if err != nil {
			return err
		}
		ids = append(ids, nonEmpty(p.appraiser(c))...)
	}
	if slices.ContainsFunc(person.Grants, func(g Grant) bool { return g.On(s.Today()) && may(g, p, ids) }) {
		return nil
	}
	return no
}
