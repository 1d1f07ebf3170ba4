package regime

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v4"
)

// requirementID is the form of an id: a clause of the standard with the item's
// two digits, or a place in a circular.
var requirementID = regexp.MustCompile(`^(\d+(\.\d+){2,5}|[A-Z]{2,8}[0-9]*(-[A-Za-z0-9.]+)+)(-\d{2})?$`)

// UnmarshalYAML reads a group and remembers its line.
func (g *Group) UnmarshalYAML(n *yaml.Node) (err error) {
	type plain Group
	g.line, err = node(n, (*plain)(g))
	return err
}

// UnmarshalYAML reads a requirement and remembers its line.
func (r *Requirement) UnmarshalYAML(n *yaml.Node) (err error) {
	type plain Requirement
	r.line, err = node(n, (*plain)(r))
	return err
}

// readCatalogues reads every folder of standards/. Its error lists every Fault.
func readCatalogues(files fs.FS, b *Book) (map[string]*Catalogue, error) {
	out := map[string]*Catalogue{}
	dirs, err := fs.ReadDir(files, "standards")
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return nil, Fault{File: "standards", Reason: path.Base(err.Error())}
	}
	var faults []error
	for _, d := range dirs {
		if !d.IsDir() {
			continue
		}
		c, err := readCatalogue(files, "standards/"+d.Name())
		if err != nil {
			faults = append(faults, err)
			continue
		}
		b.Files += 1 + len(c.Levels)
		out[c.Key] = c
	}
	return out, errors.Join(faults...)
}

type reqReader struct {
	critReader
	cat     *Catalogue
	sources []string
}

// readCatalogue reads one folder: catalogue.yaml and one file a level.
func readCatalogue(files fs.FS, dir string) (*Catalogue, error) {
	c := &Catalogue{Levels: map[int]*LevelRows{}, byID: map[string]*Requirement{}, sameUp: map[string][]string{}}
	top := dir + "/catalogue.yaml"
	if err := decode(files, top, c); err != nil {
		return nil, err
	}
	x := &reqReader{critReader: critReader{file: top, c: &c.asks, ids: map[string]bool{}}, cat: c}
	x.head(path.Base(dir))
	names, err := fs.Glob(files, dir+"/level-*.yaml")
	if err != nil || len(names) == 0 {
		return nil, Fault{File: dir, Reason: "no file level-1.yaml and so on"}
	}
	for _, name := range names {
		l := &LevelRows{}
		if err := decode(files, name, l); err != nil {
			x.faults = append(x.faults, err)
			continue
		}
		x.file = name
		x.level(l)
	}
	x.file = top
	for _, r := range c.General {
		x.general(r)
	}
	if len(x.faults) == 0 {
		x.counts()
		x.links()
	}
	if err := errors.Join(x.faults...); err != nil {
		return nil, err
	}
	return c, nil
}

// head checks what stands above the rows.
func (x *reqReader) head(dir string) {
	c := x.cat
	x.bad(c.Key != dir, 0, "key "+c.Key+" is not the name of the folder")
	x.bad(c.Standard == "" || c.Title == "" || c.GeneralOf == "", 0, "needs standard, title and general_title")
	for _, s := range c.Sources {
		x.bad(s.ID == "" || s.Title == "" || s.Trust == "" || slices.Contains(x.sources, s.ID), 0, "source "+s.ID+": needs an id of its own, title and trust")
		x.sources = append(x.sources, s.ID)
	}
	for key, p := range c.Parts {
		x.stated(key, p.Title, p.Basis, p.Origin, p.Verified)
	}
	x.stated("rollup", c.Rollup.Text, c.Rollup.Basis, c.Rollup.Origin, c.Rollup.Verified)
	x.stated("sharing", c.Sharing.Text, c.Sharing.Basis, c.Sharing.Origin, c.Sharing.Verified)
	for _, n := range c.Notes {
		x.bad(n.Text == "" || n.Verified == "" || !n.Verified.valid(), 0, "a note needs text and a mark")
	}
	c.asks.Facts, c.asks.byKey = c.Facts, map[string]*Fact{}
	for _, f := range c.Facts {
		x.fact(f)
		c.asks.Questions = append(c.asks.Questions, critKey(f))
	}
	for _, key := range slices.Sorted(maps.Keys(c.Conditions)) {
		cond := c.Conditions[key]
		x.bad(cond == nil || cond.Text == "" || cond.When == nil, 0, "condition "+key+": needs text and when")
		if cond != nil && cond.When != nil {
			x.cond(&critRule{ID: "condition " + key}, cond.When)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.Parameters)) {
		for _, p := range c.Parameters[key] {
			x.bad(p.Level < 1 || p.Level > 5 || p.Verified == nil, 0, "parameter "+key+": needs level and verified")
			x.cited(0, "parameter "+key, p.Sources)
		}
	}
	for _, h := range c.Hints {
		x.bad(h.Title == "" || h.Verified == nil || len(h.Topics) == 0, 0, "a hint needs title, verified and topics")
		x.cited(0, "hint", h.Sources)
	}
}

