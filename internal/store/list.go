package store

import (
	"context"

	"capdo/workflow"
)

// SystemsOf finds systems by their ids.
func (s *Store) SystemsOf(ctx context.Context, ids []string) ([]*workflow.System, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return bodies[*workflow.System](s.read(ctx), "SELECT body FROM systems WHERE id IN ?", ids)
}

// OwnerIDs lists the offices that own a system.
func (s *Store) OwnerIDs(ctx context.Context) (ids []string, err error) {
	err = s.read(ctx).Raw("SELECT DISTINCT owner FROM systems WHERE owner <> '' ORDER BY owner").Scan(&ids).Error
	return ids, err
}
