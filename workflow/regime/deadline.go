package regime

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"
)

// Unit is what a deadline counts.
type Unit string

// The units of a deadline: days of the calendar, days offices of the State
// work, months, hours from the moment of the event.
const (
	Hours        Unit = "hour"
	CalendarDays Unit = "day"
	WorkingDays  Unit = "working_day"
	Months       Unit = "month"
)

// MonthDay is a day of any year, written 12-20 in the files.
type MonthDay struct {
	Month time.Month
	Day   int
}

// In gives the day in a year.
func (m MonthDay) In(year int) Day { return NewDay(year, m.Month, m.Day) }

// UnmarshalText reads the form 12-20.
func (m *MonthDay) UnmarshalText(b []byte) error {
	d, err := ParseDay("2001-" + string(b))
	if err != nil {
		return fmt.Errorf("%q is not a day of the form 12-20", b)
	}
	*m = MonthDay{d.Month(), d.DayOfMonth()}
	return nil
}

// Window is the span of days a yearly report speaks of, both days included; a
// From later in the year than To lies in the year before.
type Window struct {
	From MonthDay `yaml:"from"`
	To   MonthDay `yaml:"to"`
}

// Deadline is one rule of time: a term that runs from an event, an interval
// between checks, a yearly report date, one fixed date, or the statement that
// the law sets none. Also names a yes/no fact that brings a system under the rule
// whatever its level; Counting is given where how we count is not the rule's own word. It has exactly one of Unit, Before, Until and Silent.
type Deadline struct {
	Key       string     `yaml:"key"`
	Name      string     `yaml:"name"` // in Vietnamese, for people
	Amount    int        `yaml:"amount"`
	Unit      Unit       `yaml:"unit"`
	Starts    string     `yaml:"starts"` // the event whose day is not counted, a machine word
	Levels    []int      `yaml:"levels"`
	Also      string     `yaml:"also"`
	Counting  *Counting  `yaml:"counting"`
	Scope     string     `yaml:"scope"`  // of an interval: system or organisation
	Before    *MonthDay  `yaml:"before"` // yearly: the last day is the one before
	Until     Day        `yaml:"until_before"`
	MinBefore int        `yaml:"min_before"` // also at least so many days before the day acted on
	Window    *Window    `yaml:"window"`
	Remind    bool       `yaml:"remind"` // passing it reminds and leaves no overdue mark
	Silent    bool       `yaml:"silent"` // the law sets nothing and neither do we
	Basis     []Citation `yaml:"basis"`  // of a design rule: where its number was taken from
	Origin    Origin     `yaml:"origin"`
	Verified  Verified   `yaml:"verified"`
	Note      string     `yaml:"note"`
	line      int
}

// Counting marks a way of counting that the text of the rule leaves open: where
// it comes from, how far it was checked, and what else could be meant.
type Counting struct {
	Origin   Origin   `yaml:"origin" json:"origin"`
	Verified Verified `yaml:"verified" json:"verified"`
	Note     string   `yaml:"note" json:"note"` // in Vietnamese, for people
}

// UnmarshalYAML reads a deadline and remembers its line.
func (d *Deadline) UnmarshalYAML(n *yaml.Node) (err error) {
	type plain Deadline
	d.line, err = node(n, (*plain)(d))
	return err
}

// WindowIn gives the first and last day the report of a year speaks of; ok is
// false when the rule sets no window.
func (d *Deadline) WindowIn(year int) (from, to Day, ok bool) {
	if d.Window == nil {
		return Day{}, Day{}, false
	}
	from, to = d.Window.From.In(year), d.Window.To.In(year)
	if from.After(to) {
		from = d.Window.From.In(year - 1)
	}
	return from, to, true
}

// readDeadlines reads the deadlines of one regime by their key. Its error lists
// every Fault found.
func readDeadlines(files fs.FS, name string) (map[string]*Deadline, error) {
	var raw struct {
		Deadlines []*Deadline `yaml:"deadlines"`
	}
	if err := decode(files, name, &raw); err != nil {
		return nil, err
	}
	if len(raw.Deadlines) == 0 {
		return nil, Fault{File: name, Reason: "holds no deadline"}
	}
	out := map[string]*Deadline{}
	var faults []error
	for i, d := range raw.Deadlines {
		if d == nil {
			faults = append(faults, Fault{File: name, Reason: fmt.Sprintf("deadline %d is empty", i+1)})
			continue
		}
		reasons := d.check()
		if _, twice := out[d.Key]; twice {
			reasons = append(reasons, "is named twice")
		}
		for _, r := range reasons {
			faults = append(faults, Fault{File: name, Line: d.line, Reason: d.Key + ": " + r})
		}
		out[d.Key] = d
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return out, nil
}

var dlKey = regexp.MustCompile(`^[DIR](-[A-Z0-9]+)+$`)

func (d *Deadline) check() (reasons []string) {
	bad := func(when bool, reason string) {
		if when {
			reasons = append(reasons, reason)
		}
	}
	kinds := 0
	for _, has := range []bool{d.Unit != "", d.Before != nil, !d.Until.IsZero(), d.Silent} {
		if has {
			kinds++
		}
	}
	bad(!dlKey.MatchString(d.Key), "the key is not of the form D-APP-3")
	bad(d.Name == "", "has no name")
	bad(kinds != 1, "needs exactly one of unit, before, until_before and silent")
	bad(!slices.Contains([]Unit{"", CalendarDays, WorkingDays, Months, Hours}, d.Unit), "unknown unit "+string(d.Unit))
	bad(d.Amount < 0 || d.MinBefore < 0, "counts below nothing")
	bad(d.Unit == "" && (d.Amount != 0 || d.MinBefore != 0 || d.Starts != ""), "amount, min_before and starts need a unit")
	bad(d.Unit != "" && d.Starts == "", "does not say what it starts from")
	bad(d.MinBefore > 0 && d.Unit != CalendarDays, "min_before counts days of the calendar")
	bad(d.Counting != nil && (!d.Counting.valid() || d.Silent), "counting needs origin, mark and note, and something to count")
	bad(d.Window != nil && d.Before == nil, "window belongs to a yearly report")
	bad(!slices.Contains([]string{"", "system", "organisation"}, d.Scope), "unknown scope "+d.Scope)
	bad(!d.Origin.valid(), "unknown origin "+string(d.Origin))
	bad(d.Silent && d.Origin == Law, "a silent rule is no law")
	bad(d.Verified == "" || !d.Verified.valid(), "unknown mark "+string(d.Verified))
	bad(d.Origin != Design && len(d.Basis) == 0, "cites nothing")
	for _, l := range d.Levels {
		bad(l < 1 || l > 5, fmt.Sprintf("no level %d", l))
	}
	for _, c := range d.Basis {
		if err := c.Check(); err != nil {
			reasons = append(reasons, err.Error())
		}
	}
	return reasons
}

func (c *Counting) valid() bool {
	return c.Origin.valid() && c.Verified != "" && c.Verified.valid() && c.Note != ""
}

// For tells whether the rule speaks to a system of a level with these facts.
func (d *Deadline) For(level int, f Facts) bool {
	if d.Also != "" && f[d.Also] == true {
		return true
	}
	return slices.Contains(d.Levels, level)
}
