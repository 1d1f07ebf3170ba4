package press

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"capdo/templates"
	"capdo/workflow"
	"capdo/workflow/regime"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var opened = sync.OnceValues(templates.Open)

func press(t *testing.T) (*Press, *templates.Templates) {
	t.Helper()
	words, err := opened()
	if err != nil {
		t.Fatal(err)
	}
	return New(words), words
}

func day(s string) regime.Day {
	d, err := regime.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// facts are those of a level-3 dossier of a province.
func facts(form string) workflow.PaperFacts {
	ubnd := workflow.OfficeFacts{ID: "ubnd", Name: "Ủy ban nhân dân tỉnh Ninh Thuận", Place: "Ninh Thuận", Symbol: "UBND", Title: "CHỦ TỊCH", Mark: "TM. ỦY BAN NHÂN DÂN"}
	sdu := workflow.OfficeFacts{ID: "stttt", Name: "Sở Thông tin và Truyền thông", Parent: ubnd.Name, Place: "Ninh Thuận", Symbol: "STTTT", Title: "GIÁM ĐỐC"}
	op := workflow.OfficeFacts{ID: "sct", Name: "Sở Công Thương", Parent: ubnd.Name, Place: "Ninh Thuận", Symbol: "SCT", Title: "GIÁM ĐỐC"}
	f := workflow.PaperFacts{Form: form, Regime: "nd85-tt03", RegimeTitle: "Nghị định 85/2016/NĐ-CP và Thông tư 03/2017/TT-BTTTT", Standard: "TCVN 11930:2017",
		Number: "08/X", Date: day("2022-03-08"), Issuer: op, To: []workflow.OfficeFacts{sdu}, Signatory: "Trần Thị Bình", System: "Cổng dịch vụ công trực tuyến",
		Owner: ubnd, Operator: op, Operators: []workflow.OfficeFacts{op}, SDU: sdu, Appraiser: sdu, Level: 3, Implied: 3, Track: "operating", Version: 1,
		Bases:   []string{"Luật An toàn thông tin mạng ngày 19 tháng 11 năm 2015", "Nghị định số 85/2016/NĐ-CP ngày 01 tháng 7 năm 2016 của Chính phủ về bảo đảm an toàn hệ thống thông tin theo cấp độ"},
		Reasons: []regime.Reason{{Rule: "L3-02a", Level: 3, Basis: []regime.Citation{"NĐ 85/2016 Đ9 k2 a"}}}, Components: []int{1, 2, 3, 4}, Design: "construction", Originals: 1, Copies: 2,
		Request: &workflow.CitedPaper{No: "01/SCT", Date: day("2022-03-01"), Issuer: op.Name}, Opinion: &workflow.CitedPaper{No: "02/STTTT", Date: day("2022-03-04"), Issuer: sdu.Name},
		Submission: &workflow.CitedPaper{No: "03/TTr-SCT", Date: day("2022-03-07"), Issuer: op.Name}, Decision: &workflow.CitedPaper{No: "04/QĐ-UBND", Date: day("2022-03-08"), Issuer: ubnd.Name},
		QuyChe: &workflow.CitedPaper{No: "12/QĐ-SCT", Date: day("2021-12-01"), Issuer: op.Name}, Received: day("2022-03-01"),
		Conclusion: &workflow.Conclusion{Fit: true, Points: map[string]string{"a": "fit", "b": "fit", "c": "fit"}},
		DueName:    "Kiểm tra tính hợp lệ của hồ sơ",
		Due:        &workflow.Due{Rule: "D-VALID", From: day("2022-03-01"), Day: day("2022-03-08"), Origin: regime.Design, Basis: []regime.Citation{"TT 03/2017 Đ14 k3"}},
		Reason:     "Chưa có sơ đồ vật lý", Points: []string{"Thiếu sơ đồ", "Thiếu danh mục"}, Text: "Giải trình sao lưu", From: day("2022-03-02"), To2: day("2022-03-03"),
		Notice: "7/TB-STTTT", Field: "name", Was: "Cổng", Now: "Cổng Dịch vụ", Actor: "Lê Chi"}
	switch form {
	case "form-04", "receipt-mark", "supplement-notice", "appraisal-minutes", "owner-report", "ask-letter", "site-minutes":
		f.Issuer, f.To, f.Signatory = sdu, []workflow.OfficeFacts{op}, "Phạm Dung"
	case "form-06", "correction-decision", "return-note", "refusal-letter", "overdue-notice":
		f.Issuer, f.To, f.Signatory = ubnd, []workflow.OfficeFacts{op}, "Vũ Giang"
	case "plan-explanation", "inspection-checklist":
		f.Sheet = sheetOf(form)
	case "form-05":
		f.To = []workflow.OfficeFacts{ubnd}
	case "overview":
		f.Overview = overview()
	case "form-08", "four-layer-register", "appendix-2", "appendix-3", "appendix-4":
		listFacts(&f, ubnd)
	case "register":
		f.Register = &workflow.RegisterFacts{On: f.Date, Source: "danh-sach.csv", Total: 60}
		for i := range 60 {
			f.Register.Rows = append(f.Register.Rows, workflow.RegisterRow{N: i + 1, Unit: "Sở Khoa học và Công nghệ", System: "=Hệ thống mạng nội bộ", Level: 2, Decided: "4/2019", Meets: "met"})
			f.Register.Counts[2]++
		}
	}
	more(&f, form)
	f.Proof = &workflow.ProofFacts{Code: "GEZD-GNBV-GY3T-QOJQ", Link: "https://capdo.example.vn/verify/GEZD-GNBV-GY3T-QOJQ", Page: "https://capdo.example.vn/verify", Seal: "12: 9F3A07C155D2"}
	f.Sign = workflow.SignFacts{First: f.Issuer.Mark, Second: f.Issuer.Title}
	return f
}

// overview is a description full of what only it may show.
func overview() *workflow.OverviewFacts {
	return &workflow.OverviewFacts{OwnerHead: "Vũ Giang", OperatorHead: "Trần Thị Bình", Overview: workflow.Overview{Scope: "Toàn tỉnh", Scale: "1.200 tài khoản",
		Operator:     workflow.Contact{Functions: "Quyết định số 5/2021/QĐ-UBND", Phone: "0259 000 000", Email: "sct@example.vn"},
		Devices:      []workflow.Device{{Name: "Tường lửa biên", Type: "FW-1", Main: true, Place: "Phòng máy 2", Purpose: "Ngăn cách vùng", From: "Trung tâm dữ liệu"}},
		Servers:      []workflow.Server{{Name: "MAY-CHU-77", Place: "Phòng máy 2", OperatingSystem: "Debian 12", Zone: "DMZ"}},
		Applications: []workflow.Application{{Name: "Cổng", Server: "MAY-CHU-77", Purpose: "Nhận hồ sơ"}},
		Zones:        []workflow.Zone{{Name: "DMZ", PrivateIP: []string{"10.20.30.0/24", "10.20.31.1-10.20.31.9"}, PublicIP: []string{"203.0.113.77"}}},
		Connections:  []workflow.Connection{{Name: "Trục liên thông", Direction: "both", Purpose: "Trao đổi hồ sơ"}}},
		Files: []workflow.Attachment{{As: "logical_diagram", Name: "So-do-bi-mat.png", Version: 2, SHA256: "9f86d081"}}}
}

func printed(t *testing.T, f workflow.PaperFacts) workflow.Printed {
	t.Helper()
	p, _ := press(t)
	out, err := p.Print(context.Background(), f)
	if err != nil {
		t.Fatalf("%s: %v", f.Form, err)
	}
	return out
}

func TestEveryFormPrintsAsItsGoldenFile(t *testing.T) {
	_, words := press(t)
	for _, regime := range []string{"nd85-tt03", "nd85-tt12"} {
		if len(words.Forms(regime)) < 18 {
			t.Errorf("%s has %v", regime, words.Forms(regime))
		}
	}
	for _, form := range words.Forms("nd85-tt03") {
		got := printed(t, facts(form)).Text
		name := filepath.Join("testdata", form+".golden")
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil || string(want) != got {
			t.Errorf("%s differs from its golden file (%v):\n%s", form, err, got)
		}
	}
}

func TestEqualFactsGiveEqualBytesInAnyZone(t *testing.T) {
	one := printed(t, facts("form-06"))
	old := time.Local
	time.Local = time.FixedZone("far", -11*3600)
	defer func() { time.Local = old }()
	if two := printed(t, facts("form-06")); !bytes.Equal(one.PDF, two.PDF) {
		t.Error("two printings differ")
	}
}

func TestATypedValueNeverBecomesABlock(t *testing.T) {
	f := facts("form-06")
	f.System = "{{.F.Owner}} - head: {parent: x}"
	if out := printed(t, f); !strings.Contains(strings.Join(strings.Fields(out.Text), " "), f.System) {
		t.Error("the text of the system was taken for something else")
	}
}

func TestWhatAPaperLacksStopsIt(t *testing.T) {
	p, _ := press(t)
	f := facts("form-06")
	f.System = ""
	if _, err := p.Print(context.Background(), f); !isKey(err, "paper.field_missing") {
		t.Errorf("no system: %v", err)
	}
	f.System = "Hệ thống 😀"
	if _, err := p.Print(context.Background(), f); !isKey(err, "paper.glyph") {
		t.Errorf("emoji: %v", err)
	}
}

func isKey(err error, key string) bool {
	p, ok := workflow.ProblemOf(err)
	return ok && p.Key == key
}

// tool runs a program of poppler over a PDF.
func tool(t *testing.T, pdf []byte, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not installed (Debian package poppler-utils)", name)
		}
		t.Skipf("!!! %s is not installed (Debian package poppler-utils): the papers were NOT checked", name)
	}
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		if a == "FILE" {
			args[i] = file
		}
	}
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

