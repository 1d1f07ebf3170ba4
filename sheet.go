package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"capdo/api"
	"capdo/internal/intake"
	"capdo/internal/workbook"
	"capdo/workflow"
)

// tongue gives the words of a language to the workbooks.
func (a *app) tongue(lang string) workbook.Words {
	return func(key string, args map[string]string) string { return a.words.Message(lang, key, args) }
}

// sheetFiles hands the workbooks to the door.
func (a *app) sheetFiles() api.SheetFiles {
	return api.SheetFiles{
		Write: func(w io.Writer, v *workflow.SheetView, lang string) error {
			return workbook.WriteSheet(w, v, a.tongue(lang))
		},
		Read: a.readSheet,
		WriteCatalogue: func(w io.Writer, c workflow.OwnCatalogue, lang string) error {
			return workbook.WriteCatalogue(w, c, a.tongue(lang))
		},
		ReadCatalogue: a.readCatalogue,
	}
}

// sheetProblem puts what a file from outside is not into words.
func sheetProblem(err error, name string) error {
	var file *intake.FileError
	if errors.As(err, &file) {
		return &workflow.Problem{Kind: workflow.Invalid, Key: "import.file." + file.Reason, Args: map[string]string{"file": name, "line": strconv.Itoa(file.Line)}}
	}
	return err
}

func (a *app) readSheet(r io.Reader, name string) (workflow.SheetImport, error) {
	in, err := workbook.ReadSheet(r, a.tongue("vi"), a.tongue("en"))
	return in, sheetProblem(err, name)
}

func (a *app) readCatalogue(r io.Reader, name string) (workflow.CatalogueImport, error) {
	in, err := workbook.ReadCatalogue(r, a.tongue("vi"), a.tongue("en"))
	return in, sheetProblem(err, name)
}

// catalogueBytes writes a list of requirements as a workbook.
func (a *app) catalogueBytes(c workflow.OwnCatalogue, lang string) ([]byte, error) {
	var b bytes.Buffer
	err := workbook.WriteCatalogue(&b, c, a.tongue(lang))
	return b.Bytes(), err
}

// sheetExport writes the sheet of a case, or with --shared LEVEL what a system
// shares, as a workbook.
func sheetExport(ctx context.Context, a *app, args []string) error {
	shared := 0
	f, names, err := a.flags("sheet export", args, func(fs *flag.FlagSet) { fs.IntVar(&shared, "shared", 0, "") })
	if err != nil {
		return err
	}
	if len(names) != 1 {
		return errors.New(a.words.Message(a.lang, "cli.one_case", nil))
	}
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	var v *workflow.SheetView
	if shared != 0 {
		v, err = svc.SharedSheet(ctx, names[0], shared)
	} else {
		v, err = svc.Sheet(ctx, names[0])
	}
	if err != nil {
		return err
	}
	if f.json {
		return a.writeJSON(v)
	}
	var b bytes.Buffer
	if err := workbook.WriteSheet(&b, v, a.tongue(a.lang)); err != nil {
		return err
	}
	return a.deliver(f.to, b.Bytes())
}

// sheetImport takes such a workbook back on behalf of a person.
func sheetImport(ctx context.Context, a *app, args []string) error {
	shared, who, good := 0, "", false
	f, names, err := a.flags("sheet import", args, func(fs *flag.FlagSet) {
		fs.IntVar(&shared, "shared", 0, "")
		fs.StringVar(&who, "as", "", "")
		fs.BoolVar(&good, "accept-good", false, "")
	})
	if err != nil {
		return err
	}
	if len(names) != 2 {
		return errors.New(a.words.Message(a.lang, "cli.sheet_file", nil))
	}
	if who == "" {
		return errors.New(a.words.Message(a.lang, "cli.as_needed", nil))
	}
	var in workflow.SheetImport
	if err := fromFile(names[1], func(r io.Reader, name string) (err error) {
		in, err = a.readSheet(r, name)
		return err
	}); err != nil {
		return err
	}
	in.AcceptGood = good
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	var rep *workflow.SheetReport
	if shared != 0 {
		rep, err = svc.ImportSharedSheet(ctx, who, names[0], shared, in)
	} else {
		rep, err = svc.ImportSheet(ctx, who, names[0], in)
	}
	if err != nil {
		return err
	}
	if f.json {
		err = a.writeJSON(rep)
	} else {
		a.showRefused(rep.Refused)
		a.say("cli.sheet_taken", map[string]string{"sheet": rep.Sheet, "changed": strconv.Itoa(rep.Rows), "same": strconv.Itoa(rep.Same), "refused": strconv.Itoa(len(rep.Refused))})
	}
	return errors.Join(err, notTaken(rep.Taken))
}

func fromFile(path string, read func(r io.Reader, name string) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return read(file, filepath.Base(path))
}

func notTaken(taken bool) error {
	if taken {
		return nil
	}
	return errFailed
}

func (a *app) showRefused(list []workflow.RowRefusal) {
	for _, r := range list {
		fmt.Fprintf(a.out, "%s %d, %s: %s (%s)\n", a.words.Message(a.lang, "cli.line", nil), r.Line, a.words.Message(a.lang, "field."+r.Column, nil), a.words.Message(a.lang, "import.row."+r.Reason, nil), r.Value)
	}
}

