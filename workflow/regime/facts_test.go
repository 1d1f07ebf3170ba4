package regime

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

func TestFactsAreReadFromAnyDecoder(t *testing.T) {
	c := critBook(t)
	want := Facts{"system_types": []string{"noi_bo", "khac"}, "dvc_level": -1, "online_user_count": 9999, "ops_24x7": nil, "managed_by": "thuong",
		componentsFact: []Component{{Name: "một", Facts: Facts{"online_user_count": "not_countable"}}, {Name: "hai", Facts: Facts{}}}}
	const text = `{"system_types": ["khac", "noi_bo", "khac"], "dvc_level": -1, "online_user_count": 9999, "ops_24x7": null, "managed_by": "thuong",
		"components": [{"name": " một ", "facts": {"online_user_count": "not_countable"}}, {"name": "hai"}]}`
	var fromYAML, fromJSON, exact map[string]any
	var facts Facts
	numbers := json.NewDecoder(strings.NewReader(text))
	numbers.UseNumber()
	for _, err := range []error{yaml.Load([]byte(text), &fromYAML), json.Unmarshal([]byte(text), &fromJSON), numbers.Decode(&exact), json.Unmarshal([]byte(text), &facts)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, raw := range map[string]map[string]any{"YAML": fromYAML, "JSON": fromJSON, "JSON with numbers as text": exact, "stored facts": facts} {
		if got, err := c.CheckFacts(raw); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, %v", name, got, err)
		}
	}
	if got, err := c.CheckFacts(nil); err != nil || got == nil || len(got) != 0 {
		t.Errorf("nothing: %#v, %v", got, err)
	}
}

func TestAWrongFactIsRefusedByName(t *testing.T) {
	c := critBook(t)
	for _, tt := range []struct{ name, facts, fact, value, want string }{
		{"a fact nobody asks", "{colour: red}", "colour", "red", "one of the facts owner_count, "},
		{"a word for a yes or no", "{ops_24x7: yes please}", "ops_24x7", "yes please", "true or false"},
		{"a number for a yes or no", "{ops_24x7: 1}", "ops_24x7", "1", "true or false"},
		{"a value out of the list", "{infra_scope: ca_nuoc}", "infra_scope", "ca_nuoc", "one of mot_co_quan, nhieu_co_quan_trong_nganh_tinh, toan_quoc, quoc_gia_quoc_te"},
		{"a list for one value", "{infra_scope: [toan_quoc]}", "infra_scope", "[toan_quoc]", "one of "},
		{"one value for a set", "{info_types: rieng}", "info_types", "rieng", "some of cong_cong, rieng, ca_nhan, bi_mat_nha_nuoc"},
		{"an empty set", "{info_types: []}", "info_types", "[]", "some of "},
		{"a value out of the set", "{info_types: [rieng, mat]}", "info_types", "[rieng mat]", "some of "},
		{"a set with no words in it", "{info_types: [1]}", "info_types", "[1]", "some of "},
		{"too high a number", "{dvc_level: 5}", "dvc_level", "5", "a whole number from -1 to 4"},
		{"too low a number", "{online_user_count: -1}", "online_user_count", "-1", "a whole number from 0 or not_countable"},
		{"half a user", "{online_user_count: 0.5}", "online_user_count", "0.5", "a whole number"},
		{"a number in quotes", `{online_user_count: "12"}`, "online_user_count", "12", "a whole number"},
		{"a word another fact knows", "{dvc_level: not_countable}", "dvc_level", "not_countable", "a whole number"},
		{"components that are no list", "{components: {name: một}}", "components", "map[name:một]", "a list of components"},
		{"a component that has no name", "{components: [{facts: {}}]}", "components.0.name", "<nil>", "a name no other component has"},
		{"two components of one name", "{components: [{name: một}, {name: một}]}", "components.1.name", "một", "a name no other"},
		{"a component with more than name and facts", "{components: [{name: một, level: 3}]}", "components.0.level", "3", "only name and facts"},
		{"a wrong fact of a component", "{components: [{name: một, facts: {dvc_level: 9}}]}", "components.0.dvc_level", "9", "a whole number from -1 to 4"},
		{"components within components", "{components: [{name: một, facts: {components: []}}]}", "components.0.components", "[]", "one of the facts owner_count"},
		{"facts of a component that are a list", "{components: [{name: một, facts: [1]}]}", "components.0.facts", "[1]", "facts by their keys"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var raw map[string]any
			if err := yaml.Load([]byte(tt.facts), &raw); err != nil {
				t.Fatal(err)
			}
			_, err := c.CheckFacts(raw)
			var fe *FactError
			if !errors.As(err, &fe) {
				t.Fatalf("got %v", err)
			}
			if fe.Fact != tt.fact || fe.Value != tt.value || !strings.HasPrefix(fe.Want, tt.want) {
				t.Errorf("got %s %q, want %q", fe.Fact, fe.Value, fe.Want)
			}
			if known := c.byKey[tt.fact] != nil; known && len(fe.Basis) == 0 {
				t.Error("cites nothing")
			}
		})
	}
}

func TestAnUncheckedFactCountsAsUnknown(t *testing.T) {
	c := critBook(t)
	v := c.Classify(Facts{"system_types": "noi_bo", "info_types": 3, "dvc_level": "many", componentsFact: "none"})
	if v.Known || v.Manual || v.AtLeast != 0 || v.Missing[0] != "system_types" {
		t.Errorf("got %+v", v)
	}
}
