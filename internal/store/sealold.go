package store

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"capdo/internal/chain"
)

// neverSealed tells whether there is something that no chain covers yet. A chain
// that somebody emptied has left ends or checkpoints behind, and is not begun
// again.
func neverSealed(db *gorm.DB) (bool, error) {
	some := func(table string) (yes bool, err error) {
		err = db.Raw("SELECT COUNT(*) > 0 FROM (SELECT 1 FROM " + table + " LIMIT 1) t").Row().Scan(&yes)
		return yes, err
	}
	for _, own := range []string{"links", "heads", "checkpoints"} {
		if begun, err := some(own); err != nil || begun {
			return false, err
		}
	}
	for _, t := range sealedTables {
		if old, err := some(t.name); err != nil || old {
			return old, err
		}
	}
	return false, nil
}

// sealOld begins the chain: what was written before there was one is sealed as
// it stands, once, in one transaction.
func (s *Store) sealOld(ctx context.Context) error {
	return s.w.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if bare, err := neverSealed(tx); err != nil || !bare {
			return err
		}
		var events []chained
		rest := map[string][]chain.Row{}
		for _, t := range sealedTables {
			if err := t.rows(tx, "", nil, func(r fullRow) error {
				one := chained{chain.Row{t.name, r.key, chain.Digest(t.name, r.cols)}, t.subject(r)}
				if t.name == "events" {
					events = append(events, one)
				} else {
					rest[one.subject] = append(rest[one.subject], one.row)
				}
				return nil
			}); err != nil {
				return err
			}
		}
		for _, e := range events {
			seq, err := strconv.ParseInt(e.row[1], 10, 64)
			if err != nil {
				return err
			}
			if err := addLinks(tx, e.subject, seq, []chain.Row{e.row}); err != nil {
				return err
			}
		}
		for _, subject := range slices.Sorted(maps.Keys(rest)) {
			if err := addLinks(tx, subject, 0, rest[subject]); err != nil {
				return err
			}
		}
		return nil
	})
}
