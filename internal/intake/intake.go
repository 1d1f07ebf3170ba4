// Package intake reads the register a province already has, whether kept as
// CSV, as XLSX or as the text of a published plan, into rows and reasons for
// every row refused. It refuses to know who owns the systems, what the store
// already holds and whether a level was rightly decided.
package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"capdo/workflow"
)

// Limits of what is read. A file beyond them is refused whole; a cell beyond
// MaxCell refuses its row.
const (
	MaxFile = 32 << 20 // bytes
	MaxRows = 200_000
	MaxCell = 2_000 // characters
)

// Formats a Sheet is read from.
const (
	CSV  = "csv"
	XLSX = "xlsx"
	Text = "text" // a published plan, one cell of its table a paragraph
)

// Reasons a whole file is refused for.
const (
	TooBig      = "too_big"       // over MaxFile, or unpacks to too much
	TooManyRows = "too_many_rows" // over MaxRows
	NotUTF8     = "not_utf8"      // UTF-16, Windows-1258 or another encoding
	WrongFormat = "wrong_format"  // an old .xls, an encrypted workbook, a PDF
	BadXLSX     = "bad_xlsx"      // a ZIP file that is no sound workbook
	BadQuotes   = "bad_quotes"    // CSV whose quotes do not close
	NoHeader    = "no_header"     // no row names unit, system, level and time
)

// Reasons a row is refused for.
const (
	Empty           = "empty"
	BadText         = "bad_text" // unseen, direction or unprintable characters
	TooLong         = "too_long" // over MaxCell
	LevelUnreadable = "level_unreadable"
	LevelOutOfRange = "level_out_of_range"
	DateUnreadable  = "date_unreadable"
	DateImpossible  = "date_impossible"
	MeetsUnreadable = "meets_unreadable"
	Duplicate       = "duplicate"  // unit and name repeat an earlier row
	CellCount       = "cell_count" // text: cells cannot be told apart
)

// Sheet is a register as read: the good rows and the faults of the others, in
// the order of the file.
type Sheet struct {
	Rows    []workflow.ImportRow
	Refused []workflow.RowRefusal
	Format  string // CSV, XLSX or Text
	SHA256  string // of the file, hexadecimal
}

// FileError says why nothing of a file was read.
type FileError struct {
	Name   string
	Reason string // one of the file reasons
	Line   int    // where it was noticed; 0 when unknown
}

// Error names the file, the reason and the line.
func (e *FileError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("register file %s, line %d: %s", e.Name, e.Line, e.Reason)
	}
	return fmt.Sprintf("register file %s: %s", e.Name, e.Reason)
}

// Read reads a register; the format is told from the content, name only
// serves the error. A file refused whole gives a *FileError, any other error
// comes from r.
func Read(r io.Reader, name string) (*Sheet, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read register file %s: %w", name, err)
	}
	sum := sha256.Sum256(b)
	s := &Sheet{SHA256: hex.EncodeToString(sum[:])}
	if fault := s.read(b); fault != nil {
		fault.Name = name
		return nil, fault
	}
	return s, nil
}

func (s *Sheet) read(b []byte) *FileError {
	switch {
	case len(b) > MaxFile:
		return &FileError{Reason: TooBig}
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		s.Format = XLSX
		return s.readXLSX(b)
	case bytes.HasPrefix(b, []byte("\xD0\xCF\x11\xE0")), bytes.HasPrefix(b, []byte("%PDF")):
		return &FileError{Reason: WrongFormat}
	}
	text, fault := decode(b)
	if fault != nil {
		return fault
	}
	if comma, ok := sniff(text); ok {
		s.Format = CSV
		return s.readCSV(text, comma)
	}
	s.Format = Text
	return s.readText(text)
}

// decode gives the text without its byte order mark and with plain line ends.
// NUL in bulk is UTF-16 without a mark: its Latin half is valid UTF-8.
func decode(b []byte) (string, *FileError) {
	start := b[:min(len(b), 4096)]
	if bytes.Count(start, []byte{0})*10 > len(start) {
		return "", &FileError{Reason: NotUTF8}
	}
	for at := 0; at < len(b); {
		r, size := utf8.DecodeRune(b[at:])
		if r == utf8.RuneError && size <= 1 {
			return "", &FileError{Reason: NotUTF8, Line: 1 + bytes.Count(b[:at], []byte{'\n'})}
		}
		at += size
	}
	text := strings.TrimPrefix(string(b), "\uFEFF")
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	return text, nil
}
