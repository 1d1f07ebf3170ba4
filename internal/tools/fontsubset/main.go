// Command fontsubset cuts TrueType faces down to the letters our papers use:
// Latin, Vietnamese and the punctuation of official documents.
//
//	go run ./internal/tools/fontsubset -in FOLDER -out internal/paper/fonts
//
// It reads the full faces from FOLDER and writes faces of the same names to
// the folder of -out. Hinting, kerning and layout tables are dropped: the PDF
// library uses none of them. It knows nothing of documents.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	in := flag.String("in", "", "folder of the full faces")
	out := flag.String("out", "internal/paper/fonts", "folder for the cut faces")
	names := flag.String("faces", "Tinos-Regular,Tinos-Bold,Tinos-Italic,Tinos-BoldItalic", "file names without .ttf, separated by commas")
	flag.Parse()
	for name := range strings.SplitSeq(*names, ",") {
		if err := cut(filepath.Join(*in, name+".ttf"), filepath.Join(*out, name+".ttf")); err != nil {
			fmt.Fprintln(os.Stderr, "fontsubset:", err)
			os.Exit(1)
		}
	}
}

func cut(from, to string) error {
	full, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	small, err := Subset(full, Letters())
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	fmt.Printf("%s: %d bytes to %d\n", filepath.Base(to), len(full), len(small))
	return os.WriteFile(to, small, 0o644)
}

// Letters lists the characters kept, in ascending order. The soft hyphen is
// left out on purpose: it is invisible in text and would print as a hyphen.
func Letters() []rune {
	ranges := [][2]rune{
		{0x20, 0x7E}, {0xA0, 0xAC}, {0xAE, 0xFF}, {0x102, 0x103}, {0x110, 0x111}, {0x128, 0x129}, {0x168, 0x169},
		{0x1A0, 0x1A1}, {0x1AF, 0x1B0}, {0x1EA0, 0x1EF9},
		{0x2010, 0x2014}, {0x2018, 0x2019}, {0x201C, 0x201D}, {0x2020, 0x2022}, {0x2026, 0x2026}, {0x2030, 0x2030},
		{0x20AB, 0x20AC}, {0x2116, 0x2116}, {0x2190, 0x2193}, {0x2212, 0x2212}, {0x2248, 0x2248}, {0x2260, 0x2260}, {0x2264, 0x2265},
	}
	var list []rune
	for _, r := range ranges {
		for c := r[0]; c <= r[1]; c++ {
			list = append(list, c)
		}
	}
	return list
}
