package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
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
		password, err := a.password()
		if err != nil {
			return accountProblem(id, err)
		}
		if err := svc.AddPerson(ctx, p); err != nil {
			return err
		}
		return a.setPassword(ctx, svc, st, id, password, "account_created")
	})
}

// password takes one that may be set from the environment or from standard
// input, never from the words of the command, where others could read it.
func (a *app) password() (string, error) {
	password := os.Getenv("CAPDO_PASSWORD")
	if password == "" {
		fmt.Fprint(a.errs, a.words.Message(a.lang, "cli.password", nil)+" ")
		b, err := io.ReadAll(io.LimitReader(a.in, 4096))
		if err != nil {
			return "", err
		}
		password, _, _ = strings.Cut(string(b), "\n")
		password = strings.TrimSuffix(password, "\r")
	}
	return password, identity.Acceptable(password, a.triedFirst()...)
}

// setPassword sets it, with its line of history first. Whoever gets it sets one
// of his own before anything else.
func (a *app) setPassword(ctx context.Context, svc *workflow.Service, st *store.Store, id, password, change string) error {
	if err := svc.ConsoleDeed(ctx, change, id); err != nil {
		return err
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
	case errors.Is(err, identity.ErrCommon):
		return &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "password", Expect: "expect.uncommon_password"}}}
	case errors.Is(err, identity.ErrNoCode):
		return &workflow.Problem{Kind: workflow.NotNow, Key: "code.none"}
	case errors.Is(err, identity.ErrMoved):
		return &workflow.Problem{Kind: workflow.Stale, Key: "account.moved_on"}
	}
	return err
}

func userPasswd(ctx context.Context, a *app, args []string) error {
	return a.onOne(ctx, "user passwd", args, "cli.login_needed", nil, func(_ *flags, svc *workflow.Service, st *store.Store, login string) error {
		if _, err := st.Person(ctx, login); err != nil {
			return err
		}
		password, err := a.password()
		if err != nil {
			return accountProblem(login, err)
		}
		return a.setPassword(ctx, svc, st, login, password, "password_reset")
	})
}

// userDisable shuts an account and ends its sessions; what the person did stays.
func userDisable(ctx context.Context, a *app, args []string) error {
	return a.onAccount(ctx, "user disable", args, "account_disabled", "cli.user_disabled", func(id *identity.Identity, login string) error { return id.Disable(ctx, login, true) })
}

// userEnable opens an account again under the password it had.
func userEnable(ctx context.Context, a *app, args []string) error {
	return a.onAccount(ctx, "user enable", args, "account_enabled", "cli.user_enabled", func(id *identity.Identity, login string) error { return id.Disable(ctx, login, false) })
}

// userUnlock forgets the wrong tries of a login.
func userUnlock(ctx context.Context, a *app, args []string) error {
	return a.onAccount(ctx, "user unlock", args, "account_unlocked", "cli.user_unlocked", func(id *identity.Identity, login string) error { return id.Unlock(ctx, login) })
}

// userEndCode takes the one-time codes of a login away: for whoever lost the
// phone and the recovery codes, and the only administrator above all.
func userEndCode(ctx context.Context, a *app, args []string) error {
	return a.onAccount(ctx, "user end-code", args, "second_step_reset", "cli.user_uncoded", func(id *identity.Identity, login string) error { return id.ResetSecondStep(ctx, login) },
		func(id *identity.Identity, login string) error { return id.Coded(ctx, login) })
}

// userReset prints a one-time password.
func userReset(ctx context.Context, a *app, args []string) error {
	return a.onAccount(ctx, "user reset", args, "password_reset", "cli.user_reset", func(id *identity.Identity, login string) error {
		had, err := id.Account(ctx, login)
		if err != nil {
			return err
		}
		word, err := id.OneTimePassword(ctx, login, had.Person)
		if err == nil {
			fmt.Fprintln(a.out, word)
		}
		return err
	})
}

// onAccount does one thing to an account that is there and fit for it, and writes
// it into the history of the house first.
func (a *app) onAccount(ctx context.Context, command string, args []string, change, word string, do func(id *identity.Identity, login string) error,
	fit ...func(id *identity.Identity, login string) error) error {
	return a.onOne(ctx, command, args, "cli.login_needed", nil, func(_ *flags, svc *workflow.Service, st *store.Store, login string) error {
		id := a.identity(st)
		had, err := id.Account(ctx, login)
		for _, ask := range fit {
			if err == nil {
				err = ask(id, login)
			}
		}
		if err == nil {
			err = svc.ConsoleDeed(ctx, change, had.Person)
		}
		if err == nil {
			err = do(id, login)
		}
		if err != nil {
			return accountProblem(login, err)
		}
		a.say(word, map[string]string{"login": login})
		return nil
	})
}

// userList lists the accounts: who may sign in, how, and when he last did.
func userList(ctx context.Context, a *app, args []string) error {
	f, _, err := a.flags("user list", args, nil)
	if err != nil {
		return err
	}
	return a.inDatabase(ctx, f.db, false, func(_ *workflow.Service, st *store.Store) error {
		list, err := a.identity(st).Accounts(ctx)
		if err != nil {
			return err
		}
		if f.json {
			return a.writeJSON(list)
		}
		for _, l := range list {
			last := "-"
			if !l.Last.IsZero() {
				last = l.Last.In(regime.Zone).Format("2006-01-02 15:04") + " " + l.From
			}
			fmt.Fprintf(a.out, "%-20s %-20s %s\n", l.Login, last, a.accountMarks(l))
		}
		return nil
	})
}

func (a *app) accountMarks(l identity.Listed) string {
	var marks []string
	for key, is := range map[string]bool{"account.is_disabled": l.Disabled, "account.is_one_time": l.MustChange, "account.is_coded": l.Coded} {
		if is {
			marks = append(marks, a.words.Message(a.lang, key, nil))
		}
	}
	slices.Sort(marks)
	return strings.Join(marks, ", ")
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
		if err := svc.ConsoleGrant(ctx, p.ID, g); err != nil {
			return err
		}
		a.say("cli.granted", map[string]string{"login": p.ID, "role": a.words.Message(a.lang, "role."+role, nil), "office": o.Name})
		return nil
	})
}
