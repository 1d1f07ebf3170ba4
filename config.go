package main

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"capdo/api/pages"
	"capdo/internal/files"
	"capdo/internal/intake"
	"capdo/internal/metrics"
	"capdo/internal/press"
	"capdo/internal/store"
	"capdo/policies"
	"capdo/templates"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// app is what every command works with: the law, the words, the rights, the
// printer, and where to read and write.
type app struct {
	in        io.Reader
	out, errs io.Writer
	lang      string
	book      *regime.Book
	words     *templates.Templates
	screens   *templates.Pages
	rights    *policies.Policies
	press     *press.Press
	counts    *metrics.Metrics // nil where nobody reads them
	filesAt   string           // folder of files; empty: beside the database
	files     *files.Files     // of the database opened last
	secretAt  string           // file of the key of second steps; empty: beside the database
	secret    []byte           // that key, read by serve
	newSecret bool             // it takes the place of the one gone by before
	setUpCode string           // what the first set-up asks for, new at each start
	clock     wallClock
	history   *history // of the database that is served, else nil
	guides    []pages.Guide
}

// open reads everything inside the program; a fault there stops it.
func (a *app) open() (err error) {
	read := make(chan error, 1) // law and forms are read side by side: they are most of the start
	go func() {
		var fault error
		a.words, fault = templates.Open()
		read <- fault
	}()
	a.book, err = regime.Open()
	if err = errors.Join(err, <-read); err != nil {
		return err
	}
	if a.screens, err = templates.OpenPages(a.words); err != nil {
		return err
	}
	if a.rights, err = policies.Open(); err != nil {
		return err
	}
	a.press, a.setUpCode = press.New(a.words), newID("house")
	a.guides, err = handbook()
	return err
}

// flags are the flags every command shares.
type flags struct {
	*flag.FlagSet
	db   string
	json bool
	to   string
}

// flags declares the common flags and reads the words of a command: flags may
// stand before or after the names.
func (a *app) flags(name string, args []string, more func(*flag.FlagSet)) (*flags, []string, error) {
	f := &flags{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError)}
	f.SetOutput(a.errs)
	f.StringVar(&f.db, "db", "capdo.db", "")
	f.BoolVar(&f.json, "json", false, "")
	f.StringVar(&f.to, "out", "", "")
	f.StringVar(&a.filesAt, "files", "", "")
	f.StringVar(&a.secretAt, "secret", "", "")
	f.Usage = func() { _ = help(context.Background(), a, nil) }
	if more != nil {
		more(f.FlagSet)
	}
	var names []string
	for len(args) > 0 {
		if err := f.Parse(args); err != nil {
			return nil, nil, err
		}
		if args = f.Args(); len(args) > 0 {
			names, args = append(names, args[0]), args[1:]
		}
	}
	return f, names, nil
}

// tell puts a problem into words: what, the article, the fields.
func (a *app) tell(p *workflow.Problem) string {
	var b strings.Builder
	b.WriteString(a.words.Message(a.lang, p.Key, p.Args))
	for _, f := range p.Fields {
		b.WriteString("\n  " + f.Name + ": " + a.words.Message(a.lang, f.Expect, nil))
		if f.Value != "" {
			b.WriteString(" (" + f.Value + ")")
		}
	}
	if len(p.Basis) > 0 {
		b.WriteString("\n  [" + cites(p.Basis) + "]")
	}
	return b.String()
}

func cites(list []regime.Citation) string {
	var s []string
	for _, c := range list {
		s = append(s, string(c))
	}
	return strings.Join(s, "; ")
}

func (a *app) say(key string, args map[string]string) {
	fmt.Fprintln(a.out, a.words.Message(a.lang, key, args))
}

// demoDay is the setting that makes a database a demo: its supposed day.
const demoDay = "demo.day"

