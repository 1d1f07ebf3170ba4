package workflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"capdo/internal/vn"
	"capdo/workflow/regime"
)

// fields are the fields of an act after reading: text is NFC and clean, days
// are days, offices and people exist.
type fields struct {
	text   map[string]string
	texts  map[string][]string
	days   map[string]Day
	number map[string]int
	points map[string]string
	people []string
	pieces []int
	facts  map[string]any
	trans  *transition
	finds  []Finding
	lists  map[string][]string // of offices or systems
}

func itoa(n int) string { return strconv.Itoa(n) }

// read reads the fields of the want against the shape of its act. Every wrong
// field is named at once.
func (m *move) read() *Problem {
	m.f = fields{text: map[string]string{}, texts: map[string][]string{}, days: map[string]Day{}, number: map[string]int{}, lists: map[string][]string{}}
	all := &Problem{Kind: Invalid, Key: "field.invalid"}
	for _, name := range slices.Sorted(maps.Keys(m.want.With)) {
		if _, ok := m.shape.Fields[name]; !ok {
			all.Fields = append(all.Fields, Field{name, "expect.no_such_field", ""})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.shape.Fields)) {
		t := m.shape.Fields[name]
		v, given := m.want.With[name]
		if !given || v == nil {
			if t.Need {
				all.Fields = append(all.Fields, Field{name, "expect.required", ""})
			}
			continue
		}
		if p := m.readField(name, t, v); p != nil {
			if p.Key != "field.invalid" {
				all.Key, all.Args, all.Basis = p.Key, p.Args, p.Basis
			}
			all.Fields = append(all.Fields, p.Fields...)
		}
	}
	if len(all.Fields) > 0 {
		return all
	}
	return nil
}

func (m *move) readField(name string, t regime.FieldType, v any) *Problem {
	var p *Problem
	switch t.Type {
	case "text":
		var s string
		if s, p = readText(name, v); p == nil && s == "" {
			if t.Need {
				return invalid(name, "expect.required", "")
			}
			return nil
		}
		m.f.text[name] = s
	case "one_of":
		s, ok := v.(string)
		if !ok || !slices.Contains(t.Values, s) {
			return invalid(name, "expect.one_of", fmt.Sprint(v))
		}
		m.f.text[name] = s
	case "office":
		m.f.text[name], p = m.readOffice(name, v)
	case "offices", "systems":
		m.f.lists[name], p = m.readIDs(name, t.Type, v)
	case "findings":
		m.f.finds, p = m.readFindings(name, v)
	case "texts":
		m.f.texts[name], p = readTexts(name, v, t.Need)
	case "people":
		m.f.people, p = readTexts(name, v, true)
	case "day":
		m.f.days[name], p = readDay(name, v)
	case "count", "level":
		var n int
		n, p = readCount(name, v)
		if p == nil && t.Type == "level" && (n < 1 || n > 5) {
			p = invalid(name, "expect.level", fmt.Sprint(v))
		}
		m.f.number[name] = n
	case "points":
		m.f.points, p = m.readPoints(name, v)
	case "components":
		m.f.pieces, p = m.readPieces(name, v)
	case "facts":
		p = m.readFacts(name, v)
	case "transition":
		m.f.trans, p = readTransition(v)
	case "bool":
		if _, ok := v.(bool); !ok {
			p = invalid(name, "expect.bool", fmt.Sprint(v))
		}
	}
	return p
}

func readText(name string, v any) (string, *Problem) {
	switch v.(type) {
	case string, int, int64, uint64, json.Number:
	default:
		return "", invalid(name, "expect.text", fmt.Sprint(v))
	}
	s, err := vn.Clean(fmt.Sprint(v))
	if err != nil {
		return "", badText(name, err)
	}
	if len([]rune(s)) > 10000 {
		return "", invalid(name, "expect.shorter", "")
	}
	return s, nil
}

