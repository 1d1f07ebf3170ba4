package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"capdo/internal/vn"
)

// SheetImportRow is one row of a workbook: the answer as it stands there, and
// the fixed text beside it.
type SheetImportRow struct {
	Line int // in the file, from 1
	SheetRow
	Text string // the requirement as the file shows it; empty: not shown
}

// SheetImport asks to take a sheet back that went out as a workbook.
type SheetImport struct {
	Sheet      string           // id the file names
	Revision   int64            // it went out with
	Providers  map[string]int64 // shared sheets it showed, with their revisions then
	Facts      map[string]any   // answers to the questions of the sheet
	Rows       []SheetImportRow
	Refused    []RowRefusal // what the reader refused already
	AcceptGood bool         // take the good rows although others are refused
	Dry        bool         // tell what would change and take nothing
}

// CellChange is one cell that differs from what stands in the sheet.
type CellChange struct {
	Line  int    `json:"line,omitempty"`
	ID    string `json:"id"`
	Field string `json:"field"` // status, reason, how, evidence, measure, unit_in_charge, due, or a fact
	Was   string `json:"was"`
	Now   string `json:"now"`
}

// SheetReport tells what became of the rows of a workbook. Nothing is taken
// while anything is refused, unless good rows were asked for.
type SheetReport struct {
	Sheet    string       `json:"sheet"`
	Revision int64        `json:"revision"`
	Changed  []CellChange `json:"changed"`
	Rows     int          `json:"rows"` // with a change
	Same     int          `json:"same"`
	Refused  []RowRefusal `json:"refused"`
	Taken    bool         `json:"taken"`
}

// ImportSheet takes the workbook of a case's sheet back. Rows that say what the
// sheet shows stay as they are, so that inherited rows stay inherited. A file of
// another sheet is refused, one of an older revision is stale.
func (s *Service) ImportSheet(ctx context.Context, who, caseID string, in SheetImport) (*SheetReport, error) {
	seat, err := s.seatOfCase(ctx, caseID)
	if err != nil {
		return nil, err
	}
	return s.importSheet(ctx, who, seat, in)
}

// ImportSharedSheet takes the workbook of a shared sheet back, by the same rules.
func (s *Service) ImportSharedSheet(ctx context.Context, who, systemID string, level int, in SheetImport) (*SheetReport, error) {
	seat, err := s.seatOfSystem(ctx, systemID, level)
	if err != nil {
		return nil, err
	}
	return s.importSheet(ctx, who, seat, in)
}

func (s *Service) importSheet(ctx context.Context, who string, seat *sheetSeat, in SheetImport) (*SheetReport, error) {
	if _, err := s.maySheet(ctx, who, seat); err != nil {
		return nil, err
	}
	if in.Sheet != seat.sheet.ID {
		return nil, &Problem{Kind: Invalid, Key: "sheet.wrong_file", Fields: []Field{{"sheet", "expect.row_id", shortened(in.Sheet)}},
			Args: map[string]string{"want": seat.sheet.ID, "have": shortened(in.Sheet)}}
	}
	view := seat.view()
	if in.Revision != seat.sheet.Revision || !sameProviders(in.Providers, view.Providers) {
		return nil, s.sheetMoved(ctx, seat)
	}
	rep := &SheetReport{Sheet: seat.sheet.ID, Revision: seat.sheet.Revision, Changed: []CellChange{}, Refused: slices.Clone(in.Refused)}
	order := SheetOrder{Revision: &in.Revision, Facts: map[string]any{}}
	rep.facts(seat, in.Facts, &order)
	rep.rows(view, in.Rows, &order)
	slices.SortStableFunc(rep.Refused, func(a, b RowRefusal) int { return a.Line - b.Line })
	if len(rep.Refused) > 0 && !in.AcceptGood {
		rep.Changed, rep.Rows = []CellChange{}, 0
		return rep, nil
	}
	if in.Dry {
		return rep, nil
	}
	rep.Taken = true
	if len(order.Rows) == 0 && len(order.Facts) == 0 {
		return rep, nil
	}
	next, err := s.saveSheet(ctx, who, seat, order)
	if err != nil {
		return nil, err
	}
	rep.Revision = next.Revision
	return rep, nil
}

