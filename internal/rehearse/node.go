package rehearse

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// reader walks the nodes of a file. The first fault is kept; what is read after
// it is thrown away with the whole file.
type reader struct {
	file    string
	words   *vocabulary
	roles   map[string]regime.Role
	rules   []string // ids of criteria and floors of any regime
	err     *ReadError
	offices map[string]*yaml.Node
	people  map[string]*yaml.Node
	systems map[string]*yaml.Node
	checks  map[string]bool // ad hoc checks, named by their decision
}

func (r *reader) fail(n *yaml.Node, format string, args ...any) {
	if r.err == nil {
		r.err = &ReadError{File: r.file, Line: lineOf(n), Reason: fmt.Sprintf(format, args...)}
	}
}

func lineOf(n *yaml.Node) int {
	if n == nil {
		return 0
	}
	return n.Line
}

// root parses the file, which must be one document.
func root(file string, b []byte) (*yaml.Node, *ReadError) {
	var doc yaml.Node
	err := yaml.Load(b, &doc)
	var ye *yaml.LoadError
	switch {
	case errors.As(err, &ye):
		return nil, &ReadError{File: file, Line: ye.Mark.Line, Reason: oneLine(ye.Message)}
	case err != nil:
		return nil, &ReadError{File: file, Reason: oneLine(err.Error())}
	case len(doc.Content) != 1:
		return nil, &ReadError{File: file, Reason: "is not one YAML document"}
	}
	return doc.Content[0], nil
}

// block is a mapping whose keys are known.
type block struct {
	r     *reader
	n     *yaml.Node
	order []string
	at    map[string]*yaml.Node
	keys  map[string]*yaml.Node
}

// open reads a mapping. Keys are those allowed, separated by space; "*" allows any.
func (r *reader) open(n *yaml.Node, keys string) block {
	b := block{r: r, n: n, at: map[string]*yaml.Node{}, keys: map[string]*yaml.Node{}}
	if n == nil || n.Kind != yaml.MappingNode || special(n) {
		r.fail(n, "expected keys and values")
		return b
	}
	allowed := strings.Fields(keys)
	for i := 0; i < len(n.Content); i += 2 {
		at, value := n.Content[i], n.Content[i+1]
		key := fmt.Sprint(r.plain(at))
		_, twice := b.at[key]
		switch {
		case keys != "*" && !slices.Contains(allowed, key):
			r.fail(at, "unknown key %q; expected one of: %s", key, strings.Join(allowed, ", "))
		case twice:
			r.fail(at, "%q is given twice", key)
		}
		b.order = append(b.order, key)
		b.at[key], b.keys[key] = value, at
	}
	return b
}

func (b block) has(key string) bool { return b.at[key] != nil }

func (b block) need(keys ...string) {
	for _, k := range keys {
		if !b.has(k) {
			b.r.fail(b.n, "%q is missing", k)
		}
	}
}

// special tells whether a node is more than it shows: named for an alias, or of
// a type it states itself.
func special(n *yaml.Node) bool { return n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 }

// plain turns a node into strings, numbers, booleans, lists and maps.
func (r *reader) plain(n *yaml.Node) any {
	switch {
	case n == nil:
		return nil
	case special(n):
	case n.Kind == yaml.ScalarNode:
		if v, ok := scalarValue(n); ok {
			return v
		}
	case n.Kind == yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, one := range n.Content {
			list[i] = r.plain(one)
		}
		return list
	case n.Kind == yaml.MappingNode:
		b, m := r.open(n, "*"), map[string]any{}
		for k, one := range b.at {
			m[k] = r.plain(one)
		}
		return m
	}
	r.fail(n, "anchors, aliases, tags and the like have no place in a scenario")
	return nil
}

// scalarValue is a text, a number, a boolean or nil. A day stays the text it is
// written as.
func scalarValue(n *yaml.Node) (v any, ok bool) {
	switch n.ShortTag() {
	case "!!str", "!!timestamp":
		return n.Value, true
	case "!!null":
		return nil, true
	case "!!int", "!!float", "!!bool":
		return v, n.Load(&v) == nil
	}
	return nil, false
}

// text reads a scalar as it stands; "" when absent.
func (b block) text(key string) string {
	if !b.has(key) {
		return ""
	}
	return b.r.scalar(b.at[key])
}

