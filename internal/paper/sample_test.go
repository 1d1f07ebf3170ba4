package paper

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

const nation, motto = "Cộng hòa xã hội chủ nghĩa Việt Nam", "Độc lập - Tự do - Hạnh phúc"

func decision() Document {
	return Document{
		Title: "Quyết định phê duyệt cấp độ", Date: time.Date(2021, 11, 30, 8, 0, 0, 0, time.FixedZone("ICT", 7*3600)),
		Blocks: []Block{
			Head{Parent: "Ủy ban nhân dân tỉnh Ninh Thuận", Issuer: "Sở Thông tin và Truyền thông", Nation: nation, Motto: motto,
				Number: "Số: 45/QĐ-STTTT", PlaceDate: "Ninh Thuận, ngày 30 tháng 11 năm 2021"},
			Title{Type: "Quyết định", Abstract: "Về việc phê duyệt cấp độ an toàn hệ thống thông tin Hệ thống quản lý văn bản và điều hành của Sở Nội vụ"},
			Authority{"Giám đốc Sở Thông tin và Truyền thông"},
			Bases{[]string{
				"Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015",
				"Căn cứ Luật An toàn thông tin mạng ngày 19 tháng 11 năm 2015;",
				"Căn cứ Nghị định số 85/2016/NĐ-CP ngày 01 tháng 7 năm 2016 của Chính phủ về bảo đảm an toàn hệ thống thông tin theo cấp độ",
				"Theo đề nghị của Trưởng phòng Công nghệ thông tin.",
			}},
			Command{"QUYẾT ĐỊNH:"},
			Article{"Điều 1.", "Phê duyệt cấp độ an toàn hệ thống thông tin đối với Hệ thống quản lý văn bản và điều hành, cụ thể như sau:"},
			Clause{"1.", "Thông tin chung:"},
			Point{"a)", "Tên hệ thống thông tin: Hệ thống quản lý văn bản và điều hành;"},
			Point{"b)", "Đơn vị vận hành hệ thống thông tin: Sở Nội vụ;"},
			Point{"đ)", "Địa chỉ: số 59 đường 16 tháng 4, thành phố Phan Rang - Tháp Chàm."},
			Clause{"2.", "Cấp độ hệ thống thông tin: cấp độ 2 (theo khoản 1 Điều 8 Nghị định số 85/2016/NĐ-CP)."},
			Article{"Điều 2.", "Sở Nội vụ có trách nhiệm triển khai đầy đủ phương án bảo đảm an toàn hệ thống thông tin đã được phê duyệt, thường xuyên kiểm tra, giám sát an toàn hệ thống thông tin theo quy định của pháp luật."},
			Article{"Điều 3.", "Quyết định này có hiệu lực kể từ ngày ký. Chánh Văn phòng, Trưởng phòng Công nghệ thông tin và Thủ trưởng các đơn vị có liên quan chịu trách nhiệm thi hành Quyết định này./."},
			Recipients{Label: "Nơi nhận:", Lines: []string{"Như Điều 3;", "Ủy ban nhân dân tỉnh (để báo cáo);", "Lưu: VT, CNTT."}},
			Signature{[]Signatory{{Lines: []string{"KT. Giám đốc", "Phó Giám đốc"}, Name: "Nguyễn Văn A"}}},
		},
	}
}

func register(rows int) Document {
	d := decision()
	t := Table{Closing: fmt.Sprintf("Danh sách gồm %d hệ thống.", rows), Columns: []Column{{"STT", 10, "C"}, {"Đơn vị quản lý", 42, "L"},
		{"Tên hệ thống thông tin", 55, "L"}, {"Cấp độ an toàn", 14, "C"}, {"Thời gian xác định cấp độ (tháng/năm)", 20, "C"}, {"Đáp ứng về yêu cầu tối thiểu", 24, "C"}}}
	for i := 1; i <= rows; i++ {
		t.Rows = append(t.Rows, []string{strconv.Itoa(i), fmt.Sprintf("Ủy ban nhân dân huyện Ninh Phước R%d", i), fmt.Sprintf("Hệ thống thông tin nội bộ phục vụ chỉ đạo điều hành S%d của huyện", i), "2", "11/2019", "Đáp ứng"})
	}
	d.Blocks = append(d.Blocks, Annex{Label: "Phụ lục I", Title: "Danh sách hệ thống thông tin đã phê duyệt cấp độ", Reference: "(Kèm theo Quyết định số 45/QĐ-STTTT)", NewPage: true}, t)
	return d
}

func render(t *testing.T, d Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := PDF(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// poppler runs one of its programs on a document. Where it is not installed
// the test is skipped aloud, and fails where CI is set.
func poppler(t *testing.T, pdf []byte, program string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not installed", program)
		}
		t.Skipf("NOT TESTED: %s is not installed", program)
	}
	file := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	args = append(args, file)
	if program == "pdftotext" {
		args = append(args, "-")
	}
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
	return string(out)
}

// seen is a word on a page, in mm.
type seen struct {
	page                   int
	text                   string
	left, top, right, base float64
}

var wordLine = regexp.MustCompile(`<word xMin="([^"]+)" yMin="([^"]+)" xMax="([^"]+)" yMax="([^"]+)">(.*)</word>`)

func seenWords(t *testing.T, pdf []byte) []seen {
	t.Helper()
	var list []seen
	page := 0
	for line := range strings.SplitSeq(poppler(t, pdf, "pdftotext", "-bbox"), "\n") {
		if strings.Contains(line, "<page ") {
			page++
		}
		if m := wordLine.FindStringSubmatch(line); m != nil {
			var n [4]float64
			for i := range n {
				n[i], _ = strconv.ParseFloat(m[i+1], 64)
				n[i] = mm(n[i])
			}
			list = append(list, seen{page, strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "&quot;", `"`).Replace(m[5]), n[0], n[1], n[2], n[3]})
		}
	}
	return list
}
