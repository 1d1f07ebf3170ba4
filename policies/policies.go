// Package policies answers which role may do which act, from two embedded
// files that never change after start. It knows nothing of people, offices or
// cases: it speaks in strings.
package policies

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
)

//go:embed model.conf
var modelText string

//go:embed policy.csv
var policyText string

// Policies is the policy, immutable after Open and safe for many goroutines: a
// table of every role and act with the line that allows it, worked out once,
// because casbin goes through all lines for every question.
type Policies struct {
	rules map[string]map[string]string // role → act → line
	acts  []string
}

// Open reads the embedded policy; its error names the line that cannot be read.
func Open() (*Policies, error) {
	e, err := enforcer()
	if err != nil {
		return nil, err
	}
	p, err := compile(e)
	if err != nil {
		return nil, fmt.Errorf("policies: %w", err)
	}
	return p, nil
}

// enforcer joins casbin with the lines of the policy.
func enforcer() (*casbin.Enforcer, error) {
	m, err := model.NewModelFromString(modelText)
	if err != nil {
		return nil, fmt.Errorf("policies: model.conf: %w", err)
	}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		return nil, fmt.Errorf("policies: %w", err)
	}
	for i, line := range strings.Split(policyText, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := add(e, strings.Split(line, ", ")); err != nil {
			return nil, fmt.Errorf("policies: policy.csv:%d: %w", i+1, err)
		}
	}
	return e, nil
}

func add(e *casbin.Enforcer, f []string) error {
	if len(f) != 3 || f[1] == "" || f[2] == "" {
		return fmt.Errorf("want three fields, got %d", len(f))
	}
	var added bool
	var err error
	switch f[0] {
	case "p":
		added, err = e.AddPolicy(f[1], f[2])
	case "g":
		added, err = e.AddGroupingPolicy(f[1], f[2])
	default:
		return fmt.Errorf("a line begins with p or g, not %q", f[0])
	}
	if err == nil && !added {
		err = fmt.Errorf("stands there twice")
	}
	return err
}

// compile works out the table: of the lines that allow an act to a role or to one
// it inherits from, the first.
func compile(e *casbin.Enforcer) (*Policies, error) {
	lines, err := e.GetPolicy()
	if err != nil {
		return nil, err
	}
	links, err := e.GetGroupingPolicy()
	if err != nil {
		return nil, err
	}
	p := &Policies{rules: map[string]map[string]string{}}
	for _, l := range append(slices.Clone(lines), links...) {
		p.rules[l[0]] = map[string]string{}
	}
	for role, rules := range p.rules {
		is, err := e.GetImplicitRolesForUser(role)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			if _, known := rules[l[1]]; !known && (l[0] == role || slices.Contains(is, l[0])) {
				rules[l[1]] = "p, " + strings.Join(l, ", ")
			}
		}
	}
	for _, l := range lines {
		p.acts = append(p.acts, l[1])
	}
	slices.Sort(p.acts)
	p.acts = slices.Compact(p.acts)
	return p, nil
}

// Allows tells whether a role may do an act and names the line that says so.
func (p *Policies) Allows(role, act string) (rule string, ok bool) {
	rule, ok = p.rules[role][act]
	return rule, ok
}

// Acts lists every act some line allows, once.
func (p *Policies) Acts() []string { return slices.Clone(p.acts) }
