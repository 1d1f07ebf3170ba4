package memory

import (
	"context"
	"maps"
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

// OwnerIDs lists the offices that own a system.
func (s *Store) OwnerIDs(context.Context) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := map[string]bool{}
	for _, sys := range s.systems {
		if len(sys.Owners) > 0 {
			seen[sys.Owners[0]] = true
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}
