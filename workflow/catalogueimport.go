package workflow

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"capdo/internal/vn"
	"capdo/workflow/regime"
)

// The house acts of taking in lists and requirements.
const (
	actImport          = "import"
	actImportCatalogue = "import_catalogue"
)

// CatalogueImportRow is one row of a workbook of requirements.
type CatalogueImportRow struct {
	Line     int // in the file, from 1
	ID       string
	Levels   string // "3", or "1, 2" for a general row
	Under    string // sub-group of an item
	Title    string // of a sub-group
	Letter   string
	Text     string
	Unit     string // of a sub-group: subgroup, items, none
	Verified bool
	Source   string // text an added item was taken from; empty: that of the whole file
}

// CatalogueImport asks to put beside a built-in catalogue what a province read in
// the text of the standard it holds.
type CatalogueImport struct {
	Key        string
	Revision   int64  // of the supplement the file went out with
	Source     string // text the rows were compared with, as the province names it
	Rows       []CatalogueImportRow
	Refused    []RowRefusal // what the reader refused already
	AcceptGood bool
	Dry        bool // says what would be taken in, and takes nothing
}

// CatalogueReport tells what became of the rows.
type CatalogueReport struct {
	Key       string       `json:"key"`
	Revision  int64        `json:"revision"`
	Added     []string     `json:"added"`
	ByItems   []string     `json:"by_items"` // sub-groups now answered item by item
	Confirmed []string     `json:"confirmed"`
	Same      int          `json:"same"`
	Refused   []RowRefusal `json:"refused"`
	Taken     bool         `json:"taken"`
}

type catalogueReader struct {
	own  OwnCatalogue
	in   CatalogueImport
	sup  regime.Supplement
	rep  *CatalogueReport
	seen map[string]bool
}

