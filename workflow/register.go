package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"capdo/internal/vn"
	"capdo/workflow/regime"
)

// Register gives the rows of an owner's register as of a day.
func (s *Service) Register(ctx context.Context, owner string, on Day) ([]RegisterEntry, error) {
	if _, err := s.Store.Office(ctx, owner); err != nil {
		return nil, err
	}
	return s.Store.Register(ctx, owner, on)
}

// PrintRegister prints the register of an owner as of a day. The edition is kept:
// as long as the register of that day says the same, the same one is handed out. A
// register of more than RegisterVolume rows is refused: it is printed by volumes.
func (s *Service) PrintRegister(ctx context.Context, owner string, on Day) (PaperFacts, Printed, error) {
	return s.PrintRegisterVolume(ctx, owner, on, 0)
}

// RegisterVolume is how many rows of a register are printed in one volume: a paper
// is laid out in memory, and nobody binds more.
const RegisterVolume = 20000

// PrintRegisterVolume prints one volume of a long register, from 1; 0 is the whole.
func (s *Service) PrintRegisterVolume(ctx context.Context, owner string, on Day, n int) (PaperFacts, Printed, error) {
	p, err := s.RegisterEdition(ctx, owner, on, n)
	return p.Facts, Printed{PDF: p.PDF, Text: p.Text}, err
}

// RegisterEdition is PrintRegisterVolume as the paper that is kept.
func (s *Service) RegisterEdition(ctx context.Context, owner string, on Day, n int) (Paper, error) {
	f, err := s.RegisterFacts(ctx, owner, on)
	if err != nil {
		return Paper{}, err
	}
	return s.volume(ctx, f, n)
}

// volume prints one volume; the only one bears no number.
func (s *Service) volume(ctx context.Context, f PaperFacts, n int) (Paper, error) {
	switch parts := f.Register.Volumes(RegisterVolume); {
	case parts == 1 && n == 1:
		n = 0
	case n < 0 || n > parts || parts > 1 && n == 0:
		return Paper{}, &Problem{Kind: Invalid, Key: "register.volumes", Args: map[string]string{"count": itoa(parts), "rows": itoa(RegisterVolume)},
			Fields: []Field{{"volume", "expect.volume", itoa(n)}}}
	}
	return s.edition(ctx, f, n)
}

// RegisterFacts is what the register of an owner shows as of a day, for the
// formats that are data and no paper.
func (s *Service) RegisterFacts(ctx context.Context, owner string, on Day) (PaperFacts, error) {
	rows, err := s.Register(ctx, owner, on)
	if err != nil {
		return PaperFacts{}, err
	}
	r, ok := s.Book.On(on)
	if !ok {
		if r, ok = s.Book.LastBefore(on); !ok {
			return PaperFacts{}, closedTo(nil, nil)
		}
	}
	offices, err := s.officeMap(ctx)
	if err != nil {
		return PaperFacts{}, err
	}
	snap := &Snapshot{House: House{Offices: offices}}
	f := PaperFacts{Form: "register", Regime: r.Key, RegimeTitle: r.Title, Standard: r.Standard, Date: on, Owner: snap.facts(owner, "", on), Register: registerFacts(rows, offices, on)}
	f.Register.tell(s, rows)
	f.Issuer = f.Owner
	if s.Demo {
		f.DemoDay = s.Today()
	}
	return f, nil
}

func registerFacts(rows []RegisterEntry, offices map[string]Office, on Day) *RegisterFacts {
	f := &RegisterFacts{On: on, Total: len(rows)}
	var sources []string
	for i, e := range rows {
		f.Counts[e.Level]++
		f.Rows = append(f.Rows, RegisterRow{N: i + 1, Unit: e.OperatorName, System: e.SystemName, Level: e.Level, Decided: e.Decided.String(),
			Meets: e.Meets, No: e.No, By: offices[e.By].At(e.Decided.Last()).Name, Mark: e.Mark})
		if name, _, ok := strings.Cut(e.Source, "#"); ok && !slices.Contains(sources, name) {
			sources = append(sources, name)
		}
	}
	f.Source = strings.Join(sources, "; ")
	return f
}

