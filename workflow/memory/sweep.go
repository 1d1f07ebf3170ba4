package memory

import (
	"context"

	"capdo/workflow"
)

// SweepNumbers voids what steps have reserved and not used.
func (s *Store) SweepNumbers(_ context.Context, reason string) ([]workflow.Number, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []workflow.Number
	for i, n := range s.numbers {
		if n.State == workflow.Reserved && n.Case != "" {
			s.numbers[i].State, s.numbers[i].Reason = workflow.Void, reason
			out = append(out, s.numbers[i])
		}
	}
	return out, nil
}
