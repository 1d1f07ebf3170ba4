// Package memory keeps the nouns in memory: tests and rehearsals. It gives the
// same answers as every other store and forgets everything at the end.
package memory

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"capdo/internal/vn"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// Store is a store in memory, safe for many goroutines.
type Store struct {
	mu       sync.Mutex
	offices  map[string]workflow.Office
	people   map[string]workflow.Person
	systems  map[string]*workflow.System
	cases    map[string]*workflow.Case
	events   []workflow.Event
	papers   []workflow.Paper
	numbers  []workflow.Number
	entries  []workflow.RegisterEntry
	done     map[string][]byte
	settings map[string]string
	contents
	goals

	sheets      map[string]*workflow.Sheet
	supplements map[string]regime.Supplement
	drafts      map[[2]string]workflow.Draft // by person and subject
}

// New makes an empty store.
func New() *Store {
	return &Store{offices: map[string]workflow.Office{}, people: map[string]workflow.Person{}, systems: map[string]*workflow.System{},
		cases: map[string]*workflow.Case{}, done: map[string][]byte{}, settings: map[string]string{},
		sheets: map[string]*workflow.Sheet{}, supplements: map[string]regime.Supplement{}, drafts: map[[2]string]workflow.Draft{}}
}

func copyOf[T any](v T) T {
	b, err := json.Marshal(v)
	if err != nil {
		panic("memory: " + err.Error())
	}
	var out T
	if err := json.Unmarshal(b, &out); err != nil {
		panic("memory: " + err.Error())
	}
	return out
}

func missing(what, id string) error {
	return &workflow.Problem{Kind: workflow.NotFound, Key: "not_found." + what, Args: map[string]string{"id": id}}
}

func get[T any](s *Store, m map[string]T, what, id string) (T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := m[id]
	if !ok {
		return v, missing(what, id)
	}
	return copyOf(v), nil
}

func all[T any](s *Store, m map[string]T) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []T
	for _, id := range slices.Sorted(maps.Keys(m)) {
		out = append(out, copyOf(m[id]))
	}
	return out
}

// Office finds an office by id.
func (s *Store) Office(_ context.Context, id string) (workflow.Office, error) {
	return get(s, s.offices, "office", id)
}

// Offices lists all offices by id.
func (s *Store) Offices(context.Context) ([]workflow.Office, error) { return all(s, s.offices), nil }

// SaveOffice adds or changes an office.
func (s *Store) SaveOffice(_ context.Context, o workflow.Office) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offices[o.ID] = o
	return nil
}

// House gives every office and everybody.
func (s *Store) House(context.Context) (workflow.House, error) {
	return workflow.NewHouse(all(s, s.offices), all(s, s.people)), nil
}

// Person finds a person by id.
func (s *Store) Person(_ context.Context, id string) (workflow.Person, error) {
	return get(s, s.people, "person", id)
}

// People lists everybody by id.
func (s *Store) People(context.Context) ([]workflow.Person, error) { return all(s, s.people), nil }

// SavePerson adds or changes a person with all grants.
func (s *Store) SavePerson(_ context.Context, p workflow.Person) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[p.ID] = copyOf(p)
	return nil
}

// System finds a system by id.
func (s *Store) System(_ context.Context, id string) (*workflow.System, error) {
	return get(s, s.systems, "system", id)
}

// Systems selects systems in the order of the query.
func (s *Store) Systems(_ context.Context, q workflow.SystemQuery) ([]*workflow.System, error) {
	found := all(s, s.systems)
	slices.SortFunc(found, func(a, b *workflow.System) int { return strings.Compare(q.Cursor(a), q.Cursor(b)) })
	words := patterns(found, q.Words())
	var out []*workflow.System
	for _, sys := range found {
		if q.Cursor(sys) > q.After && fitsSystem(sys, q, words) && len(out) < limit(q.Limit) {
			out = append(out, sys)
		}
	}
	return out, nil
}

