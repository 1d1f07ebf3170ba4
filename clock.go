package main

import (
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// slack is how far a clock may go back without a word: what is set right a little
// all the time.
const slack = 2 * time.Second

// wallClock reads the clock of the machine and notices when it goes back. Nothing
// is held up by it and no time is made up: days on papers and deadlines are those
// of the clock, whoever set it; the history has its order by number. But
// somebody must be told.
type wallClock struct {
	read        func() time.Time // nil: the machine's
	mu          sync.Mutex
	seen, ahead time.Time // read last; the furthest read
	back        int       // times it went back
}

// now reads the clock, without the count of the processor that never goes back.
func (w *wallClock) now() time.Time {
	read := w.read
	if read == nil {
		read = time.Now
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	now := read().Round(0)
	if by := w.seen.Sub(now); by > slack {
		w.back++
		slog.Warn("the clock went back", "by", by.Round(time.Second).String(), "from", w.seen.Format(time.RFC3339), "to", now.Format(time.RFC3339))
	}
	w.seen = now
	if now.After(w.ahead) {
		w.ahead = now
	}
	return now
}

// after tells the clock of a time that was written down before: the program may
// have been off when it went back.
func (w *wallClock) after(written time.Time) {
	w.mu.Lock()
	if written.After(w.ahead) {
		w.seen, w.ahead = written.Round(0), written.Round(0)
	}
	w.mu.Unlock()
	w.now()
}

// state tells how far the clock is behind what it once was, and how often it went
// back.
func (w *wallClock) state() (behind time.Duration, times int) {
	now := w.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if behind = w.ahead.Sub(now); behind <= slack {
		behind = 0
	}
	return behind, w.back
}

// warning is what a supervisor reads beside that the program is ready.
func (w *wallClock) warning() string {
	behind, times := w.state()
	if behind == 0 {
		return ""
	}
	return fmt.Sprintf("clock_behind %s, went back %d times", behind.Round(time.Second), times)
}
