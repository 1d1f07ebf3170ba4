package files

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
)

// mainParts tells an office file by the type of its main part. Those with macros
// have other types and are not on the list.
var mainParts = map[string]string{
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": DOCX,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml":       XLSX,
	"application/vnd.ms-visio.drawing.main+xml":                                        VSDX,
}

// Beginnings of archives and programs, which no part of an office file may have.
var archives = [][]byte{[]byte("PK\x03\x04"), []byte("7z\xBC\xAF\x27\x1C"), []byte("Rar!"), []byte("\x1F\x8B"), []byte("BZh"), []byte("\xFD7zXZ"),
	[]byte("MZ"), []byte("\x7FELF"), []byte("MSCF")}

const maxRels = 4 << 20 // bytes of a part that names the relations of another

// office unpacks every part once, within the limits, and refuses macros,
// objects, programs, entities and relations that fetch something by themselves.
func (l Limits) office(r io.ReaderAt, size int64) (string, error) {
	left := l.Unpacked
	return l.officeAt(r, size, &left, 0)
}

func (l Limits) officeAt(r io.ReaderAt, size int64, left *int64, depth int) (string, error) {
	z, err := l.directory(r, size)
	if err != nil {
		return "", err
	}
	kind, seen := "", map[string]bool{}
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		if seen[name] {
			return "", refuse(Polyglot, "%.80q", f.Name)
		}
		seen[name] = true
		if err := l.weigh(f, *left); err != nil {
			return "", err
		}
		if f.Name == "[Content_Types].xml" {
			if kind, err = mainPart(f); err != nil {
				return "", err
			}
		}
	}
	if kind == "" {
		return "", refuse(UnknownType, "application/zip")
	}
	for _, f := range z.File {
		if err := l.part(f, left, depth); err != nil {
			return "", err
		}
	}
	return kind, nil
}

// directory reads the list of parts. The archive must begin and end with the
// file: what stands before or after it would be a second file.
func (l Limits) directory(r io.ReaderAt, size int64) (*zip.Reader, error) {
	end, err := tail(r, size, 22)
	if err != nil {
		return nil, err
	}
	if len(end) < 22 || !bytes.HasPrefix(end, []byte("PK\x05\x06")) {
		return nil, refuse(Polyglot, "zip end")
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, refuse(Broken, "%v", err)
	}
	if len(z.File) > l.Entries {
		return nil, refuse(Entries, "%d", len(z.File))
	}
	head := make([]byte, min(size, 1024))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if bytes.Contains(head, []byte("%PDF-")) {
		return nil, refuse(Polyglot, "pdf")
	}
	return z, nil
}

// weigh refuses a part by what the directory says of it.
func (l Limits) weigh(f *zip.File, left int64) error {
	name := strings.ToLower(f.Name)
	packed, open := int64(f.CompressedSize64), int64(f.UncompressedSize64)
	switch {
	case strings.ContainsAny(f.Name, "\\\x00:") || path.IsAbs(f.Name) || path.Clean("/"+f.Name) != "/"+strings.TrimSuffix(f.Name, "/"):
		return refuse(BadPath, "%.80q", f.Name)
	case f.Mode()&(fs.ModeSymlink|fs.ModeDevice|fs.ModeNamedPipe) != 0:
		return refuse(BadPath, "%.80q", f.Name)
	case f.Flags&1 != 0:
		return refuse(Hidden, "%.80q", f.Name)
	case open < 0 || packed < 0 || open > left || open > 1<<20 && open/max(1, packed) > l.Ratio:
		return refuse(Unpacked, "%.80q: %d → %d", f.Name, packed, open)
	case strings.Contains(name, "vbaproject") || strings.Contains(name, "/activex/") || strings.Contains(name, "oleobject") || strings.HasSuffix(name, ".bin") && strings.Contains(name, "/embeddings/"):
		return refuse(Active, "%.80q", f.Name)
	}
	return nil
}

func mainPart(f *zip.File) (string, error) {
	var types struct {
		Override []struct {
			ContentType string `xml:",attr"`
		}
	}
	if err := decodePart(f, &types); err != nil {
		return "", err
	}
	kind := ""
	for _, o := range types.Override {
		k, is := mainParts[o.ContentType]
		if is && kind != "" && kind != k {
			return "", refuse(Polyglot, "%s, %s", kind, k)
		}
		if is {
			kind = k
		}
	}
	return kind, nil
}

