package store

import (
	"context"

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
		q.Case, q.Case, q.System, q.System, flag(q.Shared))
}

// KeepSheet writes a sheet with its event; another revision than before is stale.
func (s *Store) KeepSheet(ctx context.Context, sh *workflow.Sheet, was int64, e workflow.Event) error {
	return s.put(ctx, func(p *plan) {
		putSheet(p, sh, was)
		addEvent(p, e)
	})
}

// putSheet writes a sheet over the revision it was before, 0 for none.
func putSheet(p *plan, sh *workflow.Sheet, was int64) {
	row{"sheets", []string{"id", "case_id", "system", "copy", "shared", "revision", "body"},
		[]any{sh.ID, sh.Case, sh.System, sh.Copy, flag(sh.Shared), sh.Revision, text(sh)}}.over(p, was)
}

// keepSheets writes the copies that go out with a step.
func keepSheets(p *plan, ch *workflow.Change) {
	for _, sh := range ch.Sheets {
		putSheet(p, sh, sh.Revision-1)
	}
}

// Supplement gives what was put beside a catalogue.
func (s *Store) Supplement(ctx context.Context, catalogue string) (regime.Supplement, error) {
	sup := regime.Supplement{Catalogue: catalogue}
	_, err := body(s.read(ctx), &sup, "SELECT body FROM supplements WHERE catalogue = ?", catalogue)
	return sup, err
}

// KeepSupplement writes what is put beside a catalogue with its event.
func (s *Store) KeepSupplement(ctx context.Context, sup regime.Supplement, was int64, e workflow.Event) error {
	return s.put(ctx, func(p *plan) {
		row{"supplements", []string{"catalogue", "revision", "body"}, []any{sup.Catalogue, sup.Revision, text(sup)}}.over(p, was)
		addEvent(p, e)
	})
}
