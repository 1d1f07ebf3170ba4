package paper

import (
	"fmt"
	"strings"
	"testing"
)

// TestAHeadingStaysWithTheTableBelow tries every height at which a page may end
// between a heading, the header of its table, a heading inside, and its row.
func TestAHeadingStaysWithTheTableBelow(t *testing.T) {
	for n := range 40 {
		var d Document
		for i := range n {
			d.Blocks = append(d.Blocks, Para{Text: fmt.Sprintf("Dòng %d", i)})
		}
		rows := [][]string{{"", "7.1.1. NHÓM MỘT"}, {"1", "hàng một"}}
		for i := range 12 {
			rows = append(rows, []string{fmt.Sprint(i + 2), strings.Repeat("hàng dài ", 3)})
		}
		rows = append(rows, []string{"", "7.1.2. NHÓM HAI"}, []string{"99", "hàng cuối"})
		d.Blocks = append(d.Blocks, Part{"I. YÊU CẦU"}, Table{Columns: []Column{{Title: "STT", Width: 12}, {Title: "Yêu cầu"}}, Rows: rows})
		for i, page := range strings.Split(poppler(t, render(t, d), "pdftotext", "-layout"), "\f") {
			for above, below := range map[string]string{"I. YÊU CẦU": "NHÓM MỘT", "NHÓM MỘT": "hàng một", "NHÓM HAI": "hàng cuối"} {
				if strings.Contains(page, above) && !strings.Contains(page, below) {
					t.Errorf("%d lines before: page %d has %q without %q\n%s", n, i+1, above, below, page)
				}
			}
		}
	}
}
