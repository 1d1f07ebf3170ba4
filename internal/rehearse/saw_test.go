package rehearse

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"capdo/workflow"
)

func TestWhoAsksIsToldEachCriterionFloorAndDeadlineComputed(t *testing.T) {
	var seen []string
	w := World{Book: law(t), NewStore: func() (workflow.Store, error) { return nil, nil },
		Saw: func(regime, id string) { seen = append(seen, regime+" "+id) }}
	s, err := Read("s.yaml", strings.NewReader(`title: x
steps:
  - {classify: {system_types: [noi_bo, ha_tang], info_types: [rieng, bi_mat_nha_nuoc], infra_scope: mot_co_quan, harm_defence_security: khong}, regime: nd85-tt03, at_least: 3}
  - {due: D-PM, regime: nd85-tt12, from: 2022-10-03, is: none}
`), w.Book)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Play(context.Background(), w, s, io.Discard); err != nil {
		t.Fatal(err)
	}
	want := []string{"nd85-tt03 L2-03", "nd85-tt03 F-01", "nd85-tt12 D-PM"}
	if !slices.Equal(seen, want) {
		t.Errorf("told %v, want %v", seen, want)
	}
}
