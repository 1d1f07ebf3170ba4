// Package files keeps bytes by their SHA-256 and refuses what may not come in:
// a type that is not on the list, a file that is two files at once, one that
// unpacks to too much or that does something when opened. It knows no case, no
// database and no HTTP; who may see a file is asked elsewhere.
package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// The types a file may be of. A name alone never decides: its ending must agree
// with what the content is.
const (
	PNG  = "png"
	JPEG = "jpeg"
	PDF  = "pdf"
	SVG  = "svg"
	DOCX = "docx"
	XLSX = "xlsx"
	VSDX = "vsdx"
	TXT  = "txt"
	CSV  = "csv"
)

var endings = map[string]string{".png": PNG, ".jpg": JPEG, ".jpeg": JPEG, ".pdf": PDF, ".svg": SVG, ".docx": DOCX,
	".xlsx": XLSX, ".vsdx": VSDX, ".txt": TXT, ".csv": CSV}

var mimes = map[string]string{PNG: "image/png", JPEG: "image/jpeg", PDF: "application/pdf", SVG: "image/svg+xml",
	DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	VSDX: "application/vnd.ms-visio.drawing", TXT: "text/plain; charset=utf-8", CSV: "text/csv; charset=utf-8"}

// MIME is the media type a file of a type is served under.
func MIME(kind string) string {
	if m, ok := mimes[kind]; ok {
		return m
	}
	return "application/octet-stream"
}

// Ending is the ending a file of a type is named with in a pack, with its dot.
func Ending(kind string) string {
	if kind == JPEG {
		return ".jpg"
	}
	return "." + kind
}

// File is what is known of bytes that were let in.
type File struct {
	SHA256 string // hexadecimal; the name they are kept under
	Size   int64  // bytes
	Type   string // one of the types above
	Shown  bool   // may be drawn as a picture inside a page; all else is only handed out
}

// Limits bound what is looked at; a file beyond them is refused whole.
type Limits struct {
	Bytes    int64 // of the file
	Pixels   int64 // of a picture: width times height
	Side     int   // of a picture: the longer side
	Entries  int   // parts of an office file
	Unpacked int64 // bytes of an office file or of the streams of a PDF, unpacked
	Ratio    int64 // unpacked to packed, of a part beyond a megabyte
	Depth    int   // office files inside an office file
	XML      int64 // bytes of a drawing in XML
}

// Usual are the limits of a real house.
var Usual = Limits{Bytes: 100 << 20, Pixels: 150_000_000, Side: 40_000, Entries: 5_000, Unpacked: 400 << 20, Ratio: 200, Depth: 1, XML: 24 << 20}

// Reasons a file is refused for.
const (
	Empty       = "empty"
	TooLarge    = "too_large"
	UnknownType = "unknown_type" // not on the list, whatever its name says
	NameDiffers = "name_differs" // the ending says another type than the content
	Broken      = "broken"       // begins like a type and is not sound
	Polyglot    = "polyglot"     // is two files at once, or carries data after its end
	Pixels      = "pixels"
	Encoding    = "encoding" // text that is not UTF-8
	Active      = "active"   // does something when opened: script, macro, launched program
	External    = "external" // fetches something from elsewhere when opened
	Hidden      = "hidden"   // encrypted, or packed so that it cannot be looked into
	Nested      = "nested"   // an archive or another file inside
	Entries     = "entries"
	Unpacked    = "unpacked" // unpacks to too much
	BadPath     = "path"     // a part whose name leads out of the file
)

// Reasons lists every reason, so that each can be put into words.
func Reasons() []string {
	return []string{Empty, TooLarge, UnknownType, NameDiffers, Broken, Polyglot, Pixels, Encoding, Active, External, Hidden, Nested, Entries, Unpacked, BadPath}
}

// Refusal says why a file was not let in. Detail names what was found, for the
// person who sent it.
type Refusal struct{ Reason, Detail string }

