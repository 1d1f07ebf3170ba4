package files

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
)

// looked is how many bytes of the beginning tell the type.
const looked = 3072

// examine tells the type of a file from its content and refuses what is not on
// the list, is not sound or is active.
func (l Limits) examine(r io.ReaderAt, size int64) (kind string, shown bool, err error) {
	head := make([]byte, min(size, looked))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return "", false, err
	}
	found := mimetype.Detect(head)
	for m := found; m != nil; m = m.Parent() {
		switch {
		case m.Is("image/png"):
			return PNG, true, l.one(r, size, l.png(r, size))
		case m.Is("image/jpeg"):
			return JPEG, true, l.one(r, size, l.jpeg(r, size))
		case m.Is("application/pdf"):
			return PDF, false, l.one(r, size, l.pdf(r, size))
		case m.Is("text/plain") && bytes.HasPrefix(bytes.TrimLeft(head, "\xEF\xBB\xBF\t\n\r "), []byte("<")):
			shown, err := l.svg(r, size)
			return SVG, shown, l.one(r, size, err)
		case m.Is("application/zip"):
			kind, err := l.office(r, size)
			return kind, false, err
		}
	}
	if found.Is("text/plain") || found.Is("text/csv") || found.Is("text/tab-separated-values") {
		return TXT, false, l.one(r, size, text(r, size))
	}
	return "", false, refuse(UnknownType, "%s", found.String())
}

// one refuses a file that is sound but is an archive as well.
func (l Limits) one(r io.ReaderAt, size int64, err error) error {
	if err != nil {
		return err
	}
	if _, err := zip.NewReader(r, size); err == nil {
		return refuse(Polyglot, "zip")
	}
	return nil
}

// text lets in UTF-8 without control characters.
func text(r io.ReaderAt, size int64) error {
	in := io.NewSectionReader(r, 0, size)
	buf := make([]byte, 64<<10)
	kept := 0
	for {
		n, err := in.Read(buf[kept:])
		b := buf[:kept+n]
		for len(b) > 0 && (utf8.FullRune(b) || err != nil) {
			c, w := utf8.DecodeRune(b)
			if c == utf8.RuneError && w <= 1 || c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' {
				return refuse(Encoding, "U+%04X", c)
			}
			b = b[w:]
		}
		kept = copy(buf, b)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// tail gives the last bytes of a file.
func tail(r io.ReaderAt, size, most int64) ([]byte, error) {
	b := make([]byte, min(size, most))
	if _, err := r.ReadAt(b, size-int64(len(b))); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return b, nil
}

// blank tells whether nothing but white space and NUL is left.
func blank(b []byte) bool { return len(bytes.Trim(b, "\x00\t\n\f\r ")) == 0 }
