package workflow

import (
	"context"
	"fmt"
	"slices"
	"time"

	"capdo/internal/vn"
)

// Rights answers which role may do which act; rule names the policy line.
type Rights interface {
	Allows(role, act string) (rule string, ok bool)
}

// Printer fills a form of a regime with facts and lays it out. Equal facts give
// equal bytes. A fact that the form needs and lacks, or a character the face
// lacks, is a Problem of kind invalid.
type Printer interface {
	Print(ctx context.Context, f PaperFacts) (Printed, error)
	// Numbered tells the type code a form is numbered under ("QĐ"), "-" for a
	// numbered paper without a type code, and "" when the form bears no number.
	Numbered(regime, form string) (code string, err error)
	// Proven tells whether a form carries a code by which anybody may check it.
	Proven(regime, form string) (bool, error)
}

// Printed is one paper as bytes and as text.
type Printed struct {
	PDF  []byte
	Text string
}

// Snapshot is what one step is decided on: the case, its system and everybody
// and every office concerned, read at one moment.
type Snapshot struct {
	House        // councils and signatories are found among everybody
	Case   *Case // nil for an act on a system, an office or a new case
	System *System
	Entry  *RegisterEntry // in force for the system, or nil
	Open   []string       // ids of the system's open dossiers
	Checks []*Case        // the system's checks that are not closed, oldest first

	Old     *Case              // dossier behind the entry in force, if any
	OrgWide []*Case            // checks of the owner's whole activity that are not closed
	Named   map[string]*System // other systems the fields name
	Joined  []*System          // other systems the case speaks of, in its order
	Office  string             // the office that is acted on
	Above   []string           // owners of the systems that office operates or appraises, where the act asks for them
}

// Change is what one step leaves behind: kept together or not at all.
type Change struct {
	Case      *Case     // new or changed, nil when untouched
	CaseWas   int64     // revision it must still have; 0 for a new case
	System    *System   // as it shall be; nil when untouched
	SystemID  string    // system whose revision is compared, even when untouched
	SystemWas int64     // NewSystem: it must not be there yet
	Joined    []*System // other systems of the dossier; each must still have the revision before its own
	Event     Event
	Papers    []Paper
	Numbers   []string // ids of reserved numbers that become used
	Ended     []RegisterEntry
	Added     []RegisterEntry
	Offices   []OfficeChanged
	People    []PersonChanged
	Settings  map[string]string
	Reports   []Report      // sent by this step
	Also      []CaseChanged // other cases that move with this one
	Events    []Event       // of those, and what the clock adds to this one
	Content   *Content      // what the version was sent with, frozen by this step
	Sheets    []*Sheet      // frozen with the step; each must still have the revision before its own
	Key       string        // request key, kept with the outcome
	Outcome   []byte        // the outcome as JSON, to be given again for the same key
}

// Intake is an old register to be taken in: its offices, systems and rows, and
// the checks they bring. A check beyond its first revision was there and begins
// anew; it must still have the revision before.
type Intake struct {
	Offices []Office
	Systems []*System
	Entries []RegisterEntry
	Checks  []*Case
	Event   Event
}

// Led tells the state a case must be in for the events of a change to lead it to
// where it is put, and an error where they lead elsewhere: no store puts a case
// into a state without its step, whoever asks for it. Which steps there are is the
// service's to know.
func (ch *Change) Led(c *Case) (from string, err error) {
	from = c.State
	last, at := "", ""
	for _, e := range append([]Event{ch.Event}, ch.Events...) {
		switch {
		case e.Case != c.ID || e.To == "":
			continue
		case at == "":
			from = e.From
		case e.From == last && e.To == at: // a remark on the same step
		case e.From != at:
			return "", fmt.Errorf("workflow: %s of %s begins at %q, not at %q", e.Act, c.ID, e.From, at)
		}
		last, at = e.From, e.To
	}
	if at != "" && at != c.State {
		return "", fmt.Errorf("workflow: %s is put to %q, its steps lead to %q", c.ID, c.State, at)
	}
	return from, nil
}

// CaseChanged is another case of a change, with the revision it must still have.
type CaseChanged struct {
	Case *Case
	Was  int64
}

// OfficeChanged is an office of a change, with the revision it must still have.
type OfficeChanged struct {
	Office Office
	Was    int64
}

// PersonChanged is a person of a change, with the revision it must still have.
type PersonChanged struct {
	Person Person
	Was    int64
}

// NewSystem is the revision before the first of a system.
const NewSystem = -1

// NumberAsk asks for a number of a book.
type NumberAsk struct {
	ID     string // id the number gets
	Issuer string
	Series string
	Year   int
	N      int    // 0: the next of the book
	Text   string // printf pattern with one %s for the number, or the typed text when N > 0 or Typed
	Typed  bool
	Case   string // with Order and Form: the same ask gives the same number again
	Order  int64
	Form   string
	On     Day
	Person string
}

