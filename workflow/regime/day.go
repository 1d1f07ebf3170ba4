package regime

import (
	"fmt"
	"time"
)

// Day is a legal date: a calendar day without clock or zone. The zero Day
// means "no day". Days compare with ==, Before and After.
type Day struct {
	y int
	m time.Month
	d int
}

// Zone is the only zone a moment is turned into a Day in: Asia/Ho_Chi_Minh,
// seven hours ahead of UTC all year, whatever TZ the process runs under.
var Zone = time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60)

// NewDay gives the day of the given numbers; overflowing numbers roll over as
// in time.Date.
func NewDay(year int, month time.Month, day int) Day {
	return dayOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DayOf gives the day a moment falls on in Asia/Ho_Chi_Minh.
func DayOf(t time.Time) Day { return dayOf(t.In(Zone)) }

func dayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Day{y, m, d}
}

// ParseDay reads an ISO day (2022-01-13). A day that does not exist is an error.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Day{}, fmt.Errorf("%q is not a day of the form 2022-01-13", s)
	}
	return dayOf(t), nil
}

func (d Day) time() time.Time { return time.Date(d.y, d.m, d.d, 0, 0, 0, 0, time.UTC) }

// Start is the first moment of the day in Asia/Ho_Chi_Minh.
func (d Day) Start() time.Time { return time.Date(d.y, d.m, d.d, 0, 0, 0, 0, Zone) }

// Year, Month and DayOfMonth are the parts of the day.
func (d Day) Year() int { return d.y }

// Month is the month of the day.
func (d Day) Month() time.Month { return d.m }

// DayOfMonth is the day's number in its month, from 1.
func (d Day) DayOfMonth() int { return d.d }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.time().Weekday() }

// IsZero tells whether no day is given.
func (d Day) IsZero() bool { return d == Day{} }

// Before tells whether d lies before o.
func (d Day) Before(o Day) bool { return d.time().Before(o.time()) }

// After tells whether d lies after o.
func (d Day) After(o Day) bool { return d.time().After(o.time()) }

// AddDays moves by n days of the calendar, back when n is negative.
func (d Day) AddDays(n int) Day { return dayOf(d.time().AddDate(0, 0, n)) }

// AddMonths moves by n months and keeps the number of the day; where the month
// lacks it, the last day of the month is taken (Bộ luật Dân sự 2015 Đ148 k3).
func (d Day) AddMonths(n int) Day {
	first := time.Date(d.y, d.m+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Day{first.Year(), first.Month(), min(d.d, last)}
}

// String writes the ISO form, or nothing for the zero Day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.y, int(d.m), d.d)
}

// MarshalText writes the ISO form, so that JSON and YAML carry plain days.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the ISO form; the empty text is the zero Day.
func (d *Day) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Day{}
		return nil
	}
	p, err := ParseDay(string(b))
	if err != nil {
		return err
	}
	*d = p
	return nil
}

// Sub counts the days from o to d; below zero when d is earlier.
func (d Day) Sub(o Day) int { return int(d.time().Sub(o.time()).Hours()) / 24 }
