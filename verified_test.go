package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
)

func TestCheckLawTellsHowFarEachFormWasChecked(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"check", "law", "--json"}, strings.NewReader(""), &out, &errs); code != 0 {
		t.Fatalf("%d: %s", code, errs.String())
	}
	var all []struct {
		Regime string `json:"regime"`
		Papers []struct{ Form, Title, Verified string }
	}
	if err := json.Unmarshal(out.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	marks := map[string]string{}
	for _, r := range all {
		for _, p := range r.Papers {
			marks[r.Regime+" "+p.Form] = p.Verified
			if p.Title == "" || strings.Contains(p.Title, "{{") || p.Verified == "" {
				t.Errorf("%s %s: title %q, mark %q", r.Regime, p.Form, p.Title, p.Verified)
			}
		}
	}
	for form, want := range map[string]string{"nd85-tt12 form-01": "UNVERIFIED", "nd85-tt12 form-07": "UNVERIFIED", "nd85-tt12 form-06": "secondary", "nd85-tt03 opinion": "design"} {
		if marks[form] != want {
			t.Errorf("%s: %q, want %q", form, marks[form], want)
		}
	}
}

func TestTheListOfPapersTellsHowFarTheirFormsWereChecked(t *testing.T) {
	_, srv := demoProvince(t)
	code, body := signedIn(t, srv, "giang").get("/api/v1/cases/d3/papers")
	if code != 200 {
		t.Fatalf("%d %v", code, body)
	}
	marks := map[string]any{}
	for _, one := range body["items"].([]any) {
		p := one.(map[string]any)
		marks[p["form"].(string)] = p["verified"]
	}
	if marks["form-02"] != "UNVERIFIED" || marks["form-06"] != "secondary" {
		t.Errorf("%v", marks)
	}
}
