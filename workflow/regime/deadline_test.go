package regime

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"
)

func dlRules(t testing.TB, key string) map[string]*Deadline {
	t.Helper()
	m, err := readDeadlines(os.DirFS("."), key+"/deadlines.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// dlScenarioCalendar is the built-in one with every year the scenarios replace.
func dlScenarioCalendar(t testing.TB) *Calendar {
	c := calBuiltIn(t)
	for year, f := range calFixtures {
		c = c.With(year, calDays(t, f.off), calDays(t, f.work))
	}
	return c
}

const tt03, tt12 = "nd85-tt03", "nd85-tt12"

var dlExamples = []struct {
	name, regime, rule, from, start, due string
	origin                               Origin
}{
	{"fifteen days end on a working day", tt03, "D-APP-3", "2022-01-13", "", "2022-01-28", Law},
	{"fifteen days end on a Saturday", tt03, "D-APP-3", "2022-06-10", "", "2022-06-27", Law},
	{"fifteen days end on a holiday before a weekend", tt03, "D-APP-3", "2022-08-18", "", "2022-09-05", Law},
	{"thirty days end in Tết", tt03, "D-APP-45", "2022-01-04", "", "2022-02-07", Law},
	{"seven working days over 30/4", tt03, "D-APR", "2022-04-22", "", "2022-05-05", Law},
	{"seven working days over Quốc khánh", tt03, "D-APR", "2022-08-26", "", "2022-09-08", Law},
	{"five working days over 30/4", tt03, "D-VALID", "2022-04-28", "", "2022-05-09", Law},
	{"a make-up Saturday counts", tt12, "D-APR", "2024-04-26", "", "2024-05-09", Law},
	{"no law for levels 1 and 2", tt12, "D-APP-12", "2023-03-06", "", "2023-03-27", Design},
	{"levels 1 and 2 in scenario 35", tt03, "D-APP-12", "2022-03-02", "", "2022-03-23", Design},
	{"no law for the opinion", tt12, "D-OPINION", "2023-03-06", "", "", Design},
	{"no law for the Prime Minister", tt12, "D-PM", "2023-03-06", "", "", Design},
	{"a reminder of thirty days", tt12, "D-SUPP", "2023-03-06", "", "2023-04-05", Design},
	{"a reminder ending on a Sunday", tt03, "D-SUPP", "2022-03-04", "", "2022-04-04", Design},
	{"our own term to report", tt12, "D-REPORT", "2023-03-06", "", "2023-03-13", Design},
	{"validity on the last day of the old circular", tt03, "D-VALID", "2022-09-30", "", "2022-10-07", Law},
	{"validity under the new circular is a default", tt12, "D-VALID", "2022-10-03", "", "2022-10-10", Design},
	{"validity in scenario 36", tt03, "D-VALID", "2022-03-01", "", "2022-03-08", Law},
	{"validity after a resubmission", tt03, "D-VALID", "2022-03-10", "", "2022-03-17", Law},
	{"the approval file in scenario 39", tt12, "D-APR", "2022-10-10", "", "2022-10-19", Law},
	{"the review has one fixed day", tt12, "D-REVIEW-TT12", "2020-12-29", "", "2023-05-31", Law},
	{"an incident notice rolled from a weekend", tt12, "D-INC", "2023-03-06", "", "2023-03-13", Law},
	{"at once is the same day", tt12, "D-INC-NOW", "2023-03-06", "", "2023-03-06", Law},
	{"at once is the same day on a Sunday too", tt12, "D-INC-NOW", "2023-03-05", "", "2023-03-05", Law},
	{"end of response", tt12, "D-INC-END", "2023-03-08", "", "2023-03-13", Law},
	{"a plan is sent within ten days of approval", tt03, "D-INSP-SEND", "2021-03-01", "2021-04-05", "2021-03-11", Law},
	{"a plan is sent ten days before the inspection", tt03, "D-INSP-SEND", "2021-03-01", "2021-03-17", "2021-03-07", Law},
	{"a plan without an inspection day", tt12, "D-INSP-SEND", "2023-03-01", "", "2023-03-13", Design},
	{"comments on the draft", tt03, "D-INSP-COMMENT", "2021-04-09", "", "2021-04-14", Law},
	{"the report of an inspection", tt03, "D-INSP-REPORT", "2021-04-07", "", "2021-05-07", Law},
	{"comments under the new circular", tt12, "D-INSP-COMMENT", "2023-04-07", "", "2023-04-12", Design},
	{"the report under the new circular", tt12, "D-INSP-REPORT", "2023-04-07", "", "2023-05-08", Design},
	{"two years end on a Saturday", tt12, "I-ORG", "2023-03-15", "", "2025-03-17", Law},
	{"a year from the approval of scenario 16", tt12, "I-L34", "2023-03-15", "", "2024-03-15", Law},
	{"half a year", tt12, "I-L5", "2023-03-15", "", "2023-09-15", Law},
	{"a quarter from the 31st ends on the 30th", tt03, "I-SHARE", "2021-03-31", "", "2021-06-30", Law},
	{"the new circular asks for no sharing", tt12, "I-SHARE", "2023-03-31", "", "", Design},
	{"monitoring by half-year", tt12, "I-MON-6M", "2023-01-10", "", "2023-07-10", Law},
	{"monitoring by week", tt12, "I-MON-W", "2023-03-06", "", "2023-03-13", Law},
	{"level 3 at the end of the old decree", tt12, "D-APP-3", "2026-05-11", "", "2026-05-26", Law},
	{"a year from a leap day", tt12, "I-L34", "2024-02-29", "", "2025-02-28", Law},
	{"half a year to the end of February of a leap year", tt12, "I-L5", "2023-08-31", "", "2024-02-29", Law},
	{"days over a leap day", tt12, "D-APP-3", "2024-02-19", "", "2024-03-05", Law},
	{"days over the end of the year", tt12, "D-APP-3", "2022-12-19", "", "2023-01-03", Law},
	{"working days over the end of the year", tt12, "D-APR", "2022-12-27", "", "2023-01-06", Law},
	{"working days over Tết", tt12, "D-VALID", "2023-01-19", "", "2023-02-02", Design},
	{"a day that ends on 24/11", tt12, "D-APP-3", "2026-11-09", "", "2026-11-25", Law},
}

func TestTheExamplesOfTheRuleBookAndTheScenariosComeOutUnderBothCalendars(t *testing.T) {
	rules := map[string]map[string]*Deadline{tt03: dlRules(t, tt03), tt12: dlRules(t, tt12)}
	for which, c := range map[string]*Calendar{"built-in": calBuiltIn(t), "of the scenarios": dlScenarioCalendar(t)} {
		for _, x := range dlExamples {
			t.Run(which+"/"+x.name, func(t *testing.T) {
				got, err := c.Due(rules[x.regime][x.rule], calDay(t, x.from), calDay(t, x.start))
				if err != nil {
					t.Fatal(err)
				}
				if got.Due.String() != x.due || got.None != (x.due == "") || got.Origin != x.origin || got.Rule != x.rule {
					t.Errorf("%s from %s: %+v, want %s by %s", x.rule, x.from, got, x.due, x.origin)
				}
			})
		}
	}
}

func TestYearlyReportsEndTheDayBeforeTheNamedDay(t *testing.T) {
	c := calBuiltIn(t)
	for _, x := range []struct {
		regime, rule string
		year         int
		due          string
	}{
		{tt03, "R-OWNER", 2021, "2021-11-29"}, {tt03, "R-UNIT", 2021, ""},
		{tt12, "R-UNIT", 2023, "2023-12-19"}, {tt12, "R-OWNER", 2023, "2023-12-24"},
		{tt12, "R-OWNER", 2022, "2022-12-24"}, {tt12, "R-OWNER", 2071, "2071-12-24"},
	} {
		got, err := c.DueIn(dlRules(t, x.regime)[x.rule], x.year)
		if err != nil || got.Due.String() != x.due || got.None != (x.due == "") {
			t.Errorf("%s %s %d: %+v %v, want %q", x.regime, x.rule, x.year, got, err, x.due)
		}
		if !got.None && got.Before != got.Due.AddDays(1) {
			t.Errorf("%s names %s, ends %s", x.rule, got.Before, got.Due)
		}
	}
	from, to, ok := dlRules(t, tt12)["R-OWNER"].WindowIn(2022)
	if !ok || from.String() != "2021-12-15" || to.String() != "2022-12-14" {
		t.Errorf("the window of 2022 is %s to %s", from, to)
	}
	if _, err := c.DueIn(dlRules(t, tt12)["D-APP-3"], 2022); err == nil {
		t.Error("a term was worked out from a year")
	}
	if _, err := c.Due(dlRules(t, tt12)["R-OWNER"], NewDay(2022, 1, 1), Day{}); err == nil {
		t.Error("a yearly date was worked out from a day")
	}
}

func TestTheStepsShowHowTheDaysWereCounted(t *testing.T) {
	c, r := calBuiltIn(t), dlRules(t, tt12)
	for _, x := range []struct{ rule, from, start, want string }{
		{"D-VALID", "2024-04-26", "", "26 first_day_excluded 0|27 weekend 0|28 weekend 0|29 swap_off 0|30 holiday 0|1 holiday 0|2 counted 1|3 counted 2|4 make_up_work 3|5 weekend 0|6 counted 4|7 counted 5"},
		{"D-INC", "2022-08-28", "", "28 first_day_excluded 0|29 counted 1|30 counted 2|31 counted 3|1 counted 4|2 counted 5|3 weekend 0|4 weekend 0|5 rolled 0"},
		{"I-L5", "2023-03-02", "", "2 first_day_excluded 0|2 counted 6|3 weekend 0|4 holiday 0|5 rolled 0"},
		{"D-INC-NOW", "2023-03-05", "", "5 first_day_excluded 0"},
		{"D-OPINION", "2023-03-05", "", ""},
	} {
		got, err := c.Due(r[x.rule], calDay(t, x.from), calDay(t, x.start))
		if err != nil {
			t.Fatal(err)
		}
		var parts []string
		for _, s := range got.Steps {
			parts = append(parts, strings.TrimLeft(s.Day.String()[8:], "0")+" "+string(s.Why)+" "+string(rune('0'+s.Counted)))
		}
		if have := strings.Join(parts, "|"); have != x.want {
			t.Errorf("%s from %s:\n%s, want\n%s", x.rule, x.from, have, x.want)
		}
	}
	got, _ := c.Due(r["D-INC"], NewDay(2022, 8, 28), Day{})
	if got.Steps[5].Name != "Quốc khánh" {
		t.Errorf("the last day is not named: %+v", got.Steps[5])
	}
}

func TestDaysNoSourceBacksAreToldOnlyWhereTheAnswerLeansOnThem(t *testing.T) {
	c, r := calBuiltIn(t), dlRules(t, tt12)
	for _, x := range []struct{ rule, from, want string }{
		{"D-APR", "2024-04-26", "2024-04-29 2024-05-04"},
		{"D-APP-3", "2024-04-26", ""},
		{"D-INC", "2024-04-24", "2024-04-29"},
		{"D-APR", "2022-04-22", ""},
	} {
		got, err := c.Due(r[x.rule], calDay(t, x.from), Day{})
		if err != nil || !slices.Equal(got.Unverified, calDays(t, x.want)) {
			t.Errorf("%s from %s leans on %v %v, want %s", x.rule, x.from, got.Unverified, err, x.want)
		}
	}
}

func TestAYearWithoutACalendarRefusesDaysAndLeavesMonthsProvisional(t *testing.T) {
	c, r := calBuiltIn(t), dlRules(t, tt12)
	for _, x := range []struct {
		rule, from string
		gap        int
	}{
		{"D-APR", "2071-03-02", 2071}, {"D-APP-3", "2027-12-20", 2028}, {"D-APR", "2027-12-28", 2028}, {"D-INC", "2018-12-20", 2018},
	} {
		_, err := c.Due(r[x.rule], calDay(t, x.from), Day{})
		var gap *CalendarGap
		if !errors.As(err, &gap) || gap.Year != x.gap {
			t.Errorf("%s from %s: %v, want a gap in %d", x.rule, x.from, err, x.gap)
		}
	}
	got, err := c.Due(r["I-L34"], NewDay(2027, 5, 13), Day{})
	if err != nil || !got.Provisional || got.Due != NewDay(2028, 5, 13) {
		t.Errorf("an interval into 2028: %+v %v", got, err)
	}
	short := c.With(2028, nil, nil)
	if got, err = short.Due(r["I-L34"], NewDay(2027, 5, 13), Day{}); err != nil || got.Provisional || got.Due != NewDay(2028, 5, 15) {
		t.Errorf("once 2028 is there: %+v %v", got, err)
	}
	// 30/12/2028 is a Saturday, the year ends on Sunday: the roll runs into 2029.
	if got, err = short.Due(r["I-L5"], NewDay(2028, 6, 30), Day{}); err != nil || !got.Provisional || got.Due != NewDay(2028, 12, 30) {
		t.Errorf("a roll into a year without a calendar: %+v %v", got, err)
	}
	if _, err := c.Due(r["D-INC-NOW"], NewDay(2071, 3, 2), Day{}); err != nil {
		t.Errorf("at once counts no day: %v", err)
	}
	if _, err := c.Due(r["D-APR"], Day{}, Day{}); err == nil {
		t.Error("a term without its first day was worked out")
	}
}

func TestTheZoneOfTheProcessChangesNothing(t *testing.T) {
	old := time.Local
	defer func() { time.Local = old }()
	c, r := calBuiltIn(t), dlRules(t, tt03)["D-APP-3"]
	moment := time.Date(2022, 1, 12, 17, 30, 0, 0, time.UTC) // 13/01 in Hà Nội
	for _, offset := range []int{-12, -5, 0, 7, 14} {
		time.Local = time.FixedZone("elsewhere", offset*3600)
		if got, err := c.Due(r, DayOf(moment.In(time.Local)), Day{}); err != nil || got.Due != NewDay(2022, 1, 28) {
			t.Errorf("at UTC%+d: %s %v", offset, got.Due, err)
		}
	}
}

func TestAnyTermEndsAfterItsStartOnAWorkingDayAndNeverTurnsBack(t *testing.T) {
	c := calBuiltIn(t)
	units := []Unit{CalendarDays, WorkingDays, Months}
	rapid.Check(t, func(t *rapid.T) {
		dl := &Deadline{Key: "D-ANY", Amount: rapid.IntRange(1, 40).Draw(t, "amount"), Unit: rapid.SampledFrom(units).Draw(t, "unit")}
		from := NewDay(2019, 1, 1).AddDays(rapid.IntRange(0, 7*365).Draw(t, "from"))
		if dl.Unit == Months {
			dl.Amount = dl.Amount%12 + 1
		}
		got, err := c.Due(dl, from, Day{})
		if err != nil {
			t.Fatal(err)
		}
		if got.Due.Before(from) {
			t.Fatalf("%s ends before %s", got.Due, from)
		}
		if ok, _ := c.Working(got.Due); !ok && !got.Provisional {
			t.Fatalf("%s is no working day", got.Due)
		}
		later, err := c.Due(dl, from.AddDays(rapid.IntRange(1, 60).Draw(t, "later")), Day{})
		if err != nil {
			t.Fatal(err)
		}
		if later.Due.Before(got.Due) {
			t.Fatalf("a later start ends sooner: %s, %s", later.Due, got.Due)
		}
		last := 0
		for _, s := range got.Steps {
			if s.Counted > 0 {
				last = s.Counted
			}
		}
		if last != dl.Amount || got.Steps[len(got.Steps)-1].Day != got.Due {
			t.Fatalf("the steps do not lead to %s: %+v", got.Due, got.Steps)
		}
	})
}

func TestThePlanIsNeverSentLaterThanTenDaysBeforeTheInspection(t *testing.T) {
	c, r := calBuiltIn(t), dlRules(t, tt03)["D-INSP-SEND"]
	rapid.Check(t, func(t *rapid.T) {
		from := NewDay(2019, 1, 1).AddDays(rapid.IntRange(0, 8*365).Draw(t, "from"))
		start := from.AddDays(rapid.IntRange(0, 60).Draw(t, "start"))
		got, err := c.Due(r, from, start)
		if err != nil {
			t.Fatal(err)
		}
		if got.Due.After(start.AddDays(-10)) {
			t.Fatalf("%s is later than ten days before %s", got.Due, start)
		}
	})
}

func TestBothRegimesHoldEveryRuleWithItsOrigin(t *testing.T) {
	const both = "D-VALID D-SUPP D-OPINION D-APP-12 D-APP-3 D-APP-45 D-APR D-REPORT D-PM D-INSP-SEND D-INSP-COMMENT D-INSP-REPORT " +
		"D-INC D-INC-NOW D-INC-END I-ORG I-L34 I-L5 I-SHARE I-MON-6M I-MON-W R-OWNER R-UNIT"
	for _, key := range []string{tt03, tt12} {
		rules := dlRules(t, key)
		want := strings.Fields(both)
		if key == tt12 {
			want = append(want, "D-REVIEW-TT12")
		}
		for _, k := range want {
			if rules[k] == nil {
				t.Errorf("%s lacks %s", key, k)
			}
		}
		if len(rules) != len(want) {
			t.Errorf("%s holds %d rules, want %d", key, len(rules), len(want))
		}
		for _, d := range rules {
			alone := len(d.Basis) > 0 && !slices.ContainsFunc(d.Basis, func(c Citation) bool { return !strings.HasPrefix(string(c), "TT 03/2017") })
			if key == tt12 && alone && d.Origin != Design {
				t.Errorf("%s rests on a circular out of force and is %s", d.Key, d.Origin)
			}
			if d.Remind != (d.Key == "D-SUPP") {
				t.Errorf("%s: remind %v", d.Key, d.Remind)
			}
		}
	}
}

func TestABadDeadlineIsRefusedWithItsLine(t *testing.T) {
	const good = `name: A, origin: law, verified: primary, basis: ["NĐ 85/2016 Đ17 k2"]`
	for name, x := range map[string]struct{ row, says string }{
		"an unknown unit":            {`key: D-A, amount: 1, unit: week, starts: x, ` + good, "unknown unit"},
		"an unknown key":             {`key: D-A, amount: 1, unit: day, starts: x, soon: true, ` + good, "unknown field"},
		"a name out of form":         {`key: deadline, amount: 1, unit: day, starts: x, ` + good, "form D-APP-3"},
		"two kinds at once":          {`key: D-A, amount: 1, unit: day, starts: x, before: 12-20, ` + good, "exactly one"},
		"no kind at all":             {`key: D-A, ` + good, "exactly one"},
		"a silent law":               {`key: D-A, silent: true, ` + good, "no law"},
		"a fixed day that is none":   {`key: D-A, until_before: 2023-06-31, ` + good, "2022-01-13"},
		"a day no month has":         {`key: R-A, before: 02-30, ` + good, "12-20"},
		"an amount below nothing":    {`key: D-A, amount: -1, unit: day, starts: x, ` + good, "below"},
		"no start":                   {`key: D-A, amount: 1, unit: day, ` + good, "starts from"},
		"a level that is none":       {`key: D-A, amount: 1, unit: day, starts: x, levels: [6], ` + good, "no level 6"},
		"a law without a citation":   {`key: D-A, amount: 1, unit: day, starts: x, name: A, origin: law, verified: primary`, "cites nothing"},
		"a citation of a whole law":  {`key: D-A, amount: 1, unit: day, starts: x, name: A, origin: law, verified: primary, basis: ["NĐ 85/2016"]`, "not of the form"},
		"an origin nobody knows":     {`key: D-A, amount: 1, unit: day, starts: x, name: A, origin: custom, verified: primary`, "unknown origin"},
		"a window without a report":  {`key: D-A, amount: 1, unit: day, starts: x, window: {from: 12-15, to: 12-14}, ` + good, "yearly report"},
		"a rule named a second time": {`key: D-X, amount: 1, unit: day, starts: x, ` + good, "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			text := "deadlines:\n  - {key: D-X, amount: 1, unit: day, starts: x, " + good + "}\n  - {" + x.row + "}\n"
			_, err := readDeadlines(fstest.MapFS{"deadlines.yaml": {Data: []byte(text)}}, "deadlines.yaml")
			var f Fault
			if !errors.As(err, &f) || f.Line != 3 || !strings.Contains(err.Error(), x.says) {
				t.Errorf("got %v, want line 3 and %q", err, x.says)
			}
		})
	}
}
