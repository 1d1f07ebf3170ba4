package workflow

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"capdo/workflow/regime"
)

func sheetID(caseID string, copy int) string { return caseID + ".s" + itoa(copy) }

func sharedID(systemID string, level int) string { return systemID + ".shared." + itoa(level) }

func (t *sheetSeat) view() *SheetView { return t.desk.view(t.sheet, t.snap.System.Name) }

// seatOfCase reads what a case's sheet is looked at with.
func (s *Service) seatOfCase(ctx context.Context, caseID string) (*sheetSeat, error) {
	snap, err := s.snapshot(ctx, caseID)
	if err != nil {
		return nil, err
	}
	r, ok := s.Book.ByKey(snap.Case.Regime)
	if !ok {
		return nil, notFound("regime", snap.Case.Regime)
	}
	t := &sheetSeat{snap: snap, r: r, p: procedureOf(r, snap.Case, snap.System)}
	list, err := s.Store.Sheets(ctx, SheetQuery{Case: caseID})
	if err != nil {
		return nil, err
	}
	var last *Sheet
	if len(list) > 0 {
		last = list[len(list)-1]
	}
	open := sheetHolder(s.Book, t.p, snap.Case.State) != ""
	if last != nil && (!last.Frozen.IsZero() && !open) {
		return t, s.take(ctx, t, last)
	}
	return t, s.onDesk(ctx, t, last)
}

// onDesk puts the copy being worked on before the person: the open one at the
// case's present level and regime, or a fresh one begun from what went out last.
func (s *Service) onDesk(ctx context.Context, t *sheetSeat, last *Sheet) error {
	c := t.snap.Case
	next := &Sheet{ID: sheetID(c.ID, 1), System: c.System, Case: c.ID, Copy: 1, Check: assessed(s.Book, t.p)}
	from := last
	if last != nil && last.Frozen.IsZero() {
		next = last
	} else if last != nil {
		next.ID, next.Copy = sheetID(c.ID, last.Copy+1), last.Copy+1
	}
	if from == nil && !next.Check {
		var err error
		if from, err = s.sentSheet(ctx, c.System); err != nil {
			return err
		}
	}
	moved := next != last || last.Level != c.Level || last.Regime != t.r.Key
	next.Level, next.Regime = c.Level, t.r.Key
	if next != last && from != nil {
		next.Started, next.Facts, next.Inherits = from.ID, clone(from.Facts), slices.Clone(from.Inherits)
	}
	if err := s.take(ctx, t, next); err != nil {
		return err
	}
	if from != nil && moved {
		next.Rows = t.desk.carry(from, c.Level)
	}
	return nil
}

// sentSheet finds the sheet that last went out with a dossier of a system, nil
// where none did.
func (s *Service) sentSheet(ctx context.Context, systemID string) (*Sheet, error) {
	list, err := s.Store.Sheets(ctx, SheetQuery{System: systemID})
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(sh *Sheet) bool { return sh.Check || sh.Shared || sh.Frozen.IsZero() })
	if len(list) == 0 {
		return nil, nil
	}
	return slices.MaxFunc(list, func(a, b *Sheet) int {
		if !a.Frozen.Before(b.Frozen) && !a.Frozen.After(b.Frozen) {
			return cmp.Or(cmp.Compare(a.Case, b.Case), cmp.Compare(a.Copy, b.Copy))
		}
		if a.Frozen.Before(b.Frozen) {
			return -1
		}
		return 1
	}), nil
}

