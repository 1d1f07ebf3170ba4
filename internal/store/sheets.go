package store

import (
	"context"

	"gorm.io/gorm"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// Sheet finds a sheet by id.
func (s *Store) Sheet(ctx context.Context, id string) (*workflow.Sheet, error) {
	sh := &workflow.Sheet{}
	ok, err := body(s.read(ctx), sh, "SELECT body FROM sheets WHERE id = ?", id)
	if err == nil && !ok {
		err = missing("sheet", id)
	}
	if err != nil {
		return nil, err
	}
	return sh, nil
}

// Sheets selects sheets, those of a case in the order of their copies.
func (s *Store) Sheets(ctx context.Context, q workflow.SheetQuery) ([]*workflow.Sheet, error) {
	return bodies[*workflow.Sheet](s.read(ctx), `SELECT body FROM sheets WHERE (? = '' OR case_id = ?) AND (? = '' OR system = ?) AND shared = ? ORDER BY case_id, copy, id`,
		q.Case, q.Case, q.System, q.System, flagged(q.Shared))
}

func flagged(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// KeepSheet writes a sheet with its event; another revision than before is stale.
func (s *Store) KeepSheet(ctx context.Context, sh *workflow.Sheet, was int64, e workflow.Event) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		if err := putSheet(tx, sh, was); err != nil {
			return err
		}
		return addEvent(tx, e)
	})
}

// putSheet writes a sheet over the revision it was before, 0 for none.
func putSheet(tx *gorm.DB, sh *workflow.Sheet, was int64) error {
	have := int64(0)
	if err := tx.Raw("SELECT COALESCE((SELECT revision FROM sheets WHERE id = ?), 0)", sh.ID).Scan(&have).Error; err != nil {
		return err
	}
	if have != was {
		return stale()
	}
	return tx.Exec(`INSERT INTO sheets (id, case_id, system, copy, shared, revision, body) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, body = excluded.body`,
		sh.ID, sh.Case, sh.System, sh.Copy, flagged(sh.Shared), sh.Revision, text(sh)).Error
}

// keepSheets writes the copies that go out with a step.
func keepSheets(tx *gorm.DB, ch *workflow.Change) error {
	for _, sh := range ch.Sheets {
		if err := putSheet(tx, sh, sh.Revision-1); err != nil {
			return err
		}
	}
	return nil
}

// Supplement gives what was put beside a catalogue.
func (s *Store) Supplement(ctx context.Context, catalogue string) (regime.Supplement, error) {
	sup := regime.Supplement{Catalogue: catalogue}
	_, err := body(s.read(ctx), &sup, "SELECT body FROM supplements WHERE catalogue = ?", catalogue)
	return sup, err
}

// KeepSupplement writes what is put beside a catalogue with its event.
func (s *Store) KeepSupplement(ctx context.Context, sup regime.Supplement, was int64, e workflow.Event) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		have := int64(0)
		if err := tx.Raw("SELECT COALESCE((SELECT revision FROM supplements WHERE catalogue = ?), 0)", sup.Catalogue).Scan(&have).Error; err != nil {
			return err
		}
		if have != was {
			return stale()
		}
		err := tx.Exec("INSERT INTO supplements (catalogue, revision, body) VALUES (?, ?, ?) ON CONFLICT (catalogue) DO UPDATE SET revision = excluded.revision, body = excluded.body",
			sup.Catalogue, sup.Revision, text(sup)).Error
		if err != nil {
			return err
		}
		return addEvent(tx, e)
	})
}
