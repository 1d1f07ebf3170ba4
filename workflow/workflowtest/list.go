package workflowtest

import (
	"slices"
	"strconv"
	"sync"
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

func ids(list []*workflow.System) []string {
	var out []string
	for _, sys := range list {
		out = append(out, sys.ID)
	}
	return out
}

func namedSystems(t *testing.T, s workflow.Store) {
	order := []string{"An", "Án", "Ăn", "Ân", "Cổng 2", "Cổng 10", "Đất", "Ê", "xa", "Xa"}
	slices.Sort(order[4:6]) // digits sort as letters do
	for i := range order {
		at := (i*7 + 3) % len(order) // added in another order
		ok(t, s.AddSystem(ctx, &workflow.System{ID: "n" + strconv.Itoa(at), Name: order[at], Owners: []string{"o"}}))
	}
	ok(t, s.AddSystem(ctx, &workflow.System{ID: "twin", Name: "Đất", Owners: []string{"o"}}))
	q := workflow.SystemQuery{Sort: workflow.ByName, Owner: "o", Limit: 3}
	var got []string
	for {
		page, err := s.Systems(ctx, q)
		ok(t, err)
		got = append(got, ids(page)...)
		if len(page) < q.Limit {
			break
		}
		q.After = q.Cursor(page[len(page)-1])
	}
	if want := []string{"n0", "n1", "n2", "n3", "n4", "n5", "n6", "twin", "n7", "n8", "n9"}; !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	renamed, err := s.System(ctx, "n9")
	ok(t, err)
	renamed.Name, renamed.Revision = "Ao", 1
	ok(t, s.Keep(ctx, &workflow.Change{SystemID: "n9", System: renamed}))
	page, err := s.Systems(ctx, workflow.SystemQuery{Sort: workflow.ByName, Limit: 3})
	ok(t, err)
	if got := ids(page); !slices.Equal(got, []string{"n0", "n1", "n9"}) {
		t.Errorf("after a new name: %v", got)
	}
	for word, want := range map[string][]string{"ao": {"n9"}, "xa": {"n8"}, "cong": {"n4", "n5"}} {
		found, err := s.Systems(ctx, workflow.SystemQuery{Name: word})
		ok(t, err)
		if got := ids(found); !slices.Equal(got, want) {
			t.Errorf("after a new name %s finds %v, want %v", word, got, want)
		}
	}
}

func narrowed(t *testing.T, s workflow.Store) {
	two, none := 2, 0
	for _, sys := range []*workflow.System{
		{ID: "a", Name: "Cơ sở dữ liệu đất đai", Owners: []string{"o"}, Operators: []string{"x"}, SDU: "u", State: "registered", Level: 2},
		{ID: "b", Name: "Dữ liệu  Đắk Nông 100%", Owners: []string{"o"}, Operators: []string{"y", "x", "z"}, SDU: "v", State: "in_force", Level: 2},
		{ID: "c", Name: "Cổng thông tin", Owners: []string{"p"}, Operators: []string{"xy"}, SDU: "u", State: "in_force"},
	} {
		ok(t, s.AddSystem(ctx, sys))
	}
	for _, c := range []struct {
		says string
		q    workflow.SystemQuery
		want []string
	}{
		{"each word occurs, in any order", workflow.SystemQuery{Name: "DAI dữ  co"}, []string{"a"}},
		{"a word that does not occur", workflow.SystemQuery{Name: "dữ liệu cổng"}, nil},
		{"đ is d", workflow.SystemQuery{Name: "dak nong"}, []string{"b"}},
		{"a sign of patterns is a letter", workflow.SystemQuery{Name: "100%"}, []string{"b"}},
		{"a word stands for those that begin with it", workflow.SystemQuery{Name: "thô ti"}, []string{"c"}},
		{"inside words where none begins so", workflow.SystemQuery{Name: "i"}, []string{"a", "b", "c"}},
		{"one that begins a word is not looked for inside others", workflow.SystemQuery{Name: "da"}, []string{"a", "b"}},
		{"another that begins none", workflow.SystemQuery{Name: "hong"}, []string{"c"}},
		{"with another beside it", workflow.SystemQuery{Name: "ong du"}, []string{"b"}},
		{"a sign of patterns matches nothing else", workflow.SystemQuery{Name: "%_"}, nil},
		{"an operator alone or among several", workflow.SystemQuery{Operator: "x"}, []string{"a", "b"}},
		{"the last of several operators", workflow.SystemQuery{Operator: "z"}, []string{"b"}},
		{"an operator whose id holds another's", workflow.SystemQuery{Operator: "xy"}, []string{"c"}},
		{"an owner and a state", workflow.SystemQuery{Owner: "o", State: "in_force"}, []string{"b"}},
		{"an SDU", workflow.SystemQuery{SDU: "u"}, []string{"a", "c"}},
		{"a level", workflow.SystemQuery{Level: &two}, []string{"a", "b"}},
		{"no level yet", workflow.SystemQuery{Level: &none}, []string{"c"}},
		{"all at once, by name", workflow.SystemQuery{Sort: workflow.ByName, Level: &two, Owner: "o", Name: "du lieu", Operator: "x"}, []string{"a", "b"}},
	} {
		found, err := s.Systems(ctx, c.q)
		ok(t, err)
		if got := ids(found); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.says, got, c.want)
		}
	}
}

