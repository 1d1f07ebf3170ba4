//go:build bench

package bench

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"capdo/workflow"
)

// slip is the size of a printed page.
var slip = bytes.Repeat([]byte("a page of a paper "), 1400)

var slipHash = func() string { h := sha256.Sum256(slip); return hex.EncodeToString(h[:]) }()

// step is what one step writes: the case as it shall be, an event, a paper, and
// the outcome under the key of the request.
type step struct {
	c                       *workflow.Case
	was                     int64
	event                   workflow.Event
	paper                   workflow.Paper
	key                     string
	body, line, print, fact []byte // the first three as they are stored
}

var steps atomic.Int64

// next takes the case one step on.
func next(c *workflow.Case) step {
	id := fmt.Sprint("w-", steps.Add(1))
	s := step{c: c, was: c.Revision, key: "an/" + id}
	c.Revision++
	s.event = workflow.Event{Act: "set_facts", Case: c.ID, System: c.System, Person: "an", Role: "operator_officer", For: "so-ct", Rule: "p, operator_officer, set_facts",
		On: today, At: today.Start(), From: c.State, To: c.State, Version: 1, Regime: c.Regime, Revision: c.Revision, Papers: []string{id}}
	s.paper = workflow.Paper{ID: id, Case: c.ID, System: c.System, Form: "receipt", Regime: c.Regime, Version: 1, Order: c.Revision, Issuer: "so-ct", Date: today,
		SHA256: slipHash, Size: len(slip), Text: "a page", PDF: slip}
	return s
}

// written is next with what the floor stores.
func written(c *workflow.Case) step {
	s := next(c)
	for into, v := range map[*[]byte]any{&s.body: s.c, &s.line: s.event, &s.print: s.paper, &s.fact: s.paper.Facts} {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		*into = b
	}
	return s
}

// record is the line of the chain over the three rows of a step, and hash what
// seals it after the one before.
func (s step) record() string {
	sum := func(b ...[]byte) string {
		h := sha256.New()
		for _, one := range b {
			h.Write(one)
		}
		return hex.EncodeToString(h.Sum(nil))
	}
	return `{"event":1,"rows":[["cases","` + s.c.ID + `","` + sum(s.body) + `"],["events","1","` + sum(s.line) + `"],["papers","` + s.paper.ID + `","` + sum(s.print, s.fact, s.paper.PDF) + `"]]}`
}

func sealed(before, subject string, n int64, record string) string {
	h := sha256.Sum256([]byte(fmt.Sprint(before, "\n", subject, "\n", n, "\n", record)))
	return hex.EncodeToString(h[:])
}

// keep is the step as we write it.
func (p *province) keep(s step) error {
	return p.st.Keep(ctx, &workflow.Change{Case: s.c, CaseWas: s.was, Event: s.event, Papers: []workflow.Paper{s.paper}, Key: s.key, Outcome: []byte("{}")})
}

// owned gives each worker a case of its own, copied, so that ours and the floor
// count on their own databases.
func (p *province) owned(t *testing.T, workers int) []*workflow.Case {
	t.Helper()
	list, err := p.st.Cases(ctx, workflow.CaseQuery{Running: true, After: "k-", Limit: workers})
	if err != nil || len(list) < workers {
		t.Fatalf("%d cases, %v", len(list), err)
	}
	return list
}

// durable measures W1 on SQLite: a step that survives power loss.
func durable(t *testing.T, p *province) []result {
	raw := openRaw(t, p)
	group := newGroup(openRaw(t, p))
	defer group.close()
	var out []result
	run := func(name, floor string, goal float64, workers, n int, do func(step) error) {
		mine, theirs := p.owned(t, workers), copied(p.owned(t, workers))
		r := contest(t, name, floor, goal, n, among(workers, func(w, _ int) error { return p.keep(next(mine[w])) }),
			among(workers, func(w, _ int) error { return do(written(theirs[w])) }))
		if workers == 64 {
			r.within(50, 0)
			r.within(99, 50*time.Millisecond)
		}
		out = append(out, r)
	}
	run("W1 step, SQLite, 1 at once", "prepared SQL, one commit a step", 1.3, 1, 200, raw.step)
	// The group's file has not seen the steps above: its cases start where the copy was made.
	group.at(p.owned(t, 64))
	run("W1 step, SQLite, 8 at once", "one writer, group commit", 1/0.8, 8, 640, group.step)
	group.at(p.owned(t, 64))
	run("W1 step, SQLite, 64 at once", "one writer, group commit", 1/0.7, 64, 1920, group.step)
	return out
}
