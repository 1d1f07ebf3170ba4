package store

import (
	"database/sql/driver"
	"fmt"
)

// order is one statement of a transaction, and what is made of its answer.
type order struct {
	query   string
	args    []driver.NamedValue
	asks    func(values []any) error // takes each row that comes back
	table   *sealedTable             // the rows that come back are of this table, for the links
	sum     string                   // the hash of the bytes in a column of kind h, which do not come back
	subject string                   // the row is an event of this chain
	lack    error                    // what it means where not exactly one row was changed; nil: any number is well
	means   func(error) error        // what a fault means that is not one of disk, connection or moment; nil: itself
}

// plan is what shall be written, in its order. It is made without a connection: what
// takes time, as writing a noun as JSON, is done before anybody waits for it.
type plan struct {
	say    dialect
	orders []*order
}

// do adds a statement.
func (p *plan) do(query string, args ...any) *order {
	o := &order{query: query, args: make([]driver.NamedValue, len(args))}
	for i, a := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(a)
		if err != nil {
			panic(fmt.Sprintf("store: %T is no value of a column: %v", a, err))
		}
		o.args[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	p.orders = append(p.orders, o)
	return o
}

// seal adds a statement that writes rows of a sealed table; a link will cover them
// as they come back. Every writer of a sealed table comes here; one that does not is
// found by the first verification.
func (p *plan) seal(table, query string, args ...any) *order {
	t := sealedNamed(table)
	o := p.do(query+t.returning, args...)
	o.table = t
	return o
}

// one asks that a statement changed one row; otherwise somebody came before.
func (o *order) one() { o.lack = stale() }

// taken says what it means that a key is taken already.
func (o *order) taken(by error) {
	o.means = func(err error) error {
		if duplicate(err) {
			return by
		}
		return err
	}
}

// answers tells whether rows come back.
func (o *order) answers() bool { return o.asks != nil || o.table != nil }

// answered judges what the database said to an order.
func (o *order) answered(rows int64, err error) error {
	switch {
	case err == nil && o.lack != nil && rows != 1:
		return o.lack
	case err == nil, o.means == nil, keyOf(err) != "":
		return err
	}
	return o.means(err)
}
