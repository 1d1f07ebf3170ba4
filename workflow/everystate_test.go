package workflow_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// taken is one act of a path.
type taken struct{ who, act string }

// replay walks a path from nothing; the dossier is the first thing it opens.
func replay(t *testing.T, on, system string, level int, path []taken) (*world, string) {
	t.Helper()
	w, id := newWorld(t, on), ""
	for _, s := range path {
		out, p, err := w.do(s.who, s.act, id, system, level)
		if p != nil || err != nil {
			t.Fatalf("%v: %s by %s: %v %v", path, s.act, s.who, p, err)
		}
		if id == "" {
			id = out.Case.ID
		}
	}
	return w, id
}

// TestEveryActInEveryStateIsTakenOrRefusedWithAReason goes from creation to every
// state that acts lead to, of every procedure of every rule set, and there lets
// everybody try every act.
func TestEveryActInEveryStateIsTakenOrRefusedWithAReason(t *testing.T) {
	eachEra(t, func(t *testing.T, r *regime.Regime, on string) {
		for level := 1; level <= 5; level++ {
			t.Run(fmt.Sprint("level ", level), func(t *testing.T) {
				x := &explorer{t: t, on: on, level: level, system: fmt.Sprint("s", level), seen: map[string]bool{}, states: map[string]bool{}}
				x.explore()
				p, _ := r.For(level, false)
				for _, state := range slices.Sorted(maps.Keys(p.States)) {
					if st := p.States[state]; !x.states[state] && !st.Clock {
						t.Errorf("no acts lead to %s", state)
					}
				}
			})
		}
	})
}

type explorer struct {
	t      *testing.T
	on     string
	level  int
	system string
	path   []taken // to where it stands
	seen   map[string]bool
	states map[string]bool
}

func (x *explorer) explore() {
	start := []taken{{"an", "create"}, {"an", "attach"}}
	queue := [][]taken{start}
	for len(queue) > 0 {
		path := queue[0]
		queue, x.path = queue[1:], path
		w, id := replay(x.t, x.on, x.system, x.level, path)
		c := w.state(x.t, id)
		if key := c.State + "/" + c.Holder; !x.seen[key] {
			x.seen[key], x.states[c.State] = true, true
		} else {
			continue
		}
		for _, s := range x.everybody(w, id) {
			queue = append(queue, append(slices.Clone(path), s))
		}
	}
}

// everybody lets each person try each act in a state, and refusals change
// nothing; the acts that somebody can take come back.
func (x *explorer) everybody(w *world, id string) (next []taken) {
	before, lists := w.state(x.t, id), map[string][]workflow.OpenAct{}
	for who := range cast {
		open, err := w.Acts(context.Background(), who, id)
		if err != nil {
			x.t.Fatal(err)
		}
		lists[who] = open
	}
	for _, act := range slices.Sorted(maps.Keys(w.Book.Acts)) {
		shape := w.Book.Acts[act]
		if shape.Object != "case" || shape.Clock {
			continue
		}
		if !slices.ContainsFunc(lists["an"], func(o workflow.OpenAct) bool { return o.Act == act }) {
			x.refused(w, id, "an", act, nil)
			continue
		}
		able := ""
		for _, who := range slices.Sorted(maps.Keys(cast)) {
			i := slices.IndexFunc(lists[who], func(o workflow.OpenAct) bool { return o.Act == act })
			if closed := lists[who][i].Closed; closed != nil {
				x.refused(w, id, who, act, closed)
			} else if able == "" && x.lawful(before, who, act) {
				able = who
			}
		}
		if able != "" {
			next = append(next, taken{able, act})
		}
	}
	if after := w.state(x.t, id); after.Revision != before.Revision || after.State != before.State {
		x.t.Fatalf("refusals in %s changed the case", before.State)
	}
	return next
}

// refused takes an act that is closed to somebody: the answer is the one the
// list gave, with who can and by which article.
func (x *explorer) refused(w *world, id, who, act string, listed *workflow.Problem) {
	_, p, err := w.do(who, act, id, x.system, x.level)
	kind := workflow.NotNow
	if listed != nil {
		kind = listed.Kind
	}
	if err != nil || p == nil {
		x.t.Fatalf("%s by %s is listed closed and gave %v, %v", act, who, p, err)
	}
	unlisted := listed == nil && (p.Kind == workflow.Refused || p.Kind == workflow.NotNow)
	if p.Key == "" || !unlisted && p.Kind != kind || p.Kind == workflow.Denied && (len(p.Basis) == 0 || len(p.Can) == 0) {
		x.t.Errorf("%s by %s: %s %s, article %v, who can %v; want %s", act, who, p.Kind, p.Key, p.Basis, p.Can, kind)
	}
}

// lawful tells of an act listed as open whether its conditions hold too, on
// another world that came the same way. What does not hold names its article.
func (x *explorer) lawful(before *workflow.CaseView, who, act string) bool {
	if slices.Contains([]string{"set_facts", "attach"}, act) {
		return false // they lead nowhere
	}
	w, id := replay(x.t, x.on, x.system, x.level, x.path)
	out, p, err := w.do(who, act, id, x.system, x.level)
	switch {
	case err != nil:
		x.t.Fatalf("%s in %s by %s: %v", act, before.State, who, err)
	case p != nil && (p.Key == "" || len(p.Basis)+len(p.Fields) == 0):
		x.t.Errorf("%s in %s by %s is refused without a reason or an article: %+v", act, before.State, who, p)
	case p == nil && out.Event.To == "":
		x.t.Errorf("%s in %s by %s leads to no state", act, before.State, who)
	}
	return p == nil
}
