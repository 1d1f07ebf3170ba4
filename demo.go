package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"capdo/internal/rehearse"
	"capdo/internal/store"
	"capdo/workflow"
)

const demoStory = "docs/scenarios/00-tinh-mau.yaml"

// demo plays the story of the demo province into a new database, prints every
// paper and the register beside it, and lists what it made.
func demo(ctx context.Context, a *app, args []string) error {
	f, _, err := a.flags("demo", args, nil)
	if err != nil {
		return err
	}
	if f.to == "" {
		return errors.New(a.words.Message(a.lang, "cli.out_needed", nil))
	}
	path := filepath.Join(f.to, "capdo.db")
	if _, err := os.Stat(path); err == nil {
		return errors.New(a.words.Message(a.lang, "cli.exists", map[string]string{"path": path}))
	}
	if err := os.MkdirAll(f.to, 0o755); err != nil {
		return err
	}
	// The database appears under its name only when it is whole.
	part := path + ".part"
	for _, old := range []string{part, part + "-wal", part + "-shm"} {
		if err := os.Remove(old); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	svc, st, err := a.playDemo(ctx, part)
	if err != nil {
		return err
	}
	err = a.printDemo(ctx, svc, f.to)
	if err = errors.Join(err, st.Close()); err != nil {
		return err
	}
	return os.Rename(part, path)
}

func (a *app) playDemo(ctx context.Context, path string) (*workflow.Service, *store.Store, error) {
	b, err := docs.ReadFile(demoStory)
	if err != nil {
		return nil, nil, err
	}
	s, err := rehearse.Read(demoStory, bytes.NewReader(b), a.book)
	if err != nil {
		return nil, nil, err
	}
	st, err := store.Open(ctx, path, store.Options{Create: true})
	if err != nil {
		return nil, nil, err
	}
	var now time.Time
	svc := a.over(st, s.Calendars(a.book), func() time.Time { return now }, true)
	err = s.Stage(ctx, a.world(fromProgram), svc, func(t time.Time) { now = t }, func(l rehearse.Line) error {
		if l.Failed() {
			return errors.New(a.words.Message(a.lang, "cli.not_a_demo", map[string]string{"step": l.String()}))
		}
		fmt.Fprintln(a.errs, l)
		return nil
	})
	if err == nil {
		err = st.SetSetting(ctx, demoDay, svc.Today().String())
	}
	if err == nil {
		err = st.SetSetting(ctx, "province.name", a.words.Message("vi", "demo.province", nil))
	}
	if err == nil {
		err = a.demoAccounts(ctx, st)
	}
	if err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	return svc, st, nil
}

func (a *app) demoAccounts(ctx context.Context, st *store.Store) error {
	people, err := st.People(ctx)
	if err != nil {
		return err
	}
	id := a.identity(st)
	for _, p := range people {
		if err := id.SetPassword(ctx, p.ID, p.ID, demoPassword, false); err != nil {
			return err
		}
	}
	return nil
}

// printDemo writes the packs of the cases and the register beside the database.
func (a *app) printDemo(ctx context.Context, svc *workflow.Service, dir string) error {
	a.say("cli.demo_notice", map[string]string{"day": svc.Today().String()})
	cases, err := svc.Cases(ctx, workflow.CaseQuery{Limit: 100})
	if err != nil {
		return err
	}
	for _, c := range cases {
		if err := a.printDemoCase(ctx, svc, dir, c.ID); err != nil {
			return err
		}
	}
	o, err := a.onlyOwner(ctx, svc, "")
	if err != nil {
		return err
	}
	for _, format := range []string{"pdf", "xlsx", "csv", "text"} {
		b, err := a.registerAs(ctx, svc, o.ID, svc.Today(), format, 0)
		if err == nil {
			err = a.deliver(filepath.Join(dir, "register-"+svc.Today().String()+"."+format), b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *app) printDemoCase(ctx context.Context, svc *workflow.Service, dir, id string) error {
	b, err := a.packCase(ctx, svc, id)
	if err != nil {
		return err
	}
	if err := a.deliver(filepath.Join(dir, id+".zip"), b); err != nil {
		return err
	}
	papers, err := svc.Papers(ctx, id)
	if err != nil {
		return err
	}
	for i, p := range papers {
		full, err := svc.Paper(ctx, p.ID)
		if err == nil {
			draft := ""
			if p.Draft {
				draft = "-draft"
			}
			err = a.deliver(filepath.Join(dir, fmt.Sprintf("%s-%02d-%s%s.pdf", id, i+1, p.Form, draft)), full.PDF)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
