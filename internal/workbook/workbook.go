// Package workbook writes requirement sheets and catalogues as XLSX and reads
// them back without loss. It refuses to know whether an answer is right or who
// may give it: what it read goes to the service, with a reason for every row
// that cannot be read.
package workbook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"capdo/internal/intake"
	"capdo/internal/vn"
	"capdo/workflow"
)

// Words puts a message key into the words of the person's language.
type Words func(key string, args map[string]string) string

// Reasons a whole file is refused for, beside those of intake.
const (
	NoSheet     = "no_sheet"     // not a sheet written by this room
	NoCatalogue = "no_catalogue" // not a catalogue written by this room
)

// Rows a file is written in: what it is of, the keys of its columns (both
// hidden), the headings people see, then the rows.
const (
	markRow, keyRow, headRow, firstRow = 1, 2, 3, 4
	maxRows                            = 6000
	maxColumns                         = 40
)

// column is one column of a file: its key, its heading, its width in characters,
// and whether what stands there is ours.
type column struct {
	key, head string
	width     float64
	fixed     bool
}

// book is a workbook being written. The first failure is kept and given at the end.
type book struct {
	f     *excelize.File
	name  string
	line  int
	err   error
	style struct{ head, text, fixed, day int }
}

func newBook(title string, words Words, columns []column) *book {
	b := &book{f: excelize.NewFile(), name: "Sheet1", line: firstRow}
	b.do(b.f.SetDocProps(&excelize.DocProperties{Creator: "capdo", LastModifiedBy: "capdo", Title: title, Created: "2000-01-01T00:00:00Z", Modified: "2000-01-01T00:00:00Z"}))
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	grey := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EEEEEE"}}
	pattern := "dd/mm/yyyy"
	for _, s := range []struct {
		at    *int
		style *excelize.Style
	}{{&b.style.head, &excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}, Alignment: top}}, {&b.style.text, &excelize.Style{NumFmt: 49, Alignment: top}},
		{&b.style.fixed, &excelize.Style{NumFmt: 49, Alignment: top, Fill: grey}}, {&b.style.day, &excelize.Style{CustomNumFmt: &pattern, Alignment: top}}} {
		n, err := b.f.NewStyle(s.style)
		*s.at = n
		b.do(err)
	}
	for i, c := range columns {
		letter, err := excelize.ColumnNumberToName(i + 1)
		b.do(err)
		b.do(b.f.SetColWidth(b.name, letter, letter, c.width))
		b.text(i, keyRow, c.key, b.style.text)
		b.text(i, headRow, words(c.head, nil), b.style.head)
	}
	b.do(b.f.SetRowVisible(b.name, markRow, false))
	b.do(b.f.SetRowVisible(b.name, keyRow, false))
	b.do(b.f.SetPanes(b.name, &excelize.Panes{Freeze: true, YSplit: headRow, TopLeftCell: "A4", ActivePane: "bottomLeft"}))
	return b
}

func (b *book) do(err error) {
	if b.err == nil && err != nil {
		b.err = err
	}
}

// escape is what a workbook takes for a character by its number.
var escape = regexp.MustCompile(`^_x[0-9A-Fa-f]{4}_`)

// literal keeps what looks like an escape from being read as one, also where two
// share an underscore.
func literal(s string) string {
	var b strings.Builder
	for i, r := range s {
		if b.WriteRune(r); r == '_' && escape.MatchString(s[i:]) {
			b.WriteString("x005F_")
		}
	}
	return b.String()
}

// text writes a cell that is text whatever it looks like: "=1+1" stays a text,
// and so does the escape of a character.
func (b *book) text(column, line int, s string, style int) {
	at, err := excelize.CoordinatesToCellName(column+1, line)
	b.do(err)
	b.do(b.f.SetCellStr(b.name, at, literal(s)))
	b.do(b.f.SetCellStyle(b.name, at, at, style))
}

// number writes a cell that is a number.
func (b *book) number(column, line int, n int64) {
	at, err := excelize.CoordinatesToCellName(column+1, line)
	b.do(err)
	b.do(b.f.SetCellValue(b.name, at, n))
}

// day writes a date, or an empty cell that will hold one.
func (b *book) day(column, line int, d workflow.Day) {
	at, err := excelize.CoordinatesToCellName(column+1, line)
	b.do(err)
	if !d.IsZero() {
		b.do(b.f.SetCellValue(b.name, at, time.Date(d.Year(), d.Month(), d.DayOfMonth(), 0, 0, 0, 0, time.UTC)))
	}
	b.do(b.f.SetCellStyle(b.name, at, at, b.style.day))
}

