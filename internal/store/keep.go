package store

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"gorm.io/gorm"

	"capdo/workflow"
)

func decode(js string, into any) error { return json.Unmarshal([]byte(js), into) }

// Keep writes a change in one transaction, or nothing: each row over the revision
// that the step was decided on.
func (s *Store) Keep(ctx context.Context, ch *workflow.Change) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		for _, do := range []func(*gorm.DB, *workflow.Change) error{keepCases, keepSystems, keepOffices, keepPeople, keepSheets, keepRegister, keepPapers, keepReports, keepContent, keepRest} {
			if err := do(tx, ch); err != nil {
				return err
			}
		}
		return nil
	})
}

// keepCases writes the cases in the order of their ids, so that two steps over
// the same cases wait for each other and not in a circle.
func keepCases(tx *gorm.DB, ch *workflow.Change) error {
	cases := slices.Clone(ch.Also)
	if ch.Case != nil {
		cases = append(cases, workflow.CaseChanged{Case: ch.Case, Was: ch.CaseWas})
	}
	slices.SortFunc(cases, func(a, b workflow.CaseChanged) int { return strings.Compare(a.Case.ID, b.Case.ID) })
	for _, c := range cases {
		if err := caseRow(c.Case).over(tx, c.Was); err != nil {
			return err
		}
	}
	return nil
}

// keepSystem writes the system, or only asks that it is still what the step was
// decided on, and that it stays so.
func keepSystem(tx *gorm.DB, ch *workflow.Change) error {
	switch {
	case ch.System != nil && ch.SystemWas == workflow.NewSystem:
		return systemRow(ch.System).add(tx)
	case ch.System != nil:
		return systemRow(ch.System).change(tx, ch.SystemWas)
	case ch.SystemID == "":
		return nil
	}
	var have int64
	return one(tx.Raw("SELECT revision FROM systems WHERE id = ? AND revision = ?"+speak(tx).share, ch.SystemID, ch.SystemWas).Scan(&have))
}

// keepSystems writes the system and the others of a dossier that speaks of
// several, in the order of their ids, as keepCases does.
func keepSystems(tx *gorm.DB, ch *workflow.Change) error {
	own, mine := false, ch.SystemID
	if ch.System != nil {
		mine = ch.System.ID
	}
	joined := slices.Clone(ch.Joined)
	slices.SortFunc(joined, func(a, b *workflow.System) int { return strings.Compare(a.ID, b.ID) })
	for _, sys := range joined {
		if !own && mine < sys.ID {
			own = true
			if err := keepSystem(tx, ch); err != nil {
				return err
			}
		}
		if err := systemRow(sys).change(tx, sys.Revision-1); err != nil {
			return err
		}
	}
	if own {
		return nil
	}
	return keepSystem(tx, ch)
}

func keepOffices(tx *gorm.DB, ch *workflow.Change) error {
	for _, o := range ch.Offices {
		if err := officeRow(o.Office).over(tx, o.Was); err != nil {
			return err
		}
	}
	return nil
}

func officeRow(o workflow.Office) row {
	return row{"offices", []string{"id", "revision", "body"}, []any{o.ID, o.Revision, text(o)}}
}

func caseRow(c *workflow.Case) row {
	appraiser, performer, council := "", "", ""
	if a := c.Appraiser; a != nil {
		appraiser, council = a.Office, between(a.Members)
	}
	if c.Inspection != nil {
		performer = c.Inspection.Performer
	}
	return row{"cases", []string{"id", "kind", "system", "owner", "state", "stage", "due", "appraiser", "performer", "council", "revision", "body"},
		[]any{c.ID, c.Kind, c.System, c.Owner, c.State, c.Stage, c.NextClock().String(), appraiser, performer, council, c.Revision, text(c)}}
}

func keepRegister(tx *gorm.DB, ch *workflow.Change) error {
	for _, e := range ch.Ended {
		touch(tx, "register_entries", e.ID)
		if err := tx.Exec("UPDATE register_entries SET until = ?, body = ? WHERE id = ?", e.To.String(), text(e), e.ID).Error; err != nil {
			return err
		}
	}
	return addEntries(tx, ch.Added)
}

