// Command procedures writes docs/procedures from the law data: a table and a
// diagram for every procedure of every rule set, the criteria and the
// deadlines, each line with its article, its origin and how far it was checked.
// It knows no regime, procedure or act by name; labels are those of the program
// and of words.yaml.
//
//	go run ./internal/tools/procedures docs/procedures
package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"capdo/workflow/regime"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: procedures FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "procedures:", err)
		os.Exit(1)
	}
}

// write makes the folder hold the pages and nothing else.
func write(dir string) error {
	book, err := regime.Open()
	if err != nil {
		return err
	}
	pages, err := generate(book)
	if err != nil {
		return err
	}
	if err := clearOld(dir, pages); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, pages[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// clearOld removes pages of the folder that are generated no more.
func clearOld(dir string, pages map[string][]byte) error {
	for _, pattern := range []string{"*.md", "*/*.md", "*/*.svg"} {
		old, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		for _, path := range old {
			name, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			if _, kept := pages[filepath.ToSlash(name)]; kept {
				continue
			}
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// subject is what one page speaks of.
type subject struct {
	R *regime.Regime
	P *regime.Procedure
}

// generate makes every page by its path, from a book of law alone: the same
// book gives the same bytes.
func generate(book *regime.Book) (map[string][]byte, error) {
	w, err := readWords()
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	page := func(path, name string, about any) error {
		var b bytes.Buffer
		if err := w.pages.ExecuteTemplate(&b, name+".md.tmpl", about); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		out[path] = append(bytes.TrimRight(b.Bytes(), "\n"), '\n')
		return nil
	}
	var index struct{ Regimes []subject }
	for _, r := range book.Regimes {
		index.Regimes = append(index.Regimes, subject{R: r})
		for _, p := range r.Procedures() {
			if err := page(r.Key+"/"+p.Key+".md", "procedure", subject{r, p}); err != nil {
				return nil, err
			}
			out[r.Key+"/"+p.Key+".svg"] = w.draw(r, p).svg()
		}
		for _, name := range []string{"criteria", "deadlines"} {
			if err := page(r.Key+"/"+name+".md", name, subject{R: r}); err != nil {
				return nil, err
			}
		}
	}
	return out, page("README.md", "index", index)
}
