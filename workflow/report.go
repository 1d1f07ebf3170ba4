package workflow

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"capdo/workflow/regime"
)

// ReportFacts is the yearly report of an office: counters, who is who, one row
// a system, the contents the regime asks for, and where rows do not agree.
type ReportFacts struct {
	Regime   string          `json:"regime"`
	Year     int             `json:"year"`
	On       Day             `json:"on"`                // as the records stood on this day
	From     Day             `json:"from,omitzero"`     // window of the data; zero where the regime sets none
	To       Day             `json:"to,omitzero"`       //
	LastDay  Day             `json:"last_day,omitzero"` // to send it; zero where none is set
	Owner    bool            `json:"owner"`             // the owner's own report, not one unit's
	Counts   []ReportCount   `json:"counts"`
	Parties  []ReportParty   `json:"parties"`
	Rows     []ReportRow     `json:"rows"`
	Contents []ReportAnswer  `json:"contents"`
	Warnings []ReportWarning `json:"warnings,omitempty"`
	Levels   []RegimeCount   `json:"levels"` // of the rows approved, by rule set
	Duty     []int           `json:"duty"`   // levels the report is a duty for by itself
	DutyNote string          `json:"duty_note,omitempty"`
	Read     int             `json:"read,omitempty"`   // rows whose deployment is a reading of the register
	Source   string          `json:"source,omitempty"` // named import sources
}

// ReportCount is one line of Part 1. Unknown counts systems of which the records
// do not say.
type ReportCount struct {
	Key     string `json:"key"`
	N       int    `json:"n"`
	Unknown int    `json:"unknown,omitempty"`
	Text    string `json:"text,omitempty"` // the date of the last line
}

// ReportParty is one identity block of Part 2; empty fields are not recorded.
type ReportParty struct {
	Kind      string `json:"kind"` // owner | sdu
	Name      string `json:"name"`
	Functions string `json:"functions,omitempty"` // paper that sets functions and tasks
	Head      string `json:"head,omitempty"`
	Title     string `json:"title,omitempty"`
	Address   string `json:"address,omitempty"`
	Contact   string `json:"contact,omitempty"`
}

// ReportRow is one row of Part 3. What the records do not know stays empty with
// Known false, so that a form prints it as unknown and not as an empty slot.
type ReportRow struct {
	N              int    `json:"n"`
	SystemID       string `json:"system_id"`
	System         string `json:"system"`
	Owner          string `json:"owner"`
	Operator       string `json:"operator"`
	Level          int    `json:"level,omitempty"`
	Regime         string `json:"regime,omitempty"` // the level is of this rule set
	Status         string `json:"status,omitempty"` // drafting, sent, appraised, approved; empty: no dossier
	DecisionNo     string `json:"decision_no,omitempty"`
	DecisionDate   string `json:"decision_date,omitempty"`
	DecisionBy     string `json:"decision_by,omitempty"`
	QuyChe         string `json:"quy_che,omitempty"`
	QuyCheDate     string `json:"quy_che_date,omitempty"`
	QuyCheBy       string `json:"quy_che_by,omitempty"`
	ApprovalBy     string `json:"approval_by,omitempty"`
	Deployment     string `json:"deployment,omitempty"`      // none, partial, full; empty: unknown
	DeploymentRead bool   `json:"deployment_read,omitempty"` // read from the register, not stated
	FullBy         string `json:"full_by,omitempty"`
	Checked        string `json:"checked,omitempty"` // pre_use, periodic, both
	Follows        string `json:"follows,omitempty"`
	ListGround     string `json:"list_ground,omitempty"`
	Again          bool   `json:"again,omitempty"`
	Duty           bool   `json:"duty"` // the report is a duty for this level
	Source         string `json:"source,omitempty"`
}

