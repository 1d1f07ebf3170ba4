package workflow

import (
	"context"
	"reflect"
	"slices"
)

// Difference is what changed between two versions of a dossier: what stood in one
// and not in the other, part by part. A nil Was or Now is nothing.
type Difference struct {
	From, To     int
	FromOn, ToOn Day // days they were sent; zero: not sent yet
	Systems      []JointChange
	Facts        []FactChange
	Texts        []TextChange
	Rows         []RowChange
	Files        []FileChange
	Plan         []CellChange
	Same         int // parts compared that stayed as they were
}

// JointChange is one of the other systems of a dossier with the level proposed
// for it; 0: it was not, or is no longer, in the dossier.
type JointChange struct {
	System, Name string
	Was, Now     int
}

// FactChange is one fact that differs. Of, here and below, is the name of the
// other system it is about; empty: the dossier's own.
type FactChange struct {
	Of, Key  string
	Was, Now any
}

// TextChange is one text of the overview that differs.
type TextChange struct{ Of, Key, Was, Now string }

// RowChange is one row of a table of the overview, known by its first cell.
type RowChange struct {
	Of, Table, Name string
	Was, Now        []string
}

// FileChange is one file, told apart by what it is and its content (SHA-256).
type FileChange struct {
	As, Name string
	Was, Now *Attachment
}

// Count is how many parts differ.
func (d *Difference) Count() int {
	return len(d.Systems) + len(d.Facts) + len(d.Texts) + len(d.Rows) + len(d.Files) + len(d.Plan)
}

// Difference compares two versions of a dossier, as they were sent; the one after
// the last is what stands now.
func (s *Service) Difference(ctx context.Context, caseID string, from, to int) (*Difference, error) {
	snap, err := s.snapshot(ctx, caseID)
	if err != nil {
		return nil, err
	}
	if from < 1 || to <= from || from > snap.Case.Version || to > snap.Case.Version+1 {
		return nil, notFound("content", caseID)
	}
	d := &Difference{From: from, To: to, FromOn: sentOn(snap, from), ToOn: sentOn(snap, to)}
	d.facts("", factsOfVersion(snap, from), factsOfVersion(snap, to))
	was, err := s.contentOf(ctx, snap, from)
	if err != nil {
		return nil, err
	}
	now, err := s.versionOrNow(ctx, snap, to)
	if err != nil {
		return nil, err
	}
	d.overviews("", &was.Overview, &now.Overview)
	d.files(was.Attachments, now.Attachments)
	if err := s.others(ctx, d, jointOf(snap, from), jointOf(snap, to), was, now); err != nil {
		return nil, err
	}
	return d, s.plans(ctx, caseID, d)
}

// others compares what two versions say of the other systems of the dossier.
func (s *Service) others(ctx context.Context, d *Difference, was, now []JointVerdict, wasOf, nowOf *Content) error {
	var ids []string
	for _, j := range slices.Concat(was, now) {
		if !slices.Contains(ids, j.System) {
			ids = append(ids, j.System)
		}
	}
	for _, id := range ids {
		sys, err := s.Store.System(ctx, id)
		if err != nil {
			return err
		}
		a, _ := verdictOn(was, id)
		b, _ := verdictOn(now, id)
		if a.Level != b.Level {
			d.Systems = append(d.Systems, JointChange{id, sys.Name, a.Level, b.Level})
		}
		if a.Level > 0 && b.Level > 0 {
			d.facts(sys.Name, a.Facts, b.Facts)
			d.overviews(sys.Name, wasOf.Of(id), nowOf.Of(id))
		}
	}
	return nil
}

// jointOf is what a version says of the other systems, or what they say now.
func jointOf(snap *Snapshot, version int) []JointVerdict {
	if e := edition(snap, version); !e.Received.IsZero() {
		return e.Joint
	}
	var out []JointVerdict
	for _, sys := range snap.Joined {
		out = append(out, JointVerdict{System: sys.ID, Level: snap.Case.LevelOf(sys.ID), Facts: sys.Facts})
	}
	return out
}

