package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// CountByLevel counts systems by their level in force: from counters that the
// database keeps with each row.
func (s *Store) CountByLevel(ctx context.Context) (map[int]int, error) {
	levels := map[int]int{}
	var level, n int
	err := each(s.read(ctx), []any{&level, &n}, func() error { levels[level] = n; return nil }, "SELECT level, n FROM level_counts WHERE n > 0")
	return levels, err
}

// CountMarked counts the running cases that have missed a deadline.
func (s *Store) CountMarked(ctx context.Context) (n int, err error) {
	err = s.read(ctx).Raw("SELECT COUNT(*) FROM cases WHERE marks > 0 AND stage NOT IN ('in_force', 'closed', 'resting')").Row().Scan(&n)
	return n, faulty(err)
}

// CountDue counts the running cases whose next day comes before a day.
func (s *Store) CountDue(ctx context.Context, before workflow.Day) (n int, err error) {
	err = s.read(ctx).Raw("SELECT COUNT(*) FROM cases WHERE due <> '' AND due < ?", before.String()).Row().Scan(&n)
	return n, faulty(err)
}

// Figures counts from counters that the database keeps with each row, and what
// depends on the day by indexes over days.
func (s *Store) Figures(ctx context.Context, owner string, on workflow.Day) (f workflow.Figures, err error) {
	day, db := on.String(), s.read(ctx)
	var c workflow.SystemCount
	err = each(db, []any{&c.State, &c.Level, &c.Regime, &c.Year, &c.Deployed, &c.N}, func() error {
		f.Systems = append(f.Systems, c)
		return nil
	}, `SELECT state, level, regime, year, deployed, SUM(n) FROM system_counts WHERE owner = ?
		GROUP BY state, level, regime, year, deployed HAVING SUM(n) > 0 ORDER BY state, level, regime, year, deployed`, owner)
	if err != nil {
		return f, err
	}
	if f.Operators, err = operators(db, owner, day); err != nil {
		return f, err
	}
	if f.Delayed, err = delayed(db, owner, day); err != nil {
		return f, err
	}
	var open workflow.StateCount
	var oldest string
	err = each(db, []any{&open.State, &open.Cases, &oldest}, func() error {
		open.Oldest, _ = regime.ParseDay(oldest) // none where a case was kept without
		f.Open = append(f.Open, open)
		return nil
	}, `SELECT c.state, SUM(c.n), COALESCE((SELECT MIN(k.opened) FROM cases k WHERE k.of_owner = c.owner AND k.state = c.state AND k.kind = '' AND k.stage NOT IN ('in_force', 'closed')), '')
		FROM case_counts c WHERE c.owner = ? GROUP BY c.owner, c.state HAVING SUM(c.n) > 0 ORDER BY c.state`, owner)
	if err != nil {
		return f, err
	}
	if err = db.Raw("SELECT COUNT(*) FROM cases WHERE of_owner = ? AND deadline <> '' AND deadline < ?", owner, day).Row().Scan(&f.Late); err == nil {
		err = db.Raw("SELECT COUNT(*) FROM cases WHERE "+coming, owner, day, workflow.Coming(on).String(), day).Row().Scan(&f.Coming)
	}
	return f, unlessNoText(err)
}

// Checks that come: whose last day lies ahead, and that wait for no day before.
const coming = "of_owner = ? AND soon <> '' AND soon >= ? AND soon <= ? AND deadline >= ?"

