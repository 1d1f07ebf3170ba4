//go:build abuse

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// orSkip skips a test that needs what this machine does not allow, and says so;
// where everything must be tested it fails.
func orSkip(t *testing.T, what string, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s: %v: %s", what, err, out)
		}
		t.Skipf("NOT TESTED: %s: %v: %s", what, err, out)
	}
}

// TestADiskThatTurnsReadOnlyGetsNothingAcknowledged serves from an ext4 of its own,
// which then gives up as on a fault of the device: the system mounts it read-only
// under the open files (A19). After it is mounted anew nothing acknowledged is
// missing.
func TestADiskThatTurnsReadOnlyGetsNothingAcknowledged(t *testing.T) {
	dir := t.TempDir()
	image := filepath.Join(t.TempDir(), "disk")
	if err := os.WriteFile(image, make([]byte, 48<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	orSkip(t, "no disk can be made here", "mkfs.ext4", "-q", "-F", image)
	mount := func() { orSkip(t, "no disk can be mounted here", "mount", "-o", "loop,errors=remount-ro", image, dir) }
	mount()
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	db := filepath.Join(dir, "capdo.db")
	filledHouse(t, db, 1)
	addSystems(t, db, 1, 8)
	program := served(t, db)
	people := at(t, nil, program)
	w := worker{}
	for range 9 {
		if !w.act(t, people) {
			t.Fatal("no step on a disk that works")
		}
	}
	orSkip(t, "the disk cannot be made to give up here", "mount", "-o", "remount,abort", dir)
	for range 5 {
		who, body := w.want()
		if a := people[who].try("POST", "/api/v1/acts", body); a.code != 503 || leak.MatchString(a.text) {
			t.Errorf("on a disk that can only be read: %d %s", a.code, a.text)
		}
	}
	if code, _ := people["binh"].get("/api/v1/cases/cn0"); code != 200 {
		t.Errorf("a reading: %d", code)
	}
	if code, body := readiness(t, program); code != 503 || body != "busy\n" {
		t.Errorf("ready: %d %q", code, body)
	}
	program.kill()
	if err := syscall.Unmount(dir, 0); err != nil {
		t.Fatal(err)
	}
	mount()
	again := served(t, db)
	people = at(t, people, again)
	for range 8 {
		if !w.act(t, people) {
			t.Fatal("no step on the disk that was mounted anew")
		}
	}
	again.kill()
	steps, lost := wholeAfter(t, db, []worker{w})
	t.Logf("%d steps acknowledged, %d kept, %d lost", len(w.told), steps, lost)
}
