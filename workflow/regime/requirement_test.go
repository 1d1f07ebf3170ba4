package regime

import (
	"slices"
	"strings"
	"testing"
)

func catalogue(t *testing.T) *Catalogue {
	t.Helper()
	b, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	return b.Catalogues["tcvn-11930-2017"]
}

func use(t *testing.T, key string) (*Catalogue, CatalogueUse) {
	t.Helper()
	b, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	r, _ := b.ByKey(key)
	c, ok := b.CatalogueOf(r)
	if !ok {
		t.Fatalf("%s uses no catalogue", key)
	}
	return c, *r.Catalogue
}

func TestTheCatalogueHasAll316RowsWithTheirMarks(t *testing.T) {
	c := catalogue(t)
	u := CatalogueUse{Parts: []string{"standard", "circular"}}
	total, management, verified, open := 0, 0, 0, 0
	for level, want := range map[int]int{1: 34, 2: 46, 3: 95, 4: 68, 5: 73} {
		rows := c.Rows(level, u)
		if len(rows) != want {
			t.Errorf("level %d has %d rows, want %d", level, len(rows), want)
		}
		total += len(rows)
		for _, r := range rows {
			if r.Group.Kind == "management" {
				management++
			}
			if r.Checked() {
				verified++
			}
			if r.Open() {
				open++
			}
		}
	}
	if total != 316 || management != 105 || verified != 275 || open != 173 {
		t.Errorf("%d rows, %d of management, %d verified, %d without text; want 316, 105, 275, 173", total, management, verified, open)
	}
	designs := 0
	for _, r := range c.byID {
		if r.Under != nil && r.Part() == "circular" {
			designs++
			if !r.Checked() {
				t.Errorf("%s was read line by line and is not verified", r.ID)
			}
		}
	}
	if designs != 92 {
		t.Errorf("%d design requirements, want 92", designs)
	}
}

func TestAnInferredRowStaysUnverified(t *testing.T) {
	c := catalogue(t)
	r, ok := c.Find("7.2.2.2-01")
	if !ok || r.Checked() || r.Verification != "quoted_with_clause" || r.Letter != "a" || r.Heading() != "Kiểm soát truy cập" {
		t.Errorf("7.2.2.2-01: %+v", r)
	}
	for _, id := range []string{"5.2.1.1", "6.2.1.1", "7.2.1.1", "8.2.1.1", "9.2.1.1"} {
		if r, ok := c.Find(id); !ok || r.Checked() || r.Unit != "none" {
			t.Errorf("%s is inferred and covered by the circular: %+v", id, r)
		}
	}
	if r, _ := c.Find("8.2.3.5-01"); r == nil || !r.Checked() {
		t.Error("8.2.3.5-01 is cited by a regulation")
	}
}

func TestBeforeTheCircularTheDesignSubgroupIsARowOfItsOwn(t *testing.T) {
	c, old := use(t, "nd85-tt03")
	_, now := use(t, "nd85-tt12")
	has := func(u CatalogueUse, id string) bool {
		return slices.ContainsFunc(c.Rows(3, u), func(r *Requirement) bool { return r.ID == id })
	}
	if !has(old, "7.2.1.1") || has(now, "7.2.1.1") || has(old, "TT12-PL3-II.1.a-01") || !has(now, "TT12-PL3-II.1.a-01") {
		t.Error("the rows of the circular replace the design sub-group only where the circular is in force")
	}
	if old.Verified != Unverified || old.Note == "" {
		t.Error("that the earlier circular's own lists are not at hand must be shown")
	}
	if n := len(c.Rows(3, now)); n != 95+8 {
		t.Errorf("level 3 asks %d rows, want 95 and 8 general ones", n)
	}
}

func TestAnUnknownFactLetsTheRowBeAsked(t *testing.T) {
	c := catalogue(t)
	r, _ := c.Find("TT12-PL3-II.1.a-05")
	for _, tt := range []struct {
		facts          Facts
		applies, known bool
	}{{Facts{"wireless": true}, true, true}, {Facts{"wireless": false}, false, true}, {Facts{}, true, false}, {nil, true, false}} {
		applies, known, asks := c.Applies(r, tt.facts)
		if applies != tt.applies || known != tt.known || known == (len(asks) > 0) {
			t.Errorf("%v: applies %t, known %t, asks %v", tt.facts, applies, known, asks)
		}
	}
	if _, err := c.CheckFacts(map[string]any{"wireless": "yes"}); err == nil {
		t.Error("a fact of another type is taken")
	}
	if _, err := c.CheckFacts(map[string]any{"satellite": true}); err == nil {
		t.Error("a fact nobody asks for is taken")
	}
}

