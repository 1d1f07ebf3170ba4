package workflow

import (
	"slices"
	"strings"

	"capdo/internal/vn"
	"capdo/workflow/regime"
)

// RowStatus is how far one requirement is met. The law knows met and not met
// (TT 12/2022 Đ14 k9); the two between are working values.
type RowStatus string

// The values of a RowStatus; the empty one is a row not answered yet.
const (
	RowMet           RowStatus = "met"
	RowPartial       RowStatus = "partial"
	RowUnmet         RowStatus = "unmet"
	RowNotApplicable RowStatus = "not_applicable" // with a reason
)

// RowStatuses lists the values a row may be given.
var RowStatuses = []RowStatus{RowMet, RowPartial, RowUnmet, RowNotApplicable}

// What a text of a row may hold, in characters, and how much evidence it may name.
const (
	maxRowText  = 4000
	maxRowLine  = 500
	maxEvidence = 20
)

// SheetRow is the answer to one requirement.
type SheetRow struct {
	ID       string    `json:"id"`
	Status   RowStatus `json:"status,omitempty"`
	Reason   string    `json:"reason,omitempty"`   // why it does not apply
	How      string    `json:"how,omitempty"`      // how it is met
	Evidence []string  `json:"evidence,omitempty"` // papers, files, places; one line each
	Measure  string    `json:"measure,omitempty"`  // what will be done
	Unit     string    `json:"unit,omitempty"`     // who does it
	Due      Day       `json:"due,omitzero"`       // by when
	From     string    `json:"from,omitempty"`     // of a frozen copy: the shared sheet it was inherited from, or "condition"
}

// Sheet answers the requirements of a level row by row: for one version of a
// dossier, for a check, or once for many systems (Shared) by the system that
// carries what they share. Sheets of a case are copies 1, 2, …; one that went
// out with the case is frozen.
type Sheet struct {
	ID       string     `json:"id"`
	System   string     `json:"system"`
	Case     string     `json:"case,omitempty"`
	Copy     int        `json:"copy,omitempty"`    // of a case, from 1
	Version  int        `json:"version,omitempty"` // of the case it went out with
	Check    bool       `json:"check,omitempty"`   // what an assessor found, not what a dossier says
	Shared   bool       `json:"shared,omitempty"`
	Level    int        `json:"level"`
	Regime   string     `json:"regime"`
	Facts    Facts      `json:"facts,omitempty"`    // of the catalogue: what conditional rows hang on
	Inherits []string   `json:"inherits,omitempty"` // systems whose shared sheets it takes rows from, the first that answers wins
	Rows     []SheetRow `json:"rows"`               // answered; of a frozen copy all, with what was inherited
	Frozen   Day        `json:"frozen,omitzero"`
	Started  string     `json:"started,omitempty"` // sheet it was begun from
	Revision int64      `json:"revision"`
}

func (s *Sheet) row(id string) (SheetRow, bool) {
	i := slices.IndexFunc(s.Rows, func(r SheetRow) bool { return r.ID == id })
	if i < 0 {
		return SheetRow{}, false
	}
	return s.Rows[i], true
}

// put sets or, where it says nothing, takes away an own answer.
func (s *Sheet) put(r SheetRow) {
	i := slices.IndexFunc(s.Rows, func(have SheetRow) bool { return have.ID == r.ID })
	switch {
	case r.Status == "" && i >= 0:
		s.Rows = slices.Delete(s.Rows, i, i+1)
	case r.Status == "":
	case i >= 0:
		s.Rows[i] = r
	default:
		s.Rows = append(s.Rows, r)
	}
}

// Where the answer of a row comes from.
const (
	SourceOwn       = "own"
	SourceInherited = "inherited"
	SourceCondition = "condition" // the condition of the row does not hold
	SourceNone      = "none"      // not answered
)

// SheetRowView is a row with its requirement, whose answer it is, and what is
// worth a second look.
type SheetRowView struct {
	SheetRow
	Source      string       `json:"source"`
	Provider    string       `json:"provider,omitempty"` // name of the system inherited from
	Group       string       `json:"group"`
	GroupTitle  string       `json:"group_title"`
	Kind        string       `json:"kind"` // management | technical | general
	No          string       `json:"no,omitempty"`
	Title       string       `json:"title,omitempty"`
	Text        string       `json:"text"`
	Verified    bool         `json:"verified"`
	Open        bool         `json:"open,omitempty"`  // stands for a sub-group whose text is not at hand
	Added       string       `json:"added,omitempty"` // source of an item the province added
	Basis       []Citation   `json:"basis"`
	Condition   string       `json:"condition,omitempty"` // in words
	Unknown     []string     `json:"unknown,omitempty"`   // facts the condition waits for
	Product     string       `json:"product,omitempty"`
	ProductWhen string       `json:"product_when,omitempty"`
	Hints       []string     `json:"hints,omitempty"` // what evidence usually shows
	Plan        *SheetRow    `json:"plan,omitempty"`  // of a check: what the dossier said
	Warns       []string     `json:"warns,omitempty"` // message keys
	Requirement *Requirement `json:"-"`
}

