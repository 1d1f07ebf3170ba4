package intake

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"capdo/workflow"
)

const (
	csvFixture  = "testdata/register-ninh-thuan-2021.csv"
	textFixture = "testdata/ninh-thuan-6526-KH-UBND.txt"
	header      = "STT,Đơn vị quản lý,Tên hệ thống thông tin,Cấp độ an toàn,thời gian xác định cấp độ (tháng/năm),Đáp ứng về yêu cầu tối thiểu\n"
)

func fixture(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(t testing.TB, b []byte) *Sheet {
	t.Helper()
	s, err := Read(bytes.NewReader(b), "so")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// without gives the rows without their lines, which differ by format.
func without(rows []workflow.ImportRow) []workflow.ImportRow {
	out := append([]workflow.ImportRow(nil), rows...)
	for i := range out {
		out[i].Line = 0
	}
	return out
}

func sameRows(t *testing.T, got, want []workflow.ImportRow) {
	t.Helper()
	got, want = without(got), without(want)
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("row %d is %+v, want %+v", i+1, got[i], want[i])
		}
	}
}

func TestTheThreeFormatsGiveTheSameTwentyTwoRows(t *testing.T) {
	table := fixture(t, csvFixture)
	want := read(t, table)
	if len(want.Rows) != 22 || len(want.Refused) != 0 || want.Format != CSV || len(want.SHA256) != 64 {
		t.Fatalf("%d rows, refused %v, format %s", len(want.Rows), want.Refused, want.Format)
	}
	for name, c := range map[string]struct {
		b      []byte
		format string
	}{
		"the text of the published plan":       {fixture(t, textFixture), Text},
		"the plan without blank lines":         {bytes.ReplaceAll(fixture(t, textFixture), []byte("\n\n"), []byte("\n")), Text},
		"the plan with Windows line ends":      {bytes.ReplaceAll(fixture(t, textFixture), []byte("\n"), []byte("\r\n")), Text},
		"a workbook":                           {workbook(t, records(t, table)), XLSX},
		"a workbook with titles above":         {workbook(t, append([][]string{{"PHỤ LỤC I"}, {"DANH SÁCH HỆ THỐNG THÔNG TIN ĐÃ PHÊ DUYỆT CẤP ĐỘ"}, {}}, records(t, table)...)), XLSX},
		"CSV with a byte order mark":           {append([]byte("\xEF\xBB\xBF"), table...), CSV},
		"CSV parted by semicolons":             {recordsAs(t, table, ';'), CSV},
		"CSV parted by tabs":                   {recordsAs(t, table, '\t'), CSV},
		"CSV with a closing line":              {append(bytes.Clone(table), "\"Danh sách gồm 22 hệ thống: 21 cấp độ 2, 01 cấp độ 3.\",,,,,\n"...), CSV},
		"CSV with a closing line of one field": {append(bytes.Clone(table), "\nDanh sách gồm 22 hệ thống.\n\nNơi nhận:\n- Lưu: VT.\n"...), CSV},
		"a closing line under the units":       {append(bytes.Clone(table), ",Tổng cộng,,22,,\n"...), CSV},
		"CSV with titles above":                {append([]byte("PHỤ LỤC I\n\"DANH SÁCH\"\n\n"), table...), CSV},
		"CSV with its header repeated":         {append(bytes.Clone(table), header...), CSV},
		"CSV with its columns numbered":        {bytes.Replace(table, []byte("\n1,"), []byte("\n(1),(2),(3),(4),(5),(6)\n1,"), 1), CSV},
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, c.b)
			if got.Format != c.format || len(got.Refused) != 0 {
				t.Errorf("format %s, refused %+v", got.Format, got.Refused)
			}
			sameRows(t, got.Rows, want.Rows)
		})
	}
}

