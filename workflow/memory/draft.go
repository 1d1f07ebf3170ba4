package memory

import (
	"context"
	"slices"

	"capdo/workflow"
)

// Draft gives a person's draft.
func (s *Store) Draft(_ context.Context, person, subject string) (workflow.Draft, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drafts[[2]string{person, subject}], nil
}

// SaveDraft writes a draft over the one before.
func (s *Store) SaveDraft(_ context.Context, d workflow.Draft) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drafts[[2]string{d.Person, d.Subject}] = d
	return nil
}

// DropDraft forgets a draft.
func (s *Store) DropDraft(_ context.Context, person, subject string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.drafts, [2]string{person, subject})
	return nil
}

// DraftsOn lists who has a draft on any of these subjects.
func (s *Store) DraftsOn(_ context.Context, subjects []string) ([]workflow.Draft, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []workflow.Draft
	for _, d := range s.drafts {
		if slices.Contains(subjects, d.Subject) {
			d.Body = ""
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b workflow.Draft) int { return b.Saved.Compare(a.Saved) })
	return out, nil
}
