package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"capdo/workflow"
)

// FileHashes lists the files that attachments name, each once.
func (s *Store) FileHashes(ctx context.Context) (hashes []string, err error) {
	err = s.read(ctx).Raw("SELECT DISTINCT sha256 FROM attachments ORDER BY sha256").Scan(&hashes).Error
	return hashes, faulty(err)
}

// CheckPapers compares the bytes of every paper with its hash; the error wraps
// ErrPaper and names each that differs.
func (s *Store) CheckPapers(ctx context.Context) error {
	rows, err := s.read(ctx).Raw("SELECT body, pdf FROM papers ORDER BY seq").Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	var faults []error
	for rows.Next() {
		var js string
		var pdf []byte
		var p workflow.Paper
		if err := errors.Join(rows.Scan(&js, &pdf), decode(js, &p)); err != nil {
			return err
		}
		if sum := sha256.Sum256(pdf); hex.EncodeToString(sum[:]) != p.SHA256 {
			faults = append(faults, fmt.Errorf("%w: %s", ErrPaper, p.ID))
		}
	}
	return errors.Join(append(faults, rows.Err())...)
}

// LastEvent is when the newest line of the history was written; the zero time
// where there is none.
func (s *Store) LastEvent(ctx context.Context) (time.Time, error) {
	var e workflow.Event
	ok, err := body(s.read(ctx), &e, "SELECT body FROM events ORDER BY seq DESC LIMIT 1")
	if err != nil || !ok {
		return time.Time{}, err
	}
	return e.At, nil
}