func TestOdditiesOfThePublishedRegisterSurvive(t *testing.T) {
	s := read(t, fixture(t, textFixture))
	levels, shapes := map[int]int{}, map[string]int{}
	for _, r := range s.Rows {
		levels[r.Level]++
		switch {
		case r.Decided.Day > 0:
			shapes["day"]++
		case r.Decided.Month > 0:
			shapes["month"]++
		default:
			shapes["year"]++
		}
		if r.Meets != "met" || r.MeetsText != "Đáp ứng" {
			t.Errorf("row %d: %q %q", r.Line, r.Meets, r.MeetsText)
		}
	}
	if levels[2] != 21 || levels[3] != 1 || shapes["day"] != 9 || shapes["month"] != 12 || shapes["year"] != 1 {
		t.Errorf("levels %v, shapes of dates %v", levels, shapes)
	}
	for i, want := range map[int][2]string{
		8:  {"Sở Tài chính", "5/2019"},
		12: {"Sở Giao thông Vận tải", "07/9/2020"},
		15: {"Sở Thông tin và Truyền thông", "2020"},
		16: {"Ủy ban nhân dân huyện Ninh Hải", "05/2019"},
		18: {"UBND Huyện Ninh Sơn", "04/9/2020"},
		21: {"Trung tâm Công nghệ thông tin và Truyền thông tỉnh Ninh Thuận", "29/12/2020"},
	} {
		if r := s.Rows[i]; r.Unit != want[0] || r.Decided.String() != want[1] {
			t.Errorf("row %d: %q %q, want %q", i+1, r.Unit, r.Decided, want)
		}
	}
}

func TestEveryFaultOfARowIsNamed(t *testing.T) {
	long := strings.Repeat("ơ", MaxCell+1)
	for name, c := range map[string]struct{ rows, want string }{
		"the unit is empty":                     {"1,,Mạng,2,4/2019,Đáp ứng", "2 unit empty"},
		"the name is only space":                {"1,Sở A, \u00a0 ,2,4/2019,Đáp ứng", "2 name empty"},
		"the level is six":                      {"1,Sở A,Mạng,6,4/2019,", "2 level level_out_of_range"},
		"the level is zero":                     {"1,Sở A,Mạng,0,4/2019,", "2 level level_out_of_range"},
		"the level is below zero":               {"1,Sở A,Mạng,-1,4/2019,", "2 level level_out_of_range"},
		"the level is two and a half":           {"1,Sở A,Mạng,2.5,4/2019,", "2 level level_out_of_range"},
		"the level is a word":                   {"1,Sở A,Mạng,hai,4/2019,", "2 level level_unreadable"},
		"the level is empty":                    {"1,Sở A,Mạng,,4/2019,", "2 level empty"},
		"the day does not exist":                {"1,Sở A,Mạng,2,31/04/2020,", "2 decided date_impossible"},
		"the month does not exist":              {"1,Sở A,Mạng,2,13/2019,", "2 decided date_impossible"},
		"the date has no known shape":           {"1,Sở A,Mạng,2,quý II/2020,", "2 decided date_unreadable"},
		"the date is empty":                     {"1,Sở A,Mạng,2,,", "2 decided empty"},
		"the row is short":                      {"1,Sở A,Mạng", "2 level empty; 2 decided empty"},
		"the result is no result":               {"1,Sở A,Mạng,2,4/2019,đạt", "2 meets meets_unreadable"},
		"the row repeats an earlier one":        {"1,Sở A,Mạng,2,4/2019,\n2,SỞ  A,mạng,3,2020,", "3 row duplicate"},
		"the row repeats a refused one":         {"1,Sở A,Mạng,9,4/2019,\n2,Sở A,Mạng,3,2020,", "2 level level_out_of_range; 3 row duplicate"},
		"the name hides a zero-width space":     {"1,Sở A,Mạ\u200Bng,2,4/2019,", "2 name bad_text"},
		"the unit turns the reading direction":  {"1,Sở \u202EA,Mạng,2,4/2019,", "2 unit bad_text"},
		"the name holds an emoji":               {"1,Sở A,Mạng 🙂,2,4/2019,", "2 name bad_text"},
		"the name holds a control character":    {"1,Sở A,Mạng\x07,2,4/2019,", "2 name bad_text"},
		"the name holds the mark of lost bytes": {"1,Sở A,M\uFFFDng,2,4/2019,", "2 name bad_text"},
		"a cell is too long":                    {"1,Sở A," + long + ",2,4/2019,", "2 name too_long"},
		"a cell is far too long":                {"1," + strings.Repeat(long, 9) + ",Mạng,2,4/2019,", "2 unit too_long"},
		"several faults stand in one row":       {"1,,Mạng,7,32/1/2020,có", "2 unit empty; 2 level level_out_of_range; 2 decided date_impossible; 2 meets meets_unreadable"},
		"only the number is there":              {"1,,,,,", "2 unit empty; 2 name empty; 2 level empty; 2 decided empty"},
		"a line is counted over quoted lines":   {"1,Sở A,\"Mạng\nnội bộ\",2,4/2019,\n2,Sở B,Mạng,9,2020,", "4 level level_out_of_range"},
	} {
		t.Run(name, func(t *testing.T) {
			s := read(t, []byte(header+c.rows+"\n"))
			if got := faults(s); got != c.want {
				t.Errorf("refused %q, want %q", got, c.want)
			}
			for _, f := range s.Refused {
				if strings.ContainsAny(f.Value, "\u200B\u202E\x07\uFFFD") || len([]rune(f.Value)) > 130 {
					t.Errorf("the value is shown as %q", f.Value)
				}
			}
		})
	}
}

