package intake

import (
	"strings"

	"capdo/internal/vn"
)

// The columns a refusal names; whole stands for the row itself.
const (
	unit    = "unit"
	name    = "name"
	level   = "level"
	decided = "decided"
	meets   = "meets"
	whole   = "row"
)

// headings are the words a column is known by, folded. The order matters: a
// longer heading speaks of the level too, so the level comes last and must
// stand at the beginning.
var headings = []struct {
	column string
	words  []string
	first  bool // the heading must begin with the words
}{
	{meets, []string{"dap ung"}, false},
	{decided, []string{"thoi gian xac dinh", "thoi diem xac dinh", "thoi gian phe duyet"}, false},
	{decided, []string{"thoi gian", "ngay xac dinh"}, true},
	{unit, []string{"don vi quan ly", "don vi van hanh"}, false},
	{name, []string{"ten he thong", "ten httt"}, false},
	{level, []string{"cap do"}, true},
}

var numberHeadings = []string{"stt", "tt", "so tt", "so thu tu"}

// closings begin the line under a table that counts it.
var closings = []string{"danh sach gom", "danh sach nay gom", "tong cong", "tong so"}

func columnOf(cell string) string {
	if len(cell) > 4*MaxCell {
		return ""
	}
	folded := strings.TrimLeft(vn.Fold(cell), "'\"* ")
	for _, h := range headings {
		for _, w := range h.words {
			if at := strings.Index(folded, w); at == 0 || at > 0 && !h.first {
				return h.column
			}
		}
	}
	return ""
}

// columns tells where each known column stands in a row.
type columns map[string]int

// headerOf reads a row as the header. Only the column for meeting the
// requirements may be missing; of two columns of one kind the first counts.
func headerOf(cells []string) (columns, bool) {
	cols := columns{}
	for i, cell := range cells {
		if c := columnOf(cell); c != "" {
			if _, twice := cols[c]; !twice {
				cols[c] = i
			}
		}
	}
	for _, c := range []string{unit, name, level, decided} {
		if _, ok := cols[c]; !ok {
			return nil, false
		}
	}
	return cols, true
}

func (c columns) of(cells []string, column string) string {
	if i, ok := c[column]; ok && i < len(cells) {
		return cells[i]
	}
	return ""
}

func beginsWithAny(folded string, words []string) bool {
	for _, w := range words {
		if strings.HasPrefix(folded, w) {
			return true
		}
	}
	return false
}