func (r *reader) scalar(n *yaml.Node) string {
	switch v := r.plain(n).(type) {
	case string:
		if strings.TrimSpace(v) == "" {
			r.fail(n, "expected a text")
		}
		return v
	case int, bool, float64:
		return n.Value
	}
	r.fail(n, "expected a text")
	return ""
}

// items are the entries of a list; ok is false for what is none.
func items(n *yaml.Node) (list []*yaml.Node, ok bool) {
	if n == nil || n.Kind != yaml.SequenceNode || special(n) {
		return nil, false
	}
	return n.Content, true
}

// list reads a list of texts; one text alone counts as a list of one.
func (b block) list(key string) []string {
	if !b.has(key) {
		return nil
	}
	seq, ok := items(b.at[key])
	if !ok {
		return []string{b.text(key)}
	}
	out := []string{}
	for _, one := range seq {
		out = append(out, b.r.scalar(one))
	}
	return out
}

func (b block) number(key string) int {
	if !b.has(key) {
		return 0
	}
	n, ok := b.r.plain(b.at[key]).(int)
	if !ok {
		b.r.fail(b.at[key], "%q expects a number", key)
	}
	return n
}

func (b block) level(key string) int {
	n := b.number(key)
	if b.has(key) && (n < 1 || n > 5) {
		b.r.fail(b.at[key], "no level %d", n)
	}
	return n
}

func (b block) bool(key string) bool {
	v, ok := b.r.plain(b.at[key]).(bool)
	if b.has(key) && !ok {
		b.r.fail(b.at[key], "%q expects true or false", key)
	}
	return v
}

func (b block) day(key string) workflow.Day {
	if !b.has(key) {
		return workflow.Day{}
	}
	return b.r.day(b.at[key])
}

func (r *reader) day(n *yaml.Node) workflow.Day {
	d, err := regime.ParseDay(r.scalar(n))
	if err != nil {
		r.fail(n, "%v", err)
	}
	return d
}

func (b block) days(key string) []workflow.Day {
	if !b.has(key) {
		return nil
	}
	return b.r.days(b.at[key])
}

func (r *reader) days(n *yaml.Node) (out []workflow.Day) {
	seq, ok := items(n)
	if !ok {
		r.fail(n, "expected a list of days")
		return nil
	}
	for _, one := range seq {
		out = append(out, r.day(one))
	}
	return out
}

// moment reads a day, with or without a time: 2022-01-13 or 2022-01-13T16:30.
func (b block) moment(key string) *moment {
	if !b.has(key) {
		return nil
	}
	day, clock, timed := strings.Cut(b.text(key), "T")
	d, err := regime.ParseDay(day)
	m := &moment{day: d, timed: timed}
	if err == nil && timed {
		var t time.Time
		t, err = time.Parse("15:04", clock)
		m.clock = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	}
	if err != nil {
		b.r.fail(b.at[key], "%q is neither a day like 2022-01-13 nor a moment like 2022-01-13T16:30", b.text(key))
	}
	return m
}

// word reads a text that must be one of a list.
func (b block) word(key string, list []string) string {
	if !b.has(key) {
		return ""
	}
	return b.oneOf(key, b.at[key], list)
}

func (b block) oneOf(what string, n *yaml.Node, list []string) string {
	s := b.r.scalar(n)
	b.r.among(n, strings.ReplaceAll(what, "_", " "), s, list)
	return s
}

func (r *reader) among(n *yaml.Node, what, word string, list []string) {
	if !slices.Contains(list, word) {
		r.fail(n, "unknown %s %q", what, word)
	}
}

// wordList reads a list whose texts must all be of another list.
func (b block) wordList(key, what string, list []string) []string {
	out := b.list(key)
	for i, s := range out {
		b.r.among(b.entry(key, i), what, s, list)
	}
	return out
}

func (b block) entry(key string, i int) *yaml.Node {
	if seq, ok := items(b.at[key]); ok {
		return seq[i]
	}
	return b.at[key]
}

// ids reads one or several ids of a kind of thing the file sets up.
func (b block) ids(key, what string, known map[string]*yaml.Node) []string {
	out := b.list(key)
	for i, id := range out {
		if known[id] == nil {
			b.r.fail(b.entry(key, i), "unknown %s %q", what, id)
		}
	}
	return out
}

func (b block) id(key, what string, known map[string]*yaml.Node) string {
	if ids := b.ids(key, what, known); len(ids) == 1 {
		return ids[0]
	} else if len(ids) > 1 {
		b.r.fail(b.at[key], "%q expects one %s", key, what)
	}
	return ""
}
