package regime

import (
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func calDay(t testing.TB, s string) Day {
	t.Helper()
	if s == "" {
		return Day{}
	}
	d, err := ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func calDays(t testing.TB, list string) []Day {
	t.Helper()
	var out []Day
	for _, s := range strings.Fields(list) {
		out = append(out, calDay(t, s))
	}
	return out
}

func calBuiltIn(t testing.TB) *Calendar {
	t.Helper()
	c, err := readCalendars(os.DirFS("."), "calendar")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// calFixtures are the working calendars the scenarios bring along.
var calFixtures = map[int]struct{ off, work string }{
	2021: {off: "2021-01-01 2021-02-10 2021-02-11 2021-02-12 2021-02-15 2021-02-16 2021-04-21 2021-04-30 2021-05-03 2021-09-02 2021-09-03"},
	2022: {off: "2022-01-03 2022-01-31 2022-02-01 2022-02-02 2022-02-03 2022-02-04 2022-04-11 2022-05-02 2022-05-03 2022-09-01 2022-09-02"},
	2023: {off: "2023-01-02 2023-01-20 2023-01-23 2023-01-24 2023-01-25 2023-01-26 2023-05-01 2023-05-02 2023-05-03 2023-09-01 2023-09-04"},
	2024: {off: "2024-01-01 2024-02-08 2024-02-09 2024-02-12 2024-02-13 2024-02-14 2024-04-18 2024-04-29 2024-04-30 2024-05-01 2024-09-02 2024-09-03", work: "2024-05-04"},
	2025: {off: "2025-01-01 2025-01-27 2025-01-28 2025-01-29 2025-01-30 2025-01-31 2025-04-07 2025-04-30 2025-05-01 2025-05-02 2025-09-01 2025-09-02", work: "2025-04-26"},
	2026: {off: "2026-01-01 2026-01-02 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-04-27 2026-04-30 2026-05-01 2026-08-31 2026-09-01 2026-09-02 2026-11-24", work: "2026-01-10 2026-08-22"},
	2027: {off: "2027-01-01 2027-02-05 2027-02-08 2027-02-09 2027-02-10 2027-04-16 2027-04-30 2027-05-03 2027-09-02 2027-09-03"},
}

// calBeyond are days off by law that the scenarios' calendar of 2027 leaves
// out: the second day given back for Tết (Bộ luật Lao động 2019 Đ111 k3) and
// 24/11 (Nghị quyết 28/2026/QH16).
var calBeyond = map[int]string{2027: "2027-02-11 2027-11-24"}

func TestTheBuiltInYearsAreTheYearsOfTheScenariosDayByDay(t *testing.T) {
	c := calBuiltIn(t)
	for year, f := range calFixtures {
		want := (*Calendar)(nil).With(year, append(calDays(t, f.off), calDays(t, calBeyond[year])...), calDays(t, f.work))
		for d := NewDay(year, 1, 1); d.Year() == year; d = d.AddDays(1) {
			have, err := c.Working(d)
			if err != nil {
				t.Fatal(err)
			}
			if expected, _ := want.Working(d); have != expected {
				t.Errorf("%s (%s): working %v, the scenarios say %v", d, d.Weekday(), have, expected)
			}
		}
	}
}

func TestEveryYearHasTheHolidaysOfTheLabourCode(t *testing.T) {
	c := calBuiltIn(t)
	if got, want := c.Years(), []int{2019, 2020, 2021, 2022, 2023, 2024, 2025, 2026, 2027}; !slices.Equal(got, want) {
		t.Fatalf("years %v, want %v", got, want)
	}
	for _, year := range c.Years() {
		want := 11
		if year < 2021 {
			want = 10 // Bộ luật Lao động 2012 Đ115: one day at Quốc khánh
		}
		if year >= 2026 {
			want = 12 // 24/11
		}
		holidays, tet, given := 0, 0, map[Day]bool{}
		for _, i := range c.Days(year) {
			if i.Kind == Holiday && i.For.IsZero() {
				holidays++
				if strings.HasPrefix(i.Name, "Tết Nguyên đán") {
					tet++
				}
			}
			if !i.For.IsZero() {
				given[i.For] = true
			}
		}
		if holidays != want || tet != 5 {
			t.Errorf("%d: %d holidays and %d days of Tết, want %d and 5", year, holidays, tet, want)
		}
		for _, md := range []MonthDay{{1, 1}, {4, 30}, {5, 1}, {9, 2}} {
			if i, _ := c.Rest(md.In(year)); i.Kind != Holiday {
				t.Errorf("%s is %s", i.Day, i.Kind)
			}
		}
		for _, i := range c.Days(year) {
			if i.Kind == Holiday && i.For.IsZero() && calWeekend(i.Day) && !given[i.Day] {
				t.Errorf("%s met a weekend and is not given back", i.Day)
			}
			if i.Kind == SwapOff && !given[i.Day] {
				t.Errorf("%s is swapped and never made up", i.Day)
			}
			if i.Kind == Holiday && !i.For.IsZero() && calWeekend(i.Day) {
				t.Errorf("%s gives back a day on a weekend", i.Day)
			}
			if (i.Verified == Unverified) != strings.Contains(i.Source, "chưa có nguồn") {
				t.Errorf("%s: mark %s does not fit its source %q", i.Day, i.Verified, i.Source)
			}
		}
	}
}

func TestTetAndGioToLieWhereTheLunarCalendarAtSevenHoursEastPutsThem(t *testing.T) {
	for year, want := range map[int]string{1985: "1985-01-21", 2007: "2007-02-17", 2030: "2030-02-02"} {
		if got := lunarDay(year, 1, 1); got != calDay(t, want) {
			t.Errorf("the check itself is wrong: Tết %d on %s, want %s", year, got, want)
		}
	}
	c := calBuiltIn(t)
	for _, year := range c.Years() {
		if i, _ := c.Rest(lunarDay(year, 1, 1)); i.Kind != Holiday || i.Name != "Tết Nguyên đán (mùng 1)" {
			t.Errorf("mùng 1 of %d is %s, there the calendar has %q", year, i.Day, i.Name)
		}
		if i, _ := c.Rest(lunarDay(year, 3, 10)); i.Name != "Giỗ Tổ Hùng Vương" {
			t.Errorf("10/3 of %d is %s, there the calendar has %q", year, i.Day, i.Name)
		}
	}
}

func TestAReplacedYearLeavesTheOtherYearsAndTheOldCalendarAlone(t *testing.T) {
	c := calBuiltIn(t)
	n := c.With(2022, calDays(t, "2022-03-01 2023-03-01"), calDays(t, "2022-03-05"))
	for _, x := range []struct {
		c    *Calendar
		day  string
		want DayKind
	}{
		{n, "2022-03-01", Holiday}, {n, "2022-03-05", MakeUpWork}, {n, "2022-02-01", WorkingDay},
		{n, "2023-03-01", WorkingDay}, {n, "2023-01-23", Holiday},
		{c, "2022-03-01", WorkingDay}, {c, "2022-03-05", Weekend}, {c, "2022-02-01", Holiday},
	} {
		if i, err := x.c.Rest(calDay(t, x.day)); err != nil || i.Kind != x.want {
			t.Errorf("%s: %s %v, want %s", x.day, i.Kind, err, x.want)
		}
	}
	if !c.With(2071, nil, nil).Known(2071) || c.Known(2071) {
		t.Error("a year brought along is known only to the calendar it was brought to")
	}
}

func TestAYearWithoutACalendarIsAGap(t *testing.T) {
	_, err := calBuiltIn(t).Working(NewDay(2071, 3, 2))
	var gap *CalendarGap
	if !errors.As(err, &gap) || gap.Year != 2071 {
		t.Errorf("got %v", err)
	}
}

func TestTheDaysNoSourceBacksAreKnownByName(t *testing.T) {
	c := calBuiltIn(t)
	for year, want := range map[int]string{
		2019: "2019-04-15", 2020: "", 2021: "", 2022: "", 2023: "", 2024: "2024-04-29 2024-05-04",
		2025: "2025-04-26 2025-05-02 2025-09-01", 2026: "2026-01-02 2026-01-10 2026-08-22 2026-08-31 2026-09-01",
		2027: "2027-02-05 2027-02-06 2027-02-07 2027-02-08 2027-02-09 2027-02-10 2027-02-11 2027-09-03",
	} {
		if got := c.UnverifiedDays(year); !slices.Equal(got, calDays(t, want)) {
			t.Errorf("%d: %v, want %s", year, got, want)
		}
	}
}

func TestABadCalendarIsRefusedWithItsLine(t *testing.T) {
	row := func(s string) string { return "year: 2022\ndays:\n  - " + s + "\n" }
	const rest = `, name: A, source: B, verified: primary}`
	for name, x := range map[string]struct {
		text, says string
		line       int
	}{
		"a day of another year":       {row(`{day: 2023-01-02, kind: holiday` + rest), "no day of 2022", 3},
		"a day that does not exist":   {row(`{day: 2022-02-30, kind: holiday` + rest), "not a day", 3},
		"an unknown kind":             {row(`{day: 2022-01-03, kind: party` + rest), "unknown kind", 3},
		"an unknown key":              {row(`{day: 2022-01-03, kind: holiday, why: x` + rest), "unknown field", 3},
		"a day named twice":           {row(`{day: 2022-01-03, kind: holiday`+rest) + "  - {day: 2022-01-03, kind: swap_off" + rest, "twice", 4},
		"work on a weekday":           {row(`{day: 2022-01-03, kind: work` + rest), "does not change", 3},
		"a weekend swapped":           {row(`{day: 2022-01-01, kind: swap_off` + rest), "does not change", 3},
		"no source":                   {row(`{day: 2022-01-03, kind: holiday, name: A, verified: primary}`), "source", 3},
		"no mark":                     {row(`{day: 2022-01-03, kind: holiday, name: A, source: B}`), "unknown mark", 3},
		"an unreadable day of a swap": {row(`{day: 2022-01-03, kind: holiday, for: soon` + rest), "not a day", 3},
		"another year in the file":    {"year: 2021\ndays: []\n", "not the name of the file", 0},
		"no days":                     {"year: 2022\ndays: []\n", "names no day", 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readCalendars(fstest.MapFS{"cal/2022.yaml": {Data: []byte(x.text)}}, "cal")
			var f Fault
			if !errors.As(err, &f) || f.Line != x.line || !strings.Contains(f.Reason, x.says) {
				t.Errorf("got %v, want line %d and %q", err, x.line, x.says)
			}
		})
	}
	if _, err := readCalendars(fstest.MapFS{}, "cal"); err == nil {
		t.Error("a folder without calendars passed")
	}
}

// The lunar check: new moons and the longitude of the sun to a few minutes and
// hundredths of a degree, which suffices for the years it is asked about.

func sinDeg(x float64) float64 { return math.Sin(x * math.Pi / 180) }

// newMoon is the day, counted from 1970 at UTC+7, on which the k-th new moon
// since the first of 2000 falls.
func newMoon(k int) int {
	x := float64(k)
	c := x / 1236.85
	jd := 2451550.09766 + 29.530588861*x + 0.00015437*c*c
	sun := 2.5534 + 29.10535670*x
	moon := 201.5643 + 385.81693528*x + 0.0107582*c*c
	node := 160.7108 + 390.67050284*x
	jd += -0.40720*sinDeg(moon) + 0.17241*sinDeg(sun) + 0.01608*sinDeg(2*moon) + 0.01039*sinDeg(2*node) +
		0.00739*sinDeg(moon-sun) - 0.00514*sinDeg(moon+sun) + 0.00208*sinDeg(2*sun)
	jd -= 70.0 / 86400 // clocks run behind the even time of the formula
	return int(math.Floor(jd - 2440587.5 + 7.0/24))
}

// sunSector is the twelfth of the ecliptic the sun stands in as the day begins
// at UTC+7; sector 9 begins with the winter solstice.
func sunSector(day int) int {
	n := float64(day) + 2440587.5 - 7.0/24 - 2451545
	g := 357.529 + 0.98560028*n
	l := 280.459 + 0.98564736*n + 1.915*sinDeg(g) + 0.020*sinDeg(2*g) - 0.0057
	return int(math.Floor(math.Mod(math.Mod(l, 360)+360, 360) / 30))
}

// lunarDay is the day of the lunar date in the lunar year that begins in year;
// the month is at most 10 and no leap month.
func lunarDay(year, month, day int) Day {
	eleventh := func(y int) int { // the month with the winter solstice
		yearEnd := int(NewDay(y, 12, 31).time().Unix() / 86400)
		k := int(float64(y-2000)*12.3685) + 13
		for newMoon(k) > yearEnd {
			k--
		}
		if sunSector(newMoon(k)) == 9 { // it began after the solstice
			k--
		}
		return k
	}
	first, next := eleventh(year-1), eleventh(year)
	number, leapDone := 11, next-first < 13
	k := first
	for number != 12+month {
		k++
		if !leapDone && sunSector(newMoon(k)) == sunSector(newMoon(k+1)) {
			leapDone = true
			continue
		}
		number++
	}
	return dayOf(time.Unix(int64(newMoon(k)+day-1)*86400, 0).UTC())
}
