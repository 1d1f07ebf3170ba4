package main

import (
	"bytes"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"capdo/workflow"
)

// cells draws a text that may stand in a cell, the awkward ones among them.
var cells = rapid.OneOf(rapid.StringMatching(`[a-zA-Z0-9ăâđêôơưĂÂĐÊÔƠƯáàảãạ ._/()-]{1,40}`),
	rapid.SampledFrom([]string{"=1+1", "+84", "-x", "@a", "'x", "1.20", "007", "TRUE", "1e5", "10/3/2022", "_x000D_", "_x0041_", "<b>&amp;</b>", `"quoted", x`, "#N/A", "có", "vào"}))

func drawOverview(t *rapid.T) *workflow.Overview {
	o := &workflow.Overview{System: "s"}
	for _, key := range workflow.OverviewTexts() {
		*o.Text(key) = strings.TrimSpace(strings.Join(rapid.SliceOfN(cells, 0, 3).Draw(t, key), "\n"))
	}
	for _, shape := range workflow.OverviewTables() {
		var rows [][]string
		for range rapid.IntRange(0, 4).Draw(t, shape.Key) {
			var row []string
			for _, c := range shape.Columns {
				v := ""
				switch c.Kind {
				case "text":
					if v = cells.Draw(t, c.Key); !c.Need && rapid.Bool().Draw(t, "empty") {
						v = ""
					}
				case "bool":
					v = rapid.SampledFrom([]string{"", "yes"}).Draw(t, c.Key)
				case "direction":
					v = rapid.SampledFrom([]string{"in", "out", "both"}).Draw(t, c.Key)
				case "private":
					v = rapid.SampledFrom([]string{"", "10.0.0.1", "10.0.0.0/8; fd00::/8", "192.168.1.2-192.168.1.9"}).Draw(t, c.Key)
				case "public":
					v = rapid.SampledFrom([]string{"", "203.0.113.9", "2001:db8::1; 198.51.100.0/24"}).Draw(t, c.Key)
				}
				row = append(row, v)
			}
			if strings.TrimSpace(row[0]) == "" {
				row[0] = "x"
			}
			rows = append(rows, row)
		}
		if faults := o.SetCells(shape.Key, rows); faults != nil {
			t.Fatalf("%s: %v", shape.Key, faults)
		}
	}
	return o
}

func TestAnOverviewGoesOutAndComesInWithoutLoss(t *testing.T) {
	a, _ := testApp(t)
	rapid.Check(t, func(t *rapid.T) {
		o := drawOverview(t)
		lang := rapid.SampledFrom([]string{"vi", "en"}).Draw(t, "lang")
		b, err := a.overviewFile(lang, o)
		if err != nil {
			t.Fatal(err)
		}
		again, err := a.overviewFile(lang, o)
		if err != nil || !bytes.Equal(b, again) {
			t.Fatalf("two writings differ: %v", err)
		}
		back := &workflow.Overview{System: "s"}
		if err := a.readOverview(bytes.NewReader(b), "a.xlsx", back); err != nil {
			t.Fatal(err)
		}
		for _, shape := range workflow.OverviewTables() {
			if out, in := o.Cells(shape.Key), back.Cells(shape.Key); len(out)+len(in) > 0 && !reflect.DeepEqual(out, in) {
				t.Fatalf("%s out %q, in %q", shape.Key, out, in)
			}
		}
		for _, key := range workflow.OverviewTexts() {
			if *o.Text(key) != *back.Text(key) {
				t.Fatalf("%s out %q, in %q", key, *o.Text(key), *back.Text(key))
			}
		}
	})
}

