package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"capdo/internal/store"
	"capdo/workflow"
	"capdo/workflow/regime"
)

func legalDay(t *testing.T, s string) regime.Day {
	t.Helper()
	d, err := regime.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// crossing is a province in a real database on its way from one decree to the next:
// levels of both, one case declared, one not.
func crossing(t *testing.T) string {
	t.Helper()
	a, _ := testApp(t)
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "capdo.db")
	st, err := store.Open(ctx, path, store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	now := legalDay(t, "2026-06-22").Start().Add(9 * time.Hour)
	svc := a.over(st, a.book, func() time.Time { return now }, false)
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, o := range []workflow.Office{{ID: "ubnd", Name: "Ủy ban nhân dân tỉnh Ninh Thuận"}, {ID: "stttt", Name: "Sở Thông tin và Truyền thông", Under: "ubnd"}, {ID: "sct", Name: "Sở Công Thương", Under: "ubnd"}} {
		_, err := svc.AddOffice(ctx, o)
		ok(err)
	}
	for id, g := range map[string]workflow.Grant{"an": {Office: "sct", Role: "operator_officer"}, "binh": {Office: "sct", Role: "operator_head"}, "giang": {Office: "ubnd", Role: "owner_head"}} {
		ok(svc.AddPerson(ctx, workflow.Person{ID: id, Name: "Trần " + id, Grants: []workflow.Grant{g}}))
	}
	internal := workflow.Facts{"system_types": []any{"noi_bo"}, "info_types": []any{"rieng"}}
	service := workflow.Facts{"system_types": []any{"phuc_vu_nguoi_dan_dn"}, "info_types": []any{"ca_nhan"}, "dvc_level": 2, "handles_admin_procedures": true}
	for _, s := range []struct {
		id, on string
		level  int
		facts  workflow.Facts
	}{{"cong", "2020-05-04", 2, service}, {"du-an", "", 0, internal}, {"ho-so", "", 0, internal}, {"moi", "2026-09-10", 2, internal}, {"van-ban", "2023-05-04", 2, internal}} {
		ok(svc.AddSystem(ctx, &workflow.System{ID: s.id, Name: "Hệ thống " + s.id, Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt", Facts: s.facts}))
		if s.level > 0 {
			ok(svc.AdoptDecision(ctx, s.id, s.level, workflow.LooseOf(legalDay(t, s.on)), "ubnd", "1/QĐ"))
		}
	}
	act := func(who string, w workflow.Want) {
		t.Helper()
		_, err := svc.Act(ctx, who, w)
		ok(err)
	}
	act("an", workflow.Want{Act: "create", NewCase: "d1", System: "du-an", Level: 2, Track: "project"})
	act("an", workflow.Want{Act: "create", NewCase: "d2", System: "ho-so", Level: 2, Track: "operating"})
	now = legalDay(t, "2026-07-06").Start()
	act("giang", workflow.Want{Act: "declare_transition", Case: "d1", With: workflow.With{"project_no": "9/QĐ", "project_date": "2026-02-02"}})
	ok(st.Close())
	return path
}

func commanded(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(context.Background(), args, strings.NewReader(""), &out, &errs); code != want {
		t.Fatalf("%v: exit %d, want %d\n%s%s", args, code, want, out.String(), errs.String())
	}
	return out.String()
}

// kept is everything the database says of systems, cases and history.
func kept(t *testing.T, path string) (all []any) {
	t.Helper()
	st, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	systems, err := st.Systems(t.Context(), workflow.SystemQuery{})
	if err != nil {
		t.Fatal(err)
	}
	cases, err := st.Cases(t.Context(), workflow.CaseQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range systems {
		events, err := st.Events(t.Context(), workflow.EventQuery{System: s.ID})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s, events)
	}
	for _, c := range cases {
		events, err := st.Events(t.Context(), workflow.EventQuery{Case: c.ID})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c, events)
	}
	return all
}

func TestImpactTellsAndChangesNothing(t *testing.T) {
	path := crossing(t)
	before := kept(t, path)
	text := commanded(t, 0, "impact", "--from", "nd85-tt12", "--to", "nd331", "--on", "2026-11-24", "--db", path)
	for _, want := range []string{"TCVN 11930:2017 → TCVN 14423:2026 UNVERIFIED", "D-APP-3", "15 ngày làm việc (law)", "Hệ thống: 5 (giữ cấp độ 2, gợi ý xác định lại 1,",
		"2 (NĐ 85/2016)", "2 (NĐ 331/2026)", "gợi ý xác định lại lên cấp độ 3", "Hồ sơ đang mở: 2 (phải khai hoặc chuyển 1)", "chuyển tiếp tới 2026-12-31",
		"khai chuyển tiếp hoặc chọn bộ mới", "2027-06-30", "UNVERIFIED [Luật 116/2025 Đ45 k1]"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "‹") {
		t.Errorf("words are missing:\n%s", text)
	}
	if en := commanded(t, 0, "impact", "--from", "nd85-tt12", "--to", "nd331", "--on", "2027-08-01", "--owner", "ubnd", "--lang", "en", "--db", path); !strings.Contains(en, "measures overdue since 2027-06-30") || !strings.Contains(en, "the new set must be chosen") || strings.Contains(en, "‹") {
		t.Errorf("%s", en)
	}
	var got workflow.Impact
	if err := json.Unmarshal([]byte(commanded(t, 0, "impact", "--from", "nd85-tt12", "--to", "nd331", "--on", "2026-11-24", "--json", "--db", path)), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Systems) != 5 || len(got.Cases) != 2 || got.Systems[0].Suggest != "redetermine" || got.Systems[0].After.Level != 3 || got.Systems[0].Level != 2 || got.Cases[1].Suggest != "declare_or_switch" {
		t.Errorf("%+v", got)
	}
	if after := kept(t, path); !reflect.DeepEqual(before, after) {
		t.Error("looking changed what is kept")
	}
	for _, args := range [][]string{{"--from", "nd85-tt12"}, {"--from", "nd331", "--to", "nd85-tt12"}, {"--from", "nd85-tt12", "--to", "nd999"}, {"--from", "nd85-tt12", "--to", "nd331", "--on", "2026-02-30"}, {"--from", "nd85-tt12", "--to", "nd331", "--owner", "không có"}} {
		var out, errs bytes.Buffer
		if code := run(context.Background(), append([]string{"impact", "--db", path}, args...), strings.NewReader(""), &out, &errs); code == 0 || errs.Len() == 0 {
			t.Errorf("%v: exit %d, %s", args, code, errs.String())
		}
	}
}

func TestEveryConsequenceHasWordsInBothLanguages(t *testing.T) {
	a, _ := testApp(t)
	for _, lang := range []string{"vi", "en"} {
		for _, key := range workflow.ImpactKeys() {
			for _, k := range []string{"impact." + key, "impact." + key + ".says"} {
				if !a.words.Has(lang, k) {
					t.Errorf("%s: no message %s", lang, k)
				}
			}
		}
		for _, unit := range []regime.Unit{regime.CalendarDays, regime.WorkingDays, regime.Months, regime.Hours} {
			if !a.words.Has(lang, "term."+string(unit)) {
				t.Errorf("%s: no words for %s", lang, unit)
			}
		}
	}
}

func TestARegisterOfTwoRuleSetsSaysSoInEveryFormat(t *testing.T) {
	path := crossing(t)
	args := func(more ...string) []string {
		return append([]string{"print", "register", "--db", path, "--owner", "ubnd", "--on", "2026-10-01"}, more...)
	}
	for _, format := range []string{"text", "csv"} {
		out := strings.Join(strings.Fields(commanded(t, 0, args("--format", format)...)), " ")
		for _, want := range []string{"2 (NĐ 85/2016)", "2 (NĐ 331/2026)", "02 cấp độ 2 (NĐ 85/2016), 01 cấp độ 2 (NĐ 331/2026)"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in %s", format, want, out)
			}
		}
	}
	for _, format := range []string{"xlsx", "pdf"} {
		file := filepath.Join(t.TempDir(), "so."+format)
		commanded(t, 0, args("--format", format, "--out", file)...)
		if info, err := os.Stat(file); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", format, err)
		}
	}
	var rows []workflow.RegisterLine
	if err := json.Unmarshal([]byte(commanded(t, 0, args("--json")...)), &rows); err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	sets := map[string]int{}
	for _, r := range rows {
		sets[r.RuleSet]++
	}
	if sets["NĐ 85/2016"] != 2 || sets["NĐ 331/2026"] != 1 {
		t.Errorf("%v", sets)
	}
}
