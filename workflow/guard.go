package workflow

import (
	"slices"
	"strings"

	"capdo/workflow/regime"
)

// guards are the conditions code knows by name; where each stands in the law is
// data. A guard answers nil or a refusal, whose citations the regime completes.
var guards map[string]func(*move) *Problem

func init() {
	guards = map[string]func(*move) *Problem{
		"one_owner": oneOwner, "parties_named": partiesNamed, "lead_operator_named": leadNamed,
		"components_complete": componentsComplete, "design_fits_track": designFits, "copies_complete": copiesComplete,
		"level_known": levelKnown, "may_join": mayJoin, "not_below_implied": notBelow, "reason_given": reasonGiven,
		"answers_complete": answersComplete, "points_answered": pointsAnswered,
		"preparer_is_not_appraiser": preparerApart, "appraiser_is_not_approver": approverApart, "preparer_is_not_approver": deciderApart,
		"appraiser_independent": appraiserIndependent, "quy_che_issued": quyCheIssued,
		"substance_unchanged": substanceUnchanged, "no_open_dossier": noOpenDossier,
		"regime_in_force": regimeInForce, "transition_term": transitionTerm,
		"extra_explained": extraExplained, "listing_grounds": listingGrounds, "risk_assessed": riskAssessed, "lead_body": leadBody, "approved_before": approvedBefore,
		"measures_deployed": measuresDeployed, "separation_met": separationMet, "conditions_assessed": conditionsAssessed, "delegation_valid": delegationValid,
		"subordinate_only": subordinateOnly, "no_subdelegation": noSubdelegation,
		"performer_qualifies": performerQualifies, "ordering_authority": orderingAuthority,
	}
}

// guard asks one condition. One that only warns under this regime raises its flag.
func (m *move) guard(name string) *Problem {
	p := guards[name](m)
	if p == nil {
		return nil
	}
	rule := m.r.Guards[name]
	if rule.Warns != "" {
		m.warns = append(m.warns, rule.Warns)
		return nil
	}
	if p.Kind == "" {
		p.Kind = Refused
	}
	if p.Kind == Refused && p.Guard == "" {
		p.Guard = name
	}
	if p.Key == "" {
		p.Key = "guard." + name
	}
	for _, c := range rule.Basis {
		if !slices.Contains(p.Basis, c) {
			p.Basis = append(p.Basis, c)
		}
	}
	return p
}

func oneOwner(m *move) *Problem {
	if len(m.sys.Owners) == 1 {
		return nil
	}
	return &Problem{Args: map[string]string{"count": itoa(len(m.sys.Owners))}}
}

func partiesNamed(m *move) *Problem {
	var missing []string
	if len(m.parties().operators()) == 0 {
		missing = append(missing, "operator")
	}
	if m.parties().sdu() == "" {
		missing = append(missing, "sdu")
	}
	if len(missing) == 0 {
		return nil
	}
	return &Problem{Args: map[string]string{"missing": strings.Join(missing, ", ")}}
}

func leadNamed(m *move) *Problem {
	if len(m.parties().operators()) > 1 {
		return &Problem{}
	}
	return nil
}

func componentsComplete(m *move) *Problem {
	p := &Problem{}
	for n := 1; n <= len(m.r.Papers.Components); n++ {
		piece := m.r.Papers.Components[n]
		if _, ok := m.c.Present().Components[n]; ok || !slices.Contains(piece.Levels, m.c.Level) || piece.Added && m.c.State == m.p.Start {
			continue
		}
		p.Basis = append(p.Basis, piece.Basis...)
		if d := m.r.Papers.Design; d.Component == n {
			p.Basis = append(p.Basis, d.Track(m.c.Track).Basis...)
		}
		p.Fields = append(p.Fields, Field{"components", "expect.component", itoa(n)})
	}
	if len(p.Fields) == 0 {
		return nil
	}
	return p
}

// designFits asks of the design named in this act, or of the one attached.
func designFits(m *move) *Problem {
	if m.c == nil {
		return builtAsDesigned(m)
	}
	design := m.c.Present().Design
	if d := m.f.text["design"]; d != "" {
		design = d
	}
	track := m.r.Papers.Design.Track(m.c.Track)
	if design == "" || track.Fits(design) {
		return nil
	}
	return &Problem{Basis: slices.Clone(track.Basis), Fields: []Field{{"design", "expect.design_" + m.c.Track, design}}}
}

