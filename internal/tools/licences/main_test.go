package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestTheListOfLicencesIsNotStale(t *testing.T) {
	t.Chdir("../../..")
	var now bytes.Buffer
	if err := write(&now, "."); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("docs/licences.md")
	if err != nil || !bytes.Equal(kept, now.Bytes()) {
		t.Errorf("run make licences: %v", err)
	}
}

func TestALicenceIsToldByItsWords(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"words over lines":  {"LICENSE", "Permission is hereby\n granted, free of charge, to", "MIT"},
		"another spelling":  {"COPYING", "Apache License\nVersion 2.0", "Apache-2.0"},
		"two or three rows": {"LICENSE.txt", "Redistributions of source code must retain … Neither the name of", "BSD-3-Clause"},
		"nothing known":     {"LICENSE", "All rights reserved.", "**not told by its files**"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := licenceOf(dir); err != nil || got != c.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
