package workflow

import (
	"context"
	"fmt"
	"slices"

	"capdo/workflow/regime"
)

// record is one system as the records show it on a day: what reports, targets
// and duties are counted from.
type record struct {
	sys     *System
	as      []string       // capacities of the office asked for
	entry   *RegisterEntry // row of the register that holds on the day
	c       *Case          // newest dossier opened by the day
	rules   *regime.Regime // of the entry, else of the dossier, else nil
	public  string         // public state of the yearly report; empty without a dossier
	again   bool           // another determination is under way
	checked Day            // conclusion of the last periodic check by the day
	say     Statement      // all stated by the day
	place   int            // in the register
}

// level is the level in force, else the proposed one; 0 for none.
func (r *record) level() int {
	switch {
	case r.entry != nil:
		return r.entry.Level
	case r.c != nil:
		return r.c.LevelOf(r.sys.ID)
	}
	return 0
}

// recordReader reads the records of a day once, for all systems of an office.
type recordReader struct {
	s       *Service
	on      Day
	office  string
	offices map[string]Office
	entries map[string]RegisterEntry
	places  map[string]int
	read    map[string]bool // owners whose register was read
	cases   map[string][]*Case
	stated  map[string]Statement
}

// records gives the systems in which an office is owner, SDU or operator, as
// the records show them on a day. A system whose first trace lies after the day
// is left out, as is one that has been closed.
func (s *Service) records(ctx context.Context, office string, on Day) ([]*record, map[string]Office, error) {
	if _, err := s.Store.Office(ctx, office); err != nil {
		return nil, nil, err
	}
	offices, err := s.officeMap(ctx)
	if err != nil {
		return nil, nil, err
	}
	x := &recordReader{s: s, on: on, office: office, offices: offices, entries: map[string]RegisterEntry{}, places: map[string]int{}, read: map[string]bool{}, cases: map[string][]*Case{}}
	if x.stated, err = s.statedOf(ctx, on); err != nil {
		return nil, nil, err
	}
	if err := x.readCases(ctx); err != nil {
		return nil, nil, err
	}
	out, err := x.systems(ctx)
	return out, offices, err
}

const pageSize = 1000

func (x *recordReader) readCases(ctx context.Context) error {
	for after := ""; ; {
		page, err := x.s.Store.Cases(ctx, CaseQuery{After: after, Limit: pageSize})
		if err != nil {
			return fmt.Errorf("workflow: cases of a report: %w", err)
		}
		for _, c := range page {
			after = c.ID
			x.cases[c.System] = append(x.cases[c.System], c)
			for _, j := range c.Joint {
				x.cases[j.System] = append(x.cases[j.System], c)
			}
		}
		if len(page) < pageSize {
			return nil
		}
	}
}

func (x *recordReader) systems(ctx context.Context) (out []*record, err error) {
	for after := ""; ; {
		page, err := x.s.Store.Systems(ctx, SystemQuery{After: after, Limit: pageSize})
		if err != nil {
			return nil, fmt.Errorf("workflow: systems of a report: %w", err)
		}
		for _, sys := range page {
			after = sys.ID
			as := capacitiesOf(parties{sys, x.on, x.offices, nil}, x.office)
			if len(as) == 0 {
				continue
			}
			r, err := x.record(ctx, sys, as)
			if err != nil {
				return nil, err
			}
			if r != nil {
				out = append(out, r)
			}
		}
		if len(page) < pageSize {
			return inRegisterOrder(out), nil
		}
	}
}

// record reads one system, or nil when it was not there on the day.
func (x *recordReader) record(ctx context.Context, sys *System, as []string) (*record, error) {
	for _, owner := range sys.Owners {
		if err := x.readRegister(ctx, owner); err != nil {
			return nil, err
		}
	}
	r := &record{sys: sys, as: as, say: x.stated[sys.ID]}
	if e, ok := x.entries[sys.ID]; ok {
		r.entry, r.public, r.place = &e, approvedPublic, x.places[sys.ID]
		r.rules, _ = x.s.Book.ByKey(e.Regime)
	}
	traced := r.entry != nil || sys.Decision != "" || len(x.cases[sys.ID]) > 0
	for _, c := range x.cases[sys.ID] {
		if c.Opened.After(x.on) {
			continue
		}
		if c.Kind == KindCheck {
			r.inspected(c, x.on)
			continue
		}
		if err := x.dossier(ctx, r, c); err != nil {
			return nil, err
		}
	}
	if traced && r.entry == nil && r.c == nil || x.closed(sys, r) {
		return nil, nil
	}
	return r, nil
}

