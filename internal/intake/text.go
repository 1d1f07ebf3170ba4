package intake

import (
	"strings"

	"capdo/internal/vn"
	"capdo/workflow"
)

// paragraph is one cell of a table printed as text.
type paragraph struct {
	line int
	text string
}

func (p paragraph) folded() string {
	if len(p.text) > 4*MaxCell {
		return ""
	}
	return vn.Fold(p.text)
}

// paragraphs cuts a text at blank lines or, where the cells are not kept apart
// by them, at every line.
func paragraphs(text string, everyLine bool) []paragraph {
	var all []paragraph
	open := false
	line := 0
	for s := range strings.SplitSeq(text, "\n") {
		line++
		s = strings.TrimSpace(s)
		switch {
		case s == "":
			open = false
		case open && !everyLine:
			last := &all[len(all)-1]
			if len(last.text) <= 8*MaxCell { // longer is refused anyway
				last.text += " " + s
			}
		default:
			all = append(all, paragraph{line, s})
			open = true
		}
	}
	return all
}

func (s *Sheet) readText(text string) *FileError {
	for _, everyLine := range []bool{false, true} {
		all := paragraphs(text, everyLine)
		if cols, width, at := tableHead(all); cols != nil {
			return s.readCells(all[at:], cols, width)
		}
	}
	return &FileError{Reason: NoHeader}
}

// tableHead finds the header: the heading of the running number, the others
// below it, then the first number. It gives the columns, how many there are,
// and where the first row begins.
func tableHead(all []paragraph) (cols columns, width, first int) {
	const widest = 20
	for i, p := range all {
		if !isOneOf(p.folded(), numberHeadings) {
			continue
		}
		cells := []string{p.text}
		for j := i + 1; j < len(all) && len(cells) < widest && !isNumber(all[j].text); j++ {
			cells = append(cells, all[j].text)
		}
		if cols, ok := headerOf(cells); ok {
			return cols, len(cells), i + len(cells)
		}
	}
	return nil, 0, 0
}

// printed is a table printed cell by cell.
type printed struct {
	cells []paragraph
	cols  columns
	width int
}

// readCells cuts the paragraphs below the header into rows. A row begins at
// its running number; a level is a bare number as well, so a number counts as
// running only where what follows it can begin a row.
func (s *Sheet) readCells(all []paragraph, cols columns, width int) *FileError {
	c := &checker{sheet: s, cols: cols, seen: map[string]bool{}}
	p := printed{all[:tableEnd(all)], cols, width}
	for at := 0; at < len(p.cells); {
		next, more := p.rowEnd(at)
		if fault := c.takeCells(p.cells[at:next], width); fault != nil {
			return fault
		}
		if !more {
			c.noteRest(p.cells[next:min(next+2*width, len(p.cells))])
			break
		}
		at = next
	}
	return nil
}

// noteRest refuses what stands below the last row when a date among it tells
// that a row was lost there; other text, as of a signature, is passed over.
func (c *checker) noteRest(rest []paragraph) {
	for _, p := range rest {
		if isDate(p.text) {
			c.refuseCells(rest)
			return
		}
	}
}

func (c *checker) refuseCells(row []paragraph) {
	texts := make([]string, len(row))
	for i, p := range row {
		texts[i] = p.text
	}
	c.sheet.Refused = append(c.sheet.Refused, workflow.RowRefusal{
		Line: row[0].line, Column: whole, Reason: CellCount, Value: show(strings.Join(texts, " | "))})
}

// takeCells reads one row, put in order first when its cells are not as many
// as the headings.
func (c *checker) takeCells(row []paragraph, width int) *FileError {
	cells := make([]string, len(row))
	for i, p := range row {
		cells[i] = p.text
	}
	if len(cells) != width {
		aligned, ok := align(cells, c.cols, width)
		if !ok {
			c.refuseCells(row)
			return nil
		}
		cells = aligned
	}
	return c.take(row[0].line, cells)
}

// tableEnd finds the line that closes the table or the next appendix.
func tableEnd(all []paragraph) int {
	for i, p := range all {
		if folded := p.folded(); beginsWithAny(folded, closings) || beginsWithAny(folded, []string{"phu luc"}) {
			return i
		}
	}
	return len(all)
}

// rowEnd tells where the row at a place ends and whether another follows: at
// the next running number in its place, else at the next number a row begins
// with. The last row ends at the width of the table; what stands below it is
// no row.
func (p printed) rowEnd(at int) (next int, more bool) {
	number := digitsValue(p.cells[at].text)
	inPlace := at + p.width
	if inPlace < len(p.cells) && p.beginsRow(inPlace) {
		n := digitsValue(p.cells[inPlace].text)
		if n == number+1 || n >= 0 && p.levelFirst() {
			return inPlace, true
		}
	}
	if p.levelFirst() {
		return min(inPlace, len(p.cells)), false
	}
	const stray = 5 // cells a row may have too many before only a higher number counts
	for i := at + 1; i < len(p.cells); i++ {
		n := digitsValue(p.cells[i].text)
		if n >= 0 && (n > number || i <= inPlace+stray) && p.beginsRow(i) {
			return i, true
		}
	}
	return min(inPlace, len(p.cells)), false
}

// beginsRow tells by the next cell whether a number can be a running number
// rather than a level: where a unit or a name is due, no number, date or
// result stands.
func (p printed) beginsRow(i int) bool {
	if i+1 >= len(p.cells) {
		return false
	}
	text := p.cells[i+1].text
	if p.levelFirst() {
		return isNumber(text) || isDate(text)
	}
	_, result := readMeets(text)
	return !result && !isNumber(text) && !isDate(text)
}

// levelFirst tells of a table whose rows begin with a number and a number or
// a date; only their place then tells its rows apart.
func (p printed) levelFirst() bool { return p.cols[level] == 1 || p.cols[decided] == 1 }

func isDate(text string) bool {
	_, reason := readDate(text)
	return reason != DateUnreadable
}

// align puts the cells of a row with an empty or a split cell into their
// columns by what they look like. It gives up when a cell has no place.
func align(cells []string, cols columns, width int) ([]string, bool) {
	row := make([]string, width)
	row[0] = cells[0]
	put := func(column, text string) bool {
		i, ok := cols[column]
		if !ok || row[i] != "" {
			return false
		}
		row[i] = text
		return true
	}
	for _, text := range cells[1:] {
		_, result := readMeets(text)
		var placed bool
		switch {
		case isNumber(text) && len(text) < 4:
			placed = put(level, text)
		case isDate(text):
			placed = put(decided, text)
		case result:
			placed = put(meets, text)
		default:
			placed = put(unit, text) || put(name, text)
		}
		if !placed {
			return nil, false
		}
	}
	return row, true
}

func isOneOf(s string, words []string) bool {
	for _, w := range words {
		if s == w {
			return true
		}
	}
	return false
}

// digitsValue gives a bare number's value, or -1.
func digitsValue(s string) int {
	if !isNumber(s) {
		return -1
	}
	n := 0
	for _, r := range s {
		n = n*10 + int(r-'0')
	}
	return n
}
