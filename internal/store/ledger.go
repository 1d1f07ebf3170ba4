package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm"

	"capdo/internal/chain"
	"capdo/workflow"
)

// ledger collects what one transaction writes, so that its links cover it.
type ledger struct {
	events  []eventPlace
	touched map[string]map[string][]any // table → key → values of its key columns
}

type eventPlace struct {
	seq     int64
	subject string
}

type ledgerKey struct{}

// rowsPerLink bounds the record of a link; more rows go into a next one.
const rowsPerLink = 1000

// sealed does something in a transaction and adds the links that cover what it
// wrote. Without its links nothing is kept: no event, no step.
func sealed(tx *gorm.DB, do func(*gorm.DB) error) error {
	l := &ledger{touched: map[string]map[string][]any{}}
	tx = tx.WithContext(context.WithValue(tx.Statement.Context, ledgerKey{}, l))
	if err := do(tx); err != nil {
		return err
	}
	return unsealed(l.close(tx))
}

// unsealed makes a problem of kind busy of a history that cannot be written.
func unsealed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store: %w: %w", &workflow.Problem{Kind: workflow.Busy, Key: "store.unsealed"}, err)
}

// touch notes that a row was written. Every writer of a sealed table calls it;
// one that does not is found by the first verification.
func touch(tx *gorm.DB, table string, key ...any) {
	l := tx.Statement.Context.Value(ledgerKey{}).(*ledger)
	if l.touched[table] == nil {
		l.touched[table] = map[string][]any{}
	}
	l.touched[table][fmt.Sprintf("%q", key)] = key
}

// happened notes an event under the chain it belongs to.
func happened(tx *gorm.DB, seq int64, subject string) {
	touch(tx, "events", seq)
	l := tx.Statement.Context.Value(ledgerKey{}).(*ledger)
	l.events = append(l.events, eventPlace{seq, subject})
}

// chained is a row that waits for its link.
type chained struct {
	row     chain.Row
	subject string
}

// close reads back what was written and adds a link for every event and for
// every other subject.
func (l *ledger) close(tx *gorm.DB) error {
	if len(l.touched["offices"])+len(l.touched["people"]) > 0 {
		if err := raise(tx); err != nil {
			return err
		}
	}
	rows, err := l.read(tx)
	if err != nil {
		return err
	}
	bySubject, own := map[string][]chain.Row{}, map[string]chain.Row{}
	for _, r := range rows {
		if r.row[0] == "events" {
			own[r.row[1]] = r.row
			continue
		}
		subject := r.subject
		if len(l.events) > 0 && !slices.ContainsFunc(l.events, func(e eventPlace) bool { return e.subject == subject }) {
			subject = l.events[0].subject
		}
		bySubject[subject] = append(bySubject[subject], r.row)
	}
	for _, e := range l.events {
		rec := append([]chain.Row{own[fmt.Sprint(e.seq)]}, bySubject[e.subject]...)
		delete(bySubject, e.subject)
		if err := addLinks(tx, e.subject, e.seq, rec); err != nil {
			return err
		}
	}
	for _, subject := range slices.Sorted(maps.Keys(bySubject)) {
		if err := addLinks(tx, subject, 0, bySubject[subject]); err != nil {
			return err
		}
	}
	return nil
}

// read reads back every touched row, table by table.
func (l *ledger) read(tx *gorm.DB) ([]chained, error) {
	var out []chained
	for _, table := range slices.Sorted(maps.Keys(l.touched)) {
		t := sealedNamed(table)
		take := func(r fullRow) error {
			out = append(out, chained{chain.Row{table, r.key, chain.Digest(table, r.cols)}, t.subject(r)})
			return nil
		}
		keys := l.touched[table]
		for some := range slices.Chunk(slices.Sorted(maps.Keys(keys)), 200) {
			var clauses []string
			var args []any
			for _, k := range some {
				clauses = append(clauses, "("+strings.Join(t.keys, " = ? AND ")+" = ?)")
				args = append(args, keys[k]...)
			}
			if err := t.rows(tx, " WHERE "+strings.Join(clauses, " OR "), args, take); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// addLinks adds a link with its rows to a chain, and more where they are many.
func addLinks(tx *gorm.DB, subject string, event int64, rows []chain.Row) error {
	for {
		n := min(len(rows), rowsPerLink)
		if err := addLink(tx, subject, chain.Record{Event: event, Rows: rows[:n]}); err != nil {
			return err
		}
		if rows, event = rows[n:], 0; len(rows) == 0 {
			return nil
		}
	}
}

// addLink adds one link. The end of the chain is locked until the transaction
// ends, so that two never follow the same link.
func addLink(tx *gorm.DB, subject string, rec chain.Record) error {
	body, err := rec.Write()
	if err != nil {
		return err
	}
	var n int64
	var before string
	if err := tx.Raw("INSERT INTO heads (subject, n, hash) VALUES (?, 1, ?) ON CONFLICT (subject) DO UPDATE SET n = heads.n + 1 RETURNING n, hash", subject, chain.None).Row().Scan(&n, &before); err != nil {
		return err
	}
	hash := chain.LinkHash(before, subject, n, body)
	if err := tx.Exec("INSERT INTO links (subject, n, record, hash) VALUES (?, ?, ?, ?)", subject, n, body, hash).Error; err != nil {
		return err
	}
	return tx.Exec("UPDATE heads SET hash = ? WHERE subject = ?", hash, subject).Error
}
