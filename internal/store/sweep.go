package store

import (
	"context"

	"gorm.io/gorm"

	"capdo/workflow"
)

// SweepNumbers voids what steps have reserved and not used.
func (s *Store) SweepNumbers(ctx context.Context, reason string) (out []workflow.Number, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		var rows []numberRow
		if err := tx.Where("state = ? AND case_id <> ''", workflow.Reserved).Order("issuer, year, series, n, id").Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			r.State, r.Reason = string(workflow.Void), reason
			out = append(out, r.noun())
		}
		return tx.Exec("UPDATE numbers SET state = ?, reason = ? WHERE state = ? AND case_id <> ''", workflow.Void, reason, workflow.Reserved).Error
	})
	return out, err
}
