package press

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"capdo/templates"
)

const formsPage = "../../docs/forms.md"

var marks = map[string]string{"primary": "đối chiếu văn bản chính thức", "primary-copy": "đối chiếu bản chép, chưa đọc bản ký", "secondary": "theo nguồn thứ cấp",
	"UNVERIFIED": "**UNVERIFIED**: chưa đối chiếu từng chữ", "design": "do chương trình đặt, luật không có mẫu"}

var issuers = map[string]string{"operator": "đơn vị vận hành", "sdu": "đơn vị chuyên trách", "appraiser": "cơ quan thẩm định", "owner": "chủ quản",
	"performer": "đơn vị kiểm tra", "inspector": "người kiểm tra", "recorder": "người ghi nhận", "program": "chương trình"}

func numbered(code string) string {
	switch code {
	case "":
		return "không lấy số"
	case "-":
		return "công văn"
	}
	return code
}

// formsTable is the page of all forms, from the data.
func formsTable(words *templates.Templates) string {
	var b strings.Builder
	b.WriteString("# Biểu mẫu\n\nBảng này viết ra từ dữ liệu bằng `make golden`; kiểm thử hỏng khi nó cũ. Cột \"đối chiếu\" nói lời văn của mẫu đã được kiểm tới đâu;\n" +
		"`capdo check law --json` và danh sách văn bản qua JSON nói cùng điều đó. \"Theo\" là điều khoản mà văn bản phục vụ.\n")
	for _, key := range everyRegime {
		fmt.Fprintf(&b, "\n## %s\n\n| Mẫu | Tên | Số | Ai ban hành | Theo | Đối chiếu |\n|---|---|---|---|---|---|\n", key)
		for _, f := range words.Info(key) {
			var by []string
			for _, one := range f.By {
				by = append(by, issuers[one])
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", f.Form, f.Title, numbered(f.Numbered), dash(strings.Join(by, ", ")), dash(f.Basis), marks[f.Verified])
		}
	}
	return b.String()
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func TestThePageOfFormsIsNotStale(t *testing.T) {
	_, words := press(t)
	got := formsTable(words)
	if *update {
		if err := os.WriteFile(formsPage, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(formsPage)
	if err != nil || string(want) != got {
		t.Errorf("docs/forms.md is stale (%v): make golden", err)
	}
}
