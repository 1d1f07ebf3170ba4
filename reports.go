package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"capdo/workflow"
	"capdo/workflow/regime"
)

// dayOr reads a day, or gives the service's own where none is named.
func dayOr(text string, svc *workflow.Service) (workflow.Day, error) {
	if text == "" {
		return svc.Today(), nil
	}
	return regime.ParseDay(text)
}

// officeNamed finds the office a command names by id or name.
func (a *app) officeNamed(ctx context.Context, svc *workflow.Service, want string) (workflow.Office, error) {
	if want == "" {
		return workflow.Office{}, errors.New(a.words.Message(a.lang, "cli.need_office", nil))
	}
	o, ok, err := a.owner(ctx, svc, want)
	if err == nil && !ok {
		err = &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.office", Args: map[string]string{"id": want}}
	}
	return o, err
}

// reportShow tells the yearly report of an office: counters, contents as far as
// the records answer them, and the rows that do not agree.
func reportShow(ctx context.Context, a *app, args []string) error {
	var office, on string
	year := 0
	f, _, err := a.flags("report", args, func(fs *flag.FlagSet) {
		fs.StringVar(&office, "office", "", "")
		fs.StringVar(&on, "on", "", "")
		fs.IntVar(&year, "year", 0, "")
	})
	if err != nil {
		return err
	}
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	o, err := a.officeNamed(ctx, svc, office)
	if err != nil {
		return err
	}
	var rep *workflow.ReportFacts
	if year > 0 {
		rep, err = svc.Report(ctx, o.ID, year)
	} else {
		var day workflow.Day
		if day, err = dayOr(on, svc); err == nil {
			rep, err = svc.ReportOn(ctx, o.ID, day)
		}
	}
	if err != nil {
		return err
	}
	if f.json {
		return a.writeJSON(rep)
	}
	a.showReport(o.Name, rep)
	return nil
}

func (a *app) showReport(office string, rep *workflow.ReportFacts) {
	word := func(key string) string { return a.words.Message(a.lang, key, nil) }
	fmt.Fprintf(a.out, "%s, %d, %s (%s)\n", office, rep.Year, rep.On, rep.Regime)
	for _, c := range rep.Counts {
		fmt.Fprintf(a.out, "  %s: %d", word("report.count."+c.Key), c.N)
		if c.Unknown > 0 {
			fmt.Fprintf(a.out, " (%d %s)", c.Unknown, word("report.unknown"))
		}
		if c.Text != "" {
			fmt.Fprintf(a.out, "; %s", c.Text)
		}
		fmt.Fprintln(a.out)
	}
	for _, l := range rep.Levels {
		fmt.Fprintf(a.out, "  %s %d (%s): %d\n", word("cli.level"), l.Level, l.Regime, l.N)
	}
	for _, w := range rep.Warnings {
		fmt.Fprintf(a.out, "! %s %s %s [%s%s]\n", word("report.check."+w.Key), word("report.rows"), rowNumbers(w.Rows), w.Origin, basisText(w.Basis))
	}
}

// rowNumbers writes 1–3, 5.
func rowNumbers(rows []int) string {
	var parts []string
	for i := 0; i < len(rows); {
		j := i
		for j+1 < len(rows) && rows[j+1] == rows[j]+1 {
			j++
		}
		part := strconv.Itoa(rows[i])
		if j > i {
			part += "–" + strconv.Itoa(rows[j])
		}
		parts, i = append(parts, part), j+1
	}
	return strings.Join(parts, ", ")
}

func basisText(basis []regime.Citation) string {
	if len(basis) == 0 {
		return ""
	}
	return "; " + cites(basis)
}

// statementFlags declares what an office may state and gives the statement once
// the words are read.
func statementFlags(fs *flag.FlagSet) func() (workflow.Statement, error) {
	var say workflow.Statement
	for name, at := range map[string]*string{"deployment": &say.Deployment, "quy-che": &say.QuyChe, "quy-che-by": &say.QuyCheBy,
		"follows": &say.Follows, "list-ground": &say.ListGround, "source": &say.Source} {
		fs.StringVar(at, name, "", "")
	}
	dates := map[string]*workflow.LooseDate{"full-by": &say.FullBy, "approval-by": &say.ApprovalBy, "quy-che-date": &say.QuyCheDate, "checked-on": &say.CheckedOn}
	texts := map[string]*string{}
	for name := range dates {
		texts[name] = fs.String(name, "", "")
	}
	checked := fs.String("checked", "", "")
	return func() (workflow.Statement, error) {
		for name, text := range texts {
			if *text == "" {
				continue
			}
			var err error
			if *dates[name], err = workflow.ParseLooseDate(*text); err != nil {
				return say, err
			}
		}
		if *checked != "" {
			say.Checked = strings.Split(*checked, ",")
		}
		return say, nil
	}
}

