package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"capdo/internal/paper"
	"capdo/internal/store"
	"capdo/internal/vn"
	"capdo/workflow"
	"capdo/workflow/regime"
)

func migrate(ctx context.Context, a *app, args []string) error {
	dry := false
	f, _, err := a.flags("migrate", args, func(fs *flag.FlagSet) { fs.BoolVar(&dry, "dry-run", false, "") })
	if err != nil {
		return err
	}
	if dry {
		return a.tryUpgrade(ctx, f.db)
	}
	return a.inDatabase(ctx, f.db, true, func(*workflow.Service, *store.Store) error {
		a.say("cli.migrated", map[string]string{"db": store.Shown(f.db)})
		return nil
	})
}

// tryUpgrade tells what an upgrade would do, having done it to a copy.
func (a *app) tryUpgrade(ctx context.Context, db string) error {
	pending, tried, err := store.TryUpgrade(ctx, db)
	for _, name := range pending {
		fmt.Fprintln(a.out, "  "+name)
	}
	if err != nil {
		return a.openProblem(err)
	}
	key := map[bool]string{true: "cli.upgrade_tried", false: "cli.upgrade_told"}[tried]
	a.say(key, map[string]string{"db": store.Shown(db), "count": strconv.Itoa(len(pending))})
	return nil
}

// owner finds an office by id or by name.
func (a *app) owner(ctx context.Context, svc *workflow.Service, want string) (workflow.Office, bool, error) {
	offices, err := svc.Store.Offices(ctx)
	if err != nil {
		return workflow.Office{}, false, err
	}
	for _, o := range offices {
		if o.ID == want || vn.Fold(o.Name) == vn.Fold(want) {
			return o, true, nil
		}
	}
	return workflow.Office{}, false, nil
}

func importRegister(ctx context.Context, a *app, args []string) error {
	var owner, asOf string
	good := false
	f, names, err := a.flags("import register", args, func(fs *flag.FlagSet) {
		fs.StringVar(&owner, "owner", "", "")
		fs.StringVar(&asOf, "as-of", "", "")
		fs.BoolVar(&good, "accept-good", false, "")
	})
	if err != nil {
		return err
	}
	if len(names) != 1 || owner == "" {
		return errors.New(a.words.Message(a.lang, "cli.import_needs", nil))
	}
	order := workflow.ImportOrder{AcceptGood: good}
	if asOf != "" {
		if order.AsOf, err = regime.ParseDay(asOf); err != nil {
			return err
		}
	}
	file, err := os.Open(names[0])
	if err != nil {
		return err
	}
	defer file.Close()
	a.progress("cli.reading", 0)
	if order.Rows, order.Refused, order.Source, err = readRegister(file, filepath.Base(names[0])); err != nil {
		return err
	}
	return a.inDatabase(ctx, f.db, true, func(svc *workflow.Service, _ *store.Store) error {
		o, known, err := a.owner(ctx, svc, owner)
		if err == nil && !known {
			o, err = svc.AddOffice(ctx, workflow.Office{Name: owner, Source: order.Source})
		}
		if err != nil {
			return err
		}
		order.Owner = o.ID
		a.progress("cli.importing", len(order.Rows))
		rep, err := svc.Import(ctx, workflow.Console, order)
		if err != nil {
			return err
		}
		return a.showImport(f.json, rep, good)
	})
}

// progress tells a person at a terminal what long work is at.
func (a *app) progress(key string, n int) {
	f, ok := a.errs.(*os.File)
	if !ok {
		return
	}
	if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		fmt.Fprintln(f, a.words.Message(a.lang, key, map[string]string{"count": strconv.Itoa(n)}))
	}
}

func (a *app) showImport(asJSON bool, rep *workflow.ImportReport, good bool) error {
	if asJSON {
		if err := a.writeJSON(rep); err != nil {
			return err
		}
	} else {
		for _, r := range rep.Refused {
			fmt.Fprintf(a.out, "%s %d, %s: %s (%s)\n", a.words.Message(a.lang, "cli.line", nil), r.Line, a.words.Message(a.lang, "field."+r.Column, nil), a.words.Message(a.lang, "import.row."+r.Reason, nil), r.Value)
		}
		a.say("cli.imported", map[string]string{"added": strconv.Itoa(rep.Added), "same": strconv.Itoa(rep.Same), "refused": strconv.Itoa(len(rep.Refused)), "offices": strconv.Itoa(len(rep.Offices))})
		for _, set := range rep.Sets {
			label := ""
			if len(rep.Sets) > 1 {
				label = " (" + set.RuleSet + ")"
			}
			for _, level := range slices.Sorted(maps.Keys(set.Levels)) {
				fmt.Fprintf(a.out, "  %s %d%s: %d\n", a.words.Message(a.lang, "cli.level", nil), level, label, set.Levels[level])
			}
		}
	}
	if len(rep.Refused) > 0 && !good {
		return errFailed
	}
	return nil
}

