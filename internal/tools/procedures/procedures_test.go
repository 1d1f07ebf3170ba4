package main

import (
	"bytes"
	"encoding/xml"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"capdo/workflow/regime"
)

const folder = "../../../docs/procedures"

func lawBook(t *testing.T) *regime.Book {
	t.Helper()
	b, err := regime.Open()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func generated(t *testing.T) map[string][]byte {
	t.Helper()
	pages, err := generate(lawBook(t))
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// TestThePagesAreThoseOfTheLawData fails when law data changed and `make docs`
// was not run.
func TestThePagesAreThoseOfTheLawData(t *testing.T) {
	pages := generated(t)
	for name, want := range pages {
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Errorf("%v: run make docs", err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s is stale: run make docs", name)
		}
	}
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, d fs.DirEntry, err error) error {
		if _, ok := pages[path]; err == nil && !d.IsDir() && !ok {
			t.Errorf("%s is generated no more: run make docs", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTheSameLawGivesTheSameBytes(t *testing.T) {
	one, two := generated(t), generated(t)
	for name := range one {
		if !bytes.Equal(one[name], two[name]) {
			t.Errorf("%s differs from one making to the next", name)
		}
	}
}

func TestEveryStepRuleAndDeadlineIsOnItsPage(t *testing.T) {
	pages := generated(t)
	for _, r := range lawBook(t).Regimes {
		on := func(page string, words ...string) {
			t.Helper()
			for _, w := range words {
				if !strings.Contains(string(pages[r.Key+"/"+page]), w) {
					t.Errorf("%s/%s does not say %s", r.Key, page, w)
				}
			}
		}
		for _, p := range r.Procedures() {
			for _, s := range p.Steps {
				on(p.Key+".md", "`"+s.Act+"`", cites(s.Basis))
			}
			on(p.Key+".svg", p.Start)
		}
		for _, rule := range append(r.Criteria.Rules(), r.Criteria.Floors()...) {
			on("criteria.md", "| "+rule.ID+" |", cites(rule.Basis))
		}
		for key, d := range r.Deadlines {
			on("deadlines.md", "| "+key+" |", cites(d.Basis))
			if d.Verified == regime.Unverified {
				on("deadlines.md", string(regime.Unverified))
			}
		}
	}
}

func TestNoTableIsBroken(t *testing.T) {
	for name, b := range generated(t) {
		if !strings.HasSuffix(name, ".md") {
			continue
		}
		columns := 0
		for n, line := range strings.Split(string(b), "\n") {
			cells := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
			switch {
			case !strings.HasPrefix(line, "|"):
				columns = 0
			case columns == 0:
				columns = cells
			case cells != columns:
				t.Errorf("%s:%d has %d cell walls, the head of its table %d", name, n+1, cells, columns)
			}
			if strings.Contains(line, "<no value>") || strings.Contains(line, "‹") {
				t.Errorf("%s:%d shows a hole: %s", name, n+1, line)
			}
		}
	}
}

// area is a rectangle that words or a box cover.
type area struct{ x, y, w, h int }

func (a area) meets(b area) bool {
	return a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h
}

func (a area) holds(b area) bool {
	return a.x <= b.x && a.y <= b.y && a.x+a.w >= b.x+b.w && a.y+a.h >= b.y+b.h
}

func (t text) area() area {
	a := area{t.x, t.y - t.size + 2, t.wide(), t.size}
	if t.end {
		a.x -= a.w
	}
	return a
}

func TestInADiagramNothingOverlapsAndNothingIsCut(t *testing.T) {
	w, err := readWords()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range lawBook(t).Regimes {
		for _, p := range r.Procedures() {
			t.Run(r.Key+"/"+p.Key, func(t *testing.T) {
				d := w.draw(r, p)
				page := area{0, 0, d.w, d.h}
				for i, one := range d.texts {
					if !page.holds(one.area()) {
						t.Errorf("%q is cut at the edge", one.words)
					}
					for _, other := range d.texts[:i] {
						if one.area().meets(other.area()) {
							t.Errorf("%q lies over %q", one.words, other.words)
						}
					}
				}
				checkBoxes(t, d, len(p.States))
				checkArrows(t, d)
			})
		}
	}
}

func checkBoxes(t *testing.T, d *diagram, want int) {
	t.Helper()
	var states []area
	for _, b := range d.boxes {
		if b.class != "state" {
			continue
		}
		here := area{b.x, b.y, b.w, b.h}
		for _, other := range states {
			if here.meets(other) {
				t.Errorf("two states overlap at %v", here)
			}
		}
		for _, one := range d.texts {
			if one.area().meets(here) && !here.holds(one.area()) {
				t.Errorf("%q runs over the edge of a state", one.words)
			}
		}
		states = append(states, here)
	}
	if len(states) != want {
		t.Errorf("%d boxes for %d states", len(states), want)
	}
}

// checkArrows holds the ends of arrows apart: two on one side of the boxes have
// each a row of their own, and two in one lane do not run over each other.
func checkArrows(t *testing.T, d *diagram) {
	t.Helper()
	type end struct {
		y    int
		down bool
	}
	ends := map[end]string{}
	for i, a := range d.arrows {
		low, high := a.in, a.in
		for _, y := range append([]int{a.in}, a.out...) {
			at := end{y, a.down}
			if other, taken := ends[at]; taken {
				t.Errorf("%s and %s share a row", a.act, other)
			}
			ends[at], low, high = a.act, min(low, y), max(high, y)
		}
		for _, b := range d.arrows[:i] {
			if a.down == b.down && a.lane == b.lane && b.in >= low && b.in <= high {
				t.Errorf("%s runs over %s", a.act, b.act)
			}
		}
		if lane := d.laneR + a.lane*laneWide; a.down && lane >= d.w {
			t.Errorf("%s runs off the page", a.act)
		}
		if lane := d.laneL - a.lane*laneWide; !a.down && lane <= 0 {
			t.Errorf("%s runs off the page", a.act)
		}
	}
}

func TestADiagramIsWellFormed(t *testing.T) {
	for name, b := range generated(t) {
		if !strings.HasSuffix(name, ".svg") {
			continue
		}
		for dec := xml.NewDecoder(bytes.NewReader(b)); ; {
			if _, err := dec.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Errorf("%s: %v", name, err)
				break
			}
		}
	}
}

// TestAWiderProcedureIsDrawnToo draws a made-up procedure with many ways there
// and back, of stages and acts nobody has words for.
func TestAWiderProcedureIsDrawnToo(t *testing.T) {
	w, err := readWords()
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{"a", "b", "c", "d", "e"}
	p := &regime.Procedure{Key: "toy", Start: "a", States: map[string]regime.State{}}
	p.Steps = append(p.Steps, regime.Step{Act: "begin", To: "a"})
	for _, from := range keys {
		p.States[from] = regime.State{Stage: "unheard_of", Holder: "nobody_known"}
		for _, to := range keys {
			p.Steps = append(p.Steps, regime.Step{Act: "from_" + from + "_to_" + to, From: []string{from}, To: to})
		}
	}
	p.Steps = append(p.Steps, regime.Step{Act: "meet_in_the_middle", From: keys, To: "c"})
	d := w.draw(lawBook(t).Regimes[0], p)
	checkBoxes(t, d, len(keys))
	checkArrows(t, d)
	if len(d.arrows) != 20+2 {
		t.Errorf("%d arrows", len(d.arrows))
	}
}

func TestWritingClearsWhatIsGeneratedNoMore(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "gone"), 0o755); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(dir, "gone", "old.md")
	if err := os.WriteFile(old, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := write(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("the old page is still there: %v", err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "README.md")); err != nil || len(b) == 0 {
		t.Errorf("no index: %v", err)
	}
}
