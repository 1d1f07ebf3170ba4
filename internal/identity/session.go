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

// CodeLife is how long a sign-in waits for the code of its second step.
const CodeLife = 5 * time.Minute

// Session is one sign-in, kept under the hash of its token. A pending one waits
// for the code of the second step and opens nothing else.
type Session struct {
	Token, Login, Person string
	Opened, Seen, Expiry time.Time
	Address              string
	Pending              bool
}

// runs tells whether a session neither has ended nor was left unused.
func (s Session) runs(now time.Time) bool { return now.Before(s.Expiry) && now.Sub(s.Seen) < Idle }

// Signed is who is signed in by a session.
type Signed struct {
	Login, Person string
	MustChange    bool      // nothing but a new password is open until it is set
	Until         time.Time // when the session ends at the latest
	Pending       bool      // nothing but the code of the second step is open until it is given
}

// SignIn proves a login and opens a session under a new token; where a second
// step is set up, a pending one that only GiveCode takes further. An unknown or
// disabled login costs the same time and gets the same answer as a wrong
// password. After too many wrong tries the answer is a *WaitError.
func (i *Identity) SignIn(ctx context.Context, login, password, address string) (token string, who Signed, err error) {
	var a Account
	err = i.tries.guess(ctx, login, address, func() (fault error) {
		a, fault = i.keep.Account(ctx, login)
		if fault != nil && !errors.Is(fault, ErrUnknown) {
			return fmt.Errorf("identity: account: %w", fault)
		}
		return i.prove(ctx, a, fault == nil && !a.Disabled, password)
	})
	if err != nil {
		return "", who, err
	}
	if a.MustChange && a.Since > 0 && i.clock().Sub(time.Unix(a.Since, 0)) >= OneTime {
		return "", who, ErrOutdated
	}
	f, err := i.factor(ctx, login)
	if err != nil {
		return "", who, err
	}
	if f.Confirmed {
		return i.open(ctx, a, address, true)
	}
	if err := i.tries.passed(ctx, login, address); err != nil {
		return "", who, err
	}
	return i.open(ctx, a, address, false)
}

// proved proves the password of an account that is there.
func (i *Identity) proved(ctx context.Context, a Account, password, address string) error {
	return i.tries.guess(ctx, a.Login, address, func() error { return i.prove(ctx, a, true, password) })
}

// open starts a session for an account; its token was never seen before.
func (i *Identity) open(ctx context.Context, a Account, address string, pending bool) (string, Signed, error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(i.random, b); err != nil {
		return "", Signed{}, fmt.Errorf("identity: token: %w", err)
	}
	token, now := base64.RawURLEncoding.EncodeToString(b), i.clock()
	s := Session{Token: digest(token), Login: a.Login, Person: a.Person, Opened: now, Seen: now, Expiry: now.Add(Life), Address: address, Pending: pending}
	if pending {
		s.Expiry = now.Add(CodeLife)
	}
	err := i.keep.PutSession(ctx, s, a.Hash)
	if errors.Is(err, ErrMoved) {
		return "", Signed{}, ErrFailed
	}
	if err != nil {
		return "", Signed{}, fmt.Errorf("identity: session: %w", err)
	}
	return token, Signed{a.Login, a.Person, a.MustChange, s.Expiry, pending}, nil
}

// ChangePassword replaces the password of whoever is signed in. Every session
// of the person ends and a new one is opened. A wrong old password counts as a
// wrong try.
func (i *Identity) ChangePassword(ctx context.Context, token, old, now, address string) (string, Signed, error) {
	_, a, err := i.whole(ctx, token)
	if err != nil {
		return "", Signed{}, err
	}
	if err := i.Acceptable(ctx, a.Person, now, a.Login); err != nil {
		return "", Signed{}, err
	}
	if err := i.proved(ctx, a, old, address); err != nil {
		return "", Signed{}, err
	}
	if normal(old) == normal(now) {
		return "", Signed{}, ErrSame
	}
	if a, err = i.save(ctx, a, Account{Person: a.Person, Login: a.Login}, now); err != nil {
		return "", Signed{}, err
	}
	return i.open(ctx, a, address, false)
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
	if a.Disabled || !s.runs(i.clock()) {
		return s, a, ErrNoSession
	}
	return s, a, nil
}

// whole finds a running session that waits for no code.
func (i *Identity) whole(ctx context.Context, token string) (Session, Account, error) {
	s, a, err := i.session(ctx, token)
	if err == nil && s.Pending {
		err = ErrPending
	}
	return s, a, err
}

// Who tells whose session a token is, and that it was used. ErrNoSession when
// it is none, ErrPending when its code is still to be given; any other error says
// that the keeper fails.
func (i *Identity) Who(ctx context.Context, token string) (Signed, error) {
	s, a, err := i.session(ctx, token)
	if err != nil {
		return Signed{}, err
	}
	if s.Pending {
		return Signed{s.Login, s.Person, a.MustChange, s.Expiry, true}, ErrPending
	}
	if now := i.clock(); now.Sub(s.Seen) >= touchEvery {
		// A use that could not be noted only ends the session sooner, while who
		// only reads shall be served from a full disk too.
		_ = i.keep.TouchSession(ctx, s.Token, now)
	}
	return Signed{s.Login, s.Person, a.MustChange, s.Expiry, false}, nil
}

// SignOut ends a session.
func (i *Identity) SignOut(ctx context.Context, token string) error {
	return i.keep.DropSession(ctx, digest(token))
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
