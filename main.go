// Command capdo decides, proves and keeps the security level of the information
// systems of a province. This package only joins the rooms: it chooses the
// adapters, reads flags, starts and stops.
package main

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"capdo/workflow"
)

//go:embed docs/scenarios/00-tinh-mau.yaml docs/domain docs/help docs/handbook
var docs embed.FS

// command is one sub-command: its words and what it does with the rest.
type command struct {
	words string
	run   func(ctx context.Context, a *app, args []string) error
}

var commands = []command{
	{"serve", serve},
	{"demo", demo},
	{"migrate", migrate},
	{"backup", backup},
	{"restore", restore},
	{"doctor", doctor},
	{"move", moveProvince},
	{"import register", importRegister},
	{"print register", printRegister},
	{"print paper", printPaper},
	{"print case", printCase},
	{"attach", attach},
	{"overview export", overviewExport},
	{"overview import", overviewImport},
	{"classify", classify},
	{"due", due},
	{"rehearse", rehearseFiles},
	{"check law", checkLaw},
	{"impact", impact},
	{"user add", userAdd},
	{"user passwd", userPasswd},
	{"user grant", userGrant},
	{"report state", reportState},
	{"report", reportShow},
	{"print report", printReport},
	{"print layers", printLayers},
	{"print plan", printPlan},
	{"import layers", importLayers},
	{"import plan", importPlan},
	{"targets", targets},
	{"duties done", dutyDone},
	{"duties", duties},
	{"user disable", userDisable},
	{"user enable", userEnable},
	{"user reset", userReset},
	{"user unlock", userUnlock},
	{"user end-code", userEndCode},
	{"user list", userList},
	{"print sheet", printSheet},
	{"sheet export", sheetExport},
	{"sheet import", sheetImport},
	{"catalogue show", catalogueShow},
	{"catalogue export", catalogueExport},
	{"catalogue import", catalogueImport},
	{"checkpoint", makeCheckpoint},
	{"verify", verify},
	{"export history", exportHistory},
	{"prove decision", proveDecision},
	{"prove consistency", proveConsistency},
	{"help", help},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run does one command; 0 done, 1 refused, 2 cannot.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	a := &app{in: in, out: out, errs: errs, lang: "vi"}
	args = a.takeLang(args)
	if err := a.open(); err != nil {
		fmt.Fprintln(errs, err)
		return 2
	}
	for _, c := range commands {
		words := strings.Fields(c.words)
		if len(args) >= len(words) && strings.Join(args[:len(words)], " ") == c.words {
			return a.exit(c.run(ctx, a, args[len(words):]))
		}
	}
	_ = help(ctx, a, nil)
	if len(args) == 0 {
		return 0
	}
	return 2
}

// takeLang takes --lang out of the words, so that every command knows it.
func (a *app) takeLang(args []string) []string {
	var rest []string
	for i := 0; i < len(args); i++ {
		name, value, has := strings.Cut(args[i], "=")
		switch {
		case (name == "--lang" || name == "-lang") && has:
			a.lang = value
		case (name == "--lang" || name == "-lang") && i+1 < len(args):
			i++
			a.lang = args[i]
		default:
			rest = append(rest, args[i])
		}
	}
	if a.lang != "en" {
		a.lang = "vi"
	}
	return rest
}

// errFailed is an answer no that was already printed.
var errFailed = errors.New("failed")

func (a *app) exit(err error) int {
	var problem *workflow.Problem
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errFailed):
		return 1
	case errors.As(err, &problem):
		fmt.Fprintln(a.errs, a.tell(problem))
		return 1
	}
	fmt.Fprintln(a.errs, "capdo:", err)
	return 2
}

func help(_ context.Context, a *app, _ []string) error {
	b, err := docs.ReadFile("docs/help/" + a.lang + ".txt")
	if err != nil {
		return err
	}
	_, err = a.out.Write(b)
	return err
}
