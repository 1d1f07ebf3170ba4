package store

import (
	"context"
	"time"

	"capdo/internal/identity"
)

// moment reads seconds; 0 is never.
func moment(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// Accounts lists every account by login.
func (s *Store) Accounts(ctx context.Context) ([]identity.Listed, error) {
	var rows []struct {
		identity.Listed `gorm:"embedded"`
		LastIn          int64
		LastFrom        string
	}
	err := s.read(ctx).Raw(`SELECT a.login, a.person, a.disabled, a.must_change, a.last_in, a.last_from, COALESCE(f.confirmed, 0) AS coded
		FROM accounts a LEFT JOIN second_steps f ON f.login = a.login ORDER BY a.login`).Scan(&rows).Error
	out := make([]identity.Listed, len(rows))
	for i, r := range rows {
		out[i] = r.Listed
		out[i].Last, out[i].From = moment(r.LastIn), r.LastFrom
	}
	return out, faulty(err)
}

// sessionRow is a session as it is kept.
type sessionRow struct {
	Token, Login, Person string
	Opened, Seen, Expiry int64
	Address              string
	Pending              bool
}

func (r sessionRow) session() identity.Session {
	return identity.Session{Token: r.Token, Login: r.Login, Person: r.Person, Opened: time.Unix(r.Opened, 0), Seen: time.Unix(r.Seen, 0),
		Expiry: time.Unix(r.Expiry, 0), Address: r.Address, Pending: r.Pending}
}

// Sessions lists every session kept, last used first.
func (s *Store) Sessions(ctx context.Context) ([]identity.Session, error) {
	var rows []sessionRow
	err := s.read(ctx).Raw("SELECT token, login, person, opened, seen, expiry, address, pending FROM sessions ORDER BY seen DESC, token").Scan(&rows).Error
	out := make([]identity.Session, len(rows))
	for i, r := range rows {
		out[i] = r.session()
	}
	return out, faulty(err)
}

// DropSessions ends the sessions of a login but one.
func (s *Store) DropSessions(ctx context.Context, login, but string) error {
	return s.put(ctx, func(p *plan) { dropSessions(p, login, but) })
}

// Factor finds the second step of a login.
func (s *Store) Factor(ctx context.Context, login string) (f identity.Factor, err error) {
	got := s.read(ctx).Raw(`SELECT login, sealed, confirmed, step, (SELECT COUNT(*) FROM recovery_codes r WHERE r.login = f.login) AS "left" FROM second_steps f WHERE login = ?`, login).Scan(&f)
	if got.Error == nil && got.RowsAffected == 0 {
		return f, identity.ErrUnknown
	}
	return f, faulty(got.Error)
}

// HasFactors tells whether anybody has a second step, confirmed or begun.
func (s *Store) HasFactors(ctx context.Context) (any bool, err error) {
	err = s.read(ctx).Raw("SELECT EXISTS (SELECT 1 FROM second_steps)").Scan(&any).Error
	return any, faulty(err)
}

// SaveFactor puts a second step in the place of the one that was seen.
func (s *Store) SaveFactor(ctx context.Context, was, now identity.Factor, codes []string, only string) error {
	return s.put(ctx, func(p *plan) {
		login := now.Login
		var done *order
		switch {
		case was.Login == "":
			done = p.do("INSERT INTO second_steps (login, sealed, confirmed, step) VALUES (?, ?, ?, ?) ON CONFLICT (login) DO NOTHING", now.Login, now.Sealed, flag(now.Confirmed), now.Step)
		case now.Login == "":
			login, codes = was.Login, []string{}
			done = p.do("DELETE FROM second_steps WHERE login = ? AND sealed = ? AND confirmed = ? AND step = ?", was.Login, was.Sealed, flag(was.Confirmed), was.Step)
		default:
			done = p.do("UPDATE second_steps SET sealed = ?, confirmed = ?, step = ? WHERE login = ? AND sealed = ? AND confirmed = ? AND step = ?",
				now.Sealed, flag(now.Confirmed), now.Step, was.Login, was.Sealed, flag(was.Confirmed), was.Step)
		}
		done.lack = identity.ErrMoved
		if codes != nil {
			putCodes(p, login, codes)
		}
		if only != "" {
			dropSessions(p, login, only)
		}
	})
}

func dropSessions(p *plan, login, but string) {
	p.do("DELETE FROM sessions WHERE login = ? AND token <> ?", login, but)
}

func putCodes(p *plan, login string, codes []string) {
	p.do("DELETE FROM recovery_codes WHERE login = ?", login)
	for _, hash := range codes {
		p.do("INSERT INTO recovery_codes (login, hash) VALUES (?, ?)", login, hash)
	}
}

// SpendCode takes a recovery code.
func (s *Store) SpendCode(ctx context.Context, login, hash string) error {
	return s.put(ctx, func(p *plan) {
		p.do("DELETE FROM recovery_codes WHERE login = ? AND hash = ?", login, hash).lack = identity.ErrUnknown
	})
}

// Tries tells how often something was tried in vain.
func (s *Store) Tries(ctx context.Context, names ...string) (map[string]identity.Try, error) {
	var rows []struct {
		Name string
		N    int
		Last int64
	}
	err := s.read(ctx).Raw("SELECT name, n, last FROM sign_in_tries WHERE name IN ?", names).Scan(&rows).Error
	out := map[string]identity.Try{}
	for _, r := range rows {
		out[r.Name] = identity.Try{N: r.N, Last: time.Unix(r.Last, 0)}
	}
	return out, faulty(err)
}

// AddTries counts one more try and forgets those of long ago.
func (s *Store) AddTries(ctx context.Context, now, forgotten time.Time, names ...string) (counted map[string]int, err error) {
	counted = map[string]int{}
	err = s.put(ctx, func(p *plan) {
		p.do("DELETE FROM sign_in_tries WHERE last <= ?", forgotten.Unix())
		for _, name := range names {
			o := p.do("INSERT INTO sign_in_tries (name, n, last) VALUES (?, 1, ?) ON CONFLICT (name) DO UPDATE SET n = sign_in_tries.n + 1, last = excluded.last RETURNING n", name, now.Unix())
			o.asks = func(values []any) error {
				counted[name] = int(values[0].(int64))
				return nil
			}
		}
	})
	return counted, err
}

// TakeBack takes one try off each name.
func (s *Store) TakeBack(ctx context.Context, counted time.Time, before map[string]identity.Try, names ...string) error {
	return s.put(ctx, func(p *plan) {
		for _, name := range names {
			last := counted.Unix()
			if was, ok := before[name]; ok {
				last = was.Last.Unix()
			}
			p.do("UPDATE sign_in_tries SET n = n - 1, last = CASE WHEN last = CAST(? AS BIGINT) THEN CAST(? AS BIGINT) ELSE last END WHERE name = ?", counted.Unix(), last, name)
			p.do("DELETE FROM sign_in_tries WHERE n <= 0 AND name = ?", name)
		}
	})
}

// ForgetTries forgets the tries under a name and those under it and a place.
func (s *Store) ForgetTries(ctx context.Context, name string) error {
	return s.put(ctx, func(p *plan) {
		p.do("DELETE FROM sign_in_tries WHERE name = ? OR substr(name, 1, CAST(? AS INTEGER)) = ?", name, len(name)+1, name+" ")
	})
}

// Home tells whether a place was signed in from.
func (s *Store) Home(ctx context.Context, name string, since time.Time) (bool, error) {
	var n int64
	err := s.read(ctx).Raw("SELECT COUNT(*) FROM sign_in_homes WHERE name = ? AND last >= ?", name, since.Unix()).Scan(&n).Error
	return n > 0, faulty(err)
}

// PutHome remembers a place that was signed in from.
func (s *Store) PutHome(ctx context.Context, name string, now, forgotten time.Time) error {
	return s.put(ctx, func(p *plan) {
		p.do("DELETE FROM sign_in_homes WHERE last < ?", forgotten.Unix())
		p.do("INSERT INTO sign_in_homes (name, last) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = excluded.last", name, now.Unix())
	})
}
