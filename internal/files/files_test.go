package files

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

var ctx = context.Background()

func house(t *testing.T, l Limits) (*Files, string) {
	t.Helper()
	root := filepath.Join(t.TempDir(), "tệp")
	return InFolder(root, l), root
}

func pngFile() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 9, 7)))
	return b.Bytes()
}

func jpegFile() []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 90, 70)), nil)
	return b.Bytes()
}

// hugePNG says it is far larger than its bytes are.
func hugePNG() []byte {
	b := pngFile()
	binary.BigEndian.PutUint32(b[16:], 90_000)
	binary.BigEndian.PutUint32(b[20:], 90_000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

func pdfFile(object string) []byte {
	return []byte("%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" + object + "\ntrailer << /Root 1 0 R >>\n%%EOF\n")
}

func packed(dict, text string) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return pdfFile(fmt.Sprintf("9 0 obj\n<< %s /Length %d >>\nstream\r\n%s\nendstream\nendobj", dict, z.Len(), z.String()))
}

func svgFile(inner string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="10" height="10">` + inner + `</svg>`)
}

const types = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/x" ContentType="%s"/></Types>`

const wordMain = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
const visioMain = "application/vnd.ms-visio.drawing.main+xml"

// officeFile zips parts after the list of types: name, content, name, content…
func officeFile(main string, parts ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i, s := range append([]string{"[Content_Types].xml", fmt.Sprintf(types, main)}, parts...) {
		if i%2 == 1 {
			continue
		}
		w, _ := z.Create(s)
		_, _ = io.WriteString(w, append([]string{"", fmt.Sprintf(types, main)}, parts...)[i+1])
	}
	_ = z.Close()
	return b.Bytes()
}

// lying unpacks to more than its directory says.
func lying() []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create("[Content_Types].xml")
	_, _ = fmt.Fprintf(w, types, wordMain)
	deep := officeFile(wordMain, "word/document.xml", strings.Repeat("a", 3<<20))
	inner, _ := zip.NewReader(bytes.NewReader(deep), int64(len(deep)))
	raw, _ := inner.File[1].OpenRaw()
	out, _ := z.CreateRaw(&zip.FileHeader{Name: "word/document.xml", Method: zip.Deflate, CRC32: inner.File[1].CRC32,
		CompressedSize64: inner.File[1].CompressedSize64, UncompressedSize64: 10})
	_, _ = io.Copy(out, raw)
	_ = z.Close()
	return b.Bytes()
}

func linked() []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	h := &zip.FileHeader{Name: "word/link"}
	h.SetMode(0o777 | fs.ModeSymlink)
	w, _ := z.CreateHeader(h)
	_, _ = io.WriteString(w, "/etc/passwd")
	w, _ = z.Create("[Content_Types].xml")
	_, _ = fmt.Fprintf(w, types, wordMain)
	_ = z.Close()
	return b.Bytes()
}

func many(n int) []byte {
	parts := make([]string, 0, 2*n)
	for i := range n {
		parts = append(parts, fmt.Sprintf("word/%d.xml", i), "")
	}
	return officeFile(wordMain, parts...)
}

