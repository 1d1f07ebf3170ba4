package workbook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"capdo/internal/intake"
	"capdo/policies"
	"capdo/templates"
	"capdo/workflow"
	"capdo/workflow/memory"
	"capdo/workflow/regime"
)

var ctx = context.Background()

func vi(t testing.TB) Words { return language(t, "vi") }

func language(t testing.TB, lang string) Words {
	t.Helper()
	words, err := templates.Open()
	if err != nil {
		t.Fatal(err)
	}
	return func(key string, args map[string]string) string { return words.Message(lang, key, args) }
}

func day(s string) workflow.Day {
	d, err := regime.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// desk is a service with one draft of level 2 and one system that shares rows.
func desk(t testing.TB) (*workflow.Service, string) {
	t.Helper()
	book, err := regime.Open()
	if err != nil {
		t.Fatal(err)
	}
	rights, err := policies.Open()
	if err != nil {
		t.Fatal(err)
	}
	ids := 0
	s := workflow.New(workflow.Config{Book: book, Store: memory.New(), Rights: rights, Clock: func() time.Time { return day("2023-03-01").Start().Add(9 * time.Hour) },
		NewID: func(kind string) string { ids++; return fmt.Sprintf("%s-%d", kind, ids) }})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = s.AddOffice(ctx, workflow.Office{ID: "ubnd", Name: "Ủy ban nhân dân tỉnh"})
	must(err)
	_, err = s.AddOffice(ctx, workflow.Office{ID: "sct", Name: "Sở Công Thương", Under: "ubnd"})
	must(err)
	must(s.AddPerson(ctx, workflow.Person{ID: "an", Name: "An", Grants: []workflow.Grant{{Office: "sct", Role: "operator_officer"}, {Office: "sct", Role: "operator_head"}}}))
	must(s.AddPerson(ctx, workflow.Person{ID: "chi", Name: "Chi", Grants: []workflow.Grant{{Office: "ubnd", Role: "sdu_officer"}}}))
	for _, id := range []string{"s2", "dc"} {
		must(s.AddSystem(ctx, &workflow.System{ID: id, Name: "Hệ thống " + id, Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "ubnd", Facts: workflow.Facts{"system_types": []string{"noi_bo"}, "info_types": []string{"rieng"}}}))
	}
	_, err = s.SaveSharedSheet(ctx, "an", "dc", 2, workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: "6.2.1.2", Status: workflow.RowMet, How: "Tường lửa"}}})
	must(err)
	out, err := s.Act(ctx, "an", workflow.Want{Act: "create", System: "s2", Level: 2, Track: "operating"})
	must(err)
	_, err = s.SaveSheet(ctx, "an", out.Case.ID, workflow.SheetOrder{Inherits: &[]string{"dc"}, Facts: map[string]any{"wireless": false},
		Rows: []workflow.SheetRow{{ID: "6.1.1.1", Status: workflow.RowMet, How: "Có quy chế", Evidence: []string{"Quyết định 1", "Quyết định 2"}},
			{ID: "6.1.1.2", Status: workflow.RowUnmet, Measure: "Sẽ làm", Unit: "Văn phòng", Due: day("2023-12-31")}}})
	must(err)
	return s, out.Case.ID
}

