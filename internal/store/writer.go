package store

import (
	"context"
	"database/sql"
	"time"

	"gorm.io/gorm"
)

// writer is a transaction, or a savepoint in one, in which something is written.
// Its orders wait until something is read or the end is there, so that PostgreSQL
// gets them in as few messages as may be.
type writer struct {
	plan
	ctx    context.Context
	conn   *sql.Conn
	gorm   *gorm.DB
	ledger ledger
	sent   bool // anything, the beginning with it
}

// mostOrders bounds what waits to be sent.
const mostOrders = 500

// writer begins a transaction, or a savepoint, with its first order.
func (s *Store) writer(ctx context.Context, conn *sql.Conn, begin string) *writer {
	tx := &writer{plan: plan{say: s.say}, ctx: ctx, conn: conn, gorm: s.w}
	if begin != "" {
		tx.do(begin)
	}
	return tx
}

// add takes over what a plan says.
func (tx *writer) add(p *plan) { tx.orders = append(tx.orders, p.orders...) }

// flush sends what waits. The first fault is that of the first order that failed.
func (tx *writer) flush() error {
	for len(tx.orders) > 0 {
		some := tx.orders[:min(len(tx.orders), mostOrders)]
		tx.orders, tx.sent = tx.orders[len(some):], true
		if err := tx.conn.Raw(func(conn any) error { return tx.say.send(tx.ctx, conn, some, tx.take) }); err != nil {
			return err
		}
	}
	return nil
}

// now sends what waits and gives the transaction to whoever reads in it.
func (tx *writer) now() (*gorm.DB, error) {
	if err := tx.flush(); err != nil {
		return nil, err
	}
	db := tx.gorm.Session(&gorm.Session{NewDB: true, Context: tx.ctx})
	db.Statement.ConnPool = tx.conn
	return db, nil
}

// end sends what waits, with a last order after it where there is one.
func (tx *writer) end(order string) error {
	if order != "" {
		tx.do(order)
	}
	return tx.flush()
}

// back takes back all that was sent. A connection that cannot is not used again.
func (tx *writer) back(order string) error {
	if !tx.sent {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tx.ctx), 5*time.Second)
	defer cancel()
	_, err := tx.conn.ExecContext(ctx, order)
	return err
}

// transact does something in one transaction; safe is false where a fault may have
// come after the commit was asked for.
func (s *Store) transact(ctx context.Context, do func(tx *writer) error) (safe bool, err error) {
	pool, err := s.w.DB()
	if err != nil {
		return false, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	tx, kept := s.writer(ctx, conn, s.say.begin), false
	defer func() {
		if !kept {
			_ = tx.back("ROLLBACK")
		}
	}()
	if err := tx.sealed(do); err != nil {
		return true, err
	}
	err = tx.end("COMMIT")
	kept = err == nil
	return false, err
}
