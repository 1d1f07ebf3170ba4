// Package accounts is the desk of whoever administers accounts: who may, and the
// line of history, it asks of workflow; the account itself, of identity. It
// knows no HTTP and keeps nothing.
package accounts

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"

	"capdo/internal/identity"
	"capdo/workflow"
)

// Desk administers accounts.
type Desk struct {
	Service   *workflow.Service
	Identity  *identity.Identity
	SetUpCode string // what the first set-up asks for, told where the program was started
}

// List lists every account with its last sign-in, for whoever administers or
// verifies.
func (d Desk) List(ctx context.Context, who string) ([]identity.Listed, error) {
	if err := d.Service.MaySeeAccounts(ctx, who); err != nil {
		return nil, err
	}
	return d.Identity.Accounts(ctx)
}

// Sessions lists who is signed in, since when and from where; for the same.
func (d Desk) Sessions(ctx context.Context, who string) ([]identity.Session, error) {
	if err := d.Service.MaySeeAccounts(ctx, who); err != nil {
		return nil, err
	}
	return d.Identity.Running(ctx)
}

// Create makes an account for a person who has none, under the person's id. The
// password is told once and opens nothing but its change.
func (d Desk) Create(ctx context.Context, who, person string) (password string, err error) {
	if err := d.Service.MayKeepAccounts(ctx, who); err != nil {
		return "", err
	}
	_, err = d.Identity.Account(ctx, person)
	if err == nil {
		return "", &workflow.Problem{Kind: workflow.Refused, Key: "account.exists", Args: map[string]string{"id": person}}
	}
	if !errors.Is(err, identity.ErrUnknown) {
		return "", err
	}
	if err := d.Service.AccountDeed(ctx, who, "account_created", person); err != nil {
		return "", err
	}
	return d.Identity.OneTimePassword(ctx, person, person)
}

// Reset gives an account another one-time password; every session of it ends.
// The second step stays.
func (d Desk) Reset(ctx context.Context, who, login string) (password string, err error) {
	a, err := d.change(ctx, who, login, "password_reset")
	if err != nil {
		return "", err
	}
	return d.Identity.OneTimePassword(ctx, login, a.Person)
}

// Switch shuts an account, which ends its sessions, or opens it again.
func (d Desk) Switch(ctx context.Context, who, login string, disabled bool) error {
	change := "account_enabled"
	if disabled {
		change = "account_disabled"
	}
	if _, err := d.change(ctx, who, login, change); err != nil {
		return err
	}
	return d.Identity.Disable(ctx, login, disabled)
}

// Unlock forgets the wrong tries of a login.
func (d Desk) Unlock(ctx context.Context, who, login string) error {
	if _, err := d.change(ctx, who, login, "account_unlocked"); err != nil {
		return err
	}
	return d.Identity.Unlock(ctx, login)
}

// ResetSecondStep takes the second step away from somebody who lost the phone
// and the recovery codes.
func (d Desk) ResetSecondStep(ctx context.Context, who, login string) error {
	if err := d.Service.MayKeepAccounts(ctx, who); err != nil {
		return err
	}
	if err := d.Identity.Coded(ctx, login); err != nil {
		return err
	}
	if _, err := d.change(ctx, who, login, "second_step_reset"); err != nil {
		return err
	}
	return d.Identity.ResetSecondStep(ctx, login)
}

// EndSessions ends every session of a login.
func (d Desk) EndSessions(ctx context.Context, who, login string) error {
	if _, err := d.change(ctx, who, login, "sessions_ended"); err != nil {
		return err
	}
	return d.Identity.EndSessions(ctx, login, "")
}

// change finds an account and writes what is about to happen to it.
func (d Desk) change(ctx context.Context, who, login, change string) (identity.Account, error) {
	if err := d.Service.MayKeepAccounts(ctx, who); err != nil {
		return identity.Account{}, err
	}
	a, err := d.Identity.Account(ctx, login)
	if err != nil {
		return a, err
	}
	return a, d.Service.AccountDeed(ctx, who, change, a.Person)
}

// SetUp sets a new province up: offices, settings and the first administrator
// with the password he chose. Open only as long as nobody has an account, to
// whoever has the code: not to the first who finds the address. The
// login is that of the administrator, also where an earlier try has made the
// house and not the account.
func (d Desk) SetUp(ctx context.Context, order workflow.SetUpOrder, password, code string) (*workflow.SetUpDone, error) {
	empty, err := d.Identity.Empty(ctx)
	if err != nil {
		return nil, err
	}
	if !empty {
		return nil, &workflow.Problem{Kind: workflow.Refused, Key: "setup.done"}
	}
	if d.SetUpCode == "" || subtle.ConstantTimeCompare([]byte(strings.TrimSpace(code)), []byte(d.SetUpCode)) != 1 {
		return nil, &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "code", Expect: "expect.set_up_code"}}}
	}
	if err := d.Identity.Acceptable(ctx, order.Admin.ID, password, order.Province.Name, order.Owner.Name, order.SDU.Name, order.Admin.ID, order.Admin.Name); err != nil {
		return nil, err
	}
	done, err := d.Service.SetUp(ctx, order)
	if err != nil {
		return nil, err
	}
	return done, d.Identity.SetPassword(ctx, done.Admin.ID, done.Admin.ID, password, false)
}