// Import takes in an old register. By default nothing is taken when any row is
// refused; rows already there are left alone, so a second run changes nothing.
func (s *Service) Import(ctx context.Context, who string, o ImportOrder) (*ImportReport, error) {
	if _, err := s.Store.Office(ctx, o.Owner); err != nil {
		return nil, err
	}
	if err := s.MayHouse(ctx, who, actImport, o.Owner); err != nil {
		return nil, err
	}
	offices, err := s.Store.Offices(ctx)
	if err != nil {
		return nil, err
	}
	x := &importer{s: s, o: o, rep: &ImportReport{Levels: map[int]int{}, Refused: slices.Clone(o.Refused)}, byName: map[string]string{}, known: map[string]*System{}}
	for _, f := range offices {
		x.byName[x.fold(f.Name)] = f.ID
	}
	if err := x.load(ctx); err != nil {
		return nil, err
	}
	x.rep.Rows = len(o.Rows) + len(o.Refused)
	for i, row := range o.Rows {
		if err := o.far(ctx, i, len(o.Rows)); err != nil {
			return nil, err
		}
		x.row(row)
	}
	slices.SortStableFunc(x.rep.Refused, func(a, b RowRefusal) int { return a.Line - b.Line })
	if len(x.rep.Refused) > 0 && !o.AcceptGood && !o.Dry {
		x.rep.Added, x.rep.Same, x.rep.Offices, x.rep.Levels = 0, 0, nil, map[int]int{}
		return x.rep, nil
	}
	x.rep.Sets = x.sets.counts
	if x.rep.Added == 0 || o.Dry {
		return x.rep, nil
	}
	e := Event{Act: actImport, Office: o.Owner, Person: who, On: s.Today(), At: s.Clock(), With: With{"source": o.Source, "rows": x.rep.Added}}
	checks, err := x.checks(ctx)
	if err != nil {
		return nil, err
	}
	return x.rep, s.Store.Import(ctx, &Intake{Offices: x.offices, Systems: x.systems, Entries: x.entries, Checks: checks, Event: e})
}

// checks opens the cycles that the imported levels bring: of each system whose
// level has an interval, and of the owner's whole activity from the first decision on.
func (x *importer) checks(ctx context.Context) ([]*Case, error) {
	var out []*Case
	add := func(r *regime.Regime, y regime.Cycle, e RegisterEntry, system, owner string) error {
		c, p := newCheck(x.s.Book, r, y, system, owner, e.Decided.Last(), e.Level)
		if p != nil {
			return p
		}
		if c != nil {
			c.ID, c.Opened = x.s.NewID("check"), x.s.Today()
			out = append(out, c)
		}
		return nil
	}
	first := -1
	for i, e := range x.entries {
		r, _ := x.s.Book.ByKey(e.Regime)
		if y, ok := r.Checks.CycleOf(e.Level, false); ok {
			if err := add(r, y, e, e.System, ""); err != nil {
				return nil, err
			}
		}
		if first < 0 || e.Decided.Last().Before(x.entries[first].Decided.Last()) {
			first = i
		}
	}
	r, _ := x.s.Book.ByKey(x.entries[first].Regime)
	y, ok := r.Checks.CycleOfOwner()
	if !ok {
		return out, nil
	}
	own, err := x.s.Store.Cases(ctx, CaseQuery{Kind: KindCheck, Owner: x.o.Owner, Own: true, Limit: 2})
	switch {
	case err != nil:
		return nil, err
	case len(own) == 0:
		return out, add(r, y, x.entries[first], "", x.o.Owner)
	case len(own) == 1 && beginsAnew(own[0], x.entries[first]):
		c := own[0]
		err = add(r, y, x.entries[first], "", x.o.Owner)
		if n := len(out) - 1; err == nil && n >= 0 && out[n].Owner != "" { // the same check, on another interval
			out[n].ID, out[n].Opened, out[n].Revision = c.ID, c.Opened, c.Revision+1
		}
	}
	return out, err
}

type importer struct {
	s       *Service
	o       ImportOrder
	rep     *ImportReport
	byName  map[string]string // folded office name → id
	known   map[string]*System
	offices []Office
	systems []*System
	entries []RegisterEntry
	sets    setCounter
}

// fold compares office names without accents and with the usual short form
// written out.
func (x *importer) fold(name string) string {
	folded := vn.Fold(name)
	kind := x.s.Book.Kinds.For(folded)
	for _, short := range kind.Starts {
		if rest, ok := strings.CutPrefix(folded, short); ok && len(kind.Starts) > 1 && kind.Symbol != "" {
			return kind.Symbol + rest
		}
	}
	return folded
}

func systemKey(operator, name string) string { return operator + "\x00" + vn.Fold(name) }

