package workflow

import (
	"context"
	"slices"
)

// SystemOrder is a system to be taken in, or as it shall be before its level is
// decided.
type SystemOrder struct {
	Name      string   `json:"name"`
	Owners    []string `json:"owners"`
	Operators []string `json:"operators"`
	Lead      string   `json:"lead,omitempty"`
	SDU       string   `json:"sdu,omitempty"`
	Lease     *Lease   `json:"lease,omitempty"`
	Facts     Facts    `json:"facts,omitempty"` // left out: as they are
	Address   string   `json:"address,omitempty"`
	Source    string   `json:"source,omitempty"`
	Key       string   `json:"key,omitempty"`
	Revision  *int64   `json:"revision,omitempty"`
}

// CreateSystem takes in a new system in its first state. For an officer of one of
// its operators, or of the SDU of its owner (right add_system). That it has one
// owner and one operator or a lead is asked when its dossier leaves draft.
func (s *Service) CreateSystem(ctx context.Context, who string, order SystemOrder) (*System, error) {
	d, err := s.deed(ctx, who, "add_system")
	if err != nil {
		return nil, err
	}
	sys := &System{}
	if done, err := d.again(ctx, order.Key, sys); err != nil || done {
		return sys, err
	}
	sys.ID = s.NewID("system")
	if err := s.describe(ctx, d, sys, order); err != nil {
		return nil, err
	}
	sys.State = s.presentRules().System.Start
	d.change.System, d.change.SystemID, d.change.SystemWas = sys, sys.ID, NewSystem
	e := d.event(With{"change": "system_added", "name": sys.Name, "source": sys.Source})
	e.System = sys.ID
	return sys, d.keep(ctx, e, sys)
}

// ChangeSystem puts right name, address and parties of a system whose level was
// never decided and no dossier of which is on its way; afterwards the parties
// change by acts with a paper (change_operator, change_owner) and the name by a
// new determination or a correction.
func (s *Service) ChangeSystem(ctx context.Context, who, id string, order SystemOrder) (*System, error) {
	d, err := s.deed(ctx, who, "add_system")
	if err != nil {
		return nil, err
	}
	snap, err := s.Store.Snapshot(ctx, "", id)
	if err != nil {
		return nil, err
	}
	was := snap.System
	if err := seen(order.Revision, was.Revision); err != nil {
		return nil, err
	}
	if d.standsFor(was, snap.Offices) == nil {
		return nil, d.refuse(ctx, With{"system": id}, d.notHere(was, snap.Offices))
	}
	if no, err := s.settledSystem(ctx, snap); err != nil {
		return nil, err
	} else if no != nil {
		return nil, d.refuse(ctx, With{"system": id}, no)
	}
	if open := snap.dossiers(); len(open) > 0 && order.Facts != nil {
		return nil, invalid("facts", "expect.facts_by_dossier", open[0])
	}
	sys := clone(*was)
	if err := s.describe(ctx, d, &sys, order); err != nil {
		return nil, err
	}
	sys.Revision++
	d.change.System, d.change.SystemID, d.change.SystemWas = &sys, id, was.Revision
	e := d.event(With{"change": "system_changed", "was": was.Name, "name": sys.Name, "source": order.Source})
	e.System = id
	return &sys, d.keep(ctx, e, nil)
}

// settledSystem tells why a system cannot be described anew.
func (s *Service) settledSystem(ctx context.Context, snap *Snapshot) (*Problem, error) {
	if snap.System.Level > 0 || snap.Entry != nil || snap.System.Pending != nil {
		return &Problem{Kind: Refused, Key: "system.decided", Args: map[string]string{"system": snap.System.Name}}, nil
	}
	for _, id := range snap.dossiers() {
		c, err := s.Store.Case(ctx, id)
		if err != nil {
			return nil, err
		}
		// A dossier of another system may not be turned by changing one that shares it.
		if c.System != snap.System.ID || !s.untouched(c, snap.System) {
			return &Problem{Kind: NotNow, Key: "system.on_its_way", Args: map[string]string{"system": snap.System.Name, "case": id}}, nil
		}
	}
	return nil, nil
}

// untouched tells whether a dossier has never left its first state.
func (s *Service) untouched(c *Case, sys *System) bool {
	r, ok := s.Book.ByKey(c.Regime)
	if !ok {
		return false
	}
	p := procedureOf(r, c, sys)
	return p != nil && c.State == p.Start && len(c.Editions) == 1
}

