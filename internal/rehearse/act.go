package rehearse

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"capdo/workflow"
)

// keyLevelLater is the refusal of a level the program does not carry yet, which
// a scenario that accepts any refusal may not mistake for one of the law.
const keyLevelLater = "level.not_yet"

// act is something a person does, and what must come of it.
type act struct {
	who     string
	object  string // id, for the report
	want    workflow.Want
	clocks  bool     // an act of the clock, which the engine refuses to people
	refused *refusal // nil: the act must succeed
	warns   []string
}

// refusal is what a refusal must say; what is left out may be anything.
type refusal struct{ kind, basis, guard, says string }

func (a *act) run(ctx context.Context, p *player) (d differences, err error) {
	if later := a.later(p); later != "" {
		d.later(later)
		return d, nil
	}
	out, err := p.svc.Act(ctx, a.who, a.want)
	problem, refused := workflow.ProblemOf(err)
	switch {
	case err != nil && !refused:
		return nil, err
	case refused && problem.Key == keyLevelLater && (a.refused == nil || a.refused.kind == ""):
		d.later(fmt.Sprintf("%s at that level", a.want.Act))
	case a.refused != nil:
		a.refused.compare(&d, p, problem, "the act taken")
	case refused:
		d.add("the act to be taken", p.describe(problem))
	default:
		d.all("warning", a.warns, out.Warns)
	}
	return d, nil
}

// later tells what of the act the program does not know yet; "" when it knows
// all.
func (a *act) later(p *player) string {
	book := p.svc.Book
	if a.clocks {
		return ""
	}
	if _, ok := book.Acts[a.want.Act]; !ok {
		return "act " + a.want.Act
	}
	if key, ok := a.want.With["regime"].(string); ok {
		if _, known := book.ByKey(key); !known {
			return "regime " + key
		}
	}
	return ""
}

// compare holds a refusal against what is expected of it; a nil problem means
// that nothing was refused, and instead says what happened.
func (f *refusal) compare(d *differences, p *player, problem *workflow.Problem, instead string) {
	if problem == nil {
		d.add("a refusal", instead)
		return
	}
	said := p.describe(problem)
	if f.kind != "" && f.kind != string(problem.Kind) {
		d.add("kind "+f.kind, said)
	}
	if f.guard != "" && f.guard != problem.Guard {
		d.add("guard "+f.guard, said)
	}
	if f.basis != "" && !slices.Contains(problem.Basis, workflow.Citation(f.basis)) {
		d.add("basis "+f.basis, said)
	}
	if f.says != "" && !strings.Contains(oneLine(p.message(problem)), oneLine(f.says)) {
		d.add("a message with "+f.says, p.message(problem))
	}
}

func (p *player) message(problem *workflow.Problem) string {
	if p.Message == nil {
		return ""
	}
	return p.Message(problem)
}

// describe shows a refusal: kind, key or guard, citations, and its words.
func (p *player) describe(problem *workflow.Problem) string {
	s := problem.Error()
	if said := p.message(problem); said != "" {
		s += ": " + said
	}
	return s
}
