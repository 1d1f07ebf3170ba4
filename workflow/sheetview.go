package workflow

import (
	"slices"

	"capdo/workflow/regime"
)

// SheetView is a sheet with every requirement it answers, as it stands.
type SheetView struct {
	Sheet
	SystemName string          `json:"system_name"`
	Catalogue  CatalogueFacts  `json:"catalogue"`
	Rows       []SheetRowView  `json:"rows"`
	Questions  []SheetQuestion `json:"questions,omitempty"` // facts that conditional rows hang on
	Providers  []SheetProvider `json:"providers,omitempty"`
	Rollup     Rollup          `json:"rollup"`
	Warned     int             `json:"warned"` // rows with a warning
}

// CatalogueFacts says what the rows are taken from and how sure that is.
type CatalogueFacts struct {
	Key      string          `json:"key"`
	Standard string          `json:"standard"`
	Title    string          `json:"title"`
	Basis    []Citation      `json:"basis"`
	Origin   regime.Origin   `json:"origin"`
	Verified regime.Verified `json:"verified"`
	Note     string          `json:"note,omitempty"`
	Notes    []CatalogueNote `json:"notes,omitempty"`
	Added    int             `json:"added,omitempty"` // revision of what the province put beside it
}

// CatalogueNote is something a reader of the rows must know.
type CatalogueNote struct {
	Text     string          `json:"text"`
	Verified regime.Verified `json:"verified"`
}

// SheetQuestion is one fact of a sheet; Value is nil while unknown.
type SheetQuestion struct {
	Key   string     `json:"key"`
	Ask   string     `json:"ask"`
	Value any        `json:"value"`
	Basis []Citation `json:"basis"`
}

// SheetProvider is a system whose shared sheet this one inherits from.
type SheetProvider struct {
	System   string `json:"system"`
	Name     string `json:"name"`
	Sheet    string `json:"sheet,omitempty"` // empty while it shares nothing
	Revision int64  `json:"revision"`
}

// provider is a shared sheet ready to be looked into.
type provider struct {
	SheetProvider
	sheets []*Sheet // of the same level first
}

// desk is what a sheet is looked at with.
type desk struct {
	cat       *regime.Catalogue
	use       regime.CatalogueUse
	added     int64
	providers []provider
	plan      *Sheet // of a check: the frozen sheet of the dossier
}

// view shows a sheet: each row with its own answer, else what its condition
// says, else the answer inherited.
func (d *desk) view(s *Sheet, systemName string) *SheetView {
	v := &SheetView{Sheet: *s, SystemName: systemName, Catalogue: d.facts()}
	for _, p := range d.providers {
		v.Providers = append(v.Providers, p.SheetProvider)
	}
	needed := map[string]bool{}
	for _, r := range d.rows(s) {
		row := d.row(s, r)
		if cond := d.cat.Conditions[r.AppliesWhen]; cond != nil {
			for _, f := range d.cat.FactsOf(r.AppliesWhen) {
				needed[f] = true
			}
		}
		row.Warns = warnsOf(&row)
		if len(row.Warns) > 0 {
			v.Warned++
		}
		v.Rows = append(v.Rows, row)
	}
	for _, f := range d.cat.Facts {
		if needed[f.Key] {
			v.Questions = append(v.Questions, SheetQuestion{f.Key, f.Ask, s.Facts[f.Key], f.Basis})
		}
	}
	v.Rollup = rollUp(v.Rows, d.cat.Rollup)
	return v
}

// rows lists the requirements a sheet answers: those of its level, of a frozen
// copy those it was sent with.
func (d *desk) rows(s *Sheet) []*regime.Requirement {
	if s.Frozen.IsZero() {
		return d.cat.Rows(s.Level, d.use)
	}
	var out []*regime.Requirement
	for _, row := range s.Rows {
		if r, ok := d.cat.Find(row.ID); ok {
			out = append(out, r)
		}
	}
	return out
}

