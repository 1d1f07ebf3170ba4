package workflow

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"capdo/workflow/regime"
)

// subject reads what an act is done to: a case, a check by the name of its
// system or owner, a system, or an office.
func (s *Service) subject(ctx context.Context, want *Want, shape *regime.ActShape) (*Snapshot, error) {
	switch {
	case shape.Object == "office":
		return s.officeSubject(ctx, want.Office)
	case shape.Object == "system" || shape.Object == "new_case":
		if want.System == "" {
			return nil, invalid("system", "expect.required", "")
		}
		return s.Store.Snapshot(ctx, "", want.System)
	case shape.Object == "check" && want.System != "": // an order that opens a check
		return s.Store.Snapshot(ctx, "", want.System)
	case want.Check != "":
		id, err := s.checkNamed(ctx, want.Check, want.Act)
		if err != nil {
			return nil, err
		}
		want.Case = id
	case want.Case == "":
		return nil, invalid(shape.Object, "expect.required", "")
	}
	return s.snapshot(ctx, want.Case)
}

// snapshot reads what a step on a case is decided on, with the other systems its
// dossier speaks of or its check looks at.
func (s *Service) snapshot(ctx context.Context, caseID string) (*Snapshot, error) {
	snap, err := s.Store.Snapshot(ctx, caseID, "")
	if err != nil {
		return nil, err
	}
	if snap.Case.Inspection == nil {
		return snap, s.joins(ctx, snap)
	}
	if err := s.inspects(ctx, snap); err != nil {
		return nil, err
	}
	if snap.System.ID == "" {
		err = s.gather(ctx, snap)
	}
	return snap, err
}

// dossiers lists the open dossiers that speak of the system: its own, and the one
// it shares with another.
func (snap *Snapshot) dossiers() []string {
	return append(slices.Clone(snap.Open), nonEmpty(snap.System.Shares)...)
}

// name keeps a system that the act or its case names beside its own.
func (snap *Snapshot) name(sys *System) {
	if snap.Named == nil {
		snap.Named = map[string]*System{}
	}
	snap.Named[sys.ID] = sys
}

// inspects reads the systems that the plan of a check names.
func (s *Service) inspects(ctx context.Context, snap *Snapshot) error {
	for _, id := range snap.Case.Inspection.Systems {
		if id == snap.System.ID {
			continue
		}
		sys, err := s.Store.System(ctx, id)
		if err != nil {
			return err
		}
		snap.name(sys)
	}
	return nil
}

// gather finds who stands where in a check of an owner's whole activity:
// everybody who operates one of its systems, and the SDU of most of them.
func (s *Service) gather(ctx context.Context, snap *Snapshot) error {
	most := map[string]int{}
	whole := snap.System
	for after := ""; ; {
		page, err := s.Store.Systems(ctx, SystemQuery{Owner: snap.Case.Owner, After: after, Limit: pageSize})
		if err != nil {
			return fmt.Errorf("workflow: systems of an owner: %w", err)
		}
		for _, sys := range page {
			after = sys.ID
			p := parties{sys: sys, day: s.Today(), offices: snap.Offices}
			for _, id := range p.operators() {
				if !slices.Contains(whole.Operators, id) {
					whole.Operators = append(whole.Operators, id)
				}
			}
			if id := p.sdu(); id != "" {
				most[id]++
				if most[id] > most[whole.SDU] {
					whole.SDU = id
				}
			}
		}
		if len(page) < pageSize {
			return nil
		}
	}
}

// officeSubject gives an office as the owner of nothing in particular.
func (s *Service) officeSubject(ctx context.Context, id string) (*Snapshot, error) {
	if id == "" {
		return nil, invalid("office", "expect.required", "")
	}
	if _, err := s.Store.Office(ctx, id); err != nil {
		return nil, err
	}
	snap := &Snapshot{Office: id, System: &System{Owners: []string{id}}}
	var err error
	snap.House, err = s.Store.House(ctx)
	return snap, err
}

// named reads the systems that fields of the want name.
func (s *Service) named(ctx context.Context, want Want, shape *regime.ActShape, snap *Snapshot) error {
	for name, t := range shape.Fields {
		if t.Type != "systems" {
			continue
		}
		ids, p := readTexts(name, want.With[name], false)
		if want.With[name] == nil || p != nil {
			continue // refused where fields are read
		}
		for _, id := range ids {
			sys, err := s.Store.System(ctx, id)
			if p, is := ProblemOf(err); is && p.Kind == NotFound {
				continue
			}
			if err != nil {
				return err
			}
			snap.name(sys)
		}
	}
	return nil
}

// checkNamed finds the check a name means: its own id, or the periodic check of
// a system or an owner in which the act is open.
func (s *Service) checkNamed(ctx context.Context, name, act string) (string, error) {
	list, err := s.checksOf(ctx, name)
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return "", notFound("check", name)
	}
	r, ok := s.Book.On(s.Today())
	if !ok {
		r, _ = s.Book.LastBefore(s.Today())
	}
	for _, c := range slices.Backward(list) {
		if r != nil && slices.ContainsFunc(r.Check.Leaving(c.State), func(st *regime.Step) bool {
			return st.Act == act && !slices.Contains(st.By, "clock") || st.Act == act && len(st.By) > 1
		}) {
			return c.ID, nil
		}
	}
	return shown(list).ID, nil
}

// checksOf lists the checks a name means, oldest first after those that were
// stopped: one by its id, or the periodic ones of a system or an owner.
func (s *Service) checksOf(ctx context.Context, name string) ([]*Case, error) {
	c, err := s.Store.Case(ctx, name)
	if err == nil && c.Kind == KindCheck {
		return []*Case{c}, nil
	}
	if p, is := ProblemOf(err); err != nil && (!is || p.Kind != NotFound) {
		return nil, err
	}
	q := CaseQuery{Kind: KindCheck, System: name, Limit: 1000}
	if _, err := s.Store.System(ctx, name); err != nil {
		q = CaseQuery{Kind: KindCheck, Owner: name, Own: true, Limit: 1000}
	}
	list, err := s.Store.Cases(ctx, q)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(c *Case) bool { return c.Inspection.Kind != "periodic" })
	slices.SortStableFunc(list, func(a, b *Case) int {
		return cmp.Or(a.stopped()-b.stopped(), strings.Compare(a.Inspection.Since.String(), b.Inspection.Since.String()), strings.Compare(a.Opened.String(), b.Opened.String()))
	})
	return list, nil
}

// stopped is 0 for a check that ended before it was made, else 1.
func (c *Case) stopped() int {
	if c.Stage == "closed" && c.Inspection.Concluded.IsZero() {
		return 0
	}
	return 1
}

// shown is the check of a row of cycles that people mean: the last one under way
// or with something found, as long as the one after it only waits.
func shown(list []*Case) *Case {
	last := list[len(list)-1]
	if len(list) == 1 || last.Revision > 1 {
		return last
	}
	if before := list[len(list)-2]; before.Stage != "closed" || len(before.Inspection.Findings) > 0 {
		return before
	}
	return last
}
