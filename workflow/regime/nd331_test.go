package regime

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const r331 = "nd331"

func crit331(t testing.TB) *Criteria {
	t.Helper()
	c, err := readCriteria(os.DirFS("."), r331+"/criteria.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The rest of a citizen service that no other criterion touches.
const service = "system_types: [phuc_vu_nguoi_dan_dn], info_types: [ca_nhan], handles_admin_procedures: false, conditional_business: false"

func TestTheCriteriaOfTheSecondDecreeDecideAsTheyAreWritten(t *testing.T) {
	c := crit331(t)
	for _, tt := range []struct{ name, facts, level, criteria, floors string }{
		{"internal use with public information is level 1", "{system_types: [noi_bo], info_types: [cong_cong]}", "1", "R331-L1-01", ""},
		{"a risk assessment may say level 1", "{system_types: [khac], info_types: [cong_cong], risk_assessed_level: 1}", "1", "R331-L1-02", ""},
		{"internal use with personal information is level 2, however many people", "{system_types: [noi_bo], info_types: [ca_nhan], basic_data_subjects: 5000000}", "2", "R331-L2-01", ""},
		{"internal use with a state secret is no level 2", "{system_types: [noi_bo], info_types: [rieng, bi_mat_nha_nuoc], harm_defence_security: khong}", "3", "", "F331-01"},
		{"a state secret whose harm is not yet known stays open at 3", "{system_types: [noi_bo], info_types: [bi_mat_nha_nuoc]}", "unknown", "", "F331-01"},
		{"a service off the conditional list is level 2", "{" + service + ", basic_data_subjects: 0, sensitive_data_subjects: 0}", "2", "R331-L2-02", ""},
		{"a service on the conditional list is level 3, without any user", "{system_types: [phuc_vu_nguoi_dan_dn], info_types: [cong_cong], conditional_business: true, handles_admin_procedures: false, basic_data_subjects: 0, sensitive_data_subjects: 0}", "3", "R331-L3-02", ""},
		{"settling administrative procedures is level 3", "{system_types: [phuc_vu_nguoi_dan_dn], info_types: [cong_cong], handles_admin_procedures: true}", "3", "R331-L3-04", ""},
		{"whether procedures are settled is a question, never guessed", "{system_types: [phuc_vu_nguoi_dan_dn], info_types: [cong_cong], conditional_business: false, basic_data_subjects: 0, sensitive_data_subjects: 0}", "unknown", "R331-L2-02", ""},
		{"99 999 and 9 999 subjects are below both limits", "{" + service + ", other_online_service: true, basic_data_subjects: 99999, sensitive_data_subjects: 9999}", "2", "R331-L2-02 R331-L2-03", ""},
		{"100 000 subjects of basic data are level 3", "{" + service + ", other_online_service: true, basic_data_subjects: 100000, sensitive_data_subjects: 0}", "3", "R331-L2-02 R331-L3-03", ""},
		{"10 000 subjects of sensitive data are level 3", "{" + service + ", other_online_service: true, basic_data_subjects: 0, sensitive_data_subjects: 10000}", "3", "R331-L2-02 R331-L3-03", ""},
		{"9 999 users of the first decree say nothing here", "{" + service + ", other_online_service: true, sensitive_data_subjects: 0}", "unknown", "R331-L2-02", ""},
		{"basic data nobody can count counts as 100 000", "{" + service + ", other_online_service: true, basic_data_subjects: not_countable, sensitive_data_subjects: 0}", "3", "R331-L2-02 R331-L3-03", ""},
		{"sensitive data nobody can count counts as 10 000", "{" + service + ", other_online_service: true, basic_data_subjects: 0, sensitive_data_subjects: not_countable}", "3", "R331-L2-02 R331-L3-03", ""},
		{"the limits do not bind data that is neither private nor personal", "{system_types: [phuc_vu_nguoi_dan_dn], info_types: [cong_cong], handles_admin_procedures: false, conditional_business: false, other_online_service: true, basic_data_subjects: 0, sensitive_data_subjects: 0}", "2", "R331-L2-02", ""},
		{"a public service without procedures, over the limit, is held at 3 for review", "{" + service + ", other_online_service: false, basic_data_subjects: 100000, sensitive_data_subjects: 0}", "3", "R331-L2-02", "F331-06"},
		{"under the limit it is not", "{" + service + ", other_online_service: false, basic_data_subjects: 99999, sensitive_data_subjects: 9999}", "2", "R331-L2-02", ""},
		{"infrastructure of one body is level 2", "{system_types: [ha_tang], info_types: [rieng], infra_scope: mot_co_quan}", "2", "R331-L2-04", ""},
		{"infrastructure of many bodies of one ministry, sector or province is level 3", "{system_types: [ha_tang], info_types: [rieng], infra_scope: nhieu_co_quan_trong_nganh_tinh}", "3", "R331-L3-05", ""},
		{"nationwide infrastructure that never stops is level 4", "{system_types: [ha_tang], info_types: [rieng], infra_scope: toan_quoc, ops_24x7: true, no_unplanned_downtime: true}", "4", "R331-L4-03", ""},
		{"one of the two conditions is not enough, and is held at 3", "{system_types: [ha_tang], info_types: [rieng], infra_scope: toan_quoc, ops_24x7: true, no_unplanned_downtime: false}", "3", "", "F331-02"},
		{"infrastructure to the world is level 5", "{system_types: [ha_tang], info_types: [rieng], infra_scope: quoc_gia_quoc_te}", "5", "R331-L5-03", ""},
		{"a national system of e-government that never stops is level 4", "{system_types: [khac], info_types: [rieng], national_egov: true, ops_24x7: true, no_unplanned_downtime: true}", "4", "R331-L4-02", ""},
		{"control of a grade II work is level 3", "{system_types: [dieu_khien_cn], info_types: [rieng], construction_grade: cap_ii}", "3", "R331-L3-06", ""},
		{"control of a grade IV work is level 3", "{system_types: [dieu_khien_cn], info_types: [rieng], construction_grade: cap_iv}", "3", "R331-L3-06", ""},
		{"control of a grade I work is level 4", "{system_types: [dieu_khien_cn], info_types: [rieng], construction_grade: cap_i}", "4", "R331-L4-04", ""},
		{"control of a special work is level 5", "{system_types: [dieu_khien_cn], info_types: [rieng], construction_grade: dac_biet}", "5", "R331-L5-04", ""},
		{"harm to national security is level 3", "{system_types: [khac], info_types: [bi_mat_nha_nuoc], harm_defence_security: ton_hai}", "3", "R331-L3-01", ""},
		{"serious harm is level 4", "{system_types: [khac], info_types: [rieng], serves_defence_security: true, harm_defence_security: nghiem_trong}", "4", "R331-L4-01", ""},
		{"exceptional harm of a strategic system is level 5", "{system_types: [khac], info_types: [bi_mat_nha_nuoc], harm_defence_security: dac_biet_nghiem_trong, strategic_system: true}", "5", "R331-L5-01", ""},
		{"exceptional harm of a system that is not strategic is held at 4, and flagged", "{system_types: [khac], info_types: [bi_mat_nha_nuoc], harm_defence_security: dac_biet_nghiem_trong, strategic_system: false}", "4", "", "F331-03 F331-05"},
		{"whether it is strategic must be known", "{system_types: [khac], info_types: [bi_mat_nha_nuoc], harm_defence_security: dac_biet_nghiem_trong}", "unknown", "", ""},
		{"a store of special national data is level 5", "{system_types: [khac], info_types: [rieng], special_national_data_store: true}", "5", "R331-L5-02", ""},
		{"no criterion leaves it to the appraiser", "{system_types: [khac], info_types: [rieng]}", "manual", "", "F331-04"},
		{"the harm scale flags a level above and does not raise it", "{system_types: [noi_bo], info_types: [rieng], harm_social_order: ton_hai}", "2", "R331-L2-01", "F331-05"},
		{"the harm scale at the level raises no flag", "{system_types: [noi_bo], info_types: [rieng], harm_public_interest: ton_hai}", "2", "R331-L2-01", ""},
		{"a list of no criteria of national security is an answer", "{system_types: [noi_bo], info_types: [rieng], nsi_criteria: []}", "2", "R331-L2-01", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := c.Classify(critFacts(t, c, tt.facts))
			if got := critLevel(v); got != tt.level || strings.Join(v.Criteria, " ") != tt.criteria || strings.Join(v.Floors, " ") != tt.floors {
				t.Errorf("level %s by %v, floors %v; want %s by %s, floors %s", got, v.Criteria, v.Floors, tt.level, tt.criteria, tt.floors)
			}
			if tt.level == "unknown" && len(v.Missing) == 0 {
				t.Error("unknown without saying what is missing")
			}
		})
	}
}

func TestThePrimeMinisterAndARiskAssessmentPlaceASystemAtAnyLevel(t *testing.T) {
	c := crit331(t)
	for level, clause := range map[int]Citation{2: "NĐ 331/2026 Đ12 k4", 3: "NĐ 331/2026 Đ13 k5", 4: "NĐ 331/2026 Đ14 k4", 5: "NĐ 331/2026 Đ15 k5"} {
		for _, fact := range []string{"pm_decided_level", "risk_assessed_level"} {
			v := c.Classify(Facts{"system_types": []string{"khac"}, "info_types": []string{"rieng"}, fact: level})
			if !v.Known || v.Level != level || len(v.Criteria) != 1 || !slices.Equal(v.Basis, []Citation{clause}) {
				t.Errorf("%s %d: %+v", fact, level, v)
			}
		}
	}
	v := c.Classify(Facts{"system_types": []string{"ha_tang"}, "info_types": []string{"rieng"}, "infra_scope": "nhieu_co_quan_trong_nganh_tinh", "risk_assessed_level": 2})
	if v.Level != 3 || !v.Overlap {
		t.Errorf("a lower risk lowers a matched criterion: %+v", v)
	}
	if x := c.Contradictions(Facts{"pm_decided_level": 1}); len(x) != 1 || x[0].ID != "X331-04" {
		t.Errorf("a decision to level 1, of which no clause speaks: %+v", x)
	}
}

func TestComponentsStillDecideByTheHighestAsAReading(t *testing.T) {
	c := crit331(t)
	v := c.Classify(critFacts(t, c, "components: [{name: một, facts: {system_types: [noi_bo], info_types: [rieng], harm_org_rights: dac_biet_nghiem_trong}}, {name: hai, facts: {system_types: [phuc_vu_nguoi_dan_dn], info_types: [ca_nhan], handles_admin_procedures: true}}]"))
	if !v.Known || v.Level != 3 || !slices.Contains(v.Basis, "NĐ 331/2026 Đ8 k2") || c.Principles["P3"].Origin != Reading {
		t.Errorf("%+v", v)
	}
	if !slices.Equal(v.Parts[0].Floors, []string{"F331-05"}) || len(v.Floors) != 0 || v.Scale != 3 {
		t.Errorf("the scale is held against the part for the part, against the system for the system: %+v", v)
	}
}

func TestStatedFactsOfTheSecondDecreeMustAgree(t *testing.T) {
	c := crit331(t)
	for _, tt := range []struct{ name, facts, id string }{
		{"procedures of a system that serves nobody outside", "{system_types: [noi_bo], handles_admin_procedures: true}", "X331-01"},
		{"subjects of basic data where none is processed", "{info_types: [cong_cong], basic_data_subjects: 1}", "X331-02"},
		{"subjects of sensitive data where none is processed", "{info_types: [cong_cong], sensitive_data_subjects: not_countable}", "X331-03"},
		{"no subjects of data that is not there agree", "{info_types: [cong_cong], basic_data_subjects: 0, sensitive_data_subjects: 0}", ""},
		{"a service with procedures agrees", "{system_types: [phuc_vu_nguoi_dan_dn, noi_bo], handles_admin_procedures: true}", ""},
		{"types nobody stated contradict nothing", "{handles_admin_procedures: true, basic_data_subjects: 7}", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := c.Contradictions(critFacts(t, c, tt.facts))
			if len(got) != min(len(tt.id), 1) || len(got) == 1 && got[0].ID != tt.id {
				t.Errorf("got %+v, want %s", got, tt.id)
			}
		})
	}
}

