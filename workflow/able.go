package workflow

import (
	"context"
	"slices"

	"capdo/workflow/regime"
)

// Able is somebody who may take an act: a person in an office, by a role.
type Able struct {
	Person string `json:"person"`
	Name   string `json:"name"`
	Role   string `json:"role"`
	Office string `json:"office"` // the name valid today
}

// able lists who may take the step as things stand, by name; conditions that the
// step asks beside the right are not looked at.
func (m *move) able() []Able {
	var out []Able
	for _, role := range m.step.By {
		capacity := m.book.Roles[role].Capacity
		if !m.speaks(role) {
			continue
		}
		for _, id := range m.acting(capacity) {
			people := m.snap.granted[id]
			if m.counciled(role) {
				people = m.snap.People // its members need no grant in the office
			}
			for _, p := range people {
				one := *m
				one.who = p
				if _, ok := one.allowed(role, id); ok {
					out = append(out, Able{p.ID, p.Name, role, m.snap.Offices[id].At(m.day).Name})
				}
			}
		}
	}
	return out
}

// Deadline works a running deadline out again, with the way there, day by day.
func (s *Service) Deadline(d Due) (regime.Computation, error) {
	r, ok := s.Book.ByKey(d.Regime)
	if !ok || r.Deadlines[d.Rule] == nil {
		return regime.Computation{}, notFound("rule", d.Rule)
	}
	c, err := s.Book.Calendar.Due(r.Deadlines[d.Rule], d.From, Day{})
	c.Origin = d.Origin
	return c, err
}

// WorkingDaysLeft counts the working days after today up to and including a
// day; ok is false where a year between has no calendar. Past days count below zero.
func (s *Service) WorkingDaysLeft(until Day) (n int, ok bool) {
	today, sign := s.Today(), 1
	from, to := today, until
	if until.Before(today) {
		from, to, sign = until, today, -1
	}
	for d := from.AddDays(1); !d.After(to); d = d.AddDays(1) {
		works, err := s.Book.Calendar.Working(d)
		if err != nil {
			return 0, false
		}
		if works {
			n++
		}
	}
	return sign * n, true
}

// InboxItem is one thing that waits: for the person, or for somebody else while
// the person is a party to it.
type InboxItem struct {
	*CaseView
	Name     string   `json:"name"` // of the system, or of the owner whose whole activity is checked
	Operator string   `json:"operator_name,omitempty"`
	Acts     []string `json:"acts,omitempty"` // open to the person; empty: others are at turn
}

// Inbox lists what a person must do, by when (first what is due first), and what
// waits at others of that in which the person's offices have a part.
func (s *Service) Inbox(ctx context.Context, who string) (mine, waiting []InboxItem, err error) {
	person, err := s.Store.Person(ctx, who)
	if err != nil {
		return nil, nil, err
	}
	base, err := s.partiesToday(ctx)
	if err != nil {
		return nil, nil, err
	}
	take := func(c *Case, sys *System) {
		p := base
		p.sys, p.r = sys, s.regimeOf(c)
		item := s.inboxItem(person, c, p)
		switch {
		case item == nil:
		case len(item.Acts) > 0:
			mine = append(mine, *item)
		default:
			waiting = append(waiting, *item)
		}
	}
	q := CaseQuery{Running: true, Limit: chunk}
	if q.Concerns = base.concerning(person); q.Concerns != nil {
		q.Member = person.ID
	}
	for {
		cases, systems, err := s.casesWithSystems(ctx, q)
		if err != nil {
			return nil, nil, err
		}
		for _, c := range cases {
			q.After = c.ID
			if c.System != "" {
				take(c, systems[c.System])
			}
		}
		if len(cases) < chunk {
			break
		}
	}
	if err := s.ownChecks(ctx, person, take); err != nil {
		return nil, nil, err
	}
	sortInbox(mine)
	sortInbox(waiting)
	return mine, waiting, nil
}

