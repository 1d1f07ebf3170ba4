//go:build e2e

package e2e

import (
	"bytes"
	"image"
	"image/color/palette"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"golang.org/x/image/draw"
)

// guidePages are the pictures of the handbook.
var guidePages = []struct{ name, who, path string }{
	{"verify", "", "/verify"}, {"work", "an", "/work"}, {"system", "an", "/systems/cong-dvc"}, {"case", "an", "/cases/d8"}, {"act", "chi", "/cases/d5/acts/conclude_fit"},
	{"register", "chi", "/registers?on=31/12/2021&vs=30/11/2020"}, {"house", "quan-tri", "/admin"}, {"person", "quan-tri", "/admin/people/an"}, {"offices", "quan-tri", "/admin/offices"},
	{"audit", "kien", "/audit"},
}

// maxPicture bounds the bytes of a picture in the program.
const maxPicture = 60_000

// TestPicturesOfTheHandbook makes the pictures anew where CAPDO_GUIDE names their
// folder, and else only opens the pages.
func TestPicturesOfTheHandbook(t *testing.T) {
	p := demoProvince(t)
	w, as := p.window(1280), ""
	for _, page := range guidePages {
		if page.who != as {
			as = page.who
			w.signIn(as)
		}
		w.open(page.path).picture(page.name)
	}
	w.signIn("giang").open("/papers/" + p.paperOf(w, "d3", "form-06")).picture("paper")
	w.signIn("chi").upload(list(t, p.dir, 20, "21,Sở Công Thương,Hệ thống hỏng,9,15/1/2020,Đáp ứng")).picture("job")
}

// picture keeps the upper part of the page, smaller and in few colours.
func (w *person) picture(name string) {
	w.t.Helper()
	b, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		w.t.Fatal(err)
	}
	whole, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		w.t.Fatal(err)
	}
	small := image.NewPaletted(image.Rect(0, 0, 960, 960*whole.Bounds().Dy()/whole.Bounds().Dx()), palette.WebSafe)
	scaled := image.NewRGBA(small.Bounds())
	draw.CatmullRom.Scale(scaled, scaled.Bounds(), whole, whole.Bounds(), draw.Src, nil)
	draw.Draw(small, small.Bounds(), scaled, image.Point{}, draw.Src)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, small); err != nil {
		w.t.Fatal(err)
	}
	if out.Len() > maxPicture {
		w.t.Errorf("the picture of %s has %d bytes", name, out.Len())
	}
	if dir := os.Getenv("CAPDO_GUIDE"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), out.Bytes(), 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
}
