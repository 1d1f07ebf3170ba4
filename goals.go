package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"capdo/internal/intake"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// targetPlan finds a set of targets: one inside the program by its key, or that
// of the day where none is named, or a file.
func targetPlan(want string, on regime.Day) (*regime.TargetPlan, error) {
	if p, err := regime.TargetPlanFor(want, on); err != nil || p != nil {
		return p, err
	}
	b, err := os.ReadFile(want)
	if errors.Is(err, os.ErrNotExist) {
		return nil, &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.target_plan", Args: map[string]string{"id": want}}
	}
	if err != nil {
		return nil, err
	}
	return regime.ReadTargets(want, b)
}

// targets measures the targets of a plan from the records of a day.
func targets(ctx context.Context, a *app, args []string) error {
	var owner, on, plan string
	f, _, err := a.flags("targets", args, func(fs *flag.FlagSet) {
		fs.StringVar(&owner, "owner", "", "")
		fs.StringVar(&on, "on", "", "")
		fs.StringVar(&plan, "plan", "", "")
	})
	if err != nil {
		return err
	}
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	o, err := a.onlyOwner(ctx, svc, owner)
	if err != nil {
		return err
	}
	day, err := dayOr(on, svc)
	if err != nil {
		return err
	}
	set, err := targetPlan(plan, day)
	if err != nil {
		return err
	}
	list, err := svc.Targets(ctx, o.ID, day, set)
	if err != nil {
		return err
	}
	if f.json {
		return a.writeJSON(map[string]any{"plan": set.Key, "document": set.Document, "owner": o.ID, "on": day, "targets": list})
	}
	fmt.Fprintf(a.out, "%s — %s (%s), %s\n", o.Name, set.Title, set.Document, day)
	for _, r := range list {
		a.showTarget(r)
	}
	return nil
}

func (a *app) showTarget(r workflow.TargetResult) {
	word := func(key string) string { return a.words.Message(a.lang, key, nil) }
	verdict := map[string]string{"yes": "target.met", "no": "target.missed", "open": "target.open", "unmeasured": "target.unmeasured", "none": "target.without_number"}[r.Met]
	fmt.Fprintf(a.out, "%s", r.Text)
	if r.AtLeast != nil {
		fmt.Fprintf(a.out, " ≥ %d%%", *r.AtLeast)
	}
	fmt.Fprintf(a.out, ": %s", word(verdict))
	if r.Met != "unmeasured" {
		fmt.Fprintf(a.out, " (%d/%d = %d,%d%%", r.Numerator, r.Denominator, r.Percent/10, r.Percent%10)
		if r.Unknown > 0 {
			fmt.Fprintf(a.out, "; %d %s", r.Unknown, word("report.unknown"))
		}
		fmt.Fprint(a.out, ")")
	}
	fmt.Fprintf(a.out, " [%s]\n", r.Place)
	if r.Note != "" {
		fmt.Fprintln(a.out, "   ", r.Note)
	}
	for _, l := range r.Levels {
		fmt.Fprintf(a.out, "  %s %d (%s): %d\n", word("cli.level"), l.Level, l.Regime, l.N)
	}
}

// listProblem puts what a reader of lists refuses into words.
func listProblem(name string, err error) error {
	var file *intake.FileError
	if errors.As(err, &file) {
		return &workflow.Problem{Kind: workflow.Invalid, Key: "import.file." + file.Reason, Args: map[string]string{"file": name, "line": strconv.Itoa(file.Line)}}
	}
	return err
}

// lists reads the lists of a province beside its register, for every door.
type lists struct{}

// Layers reads a register of layers.
func (lists) Layers(r io.Reader, name string) ([]workflow.LayerImport, []workflow.RowRefusal, string, error) {
	rows, refused, source, err := intake.ReadLayers(r, name)
	return rows, refused, source, listProblem(name, err)
}

// Plan reads one list of a plan.
func (lists) Plan(r io.Reader, name, kind string) (workflow.PlanList, []workflow.RowRefusal, string, error) {
	p, refused, source, err := intake.ReadPlan(r, name, kind)
	return p, refused, source, listProblem(name, err)
}

// printLayers prints the register of the four layers of an owner.
func printLayers(ctx context.Context, a *app, args []string) error {
	var owner, on, format string
	f, _, err := a.flags("print layers", args, func(fs *flag.FlagSet) {
		fs.StringVar(&owner, "owner", "", "")
		fs.StringVar(&on, "on", "", "")
		fs.StringVar(&format, "format", "text", "")
	})
	if err != nil {
		return err
	}
	return a.printList(ctx, f, owner, on, format, func(svc *workflow.Service, id string, day workflow.Day) (workflow.PaperFacts, any, error) {
		facts, _, err := svc.PrintLayers(ctx, id, day)
		return facts, facts.Layers, err
	})
}

