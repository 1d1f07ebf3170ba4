package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"capdo/workflow/regime"
)

// DutyMark says that an office has done a standing duty on a day. Intervals run
// from the last mark.
type DutyMark struct {
	ID     string `json:"id"`
	Office string `json:"office"`
	Duty   string `json:"duty"`
	On     Day    `json:"on"`
	Note   string `json:"note,omitempty"`
	Person string `json:"person,omitempty"`
}

// DutyStore keeps the marks; they are only ever added.
type DutyStore interface {
	AddDutyMark(ctx context.Context, m DutyMark) error
	// DutyMarks gives those of an office on the day or earlier, by day.
	DutyMarks(ctx context.Context, office string, until Day) ([]DutyMark, error)
}

// DutyItem is one duty of an office as of a day, with the article it rests on.
type DutyItem struct {
	Key         string            `json:"key"`
	Name        string            `json:"name"`
	As          []string          `json:"as"`   // capacities the office owes it in
	Kind        string            `json:"kind"` // as in the data: daily, interval, …
	Rule        string            `json:"rule,omitempty"`
	Due         Day               `json:"due,omitzero"`  // last day; zero for a duty without a date
	Last        Day               `json:"last,omitzero"` // when it was last done
	Marked      bool              `json:"marked"`        // it was ever recorded as done
	Overdue     bool              `json:"overdue,omitempty"`
	Provisional bool              `json:"provisional,omitempty"` // the year of the day has no calendar yet
	Unverified  []Day             `json:"unverified_days,omitempty"`
	Amount      int               `json:"amount,omitempty"` // of an event's term
	Unit        regime.Unit       `json:"unit,omitempty"`
	Systems     int               `json:"systems"` // that make the office owe it
	Regime      string            `json:"regime"`
	Basis       []regime.Citation `json:"basis,omitempty"`
	Origin      regime.Origin     `json:"origin"`
	Verified    regime.Verified   `json:"verified"`
	Note        string            `json:"note,omitempty"`
}

// MarkDuty records that an office did a duty on a day, today or earlier.
func (s *Service) MarkDuty(ctx context.Context, who string, m DutyMark) (DutyMark, error) {
	if err := s.MayKeep(ctx, who, m.Office); err != nil {
		return m, err
	}
	if m.On.IsZero() {
		m.On = s.Today()
	}
	if m.On.After(s.Today()) {
		return m, invalid("on", "expect.no_future_day", m.On.String())
	}
	if _, err := s.Store.Office(ctx, m.Office); err != nil {
		return m, err
	}
	r, err := s.dutyRules(m.On)
	if err != nil {
		return m, err
	}
	if !slices.ContainsFunc(r.Duties, func(d regime.Duty) bool { return d.Key == m.Duty }) {
		return m, invalid("duty", "expect.duty", m.Duty)
	}
	if p := tidyText("note", &m.Note); p != nil {
		return m, p
	}
	m.Person, m.ID = who, s.NewID("mark")
	return m, s.Store.AddDutyMark(ctx, m)
}

func (s *Service) dutyRules(on Day) (*regime.Regime, error) {
	r, ok := s.Book.On(on)
	if !ok {
		if r, ok = s.Book.LastBefore(on); !ok {
			return nil, closedTo(nil, nil)
		}
	}
	return r, nil
}

// maxAhead bounds how many days a checklist looks ahead.
const maxAhead = 1100

// Duties gives the checklist of an office as of a day: what falls due within so
// many days or is overdue, in the order of the days, then what happens only on
// an event or bears no date. A duty is owed when the office has, in the capacity
// the duty names, a system of a level it speaks of.
func (s *Service) Duties(ctx context.Context, office string, on Day, ahead int) ([]DutyItem, error) {
	if ahead < 0 || ahead > maxAhead {
		return nil, invalid("days", "expect.number", strconv.Itoa(ahead))
	}
	r, err := s.dutyRules(on)
	if err != nil {
		return nil, err
	}
	list, _, err := s.records(ctx, office, on)
	if err != nil {
		return nil, err
	}
	marks, err := s.Store.DutyMarks(ctx, office, on)
	if err != nil {
		return nil, fmt.Errorf("workflow: marks of %s: %w", office, err)
	}
	x := &dutyReader{s: s, ctx: ctx, r: r, office: office, on: on, last: on.AddDays(ahead), list: list, marks: map[string]Day{}}
	for _, m := range marks {
		x.marks[m.Duty] = m.On
	}
	var out []DutyItem
	for _, d := range r.Duties {
		item, owed, err := x.item(d)
		if err != nil {
			return nil, err
		}
		if owed && (item.Due.IsZero() || !item.Due.After(x.last)) {
			out = append(out, item)
		}
	}
	slices.SortStableFunc(out, func(a, b DutyItem) int { return byDay(a.Due, b.Due) })
	return out, nil
}

type dutyReader struct {
	s        *Service
	ctx      context.Context
	r        *regime.Regime
	office   string
	on, last Day
	list     []*record
	marks    map[string]Day
}