// describe checks an order and puts it into a system; the actor must stand for
// one of the parties it names.
func (s *Service) describe(ctx context.Context, d *deed, sys *System, order SystemOrder) error {
	offices, err := s.officeMap(ctx)
	if err != nil {
		return err
	}
	w := &wrong{}
	s.checkSystem(w, &order, offices)
	facts, err := s.Book.CheckFacts(s.presentRules().Criteria, order.Facts)
	if err != nil {
		w.p.Fields = append(w.p.Fields, factProblem("facts", err).Fields...)
	}
	if len(order.Owners) > 0 {
		twin, err := s.twin(ctx, sys.ID, order)
		if err != nil {
			return err
		}
		if twin != "" {
			w.add("name", "expect.new_system", twin)
		}
	}
	if err := w.problem(); err != nil {
		return err
	}
	sys.Name, sys.Owners, sys.Operators, sys.Lead, sys.SDU, sys.Lease, sys.Address = order.Name, order.Owners, order.Operators, order.Lead, order.SDU, order.Lease, order.Address
	if order.Facts != nil || sys.Facts == nil {
		sys.Facts = facts
	}
	if sys.Source == "" {
		sys.Source = order.Source
	}
	g := d.standsFor(sys, offices)
	if g == nil {
		return d.refuse(ctx, With{"system": sys.ID, "name": sys.Name}, d.notHere(sys, offices))
	}
	d.grant = *g
	d.rule, _ = s.Rights.Allows(g.Role, d.act)
	return nil
}

func (s *Service) checkSystem(w *wrong, order *SystemOrder, offices map[string]Office) {
	today := s.Today()
	w.text("name", &order.Name, true)
	w.text("address", &order.Address, false)
	w.text("source", &order.Source, false)
	for name, ids := range map[string][]string{"owners": order.Owners, "operators": order.Operators} {
		if len(ids) == 0 {
			w.add(name, "expect.required", "")
		}
		for i, id := range ids {
			w.standing(name+"."+itoa(i+1), id, offices, today)
			if slices.Index(ids, id) < i {
				w.add(name+"."+itoa(i+1), "expect.once", offices[id].Name)
			}
		}
	}
	if order.Lead != "" && !slices.Contains(order.Operators, order.Lead) {
		w.add("lead", "expect.one_of_operators", order.Lead)
	}
	if order.SDU != "" {
		w.standing("sdu", order.SDU, offices, today)
	}
	if l := order.Lease; l != nil {
		w.standing("lease.lead", l.Lead, offices, today)
		w.standing("lease.provider", l.Provider, offices, today)
		if l.From.IsZero() {
			w.add("lease.from", "expect.required", "")
		}
		w.term("lease.to", l.From, l.To)
	}
	slices.SortFunc(w.p.Fields, byName)
}

// twin finds another system of the owner that bears the name.
func (s *Service) twin(ctx context.Context, id string, order SystemOrder) (string, error) {
	for after := ""; ; {
		page, err := s.Store.Systems(ctx, SystemQuery{Owner: order.Owners[0], Name: order.Name, After: after, Limit: pageSize})
		if err != nil {
			return "", err
		}
		for _, sys := range page {
			after = sys.ID
			if sys.ID != id && sameName(sys.Name, order.Name) {
				return sys.ID, nil
			}
		}
		if len(page) < pageSize {
			return "", nil
		}
	}
}

// standsFor gives the grant by which the actor stands for one of the operators
// of a system or for its SDU; nil when he has none.
func (d *deed) standsFor(sys *System, offices map[string]Office) *Grant {
	p := parties{sys: sys, day: d.s.Today(), offices: offices}
	for _, g := range d.who.Grants {
		if _, may := d.s.Rights.Allows(g.Role, d.act); !may || !g.On(p.day) {
			continue
		}
		ids := slices.Concat(p.operators(), sys.Operators)
		if d.s.Book.Roles[g.Role].Capacity == "sdu" {
			ids = nonEmpty(p.sdu())
		}
		if slices.Contains(ids, g.Office) {
			return &g
		}
	}
	return nil
}

func (d *deed) notHere(sys *System, offices map[string]Office) *Problem {
	names := ""
	for _, id := range append(slices.Clone(sys.Operators), nonEmpty(parties{sys: sys, day: d.s.Today(), offices: offices}.sdu())...) {
		if names != "" {
			names += ", "
		}
		names += offices[id].Name
	}
	return &Problem{Kind: Denied, Key: "act.denied", Args: map[string]string{"act": d.act, "office": names}, Can: d.s.mayDo(d.act)}
}
