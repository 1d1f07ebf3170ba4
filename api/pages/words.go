package pages

import (
	"fmt"
	"slices"

	"github.com/gin-gonic/gin"

	"capdo/templates"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// factWords puts the value of a fact into words.
func (r *room) factWords(l, fact string, v any) []string {
	word := func(key string) string { return r.Words.Message(l, "value."+key, nil) }
	switch v := v.(type) {
	case nil:
		return []string{word("unknown")}
	case bool:
		if v {
			return []string{word("yes")}
		}
		return []string{word("no")}
	case int:
		return []string{templates.Number(v, l)}
	case string:
		return []string{word(fact + "." + v)}
	case []string:
		var list []string
		for _, one := range v {
			list = append(list, word(fact+"."+one))
		}
		return list
	case []regime.Component:
		var list []string
		for _, one := range v {
			list = append(list, one.Name)
		}
		return list
	}
	return []string{fmt.Sprint(v)}
}

// eventRow is one line of a history in words.
type eventRow struct {
	workflow.Event
	Who     string // name; empty: the clock
	ForName string // of the office acted for
}

// eventRows puts events into words, newest first.
func (r *room) eventRows(g *gin.Context, list []workflow.Event) ([]eventRow, error) {
	people, err := r.Service.Store.People(g)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, p := range people {
		names[p.ID] = p.Name
	}
	offices := r.officeNames(g)
	slices.SortStableFunc(list, func(a, b workflow.Event) int { return int(b.Seq - a.Seq) })
	rows := make([]eventRow, len(list))
	for i, e := range list {
		rows[i] = eventRow{Event: e, Who: names[e.Person], ForName: offices[e.For]}
		if e.Person != "" && rows[i].Who == "" && e.Person != "clock" {
			rows[i].Who = r.Words.Message(lang(g), r.keyOr("audit."+e.Person, "audit.nobody"), map[string]string{"id": e.Person})
		}
	}
	return rows, nil
}

// actsView parts acts into those open and those closed, the ones that carry the
// case on first.
type actsView struct {
	Open, Closed []workflow.OpenAct
}

// Main is the first open act that carries the case on, nil for none.
func (a actsView) Main() *workflow.OpenAct {
	i := slices.IndexFunc(a.Open, func(o workflow.OpenAct) bool { return o.Main })
	if i < 0 {
		return nil
	}
	return &a.Open[i]
}

func (r *room) splitActs(acts []workflow.OpenAct) actsView {
	var v actsView
	for _, a := range acts {
		if a.Closed == nil {
			v.Open = append(v.Open, a)
		} else {
			v.Closed = append(v.Closed, a)
		}
	}
	first := func(a, b workflow.OpenAct) int {
		switch {
		case a.Main == b.Main:
			return 0
		case a.Main:
			return -1
		}
		return 1
	}
	slices.SortStableFunc(v.Open, first)
	slices.SortStableFunc(v.Closed, first)
	return v
}
