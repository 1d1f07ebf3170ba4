package regime

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Verdict is the level a set of facts implies, and why.
type Verdict struct {
	Level    int           `json:"level"`           // 1 to 5; 0 when unknown or manual
	Known    bool          `json:"known"`           // no open criterion could raise Level; a floor still may
	Manual   bool          `json:"manual"`          // no criterion names the system: the appraiser chooses the level
	AtLeast  int           `json:"at_least"`        // highest level already certain; 0: none
	Criteria []string      `json:"criteria"`        // ids of all criteria that hold, by level, then id
	Floors   []string      `json:"floors"`          // ids of the floors that hold
	Flags    []string      `json:"flags"`           // raised by these floors
	Missing  []string      `json:"missing"`         // facts to ask for, in the order of the questions
	Reasons  []Reason      `json:"reasons"`         // what holds: criteria, then floors
	Scale    int           `json:"scale,omitempty"` // level of the harm scale of the law, for the reasoning; 0 where no harm is stated or the regime only words it
	Overlap  bool          `json:"overlap"`         // one system or component matches several levels; the highest counts
	Parts    []PartVerdict `json:"parts,omitempty"` // one per component, in their order
	Basis    []Citation    `json:"basis"`           // what the highest level found rests on
}

// Reason is one criterion or floor that holds. Component names the part of the
// system it holds for; empty: the system itself.
type Reason struct {
	Rule      string     `json:"rule"`
	Level     int        `json:"level"` // of a floor: the least level; 0 where it sets none
	Basis     []Citation `json:"basis"`
	Origin    Origin     `json:"origin"`
	Verified  Verified   `json:"verified"`
	Explain   string     `json:"explain"` // in Vietnamese
	Component string     `json:"component,omitempty"`
}

// PartVerdict is the verdict on one component taken alone.
type PartVerdict struct {
	Component string   `json:"component"`
	Level     int      `json:"level"`
	Known     bool     `json:"known"`
	Manual    bool     `json:"manual"`
	AtLeast   int      `json:"at_least"`
	Criteria  []string `json:"criteria"`
	Floors    []string `json:"floors"`
	Missing   []string `json:"missing"`
}

// Contradiction is a pair of stated facts that cannot both be true. Fields are
// keys of facts, or "components.0.key" within a component.
type Contradiction struct {
	ID        string     `json:"id"`
	Fields    []string   `json:"fields"`
	Basis     []Citation `json:"basis"`
	Explain   string     `json:"explain"` // in Vietnamese
	Component string     `json:"component,omitempty"`
}

// truth has three values; and is the least of them, or the greatest, not the opposite.
type truth int

const (
	critFalse   truth = -1
	critUnknown truth = 0
	critTrue    truth = 1
)

func critTruth(b bool) truth {
	if b {
		return critTrue
	}
	return critFalse
}

// critOp is one operator: the type of fact it reads, the value it takes and
// what it answers of a known fact.
type critOp struct {
	of, takes string
	holds     func(fact any, c *critCond) bool
}

// critOps is the closed list of operators, each with one meaning a type of fact.
var critOps = map[string][]*critOp{
	"is_true":    {{"bool", "nothing", func(v any, _ *critCond) bool { return v == true }}},
	"is_false":   {{"bool", "nothing", func(v any, _ *critCond) bool { return v == false }}},
	"eq":         {{"enum", "word", critAmong}, {"int", "number", func(v any, c *critCond) bool { return v.(int) == c.count }}},
	"in":         {{"enum", "words", critAmong}},
	"in_or_null": {{"enum", "words", critAmong}},
	"has":        {{"set", "word", critHasAny}},
	"has_any":    {{"set", "words", critHasAny}},
	"only":       {{"set", "words", critOnly}},
	"lt":         {{"int", "number", func(v any, c *critCond) bool { return v.(int) < c.count }}},
	"lte":        {{"int", "number", func(v any, c *critCond) bool { return v.(int) <= c.count }}},
	"gte":        {{"int", "number", func(v any, c *critCond) bool { return v.(int) >= c.count }}},
}

// op gives what an operator means for the fact, nil where it means nothing.
func (f *Fact) op(name string) *critOp {
	for _, op := range critOps[name] {
		if op.of == f.Type {
			return op
		}
	}
	return nil
}

func critAmong(v any, c *critCond) bool { return slices.Contains(c.words, v.(string)) }

func critHasAny(v any, c *critCond) bool {
	return slices.ContainsFunc(c.words, func(w string) bool { return slices.Contains(v.([]string), w) })
}

func critOnly(v any, c *critCond) bool {
	return critHasAny(v, c) && len(v.([]string)) == len(c.words) &&
		!slices.ContainsFunc(v.([]string), func(w string) bool { return !slices.Contains(c.words, w) })
}

// critLook reads facts for conditions. Stated looks past the defaults.
type critLook struct {
	c      *Criteria
	facts  Facts
	stated bool
}

