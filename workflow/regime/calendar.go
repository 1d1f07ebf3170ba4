package regime

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v4"
)

// DayKind says what the calendar makes of a day.
type DayKind string

// The kinds of days. A holiday may also be a day off given back for a holiday
// that met a weekend (DayInfo.For names that holiday); a swapped day off is paid
// for by a make-up working day.
const (
	WorkingDay DayKind = "working"
	Weekend    DayKind = "weekend"
	Holiday    DayKind = "holiday"
	SwapOff    DayKind = "swap_off"
	MakeUpWork DayKind = "make_up_work"
)

// DayInfo is what is known of one day. Name, Source and Verified are empty for
// ordinary weekdays and weekends, which no row of the calendar names.
type DayInfo struct {
	Day      Day
	Kind     DayKind
	For      Day // the holiday given back, or the other day of a swap
	Name     string
	Source   string
	Verified Verified
}

// Working tells whether offices of the State work on the day.
func (i DayInfo) Working() bool { return i.Kind == WorkingDay || i.Kind == MakeUpWork }

// Calendar holds the working calendars of whole years. A year it does not hold
// is a gap, never a guess. It does not change after it is made.
type Calendar struct {
	years map[int]map[Day]DayInfo
}

// CalendarGap is the error of asking about a year without a calendar.
type CalendarGap struct{ Year int }

// Error names the year.
func (g *CalendarGap) Error() string {
	return fmt.Sprintf("no working calendar for the year %d", g.Year)
}

type calFile struct {
	Year int      `yaml:"year"`
	Days []calRow `yaml:"days"`
}

type calRow struct {
	Day      string   `yaml:"day"`
	Kind     string   `yaml:"kind"`
	For      string   `yaml:"for"`
	Name     string   `yaml:"name"`
	Source   string   `yaml:"source"`
	Verified Verified `yaml:"verified"`
	line     int
}

// UnmarshalYAML reads a row and remembers its line.
func (r *calRow) UnmarshalYAML(n *yaml.Node) error {
	type plain calRow
	line, err := node(n, (*plain)(r))
	r.line = line
	return err
}

// readCalendars reads every year of a folder. Its error lists every Fault found.
func readCalendars(files fs.FS, dir string) (*Calendar, error) {
	names, err := fs.Glob(files, dir+"/*.yaml")
	if err != nil || len(names) == 0 {
		return nil, Fault{File: dir, Reason: "holds no calendar"}
	}
	c := &Calendar{years: map[int]map[Day]DayInfo{}}
	var faults []error
	for _, name := range names {
		if err := c.calRead(files, name); err != nil {
			faults = append(faults, err)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Calendar) calRead(files fs.FS, name string) error {
	var f calFile
	if err := decode(files, name, &f); err != nil {
		return err
	}
	if path.Base(name) != strconv.Itoa(f.Year)+".yaml" {
		return Fault{File: name, Reason: fmt.Sprintf("the year %d is not the name of the file", f.Year)}
	}
	if len(f.Days) == 0 {
		return Fault{File: name, Reason: "names no day"}
	}
	days := map[Day]DayInfo{}
	var faults []error
	for _, r := range f.Days {
		info, err := r.info(f.Year)
		if _, twice := days[info.Day]; err == nil && twice {
			err = fmt.Errorf("%s is named twice", r.Day)
		}
		if err != nil {
			faults = append(faults, Fault{File: name, Line: r.line, Reason: err.Error()})
			continue
		}
		days[info.Day] = info
	}
	c.years[f.Year] = days
	return errors.Join(faults...)
}

func (r calRow) info(year int) (DayInfo, error) {
	d, err := ParseDay(r.Day)
	if err != nil {
		return DayInfo{}, err
	}
	info := DayInfo{Day: d, Name: r.Name, Source: r.Source, Verified: r.Verified}
	if r.For != "" {
		if info.For, err = ParseDay(r.For); err != nil {
			return DayInfo{}, err
		}
	}
	switch r.Kind {
	case "holiday":
		info.Kind = Holiday
	case "swap_off":
		info.Kind = SwapOff
	case "work":
		info.Kind = MakeUpWork
	default:
		return DayInfo{}, fmt.Errorf("unknown kind %q: holiday, swap_off or work", r.Kind)
	}
	switch {
	case d.Year() != year:
		return DayInfo{}, fmt.Errorf("%s is no day of %d", d, year)
	case info.Kind == SwapOff && calWeekend(d), info.Kind == MakeUpWork && !calWeekend(d):
		return DayInfo{}, fmt.Errorf("%s is a %s: a %s does not change it", d, d.Weekday(), r.Kind)
	case r.Name == "" || r.Source == "":
		return DayInfo{}, fmt.Errorf("%s needs a name and a source", d)
	case r.Verified == "" || !r.Verified.valid():
		return DayInfo{}, fmt.Errorf("%s: unknown mark %q: primary, primary-copy, secondary or UNVERIFIED", d, r.Verified)
	}
	return info, nil
}

func calWeekend(d Day) bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}

// With gives a calendar in which one year is replaced: off are its days off
// beside weekends, work its weekend days worked. Days of other years are left
// out, so the caller checks them first. The receiver stays as it is.
func (c *Calendar) With(year int, off, work []Day) *Calendar {
	n := &Calendar{years: map[int]map[Day]DayInfo{}}
	if c != nil {
		maps.Copy(n.years, c.years)
	}
	days := map[Day]DayInfo{}
	for kind, list := range map[DayKind][]Day{Holiday: off, MakeUpWork: work} {
		for _, d := range list {
			if d.Year() == year {
				days[d] = DayInfo{Day: d, Kind: kind}
			}
		}
	}
	n.years[year] = days
	return n
}

// Known tells whether the year has a calendar.
func (c *Calendar) Known(year int) bool {
	_, ok := c.years[year]
	return ok
}

// Years lists the years with a calendar, in order.
func (c *Calendar) Years() []int { return slices.Sorted(maps.Keys(c.years)) }

// Days lists the days a year's calendar names, in order; none for an unknown year.
func (c *Calendar) Days(year int) []DayInfo {
	return slices.SortedFunc(maps.Values(c.years[year]), func(x, y DayInfo) int {
		return calCompare(x.Day, y.Day)
	})
}

// UnverifiedDays lists the days of a year that no source backs yet, in order.
func (c *Calendar) UnverifiedDays(year int) []Day {
	var out []Day
	for _, i := range c.Days(year) {
		if i.Verified == Unverified {
			out = append(out, i.Day)
		}
	}
	return out
}

// Rest tells what kind of day d is; the error is a *CalendarGap for a year
// without a calendar.
func (c *Calendar) Rest(d Day) (DayInfo, error) {
	days, ok := c.years[d.Year()]
	if !ok {
		return DayInfo{}, &CalendarGap{Year: d.Year()}
	}
	if i, ok := days[d]; ok {
		return i, nil
	}
	if calWeekend(d) {
		return DayInfo{Day: d, Kind: Weekend}, nil
	}
	return DayInfo{Day: d, Kind: WorkingDay}, nil
}

// Working tells whether offices of the State work on d; the error is a
// *CalendarGap for a year without a calendar.
func (c *Calendar) Working(d Day) (bool, error) {
	i, err := c.Rest(d)
	return i.Working(), err
}

func calCompare(x, y Day) int {
	switch {
	case x.Before(y):
		return -1
	case x.After(y):
		return 1
	}
	return 0
}
