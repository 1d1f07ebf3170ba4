package store

import (
	"context"
	"time"

	"capdo/internal/identity"
)

var _ identity.Keeper = (*Store)(nil)

// Account finds an account by login.
func (s *Store) Account(ctx context.Context, login string) (a identity.Account, err error) {
	got := s.read(ctx).Raw("SELECT person, login, hash, disabled, must_change, since FROM accounts WHERE login = ?", login).Scan(&a)
	if got.Error == nil && got.RowsAffected == 0 || noText(got.Error) {
		return a, identity.ErrUnknown
	}
	return a, faulty(got.Error)
}

// SaveAccount adds or changes an account as it was seen, and ends every session
// of its person in the same transaction.
func (s *Store) SaveAccount(ctx context.Context, was, now identity.Account) error {
	return s.put(ctx, func(p *plan) {
		var done *order
		if was.Login == "" {
			done = p.do("INSERT INTO accounts (login, person, hash, disabled, must_change, since) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (login) DO NOTHING",
				now.Login, now.Person, now.Hash, flag(now.Disabled), flag(now.MustChange), now.Since)
		} else {
			done = p.do("UPDATE accounts SET person = ?, hash = ?, disabled = ?, must_change = ?, since = ? WHERE login = ? AND person = ? AND hash = ? AND disabled = ? AND must_change = ?",
				now.Person, now.Hash, flag(now.Disabled), flag(now.MustChange), now.Since, was.Login, was.Person, was.Hash, flag(was.Disabled), flag(was.MustChange))
		}
		done.lack = identity.ErrMoved
		p.do("DELETE FROM sessions WHERE person = ?", now.Person)
	})
}

func flag(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// PutSession keeps a session under the hash of its token, as long as the account
// has the hash that was proved, and forgets the sessions past their expiry.
func (s *Store) PutSession(ctx context.Context, n identity.Session, hash string) error {
	return s.put(ctx, func(p *plan) {
		p.do("DELETE FROM sessions WHERE expiry <= ?", n.Seen.Unix())
		// The account is changed first, so that nobody else changes it until the
		// session is kept.
		set, args := "login = login", []any{n.Login, hash}
		if !n.Pending {
			set, args = "last_in = ?, last_from = ?", []any{n.Opened.Unix(), n.Address, n.Login, hash}
		}
		p.do("UPDATE accounts SET "+set+" WHERE login = ? AND hash = ? AND disabled = 0", args...).lack = identity.ErrMoved
		p.do("INSERT INTO sessions (token, login, person, opened, seen, expiry, address, pending) SELECT CAST(? AS TEXT), login, person, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS BIGINT) FROM accounts WHERE login = ?",
			n.Token, n.Opened.Unix(), n.Seen.Unix(), n.Expiry.Unix(), n.Address, flag(n.Pending), n.Login)
	})
}

// Session finds a session by the hash of its token, with its account.
func (s *Store) Session(ctx context.Context, token string) (n identity.Session, a identity.Account, err error) {
	var row struct {
		identity.Account `gorm:"embedded"`
		Opened           int64
		Seen, Expiry     int64
		Address          string
		Pending          bool
	}
	got := s.read(ctx).Raw(`SELECT a.person, a.login, a.hash, a.disabled, a.must_change, a.since, s.opened, s.seen, s.expiry, s.address, s.pending
		FROM sessions s JOIN accounts a ON a.login = s.login WHERE s.token = ?`, token).Scan(&row)
	if got.Error == nil && got.RowsAffected == 0 {
		return n, a, identity.ErrUnknown
	}
	a = row.Account
	return sessionRow{token, a.Login, a.Person, row.Opened, row.Seen, row.Expiry, row.Address, row.Pending}.session(), a, faulty(got.Error)
}

// TouchSession notes when a session was last used.
func (s *Store) TouchSession(ctx context.Context, token string, seen time.Time) error {
	return s.put(ctx, func(p *plan) { p.do("UPDATE sessions SET seen = ? WHERE token = ?", seen.Unix(), token) })
}

// DropSession ends a session.
func (s *Store) DropSession(ctx context.Context, token string) error {
	return s.put(ctx, func(p *plan) { p.do("DELETE FROM sessions WHERE token = ?", token) })
}
