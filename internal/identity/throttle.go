package identity

import (
	"context"
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
	// before forgotten, and forgets all that lie before it.
	AddTries(ctx context.Context, now, forgotten time.Time, names ...string) error
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

// ask tells whether a try is allowed now; otherwise how long to wait.
func (t *throttle) ask(ctx context.Context, login, address string) error {
	pair, who, from := keys(login, address)
	got, err := t.keep.Tries(ctx, pair, who, from)
	if err != nil {
		return fmt.Errorf("identity: tries: %w", err)
	}
	wait := t.left(got[pair], freePair)
	if others := max(t.left(got[who], freeLogin), t.left(got[from], freeAddress)); others > wait {
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

func (t *throttle) failed(ctx context.Context, login, address string) error {
	pair, who, from := keys(login, address)
	now := t.clock()
	if err := t.keep.AddTries(ctx, now, now.Add(-quiet), pair, who, from); err != nil {
		return fmt.Errorf("identity: tries: %w", err)
	}
	return nil
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
