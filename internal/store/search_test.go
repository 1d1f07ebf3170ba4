package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"capdo/workflow"
	"capdo/workflow/memory"
)

// everyPage lists the ids a selection finds, page by page.
func everyPage(t *testing.T, st workflow.Store, q workflow.SystemQuery) (ids []string) {
	t.Helper()
	for {
		page, err := st.Systems(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, sys := range page {
			ids = append(ids, sys.ID)
			q.After = q.Cursor(sys)
		}
		if len(page) < q.Limit {
			return ids
		}
	}
}

// TestASearchIsTheSameHoweverItIsLed asks the same of many names, where words are
// walked and moved on to each other, and of the store in memory.
func TestASearchIsTheSameHoweverItIsLed(t *testing.T) { onBoth(t, aSearchIsTheSame) }

func aSearchIsTheSame(t *testing.T, s *Store) {
	rnd, in := rand.New(rand.NewPCG(1, 2)), memory.New()
	begin := []string{"Cổng", "Hệ thống", "Cơ sở dữ liệu", "Phần mềm", "Trang"}
	rest := []string{"thông tin", "điện tử", "đất đai", "một cửa", "văn bản", "y tế"}
	var list []*workflow.System
	for i := range 700 {
		name := fmt.Sprint(begin[rnd.IntN(len(begin))], " ", rest[rnd.IntN(len(rest))], " ", rest[rnd.IntN(len(rest))], " ", i)
		list = append(list, &workflow.System{ID: fmt.Sprintf("s%06d", rnd.IntN(900)*1000+i), Name: name, Owners: []string{[]string{"o", "p"}[i%2]}, Level: i % 6})
	}
	for _, st := range []workflow.Store{s, in} {
		if err := st.Import(ctx, &workflow.Intake{Systems: list, Event: workflow.Event{Act: "import", Office: "o"}}); err != nil {
			t.Fatal(err)
		}
	}
	three, found := 3, 0
	for _, q := range []workflow.SystemQuery{{Name: "he thong thong tin"}, {Name: "thong tin dien"}, {Name: "du lieu y"}, {Name: "t"}, {Name: "cong te"}, {Name: "van mot", Owner: "o"}, {Name: "tin", Level: &three},
		{Name: "tin 69"}, {Name: "ron tin"}, {Name: "hong"}, {Name: "ang tin"}, {Name: "699 1"}, {Name: "trang xyzzy"}} {
		q.Limit = 90
		for _, q.Sort = range []string{"", workflow.ByName} {
			got, want := everyPage(t, s, q), everyPage(t, in, q)
			if !slices.Equal(got, want) {
				t.Errorf("%+v finds %d, want %d\n%v\n%v", q, len(got), len(want), got, want)
			}
			found += len(want)
		}
	}
	if found < 1000 {
		t.Errorf("only %d were found: this says little", found)
	}
}
