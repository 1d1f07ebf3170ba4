package regime

import (
	"maps"
	"slices"
)

// Catalogue holds the requirements of one technical standard, row by row, with
// what a circular puts beside them. It holds no answer of any one system.
type Catalogue struct {
	Key        string                 `yaml:"key"`
	Standard   string                 `yaml:"standard"` // as printed, e.g. "TCVN 11930:2017"
	Title      string                 `yaml:"title"`
	Edition    string                 `yaml:"edition"`
	Compiled   Day                    `yaml:"compiled"`
	Notes      []CatalogueNote        `yaml:"notes"`
	Parts      map[string]Part        `yaml:"parts"`
	Rollup     RollRule               `yaml:"rollup"`  // rows → the answer of the system
	Sharing    RollRule               `yaml:"sharing"` // answered once, inherited by many
	Counts     Counts                 `yaml:"counts"`
	Facts      []*Fact                `yaml:"facts"`
	Conditions map[string]*Condition  `yaml:"conditions"`
	Parameters map[string][]Parameter `yaml:"parameters"`
	Hints      []Hint                 `yaml:"hints"`
	GeneralOf  string                 `yaml:"general_title"` // heading of the general rows
	General    []*Requirement         `yaml:"general"`
	Sources    []Source               `yaml:"sources"`
	Levels     map[int]*LevelRows     `yaml:"-"`

	asks   Criteria            // the facts alone, to check answers and conditions with
	sameUp map[string][]string // id → rows above that say they are the same
	byID   map[string]*Requirement
}

// CatalogueNote is something a reader of the catalogue must know.
type CatalogueNote struct {
	Text     string   `yaml:"text"`
	Verified Verified `yaml:"verified"`
}

// Part is a set of rows that rests on one text; a regime names the parts it uses.
type Part struct {
	Title    string     `yaml:"title"`
	Basis    []Citation `yaml:"basis"`
	Origin   Origin     `yaml:"origin"`
	Verified Verified   `yaml:"verified"`
}

// RollRule is a rule about rows, shown to people with where it comes from.
type RollRule struct {
	Text     string     `yaml:"text" json:"text"`
	Basis    []Citation `yaml:"basis" json:"basis"`
	Origin   Origin     `yaml:"origin" json:"origin"`
	Verified Verified   `yaml:"verified" json:"verified"`
}

// Counts is how many rows there are, so that a lost row is noticed.
type Counts struct {
	Levels  map[int]int `yaml:"levels"`
	General int         `yaml:"general"`
}

// Condition says when a row applies; it looks at the facts of the catalogue.
type Condition struct {
	Text string    `yaml:"text"` // as printed
	When *critCond `yaml:"when"`
}

// Parameter is a figure of the standard at one level.
type Parameter struct {
	Level    int      `yaml:"level"`
	Value    *int     `yaml:"value"` // nil: no source gives one
	Verified *bool    `yaml:"verified"`
	Sources  []string `yaml:"sources"`
	Clauses  []string `yaml:"clauses"`
	Note     string   `yaml:"note"`
}

// Hint is what a sub-group is said to speak of where its text is not at hand.
type Hint struct {
	Title    string   `yaml:"title"`
	Verified *bool    `yaml:"verified"`
	Sources  []string `yaml:"sources"`
	Topics   []string `yaml:"topics"`
}

// Source is where rows were read: primary text or not, in full or not.
type Source struct {
	ID      string `yaml:"id"`
	Title   string `yaml:"title"`
	Trust   string `yaml:"trust"`
	Read    string `yaml:"read"`
	UsedFor string `yaml:"used_for"`
}

// LevelRows is what one level asks, group by group.
type LevelRows struct {
	Level    int      `yaml:"level"`
	Clause   string   `yaml:"clause"`
	Appendix string   `yaml:"appendix"` // of the circular
	Groups   []*Group `yaml:"groups"`
}

