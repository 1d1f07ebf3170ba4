package main

import (
	"fmt"
	"strings"

	"capdo/workflow/regime"
)

// factWord is one fact in words, for people and for the JSON beside its key.
type factWord struct {
	Fact  string `json:"fact"`
	Label string `json:"label"`
	Value string `json:"value"`
}

// inWords puts facts into words, in the order the questions are asked; what was
// not given is left out.
func (a *app) inWords(c *regime.Criteria, facts regime.Facts) []factWord {
	out := []factWord{}
	for _, f := range c.Facts {
		if v, given := facts[f.Key]; given {
			out = append(out, factWord{f.Key, a.words.Message(a.lang, "fact."+f.Key, nil), a.valueWord(f.Key, v)})
		}
	}
	return out
}

func (a *app) valueWord(fact string, v any) string {
	word := func(key string) string { return a.words.Message(a.lang, "value."+key, nil) }
	switch v := v.(type) {
	case nil:
		return word("unknown")
	case bool:
		if v {
			return word("yes")
		}
		return word("no")
	case string:
		return word(fact + "." + v)
	case []string:
		var list []string
		for _, one := range v {
			list = append(list, word(fact+"."+one))
		}
		return strings.Join(list, ", ")
	case []regime.Component:
		var list []string
		for _, one := range v {
			list = append(list, one.Name)
		}
		return strings.Join(list, ", ")
	}
	return fmt.Sprint(v)
}

// factLabels names facts in words, each with its key behind.
func (a *app) factLabels(keys []string) string {
	var list []string
	for _, k := range keys {
		last := k[strings.LastIndex(k, ".")+1:]
		list = append(list, a.words.Message(a.lang, "fact."+last, nil)+" ("+k+")")
	}
	return strings.Join(list, "; ")
}
