package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"capdo/internal/intake"
	"capdo/internal/paper"
	"capdo/internal/vn"
	"capdo/workflow"
)

// textsSheet holds the texts of an overview, one a row.
const textsSheet = "texts"

// overviewFile writes the tables and texts of an overview as a workbook, one
// sheet a table. Equal overviews give equal bytes.
func (a *app) overviewFile(lang string, o *workflow.Overview) ([]byte, error) {
	word := func(key string) string { return a.words.Message(lang, "overview."+key, nil) }
	texts := paper.Table{Name: word("sheet." + textsSheet), Columns: []paper.Column{{Title: word("column.texts.key"), Width: 80}, {Title: word("column.texts.value"), Width: 160}}}
	for _, key := range workflow.OverviewTexts() {
		texts.Rows = append(texts.Rows, []string{word("text." + key), *o.Text(key)})
	}
	d := paper.Document{Title: word("sheet." + textsSheet), Date: time.Unix(0, 0), Blocks: []paper.Block{texts}}
	if !o.On.IsZero() {
		d.Date = o.On.Start()
	}
	for _, shape := range workflow.OverviewTables() {
		t := paper.Table{Name: word("sheet." + shape.Key)}
		for _, c := range shape.Columns {
			t.Columns = append(t.Columns, paper.Column{Title: word("column." + shape.Key + "." + c.Key), Width: 60})
		}
		for _, row := range o.Cells(shape.Key) {
			for i, c := range shape.Columns {
				if (c.Kind == "bool" || c.Kind == "direction") && row[i] != "" {
					row[i] = word("value." + row[i])
				}
			}
			t.Rows = append(t.Rows, row)
		}
		d.Blocks = append(d.Blocks, t)
	}
	var b bytes.Buffer
	err := paper.XLSX(&b, d)
	return b.Bytes(), err
}

// overviewReader takes a workbook into an overview and names every cell that is
// wrong by its sheet and place.
type overviewReader struct {
	a      *app
	into   *workflow.Overview
	faults []workflow.Field
	seen   map[string]bool
}

// readOverview replaces the tables and texts of an overview by those of a
// workbook, known by the names of sheets and columns in either language. A sheet
// that is missing leaves its table alone. Nothing is taken when anything is wrong.
func (a *app) readOverview(r io.Reader, name string, o *workflow.Overview) error {
	sheets, err := intake.Grids(r, name)
	var file *intake.FileError
	if errors.As(err, &file) {
		return &workflow.Problem{Kind: workflow.Invalid, Key: "import.file." + file.Reason, Args: map[string]string{"file": name, "line": strconv.Itoa(file.Line)}}
	}
	if err != nil {
		return err
	}
	trial := *o
	x := &overviewReader{a: a, into: &trial, seen: map[string]bool{}}
	for _, s := range sheets {
		x.sheet(s)
	}
	switch {
	case len(x.faults) > 0:
		return &workflow.Problem{Kind: workflow.Invalid, Key: "overview.file.rows", Fields: x.faults}
	case len(x.seen) == 0:
		return &workflow.Problem{Kind: workflow.Invalid, Key: "overview.file.no_sheet"}
	}
	*o = trial
	return nil
}

// maxFaults is how many wrong cells are named at once.
const maxFaults = 200

func (x *overviewReader) fault(sheet string, line, column int, expect, value string) {
	place, err := excelize.CoordinatesToCellName(column, line)
	if err != nil {
		place = strconv.Itoa(line)
	}
	if len(x.faults) < maxFaults {
		x.faults = append(x.faults, workflow.Field{Name: sheet + "!" + place, Expect: expect, Value: value})
	}
}

// means tells whether a word of a workbook is that of a key, in either language.
func (x *overviewReader) means(word, key string) bool {
	word = vn.Fold(word)
	for _, lang := range []string{"vi", "en"} {
		if word == vn.Fold(x.a.words.Message(lang, "overview."+key, nil)) {
			return true
		}
	}
	return false
}

func (x *overviewReader) sheet(s intake.Grid) {
	shapes := append(workflow.OverviewTables(), workflow.TableShape{Key: textsSheet, Columns: []workflow.Column{{Key: "key"}, {Key: "value"}}})
	for _, shape := range shapes {
		if !x.means(s.Name, "sheet."+shape.Key) {
			continue
		}
		if x.seen[shape.Key] {
			x.fault(s.Name, 1, 1, "expect.once", "")
			return
		}
		x.seen[shape.Key] = true
		lines, rows := x.rows(s, shape)
		if shape.Key == textsSheet {
			x.texts(s.Name, lines, rows)
		} else {
			x.table(s, shape, lines, rows)
		}
	}
}

// rows finds the header and gives the filled rows below it in the order of the
// shape, each with its line.
func (x *overviewReader) rows(s intake.Grid, shape workflow.TableShape) (lines []int, rows [][]string) {
	var at []int // place of each column of the sheet in the shape
	for i, cells := range s.Rows {
		switch {
		case strings.TrimSpace(strings.Join(cells, "")) == "":
		case at == nil:
			at = x.header(s.Name, i+1, cells, shape)
		default:
			row := make([]string, len(shape.Columns))
			for j, cell := range cells {
				switch {
				case j < len(at) && at[j] >= 0:
					row[at[j]] = cell
				case strings.TrimSpace(cell) != "":
					x.fault(s.Name, i+1, j+1, "expect.known_heading", "")
				}
			}
			lines, rows = append(lines, i+1), append(rows, row)
		}
	}
	return lines, rows
}