func faults(s *Sheet) string {
	var out []string
	for _, f := range s.Refused {
		out = append(out, strings.Join([]string{itoa(f.Line), f.Column, f.Reason}, " "))
	}
	return strings.Join(out, "; ")
}

func TestRowsWrittenInOtherWaysAreTaken(t *testing.T) {
	want := workflow.ImportRow{Unit: "Sở Tư pháp", Name: "Mạng nội bộ", Level: 2, Meets: "unmet", MeetsText: "chưa"}
	want.Decided, _ = workflow.ParseLooseDate("4/2019")
	for name, text := range map[string]string{
		"marks written apart become one letter": header + "1,So\u031B\u0309 Tu\u031B pha\u0301p,Ma\u0323ng no\u0323\u0302i bo\u0323\u0302,2,4/2019,chu\u031Ba\n",
		"the level carries its words":           header + "1,Sở Tư pháp,Mạng nội bộ,Cấp độ 2,4/2019,chưa\n",
		"the level comes from a worksheet":      header + "1,Sở Tư pháp,Mạng nội bộ,2.0,4/2019,chưa\n",
		"the columns stand in another order":    "Thời gian xác định cấp độ;Cấp độ;Ghi chú;TÊN HỆ THỐNG THÔNG TIN;Đáp ứng yêu cầu;Đơn vị quản lý\n4/2019;2;x;Mạng nội bộ;chưa;Sở Tư pháp\n",
		"space is doubled and not breaking":     header + "1,Sở\u00a0Tư  pháp ,\" Mạng\n nội bộ\",2, 4/2019,chưa\n",
		"the export guarded its cells":          header + "1,Sở Tư pháp,Mạng nội bộ,'2,'4/2019,chưa\n",
		"the header has marks written apart":    strings.ReplaceAll(header, "Cấp độ", "Ca\u0302\u0301p đo\u0323\u0302") + "1,Sở Tư pháp,Mạng nội bộ,2,4/2019,chưa\n",
		"lines end with carriage returns only":  strings.ReplaceAll(header+"1,Sở Tư pháp,Mạng nội bộ,2,4/2019,chưa\n", "\n", "\r"),
	} {
		t.Run(name, func(t *testing.T) {
			s := read(t, []byte(text))
			if len(s.Refused) != 0 {
				t.Fatalf("refused %+v", s.Refused)
			}
			sameRows(t, s.Rows, []workflow.ImportRow{want})
		})
	}
}

