package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"capdo/internal/vn"
	"capdo/workflow/regime"
)

// Case shows a case as of today.
func (s *Service) Case(ctx context.Context, id string) (*CaseView, error) {
	snap, err := s.snapshot(ctx, id)
	if err != nil {
		return nil, err
	}
	v := viewOf(s.Book, s.Today(), snap.Case, snap.System, snap.Offices)
	v.Warnings, err = s.contentWarnings(ctx, snap)
	return v, err
}

// Cases lists cases as of today, in the order of their ids.
func (s *Service) Cases(ctx context.Context, q CaseQuery) ([]*CaseView, error) {
	cases, systems, err := s.casesWithSystems(ctx, q)
	if err != nil {
		return nil, err
	}
	offices, err := s.officeMap(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]*CaseView, 0, len(cases))
	for _, c := range cases {
		out = append(out, viewOf(s.Book, s.Today(), c, systemOf(systems, c), offices))
	}
	return out, nil
}

// System shows a system as of today.
func (s *Service) System(ctx context.Context, id string) (*SystemView, error) {
	snap, err := s.Store.Snapshot(ctx, "", id)
	if err != nil {
		return nil, err
	}
	return s.systemView(snap.System, snap.Offices), nil
}

func (s *Service) systemView(sys *System, offices map[string]Office) *SystemView {
	v := systemViewOf(s.Book, s.Today(), sys, offices)
	if sys.Level > 0 {
		v.RuleSet = s.RuleSet(sys.LevelBy)
	}
	return v
}

func (s *Service) regimeOf(c *Case) *regime.Regime {
	r, _ := s.Book.ByKey(c.Regime)
	return r
}

// Checks shows the checks that a name means: a system's, an owner's, or one by its id.
func (s *Service) Checks(ctx context.Context, name string) (*CheckView, error) {
	list, err := s.checksOf(ctx, name)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, notFound("check", name)
	}
	one, err := s.Case(ctx, shown(list).ID)
	if err != nil {
		return nil, err
	}
	v := &CheckView{CaseView: one}
	for _, c := range list {
		v.All = append(v.All, c.ID)
	}
	if last := list[len(list)-1]; last.Stage != "closed" {
		v.NextDue, v.Rule = last.Inspection.NextDue, last.Inspection.Rule
	}
	return v, nil
}

// Systems lists systems as of today, in the order of their ids.
func (s *Service) Systems(ctx context.Context, q SystemQuery) ([]*SystemView, error) {
	systems, err := s.Store.Systems(ctx, q)
	if err != nil {
		return nil, err
	}
	offices, err := s.officeMap(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]*SystemView, 0, len(systems))
	for _, sys := range systems {
		out = append(out, s.systemView(sys, offices))
	}
	return out, nil
}

// officeMap gives every office by id, to be read only.
func (s *Service) officeMap(ctx context.Context) (map[string]Office, error) {
	house, err := s.Store.House(ctx)
	return house.Offices, err
}

// Events, Papers and Paper hand out what is kept.
func (s *Service) Events(ctx context.Context, q EventQuery) ([]Event, error) {
	return s.Store.Events(ctx, q)
}

// Papers lists the papers of a case in the order they were issued.
func (s *Service) Papers(ctx context.Context, caseID string) ([]Paper, error) {
	return s.Store.Papers(ctx, PaperQuery{Case: caseID})
}

// PapersOf lists the papers of a system or an office that belong to no case.
func (s *Service) PapersOf(ctx context.Context, q PaperQuery) ([]Paper, error) {
	return s.Store.Papers(ctx, q)
}

// Paper gives one paper with its bytes.
func (s *Service) Paper(ctx context.Context, id string) (Paper, error) { return s.Store.Paper(ctx, id) }

// Preview prints a form of a case as a draft, without number and without trace.
func (s *Service) Preview(ctx context.Context, who, caseID, form string) (Printed, error) {
	person, err := s.Store.Person(ctx, who)
	if err != nil {
		return Printed{}, err
	}
	snap, err := s.snapshot(ctx, caseID)
	if err != nil {
		return Printed{}, err
	}
	m := &move{book: s.Book, rights: s.Rights, day: s.Today(), date: s.Today(), at: s.Clock(), who: person, snap: snap}
	m.own()
	var ok bool
	if m.r, ok = s.Book.ByKey(m.c.Regime); !ok {
		return Printed{}, notFound("regime", m.c.Regime)
	}
	if m.p = m.procedure(); m.p == nil {
		return Printed{}, m.laterLevel(m.c.Level)
	}
	step, ok := issuing(m.p, form)
	if !ok {
		return Printed{}, notFound("form", form)
	}
	m.step, m.role = step, step.By[0]
	if ids := m.offices(s.Book.Roles[m.role].Capacity); len(ids) > 0 {
		m.office = ids[0]
	}
	f, err := s.facts(ctx, m)
	if err != nil {
		return Printed{}, err
	}
	f.Form, f.Draft = form, true
	return s.Printer.Print(ctx, f)
}

func issuing(p *regime.Procedure, form string) (*regime.Step, bool) {
	i := slices.IndexFunc(p.Steps, func(st regime.Step) bool { return slices.Contains(st.Issues, form) || st.Or == form })
	if i < 0 {
		return nil, false
	}
	return &p.Steps[i], true
}

