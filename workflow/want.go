package workflow

import (
	"context"

	"capdo/workflow/regime"
)

// With carries the fields of an act, as decoded from YAML or JSON and then
// checked against the shape of the act.
type With map[string]any

// Want is what a person wants to do. Exactly one of Case, Check, System and
// Office is the object; create and open_redetermination name System and get a
// new case, and so does the order of an ad hoc check. A check is named by its id
// or by its system or owner.
type Want struct {
	Act      string `json:"act"`
	Case     string `json:"case,omitempty"`
	Check    string `json:"check,omitempty"`
	System   string `json:"system,omitempty"`
	Office   string `json:"office,omitempty"`
	NewCase  string `json:"-"`                  // id the new case gets; empty: one is made
	Revision *int64 `json:"revision,omitempty"` // seen; nil: whatever stands now
	Level    int    `json:"level,omitempty"`
	Track    string `json:"track,omitempty"`
	With     With   `json:"with,omitempty"`
	Key      string `json:"key,omitempty"` // request key: the same key gives the same outcome again
}

// Outcome is what a step did.
type Outcome struct {
	Case   *CaseView `json:"case,omitempty"`
	System *System   `json:"system,omitempty"`
	Event  Event     `json:"event"`
	Papers []Paper   `json:"papers,omitempty"`
	Warns  []string  `json:"warns,omitempty"` // flags raised by this step
	Acts   []OpenAct `json:"acts,omitempty"`  // open to the actor now
}

// CaseView is a case as of a day, with what follows from it.
type CaseView struct {
	*Case
	Holder    string    `json:"holder,omitempty"` // office, empty for none
	Implied   int       `json:"implied,omitempty"`
	Flags     []string  `json:"flags,omitempty"`
	Appraises string    `json:"appraises,omitempty"` // office that appraises
	Approves  string    `json:"approves,omitempty"`  // office that approves
	Warnings  []Warning `json:"warnings,omitempty"`  // what the description of the system lacks
}

// OpenAct is an act of a state: open to the person, or closed with the reason.
type OpenAct struct {
	Act    string   `json:"act"`
	Closed *Problem `json:"closed,omitempty"`
	Able   []Able   `json:"able,omitempty"` // who may take it, as far as rights go
	Main   bool     `json:"main,omitempty"` // carries the case on

	To     string        `json:"to,omitempty"` // state it leads to
	Issues []string      `json:"issues,omitempty"`
	Or     string        `json:"or,omitempty"` // form that may be chosen instead of the first
	Basis  []Citation    `json:"basis,omitempty"`
	Origin regime.Origin `json:"origin,omitempty"`
}

// ImportOrder asks to take in an old register.
type ImportOrder struct {
	Owner      string // office id
	AsOf       Day
	Source     string // file name and hash, printed as the named source
	Rows       []ImportRow
	Refused    []RowRefusal // what the reader refused already
	AcceptGood bool
	Pass
}

// Pass is how a list is gone through: only looked at, and telling how far it is.
type Pass struct {
	Dry      bool                  // says what would be taken in, and takes nothing
	Progress func(done, total int) // is told now and then; nil: nobody asks
}

// far tells how far the reading is, and stops where nobody waits any more.
func (t Pass) far(ctx context.Context, done, total int) error {
	if done%100 != 0 {
		return nil
	}
	if t.Progress != nil {
		t.Progress(done, total)
	}
	return ctx.Err()
}

// ImportReport tells what became of the rows.
type ImportReport struct {
	Added, Same int
	Refused     []RowRefusal
	Levels      map[int]int // of the rows taken in or already there
	Sets        []SetCount  // the same, one count a rule set
	Offices     []string    // created, or with Dry: to be created
	Rows        int         // read, refused ones included
}
