package regime

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

const componentsFact = "components"

// Facts is what is known of a system, by the keys of its Criteria. A key left
// out has its default or is unknown; nil is unknown. A set is a []string, a
// number an int (or a word its Fact allows in its place), an enum a string,
// `components` a []Component. Facts keep these types through JSON.
type Facts map[string]any

// Component is one part of a system with facts of its own (NĐ 85/2016 Đ5 k2).
type Component struct {
	Name  string `json:"name"`
	Facts Facts  `json:"facts"`
}

// FactError says which value cannot be what a fact holds. Fact is its key, or
// "components.0.key" within a component; Want is in machine words.
type FactError struct {
	Fact  string
	Value string
	Want  string
	Basis []Citation
}

// Error names the fact, the value and what would do.
func (e *FactError) Error() string {
	return fmt.Sprintf("fact %s is %q, want %s", e.Fact, e.Value, e.Want)
}

// UnmarshalJSON gives whole numbers as int, lists of words as []string and
// components as []Component, so that stored facts are as they were.
func (f *Facts) UnmarshalJSON(b []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil || raw == nil {
		*f = nil
		return err
	}
	out := make(Facts, len(raw))
	for key, text := range raw {
		v, err := factOfJSON(key, text)
		if err != nil {
			return fmt.Errorf("fact %s: %w", key, err)
		}
		out[key] = v
	}
	*f = out
	return nil
}

func factOfJSON(key string, text json.RawMessage) (any, error) {
	if key == componentsFact {
		var parts []Component
		if err := json.Unmarshal(text, &parts); err != nil || parts == nil {
			return nil, err
		}
		return parts, nil
	}
	var n int
	if json.Unmarshal(text, &n) == nil && string(text) != "null" {
		return n, nil
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return nil, err
	}
	if words, ok := critWords(v); ok {
		return words, nil
	}
	return v, nil
}

// CheckFacts turns values as YAML or JSON give them into Facts. Its error is a
// *FactError for the first key, in alphabetical order, that is unknown or holds
// what it cannot.
func (c *Criteria) CheckFacts(raw map[string]any) (Facts, error) {
	return c.checkFacts(raw, "")
}

func (c *Criteria) checkFacts(raw map[string]any, within string) (Facts, error) {
	out := make(Facts, len(raw))
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		v, f := raw[key], c.byKey[key]
		switch {
		case f == nil || f.Type == "list" && within != "":
			return nil, &FactError{Fact: within + key, Value: factText(v), Want: "one of the facts " + strings.Join(c.known(within == ""), ", ")}
		case v == nil:
			out[key] = nil
		case f.Type == "list":
			parts, err := c.checkComponents(f, v)
			if err != nil {
				return nil, err
			}
			out[key] = parts
		default:
			read, ok := f.read(v)
			if !ok {
				return nil, &FactError{Fact: within + key, Value: factText(v), Want: f.want(), Basis: f.Basis}
			}
			out[key] = read
		}
	}
	return out, nil
}

// known lists the facts of a whole system, or those a component may have.
func (c *Criteria) known(whole bool) []string {
	return slices.DeleteFunc(slices.Clone(c.Questions), func(k string) bool { return !whole && k == componentsFact })
}

// checkComponents reads the parts of a system; an empty list means it has none.
func (c *Criteria) checkComponents(f *Fact, v any) ([]Component, error) {
	list, ok := componentList(v)
	if !ok {
		return nil, &FactError{Fact: f.Key, Value: factText(v), Want: f.want(), Basis: f.Basis}
	}
	parts, seen := make([]Component, 0, len(list)), map[string]bool{}
	for i, one := range list {
		at := fmt.Sprintf("%s.%d.", f.Key, i)
		name, isText := one["name"].(string)
		name = strings.TrimSpace(name)
		for _, k := range slices.Sorted(maps.Keys(one)) {
			if k != "name" && k != "facts" {
				return nil, &FactError{Fact: at + k, Value: factText(one[k]), Want: "only name and facts", Basis: f.Basis}
			}
		}
		if !isText || name == "" || seen[name] {
			return nil, &FactError{Fact: at + "name", Value: factText(one["name"]), Want: "a name no other component has", Basis: f.Basis}
		}
		seen[name] = true
		own, ok := factMap(one["facts"])
		if !ok {
			return nil, &FactError{Fact: at + "facts", Value: factText(one["facts"]), Want: "facts by their keys", Basis: f.Basis}
		}
		facts, err := c.checkFacts(own, at)
		if err != nil {
			return nil, err
		}
		parts = append(parts, Component{Name: name, Facts: facts})
	}
	return parts, nil
}

