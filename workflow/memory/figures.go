package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"capdo/workflow"
)

// CountByLevel counts systems by their level in force.
func (s *Store) CountByLevel(context.Context) (map[int]int, error) {
	levels := map[int]int{}
	for _, sys := range all(s, s.systems) {
		levels[sys.Level]++
	}
	return levels, nil
}

// CountMarked counts the running cases that have missed a deadline.
func (s *Store) CountMarked(context.Context) (n int, err error) {
	for _, c := range all(s, s.cases) {
		if len(c.Marks) > 0 && !c.Over() && c.Stage != "resting" {
			n++
		}
	}
	return n, nil
}

// Figures counts everything anew.
func (s *Store) Figures(ctx context.Context, owner string, on workflow.Day) (f workflow.Figures, err error) {
	systems, operators := map[workflow.SystemCount]int{}, map[[2]string]workflow.OperatorCount{}
	late := map[string]bool{}
	f.Delayed = map[string]int{}
	for _, c := range s.casesOf(owner) {
		if c.Kind == workflow.KindDossier && !c.Over() {
			f.Open = countOpen(f.Open, c)
		}
		if isLate(c, on) {
			f.Late++
			late[c.System] = true
		}
		if comes(c, on) {
			f.Coming++
		}
	}
	for _, sys := range all(s, s.systems) {
		if ownerOf(sys) != owner {
			continue
		}
		systems[workflow.SystemCount{State: sys.State, Level: sys.Level, Regime: sys.LevelBy, Year: sys.Decided.Year, Deployed: s.deployed(sys)}]++
		k := [2]string{sys.OperatedBy(on), sys.State}
		one := operators[k]
		one.Operator, one.State, one.N = k[0], k[1], one.N+1
		if sys.Level > 0 {
			one.Levelled++
		}
		if late[sys.ID] {
			f.Delayed[k[0]]++
		}
		operators[k] = one
	}
	for c, n := range systems {
		c.N = n
		f.Systems = append(f.Systems, c)
	}
	for _, c := range operators {
		f.Operators = append(f.Operators, c)
	}
	slices.SortFunc(f.Systems, func(a, b workflow.SystemCount) int {
		return cmp.Or(strings.Compare(a.State, b.State), a.Level-b.Level, strings.Compare(a.Regime, b.Regime), a.Year-b.Year, strings.Compare(a.Deployed, b.Deployed))
	})
	slices.SortFunc(f.Operators, func(a, b workflow.OperatorCount) int {
		return cmp.Or(strings.Compare(a.Operator, b.Operator), strings.Compare(a.State, b.State))
	})
	slices.SortFunc(f.Open, func(a, b workflow.StateCount) int { return strings.Compare(a.State, b.State) })
	return f, nil
}

func countOpen(list []workflow.StateCount, c *workflow.Case) []workflow.StateCount {
	i := slices.IndexFunc(list, func(x workflow.StateCount) bool { return x.State == c.State })
	if i < 0 {
		return append(list, workflow.StateCount{State: c.State, Cases: 1, Oldest: c.Opened})
	}
	list[i].Cases++
	if c.Opened.Before(list[i].Oldest) {
		list[i].Oldest = c.Opened
	}
	return list
}

// deployed is how far the plan of a system is: as stated last, else as it went into
// operation, else as its row of the register says.
func (s *Store) deployed(sys *workflow.System) string {
	if sys.Level == 0 {
		return ""
	}
	said, last := "", workflow.Day{}
	for _, st := range s.statements {
		if st.System == sys.ID && st.Deployment != "" && !st.On.Before(last) {
			said, last = st.Deployment, st.On
		}
	}
	for _, e := range s.entries {
		if e.System == sys.ID && e.To.IsZero() && e.Meets == "met" {
			return cmp.Or(said, sys.Deployed(), "full")
		}
	}
	return cmp.Or(said, sys.Deployed())
}

func ownerOf(sys *workflow.System) string { return append(sys.Owners, "")[0] }

// casesOf lists the cases of an owner by id.
func (s *Store) casesOf(owner string) []*workflow.Case {
	return slices.DeleteFunc(all(s, s.cases), func(c *workflow.Case) bool {
		return c.Owner != owner && (c.System == "" || ownerOf(s.systems[c.System]) != owner)
	})
}

func isLate(c *workflow.Case, on workflow.Day) bool {
	return !c.Deadline().IsZero() && c.Deadline().Before(on)
}

func comes(c *workflow.Case, on workflow.Day) bool {
	by := c.CheckBy()
	return !by.IsZero() && !by.Before(on) && !by.After(workflow.Coming(on)) && !c.Deadline().IsZero() && !isLate(c, on)
}

// LateCases lists what waited for a day before, the longest first.
func (s *Store) LateCases(_ context.Context, owner string, on workflow.Day, most int) ([]*workflow.Case, error) {
	return s.byDay(owner, most, func(c *workflow.Case) bool { return isLate(c, on) }, (*workflow.Case).Deadline), nil
}

// ComingChecks lists the checks whose last day comes, the nearest first.
func (s *Store) ComingChecks(_ context.Context, owner string, on workflow.Day, most int) ([]*workflow.Case, error) {
	return s.byDay(owner, most, func(c *workflow.Case) bool { return comes(c, on) }, (*workflow.Case).CheckBy), nil
}

func (s *Store) byDay(owner string, most int, fits func(*workflow.Case) bool, day func(*workflow.Case) workflow.Day) []*workflow.Case {
	list := slices.DeleteFunc(s.casesOf(owner), func(c *workflow.Case) bool { return !fits(c) })
	slices.SortStableFunc(list, func(a, b *workflow.Case) int { return strings.Compare(day(a).String(), day(b).String()) })
	return list[:min(most, len(list))]
}
