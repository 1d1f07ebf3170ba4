//go:build abuse

package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hostOf is where a copy of the program listens.
func (c copyOfProgram) hostOf() string { return strings.TrimPrefix(c.base, "http://") }

// p99 is how long 99 of 100 readings take at most.
func p99(t *testing.T, c *client) time.Duration {
	t.Helper()
	var took []time.Duration
	for range 200 {
		began := time.Now()
		if a := c.try("GET", "/api/v1/cases/cn0", ""); a.code != 200 {
			t.Fatalf("a reading: %d", a.code)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)*99/100]
}

// TestSlowConnectionsHoldNobodyUp opens 500 connections that send half a head and
// then nothing (A37): others are served as before, and the program closes them.
func TestSlowConnectionsHoldNobodyUp(t *testing.T) {
	db := filepath.Join(t.TempDir(), "capdo.db")
	filledHouse(t, db, 1)
	program := served(t, db)
	binh := entered(t, program, "binh")
	before := p99(t, binh)
	var slow []net.Conn
	for range 500 {
		c, err := net.Dial("tcp", program.hostOf())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write([]byte("POST /api/v1/acts HTTP/1.1\r\nHost: x\r\nX-Half: ")); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, c)
	}
	during := p99(t, binh)
	closed := 0
	for _, c := range slow {
		_ = c.SetReadDeadline(time.Now().Add(40 * time.Second))
		if _, err := io.ReadAll(c); err == nil {
			closed++
		}
	}
	t.Logf("p99 %v before, %v beside 500 slow connections; %d closed by the program", before, during, closed)
	if closed != len(slow) || during > 2*before+50*time.Millisecond {
		t.Errorf("%d of %d closed, p99 %v after %v", closed, len(slow), during, before)
	}
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// resident is how much of the machine's memory a process holds, in bytes.
func resident(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(b)
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n << 10
}

// TestGreatBodiesAreTurnedAway declares 5 GiB, and sends without an end (A34).
func TestGreatBodiesAreTurnedAway(t *testing.T) {
	db := filepath.Join(t.TempDir(), "capdo.db")
	filledHouse(t, db, 1)
	program := served(t, db)
	an := entered(t, program, "an")
	cookie := an.Jar.Cookies(mustURL(t, program.base))[0]
	before := resident(t, program.pid)
	for _, path := range []string{"/api/v1/cases/cn0/files?as=evidence", "/api/v1/acts", "/sign-in", "/api/v1/session", "/api/v1/verify", "/cases/cn0/files"} {
		for _, how := range []string{"Content-Length: 5368709120", "Transfer-Encoding: chunked"} {
			c, err := net.Dial("tcp", program.hostOf())
			if err != nil {
				t.Fatal(err)
			}
			kind := "application/json"
			if strings.Contains(path, "/files") {
				kind = "multipart/form-data; boundary=x"
			} else if path == "/sign-in" {
				kind = "application/x-www-form-urlencoded"
			}
			fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nCookie: %s\r\nContent-Type: %s\r\n%s\r\n\r\n", path, cookie, kind, how)
			sent := flood(c, strings.HasPrefix(how, "T"))
			_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
			head := make([]byte, 64)
			n, _ := c.Read(head)
			c.Close()
			if answer := string(head[:n]); sent > 256<<20 || !strings.HasPrefix(answer, "HTTP/1.1 4") {
				t.Errorf("%s %s: took %d MiB, answered %q", path, how, sent>>20, answer)
			}
			t.Logf("%s, %s: after %d KiB %q", path, how, sent>>10, strings.SplitN(string(head[:n]), "\r", 2)[0])
		}
	}
	if grown := resident(t, program.pid) - before; grown > 64<<20 {
		t.Errorf("memory grew by %d MiB", grown>>20)
	} else {
		t.Logf("memory grew by %d MiB", grown>>20)
	}
}

// flood sends until the other side stops it, 512 MiB at most.
func flood(c net.Conn, chunked bool) (sent int) {
	piece := bytes.Repeat([]byte("a"), 64<<10)
	if chunked {
		piece = append(append([]byte("10000\r\n"), piece...), "\r\n"...)
	}
	_ = c.SetWriteDeadline(time.Now().Add(30 * time.Second))
	for sent < 512<<20 {
		n, err := c.Write(piece)
		if sent += n; err != nil {
			return sent
		}
	}
	return sent
}

// TestAFullDiskLosesNothing serves a database on a disk of 24 MiB, fills the disk
// beside it, and frees it again (A18): what cannot be written is answered in
// words, nothing is half there, and the program goes on without a restart.
func TestAFullDiskLosesNothing(t *testing.T) {
	dir := t.TempDir()
	orSkip(t, "no small disk can be made here", "mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", dir)
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	db := filepath.Join(dir, "capdo.db")
	filledHouse(t, db, 0)
	addSystems(t, db, 1, 40)
	program := served(t, db)
	people := at(t, nil, program)
	w := worker{}
	for range 9 {
		if !w.act(t, people) {
			t.Fatal("no step on an empty disk")
		}
	}
	filler := filepath.Join(dir, "full")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	for piece := make([]byte, 4096); err == nil; {
		_, err = f.Write(piece)
	}
	f.Close()
	refused := map[int]int{}
	for range 40 {
		who, body := w.want()
		a := people[who].try("POST", "/api/v1/acts", body)
		if a.code == 200 {
			if !w.act(t, people) { // the same key: what is done is done
				t.Fatal("a step that was done is not known")
			}
			continue
		}
		refused[a.code]++
		if a.code != 503 && a.code != 507 || leak.MatchString(a.text) {
			t.Errorf("on a full disk: %d %s", a.code, a.text)
		}
	}
	if len(refused) == 0 {
		t.Error("the disk never was full")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	for range 8 {
		if !w.act(t, people) {
			t.Fatal("no step when there is room again")
		}
	}
	program.kill()
	last := served(t, db)
	last.kill()
	steps, lost := wholeAfter(t, db, []worker{w})
	t.Logf("refused on a full disk: %v; %d steps acknowledged, %d kept, %d lost", refused, len(w.told), steps, lost)
}