func TestBadTextOfAHarmScaleIsRefused(t *testing.T) {
	good := strings.Replace(critText, "5: e}}", "5: e}, table: {3: {harm: [some]}}}", 1)
	good = strings.Replace(good, "contradictions:", "  - {id: F-03, scale_above: true, flag: review, basis: [\"NĐ 1/2016 Đ9\"], origin: design, verified: primary, explain: \"above\"}\ncontradictions:", 1)
	if err := critReadText(good); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, old, new, want string }{
		{"a table of no fact", "{harm: [some]}", "{mood: [some]}", "harm_scale: mood is no fact with a list"},
		{"a table of a fact without a list", "{harm: [some]}", "{users: [some]}", "harm_scale: users is no fact with a list"},
		{"a value the fact does not know", "{harm: [some]}", "{harm: [much]}", "harm_scale: much is no value of harm"},
		{"a level that is none", "{3: {harm", "{6: {harm", "harm_scale: no level 6"},
		{"a scale to compare with that has no table", ", table: {3: {harm: [some]}}", "", "needs a table"},
		{"a floor of two kinds", "scale_above: true", "scale_above: true, min_level: 2", "either min_level or manual or scale_above"},
		{"a second one", "min_level: 3,", "scale_above: true,", "a second scale_above floor"},
		{"a rule that claims to be one", "    level: 2", "    level: 2\n    scale_above: true", "belong to no rule"},
		{"an op that means nothing for the fact", "op: has, value: in", "op: eq, value: in", "eq does not fit types, which is a set"},
		{"a number compared with a word", "op: gte, value: 10", "op: eq, value: ten", "users eq takes number, not ten"},
		{"an empty answer to what is no set", "min: 0,", "min: 0, may_be_empty: true,", "may_be_empty belongs to a set"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(good, tt.old, tt.new, 1)
			if err := critReadText(text); text == good || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestTheSecondDecreeHoldsWhatItsNotesHold(t *testing.T) {
	b, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	r, ok := b.ByKey(r331)
	if !ok {
		t.Fatal("no nd331")
	}
	if rules, floors := r.Criteria.Sizes(); rules != 28 || floors != 6 {
		t.Errorf("%d rules, %d floors", rules, floors)
	}
	if r.Verified != PrimaryCopy || r.StandardVerified != Unverified || len(r.CarriesOn) != 0 {
		t.Errorf("marks %s, %s; carries on %v", r.Verified, r.StandardVerified, r.CarriesOn)
	}
	for _, name := range GuardNames {
		if name == "copies_complete" {
			continue // the decree sets no number of copies
		}
		if g, ok := r.Guards[name]; !ok || slices.ContainsFunc(g.Basis, func(c Citation) bool {
			return strings.Contains(string(c), "85/2016") || strings.HasPrefix(string(c), "TT ")
		}) {
			t.Errorf("guard %s: %v", name, g)
		}
	}
	for _, key := range TransitionCases {
		if _, ok := r.Transition[key]; !ok {
			t.Errorf("the transition does not speak of %s", key)
		}
	}
	for day, want := range map[string]int{"2026-08-19": 2, "2026-06-15": 0} {
		if got := r.Bases("request", calDay(t, day)); len(got) != want {
			t.Errorf("on %s papers rest on %q", day, got)
		}
	}
	old, _ := b.ByKey(tt12)
	if last := r.Deadlines["D-TRANS-6"].Until.AddDays(-1); last != old.Declared.Until {
		t.Errorf("the six months end on %s here, on %s there", last, old.Declared.Until)
	}
}

func TestARegimeWhoseFilesDoNotHoldTogetherIsRefused(t *testing.T) {
	for _, c := range []struct{ says, file, old, with, reason string }{
		{"a transition nobody knows", "nd331/regime.yaml", "level_kept:", "level_lost:", "unknown case level_lost"},
		{"a transition without a mark", "nd331/regime.yaml", `basis: ["Luật 116/2025 Đ45 k1"], origin: law, verified: primary}`, `basis: ["Luật 116/2025 Đ45 k1"], origin: law}`, "needs basis, origin and mark"},
		{"a transition by a deadline that is not there", "nd331/regime.yaml", "deadline: D-MEAS-12", "deadline: D-MEAS-13", "no deadline D-MEAS-13"},
		{"a deadline by a fact that is not asked", "nd331/deadlines.yaml", "also: nsi_listed", "also: nsi_lost", "no yes/no fact nsi_lost"},
		{"a deadline by a fact that is no yes or no", "nd331/deadlines.yaml", "also: nsi_listed", "also: system_types", "no yes/no fact system_types"},
		{"a way of counting without its mark", "nd331/deadlines.yaml", "counting: {origin: reading, verified: UNVERIFIED,", "counting: {origin: reading,", "counting needs origin, mark and note"},
		{"a regime without a label", "nd331/regime.yaml", "short: NĐ 331/2026\n", "", "has no label"},
	} {
		t.Run(c.says, func(t *testing.T) {
			_, err := Read(changed(t, c.file, c.old, c.with))
			if err == nil || !strings.Contains(err.Error(), c.reason) || !strings.Contains(err.Error(), c.file) {
				t.Errorf("got %v, want %q in %s", err, c.reason, c.file)
			}
		})
	}
}

func TestARegimeInheritsThroughTheWholeLine(t *testing.T) {
	files := fstest.MapFS{"a/regime.yaml": {Data: []byte("like: b")}, "b/regime.yaml": {Data: []byte("like: c")}, "c/regime.yaml": {Data: []byte("like: a")}}
	if got := lineage(files, "a"); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("a circle is walked once: %v", got)
	}
}
