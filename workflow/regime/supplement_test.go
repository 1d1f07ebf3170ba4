package regime

import (
	"errors"
	"testing"
)

func TestItemsAddedFromABoughtTextAreMarkedWithTheirSource(t *testing.T) {
	c := catalogue(t)
	s := Supplement{Catalogue: c.Key, Items: []SupplementItem{
		{ID: "7.1.1.1-02", Under: "7.1.1.1", Letter: "b", Text: "Hai", Source: "Bản mua 2026", Verified: true},
		{ID: "7.1.1.1-01", Under: "7.1.1.1", Letter: "a", Text: "Một", Source: "Bản mua 2026"}},
		ByItems: []string{"7.1.1.1"}, Confirmed: map[string]string{"7.2.2.2-03": "Bản mua 2026"}}
	n, err := c.With(s)
	if err != nil {
		t.Fatal(err)
	}
	u := CatalogueUse{Parts: []string{"standard", "circular"}}
	rows := n.Rows(3, u)
	if len(rows) != 96 || rows[0].ID != "7.1.1.1-01" || rows[1].ID != "7.1.1.1-02" || rows[0].Added != "Bản mua 2026" || rows[0].Checked() || !rows[1].Checked() {
		t.Errorf("%d rows, first %+v", len(rows), rows[0])
	}
	if r, _ := n.Find("7.2.2.2-03"); !r.Checked() || r.Confirmed == "" {
		t.Error("the confirmed mark is lost")
	}
	if r, _ := c.Find("7.2.2.2-03"); r.Checked() || len(c.Rows(3, u)) != 95 {
		t.Error("the built-in catalogue was changed")
	}
	if len(n.Entries()) != len(c.Entries())+2 {
		t.Error("the entries do not hold the added items")
	}
}

func TestASubgroupWithSomeItemsOnlyIsStillAnsweredWhole(t *testing.T) {
	c := catalogue(t)
	n, err := c.With(Supplement{Items: []SupplementItem{{ID: "7.1.1.1-01", Under: "7.1.1.1", Text: "Một", Source: "x"}}})
	if err != nil {
		t.Fatal(err)
	}
	if rows := n.Rows(3, CatalogueUse{Parts: []string{"standard"}}); rows[0].ID != "7.1.1.1" || rows[0].ItemsStatus != "partial" {
		t.Errorf("first row %+v", rows[0])
	}
}

func TestASupplementThatDoesNotFitIsRefused(t *testing.T) {
	c := catalogue(t)
	item := func(id, under string) Supplement {
		return Supplement{Items: []SupplementItem{{ID: id, Under: under, Text: "x", Source: "x"}}}
	}
	for reason, s := range map[string]Supplement{
		"id_form":       item("7.1.1.1/1", "7.1.1.1"),
		"id_taken":      item("7.2.2.2-01", "7.2.2.2"),
		"under_unknown": item("7.9.9.9-01", "7.9.9.9"),
		"not_under":     item("7.1.1.2-01", "7.1.1.1"),
		"no_text":       {Items: []SupplementItem{{ID: "7.1.1.1-01", Under: "7.1.1.1", Source: "x"}}},
		"no_source":     {Items: []SupplementItem{{ID: "7.1.1.1-01", Under: "7.1.1.1", Text: "x"}}},
		"no_items":      {ByItems: []string{"7.1.1.1"}},
		"unknown":       {ByItems: []string{"7.2.2.2-01"}},
	} {
		var f *SupplementFault
		if _, err := c.With(s); !errors.As(err, &f) || f.Reason != reason {
			t.Errorf("want %s, got %v", reason, err)
		}
	}
}
