package regime

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// critText is a small file of criteria; the lines of its parts are counted on below.
const critText = `facts:
  - {key: types, type: set, values: [in, out], ask: "?", basis: ["NĐ 1/2016 Đ6"], verified: primary}
  - {key: users, type: int, min: 0, ask: "?", basis: ["NĐ 1/2016 Đ6"], verified: primary}
  - key: harm
    type: enum
    values: [none, some]
    ask: "?"
    basis: ["NĐ 1/2016 Đ6"]
    verified: primary
questions: [types, users, harm]
rules:
  - id: L2-01
    level: 2
    basis: ["NĐ 1/2016 Đ8 k1"]
    origin: law
    verified: primary
    when:
      all:
        - {fact: types, op: has, value: in}
        - not: {fact: users, op: gte, value: 10}
    explain: "two"
floors:
  - {id: F-01, min_level: 3, flag: review, basis: ["NĐ 1/2016 Đ9"], origin: reading, verified: primary, when: {fact: harm, op: in_or_null, value: [none]}, explain: "three"}
  - {id: F-02, manual: true, flag: choose, basis: ["NĐ 1/2016 Đ9"], origin: design, verified: primary, explain: "choose"}
contradictions:
  - {id: X-01, fields: [types, harm], basis: ["NĐ 1/2016 Đ9"], origin: design, verified: primary, when: {fact: harm, op: eq, value: some}, explain: "no"}
harm_scale: {basis: ["NĐ 1/2016 Đ2"], verified: primary, levels: {1: a, 2: b, 3: c, 4: d, 5: e}}
principles:
  - {id: P3, rule: highest, basis: ["NĐ 1/2016 Đ5 k2"], origin: law, verified: primary}
`

func critReadText(text string) error {
	_, err := readCriteria(fstest.MapFS{"r/criteria.yaml": {Data: []byte(text)}}, "r/criteria.yaml")
	return err
}

func TestAFileOfCriteriaThatHoldsTogetherIsRead(t *testing.T) {
	if err := critReadText(critText); err != nil {
		t.Fatal(err)
	}
}

