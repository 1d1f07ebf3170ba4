package workflow

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"capdo/workflow/regime"
)

const actEditSheet = "edit_sheet"

// sheetKeys are the keys of the problems and warnings of this noun.
var sheetKeys = []string{"not_found.sheet", "not_found.catalogue", "sheet.closed", "sheet.no_catalogue", "sheet.wrong_file", "sheet.provider_itself",
	"sheet.warn.no_measure", "sheet.warn.no_due", "sheet.warn.no_how", "sheet.warn.unconditional", "sheet.warn.condition_unknown", "sheet.warn.unanswered",
	"act.edit_sheet", "act.import_catalogue"}

// SheetOrder asks to change a sheet. Rows named replace the own answers to these
// requirements, rows with no status take them away; others stay.
type SheetOrder struct {
	Revision *int64         `json:"revision,omitempty"` // seen; nil: whatever stands now
	Facts    map[string]any `json:"facts,omitempty"`    // of the catalogue; those not named stay
	Inherits *[]string      `json:"inherits,omitempty"` // systems; nil: as they stand
	Rows     []SheetRow     `json:"rows,omitempty"`
}

// sheetSeat is where somebody sits to look at or change a sheet: the case or
// the system it belongs to, and what stands there now.
type sheetSeat struct {
	snap  *Snapshot
	r     *regime.Regime
	p     *regime.Procedure // nil for a shared sheet
	sheet *Sheet            // newest copy, or a fresh one of revision 0
	desk  *desk
}

// Sheet shows the newest sheet of a case. Where none was kept yet, or the last
// one went out and the case is open to changes again, it shows the one an edit
// would begin with.
func (s *Service) Sheet(ctx context.Context, caseID string) (*SheetView, error) {
	seat, err := s.seatOfCase(ctx, caseID)
	if err != nil {
		return nil, err
	}
	return seat.view(), nil
}

// SheetCopy shows one copy of a case's sheets as it was kept, also a frozen one.
func (s *Service) SheetCopy(ctx context.Context, caseID string, copy int) (*SheetView, error) {
	seat, err := s.seatOfCase(ctx, caseID)
	if err != nil {
		return nil, err
	}
	id := sheetID(caseID, copy)
	if seat.sheet.ID != id || seat.sheet.Revision == 0 {
		sh, err := s.Store.Sheet(ctx, id)
		if err != nil {
			return nil, err
		}
		if err := s.take(ctx, seat, sh); err != nil {
			return nil, err
		}
	}
	return seat.view(), nil
}

// SharedSheet shows what a system answers once for those that build on it, at a
// level they have.
func (s *Service) SharedSheet(ctx context.Context, systemID string, level int) (*SheetView, error) {
	seat, err := s.seatOfSystem(ctx, systemID, level)
	if err != nil {
		return nil, err
	}
	return seat.view(), nil
}

// SaveSheet changes the sheet of a case: by the operator while it prepares the
// dossier, by the assessor while a check waits for it. A copy that went out is
// never changed; the next edit begins a new one.
func (s *Service) SaveSheet(ctx context.Context, who, caseID string, o SheetOrder) (*SheetView, error) {
	seat, err := s.seatOfCase(ctx, caseID)
	if err != nil {
		return nil, err
	}
	return s.saveSheet(ctx, who, seat, o)
}

// SaveSharedSheet changes what a system answers for others; its operator may at
// any time. Systems that inherit see the change until their own dossier goes out.
func (s *Service) SaveSharedSheet(ctx context.Context, who, systemID string, level int, o SheetOrder) (*SheetView, error) {
	seat, err := s.seatOfSystem(ctx, systemID, level)
	if err != nil {
		return nil, err
	}
	return s.saveSheet(ctx, who, seat, o)
}

