package press

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// listFacts gives what the owner's report and lists print.
func listFacts(f *workflow.PaperFacts, ubnd workflow.OfficeFacts) {
	f.Issuer, f.Owner, f.Signatory, f.Number = ubnd, ubnd, "Vũ Giang", ""
	f.To = []workflow.OfficeFacts{{Name: "Bộ Thông tin và Truyền thông (Cục An toàn thông tin)"}}
	switch f.Form {
	case "form-08":
		f.Report = reportFacts(f.Date)
	case "four-layer-register":
		f.Layers = &workflow.LayerFacts{On: f.Date}
		for i, name := range workflow.LayerNames {
			f.Layers.Rows = append(f.Layers.Rows, workflow.LayerRow{N: i + 1, Office: "Trung tâm CNTT và TT", System: "Trung tâm tích hợp dữ liệu", Layer: name, State: []string{"yes", "partly", "no", ""}[i],
				Provider: "Đơn vị giám sát", Since: "01/9/2020", No: "1739/STTTT-TTCNTTTT", Date: "27/8/2020"})
		}
	default:
		f.Plan = &workflow.PlanFacts{Year: 2022, Source: "ke-hoach.txt", Rows: []workflow.PlanLine{
			{No: "A", Name: "Nhiệm vụ theo kế hoạch", Amount: "5.100", Own: "910", Other: "4.190"},
			{No: "1", Name: "Thuê dịch vụ an toàn thông tin mạng", Lead: "Sở Thông tin và Truyền thông", Mode: "Dự án mới", Amount: "1.000.000.000", Own: "910", Other: "1.090", Fund: "Nguồn ứng dụng CNTT", Status: "Đang thực hiện"},
			{Total: true, Amount: "7.455,141", Own: "1.686", Other: "5.769,141"}}}
	}
}

func reportFacts(on regime.Day) *workflow.ReportFacts {
	r := &workflow.ReportFacts{Year: 2022, On: on, From: day("2021-12-15"), To: day("2022-12-14"), Owner: true, Read: 2, Source: "danh-sach.csv",
		DutyNote: "Cấp độ 1 và 2 báo cáo theo chỉ đạo của chủ quản (TT 03/2017 Đ17 k1).",
		Parties:  []workflow.ReportParty{{Kind: "owner", Name: "Ủy ban nhân dân tỉnh Ninh Thuận", Functions: "Luật Tổ chức chính quyền địa phương", Head: "Vũ Giang", Title: "CHỦ TỊCH", Address: "Số 450 Thống Nhất", Contact: "0259 000000, ubnd@example.vn"}, {Kind: "sdu"}}}
	for _, key := range []string{"total", "typed", "drawn_up", "appraised", "approved", "checked", "completion"} {
		r.Counts = append(r.Counts, workflow.ReportCount{Key: key, N: 3, Unknown: 1})
	}
	r.Counts[6].Text = "6/2023"
	full := workflow.ReportRow{SystemID: "a", System: "Trung tâm Tích hợp dữ liệu tỉnh", Owner: "Ủy ban nhân dân tỉnh Ninh Thuận", Operator: "Trung tâm Công nghệ thông tin và Truyền thông", Level: 3, Status: "approved",
		DecisionNo: "57/QĐ-UBND", DecisionDate: "29/12/2020", DecisionBy: "Ủy ban nhân dân tỉnh Ninh Thuận", QuyChe: "12/QĐ-STTTT", QuyCheDate: "01/12/2020", QuyCheBy: "Sở Thông tin và Truyền thông", Deployment: "full", Checked: "both", Again: true}
	imported := workflow.ReportRow{System: "Hệ thống mạng nội bộ", Owner: full.Owner, Operator: "Sở Công Thương", Level: 2, Status: "approved", DecisionDate: "4/2019", Source: "danh-sach.csv#3"}
	sent := workflow.ReportRow{System: "Cổng dịch vụ công", Owner: full.Owner, Operator: "Sở Công Thương", Level: 3, Status: "sent", ApprovalBy: "6/2023", Deployment: "partial", FullBy: "9/2023", Checked: "pre_use"}
	bare := workflow.ReportRow{System: "Hệ thống chưa có hồ sơ"}
	for i, row := range []workflow.ReportRow{full, imported, sent, bare} {
		row.N = i + 1
		r.Rows = append(r.Rows, row)
	}
	for i, m := range regime.ReportMeasures {
		r.Contents = append(r.Contents, workflow.ReportAnswer{Key: string(rune('a' + i)), Text: "Nội dung", Measure: m, Basis: []regime.Citation{"TT 03/2017 Đ17 k3 b"}, Yes: 2, Partly: 1, No: 3, Unknown: 4})
	}
	r.Contents[len(r.Contents)-1].Stated = "Không có sự cố nghiêm trọng."
	return r
}

// TestTheReportOfALaterDecreePrintsAsItsGoldenFile holds the wording of the form
// that differs by rule set.
func TestTheReportOfALaterDecreePrintsAsItsGoldenFile(t *testing.T) {
	f := facts("form-08")
	f.Regime, f.RegimeTitle, f.To[0].Name = "nd331", "Nghị định 331/2026/NĐ-CP", "Bộ Công an"
	got := printed(t, f).Text
	name := filepath.Join("testdata", "form-08-nd331.golden")
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(name); err != nil || string(want) != got {
		t.Errorf("differs from its golden file (%v):\n%s", err, got)
	}
	if strings.Contains(got, "an toàn thông tin") {
		t.Error("words of the earlier decree")
	}
}

func TestAReportIsWideAndRepeatsItsHeader(t *testing.T) {
	f := facts("form-08")
	for i := range 40 {
		row := f.Report.Rows[1]
		row.N = i + 5
		f.Report.Rows = append(f.Report.Rows, row)
	}
	pdf := printed(t, f).PDF
	if info := tool(t, pdf, "pdfinfo", "FILE"); !strings.Contains(info, "841.89 x 595.28") {
		t.Errorf("not landscape A4:\n%s", info)
	}
	text := tool(t, pdf, "pdftotext", "-layout", "FILE", "-")
	if n := strings.Count(text, "(12) Đã"); n < 3 {
		t.Errorf("the header stands on %d pages", n)
	}
	for _, c := range []string{"(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "(10)", "(11)", "(12)"} {
		if !strings.Contains(text, c) {
			t.Errorf("no column %s", c)
		}
	}
}
