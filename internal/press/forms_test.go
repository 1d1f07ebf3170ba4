package press

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"capdo/workflow"
	"capdo/workflow/regime"
)

var everyRegime = []string{"nd85-tt03", "nd85-tt12", "nd331"}

// in puts the facts of a paper under another regime, on a day it is in force.
func in(key string, f workflow.PaperFacts) workflow.PaperFacts {
	switch f.Regime = key; key {
	case "nd85-tt12":
		f.RegimeTitle, f.Date = "Nghị định 85/2016/NĐ-CP và Thông tư 12/2022/TT-BTTTT", day("2023-02-06")
	case "nd331":
		f.RegimeTitle, f.Standard, f.Date = "Nghị định 331/2026/NĐ-CP", "TCVN 14423:2026", day("2026-11-24")
		f.Bases = []string{"Luật An ninh mạng số 116/2025/QH15 ngày 10 tháng 12 năm 2025", "Nghị định số 331/2026/NĐ-CP ngày 19 tháng 8 năm 2026 của Chính phủ"}
		f.Due = &workflow.Due{Rule: "D-VALID", From: day("2026-11-17"), Day: day("2026-11-24"), Origin: regime.Law, Basis: []regime.Citation{"NĐ 331/2026 Đ23 k2"}}
		f.Reasons = []regime.Reason{{Rule: "R331-L3-04", Level: 3, Basis: []regime.Citation{"NĐ 331/2026 Đ13 k2 b"}}}
		if f.Report != nil {
			r := *f.Report
			r.DutyNote, r.Contents = "", slices.Clone(r.Contents)
			for i := range r.Contents {
				r.Contents[i].Basis = []regime.Citation{"NĐ 331/2026 Đ36 k1"}
			}
			f.Report = &r
		}
	}
	return f
}

