package workflow

import (
	"context"
	"maps"
	"slices"
	"strings"

	"capdo/workflow/regime"
)

// Trial is what facts come to when some of them are answered otherwise.
type Trial struct {
	Facts      Facts
	Verdict    Verdict
	Level      int                    // to be proposed with these facts
	Askings    []regime.Asking        // questions that can still matter
	Contradict []regime.Contradiction // that the given answers bring about
	Voided     []string               // facts stated before that they cannot stand beside
}

// Try tells what a case's facts come to with some answered otherwise, and keeps
// nothing. part is the component they belong to, -1 for the system itself. Wrong
// answers are refused as when they are kept.
func (s *Service) Try(ctx context.Context, caseID string, part int, given map[string]any) (*Trial, error) {
	snap, err := s.Store.Snapshot(ctx, caseID, "")
	if err != nil {
		return nil, err
	}
	r, ok := s.Book.ByKey(snap.Case.Regime)
	if !ok {
		return nil, notFound("regime", snap.Case.Regime)
	}
	have := snap.System.Facts
	t, err := TryFacts(r, have, part, given)
	if err != nil {
		return nil, err
	}
	t.Level = proposed(snap.Case.Level, r.Criteria.Classify(have), t.Verdict)
	return t, nil
}

// TryFacts is Try over facts that belong to no case.
func TryFacts(r *regime.Regime, have Facts, part int, given map[string]any) (*Trial, error) {
	facts, err := r.Criteria.CheckFacts(given)
	if err != nil {
		return nil, factProblem("facts", err)
	}
	t := &Trial{Facts: laid(r, have, part, facts)}
	t.Verdict = r.Criteria.Classify(t.Facts)
	t.Askings = r.Criteria.Askings(t.Facts, part)
	was := r.Criteria.Contradictions(have)
	for _, c := range r.Criteria.Contradictions(t.Facts) {
		if slices.ContainsFunc(was, func(o regime.Contradiction) bool { return o.ID == c.ID && o.Component == c.Component }) {
			continue
		}
		t.Contradict = append(t.Contradict, c)
		for _, f := range c.Fields {
			key := lastPart(f)
			if _, now := given[key]; !now && !slices.Contains(t.Voided, key) {
				t.Voided = append(t.Voided, key)
			}
		}
	}
	t.Level = proposed(0, regime.Verdict{}, t.Verdict)
	return t, nil
}

func lastPart(field string) string {
	return field[strings.LastIndexByte(field, '.')+1:]
}

// laid gives the facts as they would be kept.
func laid(r *regime.Regime, have Facts, part int, given Facts) Facts {
	parts, _ := have["components"].([]regime.Component)
	if part < 0 || part >= len(parts) {
		return r.Criteria.Merge(have, given)
	}
	parts = slices.Clone(parts)
	parts[part].Facts = r.Criteria.Merge(parts[part].Facts, given)
	return r.Criteria.Merge(have, Facts{"components": parts})
}

// proposed is the level a dossier proposes after its facts changed: what the
// criteria imply, as far as it is certain; a level that was raised on purpose
// above what they implied stays as long as it is high enough.
func proposed(level int, was, now Verdict) int {
	least := max(now.Level, now.AtLeast, 1)
	raised := level > max(was.Level, was.AtLeast, 1)
	if now.Manual && level > 0 || raised {
		return max(level, least)
	}
	return least
}

// Answer keeps answers to questions of the criteria by the act of the case that
// takes facts, and proposes the level they imply.
func (s *Service) Answer(ctx context.Context, who string, want Want, part int, given map[string]any) (*Outcome, error) {
	t, err := s.Try(ctx, want.Case, part, given)
	if err != nil {
		return nil, err
	}
	want.With = With{"facts": map[string]any(given), "level": t.Level}
	if parts, _ := t.Facts["components"].([]regime.Component); part >= 0 {
		c, err := s.Store.Case(ctx, want.Case)
		if err != nil {
			return nil, err
		}
		want.With["facts"] = map[string]any{"components": asked(s.regimeOf(c), parts)}
	}
	return s.Act(ctx, who, want)
}

// asked leaves out of components what belongs to another regime: it stays with
// the system and is nothing to be given here.
func asked(r *regime.Regime, parts []regime.Component) []regime.Component {
	out := slices.Clone(parts)
	for i := range out {
		out[i].Facts = maps.Clone(out[i].Facts)
		for _, key := range r.Criteria.Unasked(out[i].Facts) {
			delete(out[i].Facts, key)
		}
	}
	return out
}
