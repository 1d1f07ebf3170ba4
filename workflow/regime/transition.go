package regime

import (
	"errors"
	"maps"
	"slices"
)

// TransitionRule says what a regime makes of something that was there before its
// first day. Deadline names the rule of time it brings, Flag what it raises on the
// thing itself, both if any; From is its own first day where that is an earlier one.
type TransitionRule struct {
	From     Day        `yaml:"from"`
	Flag     string     `yaml:"flag"`
	Deadline string     `yaml:"deadline"`
	Basis    []Citation `yaml:"basis"`
	Origin   Origin     `yaml:"origin"`
	Verified Verified   `yaml:"verified"`
}

// TransitionCases is the closed list of what a regime may speak of in its
// transition: a level given before, a project under way and the measures it
// owes, a running system without a level, words of the standards, the way a level
// is determined again, and what obliges the owner to look at the risk again.
var TransitionCases = []string{"level_kept", "under_way", "under_way_measures", "unclassified", "standard_words", "redetermination", "risk_reassessed"}

func (r *Regime) checkTransition(bad func(string)) {
	for _, key := range slices.Sorted(maps.Keys(r.Transition)) {
		t := r.Transition[key]
		if !slices.Contains(TransitionCases, key) {
			bad("transition: unknown case " + key)
		}
		if len(t.Basis) == 0 || !t.Origin.valid() || t.Verified == "" || !t.Verified.valid() {
			bad("transition: " + key + " needs basis, origin and mark")
		}
		for _, c := range t.Basis {
			if err := c.Check(); err != nil {
				bad("transition: " + err.Error())
			}
		}
	}
}

// crossCheck holds the files of a regime together: deadlines named by its
// transition exist, facts named by its deadlines are asked.
func (r *Regime) crossCheck(dir string) error {
	var faults []error
	for _, key := range slices.Sorted(maps.Keys(r.Transition)) {
		if dl := r.Transition[key].Deadline; dl != "" && r.Deadlines[dl] == nil {
			faults = append(faults, Fault{File: dir + "/regime.yaml", Reason: "transition: " + key + ": no deadline " + dl})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(r.Deadlines)) {
		dl := r.Deadlines[key]
		if f, ok := r.Criteria.Fact(dl.Also); dl.Also != "" && (!ok || f.Type != "bool") {
			faults = append(faults, Fault{File: dir + "/deadlines.yaml", Line: dl.line, Reason: key + ": also: no yes/no fact " + dl.Also})
		}
	}
	if l := r.List; l != nil {
		on, _ := r.Criteria.Fact(l.Fact)
		grounds, _ := r.Criteria.Fact(l.Grounds)
		if on == nil || on.Type != "bool" || grounds == nil || grounds.Type != "set" || len(l.Basis) == 0 {
			faults = append(faults, Fault{File: dir + "/regime.yaml", Reason: "list: needs a yes/no fact, a fact of grounds that is a set, and basis"})
		}
	}
	if _, asked := r.Guards["copies_complete"]; asked && slices.ContainsFunc(r.Copies, func(c Copies) bool { return len(c.Basis) == 0 }) {
		faults = append(faults, Fault{File: dir + "/regime.yaml", Reason: "copies that are asked for cite nothing (basis)"})
	}
	return errors.Join(faults...)
}

// Kept finds what a later regime makes of a level given under an earlier one, as
// it stands on a day: the rule and the regime that says it.
func (b *Book) Kept(levelBy string, on Day) (TransitionRule, *Regime, bool) {
	given, ok := b.ByKey(levelBy)
	if !ok {
		return TransitionRule{}, nil, false
	}
	for _, r := range b.Regimes {
		rule, says := r.Transition["level_kept"]
		from := rule.From
		if from.IsZero() {
			from = r.From
		}
		if says && given.From.Before(r.From) && !on.Before(from) {
			return rule, r, true
		}
	}
	return TransitionRule{}, nil, false
}