// Error names the reason and what was found.
func (r *Refusal) Error() string { return "files: refused: " + r.Reason + ": " + r.Detail }

func refuse(reason, detail string, args ...any) error {
	return &Refusal{reason, fmt.Sprintf(detail, args...)}
}

// ErrMissing says that no bytes are kept under a hash.
var ErrMissing = errors.New("files: no such content")

// ErrCorrupt says that the bytes kept no longer have the hash they are kept
// under: the disk or a hand changed them. They are not handed out.
var ErrCorrupt = errors.New("files: content does not have its hash")

// Content is kept bytes, to be read once or more and closed.
type Content interface {
	io.ReadSeekCloser
}

// Bucket keeps bytes under their hash: a folder here, an object store elsewhere.
type Bucket interface {
	// Put keeps bytes; putting the same bytes again changes nothing, and heals
	// what was damaged. ErrCorrupt when the bytes do not have the hash.
	Put(ctx context.Context, sha string, r io.Reader) error
	// Get gives bytes whose hash was verified: ErrMissing, ErrCorrupt.
	Get(ctx context.Context, sha string) (Content, error)
}

// Files lets files in and hands them out. It is safe for many goroutines.
type Files struct {
	bucket Bucket
	temp   string // where a file waits while it is looked at
	limits Limits
}

// New joins a bucket with a folder for files being looked at.
func New(b Bucket, temp string, l Limits) *Files { return &Files{b, temp, l} }

// MaxBytes is the largest file let in.
func (f *Files) MaxBytes() int64 { return f.limits.Bytes }

// Receive reads a file, looks at it and keeps it. The name serves only to ask
// whether its ending agrees. A file refused gives a *Refusal and leaves nothing
// behind; any other error comes from the reader or from the disk.
func (f *Files) Receive(ctx context.Context, r io.Reader, name string) (File, error) {
	if err := os.MkdirAll(f.temp, 0o700); err != nil {
		return File{}, fmt.Errorf("files: %w", err)
	}
	tmp, err := os.CreateTemp(f.temp, "in-*")
	if err != nil {
		return File{}, fmt.Errorf("files: %w", err)
	}
	defer func() {
		_ = tmp.Close()
		_ = os.Remove(tmp.Name())
	}()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(tmp, sum), io.LimitReader(r, f.limits.Bytes+1))
	switch {
	case err != nil:
		return File{}, fmt.Errorf("files: receive: %w", err)
	case n > f.limits.Bytes:
		return File{}, refuse(TooLarge, "%d", f.limits.Bytes)
	case n == 0:
		return File{}, refuse(Empty, "0")
	}
	got := File{SHA256: hex.EncodeToString(sum.Sum(nil)), Size: n}
	if got.Type, got.Shown, err = f.limits.examine(tmp, n); err != nil {
		return File{}, err
	}
	if got.Type, err = agreed(got.Type, name); err != nil {
		return File{}, err
	}
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		return File{}, fmt.Errorf("files: %w", err)
	}
	return got, f.bucket.Put(ctx, got.SHA256, tmp)
}

// agreed asks whether the ending of a name says what the content is. Tables in
// text are told from other text by the ending alone.
func agreed(kind, name string) (string, error) {
	ending := strings.ToLower(path.Ext(name))
	says, known := endings[ending]
	if kind == TXT && says == CSV {
		kind = CSV
	}
	if !known || says != kind {
		return "", refuse(NameDiffers, "%s: %s", kind, ending)
	}
	return kind, nil
}

// Open gives kept bytes after their hash was verified: ErrMissing, ErrCorrupt.
func (f *Files) Open(ctx context.Context, sha string) (Content, error) {
	return f.bucket.Get(ctx, sha)
}

// Restore puts bytes back under their hash, as a backup kept them: they were
// looked at when they were first let in. ErrCorrupt when they do not have it.
func (f *Files) Restore(ctx context.Context, sha string, r io.Reader) error {
	return f.bucket.Put(ctx, sha, r)
}
