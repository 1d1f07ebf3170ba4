package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"gorm.io/gorm"

	"capdo/workflow"
)

func decode(js string, into any) error { return json.Unmarshal([]byte(js), into) }

// Keep writes a change in one transaction, or nothing.
func (s *Store) Keep(ctx context.Context, ch *workflow.Change) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		for _, do := range []func(*gorm.DB, *workflow.Change) error{compare, keepNouns, keepSheets, keepRegister, keepPapers, keepReports, keepContent, keepRest} {
			if err := do(tx, ch); err != nil {
				return err
			}
		}
		return nil
	})
}

// compare asks whether all that the step was decided on still is so.
func compare(tx *gorm.DB, ch *workflow.Change) error {
	cases := ch.Also
	if ch.Case != nil {
		cases = append([]workflow.CaseChanged{{Case: ch.Case, Was: ch.CaseWas}}, cases...)
	}
	for _, c := range cases {
		if err := still(tx, "SELECT COALESCE((SELECT revision FROM cases WHERE id = ?), 0)", c.Case.ID, c.Was); err != nil {
			return err
		}
	}
	for _, o := range ch.Offices {
		if err := still(tx, "SELECT COALESCE((SELECT CAST(json_extract(body, '$.revision') AS INTEGER) FROM offices WHERE id = ?), 0)", o.Office.ID, o.Was); err != nil {
			return err
		}
	}
	for _, sys := range ch.Joined {
		if err := still(tx, "SELECT COALESCE((SELECT revision FROM systems WHERE id = ?), -1)", sys.ID, sys.Revision-1); err != nil {
			return err
		}
	}
	if err := comparePeople(tx, ch.People); err != nil || ch.SystemID == "" {
		return err
	}
	return still(tx, "SELECT COALESCE((SELECT revision FROM systems WHERE id = ?), -1)", ch.SystemID, ch.SystemWas)
}

func still(tx *gorm.DB, query, id string, was int64) error {
	var have int64
	if err := tx.Raw(query, id).Scan(&have).Error; err != nil {
		return err
	}
	if have != was {
		return stale()
	}
	return nil
}

func keepNouns(tx *gorm.DB, ch *workflow.Change) error {
	if ch.System != nil {
		if err := putSystem(tx, ch.System); err != nil {
			return err
		}
	}
	for _, sys := range ch.Joined {
		if err := putSystem(tx, sys); err != nil {
			return err
		}
	}
	for _, o := range ch.Offices {
		if err := put(tx, "offices", o.Office.ID, o.Office); err != nil {
			return err
		}
	}
	if err := keepPeople(tx, ch); err != nil {
		return err
	}
	if ch.Case != nil {
		if err := putCase(tx, ch.Case); err != nil {
			return err
		}
	}
	for _, c := range ch.Also {
		if err := putCase(tx, c.Case); err != nil {
			return err
		}
	}
	return nil
}

func putCase(tx *gorm.DB, c *workflow.Case) error {
	return tx.Exec(`INSERT INTO cases (id, kind, system, owner, state, stage, due, revision, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, stage = excluded.stage, due = excluded.due, revision = excluded.revision, body = excluded.body`,
		c.ID, c.Kind, c.System, c.Owner, c.State, c.Stage, c.NextClock().String(), c.Revision, text(c)).Error
}

func keepRegister(tx *gorm.DB, ch *workflow.Change) error {
	for _, e := range ch.Ended {
		if err := tx.Exec("UPDATE register_entries SET until = ?, body = ? WHERE id = ?", e.To.String(), text(e), e.ID).Error; err != nil {
			return err
		}
	}
	return addEntries(tx, ch.Added)
}

func addEntries(tx *gorm.DB, list []workflow.RegisterEntry) error {
	for _, e := range list {
		if err := tx.Exec("INSERT INTO register_entries (id, owner, system, since, until, place, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
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
		done := tx.Exec("UPDATE numbers SET state = ? WHERE id = ? AND state = ?", workflow.Used, id, workflow.Reserved)
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected != 1 {
			return stale()
		}
	}
	return nil
}

// addPaper writes a paper, and what it is found by from outside where it carries a code.
func addPaper(tx *gorm.DB, p workflow.Paper) error {
	if err := tx.Exec("INSERT INTO papers (id, seq, case_id, system, office, body, facts, text, pdf) VALUES (?, (SELECT COALESCE(MAX(seq), 0) + 1 FROM papers), ?, ?, ?, ?, ?, ?, ?)",
		p.ID, p.Case, p.System, p.Office, text(p), text(p.Facts), p.Text, p.PDF).Error; err != nil {
		return err
	}
	k, ok := workflow.ProofOf(p)
	if !ok {
		return nil
	}
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

func addEvent(tx *gorm.DB, e workflow.Event) error {
	return tx.Exec("INSERT INTO events (case_id, system, office, act, body) VALUES (?, ?, ?, ?, ?)", e.Case, e.System, e.Office, e.Act, text(e)).Error
}

// Note adds a refusal to the history.
func (s *Store) Note(ctx context.Context, e workflow.Event) error {
	return s.write(ctx, func(tx *gorm.DB) error { return addEvent(tx, e) })
}

// Import adds an old register in one transaction.
func (s *Store) Import(ctx context.Context, in *workflow.Intake) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		for _, o := range in.Offices {
			if err := put(tx, "offices", o.ID, o); err != nil {
				return err
			}
		}
		for _, sys := range in.Systems {
			if err := putSystem(tx, sys); err != nil {
				return err
			}
		}
		for _, c := range in.Checks {
			if err := still(tx, "SELECT COALESCE((SELECT revision FROM cases WHERE id = ?), 0)", c.ID, c.Revision-1); err != nil {
				return err
			}
			if err := putCase(tx, c); err != nil {
				return err
			}
		}
		if err := addEntries(tx, in.Entries); err != nil {
			return err
		}
		return addEvent(tx, in.Event)
	})
}

