package paper

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/jung-kurt/gofpdf"
)

func BenchmarkDecision(b *testing.B) {
	d := decision()
	b.ReportAllocs()
	for b.Loop() {
		if err := PDF(io.Discard, d); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecisionFloor is two pages of the library's own faces, without a
// Vietnamese letter: what no page of ours can be faster than.
func BenchmarkDecisionFloor(b *testing.B) {
	for b.Loop() {
		pdf := gofpdf.New("P", "mm", "A4", "")
		pdf.SetCreationDate(time.Unix(0, 0))
		for page := range 2 {
			pdf.AddPage()
			for i, style := range []string{"", "B", "I", "BI"} {
				pdf.SetFont("Times", style, 14)
				for line := range 10 {
					pdf.Text(30, float64(20+60*i+6*line), fmt.Sprintf("Page %d, line %d of a decision that has no accent", page, line))
				}
			}
		}
		if err := pdf.Output(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFacesFloor is a page with a word in each of our four faces: what the
// library asks for a Vietnamese page before anything is laid out.
func BenchmarkFacesFloor(b *testing.B) {
	for b.Loop() {
		pdf := gofpdf.New("P", "mm", "A4", "")
		pdf.SetCreationDate(time.Unix(0, 0))
		pdf.AddPage()
		for i, style := range styles {
			pdf.AddUTF8FontFromBytes("tinos", style, append([]byte(nil), ttfs[i]...))
			pdf.SetFont("tinos", style, 14)
			pdf.Text(30, float64(20+10*i), "Quyết định")
		}
		if err := pdf.Output(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRegisterOf1000(b *testing.B) {
	d := register(1000)
	b.Run("pdf", func(b *testing.B) {
		for b.Loop() {
			_ = PDF(io.Discard, d)
		}
	})
	b.Run("xlsx", func(b *testing.B) {
		for b.Loop() {
			_ = XLSX(io.Discard, d)
		}
	})
}
