package workbook

import (
	"io"
	"strconv"
	"strings"

	"capdo/workflow"
)

const (
	sheetKind = "capdo-sheet-1"
	factMark  = "?" // before the key of a question of the sheet
)

var sheetColumns = []column{
	{"id", "field.id", 20, true}, {"title", "field.title", 28, true}, {"text", "field.text", 60, true}, {"status", "field.status", 18, false},
	{"reason", "field.reason", 28, false}, {"how", "field.how", 44, false}, {"evidence", "field.evidence", 32, false}, {"measure", "field.measure", 32, false},
	{"unit_in_charge", "field.unit_in_charge", 22, false}, {"due", "field.due", 13, false}, {"source", "field.source", 22, true},
}

// WriteSheet writes a sheet with one row for each question and requirement. The
// same sheet gives the same bytes.
func WriteSheet(w io.Writer, v *workflow.SheetView, words Words) error {
	b := newBook(v.SystemName, words, sheetColumns)
	var providers []string
	for _, p := range v.Providers {
		providers = append(providers, p.System+"="+strconv.FormatInt(p.Revision, 10))
	}
	for i, s := range []string{sheetKind, v.ID, "", strings.Join(providers, " "), v.SystemName, v.Catalogue.Standard} {
		b.text(i, markRow, s, b.style.text)
	}
	b.number(2, markRow, v.Revision)
	first := b.line
	for _, q := range v.Questions {
		b.text(0, b.line, factMark+q.Key, b.style.fixed)
		b.text(2, b.line, q.Ask, b.style.fixed)
		b.text(3, b.line, yesNo(q.Value, words), b.style.text)
		b.line++
	}
	b.choice(3, first, b.line-1, []string{words("word.yes", nil), words("word.no", nil)})
	var statuses []string
	for _, s := range workflow.RowStatuses {
		statuses = append(statuses, words("sheet.status."+string(s), nil))
	}
	b.choice(3, b.line, b.line+len(v.Rows)-1, statuses)
	for _, r := range v.Rows {
		b.sheetRow(r, words)
	}
	return b.write(w)
}

func (b *book) sheetRow(r workflow.SheetRowView, words Words) {
	b.text(0, b.line, r.ID, b.style.fixed)
	b.text(1, b.line, r.Title, b.style.fixed)
	b.text(2, b.line, r.Text, b.style.fixed)
	status := ""
	if r.Status != "" {
		status = words("sheet.status."+string(r.Status), nil)
	}
	for i, s := range []string{status, r.Reason, r.How, strings.Join(r.SheetRow.Evidence, "\n"), r.Measure, r.Unit} {
		b.text(3+i, b.line, s, b.style.text)
	}
	b.day(9, b.line, r.Due)
	b.text(10, b.line, words("sheet.source."+r.Source, map[string]string{"provider": r.Provider}), b.style.fixed)
	b.line++
}

func yesNo(v any, words Words) string {
	switch v {
	case true:
		return words("word.yes", nil)
	case false:
		return words("word.no", nil)
	}
	return ""
}

// ReadSheet reads a sheet written by WriteSheet, after somebody filled it in,
// with statuses in any of the languages. A file that is none is an
// *intake.FileError; a row that cannot be read is among the refused.
func ReadSheet(r io.Reader, languages ...Words) (workflow.SheetImport, error) {
	f, err := read(r, sheetKind, NoSheet)
	if err != nil {
		return workflow.SheetImport{}, err
	}
	in := workflow.SheetImport{Sheet: f.at(1), Revision: f.number(2), Providers: map[string]int64{}, Facts: map[string]any{}}
	for _, p := range strings.Fields(f.at(3)) {
		i := strings.LastIndex(p, "=")
		n, err := strconv.ParseInt(p[i+1:], 10, 64)
		if i < 0 || err != nil {
			in.Providers[p] = -1
			continue
		}
		in.Providers[p[:i]] = n
	}
	for _, l := range f.rows {
		id := strings.TrimSpace(l.cells["id"])
		if key, is := strings.CutPrefix(id, factMark); is {
			switch answer, ok := among(l.cells["status"], []string{"yes", "no"}, languages, "word."); {
			case !ok:
				in.Refused = append(in.Refused, refusal(l.n, "status", "not_yes_no", l.cells["status"]))
			case answer == "":
				in.Facts[key] = nil
			default:
				in.Facts[key] = answer == "yes"
			}
			continue
		}
		if id == "" {
			in.Refused = append(in.Refused, refusal(l.n, "id", "empty", ""))
			continue
		}
		row, bad := sheetRow(l, id, f.from1904, languages)
		if bad != nil {
			in.Refused = append(in.Refused, *bad)
			continue
		}
		in.Rows = append(in.Rows, row)
	}
	return in, nil
}

func sheetRow(l line, id string, from1904 bool, languages []Words) (workflow.SheetImportRow, *workflow.RowRefusal) {
	var keys []string
	for _, s := range workflow.RowStatuses {
		keys = append(keys, string(s))
	}
	row := workflow.SheetImportRow{Line: l.n, Text: l.cells["text"], SheetRow: workflow.SheetRow{ID: id, Reason: l.cells["reason"], How: l.cells["how"], Measure: l.cells["measure"], Unit: l.cells["unit_in_charge"]}}
	status, ok := among(l.cells["status"], keys, languages, "sheet.status.")
	if !ok {
		bad := refusal(l.n, "status", "status_unreadable", l.cells["status"])
		return row, &bad
	}
	row.Status = workflow.RowStatus(status)
	due, err := dayOf(l.cells["due"], from1904)
	if err != nil {
		bad := refusal(l.n, "due", "date_unreadable", l.cells["due"])
		return row, &bad
	}
	row.Due = due
	for e := range strings.SplitSeq(strings.ReplaceAll(l.cells["evidence"], "\r\n", "\n"), "\n") {
		if e = strings.TrimSpace(e); e != "" {
			row.Evidence = append(row.Evidence, e)
		}
	}
	return row, nil
}