func sameProviders(in map[string]int64, now []SheetProvider) bool {
	if len(in) != len(now) {
		return false
	}
	return !slices.ContainsFunc(now, func(p SheetProvider) bool {
		was, ok := in[p.System]
		return !ok || was != p.Revision
	})
}

func (rep *SheetReport) facts(seat *sheetSeat, facts map[string]any, order *SheetOrder) {
	for _, f := range seat.desk.cat.Facts {
		v, given := facts[f.Key]
		if have, known := seat.sheet.Facts[f.Key]; !given || v == have || v == nil && !known {
			continue
		}
		if _, err := seat.desk.cat.CheckFacts(map[string]any{f.Key: v}); err != nil {
			rep.refuse(0, "row", "not_yes_no", fmt.Sprint(v))
			continue
		}
		order.Facts[f.Key] = v
		rep.Changed = append(rep.Changed, CellChange{ID: f.Key, Field: f.Key, Was: fmt.Sprint(seat.sheet.Facts[f.Key]), Now: fmt.Sprint(v)})
	}
}

func (rep *SheetReport) rows(view *SheetView, rows []SheetImportRow, order *SheetOrder) {
	seen := map[string]bool{}
	for _, in := range rows {
		i := slices.IndexFunc(view.Rows, func(r SheetRowView) bool { return r.ID == in.ID })
		switch {
		case i < 0:
			rep.refuse(in.Line, "id", "unknown_row", in.ID)
			continue
		case seen[in.ID]:
			rep.refuse(in.Line, "id", "duplicate", in.ID)
			continue
		}
		seen[in.ID] = true
		have := view.Rows[i]
		if in.Text != "" && vn.Fold(in.Text) != vn.Fold(have.Text) {
			rep.refuse(in.Line, "text", "fixed_cell", in.Text)
			continue
		}
		clean, p := checkRow("rows."+in.ID, in.SheetRow)
		if p != nil {
			for _, f := range p.Fields {
				column, reason := refusalOf(in.ID, f, p)
				rep.refuse(in.Line, column, reason, f.Value)
			}
			continue
		}
		changes := differences(in.Line, have.SheetRow, clean)
		if len(changes) == 0 || clean.Status == "" && have.Source != SourceOwn {
			rep.Same++
			continue
		}
		rep.Rows++
		rep.Changed = append(rep.Changed, changes...)
		order.Rows = append(order.Rows, clean)
	}
}

func (rep *SheetReport) refuse(line int, column, reason, value string) {
	rep.Refused = append(rep.Refused, RowRefusal{Line: line, Column: column, Reason: reason, Value: shortened(value)})
}

// refusalOf puts a wrong field of a row into the words of a wrong cell.
func refusalOf(id string, f Field, p *Problem) (column, reason string) {
	column, _, _ = strings.Cut(strings.TrimPrefix(f.Name, "rows."+id+"."), ".")
	if column == "unit" {
		column = "unit_in_charge"
	}
	if p.Key == "text.bad_character" {
		return column, "bad_text"
	}
	reasons := map[string]string{"expect.row_reason": "reason_missing", "expect.shorter": "too_long", "expect.one_line": "one_line", "expect.fewer": "too_many", "expect.day": "date_impossible"}
	if r := reasons[f.Expect]; r != "" {
		return column, r
	}
	if f.Value == "" {
		return column, "status_missing"
	}
	return column, "status_unreadable"
}

// differences lists the cells in which two answers differ.
func differences(line int, was, now SheetRow) []CellChange {
	var out []CellChange
	for _, c := range []struct{ field, was, now string }{
		{"status", string(was.Status), string(now.Status)}, {"reason", was.Reason, now.Reason}, {"how", was.How, now.How},
		{"evidence", strings.Join(was.Evidence, "\n"), strings.Join(now.Evidence, "\n")}, {"measure", was.Measure, now.Measure},
		{"unit_in_charge", was.Unit, now.Unit}, {"due", was.Due.String(), now.Due.String()},
	} {
		if c.was != c.now {
			out = append(out, CellChange{Line: line, ID: now.ID, Field: c.field, Was: c.was, Now: c.now})
		}
	}
	return out
}