func copiesComplete(m *move) *Problem {
	want := m.r.CopiesFor(m.c.Level)
	originals, copies := want.Originals, want.Copies
	if n, ok := m.f.number["originals"]; ok {
		originals = n
	}
	if n, ok := m.f.number["copies"]; ok {
		copies = n
	}
	if originals >= want.Originals && copies >= want.Copies {
		return nil
	}
	return &Problem{Basis: slices.Clone(want.Basis), Args: map[string]string{"originals": itoa(want.Originals), "copies": itoa(want.Copies)}}
}

func levelKnown(m *move) *Problem {
	for _, j := range m.judges() {
		if p := j.contradicted(m.r); p != nil {
			return p
		}
		if v := j.verdict; !v.Known && !v.Manual {
			p := &Problem{Args: map[string]string{"at_least": itoa(v.AtLeast)}}
			for _, f := range v.Missing {
				p.Fields = append(p.Fields, Field{j.at + f, "expect.known", ""})
			}
			return p
		}
	}
	return nil
}

// contradicted names the facts that cannot all be true.
func (j judged) contradicted(r *regime.Regime) *Problem {
	x := r.Criteria.Contradictions(j.sys.Facts)
	if len(x) == 0 {
		return nil
	}
	p := &Problem{Kind: Invalid, Key: "facts.contradict"}
	for _, c := range x {
		for _, f := range c.Fields {
			p.Fields = append(p.Fields, Field{j.at + f, "expect.facts_agree", ""})
		}
		p.Basis = append(p.Basis, c.Basis...)
	}
	return p
}

func notBelow(m *move) *Problem {
	for _, j := range m.judges() {
		v := j.verdict
		least := max(v.Level, v.AtLeast) // where one part is decided by hand, the others still bind
		if j.level < least && m.f.text["override"] == "" {
			return &Problem{Basis: slices.Clone(v.Basis), Args: map[string]string{"proposed": itoa(j.level), "implied": itoa(least), "criteria": strings.Join(v.Criteria, ", ")}}
		}
	}
	return nil
}

// reasonGiven asks for the written reason that a departure from the implied
// level needs: from the operator when filing, from the appraiser when concluding.
func reasonGiven(m *move) *Problem {
	filing := m.c.State == m.p.Start
	for i, j := range m.judges() {
		v := j.verdict
		if i == 0 && !filing {
			v = m.c.Present().Verdict
		}
		switch {
		case v.Manual && m.f.text["reasoning"] == "":
			return &Problem{Fields: []Field{{"reasoning", "expect.reasoning", ""}}}
		case v.Manual:
		case filing && v.Known && j.level > v.Level && m.f.text["reason"] == "",
			!filing && j.level < v.Level && m.f.text["reason"] == "":
			return &Problem{Fields: []Field{{"reason", "expect.reason", ""}}, Args: map[string]string{"proposed": itoa(j.level), "implied": itoa(v.Level)}}
		}
	}
	return nil
}

func answersComplete(m *move) *Problem {
	asked, given := m.c.Present().Asked, m.f.texts["answers"]
	if len(asked) == 0 && !slices.Contains(given, "") || len(asked) == len(given) && !slices.Contains(given, "") {
		return nil
	}
	p := &Problem{Args: map[string]string{"asked": itoa(len(asked)), "answered": itoa(len(nonBlank(given)))}}
	for i := range asked {
		if i >= len(given) || given[i] == "" {
			p.Fields = append(p.Fields, Field{"answers." + itoa(i+1), "expect.required", cut(asked[i])})
		}
	}
	return p
}

func nonBlank(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" })
}

// pointsAnswered asks every point of the appraisal; a fit conclusion needs all
// fit, an unfit one at least one unfit.
func pointsAnswered(m *move) *Problem {
	unfit := 0
	for _, k := range m.r.Papers.Points.Keys {
		v, ok := m.f.points[k]
		if !ok {
			return &Problem{Fields: []Field{{"points." + k, "expect.required", ""}}}
		}
		if v != "fit" {
			unfit++
		}
	}
	if _, defects := m.shape.Fields["defects"]; defects == (unfit > 0) {
		return nil
	}
	return &Problem{Fields: []Field{{"points", "expect.points_agree", ""}}}
}