// seatOfSystem reads what a shared sheet is looked at with. It obeys the regime
// of the day, or the newest one on a day no regime covers.
func (s *Service) seatOfSystem(ctx context.Context, systemID string, level int) (*sheetSeat, error) {
	if level < 1 || level > 5 {
		return nil, invalid("level", "expect.level", itoa(level))
	}
	snap, err := s.Store.Snapshot(ctx, "", systemID)
	if err != nil {
		return nil, err
	}
	r, ok := s.Book.On(s.Today())
	if !ok {
		if r, ok = s.Book.LastBefore(s.Today()); !ok {
			return nil, closedTo(nil, nil)
		}
	}
	t := &sheetSeat{snap: snap, r: r}
	list, err := s.Store.Sheets(ctx, SheetQuery{System: systemID, Shared: true})
	if err != nil {
		return nil, err
	}
	next := &Sheet{ID: sharedID(systemID, level), System: systemID, Shared: true, Level: level, Regime: r.Key}
	if i := slices.IndexFunc(list, func(sh *Sheet) bool { return sh.Level == level }); i >= 0 {
		next = list[i]
		next.Regime = r.Key
	}
	return t, s.take(ctx, t, next)
}

// take lays a sheet on the desk with its catalogue, its providers and, for a
// check, what the dossier said.
func (s *Service) take(ctx context.Context, t *sheetSeat, sh *Sheet) error {
	t.sheet = sh
	if r, ok := s.Book.ByKey(sh.Regime); ok {
		t.r = r
	}
	cat, err := s.catalogueOf(ctx, t.r)
	if err != nil {
		return err
	}
	t.desk = &desk{cat: cat.Catalogue, use: *t.r.Catalogue, added: cat.Added}
	if sh.Check {
		if t.desk.plan, err = s.sentSheet(ctx, sh.System); err != nil {
			return err
		}
	}
	for _, id := range sh.Inherits {
		p, err := s.providerOf(ctx, id, sh.Level)
		if err != nil {
			return err
		}
		t.desk.providers = append(t.desk.providers, p)
	}
	return nil
}

// providerOf reads the shared sheets of a system, that of the level first.
func (s *Service) providerOf(ctx context.Context, systemID string, level int) (provider, error) {
	sys, err := s.Store.System(ctx, systemID)
	if err != nil {
		return provider{}, fmt.Errorf("workflow: provider of shared rows: %w", err)
	}
	list, err := s.Store.Sheets(ctx, SheetQuery{System: systemID, Shared: true})
	if err != nil {
		return provider{}, err
	}
	slices.SortStableFunc(list, func(a, b *Sheet) int { return cmp.Compare(distance(a, level), distance(b, level)) })
	p := provider{SheetProvider: SheetProvider{System: systemID, Name: sys.Name}, sheets: list}
	for _, sh := range list {
		p.Revision += sh.Revision
	}
	if len(list) > 0 {
		p.Sheet = list[0].ID
	}
	return p, nil
}

// distance puts the sheet of the level first, then higher levels, then lower.
func distance(s *Sheet, level int) int {
	if s.Level < level {
		return 10 + level - s.Level
	}
	return s.Level - level
}

// OwnCatalogue is a catalogue with what the province put beside it.
type OwnCatalogue struct {
	*regime.Catalogue
	Added int64 // revision of the supplement
}

func (s *Service) catalogueOf(ctx context.Context, r *regime.Regime) (OwnCatalogue, error) {
	if r.Catalogue == nil {
		return OwnCatalogue{}, &Problem{Kind: NotNow, Key: "sheet.no_catalogue", Args: map[string]string{"regime": r.Title}}
	}
	return s.Catalogue(ctx, r.Catalogue.Key)
}

// Catalogue gives a catalogue by its key, with what the province put beside it.
func (s *Service) Catalogue(ctx context.Context, key string) (OwnCatalogue, error) {
	c, ok := s.Book.Catalogues[key]
	if !ok {
		return OwnCatalogue{}, notFound("catalogue", shortened(key))
	}
	sup, err := s.Store.Supplement(ctx, key)
	if err != nil {
		return OwnCatalogue{}, err
	}
	if sup.Revision == 0 {
		return OwnCatalogue{c, 0}, nil
	}
	own, err := c.With(sup)
	if err != nil {
		return OwnCatalogue{}, fmt.Errorf("workflow: supplement of %s: %w", key, err)
	}
	return OwnCatalogue{own, sup.Revision}, nil
}
