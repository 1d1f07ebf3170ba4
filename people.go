package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"capdo/internal/identity"
	"capdo/internal/store"
	"capdo/workflow"
	"capdo/workflow/regime"
)

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
	return a.inDatabase(ctx, f.db, false, func(svc *workflow.Service, st *store.Store) error {
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
	})
}

// setPassword takes the password from the environment or from standard input,
// never from the words of the command, where others could read it. Whoever gets
// it sets one of his own before anything else.
func (a *app) setPassword(ctx context.Context, st *store.Store, id string) error {
	password := os.Getenv("CAPDO_PASSWORD")
	if password == "" {
		fmt.Fprint(a.errs, a.words.Message(a.lang, "cli.password", nil)+" ")
		b, err := io.ReadAll(io.LimitReader(a.in, 4096))
		if err != nil {
			return err
		}
		password, _, _ = strings.Cut(string(b), "\n")
		password = strings.TrimSuffix(password, "\r")
	}
	if err := a.identity(st).SetPassword(ctx, id, id, password, true); err != nil {
		return accountProblem(id, err)
	}
	a.say("cli.user_ready", map[string]string{"login": id})
	return nil
}

// accountProblem puts into a problem what accounts answer.
func accountProblem(login string, err error) error {
	switch {
	case errors.Is(err, identity.ErrUnknown):
		return &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.account", Args: map[string]string{"id": login}}
	case errors.Is(err, identity.ErrPassword):
		return &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "password", Expect: "expect.password"}}}
	case errors.Is(err, identity.ErrMoved):
		return &workflow.Problem{Kind: workflow.Stale, Key: "account.moved_on"}
	}
	return err
}

func userPasswd(ctx context.Context, a *app, args []string) error {
	return a.onOne(ctx, "user passwd", args, "cli.login_needed", nil, func(_ *flags, _ *workflow.Service, st *store.Store, login string) error {
		if _, err := st.Person(ctx, login); err != nil {
			return err
		}
		return a.setPassword(ctx, st, login)
	})
}

// userDisable shuts an account and ends its sessions; what the person did stays.
func userDisable(ctx context.Context, a *app, args []string) error {
	return a.switchLogin(ctx, "user disable", args, true)
}

// userEnable opens an account again under the password it had.
func userEnable(ctx context.Context, a *app, args []string) error {
	return a.switchLogin(ctx, "user enable", args, false)
}

func (a *app) switchLogin(ctx context.Context, command string, args []string, disabled bool) error {
	return a.onOne(ctx, command, args, "cli.login_needed", nil, func(_ *flags, _ *workflow.Service, st *store.Store, login string) error {
		if err := a.identity(st).Disable(ctx, login, disabled); err != nil {
			return accountProblem(login, err)
		}
		key := "cli.user_enabled"
		if disabled {
			key = "cli.user_disabled"
		}
		a.say(key, map[string]string{"login": login})
		return nil
	})
}

// userGrant gives a person a role in an office, with its term and its paper.
func userGrant(ctx context.Context, a *app, args []string) error {
	var office, role, from, to, source string
	return a.onOne(ctx, "user grant", args, "cli.one_login", func(fs *flag.FlagSet) {
		fs.StringVar(&office, "office", "", "")
		fs.StringVar(&role, "role", "", "")
		fs.StringVar(&from, "from", "", "")
		fs.StringVar(&to, "to", "", "")
		fs.StringVar(&source, "source", "", "")
	}, func(_ *flags, svc *workflow.Service, st *store.Store, login string) error {
		if office == "" {
			return errors.New(a.words.Message(a.lang, "cli.one_login", nil))
		}
		p, err := st.Person(ctx, login)
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
	})
}
