package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestAStopUnderLoadFinishesWhatItTook asks the program to end while three people
// work (A54): it ends by itself, what it took is answered, nothing acknowledged is
// lost, and the next start has nothing to clear away.
func TestAStopUnderLoadFinishesWhatItTook(t *testing.T) {
	const workers, rounds = 3, 4
	db := filepath.Join(t.TempDir(), "capdo.db")
	filledHouse(t, db, 0)
	addSystems(t, db, workers, rounds*4)
	crew := make([]worker, workers)
	var people map[string]*client
	for range rounds {
		program := served(t, db)
		people = at(t, people, program)
		begun := make(chan struct{}, 1000)
		var wg sync.WaitGroup
		for n := range crew {
			crew[n].n = n
			wg.Go(func() {
				for crew[n].act(t, people) && !t.Failed() {
					begun <- struct{}{}
				}
			})
		}
		for range 5 { // in the midst of the work
			<-begun
		}
		if code := program.stop(); code != 0 {
			t.Errorf("exit %d", code)
		}
		wg.Wait()
	}
	steps, lost := wholeAfter(t, db, crew)
	told := 0
	for _, w := range crew {
		told += len(w.told)
	}
	t.Logf("%d stops, %d steps acknowledged, %d kept, %d lost", rounds, told, steps, lost)
	if out, err := asProgram(t, db, "verify").CombinedOutput(); err != nil {
		t.Errorf("the history does not prove itself: %v\n%s", err, out)
	}
}

// openFiles counts what this process holds open.
func openFiles(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// TestAServerThatEndsLeavesNothingBehind serves in this process, lets people come,
// go away in the midst of a long list and try in vain, and ends it: no goroutine
// and no open file is left (A54, ASVS 1.4.3).
func TestAServerThatEndsLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "capdo.db")
	filledHouse(t, db, 4)
	once := func() {
		a, _ := testApp(t)
		out := &linesOut{lines: make(chan string, 100)}
		a.out = out
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan int, 1)
		go func() {
			done <- a.exit(serve(ctx, a, []string{"--db", db, "--addr", "127.0.0.1:0", "--metrics", "127.0.0.1:0"}))
		}()
		base := ""
		for base == "" {
			select {
			case line := <-out.lines:
				if _, at, ok := strings.Cut(line, "http://"); ok && !strings.Contains(at, "/metrics") {
					base = "http://" + strings.Fields(at)[0]
				}
			case code := <-done:
				t.Fatalf("it ended before it opened: %d", code)
			}
		}
		binh := signedInAt(t, base, "binh")
		for n := range 4 {
			if code, body := binh.post("/api/v1/acts", fmt.Sprintf(`{"act":"submit","case":"cn%d"}`, n)); code != 200 && code != 409 && code != 403 {
				t.Errorf("%d %v", code, body)
			}
		}
		for range 20 {
			gone, leave := context.WithTimeout(t.Context(), 3*time.Millisecond)
			req, err := http.NewRequestWithContext(gone, http.MethodGet, base+"/api/v1/registers/ubnd?format=pdf", nil)
			if err != nil {
				t.Fatal(err)
			}
			if resp, err := binh.Do(req); err == nil {
				_ = resp.Body.Close()
			}
			leave()
		}
		binh.CloseIdleConnections()
		http.DefaultClient.CloseIdleConnections()
		stop()
		if code := <-done; code != 0 {
			t.Errorf("exit %d", code)
		}
	}
	once() // what is begun once and stays
	before, files := goleak.IgnoreCurrent(), openFiles(t)
	once()
	goleak.VerifyNone(t, before)
	if now := openFiles(t); now > files {
		t.Errorf("%d files were open, now %d", files, now)
	}
}
