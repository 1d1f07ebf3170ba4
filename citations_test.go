package main

import (
	"testing"

	"capdo/workflow/regime"
)

// TestEveryFormCitesATextTheBookKnows reads the articles of every form of every
// rule set: each is of a listed text and, where its words are at hand, is there.
func TestEveryFormCitesATextTheBookKnows(t *testing.T) {
	a, _ := testApp(t)
	n := 0
	for _, r := range a.book.Regimes {
		for _, f := range a.words.Info(r.Key) {
			for _, c := range f.Cites {
				n++
				p, ok := a.book.Place(regime.Citation(c))
				if !ok {
					t.Errorf("%s %s cites %s, of no text in instruments.yaml", r.Key, f.Form, c)
					continue
				}
				if p.Text.Text != "" && len(p.Passages()) == 0 {
					t.Errorf("%s %s cites %s, which is not in the text", r.Key, f.Form, c)
				}
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d citations were found", n)
	}
}
