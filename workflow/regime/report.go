package regime

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"go.yaml.in/yaml/v4"
)

// ReportRules is what a regime asks of the yearly report: who sends it to whom
// by when, what it must hold, and what its rows must agree on. It is read from
// reports.yaml; a regime without that file asks for none.
type ReportRules struct {
	Form     string          `yaml:"form"`  // form key of the table
	Unit     ReportRoute     `yaml:"unit"`  // from SDU and operator to the owner
	Owner    ReportRoute     `yaml:"owner"` // from the owner to the ministry
	Levels   ReportLevels    `yaml:"levels"`
	Contents []ReportContent `yaml:"contents"`
	Checks   []ReportCheck   `yaml:"checks"`
}

// ReportRoute is one way a report goes. Rule names the deadline with its last
// day and window; Bodies are the kinds of outside body it may go to, none for a
// report that stays below the owner.
type ReportRoute struct {
	Rule   string     `yaml:"rule"`
	Bodies []string   `yaml:"bodies"`
	Name   string     `yaml:"name"` // of the addressee, printed where no such office is known
	Basis  []Citation `yaml:"basis"`
	Origin Origin     `yaml:"origin"`
	Note   string     `yaml:"note"`
}

// ReportLevels says for which levels the yearly report is a duty by itself; the
// others are reported by order.
type ReportLevels struct {
	Duty   []int      `yaml:"duty"`
	Basis  []Citation `yaml:"basis"`
	Origin Origin     `yaml:"origin"`
	Note   string     `yaml:"note"`
}

// ReportContent is one of the contents a report must have. Measure names what
// of the records answers it; In says which part of the form carries it.
type ReportContent struct {
	Key     string     `yaml:"key"`
	Text    string     `yaml:"text"`
	Measure string     `yaml:"measure"`
	In      string     `yaml:"in"` // part1, part2, part3, annex
	Basis   []Citation `yaml:"basis"`
	Origin  Origin     `yaml:"origin"`
	line    int
}

// ReportCheck is one rule the rows of a report must keep; breaking it warns.
type ReportCheck struct {
	Key    string     `yaml:"key"`
	Basis  []Citation `yaml:"basis"`
	Origin Origin     `yaml:"origin"`
	line   int
}

// ReportMeasures is the closed list of what a content can be answered with.
var ReportMeasures = []string{"parties", "systems", "list_grounds", "approved", "deployment", "quy_che", "quy_che_followed",
	"checked", "quy_che_decision", "redetermination", "free"}

// ReportCheckNames is the closed list of consistency rules code knows.
var ReportCheckNames = []string{"rows_are_total", "approved_has_decision", "decision_needs_approved", "not_approved_has_expected",
	"expected_needs_not_approved", "not_full_has_date", "full_has_no_date", "approved_has_quy_che", "level_in_range", "dossier_exists"}

// UnmarshalYAML reads a content and remembers its line.
func (c *ReportContent) UnmarshalYAML(n *yaml.Node) error {
	type plain ReportContent
	line, err := node(n, (*plain)(c))
	c.line = line
	return err
}

// UnmarshalYAML reads a check and remembers its line.
func (c *ReportCheck) UnmarshalYAML(n *yaml.Node) error {
	type plain ReportCheck
	line, err := node(n, (*plain)(c))
	c.line = line
	return err
}

// readReports reads the report rules of a regime; nil where it has none. Its
// error lists every Fault found.
func readReports(files fs.FS, name string, deadlines map[string]*Deadline) (*ReportRules, error) {
	if _, err := fs.Stat(files, name); err != nil {
		return nil, nil
	}
	r := &ReportRules{}
	if err := decode(files, name, r); err != nil {
		return nil, err
	}
	var faults []error
	bad := func(line int, reason string) { faults = append(faults, Fault{name, line, reason}) }
	if r.Form == "" || len(r.Contents) == 0 {
		bad(0, "needs form and contents")
	}
	for what, route := range map[string]ReportRoute{"unit": r.Unit, "owner": r.Owner} {
		if d, ok := deadlines[route.Rule]; !ok || d.Before == nil && !d.Silent {
			bad(0, what+": "+route.Rule+" is no yearly date")
		}
		for _, reason := range rests(route.Basis, route.Origin) {
			bad(0, what+": "+reason)
		}
	}
	if len(r.Owner.Bodies) == 0 || r.Owner.Name == "" {
		bad(0, "owner: names no addressee (bodies, name)")
	}
	for _, reason := range append(rests(r.Levels.Basis, r.Levels.Origin), levelFaults(r.Levels.Duty)...) {
		bad(0, "levels: "+reason)
	}
	seen := map[string]bool{}
	for _, c := range r.Contents {
		for _, reason := range c.faults(seen) {
			bad(c.line, "content "+c.Key+": "+reason)
		}
	}
	for _, c := range r.Checks {
		for _, reason := range c.faults(seen) {
			bad(c.line, "check "+c.Key+": "+reason)
		}
	}
	return r, errors.Join(faults...)
}

func (c ReportContent) faults(seen map[string]bool) []string {
	reasons := rests(c.Basis, c.Origin)
	if c.Key == "" || c.Text == "" || seen["content "+c.Key] {
		reasons = append(reasons, "has no key or text, or is named twice")
	}
	seen["content "+c.Key] = true
	if !slices.Contains(ReportMeasures, c.Measure) {
		reasons = append(reasons, "unknown measure "+c.Measure)
	}
	if !slices.Contains([]string{"part1", "part2", "part3", "annex"}, c.In) {
		reasons = append(reasons, "unknown part "+c.In)
	}
	return reasons
}

func (c ReportCheck) faults(seen map[string]bool) []string {
	reasons := rests(c.Basis, c.Origin)
	if !slices.Contains(ReportCheckNames, c.Key) || seen["check "+c.Key] {
		reasons = append(reasons, "is unknown or named twice")
	}
	seen["check "+c.Key] = true
	return reasons
}

// rests tells what is wrong with the ground a rule stands on.
func rests(basis []Citation, origin Origin) (reasons []string) {
	if !origin.valid() {
		reasons = append(reasons, "unknown origin "+string(origin))
	}
	if origin != Design && len(basis) == 0 {
		reasons = append(reasons, "cites nothing")
	}
	for _, c := range basis {
		if err := c.Check(); err != nil {
			reasons = append(reasons, err.Error())
		}
	}
	return reasons
}

func levelFaults(levels []int) (reasons []string) {
	for _, l := range levels {
		if l < 1 || l > 5 {
			reasons = append(reasons, fmt.Sprintf("no level %d", l))
		}
	}
	return reasons
}

// ReportRegime finds the regime the report of a year goes by: the one in force
// on the last day its own owners have for it. There may be none.
func (b *Book) ReportRegime(year int) (*Regime, bool) {
	for _, r := range b.Regimes {
		if r.Report == nil {
			continue
		}
		d := r.Deadlines[r.Report.Owner.Rule]
		if d == nil || d.Before == nil {
			continue
		}
		last := d.Before.In(year).AddDays(-1)
		if !last.Before(r.From) && (r.To.IsZero() || !last.After(r.To)) {
			return r, true
		}
	}
	return nil, false
}
