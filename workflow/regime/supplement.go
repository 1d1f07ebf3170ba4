package regime

import (
	"fmt"
	"slices"
)

// Supplement is what a province put beside a built-in catalogue, from the text
// of the standard it holds: new items, sub-groups now answered item by item, and
// marks confirmed. It never takes away a row and never changes what an id means.
type Supplement struct {
	Catalogue string            `json:"catalogue"`
	Items     []SupplementItem  `json:"items,omitempty"`
	ByItems   []string          `json:"by_items,omitempty"`  // sub-groups whose items are all there
	Confirmed map[string]string `json:"confirmed,omitempty"` // id → the text it was compared with
	Revision  int64             `json:"revision"`
}

// SupplementItem is one item added under a sub-group.
type SupplementItem struct {
	ID       string `json:"id"`
	Under    string `json:"under"`
	Letter   string `json:"letter,omitempty"`
	Text     string `json:"text"`
	Verified bool   `json:"verified"`
	Source   string `json:"source"` // what it was taken from, named by the province
}

// SupplementFault says which entry of a supplement does not hold together with
// the catalogue, and why: id_form, id_taken, under_unknown, not_under,
// meaning_changed, unknown, no_items, no_source, no_text.
type SupplementFault struct{ ID, Reason string }

// Error names the entry and the reason.
func (f *SupplementFault) Error() string {
	return fmt.Sprintf("supplement: %s: %s", f.ID, f.Reason)
}

// With gives the catalogue together with a supplement; the catalogue itself
// stays as it is. Its error is a *SupplementFault for the first entry that does
// not fit.
func (c *Catalogue) With(s Supplement) (*Catalogue, error) {
	n := *c
	n.byID = make(map[string]*Requirement, len(c.byID)+len(s.Items))
	n.Levels = make(map[int]*LevelRows, len(c.Levels))
	for level, l := range c.Levels {
		n.Levels[level] = l.copied(n.byID)
	}
	for _, r := range c.General {
		n.byID[r.ID] = r
	}
	for _, i := range s.Items {
		if reason := n.add(i); reason != "" {
			return nil, &SupplementFault{i.ID, reason}
		}
	}
	for _, id := range s.ByItems {
		r := n.byID[id]
		if r == nil || r.Under != nil || r.Unit == "none" {
			return nil, &SupplementFault{id, "unknown"}
		}
		if len(r.Items) == 0 {
			return nil, &SupplementFault{id, "no_items"}
		}
		r.Unit, r.ItemsStatus = "items", "listed"
	}
	for id, source := range s.Confirmed {
		r := n.byID[id]
		if r == nil || r.Group == nil {
			return nil, &SupplementFault{id, "unknown"}
		}
		if source == "" {
			return nil, &SupplementFault{id, "no_source"}
		}
		yes := true
		r.Verified, r.Confirmed = &yes, source
	}
	return &n, nil
}

// copied copies a level down to its items and enters them under their ids.
func (l *LevelRows) copied(byID map[string]*Requirement) *LevelRows {
	out := *l
	out.Groups = make([]*Group, len(l.Groups))
	for i, g := range l.Groups {
		group := *g
		group.Subgroups = make([]*Requirement, len(g.Subgroups))
		for j, s := range g.Subgroups {
			sub := *s
			sub.Group, sub.Items = &group, make([]*Requirement, len(s.Items))
			for k, item := range s.Items {
				one := *item
				one.Group, one.Under = &group, &sub
				sub.Items[k], byID[one.ID] = &one, &one
			}
			group.Subgroups[j], byID[sub.ID] = &sub, &sub
		}
		out.Groups[i] = &group
	}
	return &out
}

// Misfit says why an item cannot be added, empty where it can.
func (c *Catalogue) Misfit(i SupplementItem) string {
	under := c.byID[i.Under]
	switch {
	case !requirementID.MatchString(i.ID):
		return "id_form"
	case c.byID[i.ID] != nil:
		return "id_taken"
	case under == nil || under.Under != nil || under.Group == nil || under.Unit == "none":
		return "under_unknown"
	case len(i.ID) != len(i.Under)+3 || i.ID[:len(i.Under)+1] != i.Under+"-":
		return "not_under"
	case i.Text == "":
		return "no_text"
	case i.Source == "":
		return "no_source"
	}
	return ""
}

// add puts one item under its sub-group, or says why not.
func (c *Catalogue) add(i SupplementItem) string {
	if reason := c.Misfit(i); reason != "" {
		return reason
	}
	under := c.byID[i.Under]
	verified := i.Verified
	r := &Requirement{ID: i.ID, Letter: i.Letter, Text: i.Text, Verified: &verified, Levels: under.Levels, Group: under.Group, Under: under, Added: i.Source}
	under.Items = append(under.Items, r)
	slices.SortStableFunc(under.Items, func(a, b *Requirement) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	if under.ItemsStatus == "not_found" {
		under.ItemsStatus = "partial"
	}
	c.byID[r.ID] = r
	return ""
}

// Entries lists every sub-group, item and general row of the levels, in order;
// what is answered among them says Unit.
func (c *Catalogue) Entries() []*Requirement {
	var out []*Requirement
	for level := 1; level <= 5; level++ {
		if l := c.Levels[level]; l != nil {
			for _, g := range l.Groups {
				for _, s := range g.Subgroups {
					out = append(append(out, s), s.Items...)
				}
			}
		}
	}
	return append(out, c.General...)
}
