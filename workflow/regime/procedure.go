package regime

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// Procedure is a state machine of one regime: states, and the steps between them.
type Procedure struct {
	Key    string           `yaml:"key"`
	Title  string           `yaml:"title"`
	Levels []int            `yaml:"levels"` // proposed levels that run it; none for the system's own
	Listed []int            `yaml:"listed"` // levels that run it when the system is on the national list
	Start  string           `yaml:"start"`
	States map[string]State `yaml:"states"`
	Steps  []Step           `yaml:"steps"`
}

// State is where a case stands.
type State struct {
	Stage  string  `yaml:"stage"`  // preparing, appraising, approving, in_force, closed
	Holder string  `yaml:"holder"` // capacity that must act next
	Within *Within `yaml:"within"`
	Opens  *Opens  `yaml:"opens"`  // the clock's act so many days before the interval ends
	Passes string  `yaml:"passes"` // the clock's act when the interval has ended
	Form08 string  `yaml:"form08"` // public state of the yearly report: drafting, sent, appraised, approved
	End    bool    `yaml:"end"`    // nothing leads out
	Clock  bool    `yaml:"by_clock"`
	line   int
}

// Within is the deadline that starts when a state is entered.
type Within struct {
	Rule   string `yaml:"rule"`
	Origin Origin `yaml:"origin"` // where it differs from the rule's own
	Until  string `yaml:"until"`  // the flag that ends it though the state stays
}

// Opens is the window before the end of an interval.
type Opens struct {
	Days int    `yaml:"days"` // of the calendar
	Act  string `yaml:"act"`
}

// Start is a deadline that a step starts and that runs on whatever the state.
type Start struct {
	Rule string `yaml:"rule"`
	Then string `yaml:"then"` // the clock's act when it has passed; none: a mark and a notice
}

// Step is one move: an act, from where, to where, by whom, on what condition,
// with the article it rests on.
type Step struct {
	Act       string            `yaml:"act"`
	From      []string          `yaml:"from"`
	To        string            `yaml:"to"` // "same": the state stays
	By        []string          `yaml:"by"` // roles
	Guards    []string          `yaml:"guards"`
	Does      []string          `yaml:"does"`
	Issues    []string          `yaml:"issues"`    // forms; the first bears the number
	Or        string            `yaml:"or"`        // form the person may choose instead of the first
	Drafts    []string          `yaml:"drafts"`    // forms printed as drafts beside
	System    map[string]string `yaml:"system"`    // what becomes of the system: by track, or for a first or another determination
	Once      string            `yaml:"once"`      // flag after which the step is closed
	Held      string            `yaml:"held"`      // open only while this capacity has the file
	Hands     string            `yaml:"hands"`     // capacity the file goes to though the state stays
	Whilst    []string          `yaml:"whilst"`    // states of the system in which a case may open
	When      string            `yaml:"when"`      // of a step of the clock: what must be so
	Task      string            `yaml:"task"`      // open only while the system owes this
	Decider   bool              `yaml:"decider"`   // for the body that signed the decision in force, or one above it
	Delegated bool              `yaml:"delegated"` // a delegate of the owner may act too
	Performer bool              `yaml:"performer"` // for the performer of the check alone
	Records   []string          `yaml:"records"`   // papers of an outside body, kept as received
	Starts    []Start           `yaml:"starts"`
	Ends      []string          `yaml:"ends"` // rules whose deadline ends here
	Basis     []Citation        `yaml:"basis"`
	Origin    Origin            `yaml:"origin"`
	line      int
}

// UnmarshalYAML reads a state and remembers its line.
func (s *State) UnmarshalYAML(n *yaml.Node) error {
	type plain State
	line, err := node(n, (*plain)(s))
	s.line = line
	return err
}

// UnmarshalYAML reads a step and remembers its line.
func (s *Step) UnmarshalYAML(n *yaml.Node) error {
	type plain Step
	line, err := node(n, (*plain)(s))
	s.line = line
	return err
}

// Target is the state the step leads to from a state.
func (s *Step) Target(from string) string {
	if s.To == "same" {
		return from
	}
	return s.To
}

// Leaving lists the steps that leave a state, in the order of the file.
func (p *Procedure) Leaving(state string) []*Step {
	var out []*Step
	for i := range p.Steps {
		if slices.Contains(p.Steps[i].From, state) {
			out = append(out, &p.Steps[i])
		}
	}
	return out
}

// Find gives the step of an act from a state.
func (p *Procedure) Find(act, state string) (*Step, bool) {
	for _, s := range p.Leaving(state) {
		if s.Act == act {
			return s, true
		}
	}
	return nil, false
}

// Opening gives the step that opens a case.
func (p *Procedure) Opening(act string) (*Step, bool) {
	for i := range p.Steps {
		if p.Steps[i].Act == act && len(p.Steps[i].From) == 0 {
			return &p.Steps[i], true
		}
	}
	return nil, false
}

