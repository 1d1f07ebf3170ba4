package intake

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"capdo/internal/vn"
	"capdo/workflow"
)

// preface is how many filled rows may stand before the header.
const preface = 200

// rowSource gives row after row, blank ones too, and io.EOF after the last;
// other errors are *FileError.
type rowSource func() (line int, cells []string, err error)

// dateCell turns what a date column holds into the text of a date.
type dateCell func(line, column int, cell string) string

// scan finds the header in a source and reads the rows below it. It tells
// whether there was a header.
func (s *Sheet) scan(next rowSource, date dateCell) (found bool, fault *FileError) {
	var c *checker
	for filled := 0; c != nil || filled < preface; {
		line, cells, err := next()
		if err == io.EOF {
			break
		}
		if err != nil {
			errors.As(err, &fault)
			return c != nil, fault
		}
		switch {
		case blank(cells):
		case c == nil:
			filled++
			if cols, ok := headerOf(cells); ok {
				c = &checker{sheet: s, cols: cols, seen: map[string]bool{}, fresh: true}
			}
		default:
			if i := c.cols[decided]; date != nil && i < len(cells) {
				cells[i] = date(line, i, cells[i])
			}
			if fault := c.take(line, cells); fault != nil {
				return true, fault
			}
		}
	}
	return c != nil, nil
}

// checker turns the rows below one header into rows and refusals.
type checker struct {
	sheet  *Sheet
	cols   columns
	seen   map[string]bool // folded unit and name
	count  int
	fresh  bool // no row was met yet
	closed bool // the counting line was met
}

// take reads one filled row and passes over what is no row of the register:
// the numbers of the columns, a header repeated on a new page, the closing
// line and the short lines below it.
func (c *checker) take(line int, cells []string) *FileError {
	fresh := c.fresh
	c.fresh = false
	if fresh && c.columnNumbers(cells) {
		return nil
	}
	if columnOf(c.cols.of(cells, level)) == level {
		if _, again := headerOf(cells); again {
			return nil
		}
	}
	if c.closing(cells) {
		c.closed = true
		return nil
	}
	if c.closed && countFilled(cells) <= 2 {
		return nil
	}
	if c.count++; c.count > MaxRows {
		return &FileError{Reason: TooManyRows, Line: line}
	}
	c.check(line, cells)
	return nil
}

// columnNumbers knows the row "(1) (2) (3) …" under a header.
func (c *checker) columnNumbers(cells []string) bool {
	for _, cell := range cells {
		if !isNumber(strings.Trim(strings.TrimSpace(cell), "()")) && strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return c.cols.of(cells, unit) != "" && c.cols.of(cells, name) != ""
}

// closing knows the line that counts the register, which has no date.
func (c *checker) closing(cells []string) bool {
	if strings.TrimSpace(c.cols.of(cells, decided)) != "" {
		return false
	}
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			return len(cell) <= MaxCell && countFilled(cells) <= 3 && beginsWithAny(vn.Fold(cell), closings)
		}
	}
	return false
}

// check reads the known cells of a row; the row is taken only without a fault.
func (c *checker) check(line int, cells []string) {
	row := workflow.ImportRow{Line: line}
	var faults []workflow.RowRefusal
	refuse := func(column, reason, value string) {
		faults = append(faults, workflow.RowRefusal{Line: line, Column: column, Reason: reason, Value: show(value)})
	}
	read := func(column string, needed bool) string {
		raw := c.cols.of(cells, column)
		text, reason := clean(raw)
		if reason == "" && needed && text == "" {
			reason = Empty
		}
		if reason != "" {
			refuse(column, reason, raw)
		}
		return text
	}
	row.Unit, row.Name = read(unit, true), read(name, true)
	if text := read(level, true); text != "" {
		n, reason := readLevel(text)
		if row.Level = n; reason != "" {
			refuse(level, reason, text)
		}
	}
	if text := read(decided, true); text != "" {
		d, reason := readDate(text)
		if row.Decided = d; reason != "" {
			refuse(decided, reason, text)
		}
	}
	if row.MeetsText = read(meets, false); row.MeetsText != "" {
		var known bool
		if row.Meets, known = readMeets(row.MeetsText); !known {
			refuse(meets, MeetsUnreadable, row.MeetsText)
		}
	}
	if row.Unit != "" && row.Name != "" {
		key := vn.Fold(row.Unit) + "\n" + vn.Fold(row.Name)
		if c.seen[key] {
			refuse(whole, Duplicate, row.Unit+" / "+row.Name)
		}
		c.seen[key] = true
	}
	if len(faults) > 0 {
		c.sheet.Refused = append(c.sheet.Refused, faults...)
		return
	}
	c.sheet.Rows = append(c.sheet.Rows, row)
}

// clean gives a cell as it is stored: checked, in NFC, on one line, without
// the apostrophe our exports put before what a spreadsheet would calculate.
// The reason is empty for a good cell; an empty cell is good here.
func clean(raw string) (text, reason string) {
	if len(raw) > 8*MaxCell {
		return "", TooLong
	}
	if len(raw) > 1 && raw[0] == '\'' && strings.ContainsRune("=+-@\t\r", rune(raw[1])) {
		raw = raw[1:]
	}
	text, err := vn.Clean(strings.ReplaceAll(raw, "\r", "\n"))
	if err != nil {
		return "", BadText
	}
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > MaxCell {
		return "", TooLong
	}
	return text, ""
}

// readLevel reads "2", "2.0" as spreadsheets hand numbers on, and "2" after
// the words for level.
func readLevel(text string) (n int, reason string) {
	folded := strings.TrimPrefix(vn.Fold(text), "'")
	for _, word := range []string{"cap do", "cap"} {
		folded = strings.TrimSpace(strings.TrimPrefix(folded, word))
	}
	bare := strings.TrimPrefix(folded, "-")
	if bare == "" || strings.Trim(bare, "0123456789.,") != "" {
		return 0, LevelUnreadable
	}
	f, err := strconv.ParseFloat(strings.Replace(folded, ",", ".", 1), 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, LevelOutOfRange
	case err != nil:
		return 0, LevelUnreadable
	case f < 1 || f > 5 || f != float64(int(f)):
		return 0, LevelOutOfRange
	}
	return int(f), ""
}

func readDate(text string) (d workflow.LooseDate, reason string) {
	d, err := workflow.ParseLooseDate(strings.TrimPrefix(text, "'"))
	switch {
	case errors.Is(err, workflow.ErrDateImpossible):
		return d, DateImpossible
	case err != nil:
		return d, DateUnreadable
	}
	return d, ""
}

func readMeets(text string) (meets string, known bool) {
	switch vn.Fold(text) {
	case "dap ung":
		return "met", true
	case "chua", "chua dap ung":
		return "unmet", true
	}
	return "", false
}

// show makes a refused value fit for a report: short, and without characters
// that hide or turn the text around them.
func show(value string) string {
	var b strings.Builder
	n := 0
	for _, r := range value {
		if n++; n > 120 {
			b.WriteString("...")
			break
		}
		if unicode.IsGraphic(r) && r != utf8.RuneError {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}

func blank(cells []string) bool { return countFilled(cells) == 0 }

func countFilled(cells []string) int {
	n := 0
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			n++
		}
	}
	return n
}

func isNumber(s string) bool {
	return s != "" && len(s) <= 6 && strings.Trim(s, "0123456789") == ""
}
