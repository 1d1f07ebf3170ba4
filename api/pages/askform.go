package pages

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"capdo/workflow/regime"
)

// choiceOf is one answer offered to a question.
type choiceOf struct {
	Value string
	Label string // in words
	Hint  say
	On    bool
}

// questionView is one question with the answers it takes.
type questionView struct {
	regime.Asking
	Name    string // of its inputs
	Choices []choiceOf
	Number  string // typed, of a question that counts
	Was     string // shown before anything was typed
	Counted bool   // a number is asked
	Many    bool   // several of the choices may be taken
	Default string // in words: what no answer means
}

// unknownWord is the answer "not known yet", in forms.
const unknownWord = "?"

// fewNumbers are shown as choices, more are typed.
const fewNumbers = 10

// questionOf puts a question into the form it is answered in.
func (r *room) questionOf(l, name string, a regime.Asking) questionView {
	q := questionView{Asking: a, Name: name}
	f := a.Fact
	add := func(value, label string, hint say) {
		q.Choices = append(q.Choices, choiceOf{value, label, hint, false})
	}
	word := func(v any) string { return strings.Join(r.factWords(l, f.Key, v), ", ") }
	switch {
	case f.Type == "bool":
		add("yes", word(true), say{})
		add("no", word(false), say{})
	case f.Type == "enum", f.Type == "set":
		q.Many = f.Type == "set"
		for _, v := range f.Values {
			add(v, word(v), say{})
		}
		if f.MayBeEmpty {
			add("none", r.Words.Message(l, "ask.none", nil), say{})
		}
	case f.Min != nil && f.Max != nil && *f.Max-*f.Min <= fewNumbers:
		for n := *f.Min; n <= *f.Max; n++ {
			add(itoa(n), r.numberWord(l, f.Key, n), say{})
		}
	case f.Type == "int":
		q.Counted = true
		add("counted", r.Words.Message(l, "ask.counted", nil), say{})
		for w, n := range f.Besides {
			add(w, word(w), say{"ask.besides", map[string]string{"n": r.spelled(l, n)}})
		}
	}
	later := say{Key: "ask.later_hint"}
	if q.Many {
		later = say{}
	}
	add(unknownWord, r.Words.Message(l, "ask.later", nil), later)
	q.mark()
	if f.Default != nil {
		q.Default = word(f.Default)
		if n, ok := f.Default.(int); ok {
			q.Default = r.numberWord(l, f.Key, n)
		}
	}
	return q
}

// numberWord is a number that has words of its own, or the number.
func (r *room) numberWord(l, fact string, n int) string {
	key := "ask." + fact + "." + itoa(n)
	if r.Words.Has(l, key) {
		return r.Words.Message(l, key, nil)
	}
	return itoa(n)
}

// spelled writes a number in groups of three.
func (r *room) spelled(l string, n int) string {
	s, sep := itoa(n), "."
	if l == "en" {
		sep = ","
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return s
}

// mark ticks the choices that say what is stated.
func (q *questionView) mark() {
	var on []string
	switch v := q.Value.(type) {
	case nil:
		if q.Stated {
			on = []string{unknownWord}
		}
	case bool:
		on = []string{map[bool]string{true: "yes", false: "no"}[v]}
	case string:
		on = []string{v}
	case []string:
		if on = v; len(v) == 0 {
			on = []string{"none"}
		}
	case int:
		on = []string{itoa(v)}
		if q.Counted {
			on, q.Number, q.Was = []string{"counted"}, itoa(v), itoa(v)
		}
	}
	q.tick(on)
}

func (q *questionView) tick(on []string) {
	for i := range q.Choices {
		q.Choices[i].On = slices.Contains(on, q.Choices[i].Value)
	}
}

// typed shows again what was sent and could not be kept.
func (q *questionView) typed(form url.Values) {
	if _, sent := form[q.Name]; sent {
		q.tick(form[q.Name])
	}
	if s := form.Get(q.Name + ".n"); s != "" {
		q.Number = s
	}
}

// readAnswer reads the answer to a question out of a form; ok is false where it
// does not speak of it. What is no number comes as typed, for the service to
// refuse.
func readAnswer(form url.Values, name string, f *regime.Fact) (v any, ok bool) {
	typed, sent := strings.TrimSpace(form.Get(name+".n")), form[name]
	if len(sent) == 0 && typed == "" {
		return nil, f.Type == "set" && form.Has(name+".here")
	}
	first := cmp.Or(append(slices.Clone(sent), "counted")...)
	if f.Type == "int" && typed != "" && form.Has(name+".was") && typed != form.Get(name+".was") {
		first, sent = "counted", nil // a number just typed counts, whatever was chosen before
	}
	if first == unknownWord || slices.Contains(sent, unknownWord) && len(sent) == 1 {
		return nil, true
	}
	switch f.Type {
	case "bool":
		return first == "yes", true
	case "set":
		words := []string{}
		for _, w := range sent {
			if w != unknownWord && w != "none" {
				words = append(words, w)
			}
		}
		return words, true
	case "int":
		if first != "counted" {
			if n, err := strconv.Atoi(first); err == nil {
				return n, true
			}
			return first, true
		}
		if typed == "" {
			return nil, true
		}
		if n, err := number(typed); err == nil {
			return n, true
		}
		return typed, true
	}
	return first, true
}
