package workflowtest

import (
	"slices"
	"testing"

	"capdo/workflow"
)

func systemsOf(t *testing.T, s workflow.Store) {
	seed(t, s)
	for _, id := range []string{"s1", "s2", "s3"} {
		ok(t, s.AddSystem(ctx, &workflow.System{ID: id, Name: "Cổng " + id, Owners: []string{"o"}, Facts: workflow.Facts{"dvc_level": 3}}))
	}
	found, err := s.SystemsOf(ctx, []string{"s3", "nicht", "s1", "s3"})
	ok(t, err)
	var ids []string
	for _, sys := range found {
		ids = append(ids, sys.ID)
		if sys.Facts["dvc_level"] != 3 {
			t.Errorf("facts come back as %#v", sys.Facts)
		}
	}
	slices.Sort(ids)
	if !slices.Equal(ids, []string{"s1", "s3"}) {
		t.Errorf("found %v", ids)
	}
	if none, err := s.SystemsOf(ctx, nil); err != nil || len(none) != 0 {
		t.Errorf("of no ids: %v, %v", none, err)
	}
}
