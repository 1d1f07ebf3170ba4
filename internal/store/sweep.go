package store

import (
	"context"
	"time"

	"capdo/workflow"
)

// SweepNumbers voids what steps have reserved and not used, where no copy of the
// program can be about to use it.
func (s *Store) SweepNumbers(ctx context.Context, reason string) (out []workflow.Number, err error) {
	err = s.write(ctx, func(tx *writer) error {
		db, err := tx.now()
		if err != nil {
			return err
		}
		out = nil
		var rows []numberRow
		before := time.Now().Add(-s.grace).Unix()
		if err := db.Where("state = ? AND case_id <> '' AND reserved <= ?", string(workflow.Reserved), before).Order("issuer, year, series, n, id").Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			r.State, r.Reason = string(workflow.Void), reason
			out = append(out, r.noun())
		}
		tx.seal("numbers", "UPDATE numbers SET state = ?, reason = ? WHERE state = ? AND case_id <> '' AND reserved <= ?", string(workflow.Void), reason, string(workflow.Reserved), before)
		return nil
	})
	return out, err
}
