package workflow

import "context"

// Figures is what a dashboard counts of an owner: a system belongs to its first
// owner, a case to that of its system. What depends on the day is that of the day
// asked for.
type Figures struct {
	Systems   []SystemCount
	Operators []OperatorCount // by operator and state
	Open      []StateCount    // dossiers neither decided nor ended, by state
	Delayed   map[string]int  // systems with something overdue, by operator
	Late      int             // running cases that waited for a day before
	Coming    int             // checks whose last day lies within comingDays, and that are not late
}

// SystemCount counts the systems of an owner that are alike in all of this.
type SystemCount struct {
	State    string
	Level    int    // in force, 0 for none
	Regime   string // of the level
	Year     int    // in which it was decided
	Deployed string // how far the plan of a system with a level is: none, partial, full; empty where nothing tells
	N        int
}

// OperatorCount is how far the systems of one operator in one state have come.
type OperatorCount struct {
	Operator, State string // Operator is empty where several operate and none leads
	N, Levelled     int
}

// Counter counts without reading what it counts.
type Counter interface {
	// CountByLevel counts all systems by their level in force, 0 for none.
	CountByLevel(ctx context.Context) (map[int]int, error)
	// Figures counts the systems and cases of an owner as of a day, in the order
	// of what they are counted by.
	Figures(ctx context.Context, owner string, on Day) (Figures, error)
	// LateCases lists the running cases of an owner that waited for a day before
	// this one, the longest first.
	LateCases(ctx context.Context, owner string, on Day, limit int) ([]*Case, error)
	// ComingChecks lists the checks of an owner that Figures counts as coming, the
	// nearest first.
	ComingChecks(ctx context.Context, owner string, on Day, limit int) ([]*Case, error)
	// CountMarked counts the running cases that have missed a deadline.
	CountMarked(ctx context.Context) (int, error)
}

// Coming is the last day of those checks that come.
func Coming(today Day) Day { return today.AddDays(comingDays) }

// Over tells of a case that is decided or has ended.
func (c *Case) Over() bool { return c.Stage == "in_force" || c.Stage == "closed" }

// Deadline is the day a running case waits for, zero for none and for one whose
// passing only reminds.
func (c *Case) Deadline() Day {
	if c.Over() || c.Due != nil && c.Due.Remind {
		return Day{}
	}
	return c.NextDue()
}

// CheckBy is the last day of a running check that is not concluded.
func (c *Case) CheckBy() Day {
	if c.Over() || c.Inspection == nil || !c.Inspection.Concluded.IsZero() {
		return Day{}
	}
	return c.Inspection.NextDue
}

// OperatedBy is the office that operates the system on a day; empty where several
// do and none leads.
func (s *System) OperatedBy(on Day) string { return parties{sys: s, day: on}.operator() }

// Deployed is how far the plan was deployed when the system went into operation:
// partial, full, or nothing where it did not.
func (s *System) Deployed() string {
	if s.Operation == nil {
		return ""
	}
	return map[string]string{"all": "full", "part": "partial"}[s.Operation.Measures]
}