// book writes sheets of rows as a workbook.
func workbookOf(t *testing.T, sheets map[string][][]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for name, rows := range sheets {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			for j, cell := range row {
				at, _ := excelize.CoordinatesToCellName(j+1, i+1)
				if err := f.SetCellStr(name, at, cell); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAWrongCellIsNamedByItsPlaceAndNothingIsTaken(t *testing.T) {
	a, _ := testApp(t)
	zones := func(rows ...[]string) map[string][][]string {
		return map[string][][]string{"Vùng mạng": append([][]string{{"", "Tên vùng mạng", "Địa chỉ IP riêng", "Địa chỉ IP công cộng"}, {}}, rows...)}
	}
	for _, c := range []struct {
		says, place, expect string
		sheets              map[string][][]string
	}{
		{"an address that is none", "Vùng mạng!C4", "expect.address", zones([]string{"", "A", "10.0.0.1", ""}, []string{"", "B", "10.0.0.300", ""})},
		{"a block without length", "Vùng mạng!C3", "expect.address", zones([]string{"", "A", "0.0.0.0/0", ""})},
		{"a range that runs backwards", "Vùng mạng!C3", "expect.address", zones([]string{"", "A", "10.0.0.9-10.0.0.1", ""})},
		{"a private address among the public", "Vùng mạng!D3", "expect.public_address", zones([]string{"", "A", "", "192.168.1.1"})},
		{"a zone without name", "Vùng mạng!B3", "expect.required", zones([]string{"", "", "10.0.0.1", ""})},
		{"a cell too long", "Vùng mạng!B3", "expect.short_text", zones([]string{"", strings.Repeat("a", 501), "", ""})},
		{"unseen characters", "Vùng mạng!B3", "expect.plain_text", zones([]string{"", "A\u200bB", "", ""})},
		{"a cell under no heading", "Vùng mạng!E3", "expect.known_heading", zones([]string{"", "A", "", "", "x"})},
		{"a column nobody knows", "Thiết bị!B1", "expect.known_heading", map[string][][]string{"Thiết bị": {{"Tên thiết bị", "Màu"}}}},
		{"a direction nobody knows", "Kết nối!B2", "expect.direction", map[string][][]string{"Kết nối": {{"Hệ thống khác", "Chiều"}, {"LGSP", "lên"}}}},
		{"neither yes nor no", "Thiết bị!B2", "expect.bool", map[string][][]string{"Thiết bị": {{"Tên thiết bị", "Thiết bị mạng chính"}, {"A", "đúng thế"}}}},
		{"a text nobody knows", "Thông tin chung!A2", "expect.known_text", map[string][][]string{"Thông tin chung": {{"Mục", "Nội dung"}, {"Màu sắc", "đỏ"}}}},
	} {
		t.Run(c.says, func(t *testing.T) {
			o := &workflow.Overview{System: "s", Scope: "cũ", Zones: []workflow.Zone{{Name: "cũ"}}}
			err := a.readOverview(bytes.NewReader(workbookOf(t, c.sheets)), "a.xlsx", o)
			p, ok := workflow.ProblemOf(err)
			if !ok || len(p.Fields) != 1 || p.Fields[0].Name != c.place || p.Fields[0].Expect != c.expect {
				t.Errorf("got %v, want %s %s", err, c.place, c.expect)
			}
			if o.Scope != "cũ" || len(o.Zones) != 1 || o.Zones[0].Name != "cũ" {
				t.Errorf("something was taken in: %+v", o)
			}
		})
	}
	for says, b := range map[string][]byte{"no sheet of ours": workbookOf(t, map[string][][]string{"Trang": {{"x"}}}), "no workbook": []byte("chữ"), "a torn workbook": workbookOf(t, nil)[:900]} {
		if err := a.readOverview(bytes.NewReader(b), "a.xlsx", &workflow.Overview{}); err == nil {
			t.Errorf("%s is read", says)
		}
	}
}

func TestASheetThatIsMissingLeavesItsTableAlone(t *testing.T) {
	a, _ := testApp(t)
	o := &workflow.Overview{System: "s", Scope: "cũ", Lends: []string{"zones"}, Devices: []workflow.Device{{Name: "cũ"}}, Zones: []workflow.Zone{{Name: "cũ"}}}
	b := workbookOf(t, map[string][][]string{"Zones": {{"zone", "PRIVATE ip"}, {"mới", "10.1.1.1 ; 10.0.0.0/24"}}})
	if err := a.readOverview(bytes.NewReader(b), "a.xlsx", o); err != nil {
		t.Fatal(err)
	}
	want := &workflow.Overview{System: "s", Scope: "cũ", Lends: []string{"zones"}, Devices: []workflow.Device{{Name: "cũ"}}, Zones: []workflow.Zone{{Name: "mới", PrivateIP: []string{"10.1.1.1", "10.0.0.0/24"}}}}
	if !reflect.DeepEqual(o, want) {
		t.Errorf("%+v", o)
	}
}

// FuzzReadOverview asks that no workbook, however broken, ends the program or is
// taken in half.
func FuzzReadOverview(f *testing.F) {
	a := &app{lang: "vi"}
	if err := a.open(); err != nil {
		f.Fatal(err)
	}
	b, err := a.overviewFile("vi", &workflow.Overview{Scope: "x", Zones: []workflow.Zone{{Name: "A", PrivateIP: []string{"10.0.0.1"}}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		o := &workflow.Overview{System: "s", Scope: "cũ"}
		if err := a.readOverview(bytes.NewReader(b), "a.xlsx", o); err != nil && !reflect.DeepEqual(o, &workflow.Overview{System: "s", Scope: "cũ"}) {
			t.Errorf("taken in half: %+v, %v", o, err)
		}
	})
}

func TestTheCommandsOfAnOverview(t *testing.T) {
	dir, _ := demoProvince(t)
	db, x := filepath.Join(dir, "capdo.db"), filepath.Join(dir, "o.xlsx")
	do := func(code int, contains string, args ...string) {
		t.Helper()
		var out, errs bytes.Buffer
		if got := run(t.Context(), append(args, "--db", db), strings.NewReader(""), &out, &errs); got != code || !strings.Contains(out.String()+errs.String(), contains) {
			t.Errorf("%v: exit %d\n%s%s", args, got, out.String(), errs.String())
		}
	}
	do(0, "", "overview", "export", "van-ban", "--out", x)
	do(0, "lần 1", "overview", "import", "van-ban", x)
	do(0, "lần 2", "overview", "import", "van-ban", x)
	do(1, "", "overview", "export", "khong-co", "--out", x)
	do(2, "XLSX", "overview", "import", "van-ban")
}
