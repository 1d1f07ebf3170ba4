package workflow

import "context"

// GoalStore keeps what reports and the province's goals rest on beside systems,
// cases and the register. Its parts are small, each with its noun.
type GoalStore interface {
	ReportStore
	StatementStore
	DutyStore
	LayerStore
	PlanStore
}

// Capacities an office may hold in a system, as the roles speak for them.
const (
	operatorCapacity = "operator"
	sduCapacity      = "sdu"
	ownerCapacity    = "owner"
)

// RegimeCount counts rows of one level under one rule set: levels of different
// rule sets are never added up without saying so.
type RegimeCount struct {
	Regime string `json:"regime"`
	Level  int    `json:"level"`
	N      int    `json:"n"`
}

// countLevel adds one row to the counts, which stay in the order met.
func countLevel(list []RegimeCount, regime string, level int) []RegimeCount {
	for i := range list {
		if list[i].Regime == regime && list[i].Level == level {
			list[i].N++
			return list
		}
	}
	return append(list, RegimeCount{regime, level, 1})
}

// MayKeep tells whether a person may state for an office what its reports rest
// on, and record what it has done: some running grant of his in that very office
// allows it.
func (s *Service) MayKeep(ctx context.Context, who, office string) error {
	if who == Console {
		return nil
	}
	p, err := s.Store.Person(ctx, who)
	if err != nil {
		return err
	}
	if no := s.house(p, "keep_records", office); no != nil {
		return no
	}
	return nil
}