func TestBadCriteriaAreRefusedWithTheirLine(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"an unknown key of the file", "harm_scale:", "harm_scales:", ":27: unknown field \"harm_scales\""},
		{"an unknown key of a rule", "    level: 2", "    levels: 2", ":13: unknown field \"levels\""},
		{"an unknown key of a condition", "op: has, value: in", "op: has, valeu: in", ":19: unknown field \"valeu\""},
		{"a fact named twice", "key: users", "key: types", ":3: types: is named twice"},
		{"a fact of no type", "type: set", "type: bag", ":2: types: unknown type bag"},
		{"a fact without a question", "    ask: \"?\"\n", "", ":4: harm: has no question"},
		{"a default the fact cannot hold", "min: 0", "min: 0, default: -1", ":3: users: default -1 is not a whole number from 0"},
		{"values of a number", "min: 0", "values: [a]", ":3: users: values belong to sets and enums"},
		{"a value named twice", "[none, some]", "[none, none, some]", ":4: harm: names a value twice"},
		{"a fact that is never asked", "[types, users, harm]", "[types, users]", "questions: harm is never asked"},
		{"a question about no fact", "[types, users, harm]", "[types, users, harm, mood]", "questions: unknown fact mood"},
		{"no rule at all", critText[strings.Index(critText, "  - id: L2-01"):strings.Index(critText, "floors:")], "  []\n", "criteria.yaml: holds no rule"},
		{"a level that is not", "level: 2", "level: 6", ":12: L2-01: no level 6"},
		{"a rule without level", "    level: 2\n", "", ":12: L2-01: a rule needs a level"},
		{"a rule without basis", "    basis: [\"NĐ 1/2016 Đ8 k1\"]\n", "", ":12: L2-01: cites nothing"},
		{"a citation in other words", "Đ8 k1", "khoản 1 Điều 8", ":12: L2-01: citation"},
		{"an unknown origin", "origin: law", "origin: LAW", ":12: L2-01: unknown origin LAW"},
		{"an unknown mark", "    verified: primary\n    when", "    verified: seen\n    when", ":12: L2-01: unknown mark seen"},
		{"an id of another form", "id: L2-01", "id: two", ":12: two: the id is not of the form"},
		{"an id used twice", "id: F-01", "id: L2-01", ":23: L2-01: is named twice"},
		{"a rule without a condition", "        - {fact: types, op: has, value: in}\n        - not: {fact: users, op: gte, value: 10}\n", "", "L2-01"},
		{"a rule with a flag", "    level: 2", "    level: 2\n    flag: review", ":12: L2-01: min_level, manual, flag and fields belong to no rule"},
		{"an unknown fact in a condition", "fact: types, op: has", "fact: typos, op: has", ":19: L2-01: unknown fact typos"},
		{"an unknown op", "op: has", "op: contains", ":19: L2-01: unknown op contains"},
		{"an op of another type", "op: has", "op: gte", ":19: L2-01: gte does not fit types, which is a set"},
		{"a value not in the list", "value: in}", "value: inside}", ":19: L2-01: inside is no value of types"},
		{"a number that is a word", "value: 10", "value: ten", ":20: L2-01: users gte takes number, not ten"},
		{"a number out of range", "value: 10", "value: -10", ":20: L2-01: users gte takes number, not -10"},
		{"a list where a word is due", "value: in}", "value: [in]}", ":19: L2-01: types has takes word"},
		{"two forms in one condition", "- not: {fact: users", "- {all: [{fact: types, op: has, value: out}], not: {fact: users", "L2-01"},
		{"null let pass outside a floor", "op: eq, value: some", "op: in_or_null, value: [some]", ":26: X-01: in_or_null belongs to floors"},
		{"a floor of two kinds", "min_level: 3", "min_level: 3, manual: true", ":23: F-01: a floor needs either min_level or manual"},
		{"a floor without flag", "flag: review, ", "", ":23: F-01: raises no flag"},
		{"a second manual floor", "min_level: 3, flag: review", "manual: true, flag: review", ":24: F-02: a second manual floor"},
		{"a contradiction about no fact", "fields: [types, harm]", "fields: [types, mood]", ":26: X-01: unknown fact mood"},
		{"a contradiction without fields", "fields: [types, harm], ", "", ":26: X-01: a contradiction needs fields"},
		{"a scale with a gap", ", 5: e", "", ":27: harm_scale: says nothing of level 5"},
		{"a principle without basis", "basis: [\"NĐ 1/2016 Đ5 k2\"], ", "", ":29: P3: cites nothing"},
		{"components without the principle of the highest", "  - {key: users", "  - {key: components, type: list, ask: \"?\", basis: [\"NĐ 1/2016 Đ6\"], verified: primary}\n  - {key: users", "questions: components is never asked"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(critText, tt.old, tt.new, 1)
			if text == critText {
				t.Fatal("changes nothing")
			}
			if tt.name == "two forms in one condition" {
				text = strings.Replace(text, "value: 10}", "value: 10}}", 1)
			}
			err := critReadText(text)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "r/criteria.yaml:") {
				t.Fatalf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestAllFaultsOfAFileAreReported(t *testing.T) {
	text := strings.NewReplacer("level: 2", "level: 7", "op: has", "op: near", "flag: review, ", "", "rule: highest, ", "").Replace(critText)
	err := critReadText(text)
	for _, want := range []string{"no level 7", "unknown op near", "raises no flag", "needs an id and a rule"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("not told: %s\n%v", want, err)
		}
	}
}

func TestEveryQuestionOfTheCriteriaHasItsLaw(t *testing.T) {
	c := critBook(t)
	if _, err := readCriteria(os.DirFS("."), "nd85-tt03/none.yaml"); err == nil {
		t.Error("a missing file is no fault")
	}
	want := []string{"P1", "P2", "P3", "P6", "P7"}
	for _, id := range want {
		if c.Principles[id] == nil {
			t.Error("no principle " + id)
		}
	}
	for _, f := range c.Facts {
		if got, ok := c.Fact(f.Key); !ok || got != f || len(f.Basis) == 0 || !slices.Contains(c.Questions, f.Key) {
			t.Error(f.Key)
		}
	}
}

func TestEmptyEntriesAreFaultsToo(t *testing.T) {
	for old, want := range map[string]string{"facts:\n": "a fact is empty", "rules:\n": "a rule is empty", "floors:\n": "a rule is empty",
		"contradictions:\n": "a rule is empty", "principles:\n": "a principle is empty", "      all:\n": "an empty condition"} {
		indent := "  - null\n"
		if old == "      all:\n" {
			indent = "        - null\n"
		}
		if err := critReadText(strings.Replace(critText, old, old+indent, 1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s %v", old, err)
		}
	}
	for _, text := range []string{"", "[]", "facts: 3", "rules: {a: b}", "facts: [{key: [a]}]", "\t"} {
		if critReadText(text) == nil {
			t.Errorf("%q is read", text)
		}
	}
}
