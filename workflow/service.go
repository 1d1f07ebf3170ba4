// Package workflow is what the procedure means: its nouns, the engine that
// decides what may happen next, and the service that takes the step. It knows
// no HTTP, no database, no rights file and no paper layout; those are ports.
package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"capdo/workflow/regime"
)

// Config joins the service with its ports.
type Config struct {
	Book    *regime.Book
	Store   Store
	Rights  Rights
	Printer Printer
	Clock   Clock
	NewID   func(kind string) string
	Demo    bool // the clock's day is a supposed one; papers say so
	// Seal gives the last checkpoint of the history in its short form, as papers
	// print it ("12: 9F3A…"); nil or "" where there is none.
	Seal func(ctx context.Context) (string, error)
}

// Service takes steps. It is safe for use by many goroutines.
type Service struct{ Config }

// New makes a service.
func New(c Config) *Service { return &Service{c} }

// Today is the day of the clock in Asia/Ho_Chi_Minh.
func (s *Service) Today() Day { return regime.DayOf(s.Clock()) }

// Act takes one step of a procedure. The new state, the event and every paper
// the step owes are kept together or not at all; a refusal is kept as an event
// and comes back as a *Problem.
func (s *Service) Act(ctx context.Context, who string, want Want) (*Outcome, error) {
	kept, err := s.done(ctx, who, want)
	if err != nil || kept != nil {
		return kept, err
	}
	out, err := s.takeStep(ctx, who, want)
	if p, ok := ProblemOf(err); ok && p.Kind == Stale {
		// Whoever moved on may have been the same request, sent twice at once.
		if kept, fault := s.done(ctx, who, want); fault == nil && kept != nil {
			return kept, nil
		}
	}
	return out, err
}

// done gives the outcome kept for the request key of a want, nil where there is none.
func (s *Service) done(ctx context.Context, who string, want Want) (*Outcome, error) {
	if want.Key == "" {
		return nil, nil
	}
	kept, err := s.Store.Done(ctx, who+"/"+want.Key)
	if err != nil {
		return nil, fmt.Errorf("workflow: request key: %w", err)
	}
	if kept == nil {
		return nil, nil
	}
	out := &Outcome{}
	return out, json.Unmarshal(kept, out)
}

func (s *Service) takeStep(ctx context.Context, who string, want Want) (*Outcome, error) {
	m, err := s.begin(ctx, who, want)
	if err != nil {
		return nil, err
	}
	if p := m.decide(); p != nil {
		// What was read may be what the same request, sent twice at once, has just left.
		if kept, err := s.done(ctx, who, want); err != nil || kept != nil {
			return kept, err
		}
		return nil, s.refuse(ctx, m, p)
	}
	if err := s.sealSheet(ctx, m); err != nil {
		return nil, err
	}
	if err := s.print(ctx, m); err != nil {
		return nil, s.giveUp(ctx, m, err)
	}
	if err := s.freeze(ctx, m); err != nil {
		return nil, s.giveUp(ctx, m, err)
	}
	out, err := m.outcome()
	if err != nil {
		return nil, s.giveUp(ctx, m, err)
	}
	if err := s.Store.Keep(ctx, &m.change); err != nil {
		return nil, s.giveUp(ctx, m, err)
	}
	s.dropAnswers(ctx, m)
	if m.c == nil {
		return out, nil
	}
	out.Acts, err = s.Acts(ctx, who, m.c.ID)
	return out, err
}

// begin reads what the step is decided on and compares the version seen.
func (s *Service) begin(ctx context.Context, who string, want Want) (*move, error) {
	shape, ok := s.Book.Acts[want.Act]
	if !ok {
		return nil, &Problem{Kind: Invalid, Key: "act.unknown", Fields: []Field{{"act", "expect.act", want.Act}}}
	}
	person, err := s.Store.Person(ctx, who)
	if err != nil {
		return nil, err
	}
	if shape.Clock {
		return nil, &Problem{Kind: Denied, Key: "act.clock_only", Args: map[string]string{"act": want.Act}}
	}
	opens := shape.Object == "new_case" || shape.Object == "check" && want.System != ""
	snap, err := s.subject(ctx, &want, shape)
	if err != nil {
		return nil, err
	}
	if err := s.named(ctx, want, shape, snap); err != nil {
		return nil, err
	}
	if err := s.above(ctx, want, shape, snap); err != nil {
		return nil, err
	}
	m := &move{book: s.Book, rights: s.Rights, day: s.Today(), at: s.Clock(), who: person, want: want, shape: shape, snap: snap, newIDs: s.NewID}
	m.own()
	if opens {
		m.newID = want.NewCase
		if m.newID == "" {
			m.newID = s.NewID("case")
		}
	}
	if want.Revision != nil && *want.Revision != m.revision() {
		return nil, s.stale(ctx, m)
	}
	return m, nil
}

