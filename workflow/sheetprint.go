package workflow

import (
	"context"
	"slices"

	"capdo/workflow/regime"
)

// SheetFacts is a requirement sheet as a paper prints it.
type SheetFacts struct {
	Standard   string
	UseNote    string   // what a reader must know of the rows under this regime
	Unverified bool     // whether that use itself is unverified
	Notes      []string // on the catalogue, the unverified ones marked by Doubts
	Doubts     []string
	Sections   []SheetSection
	Providers  []string // systems whose shared rows are inherited
	Asked      []string // questions not answered yet
	Counts     Rollup
	Frozen     Day
	Copy       int
	Check      bool
	Opened     bool // rows whose text is not at hand are among them
	Doubtful   bool // rows not compared with the standard are among them
}

// SheetSection is all rows of one kind: management, technical, general. Before
// the rows of a group stands a line that is its heading.
type SheetSection struct {
	Kind string
	Rows []SheetLine
}

// SheetLine is one printed row. Result is what a check found; Status what the
// dossier says.
type SheetLine struct {
	N                                        int    // running number; 0 for a heading
	Heading                                  string // title of the group that begins here
	ID, No, Title, Text, Condition, Product  string
	Status, Reason, How, Measure, Unit, From string
	Evidence                                 []string
	Due                                      Day
	Result, Finding, Remedy                  string
	Seen                                     []string // evidence a check saw
	Open, Doubtful                           bool
}

// The forms of a sheet.
const (
	formPlan      = "plan-explanation"
	formChecklist = "inspection-checklist"
)

// PrintSheet prints the newest sheet of a case with one of its two forms; an
// empty form is the explanation of the plan for a dossier, the checklist for a
// check. A sheet that has not gone out is a draft. Facts come back too, so that a door can write other formats.
func (s *Service) PrintSheet(ctx context.Context, caseID, form string) (PaperFacts, Printed, error) {
	t, err := s.seatOfCase(ctx, caseID)
	if err != nil {
		return PaperFacts{}, Printed{}, err
	}
	if form == "" {
		form = formPlan
		if t.sheet.Check {
			form = formChecklist
		}
	}
	if form != formPlan && form != formChecklist {
		return PaperFacts{}, Printed{}, notFound("form", shortened(form))
	}
	f := s.sheetPaper(t, form)
	if s.Demo {
		f.DemoDay = s.Today()
	}
	out, err := s.Printer.Print(ctx, f)
	return f, out, err
}

func (s *Service) sheetPaper(t *sheetSeat, form string) PaperFacts {
	c, sys, snap := t.snap.Case, t.snap.System, t.snap
	day := s.Today()
	if !t.sheet.Frozen.IsZero() {
		day = t.sheet.Frozen
	}
	who := parties{sys, day, snap.Offices, t.r}
	issuer := who.operator()
	if t.sheet.Check && c.Inspection != nil && c.Inspection.Performer != "" {
		issuer = c.Inspection.Performer
	}
	f := PaperFacts{Form: form, Regime: t.r.Key, RegimeTitle: t.r.Title, Standard: t.desk.cat.Standard, Date: day, Version: c.Version, Track: c.Track,
		Draft: t.sheet.Frozen.IsZero(), Issuer: snap.facts(issuer, who.owner(), day), Signatory: snap.headOf(issuer, day, ""), System: sys.Name, Address: sys.Address,
		Owner: snap.facts(who.owner(), "", day), Operator: snap.facts(who.operator(), who.owner(), day), SDU: snap.facts(who.sdu(), who.owner(), day),
		Level: t.sheet.Level, Bases: t.r.Bases("request", day)}
	if f.Address == "" {
		f.Address = snap.Offices[who.operator()].Address
	}
	f.Sheet = sheetFacts(t.view())
	return f
}

// sheetFacts lays a sheet out by kind and group, in the order of the standard.
func sheetFacts(v *SheetView) *SheetFacts {
	f := &SheetFacts{Standard: v.Catalogue.Standard, UseNote: v.Catalogue.Note, Unverified: v.Catalogue.Verified == regime.Unverified,
		Counts: v.Rollup, Frozen: v.Frozen, Copy: v.Copy, Check: v.Check}
	for _, n := range v.Catalogue.Notes {
		if n.Verified == regime.Unverified {
			f.Doubts = append(f.Doubts, n.Text)
		} else {
			f.Notes = append(f.Notes, n.Text)
		}
	}
	for _, p := range v.Providers {
		f.Providers = append(f.Providers, p.Name)
	}
	for _, q := range v.Questions {
		if q.Value == nil {
			f.Asked = append(f.Asked, q.Ask)
		}
	}
	group := ""
	for i, r := range v.Rows {
		n := len(f.Sections) - 1
		if n < 0 || f.Sections[n].Kind != r.Kind {
			f.Sections = append(f.Sections, SheetSection{Kind: r.Kind})
			n++
		}
		at := &f.Sections[n]
		if r.Group != group && r.Requirement.Group != nil {
			at.Rows = append(at.Rows, SheetLine{ID: r.Group, Heading: r.GroupTitle})
		}
		group = r.Group
		line := sheetLine(v, r)
		line.N = i + 1
		at.Rows = append(at.Rows, line)
		f.Opened, f.Doubtful = f.Opened || line.Open, f.Doubtful || line.Doubtful
	}
	return f
}

func sheetLine(v *SheetView, r SheetRowView) SheetLine {
	l := SheetLine{ID: r.ID, No: r.No, Title: r.Title, Text: r.Text, Condition: r.Condition, Open: r.Open, Doubtful: !r.Verified}
	switch {
	case r.Open:
		l.Text, l.Title = r.Title, "" // the duty to meet all of it stands in the note on open rows
	case r.Requirement.Under == nil:
		l.Title = ""
	}
	if l.Product = r.Product; r.Product != "" && r.ProductWhen != "" {
		l.Product += " (" + r.ProductWhen + ")"
	}
	said := &r.SheetRow
	if v.Check {
		l.Result, l.Finding, l.Remedy, l.Seen = string(r.Status), r.How, r.Measure, r.SheetRow.Evidence
		if r.Status == RowNotApplicable {
			l.Finding = r.Reason
		}
		if said = r.Plan; said == nil {
			return l
		}
	}
	l.Status, l.Reason, l.How, l.Measure, l.Unit, l.Due = string(said.Status), said.Reason, said.How, said.Measure, said.Unit, said.Due
	l.Evidence, l.From = slices.Clone(said.Evidence), r.Provider
	return l
}