// ownChecks hands out the running checks of an owner's whole activity, each with
// those offices of the person among the operators that operate one of its systems.
func (s *Service) ownChecks(ctx context.Context, person Person, take func(*Case, *System)) error {
	for q := (CaseQuery{Running: true, Own: true, Limit: chunk}); ; {
		cases, err := s.Store.Cases(ctx, q)
		if err != nil {
			return err
		}
		for _, c := range cases {
			q.After = c.ID
			operators, err := s.operating(ctx, person, c.Owner)
			if err != nil {
				return err
			}
			take(c, &System{Owners: []string{c.Owner}, Operators: operators})
		}
		if len(cases) < chunk {
			return nil
		}
	}
}

// operating lists those of the person's offices that operate a system of the owner.
func (s *Service) operating(ctx context.Context, person Person, owner string) ([]string, error) {
	var out []string
	for _, g := range person.Grants {
		if !g.On(s.Today()) || slices.Contains(out, g.Office) {
			continue
		}
		page, err := s.Store.Systems(ctx, SystemQuery{Owner: owner, Operator: g.Office, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(page) > 0 {
			out = append(out, g.Office)
		}
	}
	return out, nil
}

// mostAsked bounds the offices that a question names; whoever has a part in more
// reads every case.
const mostAsked = 300

// concerning lists the offices whose cases may be the person's work: those of the
// running grants, and the owners that have designated one of them as their SDU.
// Nil, and so every case, for who sits in an outside body: whom a case goes to
// there, only its rules tell.
func (p parties) concerning(person Person) []string {
	own := []string{}
	for _, g := range person.Grants {
		if !g.On(p.day) || slices.Contains(own, g.Office) {
			continue
		}
		if p.offices[g.Office].Body != "" {
			return nil
		}
		own = append(own, g.Office)
	}
	out := slices.Clone(own)
	for id, o := range p.offices {
		if slices.ContainsFunc(o.SDUs, func(d Designation) bool { return d.On(p.day) && slices.Contains(own, d.SDU) }) && !slices.Contains(own, id) {
			out = append(out, id)
		}
	}
	if len(out) > mostAsked {
		return nil
	}
	slices.Sort(out)
	return out
}

// inboxItem is nil for a case that does not concern the person.
func (s *Service) inboxItem(person Person, c *Case, p parties) *InboxItem {
	if !s.sees(person, c, p) {
		return nil
	}
	v := viewOf(s.Book, p.day, c, p.sys, p.offices)
	item := &InboxItem{CaseView: v, Name: p.sys.Name, Operator: p.offices[p.operator()].At(p.day).Name}
	if item.Name == "" {
		item.Name = p.offices[c.Owner].At(p.day).Name
	}
	snap := &Snapshot{Case: c, System: p.sys, House: House{Offices: p.offices}}
	for _, a := range s.acts(person, p.day, snap) {
		if a.Closed == nil && s.Book.Acts[a.Act].Main {
			item.Acts = append(item.Acts, a.Act)
		}
	}
	if len(item.Acts) == 0 && (v.Holder == "" || !s.partOf(person, v, p)) {
		return nil
	}
	return item
}

// partOf tells whether one of the person's own offices is a party.
func (s *Service) partOf(person Person, v *CaseView, p parties) bool {
	ids := slices.Concat(p.operators(), nonEmpty(p.owner()), nonEmpty(p.sdu()), nonEmpty(v.Appraises))
	return slices.ContainsFunc(person.Grants, func(g Grant) bool { return g.On(p.day) && slices.Contains(ids, g.Office) })
}

func sortInbox(list []InboxItem) {
	slices.SortStableFunc(list, func(a, b InboxItem) int {
		if n := byDay(a.NextDue(), b.NextDue()); n != 0 {
			return n
		}
		return byDay(a.Opened, b.Opened)
	})
}

// Verdict is a level the criteria imply, with the reasons; see regime.Verdict.
type Verdict = regime.Verdict

// Verdict says what the criteria imply for a case: by the facts as they stand
// while it is prepared, by those it was sent with afterwards.
func (s *Service) Verdict(c *Case, sys *System) Verdict {
	r, ok := s.Book.ByKey(c.Regime)
	if !ok {
		return Verdict{}
	}
	return verdictOf(r, c, sys)
}