func (x *reqReader) stated(key, text string, basis []Citation, origin Origin, mark Verified) {
	x.bad(text == "", 0, key+": says nothing")
	x.bad(!origin.valid(), 0, key+": unknown origin "+string(origin))
	x.cites(0, key, basis, mark)
}

// cited checks that sources are named in the list of sources.
func (x *reqReader) cited(line int, who string, sources []string) {
	for _, s := range sources {
		x.bad(!slices.Contains(x.sources, s), line, who+": unknown source "+s)
	}
}

func (x *reqReader) level(l *LevelRows) {
	x.bad(l.Level < 1 || l.Level > 5, 0, fmt.Sprintf("no level %d", l.Level))
	x.bad(x.cat.Levels[l.Level] != nil, 0, fmt.Sprintf("level %d stands in another file too", l.Level))
	x.cat.Levels[l.Level] = l
	for _, g := range l.Groups {
		if g == nil {
			x.bad(true, 0, "a group is empty")
			continue
		}
		x.id(g.ID, g.line)
		_, part := x.cat.Parts[g.Part]
		x.bad(!part, g.line, g.ID+": unknown part "+g.Part)
		x.bad(g.Kind != "management" && g.Kind != "technical", g.line, g.ID+": unknown kind "+g.Kind)
		x.bad(g.Title == "" || g.Verified == nil, g.line, g.ID+": needs title and verified")
		x.cited(g.line, g.ID, g.Sources)
		for _, s := range g.Subgroups {
			x.subgroup(l.Level, g, s)
		}
	}
}

func (x *reqReader) id(id string, line int) {
	x.bad(!requirementID.MatchString(id), line, id+": the id is not of the form 7.2.1.4-03 or TT12-D9.6")
	x.bad(x.ids[id], line, id+": is named twice")
	x.ids[id] = true
}

var itemStates = []string{"listed", "partial", "not_found", "none_in_circular"}

func (x *reqReader) subgroup(level int, g *Group, s *Requirement) {
	if s == nil {
		x.bad(true, g.line, g.ID+": a sub-group is empty")
		return
	}
	s.Group, s.Levels = g, []int{level}
	x.one(s)
	x.bad(s.Title == "", s.line, s.ID+": needs a title")
	x.bad(!slices.Contains([]string{"subgroup", "items", "none"}, s.Unit), s.line, s.ID+": unknown unit "+s.Unit)
	x.bad(!slices.Contains(itemStates, s.ItemsStatus), s.line, s.ID+": unknown items_status "+s.ItemsStatus)
	x.bad(s.Unit == "items" && len(s.Items) == 0, s.line, s.ID+": is answered by items and has none")
	x.bad((s.Unit == "none") != (s.CoveredBy != ""), s.line, s.ID+": unit none and covered_by belong together")
	x.bad(s.Unit == "subgroup" && s.Text == "", s.line, s.ID+": says nothing (text)")
	for _, i := range s.Items {
		if i == nil {
			x.bad(true, s.line, s.ID+": an item is empty")
			continue
		}
		i.Group, i.Under, i.Levels = g, s, []int{level}
		x.one(i)
		x.bad(i.Text == "", i.line, i.ID+": says nothing (text)")
		x.bad(len(i.Items) > 0 || i.Unit != "" || i.ItemsStatus != "", i.line, i.ID+": unit, items_status and items belong to a sub-group")
	}
}

