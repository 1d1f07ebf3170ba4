package workflow

import (
	"context"
	"slices"

	"capdo/workflow/regime"
)

// Dashboard is what an owner steers by, as of a day: every figure is counted
// from the same records that lists, registers and reports show.
type Dashboard struct {
	Owner   Office
	On      Day
	Systems int
	Targets []TargetResult
	Sets    []SetCount // levels in force, by rule set
	NoLevel int
	Years   []YearCount // levels in force, cumulative by the year they were decided
	States  []StateCount
	Offices []OfficeCount
	Late    []Timed // overdue, the longest first
	Coming  []Timed // checks due within ninety days, the nearest first
}

// YearCount counts the systems whose level in force was decided by the end of a
// year.
type YearCount struct{ Year, Systems int }

// StateCount counts running dossiers of one state; Oldest is when the oldest of
// them was opened.
type StateCount struct {
	State  string
	Cases  int
	Oldest Day
}

// OfficeCount is how far the systems of one operator have come.
type OfficeCount struct {
	Office                   string
	Name                     string
	Systems, Levelled, Later int // Later: with something overdue
}

// Timed is a case with a day.
type Timed struct {
	Case   string
	Kind   string
	System string // name, or that of the owner
	State  string
	Day    Day
}

// comingDays is how far ahead checks are listed.
const comingDays = 90

// Dashboard counts what an owner steers by. Dossiers, deadlines and checks are
// those of today, levels those of the day asked for.
func (s *Service) Dashboard(ctx context.Context, owner string, on Day, plan *regime.TargetPlan) (*Dashboard, error) {
	list, offices, err := s.records(ctx, owner, on)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(r *record) bool { return !contains(r.as, ownerCapacity) })
	d := &Dashboard{Owner: offices[owner].At(on), On: on, Systems: len(list)}
	if d.Targets, err = s.Targets(ctx, owner, on, plan); err != nil {
		return nil, err
	}
	late := map[string]bool{}
	if err := s.timed(ctx, d, offices, late); err != nil {
		return nil, err
	}
	d.levels(s, list)
	d.offices(list, offices, late)
	return d, nil
}

// levels counts what is in force.
func (d *Dashboard) levels(s *Service, list []*record) {
	var rows []RegisterEntry
	years := map[int]int{}
	for _, r := range list {
		if r.entry == nil {
			d.NoLevel++
			continue
		}
		rows = append(rows, *r.entry)
		years[r.entry.Decided.Year]++
	}
	d.Sets = s.CountBySet(rows)
	if len(years) == 0 {
		return
	}
	sum := 0
	first := d.On.Year()
	for y := range years {
		first = min(first, y)
	}
	for y := max(first, d.On.Year()-5); y <= d.On.Year(); y++ {
		sum = 0
		for decided, n := range years {
			if decided <= y {
				sum += n
			}
		}
		d.Years = append(d.Years, YearCount{y, sum})
	}
}

// timed reads the running cases of the owner: their states, what is overdue and
// which checks come.
func (s *Service) timed(ctx context.Context, d *Dashboard, offices map[string]Office, late map[string]bool) error {
	today := s.Today()
	for after := ""; ; {
		cases, systems, err := s.casesWithSystems(ctx, CaseQuery{Owner: d.Owner.ID, After: after, Limit: chunk})
		if err != nil {
			return err
		}
		for _, c := range cases {
			after = c.ID
			if c.Stage == "in_force" || c.Stage == "closed" {
				continue
			}
			sys := systemOf(systems, c)
			d.take(c, sys, offices, today, late)
		}
		if len(cases) < chunk {
			break
		}
	}
	slices.SortStableFunc(d.Late, func(a, b Timed) int { return byDay(a.Day, b.Day) })
	slices.SortStableFunc(d.Coming, func(a, b Timed) int { return byDay(a.Day, b.Day) })
	slices.SortStableFunc(d.States, func(a, b StateCount) int { return byDay(a.Oldest, b.Oldest) })
	return nil
}

func (d *Dashboard) take(c *Case, sys *System, offices map[string]Office, today Day, late map[string]bool) {
	item := InboxItem{CaseView: &CaseView{Case: c}}
	t := Timed{Case: c.ID, Kind: c.Kind, System: sys.Name, State: c.State, Day: item.NextDue()}
	if t.System == "" {
		t.System = offices[c.Owner].At(today).Name
	}
	if c.Kind == KindDossier {
		d.count(c)
	}
	switch {
	case t.Day.IsZero() || c.Due != nil && c.Due.Remind:
	case t.Day.Before(today):
		d.Late = append(d.Late, t)
		late[sys.ID] = true
	case c.Kind == KindCheck && contains(PartsOf(c, today), CheckSoon):
		d.Coming = append(d.Coming, t)
	}
}

func (d *Dashboard) count(c *Case) {
	i := slices.IndexFunc(d.States, func(s StateCount) bool { return s.State == c.State })
	if i < 0 {
		d.States = append(d.States, StateCount{c.State, 1, c.Opened})
		return
	}
	d.States[i].Cases++
	if c.Opened.Before(d.States[i].Oldest) {
		d.States[i].Oldest = c.Opened
	}
}

// offices counts by operator, those with most to do first.
func (d *Dashboard) offices(list []*record, offices map[string]Office, late map[string]bool) {
	at := map[string]int{}
	for _, r := range list {
		id := parties{r.sys, d.On, offices, nil}.operator()
		i, known := at[id]
		if !known {
			i = len(d.Offices)
			at[id] = i
			d.Offices = append(d.Offices, OfficeCount{Office: id, Name: offices[id].At(d.On).Name})
		}
		d.Offices[i].Systems++
		if r.entry != nil {
			d.Offices[i].Levelled++
		}
		if late[r.sys.ID] {
			d.Offices[i].Later++
		}
	}
	slices.SortStableFunc(d.Offices, func(a, b OfficeCount) int {
		return (b.Systems - b.Levelled + b.Later) - (a.Systems - a.Levelled + a.Later)
	})
}
