package regime

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Criteria is what a regime asks about a system and which level the answers
// imply. It holds the words of the law and nothing of any one system.
type Criteria struct {
	Facts      []*Fact               // as the file lists them
	Questions  []string              // keys of all facts, in the order they are asked
	HarmScale  HarmScale             // for the reasoning where no criterion matches
	Principles map[string]*Principle // by id: P1, P2, …

	byKey          map[string]*Fact
	rules          []*critRule // sorted by level, then id
	floors         []*critRule // those with a least level, sorted like rules
	manual         *critRule   // the floor of systems no criterion names, if any
	scale          *critRule   // the floor that flags a harm scale above the implied level, if any
	contradictions []*critRule
}

// Fact is one thing asked about a system.
type Fact struct {
	Key        string         `yaml:"key"`
	Type       string         `yaml:"type"`         // set, enum, bool, int or list
	Values     []string       `yaml:"values"`       // of a set or an enum, in their order
	Min        *int           `yaml:"min"`          // of an int; nil: no bound
	Max        *int           `yaml:"max"`          // of an int; nil: no bound
	Besides    map[string]int `yaml:"besides"`      // words allowed in place of a number, and the number each counts as
	MayBeEmpty bool           `yaml:"may_be_empty"` // of a set: none of the values is an answer
	Default    any            `yaml:"default"`      // what leaving it out means; nil: unknown
	Ask        string         `yaml:"ask"`          // the question, in Vietnamese
	Basis      []Citation     `yaml:"basis"`
	Verified   Verified       `yaml:"verified"`
	Note       string         `yaml:"note"`
	line       int
}

// HarmScale is what harm belongs to which level, by the law itself.
type HarmScale struct {
	Basis    []Citation                  `yaml:"basis"`
	Verified Verified                    `yaml:"verified"`
	Levels   map[int]string              `yaml:"levels"`
	Table    map[int]map[string][]string `yaml:"table"` // level → fact → values that reach it; none: for people only
	line     int
}

// critRule is a rule, a floor or a contradiction: something that follows when
// its condition holds.
type critRule struct {
	ID         string     `yaml:"id"`
	Level      int        `yaml:"level"`       // of a rule
	MinLevel   int        `yaml:"min_level"`   // of a floor
	Manual     bool       `yaml:"manual"`      // of the floor where nothing matches
	ScaleAbove bool       `yaml:"scale_above"` // of the floor that compares the harm scale with the level
	Flag       string     `yaml:"flag"`        // of a floor
	Fields     []string   `yaml:"fields"`      // of a contradiction: the facts to look at
	Basis      []Citation `yaml:"basis"`
	Origin     Origin     `yaml:"origin"`
	Verified   Verified   `yaml:"verified"`
	When       *critCond  `yaml:"when"`
	Explain    string     `yaml:"explain"`
	line       int
}

// critCond is one leaf (Fact, Op, Value) or one of All, Any and Not.
type critCond struct {
	Fact  string      `yaml:"fact"`
	Op    string      `yaml:"op"`
	Value any         `yaml:"value"`
	All   []*critCond `yaml:"all"`
	Any   []*critCond `yaml:"any"`
	Not   *critCond   `yaml:"not"`
	line  int
	words []string // Value of a leaf about words, read
	count int      // Value of a leaf about a number, read
}

// UnmarshalYAML reads a fact and remembers its line.
func (f *Fact) UnmarshalYAML(n *yaml.Node) (err error) {
	type plain Fact
	f.line, err = node(n, (*plain)(f))
	return err
}

// UnmarshalYAML reads a scale and remembers its line.
func (h *HarmScale) UnmarshalYAML(n *yaml.Node) (err error) {
	type plain HarmScale
	h.line, err = node(n, (*plain)(h))
	return err
}

// UnmarshalYAML reads a rule and remembers its line.
func (r *critRule) UnmarshalYAML(n *yaml.Node) (err error) {
	type plain critRule
	r.line, err = node(n, (*plain)(r))
	return err
}

// UnmarshalYAML reads a condition and remembers its line.
func (c *critCond) UnmarshalYAML(n *yaml.Node) (err error) {
	type plain critCond
	c.line, err = node(n, (*plain)(c))
	return err
}

type critReader struct {
	file   string
	c      *Criteria
	ids    map[string]bool
	faults []error
}

func (x *critReader) bad(when bool, line int, reason string) {
	if when {
		x.faults = append(x.faults, Fault{File: x.file, Line: line, Reason: reason})
	}
}

