package templates

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

const someTerms = `words: {point: điểm, clause: khoản, article: Điều, model: theo mẫu, month: tháng, year: năm, plan: phương án}
articles: {duty: ["NĐ 85/2016 Đ22"], both: ["NĐ 85/2016 Đ16 k1 a", "NĐ 85/2016 Đ17", "TT 12/2022 Đ9 k7"], old: ["TT 12/2022 Đ1"]}
texts: {NĐ 85/2016: Nghị định số 85/2016/NĐ-CP, TT 12/2022: Thông tư số 12/2022/TT-BTTTT}
models: [old]
`

// bound reads one form of a regime with its terms.
func bound(text, terms string) (*form, error) {
	files := fstest.MapFS{"forms/a/x.yaml": {Data: []byte(text)}, "forms/a/terms.yaml": {Data: []byte(terms)}}
	texts := newTexts()
	set, err := readForms(files, texts, "a", []string{"a"})
	if err != nil {
		return nil, err
	}
	words, err := readTerms(files, []string{"a"})
	if err != nil {
		return nil, err
	}
	return set["x"], words.bind(texts, set, map[string]string{"word.colour.red": "đỏ"})
}

func TestAFormMayAskOnlyForWhatItsRegimeHas(t *testing.T) {
	for says, text := range map[string]string{
		"an unknown term":            "blocks:\n  - para: \"{{term `plna`}}\"\n",
		"an unknown term in a when":  "blocks:\n  - {when: \"{{term `plna`}}\", para: x}\n",
		"an unknown term in a table": "blocks:\n  - table: {each: A, columns: [{title: x, cell: \"{{if .It}}{{else}}{{term `plna`}}{{end}}\"}]}\n",
		"an unknown term in a range": "blocks:\n  - para: \"{{range .F}}{{with .}}{{cap (term `plna`)}}{{end}}{{end}}\"\n",
		"an unknown term in a title": "title: \"{{term `plna`}}\"\nblocks: []\n",
		"an unknown article":         "blocks:\n  - para: \"{{article `dtuy`}}\"\n",
		"an article of an older law": "blocks:\n  - para: \"{{article `old`}}\"\n",
		"an unknown group of words":  "blocks:\n  - para: \"{{word `color` .F}}\"\n",
		"an unknown basis":           "basis: [dtuy]\nblocks: []\n",
		"an unknown mark":            "verified: maybe\nblocks: []\n",
		"an unknown issuer":          "by: [mayor]\nblocks: []\n",
	} {
		if _, err := bound(text, someTerms); err == nil || !strings.Contains(err.Error(), "x") {
			t.Errorf("%s is let pass: %v", says, err)
		}
	}
	if _, err := bound("basis: [duty, old]\nblocks:\n  - para: \"{{term `plan`}} {{article `duty`}} {{word `colour` .F}}\"\n", someTerms); err != nil {
		t.Error(err)
	}
}

func TestTermsThatDoNotHoldTogetherAreRefused(t *testing.T) {
	for says, terms := range map[string]string{
		"an unknown key":              someTerms + "colours: {}\n",
		"an article of nothing":       strings.Replace(someTerms, `["NĐ 85/2016 Đ22"]`, `[]`, 1),
		"a citation without article":  strings.Replace(someTerms, `"NĐ 85/2016 Đ22"`, `"NĐ 85/2016"`, 1),
		"a text without printed name": strings.Replace(someTerms, `"NĐ 85/2016 Đ22"`, `"NĐ 99/2016 Đ22"`, 1),
		"no word for an article":      strings.Replace(someTerms, "article: Điều, ", "", 1),
	} {
		if _, err := bound("blocks: []\n", terms); err == nil || !strings.Contains(err.Error(), "terms.yaml") {
			t.Errorf("%s: %v", says, err)
		}
	}
}

func TestCitationsAreWrittenOutAndNameATextOnce(t *testing.T) {
	f, err := bound("title: t\nblocks:\n  - para: \"{{article `both`}}\"\n  - para: \"{{inwords .F}}\"\n", someTerms)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.words.citations(f.words.Articles["both"]); got != "điểm a khoản 1 Điều 16, Điều 17 Nghị định số 85/2016/NĐ-CP, khoản 7 Điều 9 Thông tư số 12/2022/TT-BTTTT" {
		t.Error(got)
	}
	if got := f.words.inWords("Luật 86/2015 Đ21 k2"); got != "khoản 2 Điều 21 Luật 86/2015" {
		t.Errorf("a text without printed name: %s", got)
	}
	if got := f.words.basis([]string{"duty", "old"}); got != "Điều 22 Nghị định số 85/2016/NĐ-CP; theo mẫu Điều 1 Thông tư số 12/2022/TT-BTTTT" {
		t.Error(got)
	}
}

