package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"capdo/internal/jobs"
)

// AddJob keeps a job that begins, with what went in.
func (s *Store) AddJob(ctx context.Context, j jobs.Job, input []byte) error {
	if input == nil {
		input = []byte{}
	}
	return s.put(ctx, func(p *plan) {
		p.do("INSERT INTO jobs (id, person, began, state, stops, body, input, output) VALUES (?, ?, ?, ?, 0, ?, ?, ?)",
			j.ID, j.Person, j.Began.UnixMilli(), j.State, text(j), input, []byte{})
	})
}

// SaveJob keeps how far a job is, and its file at the end.
func (s *Store) SaveJob(ctx context.Context, j jobs.Job, output []byte) (stops bool, err error) {
	if output == nil {
		output = []byte{}
	}
	err = s.write(ctx, func(tx *writer) error {
		tx.do("UPDATE jobs SET state = ?, body = ?, output = ? WHERE id = ? AND state = ?", j.State, text(j), output, j.ID, jobs.Running)
		db, err := tx.now()
		if err != nil {
			return err
		}
		return db.Raw("SELECT stops = 1 FROM jobs WHERE id = ?", j.ID).Scan(&stops).Error
	})
	return stops, err
}

// StopJob marks a job as asked to stop.
func (s *Store) StopJob(ctx context.Context, id string) error {
	return s.put(ctx, func(p *plan) { p.do("UPDATE jobs SET stops = 1 WHERE id = ?", id) })
}

// Job finds a job.
func (s *Store) Job(ctx context.Context, id string) (j jobs.Job, err error) {
	found, err := body(s.read(ctx), &j, "SELECT body FROM jobs WHERE id = ?", id)
	if err == nil && !found {
		err = missing("job", id)
	}
	if err == nil {
		err = faulty(s.read(ctx).Raw("SELECT stops = 1 FROM jobs WHERE id = ?", id).Scan(&j.Stops).Error)
	}
	return j, err
}

// Jobs lists those of a person, newest first.
func (s *Store) Jobs(ctx context.Context, person string, most int) ([]jobs.Job, error) {
	return bodies[jobs.Job](s.read(ctx), "SELECT body FROM jobs WHERE person = ? ORDER BY began DESC, id LIMIT ?", person, most)
}

// JobInput gives what went into a job.
func (s *Store) JobInput(ctx context.Context, id string) ([]byte, error) {
	return s.jobBytes(ctx, "SELECT input FROM jobs WHERE id = ?", id)
}

// JobOutput gives the file that came out of a job.
func (s *Store) JobOutput(ctx context.Context, id string) ([]byte, error) {
	return s.jobBytes(ctx, "SELECT output FROM jobs WHERE id = ?", id)
}

func (s *Store) jobBytes(ctx context.Context, query, id string) (b []byte, err error) {
	err = s.read(ctx).Raw(query, id).Row().Scan(&b)
	if errors.Is(err, sql.ErrNoRows) || noText(err) {
		return nil, missing("job", id)
	}
	return b, faulty(err)
}

// DropJobs forgets the jobs that began before a time.
func (s *Store) DropJobs(ctx context.Context, before time.Time) error {
	return s.put(ctx, func(p *plan) { p.do("DELETE FROM jobs WHERE began < ?", before.UnixMilli()) })
}
