package rehearse

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"sync"

	"go.yaml.in/yaml/v4"
)

//go:embed vocabulary.yaml
var vocabularyFile []byte

// vocabulary is the closed list of words a scenario may use.
type vocabulary struct {
	Regimes       []string            `yaml:"regimes"`
	DefaultRegime string              `yaml:"default_regime"`
	Tracks        []string            `yaml:"tracks"`
	Origins       []string            `yaml:"origins"`
	Kinds         []string            `yaml:"kinds"`
	Bodies        []string            `yaml:"bodies"`
	States        map[string][]string `yaml:"states"` // by the subject of an expectation
	Guards        []string            `yaml:"guards"`
	Flags         []string            `yaml:"flags"`
	Forms         []string            `yaml:"forms"`
	Rules         []string            `yaml:"rules"`
	Facts         map[string][]string `yaml:"facts"` // empty: the value is of no list
	Clock         []string            `yaml:"clock"`
	Acts          map[string]actWord  `yaml:"acts"`
}

// actWord is what may stand beside an act.
type actWord struct {
	Object   []string          `yaml:"object"`
	Opens    bool              `yaml:"opens"`     // names a new case of a system
	OfSystem bool              `yaml:"of_system"` // may name a system beside its object
	With     map[string]string `yaml:"with"`
}

var words = sync.OnceValues(func() (*vocabulary, error) {
	v := &vocabulary{}
	if err := yaml.Load(vocabularyFile, v, yaml.WithKnownFields()); err != nil {
		return nil, fmt.Errorf("rehearse: vocabulary: %w", err)
	}
	return v, nil
})

// events lists the acts a history may show: those of people and of the clock.
func (v *vocabulary) events() []string {
	return append(slices.Sorted(maps.Keys(v.Acts)), v.Clock...)
}
