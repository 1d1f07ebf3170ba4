package regime

import (
	"cmp"
	"embed"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

//go:embed targets
var targetFiles embed.FS

// TargetPlan is the targets of one province's plan. It is no law: it stands here
// because it is data of the same kind, read as strictly.
type TargetPlan struct {
	Key      string   `yaml:"key" json:"key"`
	Title    string   `yaml:"title" json:"title"`
	Document string   `yaml:"document" json:"document"` // number, date and issuer of the plan
	Year     int      `yaml:"year" json:"year"`
	By       Day      `yaml:"by" json:"by"` // the day the targets are set for
	Targets  []Target `yaml:"targets" json:"targets"`
}

// Target is one figure a plan sets. Measure names how the records answer it,
// none where they cannot; AtLeast is in percent, nil where the plan names no
// figure; Place is where in the plan it stands.
type Target struct {
	Key     string `yaml:"key" json:"key"`
	Text    string `yaml:"text" json:"text"`
	Measure string `yaml:"measure" json:"measure"`
	AtLeast *int   `yaml:"at_least" json:"at_least,omitempty"`
	Place   string `yaml:"place" json:"place"`
	Note    string `yaml:"note" json:"note,omitempty"`
	line    int
}

// TargetMeasures is the closed list of what a target can be measured by.
var TargetMeasures = []string{"has_level", "plan_deployed", "quy_che", "checked", "four_layers", "local_force", "monitored",
	"independent_check", "national_link", "security_spending", "none"}

// UnmarshalYAML reads a target and remembers its line.
func (t *Target) UnmarshalYAML(n *yaml.Node) error {
	type plain Target
	line, err := node(n, (*plain)(t))
	t.line = line
	return err
}

// maxTargets bounds a plan taken in from outside.
const maxTargets, maxTargetFile = 200, 1 << 20

// ReadTargets reads the targets of a plan from YAML. Its error lists every
// Fault found; a file beyond the bounds is refused whole.
func ReadTargets(name string, b []byte) (*TargetPlan, error) {
	if len(b) > maxTargetFile {
		return nil, Fault{File: name, Reason: "is too large"}
	}
	p := &TargetPlan{}
	if err := yaml.Load(b, p, strict); err != nil {
		return nil, faultOf(name, err)
	}
	var faults []error
	bad := func(line int, reason string) { faults = append(faults, Fault{name, line, reason}) }
	if p.Key == "" || p.Title == "" || p.Document == "" || p.Year < 2000 || p.Year > 2100 || p.By.IsZero() {
		bad(0, "needs key, title, document, year and by")
	}
	if len(p.Targets) == 0 || len(p.Targets) > maxTargets {
		bad(0, "names no target, or too many")
	}
	seen := map[string]bool{}
	for _, t := range p.Targets {
		if t.Key == "" || t.Text == "" || t.Place == "" || seen[t.Key] {
			bad(t.line, t.Key+": needs key, text and place, and a key of its own")
		}
		seen[t.Key] = true
		if !slices.Contains(TargetMeasures, t.Measure) {
			bad(t.line, t.Key+": unknown measure "+t.Measure)
		}
		if t.AtLeast != nil && (*t.AtLeast < 0 || *t.AtLeast > 100) {
			bad(t.line, t.Key+": at_least is a share in percent")
		}
	}
	return p, errors.Join(faults...)
}

// TargetPlans gives the sets inside the program, in the order of their names.
func TargetPlans() ([]*TargetPlan, error) {
	names, err := fs.Glob(targetFiles, "targets/*.yaml")
	if err != nil {
		return nil, err
	}
	var out []*TargetPlan
	for _, n := range names {
		b, err := targetFiles.ReadFile(n)
		if err != nil {
			return nil, err
		}
		p, err := ReadTargets(n, b)
		if err != nil {
			return nil, err
		}
		if p.Key != strings.TrimSuffix(strings.TrimPrefix(n, "targets/"), ".yaml") {
			return nil, Fault{File: n, Reason: "key " + p.Key + " is not the name of the file"}
		}
		out = append(out, p)
	}
	return out, nil
}

// TargetPlanFor gives the set of a key; without one the newest that has begun by
// a day, else the first to come. nil where there is none.
func TargetPlanFor(key string, on Day) (*TargetPlan, error) {
	plans, err := TargetPlans()
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(plans, func(a, b *TargetPlan) int { return cmp.Compare(a.Year, b.Year) })
	var best *TargetPlan
	for _, p := range plans {
		if key == p.Key || key == "" && (best == nil || p.Year <= on.Year()) {
			best = p
		}
	}
	return best, nil
}
