// Package identitytest is the exam every keeper of accounts takes, and a keeper
// in memory that takes it too: for tests of the rooms that need people at the
// door.
package identitytest

import (
	"context"
	"maps"
	"sync"
	"time"

	"capdo/internal/identity"
)

// Memory keeps accounts and sessions in memory, safe for many goroutines.
type Memory struct {
	mu       sync.Mutex
	accounts map[string]identity.Account
	sessions map[string]identity.Session
	last     map[string]identity.Session // by login
	factors  map[string]identity.Factor
	codes    map[string][]string
	tries    map[string]identity.Try
	homes    map[string]time.Time
}

// NewMemory makes an empty keeper.
func NewMemory() *Memory {
	return &Memory{accounts: map[string]identity.Account{}, sessions: map[string]identity.Session{}, last: map[string]identity.Session{},
		factors: map[string]identity.Factor{}, codes: map[string][]string{}, tries: map[string]identity.Try{}, homes: map[string]time.Time{}}
}

// Account finds an account by login.
func (m *Memory) Account(_ context.Context, login string) (identity.Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, ok := m.accounts[login]
	if !ok {
		return a, identity.ErrUnknown
	}
	return a, nil
}

// SaveAccount adds or changes an account and ends the sessions of its person.
func (m *Memory) SaveAccount(_ context.Context, was, now identity.Account) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.accounts[now.Login] != was {
		return identity.ErrMoved
	}
	m.accounts[now.Login] = now
	maps.DeleteFunc(m.sessions, func(_ string, s identity.Session) bool { return s.Person == now.Person })
	return nil
}

// PutSession opens a session and forgets those past their expiry.
func (m *Memory) PutSession(_ context.Context, s identity.Session, hash string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a, ok := m.accounts[s.Login]; !ok || a.Disabled || a.Hash != hash {
		return identity.ErrMoved
	}
	maps.DeleteFunc(m.sessions, func(_ string, old identity.Session) bool { return !old.Expiry.After(s.Seen) })
	m.sessions[s.Token] = s
	if !s.Pending {
		m.last[s.Login] = s
	}
	return nil
}

// Session finds a session with its account.
func (m *Memory) Session(_ context.Context, token string) (identity.Session, identity.Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sessions[token]
	if !ok {
		return s, identity.Account{}, identity.ErrUnknown
	}
	return s, m.accounts[s.Login], nil
}

// TouchSession notes when a session was last used.
func (m *Memory) TouchSession(_ context.Context, token string, seen time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.sessions[token]; ok {
		s.Seen = seen
		m.sessions[token] = s
	}
	return nil
}

// DropSession ends a session.
func (m *Memory) DropSession(_ context.Context, token string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, token)
	return nil
}
