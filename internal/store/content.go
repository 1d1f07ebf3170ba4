package store

import (
	"context"

	"gorm.io/gorm"

	"capdo/workflow"
)

// Overview gives the overview of a system, an empty one where none was written.
func (s *Store) Overview(ctx context.Context, system string) (*workflow.Overview, error) {
	o := &workflow.Overview{System: system}
	_, err := body(s.read(ctx), o, "SELECT body FROM overviews WHERE system = ?", system)
	return o, err
}

// SaveOverview keeps an overview; stale when its revision is not the next.
func (s *Store) SaveOverview(ctx context.Context, o *workflow.Overview, e workflow.Event) error {
	return s.put(ctx, func(p *plan) {
		row{"overviews", []string{"system", "revision", "body"}, []any{o.System, o.Revision, text(o)}}.over(p, o.Revision-1)
		addEvent(p, e)
	})
}

// attachmentRow is an attachment with what its noun does not write out.
type attachmentRow struct {
	workflow.Attachment
	Slot string `json:"slot"`
}

func attachments(db *gorm.DB, where, id string) ([]workflow.Attachment, error) {
	rows, err := bodies[attachmentRow](db, "SELECT body FROM attachments WHERE "+where+" = ? ORDER BY seq", id)
	var out []workflow.Attachment
	for _, r := range rows {
		r.Attachment.Slot = r.Slot
		out = append(out, r.Attachment)
	}
	return out, err
}

// Attachments lists every version ever attached to a case, oldest first.
func (s *Store) Attachments(ctx context.Context, caseID string) ([]workflow.Attachment, error) {
	return attachments(s.read(ctx), "case_id", caseID)
}

// Attachment finds one version by id.
func (s *Store) Attachment(ctx context.Context, id string) (workflow.Attachment, error) {
	list, err := attachments(s.read(ctx), "id", id)
	if err == nil && len(list) == 0 {
		err = missing("attachment", id)
	}
	return append(list, workflow.Attachment{})[0], err
}

// AddAttachment keeps a version; stale when its slot already has it.
func (s *Store) AddAttachment(ctx context.Context, a workflow.Attachment, e workflow.Event) error {
	return s.put(ctx, func(p *plan) {
		p.seal("attachments", "INSERT INTO attachments (id, seq, case_id, slot, version, sha256, body) VALUES (?, "+p.say.next("attachments", "seq")+", ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			a.ID, a.Case, a.Slot, a.Version, a.SHA256, text(attachmentRow{a, a.Slot})).one()
		addEvent(p, e)
	})
}

// RemoveAttachment marks a version as removed; stale when it is already.
func (s *Store) RemoveAttachment(ctx context.Context, id string, on workflow.Day, e workflow.Event) error {
	return s.write(ctx, func(tx *writer) error {
		db, err := tx.now()
		if err != nil {
			return err
		}
		var was string
		got := db.Raw("SELECT body FROM attachments WHERE id = ?", id).Scan(&was)
		if got.Error == nil && got.RowsAffected == 0 {
			return stale()
		}
		if got.Error != nil {
			return got.Error
		}
		var now attachmentRow
		if err := decode(was, &now); err != nil {
			return err
		}
		if !now.Removed.IsZero() {
			return stale()
		}
		now.Removed = on
		tx.seal("attachments", "UPDATE attachments SET body = ? WHERE id = ? AND body = ?", text(now), id, was).one()
		addEvent(&tx.plan, e)
		return nil
	})
}

// Rely keeps a reliance; the same one again changes nothing.
func (s *Store) Rely(ctx context.Context, r workflow.Reliance) error {
	return s.put(ctx, func(p *plan) {
		p.seal("reliances", "INSERT INTO reliances (attachment, kind, ref, seq, body) VALUES (?, ?, ?, "+p.say.next("reliances", "seq")+", ?) ON CONFLICT DO NOTHING",
			r.Attachment, r.Kind, r.Ref, text(r))
	})
}

// Reliances lists what relies on the attachments of a case, oldest first.
func (s *Store) Reliances(ctx context.Context, caseID string) ([]workflow.Reliance, error) {
	return bodies[workflow.Reliance](s.read(ctx), "SELECT r.body FROM reliances r JOIN attachments a ON a.id = r.attachment WHERE a.case_id = ? ORDER BY r.seq", caseID)
}

// Content gives the content a version was sent with, nil when it was not sent.
func (s *Store) Content(ctx context.Context, caseID string, version int) (*workflow.Content, error) {
	c := &workflow.Content{}
	ok, err := body(s.read(ctx), c, "SELECT body FROM contents WHERE case_id = ? AND version = ?", caseID, version)
	if err != nil || !ok {
		return nil, err
	}
	return c, nil
}

// keepContent freezes what a version was sent with, in the transaction of the
// step that sent it.
func keepContent(p *plan, ch *workflow.Change) {
	if c := ch.Content; c != nil {
		p.seal("contents", "INSERT INTO contents (case_id, version, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", c.Case, c.Version, text(c)).one()
	}
}
