package paper

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"maps"
	"slices"

	"github.com/xuri/excelize/v2"
)

// orderedZip holds the parts of a workbook back and writes them by name: the
// spreadsheet library hands over several sheets in the order of a map.
type orderedZip struct {
	out   *zip.Writer
	parts map[string]*bytes.Buffer
}

func newOrderedZip(w io.Writer) excelize.ZipWriter {
	return &orderedZip{out: zip.NewWriter(w), parts: map[string]*bytes.Buffer{}}
}

// Create opens a part.
func (z *orderedZip) Create(name string) (io.Writer, error) {
	z.parts[name] = &bytes.Buffer{}
	return z.parts[name], nil
}

// AddFS is part of the interface and goes straight through.
func (z *orderedZip) AddFS(fsys fs.FS) error { return z.out.AddFS(fsys) }

// Close writes all parts, in the order of their names.
func (z *orderedZip) Close() error {
	for _, name := range slices.Sorted(maps.Keys(z.parts)) {
		w, err := z.out.Create(name)
		if err != nil {
			return err
		}
		if _, err := z.parts[name].WriteTo(w); err != nil {
			return err
		}
	}
	return z.out.Close()
}