// MaySheet asks whether a person may change the sheet of a case now; the problem
// says who may, or in which state.
func (s *Service) MaySheet(ctx context.Context, who, caseID string) error {
	seat, err := s.seatOfCase(ctx, caseID)
	if err != nil {
		return err
	}
	_, err = s.maySheet(ctx, who, seat)
	return err
}

func (s *Service) saveSheet(ctx context.Context, who string, seat *sheetSeat, o SheetOrder) (*SheetView, error) {
	e, err := s.maySheet(ctx, who, seat)
	if err != nil {
		return nil, err
	}
	was := seat.sheet.Revision
	if o.Revision != nil && *o.Revision != was {
		return nil, s.sheetMoved(ctx, seat)
	}
	next := clone(*seat.sheet)
	if p := seat.desk.change(&next, o); p != nil {
		return nil, p
	}
	if o.Inherits != nil {
		if next.Inherits, err = s.inherits(ctx, who, seat, *o.Inherits); err != nil {
			return nil, err
		}
	}
	next.Revision = was + 1
	e.With = With{"sheet": next.ID, "rows": len(o.Rows), "revision": next.Revision}
	if err := s.Store.KeepSheet(ctx, &next, was, e); err != nil {
		return nil, err
	}
	if err := s.take(ctx, seat, &next); err != nil {
		return nil, err
	}
	return seat.view(), nil
}

// change applies an order to a sheet; every wrong field is named at once.
func (d *desk) change(s *Sheet, o SheetOrder) *Problem {
	all := &Problem{Kind: Invalid, Key: "field.invalid"}
	add := func(p *Problem) {
		if p.Key != "field.invalid" {
			all.Key, all.Args = p.Key, p.Args
		}
		all.Fields, all.Basis = append(all.Fields, p.Fields...), append(all.Basis, p.Basis...)
	}
	if len(o.Facts) > 0 {
		facts, err := d.cat.CheckFacts(o.Facts)
		if err != nil {
			add(factProblem("facts", err))
		}
		if s.Facts == nil {
			s.Facts = Facts{}
		}
		for k, v := range facts {
			s.Facts[k] = v
		}
	}
	rows, seen := d.cat.Rows(s.Level, d.use), map[string]bool{}
	for _, r := range o.Rows {
		at := "rows." + r.ID
		if !slices.ContainsFunc(rows, func(q *regime.Requirement) bool { return q.ID == r.ID }) {
			add(invalid(at, "expect.row_id", shortened(r.ID)))
			continue
		}
		if seen[r.ID] {
			add(invalid(at, "expect.once", ""))
			continue
		}
		seen[r.ID] = true
		clean, p := checkRow(at, r)
		if p != nil {
			add(p)
			continue
		}
		s.put(clean)
	}
	if len(all.Fields) > 0 {
		return all
	}
	return nil
}

func shortened(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}