func TestADecisionIsWhatAClerkExpects(t *testing.T) {
	f := facts("form-06")
	f.Number = "04/QĐ-UBND"
	pdf := printed(t, f).PDF
	text := tool(t, pdf, "pdftotext", "-layout", "FILE", "-")
	pages := strings.Split(text, "\f")
	lines := func(re string) {
		t.Helper()
		if !regexp.MustCompile(re).MatchString(text) {
			t.Errorf("not found: %s\n%s", re, text)
		}
	}
	lines(`CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM`)                   // 2: on one line
	lines(`Số: 04/QĐ-UBND +Ninh Thuận, ngày 08 tháng 3 năm 2022`) // 4: level with the place and date
	lines(`(?s)QUYẾT ĐỊNH.*Căn cứ Luật.*;.*Xét đề nghị.*\..*Điều 1\..*Điều 2\..*Điều 3\..*\./\.`)
	lines(`TM\. ỦY BAN NHÂN DÂN`)
	lines(`Nơi nhận:`)
	lines(`- Như Điều 3;`)
	lines(`- Lưu: VT`)
	if len(pages) < 2 || regexp.MustCompile(`(?m)^\s*1\s*$`).MatchString(pages[0]) || !regexp.MustCompile(`^\s*2\s*\n`).MatchString(pages[1]) {
		t.Error("page numbers: none on page 1, on top from page 2")
	}
	fonts := tool(t, pdf, "pdffonts", "FILE")
	for _, l := range strings.Split(strings.TrimSpace(fonts), "\n")[2:] {
		if w := strings.Fields(l); w[len(w)-5] != "yes" && w[len(w)-4] != "yes" {
			t.Errorf("not embedded: %s", l)
		}
	}
	info := tool(t, pdf, "pdfinfo", "FILE")
	if !strings.Contains(info, "A4") {
		t.Error("not A4")
	}
	if n := len(pdf); n > 60000 {
		t.Errorf("%d bytes", n)
	}
}