// CaseQuery selects cases, in the order of their ids; what is due, in the order
// of its days.
type CaseQuery struct {
	Kind   string // "dossier", "check"; empty: both
	System string
	Owner  string // of the system, or of the check of its whole activity
	Own    bool   // only checks of an owner's whole activity, of any owner where none is named
	State  string
	Stage  string
	// Running: only cases at which somebody is at turn: neither decided nor ended,
	// nor a check whose window has not opened.
	Running bool
	// Concerns: only cases that concern one of these offices as owner, operator,
	// leader or provider of the system, as its named SDU, or as appraiser or
	// performer of the case; or that the person Member has a seat in the council of.
	Concerns []string
	Member   string
	DueBy    Day    // only cases with a deadline before this day that the clock has not dealt with
	After    string // what Cursor gives of the one to go on after
	Limit    int    // 0: 50
}

// ByName lists systems in the Vietnamese order of their names.
const ByName = "name"

// SystemQuery selects systems: all that is set must fit.
type SystemQuery struct {
	Owner    string
	Operator string // alone or among several
	SDU      string
	State    string
	Level    *int   // in force; 0 for none
	Name     string // words that each begin a word of the name, whatever their marks; inside words where no name has one that begins so
	Sort     string // empty: in the order of their ids; ByName
	After    string // what Cursor gives of the one to go on after
	Limit    int    // 0: 50
}

// Cursor is the place of a system in the order of the query.
func (q SystemQuery) Cursor(s *System) string {
	if q.Sort == ByName {
		return vn.SortKey(s.Name) + "/" + s.ID
	}
	return s.ID
}

// Words are the folded words of Name, each once.
func (q SystemQuery) Words() []string {
	words := vn.Words(q.Name)
	slices.Sort(words)
	return slices.Compact(words)
}

// Cursor is the place of a case in the order of the query.
func (q CaseQuery) Cursor(c *Case) string {
	if !q.DueBy.IsZero() {
		return c.NextClock().String() + "/" + c.ID
	}
	return c.ID
}

// EventQuery selects events by case, or by system where Case is empty (those
// that belong to no case), oldest first.
type EventQuery struct {
	Case, System, Office string
	House                bool // every event that belongs to neither case nor system
	After                int64
	Limit                int // 0: all

	// All: every event there is, newest first, older than Before, narrowed by House,
	// System and the three that follow.
	All         bool
	Before      int64
	Person, Act string
	Refused     bool
}

// PaperQuery selects papers of a case; of a system or an office those that
// belong to no case.
type PaperQuery struct {
	Case, System, Office string
}

// Store keeps and finds the nouns. Every store gives the same answers and
// passes workflowtest.Exercise. What is missing is a Problem of kind not_found,
// a revision that moved on is one of kind stale.
type Store interface {
	Sweeper
	Lister
	Counter

	Office(ctx context.Context, id string) (Office, error)
	Offices(ctx context.Context) ([]Office, error)
	SaveOffice(ctx context.Context, o Office) error

	Person(ctx context.Context, id string) (Person, error)
	People(ctx context.Context) ([]Person, error)
	SavePerson(ctx context.Context, p Person) error // replaces its grants

	System(ctx context.Context, id string) (*System, error)
	Systems(ctx context.Context, q SystemQuery) ([]*System, error)
	AddSystem(ctx context.Context, s *System) error

	Case(ctx context.Context, id string) (*Case, error)
	Cases(ctx context.Context, q CaseQuery) ([]*Case, error)
	Snapshot(ctx context.Context, caseID, systemID string) (*Snapshot, error)

	// Keep writes a change in one transaction. Stale when the case or the
	// system has another revision than the change was decided on.
	Keep(ctx context.Context, ch *Change) error
	// Note adds an event alone: a refusal.
	Note(ctx context.Context, e Event) error
	Events(ctx context.Context, q EventQuery) ([]Event, error)
	// Done gives the outcome kept for a request key, nil when there is none.
	Done(ctx context.Context, key string) ([]byte, error)

	Reserve(ctx context.Context, ask NumberAsk) (Number, error)
	VoidNumber(ctx context.Context, id, reason string) error
	Numbers(ctx context.Context, issuer string, year int) ([]Number, error)

	Papers(ctx context.Context, q PaperQuery) ([]Paper, error) // with text, without bytes
	Paper(ctx context.Context, id string) (Paper, error)       // with bytes

	// Register gives the rows of an owner that hold on the day, in the order
	// they were entered.
	Register(ctx context.Context, owner string, on Day) ([]RegisterEntry, error)
	// Import adds an old register in one transaction.
	Import(ctx context.Context, in *Intake) error

	ContentStore
	ProofStore

	Setting(ctx context.Context, key string) (string, error) // "" when unset
	SetSetting(ctx context.Context, key, value string) error

	SheetStore
	GoalStore
	DraftStore
}

// Clock tells the time; a demo province has a supposed day.
type Clock func() time.Time
