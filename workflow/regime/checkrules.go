package regime

import (
	"errors"
	"io/fs"
	"slices"
)

// CheckRules says how often systems and owners are checked, and who may do it.
type CheckRules struct {
	Cycles     []Cycle     `yaml:"cycles"`
	Contents   []string    `yaml:"contents"` // what a check may look at
	Performers []Performer `yaml:"performers"`
	Orders     []Order     `yaml:"orders"`
	Counts     struct {
		Levels []int      `yaml:"levels"` // from these an evaluation beside the periodic check moves no date
		Basis  []Citation `yaml:"basis"`
	} `yaml:"evaluations"`
}

// Cycle is an interval between checks: of each system of some levels, of listed
// ones, or of the owner's whole activity.
type Cycle struct {
	Rule   string     `yaml:"rule"`
	Scope  string     `yaml:"scope"` // system | organisation
	Levels []int      `yaml:"levels"`
	Listed bool       `yaml:"listed"`
	Basis  []Citation `yaml:"basis"`
}

// Performer says by which quality a performer may do a check. Every rule that
// fits the check must be met.
type Performer struct {
	Kinds     []string   `yaml:"kinds"`      // periodic, adhoc; empty: both
	Levels    []int      `yaml:"levels"`     // empty: all
	Listed    bool       `yaml:"listed"`     // only systems on the national list, beside Levels
	Contents  []string   `yaml:"contents"`   // empty: whatever it looks at
	ManagedBy []string   `yaml:"managed_by"` // who manages the system; empty: whoever does
	OrderedBy []string   `yaml:"ordered_by"` // capacities; empty: whoever orders it
	After     []string   `yaml:"after"`      // only where one of these triggers came up since the last periodic check
	OneOf     []string   `yaml:"one_of"`
	Basis     []Citation `yaml:"basis"`
	Origin    Origin     `yaml:"origin"`
}

// Fits tells whether the rule speaks of a check. Triggers are those since the
// last periodic check of the system.
func (p *Performer) Fits(k CheckSubject) bool {
	any := func(names, has []string) bool {
		return len(names) == 0 || slices.ContainsFunc(has, func(h string) bool { return slices.Contains(names, h) })
	}
	leveled := len(p.Levels) == 0 && !p.Listed || slices.Contains(p.Levels, k.Level) || p.Listed && k.Listed
	return leveled && any(p.Kinds, []string{k.Kind}) && any(p.Contents, k.Contents) && any(p.ManagedBy, []string{k.ManagedBy}) &&
		any(p.OrderedBy, []string{k.OrderedBy}) && any(p.After, k.Triggers)
}

// CheckSubject is what a check is of, as rules on performers read it.
type CheckSubject struct {
	Kind      string
	Level     int // of the system; 0 for an owner's whole activity
	Listed    bool
	ManagedBy string
	OrderedBy string // capacity
	Contents  []string
	Triggers  []string
}

// Order says on which systems a capacity may order an ad hoc check.
type Order struct {
	Capacity string     `yaml:"capacity"`
	Scope    string     `yaml:"scope"` // own | approved
	Basis    []Citation `yaml:"basis"`
}

// Qualities by which somebody may perform a check.
var Qualities = []string{"licensed", "designated", "public_service", "sdu", "centre", "owner_allowed", "independent_unit"}

// CycleOf finds the interval of a system's checks by its level.
func (c *CheckRules) CycleOf(level int, listed bool) (Cycle, bool) {
	for _, y := range c.Cycles {
		if y.Scope == "system" && (slices.Contains(y.Levels, level) || y.Listed && listed) {
			return y, true
		}
	}
	return Cycle{}, false
}

// CycleOfOwner finds the interval of the checks of an owner's whole activity.
func (c *CheckRules) CycleOfOwner() (Cycle, bool) {
	i := slices.IndexFunc(c.Cycles, func(y Cycle) bool { return y.Scope == "organisation" })
	if i < 0 {
		return Cycle{}, false
	}
	return c.Cycles[i], true
}

func readCheckRules(files fs.FS, name string, r *Regime) (*CheckRules, error) {
	c := &CheckRules{}
	if err := decode(files, name, c); err != nil {
		return nil, err
	}
	var faults []error
	bad := func(when bool, reason string) {
		if when {
			faults = append(faults, Fault{File: name, Reason: reason})
		}
	}
	cites := func(who string, basis []Citation) {
		bad(len(basis) == 0, who+": cites nothing (basis)")
		for _, b := range basis {
			if err := b.Check(); err != nil {
				bad(true, who+": "+err.Error())
			}
		}
	}
	for _, y := range c.Cycles {
		_, known := r.Deadlines[y.Rule]
		bad(!known, "cycles: no interval "+y.Rule)
		bad(y.Scope != "system" && y.Scope != "organisation", y.Rule+": unknown scope "+y.Scope)
		cites(y.Rule, y.Basis)
	}
	for _, p := range c.Performers {
		bad(len(p.OneOf) == 0, "performers: a rule lets nobody perform")
		for _, q := range p.OneOf {
			bad(!slices.Contains(Qualities, q), "performers: unknown quality "+q)
		}
		for _, w := range p.Contents {
			bad(!slices.Contains(c.Contents, w), "performers: unknown content "+w)
		}
		bad(!p.Origin.valid(), "performers: unknown origin")
		cites("performers", p.Basis)
	}
	for _, o := range c.Orders {
		bad(o.Scope != "own" && o.Scope != "approved", "orders: unknown scope "+o.Scope)
		cites("orders", o.Basis)
	}
	cites("evaluations", c.Counts.Basis)
	return c, errors.Join(faults...)
}
