package files

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
)

// Names of a PDF that run, launch, send or carry something, with what they are
// refused for. A name may spell its letters as #4A.
var pdfNames = map[string]string{"JavaScript": Active, "Launch": Active, "RichMedia": Active, "Rendition": Active, "Movie": Active,
	"SubmitForm": Active, "ImportData": Active, "XFA": Active, "GoToR": External, "GoToE": Nested,
	"EmbeddedFile": Nested, "Encrypt": Hidden}

// Short names that count only where a value follows: three letters stand in any
// picture by chance. The list of attached files alone, /EmbeddedFiles, may be empty.
var pdfValued = map[string]string{"JS": Active, "EF": Nested}

// Filters that a stream of objects could hide behind, beside the usual one.
var hiding = [][]byte{[]byte("ASCII"), []byte("LZW"), []byte("RunLength"), []byte("Crypt"), []byte("#")}

const (
	before     = 1024 // bytes before a stream in which its dictionary is looked for
	maxStreams = 200_000
)

// pdf looks for active names in the file and in every packed stream of it.
func (l Limits) pdf(r io.ReaderAt, size int64) error {
	end, err := tail(r, size, 4096)
	if err != nil {
		return err
	}
	at := bytes.LastIndex(end, []byte("%%EOF"))
	if at < 0 {
		return refuse(Broken, "%%%%EOF")
	}
	if !blank(end[at+5:]) {
		return refuse(Polyglot, "data after the end")
	}
	if start, err := tail(io.NewSectionReader(r, 0, min(size, 5)), min(size, 5), 5); err != nil || string(start) != "%PDF-" {
		return errors.Join(refuse(Polyglot, "data before the beginning"), err)
	}
	names, finder := &nameScan{}, &streamScan{}
	if _, err := io.Copy(io.MultiWriter(names, finder), io.NewSectionReader(r, 0, size)); err != nil {
		return err
	}
	if names.found != nil {
		return names.found
	}
	if len(finder.at) > maxStreams {
		return refuse(Entries, "%d", maxStreams)
	}
	return l.streams(r, size, finder.at)
}

// streams unpacks what is packed and looks into it; all together may unpack to
// the limit.
func (l Limits) streams(r io.ReaderAt, size int64, starts []int64) error {
	left := l.Unpacked
	for _, at := range starts {
		from := max(0, at-before)
		dict := make([]byte, at-from)
		if _, err := r.ReadAt(dict, from); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if i := bytes.LastIndex(dict, []byte("endobj")); i >= 0 {
			dict = dict[i:]
		}
		if objects(dict) && hides(dict) {
			return refuse(Hidden, "ObjStm")
		}
		z, err := zlib.NewReader(io.NewSectionReader(r, at, size-at))
		if err != nil {
			continue // not packed: it was looked at as it stands
		}
		names := &nameScan{}
		n, _ := io.Copy(names, io.LimitReader(z, left+1)) // what does not unpack shows nothing
		if names.found != nil {
			return names.found
		}
		if left -= n; left < 0 {
			return refuse(Unpacked, "%d", l.Unpacked)
		}
	}
	return nil
}

func objects(dict []byte) bool {
	return bytes.Contains(dict, []byte("/ObjStm")) || bytes.Contains(dict, []byte("/First")) && bytes.Contains(dict, []byte("/N"))
}

func hides(dict []byte) bool {
	for _, f := range hiding {
		if bytes.Contains(dict, f) {
			return true
		}
	}
	return false
}

// nameScan reads bytes as they come and stops at the first refused name.
type nameScan struct {
	name   []byte
	inside bool
	hex    int    // digits of #xx still to come
	waits  string // short name whose value is to come
	found  error
}

const longestName = 32

// Write looks at the next bytes.
func (s *nameScan) Write(b []byte) (int, error) {
	for i := 0; i < len(b); i++ {
		if !s.inside && s.waits == "" { // nothing is begun: go on to the next name
			to := bytes.IndexByte(b[i:], '/')
			if to < 0 {
				break
			}
			i += to
		}
		s.next(b[i])
	}
	return len(b), nil
}

func (s *nameScan) next(c byte) {
	if s.waits != "" && !blank([]byte{c}) {
		s.value(c)
	}
	if !s.inside {
		if c == '/' {
			s.inside, s.hex, s.name = true, 0, s.name[:0]
		}
		return
	}
	switch d := digit(c); {
	case s.hex > 0 && d < 16:
		s.name[len(s.name)-1] = s.name[len(s.name)-1]<<4 | d
		s.hex--
		return
	case s.hex > 0:
		s.inside = false // no spelling of a letter: no name that anybody knows
		return
	case c == '#' && len(s.name) < longestName:
		s.name, s.hex = append(s.name, 0), 2
		return
	case bytes.IndexByte([]byte("\x00\t\n\f\r ()<>[]{}/%"), c) < 0:
		if s.name = append(s.name, c); len(s.name) > longestName {
			s.inside = false
		}
		return
	}
	if why, is := pdfNames[string(s.name)]; is && s.found == nil {
		s.found = refuse(why, "/%s", s.name)
	}
	if _, is := pdfValued[string(s.name)]; is {
		s.waits = string(s.name)
	}
	if s.waits != "" && !blank([]byte{c}) {
		s.value(c)
	}
	s.inside = c == '/'
	s.hex, s.name = 0, s.name[:0]
}

// value looks at what follows a short name: a text, a list, or of a file a
// reference.
func (s *nameScan) value(c byte) {
	if s.found == nil && (c == '(' || c == '<' || s.waits == "EF" && digit(c) < 10) {
		s.found = refuse(pdfValued[s.waits], "/%s", s.waits)
	}
	s.waits = ""
}

func digit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}

// streamScan notes where the bytes of each stream begin.
type streamScan struct {
	last [9]byte // the last bytes seen
	pos  int64
	cr   bool
	at   []int64
}

// Write looks at the next bytes.
func (s *streamScan) Write(b []byte) (int, error) {
	for _, c := range b {
		s.pos++
		word := string(s.last[3:]) == "stream" && string(s.last[:3]) != "end"
		switch {
		case s.cr:
			if s.cr = false; c == '\n' {
				s.note(s.pos)
			} else {
				s.note(s.pos - 1)
			}
		case word && c == '\n':
			s.note(s.pos)
		case word && c == '\r':
			s.cr = true
		}
		copy(s.last[:], s.last[1:])
		s.last[8] = c
	}
	return len(b), nil
}

func (s *streamScan) note(at int64) {
	if len(s.at) <= maxStreams {
		s.at = append(s.at, at)
	}
}
