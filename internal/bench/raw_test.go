//go:build bench

package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	_ "github.com/mattn/go-sqlite3"

	"capdo/workflow"
)

// raw is a copy of the database of a province, written with prepared statements
// on one connection.
type raw struct {
	conn *sql.Conn
	sql  map[string]*sql.Stmt
}

var statements = map[string]string{
	"begin": "BEGIN IMMEDIATE", "commit": "COMMIT", "rollback": "ROLLBACK", "savepoint": "SAVEPOINT one", "release": "RELEASE one", "back": "ROLLBACK TO one",
	"case":   "UPDATE cases SET kind = ?, system = ?, owner = ?, state = ?, stage = ?, due = ?, revision = ?, body = ? WHERE id = ? AND revision = ?",
	"key":    "INSERT INTO requests (key, outcome) VALUES (?, ?)",
	"event":  "INSERT INTO events (case_id, system, office, act, body) VALUES (?, ?, ?, ?, ?)",
	"paper":  "INSERT INTO papers (id, seq, case_id, system, office, body, facts, text, pdf) VALUES (?, (SELECT COALESCE(MAX(seq), 0) + 1 FROM papers), ?, ?, ?, ?, ?, ?, ?)",
	"head":   "INSERT INTO heads (subject, n, hash) VALUES (?, 1, '') ON CONFLICT (subject) DO UPDATE SET n = heads.n + 1 RETURNING n, hash",
	"link":   "INSERT INTO links (subject, n, record, hash) VALUES (?, ?, ?, ?)",
	"sealed": "UPDATE heads SET hash = ? WHERE subject = ?",
	"moved":  "UPDATE cases SET revision = ? WHERE id = ?",
}

// openRaw copies a database and prepares everything on one connection with the
// settings that ours has.
func openRaw(t *testing.T, p *province) *raw {
	t.Helper()
	path := filepath.Join(t.TempDir(), "raw.db")
	from, err := sql.Open("sqlite3", "file:"+p.path)
	if err == nil {
		_, err = from.Exec("VACUUM INTO ?", path)
		err = errors.Join(err, from.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on&_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	r := &raw{sql: map[string]*sql.Stmt{}}
	if r.conn, err = db.Conn(ctx); err != nil {
		t.Fatal(err)
	}
	for name, text := range statements {
		if r.sql[name], err = r.conn.PrepareContext(ctx, text); err != nil {
			t.Fatal(name, err)
		}
	}
	t.Cleanup(func() { _ = errors.Join(r.conn.Close(), db.Close()) })
	return r
}

func (r *raw) do(name string, args ...any) (sql.Result, error) { return r.sql[name].Exec(args...) }

// step writes one step in a transaction of its own.
func (r *raw) step(s step) error {
	if _, err := r.do("begin"); err != nil {
		return err
	}
	if err := r.write(s); err != nil {
		_, fault := r.do("rollback")
		return errors.Join(err, fault)
	}
	_, err := r.do("commit")
	return err
}

func (r *raw) write(s step) error {
	c := s.c
	done, err := r.do("case", c.Kind, c.System, c.Owner, c.State, c.Stage, c.NextClock().String(), c.Revision, s.body, c.ID, s.was)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("%s moved on from %d: %v", c.ID, s.was, err)
	}
	subject := "case/" + c.ID
	var n int64
	var before string
	_, err = r.do("key", s.key, []byte("{}"))
	if err == nil {
		_, err = r.do("event", c.ID, c.System, "", s.event.Act, s.line)
	}
	if err == nil {
		_, err = r.do("paper", s.paper.ID, c.ID, c.System, "", s.print, s.fact, s.paper.Text, s.paper.PDF)
	}
	if err == nil {
		err = r.sql["head"].QueryRow(subject).Scan(&n, &before)
	}
	if err != nil {
		return err
	}
	record := s.record()
	hash := sealed(before, subject, n, record)
	if _, err = r.do("link", subject, n, record, hash); err == nil {
		_, err = r.do("sealed", hash, subject)
	}
	return err
}

// at brings the cases of the copy to where ours stand.
func (r *raw) at(list []*workflow.Case) error {
	for _, c := range list {
		if _, err := r.do("moved", c.Revision, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// group is one writer who commits together what waits, each step in a savepoint.
type group struct {
	*raw
	ask    chan asked
	ctx    context.Context
	cancel context.CancelFunc
}

type asked struct {
	s    step
	done chan error
}

func newGroup(r *raw) *group {
	g := &group{raw: r, ask: make(chan asked, 256)}
	g.ctx, g.cancel = context.WithCancel(ctx)
	go g.serve()
	return g
}

func (g *group) close() { g.cancel() }

func (g *group) step(s step) error {
	a := asked{s, make(chan error, 1)}
	g.ask <- a
	return <-a.done
}

func (g *group) serve() {
	for {
		select {
		case a := <-g.ask:
			g.together(a)
		case <-g.ctx.Done():
			return
		}
	}
}

func (g *group) together(a asked) {
	_, err := g.do("begin")
	waiting, faults := []asked{a}, []error{g.one(a.s)}
	for more := true; more && len(waiting) < 128; {
		select {
		case b := <-g.ask:
			waiting, faults = append(waiting, b), append(faults, g.one(b.s))
		default:
			more = false
		}
	}
	_, end := g.do("commit")
	for i, b := range waiting {
		b.done <- errors.Join(err, faults[i], end)
	}
}

func (g *group) one(s step) error {
	if _, err := g.do("savepoint"); err != nil {
		return err
	}
	if err := g.write(s); err != nil {
		_, fault := g.do("back")
		return errors.Join(err, fault)
	}
	_, err := g.do("release")
	return err
}
