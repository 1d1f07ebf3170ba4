package press

import (
	"encoding/xml"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"capdo/workflow"
)

// run is a stretch of text on a page as the file shows it, in mm and points.
type run struct {
	page                     int
	text                     string
	left, top, right, bottom float64
	size                     float64
	face                     string // "", B, I, BI
}

func (r run) middle() float64 { return (r.left + r.right) / 2 }

// seen is a paper as somebody sees it who has nothing but the file.
type seen struct {
	t           *testing.T
	name        string
	width, high []float64 // of each page, mm
	runs        []run
}

func (s *seen) errorf(format string, args ...any) {
	s.t.Helper()
	s.t.Errorf(s.name+": "+format, args...)
}

// see reads the pages out of the PDF with their faces and sizes.
func see(t *testing.T, name string, pdf []byte) *seen {
	t.Helper()
	var doc struct {
		Pages []struct {
			Width float64 `xml:"width,attr"`
			High  float64 `xml:"height,attr"`
			Fonts []struct {
				ID     string  `xml:"id,attr"`
				Family string  `xml:"family,attr"`
				Size   float64 `xml:"size,attr"`
			} `xml:"fontspec"`
			Texts []struct {
				Top   float64 `xml:"top,attr"`
				Left  float64 `xml:"left,attr"`
				Width float64 `xml:"width,attr"`
				High  float64 `xml:"height,attr"`
				Font  string  `xml:"font,attr"`
				Inner string  `xml:",innerxml"`
			} `xml:"text"`
		} `xml:"page"`
	}
	if err := xml.Unmarshal([]byte(tool(t, pdf, "pdftohtml", "-xml", "-stdout", "-i", "-hidden", "FILE")), &doc); err != nil {
		t.Fatal(err)
	}
	const mm = 25.4 / 72 / 1.5 // the tool counts in units of two thirds of a point
	s := &seen{t: t, name: name}
	faces, sizes := map[string]string{}, map[string]float64{}
	for i, p := range doc.Pages {
		s.width, s.high = append(s.width, math.Round(p.Width*mm)), append(s.high, math.Round(p.High*mm))
		for _, f := range p.Fonts {
			face, ours := strings.CutPrefix(f.Family, "utf8tinos")
			if !ours {
				s.errorf("a strange typeface, %s", f.Family)
			}
			faces[f.ID], sizes[f.ID] = face, math.Floor(f.Size/1.5)
		}
		for _, x := range p.Texts {
			text := flat(entities.Replace(tags.ReplaceAllString(x.Inner, "")))
			s.runs = append(s.runs, run{i + 1, text, x.Left * mm, x.Top * mm, (x.Left + x.Width) * mm, (x.Top + x.High) * mm, sizes[x.Font], faces[x.Font]})
		}
	}
	return s
}

var (
	tags     = regexp.MustCompile(`<[^>]*>`)
	entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&amp;", "&", "&#34;", `"`)
)

// find gives the first run that begins with a text.
func (s *seen) find(text string) (run, bool) {
	i := slices.IndexFunc(s.runs, func(r run) bool { return strings.HasPrefix(r.text, text) })
	if i < 0 {
		return run{}, false
	}
	return s.runs[i], true
}

// is asks for the face and size of a run.
func (s *seen) is(what string, r run, face string, size float64) {
	s.t.Helper()
	if r.face != face || r.size != size {
		s.errorf("%s (%q) is %q %.0f, not %q %.0f", what, r.text, r.face, r.size, face, size)
	}
}

const (
	nationalName = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
	nationalWord = "Độc lập - Tự do - Hạnh phúc"
	draftWord    = "DỰ THẢO"
)

// issued is one paper of the press with what was seen of it.
type issued struct {
	seen
	facts workflow.PaperFacts
	out   workflow.Printed
	form  string
}

var (
	everyMu sync.Mutex
	every   = map[bool][]issued{}
)

// everyPaper calls do with each form of each regime, as issued or as a draft. They
// are printed and read once for all tests.
func everyPaper(t *testing.T, draft bool, do func(s *seen, f workflow.PaperFacts, out workflow.Printed, form string)) {
	t.Helper()
	everyMu.Lock()
	defer everyMu.Unlock()
	if every[draft] == nil {
		_, words := press(t)
		for _, key := range everyRegime {
			for _, form := range words.Forms(key) {
				f := in(key, facts(form))
				if f.Draft = draft; draft {
					f.Number, f.Proof = "", nil
				}
				out := printed(t, f)
				every[draft] = append(every[draft], issued{*see(t, key+" "+form, out.PDF), f, out, form})
			}
		}
	}
	for _, one := range every[draft] {
		one.t = t
		do(&one.seen, one.facts, one.out, one.form)
	}
}

// rules are the level lines in the upper part of the first page, from its picture.
func rules(t *testing.T, pdf []byte) (list []run) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "a.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	const dpi, high = 200, 700
	if out, err := exec.Command("pdftoppm", "-r", fmt.Sprint(dpi), "-f", "1", "-l", "1", "-x", "0", "-y", "0", "-W", "2400", "-H", fmt.Sprint(high), "-gray", "-singlefile", file, filepath.Join(dir, "a")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(filepath.Join(dir, "a.pgm"))
	if err != nil {
		t.Fatal(err)
	}
	var wide, tall, most int
	if _, err := fmt.Sscanf(string(b[:20]), "P5\n%d %d\n%d\n", &wide, &tall, &most); err != nil {
		t.Fatal(err)
	}
	dots := b[len(b)-wide*tall:]
	const mm = 25.4 / dpi
	for y := range tall {
		for x := 0; x < wide; x++ {
			from := x
			for x < wide && dots[y*wide+x] < 170 {
				x++
			}
			if n := float64(x-from) * mm; n > 6 { // longer than any stroke of a letter
				list = append(list, run{left: float64(from) * mm, right: float64(x) * mm, top: float64(y) * mm})
			}
		}
	}
	return list
}