// inspected takes up a periodic check that was concluded by the day.
func (r *record) inspected(c *Case, on Day) {
	i := c.Inspection
	if i != nil && i.Kind == "periodic" && !i.Concluded.IsZero() && !i.Concluded.After(on) && i.Concluded.After(r.checked) {
		r.checked = i.Concluded
	}
}

// checks tells which checks of a system are known: those stated, and a periodic
// one the records hold.
func (r *record) checks() []string {
	if r.checked.IsZero() || slices.Contains(r.say.Checked, "periodic") {
		return r.say.Checked
	}
	return append(slices.Clone(r.say.Checked), "periodic")
}

func (x *recordReader) readRegister(ctx context.Context, owner string) error {
	if x.read[owner] {
		return nil
	}
	x.read[owner] = true
	rows, err := x.s.Store.Register(ctx, owner, x.on)
	if err != nil {
		return fmt.Errorf("workflow: register of a report: %w", err)
	}
	for _, e := range rows {
		x.places[e.System], x.entries[e.System] = len(x.entries), e
	}
	return nil
}

// closed tells of a system whose life has ended by the day asked about; only
// its present state is known.
func (x *recordReader) closed(sys *System, r *record) bool {
	rules := r.rules
	if rules == nil {
		rules = x.s.Book.Regimes[len(x.s.Book.Regimes)-1]
	}
	return !x.on.Before(x.s.Today()) && rules.System.States[sys.State].Stage == "closed"
}

// approvedPublic is the public state a decision in force stands for.
const approvedPublic = "approved"

// dossier takes up a case that was open or decided by the day: the newest
// counts, and what is already in force stays so.
func (x *recordReader) dossier(ctx context.Context, r *record, c *Case) error {
	state, key, err := x.stood(ctx, c)
	if err != nil {
		return err
	}
	rules, ok := x.s.Book.ByKey(key)
	if !ok {
		return nil
	}
	p, ok := rules.For(c.Level, c.ListAsked || isListed(rules, r.sys))
	if !ok || p.States[state].Form08 == "" {
		return nil
	}
	if stage := p.States[state].Stage; r.entry != nil && c.ID != r.entry.Case && stage != "closed" && stage != "in_force" {
		r.again = true
	}
	if r.c != nil && (r.c.Opened.After(c.Opened) || r.entry != nil && r.c.ID == r.entry.Case) {
		return nil
	}
	r.c = c
	if r.entry == nil {
		r.rules, r.public = rules, p.States[state].Form08
	}
	return nil
}

// stood gives state and regime of a case on the day: the present ones, or what
// its history tells.
func (x *recordReader) stood(ctx context.Context, c *Case) (state, key string, err error) {
	if !x.on.Before(x.s.Today()) {
		return c.State, c.Regime, nil
	}
	events, err := x.s.Store.Events(ctx, EventQuery{Case: c.ID})
	if err != nil {
		return "", "", fmt.Errorf("workflow: history of case %s: %w", c.ID, err)
	}
	for _, e := range events {
		if e.Refused == nil && e.To != "" && !e.On.After(x.on) {
			state, key = e.To, e.Regime
		}
	}
	return state, key, nil
}

// inRegisterOrder lists systems with a row first, as the register does, then
// the others by id.
func inRegisterOrder(list []*record) []*record {
	var first, rest []*record
	for _, r := range list {
		if r.entry != nil {
			first = append(first, r)
		} else {
			rest = append(rest, r)
		}
	}
	sortRecords(first)
	return append(first, rest...)
}
