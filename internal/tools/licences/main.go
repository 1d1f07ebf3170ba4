// Command licences lists every module that goes into the program with its
// licence, read from the files the modules bring along. It names what it cannot
// tell and decides nothing.
//
//	go run ./internal/tools/licences > docs/licences.md
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := write(os.Stdout, "."); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

// module is one part of the program as `go list` tells it.
type module struct {
	Path, Version, Dir string
	Main               bool
}

// write lists the modules of a package and all it imports.
func write(w io.Writer, pkg string) error {
	out, err := exec.Command("go", "list", "-deps", "-json=Module", pkg).Output()
	if err != nil {
		return err
	}
	seen := map[string]module{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct{ Module *module }
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if p.Module != nil && !p.Module.Main {
			seen[p.Module.Path] = *p.Module
		}
	}
	var rows []string
	for _, m := range seen {
		licence, err := licenceOf(m.Dir)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Path, err)
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |", m.Path, m.Version, licence))
	}
	slices.Sort(rows)
	_, err = fmt.Fprintf(w, "# Licences\n\nEvery module in the program (%d) with its licence, as the module's own file says. Written by `make licences`.\n\n| Module | Version | Licence |\n|---|---|---|\n%s\n",
		len(rows), strings.Join(rows, "\n"))
	return err
}

// signs tell a licence by words that only it has; the first that fits counts.
var signs = []struct{ name, words string }{
	{"Apache-2.0", "Apache License"}, {"MPL-2.0", "Mozilla Public License Version 2.0"}, {"LGPL", "GNU LESSER GENERAL PUBLIC LICENSE"}, {"GPL", "GNU GENERAL PUBLIC LICENSE"},
	{"BSD-3-Clause", "Neither the name"}, {"BSD-3-Clause", "names of its contributors may"}, {"BSD-2-Clause", "Redistributions of source code must retain"},
	{"ISC", "Permission to use, copy, modify, and/or distribute"}, {"ISC", "Permission to use, copy, modify, and distribute this software for any"},
	{"MIT", "Permission is hereby granted, free of charge"}, {"Unlicense", "This is free and unencumbered software"},
}

// licenceOf reads the file of a module that states its licence.
func licenceOf(dir string) (string, error) {
	for _, pattern := range []string{"LICEN[SC]E*", "licen[sc]e*", "COPYING*", "UNLICENSE*", "Licen[sc]e*"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return "", err
		}
		for _, path := range found {
			b, err := os.ReadFile(path)
			if err != nil {
				return "", err
			}
			text := strings.Join(strings.Fields(string(b)), " ")
			for _, s := range signs {
				if strings.Contains(text, s.words) {
					return s.name, nil
				}
			}
		}
	}
	return "**not told by its files**", nil
}
