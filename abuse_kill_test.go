package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"capdo/internal/store"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// killsAsked is how often the program is killed: a few times among the other
// tests, some hundreds by make abuse.
func killsAsked(t *testing.T) int {
	t.Helper()
	text := os.Getenv("CAPDO_KILLS")
	if text == "" {
		return 5
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// life is the whole way of a dossier of level 2, act by act: numbers, papers and
// at its end a row of the register.
var life = []struct{ who, act, more string }{
	{"an", "create", `,"system":"SYSTEM","level":2,"track":"operating"`},
	{"an", "attach", `,"with":{"components":[1,2,3,4]}`},
	{"binh", "submit", ""},
	{"chi", "request_supplement", `,"with":{"reason":"bổ sung sơ đồ"}`},
	{"binh", "resubmit", `,"with":{"answers":["đã bổ sung"]}`},
	{"chi", "accept_valid", ""},
	{"chi", "conclude_fit", `,"with":{"points":{"a":"fit","b":"fit","c":"fit"}}`},
	{"dung", "approve", `,"with":{"quy_che":"12/QĐ-STTTT","quy_che_date":"2021-12-01"}`},
}

// worker takes one dossier after the other through its life and remembers what
// it was told was done.
type worker struct {
	n, round, at int
	id           string // of the dossier under way
	sent         int    // times the act under way was sent
	told         []acknowledged
}

// acknowledged is a step that somebody was told is done.
type acknowledged struct {
	workflow.Event
	papers []workflow.Paper
}

func (w *worker) want() (who, body string) {
	step, system := life[w.at], fmt.Sprintf("k%d-%d", w.n, w.round)
	body = fmt.Sprintf(`{"act":%q,"key":"%s-%d"`, step.act, system, w.at) + strings.Replace(step.more, "SYSTEM", system, 1)
	if w.at > 0 {
		body += fmt.Sprintf(`,"case":%q`, w.id)
	}
	return step.who, body + "}"
}

// act sends the act under way. What was sent before and got no answer is sent
// again under the same key; false where the program is gone.
func (w *worker) act(t *testing.T, people map[string]*client) bool {
	who, body := w.want()
	c := people[who]
	w.sent++
	resp, err := c.Post(c.base+"/api/v1/acts", "application/json", strings.NewReader(body))
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return false
	}
	var out struct {
		Event  workflow.Event
		Papers []workflow.Paper
		Case   struct{ ID string }
	}
	if resp.StatusCode != http.StatusOK {
		t.Errorf("%s: %d %s", body, resp.StatusCode, b)
		return false
	}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Error(err)
		return false
	}
	w.told = append(w.told, acknowledged{out.Event, out.Papers})
	w.id, w.sent = out.Event.Case, 0
	if w.at++; w.at == len(life) {
		w.at, w.id = 0, ""
		w.round++
	}
	return true
}

// killed plays rounds of work that each end with kill -9 at a random moment,
// looks at what is left after each, and counts.
func killed(t *testing.T, db string, kills int) {
	const workers = 3
	random := rand.New(rand.NewPCG(uint64(kills), 20261127))
	filledHouse(t, db, 0)
	addSystems(t, db, workers, 20+8*kills)
	var crew [workers]worker
	for n := range crew {
		crew[n].n = n
	}
	var people map[string]*client
	resent := 0
	for range kills {
		program := served(t, db)
		people = at(t, people, program)
		var wg sync.WaitGroup
		for n := range crew {
			if crew[n].sent > 0 {
				resent++
			}
			wg.Go(func() {
				for crew[n].act(t, people) && !t.Failed() {
				}
			})
		}
		// The moment of the blow, not a wait for something: anywhere in the work of
		// some steps.
		time.AfterFunc(time.Duration(20+random.IntN(600))*time.Millisecond, program.kill)
		wg.Wait()
		program.kill()
		if t.Failed() {
			return
		}
	}
	last := served(t, db) // voids what the last blow left reserved
	people = at(t, people, last)
	for n := range crew {
		if crew[n].sent > 0 {
			resent++
			crew[n].act(t, people)
		}
	}
	last.kill()
	if out, err := asProgram(t, db, "verify").CombinedOutput(); err != nil {
		t.Errorf("the history does not prove itself: %v\n%s", err, out)
	}
	told, steps := 0, 0
	for n := range crew {
		told += len(crew[n].told)
	}
	steps, lost := wholeAfter(t, db, crew[:])
	t.Logf("%d kills, %d steps acknowledged, %d kept, %d sent again without an answer before, %d lost", kills, told, steps, resent, lost)
	if told == 0 {
		t.Error("nothing was done before the blows")
	}
}

// at signs everybody in at the first start, and carries the sessions to each
// start after.
func at(t *testing.T, people map[string]*client, program copyOfProgram) map[string]*client {
	now := map[string]*client{}
	for _, who := range []string{"an", "binh", "chi", "dung"} {
		if people == nil {
			now[who] = entered(t, program, who)
		} else {
			now[who] = people[who].at(program)
		}
	}
	return now
}

