package store

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"gorm.io/gorm"

	"capdo/workflow"
)

type numberRow struct {
	ID, Issuer, Series  string
	Year, N             int
	Text                string
	Typed               int64
	State, Reason       string
	CaseID              string
	Step                int64
	Form, Dated, Person string
	Reserved            int64 // seconds since 1970
}

func (numberRow) TableName() string { return "numbers" }

func (r numberRow) noun() workflow.Number {
	n := workflow.Number{ID: r.ID, Issuer: r.Issuer, Series: r.Series, Year: r.Year, N: r.N, Text: r.Text, State: workflow.NumberState(r.State),
		Reason: r.Reason, Typed: r.Typed != 0, Case: r.CaseID, Order: r.Step, Form: r.Form, Person: r.Person}
	_ = n.On.UnmarshalText([]byte(r.Dated))
	return n
}

// add writes a number that is not in the book.
func (r numberRow) add(p *plan) {
	p.seal("numbers", "INSERT INTO numbers (id, issuer, series, year, n, text, typed, state, reason, case_id, step, form, dated, person, reserved) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		r.ID, r.Issuer, r.Series, r.Year, r.N, r.Text, r.Typed, r.State, r.Reason, r.CaseID, r.Step, r.Form, r.Dated, r.Person, r.Reserved)
}

var leading = regexp.MustCompile(`^\d{1,9}`)

// Reserve draws the next number of a book or enters a typed one; whoever asks for
// one of the same book at once comes after.
func (s *Store) Reserve(ctx context.Context, ask workflow.NumberAsk) (n workflow.Number, err error) {
	err = s.write(ctx, func(tx *writer) error {
		tx.do(tx.say.gate, fmt.Sprintf("numbers/%s/%d", ask.Issuer, ask.Year))
		db, err := tx.now()
		if err != nil {
			return err
		}
		var r numberRow
		if ask.Case != "" {
			got := db.Where("issuer = ? AND case_id = ? AND step = ? AND form = ? AND state = ?", ask.Issuer, ask.Case, ask.Order, ask.Form, string(workflow.Reserved)).Limit(1).Find(&r)
			if got.Error != nil || got.RowsAffected == 1 {
				n = r.noun()
				return got.Error
			}
		}
		r = numberRow{ID: ask.ID, Issuer: ask.Issuer, Series: ask.Series, Year: ask.Year, Text: ask.Text, Typed: flag(ask.Typed), State: string(workflow.Reserved), Reserved: time.Now().Unix(),
			CaseID: ask.Case, Step: ask.Order, Form: ask.Form, Dated: ask.On.String(), Person: ask.Person}
		take := drawNumber
		if ask.Typed {
			take = typeNumber
		}
		if err := take(db, ask, &r, &tx.plan); err != nil {
			return err
		}
		n = r.noun()
		return nil
	})
	return n, err
}

// drawNumber takes the next number that no typed one has taken.
func drawNumber(db *gorm.DB, ask workflow.NumberAsk, r *numberRow, p *plan) error {
	if err := db.Raw("SELECT COALESCE(MAX(n), 0) FROM numbers WHERE issuer = ? AND series = ? AND year = ? AND typed = 0", ask.Issuer, ask.Series, ask.Year).Scan(&r.N).Error; err != nil {
		return err
	}
	for {
		r.N++
		r.Text = fmt.Sprintf(ask.Text, fmt.Sprintf("%02d", r.N))
		var taken int64
		if err := db.Model(&numberRow{}).Where("issuer = ? AND year = ? AND (text = ? OR (series = ? AND n = ?))", ask.Issuer, ask.Year, r.Text, ask.Series, r.N).Count(&taken).Error; err != nil {
			return err
		}
		if taken == 0 {
			r.add(p)
			return nil
		}
	}
}

// typeNumber enters a number as given, or takes over the clerk's reservation.
func typeNumber(db *gorm.DB, ask workflow.NumberAsk, r *numberRow, p *plan) error {
	var have numberRow
	got := db.Where("issuer = ? AND year = ? AND text = ?", ask.Issuer, ask.Year, ask.Text).Limit(1).Find(&have)
	if got.Error != nil {
		return got.Error
	}
	if got.RowsAffected == 0 {
		r.N, _ = strconv.Atoi(leading.FindString(ask.Text))
		r.add(p)
		return nil
	}
	if have.State != string(workflow.Reserved) || have.CaseID != "" || ask.Case == "" {
		return &workflow.Problem{Kind: workflow.Refused, Key: "number.taken", Args: map[string]string{"no": ask.Text}}
	}
	have.CaseID, have.Step, have.Form = ask.Case, ask.Order, ask.Form
	*r = have
	p.seal("numbers", "UPDATE numbers SET reserved = ?, case_id = ?, step = ?, form = ? WHERE id = ?", time.Now().Unix(), have.CaseID, have.Step, have.Form, have.ID)
	return nil
}

// VoidNumber ends a reserved number with its reason.
func (s *Store) VoidNumber(ctx context.Context, id, reason string) error {
	return s.put(ctx, func(p *plan) {
		p.seal("numbers", "UPDATE numbers SET state = ?, reason = ? WHERE id = ? AND state = ?", string(workflow.Void), reason, id, string(workflow.Reserved)).lack =
			&workflow.Problem{Kind: workflow.Refused, Key: "number.not_reserved", Args: map[string]string{"id": id}}
	})
}

// Numbers lists an issuer's book of a year.
func (s *Store) Numbers(ctx context.Context, issuer string, year int) ([]workflow.Number, error) {
	var rows []numberRow
	if err := s.read(ctx).Where("issuer = ? AND year = ?", issuer, year).Order("series, n, id").Find(&rows).Error; err != nil {
		return nil, unlessNoText(err)
	}
	out := make([]workflow.Number, len(rows))
	for i, r := range rows {
		out[i] = r.noun()
	}
	return out, nil
}