// registerFile writes a printed register in one of its formats.
func (a *app) registerFile(f workflow.PaperFacts, format string) ([]byte, string, error) {
	doc, err := a.words.Fill(f.Regime, f.Form, f)
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	switch format {
	case "pdf":
		err = paper.PDF(&b, doc)
		return b.Bytes(), "application/pdf", err
	case "xlsx":
		err = paper.XLSX(&b, doc)
		return b.Bytes(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", err
	case "csv":
		err = paper.CSV(&b, doc)
		return b.Bytes(), "text/csv; charset=utf-8", err
	case "text":
		return []byte(paper.Text(doc)), "text/plain; charset=utf-8", nil
	}
	return nil, "", &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "format", Expect: "expect.format", Value: format}}}
}

func printRegister(ctx context.Context, a *app, args []string) error {
	var owner, on, format string
	volume := 0
	f, _, err := a.flags("print register", args, func(fs *flag.FlagSet) {
		fs.IntVar(&volume, "volume", 0, "")
		fs.StringVar(&owner, "owner", "", "")
		fs.StringVar(&on, "on", "", "")
		fs.StringVar(&format, "format", "text", "")
	})
	if err != nil {
		return err
	}
	return a.inDatabase(ctx, f.db, false, func(svc *workflow.Service, _ *store.Store) error {
		day := svc.Today()
		if on != "" {
			if day, err = regime.ParseDay(on); err != nil {
				return err
			}
		}
		o, err := a.onlyOwner(ctx, svc, owner)
		if err != nil {
			return err
		}
		if f.json {
			rows, err := svc.Register(ctx, o.ID, day)
			if err != nil {
				return err
			}
			return a.writeJSON(svc.Lines(rows))
		}
		a.progress("cli.printing", 0)
		b, err := a.registerAs(ctx, svc, o.ID, day, format, volume)
		if err != nil {
			return err
		}
		return a.deliver(f.to, b)
	})
}

// registerAs gives the register of a day in a format: the edition that is kept, or data.
func (a *app) registerAs(ctx context.Context, svc *workflow.Service, owner string, on workflow.Day, format string, volume int) ([]byte, error) {
	if format == "pdf" || format == "text" {
		_, out, err := svc.PrintRegisterVolume(ctx, owner, on, volume)
		if format == "text" {
			return []byte(out.Text), err
		}
		return out.PDF, err
	}
	facts, err := svc.RegisterFacts(ctx, owner, on)
	if err != nil {
		return nil, err
	}
	b, _, err := a.registerFile(facts, format)
	return b, err
}

// onlyOwner finds the owner named, or the only one there is.
func (a *app) onlyOwner(ctx context.Context, svc *workflow.Service, want string) (workflow.Office, error) {
	if want != "" {
		o, ok, err := a.owner(ctx, svc, want)
		if err == nil && !ok {
			err = &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.office", Args: map[string]string{"id": want}}
		}
		return o, err
	}
	systems, err := svc.Store.Systems(ctx, workflow.SystemQuery{Limit: 1})
	if err != nil {
		return workflow.Office{}, err
	}
	if len(systems) == 0 || len(systems[0].Owners) == 0 {
		return workflow.Office{}, errors.New(a.words.Message(a.lang, "cli.owner_needed", nil))
	}
	return svc.Store.Office(ctx, systems[0].Owners[0])
}

func printPaper(ctx context.Context, a *app, args []string) error {
	format := "pdf"
	return a.onOne(ctx, "print paper", args, "cli.one_paper", func(fs *flag.FlagSet) { fs.StringVar(&format, "format", "pdf", "") },
		func(f *flags, svc *workflow.Service, _ *store.Store, id string) error {
			p, err := svc.Paper(ctx, id)
			switch {
			case err != nil:
				return err
			case f.json:
				return a.writeJSON(p)
			case format == "text":
				return a.deliver(f.to, []byte(p.Text))
			}
			return a.deliver(f.to, p.PDF)
		})
}

func printCase(ctx context.Context, a *app, args []string) error {
	return a.onOne(ctx, "print case", args, "cli.one_case", nil, func(f *flags, svc *workflow.Service, _ *store.Store, id string) error {
		b, err := a.packCase(ctx, svc, id)
		if err != nil {
			return err
		}
		return a.deliver(f.to, b)
	})
}