// wholeAfter looks at everything a step leaves: nothing acknowledged is missing,
// nothing is half there, no number is without its paper or its reason.
func wholeAfter(t *testing.T, db string, crew []worker) (steps, lost int) {
	t.Helper()
	ctx := context.Background()
	st, err := store.Open(ctx, db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	cases, err := st.Cases(ctx, workflow.CaseQuery{Limit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	kept, numbers, entries := map[string]workflow.Event{}, map[string]workflow.Paper{}, map[string]int{}
	register, err := st.Register(ctx, "ubnd", regime.NewDay(2022, 3, 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range register {
		entries[e.Case]++
	}
	for _, c := range cases {
		events := stepsOf(t, st, c)
		steps += len(events)
		for _, e := range events {
			kept[fmt.Sprint(c.ID, e.Revision)] = e
		}
		papers := papersOf(t, st, c, events)
		for _, p := range papers {
			if p.Number != "" {
				numbers[p.Issuer+" "+p.Number] = p
			}
		}
		if want := map[bool]int{true: 1}[c.State == "approved"]; entries[c.ID] != want {
			t.Errorf("%s is %s and has %d rows in the register", c.ID, c.State, entries[c.ID])
		}
	}
	booksWhole(t, st, numbers)
	for _, w := range crew {
		for _, told := range w.told {
			e, ok := kept[fmt.Sprint(told.Case, told.Revision)]
			if !ok || e.Act != told.Act || e.To != told.To || !slices.Equal(e.Papers, told.Papers) {
				lost++
				t.Errorf("acknowledged and lost: %s %s, revision %d (kept: %+v)", told.Case, told.Act, told.Revision, e)
			}
		}
	}
	return steps, lost
}

// stepsOf gives the steps of a case, each revision once and the last one where
// the case stands.
func stepsOf(t *testing.T, st *store.Store, c *workflow.Case) []workflow.Event {
	t.Helper()
	events, err := st.Events(context.Background(), workflow.EventQuery{Case: c.ID})
	if err != nil {
		t.Fatal(err)
	}
	events = slices.DeleteFunc(events, func(e workflow.Event) bool { return e.Refused != nil })
	for i, e := range events {
		if e.Revision != int64(i+1) {
			t.Errorf("%s: step %d has revision %d", c.ID, i+1, e.Revision)
		}
	}
	if n := len(events); int64(n) != c.Revision || events[n-1].To != c.State {
		t.Errorf("%s stands at %s, revision %d, after %d steps", c.ID, c.State, c.Revision, n)
	}
	return events
}

// papersOf gives the papers of a case: exactly those its steps name, with the
// bytes they were kept with.
func papersOf(t *testing.T, st *store.Store, c *workflow.Case, events []workflow.Event) []workflow.Paper {
	t.Helper()
	papers, err := st.Papers(context.Background(), workflow.PaperQuery{Case: c.ID})
	if err != nil {
		t.Fatal(err)
	}
	var named, there []string
	for _, e := range events {
		named = append(named, e.Papers...)
	}
	for _, p := range papers {
		there = append(there, p.ID)
		whole, err := st.Paper(context.Background(), p.ID)
		if sum := sha256.Sum256(whole.PDF); err != nil || hex.EncodeToString(sum[:]) != p.SHA256 {
			t.Errorf("%s is not the paper that was issued, %v", p.ID, err)
		}
	}
	slices.Sort(named)
	slices.Sort(there)
	if !slices.Equal(named, there) {
		t.Errorf("%s: steps name %v, kept are %v", c.ID, named, there)
	}
	return papers
}

// booksWhole asks each book: no gap, no number left open, each used one on a
// paper, each void one with its reason.
func booksWhole(t *testing.T, st *store.Store, papers map[string]workflow.Paper) {
	t.Helper()
	used := 0
	for _, issuer := range []string{"ubnd", "stttt", "sct"} {
		book, err := st.Numbers(context.Background(), issuer, 2022)
		if err != nil {
			t.Fatal(err)
		}
		last := map[string]int{}
		for _, n := range book {
			if n.N != last[n.Series]+1 {
				t.Errorf("%s %s: %d comes after %d", issuer, n.Series, n.N, last[n.Series])
			}
			last[n.Series] = n.N
			_, on := papers[issuer+" "+n.Text]
			switch {
			case n.State == workflow.Used && !on, n.State == workflow.Void && (on || n.Reason == ""), n.State == workflow.Reserved && !st.Shared():
				t.Errorf("%s of %s is %s, on a paper: %v, reason %q", n.Text, issuer, n.State, on, n.Reason)
			case n.State == workflow.Used:
				used++
			}
		}
	}
	if used != len(papers) {
		t.Errorf("%d numbers are used, %d papers carry one", used, len(papers))
	}
}

func TestNothingAcknowledgedIsLostWhenTheProgramIsKilled(t *testing.T) {
	killed(t, filepath.Join(t.TempDir(), "capdo.db"), killsAsked(t))
}

func TestNothingAcknowledgedIsLostWhenTheProgramIsKilledOnPostgreSQL(t *testing.T) {
	killed(t, onPostgres(t), killsAsked(t))
}
