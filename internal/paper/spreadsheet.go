package paper

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// errNoTable says that a document has nothing for a table writer.
var errNoTable = errors.New("the document has no table")

// maxCell is the number of characters a spreadsheet cell holds.
const maxCell = 32767

// tablesOf finds the tables of a document. Their rows are left as they are, so
// that a long register is not held twice; rows gives each as it is written.
func tablesOf(d Document) ([]Table, error) {
	var list []Table
	for _, b := range d.Blocks {
		if t, ok := b.(Table); ok {
			rows := t.Rows
			t.Rows = nil
			t = t.mapped(clean).(Table)
			t.Rows = rows
			list = append(list, t)
		}
	}
	if len(list) == 0 {
		return nil, errNoTable
	}
	return list, checkTables(d)
}

// rows gives the header, each row in turn, and the closing line.
func (t Table) rows() iter.Seq2[int, []string] {
	return func(yield func(int, []string) bool) {
		if !yield(0, t.titles()) {
			return
		}
		for i, r := range t.Rows {
			if !yield(i+1, each(r, clean)) {
				return
			}
		}
		if t.Closing != "" {
			yield(len(t.Rows)+1, []string{t.Closing})
		}
	}
}

// CSV writes the tables of a document, a blank line between two, as UTF-8
// with a byte order mark. A cell a spreadsheet would take for a formula gets
// an apostrophe before it.
func CSV(w io.Writer, d Document) error {
	list, err := tablesOf(d)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	for i, t := range list {
		if i > 0 {
			out.Flush()
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		for _, r := range t.rows() {
			if err := out.Write(each(t.padded(r), harmless)); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// harmless keeps a spreadsheet from reading a cell as a formula, in the
// narrow and the full-width form of the signs.
func harmless(s string) string {
	if strings.ContainsRune("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20\u2212", first(s)) {
		return "'" + s
	}
	return s
}

func first(s string) rune {
	if s == "" {
		return ' '
	}
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func (t Table) titles() []string {
	list := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		list[i] = c.Title
	}
	return list
}

func (t Table) padded(r []string) []string {
	return append(append(make([]string, 0, len(t.Columns)), r...), make([]string, max(0, len(t.Columns)-len(r)))...)
}

// XLSX writes the tables of a document, one per sheet. Every cell is text,
// whatever it looks like. The same document gives the same bytes.
func XLSX(w io.Writer, d Document) (err error) {
	list, err := tablesOf(d)
	if err != nil {
		return err
	}
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	if len(list) > 1 { // with one sheet there is one order, and nothing to hold back
		f.SetZipWriter(newOrderedZip)
	}
	date := d.Date.UTC().Format("2006-01-02T15:04:05Z")
	if err := f.SetDocProps(&excelize.DocProperties{Created: date, Modified: date, Creator: "capdo", LastModifiedBy: "capdo", Title: d.Title}); err != nil {
		return err
	}
	for i, t := range list {
		name := t.Name
		if name == "" {
			name = fmt.Sprintf("Sheet%d", i+1)
		}
		if i > 0 {
			if _, err := f.NewSheet(name); err != nil {
				return err
			}
		} else if err := f.SetSheetName("Sheet1", name); err != nil {
			return err
		}
		if err := t.sheet(f, name); err != nil {
			return err
		}
	}
	return f.Write(w)
}

func (t Table) sheet(f *excelize.File, name string) error {
	head, err := f.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}})
	if err != nil {
		return err
	}
	body, err := f.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	if err != nil {
		return err
	}
	out, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	const mmPerChar = 2.0
	for i, c := range t.Columns {
		if err := out.SetColWidth(i+1, i+1, min(200, max(6, c.Width/mmPerChar))); err != nil {
			return err
		}
	}
	cells := make([]excelize.Cell, len(t.Columns)) // one set for all rows: a register may be long
	row := make([]any, len(cells))
	for i, r := range t.rows() {
		style := body
		if i == 0 {
			style = head
		}
		for j, text := range r {
			if utf8.RuneCountInString(text) > maxCell {
				return fmt.Errorf("row %d: a cell of more than %d characters", i, maxCell)
			}
			cells[j] = excelize.Cell{StyleID: style, Value: text}
			row[j] = &cells[j]
		}
		if err := out.SetRow(fmt.Sprintf("A%d", i+1), row[:len(r)]); err != nil {
			return err
		}
	}
	return out.Flush()
}
