package memory

import (
	"context"

	"capdo/workflow"
)

// contents keeps what dossiers are made of; it is part of Store and lies under
// the same lock.
type contents struct {
	overviews   map[string]*workflow.Overview
	attachments []workflow.Attachment
	reliances   []workflow.Reliance
	sent        []workflow.Content
}

func stale() error { return &workflow.Problem{Kind: workflow.Stale, Key: "case.moved_on"} }

// Overview gives the overview of a system, an empty one where none was written.
func (s *Store) Overview(_ context.Context, system string) (*workflow.Overview, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o, ok := s.overviews[system]; ok {
		return copyOf(o), nil
	}
	return &workflow.Overview{System: system}, nil
}

// SaveOverview keeps an overview; stale when its revision is not the next.
func (s *Store) SaveOverview(_ context.Context, o *workflow.Overview, e workflow.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := int64(0)
	if old, ok := s.overviews[o.System]; ok {
		was = old.Revision
	}
	if o.Revision != was+1 {
		return stale()
	}
	if s.overviews == nil {
		s.overviews = map[string]*workflow.Overview{}
	}
	s.overviews[o.System] = copyOf(o)
	s.note(e)
	return nil
}

// Attachments lists every version ever attached to a case, oldest first.
func (s *Store) Attachments(_ context.Context, caseID string) ([]workflow.Attachment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []workflow.Attachment
	for _, a := range s.attachments {
		if a.Case == caseID {
			out = append(out, a)
		}
	}
	return out, nil
}

// Attachment finds one version by id.
func (s *Store) Attachment(_ context.Context, id string) (workflow.Attachment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.attachments {
		if a.ID == id {
			return a, nil
		}
	}
	return workflow.Attachment{}, missing("attachment", id)
}

// AddAttachment keeps a version; stale when its slot already has it.
func (s *Store) AddAttachment(_ context.Context, a workflow.Attachment, e workflow.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, old := range s.attachments {
		if old.ID == a.ID || old.Case == a.Case && old.Slot == a.Slot && old.Version == a.Version {
			return stale()
		}
	}
	s.attachments = append(s.attachments, a)
	s.note(e)
	return nil
}

// RemoveAttachment marks a version as removed; stale when it is already.
func (s *Store) RemoveAttachment(_ context.Context, id string, on workflow.Day, e workflow.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, a := range s.attachments {
		if a.ID == id && a.Removed.IsZero() {
			s.attachments[i].Removed = on
			s.note(e)
			return nil
		}
	}
	return stale()
}

// Rely keeps a reliance; the same one again changes nothing.
func (s *Store) Rely(_ context.Context, r workflow.Reliance) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, old := range s.reliances {
		if old.Attachment == r.Attachment && old.Kind == r.Kind && old.Ref == r.Ref {
			return nil
		}
	}
	s.reliances = append(s.reliances, r)
	return nil
}

// Reliances lists what relies on the attachments of a case, oldest first.
func (s *Store) Reliances(_ context.Context, caseID string) ([]workflow.Reliance, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := map[string]bool{}
	for _, a := range s.attachments {
		of[a.ID] = a.Case == caseID
	}
	var out []workflow.Reliance
	for _, r := range s.reliances {
		if of[r.Attachment] {
			out = append(out, r)
		}
	}
	return out, nil
}

// Content gives the content a version was sent with, nil when it was not sent.
func (s *Store) Content(_ context.Context, caseID string, version int) (*workflow.Content, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.sentAs(caseID, version); ok {
		c = copyOf(c)
		return &c, nil
	}
	return nil, nil
}

func (s *Store) sentAs(caseID string, version int) (workflow.Content, bool) {
	for _, c := range s.sent {
		if c.Case == caseID && c.Version == version {
			return c, true
		}
	}
	return workflow.Content{}, false
}