// ImportCatalogue takes items in, turns sub-groups into lists of items and
// confirms marks. What an id that exists means is never changed, no mark is ever
// taken away, and every addition names the text it is from. who may be empty for
// the program's own commands.
func (s *Service) ImportCatalogue(ctx context.Context, who string, in CatalogueImport) (*CatalogueReport, error) {
	var err error
	if in.Source, err = s.mayAdd(ctx, who, in.Source); err != nil {
		return nil, err
	}
	own, err := s.Catalogue(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	if in.Revision != own.Added {
		return nil, &Problem{Kind: Stale, Key: "case.moved_on"}
	}
	sup, err := s.Store.Supplement(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	x := &catalogueReader{own: own, in: in, sup: sup, seen: map[string]bool{},
		rep: &CatalogueReport{Key: in.Key, Revision: own.Added, Added: []string{}, ByItems: []string{}, Confirmed: []string{}, Refused: slices.Clone(in.Refused)}}
	x.read()
	slices.SortStableFunc(x.rep.Refused, func(a, b RowRefusal) int { return a.Line - b.Line })
	if in.Dry {
		return x.rep, nil
	}
	if len(x.rep.Refused) > 0 && !in.AcceptGood {
		x.rep.Added, x.rep.ByItems, x.rep.Confirmed = []string{}, []string{}, []string{}
		return x.rep, nil
	}
	x.rep.Taken = true
	if len(x.rep.Added)+len(x.rep.ByItems)+len(x.rep.Confirmed) == 0 {
		return x.rep, nil
	}
	x.sup.Revision = own.Added + 1
	if _, err := s.Book.Catalogues[in.Key].With(x.sup); err != nil {
		return nil, err
	}
	e := Event{Act: actImportCatalogue, Person: who, On: s.Today(), At: s.Clock()}
	e.With = With{"catalogue": in.Key, "source": in.Source, "added": len(x.rep.Added), "revision": x.sup.Revision}
	x.rep.Revision = x.sup.Revision
	return x.rep, s.Store.KeepSupplement(ctx, x.sup, own.Added, e)
}

// mayAdd asks the right to add requirements and gives the source named, clean.
func (s *Service) mayAdd(ctx context.Context, who, source string) (string, error) {
	if who != Console {
		p, err := s.Store.Person(ctx, who)
		if err != nil {
			return "", err
		}
		if no := s.house(p, actImportCatalogue, ""); no != nil {
			return "", no
		}
	}
	source, problem := cleanText("source", source, maxRowLine, true)
	if problem == nil && source == "" {
		problem = invalid("source", "expect.source", "")
	}
	if problem != nil {
		return "", problem
	}
	return source, nil
}

// read takes items first, so that a sub-group may be turned over to items that
// stand further down.
func (x *catalogueReader) read() {
	x.sup.Confirmed = maps.Clone(x.sup.Confirmed)
	if x.sup.Confirmed == nil {
		x.sup.Confirmed = map[string]string{}
	}
	var known []CatalogueImportRow
	for _, row := range x.in.Rows {
		if x.seen[row.ID] {
			x.refuse(row.Line, "id", "duplicate", row.ID)
			continue
		}
		x.seen[row.ID] = true
		if _, ok := x.own.Find(row.ID); ok {
			known = append(known, row)
		} else {
			x.item(row)
		}
	}
	for _, row := range known {
		r, _ := x.own.Find(row.ID)
		x.known(row, r)
	}
}

func (x *catalogueReader) refuse(line int, column, reason, value string) {
	x.rep.Refused = append(x.rep.Refused, RowRefusal{Line: line, Column: column, Reason: reason, Value: shortened(value)})
}

// item takes a new item in.
func (x *catalogueReader) item(row CatalogueImportRow) {
	i := regime.SupplementItem{ID: row.ID, Under: row.Under, Verified: row.Verified, Source: x.in.Source}
	for _, f := range []struct {
		column, text string
		into         *string
		line         bool
	}{{"letter", row.Letter, &i.Letter, true}, {"text", row.Text, &i.Text, false}, {"source", row.Source, &i.Source, true}} {
		text, p := cleanText(f.column, f.text, maxRowText, f.line)
		if p != nil {
			_, reason := refusalOf("", p.Fields[0], p)
			x.refuse(row.Line, f.column, reason, "")
			return
		}
		if text != "" {
			*f.into = text
		}
	}
	if reason := x.own.Misfit(i); reason != "" {
		column := map[string]string{"under_unknown": "under", "no_text": "text", "no_source": "source"}[reason]
		if column == "" {
			column = "id"
		}
		x.refuse(row.Line, column, reason, row.ID)
		return
	}
	under, _ := x.own.Find(i.Under)
	if row.Levels != "" && row.Levels != LevelsText(under.Levels) {
		x.refuse(row.Line, "level", "other_level", row.Levels)
		return
	}
	x.sup.Items = append(x.sup.Items, i)
	x.rep.Added = append(x.rep.Added, i.ID)
}

// known compares a row that is there already.
func (x *catalogueReader) known(row CatalogueImportRow, r *regime.Requirement) {
	under := ""
	if r.Under != nil {
		under = r.Under.ID
	}
	for _, c := range []struct{ column, file, have string }{{"level", row.Levels, LevelsText(r.Levels)}, {"under", row.Under, under},
		{"title", row.Title, r.Title}, {"letter", row.Letter, LetterOf(r)}, {"text", row.Text, r.Text}} {
		if vn.NFC(strings.Join(strings.Fields(c.file), " ")) != strings.Join(strings.Fields(c.have), " ") {
			x.refuse(row.Line, c.column, "meaning_changed", c.file)
			return
		}
	}
	switch {
	case row.Unit != r.Unit && (row.Unit != "items" || r.Unit != "subgroup"):
		x.refuse(row.Line, "check_unit", "fixed_cell", row.Unit)
		return
	case !row.Verified && r.Checked():
		x.refuse(row.Line, "verified", "unverified", "")
		return
	case row.Verified && !r.Checked() && r.Group == nil:
		x.refuse(row.Line, "verified", "verified_taken", "")
		return
	case row.Unit != r.Unit && len(r.Items) == 0 && !slices.ContainsFunc(x.sup.Items, func(i regime.SupplementItem) bool { return i.Under == r.ID }):
		x.refuse(row.Line, "check_unit", "no_items", r.ID)
		return
	}
	same := true
	if row.Unit != r.Unit {
		same = false
		x.sup.ByItems, x.rep.ByItems = append(x.sup.ByItems, r.ID), append(x.rep.ByItems, r.ID)
	}
	if row.Verified && !r.Checked() {
		same = false
		x.sup.Confirmed[r.ID] = x.in.Source
		x.rep.Confirmed = append(x.rep.Confirmed, r.ID)
	}
	if same {
		x.rep.Same++
	}
}

// LetterOf is the letter or the numeral a requirement bears.
func LetterOf(r *Requirement) string {
	if r.Letter != "" {
		return r.Letter
	}
	return r.Numeral
}

// LevelsText writes levels as a workbook shows them.
func LevelsText(levels []int) string {
	var out []string
	for _, l := range levels {
		out = append(out, strconv.Itoa(l))
	}
	return strings.Join(out, ", ")
}