func (x *reqReader) general(r *Requirement) {
	if r == nil {
		x.bad(true, 0, "a general row is empty")
		return
	}
	x.one(r)
	x.bad(r.Text == "" || len(r.Levels) == 0, r.line, r.ID+": needs text and levels")
	for _, l := range r.Levels {
		x.bad(l < 1 || l > 5, r.line, fmt.Sprintf("%s: no level %d", r.ID, l))
	}
	x.cites(r.line, r.ID, r.Basis, Primary)
}

// one checks what every requirement has.
func (x *reqReader) one(r *Requirement) {
	x.id(r.ID, r.line)
	x.bad(r.Verified == nil, r.line, r.ID+": does not say whether it is verified")
	x.cited(r.line, r.ID, slices.Concat(r.Sources, r.EvidenceFrom))
	x.bad(r.Checked() && len(r.Sources) == 0 && r.Text != "", r.line, r.ID+": is verified by no source")
	x.bad(r.AppliesWhen != "" && x.cat.Conditions[r.AppliesWhen] == nil, r.line, r.ID+": unknown condition "+r.AppliesWhen)
	x.cat.byID[r.ID], r.file = r, x.file
}

// links checks that whatever a row points to is there.
func (x *reqReader) links() {
	for _, id := range slices.Sorted(maps.Keys(x.cat.byID)) {
		r := x.cat.byID[id]
		x.file = r.file
		for _, to := range []string{r.Corresponds, r.SameAs, r.Strengthens, r.Adapts} {
			x.bad(to != "" && x.cat.byID[to] == nil, r.line, r.ID+": points to "+to+", which is not there")
		}
		x.bad(r.CoveredBy != "" && !x.ids[r.CoveredBy], r.line, r.ID+": is covered by "+r.CoveredBy+", which is not there")
		if r.SameAs != "" {
			x.cat.sameUp[r.SameAs] = append(x.cat.sameUp[r.SameAs], id)
		}
	}
}

func (x *reqReader) counts() {
	all := CatalogueUse{Parts: slices.Collect(maps.Keys(x.cat.Parts))}
	all.Parts = slices.DeleteFunc(all.Parts, func(p string) bool { return p == "general" })
	for l := 1; l <= 5; l++ {
		have := len(x.cat.Rows(l, all))
		x.bad(have != x.cat.Counts.Levels[l], 0, fmt.Sprintf("level %d has %d rows, counts say %d", l, have, x.cat.Counts.Levels[l]))
	}
	x.bad(len(x.cat.General) != x.cat.Counts.General, 0, fmt.Sprintf("%d general rows, counts say %d", len(x.cat.General), x.cat.Counts.General))
}

// CatalogueOf gives the catalogue a regime uses; it may use none.
func (b *Book) CatalogueOf(r *Regime) (*Catalogue, bool) {
	if r.Catalogue == nil {
		return nil, false
	}
	c, ok := b.Catalogues[r.Catalogue.Key]
	return c, ok
}

// checkUses asks that every catalogue a regime names is there, with its parts.
func (b *Book) checkUses() error {
	var faults []error
	for _, r := range b.Regimes {
		u := r.Catalogue
		if u == nil {
			continue
		}
		bad := func(when bool, reason string) {
			if when {
				faults = append(faults, Fault{File: r.Key + "/regime.yaml", Reason: "catalogue: " + reason})
			}
		}
		c, ok := b.Catalogues[u.Key]
		bad(!ok, "unknown catalogue "+u.Key)
		bad(len(u.Parts) == 0 || len(u.Basis) == 0 || !u.Origin.valid() || u.Verified == "" || !u.Verified.valid(), "needs parts, basis, origin and verified")
		for _, p := range u.Parts {
			_, known := c.part(p)
			bad(ok && !known, "unknown part "+p)
		}
		for _, cite := range u.Basis {
			if err := cite.Check(); err != nil {
				bad(true, err.Error())
			}
		}
	}
	return errors.Join(faults...)
}

func (c *Catalogue) part(key string) (Part, bool) {
	if c == nil {
		return Part{}, false
	}
	p, ok := c.Parts[key]
	return p, ok
}
