package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestASecondServerOfOneFileIsRefused starts the program twice on one file (A52);
// commands beside it go on.
func TestASecondServerOfOneFileIsRefused(t *testing.T) {
	db := filepath.Join(t.TempDir(), "capdo.db")
	filledHouse(t, db, 1)
	one := served(t, db)
	out, err := asProgram(t, db, "serve", "--addr", "127.0.0.1:0", "--lang", "en").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "is being served by another program") {
		t.Errorf("the second: %v\n%s", err, out)
	}
	if out, err := asProgram(t, db, "user", "list").CombinedOutput(); err != nil || !strings.Contains(string(out), "binh") {
		t.Errorf("a command beside it: %v\n%s", err, out)
	}
	if code, body := entered(t, one, "binh").post("/api/v1/acts", `{"act":"submit","case":"cn0"}`); code != 200 {
		t.Errorf("the first works on: %d %v", code, body)
	}
	one.kill()
	served(t, db) // what was killed holds nothing
}
