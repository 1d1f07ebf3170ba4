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
	by := selection{byName: q.Sort == workflow.ByName, after: [2]string{"", q.After}, most: limit(q.Limit)}
	if by.byName {
		by.after[0], by.after[1], _ = strings.Cut(q.After, "/")
	}
	for _, one := range [][2]string{{"s.owner = ?", q.Owner}, {"s.sdu = ?", q.SDU}, {"s.state = ?", q.State}} {
		if one[1] != "" {
			by.add(one[0], one[1])
		}
	}
	if q.Operator != "" {
		by.add("(s.operator = ? OR s.others <> '' AND "+speak(db).within+"(s.others, ?) > 0)", q.Operator, "\n"+q.Operator+"\n")
	}
	if q.Level != nil {
		by.add("s.level = ?", *q.Level)
	}
	if words := q.Words(); len(words) > 0 {
		return named(db, by, words)
	}
	return by.read(db, "systems s", "TRUE")
}

// SystemsOf finds systems by their ids.
func (s *Store) SystemsOf(ctx context.Context, ids []string) ([]*workflow.System, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return bodies[*workflow.System](s.read(ctx), "SELECT body FROM systems WHERE id IN ?", ids)
}

// found are the columns of a system that are found again from its body; those who
// list, search and count use them.
func found(sys *workflow.System) (cols []string, vals []any) {
	lead, provider := leads(sys)
	from, to := "", ""
	if l := sys.Lease; l != nil {
		from, to = l.From.String(), l.To.String()
	}
	return []string{"others", "lead", "provider", "sdu", "state", "level", "regime", "year", "operated", "leased_from", "leased_to", "folded", "sort"},
		[]any{others(sys.Operators), lead, provider, sys.SDU, sys.State, sys.Level, sys.LevelBy, sys.Decided.Year, sys.Deployed(), from, to, vn.SearchKey(sys.Name), vn.SortKey(sys.Name)}
}

func systemRow(sys *workflow.System) row {
	cols, vals := found(sys)
	return row{"systems", append([]string{"id", "revision", "owner", "operator", "body"}, cols...),
		append([]any{sys.ID, sys.Revision, first(sys.Owners), first(sys.Operators), text(sys)}, vals...)}
}

// AddSystem adds a system; an id that exists is stale.
func (s *Store) AddSystem(ctx context.Context, sys *workflow.System) error {
	return s.put(ctx, systemRow(sys).add)
}

// fillKeys writes what lists and counts go by for systems and cases that an older
// program kept without. Links do not cover it: it is found again from the body.
func (s *Store) fillKeys(ctx context.Context) error {
	err := fillRows(s, ctx, "systems", "sort = ''", func(sys *workflow.System) (string, int64, []string, []any) {
		cols, vals := found(sys)
		return sys.ID, sys.Revision, cols, vals
	})
	if err != nil {
		return err
	}
	return fillRows(s, ctx, "cases", "opened = ''", func(c *workflow.Case) (string, int64, []string, []any) {
		cols, vals := foundCase(c)
		return c.ID, c.Revision, cols, vals
	})
}

// fillRows fills columns of a table where they lack; a row that moved on meanwhile
// was filled with its step, and one whose revision is not that of its body is left
// to whoever verifies.
func fillRows[T any](s *Store, ctx context.Context, table, lacks string, of func(T) (id string, revision int64, cols []string, vals []any)) error {
	for last := ""; ; {
		list, err := bodies[T](s.w.WithContext(ctx), "SELECT body FROM "+table+" WHERE "+lacks+" AND id > ? ORDER BY id LIMIT 500", last)
		if err != nil || len(list) == 0 {
			return err
		}
		err = s.put(ctx, func(p *plan) {
			for _, noun := range list {
				id, revision, cols, vals := of(noun)
				last = id
				p.do("UPDATE "+table+" SET "+strings.Join(cols, " = ?, ")+" = ? WHERE id = ? AND revision = ?", append(vals, id, revision)...)
			}
		})
		if err != nil {
			return err
		}
	}
}
