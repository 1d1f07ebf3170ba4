package regime

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Why says what counting made of a day.
type Why string

// The words of counting. They are keys of messages, not text for people.
const (
	FirstDayExcluded Why = "first_day_excluded" // the day of the event
	Counted          Why = "counted"
	CountedMakeUp    Why = "make_up_work" // a weekend day worked, counted as a working day
	SkippedWeekend   Why = "weekend"
	SkippedHoliday   Why = "holiday"
	SkippedSwapOff   Why = "swap_off"
	ClockStarts      Why = "clock_starts" // the moment of the event, for a term in hours
	RunsThrough      Why = "runs_through" // a day that hours run through, rest days too
	Rolled           Why = "rolled"       // the working day a term that ended on a rest day ends on
)

// CountedDay is one day of a computation, in the order it was looked at.
type CountedDay struct {
	Day     Day
	Counted int // running number; 0 when the day does not count
	Why     Why
	Name    string // of the holiday or swapped day, in Vietnamese
}

// Computation is a deadline worked out, with the way there.
type Computation struct {
	Rule        string
	From        Day
	Due         Day  // the last day, which ends at 24:00; zero when None
	Before      Day  // the day named by a rule of the form "before X"; zero otherwise
	None        bool // no deadline is set
	Remind      bool // passing it leaves no overdue mark
	Origin      Origin
	Basis       []Citation
	Counting    *Counting `json:",omitempty"` // where how it was counted is not the rule's own word; nil otherwise
	At          time.Time `json:",omitzero"`  // of a term in hours: its last moment; zero where only the day of the event is known
	Provisional bool      // months whose year has no calendar: the day is not rolled yet
	Unverified  []Day     // days no source backs that the count looked at
	Steps       []CountedDay
}

// dlCount is a count under way.
type dlCount struct {
	c *Calendar
	o *Computation
}

// Due works out the last day of a rule that begins on from, which is not itself
// counted (Bộ luật Dân sự 2015 Đ147 k2). start is the day acted on, for rules
// with MinBefore; zero leaves that half out. The error is a *CalendarGap when
// days are counted in a year without a calendar. Yearly reports go by DueIn.
func (c *Calendar) Due(dl *Deadline, from, start Day) (Computation, error) {
	o := dlStart(dl, from)
	switch {
	case dl.Silent:
		o.None = true
		return o, nil
	case !dl.Until.IsZero():
		o.Before, o.Due = dl.Until, dl.Until.AddDays(-1)
		return o, nil
	case dl.Before != nil:
		return Computation{}, fmt.Errorf("%s is a yearly date: it is worked out from a year", dl.Key)
	case from.IsZero():
		return Computation{}, fmt.Errorf("%s needs the day it begins on", dl.Key)
	}
	n := dlCount{c, &o}
	if dl.Unit == Hours {
		n.hours(from.Start(), dl.Amount)
		return o, nil
	}
	n.step(from, 0, FirstDayExcluded, "")
	if dl.Amount == 0 {
		o.Due = from
		return o, nil
	}
	var err error
	switch dl.Unit {
	case WorkingDays:
		err = n.workingDays(from, dl.Amount)
	case Months:
		err = n.months(from, dl.Amount)
	default:
		err = n.calendarDays(from, dl.Amount)
	}
	if err != nil {
		return Computation{}, err
	}
	if dl.MinBefore > 0 && !start.IsZero() {
		n.notLaterThan(start, dl.MinBefore)
	}
	return o, nil
}

// DueAt works out a term from a moment. Hours run to the minute; every other
// unit counts from the day of the moment in Asia/Ho_Chi_Minh, as Due does.
func (c *Calendar) DueAt(dl *Deadline, from time.Time, start Day) (Computation, error) {
	o, err := c.Due(dl, DayOf(from), start)
	if err == nil && dl.Unit == Hours {
		o.Steps = nil
		dlCount{c, &o}.hours(from, dl.Amount)
		o.At = from.In(Zone).Add(time.Duration(dl.Amount) * time.Hour)
	}
	return o, err
}

// DueIn works out the last day of a yearly report: "before 20/12" ends with
// 19/12 and is not rolled (a reading, strict). Silent rules give None.
func (c *Calendar) DueIn(dl *Deadline, year int) (Computation, error) {
	o := dlStart(dl, Day{})
	switch {
	case dl.Silent:
		o.None = true
	case dl.Before == nil:
		return Computation{}, fmt.Errorf("%s is no yearly date: it is worked out from a day", dl.Key)
	default:
		o.Before = dl.Before.In(year)
		o.Due = o.Before.AddDays(-1)
	}
	return o, nil
}

