package intake

import (
	"archive/zip"
	"bytes"
	"regexp"
	"strings"

	"capdo/internal/vn"
	"capdo/workflow"
)

func unpacked(b []byte) (sum uint64) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return 0 // the library will refuse it
	}
	for _, f := range z.File {
		sum += f.UncompressedSize64
	}
	return sum
}

// spanning headings stand above others and have no cell of their own.
var spanning = []string{"kinh phi thuc hien"}

// rank is what a heading row bears in place of a number: a letter or a Roman
// numeral.
var rank = regexp.MustCompile(`^(\p{Lu}|[IVX]+)$`)

// opensRow tells whether a cell can begin a row.
func opensRow(text string) bool { return isNumber(text) || rank.MatchString(text) }

// printedCells cuts a text into the cells of its tables: paragraphs, and lines
// that hold nothing but a no-break space, which are empty cells.
func printedCells(text string) []paragraph {
	var all []paragraph
	open := false
	line := 0
	for s := range strings.SplitSeq(text, "\n") {
		line++
		cell := strings.TrimSpace(s)
		switch {
		case cell == "" && strings.Contains(s, "\u00a0"):
			all = append(all, paragraph{line, ""})
			open = false
		case cell == "":
			open = false
		case open:
			last := &all[len(all)-1]
			if len(last.text) <= 8*MaxCell {
				last.text += " " + cell
			}
		default:
			all = append(all, paragraph{line, cell})
			open = true
		}
	}
	return all
}

// readText finds the table under its annex heading and cuts it into rows as
// wide as its header. It tells whether there was one.
func (x *listReader) readText(text, annex string) bool {
	all := printedCells(text)
	from := -1
	for i, p := range all {
		if p.folded() == annex {
			from = i
		}
		if from < 0 {
			x.list.before = ""
			continue
		}
		if !isOneOf(p.folded(), numberHeadings) {
			x.list.before += " " + p.folded()
			continue
		}
		if order, width, ok := x.printedHeader(all[i:]); ok {
			x.at = map[string]int{}
			for place, key := range order {
				if _, twice := x.at[key]; key != "" && !twice {
					x.at[key] = place
				}
			}
			x.rows(all[i+width:], len(order))
			return true
		}
	}
	return false
}

// printedHeader reads the headings up to the first cell a row begins with; width
// counts the spanning ones too, which order leaves out.
func (x *listReader) printedHeader(cells []paragraph) (order []string, width int, ok bool) {
	const widest = 20
	var titles []string
	for width < len(cells) && width < widest && (width == 0 || !opensRow(cells[width].text)) {
		if folded := cells[width].folded(); !isOneOf(folded, spanning) {
			titles, order = append(titles, cells[width].text), append(order, x.columnOf(cells[width].text))
		}
		width++
	}
	return order, width, x.header(titles) != nil
}

// rows cuts cells into rows. What cannot begin a row is refused up to the next
// cell that can; the total and what follows another annex end the table.
func (x *listReader) rows(cells []paragraph, width int) {
	for at := 0; at < len(cells); {
		if totalAt(cells[at:]) >= 0 {
			x.takeTotal(cells[at:])
			return
		}
		if beginsWithAny(cells[at].folded(), []string{"phu luc"}) {
			return
		}
		end := at + width
		if !opensRow(cells[at].text) || end > len(cells) || !rowEnds(cells, end) {
			next := at + 1
			for next < len(cells) && !(opensRow(cells[next].text) && rowEnds(cells, next+width)) && totalAt(cells[next:]) < 0 {
				next++
			}
			x.refuse(cells[at:min(next, at+2*width)])
			at = next
			continue
		}
		row := make([]string, width)
		for i := range row {
			row[i] = cells[at+i].text
		}
		if x.take(cells[at].line, row, nil) != nil {
			return
		}
		at = end
	}
}

// rowEnds tells whether a table goes on, or ends, at a place.
func rowEnds(cells []paragraph, at int) bool {
	return at == len(cells) || at < len(cells) && (opensRow(cells[at].text) || totalAt(cells[at:]) >= 0)
}

func (x *listReader) refuse(cells []paragraph) {
	texts := make([]string, len(cells))
	for i, p := range cells {
		texts[i] = p.text
	}
	x.list.refused = append(x.list.refused, workflow.RowRefusal{Line: cells[0].line, Column: whole, Reason: CellCount, Value: show(strings.Join(texts, " | "))})
}

// totalAt tells where the label of the total stands among the first cells, -1
// where none does.
func totalAt(cells []paragraph) int {
	for at := range min(len(cells), 3) {
		if cells[at].text != "" {
			if beginsWithAny(vn.Fold(cells[at].text), []string{"tong cong"}) {
				return at
			}
			return -1
		}
	}
	return -1
}

// takeTotal takes the line of the total, whose label may span several columns:
// the numbers after it are the amounts in their order.
func (x *listReader) takeTotal(cells []paragraph) {
	at := totalAt(cells)
	out := listLine{cells[at].line, map[string]string{"name": cells[at].text}, map[string]bool{}}
	for _, key := range []string{"amount", "own", "other"} {
		if _, has := x.at[key]; has && at+1 < len(cells) {
			at++
			out.cells[key] = cells[at].text
		}
	}
	x.list.lines = append(x.list.lines, out)
}
