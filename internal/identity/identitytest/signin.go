package identitytest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"capdo/internal/identity"
)

// Accounts lists every account by login.
func (m *Memory) Accounts(context.Context) ([]identity.Listed, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []identity.Listed
	for _, login := range slices.Sorted(maps.Keys(m.accounts)) {
		a, in := m.accounts[login], m.last[login]
		out = append(out, identity.Listed{Login: login, Person: a.Person, Disabled: a.Disabled, MustChange: a.MustChange, Coded: m.factors[login].Confirmed, Last: in.Opened, From: in.Address})
	}
	return out, nil
}

// Sessions lists every session kept, last used first.
func (m *Memory) Sessions(context.Context) ([]identity.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.SortedFunc(maps.Values(m.sessions), func(a, b identity.Session) int {
		if n := b.Seen.Compare(a.Seen); n != 0 {
			return n
		}
		return strings.Compare(a.Token, b.Token)
	}), nil
}

// DropSessions ends the sessions of a login but one.
func (m *Memory) DropSessions(_ context.Context, login, but string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.sessions, func(token string, s identity.Session) bool { return s.Login == login && token != but })
	return nil
}

// Factor finds the second step of a login.
func (m *Memory) Factor(_ context.Context, login string) (identity.Factor, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, ok := m.factors[login]
	if !ok {
		return f, identity.ErrUnknown
	}
	f.Left = len(m.codes[login])
	return f, nil
}

// SaveFactor puts a second step in the place of the one that was seen.
func (m *Memory) SaveFactor(_ context.Context, was, now identity.Factor, codes []string, only string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	was.Left, now.Left = 0, 0
	login := now.Login
	if login == "" {
		login = was.Login
	}
	if m.factors[login] != was {
		return identity.ErrMoved
	}
	if now.Login == "" {
		delete(m.factors, login)
		delete(m.codes, login)
		return nil
	}
	m.factors[login] = now
	if only != "" {
		maps.DeleteFunc(m.sessions, func(token string, s identity.Session) bool { return s.Login == login && token != only })
	}
	if codes != nil {
		m.codes[login] = slices.Clone(codes)
	}
	return nil
}

// SpendCode takes a recovery code.
func (m *Memory) SpendCode(_ context.Context, login, hash string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := slices.Index(m.codes[login], hash)
	if n < 0 {
		return identity.ErrUnknown
	}
	m.codes[login] = slices.Delete(m.codes[login], n, n+1)
	return nil
}

// Tries tells how often something was tried in vain.
func (m *Memory) Tries(_ context.Context, names ...string) (map[string]identity.Try, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string]identity.Try{}
	for _, name := range names {
		if t, ok := m.tries[name]; ok {
			out[name] = t
		}
	}
	return out, nil
}

// AddTries counts one more try and forgets those of long ago.
func (m *Memory) AddTries(_ context.Context, now, forgotten time.Time, names ...string) (map[string]int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	counted := map[string]int{}
	maps.DeleteFunc(m.tries, func(_ string, t identity.Try) bool { return !t.Last.After(forgotten) })
	for _, name := range names {
		m.tries[name] = identity.Try{N: m.tries[name].N + 1, Last: now}
		counted[name] = m.tries[name].N
	}
	return counted, nil
}

// TakeBack takes one try off each name.
func (m *Memory) TakeBack(_ context.Context, counted time.Time, before map[string]identity.Try, names ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range names {
		t, ok := m.tries[name]
		if !ok {
			continue
		}
		if t.N--; t.Last.Equal(counted) && t.N > 0 {
			t.Last = before[name].Last
		}
		if m.tries[name] = t; t.N <= 0 {
			delete(m.tries, name)
		}
	}
	return nil
}

// ForgetTries forgets the tries under a name and those under it and a place.
func (m *Memory) ForgetTries(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.tries, func(have string, _ identity.Try) bool { return have == name || strings.HasPrefix(have, name+" ") })
	return nil
}

// Home tells whether a place was signed in from.
func (m *Memory) Home(_ context.Context, name string, since time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.homes[name]
	return ok && !at.Before(since), nil
}

// PutHome remembers a place that was signed in from.
func (m *Memory) PutHome(_ context.Context, name string, now, forgotten time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.homes, func(_ string, at time.Time) bool { return at.Before(forgotten) })
	m.homes[name] = now
	return nil
}