func preparerApart(m *move) *Problem {
	if slices.Contains(m.c.Preparers, m.who.ID) {
		return &Problem{}
	}
	return nil
}

func approverApart(m *move) *Problem {
	if k := m.c.Present().Conclusion; k != nil && k.Person == m.who.ID {
		return &Problem{}
	}
	return nil
}

// deciderApart bars who prepared or sent a dossier from deciding on it, unless the
// office that decides is the one that operates: its head is named for both by law.
func deciderApart(m *move) *Problem {
	if slices.Contains(m.c.Preparers, m.who.ID) && !slices.Contains(m.parties().operators(), m.office) {
		return &Problem{}
	}
	return nil
}

// appraiserIndependent bars the SDU from appraising what it operates, and keeps
// the operator and the SDU out of the unit or council that stands in.
func appraiserIndependent(m *move) *Problem {
	p := m.parties()
	if m.f.text["mode"] == "" {
		if m.c.Appraiser == nil && p.sduOperates() {
			return &Problem{}
		}
		return nil
	}
	if !p.sduOperates() {
		return &Problem{Args: map[string]string{"why": "sdu_does_not_operate"}}
	}
	bound := func(office string) bool {
		return p.under(office, p.sdu()) || slices.ContainsFunc(p.operators(), func(o string) bool { return p.under(office, o) })
	}
	if m.f.text["mode"] == "unit" {
		unit := m.f.text["appraiser"]
		if unit == "" {
			return &Problem{Kind: Invalid, Key: "field.invalid", Fields: []Field{{"appraiser", "expect.required", ""}}}
		}
		if bound(unit) || unit == p.owner() || !p.under(unit, p.owner()) {
			return &Problem{Fields: []Field{{"appraiser", "expect.independent_unit", p.offices[unit].Name}}}
		}
		return nil
	}
	if len(m.f.people) == 0 {
		return &Problem{Kind: Invalid, Key: "field.invalid", Fields: []Field{{"members", "expect.required", ""}}}
	}
	for _, one := range m.snap.People {
		if slices.Contains(m.f.people, one.ID) && slices.ContainsFunc(one.Grants, func(g Grant) bool { return g.On(m.day) && bound(g.Office) }) {
			return &Problem{Fields: []Field{{"members", "expect.independent_person", one.Name}}}
		}
	}
	return nil
}

// quyCheIssued asks for the regulation, of an earlier day than the approval.
func quyCheIssued(m *move) *Problem {
	d, given := m.f.days["quy_che_date"]
	if m.f.text["quy_che"] != "" && given && d.Before(m.date) {
		return nil
	}
	return &Problem{Fields: []Field{{"quy_che_date", "expect.earlier_day", d.String()}}}
}

var substance = []string{"level", "owner", "operator", "scope"}

func substanceUnchanged(m *move) *Problem {
	if slices.Contains(substance, strings.ToLower(m.f.text["field"])) {
		return &Problem{Fields: []Field{{"field", "expect.no_substance", m.f.text["field"]}}}
	}
	return nil
}

func noOpenDossier(m *move) *Problem {
	open := m.snap.dossiers()
	if len(open) == 0 {
		return nil
	}
	return &Problem{Args: map[string]string{"case": open[0]}}
}

// regimeInForce and transitionTerm were answered when the regime was picked;
// what is left is the project of a declaration.
func regimeInForce(*move) *Problem { return nil }

func transitionTerm(m *move) *Problem {
	d, ok := m.f.days["project_date"]
	if !ok {
		return nil
	}
	return m.termOf(d)
}

// verdict is the classification of the system as it stands, or as submitted.
func (m *move) verdict() regime.Verdict { return verdictOf(m.r, m.c, m.sys) }

func verdictOf(r *regime.Regime, c *Case, sys *System) regime.Verdict {
	if c != nil && !c.Present().Received.IsZero() {
		return c.Present().Verdict
	}
	return r.Criteria.Classify(sys.Facts)
}
