package intake

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"capdo/workflow"
)

func plan(t testing.TB, b []byte, kind string) (workflow.PlanList, []workflow.RowRefusal) {
	t.Helper()
	p, refused, source, err := ReadPlan(bytes.NewReader(b), "ke-hoach", kind)
	if err != nil || !strings.HasPrefix(source, "ke-hoach (") {
		t.Fatal(source, err)
	}
	return p, refused
}

func TestThePublishedPlanGivesItsThreeAnnexes(t *testing.T) {
	text := fixture(t, textFixture)
	for _, c := range []struct {
		kind                  string
		tasks, headings       int
		printed, sum, doubted int64
	}{
		{"spending", 15, 0, 7_200_000_000, 7_290_000_000, 1}, // the plan's own total leaves 90 million out
		{"security", 1, 0, 1_000_000_000, 1_000_000_000, 0},
		{"next_year", 36, 15, 68_015_141_000, 68_015_141_000, 0},
	} {
		t.Run(c.kind, func(t *testing.T) {
			p, refused := plan(t, text, c.kind)
			tasks, headings := 0, 0
			for _, r := range p.Rows {
				if r.Heading {
					headings++
				} else {
					tasks++
				}
			}
			sum, _, _ := p.Sum()
			if len(refused) > 0 || tasks != c.tasks || headings != c.headings || p.Total == nil || *p.Total.Amount != c.printed {
				t.Fatalf("%d tasks, %d headings, total %+v, refused %+v", tasks, headings, p.Total, refused)
			}
			if d := sum - c.sum; d > 1_000_000 || d < -1_000_000 {
				t.Errorf("tasks add up to %d", sum)
			}
			if got := p.Doubts(); int64(len(got)) != c.doubted {
				t.Errorf("doubts %+v", got)
			}
		})
	}
	p, _ := plan(t, text, "next_year")
	row := p.Rows[len(p.Rows)-5]
	if !row.Heading || row.No != "C" || *row.Amount != 1_380_000_000 {
		t.Errorf("the last heading is %+v", row)
	}
	var soc workflow.PlanRow
	for _, r := range p.Rows {
		if r.No == "14" {
			soc = r
		}
	}
	if soc.Lead != "Sở Thông tin và Truyền thông" || soc.Mode != "Dự án mới và dự án chuyển tiếp" || *soc.Own != 910_000_000 || *soc.Other != 1_090_000_000 {
		t.Errorf("task 14 is %+v", soc)
	}
}

func TestEveryFaultOfAPlanLineIsNamed(t *testing.T) {
	head := "STT,\"Tên nhiệm vụ, dự án\",Tổng mức đầu tư,Nguồn vốn,Hiện trạng\n"
	for name, c := range map[string]struct{ row, want string }{
		"the name is empty":                 {"1,,1.000,Vốn,Xong", "2 task empty"},
		"the amount is empty":               {"1,Thuê,,Vốn,Xong", "2 amount empty"},
		"the amount is below nothing":       {"1,Thuê,-5,Vốn,Xong", "2 amount amount_unreadable"},
		"the amount is a word":              {"1,Thuê,một tỷ,Vốn,Xong", "2 amount amount_unreadable"},
		"the dots are not thousands":        {"1,Thuê,1.00.000,Vốn,Xong", "2 amount amount_unreadable"},
		"a part of a dong":                  {"1,Thuê,\"1.000,5\",Vốn,Xong", "2 amount amount_unreadable"},
		"a sum beyond all budgets":          {"1,Thuê,9999999999999999999,Vốn,Xong", "2 amount amount_unreadable"},
		"the name hides a zero-width space": {"1,Thu\u200Bê,1.000,Vốn,Xong", "2 name bad_text; 2 task empty"},
	} {
		t.Run(name, func(t *testing.T) {
			p, refused := plan(t, []byte(head+c.row+"\n"), "spending")
			var got []string
			for _, r := range refused {
				got = append(got, fmt.Sprintf("%d %s %s", r.Line, r.Column, r.Reason))
			}
			if strings.Join(got, "; ") != c.want || len(p.Rows) != 0 {
				t.Errorf("refused %v, rows %+v", got, p.Rows)
			}
		})
	}
}

