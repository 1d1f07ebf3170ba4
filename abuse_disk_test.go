package main

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// faultyDisk builds the shim that makes the disk of a program fail while a file is
// there: what the program is started with, and that file without its ending.
func faultyDisk(t *testing.T) (env []string, marker string) {
	t.Helper()
	dir := t.TempDir()
	shim, marker := filepath.Join(dir, "faultydisk.so"), filepath.Join(dir, "now")
	if out, err := exec.Command("gcc", "-shared", "-fPIC", "-o", shim, "testdata/faultydisk.c", "-ldl").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return []string{"LD_PRELOAD=" + shim, "CAPDO_FAULTY_DISK=" + marker}, marker
}

// readiness asks whether a copy of the program can do its work.
func readiness(t *testing.T, c copyOfProgram) (int, string) {
	t.Helper()
	resp, err := http.Get(c.base + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// TestADiskThatFailsGetsNothingAcknowledged serves from a disk whose syncs fail,
// then from one that takes no writes (A19): no step is acknowledged, people are
// told in words, the supervisor is told, reading goes on; and once the disk works,
// all that was committed is written anew before the next step is.
func TestADiskThatFailsGetsNothingAcknowledged(t *testing.T) {
	env, marker := faultyDisk(t)
	db := filepath.Join(t.TempDir(), "capdo.db")
	filledHouse(t, db, 1)
	addSystems(t, db, 1, 8)
	program := served(t, db, env...)
	people := at(t, nil, program)
	w := worker{}
	steps := func(n int) {
		t.Helper()
		for range n {
			if !w.act(t, people) {
				t.Fatal("no step on a disk that works")
			}
		}
	}
	steps(4)
	for _, how := range []string{".sync", ".read"} {
		if err := os.WriteFile(marker+how, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			who, body := w.want()
			if a := people[who].try("POST", "/api/v1/acts", body); a.code != 503 && a.code != 507 || leak.MatchString(a.text) {
				t.Errorf("%s: %d %s", how, a.code, a.text)
			}
		}
		if code, body := people["binh"].get("/api/v1/cases/cn0"); code != 200 {
			t.Errorf("%s: a reading: %d %v", how, code, body)
		}
		if code, body := readiness(t, program); code != 503 || body != "busy\n" {
			t.Errorf("%s: ready: %d %q", how, code, body)
		}
		if err := os.Remove(marker + how); err != nil {
			t.Fatal(err)
		}
		if code, body := readiness(t, program); code != 200 {
			t.Errorf("%s is over: ready: %d %q", how, code, body)
		}
		if log, err := os.Stat(db + "-wal"); err != nil || log.Size() != 0 {
			t.Errorf("%s is over: what was committed does not lie in the file: %v, %v", how, log, err)
		}
		steps(5)
	}
	program.kill()
	served(t, db).kill()
	steps0, lost := wholeAfter(t, db, []worker{w})
	t.Logf("%d steps acknowledged, %d kept, %d lost", len(w.told), steps0, lost)
	if out, err := asProgram(t, db, "verify").CombinedOutput(); err != nil {
		t.Errorf("the history does not prove itself: %v\n%s", err, out)
	}
}

// TestAServerDoesNotOpenOverADiskThatFails starts the program on such a disk.
func TestAServerDoesNotOpenOverADiskThatFails(t *testing.T) {
	env, marker := faultyDisk(t)
	db := filepath.Join(t.TempDir(), "capdo.db")
	filledHouse(t, db, 1)
	first := served(t, db)
	if code, body := entered(t, first, "binh").post("/api/v1/acts", `{"act":"submit","case":"cn0"}`); code != 200 {
		t.Fatalf("a step: %d %v", code, body)
	}
	first.kill() // its log is still there
	if err := os.WriteFile(marker+".sync", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := asProgram(t, db, "serve", "--addr", "127.0.0.1:0", "--lang", "en")
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); err == nil || code != 2 && code != 1 || leak.Match(out) {
		t.Errorf("%d %v: %s", code, err, out)
	}
	t.Logf("%s", out)
}
