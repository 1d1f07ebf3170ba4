package identitytest

import (
	"context"
	"errors"
	"testing"
	"time"

	"capdo/internal/identity"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	an   = identity.Account{Person: "p1", Login: "an", Hash: "h1"}
)

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

// Exercise runs the exam on keepers that open makes, an empty one each time.
func Exercise(t *testing.T, open func(t *testing.T) identity.Keeper) {
	for name, exam := range map[string]func(*testing.T, identity.Keeper){
		"what is not there is unknown":                         unknown,
		"an account is changed only from what was seen":        compared,
		"a change of the account ends the person's sessions":   ended,
		"a session opens on the password that was proved":      proved,
		"a session is found with its account and last use":     found,
		"opening a session forgets those past their expiry":    forgotten,
		"signing out ends one session and leaves the others":   dropped,
		"a session that is gone is touched without any trace":  touchedGone,
		"accounts and sessions are listed with their last use": listed,
		"a second step is changed only from what was seen":     factors,
		"a second step ends the other sessions of its login":   factorsEnd,
		"a recovery code is spent once":                        spent,
		"wrong tries add up and are forgotten":                 tried,
		"tries at once are told apart and taken back":          takenBack,
		"places are remembered for a time":                     placed,
	} {
		t.Run(name, func(t *testing.T) { exam(t, open(t)) })
	}
}

func session(token string, at time.Time) identity.Session {
	return identity.Session{Token: token, Login: an.Login, Person: an.Person, Opened: at, Seen: at, Expiry: at.Add(time.Hour), Address: "10.0.0.7"}
}

func unknown(t *testing.T, k identity.Keeper) {
	_, err := k.Account(ctx, "an")
	is(t, err, identity.ErrUnknown)
	_, _, err = k.Session(ctx, "t")
	is(t, err, identity.ErrUnknown)
	is(t, k.PutSession(ctx, session("t", noon), "h1"), identity.ErrMoved)
}

func compared(t *testing.T, k identity.Keeper) {
	ok(t, k.SaveAccount(ctx, identity.Account{}, an))
	is(t, k.SaveAccount(ctx, identity.Account{}, an), identity.ErrMoved)
	next := an
	next.Hash, next.MustChange, next.Since = "h2", true, 77
	ok(t, k.SaveAccount(ctx, an, next))
	is(t, k.SaveAccount(ctx, an, an), identity.ErrMoved)
	if got, err := k.Account(ctx, "an"); err != nil || got != next {
		t.Errorf("kept %+v, %v", got, err)
	}
}

func ended(t *testing.T, k identity.Keeper) {
	other := identity.Account{Person: "p2", Login: "chi", Hash: "h"}
	ok(t, k.SaveAccount(ctx, identity.Account{}, an))
	ok(t, k.SaveAccount(ctx, identity.Account{}, other))
	for _, token := range []string{"a", "b"} {
		ok(t, k.PutSession(ctx, session(token, noon), "h1"))
	}
	theirs := identity.Session{Token: "c", Login: "chi", Person: "p2", Seen: noon, Expiry: noon.Add(time.Hour)}
	ok(t, k.PutSession(ctx, theirs, "h"))
	off := an
	off.Disabled = true
	ok(t, k.SaveAccount(ctx, an, off))
	for _, token := range []string{"a", "b"} {
		_, _, err := k.Session(ctx, token)
		is(t, err, identity.ErrUnknown)
	}
	_, _, err := k.Session(ctx, "c")
	ok(t, err)
}

func proved(t *testing.T, k identity.Keeper) {
	ok(t, k.SaveAccount(ctx, identity.Account{}, an))
	is(t, k.PutSession(ctx, session("t", noon), "an older hash"), identity.ErrMoved)
	off := an
	off.Disabled = true
	ok(t, k.SaveAccount(ctx, an, off))
	is(t, k.PutSession(ctx, session("t", noon), "h1"), identity.ErrMoved)
	_, _, err := k.Session(ctx, "t")
	is(t, err, identity.ErrUnknown)
}

func found(t *testing.T, k identity.Keeper) {
	ok(t, k.SaveAccount(ctx, identity.Account{}, an))
	ok(t, k.PutSession(ctx, session("t", noon), "h1"))
	ok(t, k.TouchSession(ctx, "t", noon.Add(time.Minute)))
	s, a, err := k.Session(ctx, "t")
	ok(t, err)
	if a != an || s.Login != "an" || s.Person != "p1" || s.Token != "t" || !s.Seen.Equal(noon.Add(time.Minute)) || !s.Expiry.Equal(noon.Add(time.Hour)) || !s.Opened.Equal(noon) || s.Address != "10.0.0.7" || s.Pending {
		t.Errorf("session %+v of %+v", s, a)
	}
}

func forgotten(t *testing.T, k identity.Keeper) {
	ok(t, k.SaveAccount(ctx, identity.Account{}, an))
	ok(t, k.PutSession(ctx, session("old", noon), "h1"))
	ok(t, k.PutSession(ctx, session("new", noon.Add(time.Hour)), "h1"))
	_, _, err := k.Session(ctx, "old")
	is(t, err, identity.ErrUnknown)
}

func dropped(t *testing.T, k identity.Keeper) {
	ok(t, k.SaveAccount(ctx, identity.Account{}, an))
	ok(t, k.PutSession(ctx, session("a", noon), "h1"))
	ok(t, k.PutSession(ctx, session("b", noon), "h1"))
	ok(t, k.DropSession(ctx, "a"))
	ok(t, k.DropSession(ctx, "a"))
	_, _, err := k.Session(ctx, "a")
	is(t, err, identity.ErrUnknown)
	_, _, err = k.Session(ctx, "b")
	ok(t, err)
}

func touchedGone(t *testing.T, k identity.Keeper) {
	ok(t, k.TouchSession(ctx, "t", noon))
	_, _, err := k.Session(ctx, "t")
	is(t, err, identity.ErrUnknown)
}
