package workflow_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"capdo/workflow"
)

// decided takes a level-2 dossier of a system to its decision and gives the case.
func (p *province) decided(id string) string {
	p.t.Helper()
	p.must("chi", workflow.Want{Act: "accept_valid", Case: id})
	p.must("chi", workflow.Want{Act: "conclude_fit", Case: id, With: workflow.With{"points": map[string]any{"a": "fit", "b": "fit", "c": "fit"}}})
	p.must("dung", workflow.Want{Act: "approve", Case: id, With: workflow.With{"quy_che": "1/QĐ", "quy_che_date": "2022-02-01"}})
	return id
}

// lastOf is the last paper of a form in a case, whole.
func (p *province) lastOf(id, form string) workflow.Paper {
	p.t.Helper()
	list, err := p.Papers(ctx, id)
	if err != nil {
		p.t.Fatal(err)
	}
	var out workflow.Paper
	for _, one := range list {
		if one.Form == form && !one.Draft {
			out = one
		}
	}
	if out, err = p.Paper(ctx, out.ID); err != nil {
		p.t.Fatal(err)
	}
	return out
}

func (p *province) stateOf(paper workflow.Paper) string {
	p.t.Helper()
	v, err := p.VerifyCode(ctx, paper.Facts.Proof.Code)
	if err != nil {
		p.t.Fatal(err)
	}
	return v.State
}

func TestWhoeverHoldsADecisionMayCheckIt(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	p.ok(p.Store.SetSetting(t.Context(), "base_url", "https://capdo.example.vn"))
	p.Seal = func(context.Context) (string, error) { return "12: 9F3A07C155D2", nil }
	d := p.lastOf(p.decided(p.submitted(2, "s2")), "form-06")
	f := d.Facts.Proof
	if f == nil || !regexp.MustCompile(`^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$`).MatchString(f.Code) || f.Link != "https://capdo.example.vn/verify/"+f.Code {
		t.Fatalf("the decision carries %+v", f)
	}
	for _, want := range []string{f.Code, "https://capdo.example.vn/verify", "Điểm kiểm chứng số 12: 9F3A07C155D2"} {
		if !strings.Contains(d.Text, want) {
			t.Errorf("the decision does not print %q", want)
		}
	}
	sum := sha256.Sum256(d.PDF)
	want := workflow.Verified{Form: "form-06", Number: d.Number, Date: d.Date, Issuer: "Sở Thông tin và Truyền thông", Level: 2, State: "in_force", SHA256: hex.EncodeToString(sum[:])}
	for _, typed := range []string{f.Code, strings.ToLower(f.Code), strings.ReplaceAll(f.Code, "-", " "), " " + strings.ReplaceAll(f.Code, "-", "") + "\n", strings.NewReplacer("O", "0", "I", "1", "B", "8").Replace(f.Code)} {
		if v, err := p.VerifyCode(ctx, typed); err != nil || *v != want {
			t.Errorf("%q: %+v, %v", typed, v, err)
		}
	}
	if v, err := p.VerifyHash(ctx, strings.ToUpper(want.SHA256)); err != nil || *v != want {
		t.Errorf("by its hash: %+v, %v", v, err)
	}
	told, _ := json.Marshal(want)
	for _, secret := range []string{"Hệ thống s2", "s2", "Trần", "dung"} {
		if strings.Contains(strings.ReplaceAll(string(told), want.SHA256, ""), secret) {
			t.Errorf("the answer tells %q", secret)
		}
	}
}

func TestACodeThatCannotBeOneIsAnsweredLikeOneOfNoPaper(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	p.decided(p.submitted(2, "s2"))
	var words []string
	for _, code := range []string{"AAAA-BBBB-CCCC-DDDD", "", "AAAA", "AAAA-BBBB-CCCC-DDD9", "AAAA-BBBB-CCCC-DDDDE", "'; DROP TABLE codes", strings.Repeat("A", 1<<20), "ĐĐĐĐ-BBBB-CCCC-DDDD", "%"} {
		v, err := p.VerifyCode(ctx, code)
		problem, ok := workflow.ProblemOf(err)
		if v != nil || !ok || problem.Kind != workflow.NotFound {
			t.Fatalf("%.40q: %+v, %v", code, v, err)
		}
		told, _ := json.Marshal(problem)
		if words = append(words, string(told)); words[0] != string(told) {
			t.Errorf("%.40q is told apart: %s, %s", code, words[0], told)
		}
	}
	if _, err := p.VerifyHash(ctx, strings.Repeat("0", 64)); kindOf(err) != workflow.NotFound {
		t.Errorf("a hash of nothing: %v", err)
	}
}

func TestADraftAndALetterCarryNoCode(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	id := p.submitted(2, "s2")
	out, err := p.Preview(ctx, "dung", id, "form-06")
	if err != nil || strings.Contains(out.Text, "Mã kiểm chứng") || !strings.Contains(out.Text, "DỰ THẢO") {
		t.Errorf("a draft: %v\n%s", err, out.Text)
	}
	if one := p.lastOf(p.decided(id), "form-01"); one.Facts.Proof != nil {
		t.Error("a letter carries a code")
	}
}

func TestTwoDecisionsHaveTwoCodesAndTheTableHoldsNone(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	one := p.lastOf(p.decided(p.submitted(2, "s2")), "form-06")
	p.must("dung", workflow.Want{Act: "correct_typo", Case: one.Case, With: workflow.With{"field": "name", "was": "Hệ thống s2", "now": "Hệ thống S2"}})
	two := p.lastOf(one.Case, "correction-decision")
	if one.Facts.Proof.Code == two.Facts.Proof.Code {
		t.Error("one code twice")
	}
	kept, _ := workflow.ProofOf(one)
	row, _ := json.Marshal(kept)
	if code := one.Facts.Proof.Code; strings.Contains(string(row), code) || strings.Contains(string(row), strings.ReplaceAll(code, "-", "")) {
		t.Errorf("the row gives the code: %s", row)
	}
}

