package intake

import (
	"io"
	"strings"

	"capdo/internal/vn"
	"capdo/workflow"
)

var layerColumns = []listColumn{
	{key: "no_row", words: numberHeadings, whole: true},
	{key: "provider", words: []string{"don vi thuc hien", "don vi cung cap", "nha cung cap"}, first: true},
	{key: "office", words: []string{"co quan, don vi", "co quan", "don vi quan ly", "don vi van hanh"}, first: true, need: true},
	{key: "system", words: []string{"he thong thong tin", "ten he thong"}, first: true, need: true},
	{key: "layer", words: []string{"lop"}, first: true, need: true},
	{key: "state", words: []string{"tinh trang"}, first: true, need: true},
	{key: "since", words: []string{"tu khi"}, first: true, date: true},
	{key: "no", words: []string{"van ban so", "so van ban"}, first: true},
	{key: "date", words: []string{"ngay van ban"}, first: true, date: true},
}

// ReadLayers reads a register of layers from CSV or XLSX, as this program prints
// it: good lines, and a reason for every line refused. A file refused whole
// gives a *FileError.
func ReadLayers(r io.Reader, name string) ([]workflow.LayerImport, []workflow.RowRefusal, string, error) {
	found, err := readList(r, name, layerColumns, "")
	if err != nil {
		return nil, nil, "", err
	}
	var out []workflow.LayerImport
	refused := found.refused
	for _, l := range found.lines {
		if beginsWithAny(vn.Fold(l.cells["no_row"]), closings) || beginsWithAny(vn.Fold(l.cells["office"]), closings) {
			continue
		}
		row, faults := layerLine(l)
		if refused = append(refused, faults...); len(faults) == 0 {
			out = append(out, row)
		}
	}
	return out, refused, found.source, nil
}

func layerLine(l listLine) (row workflow.LayerImport, faults []workflow.RowRefusal) {
	refuse := func(column, reason, value string) {
		faults = append(faults, workflow.RowRefusal{Line: l.line, Column: column, Reason: reason, Value: show(value)})
	}
	row = workflow.LayerImport{Line: l.line, Office: l.cells["office"], System: l.cells["system"], Provider: l.cells["provider"], No: l.cells["no"]}
	if row.Office == "" && row.System == "" {
		refuse("subject", Empty, "")
	}
	var ok bool
	if row.Layer, ok = readLayer(l.cells["layer"]); !ok {
		refuse("layer", LayerUnknown, l.cells["layer"])
	}
	if row.State, ok = readState(l.cells["state"]); !ok {
		refuse("state", StateUnknown, l.cells["state"])
	}
	for key, at := range map[string]*workflow.LooseDate{"since": &row.Since, "date": &row.Date} {
		if text := l.cells[key]; text != "" {
			d, reason := readDate(text)
			if *at = d; reason != "" {
				refuse(key, reason, text)
			}
		}
	}
	return row, faults
}

// readLayer reads "Lớp 2: …", "2" or the layer's own key.
func readLayer(text string) (string, bool) {
	folded := vn.Fold(text)
	for i, name := range workflow.LayerNames {
		digit := string(rune('1' + i))
		after, is := strings.CutPrefix(folded, "lop "+digit)
		if folded == name || folded == digit || is && !isNumber(after[:min(1, len(after))]) {
			return name, true
		}
	}
	return "", false
}

func readState(text string) (string, bool) {
	switch vn.Fold(text) {
	case "da trien khai", "co", "yes":
		return "yes", true
	case "mot phan", "partly":
		return "partly", true
	case "chua trien khai", "chua", "khong", "no":
		return "no", true
	case "", "chua ghi nhan":
		return "", true
	}
	return "", false
}
