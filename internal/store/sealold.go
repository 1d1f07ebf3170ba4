package store

import (
	"context"
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm"

	"capdo/internal/chain"
)

// neverSealed tells whether there is something that no chain covers yet. A chain
// that somebody emptied has left ends or checkpoints behind, and is not begun
// again.
func neverSealed(db *gorm.DB) (bool, error) {
	some := func(tables ...string) string {
		for i, t := range tables {
			tables[i] = "EXISTS (SELECT 1 FROM " + t + ")"
		}
		return strings.Join(tables, " OR ")
	}
	var rows []string
	for _, t := range sealedTables {
		rows = append(rows, t.name)
	}
	// One statement: another copy that writes meanwhile is seen with its chain or not at all.
	bare := false
	err := db.Raw("SELECT NOT (" + some("links", "heads", "checkpoints") + ") AND (" + some(rows...) + ")").Row().Scan(&bare)
	return bare, err
}

// sealOld begins the chain: what was written before there was one is sealed as
// it stands, once, in one transaction.
func (s *Store) sealOld(ctx context.Context) error {
	return s.write(ctx, func(tx *writer) error {
		db, err := tx.now()
		if err != nil {
			return err
		}
		if bare, err := neverSealed(db); err != nil || !bare {
			return err
		}
		var events []chained
		rest := map[string][]chain.Row{}
		for _, t := range sealedTables {
			if err := t.rows(db, "", nil, func(r fullRow) error {
				one := chained{chain.Row{t.name, r.key, chain.Digest(t.name, r.cols)}, t.subject(r)}
				tx.follow(one.subject)
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
		if err := tx.flush(); err != nil { // where the chains end: nowhere yet
			return err
		}
		for _, e := range events {
			if err := tx.link(e.subject, e.row[1], []chain.Row{e.row}); err != nil {
				return err
			}
		}
		for _, subject := range slices.Sorted(maps.Keys(rest)) {
			if err := tx.link(subject, "0", rest[subject]); err != nil {
				return err
			}
		}
		return nil
	})
}
