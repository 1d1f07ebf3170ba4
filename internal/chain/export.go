package chain

import (
	"archive/zip"
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
)

const exportFormat = "capdo-history 1"

// manifest opens an export.
type manifest struct {
	Format string   `json:"format"`
	Made   string   `json:"made"`
	Tables []string `json:"tables"`
}

// exportRow is one line of rows/<table>.jsonl.
type exportRow struct {
	Key     string   `json:"key"`
	Columns []Column `json:"columns"`
}

// Put adds a file to an export.
type Put func(name string, b []byte) error

// PaperFile is the name in an export of the bytes of a paper.
func PaperFile(id string) string { return "papers/" + url.PathEscape(id) + ".pdf" }

// Export writes a source as a ZIP that can be verified alone: manifest, public
// keys, links, checkpoints, every row; more adds the bytes of papers, or nothing.
func Export(w io.Writer, src Source, public []byte, made time.Time, more func(Put) error) error {
	z := zip.NewWriter(w)
	open := func(name string) (io.Writer, error) {
		return z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: made.UTC()})
	}
	put := func(name string, b []byte) error {
		f, err := open(name)
		if err == nil {
			_, err = f.Write(b)
		}
		return err
	}
	lines := func(name string, fill func(*json.Encoder) error) error {
		f, err := open(name)
		if err != nil {
			return err
		}
		enc := json.NewEncoder(f)
		enc.SetEscapeHTML(false)
		return fill(enc)
	}
	b, err := json.MarshalIndent(manifest{exportFormat, moment(made), src.Tables()}, "", "  ")
	if err == nil {
		err = put("manifest.json", b)
	}
	if err == nil {
		err = put("public-key.pem", public)
	}
	if err == nil {
		err = lines("links.jsonl", func(enc *json.Encoder) error { return src.Links(func(l Link) error { return enc.Encode(l) }) })
	}
	if err == nil {
		err = lines("checkpoints.jsonl", func(enc *json.Encoder) error {
			return src.Checkpoints(func(c Checkpoint) error { return enc.Encode(c) })
		})
	}
	for _, table := range src.Tables() {
		if err == nil {
			err = lines("rows/"+table+".jsonl", func(enc *json.Encoder) error {
				return src.Rows(table, func(key string, cols []Column) error { return enc.Encode(exportRow{key, cols}) })
			})
		}
	}
	if err == nil && more != nil {
		err = more(put)
	}
	if err != nil {
		return fmt.Errorf("chain: export: %w", err)
	}
	return z.Close()
}

// ErrExport says that a file is no export that can be read.
var ErrExport = errors.New("chain: not an export of a history")

// Exported is an export read back; it is a Source.
type Exported struct {
	files  map[string]*zip.File
	list   manifest
	Public []byte // the public keys it carries, worth only what brought it
}

// OpenExport reads an export.
func OpenExport(r io.ReaderAt, size int64) (*Exported, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrExport, err)
	}
	e := &Exported{files: map[string]*zip.File{}}
	for _, f := range z.File {
		if _, twice := e.files[f.Name]; twice {
			return nil, fmt.Errorf("%w: %s is in it twice", ErrExport, f.Name)
		}
		e.files[f.Name] = f
	}
	var head []byte
	if head, err = e.read("manifest.json"); err == nil {
		err = json.Unmarshal(head, &e.list)
	}
	if err == nil {
		e.Public, err = e.read("public-key.pem")
	}
	if err == nil && e.list.Format != exportFormat {
		err = errors.New(e.list.Format)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrExport, err)
	}
	return e, nil
}

func (e *Exported) open(name string) (io.ReadCloser, error) {
	f, ok := e.files[name]
	if !ok {
		return nil, fmt.Errorf("%w: no %s", ErrExport, name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrExport, name, err)
	}
	return r, nil
}

func (e *Exported) read(name string) ([]byte, error) {
	r, err := e.open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// each reads the lines of a file.
func each[T any](e *Exported, name string, yield func(T) error) error {
	r, err := e.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	dec := json.NewDecoder(bufio.NewReader(r))
	for {
		var one T
		if err := dec.Decode(&one); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("%w: %s: %w", ErrExport, name, err)
		}
		if err := yield(one); err != nil {
			return err
		}
	}
}

// Links gives the links.
func (e *Exported) Links(yield func(Link) error) error { return each(e, "links.jsonl", yield) }

// Checkpoints gives the checkpoints.
func (e *Exported) Checkpoints(yield func(Checkpoint) error) error {
	return each(e, "checkpoints.jsonl", yield)
}

// Tables lists the tables.
func (e *Exported) Tables() []string { return e.list.Tables }

// Rows gives the rows of a table.
func (e *Exported) Rows(table string, yield func(string, []Column) error) error {
	return each(e, "rows/"+table+".jsonl", func(r exportRow) error { return yield(r.Key, r.Columns) })
}

// Papers gives the SHA-256 of every paper whose bytes the export carries.
func (e *Exported) Papers() (map[string]string, error) {
	out := map[string]string{}
	for name := range e.files {
		id, ok := strings.CutPrefix(name, "papers/")
		if !ok {
			continue
		}
		b, err := e.read(name)
		if err != nil {
			return nil, err
		}
		if id, err = url.PathUnescape(strings.TrimSuffix(id, ".pdf")); err != nil {
			return nil, fmt.Errorf("%w: %s", ErrExport, name)
		}
		out[id] = Sum(b)
	}
	return out, nil
}
