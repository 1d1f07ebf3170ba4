package workflow

import (
	"context"
	"slices"

	"capdo/workflow/regime"
)

// PartOfFile is one part of the file that the approver must have, and what of it
// is there.
type PartOfFile struct {
	Of     string       `json:"of"` // dossier, opinion, submission
	Have   bool         `json:"have"`
	Pieces []PieceThere `json:"pieces,omitempty"` // of the dossier
	Papers []Paper      `json:"papers,omitempty"`
	Basis  []Citation   `json:"basis"`
}

// PieceThere is a component of a dossier and whether it was attached.
type PieceThere struct {
	N     int        `json:"n"`
	Name  string     `json:"name"`
	There bool       `json:"there"`
	Basis []Citation `json:"basis"`
}

// Pieces lists the components that a case must hold at its level, in order.
func (s *Service) Pieces(c *Case) []PieceThere {
	r, ok := s.Book.ByKey(c.Regime)
	if !ok {
		return nil
	}
	var out []PieceThere
	for n, p := range r.Papers.Components {
		if slices.Contains(p.Levels, c.Level) {
			_, there := c.Present().Components[n]
			out = append(out, PieceThere{n, p.Name, there, p.Basis})
		}
	}
	slices.SortFunc(out, func(a, b PieceThere) int { return a.N - b.N })
	return out
}

// ApprovalFile lists what the file for approval must hold (NĐ 85/2016 Đ17 k1; NĐ
// 331/2026 Đ24 k1) and what of it is there. It tells, and bars nothing.
func (s *Service) ApprovalFile(ctx context.Context, c *Case) ([]PartOfFile, error) {
	r, ok := s.Book.ByKey(c.Regime)
	if !ok {
		return nil, notFound("regime", c.Regime)
	}
	papers, err := s.Store.Papers(ctx, PaperQuery{Case: c.ID})
	if err != nil {
		return nil, err
	}
	var out []PartOfFile
	for _, part := range r.Papers.Approval {
		if len(part.Levels) > 0 && !slices.Contains(part.Levels, c.Level) {
			continue
		}
		out = append(out, s.partOfFile(c, part, papers))
	}
	return out, nil
}

func (s *Service) partOfFile(c *Case, part regime.FilePart, papers []Paper) PartOfFile {
	p := PartOfFile{Of: part.Of, Basis: part.Basis}
	if len(part.Forms) == 0 {
		p.Pieces = s.Pieces(c)
		p.Have = !slices.ContainsFunc(p.Pieces, func(x PieceThere) bool { return !x.There })
		return p
	}
	for _, x := range papers {
		if slices.Contains(part.Forms, x.Form) && !x.Draft {
			p.Papers = append(p.Papers, x)
		}
	}
	p.Have = len(p.Papers) > 0
	return p
}
