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

func TestWhatOnlyOpensALineStaysWithWhatFollows(t *testing.T) {
	for last, opening := range map[string]Block{
		"Tổ chức thực hiện": Article{"Điều 2.", "Tổ chức thực hiện"},
		"Nội dung:":         Clause{"2.", "Nội dung:"},
		"Các nội dung sau:": Para{Text: "Các nội dung sau:"},
	} {
		turned := 0
		for above := range 40 {
			d := Document{}
			for range above {
				d.Blocks = append(d.Blocks, Clause{"1.", "một dòng"})
			}
			d.Blocks = append(d.Blocks, opening, Clause{"1.", "dòng sau"}, Clause{"2.", "dòng sau nữa"})
			pages := strings.Split(strings.TrimSuffix(poppler(t, render(t, d), "pdftotext", "-layout"), "\f"), "\f")
			if len(pages) > 1 {
				turned++
			}
			for i, p := range pages[:len(pages)-1] {
				if strings.HasSuffix(strings.TrimSpace(p), last) {
					t.Errorf("%s, %d lines above: it is the last line of page %d", last, above, i+1)
				}
			}
		}
		if turned == 0 {
			t.Error("no document took two pages")
		}
	}
}

// TestAHeadingInsideATableRunsAcrossItsColumns asks that it takes one line where
// its column alone would break it, and that no upright runs through it.
func TestAHeadingInsideATableRunsAcrossItsColumns(t *testing.T) {
	heading := "7.1.1. THIẾT LẬP CHÍNH SÁCH AN TOÀN THÔNG TIN CỦA CƠ QUAN"
	d := Document{Blocks: []Block{Table{Columns: []Column{{Title: "STT", Width: 12}, {Title: "Yêu cầu", Width: 30}, {Title: "Kết quả"}, {Title: "Ghi chú"}},
		Rows: [][]string{{"", heading}, {"1", "một", "đạt", ""}}}}}
	if text := poppler(t, render(t, d), "pdftotext", "-layout"); !strings.Contains(text, heading) {
		t.Errorf("the heading breaks:\n%s", text)
	}
	words := seenWords(t, render(t, d))
	first, last := words[0], words[0]
	for _, s := range words {
		if s.text == "7.1.1." {
			first = s
		}
		if s.text == "QUAN" {
			last = s
		}
	}
	if inset := first.left - (marginLeft + 12); inset < padX-0.2 || inset > padX+0.5 || last.base-first.base > 0.1 {
		t.Errorf("it runs from %+v to %+v", first, last)
	}
}
