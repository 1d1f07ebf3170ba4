package workflow

import (
	"context"
	"slices"
)

// sealSheet freezes the sheet that goes out with a case when a step takes it out
// of its maker's hands, and lets the register's last column follow the sheet
// where a decision puts a system into it. It is part of the step's change.
func (s *Service) sealSheet(ctx context.Context, m *move) error {
	if m.snap.Case == nil || m.change.Case == nil {
		return nil
	}
	before, ok := s.Book.ByKey(m.snap.Case.Regime)
	if !ok || m.r.Catalogue == nil {
		return nil
	}
	wasOpen := sheetHolder(s.Book, procedureOf(before, m.snap.Case, m.snap.System), m.snap.Case.State) != ""
	isOpen := sheetHolder(s.Book, m.p, m.c.State) != ""
	if wasOpen && !isOpen {
		if err := s.freezeSheet(ctx, m); err != nil {
			return err
		}
	}
	return s.meetsBySheet(ctx, m)
}

func (s *Service) freezeSheet(ctx context.Context, m *move) error {
	list, err := s.Store.Sheets(ctx, SheetQuery{Case: m.c.ID})
	if err != nil || len(list) == 0 {
		return err
	}
	last := list[len(list)-1]
	if !last.Frozen.IsZero() {
		return nil
	}
	t := &sheetSeat{snap: m.snap, r: m.r, p: m.p}
	if err := s.take(ctx, t, last); err != nil {
		return err
	}
	m.change.Sheets = append(m.change.Sheets, t.desk.freeze(last, m.c.Version, m.day))
	return nil
}

// meetsBySheet rolls the sheet that went out with the case up into the register:
// our design. Where no sheet went out the reading of point c stays.
func (s *Service) meetsBySheet(ctx context.Context, m *move) error {
	if m.c.Decided == nil || !slices.Contains(m.step.Does, "decide") {
		return nil
	}
	list, err := s.Store.Sheets(ctx, SheetQuery{Case: m.c.ID})
	if err != nil {
		return err
	}
	for _, sh := range slices.Backward(list) {
		if sh.Frozen.IsZero() || sh.Check {
			continue
		}
		t := &sheetSeat{snap: m.snap, r: m.r}
		if err := s.take(ctx, t, sh); err != nil {
			return err
		}
		if meets := t.view().Rollup.Meets; meets != "" {
			for i := range m.change.Added {
				m.change.Added[i].Meets = meets
			}
		}
		return nil
	}
	return nil
}
