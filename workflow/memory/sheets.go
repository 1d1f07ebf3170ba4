package memory

import (
	"cmp"
	"context"
	"slices"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// Sheet finds a sheet by id.
func (s *Store) Sheet(_ context.Context, id string) (*workflow.Sheet, error) {
	return get(s, s.sheets, "sheet", id)
}

// Sheets selects sheets, those of a case in the order of their copies.
func (s *Store) Sheets(_ context.Context, q workflow.SheetQuery) ([]*workflow.Sheet, error) {
	out := slices.DeleteFunc(all(s, s.sheets), func(sh *workflow.Sheet) bool {
		return q.Case != "" && sh.Case != q.Case || q.System != "" && sh.System != q.System || sh.Shared != q.Shared
	})
	slices.SortStableFunc(out, func(a, b *workflow.Sheet) int {
		return cmp.Or(cmp.Compare(a.Case, b.Case), cmp.Compare(a.Copy, b.Copy), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

// KeepSheet writes a sheet with its event; another revision than before is stale.
func (s *Store) KeepSheet(_ context.Context, sh *workflow.Sheet, was int64, e workflow.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sheetRevision(sh.ID) != was {
		return &workflow.Problem{Kind: workflow.Stale, Key: "case.moved_on"}
	}
	s.sheets[sh.ID] = copyOf(sh)
	s.note(e)
	return nil
}

// keepSheets writes the copies that go out with a step; false, and nothing is
// written, when one of them moved on.
func (s *Store) keepSheets(list []*workflow.Sheet) bool {
	for _, sh := range list {
		if s.sheetRevision(sh.ID) != sh.Revision-1 {
			return false
		}
	}
	for _, sh := range list {
		s.sheets[sh.ID] = copyOf(sh)
	}
	return true
}

func (s *Store) sheetRevision(id string) int64 {
	if have, ok := s.sheets[id]; ok {
		return have.Revision
	}
	return 0
}

// Supplement gives what was put beside a catalogue.
func (s *Store) Supplement(_ context.Context, catalogue string) (regime.Supplement, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if have, ok := s.supplements[catalogue]; ok {
		return copyOf(have), nil
	}
	return regime.Supplement{Catalogue: catalogue}, nil
}

// KeepSupplement writes what is put beside a catalogue with its event.
func (s *Store) KeepSupplement(_ context.Context, sup regime.Supplement, was int64, e workflow.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.supplements[sup.Catalogue].Revision != was {
		return &workflow.Problem{Kind: workflow.Stale, Key: "case.moved_on"}
	}
	s.supplements[sup.Catalogue] = copyOf(sup)
	s.note(e)
	return nil
}