// reportState keeps what an office states about a system for its report.
func reportState(ctx context.Context, a *app, args []string) error {
	var office, on string
	var stated func() (workflow.Statement, error)
	f, names, err := a.flags("report state", args, func(fs *flag.FlagSet) {
		fs.StringVar(&office, "office", "", "")
		fs.StringVar(&on, "on", "", "")
		stated = statementFlags(fs)
	})
	if err != nil {
		return err
	}
	if len(names) != 1 {
		return errors.New(a.words.Message(a.lang, "cli.need_system", nil))
	}
	say, err := stated()
	if err != nil {
		return err
	}
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	o, err := a.officeNamed(ctx, svc, office)
	if err != nil {
		return err
	}
	say.Office, say.System = o.ID, names[0]
	if say.On, err = dayOr(on, svc); err != nil {
		return err
	}
	if _, err = svc.State(ctx, workflow.Console, say); err == nil {
		a.say("cli.stated", nil)
	}
	return err
}

// printReport prints Form 08 of an office as of a day.
func printReport(ctx context.Context, a *app, args []string) error {
	var office, on, format string
	f, _, err := a.flags("print report", args, func(fs *flag.FlagSet) {
		fs.StringVar(&office, "office", "", "")
		fs.StringVar(&on, "on", "", "")
		fs.StringVar(&format, "format", "text", "")
	})
	if err != nil {
		return err
	}
	return a.printList(ctx, f, office, on, format, func(svc *workflow.Service, id string, day workflow.Day) (workflow.PaperFacts, any, error) {
		facts, _, err := svc.PrintReport(ctx, id, day)
		return facts, facts.Report, err
	})
}

// printList delivers a list of an office in one of the formats of a register, or
// its data.
func (a *app) printList(ctx context.Context, f *flags, office, on, format string, list func(*workflow.Service, string, workflow.Day) (workflow.PaperFacts, any, error)) error {
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	o, err := a.officeNamed(ctx, svc, office)
	if err != nil {
		return err
	}
	day, err := dayOr(on, svc)
	if err != nil {
		return err
	}
	facts, data, err := list(svc, o.ID, day)
	if err != nil {
		return err
	}
	if f.json {
		return a.writeJSON(data)
	}
	b, _, err := a.registerFile(facts, format)
	if err != nil {
		return err
	}
	return a.deliver(f.to, b)
}

// duties shows what falls due for an office within some days.
func duties(ctx context.Context, a *app, args []string) error {
	var office, on string
	days := 90
	f, _, err := a.flags("duties", args, func(fs *flag.FlagSet) {
		fs.StringVar(&office, "office", "", "")
		fs.StringVar(&on, "on", "", "")
		fs.IntVar(&days, "days", 90, "")
	})
	if err != nil {
		return err
	}
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	o, err := a.officeNamed(ctx, svc, office)
	if err != nil {
		return err
	}
	day, err := dayOr(on, svc)
	if err != nil {
		return err
	}
	list, err := svc.Duties(ctx, o.ID, day, days)
	if err != nil {
		return err
	}
	if f.json {
		return a.writeJSON(list)
	}
	if len(list) == 0 {
		a.say("cli.duty_none", nil)
	}
	for _, d := range list {
		fmt.Fprintln(a.out, a.dutyLine(d))
	}
	return nil
}

func (a *app) dutyLine(d workflow.DutyItem) string {
	word := func(key string) string { return a.words.Message(a.lang, key, nil) }
	parts := []string{d.Due.String()}
	if d.Due.IsZero() {
		parts[0] = "—"
	}
	if d.Overdue {
		parts = append(parts, word("duty.overdue"))
	}
	parts = append(parts, d.Name, "("+word("duty."+d.Kind)+")")
	switch {
	case d.Provisional:
		parts = append(parts, word("duty.provisional"))
	case d.Kind == "interval" && !d.Marked:
		parts = append(parts, word("duty.unmarked"))
	}
	mark := string(d.Origin)
	if d.Verified == regime.Unverified {
		mark += ", " + string(d.Verified)
	}
	line := strings.Join(parts, "  ") + "  [" + mark + basisText(d.Basis) + "] " + d.Key
	if d.Note != "" {
		line += "\n    " + d.Note
	}
	return line
}

// dutyDone records that an office did a duty.
func dutyDone(ctx context.Context, a *app, args []string) error {
	var office, on, note string
	f, names, err := a.flags("duties done", args, func(fs *flag.FlagSet) {
		fs.StringVar(&office, "office", "", "")
		fs.StringVar(&on, "on", "", "")
		fs.StringVar(&note, "note", "", "")
	})
	if err != nil {
		return err
	}
	if len(names) != 1 {
		return errors.New(a.words.Message(a.lang, "cli.one_duty", nil))
	}
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	o, err := a.officeNamed(ctx, svc, office)
	if err != nil {
		return err
	}
	day, err := dayOr(on, svc)
	if err != nil {
		return err
	}
	if _, err = svc.MarkDuty(ctx, workflow.Console, workflow.DutyMark{Office: o.ID, Duty: names[0], On: day, Note: note}); err == nil {
		a.say("cli.stated", nil)
	}
	return err
}
