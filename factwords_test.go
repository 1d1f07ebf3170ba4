package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"capdo/templates"
)

func TestEveryFactAndEachOfItsValuesHasWordsInBothLanguages(t *testing.T) {
	words, err := templates.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range book(t).Regimes {
		for _, f := range r.Criteria.Facts {
			keys := []string{"fact." + f.Key}
			for _, v := range f.Values {
				keys = append(keys, "value."+f.Key+"."+v)
			}
			for v := range f.Besides {
				keys = append(keys, "value."+f.Key+"."+v)
			}
			for _, k := range keys {
				for _, lang := range []string{"vi", "en"} {
					if !words.Has(lang, k) {
						t.Errorf("%s: no message %s", lang, k)
					}
				}
			}
		}
	}
}

func TestClassifySpeaksInWords(t *testing.T) {
	var out, errs bytes.Buffer
	in := strings.NewReader(`{"system_types": ["phuc_vu_nguoi_dan_dn"], "info_types": ["ca_nhan"], "other_online_service": true}`)
	if code := run(context.Background(), []string{"classify", "-", "--regime", "nd85-tt12"}, in, &out, &errs); code != 0 {
		t.Fatalf("%d: %s", code, errs.String())
	}
	for _, want := range []string{"Loại hình hệ thống: phục vụ người dân, doanh nghiệp", "ngoài dịch vụ công: có", "(online_user_count)"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "‹") {
		t.Errorf("a key without words:\n%s", out.String())
	}
}
