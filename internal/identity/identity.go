// Package identity proves who somebody is: accounts, passwords and sessions.
// It never decides what a person may do.
package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"
)

// Account is how a person signs in.
type Account struct {
	Person, Login, Hash  string
	Disabled, MustChange bool
}

// Keeper keeps accounts and sessions; a session is found by the hash of its
// token only, so that the database gives nobody a way in.
type Keeper interface {
	Account(ctx context.Context, login string) (Account, error)
	SaveAccount(ctx context.Context, a Account) error
	Accounts(ctx context.Context) ([]Account, error)
	PutSession(ctx context.Context, token, person string, expiry time.Time) error
	Session(ctx context.Context, token string) (person string, expiry time.Time, err error)
	DropSession(ctx context.Context, token string) error
}

// Life is how long a session lasts at most.
const Life = 12 * time.Hour

// MinPassword is the least number of characters of a password.
const MinPassword = 12

// What signing in may answer.
var (
	ErrFailed   = errors.New("identity: wrong login or password")
	ErrTooMany  = errors.New("identity: too many wrong tries, wait")
	ErrPassword = errors.New("identity: the password is too short")
)

// Identity signs people in and out.
type Identity struct {
	keep   Keeper
	clock  func() time.Time
	random io.Reader
	slots  chan struct{} // bounds the hashes computed at once
	dummy  string

	mu    sync.Mutex
	wrong map[string]tries
}

type tries struct {
	n    int
	last time.Time
}

// New makes an identity over a keeper.
func New(keep Keeper, clock func() time.Time, random io.Reader) *Identity {
	dummy, err := argon2id.CreateHash("nobody has this password", params)
	if err != nil {
		panic("identity: no randomness: " + err.Error())
	}
	return &Identity{keep: keep, clock: clock, random: random, slots: make(chan struct{}, 2), dummy: dummy, wrong: map[string]tries{}}
}

var params = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// SetPassword gives a person an account with a password of at least MinPassword
// characters.
func (i *Identity) SetPassword(ctx context.Context, login, person, password string, mustChange bool) error {
	password = norm.NFC.String(password)
	if n := utf8.RuneCountInString(password); n < MinPassword || len(password) > 1024 {
		return ErrPassword
	}
	hash, err := argon2id.CreateHash(password, params)
	if err != nil {
		return fmt.Errorf("identity: hash: %w", err)
	}
	return i.keep.SaveAccount(ctx, Account{Person: person, Login: login, Hash: hash, MustChange: mustChange})
}

// SignIn proves a login and opens a session. An unknown login costs the same
// time and gets the same answer as a wrong password; after five wrong tries an
// account waits, longer each time, up to fifteen minutes.
func (i *Identity) SignIn(ctx context.Context, login, password string) (token, person string, err error) {
	if i.waiting(login) {
		return "", "", ErrTooMany
	}
	a, err := i.keep.Account(ctx, login)
	known := err == nil && !a.Disabled
	if !known {
		a.Hash = i.dummy
	}
	select {
	case i.slots <- struct{}{}:
	case <-ctx.Done():
		return "", "", ctx.Err()
	}
	ok, err := argon2id.ComparePasswordAndHash(norm.NFC.String(password), a.Hash)
	<-i.slots
	if err != nil || !ok || !known {
		i.count(login)
		return "", "", ErrFailed
	}
	i.mu.Lock()
	delete(i.wrong, login)
	i.mu.Unlock()
	b := make([]byte, 32)
	if _, err := io.ReadFull(i.random, b); err != nil {
		return "", "", fmt.Errorf("identity: token: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(b)
	return token, a.Person, i.keep.PutSession(ctx, digest(token), a.Person, i.clock().Add(Life))
}

func (i *Identity) waiting(login string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	t, ok := i.wrong[login]
	if !ok || t.n < 5 {
		return false
	}
	wait := min(time.Duration(t.n-4)*30*time.Second, 15*time.Minute)
	return i.clock().Sub(t.last) < wait
}

func (i *Identity) count(login string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.wrong) > 10000 {
		clear(i.wrong) // a flood of made-up names must not fill the memory
	}
	t := i.wrong[login]
	i.wrong[login] = tries{t.n + 1, i.clock()}
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Who tells whose session a token is; false when it is none or has ended.
func (i *Identity) Who(ctx context.Context, token string) (person string, ok bool) {
	person, expiry, err := i.keep.Session(ctx, digest(token))
	if err != nil || !i.clock().Before(expiry) {
		return "", false
	}
	return person, true
}

// SignOut ends a session.
func (i *Identity) SignOut(ctx context.Context, token string) error {
	return i.keep.DropSession(ctx, digest(token))
}