// badText names the character a text may not hold.
func badText(name string, err error) *Problem {
	return &Problem{Kind: Invalid, Key: "text.bad_character", Fields: []Field{{name, "expect.plain_text", err.Error()}},
		Args: map[string]string{"field": name, "character": err.Error()}}
}

func readTexts(name string, v any, need bool) ([]string, *Problem) {
	list, ok := v.([]any)
	if !ok {
		if have, is := v.([]string); is {
			for _, s := range have {
				list = append(list, s)
			}
		} else {
			return nil, invalid(name, "expect.texts", fmt.Sprint(v))
		}
	}
	out := make([]string, 0, len(list))
	for i, one := range list {
		s, p := readText(name+"."+itoa(i+1), one)
		if p != nil {
			return nil, p
		}
		out = append(out, s)
	}
	if need && (len(out) == 0 || slices.Contains(out, "")) {
		return nil, invalid(name, "expect.texts", "")
	}
	return out, nil
}

func readDay(name string, v any) (Day, *Problem) {
	if d, ok := v.(Day); ok {
		return d, nil
	}
	s, ok := v.(string)
	d, err := regime.ParseDay(s)
	if !ok || err != nil {
		return Day{}, invalid(name, "expect.day", fmt.Sprint(v))
	}
	return d, nil
}

func readCount(name string, v any) (int, *Problem) {
	n := -1.0
	switch x := v.(type) {
	case int:
		n = float64(x)
	case int64:
		n = float64(x)
	case uint64:
		n = float64(x)
	case float64:
		n = x
	case json.Number:
		if f, err := x.Float64(); err == nil {
			n = f
		}
	}
	if n < 0 || n > 1e6 || n != math.Trunc(n) {
		return 0, invalid(name, "expect.number", fmt.Sprint(v))
	}
	return int(n), nil
}

// readOffice reads an office that stands today; one that ended stays for old
// records only.
func (m *move) readOffice(name string, v any) (string, *Problem) {
	s, ok := v.(string)
	o, known := m.snap.Offices[s]
	if !ok || !known {
		return "", invalid(name, "expect.office", fmt.Sprint(v))
	}
	if !o.Stands(m.day) {
		p := invalid(name, "expect.office_standing", o.Name)
		p.Args = map[string]string{"office": o.Name, "until": o.To.String()}
		return "", p
	}
	return s, nil
}

// readIDs reads a list of offices or systems that exist.
func (m *move) readIDs(name, kind string, v any) ([]string, *Problem) {
	if one, is := v.(string); is {
		v = []any{one}
	}
	ids, p := readTexts(name, v, true)
	if p != nil {
		return nil, p
	}
	for i, id := range ids {
		at := name + "." + itoa(i+1)
		if kind == "offices" {
			if _, p := m.readOffice(at, id); p != nil {
				return nil, p
			}
		} else if m.snap.Named[id] == nil {
			return nil, invalid(at, "expect.system", id)
		}
	}
	return ids, nil
}

var severities = []string{"low", "medium", "high", "critical"}

// readFindings reads what a check found; an empty list says that nothing was.
func (m *move) readFindings(name string, v any) ([]Finding, *Problem) {
	list, ok := v.([]any)
	if !ok || len(list) > 500 {
		return nil, invalid(name, "expect.findings", fmt.Sprint(v))
	}
	out, seen := []Finding{}, map[string]bool{}
	for i, one := range list {
		raw, ok := one.(map[string]any)
		if !ok {
			return nil, invalid(name+"."+itoa(i+1), "expect.findings", fmt.Sprint(one))
		}
		f, p := m.readFinding(name+"."+itoa(i+1), raw)
		if p != nil {
			return nil, p
		}
		if seen[f.ID] {
			return nil, invalid(name+"."+itoa(i+1)+".id", "expect.other_text", f.ID)
		}
		seen[f.ID] = true
		out = append(out, f)
	}
	return out, nil
}

