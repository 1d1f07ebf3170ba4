package main

import (
	"slices"
	"testing"

	"capdo/internal/files"
	"capdo/policies"
	"capdo/templates"
	"capdo/workflow"
)

func TestWhatTheLawAsksOfADescriptionIsKnownAndPutIntoWords(t *testing.T) {
	tm, err := templates.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range book(t).Regimes {
		if len(r.Content) == 0 {
			t.Errorf("%s asks for nothing", r.Key)
		}
		for _, ask := range r.Content {
			if !slices.Contains(workflow.ContentNames(), ask.Of) {
				t.Errorf("%s asks for %s, which nobody knows", r.Key, ask.Of)
			}
		}
		if !slices.Contains(tm.Forms(r.Key), "overview") {
			t.Errorf("%s has no form for the description", r.Key)
		}
	}
	keys := []string{"file.corrupt", "file.frozen"}
	for _, reason := range files.Reasons() {
		keys = append(keys, "file."+reason)
	}
	for _, table := range workflow.OverviewTables() {
		keys = append(keys, "overview.sheet."+table.Key)
		for _, c := range table.Columns {
			keys = append(keys, "overview.column."+table.Key+"."+c.Key)
		}
	}
	for _, text := range workflow.OverviewTexts() {
		keys = append(keys, "overview.text."+text)
	}
	for _, k := range keys {
		if !tm.Has("vi", k) || !tm.Has("en", k) {
			t.Errorf("no words for %s", k)
		}
	}
}

func TestWhoPreparesWritesTheDescriptionAndWhoAppraisesDoesNot(t *testing.T) {
	p, err := policies.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		role, act string
		may       bool
	}{
		{"operator_officer", "edit_overview", true}, {"sdu_officer", "edit_overview", false}, {"auditor", "edit_overview", false},
		{"operator_officer", "add_file", true}, {"sdu_officer", "add_file", true}, {"independent_appraiser", "add_file", true}, {"auditor", "add_file", false}, {"sysadmin", "add_file", false},
		{"operator_officer", "remove_file", true}, {"sdu_officer", "remove_file", false},
	} {
		if _, ok := p.Allows(c.role, c.act); ok != c.may {
			t.Errorf("%s %s: %v", c.role, c.act, ok)
		}
	}
}
