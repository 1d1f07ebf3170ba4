package rehearse

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// World is what a scenario is played with; main joins it from the real rooms.
type World struct {
	Book     *regime.Book
	NewStore func() (workflow.Store, error) // an empty store for each scenario
	Rights   workflow.Rights
	Printer  workflow.Printer
	// Intake reads an old register: its good rows, the faults of the others,
	// and the source as the register names it.
	Intake func(r io.Reader, name string) (rows []workflow.ImportRow, refused []workflow.RowRefusal, source string, err error)
	// Message gives the words of a refusal, for `says`.
	Message func(p *workflow.Problem) string
	// FS opens a file a scenario names by a path relative to its own.
	FS func(scenarioPath, rel string) (io.ReadCloser, error)
	// Saw is told each criterion, floor and deadline a scenario computes outside
	// a case, by regime and id; nil when nobody asks.
	Saw func(regime, id string)
}

func (w World) saw(regime string, ids ...string) {
	for _, id := range ids {
		if w.Saw != nil {
			w.Saw(regime, id)
		}
	}
}

// Play plays a scenario against a new service over an empty store and writes
// one line a step. The error is one of the store, of out or of ctx; everything
// the scenario itself meets is a line that fails.
func Play(ctx context.Context, w World, s *Scenario, out io.Writer) (Result, error) {
	store, err := w.NewStore()
	if err != nil {
		return Result{}, fmt.Errorf("rehearse: new store: %w", err)
	}
	var now time.Time
	made := 0
	svc := workflow.New(workflow.Config{Book: s.Calendars(w.Book), Store: store, Rights: w.Rights, Printer: w.Printer,
		Clock: func() time.Time { return now },
		NewID: func(kind string) string { made++; return fmt.Sprintf("%s~%d", kind, made) }})
	var sum Result
	err = s.Stage(ctx, w, svc, func(t time.Time) { now = t }, func(l Line) error {
		if l.Failed() {
			sum.Failed++
		} else {
			sum.Passed++
		}
		_, err := fmt.Fprintln(out, l)
		return err
	})
	return sum, err
}

// Stage sets up the offices, people and systems of a scenario in a service and
// plays its steps there. set moves the service's clock; each is told what became
// of every step and may end the play with an error. The service must work with
// the scenario's Calendars where it brings any.
func (s *Scenario) Stage(ctx context.Context, w World, svc *workflow.Service, set func(time.Time), each func(Line) error) error {
	p := &player{World: w, s: s, svc: svc}
	set(s.start(svc.Book))
	for _, st := range s.setUp() {
		if line := p.take(ctx, st); line.Failed() {
			if err := each(line); err != nil {
				return err
			}
		}
	}
	for _, st := range s.steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if st.at != nil {
			set(st.at.time())
		}
		if err := each(p.take(ctx, st)); err != nil {
			return err
		}
	}
	return nil
}

// start is where the clock stands before the first step: the first day named,
// or the first of the newest regime in a file that names none.
func (s *Scenario) start(book *regime.Book) time.Time {
	if s.first.IsZero() {
		return book.Regimes[len(book.Regimes)-1].From.Start()
	}
	return s.first
}

// player plays one scenario.
type player struct {
	World
	s   *Scenario
	svc *workflow.Service
}

// take does one step. An error and even a panic of the engine is a step that
// fails; the rest of the scenario goes on.
func (p *player) take(ctx context.Context, st step) (line Line) {
	line = Line{File: p.s.File, Number: st.line, What: oneLine(st.what)}
	broke := func(what any) { line.Wrong = oneLine(fmt.Sprintf("expected the step to work, got %v", what)) }
	defer func() {
		if v := recover(); v != nil {
			broke(fmt.Sprintf("a panic: %v", v))
		}
	}()
	if st.at != nil {
		if err := p.svc.Tick(ctx); err != nil {
			broke(fmt.Sprintf("an error of the clock's work: %v", err))
			return line
		}
	}
	d, err := st.do.run(ctx, p)
	if err != nil {
		broke(fmt.Sprintf("an error: %v", err))
		return line
	}
	line.Wrong = d.String()
	return line
}

// setUp gives the offices, people and systems as steps, so that what the engine
// refuses of them fails with its line.
func (s *Scenario) setUp() (out []step) {
	for _, o := range s.offices {
		out = append(out, step{line: o.line, what: "office " + o.it.ID, do: doing(func(ctx context.Context, p *player) error {
			_, err := p.svc.AddOffice(ctx, o.it)
			return err
		})})
	}
	for _, x := range s.people {
		out = append(out, step{line: x.line, what: "person " + x.it.ID, do: doing(func(ctx context.Context, p *player) error {
			person := x.it
			person.Grants = slices.Clone(person.Grants)
			return p.svc.AddPerson(ctx, person)
		})})
	}
	for _, y := range s.systems {
		out = append(out, step{line: y.line, what: "system " + y.it.ID, do: doing(y.it.add)})
	}
	return out
}

func (y system) add(ctx context.Context, p *player) error {
	sys := y.System
	sys.Facts = maps.Clone(sys.Facts)
	if sys.Facts == nil {
		sys.Facts = workflow.Facts{}
	}
	if err := p.svc.AddSystem(ctx, &sys); err != nil || y.approved == nil {
		return err
	}
	return p.svc.AdoptDecision(ctx, sys.ID, y.approved.level, y.approved.on, y.approved.by, y.approved.no)
}

// doing is an action that either works or does not.
type doing func(ctx context.Context, p *player) error

func (f doing) run(ctx context.Context, p *player) (differences, error) {
	var d differences
	err := f(ctx, p)
	if problem, ok := workflow.ProblemOf(err); ok {
		d.add("it to be taken in", p.describe(problem))
		return d, nil
	}
	return d, err
}

// passed moves the clock; the timed work is done before every dated step.
type passed struct{}

func (passed) run(context.Context, *player) (differences, error) { return nil, nil }