// more adds what papers beyond the dossier of level 3 print.
func more(f *workflow.PaperFacts, form string) {
	ministry := workflow.OfficeFacts{ID: "bo", Name: "Bộ Thông tin và Truyền thông", Place: "Hà Nội", Title: "BỘ TRƯỞNG"}
	old := &workflow.CitedPaper{No: "500/QĐ-UBND", Date: day("2020-05-04"), Issuer: f.Owner.Name}
	switch form {
	case "form-03", "submission-note", "transfer-slip", "opinion", "outside-record", "form-07":
		f.Level, f.Implied, f.Extra, f.Risk, f.Appraiser = 4, 4, []string{"a", "d"}, true, ministry
		f.Expert = &workflow.ExpertFacts{Level: "fit", Plan: "fit", Text: "Cần bổ sung phương án dự phòng ngoài địa bàn tỉnh", On: day("2022-03-03")}
	}
	switch form {
	case "opinion", "follow-up-sheet", "review-note":
		f.Issuer, f.To, f.Signatory = f.SDU, []workflow.OfficeFacts{f.Operator}, "Phạm Dung"
	case "transfer-slip":
		f.Issuer, f.To, f.Signatory, f.Components = f.Owner, []workflow.OfficeFacts{ministry}, "Vũ Giang", []int{1, 2, 3, 4, 5}
	case "form-07", "ending-decision", "end-minutes", "end-decision", "outside-record", "designation-note", "delegation-note",
		"inspection-plan", "inspection-decision", "inspection-report", "inspection-conclusion", "follow-up-list", "check-reminder", "extension-note":
		f.Issuer, f.To, f.Signatory = f.Owner, []workflow.OfficeFacts{f.Operator}, "Vũ Giang"
	case "submission-note":
		f.To = []workflow.OfficeFacts{f.Owner}
	}
	switch form {
	case "form-07":
		f.Level = 5
		f.Listing = &workflow.CitedPaper{No: "601/QĐ-TTg", Date: day("2022-02-21"), Issuer: "Thủ tướng Chính phủ"}
	case "outside-record":
		f.Outside = &workflow.OutsideFacts{Form: "form-04", By: ministry, No: "901/BTTTT-CATTT", Date: day("2022-03-07"), Fit: false,
			Coordinating: []workflow.OfficeFacts{{Name: "Bộ Quốc phòng"}, {Name: "Bộ Công an"}}}
		f.Conclusion = &workflow.Conclusion{Points: map[string]string{"a": "fit", "b": "unfit", "c": "fit"}, Defects: []string{"Thiết kế chưa có phân vùng quản trị"}}
	case "trigger-note":
		f.Trigger, f.Replaces, f.OldLevel, f.Reason = "threshold", old, 2, "Số người sử dụng đã vượt mười nghìn"
	case "ending-decision", "end-minutes", "end-decision", "review-note":
		f.Ended, f.OldLevel, f.Result, f.Reason = old, 3, "redetermine", ""
		f.EndPlan, f.WipeMinutes = "Chuyển dữ liệu sang hệ thống mới, xóa và hủy thiết bị lưu trữ", "3/BB-SCT"
	case "designation-note":
		f.Mandate = &workflow.MandateFacts{To: f.SDU, No: "21/QĐ-UBND", Date: day("2022-01-10"), From: day("2022-01-10")}
	case "delegation-note":
		f.Mandate = &workflow.MandateFacts{To: f.SDU, No: "22/QĐ-UBND", Date: day("2022-01-10"), Systems: []string{f.System, "Hệ thống thư điện tử công vụ"},
			Duties: "Tổ chức thẩm định, phê duyệt hồ sơ đề xuất cấp độ", From: day("2022-01-10"), Until: day("2023-01-09")}
	}
	if strings.HasPrefix(form, "inspection-") || strings.HasPrefix(form, "follow-up-") || form == "handover-notice" || form == "check-reminder" || form == "extension-note" {
		f.Check = check(f)
		f.System = "Cổng thông tin điện tử tỉnh"
	}
	switch form {
	case "handover-notice":
		f.Issuer, f.To, f.Signatory = f.Check.Performer, []workflow.OfficeFacts{f.Operator}, "Ngô Hải"
		f.Due = &workflow.Due{Rule: "D-INSP-COMMENT", From: day("2022-03-08"), Day: day("2022-03-14"), Origin: regime.Law, Basis: []regime.Citation{"TT 03/2017 Đ11 k7"}}
	case "inspection-plan":
		f.Due = &workflow.Due{Rule: "D-INSP-SEND", From: day("2022-03-08"), Day: day("2022-03-18"), Origin: regime.Law, Basis: []regime.Citation{"TT 03/2017 Đ11 k5 c"}}
	case "extension-note":
		f.Reason, f.From = "Chờ đấu thầu thiết bị", day("2022-06-30")
		f.Check.Findings[1].Note, f.Check.Findings[1].Due = f.Reason, day("2022-09-30")
	}
}

func check(f *workflow.PaperFacts) *workflow.CheckFacts {
	return &workflow.CheckFacts{Kind: "periodic", Rule: "I-L34", DueDay: day("2022-12-31"), Systems: []string{"Cổng thông tin điện tử tỉnh"}, Scope: "Hạ tầng, ứng dụng và quy trình vận hành",
		From: day("2022-03-01"), To: day("2022-03-07"), Coordinating: []workflow.OfficeFacts{{Name: "Công an tỉnh"}},
		Performer: workflow.OfficeFacts{ID: "tt", Name: "Trung tâm Giám sát an toàn không gian mạng", Place: "Ninh Thuận", Symbol: "TTGS", Title: "GIÁM ĐỐC"}, Quality: "public_service",
		Contents: []string{"tuan_thu", "hieu_qua_bien_phap", "ky_thuat_ma_doc_lo_hong_xam_nhap"}, Inspected: f.Operator,
		Plan: &workflow.CitedPaper{No: "11/KH-UBND", Date: day("2022-02-10"), Issuer: f.Owner.Name}, Decision: &workflow.CitedPaper{No: "12/QĐ-UBND", Date: day("2022-02-21"), Issuer: f.Owner.Name},
		Started: day("2022-03-01"), Finished: day("2022-03-07"), Comment: "Đề nghị lùi hạn khắc phục phát hiện thứ hai",
		Findings: []workflow.FindingFacts{
			{N: 1, ID: "P1", Text: "Chưa thay mật khẩu mặc định của thiết bị chuyển mạch", Severity: "high", Due: day("2022-04-30"), Evidence: "Biên bản đổi mật khẩu 5/BB-SCT", Closed: day("2022-03-08")},
			{N: 2, ID: "P2", Text: "Chưa có hệ thống lưu nhật ký tập trung", Severity: "medium", Due: day("2022-06-30")},
		}, NextDue: day("2023-03-08")}
}

