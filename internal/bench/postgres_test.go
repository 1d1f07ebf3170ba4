//go:build bench

package bench

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"capdo/internal/pgtest"
	"capdo/internal/store"
)

// cte is a whole step in one statement, guarded by the revision of its case.
const cte = `WITH c AS (UPDATE cases SET state = $3, stage = $4, due = $5, revision = $6, body = $7 WHERE id = $1 AND revision = $2 RETURNING id, system),
	k AS (INSERT INTO requests (key, outcome) SELECT $8, '{}' FROM c),
	e AS (INSERT INTO events (case_id, system, office, act, body) SELECT id, system, '', $9, $10 FROM c),
	p AS (INSERT INTO papers (id, case_id, system, office, body, facts, text, pdf) SELECT $11, id, system, '', $12, $13, $14, $15 FROM c),
	h AS (INSERT INTO heads (subject, n, hash) SELECT $16, $17, $18 FROM c ON CONFLICT (subject) DO UPDATE SET n = excluded.n, hash = excluded.hash)
INSERT INTO links (subject, n, record, hash) SELECT $16, $17, $19, $18 FROM c`

// onServer measures W1 on a PostgreSQL that waits for its disk.
func onServer(t *testing.T, from *province) []result {
	c := pgtest.Start(t, "fsync=on", "full_page_writes=on")
	dsn := c.DSN("postgres")
	st, err := store.Open(ctx, dsn, store.Options{Create: true})
	if err == nil {
		_, _, err = store.Move(ctx, from.st, st)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	pool, err := pgxpool.New(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	p := &province{st: st}
	var out []result
	for _, w := range []struct{ workers, n int }{{1, 200}, {8, 640}, {64, 1280}} {
		cases := p.owned(t, 2*w.workers) // the second half is the floor's
		mine, theirs := cases[:w.workers], cases[w.workers:]
		out = append(out, contest(t, fmt.Sprintf("W1 step, PostgreSQL, %d at once", w.workers), "one guarded CTE", 1/0.8, w.n,
			among(w.workers, func(i, _ int) error { return p.keep(next(mine[i])) }),
			among(w.workers, func(i, _ int) error { return guarded(ctx, pool, written(theirs[i])) })))
	}
	return out
}

func guarded(ctx context.Context, pool *pgxpool.Pool, s step) error {
	subject := "case/" + s.c.ID
	var n int64
	var before string
	if err := pool.QueryRow(ctx, "SELECT COALESCE(MAX(n), 0), COALESCE(MAX(hash), '') FROM heads WHERE subject = $1", subject).Scan(&n, &before); err != nil {
		return err
	}
	record := s.record()
	done, err := pool.Exec(ctx, cte, s.c.ID, s.was, s.c.State, s.c.Stage, s.c.NextClock().String(), s.c.Revision, string(s.body), s.key, s.event.Act, string(s.line),
		s.paper.ID, string(s.print), string(s.fact), s.paper.Text, s.paper.PDF, subject, n+1, sealed(before, subject, n+1, record), record)
	if err == nil && done.RowsAffected() != 1 {
		err = errors.New("the case moved on")
	}
	return err
}
