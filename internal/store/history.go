package store

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"capdo/internal/chain"
	"capdo/migrations"
)

// history is the database as the chain sees it, at one moment.
type history struct{ tx *gorm.DB }

// Source is the history at one moment, with the bytes of papers.
type Source interface {
	chain.Source
	PaperBytes(id string) ([]byte, error)
	Strays(yield func(table, key, column string) error) error
}

// History shows links, checkpoints and sealed rows as they are at one moment.
func (s *Store) History(ctx context.Context, do func(Source) error) error {
	return s.read(ctx).Transaction(func(tx *gorm.DB) error { return do(history{tx}) },
		&sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}

// Links gives every link by id.
func (h history) Links(yield func(chain.Link) error) error { return links(h.tx, 0, yield) }

func links(db *gorm.DB, after int64, yield func(chain.Link) error) error {
	rows, err := db.Raw("SELECT id, subject, n, record, hash FROM links WHERE id > ? ORDER BY id", after).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var l chain.Link
		if err := rows.Scan(&l.ID, &l.Subject, &l.N, &l.Record, &l.Hash); err != nil {
			return err
		}
		if err := yield(l); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Checkpoints gives every checkpoint by number. One whose body cannot be read
// keeps its number and nothing else, so that it is named.
func (h history) Checkpoints(yield func(chain.Checkpoint) error) error {
	list, err := checkpoints(h.tx, 0)
	for _, c := range list {
		if err := yield(c); err != nil {
			return err
		}
	}
	return err
}

func checkpoints(db *gorm.DB, after int64) ([]chain.Checkpoint, error) {
	var rows []struct {
		Number int64
		Body   string
	}
	if err := db.Raw("SELECT number, body FROM checkpoints WHERE number > ? ORDER BY number", after).Scan(&rows).Error; err != nil {
		return nil, err
	}
	out := make([]chain.Checkpoint, len(rows))
	for i, r := range rows {
		if json.Unmarshal([]byte(r.Body), &out[i]) != nil || out[i].Number != r.Number {
			out[i] = chain.Checkpoint{Number: r.Number}
		}
	}
	return out, nil
}

// Tables lists the sealed tables.
func (h history) Tables() []string {
	var out []string
	for _, t := range sealedTables {
		out = append(out, t.name)
	}
	return out
}

// Rows gives the rows of a sealed table.
func (h history) Rows(table string, yield func(string, []chain.Column) error) error {
	return sealedNamed(table).rows(h.tx, "", nil, func(r fullRow) error { return yield(r.key, r.cols) })
}

// PaperBytes gives the bytes of a paper over the same connection: whoever asked
// for another here could wait for one that waits for this.
func (h history) PaperBytes(id string) (b []byte, err error) {
	err = h.tx.Raw("SELECT pdf FROM papers WHERE id = ?", id).Row().Scan(&b)
	return b, faulty(err)
}

// Checkpoint takes what is new into the sealer, signs it and keeps the
// checkpoint; false when nothing is new. A link that does not follow is a
// *chain.BrokenError and nothing is signed.
func (s *Store) Checkpoint(ctx context.Context, seal *chain.Sealer, at time.Time, key ed25519.PrivateKey) (made bool, err error) {
	// What is sealed already is all of history at a start: nobody who writes waits for it.
	if err = catchUp(s.read(ctx), seal, true); err == nil {
		err = s.Fit(ctx) // or the file outside could know a checkpoint that the disk has lost
	}
	if err != nil {
		return false, fmt.Errorf("store: checkpoint: %w", err)
	}
	err = s.w.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if tx.Name() == migrations.Postgres { // whoever adds a link or seals now is waited for, so that no smaller id comes later
			if err := tx.Exec("LOCK TABLE links IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
				return err
			}
		}
		if err := catchUp(tx, seal, false); err != nil {
			return err
		}
		if made = seal.New(); !made {
			return nil
		}
		c := seal.Seal(at, key)
		return tx.Exec("INSERT INTO checkpoints (number, last, body) VALUES (?, ?, ?)", c.Number, c.Last, text(c)).Error
	})
	if err != nil {
		if s.group != nil {
			s.group.doubt.look(err)
		}
		return false, fmt.Errorf("store: checkpoint: %w", err)
	}
	return made, nil
}

// catchUp takes the links and the checkpoints that the sealer does not know; of
// the links only the sealed ones where it is said so.
func catchUp(tx *gorm.DB, seal *chain.Sealer, sealed bool) error {
	link, last := seal.Last()
	known, err := checkpoints(tx, last.Number)
	if err != nil || sealed && len(known) == 0 {
		return err
	}
	end := int64(1<<63 - 1)
	if sealed {
		end = known[len(known)-1].Last
	}
	know := func(before int64) error {
		for len(known) > 0 && known[0].Last < before {
			if err := seal.Know(known[0]); err != nil {
				return err
			}
			known = known[1:]
		}
		return nil
	}
	enough := errors.New("enough")
	if err := links(tx, link, func(l chain.Link) error {
		if l.ID > end {
			return enough
		}
		if err := know(l.ID); err != nil {
			return err
		}
		return seal.Take(l)
	}); err != nil && !errors.Is(err, enough) {
		return err
	}
	return know(1<<63 - 1)
}

// Checkpoints lists the checkpoints after a number.
func (s *Store) Checkpoints(ctx context.Context, after int64) ([]chain.Checkpoint, error) {
	list, err := checkpoints(s.read(ctx), after)
	return list, faulty(err)
}

// Chained counts chains and links.
func (s *Store) Chained(ctx context.Context) (chains, links int64, err error) {
	err = s.read(ctx).Raw("SELECT COUNT(*), CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM heads").Row().Scan(&chains, &links)
	return chains, links, faulty(err)
}

// Unsealed counts the links that no checkpoint covers yet.
func (s *Store) Unsealed(ctx context.Context) (n int64, err error) {
	err = s.read(ctx).Raw("SELECT COUNT(*) FROM links WHERE id > (SELECT COALESCE(MAX(last), 0) FROM checkpoints)").Scan(&n).Error
	return n, faulty(err)
}

// LastCheckpoint gives the newest checkpoint; its number is 0 when there is none.
func (s *Store) LastCheckpoint(ctx context.Context) (c chain.Checkpoint, err error) {
	_, err = body(s.read(ctx), &c, "SELECT body FROM checkpoints ORDER BY number DESC LIMIT 1")
	return c, err
}

// Traces gives what the file outside keeps of the links between two ids.
func (s *Store) Traces(ctx context.Context, after, last int64) ([]chain.Trace, error) {
	var out []chain.Trace
	done := errors.New("enough")
	err := links(s.read(ctx), after, func(l chain.Link) error {
		if l.ID > last {
			return done
		}
		t, err := chain.TraceOf(l)
		out = append(out, t)
		return err
	})
	if errors.Is(err, done) {
		err = nil
	}
	return out, err
}
