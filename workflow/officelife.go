package workflow

import (
	"context"
	"slices"
)

// OfficesMoved is what a merging, a splitting or an end leaves: the offices as
// they are now, and what still hangs on those that ended and waits for a change
// of its own (change_operator, change_owner, a new grant).
type OfficesMoved struct {
	Offices []Office `json:"offices"`
	Systems []string `json:"systems"` // ids of systems with an ended office as a party
	People  []string `json:"people"`  // ids of people with a grant there that runs on
}

// MergeOrder puts offices together: into one of them, into another that stands,
// or into a new one.
type MergeOrder struct {
	Offices []string     `json:"offices"`
	Into    string       `json:"into,omitempty"`
	New     *OfficeOrder `json:"new,omitempty"`
	On      Day          `json:"on"` // first day of the new order
	Source  string       `json:"source"`
}

// MergeOffices ends offices on the day before and has one take over. Needs the
// right manage_offices. Records keep the offices they name.
func (s *Service) MergeOffices(ctx context.Context, who string, order MergeOrder) (*OfficesMoved, error) {
	l, err := s.life(ctx, who, order.On, &order.Source)
	if err != nil {
		return nil, err
	}
	going := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(order.Offices))), func(id string) bool { return id == order.Into })
	if len(going) == 0 {
		l.w.add("offices", "expect.required", "")
	}
	into := l.target("into", order.Into, order.New)
	for _, id := range going {
		l.end("offices", id, "merged_into", into.ID)
		into.Changes = append(into.Changes, OfficeChange{Kind: "took_over", On: order.On, Other: id, Source: order.Source})
	}
	l.d.office(into)
	return l.keep(ctx, "office_merged", going)
}

// SplitOrder makes offices out of one, which ends or stands on.
type SplitOrder struct {
	Office string        `json:"office"`
	Into   []OfficeOrder `json:"into"`
	Ends   bool          `json:"ends"`
	On     Day           `json:"on"`
	Source string        `json:"source"`
}

// SplitOffice makes new offices out of one. Needs the right manage_offices.
func (s *Service) SplitOffice(ctx context.Context, who string, order SplitOrder) (*OfficesMoved, error) {
	l, err := s.life(ctx, who, order.On, &order.Source)
	if err != nil {
		return nil, err
	}
	if len(order.Into) == 0 {
		l.w.add("into", "expect.required", "")
	}
	l.w.standing("office", order.Office, l.offices, order.On)
	o := clone(l.offices[order.Office])
	if order.Ends && !o.To.IsZero() {
		l.w.add("office", "expect.office_standing", o.Name)
	}
	for i := range order.Into {
		part := l.target("into."+itoa(i+1), "", &order.Into[i])
		l.offices[part.ID] = part
		part.Changes = append(part.Changes, OfficeChange{Kind: "split_from", On: order.On, Other: o.ID, Source: order.Source})
		o.Changes = append(o.Changes, OfficeChange{Kind: "split_into", On: order.On, Other: part.ID, Source: order.Source})
		l.d.office(part)
	}
	var going []string
	if order.Ends {
		o.To, going = order.On.AddDays(-1), []string{o.ID}
	}
	l.d.office(o)
	return l.keep(ctx, "office_split", going)
}

// EndOffice ends an office: on is its last day. It cannot be chosen any more
// and stays in old records. Needs the right manage_offices.
func (s *Service) EndOffice(ctx context.Context, who, id string, on Day, source string) (*OfficesMoved, error) {
	first := on
	if !on.IsZero() {
		first = on.AddDays(1)
	}
	l, err := s.life(ctx, who, first, &source)
	if err != nil {
		return nil, err
	}
	l.end("office", id, "ended", "")
	return l.keep(ctx, "office_ended", []string{id})
}

// life is a change in the life of several offices.
type life struct {
	d       *deed
	w       wrong
	offices map[string]Office
	on      Day
	source  string
}

