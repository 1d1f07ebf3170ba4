package workflow

import (
	"context"
	"math"
)

// AuditQuery narrows the history of everything: who acted, which act, on which
// system, refusals only, the house only. Before is where to go on, 0 for the newest.
type AuditQuery struct {
	Person, Act, System string
	Refused, House      bool
	Before              int64
	Limit               int // 0: 50
}

// Audit is every event there is, newest first; next is where to go on, 0 at the
// end. For those who verify; the history of the house, also for those who
// administer.
func (s *Service) Audit(ctx context.Context, who string, q AuditQuery) (list []Event, next int64, err error) {
	if q.House {
		err = s.keepsOrVerifies(ctx, who)
	} else {
		err = s.verifies(ctx, who)
	}
	if err != nil {
		return nil, 0, err
	}
	most := limitOf(q.Limit)
	if q.Before == 0 {
		q.Before = math.MaxInt64
	}
	list, err = s.Store.Events(ctx, EventQuery{All: true, House: q.House, System: q.System, Person: q.Person, Act: q.Act, Refused: q.Refused, Before: q.Before, Limit: most + 1})
	if err == nil && len(list) > most {
		list = list[:most]
		next = list[most-1].Seq
	}
	return list, next, err
}

// verifies asks the right to verify, which comes with the sight of everything.
func (s *Service) verifies(ctx context.Context, who string) error {
	p, err := s.Store.Person(ctx, who)
	if err != nil {
		return err
	}
	if s.house(p, "verify", "") == nil {
		return nil
	}
	return &Problem{Kind: Denied, Key: "house.denied", Args: map[string]string{"act": "verify"}, Can: s.mayDo("verify")}
}

// MayHouseAnywhere tells whether a person has a right of the house in any office
// today.
func (s *Service) MayHouseAnywhere(ctx context.Context, who, act string) bool {
	p, err := s.Store.Person(ctx, who)
	return err == nil && s.house(p, act, "") == nil
}
