package intake

import (
	"bytes"
	"strings"
	"testing"
)

const printedHead = "STT\n\nĐơn vị quản lý\n\nTên hệ thống thông tin\n\nCấp độ\n\nThời gian xác định\n\nĐáp ứng\n\n"

func cells(rows ...string) string {
	return printedHead + strings.Join(strings.Split(strings.Join(rows, "|"), "|"), "\n\n") + "\n"
}

func TestAPrintedTableWithFaultsLosesNoRow(t *testing.T) {
	for name, c := range map[string]struct {
		text, units, refused string
	}{
		"all is in order":                           {cells("1|Sở A|Mạng|2|4/2019|Đáp ứng", "2|Sở B|Mạng|2|2020|Chưa"), "Sở A, Sở B", ""},
		"a cell runs over two lines":                {cells("1|Sở A|Mạng\nnội bộ|2|4/2019|Đáp ứng", "2|Sở B|Mạng|2|2020|Chưa"), "Sở A, Sở B", ""},
		"the result of a row is empty":              {cells("1|Sở A|Mạng|2|4/2019", "2|Sở B|Mạng|2|2020|Chưa"), "Sở A, Sở B", ""},
		"the level of a row is empty":               {cells("1|Sở A|Mạng|4/2019|Đáp ứng", "2|Sở B|Mạng|2|2020|Chưa"), "Sở B", "13 level empty"},
		"the date of a row is empty":                {cells("1|Sở A|Mạng|2|Đáp ứng", "2|Sở B|Mạng|2|2020|Chưa"), "Sở B", "13 decided empty"},
		"a name is cut in two":                      {cells("1|Sở A|Mạng|nội bộ|2|4/2019|Đáp ứng", "2|Sở B|Mạng|2|2020|Chưa"), "Sở B", "13 row cell_count"},
		"a number is left out":                      {cells("1|Sở A|Mạng|2|4/2019|Đáp ứng", "3|Sở B|Mạng|2|2020|Chưa"), "Sở A, Sở B", ""},
		"a number is given twice":                   {cells("1|Sở A|Mạng|2|4/2019|Đáp ứng", "1|Sở B|Mạng|2|2020|Chưa"), "Sở A, Sở B", ""},
		"many strange cells stand between two rows": {cells("1|Sở A|Mạng|2|4/2019|Đáp ứng", strings.Repeat("x|", 30)+"2|Sở B|Mạng|2|2020|Chưa"), "Sở B", "13 row cell_count"},
		"the last row lacks its result":             {cells("1|Sở A|Mạng|2|4/2019"), "Sở A", ""},
		"text follows the table":                    {cells("1|Sở A|Mạng|2|4/2019|Đáp ứng", "Nơi nhận:", "KT. CHỦ TỊCH"), "Sở A", ""},
		"the next appendix has a table too":         {cells("1|Sở A|Mạng|2|4/2019|Đáp ứng", "PHỤ LỤC II", "STT|Tên", "2|Nền tảng"), "Sở A", ""},
		"a closing line counts the rows":            {cells("1|Sở A|Mạng|2|4/2019|Đáp ứng", "Danh sách gồm 01 hệ thống."), "Sở A", ""},
		"a level is out of range":                   {cells("1|Sở A|Mạng|8|4/2019|Đáp ứng", "2|Sở B|Mạng|2|2020|Chưa"), "Sở B", "13 level level_out_of_range"},
		"a row below the last lacks its number":     {cells("1|Sở A|Mạng|2|4/2019|Đáp ứng", "Sở B|Mạng|2|4/2019|Đáp ứng"), "Sở A", "25 row cell_count"},
		"no row follows the header":                 {printedHead, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := read(t, []byte(c.text))
			var units []string
			for _, r := range s.Rows {
				units = append(units, r.Unit)
			}
			if got := strings.Join(units, ", "); got != c.units || faults(s) != c.refused || s.Format != Text {
				t.Errorf("units %q refused %+v as %s, want %q refused %q", got, s.Refused, s.Format, c.units, c.refused)
			}
		})
	}
}

func TestAPrintedTableMayOrderItsColumnsOtherwise(t *testing.T) {
	s := read(t, []byte("STT\n\nCấp độ\n\nThời gian xác định\n\nĐơn vị quản lý\n\nTên hệ thống\n\n1\n\n2\n\n2020\n\nSở A\n\nMạng\n\n2\n\n3\n\n4/2019\n\nSở B\n\nCổng\n"))
	if len(s.Rows) != 2 || s.Rows[1].Level != 3 || s.Rows[1].Unit != "Sở B" {
		t.Errorf("rows %+v, refused %+v", s.Rows, s.Refused)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add(fixture(f, csvFixture))
	f.Add([]byte(header + "1,Sở A,Mạng,2,4/2019,Đáp ứng\n"))
	f.Add([]byte(header + "1,,\u200B,9,31/04/2020,x\n\"Danh sách gồm\"\n"))
	f.Fuzz(soundOrRefused)
}

func FuzzText(f *testing.F) {
	f.Add(fixture(f, textFixture))
	f.Add([]byte(cells("1|Sở A|Mạng|2|4/2019|Đáp ứng", "2|Sở B|2|2020")))
	f.Add([]byte(cells("1|2|3|4|5|6|7", "Danh sách gồm")))
	f.Fuzz(soundOrRefused)
}

// soundOrRefused holds of any input: it is refused whole, or every row that
// came through is one the register may hold, and is read again as it is.
func soundOrRefused(t *testing.T, b []byte) {
	s, err := Read(bytes.NewReader(b), "so")
	if err != nil {
		return
	}
	for _, r := range s.Rows {
		if r.Unit == "" || r.Name == "" || r.Level < 1 || r.Level > 5 || r.Decided.IsZero() || r.Line < 1 {
			t.Errorf("row %+v", r)
		}
		for _, text := range []string{r.Unit, r.Name, r.MeetsText} {
			if _, reason := clean(text); reason != "" {
				t.Errorf("text %q came through: %s", text, reason)
			}
		}
	}
	for _, refused := range s.Refused {
		if refused.Line < 1 || refused.Column == "" || refused.Reason == "" {
			t.Errorf("refusal %+v", refused)
		}
	}
}
