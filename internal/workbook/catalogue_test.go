package workbook

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"capdo/workflow"
)

const key = "tcvn-11930-2017"

func catalogueFile(t testing.TB, s *workflow.Service) []byte {
	t.Helper()
	own, err := s.Catalogue(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteCatalogue(&b, own, vi(t)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// appended puts rows below a written catalogue.
func appended(t testing.TB, b []byte, rows ...[]any) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	have, err := f.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", len(have)+1+i), &r); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func taken(t testing.TB, s *workflow.Service, b []byte, good bool) *workflow.CatalogueReport {
	t.Helper()
	in, err := ReadCatalogue(bytes.NewReader(b), vi(t), language(t, "en"))
	if err != nil {
		t.Fatal(err)
	}
	in.Source, in.AcceptGood = "Bản mua ngày 01/11/2026", good
	rep, err := s.ImportCatalogue(ctx, "chi", in)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func TestACatalogueThatComesBackUnchangedChangesNothing(t *testing.T) {
	s, _ := desk(t)
	b := catalogueFile(t, s)
	rep := taken(t, s, b, false)
	if len(rep.Refused)+len(rep.Added)+len(rep.ByItems)+len(rep.Confirmed) != 0 || rep.Revision != 0 || rep.Same != 187+10+10+42+92+13 {
		t.Errorf("%+v", rep)
	}
	if !bytes.Equal(b, catalogueFile(t, s)) {
		t.Error("the same catalogue gives different bytes")
	}
}

func TestItemsOfABoughtTextAreTakenInAndTheSheetFollows(t *testing.T) {
	s, id := desk(t)
	b := catalogueFile(t, s)
	b = edited(t, b, map[string]any{cellOf(t, b, "6.1.1.1", "G"): "từng mục", cellOf(t, b, "7.2.2.2-03", "H"): "Có"})
	b = appended(t, b, []any{"6.1.1.1-01", "2", "6.1.1.1", "", "a", "Có chính sách bằng văn bản.", "", "có"},
		[]any{"6.1.1.1-02", 2, "6.1.1.1", "", "b", "Chính sách được phổ biến.", "", "không", "Bản sao của Sở"})
	rep := taken(t, s, b, false)
	if len(rep.Refused) > 0 || len(rep.Added) != 2 || len(rep.ByItems) != 1 || len(rep.Confirmed) != 1 || rep.Revision != 1 {
		t.Fatalf("%+v", rep)
	}
	v := sheet(t, s, id)
	if v.Rows[0].ID != "6.1.1.1-01" || v.Rows[0].Added != "Bản mua ngày 01/11/2026" || !v.Rows[0].Verified || v.Rows[1].Added != "Bản sao của Sở" || v.Rows[1].Verified || v.Catalogue.Added != 1 {
		t.Errorf("first rows %+v, %+v", v.Rows[0], v.Rows[1])
	}
	rep = taken(t, s, catalogueFile(t, s), false)
	if len(rep.Refused)+len(rep.Added) != 0 || rep.Revision != 1 {
		t.Errorf("once more: %+v", rep)
	}
}

func TestNoRowOfAWorkbookChangesWhatAnIDMeans(t *testing.T) {
	s, _ := desk(t)
	clean := catalogueFile(t, s)
	for says, c := range map[string]struct {
		cells map[string]any
		rows  [][]any
		want  string
	}{
		"another text":                 {cells: map[string]any{cellOf(t, clean, "7.2.2.2-01", "F"): "Khác hẳn"}, want: "text meaning_changed"},
		"another level":                {cells: map[string]any{cellOf(t, clean, "7.1.1.1", "B"): "2"}, want: "level meaning_changed"},
		"another title":                {cells: map[string]any{cellOf(t, clean, "7.1.1.1", "D"): "Tên khác"}, want: "title meaning_changed"},
		"another letter":               {cells: map[string]any{cellOf(t, clean, "7.2.2.2-01", "E"): "z"}, want: "letter meaning_changed"},
		"a mark taken away":            {cells: map[string]any{cellOf(t, clean, "7.1.1.1", "H"): "không"}, want: "verified unverified"},
		"a mark nobody can read":       {cells: map[string]any{cellOf(t, clean, "7.1.1.1", "H"): "chắc là có"}, want: "verified not_yes_no"},
		"a unit nobody can read":       {cells: map[string]any{cellOf(t, clean, "7.1.1.1", "G"): "chương"}, want: "check_unit unit_unreadable"},
		"items turned back":            {cells: map[string]any{cellOf(t, clean, "7.2.2.2", "G"): "nhóm con"}, want: "check_unit fixed_cell"},
		"a list with no item":          {cells: map[string]any{cellOf(t, clean, "7.1.1.1", "G"): "từng mục"}, want: "check_unit no_items"},
		"a row twice":                  {rows: [][]any{{"7.1.1.1", "3", "", "Chính sách an toàn thông tin", "", "", "", "có"}}, want: "id duplicate"},
		"an id of another form":        {rows: [][]any{{"muc-1", "3", "7.1.1.1", "", "", "x", "", "có"}}, want: "id id_form"},
		"an item under nothing":        {rows: [][]any{{"7.9.9.9-01", "3", "7.9.9.9", "", "", "x", "", "có"}}, want: "under under_unknown"},
		"an item under another's id":   {rows: [][]any{{"7.1.1.2-01", "3", "7.1.1.1", "", "", "x", "", "có"}}, want: "id not_under"},
		"an item of another level":     {rows: [][]any{{"7.1.1.1-01", "4", "7.1.1.1", "", "", "x", "", "có"}}, want: "level other_level"},
		"an item that says nothing":    {rows: [][]any{{"7.1.1.1-01", "3", "7.1.1.1", "", "", "", "", "có"}}, want: "text no_text"},
		"an item with unseen letters":  {rows: [][]any{{"7.1.1.1-01", "3", "7.1.1.1", "", "", "ẩn\u200b", "", "có"}}, want: "text bad_text"},
		"an item too long":             {rows: [][]any{{"7.1.1.1-01", "3", "7.1.1.1", "", "", strings.Repeat("a", 4001), "", "có"}}, want: "text too_long"},
		"a row without an id":          {rows: [][]any{{"", "3", "7.1.1.1", "", "", "x", "", "có"}}, want: "id empty"},
		"a general row marked by hand": {rows: [][]any{{"7.1.1.1-01", "3", "7.2.1.1", "", "", "x", "", "có"}}, want: "under under_unknown"},
	} {
		t.Run(says, func(t *testing.T) {
			b := clean
			if c.cells != nil {
				b = edited(t, b, c.cells)
			}
			b = appended(t, b, append(c.rows, []any{"7.1.1.3-01", "3", "7.1.1.3", "", "a", "Mục tốt.", "", "có"})...)
			rep := taken(t, s, b, false)
			if len(rep.Refused) != 1 || rep.Refused[0].Column+" "+rep.Refused[0].Reason != c.want || rep.Refused[0].Line < firstRow {
				t.Errorf("refused %+v, want %s", rep.Refused, c.want)
			}
			if rep.Taken || len(rep.Added) > 0 {
				t.Error("something was taken though a row is wrong")
			}
			words := vi(t)
			for _, r := range rep.Refused {
				if k := words("field."+r.Column, nil) + words("import.row."+r.Reason, nil); strings.Contains(k, "‹") {
					t.Errorf("no words: %s", k)
				}
			}
		})
	}
	b := appended(t, edited(t, clean, map[string]any{cellOf(t, clean, "7.1.1.1", "D"): "Tên khác"}), []any{"7.1.1.3-01", "3", "7.1.1.3", "", "a", "Mục tốt.", "", "có"})
	if rep := taken(t, s, b, true); len(rep.Refused) != 1 || len(rep.Added) != 1 || !rep.Taken {
		t.Errorf("the good row alone: %+v", rep)
	}
	if _, err := s.ImportCatalogue(ctx, "chi", workflow.CatalogueImport{Key: key, Source: "x"}); !isKey(err, "case.moved_on") {
		t.Errorf("a file of an older revision: %v", err)
	}
}

func TestOnlyWhoKeepsTheCatalogueTakesRequirementsIn(t *testing.T) {
	s, _ := desk(t)
	if _, err := s.ImportCatalogue(ctx, "an", workflow.CatalogueImport{Key: key, Source: "x"}); !isKey(err, "act.denied") {
		t.Errorf("an operator: %v", err)
	}
	if _, err := s.ImportCatalogue(ctx, "chi", workflow.CatalogueImport{Key: key}); err == nil {
		t.Error("a text that is not named is no source")
	}
	if _, err := s.ImportCatalogue(ctx, "chi", workflow.CatalogueImport{Key: "tcvn-1", Source: "x"}); !isKey(err, "not_found.catalogue") {
		t.Error(err)
	}
}
