package workflow

import "context"

// crashed is the reason of a number that a crash left reserved.
const crashed = "left_by_a_crash"

// Sweeper ends what steps left behind that were never kept.
type Sweeper interface {
	// SweepNumbers voids, in one transaction and with the reason, every number
	// that a step has reserved and no step has used, and gives them as they are
	// now. A clerk's own reservation belongs to no step and stays.
	SweepNumbers(ctx context.Context, reason string) ([]Number, error)
}

// SweepNumbers voids the numbers that steps of an earlier run reserved and did
// not keep, because the program was ended between the two. It is for the start
// of the server, before the first request: at that moment no step of ours is
// under way. A step of another process over the same database would be refused
// as stale and leave nothing. A number that is void stays in its book and is
// never given again (NĐ 30/2020 Đ15).
func (s *Service) SweepNumbers(ctx context.Context) ([]Number, error) {
	return s.Store.SweepNumbers(ctx, crashed)
}