// value gives a fact as conditions compare it; nil is unknown, and so is what
// does not fit the fact.
func (l critLook) value(key string) any {
	f := l.c.byKey[key]
	v, given := l.facts[key]
	if !given && !l.stated {
		v = f.Default
	}
	if v == nil {
		return nil
	}
	read, ok := f.read(v)
	if !ok {
		return nil
	}
	if word, isWord := read.(string); isWord && f.Type == "int" {
		return f.Besides[word]
	}
	return read
}

// eval answers a condition and, where it stays open, names the facts it waits for.
func (l critLook) eval(c *critCond) (truth, []string) {
	switch {
	case c.Not != nil:
		t, open := l.eval(c.Not)
		return -t, open
	case c.All != nil:
		return l.join(c.All, critTrue, func(a, b truth) truth { return min(a, b) })
	case c.Any != nil:
		return l.join(c.Any, critFalse, func(a, b truth) truth { return max(a, b) })
	}
	v := l.value(c.Fact)
	if v == nil && c.Op == "in_or_null" {
		return critTrue, nil
	}
	if v == nil {
		return critUnknown, []string{c.Fact}
	}
	return critTruth(l.c.byKey[c.Fact].op(c.Op).holds(v, c)), nil
}

func (l critLook) join(subs []*critCond, t truth, with func(a, b truth) truth) (truth, []string) {
	var open []string
	for _, sub := range subs {
		one, waits := l.eval(sub)
		t = with(t, one)
		open = append(open, waits...)
	}
	if t != critUnknown {
		open = nil
	}
	return t, open
}

// critFinding is what one set of facts comes to.
type critFinding struct {
	name   string // of the component; empty: the system itself
	facts  Facts
	best   int
	scale  int         // level of the harm scale
	held   []*critRule // rules, then floors
	open   []critOpen
	manual bool
}

type critOpen struct {
	level int
	waits []string
}

// weigh tries every rule and floor on one set of facts.
func (c *Criteria) weigh(facts Facts, name string) critFinding {
	l, w := critLook{c: c, facts: facts}, critFinding{name: name, facts: facts}
	var floors []critOpen
	for _, r := range slices.Concat(c.rules, c.floors) {
		switch t, waits := l.eval(r.When); t {
		case critTrue:
			w.held = append(w.held, r)
			w.best = max(w.best, r.least())
		case critUnknown:
			if r.Level > 0 {
				w.open = append(w.open, critOpen{r.least(), waits})
			} else {
				floors = append(floors, critOpen{r.least(), waits})
			}
		}
	}
	if len(w.held) == 0 && len(w.open) == 0 { // before a system is left to the appraiser, floors are asked after; else a floor counts only once its condition is known to hold
		w.open = floors
	}
	w.scale = l.scale()
	w.manual = c.manual != nil && len(w.held) == 0 && len(w.open) == 0
	return w
}

// waits lists what the open rules above a level wait for, in the order of the questions.
func (c *Criteria) waits(level int, ws ...critFinding) []string {
	missing := []string{}
	for _, w := range ws {
		for _, o := range w.open {
			if o.level > level {
				missing = append(missing, o.waits...)
			}
		}
	}
	slices.SortFunc(missing, func(a, b string) int {
		return cmp.Compare(slices.Index(c.Questions, a), slices.Index(c.Questions, b))
	})
	return slices.Compact(missing)
}

// Classify tells which level the facts imply. It is pure. Facts are as
// CheckFacts gives them; a value that is not counts as unknown.
func (c *Criteria) Classify(f Facts) Verdict {
	parts, _ := f[componentsFact].([]Component)
	own := c.weigh(f, "")
	if len(parts) > 0 {
		own.manual = false // the components say what the system is
		if f["system_types"] == nil && f["info_types"] == nil {
			own.open = nil
		}
	}
	all := []critFinding{own}
	v := Verdict{}
	for _, p := range parts {
		w := c.weigh(p.Facts, p.Name)
		all = append(all, w)
		v.Parts = append(v.Parts, c.partVerdict(w))
	}
	for _, w := range all {
		v.AtLeast = max(v.AtLeast, w.best)
	}
	v.Missing = c.waits(v.AtLeast, all...)
	v.settle(slices.ContainsFunc(all, func(w critFinding) bool { return w.manual }))
	c.explain(&v, c.flagScale(&v, all))
	v.AtLeast = max(v.AtLeast, c.certain(all...))
	return v
}

// certain gives the level that stands whichever way one open fact turns out:
// where each of its values meets some criterion or floor, the least of these.
func (c *Criteria) certain(ws ...critFinding) int {
	sure := 0
	for _, w := range ws {
		for _, key := range c.waits(0, w) {
			sure = max(sure, c.whichever(w.facts, c.byKey[key]))
		}
	}
	return sure
}