// printSheet prints the sheet of a case: of a dossier as the explanation of its
// plan, of a check as the checklist, unless --form names the other.
func printSheet(ctx context.Context, a *app, args []string) error {
	var format, form string
	f, names, err := a.flags("print sheet", args, func(fs *flag.FlagSet) {
		fs.StringVar(&format, "format", "text", "")
		fs.StringVar(&form, "form", "", "")
	})
	if err != nil {
		return err
	}
	if len(names) != 1 {
		return errors.New(a.words.Message(a.lang, "cli.one_case", nil))
	}
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	if f.json {
		v, err := svc.Sheet(ctx, names[0])
		if err != nil {
			return err
		}
		return a.writeJSON(v)
	}
	facts, _, err := svc.PrintSheet(ctx, names[0], form)
	if err != nil {
		return err
	}
	b, _, err := a.registerFile(facts, format)
	if err != nil {
		return err
	}
	return a.deliver(f.to, b)
}

// catalogueKey is the catalogue named, or that of the newest rule set with one.
func (a *app) catalogueKey(names []string) string {
	if len(names) > 0 {
		return names[0]
	}
	for _, r := range slices.Backward(a.book.Regimes) {
		if r.Catalogue != nil {
			return r.Catalogue.Key
		}
	}
	return ""
}

// catalogue opens a catalogue with what the database puts beside it.
func (a *app) catalogue(ctx context.Context, db, key string) (workflow.OwnCatalogue, error) {
	svc, st, err := a.service(ctx, db, false)
	if err != nil {
		return workflow.OwnCatalogue{}, err
	}
	own, err := svc.Catalogue(ctx, key)
	return own, errors.Join(err, st.Close())
}

// entry is one requirement as the command lists it.
type entry struct {
	ID       string `json:"id"`
	Levels   []int  `json:"levels"`
	Under    string `json:"under,omitempty"`
	Title    string `json:"title,omitempty"`
	Text     string `json:"text"`
	Unit     string `json:"unit,omitempty"`
	Verified bool   `json:"verified"`
	Added    string `json:"added,omitempty"`
}

// entries lists the requirements of a level, or of all where it is 0.
func entries(own workflow.OwnCatalogue, level int) []entry {
	var all []entry
	for _, r := range own.Entries() {
		if level != 0 && !slices.Contains(r.Levels, level) {
			continue
		}
		e := entry{ID: r.ID, Levels: r.Levels, Title: r.Title, Text: r.Text, Unit: r.Unit, Verified: r.Checked(), Added: r.Added}
		if r.Under != nil {
			e.Under = r.Under.ID
		}
		all = append(all, e)
	}
	return all
}

// catalogueShow lists the requirements of a catalogue, one a line.
func catalogueShow(ctx context.Context, a *app, args []string) error {
	level := 0
	f, names, err := a.flags("catalogue show", args, func(fs *flag.FlagSet) { fs.IntVar(&level, "level", 0, "") })
	if err != nil {
		return err
	}
	own, err := a.catalogue(ctx, f.db, a.catalogueKey(names))
	if err != nil {
		return err
	}
	all := entries(own, level)
	if f.json {
		return a.writeJSON(all)
	}
	for _, e := range all {
		mark := "UNVERIFIED"
		if e.Verified {
			mark = "ok"
		}
		text := e.Text
		if e.Title != "" {
			text = e.Title
		}
		a.say("cli.catalogue_row", map[string]string{"id": e.ID, "level": workflow.LevelsText(e.Levels), "title": text, "mark": mark})
	}
	return nil
}

// catalogueExport writes a catalogue as a workbook.
func catalogueExport(ctx context.Context, a *app, args []string) error {
	f, names, err := a.flags("catalogue export", args, nil)
	if err != nil {
		return err
	}
	own, err := a.catalogue(ctx, f.db, a.catalogueKey(names))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := workbook.WriteCatalogue(&b, own, a.tongue(a.lang)); err != nil {
		return err
	}
	return a.deliver(f.to, b.Bytes())
}

// catalogueImport takes a catalogue back with what was added from a bought text.
func catalogueImport(ctx context.Context, a *app, args []string) error {
	source, good := "", false
	f, names, err := a.flags("catalogue import", args, func(fs *flag.FlagSet) {
		fs.StringVar(&source, "source", "", "")
		fs.BoolVar(&good, "accept-good", false, "")
	})
	if err != nil {
		return err
	}
	if len(names) != 1 || source == "" {
		return errors.New(a.words.Message(a.lang, "cli.one_catalogue", nil))
	}
	var in workflow.CatalogueImport
	if err := fromFile(names[0], func(r io.Reader, name string) (err error) {
		in, err = a.readCatalogue(r, name)
		return err
	}); err != nil {
		return err
	}
	in.Source, in.AcceptGood = source, good
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	rep, err := svc.ImportCatalogue(ctx, workflow.Console, in)
	if err != nil {
		return err
	}
	if f.json {
		return errors.Join(a.writeJSON(rep), notTaken(rep.Taken))
	}
	a.showRefused(rep.Refused)
	key := "cli.catalogue_taken"
	if len(rep.Added)+len(rep.ByItems)+len(rep.Confirmed)+len(rep.Refused) == 0 {
		key = "cli.catalogue_unchanged"
	}
	a.say(key, map[string]string{"key": rep.Key, "added": strconv.Itoa(len(rep.Added)), "units": strconv.Itoa(len(rep.ByItems)), "confirmed": strconv.Itoa(len(rep.Confirmed)), "refused": strconv.Itoa(len(rep.Refused))})
	return notTaken(rep.Taken)
}
