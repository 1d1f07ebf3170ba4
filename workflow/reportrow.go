package workflow

import (
	"maps"
	"slices"

	"capdo/workflow/regime"
)

// row fills the twelve columns of a system from the records of the day.
func (x *reportSnap) row(n int, rec *record, r *regime.Regime, on Day) ReportRow {
	p := parties{rec.sys, on, x.Offices, nil}
	w := ReportRow{N: n, SystemID: rec.sys.ID, System: rec.sys.Name, Owner: x.Offices[p.owner()].Name, Operator: x.Offices[p.operator()].Name,
		Level: rec.level(), Status: rec.public, Again: rec.again, Follows: rec.say.Follows, ListGround: listGround(rec, r),
		Duty: slices.Contains(r.Report.Levels.Duty, rec.level())}
	for _, id := range rec.sys.Owners {
		x.owners = addOnce(x.owners, id)
	}
	x.sdus = addOnce(x.sdus, p.sdu())
	if rec.rules != nil {
		w.Regime = rec.rules.Key
	}
	if e := rec.entry; e != nil {
		w.System, w.DecisionNo, w.DecisionDate, w.DecisionBy, w.Source = e.SystemName, e.No, e.Decided.String(), x.Offices[e.By].Name, e.Source
		if e.OperatorName != "" {
			w.Operator = e.OperatorName
		}
	}
	w.quyChe(rec, x.Offices)
	w.deployment(rec, on)
	if rec.public != approvedPublic {
		w.ApprovalBy = expectedApproval(rec)
	}
	switch c := rec.checks(); {
	case len(c) == 2:
		w.Checked = "both"
	case len(c) == 1:
		w.Checked = c[0]
	}
	return w
}

// listGround tells whether a system has grounds for the national list: as stated,
// else as its facts and its level say.
func listGround(rec *record, r *regime.Regime) string {
	if rec.say.ListGround != "" || r.List == nil {
		return rec.say.ListGround
	}
	why, _ := rec.sys.Facts[r.List.Grounds].([]string)
	if len(why) > 0 || isListed(r, rec.sys) || slices.Contains(r.List.Included, rec.level()) {
		return "yes"
	}
	return ""
}

func addOnce(list []string, id string) []string {
	if id == "" || slices.Contains(list, id) {
		return list
	}
	return append(list, id)
}

// quyChe takes the quy chế named at approval, else the one stated.
func (w *ReportRow) quyChe(rec *record, offices map[string]Office) {
	w.QuyChe, w.QuyCheDate, w.QuyCheBy = rec.say.QuyChe, rec.say.QuyCheDate.String(), rec.say.QuyCheBy
	if rec.entry == nil || rec.c == nil || rec.c.ID != rec.entry.Case || rec.c.Decided == nil || rec.c.Decided.QuyChe == "" {
		return
	}
	d := rec.c.Decided
	if w.QuyChe == "" {
		w.QuyChe, w.QuyCheDate, w.QuyCheBy = d.QuyChe, LooseOf(d.QuyCheDate).String(), offices[rec.entry.Operator].Name
	}
}

// deployment takes what is stated; else how the system went into operation; else
// a register row that meets its requirements stands for a plan fully deployed (a
// reading), and everything else is unknown.
func (w *ReportRow) deployment(rec *record, on Day) {
	w.Deployment, w.FullBy = rec.say.Deployment, rec.say.FullBy.String()
	if o := rec.sys.Operation; w.Deployment == "" && o != nil && !o.On.After(on) {
		w.Deployment = rec.sys.Deployed()
	}
	if w.Deployment == "" && rec.entry != nil && rec.entry.Meets == "met" {
		w.Deployment, w.DeploymentRead = "full", true
	}
}

// expectedApproval is what is stated, else the day the running deadline of the
// approval itself ends.
func expectedApproval(rec *record) string {
	if !rec.say.ApprovalBy.IsZero() {
		return rec.say.ApprovalBy.String()
	}
	if c := rec.c; c != nil && c.Stage == "approving" && c.Due != nil {
		return LooseOf(c.Due.Day).String()
	}
	return ""
}

// count fills the seven lines of Part 1.
func (f *ReportFacts) count(list []*record) {
	total, typed, drawn, appraised, approved, checked, done := ReportCount{Key: "total", N: len(f.Rows)}, ReportCount{Key: "typed"},
		ReportCount{Key: "drawn_up"}, ReportCount{Key: "appraised"}, ReportCount{Key: "approved"}, ReportCount{Key: "checked"}, ReportCount{Key: "completion"}
	var last LooseDate
	for i, w := range f.Rows {
		yes := func(c *ReportCount, is bool) {
			if is {
				c.N++
			}
		}
		known := knownType(list[i].sys)
		yes(&typed, known)
		if !known {
			typed.Unknown++
		}
		yes(&drawn, w.Status != "" && w.Status != "drafting")
		yes(&appraised, w.Status == "appraised" || w.Status == approvedPublic)
		yes(&approved, w.Status == approvedPublic)
		yes(&checked, w.Status == approvedPublic && (w.Checked == "periodic" || w.Checked == "both"))
		if w.Status == approvedPublic {
			continue
		}
		done.N++
		at, err := ParseLooseDate(w.ApprovalBy)
		if err != nil {
			done.Unknown++
		} else if at.Last().After(last.Last()) {
			last = at
		}
	}
	if done.Unknown == 0 {
		done.Text = last.String()
	}
	f.Counts = []ReportCount{total, typed, drawn, appraised, approved, checked, done}
}

