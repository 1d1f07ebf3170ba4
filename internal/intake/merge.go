package intake

import (
	"bytes"
	"encoding/xml"
	"path"
	"regexp"
	"strings"

	"github.com/xuri/excelize/v2"
)

// span is a vertical merge: its column, from 0, and its last line.
type span struct{ column, last int }

var mergeCell = regexp.MustCompile(`<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}[0-9]{1,7}):([A-Z]{1,3}[0-9]{1,7})"`)

// mergedDown finds the vertical merges of a sheet by the line they begin on.
// The library's own way builds the whole sheet as a tree first, a slot for
// each row the sheet claims to have; the list is therefore read from the part
// itself.
func mergedDown(f *excelize.File, title string) map[int][]span {
	found := map[int][]span{}
	sheet := part(f, sheetPath(f, title))
	below := sheet[max(bytes.LastIndex(sheet, []byte("sheetData")), 0):]
	for _, m := range mergeCell.FindAllSubmatch(below, MaxRows) {
		column, top, err := excelize.CellNameToCoordinates(string(m[1]))
		if err != nil || column > maxColumns {
			continue
		}
		_, last, err := excelize.CellNameToCoordinates(string(m[2]))
		if err == nil && last > top {
			found[top] = append(found[top], span{column - 1, last})
		}
	}
	return found
}

func part(f *excelize.File, name string) []byte {
	if v, ok := f.Pkg.Load(name); ok {
		b, _ := v.([]byte)
		return b
	}
	return nil
}

// sheetPath follows the workbook's relations from a sheet's title to its part.
func sheetPath(f *excelize.File, title string) string {
	var rels struct {
		Rel []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	book := "xl/workbook.xml"
	if xml.Unmarshal(part(f, "_rels/.rels"), &rels) == nil {
		for _, r := range rels.Rel {
			if strings.HasSuffix(r.Type, "/officeDocument") {
				book = strings.TrimPrefix(r.Target, "/")
			}
		}
	}
	var sheets struct {
		Sheet []struct {
			Name string     `xml:"name,attr"`
			Attr []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	folder, file := path.Split(book)
	rels.Rel = nil
	if xml.Unmarshal(part(f, book), &sheets) != nil || xml.Unmarshal(part(f, folder+"_rels/"+file+".rels"), &rels) != nil {
		return ""
	}
	target := map[string]string{}
	for _, r := range rels.Rel {
		target[r.ID] = r.Target
	}
	for _, s := range sheets.Sheet {
		for _, a := range s.Attr {
			if t := target[a.Value]; s.Name == title && a.Name.Local == "id" && t != "" {
				if strings.HasPrefix(t, "/") {
					return t[1:]
				}
				return path.Join(folder, t)
			}
		}
	}
	return ""
}