func workbook(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetCellStr("Sheet1", "A1", "vùng mạng"); err != nil {
		t.Fatal(err)
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func join(list ...[]byte) []byte { return bytes.Join(list, nil) }

func TestWhatMayComeInIsToldByItsContent(t *testing.T) {
	f, _ := house(t, Usual)
	chart := officeFile(wordMain, "word/document.xml", "<w/>", "word/embeddings/book.xlsx", string(workbook(t)))
	for _, c := range []struct {
		says, name, kind string
		content          []byte
		shown            bool
	}{
		{"a PNG", "Sơ đồ logic.PNG", PNG, pngFile(), true},
		{"a JPEG", "anh.jpeg", JPEG, jpegFile(), true},
		{"a PDF", "thiet-ke.pdf", PDF, packed("/Filter /FlateDecode", "BT (abc) Tj ET"), false},
		{"a PDF with a link", "thiet-ke.pdf", PDF, pdfFile("5 0 obj << /A << /S /URI /URI (https://example.vn) >> >> endobj"), false},
		{"a PDF whose list of files is empty", "thiet-ke.pdf", PDF, pdfFile("5 0 obj << /Names << /EmbeddedFiles << /Names [ ] >> >> /EFx 1 >> endobj"), false},
		{"a quiet drawing", "so-do.svg", SVG, svgFile(`<style>.a{fill:url(#g)}</style><g id="g"><use xlink:href="#g"/><image href="data:image/png;base64,AAAA"/></g>`), true},
		{"a drawing with foreign content is only handed out", "so-do.svg", SVG, svgFile(`<foreignObject><div xmlns="http://www.w3.org/1999/xhtml">Máy chủ</div></foreignObject>`), false},
		{"a drawing with a link is only handed out", "so-do.svg", SVG, svgFile(`<a xlink:href="https://example.vn/"><text>x</text></a>`), false},
		{"a DOCX", "a.docx", DOCX, officeFile(wordMain, "word/document.xml", "<w/>"), false},
		{"a DOCX whose chart carries a workbook", "a.docx", DOCX, chart, false},
		{"an XLSX", "a.xlsx", XLSX, workbook(t), false},
		{"a VSDX", "a.vsdx", VSDX, officeFile(visioMain, "visio/document.xml", "<v/>"), false},
		{"text", "a.txt", TXT, []byte("Trung tâm dữ liệu\r\nVùng 1\n"), false},
		{"a table", "a.csv", CSV, []byte("tên;nơi đặt\nA;B\n"), false},
	} {
		t.Run(c.says, func(t *testing.T) {
			got, err := f.Receive(ctx, bytes.NewReader(c.content), c.name)
			if err != nil || got.Type != c.kind || got.Shown != c.shown || got.Size != int64(len(c.content)) {
				t.Fatalf("%+v, %v", got, err)
			}
			in, err := f.Open(ctx, got.SHA256)
			if err != nil {
				t.Fatal(err)
			}
			back, err := io.ReadAll(in)
			if err = errors.Join(err, in.Close()); err != nil || !bytes.Equal(back, c.content) {
				t.Errorf("comes back different: %v", err)
			}
		})
	}
}

func TestWhatMayNotComeInIsRefusedWithItsReason(t *testing.T) {
	small := Usual
	small.Bytes, small.Entries, small.Unpacked = 8<<20, 50, 6<<20
	f, root := house(t, small)
	rels := func(rel string) []byte {
		return officeFile(wordMain, "word/_rels/document.xml.rels", `<Relationships xmlns="r"><Relationship Id="1" `+rel+`/></Relationships>`)
	}
	hidden := func(text string) []byte { return packed("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", text) }
	for _, c := range []struct {
		says, name, reason string
		content            []byte
	}{
		{"nothing", "a.pdf", Empty, nil},
		{"too much", "a.txt", TooLarge, bytes.Repeat([]byte("a"), 8<<20+1)},
		{"a program named a PDF", "bao-cao.pdf", UnknownType, append([]byte("MZ\x90\x00\x03\x00\x00\x00"), make([]byte, 500)...)},
		{"a page named a drawing", "a.svg", UnknownType, []byte("<html><body><script>alert(1)</script></body></html>")},
		{"a page that names itself text", "a.txt", UnknownType, []byte("<!DOCTYPE html><html><script>1</script></html>")},
		{"a plain archive", "a.zip", UnknownType, func() []byte {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			_, _ = z.Create("a.txt")
			_ = z.Close()
			return b.Bytes()
		}()},
		{"a picture named a PDF", "a.pdf", NameDiffers, pngFile()},
		{"a picture without an ending", "png", NameDiffers, pngFile()},
		{"a file with two endings goes by the last", "a.pdf.exe", NameDiffers, pdfFile("")},
		{"text of another encoding", "a.txt", Encoding, []byte("C\xf4ng ngh\xea th\xf4ng tin")},
		{"a picture too large to draw", "a.png", Pixels, hugePNG()},
		{"a picture cut short", "a.png", Broken, pngFile()[:40]},
		{"a picture with an archive behind it", "a.png", Polyglot, join(pngFile(), officeFile(wordMain))},
		{"a photograph with an archive behind it", "a.jpg", Polyglot, join(jpegFile(), officeFile(wordMain))},
		{"a photograph cut short", "a.jpg", Broken, jpegFile()[:300]},
		{"a PDF with an archive behind it", "a.pdf", Polyglot, join(pdfFile(""), officeFile(wordMain), []byte("\n%%EOF"))},
		{"a PDF with a page behind it", "a.pdf", Polyglot, join(pdfFile(""), []byte("<script>1</script>"))},
		{"a PDF without an end", "a.pdf", Broken, []byte("%PDF-1.7\n1 0 obj\n")},
		{"a PDF with a script", "a.pdf", Active, pdfFile("5 0 obj << /S /JavaScript /JS (app.alert\\(1\\)) >> endobj")},
		{"a PDF with a script spelt otherwise", "a.pdf", Active, pdfFile("5 0 obj << /S /J#61v#61Script >> endobj")},
		{"a PDF with a script of a rendition", "a.pdf", Active, pdfFile("5 0 obj << /JS (x) >> endobj")},
		{"a PDF that launches", "a.pdf", Active, pdfFile("5 0 obj << /S /Launch /F (cmd.exe) >> endobj")},
		{"a PDF whose script is packed", "a.pdf", Active, hidden("5 0 << /S /JavaScript /JS 6 0 R >>")},
		{"a PDF packed past looking", "a.pdf", Hidden, packed("/Type /ObjStm /N 1 /First 4 /Filter [/ASCIIHexDecode /FlateDecode]", "x")},
		{"a PDF with another file inside", "a.pdf", Nested, pdfFile("5 0 obj << /Type /EmbeddedFile >> endobj")},
		{"a PDF with a file whose stream has no type", "a.pdf", Nested, pdfFile("5 0 obj << /Type /Filespec /F (a.exe) /EF << /F 6 0 R >> >> endobj")},
		{"a PDF with a file referred to", "a.pdf", Nested, pdfFile("5 0 obj << /Type /Filespec /F (a.exe) /EF 7 0 R >> endobj")},
		{"a PDF that fetches another", "a.pdf", External, pdfFile("5 0 obj << /S /GoToR /F (//evil/x.pdf) >> endobj")},
		{"an encrypted PDF", "a.pdf", Hidden, pdfFile("5 0 obj << /Encrypt 6 0 R >> endobj")},
		{"a PDF that unpacks to too much", "a.pdf", Unpacked, packed("/Filter /FlateDecode", strings.Repeat(" ", 7<<20))},
		{"a drawing with a script", "a.svg", Active, svgFile(`<script>alert(1)</script>`)},
		{"a drawing with a handler", "a.svg", Active, svgFile(`<rect onload="alert(1)"/>`)},
		{"a drawing with a script address", "a.svg", External, svgFile(`<a href="java&#10;script:alert(1)"><text>x</text></a>`)},
		{"a drawing that animates an address", "a.svg", Active, svgFile(`<a><set attributeName="xlink:href" to="x"/></a>`)},
		{"a drawing that fetches a picture", "a.svg", External, svgFile(`<image href="https://evil.example/a.png"/>`)},
		{"a drawing that fetches a style", "a.svg", Active, svgFile(`<style>@import "https://evil.example/a.css";</style>`)},
		{"a drawing that fetches a font", "a.svg", External, svgFile(`<style>@font-face{src:url(https://evil.example/f)}</style>`)},
		{"a drawing whose style is spelt otherwise", "a.svg", Active, svgFile(`<g style="fill:\75rl(//evil)"/>`)},
		{"a drawing with a drawing inside its picture", "a.svg", External, svgFile(`<image href="data:image/svg+xml;base64,AAAA"/>`)},
		{"a drawing with a page inside", "a.svg", Active, svgFile(`<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>`)},
		{"a drawing with a style sheet elsewhere", "a.svg", External, join([]byte(`<?xml-stylesheet href="https://evil.example/a.css"?>`), svgFile("")[38:])},
		{"a drawing with entities", "a.svg", Active, []byte(`<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg"/>`)},
		{"a drawing that is not whole", "a.svg", Broken, svgFile(`<g>`)},
		{"an office file that bursts", "a.docx", Unpacked, officeFile(wordMain, "word/document.xml", strings.Repeat("0", 5<<20))},
		{"an office file that lies of its size", "a.docx", Broken, lying()},
		{"an office file of a million parts", "a.docx", Entries, many(60)},
		{"an office file with macros", "a.docx", Active, officeFile(wordMain, "word/vbaProject.bin", "x")},
		{"an office file of the type with macros", "a.docx", UnknownType, officeFile("application/vnd.ms-word.document.macroEnabled.main+xml", "word/document.xml", "<w/>")},
		{"an office file with an object", "a.docx", Active, officeFile(wordMain, "word/embeddings/oleObject1.bin", "x")},
		{"an office file with an archive", "a.docx", Nested, officeFile(wordMain, "word/a.dat", "PK\x03\x04")},
		{"an office file with a program", "a.docx", Nested, officeFile(wordMain, "word/media/a.png", "MZ\x90")},
		{"an office file in one in one", "a.docx", Nested, officeFile(wordMain, "word/embeddings/a.docx", string(officeFile(wordMain, "word/embeddings/b.docx", string(officeFile(wordMain)))))},
		{"an office file with entities", "a.docx", Active, officeFile(wordMain, "word/document.xml", strings.Repeat(" ", 100)+`<!DOCTYPE x [<!ENTITY a "b">]>`)},
		{"an office file that leads out", "a.docx", BadPath, officeFile(wordMain, "../../etc/cron.d/x", "x")},
		{"an office file that leads out the other way", "a.docx", BadPath, officeFile(wordMain, `..\..\x`, "x")},
		{"an office file with a link", "a.docx", BadPath, linked()},
		{"an office file with a part twice", "a.docx", Polyglot, officeFile(wordMain, "word/a.xml", "<a/>", "word/A.xml", "<a/>")},
		{"an office file with a template elsewhere", "a.docx", External, rels(`Type="http://x/attachedTemplate" Target="https://evil.example/t.dotm" TargetMode="External"`)},
		{"an office file with something behind it", "a.docx", Polyglot, join(officeFile(wordMain), []byte("%PDF-1.7"))},
		{"an office file with a PDF in its head", "a.docx", Polyglot, officeFile(wordMain, "word/%PDF-1.7", "x")},
	} {
		t.Run(c.says, func(t *testing.T) {
			got, err := f.Receive(ctx, bytes.NewReader(c.content), c.name)
			var no *Refusal
			if !errors.As(err, &no) || no.Reason != c.reason {
				t.Errorf("%+v, %v; want %s", got, err, c.reason)
			}
		})
	}
	if _, err := f.Receive(ctx, bytes.NewReader(rels(`Type="http://x/hyperlink" Target="https://example.vn" TargetMode="External"`)), "a.docx"); err != nil {
		t.Errorf("a link to click is refused: %v", err)
	}
	left := 0
	_ = filepath.WalkDir(root, func(_ string, d fs.DirEntry, _ error) error {
		if !d.IsDir() {
			left++
		}
		return nil
	})
	if left != 1 {
		t.Errorf("%d files lie in the folder; the refused ones left something behind", left)
	}
}

func TestTheSameFileTwiceIsKeptOnce(t *testing.T) {
	f, root := house(t, Usual)
	one, err := f.Receive(ctx, bytes.NewReader(pngFile()), "một.png")
	if err != nil {
		t.Fatal(err)
	}
	two, err := f.Receive(ctx, bytes.NewReader(pngFile()), "../../hai.png")
	if err != nil || one != two {
		t.Fatalf("%+v, %+v, %v", one, two, err)
	}
	found, err := filepath.Glob(root + "/*/*/*")
	if err != nil || len(found) != 1 || filepath.Base(found[0]) != one.SHA256 {
		t.Errorf("kept: %v, %v", found, err)
	}
	if info, err := os.Stat(found[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("readable to others: %v, %v", info.Mode(), err)
	}
}

func TestAChangedFileIsNotHandedOutAndHealsWhenItComesAgain(t *testing.T) {
	f, root := house(t, Usual)
	got, err := f.Receive(ctx, bytes.NewReader(pngFile()), "a.png")
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(root, got.SHA256[:2], got.SHA256[2:4], got.SHA256)
	if err := os.WriteFile(at, []byte("changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Open(ctx, got.SHA256); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a changed file: %v", err)
	}
	if _, err := f.Receive(ctx, bytes.NewReader(pngFile()), "a.png"); err != nil {
		t.Fatal(err)
	}
	in, err := f.Open(ctx, got.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	in.Close()
}

func TestAHashNobodyKeptIsMissingAndLeadsNowhere(t *testing.T) {
	f, _ := house(t, Usual)
	for _, sha := range []string{strings.Repeat("a", 64), "../../../etc/passwd", "", strings.Repeat("A", 64)} {
		if _, err := f.Open(ctx, sha); !errors.Is(err, ErrMissing) {
			t.Errorf("%q: %v", sha, err)
		}
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestABrokenReceptionKeepsNothing(t *testing.T) {
	f, root := house(t, Usual)
	_, err := f.Receive(ctx, io.MultiReader(bytes.NewReader(pngFile()), failing{}), "a.png")
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	if found, _ := filepath.Glob(root + "/*/*"); len(found) != 0 {
		t.Errorf("left behind: %v", found)
	}
}

// FuzzExamine asks that no content, however broken, ends the program.
func FuzzExamine(f *testing.F) {
	for _, b := range [][]byte{pngFile(), jpegFile(), packed("/Type /ObjStm", "x"), svgFile("<g/>"), officeFile(wordMain, "a.xml", "<a/>"), []byte("chữ")} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 {
			return
		}
		kind, _, err := Usual.examine(bytes.NewReader(b), int64(len(b)))
		var no *Refusal
		if err != nil && !errors.As(err, &no) {
			t.Errorf("%s: %v", kind, err)
		}
	})
}
