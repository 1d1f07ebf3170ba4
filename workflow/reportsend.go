package workflow

import (
	"context"
	"slices"

	"capdo/workflow/regime"
)

// Report is a report that was sent: kept whether in time or late.
type Report struct {
	ID      string            `json:"id"`
	Office  string            `json:"office"` // the sender
	To      string            `json:"to"`     // the addressee
	Year    int               `json:"year"`
	Kind    string            `json:"kind"` // annual | adhoc
	Sent    Day               `json:"sent"`
	Rule    string            `json:"rule,omitempty"`    // deadline it goes by
	From    Day               `json:"from,omitzero"`     // window of the data
	Until   Day               `json:"until,omitzero"`    //
	LastDay Day               `json:"last_day,omitzero"` // zero where none is set
	Late    bool              `json:"late,omitempty"`    //
	Regime  string            `json:"regime"`            //
	Basis   []regime.Citation `json:"basis,omitempty"`   //
	Origin  regime.Origin     `json:"origin"`            //
	Paper   string            `json:"paper,omitempty"`   // id of the printed form
	Person  string            `json:"person,omitempty"`  //
}

// ReportStore keeps the reports sent; they are only ever added.
type ReportStore interface {
	AddReport(ctx context.Context, r Report) error
	// Reports gives those an office sent for a year, in the order they were
	// sent; year 0 gives all years.
	Reports(ctx context.Context, office string, year int) ([]Report, error)
}

// ReportSending is what the act of sending a report knows.
type ReportSending struct {
	ID     string
	Office string
	As     string // capacity of the role that acts: owner, sdu or operator
	Year   int
	To     string
	Kind   string // annual (also when empty) | adhoc
	On     Day
	Person string
}

// ReportOf makes the noun of a report an office sends. An annual one goes from
// the owner to the ministry of the regime, or from SDU and operator up to the
// owner; another addressee is refused with the article. It is late after its
// last day and kept all the same. An ad hoc report has no last day.
// owners are the owners of the sender's systems.
func ReportOf(book *regime.Book, offices map[string]Office, owners []string, o ReportSending) (Report, *Problem) {
	r, ok := book.ReportRegime(o.Year)
	if !ok {
		return Report{}, noReport(book, o.Year)
	}
	out := Report{ID: o.ID, Office: o.Office, To: o.To, Year: o.Year, Kind: o.Kind, Sent: o.On, Regime: r.Key, Person: o.Person}
	to, known := offices[o.To]
	switch {
	case o.Kind != "" && o.Kind != "annual" && o.Kind != "adhoc":
		return out, invalid("kind", "expect.one_of", o.Kind)
	case !known || o.To == o.Office:
		return out, invalid("to", "expect.other_office", o.To)
	case o.Year > o.On.Year():
		return out, invalid("year", "expect.report_year", itoa(o.Year))
	}
	if o.Kind == "" {
		out.Kind = "annual"
	}
	route, fits := r.Report.Unit, reportsUp(offices, owners, o.Office, o.To)
	if o.As == ownerCapacity {
		route, fits = r.Report.Owner, slices.Contains(r.Report.Owner.Bodies, to.Body)
	}
	out.Basis, out.Origin = route.Basis, route.Origin
	if out.Kind == "adhoc" {
		return out, nil
	}
	if !fits {
		return out, &Problem{Kind: Refused, Key: "report.addressee", Basis: route.Basis, Args: map[string]string{"to": to.Name},
			Fields: []Field{{"to", "expect.report_addressee", o.To}}}
	}
	out.Rule = route.Rule
	d := r.Deadlines[route.Rule]
	out.From, out.Until, _ = d.WindowIn(o.Year)
	if d.Before != nil {
		out.LastDay = d.Before.In(o.Year).AddDays(-1)
		out.Late = o.On.After(out.LastDay)
	}
	return out, nil
}

// reportsUp tells whether an office is the owner a unit reports to: the owner of its
// systems, or, where none are known, a body above it.
func reportsUp(offices map[string]Office, owners []string, office, to string) bool {
	if len(owners) > 0 {
		return slices.Contains(owners, to)
	}
	return (parties{offices: offices}).under(offices[office].Under, to)
}

// OwnersOf lists the owners of the systems an office operates or appraises.
func (s *Service) OwnersOf(ctx context.Context, office string) ([]string, error) {
	list, _, err := s.records(ctx, office, s.Today())
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range list {
		for _, id := range r.sys.Owners {
			if id != office {
				out = addOnce(out, id)
			}
		}
	}
	return out, nil
}

// SentReport gives the last annual report an office sent for a year.
func (s *Service) SentReport(ctx context.Context, office string, year int) (Report, error) {
	list, err := s.Store.Reports(ctx, office, year)
	if err != nil {
		return Report{}, err
	}
	for _, r := range slices.Backward(list) {
		if r.Kind == "annual" {
			return r, nil
		}
	}
	return Report{}, notFound("report", itoa(year))
}

// flagLate is raised by a report sent after its last day.
const flagLate = "late"

// Warns are the flags the sending of a report raises.
func (r Report) Warns() []string {
	if r.Late {
		return []string{flagLate}
	}
	return nil
}

// above reads what the sending of a report is decided on beside the office.
func (s *Service) above(ctx context.Context, want Want, shape *regime.ActShape, snap *Snapshot) error {
	if _, reports := shape.Fields["year"]; snap.Office == "" || !reports {
		return nil
	}
	var err error
	snap.Above, err = s.OwnersOf(ctx, want.Office)
	return err
}

// sendReport keeps that a report was sent, in time or late.
func sendReport(m *move) *Problem {
	r, p := ReportOf(m.book, m.snap.Offices, m.snap.Above, ReportSending{ID: m.newIDs("report"), Office: m.snap.Office, As: m.book.Roles[m.role].Capacity,
		Year: m.f.number["year"], To: m.f.text["to"], Kind: m.f.text["kind"], On: m.day, Person: m.who.ID})
	if p != nil {
		return p
	}
	m.keepOffice(clone(m.snap.Offices[m.snap.Office])) // the next report, and its paper, is another one
	r.Paper = m.paperID(m.step.Issues[0])
	m.change.Reports = append(m.change.Reports, r)
	m.warns = append(m.warns, r.Warns()...)
	return nil
}

// reportPaper fills the form of a report that is being sent: by the rules of its
// year, as the records stand on the day it speaks of.
func (s *Service) reportPaper(ctx context.Context, m *move, f *PaperFacts) error {
	sent := m.change.Reports[0]
	r, ok := s.Book.ByKey(sent.Regime)
	if !ok {
		return noReport(s.Book, sent.Year)
	}
	rep, snap, err := s.report(ctx, r, sent.Office, sent.Year, s.reportDay(r, sent.Year))
	if err != nil {
		return err
	}
	f.Report, f.Bases, f.Mandate, f.To = rep, r.Bases("request", m.date), nil, []OfficeFacts{m.facts(sent.To)}
	if len(snap.owners) > 0 {
		f.Owner = m.facts(snap.owners[0])
	}
	return nil
}
