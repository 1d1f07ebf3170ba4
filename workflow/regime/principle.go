package regime

import "go.yaml.in/yaml/v4"

// Principle is a rule about the criteria themselves.
type Principle struct {
	ID       string     `yaml:"id"`
	Rule     string     `yaml:"rule"`
	Basis    []Citation `yaml:"basis"`
	Origin   Origin     `yaml:"origin"`
	Verified Verified   `yaml:"verified"`
	line     int
}

// The principle that makes the highest component decide; the answer cites it.
const critHighestComponent = "P3"

// The principle that an unknown which could raise the level leaves it open.
const critIncomplete = "P7"

// WhyIncomplete cites why facts that are missing must be asked for.
func (c *Criteria) WhyIncomplete() []Citation {
	if p := c.Principles[critIncomplete]; p != nil {
		return p.Basis
	}
	return nil
}

// UnmarshalYAML reads a principle and remembers its line.
func (p *Principle) UnmarshalYAML(n *yaml.Node) (err error) {
	type plain Principle
	p.line, err = node(n, (*plain)(p))
	return err
}

func (x *critReader) principle(p *Principle) {
	if p == nil {
		x.bad(true, 0, "a principle is empty")
		return
	}
	x.bad(p.ID == "" || p.Rule == "", p.line, p.ID+": a principle needs an id and a rule")
	x.bad(x.c.Principles[p.ID] != nil, p.line, p.ID+": is named twice")
	x.bad(!p.Origin.valid(), p.line, p.ID+": unknown origin "+string(p.Origin))
	x.cites(p.line, p.ID, p.Basis, p.Verified)
	x.c.Principles[p.ID] = p
}