// AddOffice takes in or changes an office. Symbol, place and title that are
// left out are suggested from the name and stay marked as suggested
// (NĐ 30/2020: they are set by the head of the office).
func (s *Service) AddOffice(ctx context.Context, o Office) (Office, error) {
	name, err := vn.Clean(o.Name)
	if err != nil {
		return o, badText("name", err)
	}
	if name == "" {
		return o, invalid("name", "expect.required", "")
	}
	o.Name = name
	if o.ID == "" {
		o.ID = s.NewID("office")
	}
	if o.Series != "" && o.Series != "one" && o.Series != "per_type" {
		return o, invalid("series", "expect.one_of", o.Series)
	}
	if o.Under != "" {
		if _, err := s.Store.Office(ctx, o.Under); err != nil {
			return o, err
		}
	}
	o = s.suggest(o)
	if had, err := s.Store.Office(ctx, o.ID); err == nil {
		o.Revision = had.Revision + 1
	}
	return o, s.Store.SaveOffice(ctx, o)
}

func (s *Service) suggest(o Office) Office {
	kind := s.Book.Kinds.For(vn.Fold(o.Name))
	if o.Symbol == "" {
		o.Suggested, o.Symbol = true, kind.Symbol
		if o.Symbol == "" {
			o.Symbol = vn.Initials(o.Name)
		}
	}
	if o.Title == "" {
		o.Suggested, o.Title, o.Mark = true, kind.Title, kind.Mark
	}
	if o.Place == "" {
		for _, w := range s.Book.Kinds.Place {
			if _, place, ok := strings.Cut(o.Name, w); ok && place != "" {
				o.Suggested, o.Place = true, strings.TrimSpace(place)
				break
			}
		}
	}
	return o
}

// AddPerson takes in or changes a person with all grants.
func (s *Service) AddPerson(ctx context.Context, p Person) error {
	name, err := vn.Clean(p.Name)
	if err != nil {
		return badText("name", err)
	}
	if p.Name = name; name == "" || p.ID == "" || p.ID == clockPerson || p.ID == Console {
		return invalid("name", "expect.required", "")
	}
	for i, g := range p.Grants {
		if _, ok := s.Book.Roles[g.Role]; !ok {
			return invalid(fmt.Sprintf("grants.%d.role", i+1), "expect.role", g.Role)
		}
		if _, err := s.Store.Office(ctx, g.Office); err != nil {
			return err
		}
		if !g.To.IsZero() && g.To.Before(g.From.AddDays(-1)) { // the day before: ended before it ran
			return invalid(fmt.Sprintf("grants.%d.to", i+1), "expect.later_day", g.To.String())
		}
	}
	return s.Store.SavePerson(ctx, p)
}

// AddSystem takes in a new system in its first state. That it has one owner,
// operator and SDU is asked when its dossier leaves draft, not here.
func (s *Service) AddSystem(ctx context.Context, sys *System) error {
	name, err := vn.Clean(sys.Name)
	if err != nil {
		return badText("name", err)
	}
	if sys.Name = name; name == "" {
		return invalid("name", "expect.required", "")
	}
	r := s.presentRules()
	facts, err := s.Book.CheckFacts(r.Criteria, sys.Facts)
	if err != nil {
		return factProblem("facts", err)
	}
	sys.Facts, sys.State = facts, r.System.Start
	if sys.ID == "" {
		sys.ID = s.NewID("system")
	}
	ids := append(append([]string{}, sys.Owners...), sys.Operators...)
	if l := sys.Lease; l != nil {
		if !l.To.IsZero() && l.To.Before(l.From) {
			return invalid("lease.to", "expect.later_day", l.To.String())
		}
		ids = append(ids, l.Lead, l.Provider)
	}
	for _, id := range append(ids, nonEmpty(sys.SDU)...) {
		if _, err := s.Store.Office(ctx, id); err != nil {
			return err
		}
	}
	return s.Store.AddSystem(ctx, sys)
}

// presentRules are the rule set of today, or the last one on a day without any.
func (s *Service) presentRules() *regime.Regime {
	if r, ok := s.Book.On(s.Today()); ok {
		return r
	}
	return s.Book.Regimes[len(s.Book.Regimes)-1]
}

// MaySee tells whether a person may see a case: the parties of its system, the
// bodies above them, and auditors.
func (s *Service) MaySee(ctx context.Context, who string, v *CaseView) (bool, error) {
	person, err := s.Store.Person(ctx, who)
	if err != nil {
		return false, err
	}
	snap, err := s.snapshot(ctx, v.ID)
	if err != nil {
		return false, err
	}
	return s.sees(person, v.Case, parties{snap.System, s.Today(), snap.Offices, s.regimeOf(v.Case)}), nil
}

// MaySeeOwner tells whether a person may see the systems and registers of an
// owner: everybody with a running role in the owner, under it, or above it.
func (s *Service) MaySeeOwner(ctx context.Context, who, owner string) (bool, error) {
	person, err := s.Store.Person(ctx, who)
	if err != nil {
		return false, err
	}
	p, err := s.partiesToday(ctx)
	return err == nil && s.seesOwner(person, owner, p), err
}
