package regime

import (
	"errors"
	"io/fs"
)

// ContentRule asks for one thing in the description of a system: a diagram or a
// table. Lacking it warns and bars nothing.
type ContentRule struct {
	Of       string     `yaml:"of"`
	Basis    []Citation `yaml:"basis"`
	Origin   Origin     `yaml:"origin"`
	Verified Verified   `yaml:"verified"`
}

func readContent(files fs.FS, name string) ([]ContentRule, error) {
	var raw struct {
		Asks []ContentRule `yaml:"asks"`
	}
	if err := decode(files, name, &raw); err != nil {
		return nil, err
	}
	var faults []error
	seen := map[string]bool{}
	for _, a := range raw.Asks {
		bad := func(reason string) { faults = append(faults, Fault{File: name, Reason: a.Of + ": " + reason}) }
		if a.Of == "" || seen[a.Of] {
			bad("asked for twice, or for nothing")
		}
		if seen[a.Of] = true; len(a.Basis) == 0 || !a.Origin.valid() || !a.Verified.valid() {
			bad("needs basis, origin and a known mark")
		}
		for _, c := range a.Basis {
			if err := c.Check(); err != nil {
				bad(err.Error())
			}
		}
	}
	return raw.Asks, errors.Join(faults...)
}
