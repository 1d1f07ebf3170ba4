package workflow

import (
	"slices"

	"capdo/workflow/regime"
)

// takeExtra keeps the further points explained at levels 4 and 5, and that a
// risk assessment is attached.
func (m *move) takeExtra(e *Edition) *Problem {
	for _, point := range m.f.texts["extra"] {
		if !m.knowsExtra(point) {
			return invalid("extra", "expect.extra", point)
		}
		if !slices.Contains(e.Extra, point) {
			e.Extra = append(e.Extra, point)
		}
	}
	if yes, given := m.want.With["risk_assessment"].(bool); given {
		e.Risk = yes
	}
	return nil
}

// knowsExtra tells whether the regime of the step has such a further point.
func (m *move) knowsExtra(point string) bool {
	return slices.ContainsFunc(m.r.Extra, func(x regime.ExtraRule) bool {
		return slices.Contains(x.Points, point) || slices.Contains(x.Also, point)
	})
}

// extra lists the further points a paper may name: of those explained under an
// earlier regime only the ones that the present one has too.
func (m *move) extra(e *Edition) []string {
	return slices.DeleteFunc(slices.Clone(e.Extra), func(point string) bool { return !m.knowsExtra(point) })
}

// extraExplained asks for the points of the explanation that the level, or a
// criterion that holds, wants.
func extraExplained(m *move) *Problem {
	e, v := m.c.Present(), m.verdict()
	p := &Problem{}
	for _, x := range m.r.Extra {
		if !slices.Contains(x.Levels, m.c.Level) || len(x.Criteria) > 0 && !slices.ContainsFunc(x.Criteria, func(id string) bool { return slices.Contains(v.Criteria, id) }) {
			continue
		}
		for _, point := range x.Points {
			if !slices.Contains(e.Extra, point) {
				p.Fields = append(p.Fields, Field{"extra", "expect.extra", point})
				p.Basis = append(p.Basis, x.Basis...)
			}
		}
	}
	if len(p.Fields) == 0 {
		return nil
	}
	p.Basis = slices.Compact(p.Basis)
	return p
}

// listingGrounds asks for a reason why the system belongs on the national list.
func listingGrounds(m *move) *Problem {
	if l := m.r.List; l != nil {
		if why, _ := m.sys.Facts[l.Grounds].([]string); len(why) > 0 {
			return nil
		}
		return &Problem{Basis: slices.Clone(l.Basis), Fields: []Field{{"facts." + l.Grounds, "expect.known", ""}}}
	}
	return &Problem{Basis: slices.Clone(m.step.Basis)}
}

// askListing sends the dossier the way of the national list from here on
// (NĐ 331/2026 Đ17, Đ20 k4).
func askListing(m *move) *Problem {
	m.c.ListAsked = true
	return nil
}

// riskAssessed asks for the owner's risk assessment where the regime wants one.
func riskAssessed(m *move) *Problem {
	if m.c.Present().Risk {
		return nil
	}
	return &Problem{Fields: []Field{{"risk_assessment", "expect.required", ""}}}
}

// leadBody asks that the body that leads the step is known here, and that what
// is recorded comes from it: letters of coordinating bodies open nothing.
func leadBody(m *move) *Problem {
	body, known := m.parties().lead()
	if slices.Contains(m.step.Does, "list") && m.r.PM != nil {
		body, known = *m.r.PM, true
	}
	ids := m.parties().bodies(body.Body)
	p := &Problem{Basis: slices.Clone(body.Basis), Args: map[string]string{"body": body.Body}}
	by, given := m.f.text["by"]
	if !known || len(ids) == 0 || given && !slices.Contains(ids, by) {
		return p
	}
	return nil
}

// giveOpinion keeps the SDU's opinion on level and plan as component 5.
func giveOpinion(m *move) *Problem {
	m.c.Opinion = &Opinion{Level: m.f.text["level"], Plan: m.f.text["plan"], Text: m.f.text["text"], Person: m.who.ID, On: m.day}
	for n, piece := range m.r.Papers.Components {
		if piece.Added {
			m.c.Present().Components[n] = m.day.String()
		}
	}
	return nil
}

// recordOpinion keeps the appraisal opinion of the outside body.
func recordOpinion(m *move) *Problem {
	_, unfit := m.shape.Fields["defects"]
	m.c.Present().Conclusion = &Conclusion{Fit: !unfit, Points: m.f.points, Defects: m.f.texts["defects"], Person: m.who.ID,
		Office: m.f.text["by"], On: m.day, No: m.f.text["no"], Date: m.f.days["date"], Coordinating: m.f.lists["coordinating"]}
	return nil
}

// putOnList lets the level count from the day of the Prime Minister's decision
// (NĐ 85/2016 Đ12 k3 đ): the owner's own decision covers the plan alone.
func putOnList(m *move) *Problem {
	m.c.Listing = &Recorded{By: m.f.text["by"], No: m.f.text["no"], Date: m.f.days["date"]}
	entry := m.newEntry(m.c.Listing.Date)
	entry.By, entry.No = m.c.Listing.By, m.c.Listing.No
	if m.c.ListAsked && m.r.List != nil {
		m.sys.Facts[m.r.List.Fact] = true
	}
	return m.count(entry)
}

// decidePlan approves the plan; the level stands by the list.
func decidePlan(m *move) *Problem {
	m.c.Decided = &Decided{Date: m.date, By: m.office, Level: m.c.Level, Person: m.who.ID, QuyChe: m.f.text["quy_che"], QuyCheDate: m.f.days["quy_che_date"]}
	m.amendEntry("plan", func(e *RegisterEntry) { e.Meets = meets(m.r, m.c) })
	m.keepSystem()
	return nil
}