// Requirement is a row of a catalogue; see regime.Requirement.
type Requirement = regime.Requirement

// Rollup is what the rows of a sheet come to for the whole system. How they do
// is our design, shown with it.
type Rollup struct {
	Meets         string          `json:"meets,omitempty"`      // met | unmet; empty for a sheet without rows
	Deployment    string          `json:"deployment,omitempty"` // none | partial | full
	Met           int             `json:"met"`
	Partial       int             `json:"partial"`
	Unmet         int             `json:"unmet"`
	NotApplicable int             `json:"not_applicable"`
	Unanswered    int             `json:"unanswered"`
	Rule          regime.RollRule `json:"rule"`
}

// Rows counts all rows.
func (r Rollup) Rows() int { return r.Met + r.Partial + r.Unmet + r.NotApplicable + r.Unanswered }

// rollUp says met only where every row that applies is met (TT 12/2022 Đ9 k2:
// the requirements are the least there is).
func rollUp(rows []SheetRowView, rule regime.RollRule) Rollup {
	out := Rollup{Rule: rule}
	for _, r := range rows {
		switch r.Status {
		case RowMet:
			out.Met++
		case RowPartial:
			out.Partial++
		case RowUnmet:
			out.Unmet++
		case RowNotApplicable:
			out.NotApplicable++
		default:
			out.Unanswered++
		}
	}
	if len(rows) == 0 {
		return out
	}
	switch {
	case out.Partial+out.Unmet+out.Unanswered == 0:
		out.Meets, out.Deployment = "met", "full"
	case out.Met+out.Partial > 0:
		out.Meets, out.Deployment = "unmet", "partial"
	default:
		out.Meets, out.Deployment = "unmet", "none"
	}
	return out
}

// warnsOf says what an answer lacks. Nothing of it bars a step: the law asks for
// a plan of what is unmet (TT 12/2022 Đ14 k9) and fixes no form for it.
func warnsOf(v *SheetRowView) []string {
	var out []string
	add := func(when bool, key string) {
		if when {
			out = append(out, "sheet.warn."+key)
		}
	}
	open := v.Status == RowPartial || v.Status == RowUnmet
	add(open && v.Measure == "", "no_measure")
	add(open && v.Due.IsZero(), "no_due")
	add((v.Status == RowMet || v.Status == RowPartial) && v.How == "", "no_how")
	add(v.Status == RowNotApplicable && v.Condition == "", "unconditional")
	add(len(v.Unknown) > 0, "condition_unknown")
	add(v.Status == "", "unanswered")
	return out
}

// checkRow reads one answer from outside: clean text, bounded, a status that
// exists, a reason where the row is said not to apply. at is its machine path.
func checkRow(at string, r SheetRow) (SheetRow, *Problem) {
	r.From = ""
	for _, f := range []struct {
		name string
		text *string
		most int
		line bool
	}{{"reason", &r.Reason, maxRowText, false}, {"how", &r.How, maxRowText, false}, {"measure", &r.Measure, maxRowText, false}, {"unit", &r.Unit, maxRowLine, true}} {
		var p *Problem
		if *f.text, p = cleanText(at+"."+f.name, *f.text, f.most, f.line); p != nil {
			return r, p
		}
	}
	var evidence []string
	for i, e := range r.Evidence {
		text, p := cleanText(at+".evidence."+itoa(i+1), e, maxRowLine, true)
		if p != nil {
			return r, p
		}
		if text != "" {
			evidence = append(evidence, text)
		}
	}
	if r.Evidence = evidence; len(evidence) > maxEvidence {
		return r, invalid(at+".evidence", "expect.fewer", itoa(len(evidence)))
	}
	if !r.Due.IsZero() && (r.Due.Year() < earliestYear || r.Due.Year() > latestYear) {
		return r, invalid(at+".due", "expect.day", r.Due.String())
	}
	blank := r.Reason+r.How+r.Measure+r.Unit == "" && len(r.Evidence) == 0 && r.Due.IsZero()
	switch {
	case r.Status == "" && !blank:
		return r, invalid(at+".status", "expect.row_status", "")
	case r.Status != "" && !slices.Contains(RowStatuses, r.Status):
		return r, invalid(at+".status", "expect.row_status", string(r.Status))
	case r.Status == RowNotApplicable && r.Reason == "":
		return r, invalid(at+".reason", "expect.row_reason", "")
	}
	return r, nil
}

// cleanText cleans a text from outside and bounds it in characters.
func cleanText(at, s string, most int, line bool) (string, *Problem) {
	out, err := vn.Clean(s)
	if err != nil {
		return "", badText(at, err)
	}
	if len([]rune(out)) > most {
		return "", invalid(at, "expect.shorter", itoa(most))
	}
	if line && strings.Contains(out, "\n") {
		return "", invalid(at, "expect.one_line", "")
	}
	return out, nil
}
