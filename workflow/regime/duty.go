package regime

import (
	"errors"
	"io/fs"
	"slices"

	"go.yaml.in/yaml/v4"
)

// Duty is one standing duty after approval: what an office owes, again and
// again, once by a day, or when something happens. It is read from duties.yaml.
type Duty struct {
	Key      string     `yaml:"key"`
	Name     string     `yaml:"name"` // in Vietnamese, for people
	Who      []string   `yaml:"who"`  // capacities: operator, sdu, owner
	Levels   []int      `yaml:"levels"`
	Kind     string     `yaml:"kind"` // daily, interval, yearly, dates, fixed, event, undated
	Rule     string     `yaml:"rule"` // deadline of the regime; its article and origin stand where the duty names none
	Before   []MonthDay `yaml:"before"`
	Basis    []Citation `yaml:"basis"`
	Origin   Origin     `yaml:"origin"`
	Verified Verified   `yaml:"verified"`
	Note     string     `yaml:"note"`
	line     int
}

// DutyKinds is the closed list of how a duty falls due: every day, at an
// interval from the last time, by a yearly report date, on named days of each
// year, once by a day, from an event, or without a date.
var DutyKinds = []string{"daily", "interval", "yearly", "dates", "fixed", "event", "undated"}

// UnmarshalYAML reads a duty and remembers its line.
func (d *Duty) UnmarshalYAML(n *yaml.Node) error {
	type plain Duty
	line, err := node(n, (*plain)(d))
	d.line = line
	return err
}

// readDuties reads the duties of a regime, none where it has no file. What a
// duty leaves out is taken from its deadline. Its error lists every Fault found.
func readDuties(files fs.FS, name string, deadlines map[string]*Deadline) ([]Duty, error) {
	if _, err := fs.Stat(files, name); err != nil {
		return nil, nil
	}
	var raw struct {
		Duties []Duty `yaml:"duties"`
	}
	if err := decode(files, name, &raw); err != nil {
		return nil, err
	}
	var faults []error
	seen := map[string]bool{}
	for i := range raw.Duties {
		d := &raw.Duties[i]
		reasons := d.settle(deadlines)
		if d.Key == "" || d.Name == "" || seen[d.Key] {
			reasons = append(reasons, "has no key or name, or is named twice")
		}
		seen[d.Key] = true
		for _, r := range reasons {
			faults = append(faults, Fault{name, d.line, d.Key + ": " + r})
		}
	}
	return raw.Duties, errors.Join(faults...)
}

// settle takes from the deadline what the duty leaves out and tells what is
// wrong with the rest.
func (d *Duty) settle(deadlines map[string]*Deadline) (reasons []string) {
	rule, has := deadlines[d.Rule]
	if has {
		if len(d.Basis) == 0 {
			d.Basis = rule.Basis
		}
		if d.Origin == "" {
			d.Origin = rule.Origin
		}
		if d.Verified == "" {
			d.Verified = rule.Verified
		}
		if len(d.Levels) == 0 {
			d.Levels = rule.Levels
		}
	}
	bad := func(when bool, reason string) {
		if when {
			reasons = append(reasons, reason)
		}
	}
	bad(d.Rule != "" && !has, "no deadline "+d.Rule)
	bad(has && rule.Silent, d.Rule+" sets nothing")
	bad(!slices.Contains(DutyKinds, d.Kind), "unknown kind "+d.Kind)
	bad(!d.fits(rule), "the kind "+d.Kind+" does not go with its rule or days")
	bad(len(d.Who) == 0, "names nobody (who)")
	for _, w := range d.Who {
		bad(!slices.Contains([]string{"operator", "sdu", "owner"}, w), "unknown capacity "+w)
	}
	bad(!d.Verified.valid() || d.Verified == "", "unknown mark "+string(d.Verified))
	return append(append(reasons, rests(d.Basis, d.Origin)...), levelFaults(d.Levels)...)
}

// fits tells whether the kind of a duty goes with the deadline it names.
func (d *Duty) fits(rule *Deadline) bool {
	switch d.Kind {
	case "interval":
		return rule != nil && rule.Unit != "" && rule.Amount > 0
	case "yearly":
		return rule != nil && rule.Before != nil
	case "fixed":
		return rule != nil && !rule.Until.IsZero()
	case "event":
		return rule != nil && rule.Unit != ""
	case "dates":
		return rule == nil && len(d.Before) > 0
	}
	return rule == nil && len(d.Before) == 0
}
