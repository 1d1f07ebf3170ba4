package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"capdo/api"
	"capdo/internal/identity"
	"capdo/internal/store"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// serve opens the door and keeps it open until the program is told to stop;
// what was acknowledged is finished first.
func serve(ctx context.Context, a *app, args []string) error {
	addr, secure := "", false
	f, _, err := a.flags("serve", args, func(fs *flag.FlagSet) {
		fs.StringVar(&addr, "addr", "127.0.0.1:8080", "")
		fs.BoolVar(&secure, "secure", false, "")
	})
	if err != nil {
		return err
	}
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	if err := svc.Tick(ctx); err != nil {
		return err
	}
	srv := &http.Server{Handler: a.door(svc, st, secure), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute,
		WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	a.say("cli.serving", map[string]string{"address": "http://" + l.Addr().String()})
	if err := a.demoSignIns(ctx, svc, st); err != nil {
		return err
	}
	go a.ticking(ctx, svc)
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		done <- srv.Shutdown(grace)
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-done
}

// ticking does the timed work every few minutes while the program runs.
func (a *app) ticking(ctx context.Context, svc *workflow.Service) {
	t := time.NewTicker(5 * time.Minute)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if err := svc.Tick(ctx); err != nil && ctx.Err() == nil {
				slog.Error("timed work", "error", err)
			}
		}
	}
}

func (a *app) door(svc *workflow.Service, st *store.Store, secure bool) http.Handler {
	notice := ""
	if svc.Demo {
		notice = a.words.Message(a.lang, "cli.demo_notice", map[string]string{"day": svc.Today().String()})
	}
	return api.New(api.Config{Service: svc, Identity: a.identity(st), Message: a.words.Message, Intake: readRegister, Lists: lists{},
		RegisterFile: a.registerFile, Notice: notice, Secure: secure, Log: slog.New(slog.NewTextHandler(a.errs, nil))})
}

func (a *app) identity(st *store.Store) *identity.Identity {
	return identity.New(st, time.Now, rand.Reader)
}

// demoPassword signs in to a demo province only; a real database never gets it.
const demoPassword = "capdo-tinh-mau"

// demoSignIns lists who may sign in to a demo.
func (a *app) demoSignIns(ctx context.Context, svc *workflow.Service, st *store.Store) error {
	if !svc.Demo {
		return nil
	}
	a.say("cli.demo_notice", map[string]string{"day": svc.Today().String()})
	a.say("cli.sign_ins", map[string]string{"password": demoPassword})
	people, err := st.People(ctx)
	if err != nil {
		return err
	}
	for _, p := range people {
		for _, g := range p.Grants {
			o, err := st.Office(ctx, g.Office)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.out, "  %-10s %s — %s, %s\n", p.ID, p.Name, a.words.Message(a.lang, "role."+g.Role, nil), o.Name)
		}
	}
	return nil
}

// userAdd takes in a person with an account and, where named, a first role.
func userAdd(ctx context.Context, a *app, args []string) error {
	var id, name, office, role string
	f, _, err := a.flags("user add", args, func(fs *flag.FlagSet) {
		fs.StringVar(&id, "login", "", "")
		fs.StringVar(&name, "name", "", "")
		fs.StringVar(&office, "office", "", "")
		fs.StringVar(&role, "role", "", "")
	})
	if err != nil {
		return err
	}
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	p := workflow.Person{ID: id, Name: name}
	if role != "" {
		o, err := a.onlyOwner(ctx, svc, office)
		if err != nil {
			return err
		}
		p.Grants = []workflow.Grant{{Office: o.ID, Role: role, From: svc.Today()}}
	}
	if _, err := st.Person(ctx, id); err == nil {
		return &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "login", Expect: "expect.new_login", Value: id}}}
	}
	if err := svc.AddPerson(ctx, p); err != nil {
		return err
	}
	return a.setPassword(ctx, st, id)
}

// setPassword takes the password from the environment or from standard input,
// never from the words of the command, where others could read it.
func (a *app) setPassword(ctx context.Context, st *store.Store, id string) error {
	password := os.Getenv("CAPDO_PASSWORD")
	if password == "" {
		fmt.Fprint(a.errs, a.words.Message(a.lang, "cli.password", nil)+" ")
		b, err := io.ReadAll(io.LimitReader(a.in, 4096))
		if err != nil {
			return err
		}
		password, _, _ = strings.Cut(string(b), "\n")
	}
	if err := a.identity(st).SetPassword(ctx, id, id, password, true); err != nil {
		return err
	}
	a.say("cli.user_ready", map[string]string{"login": id})
	return nil
}

func userPasswd(ctx context.Context, a *app, args []string) error {
	f, names, err := a.flags("user passwd", args, nil)
	if err != nil {
		return err
	}
	if len(names) != 1 {
		return errors.New(a.words.Message(a.lang, "cli.one_login", nil))
	}
	_, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	if _, err := st.Person(ctx, names[0]); err != nil {
		return err
	}
	return a.setPassword(ctx, st, names[0])
}

// userGrant gives a person a role in an office, with its term and its paper.
func userGrant(ctx context.Context, a *app, args []string) error {
	var office, role, from, to, source string
	f, names, err := a.flags("user grant", args, func(fs *flag.FlagSet) {
		fs.StringVar(&office, "office", "", "")
		fs.StringVar(&role, "role", "", "")
		fs.StringVar(&from, "from", "", "")
		fs.StringVar(&to, "to", "", "")
		fs.StringVar(&source, "source", "", "")
	})
	if err != nil {
		return err
	}
	if len(names) != 1 || office == "" {
		return errors.New(a.words.Message(a.lang, "cli.one_login", nil))
	}
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	p, err := st.Person(ctx, names[0])
	if err != nil {
		return err
	}
	o, err := a.onlyOwner(ctx, svc, office)
	if err != nil {
		return err
	}
	g := workflow.Grant{Office: o.ID, Role: role, From: svc.Today(), Source: source}
	for text, at := range map[string]*regime.Day{from: &g.From, to: &g.To} {
		if text == "" {
			continue
		}
		if *at, err = regime.ParseDay(text); err != nil {
			return err
		}
	}
	p.Grants = append(p.Grants, g)
	if err := svc.AddPerson(ctx, p); err != nil {
		return err
	}
	a.say("cli.granted", map[string]string{"login": p.ID, "role": a.words.Message(a.lang, "role."+role, nil), "office": o.Name})
	return nil
}