// twoAtOnce lets many write over the same revision of everything that has one.
func twoAtOnce(t *testing.T, s workflow.Store) {
	ch := seed(t, s)
	for says, write := range map[string]func(n string) error{
		"a case": func(n string) error {
			c := *ch.Case
			c.Revision = 2
			return s.Keep(ctx, &workflow.Change{Case: &c, CaseWas: 1, SystemID: "s", SystemWas: 1, Key: "k" + n, Outcome: []byte("{}"),
				Papers: []workflow.Paper{{ID: "once", Case: "c", PDF: []byte{1}}}, Event: workflow.Event{Act: "submit", Case: "c", Person: n}})
		},
		"a new case": func(n string) error {
			return s.Keep(ctx, &workflow.Change{Case: &workflow.Case{ID: "new", System: "s", Revision: 1}, SystemID: "s", SystemWas: 1, Event: workflow.Event{Act: "create", Case: "new", Person: n}})
		},
		"an office": func(n string) error {
			return s.Keep(ctx, &workflow.Change{Offices: []workflow.OfficeChanged{{Office: workflow.Office{ID: "o", Name: n, Revision: 1}}}, Event: workflow.Event{Act: "rename", Office: "o", Person: n}})
		},
		"a request key": func(n string) error {
			return s.Keep(ctx, &workflow.Change{Key: "same", Outcome: []byte(`"` + n + `"`), Event: workflow.Event{Act: "note", Office: "k", Person: n}})
		},
		"an overview": func(n string) error {
			return s.SaveOverview(ctx, &workflow.Overview{System: "s", Revision: 1}, workflow.Event{Act: "overview", System: "s", Person: n})
		},
		"an attachment": func(n string) error {
			return s.AddAttachment(ctx, workflow.Attachment{ID: n, Case: "c", Slot: "design", Version: 1}, workflow.Event{Act: "attach", Case: "c", Person: n})
		},
		"a plan": func(n string) error {
			return s.AddPlan(ctx, workflow.PlanList{Owner: "o", Kind: "security", Year: 2022, Edition: 1, On: day(t, "2022-01-01")})
		},
	} {
		var wg sync.WaitGroup
		answers := make([]error, 8)
		for i := range answers {
			wg.Go(func() { answers[i] = write(strconv.Itoa(i)) })
		}
		wg.Wait()
		kept := 0
		for _, err := range answers {
			if err == nil {
				kept++
				continue
			}
			isKind(t, err, workflow.Stale)
		}
		if kept != 1 {
			t.Errorf("%s: %d of %d were kept", says, kept, len(answers))
		}
	}
	sys, err := s.System(ctx, "s")
	ok(t, err)
	sys.Revision = 2
	ok(t, s.Keep(ctx, &workflow.Change{SystemID: "s", System: sys, SystemWas: 1, Event: workflow.Event{Act: "edit", System: "s"}}))
	isKind(t, s.Keep(ctx, &workflow.Change{SystemID: "s", SystemWas: 1, Event: workflow.Event{Act: "edit", System: "s"}}), workflow.Stale)
	list, err := s.Events(ctx, workflow.EventQuery{Case: "c"})
	ok(t, err)
	if len(list) != 3 { // create, submit, attach
		t.Errorf("%d events of the case: whoever was told left some", len(list))
	}
}

func noText(t *testing.T, s workflow.Store) {
	seed(t, s)
	for _, bad := range []string{"a\x00b", "\xff\xfe"} {
		_, err := s.Case(ctx, bad)
		isKind(t, err, workflow.NotFound)
		_, err = s.Paper(ctx, bad)
		isKind(t, err, workflow.NotFound)
		if b, err := s.Done(ctx, bad); err != nil || b != nil {
			t.Errorf("a request key: %s, %v", b, err)
		}
		if list, err := s.Systems(ctx, workflow.SystemQuery{Name: bad, Owner: bad}); err != nil || len(list) != 0 {
			t.Errorf("systems: %v, %v", list, err)
		}
		if list, err := s.Events(ctx, workflow.EventQuery{Case: bad}); err != nil || len(list) != 0 {
			t.Errorf("events: %v, %v", list, err)
		}
		if list, err := s.Numbers(ctx, bad, 2022); err != nil || len(list) != 0 {
			t.Errorf("numbers: %v, %v", list, err)
		}
	}
}
