package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"capdo/internal/vn"
)

// PlanKinds are the lists a province's yearly plan annexes beside the register
// of approved systems: money given to IT tasks, money given to security tasks,
// tasks of the year to come.
var PlanKinds = []string{"spending", "security", "next_year"}

// PlanRow is one line of such a list: a task, or a heading with the sum printed
// for what stands under it. Amounts are in đồng; a nil amount was left empty.
type PlanRow struct {
	Line    int    `json:"line"` // in the file, from 1
	No      string `json:"no"`   // as printed: 1, A, II
	Heading bool   `json:"heading,omitempty"`
	Name    string `json:"name"`
	Lead    string `json:"lead,omitempty"` // who leads the task
	Mode    string `json:"mode,omitempty"` // new, carried on, as printed
	Amount  *int64 `json:"amount,omitempty"`
	Own     *int64 `json:"own,omitempty"`   // of it from the IT fund of the year
	Other   *int64 `json:"other,omitempty"` // of it from elsewhere
	Fund    string `json:"fund,omitempty"`
	Status  string `json:"status,omitempty"`
}

// PlanList is one list of one owner for one year, as taken in. A later edition
// replaces the earlier one and leaves it readable.
type PlanList struct {
	Owner   string    `json:"owner"`
	Kind    string    `json:"kind"`
	Year    int       `json:"year"`
	Edition int       `json:"edition"`
	Rows    []PlanRow `json:"rows"`
	Total   *PlanRow  `json:"total,omitempty"` // as printed, where the list printed one
	On      Day       `json:"on"`
	Source  string    `json:"source,omitempty"`
	Person  string    `json:"person,omitempty"`
}

// PlanStore keeps plan lists, every edition.
type PlanStore interface {
	// AddPlan keeps the next edition; another than the next is stale.
	AddPlan(ctx context.Context, p PlanList) error
	// Plan gives the newest edition entered on or before the day; not_found
	// where there is none.
	Plan(ctx context.Context, owner, kind string, year int, on Day) (PlanList, error)
}

// Sum adds the amounts of the tasks, headings left out.
func (p PlanList) Sum() (amount, own, other int64) {
	for _, r := range p.Rows {
		if !r.Heading {
			amount, own, other = amount+worth(r.Amount), own+worth(r.Own), other+worth(r.Other)
		}
	}
	return amount, own, other
}

