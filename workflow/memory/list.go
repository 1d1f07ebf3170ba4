package memory

import (
	"context"
	"slices"

	"capdo/workflow"
)

// SystemsOf finds systems by their ids.
func (s *Store) SystemsOf(_ context.Context, ids []string) ([]*workflow.System, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*workflow.System
	for id, sys := range s.systems {
		if slices.Contains(ids, id) {
			out = append(out, copyOf(sys))
		}
	}
	return out, nil
}
