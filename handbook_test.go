package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func TestEveryRoleHasItsGuideOnTwoPages(t *testing.T) {
	a, _ := testApp(t)
	roles := map[string]bool{}
	for _, g := range a.guides {
		for _, role := range g.Roles {
			roles[role] = true
		}
		b, err := guidePDF(a.words)(g)
		if err != nil {
			t.Fatalf("%s: %v", g.Key, err)
		}
		if pages := bytes.Count(b, []byte("/Type /Page\n")); pages < 1 || pages > 2 {
			t.Errorf("the guide %s has %d pages", g.Key, pages)
		}
		for _, p := range g.Parts {
			if p.Heading == "" || len(p.Text)+len(p.Steps) == 0 || p.Shot != "" && p.Caption == "" {
				t.Errorf("%s: %q says nothing, or its picture has no caption", g.Key, p.Heading)
			}
		}
	}
	for role, r := range a.book.Roles {
		outside := slices.Contains([]string{"central_appraiser", "pm_office"}, role) // sit at the centre, not in the province
		if r.Capacity != "clock" && !outside && !roles[role] {
			t.Errorf("no guide is for %s", role)
		}
	}
	if len(a.guides) != 9 || !strings.Contains(a.guides[0].Title, "cán bộ") {
		t.Errorf("%d guides, first %q", len(a.guides), a.guides[0].Title)
	}
}
