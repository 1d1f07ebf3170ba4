package identity

import (
	"container/list"
	"net/netip"
	"sync"
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

// remembered bounds each map of the throttle: a flood of made-up names must not
// fill the memory.
const remembered = 10000

// WaitError says that there were too many wrong tries and when to try again.
type WaitError struct{ After time.Duration }

// Error says how long to wait.
func (w *WaitError) Error() string { return "identity: too many wrong tries, wait " + w.After.String() }

type tries struct {
	n    int
	last time.Time
}

// throttle makes guessing slow. The waiting of a login and of an address does
// not hold for a login at an address it has signed in from: a stranger cannot
// lock a person out of his own place.
type throttle struct {
	clock                func() time.Time
	mu                   sync.Mutex
	pair, login, address *recent[tries]
	home                 *recent[struct{}] // pairs that have signed in
}

func newThrottle(clock func() time.Time) *throttle {
	return &throttle{clock: clock, pair: newRecent[tries](remembered), login: newRecent[tries](remembered),
		address: newRecent[tries](remembered), home: newRecent[struct{}](remembered)}
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
func (t *throttle) ask(login, address string) error {
	pair, who, from := keys(login, address)
	t.mu.Lock()
	defer t.mu.Unlock()
	wait := t.left(t.pair, pair, freePair)
	if _, home := t.home.get(pair); !home {
		wait = max(wait, t.left(t.login, who, freeLogin), t.left(t.address, from, freeAddress))
	}
	if wait > 0 {
		return &WaitError{wait}
	}
	return nil
}

func (t *throttle) left(in *recent[tries], key string, free int) time.Duration {
	got, ok := in.get(key)
	if !ok || got.n < free {
		return 0
	}
	since := t.clock().Sub(got.last)
	if since >= quiet {
		return 0
	}
	return min(time.Duration(got.n-free+1)*waitStep, waitMost) - since
}

func (t *throttle) failed(login, address string) {
	pair, who, from := keys(login, address)
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock()
	for in, key := range map[*recent[tries]]string{t.pair: pair, t.login: who, t.address: from} {
		got, _ := in.get(key)
		if now.Sub(got.last) >= quiet {
			got.n = 0
		}
		in.put(key, tries{got.n + 1, now})
	}
}

func (t *throttle) passed(login, address string) {
	pair, _, _ := keys(login, address)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pair.drop(pair)
	t.home.put(pair, struct{}{})
}

// recent is a map that keeps the entries last put.
type recent[V any] struct {
	most  int
	order *list.List // of *entry[V], oldest first
	at    map[string]*list.Element
}

type entry[V any] struct {
	key   string
	value V
}

func newRecent[V any](most int) *recent[V] {
	return &recent[V]{most: most, order: list.New(), at: map[string]*list.Element{}}
}

func (r *recent[V]) get(key string) (v V, ok bool) {
	e, ok := r.at[key]
	if ok {
		v = e.Value.(*entry[V]).value
	}
	return v, ok
}

func (r *recent[V]) put(key string, v V) {
	r.drop(key)
	if r.order.Len() >= r.most {
		r.drop(r.order.Front().Value.(*entry[V]).key)
	}
	r.at[key] = r.order.PushBack(&entry[V]{key, v})
}

func (r *recent[V]) drop(key string) {
	if e, ok := r.at[key]; ok {
		r.order.Remove(e)
		delete(r.at, key)
	}
}
