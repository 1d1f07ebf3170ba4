package policies

import (
	"strings"
	"testing"
)

func TestTheTableSaysWhatCasbinSays(t *testing.T) {
	p, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	e, err := enforcer()
	if err != nil {
		t.Fatal(err)
	}
	roles := []string{"somebody", "", "Sysadmin", "p"}
	for role := range p.rules {
		roles = append(roles, role)
	}
	allowed := 0
	for _, role := range roles {
		for _, act := range append(p.Acts(), "no_such_act", "") {
			yes, line, err := e.EnforceEx(role, act)
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			if yes {
				want, allowed = "p, "+strings.Join(line, ", "), allowed+1
			}
			if rule, ok := p.Allows(role, act); ok != yes || rule != want {
				t.Errorf("%s, %s: %q, %v; casbin says %q, %v", role, act, rule, ok, want, yes)
			}
		}
	}
	if allowed < len(p.acts) {
		t.Errorf("only %d pairs are allowed", allowed)
	}
}

func TestARightIsAnsweredWithoutAllocating(t *testing.T) {
	p, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { p.Allows("sdu_head", "approve"); p.Allows("sysadmin", "approve") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	p, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		says, role, act string
		ok              bool
	}{
		{"an officer of the operator opens a dossier", "operator_officer", "create", true},
		{"an officer of the operator does not send it", "operator_officer", "submit", false},
		{"the SDU appraises", "sdu_officer", "conclude_fit", true},
		{"an independent appraiser appraises", "independent_appraiser", "conclude_fit", true},
		{"the head of the SDU approves", "sdu_head", "approve", true},
		{"an officer of the SDU does not approve", "sdu_officer", "approve", false},
		{"the administrator has no business right", "sysadmin", "approve", false},
		{"the administrator does not even read cases", "sysadmin", "read", false},
		{"the auditor reads", "auditor", "read", true},
		{"the auditor does nothing else", "auditor", "create", false},
		{"nobody else exists", "somebody", "read", false},
	} {
		t.Run(c.says, func(t *testing.T) {
			if rule, ok := p.Allows(c.role, c.act); ok != c.ok || ok == (rule == "") {
				t.Errorf("Allows(%s, %s) = %q, %v", c.role, c.act, rule, ok)
			}
		})
	}
}
