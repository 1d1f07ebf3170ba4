package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// changedSince names the files of a list of hashes (as sha256sum writes it) that
// are not any more what they were.
func changedSince(t *testing.T, dir, list string) (changed []string, n int) {
	t.Helper()
	lines := bufio.NewScanner(strings.NewReader(list))
	for lines.Scan() {
		sum, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok {
			t.Fatalf("%q is no line of hashes", lines.Text())
		}
		n++
		b, err := os.ReadFile(filepath.Join(dir, name))
		if got := sha256.Sum256(b); err != nil || hex.EncodeToString(got[:]) != sum {
			changed = append(changed, name)
		}
	}
	return changed, n
}

// TestWhatWasReleasedStandsAsItWas: a migration that ran in a province, and a rule
// set that decided there, never change. Something new gets a file of its own.
func TestWhatWasReleasedStandsAsItWas(t *testing.T) {
	list, err := os.ReadFile("packaging/released.sha256")
	if err != nil {
		t.Fatal(err)
	}
	if changed, n := changedSince(t, ".", string(list)); len(changed) > 0 || n == 0 {
		t.Errorf("of %d files released before these changed: %v", n, changed)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), []byte("law"), 0o600); err != nil {
		t.Fatal(err)
	}
	const law = "dd8441b2f4e4ee28d3b1d4d7a3d7b1c6e9d7bd94b4be8c93b2b0e6c2c2e4a6f0" // of other bytes
	if changed, _ := changedSince(t, dir, law+"  a\n"+law+"  gone\n"); len(changed) != 2 {
		t.Errorf("only %v are seen to have changed", changed)
	}
}
