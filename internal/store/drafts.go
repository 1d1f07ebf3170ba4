package store

import (
	"context"
	"time"

	"capdo/workflow"
)

// draftRow is a draft as it lies in its table.
type draftRow struct {
	Person, Subject, Body string
	Saved                 int64 // milliseconds
}

func (r draftRow) draft() workflow.Draft {
	if r.Person == "" {
		return workflow.Draft{}
	}
	return workflow.Draft{Person: r.Person, Subject: r.Subject, Body: r.Body, Saved: time.UnixMilli(r.Saved)}
}

// Draft gives a person's draft.
func (s *Store) Draft(ctx context.Context, person, subject string) (workflow.Draft, error) {
	var r draftRow
	err := s.read(ctx).Raw("SELECT person, subject, saved, body FROM drafts WHERE person = ? AND subject = ?", person, subject).Scan(&r).Error
	return r.draft(), faulty(err)
}

// SaveDraft writes a draft over the one before.
func (s *Store) SaveDraft(ctx context.Context, d workflow.Draft) error {
	return s.put(ctx, func(p *plan) {
		p.do(`INSERT INTO drafts (person, subject, saved, body) VALUES (?, ?, ?, ?)
			ON CONFLICT (person, subject) DO UPDATE SET saved = excluded.saved, body = excluded.body`, d.Person, d.Subject, d.Saved.UnixMilli(), d.Body)
	})
}

// DropDraft forgets a draft.
func (s *Store) DropDraft(ctx context.Context, person, subject string) error {
	return s.put(ctx, func(p *plan) { p.do("DELETE FROM drafts WHERE person = ? AND subject = ?", person, subject) })
}

// DraftsOn lists who has a draft on any of these subjects.
func (s *Store) DraftsOn(ctx context.Context, subjects []string) ([]workflow.Draft, error) {
	if len(subjects) == 0 {
		return nil, nil
	}
	var rows []draftRow
	if err := s.read(ctx).Raw("SELECT person, subject, saved FROM drafts WHERE subject IN ? ORDER BY saved DESC", subjects).Scan(&rows).Error; err != nil {
		return nil, faulty(err)
	}
	out := make([]workflow.Draft, len(rows))
	for i, r := range rows {
		out[i] = r.draft()
	}
	return out, nil
}
