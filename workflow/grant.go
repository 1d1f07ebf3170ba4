package workflow

import (
	"context"
	"regexp"
	"slices"
)

// PersonOrder is somebody to be taken in: the id is also what he signs in with,
// 2 to 40 small letters, digits, dots, hyphens.
type PersonOrder struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

var personID = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,39}$`)

func checkPerson(w *wrong, p *PersonOrder, at string) {
	if !personID.MatchString(p.ID) || p.ID == clockPerson || p.ID == Console {
		w.add(at+"id", "expect.person_id", p.ID)
	}
	w.text(at+"name", &p.Name, true)
}

// AddPersonBy takes in a person without any role. Needs the right grant. Nobody
// is ever deleted: what he did stays under his name.
func (s *Service) AddPersonBy(ctx context.Context, who string, order PersonOrder) (Person, error) {
	d, err := s.deed(ctx, who, "grant")
	if err != nil {
		return Person{}, err
	}
	w := &wrong{}
	checkPerson(w, &order, "")
	if err := w.problem(); err != nil {
		return Person{}, err
	}
	if _, err := s.Store.Person(ctx, order.ID); err == nil {
		return Person{}, invalid("id", "expect.new_login", order.ID)
	} else if p, ok := ProblemOf(err); !ok || p.Kind != NotFound {
		return Person{}, err
	}
	p := d.person(Person{ID: order.ID, Name: order.Name, Grants: []Grant{}})
	return p, d.keep(ctx, d.about(p, With{"change": "person_added"}), nil)
}

// about is the event of a deed on a person.
func (d *deed) about(p Person, with With) Event {
	with["person"], with["name"] = p.ID, p.Name
	e := d.event(with)
	e.Office = d.grant.Office
	return e
}

// RenamePerson corrects or changes a name. Papers keep the name they were
// printed with. Needs the right grant.
func (s *Service) RenamePerson(ctx context.Context, who, id, name, source string) (Person, error) {
	d, p, err := s.onPerson(ctx, who, id)
	if err != nil {
		return p, err
	}
	w, was := &wrong{}, p.Name
	w.text("name", &name, true)
	w.text("source", &source, false)
	if err := w.problem(); err != nil {
		return p, err
	}
	p.Name = name
	p = d.person(p)
	return p, d.keep(ctx, d.about(p, With{"change": "person_renamed", "was": was, "source": source}), nil)
}

func (s *Service) onPerson(ctx context.Context, who, id string) (*deed, Person, error) {
	d, err := s.deed(ctx, who, "grant")
	if err != nil {
		return nil, Person{}, err
	}
	p, err := s.Store.Person(ctx, id)
	return d, p, err
}

// GrantTo gives a person a role in an office. Needs the right grant. Nobody
// grants himself anything; one who administers holds no other role at the same
// time; the office stands on the first day.
func (s *Service) GrantTo(ctx context.Context, who, id string, g Grant) (Person, error) {
	d, p, err := s.onPerson(ctx, who, id)
	if err != nil {
		return p, err
	}
	return d.give(ctx, p, g)
}

// give checks a grant and adds it to a person.
func (d *deed) give(ctx context.Context, p Person, g Grant) (Person, error) {
	if g.From.IsZero() {
		g.From = d.s.Today()
	}
	if err := d.s.checkGrant(ctx, &g); err != nil {
		return p, err
	}
	with := With{"change": "granted", "role": g.Role, "office": g.Office, "from": g.From, "to": g.To, "source": g.Source}
	if no := d.s.mayHold(d.who, p, g); no != nil {
		return p, d.refuse(ctx, d.about(p, with).With, no)
	}
	p.Grants = append(p.Grants, g)
	p = d.person(p)
	e := d.about(p, with)
	e.Office = g.Office
	return p, d.keep(ctx, e, nil)
}

var signMarks = []string{"", "KT.", "TL.", "TUQ.", "Q."}

func (s *Service) checkGrant(ctx context.Context, g *Grant) error {
	offices, err := s.officeMap(ctx)
	if err != nil {
		return err
	}
	w := &wrong{}
	if role, ok := s.Book.Roles[g.Role]; !ok || role.Capacity == clockPerson {
		w.add("role", "expect.role", g.Role)
	}
	w.standing("office", g.Office, offices, g.From)
	w.term("to", g.From, g.To)
	if !slices.Contains(signMarks, g.Sign) {
		w.add("sign", "expect.sign_mark", g.Sign)
	}
	w.text("title", &g.Title, g.Sign != "")
	w.text("source", &g.Source, true)
	return w.problem()
}

// administers tells whether a role keeps people: it has no business right.
func (s *Service) administers(role string) bool {
	_, yes := s.Rights.Allows(role, "grant")
	return yes
}

// mayHold tells why a person may not get a grant from another.
func (s *Service) mayHold(by, p Person, g Grant) *Problem {
	if by.ID == p.ID {
		return &Problem{Kind: Refused, Key: "grant.self"}
	}
	for _, have := range p.Grants {
		if !overlap(have, g) {
			continue
		}
		if s.administers(have.Role) != s.administers(g.Role) {
			return &Problem{Kind: Refused, Key: "grant.administrator_apart", Args: map[string]string{"person": p.Name}}
		}
		if have.Role == g.Role && have.Office == g.Office {
			return &Problem{Kind: Refused, Key: "grant.has_already", Args: map[string]string{"person": p.Name, "until": have.To.String()}}
		}
	}
	return nil
}

// overlap tells whether two grants run on a common day.
func overlap(a, b Grant) bool {
	return (a.To.IsZero() || !a.To.Before(b.From)) && (b.To.IsZero() || !b.To.Before(a.From))
}

// EndGrant lets a grant run until a day, included; yesterday at the earliest,
// which ends it at once. The grant is named by its place in the list, counted
// from 0, and by the revision of the person it was seen in. Needs the right
// grant. The last administrator stays.
func (s *Service) EndGrant(ctx context.Context, who, id string, n int, until Day, source string, revision *int64) (Person, error) {
	d, p, err := s.onPerson(ctx, who, id)
	if err != nil {
		return p, err
	}
	if err := seen(revision, p.Revision); err != nil {
		return p, err
	}
	if n < 0 || n >= len(p.Grants) {
		return p, invalid("grant", "expect.grant", itoa(n))
	}
	p = clone(p)
	g, w, yesterday := &p.Grants[n], &wrong{}, s.Today().AddDays(-1)
	w.text("source", &source, true)
	switch {
	case until.Before(yesterday) || !g.To.IsZero() && g.To.Before(yesterday):
		w.add("to", "expect.not_past", until.String())
	case until.Before(g.From):
		until = g.From.AddDays(-1) // it never ran
	}
	if err := w.problem(); err != nil {
		return p, err
	}
	g.To = until
	with := With{"change": "grant_ended", "role": g.Role, "office": g.Office, "to": until, "source": source}
	if s.administers(g.Role) {
		stays, err := s.administratorAfter(ctx, p, until)
		if err != nil {
			return p, err
		}
		switch {
		case stays == nil:
			return p, d.refuse(ctx, d.about(p, with).With, &Problem{Kind: Refused, Key: "grant.last_administrator"})
		case stays.ID != p.ID:
			d.person(*stays) // is kept as it was seen: two who end each other at once do not both succeed
		}
	}
	p = d.person(p)
	e := d.about(p, with)
	e.Office = g.Office
	return p, d.keep(ctx, e, nil)
}

// administratorAfter gives somebody who would administer after a day, nil for nobody.
func (s *Service) administratorAfter(ctx context.Context, changed Person, until Day) (*Person, error) {
	people, err := s.Store.People(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		if p.ID == changed.ID {
			p = changed
		}
		if slices.ContainsFunc(p.Grants, func(g Grant) bool {
			return s.administers(g.Role) && g.On(s.Today()) && (g.To.IsZero() || g.To.After(until))
		}) {
			return &p, nil
		}
	}
	return nil, nil
}

// HousePeople lists everybody with all grants, by id. For those who administer
// or verify.
func (s *Service) HousePeople(ctx context.Context, who string) ([]Person, error) {
	if err := s.keepsOrVerifies(ctx, who); err != nil {
		return nil, err
	}
	return s.Store.People(ctx)
}

func (s *Service) keepsOrVerifies(ctx context.Context, who string) error {
	p, err := s.Store.Person(ctx, who)
	if err != nil {
		return err
	}
	if s.house(p, "grant", "") == nil || s.house(p, "verify", "") == nil {
		return nil
	}
	return &Problem{Kind: Denied, Key: "house.denied", Args: map[string]string{"act": "grant"}, Can: append(s.mayDo("grant"), s.mayDo("verify")...)}
}

// HouseHistory is every event of the house: people, offices, accounts and
// settings, oldest first. For those who administer or verify.
func (s *Service) HouseHistory(ctx context.Context, who string, after int64, most int) ([]Event, error) {
	if err := s.keepsOrVerifies(ctx, who); err != nil {
		return nil, err
	}
	return s.Store.Events(ctx, EventQuery{House: true, After: after, Limit: most})
}