type numberRow struct {
	ID, Issuer, Series  string
	Year, N             int
	Text                string
	Typed               bool
	State, Reason       string
	CaseID              string
	Step                int64
	Form, Dated, Person string
}

func (numberRow) TableName() string { return "numbers" }

func (r numberRow) noun() workflow.Number {
	n := workflow.Number{ID: r.ID, Issuer: r.Issuer, Series: r.Series, Year: r.Year, N: r.N, Text: r.Text, State: workflow.NumberState(r.State),
		Reason: r.Reason, Typed: r.Typed, Case: r.CaseID, Order: r.Step, Form: r.Form, Person: r.Person}
	_ = n.On.UnmarshalText([]byte(r.Dated))
	return n
}

var leading = regexp.MustCompile(`^\d{1,9}`)

// Reserve draws the next number of a book or enters a typed one.
func (s *Store) Reserve(ctx context.Context, ask workflow.NumberAsk) (n workflow.Number, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		var r numberRow
		if ask.Case != "" {
			got := tx.Where("issuer = ? AND case_id = ? AND step = ? AND form = ? AND state = ?", ask.Issuer, ask.Case, ask.Order, ask.Form, workflow.Reserved).Limit(1).Find(&r)
			if got.Error != nil || got.RowsAffected == 1 {
				n = r.noun()
				return got.Error
			}
		}
		r = numberRow{ID: ask.ID, Issuer: ask.Issuer, Series: ask.Series, Year: ask.Year, Text: ask.Text, Typed: ask.Typed, State: string(workflow.Reserved),
			CaseID: ask.Case, Step: ask.Order, Form: ask.Form, Dated: ask.On.String(), Person: ask.Person}
		take := drawNumber
		if ask.Typed {
			take = typeNumber
		}
		if err := take(tx, ask, &r); err != nil {
			return err
		}
		n = r.noun()
		return nil
	})
	return n, err
}

// drawNumber takes the next number that no typed one has taken.
func drawNumber(tx *gorm.DB, ask workflow.NumberAsk, r *numberRow) error {
	if err := tx.Raw("SELECT COALESCE(MAX(n), 0) FROM numbers WHERE issuer = ? AND series = ? AND year = ? AND NOT typed", ask.Issuer, ask.Series, ask.Year).Scan(&r.N).Error; err != nil {
		return err
	}
	for {
		r.N++
		r.Text = fmt.Sprintf(ask.Text, fmt.Sprintf("%02d", r.N))
		var taken int64
		if err := tx.Model(&numberRow{}).Where("issuer = ? AND year = ? AND (text = ? OR (series = ? AND n = ?))", ask.Issuer, ask.Year, r.Text, ask.Series, r.N).Count(&taken).Error; err != nil {
			return err
		}
		if taken == 0 {
			return tx.Create(r).Error
		}
	}
}

// typeNumber enters a number as given, or takes over the clerk's reservation.
func typeNumber(tx *gorm.DB, ask workflow.NumberAsk, r *numberRow) error {
	var have numberRow
	got := tx.Where("issuer = ? AND year = ? AND text = ?", ask.Issuer, ask.Year, ask.Text).Limit(1).Find(&have)
	if got.Error != nil {
		return got.Error
	}
	if got.RowsAffected == 0 {
		r.N, _ = strconv.Atoi(leading.FindString(ask.Text))
		return tx.Create(r).Error
	}
	if have.State != string(workflow.Reserved) || have.CaseID != "" || ask.Case == "" {
		return &workflow.Problem{Kind: workflow.Refused, Key: "number.taken", Args: map[string]string{"no": ask.Text}}
	}
	have.CaseID, have.Step, have.Form = ask.Case, ask.Order, ask.Form
	*r = have
	return tx.Model(&numberRow{}).Where("id = ?", have.ID).Updates(map[string]any{"case_id": have.CaseID, "step": have.Step, "form": have.Form}).Error
}

// VoidNumber ends a reserved number with its reason.
func (s *Store) VoidNumber(ctx context.Context, id, reason string) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		done := tx.Exec("UPDATE numbers SET state = ?, reason = ? WHERE id = ? AND state = ?", workflow.Void, reason, id, workflow.Reserved)
		if done.Error == nil && done.RowsAffected == 0 {
			return &workflow.Problem{Kind: workflow.Refused, Key: "number.not_reserved", Args: map[string]string{"id": id}}
		}
		return done.Error
	})
}

// Numbers lists an issuer's book of a year.
func (s *Store) Numbers(ctx context.Context, issuer string, year int) ([]workflow.Number, error) {
	var rows []numberRow
	if err := s.read(ctx).Where("issuer = ? AND year = ?", issuer, year).Order("series, n, id").Find(&rows).Error; err != nil {
		return nil, err
	}
	out := make([]workflow.Number, len(rows))
	for i, r := range rows {
		out[i] = r.noun()
	}
	return out, nil
}