// componentList opens a list of components, checked already or not.
func componentList(v any) ([]map[string]any, bool) {
	var out []map[string]any
	switch list := v.(type) {
	case []Component:
		for _, p := range list {
			out = append(out, map[string]any{"name": p.Name, "facts": p.Facts})
		}
	case []map[string]any:
		out = list
	case []any:
		for _, one := range list {
			m, ok := one.(map[string]any)
			if !ok {
				return nil, false
			}
			out = append(out, m)
		}
	default:
		return nil, false
	}
	return out, true
}

func factMap(v any) (map[string]any, bool) {
	switch m := v.(type) {
	case map[string]any:
		return m, true
	case Facts:
		return m, true
	}
	return nil, v == nil
}

// factText shows a refused value, cut where it grows long.
func factText(v any) string {
	s := []rune(fmt.Sprint(v))
	if len(s) > 80 {
		return string(s[:80]) + "…"
	}
	return string(s)
}

// read turns one value into the type of the fact; false: it does not fit.
func (f *Fact) read(v any) (any, bool) {
	switch f.Type {
	case "bool":
		b, ok := v.(bool)
		return b, ok
	case "enum":
		s, ok := v.(string)
		return s, ok && slices.Contains(f.Values, s)
	case "set":
		return f.readSet(v)
	case "int":
		if s, isWord := v.(string); isWord {
			_, ok := f.Besides[s]
			return s, ok
		}
		n, ok := critInt(v)
		return n, ok && f.inRange(n)
	}
	return nil, false
}

// readSet gives the words once each, in the order of the fact.
func (f *Fact) readSet(v any) (any, bool) {
	words, ok := critWords(v)
	if !ok || len(words) == 0 && !f.MayBeEmpty || slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(f.Values, w) }) {
		return nil, false
	}
	return slices.DeleteFunc(slices.Clone(f.Values), func(w string) bool { return !slices.Contains(words, w) }), true
}

func (f *Fact) inRange(n int) bool {
	return (f.Min == nil || n >= *f.Min) && (f.Max == nil || n <= *f.Max)
}

// want says in machine words what the fact holds.
func (f *Fact) want() string {
	switch f.Type {
	case "bool":
		return "true or false"
	case "enum":
		return "one of " + strings.Join(f.Values, ", ")
	case "set":
		return "some of " + strings.Join(f.Values, ", ")
	case "list":
		return "a list of components, each with name and facts"
	}
	s := "a whole number"
	if f.Min != nil {
		s += fmt.Sprintf(" from %d", *f.Min)
	}
	if f.Max != nil {
		s += fmt.Sprintf(" to %d", *f.Max)
	}
	for _, w := range slices.Sorted(maps.Keys(f.Besides)) {
		s += " or " + w
	}
	return s
}

// critInt reads a whole number in any type a decoder gives.
func critInt(v any) (int, bool) {
	switch n := v.(type) {
	case int:
		return n, true
	case int64:
		return int(n), true
	case uint64:
		return int(n), n <= math.MaxInt
	case float64:
		// Beyond 2^53 a float no longer tells neighbours apart.
		return int(n), n == math.Trunc(n) && math.Abs(n) <= 1<<53
	case json.Number:
		i, err := n.Int64()
		return int(i), err == nil
	}
	return 0, false
}

// critWords reads a list of words in any type a decoder gives.
func critWords(v any) ([]string, bool) {
	switch list := v.(type) {
	case []string:
		return list, true
	case []any:
		words := make([]string, 0, len(list))
		for _, one := range list {
			s, ok := one.(string)
			if !ok {
				return nil, false
			}
			words = append(words, s)
		}
		return words, true
	}
	return nil, false
}
