//go:build bench

package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"testing"
	"time"

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
		r := contest(t, fmt.Sprintf("W1 step, PostgreSQL, %d at once", w.workers), "one guarded CTE", 1/0.8, w.n,
			among(w.workers, func(i, _ int) error { return p.keep(next(mine[i])) }),
			among(w.workers, func(i, _ int) error { return guarded(ctx, pool, written(theirs[i])) }))
		if w.workers == 64 {
			r.within(50, 0)
			r.within(99, 50*time.Millisecond)
		}
		out = append(out, r)
	}
	return append(out, twoCopies(t, dsn))
}

// twoCopies measures two copies of the program, each a process of its own and busy
// with as many at once, against one; the database shares the machine with them.
func twoCopies(t *testing.T, dsn string) result {
	one, other := startCopy(t, dsn, 0), startCopy(t, dsn, copyWorkers)
	r := contest(t, "W1 step, PostgreSQL, two copies of the program", "one copy", 1/1.6, 4*copyWorkers,
		func(_ int, took []time.Duration) error {
			half := len(took) / 2
			return errors.Join(one.ask(half), other.ask(half), one.wait(), other.wait())
		},
		func(_ int, took []time.Duration) error { return errors.Join(one.ask(len(took)), one.wait()) })
	r.note = fmt.Sprintf("both copies, the server and its disk share %d processors, so that what the second adds is bounded by what the first leaves idle", runtime.NumCPU())
	return r
}

const copyWorkers = 64

// programCopy is a copy of the program that takes as many steps as it is told to.
type programCopy struct {
	in  io.Writer
	out *bufio.Scanner
}

func startCopy(t *testing.T, dsn string, from int) *programCopy {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestACopyTakesSteps$")
	cmd.Env = append(os.Environ(), "CAPDO_BENCH_COPY="+dsn, fmt.Sprint("CAPDO_BENCH_FROM=", from))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	out, fault := cmd.StdoutPipe()
	if err = errors.Join(err, fault); err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(in.Close(), cmd.Wait()) })
	return &programCopy{in, bufio.NewScanner(out)}
}

func (c *programCopy) ask(steps int) error {
	_, err := fmt.Fprintln(c.in, steps)
	return err
}

func (c *programCopy) wait() error {
	for c.out.Scan() {
		if c.out.Text() == "taken" {
			return nil
		}
	}
	return errors.Join(errors.New("a copy of the program ended"), c.out.Err())
}

// TestACopyTakesSteps is what startCopy starts.
func TestACopyTakesSteps(t *testing.T) {
	dsn := os.Getenv("CAPDO_BENCH_COPY")
	if dsn == "" {
		t.Skip("started by TestBench")
	}
	st, err := store.Open(ctx, dsn, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	from, err := strconv.Atoi(os.Getenv("CAPDO_BENCH_FROM"))
	if err != nil {
		t.Fatal(err)
	}
	p := &province{st: st}
	cases := p.owned(t, from+copyWorkers)[from:]
	steps.Store(int64(os.Getpid()) << 32) // ids that no other copy gives
	take := among(copyWorkers, func(i, _ int) error { return p.keep(next(cases[i])) })
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); {
		n, err := strconv.Atoi(asked.Text())
		if err == nil {
			err = take(0, make([]time.Duration, n))
		}
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("taken")
	}
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