func TestEveryFormOfEveryRegimePrintsAsItsGoldenFile(t *testing.T) {
	_, words := press(t)
	for _, key := range everyRegime[1:] {
		dir := filepath.Join("testdata", key)
		if *update {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		for _, form := range words.Forms(key) {
			got, name := printed(t, in(key, facts(form))).Text, filepath.Join(dir, form+".golden")
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(name); err != nil || string(want) != got {
				t.Errorf("%s %s differs from its golden file (%v):\n%s", key, form, err, got)
			}
		}
	}
}

func TestAPaperOfDecree331SaysNothingOfTheOldWords(t *testing.T) {
	_, words := press(t)
	for _, form := range words.Forms("nd331") {
		text := flat(printed(t, in("nd331", facts(form))).Text)
		for _, old := range []string{"85/2016", "03/2017", "cấp độ an toàn hệ thống thông tin", "bảo đảm an toàn thông tin", "Nghị định này"} {
			if form != "register" && strings.Contains(text, old) {
				t.Errorf("%s says %q:\n%s", form, old, text)
			}
		}
	}
}

// hole is what an empty slot leaves in a text.
var hole = regexp.MustCompile(`<no value>|%!|\(\)|: \.|: ;| ,|  |số ngày| \.|\.\.|đối với \.`)

func TestNoPaperShowsAnEmptySlot(t *testing.T) {
	_, words := press(t)
	for _, key := range everyRegime {
		for _, form := range words.Forms(key) {
			text := flat(printed(t, in(key, facts(form))).Text)
			if at := hole.FindStringIndex(text); at != nil && form != "register" {
				t.Errorf("%s %s: …%s…", key, form, text[max(0, at[0]-60):min(len(text), at[1]+20)])
			}
		}
	}
}

// flat is a text on one line.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestEveryDecisionIsWhatAClerkExpects(t *testing.T) {
	for _, one := range []struct{ key, form string }{{"nd331", "form-06"}, {"nd331", "form-07"}, {"nd85-tt12", "form-07"}, {"nd85-tt03", "ending-decision"}, {"nd331", "end-decision"}, {"nd331", "inspection-decision"}} {
		t.Run(one.key+" "+one.form, func(t *testing.T) {
			f := in(one.key, facts(one.form))
			f.Number, f.DemoDay = "04/QĐ-UBND", regime.Day{}
			decisionPoints(t, f, printed(t, f).PDF)
		})
	}
}