// printPlan prints one list of a plan, in the style of its annex.
func printPlan(ctx context.Context, a *app, args []string) error {
	var owner, on, format, kind string
	year := 0
	f, _, err := a.flags("print plan", args, func(fs *flag.FlagSet) {
		fs.StringVar(&owner, "owner", "", "")
		fs.StringVar(&on, "on", "", "")
		fs.StringVar(&format, "format", "text", "")
		fs.StringVar(&kind, "kind", "", "")
		fs.IntVar(&year, "year", 0, "")
	})
	if err != nil {
		return err
	}
	return a.printList(ctx, f, owner, on, format, func(svc *workflow.Service, id string, day workflow.Day) (workflow.PaperFacts, any, error) {
		facts, _, err := svc.PrintPlan(ctx, id, kind, year, day)
		if err != nil {
			return facts, nil, err
		}
		list, err := svc.Plan(ctx, id, kind, year, day)
		return facts, list, err
	})
}

// importing reads the common words of taking in a list and hands the open file on.
func (a *app) importing(ctx context.Context, name string, args []string, needs string, more func(*flag.FlagSet),
	take func(svc *workflow.Service, o workflow.ListOrder, file io.Reader, base string) (*workflow.ListReport, error)) error {
	var owner, on string
	good := false
	f, names, err := a.flags(name, args, func(fs *flag.FlagSet) {
		fs.StringVar(&owner, "owner", "", "")
		fs.StringVar(&on, "on", "", "")
		fs.BoolVar(&good, "accept-good", false, "")
		if more != nil {
			more(fs)
		}
	})
	if err != nil {
		return err
	}
	if len(names) != 1 || owner == "" {
		return errors.New(a.words.Message(a.lang, needs, nil))
	}
	file, err := os.Open(names[0])
	if err != nil {
		return err
	}
	defer file.Close()
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	o, err := a.officeNamed(ctx, svc, owner)
	if err != nil {
		return err
	}
	day, err := dayOr(on, svc)
	if err != nil {
		return err
	}
	rep, err := take(svc, workflow.ListOrder{Owner: o.ID, On: day, AcceptGood: good}, file, filepath.Base(names[0]))
	if err != nil {
		return err
	}
	return a.showList(f.json, rep, good)
}

func (a *app) showList(asJSON bool, rep *workflow.ListReport, good bool) error {
	if asJSON {
		if err := a.writeJSON(rep); err != nil {
			return err
		}
	} else {
		line := a.words.Message(a.lang, "cli.line", nil)
		for _, r := range rep.Refused {
			fmt.Fprintf(a.out, "%s %d, %s: %s (%s)\n", line, r.Line, a.words.Message(a.lang, "field."+r.Column, nil), a.words.Message(a.lang, "import.row."+r.Reason, nil), r.Value)
		}
		for _, w := range rep.Warns {
			fmt.Fprintf(a.out, "! %s %d: %s\n", line, w.Line, a.words.Message(a.lang, w.Key, w.Args))
		}
		a.say("cli.list_imported", map[string]string{"added": strconv.Itoa(rep.Added), "same": strconv.Itoa(rep.Same), "refused": strconv.Itoa(len(rep.Refused))})
	}
	if len(rep.Refused) > 0 && !good {
		return errFailed
	}
	return nil
}

// importLayers takes in a register of layers.
func importLayers(ctx context.Context, a *app, args []string) error {
	return a.importing(ctx, "import layers", args, "cli.layers_needs", nil, func(svc *workflow.Service, o workflow.ListOrder, file io.Reader, base string) (*workflow.ListReport, error) {
		rows, refused, source, err := lists{}.Layers(file, base)
		if err != nil {
			return nil, err
		}
		o.Refused, o.Source = refused, source
		return svc.ImportLayers(ctx, workflow.Console, o, rows)
	})
}

// importPlan takes in one list of a plan.
func importPlan(ctx context.Context, a *app, args []string) error {
	var kind string
	year := 0
	return a.importing(ctx, "import plan", args, "cli.plan_needs", func(fs *flag.FlagSet) {
		fs.StringVar(&kind, "kind", "", "")
		fs.IntVar(&year, "year", 0, "")
	}, func(svc *workflow.Service, o workflow.ListOrder, file io.Reader, base string) (*workflow.ListReport, error) {
		p, refused, source, err := lists{}.Plan(file, base, kind)
		if err != nil {
			return nil, err
		}
		p.Year, o.Refused, o.Source = year, refused, source
		return svc.ImportPlan(ctx, workflow.Console, o, p)
	})
}
