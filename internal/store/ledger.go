package store

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"capdo/internal/chain"
	"capdo/workflow"
)

// ledger collects what one transaction writes, so that its links cover it.
type ledger struct {
	events []chained
	rows   map[[2]string]chained // by table and key, as last written
	ends   map[string]*end
}

// chained is a row that waits for its link, under the chain it belongs to.
type chained struct {
	row     chain.Row
	subject string
}

// end is where a chain ends.
type end struct {
	n    int64
	hash string
}

// rowsPerLink bounds the record of a link; more rows go into a next one.
const rowsPerLink = 1000

// sealed does something in a transaction and adds the links that cover what it
// wrote; they wait for the order that ends it. Without its links nothing is kept:
// no event, no step.
func (tx *writer) sealed(do func(tx *writer) error) error {
	if err := do(tx); err != nil {
		return err
	}
	if tx.wrote("offices") || tx.wrote("people") { // as the last before the links: everybody who changes one of them waits for it
		raise(&tx.plan)
	}
	for _, o := range tx.orders {
		if o.subject != "" {
			tx.follow(o.subject)
		}
	}
	if err := tx.flush(); err != nil {
		return err
	}
	return tx.links()
}

// unsealed makes a problem of kind busy of a history that cannot be written.
func unsealed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store: %w: %w", &workflow.Problem{Kind: workflow.Busy, Key: "store.unsealed"}, err)
}

// take takes a row that came back: for who asked, or one that was written.
func (tx *writer) take(o *order, values []any) error {
	if o.table == nil {
		return o.asks(values)
	}
	r := o.table.returned(values, o.sum)
	row := chained{chain.Row{o.table.name, r.key, chain.Digest(o.table.name, r.cols)}, o.table.subject(r)}
	if o.subject != "" {
		tx.ledger.events = append(tx.ledger.events, chained{row.row, o.subject})
		return nil
	}
	if tx.ledger.rows == nil {
		tx.ledger.rows = map[[2]string]chained{}
	}
	tx.ledger.rows[[2]string{o.table.name, r.key}] = row
	return nil
}

// wrote tells whether rows of a table were written, or wait to be.
func (tx *writer) wrote(table string) bool {
	for key := range tx.ledger.rows {
		if key[0] == table {
			return true
		}
	}
	return slices.ContainsFunc(tx.orders, func(o *order) bool { return o.table != nil && o.table.name == table })
}

// follow asks where a chain ends, and holds it there until the transaction ends, so
// that two never follow the same link.
func (tx *writer) follow(subject string) {
	if tx.ledger.ends[subject] != nil {
		return
	}
	e := &end{hash: chain.None}
	if tx.ledger.ends == nil {
		tx.ledger.ends = map[string]*end{}
	}
	tx.ledger.ends[subject] = e
	o := tx.do("SELECT n, hash FROM heads WHERE subject = ?"+tx.say.hold, subject)
	o.means = unsealed
	o.asks = func(values []any) error {
		e.n, e.hash = values[0].(int64), values[1].(string)
		return nil
	}
}

// links adds a link for every event and for every other chain that something was
// written of.
func (tx *writer) links() error {
	l := &tx.ledger
	bySubject := map[string][]chain.Row{}
	for _, r := range slices.SortedFunc(maps.Values(l.rows), func(a, b chained) int { return slices.Compare(a.row[:], b.row[:]) }) {
		subject := r.subject
		if len(l.events) > 0 && !slices.ContainsFunc(l.events, func(e chained) bool { return e.subject == subject }) {
			subject = l.events[0].subject
		}
		bySubject[subject] = append(bySubject[subject], r.row)
	}
	for _, subject := range slices.Sorted(maps.Keys(bySubject)) {
		tx.follow(subject)
	}
	for _, e := range l.events {
		tx.follow(e.subject)
	}
	if err := tx.flush(); err != nil { // what no event had told
		return err
	}
	for _, e := range l.events {
		rec := append([]chain.Row{e.row}, bySubject[e.subject]...)
		delete(bySubject, e.subject)
		if err := tx.link(e.subject, e.row[1], rec); err != nil {
			return err
		}
	}
	for _, subject := range slices.Sorted(maps.Keys(bySubject)) {
		if err := tx.link(subject, "0", bySubject[subject]); err != nil {
			return err
		}
	}
	for _, subject := range slices.Sorted(maps.Keys(l.ends)) {
		e := l.ends[subject]
		tx.do("INSERT INTO heads (subject, n, hash) VALUES (?, ?, ?) ON CONFLICT (subject) DO UPDATE SET n = excluded.n, hash = excluded.hash", subject, e.n, e.hash).means = unsealed
	}
	return nil
}

// link adds a link with its rows to a chain, and more where they are many; event is
// the number of the event, 0 for none.
func (tx *writer) link(subject, event string, rows []chain.Row) error {
	e := tx.ledger.ends[subject]
	seq, err := strconv.ParseInt(event, 10, 64)
	if err != nil {
		return err
	}
	for {
		some := min(len(rows), rowsPerLink)
		body, err := chain.Record{Event: seq, Rows: rows[:some]}.Write()
		if err != nil {
			return err
		}
		e.n++
		e.hash = chain.LinkHash(e.hash, subject, e.n, body)
		tx.do("INSERT INTO links (subject, n, record, hash) VALUES (?, ?, ?, ?)", subject, e.n, body, e.hash).means = followed
		if rows, seq = rows[some:], 0; len(rows) == 0 {
			return nil
		}
		if len(tx.orders) >= mostOrders {
			if err := tx.flush(); err != nil {
				return err
			}
		}
	}
}

// followed is unsealed, and tells where another began the same chain at once: there
// was no end yet that one of them could have held.
func followed(err error) error {
	if duplicate(err) {
		return fmt.Errorf("%w: %w", errFollowed, unsealed(err))
	}
	return unsealed(err)
}
