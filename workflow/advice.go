package workflow

import (
	"context"
	"slices"
	"strings"

	"capdo/workflow/regime"
)

// Advice is something that would cost a return if the dossier went out as it is.
// It warns and bars nothing: what bars is a guard. Place says where it is mended:
// overview, files, plan or questions.
type Advice struct {
	Key    string            `json:"key"` // message key
	Args   map[string]string `json:"args,omitempty"`
	Place  string            `json:"place"`
	Basis  []Citation        `json:"basis,omitempty"`
	Origin regime.Origin     `json:"origin"`
}

// Words is what the advice is told with.
func (a Advice) Words() (key string, args map[string]string) { return a.Key, a.Args }

// Advise lists what a dossier in preparation lacks, by what appraisers return
// dossiers for: rows unmet without measure or date, evidence missing, a plan that
// is empty, a description with gaps.
func (s *Service) Advise(ctx context.Context, caseID string) ([]Advice, error) {
	v, err := s.Case(ctx, caseID)
	if err != nil {
		return nil, err
	}
	var out []Advice
	for _, w := range v.Warnings {
		place := "files"
		if _, table := tableNamed(w.Of); table {
			place = "overview"
		}
		out = append(out, Advice{Key: w.Key, Place: place, Basis: w.Basis, Origin: w.Origin})
	}
	list, err := s.Attachments(ctx, caseID)
	if err != nil {
		return nil, err
	}
	quyChe := func(a Attachment) bool { return a.As == "quy_che" && a.Removed.IsZero() }
	if !slices.ContainsFunc(list, quyChe) {
		out = append(out, Advice{Key: "advice.no_quy_che", Place: "files", Origin: regime.Design})
	}
	sheet, err := s.Sheet(ctx, caseID)
	if p, ok := ProblemOf(err); ok && p.Key == "sheet.no_catalogue" {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	return append(out, planAdvice(sheet)...), nil
}

// planAdvice counts what the rows of a plan lack, one advice for each kind.
func planAdvice(v *SheetView) []Advice {
	if v.Rollup.Unanswered == v.Rollup.Rows() && len(v.Rows) > 0 {
		return []Advice{{Key: "advice.plan_empty", Args: map[string]string{"n": itoa(len(v.Rows))}, Place: "plan", Basis: v.Catalogue.Basis, Origin: regime.Design}}
	}
	counts := map[string]int{}
	for _, r := range v.Rows {
		for _, w := range r.Warns {
			counts[w]++
		}
		if r.Source == SourceOwn && r.Status == RowMet && len(r.Evidence) == 0 {
			counts["advice.no_evidence"]++
		}
	}
	var out []Advice
	for _, key := range []string{"sheet.warn.unanswered", "sheet.warn.condition_unknown", "sheet.warn.no_measure", "sheet.warn.no_due", "sheet.warn.no_how", "sheet.warn.unconditional", "advice.no_evidence"} {
		if n := counts[key]; n > 0 {
			out = append(out, Advice{Key: adviceOf(key), Args: map[string]string{"n": itoa(n)}, Place: "plan", Basis: v.Catalogue.Basis, Origin: regime.Design})
		}
	}
	return out
}

// adviceOf is the message that counts the rows a warning stands at.
func adviceOf(warn string) string {
	if of, is := strings.CutPrefix(warn, "sheet.warn."); is {
		return "advice." + of
	}
	return warn
}
