package intake

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

func itoa(n int) string { return strconv.Itoa(n) }

func records(t testing.TB, table []byte) [][]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func recordsAs(t testing.TB, table []byte, comma rune) []byte {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = comma
	if err := w.WriteAll(records(t, table)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// build makes a workbook; numbers are written as numbers.
func build(t testing.TB, rows [][]string, more func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		for j, cell := range row {
			at, _ := excelize.CoordinatesToCellName(j+1, i+1)
			var v any = cell
			if n, err := strconv.Atoi(cell); err == nil {
				v = n
			}
			if cell != "" {
				must(t, f.SetCellValue("Sheet1", at, v))
			}
		}
	}
	if more != nil {
		more(f)
	}
	b, err := f.WriteToBuffer()
	must(t, err)
	return b.Bytes()
}

func workbook(t testing.TB, rows [][]string) []byte { return build(t, rows, nil) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// patch rewrites one part of a workbook.
func patch(t testing.TB, b []byte, part string, edit func(string) string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	must(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, file := range in.File {
		r, err := file.Open()
		must(t, err)
		text, err := io.ReadAll(r)
		must(t, err)
		if file.Name == part {
			text = []byte(edit(string(text)))
		}
		to, err := w.Create(file.Name)
		must(t, err)
		_, err = to.Write(text)
		must(t, err)
	}
	must(t, w.Close())
	return out.Bytes()
}

func headerRow() []string { return strings.Split(strings.TrimSpace(header), ",") }

func TestAMergedUnitFillsTheRowsItSpans(t *testing.T) {
	b := build(t, [][]string{
		{"DANH SÁCH HỆ THỐNG THÔNG TIN"}, {},
		headerRow(),
		{"1", "Sở A", "Mạng", "2", "4/2019", "Đáp ứng"},
		{"2", "", "Cổng", "3", "2020", "Chưa"},
		{"3", "", "Kho", "1", "2020", ""},
		{"4", "", "Trang", "1", "2020", ""},
		{"Danh sách gồm 03 hệ thống."},
	}, func(f *excelize.File) {
		must(t, f.MergeCell("Sheet1", "A1", "F1"))
		must(t, f.MergeCell("Sheet1", "B4", "B6"))
		must(t, f.MergeCell("Sheet1", "A8", "F9"))
	})
	s := read(t, b)
	if len(s.Rows) != 3 || faults(s) != "7 unit empty" {
		t.Fatalf("rows %+v, refused %+v", s.Rows, s.Refused)
	}
	for i, r := range s.Rows {
		if r.Unit != "Sở A" || r.Line != i+4 {
			t.Errorf("row %+v", r)
		}
	}
}

func TestDatesKeptAsNumbersAreWrittenAsTheyWereRecorded(t *testing.T) {
	b := build(t, [][]string{headerRow()}, func(f *excelize.File) {
		month, day, year := "mm/yyyy", "dd/mm/yyyy", "yyyy"
		styles := map[string]int{"": 0}
		for _, form := range []string{month, day, year} {
			id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &form})
			must(t, err)
			styles[form] = id
		}
		builtin, err := f.NewStyle(&excelize.Style{NumFmt: 17})
		must(t, err)
		styles["mmm-yy"] = builtin
		for i, c := range []struct {
			value any
			style string
		}{
			{time.Date(2020, 9, 7, 0, 0, 0, 0, time.UTC), day},
			{43556, "mmm-yy"}, {43586, month}, {43831, year}, {44060, ""}, {2020, ""}, {"4/2019", ""},
			{44060.75, ""}, {12, ""}, {43557, month},
		} {
			n := i + 2
			must(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", n), &[]any{i + 1, "Sở A", fmt.Sprintf("Mạng %d", i), 2.0, c.value}))
			at := fmt.Sprintf("E%d", n)
			must(t, f.SetCellStyle("Sheet1", at, at, styles[c.style]))
		}
	})
	s := read(t, b)
	var got []string
	for _, r := range s.Rows {
		got = append(got, r.Decided.String())
	}
	want := "07/9/2020 4/2019 5/2019 2020 17/8/2020 2020 4/2019 17/8/2020 02/4/2019"
	if strings.Join(got, " ") != want || faults(s) != "10 decided date_unreadable" {
		t.Errorf("dates %v, want %s; refused %+v", got, want, s.Refused)
	}
}

func TestACellOfTheISODateTypeIsADay(t *testing.T) {
	b := workbook(t, [][]string{headerRow(), {"1", "Sở A", "Mạng", "2", "43556", "Đáp ứng"}})
	b = patch(t, b, "xl/worksheets/sheet1.xml", func(s string) string {
		return strings.Replace(s, `<c r="E2"><v>43556</v>`, `<c r="E2" t="d"><v>2019-04-01T00:00:00</v>`, 1)
	})
	if s := read(t, b); len(s.Rows) != 1 || s.Rows[0].Decided.String() != "01/4/2019" {
		t.Errorf("rows %+v, refused %+v", s.Rows, s.Refused)
	}
}

func TestTheRegisterMayStandOnALaterSheet(t *testing.T) {
	b := build(t, [][]string{{"Ghi chú"}}, func(f *excelize.File) {
		_, err := f.NewSheet("Sổ đăng ký")
		must(t, err)
		head := headerRow()
		must(t, f.SetSheetRow("Sổ đăng ký", "B3", &head))
		must(t, f.SetSheetRow("Sổ đăng ký", "B4", &[]any{1, "Sở A", "Mạng", 2, "4/2019", "Đáp ứng"}))
		must(t, f.SetSheetRow("Sổ đăng ký", "B5", &[]any{2, nil, "Cổng", 2, "4/2019", "Đáp ứng"}))
		must(t, f.MergeCell("Sổ đăng ký", "C4", "C5"))
	})
	if s := read(t, b); len(s.Rows) != 2 || s.Rows[1].Unit != "Sở A" || s.Rows[1].Line != 5 {
		t.Errorf("rows %+v, refused %+v", s.Rows, s.Refused)
	}
}

func TestASheetThatClaimsAMillionEmptyRowsIsReadQuickly(t *testing.T) {
	rows := [][]string{headerRow(), {"1", "Sở A", "Mạng", "2", "4/2019", "Đáp ứng"}}
	b := patch(t, workbook(t, rows), "xl/worksheets/sheet1.xml", func(s string) string {
		var empty strings.Builder
		for i := 3; i <= 1_000_000; i++ {
			fmt.Fprintf(&empty, `<row r="%d"><c r="A%d" s="1"/></row>`, i, i)
		}
		return strings.Replace(s, "</sheetData>", empty.String()+"</sheetData>", 1)
	})
	far := build(t, rows, func(f *excelize.File) { must(t, f.SetSheetDimension("Sheet1", "A1:XFD1048576")) })
	far = patch(t, far, "xl/worksheets/sheet1.xml", func(s string) string {
		return strings.Replace(s, "</sheetData>", `<row r="1048576"><c r="XFD1048576"/></row></sheetData>`, 1)
	})
	for name, b := range map[string][]byte{"rows written out": b, "rows only claimed": far} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			s := read(t, b)
			runtime.ReadMemStats(&after)
			if len(s.Rows) != 1 || len(s.Refused) != 0 {
				t.Errorf("rows %+v, refused %+v", s.Rows, s.Refused)
			}
			if took, used := time.Since(start), after.TotalAlloc-before.TotalAlloc; took > 5*time.Second || used > 400<<20 {
				t.Errorf("took %v and %d MiB", took, used>>20)
			}
		})
	}
}

func TestAWorkbookThatUnpacksTooLargeIsRefused(t *testing.T) {
	b := workbook(t, [][]string{headerRow()})
	pad := func(n int) func(string) string {
		return func(s string) string { return s + strings.Repeat(" ", n) }
	}
	for name, b := range map[string][]byte{
		"a sheet": patch(t, b, "xl/worksheets/sheet1.xml", pad(maxUnzipped)),
		"styles":  patch(t, b, "xl/styles.xml", pad(maxPart)),
		"strings": patch(t, b, "xl/sharedStrings.xml", func(s string) string { return s + strings.Repeat("<si/>", maxStrings+1) }),
	} {
		t.Run(name, func(t *testing.T) {
			var fault *FileError
			if _, err := Read(bytes.NewReader(b), "so"); !errors.As(err, &fault) || fault.Reason != TooBig {
				t.Errorf("got %v", err)
			}
		})
	}
}