func TestTheApostropheOfAnExportIsTakenOffOnlyWhereItGuards(t *testing.T) {
	s := read(t, []byte(header+"1,'=SUM(A1),'-Mạng,2,2020,Chưa đáp ứng\n2,'Sở A',@Mạng,2,2020,\n"))
	if len(s.Rows) != 2 || s.Rows[0].Unit != "=SUM(A1)" || s.Rows[0].Name != "-Mạng" || s.Rows[1].Unit != "'Sở A'" || s.Rows[1].Name != "@Mạng" {
		t.Errorf("rows %+v, refused %+v", s.Rows, s.Refused)
	}
	if s.Rows[0].Meets != "unmet" || s.Rows[1].Meets != "" {
		t.Errorf("results %q %q", s.Rows[0].Meets, s.Rows[1].Meets)
	}
}

func TestFilesThatCannotBeReadSayWhy(t *testing.T) {
	wide := func(s string, mark string) []byte {
		out := []byte(mark)
		for _, r := range s {
			out = append(out, byte(r), byte(r>>8))
		}
		return out
	}
	for name, c := range map[string]struct {
		b    []byte
		want string
		line int
	}{
		"UTF-16 with its mark":          {wide(header, "\xFF\xFE"), NotUTF8, 0},
		"UTF-16 without its mark":       {wide("STT,Don vi quan ly,Ten he thong", ""), NotUTF8, 0},
		"Windows-1258":                  {[]byte("STT,\xD0\xF5n v\xF2 qu\xE4n l\xFD\n"), NotUTF8, 1},
		"one wrong byte far below":      {[]byte(header + "1,Sở A,M\xE4ng,2,2020,\n"), NotUTF8, 2},
		"an old workbook":               {[]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), WrongFormat, 0},
		"a printed plan":                {[]byte("%PDF-1.7"), WrongFormat, 0},
		"a ZIP that is no workbook":     {[]byte("PK\x03\x04 and then nothing"), BadXLSX, 0},
		"nothing":                       {nil, NoHeader, 0},
		"another table":                 {[]byte("a,b,c\n1,2,3\n"), NoHeader, 0},
		"a header without the level":    {[]byte("Đơn vị quản lý,Tên hệ thống,Thời gian\n"), NoHeader, 0},
		"a quote that does not close":   {[]byte(header + "1,\"Sở A,Mạng,2,2020,\n2,Sở B,Mạng,2,2020,\n"), BadQuotes, 2},
		"a quote inside an open cell":   {[]byte(header + "1,Sở \"A\",Mạng,2,2020,\n"), BadQuotes, 2},
		"more rows than are read":       {[]byte(header + strings.Repeat("1,a,b,c,d,e\n", MaxRows+1)), TooManyRows, MaxRows + 2},
		"a workbook without a register": {workbook(t, [][]string{{"a", "b"}}), NoHeader, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Read(bytes.NewReader(c.b), "so.csv")
			var fault *FileError
			if !errors.As(err, &fault) || s != nil {
				t.Fatalf("read %v, %v", s, err)
			}
			if fault.Reason != c.want || fault.Line != c.line || fault.Name != "so.csv" {
				t.Errorf("%v, want %s on line %d", fault, c.want, c.line)
			}
		})
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestAFileIsReadNoFurtherThanItsLimit(t *testing.T) {
	var fault *FileError
	if _, err := Read(endless{}, "so"); !errors.As(err, &fault) || fault.Reason != TooBig {
		t.Errorf("got %v", err)
	}
	broken := io.MultiReader(strings.NewReader(header), brokenReader{})
	if _, err := Read(broken, "so"); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a broken source gives %v", err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