// patterns writes words as they are looked for: at the beginnings of words, or
// anywhere where no name has a word that begins so.
func patterns(list []*workflow.System, words []string) []string {
	for i, word := range words {
		if slices.ContainsFunc(list, func(sys *workflow.System) bool { return strings.Contains(vn.SearchKey(sys.Name), " "+word) }) {
			words[i] = " " + word
		}
	}
	return words
}

func fitsSystem(sys *workflow.System, q workflow.SystemQuery, words []string) bool {
	for _, word := range words {
		if !strings.Contains(vn.SearchKey(sys.Name), word) {
			return false
		}
	}
	return (q.Owner == "" || len(sys.Owners) > 0 && sys.Owners[0] == q.Owner) && (q.Operator == "" || slices.Contains(sys.Operators, q.Operator)) &&
		(q.SDU == "" || sys.SDU == q.SDU) && (q.State == "" || sys.State == q.State) && (q.Level == nil || sys.Level == *q.Level)
}

func limit(n int) int {
	if n == 0 {
		return 50
	}
	return n
}

// AddSystem adds a system; an id that exists is stale.
func (s *Store) AddSystem(_ context.Context, sys *workflow.System) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.systems[sys.ID]; ok {
		return &workflow.Problem{Kind: workflow.Stale, Key: "case.moved_on"}
	}
	s.systems[sys.ID] = copyOf(sys)
	return nil
}

// Case finds a case by id.
func (s *Store) Case(_ context.Context, id string) (*workflow.Case, error) {
	return get(s, s.cases, "case", id)
}

// Cases selects cases by id order.
func (s *Store) Cases(_ context.Context, q workflow.CaseQuery) ([]*workflow.Case, error) {
	systems := map[string]*workflow.System{}
	for _, sys := range all(s, s.systems) {
		systems[sys.ID] = sys
	}
	found := all(s, s.cases)
	slices.SortFunc(found, func(a, b *workflow.Case) int { return strings.Compare(q.Cursor(a), q.Cursor(b)) })
	var out []*workflow.Case
	for _, c := range found {
		if fits(c, systems[c.System], q) && len(out) < limit(q.Limit) {
			out = append(out, c)
		}
	}
	return out, nil
}

func fits(c *workflow.Case, sys *workflow.System, q workflow.CaseQuery) bool {
	if !q.DueBy.IsZero() {
		at := c.NextClock()
		return q.Cursor(c) > q.After && !at.IsZero() && at.Before(q.DueBy)
	}
	if (q.Concerns != nil || q.Member != "") && !concerns(c, sys, q) {
		return false
	}
	owned := c.Owner != "" && (c.Owner == q.Owner || q.Own && q.Owner == "") || !q.Own && sys != nil && slices.Contains(sys.Owners, q.Owner)
	return c.ID > q.After && (q.Kind == "" || strings.TrimPrefix(q.Kind, "dossier") == c.Kind) && (q.System == "" || c.System == q.System) &&
		(q.State == "" || c.State == q.State) && (q.Stage == "" || c.Stage == q.Stage) && (!q.Running || c.Stage != "in_force" && c.Stage != "closed" && c.Stage != "resting") && (q.Owner == "" && !q.Own || owned)
}

// concerns tells whether a case concerns an office or the person of the query.
func concerns(c *workflow.Case, sys *workflow.System, q workflow.CaseQuery) bool {
	ids := []string{c.Owner}
	if sys != nil {
		ids = append(slices.Concat(ids, sys.Owners[:min(len(sys.Owners), 1)], sys.Operators), sys.SDU, sys.Lead)
		if l := sys.Lease; l != nil {
			ids = append(ids, l.Lead, l.Provider)
		}
	}
	if c.Appraiser != nil {
		if q.Member != "" && slices.Contains(c.Appraiser.Members, q.Member) {
			return true
		}
		ids = append(ids, c.Appraiser.Office)
	}
	if c.Inspection != nil {
		ids = append(ids, c.Inspection.Performer)
	}
	return slices.ContainsFunc(ids, func(id string) bool { return id != "" && slices.Contains(q.Concerns, id) })
}