func (x *importer) load(ctx context.Context) error {
	for after := ""; ; {
		page, err := x.s.Store.Systems(ctx, SystemQuery{Owner: x.o.Owner, After: after, Limit: 1000})
		if err != nil {
			return err
		}
		for _, sys := range page {
			after = sys.ID
			for _, op := range sys.Operators {
				x.known[systemKey(op, sys.Name)] = sys
			}
		}
		if len(page) < 1000 {
			return nil
		}
	}
}

func (x *importer) row(row ImportRow) {
	refuse := func(column, reason, value string) {
		x.rep.Refused = append(x.rep.Refused, RowRefusal{Line: row.Line, Column: column, Reason: reason, Value: value})
	}
	if !x.o.AsOf.IsZero() && row.Decided.First().After(x.o.AsOf) {
		refuse("decided", "after_as_of", row.Decided.String())
		return
	}
	operator, found := x.byName[x.fold(row.Unit)]
	if sys, ok := x.known[systemKey(operator, row.Name)]; ok && found {
		if sys.Level != row.Level {
			refuse("level", "level_conflict", itoa(row.Level))
			return
		}
		x.rep.Same++
		x.rep.Levels[row.Level]++
		x.sets.add(x.s.Book, sys.LevelBy, row.Level, 1)
		return
	}
	if !found {
		o := x.s.suggest(Office{ID: x.s.NewID("office"), Name: row.Unit, Under: x.o.Owner, Source: x.o.Source})
		operator = o.ID
		x.byName[x.fold(row.Unit)] = o.ID
		x.offices = append(x.offices, o)
		x.rep.Offices = append(x.rep.Offices, o.Name)
	}
	x.add(row, operator)
}

func (x *importer) add(row ImportRow, operator string) {
	by := x.s.regimeThen(row.Decided.Last())
	sys := &System{ID: x.s.NewID("system"), Name: row.Name, Owners: []string{x.o.Owner}, Operators: []string{operator},
		Facts: Facts{}, State: by.Operating(), Level: row.Level, LevelBy: by.Key, Decided: row.Decided, Source: fmt.Sprintf("%s#%d", x.o.Source, row.Line)}
	entry := RegisterEntry{ID: sys.ID + ".0", Owner: x.o.Owner, System: sys.ID, SystemName: row.Name, Operator: operator, OperatorName: row.Unit,
		Level: row.Level, Regime: by.Key, Decided: row.Decided, Meets: row.Meets, From: row.Decided.Last(), Source: sys.Source, Order: row.Line}
	sys.Decision = entry.ID
	x.known[systemKey(operator, row.Name)] = sys
	x.systems, x.entries = append(x.systems, sys), append(x.entries, entry)
	x.rep.Added++
	x.rep.Levels[row.Level]++
	x.sets.add(x.s.Book, by.Key, row.Level, 1)
}

// regimeThen is the regime an old decision of a day was made under: the one in
// force, else the last that ended before, else the first there ever was.
func (s *Service) regimeThen(d Day) *regime.Regime {
	if r, ok := s.Book.On(d); ok {
		return r
	}
	if r, ok := s.Book.LastBefore(d); ok {
		return r
	}
	return s.Book.Regimes[0]
}

// AdoptDecision enters an older decision in force for a system that has none,
// and starts the checks it brings.
func (s *Service) AdoptDecision(ctx context.Context, systemID string, level int, on LooseDate, by, no string) error {
	snap, err := s.Store.Snapshot(ctx, "", systemID)
	if err != nil {
		return err
	}
	if level < 1 || level > 5 {
		return invalid("level", "expect.level", itoa(level))
	}
	r := s.regimeThen(on.Last())
	m := &move{book: s.Book, day: s.Today(), at: s.Clock(), who: Person{ID: clockPerson}, want: Want{Act: actImport}, snap: snap, r: r, newIDs: s.NewID}
	m.own()
	p := m.parties()
	e := RegisterEntry{ID: systemID + ".0", Owner: p.owner(), System: systemID, SystemName: m.sys.Name, Operator: p.operator(), OperatorName: snap.Offices[p.operator()].At(on.Last()).Name,
		Level: level, Regime: r.Key, Decided: on, By: by, No: no, From: on.Last()}
	m.sys.State = r.Operating()
	if problem := m.inForce(e); problem != nil {
		return problem
	}
	m.change.SystemID, m.change.SystemWas = systemID, snap.System.Revision
	m.change.Event = Event{Act: actImport, System: systemID, On: m.day, At: m.at}
	return s.Store.Keep(ctx, &m.change)
}
