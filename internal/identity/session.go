package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"
)

// Life is how long a session lasts at most, Idle how long it lasts unused.
const (
	Life = 12 * time.Hour
	Idle = time.Hour
)

// touchEvery is how exact the last use of a session is kept: not every request
// shall cost a write.
const touchEvery = time.Minute

// Session is one sign-in, kept under the hash of its token.
type Session struct {
	Token, Login, Person string
	Seen, Expiry         time.Time
}

// Signed is who is signed in by a session.
type Signed struct {
	Login, Person string
	MustChange    bool      // nothing but a new password is open until it is set
	Until         time.Time // when the session ends at the latest
}

// SignIn proves a login and opens a session under a new token. An unknown or
// disabled login costs the same time and gets the same answer as a wrong
// password. After too many wrong tries the answer is a *WaitError.
func (i *Identity) SignIn(ctx context.Context, login, password, address string) (token string, who Signed, err error) {
	if err := i.tries.ask(login, address); err != nil {
		return "", who, err
	}
	a, err := i.keep.Account(ctx, login)
	if err != nil && !errors.Is(err, ErrUnknown) {
		return "", who, fmt.Errorf("identity: account: %w", err)
	}
	if err := i.proved(ctx, a, err == nil && !a.Disabled, login, password, address); err != nil {
		return "", who, err
	}
	return i.open(ctx, a)
}

// proved proves a password and counts the try.
func (i *Identity) proved(ctx context.Context, a Account, known bool, login, password, address string) error {
	err := i.prove(ctx, a, known, password)
	switch {
	case err == nil:
		i.tries.passed(login, address)
	case errors.Is(err, ErrFailed):
		i.tries.failed(login, address)
	}
	return err
}

// open starts a session for an account; its token was never seen before.
func (i *Identity) open(ctx context.Context, a Account) (string, Signed, error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(i.random, b); err != nil {
		return "", Signed{}, fmt.Errorf("identity: token: %w", err)
	}
	token, now := base64.RawURLEncoding.EncodeToString(b), i.clock()
	s := Session{Token: digest(token), Login: a.Login, Person: a.Person, Seen: now, Expiry: now.Add(Life)}
	err := i.keep.PutSession(ctx, s, a.Hash)
	if errors.Is(err, ErrMoved) {
		return "", Signed{}, ErrFailed
	}
	if err != nil {
		return "", Signed{}, fmt.Errorf("identity: session: %w", err)
	}
	return token, Signed{a.Login, a.Person, a.MustChange, s.Expiry}, nil
}

// ChangePassword replaces the password of whoever is signed in. Every session
// of the person ends and a new one is opened. A wrong old password counts as a
// wrong try.
func (i *Identity) ChangePassword(ctx context.Context, token, old, now, address string) (string, Signed, error) {
	s, a, err := i.session(ctx, token)
	if err != nil {
		return "", Signed{}, err
	}
	if err := acceptable(now); err != nil {
		return "", Signed{}, err
	}
	if err := i.tries.ask(s.Login, address); err != nil {
		return "", Signed{}, err
	}
	if err := i.proved(ctx, a, true, s.Login, old, address); err != nil {
		return "", Signed{}, err
	}
	if normal(old) == normal(now) {
		return "", Signed{}, ErrSame
	}
	if a, err = i.save(ctx, a, Account{Person: a.Person, Login: a.Login}, now); err != nil {
		return "", Signed{}, err
	}
	return i.open(ctx, a)
}

// session finds a running session: ErrNoSession when it is none, has ended, was
// left unused or belongs to a disabled account.
func (i *Identity) session(ctx context.Context, token string) (Session, Account, error) {
	s, a, err := i.keep.Session(ctx, digest(token))
	if errors.Is(err, ErrUnknown) {
		return s, a, ErrNoSession
	}
	if err != nil {
		return s, a, fmt.Errorf("identity: session: %w", err)
	}
	if now := i.clock(); a.Disabled || !now.Before(s.Expiry) || now.Sub(s.Seen) >= Idle {
		return s, a, ErrNoSession
	}
	return s, a, nil
}

// Who tells whose session a token is, and that it was used. ErrNoSession when
// it is none; any other error says that the keeper fails.
func (i *Identity) Who(ctx context.Context, token string) (Signed, error) {
	s, a, err := i.session(ctx, token)
	if err != nil {
		return Signed{}, err
	}
	if now := i.clock(); now.Sub(s.Seen) >= touchEvery {
		// A use that could not be noted only ends the session sooner, while who
		// only reads shall be served from a full disk too.
		_ = i.keep.TouchSession(ctx, s.Token, now)
	}
	return Signed{s.Login, s.Person, a.MustChange, s.Expiry}, nil
}

// SignOut ends a session.
func (i *Identity) SignOut(ctx context.Context, token string) error {
	return i.keep.DropSession(ctx, digest(token))
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
