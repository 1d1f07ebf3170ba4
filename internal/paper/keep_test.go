package paper

import (
	"strings"
	"testing"
)

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
