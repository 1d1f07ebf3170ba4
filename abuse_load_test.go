//go:build abuse

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// grownHouse makes a house whose owner has a register of so many rows.
func grownHouse(t *testing.T, rows int) (db string) {
	t.Helper()
	db = filepath.Join(t.TempDir(), "capdo.db")
	filledHouse(t, db, 1)
	svc, st := provinceAt(t, db)
	defer st.Close()
	in := &workflow.Intake{Event: workflow.Event{Act: "import_register", Person: "chi", Office: "ubnd", On: svc.Today(), At: svc.Clock()}}
	for n := range rows {
		id := fmt.Sprint("g", n)
		name := fmt.Sprintf("Hệ thống quản lý hồ sơ nghiệp vụ số %d của Sở Công Thương", n)
		in.Systems = append(in.Systems, &workflow.System{ID: id, Revision: 1, Name: name, Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt"})
		in.Entries = append(in.Entries, workflow.RegisterEntry{ID: "e" + id, Owner: "ubnd", System: id, SystemName: name, Operator: "sct", OperatorName: "Sở Công Thương", Level: 2,
			Regime: "nd85-tt03", Decided: workflow.LooseDate{Text: "12/01/2022", Year: 2022, Month: 1, Day: 12}, From: regime.NewDay(2022, 1, 12), Meets: "met", Order: n + 1})
	}
	if err := st.Import(context.Background(), in); err != nil {
		t.Fatal(err)
	}
	return db
}

// TestExpensiveQueriesHoldNobodyUp lets six people ask without a pause for what
// costs most, while somebody reads a case (A38).
func TestExpensiveQueriesHoldNobodyUp(t *testing.T) {
	program := served(t, grownHouse(t, 10000))
	binh := entered(t, program, "binh")
	before := p99(t, binh)
	ctx, stop := context.WithCancel(t.Context())
	var asked atomic.Int64
	var wg sync.WaitGroup
	for n := range 6 {
		c := entered(t, program, []string{"an", "binh", "chi", "dung"}[n%4])
		wg.Go(func() {
			for i := n; ctx.Err() == nil; i++ {
				path := []string{"/systems?q=zzzz", "/systems?q=%25%25%25%25", "/api/v1/systems?name=" + strings.Repeat("x", 2000) + "&limit=200", "/dashboard", "/cases?q=khongco", "/api/v1/registers/ubnd"}[i%6]
				if a := c.try("GET", path, ""); a.code >= 500 {
					t.Errorf("%s: %d", path, a.code)
				}
				asked.Add(1)
			}
		})
	}
	during := p99(t, binh)
	stop()
	wg.Wait()
	t.Logf("p99 of reading a case: %v, and %v beside %d expensive queries", before, during, asked.Load())
	if during > 2*time.Second {
		t.Errorf("p99 %v after %v", during, before)
	}
}

// mostForRegisters is what the program may grow by while everybody prints at once.
const mostForRegisters = 512 << 20

// TestFiftyRegistersAtOnceStayWithinMemory asks for fifty registers of 10,000 rows
// at once (A39): some are drawn, some wait, some are asked to come again, and the
// process stays within bounds.
func TestFiftyRegistersAtOnceStayWithinMemory(t *testing.T) {
	program := served(t, grownHouse(t, 10000))
	chi := entered(t, program, "chi")
	before, most := resident(t, program.pid), 0
	done := make(chan struct{})
	var wg sync.WaitGroup
	var mu sync.Mutex
	codes := map[int]int{}
	began := time.Now()
	for n := range 50 {
		wg.Go(func() {
			format := []string{"pdf", "xlsx", "csv"}[n%3]
			a := chi.try("GET", "/api/v1/registers/ubnd?format="+format+"&on=2022-02-"+fmt.Sprintf("%02d", n%20+1), "")
			mu.Lock()
			defer mu.Unlock()
			codes[a.code]++
			if a.code == 200 && len(a.text) < 100000 {
				t.Errorf("%s of %d bytes", format, len(a.text))
			}
		})
	}
	go func() {
		defer close(done)
		wg.Wait()
	}()
	for ended := false; !ended; {
		select {
		case <-done:
			ended = true
		case <-time.After(20 * time.Millisecond):
		}
		most = max(most, resident(t, program.pid))
	}
	t.Logf("50 at once: %v in %v; memory %d MiB before, %d MiB at most", codes, time.Since(began).Round(time.Millisecond), before>>20, most>>20)
	if codes[200]+codes[429] != 50 || codes[200] < 4 || most-before > mostForRegisters {
		t.Errorf("%v, memory grew by %d MiB", codes, (most-before)>>20)
	}
}

// slowly opens connections that go on too slowly for ever.
func slowly(t *testing.T, program copyOfProgram, n int, begin func(c net.Conn)) []net.Conn {
	t.Helper()
	var all []net.Conn
	for range n {
		c, err := net.Dial("tcp", program.hostOf())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		begin(c)
		all = append(all, c)
	}
	return all
}

// TestSlowBodiesAndSlowReadersHoldNobodyUp sends 200 bodies a byte at a time, and
// asks on 100 connections for much more than is then read (A37).
func TestSlowBodiesAndSlowReadersHoldNobodyUp(t *testing.T) {
	db := filepath.Join(t.TempDir(), "capdo.db")
	filledHouse(t, db, 1)
	program := served(t, db)
	binh := entered(t, program, "binh")
	script := regexp.MustCompile(`/assets/[^"]+\.js`).FindString(binh.try("GET", "/sign-in", "").text)
	if a := binh.try("GET", script, ""); a.code != 200 {
		t.Fatalf("%q: %d", script, a.code)
	}
	before := p99(t, binh)
	began := time.Now()
	bodies := slowly(t, program, 200, func(c net.Conn) {
		fmt.Fprint(c, "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
		go func() {
			for {
				if _, err := c.Write([]byte(" ")); err != nil {
					return
				}
				time.Sleep(10 * time.Second)
			}
		}()
	})
	const asked = 2000
	readers := slowly(t, program, 100, func(c net.Conn) {
		_ = c.(*net.TCPConn).SetReadBuffer(4096)
		go func() { _, _ = io.WriteString(c, strings.Repeat("GET "+script+" HTTP/1.1\r\nHost: x\r\n\r\n", asked)) }()
	})
	filling := p99(t, binh) // a hundred download at once, until nobody takes more
	during := p99(t, binh)
	for _, c := range bodies { // closed by the program, with an answer or without
		_ = c.SetReadDeadline(time.Now().Add(90 * time.Second))
		if _, err := io.ReadAll(c); isTimeout(err) {
			t.Fatal("a slow body is still listened to")
		}
	}
	ofBodies := time.Since(began)
	time.Sleep(150*time.Second - time.Since(began)) // the readers do not read, longer than an answer may take
	for _, c := range readers {
		_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
		b, err := io.ReadAll(c)
		if isTimeout(err) || strings.Count(string(b), "HTTP/1.1 200") == asked {
			t.Fatalf("a slow reader is still waited for: %v, %d bytes", err, len(b))
		}
	}
	t.Logf("p99 %v before, %v beside 200 slow bodies and 100 slow readers (%v while their buffers filled); bodies ended within %v, readers within 150 s", before, during, filling, ofBodies.Round(time.Second))
	if during > 2*before+100*time.Millisecond {
		t.Errorf("p99 %v after %v", during, before)
	}
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}

// manyWriters lets 64 people send their dossiers at once and tells the longest that
// one waited.
func manyWriters(t *testing.T, program copyOfProgram) (longest time.Duration, codes map[int]int) {
	t.Helper()
	binh := entered(t, program, "binh")
	codes = map[int]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for n := range 64 {
		wg.Go(func() {
			began := time.Now()
			a := binh.try("POST", "/api/v1/acts", fmt.Sprintf(`{"act":"submit","case":"cn%d"}`, n))
			mu.Lock()
			defer mu.Unlock()
			longest = max(longest, time.Since(began))
			if codes[a.code]++; a.code != 200 && (a.code != http.StatusServiceUnavailable || leak.MatchString(a.text)) {
				t.Errorf("case %d: %d %s", n, a.code, a.text)
			}
		})
	}
	wg.Wait()
	return longest, codes
}

// TestWritersWaitForNobodyWhoHoldsConnections lets 64 write while others hold
// connections (A52): on SQLite a reader that never ends, on PostgreSQL nearly all
// that the server gives.
func TestWritersWaitForNobodyWhoHoldsConnections(t *testing.T) {
	ctx := context.Background()
	t.Run("sqlite", func(t *testing.T) {
		db := filepath.Join(t.TempDir(), "capdo.db")
		filledHouse(t, db, 64)
		program := served(t, db)
		held, err := readerOf(db)
		if err != nil {
			t.Fatal(err)
		}
		defer held()
		longest, codes := manyWriters(t, program)
		t.Logf("64 writers beside a reader that does not end: %v, the longest %v", codes, longest)
		if longest > 30*time.Second || codes[200] != 64 {
			t.Errorf("%v, %v", codes, longest)
		}
	})
	t.Run("postgres", func(t *testing.T) {
		db := onServer(t, 64)
		program := served(t, db)
		entered(t, program, "binh")
		var held []*pgx.Conn
		defer func() {
			for _, c := range held {
				_ = c.Close(ctx)
			}
		}()
		for len(held) < 500 {
			c, err := pgx.Connect(ctx, db)
			if err != nil {
				break // the server has no more
			}
			held = append(held, c)
			if _, err := c.Exec(ctx, "BEGIN; SELECT count(*) FROM cases"); err != nil {
				t.Fatal(err)
			}
		}
		longest, codes := manyWriters(t, program)
		t.Logf("64 writers, %d connections held until the server gave no more: %v, the longest %v", len(held), codes, longest)
		if len(held) == 500 || longest > 30*time.Second || codes[200] == 0 {
			t.Errorf("%d held, %v, %v", len(held), codes, longest)
		}
	})
}

// readerOf opens a reading of a file that goes on until it is ended.
func readerOf(path string) (end func(), err error) {
	db, err := sql.Open("sqlite3", "file:"+path+"?mode=ro")
	if err != nil {
		return nil, err
	}
	tx, err := db.Begin()
	if err == nil {
		err = tx.QueryRow("SELECT count(*) FROM cases").Scan(new(int))
	}
	return func() { _, _ = tx.Rollback(), db.Close() }, err
}

// TestABackupUnderLoadHoldsAllThatWasAcknowledgedBefore makes a backup while three
// people work, and restores it elsewhere (A51): all that was acknowledged before it
// began is in it, nothing is half there, and the history proves itself.
func TestABackupUnderLoadHoldsAllThatWasAcknowledgedBefore(t *testing.T) {
	const workers = 3
	dir := t.TempDir()
	db := filepath.Join(dir, "capdo.db")
	filledHouse(t, db, 0)
	addSystems(t, db, workers, 60)
	program := served(t, db)
	people := at(t, nil, program)
	var crew [workers]worker
	var mu [workers]sync.Mutex
	var stop atomic.Bool
	var wg sync.WaitGroup
	for n := range crew {
		crew[n].n = n
		wg.Go(func() {
			for done := true; done && !stop.Load() && crew[n].round < 59; {
				mu[n].Lock()
				done = crew[n].act(t, people)
				mu[n].Unlock()
			}
		})
	}
	told := func() (n int, so []worker) {
		for i := range crew {
			mu[i].Lock()
			so = append(so, worker{told: slices.Clone(crew[i].told)})
			n += len(crew[i].told)
			mu[i].Unlock()
		}
		return n, so
	}
	before := 0
	var so []worker
	for before < 40 {
		before, so = told()
	}
	saved, back := filepath.Join(dir, "a.zip"), filepath.Join(t.TempDir(), "back.db")
	began := time.Now()
	if out, err := asProgram(t, db, "backup", "--out", saved, "--with-keys").CombinedOutput(); err != nil {
		t.Fatalf("backup: %v\n%s", err, out)
	}
	took := time.Since(began)
	after, _ := told()
	stop.Store(true)
	wg.Wait()
	program.kill()
	began = time.Now()
	if out, err := asProgram(t, back, "restore", saved).CombinedOutput(); err != nil {
		t.Fatalf("restore: %v\n%s", err, out)
	}
	restored := time.Since(began)
	first := served(t, back) // the house is open again
	rto := time.Since(began)
	first.kill()
	steps, lost := wholeAfter(t, back, so)
	t.Logf("backup in %v beside %d steps; restored and compared in %v, open again after %v (RTO); %d steps acknowledged before it began, %d in it, %d lost (RPO)",
		took.Round(time.Millisecond), after-before, restored.Round(time.Millisecond), rto.Round(time.Millisecond), before, steps, lost)
	if out, err := asProgram(t, back, "verify").CombinedOutput(); err != nil {
		t.Errorf("the history does not prove itself: %v\n%s", err, out)
	}
	if after == before {
		t.Error("nobody worked beside the backup")
	}
}
