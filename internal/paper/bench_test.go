package paper

import (
	"io"
	"testing"
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
