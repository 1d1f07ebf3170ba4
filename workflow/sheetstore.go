package workflow

import (
	"context"

	"capdo/workflow/regime"
)

// SheetQuery selects sheets: of a case, in the order of their copies, or of a
// system, by id. Shared selects those the system shares, and only those.
type SheetQuery struct {
	Case, System string
	Shared       bool
}

// SheetStore keeps requirement sheets and what a province put beside a catalogue.
type SheetStore interface {
	Sheet(ctx context.Context, id string) (*Sheet, error)
	Sheets(ctx context.Context, q SheetQuery) ([]*Sheet, error)
	// KeepSheet writes a sheet and its event, or neither. Stale when the sheet
	// kept has another revision than the one before; 0 stands for none yet.
	KeepSheet(ctx context.Context, sh *Sheet, was int64, e Event) error
	// Supplement gives what was put beside a catalogue; an empty one of revision
	// 0 where nothing was.
	Supplement(ctx context.Context, catalogue string) (regime.Supplement, error)
	// KeepSupplement writes it with its event, or neither; Stale as above.
	KeepSupplement(ctx context.Context, s regime.Supplement, was int64, e Event) error
}
