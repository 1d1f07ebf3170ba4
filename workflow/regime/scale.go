package regime

import (
	"fmt"
	"slices"
)

// kinds counts what a floor claims to be; exactly one will do.
func (r *critRule) kinds() int {
	n := 0
	for _, is := range []bool{r.MinLevel != 0, r.Manual, r.ScaleAbove} {
		if is {
			n++
		}
	}
	return n
}

func (x *critReader) scale() {
	h := x.c.HarmScale
	x.cites(h.line, "harm_scale", h.Basis, h.Verified)
	for l := 1; l <= 5; l++ {
		x.bad(h.Levels[l] == "", h.line, fmt.Sprintf("harm_scale: says nothing of level %d", l))
	}
	x.bad(len(h.Levels) > 5, h.line, "harm_scale: a level outside 1 to 5")
	x.scaleTable(h)
}

// scaleTable checks the table of a harm scale: facts that are asked, with values
// they know. The floor that compares with the scale needs one.
func (x *critReader) scaleTable(h HarmScale) {
	x.bad(x.c.scale != nil && len(h.Table) == 0, h.line, "harm_scale: a scale_above floor needs a table")
	for level, row := range h.Table {
		x.bad(level < 1 || level > 5, h.line, fmt.Sprintf("harm_scale: no level %d", level))
		for key, values := range row {
			f := x.c.byKey[key]
			x.bad(f == nil || f.Type != "enum", h.line, "harm_scale: "+key+" is no fact with a list of values")
			for _, v := range values {
				x.bad(f != nil && !slices.Contains(f.Values, v), h.line, "harm_scale: "+v+" is no value of "+key)
			}
		}
	}
}

// scale is the highest level whose row of the harm scale the facts reach; 0
// where they reach none. What is unknown reaches nothing.
func (l critLook) scale() int {
	top := 0
	for level, row := range l.c.HarmScale.Table {
		for key, values := range row {
			if v, ok := l.value(key).(string); ok && slices.Contains(values, v) {
				top = max(top, level)
			}
		}
	}
	return top
}

// flagScale tells the level of the harm scale and adds the floor that flags one
// above a known level. It never raises the level: the scale is for the reasoning.
func (c *Criteria) flagScale(v *Verdict, all []critFinding) []critFinding {
	out := slices.Clone(all)
	for i, w := range all {
		v.Scale = max(v.Scale, w.scale)
		if c.scale != nil && v.Known && w.scale > v.Level {
			out[i].held = append(slices.Clone(w.held), c.scale)
		}
	}
	return out
}
