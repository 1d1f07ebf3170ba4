package identity

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// OneTime is how long a password that somebody else has set opens the door to
// its change.
const OneTime = 7 * 24 * time.Hour

// Listed is an account as whoever keeps accounts sees it; no hash leaves the
// room.
type Listed struct {
	Login, Person        string
	Disabled, MustChange bool
	Coded                bool // a second step is asked for
	Last                 time.Time
	From                 string // address of the last sign-in
	Wrong                int    // wrong tries not yet forgotten, from anywhere
}

// Accounts lists every account by login.
func (i *Identity) Accounts(ctx context.Context) ([]Listed, error) {
	list, err := i.keep.Accounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("identity: accounts: %w", err)
	}
	names := make([]string, len(list))
	for n, l := range list {
		names[n] = digest(l.Login)
	}
	got, err := i.keep.Tries(ctx, names...)
	if err != nil {
		return nil, fmt.Errorf("identity: tries: %w", err)
	}
	for n, name := range names {
		if t := got[name]; i.clock().Sub(t.Last) < quiet {
			list[n].Wrong = t.N
		}
	}
	return list, nil
}

// Empty tells whether nobody has an account yet.
func (i *Identity) Empty(ctx context.Context) (bool, error) {
	list, err := i.keep.Accounts(ctx)
	return err == nil && len(list) == 0, err
}

// Running lists the sessions that run, last used first. Token is the hash of a
// token: it names the session and opens nothing.
func (i *Identity) Running(ctx context.Context) ([]Session, error) {
	now := i.clock()
	all, err := i.keep.Sessions(ctx)
	if err != nil {
		return nil, fmt.Errorf("identity: sessions: %w", err)
	}
	var out []Session
	for _, s := range all {
		if s.runs(now) {
			out = append(out, s)
		}
	}
	return out, nil
}

// EndSessions ends every session of a login, but one by its hash (empty: none
// stays).
func (i *Identity) EndSessions(ctx context.Context, login, but string) error {
	return i.keep.DropSessions(ctx, login, but)
}

// Mine lists the running sessions of whoever is signed in; here is the hash of
// the one asked with.
func (i *Identity) Mine(ctx context.Context, token string) (list []Session, here string, err error) {
	s, _, err := i.whole(ctx, token)
	if err != nil {
		return nil, "", err
	}
	all, err := i.Running(ctx)
	for _, one := range all {
		if one.Login == s.Login {
			list = append(list, one)
		}
	}
	return list, s.Token, err
}

// EndOthers ends every session of whoever is signed in but the one asked with.
func (i *Identity) EndOthers(ctx context.Context, token string) error {
	s, _, err := i.whole(ctx, token)
	if err != nil {
		return err
	}
	return i.keep.DropSessions(ctx, s.Login, s.Token)
}

// EndSession ends the session a hash names.
func (i *Identity) EndSession(ctx context.Context, hash string) error {
	return i.keep.DropSession(ctx, hash)
}

// Account finds an account; ErrUnknown where there is none.
func (i *Identity) Account(ctx context.Context, login string) (Account, error) {
	a, err := i.keep.Account(ctx, login)
	if err != nil && !errors.Is(err, ErrUnknown) {
		err = fmt.Errorf("identity: account: %w", err)
	}
	return a, err
}

// OneTimePassword gives an account a password that nobody chose, to be told to
// its person once; it opens nothing but its change, for as long as OneTime.
// Where there is no account yet it is made.
func (i *Identity) OneTimePassword(ctx context.Context, login, person string) (string, error) {
	word, err := i.word(10)
	if err != nil {
		return "", err
	}
	return word, i.SetPassword(ctx, login, person, word, true)
}

// Unlock forgets the wrong tries of a login, from wherever they came.
func (i *Identity) Unlock(ctx context.Context, login string) error {
	return errors.Join(i.keep.ForgetTries(ctx, digest(login)), i.keep.ForgetTries(ctx, digest(codeOf(login))))
}

var letters = base32.NewEncoding("abcdefghjkmnpqrstuvwxyz023456789").WithPadding(base32.NoPadding)

// word makes a word of n random bytes in small letters and digits that are not
// mistaken for each other, in groups of four.
func (i *Identity) word(n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(i.random, b); err != nil {
		return "", fmt.Errorf("identity: randomness: %w", err)
	}
	all := letters.EncodeToString(b)
	var groups []string
	for len(all) > 4 {
		groups, all = append(groups, all[:4]), all[4:]
	}
	return strings.Join(append(groups, all), "-"), nil
}