// Snapshot reads what one step is decided on.
func (s *Store) Snapshot(ctx context.Context, caseID, systemID string) (*workflow.Snapshot, error) {
	snap := &workflow.Snapshot{}
	var err error
	if caseID != "" {
		if snap.Case, err = s.Case(ctx, caseID); err != nil {
			return nil, err
		}
		systemID = snap.Case.System
	}
	if systemID == "" && snap.Case != nil {
		snap.System = &workflow.System{Owners: []string{snap.Case.Owner}}
	} else if snap.System, err = s.System(ctx, systemID); err != nil {
		return nil, err
	}
	snap.House, _ = s.House(ctx)
	s.siblings(snap)
	return snap, nil
}

// siblings reads what else runs on the system and its owner.
func (s *Store) siblings(snap *workflow.Snapshot) {
	owner := ""
	if len(snap.System.Owners) > 0 {
		owner = snap.System.Owners[0]
	}
	for _, c := range all(s, s.cases) {
		own := snap.System.ID != "" && c.System == snap.System.ID
		switch {
		case own && c.Kind == workflow.KindDossier && c.Stage != "in_force" && c.Stage != "closed":
			snap.Open = append(snap.Open, c.ID)
		case own && c.Kind == workflow.KindCheck && c.Stage != "closed":
			snap.Checks = append(snap.Checks, c)
		case c.Kind == workflow.KindCheck && c.Owner == owner && c.Stage != "closed":
			snap.OrgWide = append(snap.OrgWide, c)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.entries {
		if e.System == snap.System.ID && e.System != "" && e.To.IsZero() {
			e := copyOf(e)
			snap.Entry = &e
			if old, ok := s.cases[e.Case]; ok {
				snap.Old = copyOf(old)
			}
		}
	}
}

// Keep keeps a change whole or not at all.
func (s *Store) Keep(_ context.Context, ch *workflow.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range casesOf(ch) {
		from, err := ch.Led(c.Case)
		if err != nil {
			return err
		}
		if had := s.cases[c.Case.ID]; c.Was > 0 && had != nil && had.State != from {
			return &workflow.Problem{Kind: workflow.Stale, Key: "case.moved_on"}
		}
	}
	if !s.holds(ch) {
		return &workflow.Problem{Kind: workflow.Stale, Key: "case.moved_on"}
	}
	if k := ch.Content; k != nil {
		s.sent = append(s.sent, copyOf(*k))
	}
	for _, c := range casesOf(ch) {
		s.cases[c.Case.ID] = copyOf(c.Case)
	}
	if ch.System != nil {
		s.systems[ch.System.ID] = copyOf(ch.System)
	}
	for _, sys := range ch.Joined {
		s.systems[sys.ID] = copyOf(sys)
	}
	for _, o := range ch.Offices {
		s.offices[o.Office.ID] = copyOf(o.Office)
	}
	for _, p := range ch.People {
		s.people[p.Person.ID] = copyOf(p.Person)
	}
	maps.Copy(s.settings, ch.Settings)
	for i := range s.numbers {
		if slices.Contains(ch.Numbers, s.numbers[i].ID) {
			s.numbers[i].State = workflow.Used
		}
	}
	for _, e := range ch.Ended {
		for i := range s.entries {
			if s.entries[i].ID == e.ID {
				s.entries[i].To, s.entries[i].Ended = e.To, e.Ended
			}
		}
	}
	s.entries = append(s.entries, ch.Added...)
	s.papers = append(s.papers, ch.Papers...)
	s.reports = append(s.reports, copyOf(ch.Reports)...)
	if ch.Key != "" {
		s.done[ch.Key] = ch.Outcome
	}
	s.note(ch.Event)
	for _, e := range ch.Events {
		s.note(e)
	}
	return nil
}

func casesOf(ch *workflow.Change) []workflow.CaseChanged {
	if ch.Case == nil {
		return ch.Also
	}
	return append([]workflow.CaseChanged{{Case: ch.Case, Was: ch.CaseWas}}, ch.Also...)
}

// holds tells whether all that the step was decided on still is so.
func (s *Store) holds(ch *workflow.Change) bool {
	for _, c := range casesOf(ch) {
		if have, ok := s.cases[c.Case.ID]; ok != (c.Was > 0) || ok && have.Revision != c.Was {
			return false
		}
	}
	for _, o := range ch.Offices {
		if s.offices[o.Office.ID].Revision != o.Was {
			return false
		}
	}
	for _, p := range ch.People {
		if s.people[p.Person.ID].Revision != p.Was {
			return false
		}
	}
	if ch.SystemID != "" && s.systemRevision(ch.SystemID) != ch.SystemWas {
		return false
	}
	for _, one := range ch.Joined {
		if sys, ok := s.systems[one.ID]; !ok || sys.Revision != one.Revision-1 {
			return false
		}
	}
	if k := ch.Content; k != nil {
		if _, twice := s.sentAs(k.Case, k.Version); twice {
			return false
		}
	}
	if _, done := s.done[ch.Key]; ch.Key != "" && done {
		return false
	}
	return s.keepSheets(ch.Sheets)
}

func (s *Store) systemRevision(id string) int64 {
	if sys, ok := s.systems[id]; ok {
		return sys.Revision
	}
	return workflow.NewSystem
}

func (s *Store) note(e workflow.Event) {
	e.Seq = int64(len(s.events) + 1)
	s.events = append(s.events, e)
}

// Note adds a refusal to the history.
func (s *Store) Note(_ context.Context, e workflow.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(e)
	return nil
}

// Events lists history, oldest first.
func (s *Store) Events(_ context.Context, q workflow.EventQuery) ([]workflow.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.All {
		return s.allEvents(q), nil
	}
	var out []workflow.Event
	for _, e := range s.events {
		if e.Seq > q.After && (q.House && e.Case == "" && e.System == "" || !q.House && of(e.Case, e.System, e.Office, q.Case, q.System, q.Office)) && (q.Limit == 0 || len(out) < q.Limit) {
			out = append(out, e)
		}
	}
	return out, nil
}

// Done gives the outcome kept for a request key.
func (s *Store) Done(_ context.Context, key string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done[key], nil
}

// Reserve draws the next number of a book that no typed one has taken, or
// enters a typed one; a clerk's reservation is taken over by the act.
func (s *Store) Reserve(_ context.Context, ask workflow.NumberAsk) (workflow.Number, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := workflow.Number{ID: ask.ID, Issuer: ask.Issuer, Series: ask.Series, Year: ask.Year, Text: ask.Text, State: workflow.Reserved, Typed: ask.Typed, Case: ask.Case, Order: ask.Order, Form: ask.Form, On: ask.On, Person: ask.Person}
	book := map[string]int{} // text → place
	taken := map[int]bool{}
	for i, h := range s.numbers {
		if h.Issuer != ask.Issuer || h.Year != ask.Year {
			continue
		}
		if ask.Case != "" && h.Case == ask.Case && h.Order == ask.Order && h.Form == ask.Form && h.State == workflow.Reserved {
			return h, nil
		}
		book[h.Text] = i
		if h.Series == ask.Series {
			taken[h.N] = true
			if !h.Typed {
				n.N = max(n.N, h.N)
			}
		}
	}
	if ask.Typed {
		return s.enter(n, book)
	}
	for {
		n.N++
		n.Text = fmt.Sprintf(ask.Text, fmt.Sprintf("%02d", n.N))
		if _, is := book[n.Text]; !is && !taken[n.N] {
			s.numbers = append(s.numbers, n)
			return n, nil
		}
	}
}

func (s *Store) enter(n workflow.Number, book map[string]int) (workflow.Number, error) {
	n.N = 0
	for _, r := range n.Text {
		if r < '0' || r > '9' || n.N > 1e8 {
			break
		}
		n.N = n.N*10 + int(r-'0')
	}
	i, is := book[n.Text]
	if !is {
		s.numbers = append(s.numbers, n)
		return n, nil
	}
	if h := s.numbers[i]; h.State != workflow.Reserved || h.Case != "" || n.Case == "" {
		return n, &workflow.Problem{Kind: workflow.Refused, Key: "number.taken", Args: map[string]string{"no": n.Text}}
	}
	s.numbers[i].Case, s.numbers[i].Order, s.numbers[i].Form = n.Case, n.Order, n.Form
	return s.numbers[i], nil
}

// VoidNumber ends a reserved number with its reason.
func (s *Store) VoidNumber(_ context.Context, id, reason string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.numbers {
		if s.numbers[i].ID == id && s.numbers[i].State == workflow.Reserved {
			s.numbers[i].State, s.numbers[i].Reason = workflow.Void, reason
			return nil
		}
	}
	return &workflow.Problem{Kind: workflow.Refused, Key: "number.not_reserved", Args: map[string]string{"id": id}}
}

// Numbers lists an issuer's book of a year.
func (s *Store) Numbers(_ context.Context, issuer string, year int) ([]workflow.Number, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []workflow.Number
	for _, n := range s.numbers {
		if n.Issuer == issuer && n.Year == year {
			out = append(out, n)
		}
	}
	return out, nil
}

// of tells whether a row is of the case asked for, or of the system or office and of no case.
func of(c, system, office, wantCase, wantSystem, wantOffice string) bool {
	switch {
	case wantCase != "":
		return c == wantCase
	case wantSystem != "":
		return c == "" && system == wantSystem
	}
	return c == "" && system == "" && office == wantOffice
}

// Papers lists papers with their text.
func (s *Store) Papers(_ context.Context, q workflow.PaperQuery) ([]workflow.Paper, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []workflow.Paper
	for _, p := range s.papers {
		if of(p.Case, p.System, p.Office, q.Case, q.System, q.Office) {
			out = append(out, p)
		}
	}
	return out, nil
}

// Paper finds a paper with its bytes.
func (s *Store) Paper(_ context.Context, id string) (workflow.Paper, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.papers {
		if p.ID == id {
			return p, nil
		}
	}
	return workflow.Paper{}, missing("paper", id)
}

// Register gives the rows of an owner that hold on a day.
func (s *Store) Register(_ context.Context, owner string, on workflow.Day) ([]workflow.RegisterEntry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []workflow.RegisterEntry
	for _, e := range s.entries {
		if e.Owner == owner && !e.From.After(on) && (e.To.IsZero() || e.To.After(on)) {
			out = append(out, e)
		}
	}
	return out, nil
}

// Import adds an old register.
func (s *Store) Import(_ context.Context, in *workflow.Intake) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range in.Offices {
		s.offices[o.ID] = o
	}
	for _, sys := range in.Systems {
		s.systems[sys.ID] = copyOf(sys)
	}
	for _, c := range in.Checks {
		if have := s.cases[c.ID]; c.Revision > 1 && (have == nil || have.Revision != c.Revision-1) {
			return &workflow.Problem{Kind: workflow.Stale, Key: "case.moved_on"}
		}
		s.cases[c.ID] = copyOf(c)
	}
	s.entries = append(s.entries, in.Entries...)
	s.note(in.Event)
	return nil
}

// Setting reads a setting, "" when unset.
func (s *Store) Setting(_ context.Context, key string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings[key], nil
}

// SetSetting writes a setting.
func (s *Store) SetSetting(_ context.Context, key, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings[key] = value
	return nil
}
