package regime

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Role says which capacity in a case a role speaks for: operator, sdu,
// appraiser, owner, centre, assessor or none.
type Role struct {
	Capacity string `yaml:"capacity"`
}

// ActShape is the form of an act, the same under every regime.
type ActShape struct {
	Object string               `yaml:"object"` // case, new_case, system, office, check
	Clock  bool                 `yaml:"clock"`  // done by the clock alone
	Main   bool                 `yaml:"main"`   // carries a case on to its next state: what an inbox asks for
	Picks  string               `yaml:"picks"`  // the act chooses a regime: the last one's own, or one named
	Fields map[string]FieldType `yaml:"fields"`
}

// FieldType is the type of a field: text, texts, day, count, level, office,
// offices, people, systems, points, facts, components, findings, bool,
// transition or one_of with its values.
type FieldType struct {
	Type   string
	Need   bool
	Values []string // of one_of
}

var fieldTypes = []string{"text", "texts", "day", "count", "level", "office", "offices", "people", "systems", "points", "facts", "components", "findings", "bool", "transition", "one_of"}

// UnmarshalText reads "text!" or "one_of! unit council".
func (f *FieldType) UnmarshalText(b []byte) error {
	words := strings.Fields(string(b))
	if len(words) == 0 {
		return fmt.Errorf("a field has no type")
	}
	f.Type, f.Need = strings.CutSuffix(words[0], "!")
	f.Values = words[1:]
	if !slices.Contains(fieldTypes, f.Type) || (f.Type == "one_of") != (len(f.Values) > 0) {
		return fmt.Errorf("%q is no field type", string(b))
	}
	return nil
}

func (b *Book) readActs(files fs.FS) error {
	var raw struct {
		Roles map[string]Role      `yaml:"roles"`
		Acts  map[string]*ActShape `yaml:"acts"`
		House []string             `yaml:"house"`
	}
	const name = "acts.yaml"
	if err := decode(files, name, &raw); err != nil {
		return err
	}
	for key, a := range raw.Acts {
		if !slices.Contains([]string{"case", "new_case", "system", "office", "check"}, a.Object) {
			return Fault{File: name, Reason: key + ": unknown object " + a.Object}
		}
	}
	b.Roles, b.Acts, b.House = raw.Roles, raw.Acts, raw.House
	return nil
}

// OfficeKinds suggests particulars of offices from the first words of their names.
type OfficeKinds struct {
	Kinds []OfficeKind `yaml:"kinds"`
	Other OfficeKind   `yaml:"other"`
	Place []string     `yaml:"place_after"`
}

// OfficeKind is what an office of one kind usually prints.
type OfficeKind struct {
	Starts []string `yaml:"starts"` // folded first words of the name
	Symbol string   `yaml:"symbol"`
	Title  string   `yaml:"title"`
	Mark   string   `yaml:"mark"`
}

// For finds the kind of a folded name.
func (k OfficeKinds) For(folded string) OfficeKind {
	for _, kind := range k.Kinds {
		for _, s := range kind.Starts {
			if strings.HasPrefix(folded+" ", s) {
				return kind
			}
		}
	}
	return k.Other
}