// readCriteria reads the criteria of one regime. Its error lists every Fault found.
func readCriteria(files fs.FS, name string) (*Criteria, error) {
	var raw struct {
		Facts          []*Fact      `yaml:"facts"`
		Questions      []string     `yaml:"questions"`
		Rules          []*critRule  `yaml:"rules"`
		Floors         []*critRule  `yaml:"floors"`
		Contradictions []*critRule  `yaml:"contradictions"`
		HarmScale      HarmScale    `yaml:"harm_scale"`
		Principles     []*Principle `yaml:"principles"`
	}
	if err := decode(files, name, &raw); err != nil {
		return nil, err
	}
	c := &Criteria{Facts: raw.Facts, Questions: raw.Questions, HarmScale: raw.HarmScale,
		Principles: map[string]*Principle{}, byKey: map[string]*Fact{}}
	x := &critReader{file: name, c: c, ids: map[string]bool{}}
	x.bad(len(raw.Rules) == 0, 0, "holds no rule")
	for _, f := range raw.Facts {
		x.fact(f)
	}
	x.questions()
	for _, r := range raw.Rules {
		if x.rule(r, r != nil && r.Level == 0, "a rule needs a level") {
			x.bad(r.MinLevel != 0 || r.Manual || r.ScaleAbove || r.Flag != "" || r.Fields != nil, r.line, r.ID+": min_level, manual, flag and fields belong to no rule")
			c.rules = append(c.rules, r)
		}
	}
	for _, r := range raw.Floors {
		x.floor(r)
	}
	for _, r := range raw.Contradictions {
		x.contradiction(r)
	}
	x.scale()
	for _, p := range raw.Principles {
		x.principle(p)
	}
	_, known := c.Principles[critHighestComponent]
	x.bad(!known && c.byKey[componentsFact] != nil, 0, "components need the principle "+critHighestComponent)
	if err := errors.Join(x.faults...); err != nil {
		return nil, err
	}
	slices.SortFunc(c.rules, critOrder)
	slices.SortFunc(c.floors, critOrder)
	return c, nil
}

func critOrder(a, b *critRule) int {
	return cmp.Or(cmp.Compare(a.least(), b.least()), strings.Compare(a.ID, b.ID))
}

// least is the level a rule implies or a floor keeps; 0 for the manual floor.
func (r *critRule) least() int { return max(r.Level, r.MinLevel) }

func (x *critReader) fact(f *Fact) {
	if f == nil {
		x.bad(true, 0, "a fact is empty")
		return
	}
	bad := func(when bool, reason string) { x.bad(when, f.line, f.Key+": "+reason) }
	bad(!critFactKey.MatchString(f.Key), "a fact is named in small letters, digits and underscores")
	bad(x.c.byKey[f.Key] != nil, "is named twice")
	bad(!slices.Contains([]string{"set", "enum", "bool", "int", "list"}, f.Type), "unknown type "+f.Type)
	bad((f.Type == "set" || f.Type == "enum") != (len(f.Values) > 0), "values belong to sets and enums, which need them")
	bad(len(slices.Compact(slices.Sorted(slices.Values(f.Values)))) != len(f.Values), "names a value twice")
	bad(f.Type != "int" && (f.Min != nil || f.Max != nil || f.Besides != nil), "min, max and besides belong to an int")
	bad(f.Type != "set" && f.MayBeEmpty, "may_be_empty belongs to a set")
	bad((f.Type == "list") != (f.Key == componentsFact), "the only list is "+componentsFact)
	bad(f.Ask == "", "has no question (ask)")
	x.cites(f.line, f.Key, f.Basis, f.Verified)
	x.c.byKey[f.Key] = f
	if f.Default == nil {
		return
	}
	v, ok := f.read(f.Default)
	bad(!ok || f.Type == "list", fmt.Sprintf("default %v is not %s", f.Default, f.want()))
	f.Default = v
}

func (x *critReader) questions() {
	for i, q := range x.c.Questions {
		x.bad(x.c.byKey[q] == nil, 0, "questions: unknown fact "+q)
		x.bad(slices.Index(x.c.Questions, q) != i, 0, "questions: "+q+" is asked twice")
	}
	for _, f := range x.c.Facts {
		x.bad(f != nil && !slices.Contains(x.c.Questions, f.Key), 0, "questions: "+critKey(f)+" is never asked")
	}
}

func critKey(f *Fact) string {
	if f == nil {
		return ""
	}
	return f.Key
}

var (
	critFactKey = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	critID      = regexp.MustCompile(`^[A-Z][A-Z0-9]*(-[A-Za-z0-9]+)+$`)
)

// rule checks what rules, floors and contradictions share; false: nothing to keep.
func (x *critReader) rule(r *critRule, lacks bool, what string) bool {
	if r == nil {
		x.bad(true, 0, "a rule is empty")
		return false
	}
	x.bad(!critID.MatchString(r.ID), r.line, r.ID+": the id is not of the form L2-02a")
	x.bad(x.ids[r.ID], r.line, r.ID+": is named twice")
	x.bad(lacks, r.line, r.ID+": "+what)
	for _, l := range []int{r.Level, r.MinLevel} {
		x.bad(l < 0 || l > 5, r.line, fmt.Sprintf("%s: no level %d", r.ID, l))
	}
	x.bad(!r.Origin.valid(), r.line, r.ID+": unknown origin "+string(r.Origin))
	x.bad(r.Explain == "", r.line, r.ID+": explains nothing")
	x.cites(r.line, r.ID, r.Basis, r.Verified)
	x.bad((r.When == nil) != (r.Manual || r.ScaleAbove), r.line, r.ID+": needs a condition (when), unless it is manual or scale_above")
	if r.When != nil {
		x.cond(r, r.When)
	}
	x.ids[r.ID] = true
	return true
}