func (x *overviewReader) header(sheet string, line int, cells []string, shape workflow.TableShape) []int {
	at, seen := make([]int, len(cells)), map[int]bool{}
	for j, cell := range cells {
		at[j] = -1
		for k, c := range shape.Columns {
			if x.means(cell, "column."+shape.Key+"."+c.Key) && !seen[k] {
				at[j], seen[k] = k, true
				break
			}
		}
		if at[j] < 0 && strings.TrimSpace(cell) != "" {
			x.fault(sheet, line, j+1, "expect.known_heading", short(cell))
		}
	}
	return at
}

// short keeps a value within a message.
func short(s string) string {
	if clean, err := vn.Clean(s); err == nil && len([]rune(clean)) <= 60 {
		return clean
	}
	return ""
}

func (x *overviewReader) texts(sheet string, lines []int, rows [][]string) {
	known := map[string]bool{}
	for i, row := range rows {
		found := ""
		for _, key := range workflow.OverviewTexts() {
			if x.means(row[0], "text."+key) {
				found = key
			}
		}
		switch {
		case found == "":
			x.fault(sheet, lines[i], 1, "expect.known_text", short(row[0]))
		case known[found]:
			x.fault(sheet, lines[i], 1, "expect.once", short(row[0]))
		default:
			known[found] = true
			text, err := vn.Clean(row[1])
			if err != nil {
				x.fault(sheet, lines[i], 2, "expect.plain_text", "")
			}
			if len([]rune(text)) > workflow.MaxOverviewText {
				x.fault(sheet, lines[i], 2, "expect.short_text", "")
			}
			*x.into.Text(found) = text
		}
	}
}

func (x *overviewReader) table(s intake.Grid, shape workflow.TableShape, lines []int, rows [][]string) {
	for _, row := range rows {
		for k, c := range shape.Columns {
			row[k] = x.value(c, row[k])
		}
	}
	places := map[string]int{}
	for k, c := range shape.Columns {
		places[c.Key] = k + 1
	}
	for _, f := range x.into.SetCells(shape.Key, rows) {
		line := len(s.Rows)
		if f.Row <= len(lines) {
			line = lines[f.Row-1]
		}
		x.fault(s.Name, line, x.column(s, shape, places[f.Column]), f.Expect, f.Value)
	}
}

// column finds where a column of the shape stands in the sheet.
func (x *overviewReader) column(s intake.Grid, shape workflow.TableShape, place int) int {
	for _, cells := range s.Rows {
		for j, cell := range cells {
			if x.means(cell, "column."+shape.Key+"."+shape.Columns[place-1].Key) {
				return j + 1
			}
		}
	}
	return place
}

// value turns a word of a workbook into the value it stands for.
func (x *overviewReader) value(c workflow.Column, cell string) string {
	var values []string
	switch c.Kind {
	case "bool":
		if x.means(cell, "value.no") {
			return ""
		}
		values = []string{"yes"}
	case "direction":
		values = []string{"in", "out", "both"}
	}
	for _, v := range values {
		if x.means(cell, "value."+v) {
			return v
		}
	}
	return cell
}

// overviewCommand says who gives the word and where the file lies.
func (a *app) overviewFlags(name string, args []string) (*flags, []string, string, error) {
	by := ""
	f, names, err := a.flags(name, args, func(fs *flag.FlagSet) { fs.StringVar(&by, "by", workflow.Console, "") })
	return f, names, by, err
}

func overviewExport(ctx context.Context, a *app, args []string) error {
	f, names, _, err := a.overviewFlags("overview export", args)
	if err != nil {
		return err
	}
	if len(names) == 2 && f.to == "" {
		f.to, names = names[1], names[:1]
	}
	if len(names) != 1 {
		return errors.New(a.words.Message(a.lang, "cli.overview_needs", nil))
	}
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	v, err := svc.Overview(ctx, names[0])
	if err != nil {
		return err
	}
	if f.json {
		return a.writeJSON(v)
	}
	b, err := a.overviewFile(a.lang, v.Overview)
	if err != nil {
		return err
	}
	return a.deliver(f.to, b)
}

func overviewImport(ctx context.Context, a *app, args []string) error {
	f, names, by, err := a.overviewFlags("overview import", args)
	if err != nil {
		return err
	}
	if len(names) != 2 {
		return errors.New(a.words.Message(a.lang, "cli.overview_needs", nil))
	}
	in, err := os.Open(names[1])
	if err != nil {
		return err
	}
	defer in.Close()
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	v, err := svc.Overview(ctx, names[0])
	if err != nil {
		return err
	}
	if err := a.readOverview(in, filepath.Base(names[1]), v.Overview); err != nil {
		return err
	}
	if v, err = svc.SaveOverview(ctx, by, v.Overview); err != nil {
		return err
	}
	if f.json {
		return a.writeJSON(v)
	}
	a.say("cli.overview_saved", map[string]string{"system": names[0], "revision": strconv.FormatInt(v.Overview.Revision, 10)})
	return nil
}