// inherits checks the systems a sheet takes rows from: they are there, are not
// the system itself, and belong to an owner the person may see.
func (s *Service) inherits(ctx context.Context, who string, seat *sheetSeat, ids []string) ([]string, error) {
	var out []string
	for i, id := range ids {
		at := "inherits." + itoa(i+1)
		if id == seat.snap.System.ID {
			return nil, &Problem{Kind: Invalid, Key: "sheet.provider_itself", Fields: []Field{{at, "expect.other_system", id}}}
		}
		sys, err := s.Store.System(ctx, id)
		if p, ok := ProblemOf(err); ok && p.Kind == NotFound {
			return nil, invalid(at, "expect.system", shortened(id))
		}
		if err != nil {
			return nil, err
		}
		seen := false
		for _, owner := range sys.Owners {
			may, err := s.MaySeeOwner(ctx, who, owner)
			if err != nil {
				return nil, err
			}
			seen = seen || may
		}
		if !seen {
			return nil, invalid(at, "expect.system", shortened(id))
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out, nil
}

// sheetMoved says who changed the sheet since the person looked.
func (s *Service) sheetMoved(ctx context.Context, seat *sheetSeat) error {
	p := &Problem{Kind: Stale, Key: "case.moved_on"}
	events, err := s.Store.Events(ctx, EventQuery{Case: seat.sheet.Case, System: seat.snap.System.ID})
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(events) {
		if e.Act == actEditSheet && e.With["sheet"] == seat.sheet.ID {
			p.Args = map[string]string{"who": e.Person, "act": e.Act, "when": e.On.String()}
			break
		}
	}
	return p
}

// SheetHands names who has changed the sheet of a case after a revision of it.
func (s *Service) SheetHands(ctx context.Context, caseID string, since int64) ([]string, error) {
	events, err := s.Store.Events(ctx, EventQuery{Case: caseID})
	var hands []string
	for _, e := range events {
		if n, err := strconv.ParseFloat(fmt.Sprint(e.With["revision"]), 64); err == nil && e.Act == actEditSheet && int64(n) > since {
			hands = addOnce(hands, e.Person)
		}
	}
	return hands, err
}

// maySheet asks whether a person may change the sheet now, and gives the event
// the change will leave.
func (s *Service) maySheet(ctx context.Context, who string, seat *sheetSeat) (Event, error) {
	person, err := s.Store.Person(ctx, who)
	if err != nil {
		return Event{}, err
	}
	c, capacity := seat.snap.Case, "operator"
	e := Event{Act: actEditSheet, System: seat.snap.System.ID, Person: who, On: s.Today(), At: s.Clock(), Regime: seat.r.Key}
	if c != nil {
		e.Case, e.Version, e.Revision, e.From, e.To = c.ID, c.Version, c.Revision, c.State, c.State
		if capacity = sheetHolder(s.Book, seat.p, c.State); capacity == "" {
			return e, &Problem{Kind: NotNow, Key: "sheet.closed", Args: map[string]string{"state": c.State}}
		}
	}
	p := parties{seat.snap.System, s.Today(), seat.snap.Offices, seat.r}
	var names, can []string
	for role, is := range s.Book.Roles {
		rule, ok := s.Rights.Allows(role, actEditSheet)
		if is.Capacity != capacity || !ok {
			continue
		}
		can = append(can, role)
		offices := p.holding(capacity, c)
		if c != nil && c.Inspection != nil {
			offices = nonEmpty(c.Inspection.Performer) // whoever makes the check, not all who plan it
		}
		for _, office := range offices {
			if n := seat.snap.Offices[office].Name; !slices.Contains(names, n) {
				names = append(names, n)
			}
			if slices.ContainsFunc(person.Grants, func(g Grant) bool { return g.Role == role && g.Office == office && g.On(s.Today()) }) {
				e.Role, e.For, e.Rule = role, office, rule
				return e, nil
			}
		}
	}
	slices.Sort(can)
	return e, &Problem{Kind: Denied, Key: "act.denied", Basis: seat.r.Catalogue.Basis, Can: can,
		Args: map[string]string{"act": actEditSheet, "office": strings.Join(names, "; ")}}
}

// sheetHolder names the capacity that may change the sheet in a state: the
// operator while it prepares a dossier, the assessor while a check waits for it.
func sheetHolder(book *regime.Book, p *regime.Procedure, state string) string {
	if p == nil {
		return ""
	}
	st := p.States[state]
	if assessed(book, p) {
		if st.Holder == "assessor" {
			return st.Holder
		}
		return ""
	}
	if st.Holder == "operator" && st.Stage == "preparing" {
		return st.Holder
	}
	return ""
}

// assessed tells whether a procedure is a check: some step of it is an assessor's.
func assessed(book *regime.Book, p *regime.Procedure) bool {
	return p != nil && slices.ContainsFunc(p.Steps, func(st regime.Step) bool {
		return slices.ContainsFunc(st.By, func(role string) bool { return book.Roles[role].Capacity == "assessor" })
	})
}