func worth(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

// planRounding is what a printed number may differ from its sum by: lists in
// million đồng round each line (đồng).
const planRounding = 500_000

// Doubts tells where the printed sums do not agree with the tasks under them.
func (p PlanList) Doubts() []ListWarn {
	var out []ListWarn
	doubt := func(r PlanRow, sum int64) {
		if r.Amount == nil || near(*r.Amount, sum, int64(len(p.Rows))) {
			return
		}
		out = append(out, ListWarn{Key: "plan.sum_differs", Line: r.Line, Args: map[string]string{"name": r.Name, "printed": amountText(r.Amount, 1), "sum": amountText(&sum, 1)}})
	}
	for i, r := range p.Rows {
		if r.Heading {
			doubt(r, p.under(i))
		} else if r.Amount != nil && (r.Own != nil || r.Other != nil) && !near(*r.Amount, worth(r.Own)+worth(r.Other), 1) {
			sum := worth(r.Own) + worth(r.Other)
			out = append(out, ListWarn{Key: "plan.parts_differ", Line: r.Line, Args: map[string]string{"name": r.Name, "printed": amountText(r.Amount, 1), "sum": amountText(&sum, 1)}})
		}
	}
	if p.Total != nil {
		sum, _, _ := p.Sum()
		doubt(*p.Total, sum)
	}
	return out
}

func near(a, b, lines int64) bool { return max(a-b, b-a) <= planRounding*lines }

// under adds the tasks below a heading, down to the next heading of its rank.
func (p PlanList) under(at int) (sum int64) {
	rank := headingRank(p.Rows[at].No)
	for _, r := range p.Rows[at+1:] {
		if r.Heading && headingRank(r.No) <= rank {
			break
		}
		if !r.Heading {
			sum += worth(r.Amount)
		}
	}
	return sum
}

// headingRank orders headings: letters above Roman numerals. C and D are
// letters here, for lists do not reach the hundredth heading.
func headingRank(no string) int {
	if strings.Trim(no, "IVX") == "" {
		return 2
	}
	return 1
}

// amountText writes đồng in a unit as Vietnamese papers do: dots between
// thousands, a comma before decimals.
func amountText(n *int64, unit int64) string {
	if n == nil {
		return ""
	}
	whole, rest := *n/unit, *n%unit
	s := itoa(int(whole))
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	if rest == 0 {
		return s
	}
	decimals := fmt.Sprintf("%0*d", len(itoa(int(unit)))-1, rest)
	return s + "," + strings.TrimRight(decimals, "0")
}

// PlanFacts is a plan list as its form prints it.
type PlanFacts struct {
	Kind   string     `json:"kind"`
	Year   int        `json:"year"`
	Rows   []PlanLine `json:"rows"`
	Source string     `json:"source,omitempty"`
}

// PlanLine is one printed line; the last one is the total.
type PlanLine struct {
	No, Name, Lead, Mode, Amount, Own, Other, Fund, Status string
	Total                                                  bool
}

// planUnit is the unit, in đồng, the amounts of a list are printed in.
func planUnit(kind string) int64 {
	if kind == "next_year" {
		return 1_000_000
	}
	return 1
}

// Facts gives the list as printed: a total is the printed one, else the sum.
func (p PlanList) Facts() *PlanFacts {
	f, unit := &PlanFacts{Kind: p.Kind, Year: p.Year, Source: p.Source}, planUnit(p.Kind)
	line := func(r PlanRow) PlanLine {
		return PlanLine{No: r.No, Name: r.Name, Lead: r.Lead, Mode: r.Mode, Fund: r.Fund, Status: r.Status,
			Amount: amountText(r.Amount, unit), Own: amountText(r.Own, unit), Other: amountText(r.Other, unit)}
	}
	for _, r := range p.Rows {
		f.Rows = append(f.Rows, line(r))
	}
	total := PlanRow{}
	if p.Total != nil {
		total = *p.Total
	} else {
		amount, own, other := p.Sum()
		total.Amount, total.Own, total.Other = &amount, &own, &other
	}
	last := line(total)
	last.No, last.Name, last.Total = "", "", true
	f.Rows = append(f.Rows, last)
	return f
}

// Plan gives a list of an owner for a year as it stood on a day.
func (s *Service) Plan(ctx context.Context, owner, kind string, year int, on Day) (PlanList, error) {
	if !slices.Contains(PlanKinds, kind) {
		return PlanList{}, invalid("kind", "expect.one_of", kind)
	}
	if _, err := s.Store.Office(ctx, owner); err != nil {
		return PlanList{}, err
	}
	return s.Store.Plan(ctx, owner, kind, year, on)
}

// PrintPlan prints a list in the style of the annex it stands in.
func (s *Service) PrintPlan(ctx context.Context, owner, kind string, year int, on Day) (PaperFacts, Printed, error) {
	p, err := s.Plan(ctx, owner, kind, year, on)
	if err != nil {
		return PaperFacts{}, Printed{}, err
	}
	form := map[string]string{"spending": "appendix-2", "security": "appendix-3", "next_year": "appendix-4"}[kind]
	return s.printList(ctx, PaperFacts{Form: form, Date: on, Plan: p.Facts()}, owner)
}

// ImportPlan takes in a list for a year. Nothing is taken while a line is
// refused, unless asked; a list that says what already stands changes nothing.
// Printed sums that do not agree with their lines are reported, not corrected.
func (s *Service) ImportPlan(ctx context.Context, who string, o ListOrder, p PlanList) (*ListReport, error) {
	if err := s.MayHouse(ctx, who, actImport, o.Owner); err != nil {
		return nil, err
	}
	if p.Year < 2000 || p.Year > 2100 {
		return nil, invalid("year", "expect.year", itoa(p.Year))
	}
	p.Owner, p.Source, p.Person, p.On = o.Owner, o.Source, who, o.On
	if p.On.IsZero() {
		p.On = s.Today()
	}
	old, err := s.Plan(ctx, o.Owner, p.Kind, p.Year, p.On)
	if problem, ok := ProblemOf(err); err != nil && (!ok || problem.Key != "not_found.plan") {
		return nil, err
	}
	rep := &ListReport{Refused: slices.Concat(o.Refused, twins(p.Rows))}
	if p.Rows = slices.DeleteFunc(slices.Clone(p.Rows), func(r PlanRow) bool { return refusedLine(rep.Refused, r.Line) }); len(rep.Refused) > 0 && !o.AcceptGood && !o.Dry {
		return rep, nil
	}
	rep.Warns = p.Doubts()
	if samePlan(old, p) {
		rep.Same = len(p.Rows)
		return rep, nil
	}
	if len(p.Rows) == 0 {
		return rep, nil
	}
	p.Edition, rep.Added = old.Edition+1, len(p.Rows)
	if o.Dry {
		return rep, nil
	}
	return rep, s.Store.AddPlan(ctx, p)
}

// twins refuses a task that stands twice under one heading with one number.
func twins(rows []PlanRow) (out []RowRefusal) {
	seen, under := map[string]bool{}, ""
	for i, r := range rows {
		if r.Heading {
			under = itoa(i)
			continue
		}
		key := under + "\x00" + r.No + "\x00" + vn.Fold(r.Name)
		if seen[key] {
			out = append(out, RowRefusal{Line: r.Line, Column: "row", Reason: "duplicate", Value: r.Name})
		}
		seen[key] = true
	}
	return out
}

func refusedLine(list []RowRefusal, line int) bool {
	return slices.ContainsFunc(list, func(r RowRefusal) bool { return r.Line == line })
}

// samePlan compares two lists without the lines of their files.
func samePlan(a, b PlanList) bool {
	return len(a.Rows) == len(b.Rows) && slices.EqualFunc(a.Facts().Rows, b.Facts().Rows, func(x, y PlanLine) bool { return x == y })
}
