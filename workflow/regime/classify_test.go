package regime

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"
)

func critBook(t testing.TB) *Criteria {
	t.Helper()
	c, err := readCriteria(os.DirFS("."), "nd85-tt03/criteria.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// critFacts reads facts written in YAML flow form, as scenarios write them.
func critFacts(t testing.TB, c *Criteria, text string) Facts {
	t.Helper()
	var raw map[string]any
	if err := yaml.Load([]byte(text), &raw); err != nil {
		t.Fatal(err)
	}
	f, err := c.CheckFacts(raw)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

type critExample struct {
	Classify map[string]any `yaml:"classify"`
	Level    string         `yaml:"level"`
	Criteria *[]string      `yaml:"criteria"`
	Floors   *[]string      `yaml:"floors"`
	Missing  *[]string      `yaml:"missing"`
	AtLeast  *int           `yaml:"at_least"`
	Regime   string         `yaml:"regime"`
}

func critLevel(v Verdict) string {
	switch {
	case v.Manual:
		return "manual"
	case !v.Known:
		return "unknown"
	}
	return strconv.Itoa(v.Level)
}

func TestEveryExampleOfTheScenariosComesOutAsWritten(t *testing.T) {
	c := critBook(t)
	for _, name := range []string{"02-mang-noi-bo-mot-so", "03-nguong-muoi-nghin", "04-muc-do-dich-vu-cong", "05-bi-mat-nha-nuoc",
		"08-thanh-phan-cao-nhat", "21-noi-bo-cap-1-va-2", "23-kinh-doanh-co-dieu-kien", "24-ha-tang-va-cong-trinh",
		"26-ton-hai-va-quoc-gia", "29-khong-tieu-chi-nao", "30-thieu-du-kien"} {
		b, err := os.ReadFile("../../docs/scenarios/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Steps []critExample `yaml:"steps"`
		}
		if err := yaml.Load(b, &file); err != nil {
			t.Fatal(err)
		}
		seen := 0
		for i, x := range file.Steps {
			if x.Classify != nil {
				seen++
				t.Run(fmt.Sprintf("%s, step %d", name, i+1), func(t *testing.T) { x.play(t, c) })
			}
		}
		if seen == 0 {
			t.Errorf("%s holds no example", name)
		}
	}
}

func (x critExample) play(t *testing.T, c *Criteria) {
	f, err := c.CheckFacts(x.Classify)
	if err != nil {
		t.Fatal(err)
	}
	v := c.Classify(f)
	if got := critLevel(v); got != x.Level {
		t.Errorf("level %s, want %s", got, x.Level)
	}
	for what, p := range map[string][2]*[]string{"criteria": {x.Criteria, &v.Criteria}, "floors": {x.Floors, &v.Floors}, "missing": {x.Missing, &v.Missing}} {
		if p[0] != nil && !slices.Equal(*p[0], *p[1]) {
			t.Errorf("%s %v, want %v", what, *p[1], *p[0])
		}
	}
	if x.AtLeast != nil && *x.AtLeast != v.AtLeast {
		t.Errorf("at least %d, want %d", v.AtLeast, *x.AtLeast)
	}
	if x.Level == "unknown" && len(v.Missing) == 0 {
		t.Error("unknown without saying what is missing")
	}
	if x := c.Contradictions(f); x != nil {
		t.Errorf("contradicts itself: %v", x)
	}
}

func TestAVerdictSaysMoreThanItsLevel(t *testing.T) {
	c := critBook(t)
	for _, tt := range []struct {
		name, facts, level string
		atLeast            int
		criteria, floors   []string
		flags, missing     []string
		overlap            bool
		basis              []Citation
	}{
		{"one criterion decides alone", "{system_types: [phuc_vu_nguoi_dan_dn], info_types: [ca_nhan], dvc_level: 3}", "3", 3,
			[]string{"L3-02a"}, nil, nil, nil, false, []Citation{"NĐ 85/2016 Đ9 k2 a"}},
		{"two levels overlap and the highest counts", "{system_types: [noi_bo], info_types: [rieng], special_national_data_store: true}", "5", 5,
			[]string{"L2-01", "L5-02"}, nil, nil, nil, true, []Citation{"NĐ 85/2016 Đ11 k2"}},
		{"a floor decides and asks for review", "{system_types: [noi_bo], info_types: [bi_mat_nha_nuoc], harm_defence_security: khong}", "3", 3,
			nil, []string{"F-01"}, []string{"needs_legal_review"}, nil, false, []Citation{"NĐ 85/2016 Đ8 k1", "NĐ 85/2016 Đ9 k1"}},
		{"no criterion leaves it to the appraiser", "{system_types: [khac], info_types: [rieng]}", "manual", 0,
			nil, []string{"F-03"}, []string{"manual_determination"}, nil, false, []Citation{"Luật 86/2015 Đ21 k2", "NĐ 85/2016 Đ6 k2 đ"}},
		{"nothing known asks for the types first", "{}", "unknown", 0, nil, nil, nil,
			[]string{"system_types", "info_types", "harm_defence_security", "infra_scope",
				"ops_24x7", "no_unplanned_downtime", "construction_grade"}, false, nil},
		{"an unknown that cannot raise the level is not asked for", "{system_types: [ha_tang, khac], info_types: [rieng], infra_scope: quoc_gia_quoc_te, harm_defence_security: null}", "5", 5,
			[]string{"L5-03"}, nil, nil, nil, false, []Citation{"NĐ 85/2016 Đ11 k3"}},
		{"a settled part of an open criterion is not asked for", "{system_types: [noi_bo], info_types: [bi_mat_nha_nuoc], serves_defence_security: null}", "unknown", 3,
			nil, []string{"F-01"}, []string{"needs_legal_review"}, []string{"harm_defence_security"}, false, []Citation{"NĐ 85/2016 Đ8 k1", "NĐ 85/2016 Đ9 k1"}},
		{"a gate written null is unknown, not no", "{system_types: [noi_bo], info_types: [cong_cong], national_egov: null, ops_24x7: true}", "unknown", 1,
			[]string{"L1-01"}, nil, nil, []string{"no_unplanned_downtime", "national_egov"}, false, []Citation{"NĐ 85/2016 Đ7"}},
		{"facts without rules change nothing", "{system_types: [noi_bo], info_types: [cong_cong], managed_by: bo_cong_an, owner_count: 2, sdu_operates: true}", "1", 1,
			[]string{"L1-01"}, nil, nil, nil, false, []Citation{"NĐ 85/2016 Đ7"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := c.Classify(critFacts(t, c, tt.facts))
			if got := critLevel(v); got != tt.level || v.AtLeast != tt.atLeast || v.Overlap != tt.overlap {
				t.Errorf("level %s at least %d overlap %v", got, v.AtLeast, v.Overlap)
			}
			for what, p := range map[string][2][]string{"criteria": {v.Criteria, tt.criteria}, "floors": {v.Floors, tt.floors}, "flags": {v.Flags, tt.flags}, "missing": {v.Missing, tt.missing}} {
				if !slices.Equal(p[0], p[1]) {
					t.Errorf("%s %v, want %v", what, p[0], p[1])
				}
			}
			if !slices.Equal(v.Basis, tt.basis) {
				t.Errorf("rests on %q, want %q", v.Basis, tt.basis)
			}
			if len(v.Reasons) != len(v.Criteria)+len(v.Floors) {
				t.Errorf("%d reasons", len(v.Reasons))
			}
		})
	}
}

func TestComponentsDecideByTheHighest(t *testing.T) {
	const one, two, three = "{name: một, facts: {system_types: [noi_bo], info_types: [cong_cong]}}",
		"{name: hai, facts: {system_types: [noi_bo], info_types: [ca_nhan]}}",
		"{name: ba, facts: {system_types: [phuc_vu_nguoi_dan_dn], info_types: [ca_nhan], dvc_level: 3}}"
	const other, infra, five = "{name: khác, facts: {system_types: [khac], info_types: [rieng]}}",
		"{name: mạng, facts: {system_types: [ha_tang], info_types: [rieng]}}",
		"{name: năm, facts: {system_types: [khac], info_types: [rieng], pm_decision_level5: true}}"
	c := critBook(t)
	for _, tt := range []struct {
		name, facts, level string
		atLeast            int
		missing            []string
		basis              []Citation
	}{
		{"levels one, two and three make three", "components: [" + one + ", " + two + ", " + three + "]", "3", 3, nil, []Citation{"NĐ 85/2016 Đ9 k2 a", "NĐ 85/2016 Đ5 k2"}},
		{"an open component that could raise leaves it unknown", "components: [" + two + ", " + infra + "]", "unknown", 2, []string{"infra_scope", "ops_24x7", "no_unplanned_downtime"}, []Citation{"NĐ 85/2016 Đ8 k1", "NĐ 85/2016 Đ5 k2"}},
		{"a component no criterion names leaves it to the appraiser", "components: [" + three + ", " + other + "]", "manual", 3, nil, []Citation{"NĐ 85/2016 Đ9 k2 a", "Luật 86/2015 Đ21 k2", "NĐ 85/2016 Đ6 k2 đ", "NĐ 85/2016 Đ5 k2"}},
		{"at level five no other component matters", "components: [" + five + ", " + other + ", " + infra + "]", "5", 5, nil, []Citation{"NĐ 85/2016 Đ11 k5", "NĐ 85/2016 Đ5 k2"}},
		{"the system's own criterion counts when it holds", "{special_national_data_store: true, components: [" + two + "]}", "5", 5, nil, []Citation{"NĐ 85/2016 Đ11 k2"}},
		{"the system's own open criteria do not count when it has no types", "{pm_decision_level5: null, components: [" + two + "]}", "2", 2, nil, []Citation{"NĐ 85/2016 Đ8 k1", "NĐ 85/2016 Đ5 k2"}},
		{"the system's own open criteria count when it has types", "{system_types: [ha_tang], info_types: [rieng], components: [" + two + "]}", "unknown", 2, []string{"infra_scope", "ops_24x7", "no_unplanned_downtime"}, []Citation{"NĐ 85/2016 Đ8 k1", "NĐ 85/2016 Đ5 k2"}},
		{"no components are none", "{system_types: [noi_bo], info_types: [cong_cong], components: []}", "1", 1, nil, []Citation{"NĐ 85/2016 Đ7"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := c.Classify(critFacts(t, c, tt.facts))
			if got := critLevel(v); got != tt.level || v.AtLeast != tt.atLeast {
				t.Errorf("level %s at least %d", got, v.AtLeast)
			}
			if !slices.Equal(v.Missing, tt.missing) {
				t.Errorf("missing %v", v.Missing)
			}
			if !slices.Equal(v.Basis, tt.basis) {
				t.Errorf("rests on %q", v.Basis)
			}
		})
	}
	v := c.Classify(critFacts(t, c, "components: ["+one+", "+other+"]"))
	if len(v.Parts) != 2 || v.Parts[0].Level != 1 || !v.Parts[1].Manual || v.Parts[1].Floors[0] != "F-03" {
		t.Errorf("parts %+v", v.Parts)
	}
	if r := v.Reasons[0]; r.Rule != "L1-01" || r.Component != "một" || r.Origin != Law || r.Verified != Primary || r.Explain == "" {
		t.Errorf("reason %+v", r)
	}
}

func TestConditionsFollowThreeValuedLogic(t *testing.T) {
	c := critBook(t)
	// national_egov is true, ops_24x7 false, no_unplanned_downtime unknown.
	l := critLook{c: c, facts: Facts{"national_egov": true, "ops_24x7": false}}
	leaf := map[string]*critCond{"T": {Fact: "national_egov", Op: "is_true"}, "F": {Fact: "ops_24x7", Op: "is_true"}, "U": {Fact: "no_unplanned_downtime", Op: "is_true"}}
	write := map[truth]string{critTrue: "T", critFalse: "F", critUnknown: "U"}
	for _, tt := range []struct{ a, b, all, any string }{
		{"T", "T", "T", "T"}, {"T", "F", "F", "T"}, {"T", "U", "U", "T"},
		{"F", "T", "F", "T"}, {"F", "F", "F", "F"}, {"F", "U", "F", "U"},
		{"U", "T", "U", "T"}, {"U", "F", "F", "U"}, {"U", "U", "U", "U"},
	} {
		t.Run(tt.a+" with "+tt.b, func(t *testing.T) {
			subs := []*critCond{leaf[tt.a], leaf[tt.b]}
			all, waits := l.eval(&critCond{All: subs})
			either, _ := l.eval(&critCond{Any: subs})
			if write[all] != tt.all || write[either] != tt.any {
				t.Errorf("all %s any %s", write[all], write[either])
			}
			if (len(waits) > 0) != (all == critUnknown) {
				t.Errorf("all waits for %v", waits)
			}
		})
	}
	for in, out := range map[string]string{"T": "F", "F": "T", "U": "U"} {
		if got, _ := l.eval(&critCond{Not: leaf[in]}); write[got] != out {
			t.Errorf("not %s is %s", in, write[got])
		}
	}
}

func TestContradictionsAreSoughtInWhatIsStatedOnly(t *testing.T) {
	c := critBook(t)
	for _, tt := range []struct {
		name, facts string
		fields      []string
	}{
		{"a business of a service that is not there", "{other_online_service: false, conditional_business: true}", []string{"other_online_service", "conditional_business"}},
		{"users counted of what is no other service change no level", "{other_online_service: false, online_user_count: not_countable}", nil},
		{"no users of no service agree", "{other_online_service: false, conditional_business: false, online_user_count: 0}", nil},
		{"a default states nothing", "{conditional_business: true, online_user_count: 50}", nil},
		{"unknown states nothing", "{other_online_service: null, conditional_business: true}", nil},
		{"a component may contradict itself", "components: [{name: một, facts: {dvc_level: 1}}, {name: hai, facts: {other_online_service: false, conditional_business: true}}]",
			[]string{"components.1.other_online_service", "components.1.conditional_business"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := c.Contradictions(critFacts(t, c, tt.facts))
			if len(got) != min(len(tt.fields), 1) || len(got) == 1 && (!slices.Equal(got[0].Fields, tt.fields) || len(got[0].Basis) == 0 || got[0].Explain == "") {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestRulesAndFloorsAreFoundById(t *testing.T) {
	c := critBook(t)
	for id, want := range map[string]Reason{
		"L2-02b": {Level: 2, Basis: []Citation{"NĐ 85/2016 Đ8 k2 b"}, Origin: Law}, "L5-05": {Level: 5, Basis: []Citation{"NĐ 85/2016 Đ11 k5"}, Origin: Law},
		"F-01": {Level: 3, Basis: []Citation{"NĐ 85/2016 Đ8 k1", "NĐ 85/2016 Đ9 k1"}, Origin: Reading},
		"F-03": {Basis: []Citation{"Luật 86/2015 Đ21 k2", "NĐ 85/2016 Đ6 k2 đ"}, Origin: Design},
	} {
		if r, ok := c.Rule(id); !ok || r.Rule != id || r.Level != want.Level || r.Origin != want.Origin || !slices.Equal(r.Basis, want.Basis) {
			t.Errorf("%s: %+v", id, r)
		}
	}
	if _, ok := c.Rule("L9-01"); ok {
		t.Error("a rule out of nothing")
	}
	if len(c.rules) != 21 || len(c.floors) != 2 || c.manual == nil {
		t.Errorf("%d rules, %d floors", len(c.rules), len(c.floors))
	}
}

// critDraw draws a system's facts; some are left out, some unknown.
func critDraw(t *rapid.T, c *Criteria, label string) Facts {
	f := Facts{}
	for _, fact := range c.Facts {
		if fact.Type == "list" || rapid.Bool().Draw(t, label+fact.Key+" left out") {
			continue
		}
		f[fact.Key] = nil
		if rapid.IntRange(0, 3).Draw(t, label+fact.Key+" unknown") > 0 {
			f[fact.Key] = critDrawValue(t, fact, label)
		}
	}
	return f
}

func critDrawValue(t *rapid.T, f *Fact, label string) any {
	label += f.Key
	switch f.Type {
	case "bool":
		return rapid.Bool().Draw(t, label)
	case "enum":
		return rapid.SampledFrom(f.Values).Draw(t, label)
	case "int":
		return rapid.SampledFrom([]any{0, 1, 2, 3, 4}).Draw(t, label)
	}
	v, _ := f.read(rapid.SliceOfNDistinct(rapid.SampledFrom(f.Values), 1, len(f.Values), rapid.ID).Draw(t, label))
	return v
}

func TestLearningAFactNeverLowersWhatIsCertain(t *testing.T) {
	for name, c := range map[string]*Criteria{tt03: critBook(t), r331: crit331(t)} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				less := critDraw(t, c, "")
				more := maps.Clone(less)
				for _, f := range c.Facts {
					if _, given := less[f.Key]; less[f.Key] == nil && (given || f.Default == nil) && f.Type != "list" && rapid.Bool().Draw(t, "learn "+f.Key) {
						more[f.Key] = critDrawValue(t, f, "learned ")
					}
				}
				before, after := c.Classify(less), c.Classify(more)
				if after.AtLeast < before.AtLeast {
					t.Fatalf("from at least %d to %d", before.AtLeast, after.AtLeast)
				}
				floored := len(after.Floors) > len(before.Floors)
				if before.Known && (!after.Known || after.Level != before.Level && !floored) {
					t.Fatalf("a known level %d became %d", before.Level, after.Level)
				}
				if before.Manual && !after.Manual {
					t.Fatal("left to the appraiser, then not")
				}
			})
		})
	}
}

func TestTheHighestComponentWins(t *testing.T) {
	for name, c := range map[string]*Criteria{tt03: critBook(t), r331: crit331(t)} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				var parts []Component
				best, manual, open := 0, false, 0
				for i := range rapid.IntRange(1, 4).Draw(t, "parts") {
					p := Component{Name: strconv.Itoa(i), Facts: critDraw(t, c, strconv.Itoa(i)+" ")}
					v := c.Classify(p.Facts)
					best, manual = max(best, v.AtLeast), manual || v.Manual
					if !v.Known && !v.Manual {
						open++
					}
					parts = append(parts, p)
				}
				v := c.Classify(Facts{componentsFact: parts})
				if v.AtLeast != best || v.Known && v.Level != best {
					t.Fatalf("at least %d, level %d, highest part %d", v.AtLeast, v.Level, best)
				}
				if open == 0 && v.Known == (manual && best < 5) {
					t.Fatalf("known %v, a part for the appraiser %v", v.Known, manual)
				}
			})
		})
	}
}

func TestFactsAndVerdictsComeBackFromJSONAsTheyWere(t *testing.T) {
	c := critBook(t)
	rapid.Check(t, func(t *rapid.T) {
		f := critDraw(t, c, "")
		f[componentsFact] = []Component{{Name: "một", Facts: critDraw(t, c, "part ")}}
		v, f2, v2 := c.Classify(f), Facts{}, Verdict{}
		for from, to := range map[any]any{&f: &f2, &v: &v2} {
			b, err := json.Marshal(from)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(b, to); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(f, f2) || !reflect.DeepEqual(v, v2) {
			t.Fatalf("%#v became %#v\n%#v became %#v", f, f2, v, v2)
		}
		again, err := c.CheckFacts(f2)
		if err != nil || !reflect.DeepEqual(again, f2) {
			t.Fatalf("checked again: %#v, %v", again, err)
		}
	})
}
