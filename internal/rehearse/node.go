package rehearse

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

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
	offices map[string]ast.Node
	people  map[string]ast.Node
	systems map[string]ast.Node
	checks  map[string]bool // ad hoc checks, named by their decision
}

func (r *reader) fail(n ast.Node, format string, args ...any) {
	if r.err == nil {
		r.err = &ReadError{File: r.file, Line: lineOf(n), Reason: fmt.Sprintf(format, args...)}
	}
}

func lineOf(n ast.Node) int {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 0
	}
	return n.GetToken().Position.Line
}

// root parses the file; a parser that gives up in a panic has met a file that
// cannot be read, not a fault of ours to spread.
func root(file string, b []byte) (n ast.Node, bad *ReadError) {
	defer func() {
		if p := recover(); p != nil {
			n, bad = nil, &ReadError{File: file, Reason: fmt.Sprintf("is no YAML: %v", p)}
		}
	}()
	f, err := parser.ParseBytes(b, 0)
	if err != nil {
		bad = &ReadError{File: file, Reason: oneLine(err.Error())}
		var ye yaml.Error
		if errors.As(err, &ye) {
			bad.Reason = ye.GetMessage()
			if tk := ye.GetToken(); tk != nil && tk.Position != nil {
				bad.Line = tk.Position.Line
			}
		}
		return nil, bad
	}
	if len(f.Docs) != 1 || f.Docs[0].Body == nil {
		return nil, &ReadError{File: file, Reason: "is not one YAML document"}
	}
	return f.Docs[0].Body, nil
}

// block is a mapping whose keys are known.
type block struct {
	r     *reader
	n     ast.Node
	order []string
	at    map[string]ast.Node
	keys  map[string]ast.Node
}

// open reads a mapping. Keys are those allowed, separated by space; "*" allows any.
func (r *reader) open(n ast.Node, keys string) block {
	b := block{r: r, n: n, at: map[string]ast.Node{}, keys: map[string]ast.Node{}}
	var pairs []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		pairs = m.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{m}
	default:
		r.fail(n, "expected keys and values")
	}
	allowed := strings.Fields(keys)
	for _, p := range pairs {
		key := fmt.Sprint(r.plain(p.Key))
		_, twice := b.at[key]
		switch {
		case keys != "*" && !slices.Contains(allowed, key):
			r.fail(p.Key, "unknown key %q; expected one of: %s", key, strings.Join(allowed, ", "))
		case twice:
			r.fail(p.Key, "%q is given twice", key)
		}
		b.order = append(b.order, key)
		b.at[key], b.keys[key] = p.Value, p.Key
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

// plain turns a node into strings, numbers, booleans, lists and maps.
func (r *reader) plain(n ast.Node) any {
	switch v := n.(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.StringNode:
		return v.Value
	case *ast.LiteralNode:
		return v.Value.Value
	case *ast.BoolNode:
		return v.Value
	case *ast.FloatNode:
		return v.Value
	case *ast.IntegerNode:
		switch i := v.Value.(type) {
		case int64:
			return int(i)
		case uint64:
			return int(i)
		}
	case *ast.SequenceNode:
		list := make([]any, len(v.Values))
		for i, one := range v.Values {
			list[i] = r.plain(one)
		}
		return list
	case *ast.MappingNode, *ast.MappingValueNode:
		b, m := r.open(v, "*"), map[string]any{}
		for k, one := range b.at {
			m[k] = r.plain(one)
		}
		return m
	}
	r.fail(n, "anchors, aliases, tags and the like have no place in a scenario")
	return nil
}

// text reads a scalar as it stands; "" when absent.
func (b block) text(key string) string {
	if !b.has(key) {
		return ""
	}
	return b.r.scalar(b.at[key])
}

func (r *reader) scalar(n ast.Node) string {
	switch v := r.plain(n).(type) {
	case string:
		if strings.TrimSpace(v) == "" {
			r.fail(n, "expected a text")
		}
		return v
	case int, bool, float64:
		return n.GetToken().Value
	}
	r.fail(n, "expected a text")
	return ""
}

// list reads a list of texts; one text alone counts as a list of one.
func (b block) list(key string) []string {
	if !b.has(key) {
		return nil
	}
	seq, ok := b.at[key].(*ast.SequenceNode)
	if !ok {
		return []string{b.text(key)}
	}
	out := []string{}
	for _, one := range seq.Values {
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

func (r *reader) day(n ast.Node) workflow.Day {
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

func (r *reader) days(n ast.Node) (out []workflow.Day) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		r.fail(n, "expected a list of days")
		return nil
	}
	for _, one := range seq.Values {
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

func (b block) oneOf(what string, n ast.Node, list []string) string {
	s := b.r.scalar(n)
	b.r.among(n, strings.ReplaceAll(what, "_", " "), s, list)
	return s
}

func (r *reader) among(n ast.Node, what, word string, list []string) {
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

func (b block) entry(key string, i int) ast.Node {
	if seq, ok := b.at[key].(*ast.SequenceNode); ok {
		return seq.Values[i]
	}
	return b.at[key]
}

// ids reads one or several ids of a kind of thing the file sets up.
func (b block) ids(key, what string, known map[string]ast.Node) []string {
	out := b.list(key)
	for i, id := range out {
		if known[id] == nil {
			b.r.fail(b.entry(key, i), "unknown %s %q", what, id)
		}
	}
	return out
}

func (b block) id(key, what string, known map[string]ast.Node) string {
	if ids := b.ids(key, what, known); len(ids) == 1 {
		return ids[0]
	} else if len(ids) > 1 {
		b.r.fail(b.at[key], "%q expects one %s", key, what)
	}
	return ""
}
