package metrics

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"capdo/workflow"
)

// fakeStore keeps nothing; the counts do not look behind it.
type fakeStore struct {
	workflow.Store
	err error
}

func (f fakeStore) Keep(context.Context, *workflow.Change) error { return f.err }
func (f fakeStore) Note(context.Context, workflow.Event) error   { return nil }

func TestStepsAndRefusalsAreCountedWhereTheyAreKept(t *testing.T) {
	m := New()
	ctx := context.Background()
	good, bad := m.Store(fakeStore{}), m.Store(fakeStore{err: errors.New("full")})
	for _, act := range []string{"submit", "submit", "approve"} {
		if err := good.Keep(ctx, &workflow.Change{Event: workflow.Event{Act: act}}); err != nil {
			t.Fatal(err)
		}
	}
	if bad.Keep(ctx, &workflow.Change{Event: workflow.Event{Act: "approve"}}) == nil {
		t.Error("an error is swallowed")
	}
	if err := good.Note(ctx, workflow.Event{Refused: &workflow.Refusal{Kind: workflow.Denied}}); err != nil {
		t.Fatal(err)
	}
	m.Answered(200, 3*time.Millisecond)
	m.Gauge("capdo_overdue", "Overdue.", func() float64 { return 7 })
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{`capdo_steps_total{act="submit"} 2`, `capdo_steps_total{act="approve"} 1`, `capdo_refusals_total{kind="denied"} 1`,
		`capdo_commit_seconds_count 3`, `capdo_steps_waiting 0`, `capdo_requests_total{status="OK"} 1`, `capdo_overdue 7`} {
		if !strings.Contains(w.Body.String(), line) {
			t.Errorf("no %s", line)
		}
	}
}