// choice lets the cells of a column be picked from a list.
func (b *book) choice(column, from, to int, list []string) {
	if to < from {
		return
	}
	letter, err := excelize.ColumnNumberToName(column + 1)
	b.do(err)
	v := excelize.NewDataValidation(true)
	v.Sqref = fmt.Sprintf("%s%d:%s%d", letter, from, letter, to)
	b.do(v.SetDropList(list))
	v.ShowErrorMessage = false // what is typed by hand is judged on the way in
	b.do(b.f.AddDataValidation(b.name, v))
}

func (b *book) write(w io.Writer) error {
	defer b.f.Close()
	if b.err != nil {
		return fmt.Errorf("workbook: %w", b.err)
	}
	return b.f.Write(w)
}

// file is a workbook as read: the mark of the first row and the rows below the
// headings, each with its cells by key.
type file struct {
	mark     []string
	rows     []line
	from1904 bool // days are counted from 1904
}

type line struct {
	n     int
	cells map[string]string
}

func (l line) blank() bool {
	for _, c := range l.cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// read opens a file written by this room; why says what it is not.
func read(r io.Reader, kind, why string) (*file, error) {
	b, err := io.ReadAll(io.LimitReader(r, intake.MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("workbook: %w", err)
	}
	if len(b) > intake.MaxFile {
		return nil, &intake.FileError{Reason: intake.TooBig}
	}
	if !bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		return nil, &intake.FileError{Reason: intake.WrongFormat}
	}
	out := &file{}
	if fault := intake.Workbook(b, func(f *excelize.File) *intake.FileError { return out.take(f, kind, why) }); fault != nil {
		return nil, fault
	}
	return out, nil
}

func (x *file) take(f *excelize.File, kind, why string) *intake.FileError {
	names := f.GetSheetList()
	if len(names) == 0 {
		return &intake.FileError{Reason: why}
	}
	rows, err := f.Rows(names[0])
	if err != nil {
		return &intake.FileError{Reason: intake.BadXLSX}
	}
	defer rows.Close()
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		x.from1904 = *props.Date1904
	}
	var keys []string
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return &intake.FileError{Reason: intake.BadXLSX, Line: n}
		}
		cells = cells[:min(len(cells), maxColumns)]
		switch {
		case n > maxRows:
			return &intake.FileError{Reason: intake.TooManyRows}
		case n == markRow:
			if x.mark = cells; len(cells) == 0 || cells[0] != kind {
				return &intake.FileError{Reason: why}
			}
		case n == keyRow:
			keys = cells
		case n >= firstRow:
			l := line{n, map[string]string{}}
			for i, c := range cells {
				if i < len(keys) && keys[i] != "" {
					l.cells[keys[i]] = c
				}
			}
			if !l.blank() {
				x.rows = append(x.rows, l)
			}
		}
	}
	if x.mark == nil || keys == nil {
		return &intake.FileError{Reason: why}
	}
	return nil
}

// at gives a cell of the mark, empty where there is none.
func (x *file) at(i int) string {
	if i >= len(x.mark) {
		return ""
	}
	return x.mark[i]
}

func (x *file) number(i int) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(x.at(i)), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

var errNoDay = errors.New("no day")

// dayOf reads a date cell: the serial number of a typed date, or a text such as
// 31/12/2026 or 2026-12-31.
func dayOf(cell string, from1904 bool) (workflow.Day, error) {
	cell = strings.TrimSpace(cell)
	if cell == "" {
		return workflow.Day{}, nil
	}
	if len(cell) > 10 && (cell[10] == 'T' || cell[10] == ' ') {
		cell = cell[:10]
	}
	if serial, err := strconv.ParseFloat(cell, 64); err == nil {
		if serial != math.Trunc(serial) || serial < 30_000 || serial > 75_000 { // 1982 to 2105
			return workflow.Day{}, errNoDay
		}
		t, err := excelize.ExcelDateToTime(serial, from1904)
		if err != nil {
			return workflow.Day{}, errNoDay
		}
		cell = t.Format(time.DateOnly)
	}
	d, err := workflow.ParseLooseDate(cell)
	if err != nil || d.Day == 0 {
		return workflow.Day{}, errNoDay
	}
	return d.First(), nil
}

// among finds which key a cell names: by the key itself or by its words in one
// of the languages.
func among(cell string, keys []string, words []Words, prefix string) (string, bool) {
	want := vn.Fold(cell)
	if want == "" {
		return "", true
	}
	for _, k := range keys {
		if want == vn.Fold(k) {
			return k, true
		}
		for _, w := range words {
			if want == vn.Fold(w(prefix+k, nil)) {
				return k, true
			}
		}
	}
	return "", false
}

func refusal(n int, column, reason, value string) workflow.RowRefusal {
	if r := []rune(value); len(r) > 80 {
		value = string(r[:80]) + "…"
	}
	return workflow.RowRefusal{Line: n, Column: column, Reason: reason, Value: strings.ToValidUTF8(value, "")}
}
