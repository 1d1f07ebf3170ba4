package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"capdo/internal/rehearse"
	"capdo/workflow"
	"capdo/workflow/memory"
)

// world hands the scenario player the same parts that serve people.
func (a *app) world(open func(scenario, rel string) (io.ReadCloser, error)) rehearse.World {
	return rehearse.World{Book: a.book, Rights: a.rights, Printer: a.press, Intake: readRegister, Message: a.tell, FS: open,
		NewStore: func() (workflow.Store, error) { return memory.New(), nil }}
}

func fromDisk(scenario, rel string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(filepath.Dir(scenario), rel))
}

func fromProgram(scenario, rel string) (io.ReadCloser, error) {
	return docs.Open(path.Join(path.Dir(scenario), rel))
}

// rehearseFiles plays scenarios; 1 when something differs, 2 when a file
// cannot be read.
func rehearseFiles(ctx context.Context, a *app, args []string) error {
	_, names, err := a.flags("rehearse", args, nil)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return errors.New(a.words.Message(a.lang, "cli.one_file", nil))
	}
	var sum rehearse.Result
	var faults []error
	for _, name := range names {
		got, err := a.rehearse(ctx, name)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		sum = sum.Add(got)
	}
	fmt.Fprintln(a.out, sum)
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	if sum.Failed > 0 {
		return errFailed
	}
	return nil
}

func (a *app) rehearse(ctx context.Context, name string) (rehearse.Result, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return rehearse.Result{}, err
	}
	s, err := rehearse.Read(name, bytes.NewReader(b), a.book)
	if err != nil {
		return rehearse.Result{}, err
	}
	fmt.Fprintf(a.out, "— %s: %s\n", name, s.Title)
	return rehearse.Play(ctx, a.world(fromDisk), s, a.out)
}
