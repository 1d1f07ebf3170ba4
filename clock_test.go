package main

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"capdo/api"
)

func TestAClockThatGoesBackIsNoticed(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	at := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	w := &wallClock{read: func() time.Time { return at }}
	for _, c := range []struct {
		says   string
		by     time.Duration
		behind time.Duration
		times  int
	}{
		{"the first reading", 0, 0, 0}, {"it goes on", time.Minute, 0, 0}, {"a little back", -time.Second, 0, 0}, {"an hour back", -time.Hour, time.Hour + time.Second, 1},
		{"it goes on from there", 10 * time.Minute, 50*time.Minute + time.Second, 1}, {"back again", -time.Minute, 51*time.Minute + time.Second, 2}, {"it has caught up", 52 * time.Minute, 0, 2},
	} {
		at = at.Add(c.by)
		if got := w.now(); !got.Equal(at) {
			t.Errorf("%s: it tells %s, not %s", c.says, got, at)
		}
		if behind, times := w.state(); behind != c.behind || times != c.times || (w.warning() == "") != (behind == 0) {
			t.Errorf("%s: behind %s, %d times, %q", c.says, behind, times, w.warning())
		}
	}
	if n := strings.Count(log.String(), `level=WARN msg="the clock went back"`); n != 2 || !strings.Contains(log.String(), "by=1h0m0s") {
		t.Errorf("%d warnings in\n%s", n, log.String())
	}
	w.after(at.Add(-time.Hour)) // written before: as it should be
	if behind, _ := w.state(); behind != 0 {
		t.Errorf("behind %s", behind)
	}
	w.after(at.Add(24 * time.Hour)) // the clock went back while the program was off
	if behind, times := w.state(); behind != 24*time.Hour || times != 3 {
		t.Errorf("behind %s, %d times", behind, times)
	}
}

// TestTheSupervisorIsToldOfAClockThatIsBehind asks the door whose last step lies
// in what is now the future: it is ready, and says so.
func TestTheSupervisorIsToldOfAClockThatIsBehind(t *testing.T) {
	h := newHouse(t)
	a, _ := testApp(t)
	real := h.now
	a.files = a.roomOf(t, h.db)
	a.clock.read = func() time.Time { return real }
	config := a.doorConfig(h.Service, h.st, &serving{})
	srv := httptest.NewServer(api.New(config))
	defer srv.Close()
	ask := func(want string) {
		t.Helper()
		if code, body := readiness(t, copyOfProgram{base: srv.URL}); code != 200 || !strings.HasPrefix(body, "ready\n") || !strings.Contains(body, want) || want == "" && body != "ready\n" {
			t.Errorf("%d %q, want %q", code, body, want)
		}
	}
	ask("")
	real = real.Add(-time.Hour)
	ask("clock_behind 1h0m0s, went back 1 times")
	real = real.Add(2 * time.Hour)
	ask("")
}
