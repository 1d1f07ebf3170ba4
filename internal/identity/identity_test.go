package identity

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"
)

type kept struct {
	accounts map[string]Account
	sessions map[string]struct {
		person string
		until  time.Time
	}
}

func (k *kept) Account(_ context.Context, login string) (Account, error) {
	a, ok := k.accounts[login]
	if !ok {
		return a, errors.New("none")
	}
	return a, nil
}
func (k *kept) SaveAccount(_ context.Context, a Account) error  { k.accounts[a.Login] = a; return nil }
func (k *kept) Accounts(context.Context) (l []Account, _ error) { return l, nil }
func (k *kept) PutSession(_ context.Context, t, p string, e time.Time) error {
	k.sessions[t] = struct {
		person string
		until  time.Time
	}{p, e}
	return nil
}
func (k *kept) Session(_ context.Context, t string) (string, time.Time, error) {
	s, ok := k.sessions[t]
	if !ok {
		return "", time.Time{}, errors.New("none")
	}
	return s.person, s.until, nil
}
func (k *kept) DropSession(_ context.Context, t string) error { delete(k.sessions, t); return nil }

func TestSigningInAndOut(t *testing.T) {
	ctx, now := context.Background(), time.Date(2022, 1, 19, 8, 0, 0, 0, time.UTC)
	k := &kept{map[string]Account{}, map[string]struct {
		person string
		until  time.Time
	}{}}
	i := New(k, func() time.Time { return now }, rand.Reader)
	if err := i.SetPassword(ctx, "an", "p1", "ngắn", false); !errors.Is(err, ErrPassword) {
		t.Errorf("a short password: %v", err)
	}
	if err := i.SetPassword(ctx, "an", "p1", "một mật khẩu dài", false); err != nil {
		t.Fatal(err)
	}
	token, person, err := i.SignIn(ctx, "an", "một mật khẩu dài")
	if err != nil || person != "p1" {
		t.Fatal(person, err)
	}
	if _, ok := k.sessions[token]; ok {
		t.Error("the token itself is kept")
	}
	if who, ok := i.Who(ctx, token); !ok || who != "p1" {
		t.Error("the session is not found")
	}
	now = now.Add(Life)
	if _, ok := i.Who(ctx, token); ok {
		t.Error("a session outlives its term")
	}
	for range 5 {
		if _, _, err := i.SignIn(ctx, "an", "sai"); !errors.Is(err, ErrFailed) {
			t.Fatal(err)
		}
	}
	if _, _, err := i.SignIn(ctx, "an", "một mật khẩu dài"); !errors.Is(err, ErrTooMany) {
		t.Errorf("after five wrong tries: %v", err)
	}
	now = now.Add(time.Minute)
	if token, _, err = i.SignIn(ctx, "an", "một mật khẩu dài"); err != nil {
		t.Errorf("after waiting: %v", err)
	}
	if err := i.SignOut(ctx, token); err != nil {
		t.Fatal(err)
	}
	if _, ok := i.Who(ctx, token); ok {
		t.Error("signed out, still signed in")
	}
	if _, _, err := i.SignIn(ctx, "ai-do", "một mật khẩu dài"); !errors.Is(err, ErrFailed) {
		t.Errorf("an unknown login: %v", err)
	}
}