// versionOrNow is the content of a version, or what the next would be sent with.
func (s *Service) versionOrNow(ctx context.Context, snap *Snapshot, version int) (*Content, error) {
	if version > snap.Case.Version {
		return s.assemble(ctx, snap)
	}
	return s.contentOf(ctx, snap, version)
}

func edition(snap *Snapshot, version int) *Edition {
	i := slices.IndexFunc(snap.Case.Editions, func(e Edition) bool { return e.Version == version })
	if i < 0 {
		return &Edition{}
	}
	return &snap.Case.Editions[i]
}

func sentOn(snap *Snapshot, version int) Day { return edition(snap, version).Received }

func factsOfVersion(snap *Snapshot, version int) Facts {
	if e := edition(snap, version); !e.Received.IsZero() {
		return e.Facts
	}
	return snap.System.Facts
}

func (d *Difference) facts(of string, was, now Facts) {
	keys := make([]string, 0, len(was)+len(now))
	for k := range was {
		keys = append(keys, k)
	}
	for k := range now {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		if reflect.DeepEqual(was[k], now[k]) {
			d.Same++
			continue
		}
		d.Facts = append(d.Facts, FactChange{of, k, was[k], now[k]})
	}
}

func (d *Difference) overviews(of string, was, now *Overview) {
	for _, t := range overviewTexts {
		switch a, b := *t.at(was), *t.at(now); {
		case a != b:
			d.Texts = append(d.Texts, TextChange{of, t.key, a, b})
		case a != "":
			d.Same++
		}
	}
	for _, t := range tables {
		d.rows(of, t.Key, t.read(was), t.read(now))
	}
}

// rows pairs the rows of two tables by their first cell, in order.
func (d *Difference) rows(of, table string, was, now [][]string) {
	left := slices.Clone(now)
	for _, a := range was {
		i := slices.IndexFunc(left, func(b []string) bool { return b[0] == a[0] })
		if i < 0 {
			d.Rows = append(d.Rows, RowChange{of, table, a[0], a, nil})
			continue
		}
		if slices.Equal(a, left[i]) {
			d.Same++
		} else {
			d.Rows = append(d.Rows, RowChange{of, table, a[0], a, left[i]})
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, b := range left {
		d.Rows = append(d.Rows, RowChange{of, table, b[0], nil, b})
	}
}

func (d *Difference) files(was, now []Attachment) {
	left := slices.Clone(now)
	for i, a := range was {
		j := slices.IndexFunc(left, func(b Attachment) bool { return slot(b.As, b.Name) == slot(a.As, a.Name) })
		if j < 0 {
			d.Files = append(d.Files, FileChange{a.As, a.Name, &was[i], nil})
			continue
		}
		if b := left[j]; b.SHA256 == a.SHA256 && b.Name == a.Name {
			d.Same++
		} else {
			d.Files = append(d.Files, FileChange{a.As, b.Name, &was[i], &b})
		}
		left = slices.Delete(left, j, j+1)
	}
	for _, b := range left {
		d.Files = append(d.Files, FileChange{b.As, b.Name, nil, &b})
	}
}

// plans compares the sheets that went out with the two versions; a version being
// prepared has the one on the desk.
func (s *Service) plans(ctx context.Context, caseID string, d *Difference) error {
	list, err := s.Store.Sheets(ctx, SheetQuery{Case: caseID})
	if err != nil {
		return err
	}
	of := func(version int) *Sheet {
		for _, sh := range slices.Backward(list) {
			if sh.Version == version || sh.Frozen.IsZero() && version == d.To && d.ToOn.IsZero() {
				return sh
			}
		}
		return &Sheet{}
	}
	was, now := of(d.From), of(d.To)
	for _, b := range now.Rows {
		a, _ := was.row(b.ID)
		a.ID, a.From, b.From = b.ID, "", ""
		if changes := differences(0, a, b); len(changes) > 0 {
			d.Plan = append(d.Plan, changes...)
		} else {
			d.Same++
		}
	}
	for _, a := range was.Rows {
		if _, stands := now.row(a.ID); !stands {
			d.Plan = append(d.Plan, differences(0, a, SheetRow{ID: a.ID})...)
		}
	}
	return nil
}