// stale says who acted since the actor looked.
func (s *Service) stale(ctx context.Context, m *move) error {
	p := &Problem{Kind: Stale, Key: "case.moved_on"}
	q := EventQuery{System: m.sys.ID, Office: m.snap.Office}
	if m.newID != "" {
		q = EventQuery{Case: m.newID}
	} else if m.c != nil {
		q = EventQuery{Case: m.c.ID}
	}
	events, err := s.Store.Events(ctx, q)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(events) {
		if e.Refused == nil {
			p.Args = map[string]string{"who": e.Person, "act": e.Act, "when": e.On.String()}
			break
		}
	}
	return p
}

// refuse keeps a refusal in the history and hands it back.
func (s *Service) refuse(ctx context.Context, m *move, p *Problem) error {
	e := m.event()
	e.Refused = &Refusal{p.Kind, p.Key, p.Guard, p.Basis, p.Args}
	if err := s.Store.Note(ctx, e); err != nil {
		return fmt.Errorf("workflow: keep refusal: %w", err)
	}
	return p
}

// giveUp voids the numbers of a step that could not be kept.
func (s *Service) giveUp(ctx context.Context, m *move, cause error) error {
	for _, id := range m.change.Numbers {
		if err := s.Store.VoidNumber(ctx, id, "step_not_kept"); err != nil {
			cause = errors.Join(cause, err)
		}
	}
	p, ok := ProblemOf(cause)
	switch {
	case ok && p.Kind == Stale && m.who.ID != clockPerson:
		return s.stale(ctx, m)
	case ok && p.Kind != Stale && p.Kind != Busy:
		return s.refuse(ctx, m, p)
	}
	return cause
}

// Acts lists the acts of a case's state as they stand for a person: open, or
// closed with the reason and the article.
func (s *Service) Acts(ctx context.Context, who, caseID string) ([]OpenAct, error) {
	return s.actsOn(ctx, who, Want{Case: caseID})
}

// SystemActs lists the acts on a system itself in the same way.
func (s *Service) SystemActs(ctx context.Context, who, system string) ([]OpenAct, error) {
	return s.actsOn(ctx, who, Want{System: system})
}

// OfficeActs lists the acts on an office in the same way.
func (s *Service) OfficeActs(ctx context.Context, who, office string) ([]OpenAct, error) {
	return s.actsOn(ctx, who, Want{Office: office})
}

func (s *Service) actsOn(ctx context.Context, who string, on Want) ([]OpenAct, error) {
	person, err := s.Store.Person(ctx, who)
	if err != nil {
		return nil, err
	}
	var snap *Snapshot
	switch {
	case on.Office != "":
		snap, err = s.officeSubject(ctx, on.Office)
	case on.Case != "":
		snap, err = s.snapshot(ctx, on.Case)
	default:
		snap, err = s.Store.Snapshot(ctx, "", on.System)
	}
	if err != nil {
		return nil, err
	}
	return s.acts(person, s.Today(), snap), nil
}

func (s *Service) acts(who Person, day Day, snap *Snapshot) []OpenAct {
	m := &move{book: s.Book, rights: s.Rights, day: day, at: s.Clock(), who: who, snap: snap}
	m.share()
	r := m.regimeAhead()
	if r == nil {
		return nil
	}
	m.r = r
	p := m.procedure()
	if p == nil {
		return nil
	}
	var out []OpenAct
	seen := map[string]bool{}
	for _, step := range p.Leaving(m.stateIn(p)) {
		if shape := s.Book.Acts[step.Act]; shape.Clock || seen[step.Act] {
			continue
		}
		seen[step.Act] = true
		one := &move{book: s.Book, rights: s.Rights, day: day, at: s.Clock(), who: who, snap: snap, shape: s.Book.Acts[step.Act],
			want: Want{Act: step.Act, With: With{"regime": r.Key}}}
		one.share()
		act := OpenAct{Act: step.Act, Closed: one.may(), Main: one.shape.Main}
		if one.step != nil {
			st := one.step
			act.Able, act.To, act.Issues, act.Or, act.Basis, act.Origin = one.able(), st.Target(one.state()), st.Issues, st.Or, st.Basis, st.Origin
		}
		out = append(out, act)
	}
	return out
}