func TestACodeWithoutWordsStopsTheFormWhenItIsFilled(t *testing.T) {
	f, err := bound("blocks:\n  - para: \"{{word `colour` .F.Colour}}\"\n", someTerms)
	if err != nil {
		t.Fatal(err)
	}
	type facts struct{ Colour string }
	if _, err := f.fill("x", facts{"red"}); err != nil {
		t.Error(err)
	}
	if _, err := f.fill("x", facts{"blue"}); err == nil {
		t.Error("blue has no word, yet the form is filled")
	}
}

func TestAFormNeedsTheFactsItNames(t *testing.T) {
	f, err := bound("needs: [Colour]\nblocks:\n  - {when: \"{{.F.Gone}}\", para: gone}\n", someTerms)
	if err != nil {
		t.Fatal(err)
	}
	type facts struct {
		Colour string
		Gone   *facts
	}
	var field *FieldError
	if _, err := f.fill("x", facts{}); !errors.As(err, &field) || field.Field != "colour" {
		t.Errorf("%v", err)
	}
	d, err := f.fill("x", &facts{Colour: "red"})
	if err != nil || len(d.Blocks) != 0 {
		t.Errorf("a fact that is not there counts as there: %v %v", d.Blocks, err)
	}
	f.Needs = []string{"Colours"}
	if _, err := f.fill("x", facts{}); err == nil || errors.As(err, &field) && field.Field == "colours" {
		t.Errorf("a fact no paper has: %v", err)
	}
}

func TestPointsAreLetteredByTheVietnameseAlphabet(t *testing.T) {
	var got strings.Builder
	for n := 1; n <= 23; n++ {
		l, err := letter(n)
		if err != nil {
			t.Fatal(err)
		}
		got.WriteString(l)
	}
	if got.String() != "abcdđeghiklmnopqrstuvxy" {
		t.Error(got.String())
	}
	for _, n := range []int{0, 24} {
		if _, err := letter(n); err == nil {
			t.Errorf("there is no letter %d", n)
		}
	}
	if capital("đúng") != "Đúng" || capital("") != "" {
		t.Error("capitals")
	}
}

func TestEveryCodeAPaperPrintsHasWordsInBothLanguages(t *testing.T) {
	words, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	for group, codes := range map[string]string{
		"content":    "tuan_thu hieu_qua_bien_phap ky_thuat_ma_doc_lo_hong_xam_nhap quan_ly_rui_ro ma_nguon_phan_mem_noi_bo duy_tri_khac_phuc_ton_tai khac",
		"trigger":    "function scope users information technology growth incident risk authority threshold report check",
		"severity":   "low medium high critical",
		"quality":    "licensed designated public_service sdu centre owner_allowed independent_unit",
		"measures":   "all part",
		"separation": "none logical physical",
		"kind":       "periodic adhoc",
		"review":     "keep redetermine",
		"point":      "fit unfit none",
		"design":     "preliminary construction equivalent",
		"outside":    "form-04 receipt-mark supplement-notice list-submission pm-decision inspection-decision",
	} {
		for _, code := range strings.Fields(codes) {
			for _, lang := range []string{"vi", "en"} {
				if !words.Has(lang, "word."+group+"."+code) {
					t.Errorf("%s: no word.%s.%s", lang, group, code)
				}
			}
		}
	}
}

func TestTheMarkOfAFormIsNeverSilent(t *testing.T) {
	words, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	for regime, want := range map[string]map[string]string{
		"nd85-tt03": {"form-01": "UNVERIFIED", "form-03": "UNVERIFIED", "form-04": "secondary", "form-07": "UNVERIFIED", "opinion": "design", "register": "primary"},
		"nd331":     {"form-01": "primary-copy", "form-07": "primary-copy", "inspection-report": "design", "none": ""},
	} {
		for form, mark := range want {
			if got := words.Verified(regime, form); got != mark {
				t.Errorf("%s %s: %q, want %q", regime, form, got, mark)
			}
		}
	}
	for _, i := range words.Info("nd331") {
		if i.Title == "" || strings.Contains(i.Title, "{{") || i.Verified == "" {
			t.Errorf("%+v", i)
		}
	}
}