func TestTheStateOfADecisionIsToldAsItIsToday(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	id := p.decided(p.submitted(2, "s2"))
	d := p.lastOf(id, "form-06")
	p.must("dung", workflow.Want{Act: "correct_typo", Case: id, With: workflow.With{"field": "name", "was": "Hệ thống s2", "now": "Hệ thống S2"}})
	if got := p.stateOf(d); got != "corrected" {
		t.Errorf("after a correction: %s", got)
	}
	if got := p.stateOf(p.lastOf(id, "correction-decision")); got != "in_force" {
		t.Errorf("the correction: %s", got)
	}
	p.must("giang", workflow.Want{Act: "change_operator", System: "s2", With: workflow.With{"to": "stttt", "no": "60/QĐ-UBND", "date": "2022-03-01"}})
	if got := p.stateOf(d); got != "corrected" {
		t.Errorf("under another operator: %s", got)
	}
	p.must("giang", workflow.Want{Act: "change_operator", System: "s2", With: workflow.With{"to": "sct", "no": "61/QĐ-UBND", "date": "2022-03-01"}})
	again := p.must("binh", workflow.Want{Act: "open_redetermination", System: "s2", Level: 2, With: workflow.With{"trigger": "scope", "reason": "Thay đổi quy mô"}}).Case.ID
	p.must("an", workflow.Want{Act: "attach", Case: again, With: workflow.With{"components": []any{1, 2, 3, 4}}})
	p.must("binh", workflow.Want{Act: "submit", Case: again})
	new := p.lastOf(p.decided(again), "form-06")
	if was, is := p.stateOf(d), p.stateOf(new); was != "superseded" || is != "in_force" {
		t.Errorf("after a new decision: the old %s, the new %s", was, is)
	}
}

func TestAnEditionOfTheRegisterIsHandedOutUnchangedUntilTheRegisterSaysSomethingElse(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	id := p.decided(p.submitted(2, "s2"))
	facts, one, err := p.PrintRegister(ctx, "ubnd", p.Today())
	if err != nil || facts.Proof == nil {
		t.Fatalf("%+v, %v", facts.Proof, err)
	}
	_, again, err := p.PrintRegister(ctx, "ubnd", p.Today())
	if err != nil || string(again.PDF) != string(one.PDF) {
		t.Errorf("the same edition differs: %v", err)
	}
	sum := sha256.Sum256(one.PDF)
	v, err := p.VerifyHash(ctx, hex.EncodeToString(sum[:]))
	if err != nil || v.State != "in_force" || v.Issuer != "Ủy ban nhân dân tỉnh Ninh Thuận" || v.Number != "" || v.Level != 0 {
		t.Errorf("%+v, %v", v, err)
	}
	p.must("dung", workflow.Want{Act: "correct_typo", Case: id, With: workflow.With{"field": "name", "was": "Hệ thống s2", "now": "Hệ thống S2"}})
	newer, two, err := p.PrintRegister(ctx, "ubnd", p.Today())
	if err != nil || newer.Proof.Code == facts.Proof.Code || string(two.PDF) == string(one.PDF) {
		t.Errorf("a changed register is the old edition: %v", err)
	}
	for code, want := range map[string]string{facts.Proof.Code: "superseded", newer.Proof.Code: "in_force"} {
		if v, err := p.VerifyCode(ctx, code); err != nil || v.State != want || v.Date != p.Today() {
			t.Errorf("%+v, %v, want %s", v, err, want)
		}
	}
}

func TestALongRegisterIsPrintedByVolumesThatAreOneEdition(t *testing.T) {
	p := newProvince(t, "2022-03-01")
	var rows []workflow.RegisterEntry
	for i := range workflow.RegisterVolume + 3 {
		id := fmt.Sprintf("e%05d", i)
		rows = append(rows, workflow.RegisterEntry{ID: id, Owner: "ubnd", System: id, SystemName: "Hệ thống", OperatorName: "Sở", Level: 2, Decided: workflow.LooseOf(day("2021-01-04")), From: day("2021-01-04"), Order: i + 1})
	}
	if err := p.Store.Import(ctx, &workflow.Intake{Entries: rows}); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, -1, 3} {
		_, _, err := p.PrintRegisterVolume(ctx, "ubnd", p.Today(), n)
		if problem, ok := workflow.ProblemOf(err); !ok || problem.Key != "register.volumes" || problem.Args["count"] != "2" {
			t.Errorf("volume %d: %v", n, err)
		}
	}
	facts, out, err := p.PrintRegisterVolume(ctx, "ubnd", p.Today(), 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Phụ lục I - Quyển 2/2", "\n20003 | Sở", "Danh sách gồm 20003 hệ thống: 20003 cấp độ 2; quyển này gồm 3 hệ thống."} {
		if !strings.Contains(out.Text, want) {
			t.Errorf("no %q in\n%s", want, out.Text)
		}
	}
	if strings.Contains(out.Text, "\n20000 | ") {
		t.Error("a row of the first volume stands in the second")
	}
	one, _, err := p.PrintRegisterVolume(ctx, "ubnd", p.Today(), 1)
	if err != nil || len(one.Register.Rows) != workflow.RegisterVolume {
		t.Fatalf("the first volume: %v", err)
	}
	for _, f := range []workflow.PaperFacts{one, facts} {
		if v, err := p.VerifyCode(ctx, f.Proof.Code); err != nil || v.State != "in_force" {
			t.Errorf("volume %d: %+v, %v", f.Register.Volume, v, err)
		}
	}
}
