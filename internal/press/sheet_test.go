package press

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"capdo/templates"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// sheetOf is a small sheet with every kind of answer, of a dossier or of a check.
func sheetOf(form string) *workflow.SheetFacts {
	f := &workflow.SheetFacts{Standard: "TCVN 11930:2017", UseNote: "Tiêu chuẩn mới chưa có văn bản.", Unverified: true, Doubts: []string{"TCVN 14423:2026 chưa đọc được."},
		Providers: []string{"Trung tâm Tích hợp dữ liệu"}, Asked: []string{"Hệ thống có mạng không dây không?"}, Opened: true, Doubtful: true, Copy: 1,
		Counts: workflow.Rollup{Meets: "unmet", Deployment: "partial", Met: 2, Partial: 1, Unmet: 1, NotApplicable: 1, Unanswered: 1, Rule: regime.RollRule{Text: "Mọi dòng phải đáp ứng."}}}
	management := []workflow.SheetLine{
		{N: 1, ID: "7.1.1.1", Text: "Đáp ứng trọn mục chính sách.", Status: "met", How: "Ban hành quy chế.\nRà soát hằng năm.", Evidence: []string{"Quyết định 12/QĐ-SCT", "Biên bản rà soát"}, Open: true},
		{N: 2, ID: "7.1.1.2", Text: "Đáp ứng trọn mục công bố.", Status: "unmet", Measure: "Công bố trên trang nội bộ", Unit: "Văn phòng Sở", Due: day("2022-06-30"), Open: true}}
	technical := []workflow.SheetLine{
		{N: 3, ID: "TT12-PL3-II.1.a-02", No: "ii", Title: "Các vùng mạng tối thiểu", Text: "Có vùng mạng biên.", Status: "met", How: "Có vùng biên", From: "Trung tâm Tích hợp dữ liệu"},
		{N: 4, ID: "TT12-PL3-II.1.a-05", No: "v", Title: "Các vùng mạng tối thiểu", Text: "Mạng không dây là vùng riêng.", Condition: "chỉ khi có mạng không dây", Status: "not_applicable", Reason: "chỉ khi có mạng không dây"},
		{N: 5, ID: "7.2.2.2-01", No: "a", Title: "Kiểm soát truy cập", Text: "Chỉ kết nối an toàn.", Status: "partial", How: "=1+1", Measure: "Bỏ giao thức cũ", Unit: "Tổ CNTT", Due: day("2022-12-31"), Doubtful: true},
		{N: 6, ID: "7.2.2.2-02", No: "b", Title: "Kiểm soát truy cập", Text: "Phiên tự đóng.", Doubtful: true}}
	if form == "inspection-checklist" {
		f.Check = true
		management[0].Result, management[0].Finding, management[0].Seen = "met", "Quy chế còn hiệu lực", []string{"Quyết định 12/QĐ-SCT"}
		management[1].Result, management[1].Finding, management[1].Remedy = "unmet", "Chưa công bố", "Công bố trong quý II"
		technical[1].Result, technical[1].Finding = "not_applicable", "Không có mạng không dây"
		technical[2].Result = "partial"
	}
	head := func(id, title string, rows ...workflow.SheetLine) []workflow.SheetLine {
		return append([]workflow.SheetLine{{ID: id, Heading: title}}, rows...)
	}
	f.Sections = []workflow.SheetSection{{Kind: "management", Rows: head("7.1.1", "Thiết lập chính sách an toàn thông tin", management...)},
		{Kind: "technical", Rows: append(head("TT12-PL3-II.1", "Yêu cầu về thiết kế hệ thống", technical[:2]...), head("7.2.2", "Bảo đảm an toàn máy chủ", technical[2:]...)...)},
		{Kind: "general", Rows: []workflow.SheetLine{{N: 7, ID: "TT12-D9.7", Text: "Quy chế được ban hành trước khi phê duyệt.", Status: "met", How: "Đã ban hành"}}}}
	return f
}

func TestTheFormsOfASheetSpeakTheWordsOfTheirDecree(t *testing.T) {
	for _, form := range []string{"plan-explanation", "inspection-checklist"} {
		f := facts(form)
		f.Regime, f.RegimeTitle, f.Bases = "nd331", "Nghị định 331/2026/NĐ-CP", []string{"Luật An ninh mạng số 116/2025/QH15"}
		got := printed(t, f).Text
		if !strings.Contains(got, "bảo đảm an ninh mạng") || strings.Contains(got, "bảo đảm an toàn thông tin") {
			t.Errorf("%s under the later decree:\n%s", form, got)
		}
		name := filepath.Join("testdata", form+"-nd331.golden")
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(name); err != nil || string(want) != got {
			t.Errorf("%s differs from its golden file (%v):\n%s", form, err, got)
		}
	}
}

func TestALongSheetBreaksOverPagesWithItsHeaderAndLosesNoRow(t *testing.T) {
	for _, form := range []string{"plan-explanation", "inspection-checklist"} {
		f := facts(form)
		var rows []workflow.SheetLine
		for n := range 120 {
			rows = append(rows, workflow.SheetLine{N: n + 1, ID: fmt.Sprintf("9.1.%d.1", n+1), Text: strings.Repeat("Yêu cầu có nội dung dài. ", 1+n%9), Status: "met", How: fmt.Sprintf("Cách %03d", n+1)})
		}
		f.Sheet.Sections[0].Rows = rows
		text := tool(t, printed(t, f).PDF, "pdftotext", "-layout", "FILE", "-")
		pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
		if len(pages) < 6 {
			t.Fatalf("%s: %d pages", form, len(pages))
		}
		for i, p := range pages[1 : len(pages)-3] {
			if !strings.Contains(p, "STT") || !strings.Contains(p, "Yêu cầu") {
				t.Errorf("%s: page %d lacks the header row", form, i+2)
			}
		}
		for n := range 120 {
			if !strings.Contains(text, fmt.Sprintf("Cách %03d", n+1)) {
				t.Errorf("%s: row %d is lost", form, n+1)
			}
		}
		if info := tool(t, printed(t, f).PDF, "pdfinfo", "FILE"); !strings.Contains(info, "841.89 x 595.28") {
			t.Errorf("%s is not A4 across: %s", form, info)
		}
	}
}

func TestAChecklistWithNoResultsLeavesTheirColumnsEmpty(t *testing.T) {
	f := facts("inspection-checklist")
	f.Sheet = sheetOf("plan-explanation")
	text := printed(t, f).Text
	if strings.Contains(text, "Kết luận chung") || strings.Contains(text, "| Đạt") {
		t.Errorf("results appear from nowhere:\n%s", text)
	}
	if !strings.Contains(text, "Đã đáp ứng: Ban hành quy chế.") {
		t.Error("what the dossier says is missing")
	}
}

func TestAnUnverifiedRowStaysVisiblySoOnPaper(t *testing.T) {
	text := printed(t, facts("plan-explanation")).Text
	for _, want := range []string{"Chỉ kết nối an toàn. (**)", "Đáp ứng trọn mục chính sách. (*)", "UNVERIFIED", "Cách tổng hợp do chương trình đặt"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestTheSheetFormsAreThereForEveryRuleSetWithForms(t *testing.T) {
	words, err := templates.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"nd85-tt03", "nd85-tt12", "nd331"} {
		for _, form := range []string{"plan-explanation", "inspection-checklist"} {
			f := facts(form)
			f.Regime = key
			if _, err := New(words).Print(context.Background(), f); err != nil {
				t.Errorf("%s %s: %v", key, form, err)
			}
		}
	}
}