func (d *desk) row(s *Sheet, r *regime.Requirement) SheetRowView {
	v := SheetRowView{Requirement: r, Kind: "general", Group: "general", GroupTitle: d.cat.GeneralOf, No: r.Letter, Title: r.Heading(), Text: r.Text,
		Verified: r.Checked(), Open: r.Open(), Added: r.Added, Basis: d.cat.Basis(r), Product: r.Product, ProductWhen: r.ProductWhen, Hints: r.Evidence}
	if r.Group != nil {
		v.Kind, v.Group, v.GroupTitle = r.Group.Kind, r.Group.ID, r.Group.Title
	}
	if v.No == "" {
		v.No = r.Numeral
	}
	if v.Text == "" {
		v.Text = r.Heading()
	}
	if cond := d.cat.Conditions[r.AppliesWhen]; cond != nil {
		v.Condition = cond.Text
	}
	if d.plan != nil {
		if said, ok := d.plan.row(r.ID); ok && said.Status != "" {
			v.Plan = &said
		}
	}
	d.answer(s, r, &v)
	return v
}

// answer fills in the answer that counts.
func (d *desk) answer(s *Sheet, r *regime.Requirement, v *SheetRowView) {
	own, ok := s.row(r.ID)
	if !s.Frozen.IsZero() {
		v.SheetRow, v.Source = own, sourceOf(own)
		v.Provider = d.providerName(own.From)
		return
	}
	applies, known, asks := d.cat.Applies(r, s.Facts)
	switch {
	case ok && own.Status != "":
		v.SheetRow, v.Source = own, SourceOwn
		return
	case !applies:
		v.SheetRow, v.Source = SheetRow{ID: r.ID, Status: RowNotApplicable, Reason: v.Condition, From: SourceCondition}, SourceCondition
		return
	}
	for _, p := range d.providers {
		if got, from, ok := p.answer(d.cat, r.ID); ok {
			got.ID, got.From = r.ID, from
			v.SheetRow, v.Source, v.Provider = got, SourceInherited, p.Name
			return
		}
	}
	v.SheetRow, v.Source = SheetRow{ID: r.ID}, SourceNone
	if !known {
		v.Unknown = asks
	}
}

func sourceOf(r SheetRow) string {
	switch {
	case r.Status == "":
		return SourceNone
	case r.From == "":
		return SourceOwn
	case r.From == SourceCondition:
		return SourceCondition
	}
	return SourceInherited
}

func (d *desk) providerName(sheet string) string {
	for _, p := range d.providers {
		if slices.ContainsFunc(p.sheets, func(s *Sheet) bool { return s.ID == sheet }) {
			return p.Name
		}
	}
	return ""
}

// answer finds what the provider answered to a requirement, or to one of another
// level with the very same content.
func (p *provider) answer(cat *regime.Catalogue, id string) (SheetRow, string, bool) {
	for _, s := range p.sheets {
		for _, one := range append([]string{id}, cat.Same(id)...) {
			if r, ok := s.row(one); ok && r.Status != "" {
				return r, s.ID, true
			}
		}
	}
	return SheetRow{}, "", false
}

func (d *desk) facts() CatalogueFacts {
	f := CatalogueFacts{Key: d.cat.Key, Standard: d.cat.Standard, Title: d.cat.Title, Basis: d.use.Basis, Origin: d.use.Origin,
		Verified: d.use.Verified, Note: d.use.Note, Added: int(d.added)}
	for _, n := range d.cat.Notes {
		f.Notes = append(f.Notes, CatalogueNote{n.Text, n.Verified})
	}
	return f
}

// freeze gives the copy that goes out with a version of the case: every row as
// it counts that day, with where it came from.
func (d *desk) freeze(s *Sheet, version int, on Day) *Sheet {
	out := clone(*s)
	out.Rows = nil
	for _, row := range d.view(s, "").Rows {
		out.Rows = append(out.Rows, row.SheetRow)
	}
	out.Version, out.Frozen, out.Revision = version, on, s.Revision+1
	return &out
}

// carry takes own answers of an earlier sheet over to the rows of a level: the
// same row, or one of another level with the very same content.
func (d *desk) carry(from *Sheet, level int) []SheetRow {
	var out []SheetRow
	for _, r := range d.cat.Rows(level, d.use) {
		for _, id := range append([]string{r.ID}, d.cat.Same(r.ID)...) {
			if have, ok := from.row(id); ok && have.Status != "" && have.From == "" {
				have.ID = r.ID
				out = append(out, have)
				break
			}
		}
	}
	return out
}
