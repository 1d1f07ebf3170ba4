package paper

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func hostileTable() Document {
	return Document{Date: decision().Date, Blocks: []Block{Para{Text: "x"},
		Table{Columns: []Column{{"Tên", 40, ""}, {"Cấp", 10, ""}}, Closing: "+2 hệ thống",
			Rows: [][]string{{"=1+1", "0012"}, {"@SUM(A1)", "-3"}, {"\t=1", "＝1"}, {"a, \"b\"\nc", "😀"}, {"+84"}}},
		Table{Columns: []Column{{"Hai", 10, ""}}, Rows: [][]string{{"2"}}}}}
}

func TestSpreadsheetCellsAreText(t *testing.T) {
	var b, again bytes.Buffer
	if err := XLSX(&b, hostileTable()); err != nil {
		t.Fatal(err)
	}
	if err := XLSX(&again, hostileTable()); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("two writings differ", err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	for cell, want := range map[string]string{"A1": "Tên", "A2": "=1+1", "B2": "0012", "A3": "@SUM(A1)", "B3": "-3", "A4": "=1", "A5": "a, \"b\"\nc", "B5": "😀", "A7": "+2 hệ thống"} {
		value, _ := f.GetCellValue("Sheet1", cell)
		formula, _ := f.GetCellFormula("Sheet1", cell)
		kind, _ := f.GetCellType("Sheet1", cell)
		if value != want || formula != "" || (kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString) {
			t.Errorf("%s holds %q, formula %q, type %v", cell, value, formula, kind)
		}
	}
	if v, _ := f.GetCellValue("Sheet2", "A2"); v != "2" {
		t.Errorf("second table: %q", v)
	}
}

func TestCSVDisarmsFormulas(t *testing.T) {
	var b bytes.Buffer
	if err := CSV(&b, hostileTable()); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(b.String(), "\ufeff")
	if !ok {
		t.Error("no byte order mark")
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := "Tên|Cấp\n'=1+1|0012\n'@SUM(A1)|'-3\n'=1|'＝1\na, \"b\"\nc|😀\n'+84|\n'+2 hệ thống|\nHai\n2\n"
	var got strings.Builder
	for _, r := range rows {
		got.WriteString(strings.Join(r, "|") + "\n")
	}
	if got.String() != want {
		t.Errorf("%s", got.String())
	}
}

func TestTablesThatCannotBeWrittenAreRefused(t *testing.T) {
	long := Document{Blocks: []Block{Table{Columns: []Column{{Title: "a"}}, Rows: [][]string{{"1", "2"}}}}}
	var b bytes.Buffer
	if PDF(&b, long) == nil || XLSX(&b, long) == nil || CSV(&b, long) == nil {
		t.Error("a row longer than the header was taken")
	}
	if XLSX(&b, decision()) == nil || CSV(&b, decision()) == nil || b.Len() > 0 {
		t.Error("a document without table gave a spreadsheet")
	}
}

func TestATableOfManyColumnsMayBeSetSmaller(t *testing.T) {
	pages := func(size float64) int {
		table := Table{Size: size, Columns: []Column{{Title: "A", Width: 20}, {Title: "B", Width: 20}}}
		for range 120 {
			table.Rows = append(table.Rows, []string{"Ủy ban nhân dân tỉnh", "Sở Công Thương"})
		}
		var b bytes.Buffer
		if err := PDF(&b, Document{Landscape: true, Blocks: []Block{table}}); err != nil {
			t.Fatal(err)
		}
		return bytes.Count(b.Bytes(), []byte("/Type /Page\n"))
	}
	if usual, twelve, small := pages(0), pages(12), pages(9); usual != twelve || small >= usual || small == 0 {
		t.Errorf("%d pages as usual, %d at 12 points, %d at 9", usual, twelve, small)
	}
}