func (x *critReader) floor(r *critRule) {
	if !x.rule(r, r != nil && r.kinds() != 1, "a floor needs either min_level or manual or scale_above") {
		return
	}
	x.bad(r.Level != 0 || r.Fields != nil, r.line, r.ID+": level and fields belong to no floor")
	x.bad(r.Flag == "", r.line, r.ID+": raises no flag")
	x.bad(r.Manual && x.c.manual != nil, r.line, r.ID+": a second manual floor")
	x.bad(r.ScaleAbove && x.c.scale != nil, r.line, r.ID+": a second scale_above floor")
	switch {
	case r.Manual:
		x.c.manual = r
		return
	case r.ScaleAbove:
		x.c.scale = r
		return
	}
	x.c.floors = append(x.c.floors, r)
}

func (x *critReader) contradiction(r *critRule) {
	if !x.rule(r, r != nil && len(r.Fields) == 0, "a contradiction needs fields") {
		return
	}
	x.bad(r.least() != 0 || r.Manual || r.ScaleAbove || r.Flag != "", r.line, r.ID+": level, min_level, manual and flag belong to no contradiction")
	for _, f := range r.Fields {
		x.bad(x.c.byKey[f] == nil, r.line, r.ID+": unknown fact "+f)
	}
	x.c.contradictions = append(x.c.contradictions, r)
}

func (x *critReader) cites(line int, who string, basis []Citation, mark Verified) {
	x.bad(len(basis) == 0, line, who+": cites nothing (basis)")
	x.bad(mark == "" || !mark.valid(), line, who+": unknown mark "+string(mark))
	for _, c := range basis {
		if err := c.Check(); err != nil {
			x.bad(true, line, who+": "+err.Error())
		}
	}
}

// cond checks a condition and reads the values of its leaves.
func (x *critReader) cond(r *critRule, c *critCond) {
	if c == nil {
		x.bad(true, r.line, r.ID+": an empty condition")
		return
	}
	leaf, forms := c.Fact != "" || c.Op != "" || c.Value != nil, 0
	for _, has := range []bool{leaf, c.All != nil, c.Any != nil, c.Not != nil} {
		if has {
			forms++
		}
	}
	x.bad(forms != 1, c.line, r.ID+": a condition is one of fact, all, any and not")
	x.bad(c.All != nil && len(c.All) == 0 || c.Any != nil && len(c.Any) == 0, c.line, r.ID+": all or any of nothing")
	for _, sub := range slices.Concat(c.All, c.Any) {
		x.cond(r, sub)
	}
	if c.Not != nil {
		x.cond(r, c.Not)
	}
	if leaf {
		x.leaf(r, c)
	}
}

func (x *critReader) leaf(r *critRule, c *critCond) {
	bad := func(when bool, reason string) { x.bad(when, c.line, r.ID+": "+reason) }
	f, ops := x.c.byKey[c.Fact], critOps[c.Op]
	bad(f == nil, "unknown fact "+c.Fact)
	bad(ops == nil, "unknown op "+c.Op)
	if f == nil || ops == nil {
		return
	}
	op := f.op(c.Op)
	if op == nil {
		bad(true, fmt.Sprintf("%s does not fit %s, which is a %s", c.Op, c.Fact, f.Type))
		return
	}
	bad(c.Op == "in_or_null" && r.MinLevel == 0, "in_or_null belongs to floors")
	ok := false
	switch op.takes {
	case "nothing":
		ok = c.Value == nil
	case "number":
		c.count, ok = critInt(c.Value)
		ok = ok && f.inRange(c.count)
	case "word":
		c.words, ok = critWords([]any{c.Value})
	case "words":
		c.words, ok = critWords(c.Value)
	}
	bad(!ok, fmt.Sprintf("%s %s takes %s, not %v", c.Fact, c.Op, op.takes, c.Value))
	for _, w := range c.words {
		bad(!slices.Contains(f.Values, w), w+" is no value of "+c.Fact)
	}
}

// Sizes tells how many rules and floors there are, the manual one included.
func (c *Criteria) Sizes() (rules, floors int) {
	floors = len(c.floors)
	for _, r := range []*critRule{c.manual, c.scale} {
		if r != nil {
			floors++
		}
	}
	return len(c.rules), floors
}
