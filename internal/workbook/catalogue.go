package workbook

import (
	"io"
	"strings"

	"capdo/workflow"
)

const catalogueKind = "capdo-catalogue-1"

var catalogueColumns = []column{
	{"id", "field.id", 22, true}, {"level", "field.level", 8, true}, {"under", "field.under", 20, true}, {"title", "field.title", 34, true},
	{"letter", "field.letter", 8, true}, {"text", "field.text", 70, true}, {"check_unit", "field.check_unit", 14, false}, {"verified", "field.verified", 13, false},
	{"source", "field.source", 30, true},
}

var units = []string{"subgroup", "items", "none"}

// WriteCatalogue writes every sub-group, item and general row of a catalogue with
// its mark and its sources. The same catalogue gives the same bytes.
func WriteCatalogue(w io.Writer, c workflow.OwnCatalogue, words Words) error {
	b := newBook(c.Standard, words, catalogueColumns)
	for i, s := range []string{catalogueKind, c.Key, "", c.Standard} {
		b.text(i, markRow, s, b.style.text)
	}
	b.number(2, markRow, c.Added)
	entries := c.Entries()
	for _, r := range entries {
		under, unit := "", ""
		if r.Under != nil {
			under = r.Under.ID
		}
		if r.Unit != "" {
			unit = words("sheet.unit."+r.Unit, nil)
		}
		source := strings.Join(r.Sources, ", ")
		if r.Added != "" {
			source = r.Added
		} else if r.Confirmed != "" {
			source = strings.Join(append(append([]string{}, r.Sources...), r.Confirmed), ", ")
		}
		for i, s := range []string{r.ID, workflow.LevelsText(r.Levels), under, r.Title, workflow.LetterOf(r), r.Text} {
			b.text(i, b.line, s, b.style.fixed)
		}
		b.text(6, b.line, unit, b.style.text)
		b.text(7, b.line, yesNo(r.Checked(), words), b.style.text)
		b.text(8, b.line, source, b.style.fixed)
		b.line++
	}
	b.choice(7, firstRow, b.line-1, []string{words("word.yes", nil), words("word.no", nil)})
	return b.write(w)
}

// ReadCatalogue reads a catalogue written by WriteCatalogue, with the rows a
// province added below. Faults of the file and of its rows as in ReadSheet.
func ReadCatalogue(r io.Reader, languages ...Words) (workflow.CatalogueImport, error) {
	f, err := read(r, catalogueKind, NoCatalogue)
	if err != nil {
		return workflow.CatalogueImport{}, err
	}
	in := workflow.CatalogueImport{Key: f.at(1), Revision: f.number(2)}
	for _, l := range f.rows {
		row := workflow.CatalogueImportRow{Line: l.n, ID: strings.TrimSpace(l.cells["id"]), Levels: strings.TrimSpace(l.cells["level"]), Under: strings.TrimSpace(l.cells["under"]),
			Title: l.cells["title"], Letter: strings.TrimSpace(l.cells["letter"]), Text: l.cells["text"], Source: l.cells["source"]}
		refuse := func(column, reason string) {
			in.Refused = append(in.Refused, refusal(l.n, column, reason, l.cells[column]))
		}
		var readable bool
		var verified string
		if row.ID == "" {
			refuse("id", "empty")
			continue
		}
		if row.Unit, readable = among(l.cells["check_unit"], units, languages, "sheet.unit."); !readable {
			refuse("check_unit", "unit_unreadable")
			continue
		}
		if verified, readable = among(l.cells["verified"], []string{"yes", "no"}, languages, "word."); !readable || verified == "" {
			refuse("verified", "not_yes_no")
			continue
		}
		row.Verified = verified == "yes"
		in.Rows = append(in.Rows, row)
	}
	return in, nil
}
