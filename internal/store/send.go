package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// take is handed the rows that come back.
type take func(o *order, values []any) error

// oneByOne gives orders to a SQLite connection.
func oneByOne(ctx context.Context, conn any, orders []*order, row take) error {
	for _, o := range orders {
		var n int64
		var err error
		if o.answers() {
			n, err = asked(ctx, conn.(driver.QueryerContext), o, row)
		} else {
			var done driver.Result
			if done, err = conn.(driver.ExecerContext).ExecContext(ctx, o.query, o.args); err == nil {
				n, err = done.RowsAffected()
			}
		}
		if err = o.answered(n, err); err != nil {
			return err
		}
	}
	return nil
}

// asked gives one order, and its rows to whom they are for.
func asked(ctx context.Context, conn driver.QueryerContext, o *order, row take) (n int64, err error) {
	rows, err := conn.QueryContext(ctx, o.query, o.args)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	line := make([]driver.Value, len(rows.Columns()))
	for {
		if err := rows.Next(line); errors.Is(err, io.EOF) {
			return n, nil
		} else if err != nil {
			return n, err
		}
		values := make([]any, len(line))
		for i, v := range line {
			values[i] = v
		}
		n++
		if err := row(o, values); err != nil {
			return n, err
		}
	}
}

// together gives orders to a PostgreSQL connection in one message; the server stops
// at the first that fails.
func together(ctx context.Context, conn any, orders []*order, row take) (err error) {
	var b pgx.Batch
	for _, o := range orders {
		args := make([]any, len(o.args))
		for i, a := range o.args {
			args[i] = a.Value
		}
		b.Queue(numbered(o.query), args...)
	}
	answers := conn.(*stdlib.Conn).Conn().SendBatch(ctx, &b)
	defer func() {
		if fault := answers.Close(); err == nil {
			err = fault
		}
	}()
	for _, o := range orders {
		var n int64
		rows, err := answers.Query()
		for err == nil && rows.Next() {
			n++
			var values []any
			if values, err = rows.Values(); err == nil && o.answers() {
				err = row(o, values)
			}
		}
		if rows.Close(); err == nil {
			err = rows.Err()
		}
		if !o.answers() {
			n = rows.CommandTag().RowsAffected()
		}
		if err = o.answered(n, err); err != nil {
			return err
		}
	}
	return nil
}

// numbered writes the places of a statement as PostgreSQL wants them: $1, $2 …; no
// statement of ours has a question mark within a text.
func numbered(query string) string {
	var b strings.Builder
	b.Grow(len(query) + 32)
	for n := 1; ; n++ {
		before, after, ok := strings.Cut(query, "?")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
		query = after
	}
}