func (m *move) readFinding(at string, raw map[string]any) (f Finding, p *Problem) {
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		v := raw[key]
		if v == nil {
			continue
		}
		switch key {
		case "id":
			f.ID, p = readText(at+".id", v)
		case "text":
			f.Text, p = readText(at+".text", v)
		case "case":
			f.Case, p = readText(at+".case", v)
		case "due":
			f.Due, p = readDay(at+".due", v)
		case "severity":
			if f.Severity, p = readText(at+".severity", v); p == nil && !slices.Contains(severities, f.Severity) {
				p = invalid(at+".severity", "expect.severity", f.Severity)
			}
		case "wrong_level":
			if f.WrongLevel, p = readCount(at+".wrong_level", v); p == nil && (f.WrongLevel < 1 || f.WrongLevel > 5) {
				p = invalid(at+".wrong_level", "expect.level", itoa(f.WrongLevel))
			}
		default:
			p = invalid(at+"."+key, "expect.no_such_field", "")
		}
		if p != nil {
			return f, p
		}
	}
	switch {
	case f.ID == "":
		return f, invalid(at+".id", "expect.required", "")
	case f.Text == "":
		return f, invalid(at+".text", "expect.required", "")
	case !f.Due.IsZero() && f.Due.Before(m.day):
		return f, invalid(at+".due", "expect.later_day", f.Due.String())
	}
	return f, nil
}

func (m *move) readPoints(name string, v any) (map[string]string, *Problem) {
	raw, ok := v.(map[string]any)
	if !ok {
		return nil, invalid(name, "expect.points", fmt.Sprint(v))
	}
	out := map[string]string{}
	for k, one := range raw {
		s, _ := one.(string)
		if !slices.Contains(m.r.Papers.Points.Keys, k) || s != "fit" && s != "unfit" {
			return nil, invalid(name+"."+k, "expect.points", fmt.Sprint(one))
		}
		out[k] = s
	}
	return out, nil
}

func (m *move) readPieces(name string, v any) ([]int, *Problem) {
	list, ok := v.([]any)
	if have, is := v.([]int); is {
		ok = true
		for _, n := range have {
			list = append(list, n)
		}
	}
	if !ok || len(list) == 0 {
		return nil, invalid(name, "expect.components", fmt.Sprint(v))
	}
	var out []int
	for _, one := range list {
		n, p := readCount(name, one)
		if p != nil {
			return nil, p
		}
		piece, known := m.r.Papers.Components[n]
		if !known || !slices.Contains(piece.Levels, m.c.Level) || piece.Added && m.c.Opinion == nil {
			return nil, invalid(name, "expect.components", itoa(n))
		}
		out = append(out, n)
	}
	return out, nil
}

func (m *move) readFacts(name string, v any) *Problem {
	raw, ok := v.(map[string]any)
	if !ok || len(raw) == 0 {
		return invalid(name, "expect.facts", fmt.Sprint(v))
	}
	f, err := m.r.Criteria.CheckFacts(raw)
	if err != nil {
		return factProblem(name, err)
	}
	m.f.facts = f
	return nil
}

func factProblem(name string, err error) *Problem {
	var fe *regime.FactError
	if !errors.As(err, &fe) {
		return invalid(name, "expect.facts", err.Error())
	}
	p := invalid(name+"."+fe.Fact, "expect.facts", fe.Value)
	p.Basis = fe.Basis
	p.Args = map[string]string{"want": fe.Want}
	return p
}

// dates reads the day printed on the papers: the day of the act, or an earlier
// one that was typed in with the number of the document system.
func (m *move) dates() *Problem {
	m.date = m.day
	for _, end := range []string{"to", "until"} {
		from, begins := m.f.days["from"]
		if to, ends := m.f.days[end]; begins && ends && to.Before(from) {
			return invalid(end, "expect.later_day", to.String())
		}
	}
	d, given := m.f.days["date"]
	if !given {
		return nil
	}
	if d.After(m.day) {
		return invalid("date", "expect.no_future_day", d.String())
	}
	if !m.shape.Fields["date"].Need {
		m.date = d
	}
	return nil
}
