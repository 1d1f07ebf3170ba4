package paper

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const verifyLink = "https://capdo.ninhthuan.gov.vn/verify/GEZD-GNBV-GY3T-QOJQ"

func proven(d Document) Document {
	d.Blocks = append(slices.Clip(d.Blocks), Proof{Link: verifyLink, Lines: []string{"Mã kiểm chứng: GEZD-GNBV-GY3T-QOJQ",
		"Quét mã vuông hoặc mở https://capdo.ninhthuan.gov.vn/verify rồi nhập mã này để kiểm chứng văn bản.", "Điểm kiểm chứng số 12: 9F3A07C155D2"}})
	return d
}

// square is a QR code as a reader sees it on a page, in mm.
type square struct {
	link                     string
	left, top, right, bottom float64
}

// read renders a page at dpi and reads the QR code on it with a program that
// knows nothing of how it was drawn.
func read(t *testing.T, pdf []byte, page, dpi int) square {
	t.Helper()
	if _, err := exec.LookPath("zbarimg"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("zbarimg is not installed (Debian package zbar-tools)")
		}
		t.Skip("NOT TESTED: zbarimg is not installed (Debian package zbar-tools)")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "p.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	n := fmt.Sprint(page)
	if out, err := exec.Command("pdftoppm", "-r", fmt.Sprint(dpi), "-f", n, "-l", n, "-gray", "-singlefile", file, filepath.Join(dir, "p")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	// Status 4 says that nothing is there.
	out, _ := exec.Command("zbarimg", "--quiet", "--raw", filepath.Join(dir, "p.pgm")).Output()
	links := strings.Fields(string(out))
	if len(links) == 0 {
		return square{}
	}
	s := dark(t, filepath.Join(dir, "p.pgm"), dpi)
	s.link = strings.Join(links, " ")
	return s
}

// dark is the box around all that is black where a proof stands, in mm.
func dark(t *testing.T, picture string, dpi int) square {
	t.Helper()
	b, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	var wide, high, most int
	if _, err := fmt.Sscanf(string(b[:20]), "P5\n%d %d\n%d\n", &wide, &high, &most); err != nil {
		t.Fatal(err)
	}
	dots := b[len(b)-wide*high:]
	unit := 25.4 / float64(dpi)
	s := square{left: 999, top: 999}
	for i, dot := range dots {
		x, y := float64(i%wide)*unit, float64(i/wide)*unit
		if dot < 128 && x < marginLeft+proofSide+proofQuiet && y > 297-marginBottom-proofSide-proofQuiet && y < 297-marginBottom+proofQuiet {
			s.left, s.right, s.top, s.bottom = min(s.left, x), max(s.right, x+unit), min(s.top, y), max(s.bottom, y+unit)
		}
	}
	return s
}

func lastPage(t *testing.T, pdf []byte) int {
	t.Helper()
	n, err := strconv.Atoi(regexp.MustCompile(`Pages:\s+(\d+)`).FindStringSubmatch(poppler(t, pdf, "pdfinfo"))[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheSquareCodeIsReadFromThePictureAtTheFootOfTheLastPage(t *testing.T) {
	for name, d := range map[string]Document{"a decision": decision(), "a register": register(30), "a short letter": letter()} {
		pdf := render(t, proven(d))
		last := lastPage(t, pdf)
		for _, dpi := range []int{100, 150, 300} { // a poor scanner, a phone, a printer
			got := read(t, pdf, last, dpi)
			if got.link != verifyLink {
				t.Fatalf("%s at %d dpi: %+v", name, dpi, got)
			}
			// What is black ends where the square does: around it all is white.
			if off := func(is, want float64) bool { return math.Abs(is-want) > 0.2 }; dpi == 300 && (off(got.left, marginLeft) || off(got.right-got.left, 22) || off(got.bottom-got.top, 22) || off(got.bottom, 297-marginBottom)) {
				t.Errorf("%s: the code stands at %+v", name, got)
			}
		}
		for page := 1; page < last; page++ {
			if got := read(t, pdf, page, 150); got.link != "" {
				t.Errorf("%s: a code on page %d", name, page)
			}
		}
	}
}

// crossed are words within the code and the white around it.
func crossed(words []seen, page int) []seen {
	return slices.DeleteFunc(slices.Clone(words), func(s seen) bool {
		return s.page != page || s.left > marginLeft+proofSide+proofQuiet-0.5 || s.base < 297-marginBottom-proofSide-proofQuiet+0.5 || s.top > 297-marginBottom
	})
}

func TestTheProofStandsBelowAllTextAndTheSignatureIsNeverPartedFromIt(t *testing.T) {
	full := decision()
	tail := full.Blocks[len(full.Blocks)-3:]
	for n := range 45 {
		d := Document{Date: full.Date, Blocks: slices.Clip(full.Blocks[:1])}
		for range n {
			d.Blocks = append(d.Blocks, Para{Text: "Dòng."})
		}
		d.Blocks = append(d.Blocks, tail...)
		pdf := render(t, proven(d))
		words := seenWords(t, pdf)
		page := map[string]int{}
		for _, s := range words {
			page[s.text] = s.page
		}
		if page["này./."] != page["KT."] || page["KT."] != page["Nguyễn"] || page["Nguyễn"] != page["GEZD-GNBV-GY3T-QOJQ"] {
			t.Fatalf("%d lines before: text, title, name and proof on pages %d %d %d %d", n, page["này./."], page["KT."], page["Nguyễn"], page["GEZD-GNBV-GY3T-QOJQ"])
		}
		if over := crossed(words, page["Nguyễn"]); len(over) > 0 {
			t.Fatalf("%d lines before: the code lies under %+v", n, over)
		}
	}
}

func TestAListOfRecipientsLongerThanThePageStillLeavesTheProofFree(t *testing.T) {
	for _, n := range []int{20, 40, 47, 55, 90} {
		d := decision()
		r := Recipients{Label: "Nơi nhận:"}
		for i := range n {
			r.Lines = append(r.Lines, fmt.Sprintf("Đơn vị thứ %d", i))
		}
		d.Blocks[len(d.Blocks)-2] = r
		pdf := render(t, proven(d))
		last := lastPage(t, pdf)
		if over := crossed(seenWords(t, pdf), last); len(over) > 0 {
			t.Errorf("%d recipients: the code lies under %+v", n, over)
		}
		if got := read(t, pdf, last, 150); got.link != verifyLink {
			t.Errorf("%d recipients: no code on the last page", n)
		}
	}
}

func TestTheLastRowsOfARegisterGoAlongWithItsProof(t *testing.T) {
	for n := 10; n < 34; n++ {
		d := register(n)
		d.Blocks = d.Blocks[len(d.Blocks)-2:]
		pdf := render(t, proven(d))
		words := seenWords(t, pdf)
		page := map[string]int{}
		for _, s := range words {
			page[s.text] = s.page
		}
		if row := fmt.Sprintf("R%d", n); page[row] != page["GEZD-GNBV-GY3T-QOJQ"] {
			t.Errorf("%d rows: the last on page %d, the proof on %d", n, page[row], page["GEZD-GNBV-GY3T-QOJQ"])
		}
		if over := crossed(words, lastPage(t, pdf)); len(over) > 0 {
			t.Errorf("%d rows: the code lies under %+v", n, over)
		}
	}
}

func TestALinkTooLongForACodeStopsThePrinting(t *testing.T) {
	var b bytes.Buffer
	err := PDF(&b, Document{Blocks: []Block{Proof{Link: strings.Repeat("x", 5000), Lines: []string{"a"}}}})
	if err == nil || b.Len() > 0 {
		t.Errorf("%v, %d bytes", err, b.Len())
	}
}
