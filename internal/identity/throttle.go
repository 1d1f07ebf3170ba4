package identity

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// How many wrong tries are free before waiting begins: of one login from one
// address, of one login from anywhere, of one address at any login.
const (
	freePair    = 5
	freeLogin   = 25
	freeAddress = 40
)

// Each wrong try beyond the free ones adds a step of waiting, up to a longest;
// after a quiet time the tries are forgotten.
const (
	waitStep = 30 * time.Second
	waitMost = 15 * time.Minute
	quiet    = time.Hour
)

// homeFor is how long a place a login has signed in from is remembered.
const homeFor = 90 * 24 * time.Hour

// WaitError says that there were too many wrong tries and when to try again.
type WaitError struct{ After time.Duration }

// Error says how long to wait.
func (w *WaitError) Error() string { return "identity: too many wrong tries, wait " + w.After.String() }

// Try is how often something was tried in vain, and when last.
type Try struct {
	N    int
	Last time.Time
}

// TryKeeper keeps wrong tries and the places logins have signed in from, so that
// a restart forgets neither and all copies of the program count together. Names
// are hashes or short.
type TryKeeper interface {
	Tries(ctx context.Context, names ...string) (map[string]Try, error)
	// AddTries counts one more under each name, beginning anew where the last lies
	// before forgotten, and forgets all that lie before it; it tells the count of
	// each, which no two tries at once are told alike.
	AddTries(ctx context.Context, now, forgotten time.Time, names ...string) (map[string]int, error)
	// TakeBack takes one try off each name that was counted at a time, and puts back
	// when the one before it was.
	TakeBack(ctx context.Context, counted time.Time, before map[string]Try, names ...string) error
	// ForgetTries forgets what was counted under a name, and under every name that
	// begins with it and a space.
	ForgetTries(ctx context.Context, name string) error
	Home(ctx context.Context, name string, since time.Time) (bool, error)
	// PutHome remembers a place and forgets those last seen before forgotten.
	PutHome(ctx context.Context, name string, now, forgotten time.Time) error
}

// throttle makes guessing slow. The waiting of a login and of an address does
// not hold for a login at an address it has signed in from: a stranger cannot
// lock a person out of his own place.
type throttle struct {
	keep  TryKeeper
	clock func() time.Time
}

// network is what counts as one address: an IPv6 customer holds a whole /64.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return a.Unmap().String()
	}
	p, _ := a.Prefix(64)
	return p.String()
}

// keys names the three counters; hashes, so that each is short whatever was
// sent as a login.
func keys(login, address string) (pair, who, from string) {
	from, who = network(address), digest(login)
	return who + " " + from, who, from
}

// guess looks at one try of a login from an address. The try is counted before it
// is looked at, so that many at once are no more than the same many one after the
// other: of those beyond the free ones one goes on, once its waiting is over. What
// was right is taken back; what came at once with others and had to wait stays
// counted. A *WaitError says how long to wait.
func (t *throttle) guess(ctx context.Context, login, address string, look func() error) error {
	pair, who, from := keys(login, address)
	names := []string{pair, who, from}
	was, err := t.keep.Tries(ctx, names...)
	if err != nil {
		return fmt.Errorf("identity: tries: %w", err)
	}
	if err := t.bar(ctx, names, func(name string, free int) time.Duration { return t.left(was[name], free) }); err != nil {
		return err
	}
	now := t.clock()
	counted, err := t.keep.AddTries(ctx, now, now.Add(-quiet), names...)
	if err != nil {
		return fmt.Errorf("identity: tries: %w", err)
	}
	if err := t.bar(ctx, names, func(name string, free int) time.Duration {
		if n := counted[name]; n > free && n != was[name].N+1 {
			return t.left(Try{n, now}, free)
		}
		return 0
	}); err != nil {
		return err
	}
	err = look()
	if errors.Is(err, ErrFailed) || errors.Is(err, ErrCode) {
		return err
	}
	if fault := t.keep.TakeBack(context.WithoutCancel(ctx), now, was, names...); fault != nil {
		return errors.Join(err, fmt.Errorf("identity: tries: %w", fault))
	}
	return err
}

// bar tells to wait by the longest waiting of the three names. That of a login and
// of an address do not hold where the login is at home.
func (t *throttle) bar(ctx context.Context, names []string, left func(name string, free int) time.Duration) error {
	pair := names[0]
	wait := left(pair, freePair)
	if others := max(left(names[1], freeLogin), left(names[2], freeAddress)); others > wait {
		home, err := t.keep.Home(ctx, pair, t.clock().Add(-homeFor))
		if err != nil {
			return fmt.Errorf("identity: tries: %w", err)
		}
		if !home {
			wait = others
		}
	}
	if wait > 0 {
		return &WaitError{wait}
	}
	return nil
}

func (t *throttle) left(got Try, free int) time.Duration {
	since := t.clock().Sub(got.Last)
	if got.N < free || since >= quiet {
		return 0
	}
	return min(time.Duration(got.N-free+1)*waitStep, waitMost) - since
}

// passed forgets the wrong tries of a login here and remembers the place; what
// is so already costs no write.
func (t *throttle) passed(ctx context.Context, login, address string) error {
	pair, _, _ := keys(login, address)
	now := t.clock()
	tried, err := t.keep.Tries(ctx, pair)
	if err == nil && tried[pair].N > 0 {
		err = t.keep.ForgetTries(ctx, pair)
	}
	known := false
	if err == nil {
		known, err = t.keep.Home(ctx, pair, now.Add(-homeFor/3))
	}
	if err == nil && !known {
		err = t.keep.PutHome(ctx, pair, now, now.Add(-homeFor))
	}
	if err != nil {
		return fmt.Errorf("identity: tries: %w", err)
	}
	return nil
}
