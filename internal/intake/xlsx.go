package intake

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"capdo/workflow"
)

// Bounds against a small workbook that unpacks to a large one. Every part is
// held in memory: parts beyond the second excelize limit would go to files.
const (
	maxUnzipped = 160 << 20 // bytes, all parts together
	maxPart     = 8 << 20   // bytes, a part that is neither sheet nor strings
	maxStrings  = 2_000_000 // shared strings
	maxCells    = 20_000_000
	maxColumns  = 256   // cells beyond are not looked at
	maxBlank    = 1_000 // blank rows one after another end a sheet
	maxSheets   = 50
)

// readXLSX reads the first sheet that has a header.
func (s *Sheet) readXLSX(b []byte) *FileError {
	return Workbook(b, func(f *excelize.File) *FileError {
		for i, title := range f.GetSheetList() {
			if i == maxSheets {
				break
			}
			if found, fault := s.readSheet(f, title); found || fault != nil {
				return fault
			}
		}
		return &FileError{Reason: NoHeader}
	})
}

// Workbook opens an XLSX file from outside and has it read, within the bounds of
// this room. What the library cannot read is BadXLSX, also where it panics.
func Workbook(b []byte, read func(*excelize.File) *FileError) (fault *FileError) {
	// The library is known to panic on crafted workbooks; one upload must not
	// end the process.
	defer func() {
		if recover() != nil {
			fault = &FileError{Reason: BadXLSX}
		}
	}()
	if fault := weigh(b); fault != nil {
		return fault
	}
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped})
	if err != nil {
		return &FileError{Reason: BadXLSX}
	}
	defer f.Close()
	return read(f)
}

// weigh refuses a workbook by what its directory says it unpacks to; the
// unpacking itself fails where the directory lies.
func weigh(b []byte) *FileError {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return &FileError{Reason: BadXLSX}
	}
	var sum uint64
	for _, file := range z.File {
		name := strings.ToLower(file.Name)
		sum += file.UncompressedSize64
		texts := strings.Contains(name, "sharedstrings")
		small := !texts && !strings.Contains(name, "worksheets/") &&
			(strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels"))
		if sum > maxUnzipped || small && file.UncompressedSize64 > maxPart || texts && countStrings(file) > maxStrings {
			return &FileError{Reason: TooBig}
		}
	}
	return nil
}

func countStrings(file *zip.File) int {
	r, err := file.Open()
	if err != nil {
		return 0 // the library will refuse it
	}
	defer r.Close()
	b, _ := io.ReadAll(io.LimitReader(r, maxUnzipped))
	return bytes.Count(b, []byte("<si")) + bytes.Count(b, []byte(":si"))
}

// grid walks one sheet row by row without holding it as a tree.
type grid struct {
	rows   *excelize.Rows
	line   int
	blank  int
	cells  int
	merged map[int][]span // by the line a span begins on
	filled map[int]fill   // by column
}

// fill is the text a vertical merge still spreads, down to a line.
type fill struct {
	text string
	last int
}

func (s *Sheet) readSheet(f *excelize.File, title string) (found bool, fault *FileError) {
	rows, err := f.Rows(title)
	if err != nil {
		return false, nil // a sheet of charts has no rows
	}
	defer rows.Close()
	dates := &dateColumn{file: f, title: title}
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		dates.from1904 = *props.Date1904
	}
	defer dates.close()
	g := &grid{rows: rows, merged: mergedDown(f, title), filled: map[int]fill{}}
	return s.scan(g.next, dates.text)
}

func (g *grid) next() (int, []string, error) {
	if g.blank >= maxBlank || !g.rows.Next() {
		return 0, nil, io.EOF
	}
	g.line++
	cells, err := g.rows.Columns(excelize.Options{RawCellValue: true})
	if err != nil {
		return 0, nil, &FileError{Reason: BadXLSX, Line: g.line}
	}
	if g.cells += len(cells); g.cells > maxCells {
		return 0, nil, &FileError{Reason: TooBig, Line: g.line}
	}
	cells = cells[:min(len(cells), maxColumns)]
	g.blank++
	if !blank(cells) {
		g.blank = 0
		cells = g.spread(cells)
	}
	g.begin(cells)
	return g.line, cells, nil
}

// begin takes up the merges whose first row this is.
func (g *grid) begin(cells []string) {
	for _, m := range g.merged[g.line] {
		if m.column < len(cells) {
			g.filled[m.column] = fill{cells[m.column], m.last}
		}
	}
}

// spread gives each cell below the first of a vertical merge its text.
func (g *grid) spread(cells []string) []string {
	for column, f := range g.filled {
		if f.last < g.line {
			delete(g.filled, column)
			continue
		}
		for len(cells) <= column {
			cells = append(cells, "")
		}
		if strings.TrimSpace(cells[column]) == "" {
			cells[column] = f.text
		}
	}
	return cells
}

// dateColumn turns the serial numbers a workbook keeps for days into dates.
// What a cell shows tells whether its day was ever recorded: 4/2019 typed into
// a cell is kept as the first of April. The shown texts come from a second
// walk through the sheet, begun only when a serial number is met.
type dateColumn struct {
	file     *excelize.File
	title    string
	from1904 bool
	rows     *excelize.Rows
	line     int
	cells    []string
}

func (d *dateColumn) text(line, column int, cell string) string {
	if len(cell) > 11 && (cell[10] == 'T' || cell[10] == ' ') {
		if d, err := workflow.ParseLooseDate(cell[:10]); err == nil {
			return workflow.LooseOf(d.First()).Text // a cell of the ISO date type
		}
	}
	serial, err := strconv.ParseFloat(strings.TrimSpace(cell), 64)
	if err != nil {
		return cell
	}
	if _, err := workflow.ParseLooseDate(cell); !errors.Is(err, workflow.ErrDateShape) {
		return cell // a year
	}
	const first, last = 30_000, 75_000 // the serials of 1982 and 2105
	if !(serial >= first && serial <= last) {
		return cell
	}
	t, err := excelize.ExcelDateToTime(serial, d.from1904)
	if err != nil {
		return cell
	}
	iso, err := workflow.ParseLooseDate(t.Format(time.DateOnly))
	if err != nil {
		return cell
	}
	day := workflow.LooseOf(iso.First())
	_, month, _ := strings.Cut(day.Text, "/")
	switch shown := d.shown(line, column); {
	case day.Day == 1 && shown == 2:
		return month
	case day.Day == 1 && day.Month == 1 && shown == 1:
		return strconv.Itoa(day.Year)
	}
	return day.Text
}

// shown counts the parts of the date a cell shows: 2 for a month and a year, 1
// for a year alone, 0 when the cell shows its serial number or nothing.
func (d *dateColumn) shown(line, column int) int {
	if d.rows == nil {
		rows, err := d.file.Rows(d.title)
		if err != nil {
			return 0
		}
		d.rows = rows
	}
	for ; d.line < line; d.line++ {
		if !d.rows.Next() {
			return 0
		}
		d.cells, _ = d.rows.Columns()
	}
	if column >= len(d.cells) {
		return 0
	}
	parts := strings.FieldsFunc(d.cells[column], func(r rune) bool { return strings.ContainsRune("/-. ,", r) })
	if len(parts) == 1 && len(parts[0]) != 4 {
		return 0
	}
	return len(parts)
}

func (d *dateColumn) close() {
	if d.rows != nil {
		d.rows.Close()
	}
}