// operators counts by operator and state. A leased system is counted under who
// leads; on the days of its lease it stands under who leases it out.
func operators(db *gorm.DB, owner, day string) ([]workflow.OperatorCount, error) {
	counts := map[[2]string]*workflow.OperatorCount{}
	of := func(operator, state string) *workflow.OperatorCount {
		k := [2]string{operator, state}
		if counts[k] == nil {
			counts[k] = &workflow.OperatorCount{Operator: operator, State: state}
		}
		return counts[k]
	}
	var c workflow.OperatorCount
	var lead string
	err := each(db, []any{&c.Operator, &c.State, &c.N, &c.Levelled}, func() error {
		one := of(c.Operator, c.State)
		one.N, one.Levelled = c.N, c.Levelled
		return nil
	}, "SELECT operator, state, SUM(n), SUM(levelled) FROM operator_counts WHERE owner = ? GROUP BY operator, state HAVING SUM(n) > 0", owner)
	if err != nil {
		return nil, err
	}
	err = each(db, []any{&lead, &c.Operator, &c.State, &c.N, &c.Levelled}, func() error {
		from, to := of(lead, c.State), of(c.Operator, c.State)
		from.N, from.Levelled, to.N, to.Levelled = from.N-c.N, from.Levelled-c.Levelled, to.N+c.N, to.Levelled+c.Levelled
		return nil
	}, "SELECT lead, provider, state, COUNT(*), SUM(CASE WHEN level > 0 THEN 1 ELSE 0 END) FROM systems WHERE owner = ? AND provider <> '' AND "+leased+" GROUP BY lead, provider, state", owner, day, day)
	if err != nil {
		return nil, err
	}
	out := make([]workflow.OperatorCount, 0, len(counts))
	for _, one := range counts {
		if one.N > 0 {
			out = append(out, *one)
		}
	}
	slices.SortFunc(out, func(a, b workflow.OperatorCount) int {
		return cmp.Or(strings.Compare(a.Operator, b.Operator), strings.Compare(a.State, b.State))
	})
	return out, nil
}

// delayed counts the systems with something overdue by operator, those of a lease
// as operators does.
func delayed(db *gorm.DB, owner, day string) (map[string]int, error) {
	counts := map[string]int{}
	var lead, operator string
	var n int
	err := each(db, []any{&operator, &n}, func() error { counts[operator] = n; return nil },
		"SELECT of_operator, COUNT(DISTINCT system) FROM cases WHERE of_owner = ? AND deadline <> '' AND deadline < ? AND system <> '' GROUP BY of_operator", owner, day)
	if err != nil {
		return nil, err
	}
	err = each(db, []any{&lead, &operator, &n}, func() error {
		counts[operator] += n
		if counts[lead] -= n; counts[lead] == 0 {
			delete(counts, lead)
		}
		return nil
	}, "SELECT s.lead, s.provider, COUNT(DISTINCT s.id) FROM systems s CROSS JOIN cases c WHERE s.owner = ? AND s.provider <> '' AND "+leased+
		" AND c.system = s.id AND c.deadline <> '' AND c.deadline < ? GROUP BY s.lead, s.provider", owner, day, day, day)
	return counts, err
}

const leased = "leased_from <= ? AND (leased_to = '' OR leased_to >= ?)"

// LateCases lists what waited for a day before, the longest first.
func (s *Store) LateCases(ctx context.Context, owner string, on workflow.Day, most int) ([]*workflow.Case, error) {
	return bodies[*workflow.Case](s.read(ctx), "SELECT body FROM cases WHERE of_owner = ? AND deadline <> '' AND deadline < ? ORDER BY deadline, id LIMIT ?", owner, on.String(), most)
}

// ComingChecks lists the checks whose last day comes, the nearest first.
func (s *Store) ComingChecks(ctx context.Context, owner string, on workflow.Day, most int) ([]*workflow.Case, error) {
	day := on.String()
	return bodies[*workflow.Case](s.read(ctx), "SELECT body FROM cases WHERE "+coming+" ORDER BY soon, id LIMIT ?", owner, day, workflow.Coming(on).String(), day, most)
}

// OwnerIDs lists the offices that own a system.
func (s *Store) OwnerIDs(ctx context.Context) (ids []string, err error) {
	err = s.read(ctx).Raw("SELECT owner FROM system_counts WHERE owner <> '' GROUP BY owner HAVING SUM(n) > 0 ORDER BY owner").Scan(&ids).Error
	return ids, faulty(err)
}
