package store

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"capdo/internal/vn"
	"capdo/workflow"
)

// System finds a system by id.
func (s *Store) System(ctx context.Context, id string) (*workflow.System, error) {
	return system(s.read(ctx), id)
}

func system(db *gorm.DB, id string) (*workflow.System, error) {
	sys := &workflow.System{}
	ok, err := body(db, sys, "SELECT body FROM systems WHERE id = ?", id)
	if err == nil && !ok {
		err = missing("system", id)
	}
	return sys, err
}

func limit(n int) int {
	if n == 0 {
		return 50
	}
	return n
}

func first(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}

// others writes the operators after the first; empty for nearly every system.
func others(ids []string) string { return between(ids[min(len(ids), 1):]) }

// between writes ids, each between line ends; nothing where there are none.
func between(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return "\n" + strings.Join(ids, "\n") + "\n"
}

// leads gives who leads among operators or of a leased service, and who leases it out.
func leads(sys *workflow.System) (lead, provider string) {
	if l := sys.Lease; l != nil {
		return l.Lead, l.Provider
	}
	return sys.Lead, ""
}

// Systems selects systems by id, or by the key of their names.
func (s *Store) Systems(ctx context.Context, q workflow.SystemQuery) ([]*workflow.System, error) {
	db := s.read(ctx)
	query, args := "SELECT body FROM systems WHERE ", []any{}
	add := func(yes bool, clause string, more ...any) {
		if yes {
			query, args = query+clause, append(args, more...)
		}
	}
	order := "id"
	if q.Sort == workflow.ByName {
		order = "sort, id"
		sort, id, _ := strings.Cut(q.After, "/")
		add(true, "(sort, id) > (?, ?)", sort, id)
	} else {
		add(true, "id > ?", q.After)
	}
	add(q.Owner != "", " AND owner = ?", q.Owner)
	add(q.Operator != "", " AND (operator = ? OR others <> '' AND "+speak(db).within+"(others, ?) > 0)", q.Operator, "\n"+q.Operator+"\n")
	add(q.SDU != "", " AND sdu = ?", q.SDU)
	add(q.State != "", " AND state = ?", q.State)
	if q.Level != nil {
		add(true, " AND level = ?", *q.Level)
	}
	for _, word := range q.Words() {
		add(true, " AND "+speak(db).within+"(folded, ?) > 0", word)
	}
	return bodies[*workflow.System](db, query+" ORDER BY "+order+" LIMIT ?", append(args, limit(q.Limit))...)
}

// SystemsOf finds systems by their ids.
func (s *Store) SystemsOf(ctx context.Context, ids []string) ([]*workflow.System, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return bodies[*workflow.System](s.read(ctx), "SELECT body FROM systems WHERE id IN ?", ids)
}

func systemRow(sys *workflow.System) row {
	lead, provider := leads(sys)
	return row{"systems", []string{"id", "revision", "owner", "operator", "others", "lead", "provider", "sdu", "state", "level", "folded", "sort", "body"},
		[]any{sys.ID, sys.Revision, first(sys.Owners), first(sys.Operators), others(sys.Operators), lead, provider, sys.SDU, sys.State, sys.Level, vn.Fold(sys.Name), vn.SortKey(sys.Name), text(sys)}}
}

// AddSystem adds a system; an id that exists is stale.
func (s *Store) AddSystem(ctx context.Context, sys *workflow.System) error {
	return s.put(ctx, systemRow(sys).add)
}

// fillKeys writes what systems are listed by for those that an older program
// kept without.
func (s *Store) fillKeys(ctx context.Context) error {
	for {
		list, err := bodies[*workflow.System](s.w.WithContext(ctx), "SELECT body FROM systems WHERE sort = '' ORDER BY id LIMIT 500")
		if err != nil || len(list) == 0 {
			return err
		}
		err = s.put(ctx, func(p *plan) {
			for _, sys := range list {
				systemRow(sys).change(p, sys.Revision)
			}
		})
		if p, ok := workflow.ProblemOf(err); err != nil && (!ok || p.Kind != workflow.Stale) { // another copy is at it too
			return err
		}
	}
}

// CountByLevel counts systems by their level in force: from counters that the
// database keeps with each row.
func (s *Store) CountByLevel(ctx context.Context) (map[int]int, error) {
	var rows []struct{ Level, N int }
	if err := s.read(ctx).Raw("SELECT level, n FROM level_counts WHERE n > 0").Scan(&rows).Error; err != nil {
		return nil, faulty(err)
	}
	levels := make(map[int]int, len(rows))
	for _, r := range rows {
		levels[r.Level] = r.N
	}
	return levels, nil
}

// OwnerIDs lists the offices that own a system.
func (s *Store) OwnerIDs(ctx context.Context) (ids []string, err error) {
	err = s.read(ctx).Raw("SELECT DISTINCT owner FROM systems WHERE owner <> '' ORDER BY owner").Scan(&ids).Error
	return ids, faulty(err)
}
