package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"capdo/internal/vn"
	"capdo/workflow"
)

// Limits of a list beside the register: a plan's annex, a file of layers.
const (
	maxListRows  = 5_000
	maxListBytes = 32 << 20 // unpacked
)

// NoList says that no row names the columns a list needs.
const NoList = "no_list"

// listColumn is one column of a list, known by folded words of its heading.
type listColumn struct {
	key   string
	words []string
	first bool // the heading must begin with the words
	whole bool // the heading must be one of the words
	need  bool
	date  bool // a serial number of a workbook is a day here
}

// listLine is one filled row below the header.
type listLine struct {
	line   int
	cells  map[string]string
	number map[string]bool // cells a workbook keeps as numbers
}

// list is a table as found: its rows, and the folded text before its header.
type list struct {
	lines   []listLine
	refused []workflow.RowRefusal
	before  string
	format  string
	source  string
}

// readList finds the table with these columns in a file of any format. annex is
// the folded heading the table stands under in the text of a plan.
func readList(r io.Reader, name string, columns []listColumn, annex string) (*list, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read list %s: %w", name, err)
	}
	sum := sha256.Sum256(b)
	x := &listReader{columns: columns, list: &list{source: name + " (" + hex.EncodeToString(sum[:])[:12] + ")"}}
	if fault := x.read(b, annex); fault != nil {
		fault.Name = name
		return nil, fault
	}
	return x.list, nil
}

type listReader struct {
	columns []listColumn
	at      map[string]int // column → place; nil before the header
	list    *list
}

func (x *listReader) read(b []byte, annex string) *FileError {
	switch {
	case len(b) > MaxFile:
		return &FileError{Reason: TooBig}
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		x.list.format = XLSX
		return x.readXLSX(b)
	case bytes.HasPrefix(b, []byte("\xD0\xCF\x11\xE0")), bytes.HasPrefix(b, []byte("%PDF")):
		return &FileError{Reason: WrongFormat}
	}
	text, fault := decode(b)
	if fault != nil {
		return fault
	}
	for _, comma := range []rune{',', ';', '\t'} {
		if x.hasHeader(text, comma) {
			x.list.format = CSV
			return x.readCSV(text, comma)
		}
	}
	x.list.format = Text
	if annex == "" || !x.readText(text, annex) {
		return &FileError{Reason: NoList}
	}
	return nil
}

func (x *listReader) hasHeader(text string, comma rune) bool {
	r := reader(text, comma)
	r.LazyQuotes = true
	for range preface {
		cells, err := r.Read()
		if err != nil {
			return false
		}
		if x.header(cells) != nil {
			return true
		}
	}
	return false
}

func (x *listReader) readCSV(text string, comma rune) *FileError {
	r := reader(text, comma)
	for {
		cells, err := r.Read()
		var bad *csv.ParseError
		switch {
		case errors.As(err, &bad):
			return &FileError{Reason: BadQuotes, Line: bad.StartLine}
		case err != nil:
			return x.end()
		}
		line, _ := r.FieldPos(0)
		if fault := x.take(line, cells, nil); fault != nil {
			return fault
		}
	}
}

func (x *listReader) end() *FileError {
	if x.at == nil {
		return &FileError{Reason: NoList}
	}
	return nil
}

// header reads a row as the header; of two columns of one kind the first counts.
func (x *listReader) header(cells []string) map[string]int {
	at := map[string]int{}
	for i, cell := range cells {
		if key := x.columnOf(cell); key != "" {
			if _, twice := at[key]; !twice {
				at[key] = i
			}
		}
	}
	for _, c := range x.columns {
		if _, ok := at[c.key]; c.need && !ok {
			return nil
		}
	}
	return at
}

func (x *listReader) columnOf(cell string) string {
	if len(cell) > 4*MaxCell {
		return ""
	}
	folded := strings.TrimLeft(vn.Fold(cell), "'\"* ")
	for _, c := range x.columns {
		for _, w := range c.words {
			at := strings.Index(folded, w)
			if c.whole && folded == w || !c.whole && (at == 0 || at > 0 && !c.first) {
				return c.key
			}
		}
	}
	return ""
}

