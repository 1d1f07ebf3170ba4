package press

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// variants are papers whose text turns on what happened.
func variants() map[string]workflow.PaperFacts {
	out := map[string]workflow.PaperFacts{}
	add := func(name, key, form string, set func(*workflow.PaperFacts)) {
		f := in(key, facts(form))
		set(&f)
		out[name] = f
	}
	expert := &workflow.ExpertFacts{Level: "fit", Plan: "unfit", On: day("2023-02-01")}
	listing := &workflow.CitedPaper{No: "601/QĐ-TTg", Date: day("2026-10-05"), Issuer: "Thủ tướng Chính phủ"}
	centre := workflow.OfficeFacts{ID: "bca", Name: "Bộ Công an", Place: "Hà Nội"}
	add("form-02 of level 4 goes from the owner to the ministry", "nd85-tt12", "form-02", func(f *workflow.PaperFacts) {
		f.Level, f.Expert, f.Extra, f.Issuer, f.To, f.Signatory = 4, expert, []string{"a", "b", "c", "d"}, f.Owner, []workflow.OfficeFacts{centre}, "Vũ Giang"
		f.Sign = workflow.SignFacts{First: "TM. ỦY BAN NHÂN DÂN", Second: "KT. CHỦ TỊCH", Third: "PHÓ CHỦ TỊCH"}
	})
	add("form-02 of level 5 asks for the national list", "nd331", "form-02", func(f *workflow.PaperFacts) {
		f.Level, f.Expert, f.Extra, f.Issuer, f.To, f.Risk = 5, expert, []string{"a", "b", "c"}, f.Owner, []workflow.OfficeFacts{centre}, true
	})
	add("form-05 of level 4 attaches the professional opinion", "nd85-tt12", "form-05", func(f *workflow.PaperFacts) { f.Level, f.Expert = 4, expert })
	add("form-05 of level 5 asks for the plan", "nd85-tt12", "form-05", func(f *workflow.PaperFacts) { f.Level, f.Expert, f.Listing = 5, expert, listing })
	add("form-05 of a listed level 3 asks for the plan", "nd331", "form-05", func(f *workflow.PaperFacts) { f.Expert, f.Listing = expert, listing })
	add("form-06 by a delegate of a level determined again", "nd331", "form-06", func(f *workflow.PaperFacts) {
		f.Delegated = &workflow.CitedPaper{No: "21/QĐ-UBND", Date: day("2026-09-01"), Issuer: f.Owner.Name}
		f.Replaces, f.OldLevel = &workflow.CitedPaper{No: "500/QĐ-UBND", Date: day("2020-05-04"), Issuer: f.Owner.Name}, 2
		f.Sign = workflow.SignFacts{First: "TM. ỦY BAN NHÂN DÂN", Second: "TUQ. CHỦ TỊCH", Third: "GIÁM ĐỐC SỞ THÔNG TIN VÀ TRUYỀN THÔNG"}
	})
	add("form-06 replaces a level known without its decision", "nd85-tt12", "form-06", func(f *workflow.PaperFacts) {
		f.Replaces, f.OldLevel = &workflow.CitedPaper{Date: day("2019-04-30")}, 2
	})
	add("form-04 of a council names another level", "nd331", "form-04", func(f *workflow.PaperFacts) {
		f.Assigned, f.Council, f.Text = &workflow.CitedPaper{No: "301/QĐ-UBND", Date: day("2026-11-02"), Issuer: f.Owner.Name}, []string{"Lê Chi", "Ngô Hải"}, ""
		f.Conclusion = &workflow.Conclusion{Points: map[string]string{"a": "unfit"}, Level: 4, Reason: "Hệ thống phục vụ toàn quốc"}
	})
	add("inspection-comment when the days passed in silence", "nd85-tt12", "inspection-comment", func(f *workflow.PaperFacts) { f.Check.Comment, f.Check.Silent = "", true })
	add("inspection-decision of the whole activity without a plan", "nd85-tt03", "inspection-decision", func(f *workflow.PaperFacts) {
		f.System, f.Operator = "", workflow.OfficeFacts{}
		f.Check.Organisation, f.Check.Systems, f.Check.Inspected, f.Check.Plan, f.Check.From, f.Check.To, f.Check.Quality = true, nil, f.Owner, nil, regime.Day{}, regime.Day{}, ""
		f.Check.Kind = "adhoc"
	})
	add("inspection-report without findings", "nd331", "inspection-report", func(f *workflow.PaperFacts) {
		f.Check.Findings, f.Check.Comment = nil, ""
		f.Check.Contents = []string{"quan_ly_rui_ro", "duy_tri_khac_phuc_ton_tai"}
	})
	add("inspection-conclusion finds a wrong level", "nd331", "inspection-conclusion", func(f *workflow.PaperFacts) { f.Check.Findings[1].WrongLevel = 4 })
	add("overdue-notice of a check", "nd85-tt12", "overdue-notice", func(f *workflow.PaperFacts) { f.Check = check(f); f.Due = nil })
	add("review-note keeps the level", "nd85-tt12", "review-note", func(f *workflow.PaperFacts) { f.Result = "keep" })
	add("correction-decision where no page is known and nothing sealed", "nd331", "correction-decision", func(f *workflow.PaperFacts) {
		f.Proof = &workflow.ProofFacts{Code: f.Proof.Code, Link: "capdo:verify:" + f.Proof.Code}
	})
	for _, form := range []string{"receipt-mark", "supplement-notice", "list-submission", "pm-decision", "inspection-decision"} {
		add("outside-record of "+form, "nd331", "outside-record", func(f *workflow.PaperFacts) { f.Outside.Form, f.Outside.Coordinating = form, nil })
	}
	return out
}

func TestAPaperSaysWhatHappened(t *testing.T) {
	dir := filepath.Join("testdata", "variants")
	if *update {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for title, f := range variants() {
		got, name := printed(t, f).Text, filepath.Join(dir, strings.ReplaceAll(title, " ", "-")+".golden")
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(name); err != nil || string(want) != got {
			t.Errorf("%s differs from its golden file (%v):\n%s", title, err, got)
		}
		if at := hole.FindStringIndex(flat(got)); at != nil {
			t.Errorf("%s: …%s…", title, flat(got)[max(0, at[0]-60):min(len(flat(got)), at[1]+20)])
		}
	}
}
