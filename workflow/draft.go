package workflow

import (
	"context"
	"time"
)

// Draft is what a person typed into a long form and has not sent. It is the
// person's own, decides nothing and ends when the form is sent.
type Draft struct {
	Person  string
	Subject string // what the form is about: "appraise/<case>"
	Body    string // fields of the form, by the room that wrote it
	Saved   time.Time
}

// DraftStore keeps drafts, one a person and subject.
type DraftStore interface {
	// Draft gives a person's draft, the zero Draft where there is none.
	Draft(ctx context.Context, person, subject string) (Draft, error)
	// SaveDraft writes a draft over the one before.
	SaveDraft(ctx context.Context, d Draft) error
	// DropDraft forgets a draft; that there is none is no error.
	DropDraft(ctx context.Context, person, subject string) error
	// DraftsOn lists who has a draft on any of these subjects, without bodies,
	// last saved first.
	DraftsOn(ctx context.Context, subjects []string) ([]Draft, error)
}

// maxDraft is how long the body of a draft may be, in bytes.
const maxDraft = 256 << 10

// SaveDraft keeps what a person typed, as of now. An empty body forgets it.
func (s *Service) SaveDraft(ctx context.Context, who, subject, body string) (Draft, error) {
	if len(body) > maxDraft {
		return Draft{}, invalid("draft", "expect.shorter", itoa(maxDraft))
	}
	if body == "" {
		return Draft{}, s.Store.DropDraft(ctx, who, subject)
	}
	d := Draft{Person: who, Subject: subject, Body: body, Saved: s.Clock()}
	return d, s.Store.SaveDraft(ctx, d)
}

// Drawn is a paper as an act would issue it now, marked as a draft.
type Drawn struct {
	Form   string
	Facts  PaperFacts
	Office string // that issues it
	Printed
}

// Draw shows the papers an act would issue, with what was filled in, before it is
// taken: by the same conditions, without number and without trace. What bars the
// act comes back as the act's own refusal, which is not kept.
func (s *Service) Draw(ctx context.Context, who string, want Want) ([]Drawn, error) {
	m, err := s.begin(ctx, who, want)
	if err != nil {
		return nil, err
	}
	if p := m.decide(); p != nil {
		return nil, p
	}
	facts, err := s.facts(ctx, m)
	if err != nil {
		return nil, err
	}
	facts.Draft, facts.Number = true, m.typedNo()
	var out []Drawn
	for i, form := range m.step.Issues {
		if choice := m.f.text["paper"]; i == 0 && choice != "" {
			form = choice
		}
		facts.Form = form
		printed, err := s.Printer.Print(ctx, facts)
		if err != nil {
			return nil, err
		}
		out, facts.Number = append(out, Drawn{form, facts, m.office, printed}), ""
	}
	return out, nil
}