func TestADraftSaysSoOnEveryPage(t *testing.T) {
	f := facts("form-06")
	f.Draft, f.Number = true, ""
	text := tool(t, printed(t, f).PDF, "pdftotext", "-layout", "FILE", "-")
	pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
	for i, p := range pages {
		if !strings.Contains(p, "DỰ THẢO") {
			t.Errorf("page %d is not marked", i+1)
		}
	}
	if !strings.Contains(text, "Điều 3.") {
		t.Error("the mark hides text")
	}
}

func TestARegisterIsWhatAClerkExpects(t *testing.T) {
	pdf := printed(t, facts("register")).PDF
	text := tool(t, pdf, "pdftotext", "-layout", "FILE", "-")
	pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
	if len(pages) < 2 {
		t.Fatal("the register should take several pages")
	}
	for i, p := range pages[:len(pages)-1] {
		if !strings.Contains(p, "STT") || !strings.Contains(p, "Đơn vị quản lý") {
			t.Errorf("page %d lacks the header row", i+1)
		}
	}
	for _, want := range []string{"Phụ lục I", "DANH SÁCH HỆ THỐNG THÔNG TIN ĐÃ PHÊ DUYỆT CẤP ĐỘ", "4/2019", "Danh sách gồm 60 hệ thống: 60 cấp độ 2.", "danh-sach.csv"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	if n := strings.Count(text, "4/2019"); n != 60 {
		t.Errorf("%d rows", n)
	}
}