func sheet(t testing.TB, s *workflow.Service, id string) *workflow.SheetView {
	t.Helper()
	v, err := s.Sheet(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func written(t testing.TB, v *workflow.SheetView) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteSheet(&b, v, vi(t)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// edited changes cells of a written workbook as a person would.
func edited(t testing.TB, b []byte, cells map[string]any) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for at, v := range cells {
		if err := f.SetCellValue("Sheet1", at, v); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// cellOf finds where a row stands.
func cellOf(t testing.TB, b []byte, id, column string) string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if len(r) > 0 && r[0] == id {
			return fmt.Sprintf("%s%d", column, i+1)
		}
	}
	t.Fatalf("no row %s", id)
	return ""
}

func reread(t testing.TB, b []byte) workflow.SheetImport {
	t.Helper()
	in, err := ReadSheet(bytes.NewReader(b), vi(t), language(t, "en"))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestASheetThatGoesOutComesBackTheSame(t *testing.T) {
	s, id := desk(t)
	before := sheet(t, s, id)
	rep, err := s.ImportSheet(ctx, "an", id, reread(t, written(t, before)))
	if err != nil || len(rep.Changed) != 0 || len(rep.Refused) != 0 || rep.Same != len(before.Rows) || !rep.Taken {
		t.Fatalf("%+v, %v", rep, err)
	}
	if after := sheet(t, s, id); after.Revision != before.Revision {
		t.Error("a file without changes made a new revision")
	}
	var b bytes.Buffer
	if err := WriteSheet(&b, before, language(t, "en")); err != nil {
		t.Fatal(err)
	}
	if rep, err = s.ImportSheet(ctx, "an", id, reread(t, b.Bytes())); err != nil || len(rep.Changed) != 0 || len(rep.Refused) != 0 {
		t.Errorf("in English: %+v, %v", rep, err)
	}
	if !bytes.Equal(written(t, before), written(t, before)) {
		t.Error("the same sheet gives different bytes")
	}
}

func TestOnlyTheCellsThatChangedAreTakenAndInheritedRowsStayInherited(t *testing.T) {
	s, id := desk(t)
	b := written(t, sheet(t, s, id))
	b = edited(t, b, map[string]any{cellOf(t, b, "6.1.1.2", "F"): "Đã công bố", cellOf(t, b, "6.1.1.2", "D"): "Đã đáp ứng", cellOf(t, b, "6.1.1.3", "D"): "partial",
		cellOf(t, b, "6.1.1.3", "J"): time.Date(2024, 1, 5, 0, 0, 0, 0, time.UTC), cellOf(t, b, "?mail", "D"): "Không", cellOf(t, b, "6.1.1.1", "G"): ""})
	rep, err := s.ImportSheet(ctx, "an", id, reread(t, b))
	if err != nil || rep.Rows != 3 || len(rep.Refused) != 0 {
		t.Fatalf("%+v, %v", rep, err)
	}
	v := sheet(t, s, id)
	want := map[string]workflow.SheetRow{
		"6.1.1.1": {ID: "6.1.1.1", Status: workflow.RowMet, How: "Có quy chế"},
		"6.1.1.2": {ID: "6.1.1.2", Status: workflow.RowMet, How: "Đã công bố", Measure: "Sẽ làm", Unit: "Văn phòng", Due: day("2023-12-31")},
		"6.1.1.3": {ID: "6.1.1.3", Status: workflow.RowPartial, Due: day("2024-01-05")},
	}
	for _, r := range v.Rows {
		if w, ok := want[r.ID]; ok && fmt.Sprint(w) != fmt.Sprint(r.SheetRow) {
			t.Errorf("%s: %+v, want %+v", r.ID, r.SheetRow, w)
		}
		if r.ID == "6.2.1.2" && r.Source != workflow.SourceInherited {
			t.Error("the inherited row became an own one")
		}
	}
	if v.Facts["mail"] != false || v.Facts["wireless"] != false {
		t.Errorf("facts %v", v.Facts)
	}
}

func TestAWrongRowIsNamedWithLineColumnAndReasonAndNothingIsTaken(t *testing.T) {
	s, id := desk(t)
	b := written(t, sheet(t, s, id))
	good := cellOf(t, b, "6.1.2.1", "D")
	bad := map[string]any{good: "Đã đáp ứng",
		cellOf(t, b, "6.1.1.1", "D"): "gần xong", cellOf(t, b, "6.1.1.2", "J"): "31/02/2024", cellOf(t, b, "6.1.1.3", "D"): "Không áp dụng",
		cellOf(t, b, "6.1.2.2", "C"): "Chỉ cần một nửa", cellOf(t, b, "6.1.3.1", "A"): "9.9.9.9", cellOf(t, b, "6.1.3.2", "F"): "chữ mà không hiện trạng",
		cellOf(t, b, "6.1.3.3", "A"): "6.1.1.1", cellOf(t, b, "6.1.4.1", "D"): "met", cellOf(t, b, "6.1.4.1", "I"): "một\nhai", cellOf(t, b, "?mail", "D"): "có lẽ"}
	b = edited(t, b, bad)
	rep, err := s.ImportSheet(ctx, "an", id, reread(t, b))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, r := range rep.Refused {
		if r.Line < firstRow {
			t.Errorf("no line: %+v", r)
		}
		got[r.Column+" "+r.Reason] = true
	}
	for _, want := range []string{"status status_unreadable", "due date_unreadable", "reason reason_missing", "text fixed_cell", "id unknown_row", "status status_missing", "unit_in_charge one_line", "status not_yes_no"} {
		if !got[want] {
			t.Errorf("not refused: %s among %v", want, got)
		}
	}
	if rep.Taken || sheet(t, s, id).Revision != 1 {
		t.Error("something was taken though rows are wrong")
	}
	in := reread(t, b)
	in.AcceptGood = true
	rep, err = s.ImportSheet(ctx, "an", id, in)
	if err != nil || !rep.Taken || rep.Rows != 1 || sheet(t, s, id).Revision != 2 {
		t.Errorf("the good row: %+v, %v", rep, err)
	}
	words := vi(t)
	for _, r := range rep.Refused {
		for _, key := range []string{"field." + r.Column, "import.row." + r.Reason} {
			if strings.Contains(words(key, nil), "‹") {
				t.Errorf("no words for %s", key)
			}
		}
	}
}

func TestAFileOfAnotherSheetOrAnOlderOneIsRefused(t *testing.T) {
	s, id := desk(t)
	old := written(t, sheet(t, s, id))
	in := reread(t, old)
	in.Sheet = "c-else.s1"
	if _, err := s.ImportSheet(ctx, "an", id, in); !isKey(err, "sheet.wrong_file") {
		t.Errorf("another sheet: %v", err)
	}
	if _, err := s.ImportSheet(ctx, "chi", id, reread(t, old)); !isKey(err, "act.denied") {
		t.Errorf("somebody else: %v", err)
	}
	if _, err := s.SaveSharedSheet(ctx, "an", "dc", 2, workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: "6.2.1.2", Status: workflow.RowUnmet, Measure: "hỏng"}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ImportSheet(ctx, "an", id, reread(t, old)); !isKey(err, "case.moved_on") {
		t.Errorf("the shared answers changed meanwhile: %v", err)
	}
	fresh := written(t, sheet(t, s, id))
	if _, err := s.SaveSheet(ctx, "an", id, workflow.SheetOrder{Facts: map[string]any{"mail": true}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ImportSheet(ctx, "an", id, reread(t, fresh)); !isKey(err, "case.moved_on") {
		t.Errorf("the sheet changed meanwhile: %v", err)
	}
}

func isKey(err error, key string) bool {
	p, ok := workflow.ProblemOf(err)
	return ok && p.Key == key
}

func TestATextThatLooksLikeAFormulaStaysAText(t *testing.T) {
	s, id := desk(t)
	const evil = `=HYPERLINK("x","y")`
	if _, err := s.SaveSheet(ctx, "an", id, workflow.SheetOrder{Rows: []workflow.SheetRow{{ID: "6.1.1.1", Status: workflow.RowMet, How: evil, Measure: "@SUM(1)", Unit: "+1", Evidence: []string{"-2"}}}}); err != nil {
		t.Fatal(err)
	}
	b := written(t, sheet(t, s, id))
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, column := range []string{"F", "G", "H", "I"} {
		at := cellOf(t, b, "6.1.1.1", column)
		formula, _ := f.GetCellFormula("Sheet1", at)
		kind, _ := f.GetCellType("Sheet1", at)
		if formula != "" || kind != excelize.CellTypeSharedString && kind != excelize.CellTypeInlineString {
			t.Errorf("%s is a formula %q of type %v", at, formula, kind)
		}
	}
	at := cellOf(t, b, "6.1.1.2", "J")
	if raw, _ := f.GetCellValue("Sheet1", at, excelize.Options{RawCellValue: true}); raw != "45291" {
		t.Errorf("the due day is kept as %q, not as a date", raw)
	}
}

// TestAnyAnswersSurviveTheWayOutAndBack fills rows with any text a sheet takes.
func TestAnyAnswersSurviveTheWayOutAndBack(t *testing.T) {
	s, id := desk(t)
	base := sheet(t, s, id)
	words := vi(t)
	line := rapid.OneOf(rapid.StringOfN(rapid.RuneFrom([]rune("abcÀếđ09 =+-@'\"<>&_x#;,.%[]\\/")), 0, 60, -1),
		rapid.SampledFrom([]string{"_x000D_", "_x0041_x0042_", "_x005F_x0041_", "__x0041__", "_x0041_ và _x000A_", "&lt;&amp;", "1e5", "007", "TRUE", "31/12/2026", "45291", "#REF!", "'=1"}))
	text := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(line, 0, 4).Draw(t, "lines"), "\n") })
	rapid.Check(t, func(t *rapid.T) {
		var none, rows []workflow.SheetRow
		for _, r := range base.Rows {
			none = append(none, workflow.SheetRow{ID: r.ID})
			if rapid.IntRange(0, 7).Draw(t, "some") > 0 {
				continue
			}
			row := workflow.SheetRow{ID: r.ID, Status: rapid.SampledFrom(workflow.RowStatuses).Draw(t, "status"), Reason: "x" + text.Draw(t, "reason"), How: text.Draw(t, "how"),
				Measure: text.Draw(t, "measure"), Unit: line.Draw(t, "unit"), Evidence: rapid.SliceOfN(line, 0, 5).Draw(t, "evidence")}
			if rapid.Bool().Draw(t, "dated") {
				row.Due = day("1990-01-01").AddDays(rapid.IntRange(0, 40_000).Draw(t, "due"))
			}
			rows = append(rows, row)
		}
		if _, err := s.SaveSheet(ctx, "an", id, workflow.SheetOrder{Rows: none}); err != nil {
			t.Fatal(err)
		}
		v, err := s.SaveSheet(ctx, "an", id, workflow.SheetOrder{Rows: rows})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := WriteSheet(&b, v, words); err != nil {
			t.Fatal(err)
		}
		in, err := ReadSheet(&b, words)
		if err != nil {
			t.Fatal(err)
		}
		if len(in.Refused) > 0 || len(in.Rows) != len(v.Rows) {
			t.Fatalf("%d rows back of %d, refused %+v", len(in.Rows), len(v.Rows), in.Refused)
		}
		rep, err := s.ImportSheet(ctx, "an", id, in)
		if err != nil || len(rep.Changed) > 0 || len(rep.Refused) > 0 {
			t.Fatalf("%v: changed %+v, refused %+v", err, rep.Changed, rep.Refused)
		}
	})
}

func TestAFileThatIsNoneOfOursSaysWhatItIsNot(t *testing.T) {
	s, id := desk(t)
	own, err := s.Catalogue(ctx, "tcvn-11930-2017")
	if err != nil {
		t.Fatal(err)
	}
	var cat bytes.Buffer
	if err := WriteCatalogue(&cat, own, vi(t)); err != nil {
		t.Fatal(err)
	}
	for want, b := range map[string][]byte{NoSheet: cat.Bytes(), intake.WrongFormat: []byte("%PDF-1.4"), intake.BadXLSX: []byte("PK\x03\x04 broken")} {
		var f *intake.FileError
		if _, err := ReadSheet(bytes.NewReader(b), vi(t)); !errors.As(err, &f) || f.Reason != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	var f *intake.FileError
	if _, err := ReadCatalogue(bytes.NewReader(written(t, sheet(t, s, id))), vi(t)); !errors.As(err, &f) || f.Reason != NoCatalogue {
		t.Errorf("a sheet taken for a catalogue: %v", err)
	}
}

func FuzzReadSheet(f *testing.F) {
	s, id := desk(f)
	small := *sheet(f, s, id)
	small.Rows, small.Questions = small.Rows[:2], small.Questions[:1]
	f.Add(written(f, &small))
	f.Add([]byte("PK\x03\x04"))
	words := vi(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		in, err := ReadSheet(bytes.NewReader(b), words)
		if err != nil {
			return
		}
		in.Sheet, in.Revision = id+".s1", 1
		in.Providers = map[string]int64{"dc": 1}
		if _, err := s.ImportSheet(ctx, "an", id, in); err != nil {
			if _, ok := workflow.ProblemOf(err); !ok {
				t.Fatal(err)
			}
		}
	})
}

func FuzzReadCatalogue(f *testing.F) {
	s, _ := desk(f)
	own, err := s.Catalogue(ctx, "tcvn-11930-2017")
	if err != nil {
		f.Fatal(err)
	}
	words := vi(f)
	var b bytes.Buffer
	small := *own.Catalogue
	small.Levels, small.General = nil, small.General[:2]
	if err := WriteCatalogue(&b, workflow.OwnCatalogue{Catalogue: &small}, words); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		in, err := ReadCatalogue(bytes.NewReader(b), words)
		if err != nil {
			return
		}
		in.Source = "fuzz"
		if _, err := s.ImportCatalogue(ctx, "", in); err != nil {
			if _, ok := workflow.ProblemOf(err); !ok {
				t.Fatal(err)
			}
		}
	})
}