func knownType(sys *System) bool {
	switch v := sys.Facts["system_types"].(type) {
	case []string:
		return len(v) > 0
	case []any:
		return len(v) > 0
	}
	return false
}

// parties gives the identity blocks: every owner, then every SDU; a block
// without name says that none is recorded.
func (x *reportSnap) parties(on Day) []ReportParty {
	var out []ReportParty
	for _, one := range []struct {
		kind string
		ids  []string
	}{{ownerCapacity, x.owners}, {sduCapacity, x.sdus}} {
		if len(one.ids) == 0 {
			out = append(out, ReportParty{Kind: one.kind})
		}
		for _, id := range one.ids {
			o := x.Offices[id]
			p := ReportParty{Kind: one.kind, Name: o.Name, Functions: o.Functions, Head: x.headOf(id, on, ""), Title: o.Title, Address: o.Address, Contact: o.Phone}
			if o.Email != "" && p.Contact != "" {
				p.Contact += ", "
			}
			p.Contact += o.Email
			out = append(out, p)
		}
	}
	return out
}

// answer puts what the records say to each content.
func (f *ReportFacts) answer(contents []regime.ReportContent, texts map[string]string) {
	for _, c := range contents {
		a := ReportAnswer{Key: c.Key, Text: c.Text, Measure: c.Measure, In: c.In, Basis: c.Basis, Origin: c.Origin, Stated: texts[c.Key]}
		for _, w := range f.Rows {
			a.add(w.measured(c.Measure))
		}
		f.Contents = append(f.Contents, a)
	}
}

func (a *ReportAnswer) add(answer string) {
	switch answer {
	case "yes":
		a.Yes++
	case "partly":
		a.Partly++
	case "no":
		a.No++
	case "unknown":
		a.Unknown++
	}
}

// measured answers one measure for one row: yes, partly, no, unknown, or
// nothing where rows are not counted.
func (w ReportRow) measured(measure string) string {
	is := func(yes bool) string {
		if yes {
			return "yes"
		}
		return "no"
	}
	stated := func(word string) string {
		if word == "" {
			return "unknown"
		}
		return word
	}
	switch measure {
	case "systems", "parties":
		return "yes"
	case "approved":
		return is(w.Status == approvedPublic)
	case "deployment":
		return map[string]string{"": "unknown", "none": "no", "partial": "partly", "full": "yes"}[w.Deployment]
	case "quy_che", "quy_che_decision":
		if w.QuyChe == "" {
			return "unknown"
		}
		return "yes"
	case "quy_che_followed":
		return stated(w.Follows)
	case "list_grounds":
		return stated(w.ListGround)
	case "checked":
		return is(w.Checked != "")
	case "redetermination":
		return is(w.Again)
	}
	return ""
}

// reportChecks are the rules a row must keep, by name; each tells whether the
// row breaks it.
var reportChecks = map[string]func(w ReportRow) bool{
	"approved_has_decision": func(w ReportRow) bool {
		return w.Status == approvedPublic && (w.DecisionNo == "" || w.DecisionDate == "" || w.DecisionBy == "")
	},
	"decision_needs_approved":     func(w ReportRow) bool { return w.Status != approvedPublic && w.DecisionNo != "" },
	"not_approved_has_expected":   func(w ReportRow) bool { return w.Status != approvedPublic && w.ApprovalBy == "" },
	"expected_needs_not_approved": func(w ReportRow) bool { return w.Status == approvedPublic && w.ApprovalBy != "" },
	"not_full_has_date":           func(w ReportRow) bool { return w.Deployment != "full" && w.FullBy == "" },
	"full_has_no_date":            func(w ReportRow) bool { return w.Deployment == "full" && w.FullBy != "" },
	"approved_has_quy_che":        func(w ReportRow) bool { return w.Status == approvedPublic && w.QuyChe == "" },
	"level_in_range":              func(w ReportRow) bool { return w.Level < 1 || w.Level > 5 },
	"dossier_exists":              func(w ReportRow) bool { return w.Status == "" },
}

// rowsAreTotal is the one rule that looks at the whole table.
const rowsAreTotal = "rows_are_total"

// ReportChecks lists the rules code knows, for the test of agreement with data.
func ReportChecks() []string { return append(slices.Sorted(maps.Keys(reportChecks)), rowsAreTotal) }

func (f *ReportFacts) check(rules []regime.ReportCheck) {
	for _, rule := range rules {
		w := ReportWarning{Key: rule.Key, Basis: rule.Basis, Origin: rule.Origin}
		breaks := reportChecks[rule.Key]
		for _, row := range f.Rows {
			if breaks != nil && breaks(row) {
				w.Rows = append(w.Rows, row.N)
			}
		}
		if len(w.Rows) > 0 || rule.Key == rowsAreTotal && f.Counts[0].N != len(f.Rows) {
			f.Warnings = append(f.Warnings, w)
		}
	}
}
