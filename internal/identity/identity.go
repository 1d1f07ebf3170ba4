// Package identity proves who somebody is: accounts, passwords and sessions.
// It never decides what a person may do.
package identity

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"
)

// Account is how a person signs in.
type Account struct {
	Person, Login, Hash  string
	Disabled, MustChange bool
	Since                int64 // when the password was set, in seconds; 0 is unknown
}

// Keeper keeps accounts and sessions; a session is found by the hash of its
// token only, so that the database gives nobody a way in. What is not there is
// ErrUnknown; any other error says that the keeper itself fails. Every keeper
// passes identitytest.Exercise.
type Keeper interface {
	Account(ctx context.Context, login string) (Account, error)
	// SaveAccount puts now in the place of was (a zero account: a new login) and
	// ends every session of the person in the same transaction. ErrMoved when the
	// account is no longer what was says.
	SaveAccount(ctx context.Context, was, now Account) error
	// PutSession opens a session and forgets those past their expiry. ErrMoved
	// when the account no longer has this hash or is disabled: a sign-in never
	// outlives the password it was proved with.
	PutSession(ctx context.Context, s Session, hash string) error
	// Session finds a session with its account.
	Session(ctx context.Context, token string) (Session, Account, error)
	TouchSession(ctx context.Context, token string, seen time.Time) error
	DropSession(ctx context.Context, token string) error
	// DropSessions ends those of a login but one.
	DropSessions(ctx context.Context, login, but string) error
	// Sessions lists all that are kept, last used first, and Accounts all by login.
	Sessions(ctx context.Context) ([]Session, error)
	Accounts(ctx context.Context) ([]Listed, error)

	FactorKeeper
	TryKeeper
}

// MinPassword and MaxPassword bound a password: characters at least, bytes at
// most. Nothing is asked of its composition.
const (
	MinPassword = 12
	MaxPassword = 1024
)

// How many hashes are computed at once, and how many more may wait for it.
const (
	hashSlots = 2
	hashQueue = 32
)

// What the answers may be beside yes.
var (
	ErrFailed    = errors.New("identity: wrong login or password")
	ErrPassword  = errors.New("identity: the password is too short or too long")
	ErrCommon    = errors.New("identity: the password is one of those tried first")
	ErrSame      = errors.New("identity: the new password is the old one")
	ErrBusy      = errors.New("identity: too many sign-ins at once")
	ErrNoSession = errors.New("identity: no such session, or it has ended")
	ErrUnknown   = errors.New("identity: nothing is kept under this name")
	ErrMoved     = errors.New("identity: the account has changed meanwhile")
	ErrPending   = errors.New("identity: the code of the second step is still to be given")
	ErrCode      = errors.New("identity: wrong code, or one that was used")
	ErrOutdated  = errors.New("identity: the one-time password has run out")
	ErrSealed    = errors.New("identity: the secret of the second step cannot be opened with this key")
	ErrCoded     = errors.New("identity: a second step is there already")
	ErrNoCode    = errors.New("identity: no second step is there")
)

// Identity signs people in and out. It is safe for use by many goroutines.
type Identity struct {
	keep    Keeper
	clock   func() time.Time
	random  io.Reader
	slots   chan struct{} // bounds the hashes computed at once
	queue   chan struct{} // bounds who waits for one, and with it the memory
	compare func(password, hash string) (bool, error)
	dummy   string
	tries   *throttle
	seal    *seal                                                      // of the secrets of second steps; nil: none may be set up
	known   func(ctx context.Context, person string) ([]string, error) // what others know of a person; nil: nothing
}

// New makes an identity over a keeper.
func New(keep Keeper, clock func() time.Time, random io.Reader) *Identity {
	return &Identity{keep: keep, clock: clock, random: random, slots: make(chan struct{}, hashSlots), queue: make(chan struct{}, hashSlots+hashQueue),
		compare: argon2id.ComparePasswordAndHash, dummy: hashOfNobody(), tries: &throttle{keep, clock}}
}

var params = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// hashOfNobody is a hash as argon2id writes them, with chance in place of what
// would be computed: to compare with it takes as long, to make it no time.
func hashOfNobody() string {
	chance := make([]byte, params.SaltLength+params.KeyLength)
	_, _ = rand.Read(chance) // never fails: the program ends instead
	text := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", params.Memory, params.Iterations, params.Parallelism,
		text(chance[:params.SaltLength]), text(chance[params.SaltLength:]))
}

// normal writes a password in the form that is hashed (NFKC), so that two
// keyboards that compose letters differently give the same one.
func normal(password string) string { return norm.NFKC.String(password) }

// Acceptable tells whether a password may be set: ErrPassword for its length,
// ErrCommon where it is one of those tried first; words are what others know of
// the person and the house.
func Acceptable(password string, words ...string) error {
	if len(password) > MaxPassword || utf8.RuneCountInString(normal(password)) < MinPassword {
		return ErrPassword
	}
	if common(password, words) {
		return ErrCommon
	}
	return nil
}

// hashing runs one computation of a hash in its turn; ErrBusy when too many
// wait already.
func (i *Identity) hashing(ctx context.Context, do func() error) error {
	select {
	case i.queue <- struct{}{}:
	default:
		return ErrBusy
	}
	defer func() { <-i.queue }()
	select {
	case i.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-i.slots }()
	return do()
}

// SetPassword gives a person an account, or an account a new password, of at
// least MinPassword characters; every open session of the person ends. A
// disabled account stays disabled.
func (i *Identity) SetPassword(ctx context.Context, login, person, password string, mustChange bool) error {
	if err := i.Acceptable(ctx, person, password, login); err != nil {
		return err
	}
	was, err := i.keep.Account(ctx, login)
	if err != nil && !errors.Is(err, ErrUnknown) {
		return fmt.Errorf("identity: account: %w", err)
	}
	if err != nil {
		was = Account{}
	}
	_, err = i.save(ctx, was, Account{Person: person, Login: login, Disabled: was.Disabled, MustChange: mustChange}, password)
	return err
}

// save hashes a password into an account and keeps it.
func (i *Identity) save(ctx context.Context, was, now Account, password string) (Account, error) {
	err := i.hashing(ctx, func() (err error) {
		now.Hash, err = argon2id.CreateHash(normal(password), params)
		return err
	})
	if err != nil {
		return now, fmt.Errorf("identity: hash: %w", err)
	}
	now.Since = i.clock().Unix()
	return now, i.keep.SaveAccount(ctx, was, now)
}

// Disable shuts an account, which ends every open session of its person, or
// opens it again. ErrUnknown when there is none.
func (i *Identity) Disable(ctx context.Context, login string, disabled bool) error {
	was, err := i.keep.Account(ctx, login)
	if err != nil {
		return fmt.Errorf("identity: account: %w", err)
	}
	now := was
	now.Disabled = disabled
	return i.keep.SaveAccount(ctx, was, now)
}

// prove compares a password with an account. Whoever is unknown or disabled is
// compared with a hash of nobody, so that the answer takes the same time.
func (i *Identity) prove(ctx context.Context, a Account, known bool, password string) error {
	if len(password) > MaxPassword {
		known, password = false, ""
	}
	if !known {
		a.Hash = i.dummy
	}
	ok := false
	err := i.hashing(ctx, func() (err error) {
		ok, err = i.compare(normal(password), a.Hash)
		return err
	})
	if err != nil {
		return err
	}
	if !ok || !known {
		return ErrFailed
	}
	return nil
}
