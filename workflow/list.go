package workflow

import (
	"context"
	"fmt"
	"slices"
)

// Lister reads what a page of cases needs at once.
type Lister interface {
	// SystemsOf finds the systems of these ids, in any order; an id that is not
	// there is left out.
	SystemsOf(ctx context.Context, ids []string) ([]*System, error)
	// OwnerIDs lists the offices that own a system, by id.
	OwnerIDs(ctx context.Context) ([]string, error)
	// House gives every office and everybody. What it gives is shared with all who
	// ask and only read.
	House(ctx context.Context) (House, error)
}

// House is every office and everybody at one moment. It is never changed: a
// change makes another.
type House struct {
	Offices map[string]Office
	People  []Person            // by id
	granted map[string][]Person // by office: who has, had or will have a role there
}

// NewHouse puts offices and people together; the people come by id.
func NewHouse(offices []Office, people []Person) House {
	h := House{Offices: make(map[string]Office, len(offices)), People: people, granted: map[string][]Person{}}
	for _, o := range offices {
		h.Offices[o.ID] = o
	}
	for _, p := range people {
		for i, g := range p.Grants {
			if !slices.ContainsFunc(p.Grants[:i], func(b Grant) bool { return b.Office == g.Office }) {
				h.granted[g.Office] = append(h.granted[g.Office], p)
			}
		}
	}
	return h
}

// Page is one page of a list in its order.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"` // what to go on after; empty when this was the last page
}

// A page is filled by reading on until it is full; where a person may see few of
// very many, it stops after so many reads and says where to go on.
const (
	chunk    = 400
	maxReads = 25
)

// maxSearch bounds what is searched for, in bytes.
const maxSearch = 500

// listed is one row read for a page; at gives its place in the order, and show is
// nil for what the person may not see.
type listed[T any] struct {
	at   func() string
	show func() T
}

// fill reads on until a page is full or everything was read.
func fill[T any](after string, limit int, read func(after string, n int) ([]listed[T], error)) (Page[T], error) {
	p, last := Page[T]{Items: []T{}}, func() string { return "" }
	n := min(limit+1, chunk)
	for range maxReads {
		rows, err := read(after, n)
		if err != nil {
			return p, err
		}
		for _, r := range rows {
			if r.show == nil {
				continue
			}
			if len(p.Items) == limit {
				p.Next = last()
				return p, nil
			}
			p.Items, last = append(p.Items, r.show()), r.at
		}
		if len(rows) < n {
			return p, nil
		}
		after, n = rows[n-1].at(), chunk
	}
	p.Next = after
	return p, nil
}

func limitOf(n int) int {
	if n <= 0 {
		return 50
	}
	return n
}

// ListCases gives a page of the cases a person may see, as of today.
func (s *Service) ListCases(ctx context.Context, who string, q CaseQuery) (Page[*CaseView], error) {
	person, err := s.Store.Person(ctx, who)
	if err != nil {
		return Page[*CaseView]{}, err
	}
	base, err := s.partiesToday(ctx)
	if err != nil {
		return Page[*CaseView]{}, err
	}
	return fill(q.After, limitOf(q.Limit), func(after string, n int) ([]listed[*CaseView], error) {
		q.After, q.Limit = after, n
		cases, systems, err := s.casesWithSystems(ctx, q)
		if err != nil {
			return nil, err
		}
		rows := make([]listed[*CaseView], len(cases))
		for i, c := range cases {
			p := base
			p.sys, p.r = systemOf(systems, c), s.regimeOf(c)
			rows[i].at = func() string { return c.ID }
			if s.sees(person, c, p) {
				rows[i].show = func() *CaseView { return viewOf(s.Book, p.day, c, p.sys, p.offices) }
			}
		}
		return rows, nil
	})
}

// ListSystems gives a page of the systems of owners a person may see, as of
// today.
func (s *Service) ListSystems(ctx context.Context, who string, q SystemQuery) (Page[*SystemView], error) {
	if q.Sort != "" && q.Sort != ByName {
		return Page[*SystemView]{}, invalid("sort", "expect.sort", q.Sort)
	}
	if len(q.Name) > maxSearch {
		return Page[*SystemView]{}, invalid("name", "expect.short_search", "")
	}
	person, err := s.Store.Person(ctx, who)
	if err != nil {
		return Page[*SystemView]{}, err
	}
	base, err := s.partiesToday(ctx)
	if err != nil {
		return Page[*SystemView]{}, err
	}
	known := map[string]bool{}
	sees := func(owner string) bool {
		if _, asked := known[owner]; !asked {
			known[owner] = s.seesOwner(person, owner, base)
		}
		return known[owner]
	}
	return fill(q.After, limitOf(q.Limit), func(after string, n int) ([]listed[*SystemView], error) {
		q.After, q.Limit = after, n
		systems, err := s.Store.Systems(ctx, q)
		if err != nil {
			return nil, err
		}
		rows := make([]listed[*SystemView], len(systems))
		for i, sys := range systems {
			rows[i].at = func() string { return q.Cursor(sys) }
			for _, owner := range sys.Owners {
				if sees(owner) {
					rows[i].show = func() *SystemView { return s.systemView(sys, base.offices) }
				}
			}
		}
		return rows, nil
	})
}

// casesWithSystems reads cases and, at once, the systems they belong to.
func (s *Service) casesWithSystems(ctx context.Context, q CaseQuery) ([]*Case, map[string]*System, error) {
	cases, err := s.Store.Cases(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	systems, err := s.systemsOf(ctx, cases)
	return cases, systems, err
}

// systemsOf reads the systems that cases belong to, at once.
func (s *Service) systemsOf(ctx context.Context, cases []*Case) (map[string]*System, error) {
	systems := make(map[string]*System, len(cases))
	var ids []string
	for _, c := range cases {
		if _, named := systems[c.System]; !named && c.System != "" {
			systems[c.System] = nil
			ids = append(ids, c.System)
		}
	}
	found, err := s.Store.SystemsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, sys := range found {
		systems[sys.ID] = sys
	}
	for _, c := range cases {
		if systems[c.System] == nil && c.System != "" {
			return nil, fmt.Errorf("workflow: case %s: no system %s", c.ID, c.System)
		}
	}
	return systems, nil
}

// systemOf gives the system of a case; a check of an owner's whole activity has none of its own.
func systemOf(systems map[string]*System, c *Case) *System {
	if c.System == "" {
		return &System{Owners: []string{c.Owner}}
	}
	return systems[c.System]
}

// CountByLevel counts all systems by their level in force, 0 for none.
func (s *Service) CountByLevel(ctx context.Context) (map[int]int, error) {
	return s.Store.CountByLevel(ctx)
}