// Group is a numbered group of requirements.
type Group struct {
	ID        string         `yaml:"id"`
	Title     string         `yaml:"title"`
	Part      string         `yaml:"part"`
	Kind      string         `yaml:"kind"` // management | technical
	Verified  *bool          `yaml:"verified"`
	Sources   []string       `yaml:"sources"`
	Place     string         `yaml:"place"`      // where a circular has it
	RelatesTo string         `yaml:"relates_to"` // clause of the standard it stands for
	Subgroups []*Requirement `yaml:"subgroups"`
	line      int
}

// Requirement is a sub-group or an item of one. Which of the two is a row to be
// answered says Unit of the sub-group: itself, its items, or nothing (its
// subject is covered elsewhere).
type Requirement struct {
	ID           string         `yaml:"id"`
	Title        string         `yaml:"title"`        // of a sub-group
	Unit         string         `yaml:"unit"`         // of a sub-group: subgroup | items | none
	ItemsStatus  string         `yaml:"items_status"` // listed | partial | not_found | none_in_circular
	Numeral      string         `yaml:"numeral"`
	Letter       string         `yaml:"letter"`
	LetterBasis  string         `yaml:"letter_basis"` // source_order: inferred; quoted; unknown
	Verified     *bool          `yaml:"verified"`
	Verification string         `yaml:"verification"`
	Sources      []string       `yaml:"sources"`
	Basis        []Citation     `yaml:"basis"` // of a general row; others rest on their part
	Levels       []int          `yaml:"levels"`
	Text         string         `yaml:"text"`
	AppliesWhen  string         `yaml:"applies_when"` // key of a Condition; empty: always
	Topic        string         `yaml:"topic"`
	Product      string         `yaml:"product"`
	ProductWhen  string         `yaml:"product_condition"` // when the product is compulsory; the row always needs a plan
	Corresponds  string         `yaml:"corresponds_to"`    // same title one level below, contents not compared
	SameAs       string         `yaml:"same_as"`           // the same content one level below
	Strengthens  string         `yaml:"strengthens"`
	Adapts       string         `yaml:"adapts"`
	NewAtLevel   bool           `yaml:"new_at_level"`
	CoveredBy    string         `yaml:"covered_by"` // group that stands in its place where its part is used
	Note         string         `yaml:"note"`
	Evidence     []string       `yaml:"evidence_topics"`
	EvidenceFrom []string       `yaml:"evidence_sources"`
	Completeness string         `yaml:"items_completeness"`
	DossierNo    string         `yaml:"dossier_numbering"` // number a dossier in use gives the row
	Parameters   map[string]int `yaml:"parameters"`
	Items        []*Requirement `yaml:"items"`
	Under        *Requirement   `yaml:"-"` // sub-group of an item
	Group        *Group         `yaml:"-"` // nil for a general row
	Added        string         `yaml:"-"` // source of an item a province added; empty: built in
	Confirmed    string         `yaml:"-"` // text a province compared it with; empty: as built in
	file         string
	line         int
}

// Checked tells whether a source was read that says just this.
func (r *Requirement) Checked() bool { return r.Verified != nil && *r.Verified }

// Open tells that the row stands for a sub-group whose text is not at hand.
func (r *Requirement) Open() bool { return r.ItemsStatus == "not_found" || r.ItemsStatus == "partial" }

// Heading is the title the row stands under.
func (r *Requirement) Heading() string {
	if r.Under != nil {
		return r.Under.Title
	}
	return r.Title
}

// Part names the part of the catalogue the row belongs to.
func (r *Requirement) Part() string {
	if r.Group == nil {
		return "general"
	}
	return r.Group.Part
}

// CatalogueUse is how a regime uses a catalogue.
type CatalogueUse struct {
	Key      string     `yaml:"key"`
	Parts    []string   `yaml:"parts"`
	Basis    []Citation `yaml:"basis"`
	Origin   Origin     `yaml:"origin"`
	Verified Verified   `yaml:"verified"`
	Note     string     `yaml:"note"` // shown to people
}

// Find gives a requirement by its id.
func (c *Catalogue) Find(id string) (*Requirement, bool) {
	r, ok := c.byID[id]
	return r, ok
}

