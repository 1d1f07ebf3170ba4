package main

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"capdo/internal/press"
	"capdo/templates"
	"capdo/workflow"
	"capdo/workflow/memory"
	"capdo/workflow/regime"
)

// folder is a copy of files that a test may add to and change.
func folder(t *testing.T, files fs.FS) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(files, name)
		out[name] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// derive writes a file as another one with some texts replaced everywhere.
func derive(t *testing.T, m fstest.MapFS, to, from string, pairs ...string) {
	t.Helper()
	text := string(m[from].Data)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("%s does not hold %q", from, pairs[i])
		}
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	m[to] = &fstest.MapFile{Data: []byte(text)}
}

const invented = "nd9-2027"

// inventedLaw is the law of the program with one more decree: its own first day, nine
// working days for level 3, half the number of data subjects. The decree before it ends.
func inventedLaw(t *testing.T) *regime.Book {
	t.Helper()
	law := folder(t, regime.Files())
	derive(t, law, "nd331/regime.yaml", "nd331/regime.yaml", "from: 2026-08-19\n", "from: 2026-08-19\nto: 2027-02-28\n")
	law[invented+"/regime.yaml"] = &fstest.MapFile{Data: []byte(`key: nd9-2027
like: nd331
title: Nghị định 9/2027/NĐ-CP (tưởng tượng)
short: NĐ 9/2027
from: 2027-03-01
basis: ["NĐ 9/2027 Đ40"]
verified: UNVERIFIED
standard: TCVN 14423:2026
copies: [{levels: [1, 2, 3], originals: 1, copies: 2}]
numbers: ["NĐ 30/2020 Đ15 k1"]
redetermine: ["NĐ 9/2027 Đ25"]
texts: [{text: "Nghị định số 9/2027/NĐ-CP (tưởng tượng)"}]
`)}
	derive(t, law, invented+"/deadlines.yaml", "nd331/deadlines.yaml", `amount: 15, unit: working_day, starts: ngay_nhan_du_ho_so_hop_le, levels: [3], basis: ["NĐ 331/2026 Đ23 k3 a"]`,
		`amount: 9, unit: working_day, starts: ngay_nhan_du_ho_so_hop_le, levels: [3], basis: ["NĐ 9/2027 Đ23"]`)
	derive(t, law, invented+"/criteria.yaml", "nd331/criteria.yaml", "value: 100000", "value: 50000", "R331-", "R9-")
	book, err := regime.Read(law)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func inventedForms(t *testing.T) *templates.Templates {
	t.Helper()
	forms := folder(t, templates.Files())
	derive(t, forms, "forms/"+invented+"/form-02.yaml", "forms/nd85-tt03/form-02.yaml", "V/v đề nghị thẩm định hồ sơ đề xuất cấp độ an toàn hệ thống thông tin", "V/v xin thẩm định theo quy định tưởng tượng")
	list := forms["forms/regimes.yaml"]
	list.Data = append(list.Data, []byte(invented+": {like: nd331}\n")...)
	words, err := templates.Read(forms)
	if err != nil {
		t.Fatal(err)
	}
	return words
}

// TestANewRuleSetIsAFolder plays a dossier under a decree that the program has
// never heard of, given as files alone.
func TestANewRuleSetIsAFolder(t *testing.T) {
	a, _ := testApp(t)
	ctx, ids := context.Background(), 0
	now := legalDay(t, "2027-03-08").Start().Add(9 * time.Hour)
	svc := workflow.New(workflow.Config{Book: inventedLaw(t), Store: memory.New(), Rights: a.rights, Printer: press.New(inventedForms(t)),
		Clock: func() time.Time { return now }, NewID: func(kind string) string { ids++; return fmt.Sprintf("%s-%d", kind, ids) }})
	for _, o := range []workflow.Office{{ID: "ubnd", Name: "Ủy ban nhân dân tỉnh Ninh Thuận"}, {ID: "skhcn", Name: "Sở Khoa học và Công nghệ", Under: "ubnd"}, {ID: "sct", Name: "Sở Công Thương", Under: "ubnd"}} {
		if _, err := svc.AddOffice(ctx, o); err != nil {
			t.Fatal(err)
		}
	}
	for id, g := range map[string]workflow.Grant{"an": {Office: "sct", Role: "operator_officer"}, "binh": {Office: "sct", Role: "operator_head"},
		"chi": {Office: "skhcn", Role: "sdu_officer"}, "giang": {Office: "ubnd", Role: "owner_head"}} {
		if err := svc.AddPerson(ctx, workflow.Person{ID: id, Name: "Trần " + id, Grants: []workflow.Grant{g}}); err != nil {
			t.Fatal(err)
		}
	}
	facts := workflow.Facts{"system_types": []any{"phuc_vu_nguoi_dan_dn"}, "info_types": []any{"ca_nhan"}, "handles_admin_procedures": false,
		"conditional_business": false, "other_online_service": true, "basic_data_subjects": 60000, "sensitive_data_subjects": 0}
	for _, id := range []string{"cong", "cu"} {
		if err := svc.AddSystem(ctx, &workflow.System{ID: id, Name: "Cổng " + id, Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "skhcn", Facts: facts}); err != nil {
			t.Fatal(err)
		}
	}
	if err := svc.AdoptDecision(ctx, "cu", 2, workflow.LooseOf(legalDay(t, "2026-10-05")), "ubnd", "7/QĐ-UBND"); err != nil {
		t.Fatal(err)
	}
	act := func(who string, w workflow.Want) *workflow.Outcome {
		t.Helper()
		out, err := svc.Act(ctx, who, w)
		if err != nil {
			t.Fatalf("%s by %s: %v", w.Act, who, err)
		}
		return out
	}
	act("an", workflow.Want{Act: "create", NewCase: "d1", System: "cong", Level: 3, Track: "operating"})
	act("an", workflow.Want{Act: "attach", Case: "d1", With: workflow.With{"components": []any{1, 2, 3, 4}, "risk_assessment": true}})
	sent := act("binh", workflow.Want{Act: "submit", Case: "d1"})
	if i := slices.IndexFunc(sent.Papers, func(p workflow.Paper) bool { return p.Form == "form-02" }); i < 0 || sent.Papers[i].Regime != invented ||
		!strings.Contains(strings.Join(strings.Fields(sent.Papers[i].Text), " "), "xin thẩm định theo quy định tưởng tượng") {
		t.Errorf("the request is not of the new form: %+v", sent.Papers)
	}
	now = now.AddDate(0, 0, 1)
	taken := act("chi", workflow.Want{Act: "accept_valid", Case: "d1"})
	if due := taken.Case.Due; due == nil || due.Day != legalDay(t, "2027-03-22") || due.Rule != "D-APP-3" || !slices.Contains(due.Basis, "NĐ 9/2027 Đ23") {
		t.Errorf("nine working days from 09-03-2027: %+v", due)
	}
	if taken.Case.Regime != invented || taken.Case.Implied != 3 || !slices.Contains(taken.Case.Present().Verdict.Criteria, "R9-L3-03") {
		t.Errorf("60 000 subjects are level 3 here: %+v", taken.Case)
	}
	act("chi", workflow.Want{Act: "conclude_fit", Case: "d1", With: workflow.With{"points": map[string]any{"a": "fit", "b": "fit", "c": "fit"}}})
	act("binh", workflow.Want{Act: "submit_for_approval", Case: "d1"})
	act("giang", workflow.Want{Act: "approve", Case: "d1", With: workflow.With{"quy_che": "3/QĐ-SCT", "quy_che_date": "2027-01-11"}})

	old, ok := svc.Book.ByKey("nd331")
	if v := old.Criteria.Classify(sent.Case.Present().Facts); !ok || v.Level != 2 {
		t.Errorf("the decree before changed with it: %+v", v)
	}
	rows, err := svc.Register(ctx, "ubnd", svc.Today())
	if counts := svc.CountBySet(rows); err != nil || len(counts) != 2 || counts[1].RuleSet != "NĐ 9/2027" || counts[1].Levels[3] != 1 {
		t.Errorf("%+v %v", counts, err)
	}
	got, err := svc.Impact(ctx, workflow.ImpactOrder{From: "nd331", To: invented, On: svc.Today()})
	if err != nil || got.Systems[1].System != "cu" || got.Systems[1].Suggest != "redetermine" {
		t.Errorf("%+v %v", got, err)
	}
}
