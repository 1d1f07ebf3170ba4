package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// The committed faces are themselves cut again: the full ones are not ours to keep.
func TestACutFaceDrawsTheSameLetters(t *testing.T) {
	files, _ := filepath.Glob("../../paper/fonts/*.ttf")
	if len(files) != 4 {
		t.Fatalf("%d faces", len(files))
	}
	keep := []rune("Ađộềữ Ỗ")
	for _, file := range files {
		full, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		small, err := Subset(full, keep)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := Subset(full, keep)
		if !bytes.Equal(small, again) || len(small) >= len(full) {
			t.Errorf("%s: bytes differ or do not shrink", file)
		}
		a, b := parse(t, full), parse(t, small)
		for _, r := range keep {
			if wa, wb := width(t, a, r), width(t, b, r); wa != wb {
				t.Errorf("%c is %v wide, was %v", r, wb, wa)
			}
			if sa, sb := shape(t, a, r), shape(t, b, r); len(sa) != len(sb) || (r != ' ' && len(sa) == 0) {
				t.Errorf("%c has %d segments, had %d", r, len(sb), len(sa))
			} else {
				for i := range sa {
					if sa[i] != sb[i] {
						t.Errorf("%c differs at segment %d", r, i)
						break
					}
				}
			}
		}
		if g, _ := b.GlyphIndex(nil, 'x'); g != 0 {
			t.Error("x was kept")
		}
	}
}

func TestEveryLetterOfTheListIsInEveryCommittedFace(t *testing.T) {
	files, _ := filepath.Glob("../../paper/fonts/*.ttf")
	for _, file := range files {
		b, _ := os.ReadFile(file)
		f := parse(t, b)
		for _, r := range Letters() {
			if g, err := f.GlyphIndex(nil, r); err != nil || g == 0 {
				t.Errorf("%s lacks U+%04X", filepath.Base(file), r)
			}
		}
	}
}

func TestABrokenFileIsRefused(t *testing.T) {
	for name, b := range map[string][]byte{"empty": nil, "text": []byte("hello, world, not a face"), "cut short": {0, 1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 1}} {
		if _, err := Subset(b, Letters()); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func parse(t *testing.T, b []byte) *sfnt.Font {
	t.Helper()
	f, err := sfnt.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func width(t *testing.T, f *sfnt.Font, r rune) fixed.Int26_6 {
	t.Helper()
	var buf sfnt.Buffer
	g, _ := f.GlyphIndex(&buf, r)
	w, err := f.GlyphAdvance(&buf, g, fixed.I(1000), font.HintingNone)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func shape(t *testing.T, f *sfnt.Font, r rune) sfnt.Segments {
	t.Helper()
	var buf sfnt.Buffer
	g, _ := f.GlyphIndex(&buf, r)
	s, err := f.LoadGlyph(&buf, g, fixed.I(1000), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