func decodePart(f *zip.File, into any) error {
	if f.UncompressedSize64 > maxRels {
		return refuse(Unpacked, "%.80q", f.Name)
	}
	in, err := f.Open()
	if err != nil {
		return refuse(Broken, "%.80q", f.Name)
	}
	defer in.Close()
	if err := xml.NewDecoder(io.LimitReader(in, maxRels)).Decode(into); err != nil {
		return refuse(Broken, "%.80q", f.Name)
	}
	return nil
}

// part unpacks one part and looks at it.
func (l Limits) part(f *zip.File, left *int64, depth int) error {
	if strings.HasSuffix(f.Name, "/") {
		return nil
	}
	in, err := f.Open()
	if err != nil {
		return refuse(Broken, "%.80q", f.Name)
	}
	defer in.Close()
	look := &partScan{xml: strings.HasSuffix(f.Name, ".xml") || strings.HasSuffix(f.Name, ".rels")}
	n, err := io.Copy(look, io.LimitReader(in, *left+1))
	if err != nil {
		return refuse(Broken, "%.80q: %v", f.Name, err)
	}
	if *left -= n; *left < 0 {
		return refuse(Unpacked, "%d", l.Unpacked)
	}
	switch {
	case look.entity:
		return refuse(Active, "%.80q: <!", f.Name)
	case look.archive && !strings.Contains(strings.ToLower(f.Name), "/embeddings/"):
		return refuse(Nested, "%.80q", f.Name)
	case look.archive:
		return l.inner(f, left, depth)
	case strings.HasSuffix(f.Name, ".rels"):
		return relations(f)
	}
	return nil
}

// inner lets in an office file inside an office file, as charts carry one.
func (l Limits) inner(f *zip.File, left *int64, depth int) error {
	if depth >= l.Depth {
		return refuse(Nested, "%.80q", f.Name)
	}
	in, err := f.Open()
	if err != nil {
		return refuse(Broken, "%.80q", f.Name)
	}
	defer in.Close()
	b, err := io.ReadAll(io.LimitReader(in, min(*left, 32<<20)))
	if err != nil {
		return refuse(Broken, "%.80q", f.Name)
	}
	if *left -= int64(len(b)); *left < 0 {
		return refuse(Unpacked, "%d", l.Unpacked)
	}
	_, err = l.officeAt(bytes.NewReader(b), int64(len(b)), left, depth+1)
	var no *Refusal
	if errors.As(err, &no) && (no.Reason == UnknownType || no.Reason == Polyglot) {
		return refuse(Nested, "%.80q", f.Name)
	}
	return err
}

// relations refuses a part that names a target outside the file, other than a
// link somebody must click.
func relations(f *zip.File) error {
	var rels struct {
		Relationship []struct {
			Type       string `xml:",attr"`
			Target     string `xml:",attr"`
			TargetMode string `xml:",attr"`
		}
	}
	if err := decodePart(f, &rels); err != nil {
		return err
	}
	for _, r := range rels.Relationship {
		if strings.EqualFold(r.TargetMode, "External") && !strings.HasSuffix(r.Type, "/hyperlink") {
			return refuse(External, "%.80q: %.80s", f.Name, path.Base(r.Type))
		}
	}
	return nil
}

// partScan notes an archive or program at the beginning of a part, and in XML a
// document type, which could define entities.
type partScan struct {
	xml, begun      bool
	archive, entity bool
	carry           []byte
}

// Write looks at the next bytes.
func (s *partScan) Write(b []byte) (int, error) {
	if !s.begun {
		s.begun = true
		for _, a := range archives {
			s.archive = s.archive || bytes.HasPrefix(b, a)
		}
		s.entity = s.xml && (bytes.HasPrefix(b, []byte("\xFE\xFF")) || bytes.HasPrefix(b, []byte("\xFF\xFE")) || bytes.HasPrefix(b, []byte("<\x00")) || bytes.HasPrefix(b, []byte("\x00<")))
	}
	if s.xml && !s.entity {
		both := append(s.carry, b...)
		s.entity = bytes.Contains(both, []byte("<!DOCTYPE")) || bytes.Contains(both, []byte("<!ENTITY"))
		s.carry = append([]byte(nil), both[max(0, len(both)-9):]...)
	}
	return len(b), nil
}
