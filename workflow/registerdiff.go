package workflow

import (
	"context"
	"slices"
)

// RegisterDiff is a register of one day beside that of an earlier one.
type RegisterDiff struct {
	Rows    []RegisterChange // of the later day, in its order, then those that are gone
	Added   int
	Gone    int
	Level   int // other level than before
	Unclear int // known to a month or a year only, which spans the earlier day
}

// RegisterChange is one row of a comparison; Kind is empty for a row that stands
// as it stood.
type RegisterChange struct {
	RegisterLine
	Kind string // added | gone | level | unclear
	Was  int    // level before, of kind level
}

// CompareRegisters tells what changed in an owner's register between two days.
// A row whose date the source gives as a month or a year that the earlier day
// lies in was there or was not: it is called unclear.
func (s *Service) CompareRegisters(ctx context.Context, owner string, on, before Day) (*RegisterDiff, error) {
	now, err := s.Register(ctx, owner, on)
	if err != nil {
		return nil, err
	}
	was, err := s.Register(ctx, owner, before)
	if err != nil {
		return nil, err
	}
	d := &RegisterDiff{}
	for _, line := range s.Lines(now) {
		c := RegisterChange{RegisterLine: line}
		i := slices.IndexFunc(was, func(e RegisterEntry) bool { return e.System == line.System })
		switch {
		case i < 0 && !line.Decided.First().After(before) && line.Decided.Last().After(before):
			c.Kind = "unclear"
			d.Unclear++
		case i < 0:
			c.Kind = "added"
			d.Added++
		case was[i].Level != line.Level:
			c.Kind, c.Was = "level", was[i].Level
			d.Level++
		}
		d.Rows = append(d.Rows, c)
	}
	for _, line := range s.Lines(was) {
		if !slices.ContainsFunc(now, func(e RegisterEntry) bool { return e.System == line.System }) {
			d.Rows = append(d.Rows, RegisterChange{RegisterLine: line, Kind: "gone"})
			d.Gone++
		}
	}
	return d, nil
}

// Owners lists the offices that own a system and whose registers the person may
// see.
func (s *Service) Owners(ctx context.Context, who string) ([]Office, error) {
	person, err := s.Store.Person(ctx, who)
	if err != nil {
		return nil, err
	}
	p, err := s.partiesToday(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := s.Store.OwnerIDs(ctx)
	if err != nil {
		return nil, err
	}
	var out []Office
	for _, id := range ids {
		if o, ok := p.offices[id]; ok && s.seesOwner(person, id, p) {
			out = append(out, o)
		}
	}
	return out, nil
}
