package workflow

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"capdo/workflow/regime"
)

// ErrDateShape says that a text is not written as any date we read;
// ErrDateImpossible, that it is, but no such day, month or year exists or it
// lies outside 1990–2100.
var (
	ErrDateShape      = errors.New("not a date of the form 17/8/2020, 4/2019 or 2020")
	ErrDateImpossible = errors.New("no such date between 1990 and 2100")
)

const earliestYear, latestYear = 1990, 2100

// LooseDate is a date known to the day, the month or only the year, as old
// registers record it. It is printed as it was recorded and sorted by the
// interval it stands for. The zero LooseDate means "no date". Equality (==)
// tells apart spellings of one date: 4/2019 and 04/2019.
type LooseDate struct {
	Text             string // as recorded
	Year, Month, Day int    // Month and Day are 0 when unknown
}

// ParseLooseDate reads 17/8/2020, 4/2019 or 2020, days and months with or
// without a leading zero, and the ISO forms 2020-08-17 and 2019-04; space
// around the date is dropped. The error is ErrDateShape or ErrDateImpossible,
// wrapped with the text.
func ParseLooseDate(s string) (LooseDate, error) {
	d := LooseDate{Text: strings.TrimSpace(s)}
	year, month, day, ok := dateParts(d.Text)
	if !ok {
		return LooseDate{}, fmt.Errorf("%q: %w", s, ErrDateShape)
	}
	d.Year, d.Month, d.Day = atoi(year), atoi(month), atoi(day)
	whole := regime.NewDay(d.Year, time.Month(max(d.Month, 1)), max(d.Day, 1))
	switch {
	case d.Year < earliestYear || d.Year > latestYear,
		month != "" && (d.Month < 1 || d.Month > 12),
		day != "" && (d.Day < 1 || whole.DayOfMonth() != d.Day):
		return LooseDate{}, fmt.Errorf("%q: %w", s, ErrDateImpossible)
	}
	return d, nil
}

// dateParts splits a date by its shape; parts that are not given are empty.
func dateParts(s string) (year, month, day string, ok bool) {
	if p := strings.Split(s, "-"); len(p) > 1 {
		ok = len(p) <= 3 && digits(p[0], 4, 4)
		for _, part := range p[1:] {
			ok = ok && digits(part, 2, 2)
		}
		p = append(p, "")
		return p[0], p[1], p[2], ok
	}
	p := strings.Split(s, "/")
	n := len(p)
	ok = n <= 3 && digits(p[n-1], 4, 4)
	for _, part := range p[:n-1] {
		ok = ok && digits(part, 1, 2)
	}
	p = append([]string{"", ""}, p...)
	n = len(p)
	return p[n-1], p[n-2], p[n-3], ok
}

func digits(s string, least, most int) bool {
	return len(s) >= least && len(s) <= most && strings.Trim(s, "0123456789") == ""
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s) // digits only, or empty for "not given"
	return n
}

// LooseOf gives the date of a known day, written as Decree 30/2020 writes days.
func LooseOf(d Day) LooseDate {
	if d.IsZero() {
		return LooseDate{}
	}
	return LooseDate{Year: d.Year(), Month: int(d.Month()), Day: d.DayOfMonth()}.Written()
}

// Written gives the same date written as Decree 30/2020 writes it, whatever the
// spelling it came in: 08/3/2022, 02/2020, 2019; a zero before days below 10 and
// before months 1 and 2.
func (d LooseDate) Written() LooseDate {
	d.Text = strconv.Itoa(d.Year)
	if d.Month > 2 {
		d.Text = fmt.Sprintf("%d/%d", d.Month, d.Year)
	} else if d.Month > 0 {
		d.Text = fmt.Sprintf("%02d/%d", d.Month, d.Year)
	}
	if d.Day > 0 {
		d.Text = fmt.Sprintf("%02d/%s", d.Day, d.Text)
	}
	return d
}

// IsZero tells whether no date is given.
func (d LooseDate) IsZero() bool { return d == LooseDate{} }

// First is the earliest day the date can stand for; the zero Day for no date.
func (d LooseDate) First() Day {
	if d.IsZero() {
		return Day{}
	}
	return regime.NewDay(d.Year, time.Month(max(d.Month, 1)), max(d.Day, 1))
}

// Last is the latest day the date can stand for, from which periods are
// counted; the zero Day for no date.
func (d LooseDate) Last() Day {
	switch {
	case d.IsZero():
		return Day{}
	case d.Day > 0:
		return d.First()
	}
	return regime.NewDay(d.Year, time.Month(cmp.Or(d.Month, 12))+1, 0)
}

// String writes the date as it was recorded.
func (d LooseDate) String() string { return d.Text }

// MarshalText writes the date as it was recorded.
func (d LooseDate) MarshalText() ([]byte, error) { return []byte(d.Text), nil }

// UnmarshalText reads what MarshalText wrote; the empty text is no date. The
// errors are those of ParseLooseDate.
func (d *LooseDate) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = LooseDate{}
		return nil
	}
	p, err := ParseLooseDate(string(b))
	if err != nil {
		return err
	}
	*d = p
	return nil
}