// decisionPoints checks what a clerk looks for in a decision, from the file itself.
func decisionPoints(t *testing.T, f workflow.PaperFacts, pdf []byte) {
	text := tool(t, pdf, "pdftotext", "-layout", "FILE", "-")
	pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
	found := func(point int, re string) {
		t.Helper()
		if !regexp.MustCompile(re).MatchString(text) {
			t.Errorf("point %d: not found: %s\n%s", point, re, text)
		}
	}
	info := tool(t, pdf, "pdfinfo", "FILE")
	if !strings.Contains(info, "A4") {
		t.Error("point 1: not A4")
	}
	margins(t, tool(t, pdf, "pdftotext", "-bbox", "FILE", "-"))
	found(2, `CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM`)
	found(2, `Độc lập - Tự do - Hạnh phúc`)
	found(4, fmt.Sprintf(`Số: 04/QĐ-UBND +Ninh Thuận, ngày %02d tháng (0[12]|[3-9]|1[0-2]) năm %d`, f.Date.Start().Day(), f.Date.Year()))
	found(5, `(?s)Căn cứ Luật.*;.*(Xét|Theo) (đề nghị|yêu cầu).*\.\s+QUYẾT ĐỊNH:`)
	found(6, `(?s)QUYẾT ĐỊNH:.*Điều 1\..*Điều 2\..*Điều 3\..*\./\.`)
	found(7, `TM\. ỦY BAN NHÂN DÂN`)
	found(7, `(?s)CHỦ TỊCH\s*(\n[^\p{L}]*)*.*Vũ Giang`)
	found(8, `Nơi nhận: +TM\. ỦY BAN NHÂN DÂN`)
	found(8, `- Như Điều 3;`)
	found(8, `- Lưu: VT`)
	for i, p := range pages {
		if first := regexp.MustCompile(`^\s*` + fmt.Sprint(i+1) + `\s*\n`).MatchString(p); first != (i > 0) {
			t.Errorf("point 9: page %d: number on top: %v", i+1, first)
		}
	}
	for _, l := range strings.Split(strings.TrimSpace(tool(t, pdf, "pdffonts", "FILE")), "\n")[2:] {
		if w := strings.Fields(l); w[len(w)-5] != "yes" && w[len(w)-4] != "yes" {
			t.Errorf("point 10: not embedded: %s", l)
		}
	}
	want := flat(f.System + " " + f.Operator.Name)
	for _, w := range strings.Fields(want) {
		if !strings.Contains(text, w) {
			t.Errorf("point 10: %q cannot be selected", w)
		}
	}
}

var boxed = regexp.MustCompile(`<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">|<page width="([\d.]+)"`)

// margins keeps every word inside the margins of NĐ 30/2020: left 30, right 15,
// bottom 20 mm; the page number and the small line stand in top and foot.
func margins(t *testing.T, boxes string) {
	t.Helper()
	const mm = 72 / 25.4
	n, width := 0, 210*mm
	for _, m := range boxed.FindAllStringSubmatch(boxes, -1) {
		if m[5] != "" {
			if _, err := fmt.Sscan(m[5], &width); err != nil {
				t.Fatal(err)
			}
			continue
		}
		var b [4]float64
		for i := range b {
			if _, err := fmt.Sscan(m[i+1], &b[i]); err != nil {
				t.Fatal(err)
			}
		}
		if n++; b[0] < 29.5*mm || b[2] > width-14.5*mm {
			t.Errorf("point 1: a word stands from %.1f to %.1f mm", b[0]/mm, b[2]/mm)
		}
	}
	if n < 50 {
		t.Errorf("only %d words", n)
	}
}

func TestMinutesHaveNoPlaceLineAndTwoSignatures(t *testing.T) {
	for _, form := range []string{"end-minutes", "appraisal-minutes"} {
		text := tool(t, printed(t, in("nd331", facts(form))).PDF, "pdftotext", "-layout", "FILE", "-")
		if regexp.MustCompile(`Ninh Thuận, ngày`).MatchString(text) {
			t.Errorf("%s: place and date at the head", form)
		}
		for _, re := range []string{`THƯ KÝ +CHỦ T`, `Thời gian: ngày`, `Lưu: VT, Hồ sơ\.`} {
			if !regexp.MustCompile(re).MatchString(text) {
				t.Errorf("%s: no %s\n%s", form, re, text)
			}
		}
	}
}

