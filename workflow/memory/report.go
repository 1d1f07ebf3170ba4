package memory

import (
	"cmp"
	"context"
	"slices"

	"capdo/workflow"
)

// goals keeps what reports and the province's goals rest on.
type goals struct {
	reports    []workflow.Report
	statements []workflow.Statement
	marks      []workflow.DutyMark
	layers     []workflow.Layer
	plans      []workflow.PlanList
}

// upTo picks what holds by a day, in the order of days and then as it came.
func upTo[T any](s *Store, list *[]T, until workflow.Day, of func(T) (workflow.Day, bool)) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []T
	for _, v := range *list {
		if day, fits := of(v); fits && !day.After(until) {
			out = append(out, copyOf(v))
		}
	}
	slices.SortStableFunc(out, func(a, b T) int {
		x, _ := of(a)
		y, _ := of(b)
		return cmp.Compare(x.String(), y.String())
	})
	return out
}

func add[T any](s *Store, list *[]T, more ...T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*list = append(*list, copyOf(more)...)
}

// AddReport keeps a report sent.
func (s *Store) AddReport(_ context.Context, r workflow.Report) error {
	add(s, &s.reports, r)
	return nil
}

// Reports lists what an office sent for a year, or for all years.
func (s *Store) Reports(_ context.Context, office string, year int) ([]workflow.Report, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []workflow.Report
	for _, r := range s.reports {
		if r.Office == office && (year == 0 || r.Year == year) {
			out = append(out, copyOf(r))
		}
	}
	return out, nil
}

// AddStatement keeps a statement.
func (s *Store) AddStatement(_ context.Context, st workflow.Statement) error {
	add(s, &s.statements, st)
	return nil
}

// Statements selects statements by office, system and day.
func (s *Store) Statements(_ context.Context, q workflow.StatementQuery) ([]workflow.Statement, error) {
	return upTo(s, &s.statements, q.Until, func(st workflow.Statement) (workflow.Day, bool) {
		return st.On, (q.Office == "" || st.Office == q.Office) && (q.System == "" || st.System == q.System)
	}), nil
}

// AddDutyMark keeps a mark.
func (s *Store) AddDutyMark(_ context.Context, m workflow.DutyMark) error {
	add(s, &s.marks, m)
	return nil
}

// DutyMarks lists the marks of an office by a day.
func (s *Store) DutyMarks(_ context.Context, office string, until workflow.Day) ([]workflow.DutyMark, error) {
	return upTo(s, &s.marks, until, func(m workflow.DutyMark) (workflow.Day, bool) { return m.On, m.Office == office }), nil
}

// AddLayers keeps layers, all or none.
func (s *Store) AddLayers(_ context.Context, list []workflow.Layer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, l := range list {
		same := func(o workflow.Layer) bool { return o.ID == l.ID }
		if slices.ContainsFunc(s.layers, same) || slices.ContainsFunc(list[:i], same) {
			return &workflow.Problem{Kind: workflow.Stale, Key: "case.moved_on"}
		}
	}
	s.layers = append(s.layers, copyOf(list)...)
	return nil
}

// Layers lists the layers of an owner by a day.
func (s *Store) Layers(_ context.Context, owner string, on workflow.Day) ([]workflow.Layer, error) {
	return upTo(s, &s.layers, on, func(l workflow.Layer) (workflow.Day, bool) { return l.On, l.Owner == owner }), nil
}

// AddPlan keeps the next edition of a list.
func (s *Store) AddPlan(_ context.Context, p workflow.PlanList) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := 0
	for _, o := range s.plans {
		if o.Owner == p.Owner && o.Kind == p.Kind && o.Year == p.Year {
			last = max(last, o.Edition)
		}
	}
	if p.Edition != last+1 {
		return &workflow.Problem{Kind: workflow.Stale, Key: "case.moved_on"}
	}
	s.plans = append(s.plans, copyOf(p))
	return nil
}

// Plan gives the newest edition of a list by a day.
func (s *Store) Plan(_ context.Context, owner, kind string, year int, on workflow.Day) (workflow.PlanList, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range slices.Backward(s.plans) {
		if p.Owner == owner && p.Kind == kind && p.Year == year && !p.On.After(on) {
			return copyOf(p), nil
		}
	}
	return workflow.PlanList{}, missing("plan", kind)
}