// item works out one duty; owed is false when it does not concern the office or
// is done for good.
func (x *dutyReader) item(d regime.Duty) (item DutyItem, owed bool, err error) {
	item = DutyItem{Key: d.Key, Name: d.Name, Kind: d.Kind, Rule: d.Rule, Regime: x.r.Key, Basis: d.Basis, Origin: d.Origin, Verified: d.Verified, Note: d.Note}
	since := Day{}
	for _, rec := range x.list {
		if !x.owes(d, rec) {
			continue
		}
		item.Systems++
		for _, c := range rec.as {
			if slices.Contains(d.Who, c) && !slices.Contains(item.As, c) {
				item.As = append(item.As, c)
			}
		}
		if since.IsZero() || rec.entry.From.Before(since) {
			since = rec.entry.From
		}
	}
	if item.Systems == 0 {
		return item, false, nil
	}
	item.Last, item.Marked = x.marks[d.Key], !x.marks[d.Key].IsZero()
	switch d.Kind {
	case "daily":
		item.Due = x.on
		return item, item.Last != x.on, nil
	case "interval":
		err = x.interval(&item, x.r.Deadlines[d.Rule], since)
	case "yearly":
		err = x.yearly(&item, x.r.Deadlines[d.Rule])
	case "dates":
		x.dates(&item, d.Before)
	case "fixed":
		item.Due = x.r.Deadlines[d.Rule].Until.AddDays(-1)
		item.Overdue = x.on.After(item.Due)
		return item, !item.Marked, nil
	case "event":
		item.Amount, item.Unit = x.r.Deadlines[d.Rule].Amount, x.r.Deadlines[d.Rule].Unit
	}
	item.Overdue = !item.Due.IsZero() && x.on.After(item.Due)
	return item, true, err
}

// owes tells whether a system makes the office owe the duty. A duty by a fixed
// day concerns only systems whose level is older than the rule set.
func (x *dutyReader) owes(d regime.Duty, rec *record) bool {
	if rec.entry == nil || len(d.Levels) > 0 && !slices.Contains(d.Levels, rec.entry.Level) {
		return false
	}
	if d.Kind == "fixed" && (!rec.entry.From.Before(x.r.From) || x.reviewed(d.Rule, rec)) {
		return false
	}
	return slices.ContainsFunc(rec.as, func(c string) bool { return slices.Contains(d.Who, c) })
}

// reviewed tells whether the task of a rule was answered for a system by the day.
func (x *dutyReader) reviewed(rule string, rec *record) bool {
	return slices.ContainsFunc(rec.sys.Reviews, func(d ReviewDone) bool { return d.Rule == rule && !d.On.After(x.on) })
}

// interval counts from the last mark. Where nothing was ever marked, periods run
// from the day the first such system was in force, and the next one is shown.
func (x *dutyReader) interval(item *DutyItem, rule *regime.Deadline, since Day) error {
	from := item.Last
	if !item.Marked {
		from = since
		for n := 1; !step(rule, since, n).After(x.on); n++ {
			from = step(rule, since, n)
		}
	}
	c, err := x.s.Book.Calendar.Due(rule, from, Day{})
	var gap *regime.CalendarGap
	if errors.As(err, &gap) { // the year has no calendar: the bare day, marked provisional
		item.Due, item.Provisional = step(rule, from, 1), true
		return nil
	}
	item.Due, item.Provisional, item.Unverified = c.Due, c.Provisional, c.Unverified
	return err
}

// step moves by n intervals, without looking at rest days.
func step(rule *regime.Deadline, from Day, n int) Day {
	if rule.Unit == regime.Months {
		return from.AddMonths(n * rule.Amount)
	}
	return from.AddDays(n * rule.Amount)
}

// yearly is the report of this year until it is sent, then of the next.
func (x *dutyReader) yearly(item *DutyItem, rule *regime.Deadline) error {
	for year := x.on.Year(); ; year++ {
		sent, err := x.s.Store.Reports(x.ctx, x.office, year)
		if err != nil {
			return fmt.Errorf("workflow: reports of %s: %w", x.office, err)
		}
		i := slices.IndexFunc(sent, func(r Report) bool { return r.Kind == "annual" && r.Rule == item.Rule && !r.Sent.After(x.on) })
		if i < 0 {
			item.Due = rule.Before.In(year).AddDays(-1)
			return nil
		}
		item.Last, item.Marked = sent[i].Sent, true
	}
}

// dates is the next of the days named for each year that no mark since the one
// before has answered.
func (x *dutyReader) dates(item *DutyItem, before []regime.MonthDay) {
	var days []Day
	for year := x.on.Year() - 1; year <= x.on.Year()+1; year++ {
		for _, b := range before {
			days = append(days, b.In(year).AddDays(-1))
		}
	}
	slices.SortFunc(days, byDay)
	for i, d := range days {
		if d.Before(x.on) || i == 0 {
			continue
		}
		if item.Marked && item.Last.After(days[i-1]) {
			continue
		}
		item.Due = d
		return
	}
}

// byDay orders days; no day comes last.
func byDay(a, b Day) int {
	switch {
	case a == b:
		return 0
	case b.IsZero() || !a.IsZero() && a.Before(b):
		return -1
	}
	return 1
}
