// Package rehearse plays a written scenario (docs/scenarios) against the real
// engine and tells every difference between what the scenario expects and what
// the engine does. It refuses to know rights, stores, forms, messages and file
// formats; those are handed in.
package rehearse

import (
	"context"
	"fmt"
	"strings"
	"time"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// ReadError says why a scenario cannot be read.
type ReadError struct {
	File   string
	Line   int // from 1; 0 when the fault belongs to the whole file
	Reason string
}

// Error writes file, line and reason.
func (e *ReadError) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Reason
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason)
}

// Scenario is one file as read: who there is, and what is done and expected in
// which order. It does not change by being played.
type Scenario struct {
	File  string
	Title string
	About string

	years   []year
	offices []placed[workflow.Office] // superiors before those under them
	people  []placed[workflow.Person]
	systems []placed[system]
	steps   []step
	first   time.Time // of the clock
}

type placed[T any] struct {
	line int
	it   T
}

type year struct {
	number    int
	off, work []workflow.Day
}

type system struct {
	workflow.System
	approved *adopted
}

// adopted is an older decision in force.
type adopted struct {
	level  int
	on     workflow.LooseDate
	by, no string
}

// step is one entry of the list: an act, a computation or an expectation.
type step struct {
	line int
	what string
	at   *moment // nil: the clock stays
	do   action
}

// moment is when a step is taken; without a time the day counts alone.
type moment struct {
	day   workflow.Day
	clock time.Duration // since midnight
	timed bool
}

// action does a step and tells what differs; an error is a fault of the machine,
// not of the scenario's expectation.
type action interface {
	run(ctx context.Context, p *player) (differences, error)
}

// Calendars gives the book with the working years the scenario brings.
func (s *Scenario) Calendars(book *regime.Book) *regime.Book {
	if len(s.years) == 0 {
		return book
	}
	c := book.Calendar
	for _, y := range s.years {
		c = c.With(y.number, y.off, y.work)
	}
	return book.WithCalendar(c)
}

// Line is what became of one step.
type Line struct {
	File   string
	Number int    // line of the file
	What   string // the step in short
	Wrong  string // "expected …, got …"; empty when all holds
}

// Failed tells whether something differs.
func (l Line) Failed() bool { return l.Wrong != "" }

// String writes the line of the report.
func (l Line) String() string {
	if l.Failed() {
		return fmt.Sprintf("FAIL line %d: %s (%s, %s)", l.Number, l.Wrong, l.File, l.What)
	}
	return fmt.Sprintf("ok line %d: %s", l.Number, l.What)
}

// Result counts the steps of one or more scenarios.
type Result struct{ Passed, Failed int }

// Add counts another scenario in.
func (r Result) Add(o Result) Result { return Result{r.Passed + o.Passed, r.Failed + o.Failed} }

// String writes the closing line of a report.
func (r Result) String() string { return fmt.Sprintf("%d passed, %d failed", r.Passed, r.Failed) }

// differences collects what an expectation and the engine do not agree on.
type differences []string

func (d *differences) same(what string, want, got any) {
	if w, g := fmt.Sprint(want), fmt.Sprint(got); w != g {
		d.add(what+" "+w, g)
	}
}

func (d *differences) add(want, got string) {
	*d = append(*d, fmt.Sprintf("expected %s, got %s", oneLine(want), oneLine(got)))
}

// later says that the program does not carry a subject yet.
func (d *differences) later(what string) {
	d.add(what, "nothing: not in this version yet")
}

// oneLine keeps a report at one line a step.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