// ReportAnswer is one content of the report as far as the records answer it.
type ReportAnswer struct {
	Key     string            `json:"key"`
	Text    string            `json:"text"`
	Measure string            `json:"measure"`
	In      string            `json:"in"`
	Basis   []regime.Citation `json:"basis,omitempty"`
	Origin  regime.Origin     `json:"origin"`
	Yes     int               `json:"yes"`
	Partly  int               `json:"partly,omitempty"`
	No      int               `json:"no,omitempty"`
	Unknown int               `json:"unknown,omitempty"`
	Stated  string            `json:"stated,omitempty"` // text given by the office
}

// ReportWarning tells which rows break a rule of consistency.
type ReportWarning struct {
	Key    string            `json:"key"`
	Rows   []int             `json:"rows,omitempty"`
	Basis  []regime.Citation `json:"basis,omitempty"`
	Origin regime.Origin     `json:"origin"`
}

// Report gives the yearly report of an office, the owner's or one unit's, by
// the rules of that year. It speaks of the last day of the data window, or of
// the last day to send it, and never of a day to come.
func (s *Service) Report(ctx context.Context, office string, year int) (*ReportFacts, error) {
	r, ok := s.Book.ReportRegime(year)
	if !ok {
		return nil, noReport(s.Book, year)
	}
	on := s.reportDay(r, year)
	f, _, err := s.report(ctx, r, office, year, on)
	return f, err
}

// ReportOn gives the report as the records stood on a day, by the rules in
// force that day, or by the last ones before it.
func (s *Service) ReportOn(ctx context.Context, office string, on Day) (*ReportFacts, error) {
	r, err := s.reportRules(on)
	if err != nil {
		return nil, err
	}
	f, _, err := s.report(ctx, r, office, on.Year(), on)
	return f, err
}

// PrintReport prints the report of an office as it stood on a day.
func (s *Service) PrintReport(ctx context.Context, office string, on Day) (PaperFacts, Printed, error) {
	r, err := s.reportRules(on)
	if err != nil {
		return PaperFacts{}, Printed{}, err
	}
	f, err := s.ReportPaper(ctx, r, office, on.Year(), on)
	if err != nil {
		return PaperFacts{}, Printed{}, err
	}
	out, err := s.Printer.Print(ctx, f)
	return f, out, err
}

// ReportPaper gathers all the form of a report prints; the act that sends a
// report adds number and date.
func (s *Service) ReportPaper(ctx context.Context, r *regime.Regime, office string, year int, on Day) (PaperFacts, error) {
	rep, snap, err := s.report(ctx, r, office, year, on)
	if err != nil {
		return PaperFacts{}, err
	}
	owner := ""
	if len(snap.owners) > 0 {
		owner = snap.owners[0]
	}
	f := PaperFacts{Form: r.Report.Form, Regime: r.Key, RegimeTitle: r.Title, Standard: r.Standard, Date: on, Issuer: snap.facts(office, owner, on),
		Owner: snap.facts(owner, "", on), Signatory: snap.headOf(office, on, ""), Bases: r.Bases("request", on), Report: rep}
	f.To = []OfficeFacts{f.Owner}
	if rep.Owner {
		f.Owner, f.To = f.Issuer, []OfficeFacts{snap.ministry(r.Report.Owner, on)}
	}
	if s.Demo {
		f.DemoDay = s.Today()
	}
	return f, nil
}

func noReport(b *regime.Book, year int) *Problem {
	p := closedTo(nil, nil)
	if last, ok := b.LastBefore(regime.NewDay(year, 12, 31)); ok {
		p = closedTo(last.Ended, nil)
	}
	p.Fields = []Field{{"year", "expect.report_year", itoa(year)}}
	return p
}

// reportRules finds the rules a report of a day goes by.
func (s *Service) reportRules(on Day) (*regime.Regime, error) {
	r, ok := s.Book.On(on)
	if !ok || r.Report == nil {
		r, ok = s.Book.LastBefore(on)
	}
	if !ok || r.Report == nil {
		return nil, noReport(s.Book, on.Year())
	}
	return r, nil
}

