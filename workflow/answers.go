package workflow

import (
	"context"
	"encoding/json"
	"slices"
)

// Answers are what an office is preparing in answer to the points of a supplement
// notice: whoever prepares the dossier writes them, whoever sends it finds them.
type Answers struct {
	Points []string // as many as were asked; empty: not answered yet
	Draft           // who wrote them last, and when; zero: nobody yet
}

// answering is the subject of the drafts of a version's answers.
func answering(c *Case) string { return "answers/" + c.ID + "/" + itoa(c.Version) }

// Answers gives the answers written last for the version that waits for them.
func (s *Service) Answers(ctx context.Context, c *Case) (Answers, error) {
	out := Answers{Points: make([]string, len(c.Present().Asked))}
	list, err := s.Store.DraftsOn(ctx, []string{answering(c)})
	if err != nil || len(list) == 0 {
		return out, err
	}
	if out.Draft, err = s.Store.Draft(ctx, list[0].Person, list[0].Subject); err != nil {
		return out, err
	}
	var points []string
	if err := json.Unmarshal([]byte(out.Body), &points); err != nil {
		return out, err
	}
	copy(out.Points, points)
	return out, nil
}

// KeepAnswers keeps what a person who may prepare the dossier has written so far.
func (s *Service) KeepAnswers(ctx context.Context, who string, c *Case, points []string) (Draft, error) {
	if err := s.MayContent(ctx, who, "edit_overview", c.System); err != nil {
		return Draft{}, err
	}
	body, err := json.Marshal(points)
	if err != nil || !slices.ContainsFunc(points, func(p string) bool { return p != "" }) {
		body = nil
	}
	return s.SaveDraft(ctx, who, answering(c), string(body))
}

// dropAnswers forgets the drafts of answers that a step has sent. One that stays
// shows nowhere: it belongs to the version before.
func (s *Service) dropAnswers(ctx context.Context, m *move) {
	if _, ok := m.shape.Fields["answers"]; !ok || m.snap.Case == nil {
		return
	}
	list, _ := s.Store.DraftsOn(ctx, []string{answering(m.snap.Case)})
	for _, d := range list {
		_ = s.Store.DropDraft(ctx, d.Person, d.Subject)
	}
}
