package workflow

import (
	"encoding/json"
	"errors"
	"testing"

	"capdo/workflow/regime"
)

func TestLooseDatesKeepTheirTextAndTheirInterval(t *testing.T) {
	for name, c := range map[string]struct{ text, first, last string }{
		"a day":                                 {"17/8/2020", "2020-08-17", "2020-08-17"},
		"a day with a leading zero":             {"07/9/2020", "2020-09-07", "2020-09-07"},
		"a month":                               {"4/2019", "2019-04-01", "2019-04-30"},
		"a month with a leading zero":           {"05/2019", "2019-05-01", "2019-05-31"},
		"the last month of a year":              {"12/2019", "2019-12-01", "2019-12-31"},
		"February of a leap year":               {"02/2020", "2020-02-01", "2020-02-29"},
		"a year":                                {"2020", "2020-01-01", "2020-12-31"},
		"an ISO day":                            {"2020-08-17", "2020-08-17", "2020-08-17"},
		"an ISO month":                          {"2019-04", "2019-04-01", "2019-04-30"},
		"a leap day":                            {"29/02/2020", "2020-02-29", "2020-02-29"},
		"the first and the last possible years": {"1990", "1990-01-01", "1990-12-31"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := ParseLooseDate(" " + c.text + " ")
			if err != nil {
				t.Fatal(err)
			}
			if d.String() != c.text || d.First().String() != c.first || d.Last().String() != c.last {
				t.Errorf("%q from %s to %s, want %q from %s to %s", d, d.First(), d.Last(), c.text, c.first, c.last)
			}
		})
	}
}

func TestDatesThatAreNoneAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"the thirty-first of April":       {"31/04/2020", ErrDateImpossible},
		"the leap day of a common year":   {"29/2/2021", ErrDateImpossible},
		"a thirteenth month":              {"13/2019", ErrDateImpossible},
		"month zero":                      {"0/2019", ErrDateImpossible},
		"day zero":                        {"00/4/2019", ErrDateImpossible},
		"an ISO thirteenth month":         {"2019-13", ErrDateImpossible},
		"a year too early":                {"1989", ErrDateImpossible},
		"a year too late":                 {"01/01/2101", ErrDateImpossible},
		"nothing":                         {"", ErrDateShape},
		"a word":                          {"quý II năm 2020", ErrDateShape},
		"a year of two digits":            {"17/8/20", ErrDateShape},
		"four parts":                      {"1/1/1/2020", ErrDateShape},
		"a missing day":                   {"/4/2019", ErrDateShape},
		"a sign":                          {"-4/2019", ErrDateShape},
		"an ISO month without its zero":   {"2019-4", ErrDateShape},
		"digits of another script":        {"４/２０１９", ErrDateShape},
		"a serial number of a worksheet":  {"44060", ErrDateShape},
		"a moment":                        {"2020-08-17T00:00:00", ErrDateShape},
		"space inside":                    {"17 /8/2020", ErrDateShape},
		"a day written with full stops":   {"17.8.2020", ErrDateShape},
		"a long run of digits":            {"99999999999999999999/2020", ErrDateShape},
		"a dash after the year":           {"2020-", ErrDateShape},
		"a day without its month":         {"2020--17", ErrDateShape},
		"an ISO day that does not exist":  {"2021-02-29", ErrDateImpossible},
		"a stroke after the whole of day": {"17/8/2020/", ErrDateShape},
	} {
		t.Run(name, func(t *testing.T) {
			if d, err := ParseLooseDate(c.text); !errors.Is(err, c.want) || !d.IsZero() {
				t.Errorf("%q gives %+v, %v; want %v", c.text, d, err, c.want)
			}
		})
	}
}

func TestAKnownDayIsWrittenTheVietnameseWay(t *testing.T) {
	for iso, want := range map[string]string{
		"2022-03-08": "08/3/2022", "2022-02-08": "08/02/2022", "2022-01-13": "13/01/2022",
		"2020-12-29": "29/12/2020", "": "",
	} {
		var d Day
		if iso != "" {
			d, _ = regime.ParseDay(iso)
		}
		got := LooseOf(d)
		if got.String() != want || got.First() != d || got.Last() != d {
			t.Errorf("%s is written %q over %s–%s, want %q", iso, got, got.First(), got.Last(), want)
		}
	}
}

func TestLooseDatesPassThroughJSONUnchanged(t *testing.T) {
	for _, text := range []string{"05/2019", "2020", "17/8/2020", ""} {
		b, err := json.Marshal(map[string]string{"decided": text})
		if err != nil {
			t.Fatal(err)
		}
		var v struct {
			Decided LooseDate `json:"decided"`
		}
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		if out, err := json.Marshal(v); err != nil || string(out) != string(b) {
			t.Errorf("%s came back as %s, %v", b, out, err)
		}
	}
	var d LooseDate
	if err := d.UnmarshalText([]byte("31/04/2020")); err == nil {
		t.Error("an impossible date was read")
	}
}

func TestADateIsWrittenAlikeWhateverItsSpelling(t *testing.T) {
	for spelling, want := range map[string]string{"2020-02": "02/2020", "02/2020": "02/2020", "2019-04": "4/2019", "2020": "2020",
		"2020-08-17": "17/8/2020", "2020-01-05": "05/01/2020", "5/1/2020": "05/01/2020"} {
		d, err := ParseLooseDate(spelling)
		if got := d.Written(); err != nil || got.Text != want || got.Last() != d.Last() {
			t.Errorf("%s is written %s (%v), want %s", spelling, got.Text, err, want)
		}
	}
}