func addEntries(tx *gorm.DB, list []workflow.RegisterEntry) error {
	for _, e := range list {
		touch(tx, "register_entries", e.ID)
		if err := tx.Exec("INSERT INTO register_entries (seq, id, owner, system, since, until, place, body) VALUES ("+next(tx, "register_entries", "seq")+", ?, ?, ?, ?, ?, ?, ?)",
			e.ID, e.Owner, e.System, e.From.String(), e.To.String(), place(e), text(e)).Error; err != nil {
			return err
		}
	}
	return nil
}

// place puts imported rows in the order of their list, before what came later.
func place(e workflow.RegisterEntry) int {
	if e.Order > 0 {
		return e.Order
	}
	return 1 << 40
}

func keepPapers(tx *gorm.DB, ch *workflow.Change) error {
	for _, p := range ch.Papers {
		if err := addPaper(tx, p); err != nil {
			return err
		}
	}
	for _, id := range ch.Numbers {
		touch(tx, "numbers", id)
		if err := one(tx.Exec("UPDATE numbers SET state = ? WHERE id = ? AND state = ?", string(workflow.Used), id, string(workflow.Reserved))); err != nil {
			return err
		}
	}
	return nil
}

// addPaper writes a paper, and what it is found by from outside where it carries a code.
func addPaper(tx *gorm.DB, p workflow.Paper) error {
	touch(tx, "papers", p.ID)
	if err := tx.Exec("INSERT INTO papers (id, seq, case_id, system, office, body, facts, text, pdf) VALUES (?, "+next(tx, "papers", "seq")+", ?, ?, ?, ?, ?, ?, ?)",
		p.ID, p.Case, p.System, p.Office, text(p), text(p.Facts), p.Text, p.PDF).Error; err != nil {
		return err
	}
	k, ok := workflow.ProofOf(p)
	if !ok {
		return nil
	}
	touch(tx, "codes", k.Hash)
	return tx.Exec("INSERT INTO codes (hash, paper, form, case_id, system, issuer, number, dated, level, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		k.Hash, k.Paper, k.Form, k.Case, k.System, k.Issuer, k.Number, k.Date.String(), k.Level, k.SHA256).Error
}

func keepRest(tx *gorm.DB, ch *workflow.Change) error {
	if ch.Key != "" {
		err := tx.Exec("INSERT INTO requests (key, outcome) VALUES (?, ?)", ch.Key, ch.Outcome).Error
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return stale()
		}
		if err != nil {
			return err
		}
	}
	for _, e := range append([]workflow.Event{ch.Event}, ch.Events...) {
		if err := addEvent(tx, e); err != nil {
			return err
		}
	}
	return nil
}

// addEvent adds a line to the history; where it cannot be written, the step does
// not happen.
func addEvent(tx *gorm.DB, e workflow.Event) error {
	var seq int64
	err := tx.Raw("INSERT INTO events (case_id, system, office, act, body) VALUES (?, ?, ?, ?, ?) RETURNING seq", e.Case, e.System, e.Office, e.Act, text(e)).Row().Scan(&seq)
	if err != nil {
		return unsealed(err)
	}
	happened(tx, seq, subjectOf(e.Case, e.System, e.Office))
	return nil
}

// Note adds a refusal to the history.
func (s *Store) Note(ctx context.Context, e workflow.Event) error {
	return s.write(ctx, func(tx *gorm.DB) error { return addEvent(tx, e) })
}

// Import adds an old register in one transaction.
func (s *Store) Import(ctx context.Context, in *workflow.Intake) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		for _, o := range in.Offices {
			if err := officeRow(o).put(tx); err != nil {
				return err
			}
		}
		for _, sys := range in.Systems {
			if err := systemRow(sys).add(tx); err != nil {
				return err
			}
		}
		for _, c := range in.Checks {
			if err := caseRow(c).over(tx, c.Revision-1); err != nil {
				return err
			}
		}
		if err := addEntries(tx, in.Entries); err != nil {
			return err
		}
		return addEvent(tx, in.Event)
	})
}