// service opens a database and joins the service over it. A demo database
// carries its own day; a real one has the real clock.
func (a *app) service(ctx context.Context, path string, create bool) (*workflow.Service, *store.Store, error) {
	st, err := store.Open(ctx, path, store.Options{Create: create})
	if err != nil {
		return nil, nil, a.openProblem(err)
	}
	if a.files, err = a.fileRoom(path); err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	day, err := st.Setting(ctx, demoDay)
	if err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	var clock workflow.Clock = a.clock.now
	if day != "" {
		supposed, err := regime.ParseDay(day)
		if err != nil {
			return nil, nil, errors.Join(err, st.Close())
		}
		clock = func() time.Time { return supposed.Start().Add(8 * time.Hour) }
	}
	svc := a.over(st, a.book, clock, day != "")
	svc.Seal = lastCheckpoint(st)
	return svc, st, nil
}

// openProblem puts into words why a database cannot be used.
func (a *app) openProblem(err error) error {
	var open *store.OpenError
	if errors.As(err, &open) {
		return errors.New(a.words.Message(a.lang, "open."+open.Reason, map[string]string{"path": open.Path}))
	}
	return err
}

// inDatabase does something over a database and closes it again.
func (a *app) inDatabase(ctx context.Context, path string, create bool, do func(svc *workflow.Service, st *store.Store) error) error {
	svc, st, err := a.service(ctx, path, create)
	if err != nil {
		return err
	}
	if err = do(svc, st); err != nil {
		return errors.Join(err, st.Close())
	}
	return st.Close()
}

// onOne runs a command over a database that names one thing; needs is the word on
// a command that does not.
func (a *app) onOne(ctx context.Context, command string, args []string, needs string, more func(*flag.FlagSet),
	do func(f *flags, svc *workflow.Service, st *store.Store, name string) error) error {
	f, names, err := a.flags(command, args, more)
	if err != nil {
		return err
	}
	if len(names) != 1 {
		return errors.New(a.words.Message(a.lang, needs, nil))
	}
	return a.inDatabase(ctx, f.db, false, func(svc *workflow.Service, st *store.Store) error { return do(f, svc, st, names[0]) })
}

// over joins the service over a store; where counts are kept they see both ports.
func (a *app) over(st workflow.Store, book *regime.Book, clock workflow.Clock, demo bool) *workflow.Service {
	var printer workflow.Printer = a.press
	if a.counts != nil {
		st, printer = a.counts.Store(st), a.counts.Printer(printer)
	}
	return workflow.New(workflow.Config{Book: book, Store: st, Rights: a.rights, Printer: printer, Clock: clock, NewID: newID, Demo: demo})
}

// newID makes an id that nobody can guess: a letter for the kind and 80 bits.
func newID(kind string) string {
	b := make([]byte, 10)
	if _, err := rand.Read(b); err != nil {
		panic("no randomness: " + err.Error())
	}
	return kind[:1] + "-" + strings.ToLower(base32.StdEncoding.EncodeToString(b))
}

// readRegister reads an old register of any known format.
func readRegister(r io.Reader, name string) ([]workflow.ImportRow, []workflow.RowRefusal, string, error) {
	sheet, err := intake.Read(r, name)
	var file *intake.FileError
	if errors.As(err, &file) {
		return nil, nil, "", &workflow.Problem{Kind: workflow.Invalid, Key: "import.file." + file.Reason, Args: map[string]string{"file": name, "line": strconv.Itoa(file.Line)}}
	}
	if err != nil {
		return nil, nil, "", err
	}
	return sheet.Rows, sheet.Refused, name + " (" + sheet.SHA256[:12] + ")", nil
}

func (a *app) writeJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// deliver writes a file, or prints where no --out is given.
func (a *app) deliver(to string, b []byte) error {
	if to == "" {
		_, err := a.out.Write(b)
		return err
	}
	if err := os.WriteFile(to, b, 0o644); err != nil {
		return err
	}
	fmt.Fprintln(a.out, to, len(b))
	return nil
}