func dlStart(dl *Deadline, from Day) Computation {
	return Computation{Rule: dl.Key, From: from, Origin: dl.Origin, Basis: dl.Basis, Remind: dl.Remind, Counting: dl.Counting}
}

func (n dlCount) step(d Day, number int, why Why, name string) {
	n.o.Steps = append(n.o.Steps, CountedDay{Day: d, Counted: number, Why: why, Name: name})
}

// look asks the calendar and remembers a day no source backs, because the
// answer leans on it.
func (n dlCount) look(d Day) (DayInfo, error) {
	i, err := n.c.Rest(d)
	if err == nil && i.Verified == Unverified && !slices.Contains(n.o.Unverified, d) {
		n.o.Unverified = append(n.o.Unverified, d)
	}
	return i, err
}

// hours run from the moment of the event through nights and rest days: no text
// stops them (a reading). Where only the day is known they run from its first
// moment, so that the day named is never too late.
func (n dlCount) hours(from time.Time, amount int) {
	first, last := DayOf(from), DayOf(from.Add(time.Duration(amount)*time.Hour))
	n.step(first, 0, ClockStarts, "")
	for d := first.AddDays(1); d.Before(last); d = d.AddDays(1) {
		n.step(d, 0, RunsThrough, "")
	}
	if first != last {
		n.step(last, amount, RunsThrough, "")
	}
	n.o.Due = last
}

// calendarDays counts every day and rolls the last one (Đ148 k5).
func (n dlCount) calendarDays(from Day, amount int) error {
	for k := 1; k <= amount; k++ {
		d := from.AddDays(k)
		i, err := n.c.Rest(d)
		if err != nil {
			return err
		}
		n.step(d, k, Counted, i.Name)
	}
	due, err := n.roll(from.AddDays(amount))
	n.o.Due = due
	return err
}

// workingDays counts only days offices of the State work.
func (n dlCount) workingDays(from Day, amount int) error {
	d := from
	for k := 0; k < amount; {
		d = d.AddDays(1)
		i, err := n.look(d)
		if err != nil {
			return err
		}
		if !i.Working() {
			n.step(d, 0, Why(i.Kind), i.Name)
			continue
		}
		k++
		why := Counted
		if i.Kind == MakeUpWork {
			why = CountedMakeUp
		}
		n.step(d, k, why, i.Name)
	}
	n.o.Due = d
	return nil
}

// months keeps the number of the day or takes the last one of the month (Đ148
// k3, k4) and rolls it; without a calendar the day stays as it is, provisional.
func (n dlCount) months(from Day, amount int) error {
	last := from.AddMonths(amount)
	steps := len(n.o.Steps)
	n.step(last, amount, Counted, "")
	due, err := n.roll(last)
	var gap *CalendarGap
	if errors.As(err, &gap) {
		n.o.Steps, n.o.Unverified = n.o.Steps[:steps+1], nil
		n.o.Due, n.o.Provisional = last, true
		return nil
	}
	n.o.Due = due
	return err
}

// roll moves a last day on which offices of the State rest to the next working
// day. The last day itself is already among the steps.
func (n dlCount) roll(last Day) (Day, error) {
	i, err := n.look(last)
	if err != nil {
		return Day{}, err
	}
	n.o.Steps[len(n.o.Steps)-1].Name = i.Name
	for d := last; !i.Working(); {
		d = d.AddDays(1)
		if i, err = n.look(d); err != nil {
			return Day{}, err
		}
		if i.Working() {
			n.step(d, 0, Rolled, i.Name)
			return d, nil
		}
		n.step(d, 0, Why(i.Kind), i.Name)
	}
	return last, nil
}

// notLaterThan holds the last day at least some days before the day acted on.
// That limit looks backward, so nothing rolls it; where it comes first, it is
// the way shown.
func (n dlCount) notLaterThan(start Day, days int) {
	limit := start.AddDays(-days)
	if !limit.Before(n.o.Due) {
		return
	}
	n.o.Due, n.o.Steps, n.o.Unverified = limit, nil, nil
	n.step(start, 0, FirstDayExcluded, "")
	for k := 1; k <= days; k++ {
		n.step(start.AddDays(-k), k, Counted, "")
	}
}
