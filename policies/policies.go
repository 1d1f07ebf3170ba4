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

// Policies is the policy, immutable after Open and safe for many goroutines.
type Policies struct{ e *casbin.Enforcer }

// Open reads the embedded policy; its error names the line that cannot be read.
func Open() (*Policies, error) {
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
	return &Policies{e}, nil
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

// Allows tells whether a role may do an act and names the line that says so.
// What cannot be evaluated is not allowed.
func (p *Policies) Allows(role, act string) (rule string, ok bool) {
	ok, line, err := p.e.EnforceEx(role, act)
	if err != nil || !ok {
		return "", false
	}
	return "p, " + strings.Join(line, ", "), true
}

// Acts lists every act some line allows, once.
func (p *Policies) Acts() []string {
	lines, err := p.e.GetPolicy()
	if err != nil {
		return nil
	}
	var out []string
	for _, l := range lines {
		if !slices.Contains(out, l[1]) {
			out = append(out, l[1])
		}
	}
	slices.Sort(out)
	return out
}