// Rows lists what a system of a level answers under a use of the catalogue, in
// the order of the standard: sub-groups or their items, the general rows last.
func (c *Catalogue) Rows(level int, use CatalogueUse) []*Requirement {
	var out []*Requirement
	if l := c.Levels[level]; l != nil {
		for _, g := range l.Groups {
			if slices.Contains(use.Parts, g.Part) {
				out = append(out, c.rowsOf(g, use)...)
			}
		}
	}
	if slices.Contains(use.Parts, "general") {
		for _, r := range c.General {
			if slices.Contains(r.Levels, level) {
				out = append(out, r)
			}
		}
	}
	return out
}

func (c *Catalogue) rowsOf(g *Group, use CatalogueUse) []*Requirement {
	var out []*Requirement
	for _, s := range g.Subgroups {
		switch {
		case s.Unit == "items":
			out = append(out, s.Items...)
		case s.Unit == "subgroup" || !c.covered(s, use):
			out = append(out, s)
		}
	}
	return out
}

// covered tells whether what stands in a sub-group's place is used too.
func (c *Catalogue) covered(s *Requirement, use CatalogueUse) bool {
	for _, l := range c.Levels {
		for _, g := range l.Groups {
			if g.ID == s.CoveredBy {
				return slices.Contains(use.Parts, g.Part)
			}
		}
	}
	return false
}

// Size counts the rows of all levels and parts, and those of them verified.
func (c *Catalogue) Size() (rows, verified int) {
	all := CatalogueUse{Parts: slices.Collect(maps.Keys(c.Parts))}
	seen := map[string]bool{}
	for level := range c.Levels {
		for _, r := range c.Rows(level, all) {
			if seen[r.ID] {
				continue
			}
			seen[r.ID] = true
			rows++
			if r.Checked() {
				verified++
			}
		}
	}
	return rows, verified
}

// Basis is what a row rests on: its own citation or that of its part.
func (c *Catalogue) Basis(r *Requirement) []Citation {
	if len(r.Basis) > 0 {
		return r.Basis
	}
	return c.Parts[r.Part()].Basis
}

// Same lists the rows of other levels with the very same content as a row, both
// up and down the levels.
func (c *Catalogue) Same(id string) []string {
	seen := []string{id}
	for i := 0; i < len(seen); i++ {
		if r, ok := c.byID[seen[i]]; ok && r.SameAs != "" && !slices.Contains(seen, r.SameAs) {
			seen = append(seen, r.SameAs)
		}
		for _, up := range c.sameUp[seen[i]] {
			if !slices.Contains(seen, up) {
				seen = append(seen, up)
			}
		}
	}
	return seen[1:]
}

// Applies answers whether a row applies to a system with these facts. Where a
// fact is unknown, known is false and asks names the facts waited for: the row
// is then asked for like any other.
func (c *Catalogue) Applies(r *Requirement, facts Facts) (applies, known bool, asks []string) {
	cond := c.Conditions[r.AppliesWhen]
	if cond == nil {
		return true, true, nil
	}
	t, open := critLook{c: &c.asks, facts: facts}.eval(cond.When)
	return t != critFalse, t != critUnknown, open
}

// CheckFacts reads the facts of a sheet; its error is a *FactError.
func (c *Catalogue) CheckFacts(raw map[string]any) (Facts, error) { return c.asks.CheckFacts(raw) }

// FactsOf lists the facts a condition looks at.
func (c *Catalogue) FactsOf(condition string) []string {
	cond := c.Conditions[condition]
	if cond == nil {
		return nil
	}
	return cond.When.facts()
}

func (c *critCond) facts() []string {
	out := []string{}
	if c.Fact != "" {
		out = append(out, c.Fact)
	}
	for _, sub := range slices.Concat(c.All, c.Any) {
		out = append(out, sub.facts()...)
	}
	if c.Not != nil {
		out = append(out, c.Not.facts()...)
	}
	return out
}
