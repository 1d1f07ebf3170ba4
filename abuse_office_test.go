//go:build abuse

package main

import (
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"capdo/workflow"
)

// hostileCells are what a spreadsheet might take for a formula, or make into
// something else.
var hostileCells = []string{`=1+2`, `+1+2`, `-1+2`, `@SUM(1;2)`, "\t=1+2", "＝1+2", `=HYPERLINK("http://xau.example";"bấm")`, `=cmd|'/c calc'!A1`, `1E9`, `03/04`, `{=1}`}

// cell is a cell as LibreOffice understood it.
type cell struct {
	Formula string `xml:"formula,attr"`
	Type    string `xml:"value-type,attr"`
	Text    string `xml:"p"`
}

// opened is a file as LibreOffice opens it: each cell with its type and formula.
func opened(t *testing.T, path, filter string) []cell {
	t.Helper()
	dir := t.TempDir()
	args := []string{"--headless", "--norestore", "-env:UserInstallation=file://" + dir + "/profile", "--convert-to", "fods", "--outdir", dir}
	if filter != "" {
		args = append(args, "--infilter="+filter)
	}
	if out, err := exec.Command("soffice", append(args, path)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	f, err := os.Open(filepath.Join(dir, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))+".fods"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []cell
	for in := xml.NewDecoder(f); ; {
		token, err := in.Token()
		if err != nil {
			return all
		}
		if begin, ok := token.(xml.StartElement); ok && begin.Name.Local == "table-cell" {
			var c cell
			if err := in.DecodeElement(&c, &begin); err != nil {
				t.Fatal(err)
			}
			all = append(all, c)
		}
	}
}

// guessed are those of them that are no formula but that a CSV, which says nothing of
// types, lets a spreadsheet take for a number or a day.
var guessed = []string{"1E9", "03/04"}

// TestTextsStayTextsInLibreOffice opens the printed register, as XLSX and as CSV, in
// the spreadsheet most offices here have (A29). It wants Debian's
// libreoffice-calc-nogui, some 300 MB, which nothing else here needs.
func TestTextsStayTextsInLibreOffice(t *testing.T) {
	orSkip(t, "LibreOffice is not installed (libreoffice-calc-nogui)", "which", "soffice")
	db := filepath.Join(t.TempDir(), "capdo.db")
	filledHouse(t, db, 0)
	svc, st := provinceAt(t, db)
	in := &workflow.Intake{Event: workflow.Event{Act: "import_register", Person: "chi", Office: "ubnd", On: svc.Today(), At: svc.Clock()}}
	for n, name := range hostileCells {
		id := fmt.Sprint("x", n)
		in.Systems = append(in.Systems, &workflow.System{ID: id, Revision: 1, Name: name, Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt"})
		in.Entries = append(in.Entries, workflow.RegisterEntry{ID: "e" + id, Owner: "ubnd", System: id, SystemName: name, Operator: "sct", OperatorName: name, Level: 2,
			Regime: "nd85-tt03", Decided: workflow.LooseDate{Text: "12/01/2022", Year: 2022, Month: 1, Day: 12}, From: svc.Today().AddDays(-30), Meets: "met", Order: n + 1})
	}
	if err := st.Import(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	chi := entered(t, served(t, db), "chi")
	for format, filter := range map[string]string{"xlsx": "", "csv": "CSV:44,34,76,1"} {
		a := chi.try("GET", "/api/v1/registers/ubnd?format="+format, "")
		if a.code != 200 {
			t.Fatalf("%s: %d %s", format, a.code, a.text)
		}
		path := filepath.Join(t.TempDir(), "so."+format)
		if err := os.WriteFile(path, []byte(a.text), 0o600); err != nil {
			t.Fatal(err)
		}
		found, wanted := map[string]bool{}, hostileCells
		if format == "csv" {
			wanted = slices.DeleteFunc(slices.Clone(wanted), func(s string) bool { return slices.Contains(guessed, s) })
		}
		for _, c := range opened(t, path, filter) {
			if strings.Contains(c.Formula, "1+2") || c.Formula != "" && !strings.HasPrefix(c.Formula, "of:=SUM") {
				t.Errorf("%s: %q is a formula: %s", format, c.Text, c.Formula)
			}
			for _, name := range wanted {
				if plain := strings.TrimSpace(name); strings.Contains(c.Text, plain) {
					if found[plain] = true; c.Type != "string" {
						t.Errorf("%s: %q is a %s", format, c.Text, c.Type)
					}
				}
			}
		}
		for _, name := range wanted {
			if !found[strings.TrimSpace(name)] {
				t.Errorf("%s: %q is not there", format, name)
			}
		}
		t.Logf("%s: %d texts are texts", format, len(found))
	}
}