func TestAmountsAreReadAsTheyAreWritten(t *testing.T) {
	for _, c := range []struct {
		text   string
		unit   int64
		number bool
		want   int64
	}{
		{"1.885.477.000", 1, false, 1_885_477_000}, {"7.455,141", 1_000_000, false, 7_455_141_000}, {"3.161", 1_000_000, false, 3_161_000_000},
		{"2000", 1_000_000, false, 2_000_000_000}, {"-", 1, false, 0}, {"0", 1, false, 0}, {"3161.441", 1_000_000, true, 3_161_441_000},
		{"1E+9", 1, true, 1_000_000_000}, {"1.686,000", 1_000_000, false, 1_686_000_000},
	} {
		got, ok := readAmount(c.text, c.unit, c.number)
		if !ok || got == nil || *got != c.want {
			t.Errorf("%q is %v, %v; want %d", c.text, got, ok, c.want)
		}
	}
	for _, bad := range []string{"1E+999999999", "1e-9", "0x10", "1/3", "+1", "∞", "NaN"} {
		if got, ok := readAmount(bad, 1, true); ok {
			t.Errorf("%q is read as %v", bad, *got)
		}
	}
}

func TestAWorkbookKeepsNumbersAsNumbers(t *testing.T) {
	b := build(t, [][]string{{"Đơn vị tính: triệu đồng"}, {"TT", "Tên nhiệm vụ, dự án", "Đơn vị chủ trì", "Tổng kinh phí"}, {"A", "Nhóm", "", ""}, {"1", "Thuê", "Sở A", ""}}, func(f *excelize.File) {
		must(t, f.SetCellValue("Sheet1", "D4", 3161.441))
		must(t, f.SetCellValue("Sheet1", "D3", "3.161"))
	})
	p, refused := plan(t, b, "spending")
	if len(refused) > 0 || len(p.Rows) != 2 || *p.Rows[1].Amount != 3_161_441_000 || *p.Rows[0].Amount != 3_161_000_000 || !p.Rows[0].Heading {
		t.Fatalf("rows %+v, refused %+v", p.Rows, refused)
	}
}

func TestAFileWithoutTheListIsRefusedWhole(t *testing.T) {
	for name, b := range map[string][]byte{
		"another table":  []byte(header + "1,Sở A,Mạng,2,4/2019,Đáp ứng\n"),
		"a bare text":    []byte("Phụ lục II\n\nKhông có bảng\n"),
		"another format": []byte("%PDF-1.7"),
		"an empty file":  nil,
	} {
		_, _, _, err := ReadPlan(bytes.NewReader(b), "x", "spending")
		var fault *FileError
		if !errors.As(err, &fault) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLayersAreReadAsTheyArePrinted(t *testing.T) {
	b := []byte("STT,\"Cơ quan, đơn vị\",Hệ thống thông tin,Lớp,Tình trạng,Đơn vị thực hiện,Từ khi,Văn bản số,Ngày văn bản\n" +
		"1,Sở A,Mạng,Lớp 2: Giám sát,Đã triển khai,Công ty B,01/9/2020,1739/STTTT,27/8/2020\n2,Sở A,,4,Một phần,,2020,,\n3,Sở A,,Lớp 9,Đã triển khai,,,,\n4,Sở A,,Lớp 1,xong,,31/02/2020,,\n5,,,Lớp 1,,,,,\nDanh sách gồm 4 dòng.\n")
	rows, refused, _, err := ReadLayers(bytes.NewReader(b), "lop")
	if err != nil || len(rows) != 2 || rows[0].Layer != "monitoring" || rows[0].State != "yes" || rows[0].Since.String() != "01/9/2020" || rows[1].Layer != "national_link" || rows[1].State != "partly" {
		t.Fatalf("rows %+v, %v", rows, err)
	}
	var got []string
	for _, r := range refused {
		got = append(got, fmt.Sprintf("%d %s %s", r.Line, r.Column, r.Reason))
	}
	if want := "4 layer layer_unknown; 5 state state_unknown; 5 since date_impossible; 6 subject empty"; strings.Join(got, "; ") != want {
		t.Errorf("refused %v", got)
	}
}

func FuzzPlan(f *testing.F) {
	f.Add(fixture(f, textFixture))
	f.Add([]byte("STT,\"Tên nhiệm vụ, dự án\",Tổng mức đầu tư\nA,Nhóm,\n1,Thuê,\"1.000,5\"\nTổng cộng:,,3\n"))
	f.Add([]byte("PHỤ LỤC II\n\nSTT\n\nTên nhiệm vụ\n\nTổng mức đầu tư\n\n1\n\nA\n\n5\n\nTổng cộng\n\n5\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, _, _, err := ReadPlan(bytes.NewReader(b), "x", "spending")
		if err != nil {
			return
		}
		for _, r := range p.Rows {
			if r.Name == "" || r.Line < 1 || r.Amount != nil && *r.Amount < 0 || r.Amount == nil && !r.Heading {
				t.Errorf("row %+v", r)
			}
		}
	})
}