func (s *Service) life(ctx context.Context, who string, on Day, source *string) (*life, error) {
	d, err := s.deed(ctx, who, "manage_offices")
	if err != nil {
		return nil, err
	}
	l := &life{d: d, on: on}
	if l.offices, err = s.officeMap(ctx); err != nil {
		return nil, err
	}
	l.w.text("source", source, true)
	if on.IsZero() {
		l.w.add("on", "expect.required", "")
	}
	l.source = *source
	return l, nil
}

// target is the office that goes on: one that stands, or a new one.
func (l *life) target(field, id string, order *OfficeOrder) Office {
	if order == nil {
		l.w.standing(field, id, l.offices, l.on)
		return clone(l.offices[id])
	}
	if id != "" {
		l.w.add("new", "expect.only_one_target", "")
	}
	one := *order
	if one.Source == "" {
		one.Source = l.source
	}
	if one.From.IsZero() {
		one.From = l.on
	}
	o, err := l.d.s.enter(one, l.offices, l.d.s.NewID("office"))
	if p, ok := ProblemOf(err); ok {
		for _, f := range p.Fields {
			l.w.add(field+"."+f.Name, f.Expect, f.Value)
		}
	}
	return o
}

// end ends an office on the day before.
func (l *life) end(field, id, kind, other string) {
	o, known := l.offices[id]
	last := l.on.AddDays(-1)
	switch {
	case !known:
		l.w.add(field, "expect.office", id)
		return
	case !o.To.IsZero() || !o.Stands(last):
		l.w.add(field, "expect.office_standing", o.Name)
		return
	}
	o = clone(o)
	o.To = last
	o.Changes = append(o.Changes, OfficeChange{Kind: kind, On: l.on, Other: other, Source: l.source})
	l.d.office(o)
}

// keep keeps the change, with one line of history for each office.
func (l *life) keep(ctx context.Context, change string, ended []string) (*OfficesMoved, error) {
	if err := l.w.problem(); err != nil {
		return nil, err
	}
	out, err := l.d.s.hanging(ctx, ended, l.on)
	if err != nil {
		return nil, err
	}
	for _, c := range l.d.change.Offices {
		out.Offices = append(out.Offices, c.Office)
		e := l.d.event(With{"change": change, "name": c.Office.Name, "on": l.on, "source": l.source})
		e.Office = c.Office.ID
		l.d.change.Events = append(l.d.change.Events, e)
	}
	first := l.d.change.Events[0]
	l.d.change.Events = l.d.change.Events[1:]
	return out, l.d.keep(ctx, first, nil)
}

// hanging finds what still names offices that end.
func (s *Service) hanging(ctx context.Context, ended []string, on Day) (*OfficesMoved, error) {
	out := &OfficesMoved{Systems: []string{}, People: []string{}}
	names := func(id string) bool { return slices.Contains(ended, id) }
	for after := ""; ; {
		page, err := s.Store.Systems(ctx, SystemQuery{After: after, Limit: pageSize})
		if err != nil {
			return nil, err
		}
		for _, sys := range page {
			after = sys.ID
			if slices.ContainsFunc(officesOf(sys), names) {
				out.Systems = append(out.Systems, sys.ID)
			}
		}
		if len(page) < pageSize {
			break
		}
	}
	people, err := s.Store.People(ctx)
	for _, p := range people {
		if slices.ContainsFunc(p.Grants, func(g Grant) bool { return names(g.Office) && (g.To.IsZero() || !g.To.Before(on)) }) {
			out.People = append(out.People, p.ID)
		}
	}
	return out, err
}

// officesOf lists the offices a system names.
func officesOf(sys *System) []string {
	out := slices.Concat(sys.Owners, sys.Operators, nonEmpty(sys.SDU), nonEmpty(sys.Lead))
	if sys.Lease != nil {
		out = append(out, nonEmpty(sys.Lease.Lead)...)
		out = append(out, nonEmpty(sys.Lease.Provider)...)
	}
	return out
}
