//go:build e2e

package e2e

import (
	"strconv"
	"testing"
)

// TestMainPages opens the main pages at both widths.
func TestMainPages(t *testing.T) {
	p := demoProvince(t)
	for _, width := range []int{1280, 390} {
		w := p.window(width)
		w.open("/sign-in").shot("sign-in-" + strconv.Itoa(width))
		w.signIn("chi")
		for name, path := range map[string]string{"work": "/work", "systems": "/systems", "system": "/systems/cong-dvc", "case": "/cases/d3", "cases": "/cases"} {
			w.open(path).shot(name + "-" + strconv.Itoa(width))
		}
	}
}
