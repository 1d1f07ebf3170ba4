// Package workflowtest is the exam every store takes: the same questions, the
// same answers.
package workflowtest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"capdo/workflow"
	"capdo/workflow/regime"
)

var ctx = context.Background()

func day(t *testing.T, s string) workflow.Day {
	t.Helper()
	d, err := regime.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func isKind(t *testing.T, err error, kind workflow.Kind) {
	t.Helper()
	if p, is := workflow.ProblemOf(err); !is || p.Kind != kind {
		t.Fatalf("got %v, want %s", err, kind)
	}
}

// Exercise runs the exam on stores that open makes, an empty one each time.
func Exercise(t *testing.T, open func(t *testing.T) workflow.Store) {
	for name, exam := range map[string]func(*testing.T, workflow.Store){
		"what is missing is not found":                      missing,
		"a case is kept whole and compared by revision":     keeping,
		"a part that fails leaves nothing behind":           nothingHalf,
		"the register of any past day is a query":           register,
		"numbers run without gaps and are never reused":     numbers,
		"many who draw at once get different numbers":       manyNumbers,
		"a clerk's reservation is taken over by the act":    reservation,
		"events come back in order":                         events,
		"systems are found without accents and page by key": systems,
		"systems are listed in Vietnamese order":            namedSystems,
		"systems are narrowed by what they are":             narrowed,
		"two who write over one revision: one is told":      twoAtOnce,
		"a text that is none is found nowhere":              noText,
		"an import is whole or nothing":                     imports,
		"due cases are found once":                          dueCases,
		"what a crash left reserved is swept":               sweep,
		"systems are found by a list of ids":                systemsOf,
		"counts follow what they count":                     figured,
		"what a dossier is made of is kept and frozen":      contents,
		"people, settings and offices go with their event":  houses,
		"a paper is found by its code and by its bytes":     proofs,
		"whom a case concerns is found":                     concerning,
		"systems are counted by level":                      levelCounts,
		"what is due comes in the order of its days":        passing,
		"a draft is one person's own until it is dropped":   drafts,

		"a sheet is kept with its event and compared by revision":   sheets,
		"two who edit one sheet at once: one is told":               sheetRace,
		"a sheet frozen by a step goes with the step or not at all": sealedSheets,
		"what is put beside a catalogue is kept by revision":        supplements,
	} {
		t.Run(name, func(t *testing.T) { exam(t, open(t)) })
	}
}

func missing(t *testing.T, s workflow.Store) {
	_, err := s.Office(ctx, "x")
	isKind(t, err, workflow.NotFound)
	_, err = s.Person(ctx, "x")
	isKind(t, err, workflow.NotFound)
	_, err = s.System(ctx, "x")
	isKind(t, err, workflow.NotFound)
	_, err = s.Case(ctx, "x")
	isKind(t, err, workflow.NotFound)
	_, err = s.Paper(ctx, "x")
	isKind(t, err, workflow.NotFound)
	_, err = s.Snapshot(ctx, "", "x")
	isKind(t, err, workflow.NotFound)
	if v, err := s.Setting(ctx, "x"); err != nil || v != "" {
		t.Errorf("unset setting: %q, %v", v, err)
	}
}

// seed adds an office, a system and a case, and gives the change that did.
func seed(t *testing.T, s workflow.Store) *workflow.Change {
	t.Helper()
	ok(t, s.SaveOffice(ctx, workflow.Office{ID: "o", Name: "Sở Công Thương"}))
	ok(t, s.SavePerson(ctx, workflow.Person{ID: "p", Name: "An", Grants: []workflow.Grant{{Office: "o", Role: "operator_officer", From: day(t, "2022-01-01")}}}))
	ok(t, s.AddSystem(ctx, &workflow.System{ID: "s", Name: "Hệ thống Đất đai", Owners: []string{"o"}, Operators: []string{"o"}, Facts: workflow.Facts{"dvc_level": 3, "info_types": []string{"rieng"}, "harm_defence_security": nil}, State: "registered"}))
	sys, err := s.System(ctx, "s")
	ok(t, err)
	sys.Revision = 1
	ch := &workflow.Change{SystemID: "s", System: sys, Key: "p/k", Outcome: []byte(`{"a":1}`),
		Case:   &workflow.Case{ID: "c", System: "s", State: "draft", Stage: "preparing", Version: 1, Revision: 1, Editions: []workflow.Edition{{Version: 1, Components: map[int]string{2: "x"}}}},
		Event:  workflow.Event{Act: "create", Case: "c", System: "s", Person: "p"},
		Papers: []workflow.Paper{{ID: "c.1.f", Case: "c", Form: "form-01", Text: "chữ", PDF: []byte{0, 1, 2}, SHA256: "h"}}}
	ok(t, s.Keep(ctx, ch))
	return ch
}

// joined keeps another system of a dossier along with a step, or nothing of it.
func joined(t *testing.T, s workflow.Store, c *workflow.Case) {
	t.Helper()
	ok(t, s.AddSystem(ctx, &workflow.System{ID: "s2", Name: "Bảng tin", Owners: []string{"o"}, Operators: []string{"o"}, State: "registered"}))
	other, err := s.System(ctx, "s2")
	ok(t, err)
	other.Shares = c.ID
	for _, ahead := range []int64{0, 2} {
		skewed := *other
		skewed.Revision += ahead
		isKind(t, s.Keep(ctx, &workflow.Change{SystemID: "s", SystemWas: 1, Joined: []*workflow.System{&skewed}}), workflow.Stale)
	}
	other.Revision++
	ok(t, s.Keep(ctx, &workflow.Change{SystemID: "s", SystemWas: 1, Joined: []*workflow.System{other}}))
	if got, err := s.System(ctx, "s2"); err != nil || got.Shares != c.ID || got.Revision != other.Revision {
		t.Errorf("another system of the dossier comes back as %+v %v", got, err)
	}
}

func keeping(t *testing.T, s workflow.Store) {
	ch := seed(t, s)
	isKind(t, s.Keep(ctx, ch), workflow.Stale)
	snap, err := s.Snapshot(ctx, "c", "")
	ok(t, err)
	if snap.Case.Revision != 1 || snap.System.Revision != 1 || len(snap.Offices) != 1 || len(snap.People) != 1 || !slices.Equal(snap.Open, []string{"c"}) {
		t.Errorf("snapshot %+v", snap)
	}
	if snap.System.Facts["dvc_level"] != 3 {
		t.Errorf("facts come back as %#v", snap.System.Facts)
	}
	if v, known := snap.System.Facts["harm_defence_security"]; v != nil || !known {
		t.Error("an explicit unknown is lost")
	}
	p, err := s.Paper(ctx, "c.1.f")
	ok(t, err)
	if len(p.PDF) != 3 || p.Text != "chữ" {
		t.Errorf("paper %+v", p)
	}
	list, err := s.Papers(ctx, workflow.PaperQuery{Case: "c"})
	ok(t, err)
	if len(list) != 1 || list[0].Text != "chữ" {
		t.Errorf("papers %+v", list)
	}
	if b, err := s.Done(ctx, "p/k"); err != nil || string(b) != `{"a":1}` {
		t.Errorf("request key: %s, %v", b, err)
	}
	c := snap.Case
	c.Revision, c.State, c.Stage = 2, "approved", "in_force"
	step := workflow.Event{Act: "approve", Case: "c", From: "draft", To: "approved"}
	isKind(t, s.Keep(ctx, &workflow.Change{Case: c, CaseWas: 1, SystemID: "s", SystemWas: 0, Event: step}), workflow.Stale)
	joined(t, s, c)
	for says, events := range map[string][]workflow.Event{"no step at all": {{Act: "approve", Case: "c"}}, "a step from elsewhere": {{Act: "approve", Case: "c", From: "appraised", To: "approved"}},
		"a step to elsewhere": {{Act: "approve", Case: "c", From: "draft", To: "rejected"}}, "a step of another case": {{Act: "approve", Case: "d", From: "draft", To: "approved"}},
		"two steps with a gap": {{Act: "conclude", Case: "c", From: "draft", To: "appraised"}, {Act: "approve", Case: "c", From: "fit", To: "approved"}}} {
		if err := s.Keep(ctx, &workflow.Change{Case: c, CaseWas: 1, SystemID: "s", SystemWas: 1, Event: events[0], Events: events[1:]}); err == nil {
			t.Fatalf("a case is put into a state by %s", says)
		}
	}
	ok(t, s.Keep(ctx, &workflow.Change{Case: c, CaseWas: 1, SystemID: "s", SystemWas: 1, Event: step}))
	snap, err = s.Snapshot(ctx, "", "s")
	ok(t, err)
	if len(snap.Open) != 0 || snap.Case != nil {
		t.Errorf("open cases %v", snap.Open)
	}
}

func nothingHalf(t *testing.T, s workflow.Store) {
	ch := seed(t, s)
	c := *ch.Case
	c.Revision = 2
	bad := &workflow.Change{Case: &c, CaseWas: 1, SystemID: "s", SystemWas: 1, Key: "p/k", Outcome: []byte("{}"), Event: workflow.Event{Act: "submit", Case: "c"},
		Papers: []workflow.Paper{{ID: "c.2.f", Case: "c", PDF: []byte{1}}}, Added: []workflow.RegisterEntry{{ID: "e", Owner: "o", System: "s", Level: 2, From: day(t, "2022-01-01")}}}
	isKind(t, s.Keep(ctx, bad), workflow.Stale) // the request key is taken
	got, err := s.Case(ctx, "c")
	ok(t, err)
	list, _ := s.Papers(ctx, workflow.PaperQuery{Case: "c"})
	rows, _ := s.Register(ctx, "o", day(t, "2022-06-01"))
	log, _ := s.Events(ctx, workflow.EventQuery{Case: "c"})
	if got.Revision != 1 || len(list) != 1 || len(rows) != 0 || len(log) != 1 {
		t.Errorf("left behind: revision %d, %d papers, %d rows, %d events", got.Revision, len(list), len(rows), len(log))
	}
}

func register(t *testing.T, s workflow.Store) {
	seed(t, s)
	old := workflow.RegisterEntry{ID: "e1", Owner: "o", System: "s", Level: 2, From: day(t, "2020-12-31")}
	ok(t, s.Keep(ctx, &workflow.Change{SystemID: "s", SystemWas: 1, Added: []workflow.RegisterEntry{old}}))
	old.To, old.Ended = day(t, "2022-03-10"), "superseded"
	ok(t, s.Keep(ctx, &workflow.Change{SystemID: "s", SystemWas: 1, Ended: []workflow.RegisterEntry{old},
		Added: []workflow.RegisterEntry{{ID: "e2", Owner: "o", System: "s", Level: 3, From: day(t, "2022-03-10")}}}))
	for on, level := range map[string]int{"2020-12-30": 0, "2020-12-31": 2, "2022-03-09": 2, "2022-03-10": 3, "2030-01-01": 3} {
		rows, err := s.Register(ctx, "o", day(t, on))
		ok(t, err)
		if level == 0 && len(rows) != 0 || level > 0 && (len(rows) != 1 || rows[0].Level != level) {
			t.Errorf("register of %s: %+v, want level %d", on, rows, level)
		}
	}
	snap, err := s.Snapshot(ctx, "", "s")
	ok(t, err)
	if snap.Entry == nil || snap.Entry.ID != "e2" {
		t.Errorf("entry in force %+v", snap.Entry)
	}
}

func draw(id string, year int, order int64) workflow.NumberAsk {
	return workflow.NumberAsk{ID: id, Issuer: "o", Year: year, Text: "%s/QĐ-SCT", Case: "c", Order: order, Form: "form-06"}
}

func typed(id, text, forCase string) workflow.NumberAsk {
	return workflow.NumberAsk{ID: id, Issuer: "o", Year: 2022, Text: text, Typed: true, Case: forCase, Order: 9, Form: "f" + id}
}

func numbers(t *testing.T, s workflow.Store) {
	one, err := s.Reserve(ctx, draw("n1", 2022, 1))
	ok(t, err)
	again, err := s.Reserve(ctx, draw("n1b", 2022, 1))
	ok(t, err)
	if one.Text != "01/QĐ-SCT" || again.ID != one.ID {
		t.Errorf("drawn %+v, asked again %+v", one, again)
	}
	ok(t, s.VoidNumber(ctx, one.ID, "thử"))
	isKind(t, s.VoidNumber(ctx, one.ID, "lần nữa"), workflow.Refused)
	two, err := s.Reserve(ctx, draw("n2", 2022, 2))
	ok(t, err)
	_, err = s.Reserve(ctx, typed("t1", "03/QĐ-SCT", "c"))
	ok(t, err)
	_, err = s.Reserve(ctx, typed("t2", "03/QĐ-SCT", "c"))
	isKind(t, err, workflow.Refused)
	four, err := s.Reserve(ctx, draw("n4", 2022, 4))
	ok(t, err)
	next, err := s.Reserve(ctx, draw("n5", 2023, 1))
	ok(t, err)
	if two.N != 2 || four.Text != "04/QĐ-SCT" || next.N != 1 {
		t.Errorf("two %+v, four %+v, next year %+v", two, four, next)
	}
	book, err := s.Numbers(ctx, "o", 2022)
	ok(t, err)
	if len(book) != 4 || book[0].State != workflow.Void || book[0].Reason != "thử" {
		t.Errorf("book %+v", book)
	}
}

func manyNumbers(t *testing.T, s workflow.Store) {
	var wg sync.WaitGroup
	got := make([]int, 16)
	for i := range got {
		wg.Go(func() {
			n, err := s.Reserve(ctx, draw(fmt.Sprint("m", i), 2022, int64(i)))
			if err != nil {
				t.Error(err)
			}
			got[i] = n.N
		})
	}
	wg.Wait()
	slices.Sort(got)
	for i, n := range got {
		if n != i+1 {
			t.Fatalf("drawn %v", got)
		}
	}
}

func reservation(t *testing.T, s workflow.Store) {
	r, err := s.Reserve(ctx, typed("r1", "57/QĐ-SCT", ""))
	ok(t, err)
	_, err = s.Reserve(ctx, typed("r2", "57/QĐ-SCT", ""))
	isKind(t, err, workflow.Refused)
	n, err := s.Reserve(ctx, typed("r3", "57/QĐ-SCT", "c"))
	ok(t, err)
	if n.ID != r.ID || n.Case != "c" {
		t.Errorf("taken over as %+v", n)
	}
	_, err = s.Reserve(ctx, typed("r4", "57/QĐ-SCT", "d"))
	isKind(t, err, workflow.Refused)
}

func events(t *testing.T, s workflow.Store) {
	seed(t, s)
	for _, act := range []string{"a", "b", "c"} {
		ok(t, s.Note(ctx, workflow.Event{Act: act, Case: "c", System: "s", Refused: &workflow.Refusal{Kind: workflow.Denied, Key: "act.denied"}}))
	}
	ok(t, s.Note(ctx, workflow.Event{Act: "create", System: "s"}))
	list, err := s.Events(ctx, workflow.EventQuery{Case: "c"})
	ok(t, err)
	var acts []string
	for _, e := range list {
		acts = append(acts, e.Act)
	}
	if !slices.Equal(acts, []string{"create", "a", "b", "c"}) || list[1].Refused == nil || list[1].Seq <= list[0].Seq {
		t.Errorf("events %v", acts)
	}
	rest, err := s.Events(ctx, workflow.EventQuery{System: "s"})
	ok(t, err)
	if len(rest) != 1 {
		t.Errorf("%d events of the system alone", len(rest))
	}
}

func systems(t *testing.T, s workflow.Store) {
	seed(t, s)
	for _, id := range []string{"s1", "s2", "s3"} {
		ok(t, s.AddSystem(ctx, &workflow.System{ID: id, Name: "Cổng " + id, Owners: []string{"o"}, Facts: workflow.Facts{}}))
	}
	isKind(t, s.AddSystem(ctx, &workflow.System{ID: "s1", Name: "x"}), workflow.Stale)
	found, err := s.Systems(ctx, workflow.SystemQuery{Name: "dat dai"})
	ok(t, err)
	if len(found) != 1 || found[0].ID != "s" {
		t.Errorf("found %+v", found)
	}
	page, err := s.Systems(ctx, workflow.SystemQuery{Owner: "o", Limit: 2, After: "s"})
	ok(t, err)
	if len(page) != 2 || page[0].ID != "s1" || page[1].ID != "s2" {
		t.Errorf("page %+v", page)
	}
}

func imports(t *testing.T, s workflow.Store) {
	sys := &workflow.System{ID: "i1", Name: "Mạng", Owners: []string{"o"}, Facts: workflow.Facts{}}
	e := workflow.RegisterEntry{ID: "i1.0", Owner: "o", System: "i1", Level: 2, From: day(t, "2019-04-30"), Order: 2}
	ok(t, s.Import(ctx, &workflow.Intake{Offices: []workflow.Office{{ID: "o", Name: "Sở"}}, Systems: []*workflow.System{sys}, Entries: []workflow.RegisterEntry{e},
		Checks: []*workflow.Case{{ID: "i1.check", Kind: workflow.KindCheck, System: "i1", Stage: "waiting", Revision: 1}}, Event: workflow.Event{Act: "import"}}))
	rows, err := s.Register(ctx, "o", day(t, "2019-05-01"))
	ok(t, err)
	if len(rows) != 1 {
		t.Errorf("rows %+v", rows)
	}
	again := &workflow.Intake{Checks: []*workflow.Case{{ID: "i1.check", Kind: workflow.KindCheck, System: "i1", Stage: "resting", Revision: 3}}, Event: workflow.Event{Act: "import"}}
	isKind(t, s.Import(ctx, again), workflow.Stale)
	again.Checks[0].Revision = 2
	ok(t, s.Import(ctx, again))
	if c, err := s.Case(ctx, "i1.check"); err != nil || c.Revision != 2 || c.Stage != "resting" {
		t.Errorf("a check that begins anew: %+v %v", c, err)
	}
}

func dueCases(t *testing.T, s workflow.Store) {
	ch := seed(t, s)
	c := *ch.Case
	c.Revision, c.Due = 2, &workflow.Due{Rule: "D-VALID", Day: day(t, "2022-03-08")}
	ok(t, s.Keep(ctx, &workflow.Change{Case: &c, CaseWas: 1, SystemID: "s", SystemWas: 1}))
	for on, want := range map[string]int{"2022-03-08": 0, "2022-03-09": 1} {
		list, err := s.Cases(ctx, workflow.CaseQuery{DueBy: day(t, on)})
		ok(t, err)
		if len(list) != want {
			t.Errorf("due by %s: %d", on, len(list))
		}
	}
	c.Revision, c.Due.Marked = 3, true
	ok(t, s.Keep(ctx, &workflow.Change{Case: &c, CaseWas: 2, SystemID: "s", SystemWas: 1}))
	if list, _ := s.Cases(ctx, workflow.CaseQuery{DueBy: day(t, "2022-04-01")}); len(list) != 0 {
		t.Error("a marked case is due again")
	}
}
