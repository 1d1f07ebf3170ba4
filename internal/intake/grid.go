package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// Grid is one sheet of a workbook as rows of text. The first row is line 1;
// blank rows stand, so that a row's place is its line.
type Grid struct {
	Name string
	Rows [][]string
}

// maxGridRows bounds a sheet that is read whole.
const maxGridRows = 5_000

// Grids reads every sheet of an XLSX workbook whole, within the limits of this
// room. A file refused gives a *FileError.
func Grids(r io.Reader, name string) ([]Grid, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read workbook %s: %w", name, err)
	}
	out, fault := grids(b)
	if fault != nil {
		fault.Name = name
		return nil, fault
	}
	return out, nil
}

func grids(b []byte) (out []Grid, fault *FileError) {
	defer func() { // as with registers: the library may panic on crafted workbooks
		if recover() != nil {
			out, fault = nil, &FileError{Reason: BadXLSX}
		}
	}()
	switch {
	case len(b) > MaxFile:
		return nil, &FileError{Reason: TooBig}
	case !bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return nil, &FileError{Reason: WrongFormat}
	}
	if fault := weigh(b); fault != nil {
		return nil, fault
	}
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped})
	if err != nil {
		return nil, &FileError{Reason: BadXLSX}
	}
	defer f.Close()
	for i, title := range f.GetSheetList() {
		if i == maxSheets {
			break
		}
		rows, fault := sheetRows(f, title)
		if fault != nil {
			return nil, fault
		}
		out = append(out, Grid{title, rows})
	}
	return out, nil
}

func sheetRows(f *excelize.File, title string) ([][]string, *FileError) {
	rows, err := f.Rows(title)
	if err != nil {
		return nil, nil // a sheet of charts has no rows
	}
	defer rows.Close()
	g := &grid{rows: rows, merged: mergedDown(f, title), filled: map[int]fill{}}
	var out [][]string
	filled := 0
	for {
		line, cells, err := g.next()
		if errors.Is(err, io.EOF) {
			return out[:filled], nil
		}
		var fault *FileError
		if errors.As(err, &fault) {
			return nil, fault
		}
		if line > maxGridRows && !blank(cells) {
			return nil, &FileError{Reason: TooManyRows, Line: line}
		}
		if out = append(out, cells); !blank(cells) {
			filled = len(out)
		}
	}
}
