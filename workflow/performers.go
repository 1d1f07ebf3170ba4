package workflow

import (
	"context"
	"slices"
	"strings"

	"capdo/internal/vn"
	"capdo/workflow/regime"
)

// PerformerView says whether an office may perform a check on a day, by what,
// and which rules it does not answer.
type PerformerView struct {
	Office    string             `json:"office"`
	Name      string             `json:"name"`
	Qualities []string           `json:"qualities,omitempty"`
	Unmet     []regime.Performer `json:"unmet,omitempty"`    // whatever it looks at
	Contents  []ContentView      `json:"contents,omitempty"` // what it may not look at
}

// Fits tells whether the office may perform the check at all.
func (p PerformerView) Fits() bool { return len(p.Unmet) == 0 }

// ContentView is something that an office may not look at in a check, and why.
type ContentView struct {
	Content string           `json:"content"`
	Rule    regime.Performer `json:"rule"`
}

// PerformersView is who may perform a check, as of a day.
type PerformersView struct {
	On       Day             `json:"on"`
	List     []PerformerView `json:"list"`     // those that fit first, then by name
	Contents []string        `json:"contents"` // what a check may look at
	Chosen   *PerformerView  `json:"chosen,omitempty"`
}

// Performers says which offices qualify for a check by the rules of its level
// and kind, and why the others do not. It speaks of the day of the fieldwork:
// the day it began, else the planned one, never one that is past.
func (s *Service) Performers(ctx context.Context, who, caseID string) (*PerformersView, error) {
	snap, err := s.snapshot(ctx, caseID)
	if err != nil {
		return nil, err
	}
	if snap.Case.Inspection == nil {
		return nil, notFound("case", caseID)
	}
	person, err := s.Store.Person(ctx, who)
	if err != nil {
		return nil, err
	}
	m := &move{book: s.Book, rights: s.Rights, day: fieldDay(snap.Case.Inspection, s.Today()), who: person, snap: snap, r: s.regimeOf(snap.Case)}
	m.own()
	if now, ok := s.Book.On(m.day); ok && m.c.Inspection.Started.IsZero() {
		m.r = now
	}
	return m.performers(), nil
}

// fieldDay is the day a performer must qualify on.
func fieldDay(k *Inspection, today Day) Day {
	switch {
	case !k.Started.IsZero():
		return k.Started
	case k.From.After(today):
		return k.From
	}
	return today
}

func (m *move) performers() *PerformersView {
	k := m.c.Inspection
	v := &PerformersView{On: m.day, Contents: slices.Clone(m.r.Checks.Contents)}
	if k.Performer != "" {
		one := m.performer(*k, k.Performer)
		v.Chosen = &one
	}
	if k.DeciderCap == "" {
		k.DeciderCap = m.wouldOrder()
	}
	k.Contents = nil
	for id, o := range m.snap.Offices {
		if o.Stands(m.day) {
			v.List = append(v.List, m.performer(*k, id))
		}
	}
	slices.SortFunc(v.List, func(a, b PerformerView) int {
		if a.Fits() != b.Fits() {
			if a.Fits() {
				return -1
			}
			return 1
		}
		return strings.Compare(vn.SortKey(a.Name), vn.SortKey(b.Name))
	})
	return v
}

// wouldOrder is the capacity in which the person would order a check: the
// owner's, or else that of the SDU.
func (m *move) wouldOrder() string {
	capacity := sduCapacity
	for _, g := range m.who.Grants {
		if g.On(m.day) && m.book.Roles[g.Role].Capacity == ownerCapacity {
			capacity = ownerCapacity
		}
	}
	return capacity
}

// performer tells of one office: for the contents chosen, or where none are, for
// each that a check may look at.
func (m *move) performer(k Inspection, office string) PerformerView {
	k.Performer = office
	v := PerformerView{Office: office, Name: m.snap.Offices[office].At(m.day).Name, Qualities: m.qualities(&k)}
	v.Unmet = m.unmet(&k, v.Qualities)
	if len(k.Contents) > 0 || !v.Fits() {
		return v
	}
	for _, c := range m.r.Checks.Contents {
		k.Contents = []string{c}
		for _, rule := range m.unmet(&k, v.Qualities) {
			v.Contents = append(v.Contents, ContentView{c, rule})
		}
	}
	return v
}