func TestFortyFindingsRunOverPagesUnderTheirHeader(t *testing.T) {
	for _, form := range []string{"inspection-report", "inspection-conclusion", "follow-up-list", "follow-up-sheet"} {
		f := facts(form)
		f.Check.Findings = nil
		for i := range 40 {
			f.Check.Findings = append(f.Check.Findings, workflow.FindingFacts{N: i + 1, ID: fmt.Sprintf("P%d", i+1),
				Text: strings.Repeat("điểm yếu cần khắc phục ", 8), Severity: "critical", Due: day("2022-12-31")})
		}
		text := tool(t, printed(t, f).PDF, "pdftotext", "-layout", "FILE", "-")
		pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
		heads := strings.Count(text, "STT")
		if len(pages) < 3 || heads < 3 {
			t.Errorf("%s: %d pages, %d header rows", form, len(pages), heads)
		}
		for i := range 40 {
			if !regexp.MustCompile(fmt.Sprintf(`\bP%d\b`, i+1)).MatchString(text) {
				t.Errorf("%s: finding P%d is lost", form, i+1)
			}
		}
		if !strings.Contains(text, "40 phát hiện") {
			t.Errorf("%s: no count", form)
		}
	}
}

func TestNamesOfTwoHundredLettersAndLongTextsStayInside(t *testing.T) {
	_, words := press(t)
	long := strings.TrimSpace(strings.Repeat("Hệ thống thông tin quản lý chuyên ngành ", 5))
	for _, form := range words.Forms("nd331") {
		f := in("nd331", facts(form))
		if form == "register" {
			continue
		}
		f.System, f.Operator.Name, f.Reason, f.Text = long, long, strings.Repeat(long+". ", 12), strings.Repeat(long+"; ", 12)
		if f.Check != nil {
			f.Check.Performer.Name, f.Check.Inspected.Name, f.Check.Scope, f.Check.Comment = long, long, f.Text, f.Text
		}
		margins(t, tool(t, printed(t, f).PDF, "pdftotext", "-bbox", "FILE", "-"))
	}
}

func TestEachFormStopsWithoutTheFactItIsFor(t *testing.T) {
	p, _ := press(t)
	for form, take := range map[string]func(*workflow.PaperFacts){
		"form-03":             func(f *workflow.PaperFacts) { f.System = "" },
		"form-07":             func(f *workflow.PaperFacts) { f.Listing = nil },
		"transfer-slip":       func(f *workflow.PaperFacts) { f.System = "" },
		"opinion":             func(f *workflow.PaperFacts) { f.Expert = nil },
		"submission-note":     func(f *workflow.PaperFacts) { f.Expert = nil },
		"outside-record":      func(f *workflow.PaperFacts) { f.Outside.No = "" },
		"trigger-note":        func(f *workflow.PaperFacts) { f.Trigger = "" },
		"ending-decision":     func(f *workflow.PaperFacts) { f.Ended.No = "" },
		"end-minutes":         func(f *workflow.PaperFacts) { f.WipeMinutes = "" },
		"end-decision":        func(f *workflow.PaperFacts) { f.EndPlan = "" },
		"inspection-plan":     func(f *workflow.PaperFacts) { f.Check.Scope = "" },
		"inspection-decision": func(f *workflow.PaperFacts) { f.Check.Contents = nil },
		"handover-notice":     func(f *workflow.PaperFacts) { f.Check.Performer.Name = "" },
		"inspection-comment":  func(f *workflow.PaperFacts) { f.Check.Comment = "" },
		"inspection-report":   func(f *workflow.PaperFacts) { f.Check = nil },
		"check-reminder":      func(f *workflow.PaperFacts) { f.Check.DueDay = regime.Day{} },
		"extension-note":      func(f *workflow.PaperFacts) { f.Reason = "" },
		"review-note":         func(f *workflow.PaperFacts) { f.Result = "" },
		"designation-note":    func(f *workflow.PaperFacts) { f.Mandate = nil },
		"delegation-note":     func(f *workflow.PaperFacts) { f.Mandate.Until = regime.Day{} },
	} {
		f := facts(form)
		take(&f)
		if _, err := p.Print(context.Background(), f); !isKey(err, "paper.field_missing") {
			t.Errorf("%s: %v", form, err)
		}
	}
}