// take reads one row: the header when there is none yet, else a line. fix gives
// what a workbook keeps in a cell.
func (x *listReader) take(line int, cells []string, fix func(column, key string, cell string) (string, bool)) *FileError {
	switch {
	case blank(cells):
		return nil
	case x.at == nil:
		if x.at = x.header(cells); x.at == nil && len(x.list.before) < 64*MaxCell {
			x.list.before += " " + vn.Fold(strings.Join(cells, " "))
		}
		return nil
	case x.header(cells) != nil || x.numbersOnly(cells):
		return nil
	case len(x.list.lines) == maxListRows:
		return &FileError{Reason: TooManyRows, Line: line}
	}
	out := listLine{line, map[string]string{}, map[string]bool{}}
	for key, i := range x.at {
		if i >= len(cells) {
			continue
		}
		cell, number := cells[i], false
		if fix != nil {
			at, _ := excelize.ColumnNumberToName(i + 1)
			cell, number = fix(at, key, cell)
		}
		text, reason := clean(cell)
		if reason != "" {
			x.list.refused = append(x.list.refused, workflow.RowRefusal{Line: line, Column: key, Reason: reason, Value: show(cell)})
			continue
		}
		out.cells[key], out.number[key] = text, number
	}
	x.list.lines = append(x.list.lines, out)
	return nil
}

// numbersOnly knows the row "(1) (2) (3) …" under a header.
func (x *listReader) numbersOnly(cells []string) bool {
	n := 0
	for _, cell := range cells {
		s := strings.TrimSpace(cell)
		if s == "" {
			continue
		}
		if !strings.HasPrefix(s, "(") || !isNumber(strings.Trim(s, "()")) {
			return false
		}
		n++
	}
	return n > 1
}

// readXLSX reads the first sheet that has the header.
func (x *listReader) readXLSX(b []byte) (fault *FileError) {
	defer func() { // the library is known to panic on crafted workbooks
		if recover() != nil {
			fault = &FileError{Reason: BadXLSX}
		}
	}()
	if fault := weighList(b); fault != nil {
		return fault
	}
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped})
	if err != nil {
		return &FileError{Reason: BadXLSX}
	}
	defer f.Close()
	for i, title := range f.GetSheetList() {
		if i == maxSheets || x.at != nil {
			break
		}
		if fault := x.sheet(f, title); fault != nil {
			return fault
		}
	}
	return x.end()
}

func (x *listReader) sheet(f *excelize.File, title string) *FileError {
	rows, err := f.Rows(title)
	if err != nil {
		return nil // a sheet of charts has no rows
	}
	defer rows.Close()
	dates := &dateColumn{file: f, title: title}
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		dates.from1904 = *props.Date1904
	}
	defer dates.close()
	g := &grid{rows: rows, merged: mergedDown(f, title), filled: map[int]fill{}}
	for {
		line, cells, err := g.next()
		var bad *FileError
		if errors.As(err, &bad) {
			return bad
		}
		if err != nil {
			return nil
		}
		fault := x.take(line, cells, func(column, key, cell string) (string, bool) {
			for _, c := range x.columns {
				if c.key == key && c.date {
					n, _ := excelize.ColumnNameToNumber(column)
					return dates.text(line, n-1, cell), false
				}
			}
			kind, err := f.GetCellType(title, fmt.Sprintf("%s%d", column, line))
			return cell, err == nil && (kind == excelize.CellTypeNumber || kind == excelize.CellTypeUnset)
		})
		if fault != nil {
			return fault
		}
	}
}

// weighList bounds a workbook of a list more tightly: its cells are looked up
// one by one, which holds a sheet in memory.
func weighList(b []byte) *FileError {
	if fault := weigh(b); fault != nil {
		return fault
	}
	if unpacked(b) > maxListBytes {
		return &FileError{Reason: TooBig}
	}
	return nil
}
