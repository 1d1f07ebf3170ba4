package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"capdo/workflow"
)

// SweepNumbers voids what steps have reserved and not used, where no copy of the
// program can be about to use it.
func (s *Store) SweepNumbers(ctx context.Context, reason string) (out []workflow.Number, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		out = nil
		var rows []numberRow
		before := time.Now().Add(-s.grace).Unix()
		if err := tx.Where("state = ? AND case_id <> '' AND reserved <= ?", string(workflow.Reserved), before).Order("issuer, year, series, n, id").Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			touch(tx, "numbers", r.ID)
			r.State, r.Reason = string(workflow.Void), reason
			out = append(out, r.noun())
		}
		return tx.Exec("UPDATE numbers SET state = ?, reason = ? WHERE state = ? AND case_id <> '' AND reserved <= ?", string(workflow.Void), reason, string(workflow.Reserved), before).Error
	})
	return out, err
}