// whichever gives the least level over every value of a fact; 0 for a fact whose
// values cannot be gone through.
func (c *Criteria) whichever(facts Facts, f *Fact) int {
	var values []any
	switch f.Type {
	case "bool":
		values = []any{false, true}
	case "enum":
		for _, word := range f.Values {
			values = append(values, word)
		}
	}
	least := 0
	for i, value := range values {
		one := Facts{}
		maps.Copy(one, facts)
		one[f.Key] = value
		if best := c.weigh(one, "").best; i == 0 || best < least {
			least = best
		}
	}
	return least
}

// settle says whether the level is known. At level 5 nothing can raise it, not
// even a component whose level is for the appraiser to choose.
func (v *Verdict) settle(manual bool) {
	switch {
	case len(v.Missing) > 0:
	case manual && v.AtLeast < 5:
		v.Manual = true
	case v.AtLeast > 0:
		v.Known, v.Level = true, v.AtLeast
	}
}

func (c *Criteria) partVerdict(w critFinding) PartVerdict {
	v := Verdict{AtLeast: w.best, Missing: c.waits(w.best, w)}
	v.settle(w.manual)
	c.explain(&v, c.flagScale(&v, []critFinding{w}))
	v.AtLeast = max(v.AtLeast, c.certain(w))
	return PartVerdict{Component: w.name, Level: v.Level, Known: v.Known, Manual: v.Manual, AtLeast: v.AtLeast,
		Criteria: v.Criteria, Floors: v.Floors, Missing: v.Missing}
}

// explain fills in what holds, for whom, and the citations of what decides.
func (c *Criteria) explain(v *Verdict, all []critFinding) {
	v.Criteria, v.Floors, v.Flags, v.Basis, v.Reasons = []string{}, []string{}, []string{}, []Citation{}, []Reason{}
	byParts := false
	for _, r := range slices.Concat(c.rules, c.floors, []*critRule{c.manual, c.scale}) {
		for _, w := range all {
			if r == nil || !slices.Contains(w.held, r) && (r != c.manual || !w.manual || !v.Manual) {
				continue
			}
			reason := r.reason()
			reason.Component = w.name
			v.Reasons = append(v.Reasons, reason)
			if r.Level > 0 {
				v.Criteria = critAdd(v.Criteria, r.ID)
			} else {
				v.Floors, v.Flags = critAdd(v.Floors, r.ID), critAdd(v.Flags, r.Flag)
			}
			if r.Manual || r.least() == v.AtLeast {
				v.Basis = critAdd(v.Basis, r.Basis...)
				byParts = byParts || w.name != "" && len(v.Parts) > 0
			}
		}
	}
	for _, w := range all {
		v.Overlap = v.Overlap || w.overlaps()
	}
	if byParts {
		v.Basis = critAdd(v.Basis, c.Principles[critHighestComponent].Basis...)
	}
}

// overlaps tells whether criteria of more than one level hold.
func (w critFinding) overlaps() bool {
	low, high := 0, 0
	for _, r := range w.held {
		if r.Level > 0 {
			low, high = min(cmp.Or(low, r.Level), r.Level), max(high, r.Level)
		}
	}
	return low != high
}

func critAdd[T comparable](to []T, what ...T) []T {
	for _, w := range what {
		if !slices.Contains(to, w) {
			to = append(to, w)
		}
	}
	return to
}

func (r *critRule) reason() Reason {
	return Reason{Rule: r.ID, Level: r.least(), Basis: r.Basis, Origin: r.Origin, Verified: r.Verified, Explain: r.Explain}
}

// Rule finds a criterion or a floor by its id.
func (c *Criteria) Rule(id string) (Reason, bool) {
	for _, r := range slices.Concat(c.rules, c.floors, []*critRule{c.manual, c.scale}) {
		if r != nil && r.ID == id {
			return r.reason(), true
		}
	}
	return Reason{}, false
}

// Fact finds a fact by its key.
func (c *Criteria) Fact(key string) (*Fact, bool) {
	f, ok := c.byKey[key]
	return f, ok
}

// Contradictions lists what the facts state that cannot all be true; defaults
// state nothing.
func (c *Criteria) Contradictions(f Facts) []Contradiction {
	out := c.contradicts(f, "", "")
	parts, _ := f[componentsFact].([]Component)
	for i, p := range parts {
		out = append(out, c.contradicts(p.Facts, fmt.Sprintf("%s.%d.", componentsFact, i), p.Name)...)
	}
	return out
}

func (c *Criteria) contradicts(f Facts, within, name string) []Contradiction {
	var out []Contradiction
	l := critLook{c: c, facts: f, stated: true}
	for _, r := range c.contradictions {
		if t, _ := l.eval(r.When); t != critTrue {
			continue
		}
		x := Contradiction{ID: r.ID, Basis: r.Basis, Explain: r.Explain, Component: name}
		for _, field := range r.Fields {
			x.Fields = append(x.Fields, within+field)
		}
		out = append(out, x)
	}
	return out
}