func TestRowsOfTheSameContentAreFoundOnEveryLevel(t *testing.T) {
	same := catalogue(t).Same("TT12-PL2-II.1.a-01")
	for _, want := range []string{"TT12-PL1-II.1.a-01", "TT12-PL3-II.1.a-01", "TT12-PL5-II.1.a-01"} {
		if !slices.Contains(same, want) {
			t.Errorf("%s is not among %v", want, same)
		}
	}
	if got := catalogue(t).Same("7.1.1.1"); len(got) != 0 {
		t.Errorf("a sub-group of the same title was not compared, yet counts as the same: %v", got)
	}
}

func TestABadCatalogueIsRefusedWithFileLineAndReason(t *testing.T) {
	const dir = "standards/tcvn-11930-2017/"
	const l3, top = dir + "level-3.yaml", dir + "catalogue.yaml"
	for _, c := range []struct{ says, file, old, with, reason string }{
		{"an unknown key of a row", l3, "{id: 7.1.1.1, title:", "{id: 7.1.1.1, titel:", "titel"},
		{"an id named twice", l3, "{id: 7.1.1.2,", "{id: 7.1.1.1,", "level-3.yaml:14: 7.1.1.1: is named twice"},
		{"an id of another shape", l3, "{id: 7.1.1.2,", `{id: "7.1.1.2 ",`, "is not of the form"},
		{"a row without its mark", l3, "unit: subgroup, items_status: not_found, verified: true, sources: [S1], text: \"Phương án và việc triển khai phải đáp ứng trọn mục 7.1.1.1", "unit: subgroup, items_status: not_found, sources: [S1], text: \"Phương án và việc triển khai phải đáp ứng trọn mục 7.1.1.1", "level-3.yaml:13: 7.1.1.1: does not say whether it is verified"},
		{"a row verified by no source", l3, "verified: true, sources: [S1], text: \"Phương án và việc triển khai phải đáp ứng trọn mục 7.1.1.1", "verified: true, text: \"Phương án và việc triển khai phải đáp ứng trọn mục 7.1.1.1", "is verified by no source"},
		{"an unknown source", l3, "sources: [S13]", "sources: [S99]", "unknown source S99"},
		{"an unknown level", l3, "level: 3\n", "level: 6\n", "no level 6"},
		{"a level twice", l3, "level: 3\n", "level: 2\n", "another file too"},
		{"an unknown part", l3, "part: circular", "part: annex", "unknown part annex"},
		{"a row that points nowhere", l3, "corresponds_to: 6.1.1.1", "corresponds_to: 6.1.1.9", "points to 6.1.1.9"},
		{"a lost row", l3, `{id: 7.1.1.3, title: "Rà soát, sửa đổi", unit: subgroup,`, `{id: 7.1.1.3, title: "Rà soát, sửa đổi", unit: none, covered_by: TT12-PL3-II.1,`, "level 3 has 94 rows, counts say 95"},
		{"a condition nobody wrote", l3, "applies_when: wireless", "applies_when: satellites", "unknown condition satellites"},
		{"a condition on an unknown fact", top, "when: {fact: mail,", "when: {fact: post,", "unknown fact post"},
		{"counts that do not agree", top, "3: 95", "3: 96", "level 3 has 95 rows, counts say 96"},
		{"a rule without origin", top, "  origin: design\n  verified: UNVERIFIED\nsharing", "  verified: UNVERIFIED\nsharing", "rollup: unknown origin"},
		{"a regime of an unknown catalogue", "nd85-tt12/regime.yaml", "key: tcvn-11930-2017", "key: tcvn-1", "unknown catalogue tcvn-1"},
		{"a regime of an unknown part", "nd85-tt12/regime.yaml", "parts: [standard, circular, general]", "parts: [standard, annex]", "unknown part annex"},
	} {
		t.Run(c.says, func(t *testing.T) {
			_, err := Read(changed(t, c.file, c.old, c.with))
			if err == nil || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("got %v, want %q", err, c.reason)
			}
		})
	}
}