// reportDay is the day the report of a year speaks of.
func (s *Service) reportDay(r *regime.Regime, year int) Day {
	d := r.Deadlines[r.Report.Owner.Rule]
	day := regime.NewDay(year, 12, 31)
	if _, to, ok := d.WindowIn(year); ok {
		day = to
	} else if d.Before != nil {
		day = d.Before.In(year).AddDays(-1)
	}
	if today := s.Today(); day.After(today) {
		return today
	}
	return day
}

// reportSnap is a snapshot without a case, with the owners met.
type reportSnap struct {
	Snapshot
	owners, sdus []string
}

// ministry is the outside body the owner's report goes to.
func (x *reportSnap) ministry(route regime.ReportRoute, on Day) OfficeFacts {
	for _, id := range slices.Sorted(maps.Keys(x.Offices)) {
		if slices.Contains(route.Bodies, x.Offices[id].Body) {
			return x.facts(id, "", on)
		}
	}
	return OfficeFacts{Name: route.Name}
}

func sortRecords(list []*record) {
	slices.SortStableFunc(list, func(a, b *record) int {
		return cmp.Compare(a.place, b.place)
	})
}

func (s *Service) report(ctx context.Context, r *regime.Regime, office string, year int, on Day) (*ReportFacts, *reportSnap, error) {
	list, offices, err := s.records(ctx, office, on)
	if err != nil {
		return nil, nil, err
	}
	snap := &reportSnap{Snapshot: Snapshot{House: House{Offices: offices}}}
	if snap.People, err = s.Store.People(ctx); err != nil {
		return nil, nil, fmt.Errorf("workflow: people of a report: %w", err)
	}
	f := &ReportFacts{Regime: r.Key, Year: year, On: on, Duty: r.Report.Levels.Duty, DutyNote: r.Report.Levels.Note}
	f.Owner = len(list) == 0 && offices[office].Under == ""
	var sources []string
	for i, rec := range list {
		f.Rows = append(f.Rows, snap.row(i+1, rec, r, on))
		f.Owner = f.Owner || slices.Contains(rec.as, ownerCapacity)
		if f.Rows[i].DeploymentRead {
			f.Read++
		}
		if rec.entry != nil {
			f.Levels = countLevel(f.Levels, rec.entry.Regime, rec.entry.Level)
		}
		if name, _, ok := strings.Cut(f.Rows[i].Source, "#"); ok && !slices.Contains(sources, name) {
			sources = append(sources, name)
		}
	}
	if f.Owner && !slices.Contains(snap.owners, office) {
		snap.owners = append(snap.owners, office)
	}
	f.Source = strings.Join(sources, "; ")
	f.dates(r)
	f.count(list)
	f.Parties = snap.parties(on)
	texts, err := s.reportTexts(ctx, office, year, on)
	if err != nil {
		return nil, nil, err
	}
	f.answer(r.Report.Contents, texts)
	f.check(r.Report.Checks)
	return f, snap, nil
}

// dates puts the window and the last day of the year's report.
func (f *ReportFacts) dates(r *regime.Regime) {
	route := r.Report.Unit
	if f.Owner {
		route = r.Report.Owner
	}
	d := r.Deadlines[route.Rule]
	f.From, f.To, _ = d.WindowIn(f.Year)
	if d.Before != nil {
		f.LastDay = d.Before.In(f.Year).AddDays(-1)
	}
}

// reportTexts gives what the office wrote for the contents of its report.
func (s *Service) reportTexts(ctx context.Context, office string, year int, on Day) (map[string]string, error) {
	list, err := s.Store.Statements(ctx, StatementQuery{Office: office, Until: on})
	if err != nil {
		return nil, fmt.Errorf("workflow: texts of a report: %w", err)
	}
	texts := map[string]string{}
	for _, st := range list {
		if st.System == "" && st.Year == year {
			for k, v := range st.Texts {
				texts[k] = v
			}
		}
	}
	return texts, nil
}