// Acts lists every act of the procedure once.
func (p *Procedure) Acts() []string {
	seen := map[string]bool{}
	for _, s := range p.Steps {
		seen[s.Act] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

type procedureReader struct {
	file   string
	p      *Procedure
	r      *Regime
	b      *Book
	faults []error
}

func (x *procedureReader) bad(line int, reason string) {
	x.faults = append(x.faults, Fault{x.file, line, reason})
}

func readProcedure(files fs.FS, name string, r *Regime, b *Book) (*Procedure, error) {
	p := &Procedure{}
	if err := decode(files, name, p); err != nil {
		return nil, err
	}
	r.procedures = append(r.procedures, p)
	x := &procedureReader{file: name, p: p, r: r, b: b}
	if _, ok := p.States[p.Start]; !ok {
		x.bad(0, "start: no state "+p.Start)
	}
	for key, s := range p.States {
		x.state(key, s)
	}
	for i := range p.Steps {
		x.step(&p.Steps[i])
	}
	x.twins()
	x.reach()
	return p, errors.Join(x.faults...)
}

func (x *procedureReader) state(key string, s State) {
	if !slices.Contains(stages, s.Stage) {
		x.bad(s.line, key+": unknown stage "+strconv.Quote(s.Stage))
	}
	if !slices.Contains(capacities, s.Holder) {
		x.bad(s.line, key+": unknown holder "+s.Holder)
	}
	if s.Within != nil {
		if _, ok := x.r.Deadlines[s.Within.Rule]; !ok {
			x.bad(s.line, key+": no deadline "+s.Within.Rule)
		}
		if s.Within.Origin != "" && !s.Within.Origin.valid() {
			x.bad(s.line, key+": unknown origin")
		}
	}
	if s.Holder != "" && !slices.ContainsFunc(x.p.Leaving(key), func(st *Step) bool { return x.speaksFor(st, s.Holder) }) {
		x.bad(s.line, key+": waits for "+s.Holder+", who has no act there")
	}
}

func (x *procedureReader) speaksFor(s *Step, capacity string) bool {
	return slices.ContainsFunc(s.By, func(role string) bool {
		c := x.b.Roles[role].Capacity
		return c == capacity || capacity == "appraiser" && (c == "sdu" || c == "centre")
	})
}

func (x *procedureReader) step(s *Step) {
	bad := func(reason string) { x.bad(s.line, s.Act+": "+reason) }
	if _, ok := x.b.Acts[s.Act]; !ok {
		bad("no such act in acts.yaml")
	}
	x.more(s, bad)
	if len(s.Basis) == 0 || !s.Origin.valid() {
		bad("cites nothing: basis and origin are needed")
	}
	for _, c := range s.Basis {
		if err := c.Check(); err != nil {
			bad(err.Error())
		}
	}
	for _, st := range s.From {
		if _, ok := x.p.States[st]; !ok {
			bad("from: no state " + st)
		}
	}
	if _, ok := x.p.States[s.To]; !ok && s.To != "same" {
		bad("to: no state " + s.To)
	}
	if len(s.By) == 0 {
		bad("names nobody (by)")
	}
	for _, role := range s.By {
		if _, ok := x.b.Roles[role]; !ok {
			bad("unknown role " + role)
		}
	}
	for _, g := range s.Guards {
		if _, ok := x.r.Guards[g]; !ok {
			bad("unknown guard " + g)
		}
	}
	for _, d := range s.Does {
		if !slices.Contains(EffectNames, d) {
			bad("unknown effect " + d)
		}
	}
	for k := range s.System {
		if !slices.Contains([]string{"operating", "project", "first", "again", "again_project"}, k) {
			bad("system: unknown key " + k)
		}
	}
}

// more checks the rarer words of a step.
func (x *procedureReader) more(s *Step, bad func(string)) {
	for _, c := range []string{s.Held, s.Hands} {
		if !slices.Contains(capacities, c) {
			bad("unknown capacity " + c)
		}
	}
	if !slices.Contains(conditions, s.When) {
		bad("unknown condition " + s.When)
	}
	for _, st := range s.Starts {
		if _, ok := x.r.Deadlines[st.Rule]; !ok {
			bad("starts: no deadline " + st.Rule)
		}
	}
	for _, rule := range s.Ends {
		if _, ok := x.r.Deadlines[rule]; !ok {
			bad("ends: no deadline " + rule)
		}
	}
}

// twins refuses two steps with one act from one state.
func (x *procedureReader) twins() {
	seen := map[string]int{}
	for _, s := range x.p.Steps {
		for _, from := range append(s.From, "") {
			if from == "" && len(s.From) > 0 {
				continue
			}
			key := from + "/" + s.Act + "/" + s.When + "/" + s.Held
			if line, ok := seen[key]; ok {
				x.bad(s.line, s.Act+": leaves "+from+" already by line "+strconv.Itoa(line))
			}
			seen[key] = s.line
		}
	}
}

// reach refuses a state that cannot be reached, or left though it is no end.
func (x *procedureReader) reach() {
	reached := map[string]bool{x.p.Start: true}
	for grown := true; grown; {
		grown = false
		for _, s := range x.p.Steps {
			for _, from := range s.From {
				if to := s.Target(from); reached[from] && !reached[to] {
					reached[to], grown = true, true
				}
			}
		}
	}
	moved := len(x.p.Levels) == 0 && x.p.Key != "check" // a system's states are moved by the dossiers
	for key, s := range x.p.States {
		if !reached[key] && !s.Clock && !moved {
			x.bad(s.line, key+": no step leads here")
		}
		leaves := len(x.p.Leaving(key)) > 0
		if !leaves && !s.End {
			x.bad(s.line, key+": no step leads out and it is no end")
		}
		if leaves && s.End {
			x.bad(s.line, key+": is an end, yet a step leads out")
		}
	}
}
