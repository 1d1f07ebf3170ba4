package workflow

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"capdo/workflow/regime"
)

// Dashboard is what an owner steers by, as of a day: every figure is counted
// from the same records that lists, registers and reports show.
type Dashboard struct {
	Owner   Office
	On      Day
	Systems int
	Targets []TargetResult // the first of the plan that name a figure, without their rows
	Sets    []SetCount     // levels in force, by rule set
	NoLevel int
	Years   []YearCount // levels in force, cumulative by the year they were decided
	States  []StateCount
	Offices []OfficeCount
	Late    int     // what is overdue
	Coming  int     // checks due within ninety days
	First   []Timed // of what is overdue, the longest
	Next    []Timed // of what comes, the nearest
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

// headline is how many targets, overdue cases and coming checks stand on the
// dashboard; the others are in lists of their own.
const headline = 2

// Dashboard counts what an owner steers by. Dossiers, deadlines and checks are
// those of today, levels those of the day asked for: today's from the counts kept
// with every system, those of a day gone by from its records, which takes long
// where there are many.
func (s *Service) Dashboard(ctx context.Context, owner string, on Day, plan *regime.TargetPlan) (*Dashboard, error) {
	o, err := s.Store.Office(ctx, owner)
	if err != nil {
		return nil, err
	}
	today := s.Today()
	f, err := s.Store.Figures(ctx, owner, today)
	if err != nil {
		return nil, fmt.Errorf("workflow: figures: %w", err)
	}
	d := &Dashboard{Owner: o.At(on), On: on, Late: f.Late, Coming: f.Coming, States: f.Open}
	slices.SortStableFunc(d.States, func(a, b StateCount) int { return byDay(a.Oldest, b.Oldest) })
	if d.First, err = s.LateCases(ctx, owner, headline); err != nil {
		return nil, err
	}
	next, err := s.Store.ComingChecks(ctx, owner, today, headline)
	if err != nil {
		return nil, err
	}
	if d.Next, err = s.timed(ctx, next, (*Case).CheckBy); err != nil {
		return nil, err
	}
	if on.Before(today) {
		return d, s.gone(ctx, d, f, plan)
	}
	return d, s.present(ctx, d, f, plan)
}

// LateCases lists what of an owner is overdue, the longest first.
func (s *Service) LateCases(ctx context.Context, owner string, limit int) ([]Timed, error) {
	list, err := s.Store.LateCases(ctx, owner, s.Today(), limit)
	if err != nil {
		return nil, err
	}
	return s.timed(ctx, list, (*Case).Deadline)
}

// timed names cases by their systems or, where a whole activity is checked, owners.
func (s *Service) timed(ctx context.Context, list []*Case, day func(*Case) Day) ([]Timed, error) {
	systems, err := s.systemsOf(ctx, list)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	offices, err := s.officeMap(ctx)
	var out []Timed
	for _, c := range list {
		name := systemOf(systems, c).Name
		if name == "" {
			name = offices[c.Owner].At(s.Today()).Name
		}
		out = append(out, Timed{Case: c.ID, Kind: c.Kind, System: name, State: c.State, Day: day(c)})
	}
	return out, err
}

// present takes today's figures as they are counted with every system.
func (s *Service) present(ctx context.Context, d *Dashboard, f Figures, plan *regime.TargetPlan) error {
	var sets setCounter
	years := map[int]int{}
	f.Systems = slices.DeleteFunc(f.Systems, func(c SystemCount) bool { return s.ended(c.Level, c.Regime, c.State) })
	for _, c := range f.Systems {
		d.Systems += c.N
		if c.Level == 0 {
			d.NoLevel += c.N
			continue
		}
		sets.add(s.Book, c.Regime, c.Level, c.N)
		years[c.Year] += c.N
	}
	d.Sets = sets.counts
	d.years(years)
	if err := s.offices(ctx, d, f); err != nil {
		return err
	}
	return s.targets(ctx, d, f.Systems, plan)
}

// ended tells of a state in which the life of a system has ended, by the rules of
// its level, else by the newest.
func (s *Service) ended(level int, key, state string) bool {
	rules, ok := s.Book.ByKey(key)
	if level == 0 || !ok {
		rules = s.Book.Regimes[len(s.Book.Regimes)-1]
	}
	return rules.System.States[state].Stage == "closed"
}

// years adds up levels by the year they were decided in, of the last six years.
func (d *Dashboard) years(decided map[int]int) {
	first := d.On.Year()
	for y := range decided {
		first = min(first, y)
	}
	for y := max(first, d.On.Year()-5); y <= d.On.Year() && len(decided) > 0; y++ {
		sum := 0
		for year, n := range decided {
			if year <= y {
				sum += n
			}
		}
		d.Years = append(d.Years, YearCount{y, sum})
	}
}

// offices counts by operator, those with most to do first.
func (s *Service) offices(ctx context.Context, d *Dashboard, f Figures) error {
	offices, err := s.officeMap(ctx)
	if err != nil {
		return err
	}
	for _, c := range f.Operators { // by operator
		if s.ended(0, "", c.State) {
			continue
		}
		if n := len(d.Offices); n == 0 || d.Offices[n-1].Office != c.Operator {
			d.Offices = append(d.Offices, OfficeCount{Office: c.Operator, Name: offices[c.Operator].At(d.On).Name, Later: f.Delayed[c.Operator]})
		}
		one := &d.Offices[len(d.Offices)-1]
		one.Systems, one.Levelled = one.Systems+c.N, one.Levelled+c.Levelled
	}
	d.mostToDo()
	return nil
}

func (d *Dashboard) mostToDo() {
	slices.SortStableFunc(d.Offices, func(a, b OfficeCount) int {
		return cmp.Compare(b.Systems-b.Levelled+b.Later, a.Systems-a.Levelled+a.Later)
	})
}

// targets measures the first targets that name a figure: from the counts where
// these can tell, else from the records.
func (s *Service) targets(ctx context.Context, d *Dashboard, counts []SystemCount, plan *regime.TargetPlan) error {
	short := headlines(plan)
	for i, t := range short.Targets {
		answer, ok := countedMeasures[t.Measure]
		if !ok {
			return s.measured(ctx, d, &short, i)
		}
		res := TargetResult{Target: t}
		for _, c := range counts {
			res.Denominator += int64(c.N)
			switch answer(c) {
			case "yes":
				res.Numerator += int64(c.N)
			case "unknown":
				res.Unknown += int64(c.N)
			}
		}
		res.judge()
		d.Targets = append(d.Targets, res)
	}
	return nil
}

// measured measures targets from the i-th on from the records.
func (s *Service) measured(ctx context.Context, d *Dashboard, plan *regime.TargetPlan, i int) error {
	list, err := s.Targets(ctx, d.Owner.ID, d.On, plan)
	if err == nil {
		d.Targets = append(d.Targets, list[i:]...)
	}
	return err
}

func headlines(plan *regime.TargetPlan) regime.TargetPlan {
	short := *plan
	short.Targets = nil
	for _, t := range plan.Targets {
		if t.AtLeast != nil && len(short.Targets) < headline {
			short.Targets = append(short.Targets, t)
		}
	}
	return short
}

// countedMeasures answer those measures that the counts of systems tell.
var countedMeasures = map[string]func(SystemCount) string{
	"has_level": func(c SystemCount) string { return answerOf(c.Level > 0) },
	"plan_deployed": func(c SystemCount) string {
		switch {
		case c.Level == 0:
			return "no"
		case c.Deployed == "":
			return "unknown"
		}
		return answerOf(c.Deployed == "full")
	},
}

// gone counts levels as the records of a day gone by show them.
func (s *Service) gone(ctx context.Context, d *Dashboard, f Figures, plan *regime.TargetPlan) error {
	list, offices, err := s.records(ctx, d.Owner.ID, d.On)
	if err != nil {
		return err
	}
	var sets setCounter
	years, at := map[int]int{}, map[string]int{}
	for _, r := range list {
		if !slices.Contains(r.as, ownerCapacity) {
			continue
		}
		d.Systems++
		id := r.sys.OperatedBy(d.On)
		i, known := at[id]
		if !known {
			i = len(d.Offices)
			at[id] = i
			d.Offices = append(d.Offices, OfficeCount{Office: id, Name: offices[id].At(d.On).Name, Later: f.Delayed[id]})
		}
		d.Offices[i].Systems++
		if r.entry == nil {
			d.NoLevel++
			continue
		}
		d.Offices[i].Levelled++
		sets.add(s.Book, r.entry.Regime, r.entry.Level, 1)
		years[r.entry.Decided.Year]++
	}
	d.Sets = sets.counts
	d.years(years)
	d.mostToDo()
	short := headlines(plan)
	return s.measured(ctx, d, &short, 0)
}
