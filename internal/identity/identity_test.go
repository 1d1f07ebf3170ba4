package identity_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"capdo/internal/identity"
	"capdo/internal/identity/identitytest"
)

const (
	right = "một mật khẩu dài"
	home  = "10.0.0.7"
)

var ctx = context.Background()

// gate is an identity over a keeper in memory, with one account and a clock
// that only the test moves.
type gate struct {
	*identity.Identity
	t    *testing.T
	keep *identitytest.Memory
	now  time.Time
}

func newGate(t *testing.T) *gate {
	t.Helper()
	g := &gate{t: t, keep: identitytest.NewMemory(), now: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)}
	g.Identity = identity.New(g.keep, func() time.Time { return g.now }, rand.Reader)
	if err := g.SetPassword(ctx, "an", "p1", right, false); err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *gate) in(password, address string) string {
	g.t.Helper()
	token, _, err := g.SignIn(ctx, "an", password, address)
	if err != nil {
		g.t.Fatal(err)
	}
	return token
}

func (g *gate) ended(token, says string) {
	g.t.Helper()
	if _, err := g.Who(ctx, token); !errors.Is(err, identity.ErrNoSession) {
		g.t.Errorf("%s: %v", says, err)
	}
}

func (g *gate) wrong(login, address string, times int) {
	g.t.Helper()
	for n := range times {
		if _, _, err := g.SignIn(ctx, login, "sai", address); !errors.Is(err, identity.ErrFailed) {
			g.t.Fatalf("wrong try %d of %s from %s: %v", n+1, login, address, err)
		}
	}
}

func (g *gate) mustWait(login, password, address, says string) time.Duration {
	g.t.Helper()
	_, _, err := g.SignIn(ctx, login, password, address)
	var wait *identity.WaitError
	if !errors.As(err, &wait) {
		g.t.Fatalf("%s: %v", says, err)
	}
	return wait.After
}

func TestMemoryTakesTheExamOfKeepers(t *testing.T) {
	identitytest.Exercise(t, func(*testing.T) identity.Keeper { return identitytest.NewMemory() })
}

func TestASessionNamesItsPersonAndItsTokenIsNotKept(t *testing.T) {
	g := newGate(t)
	token, who, err := g.SignIn(ctx, "an", right, home)
	if err != nil || who.Person != "p1" || who.Login != "an" || who.MustChange || !who.Until.Equal(g.now.Add(identity.Life)) {
		t.Fatalf("%+v, %v", who, err)
	}
	if _, _, err := g.keep.Session(ctx, token); !errors.Is(err, identity.ErrUnknown) {
		t.Error("the token itself is kept")
	}
	if got, err := g.Who(ctx, token); err != nil || got != who {
		t.Errorf("who: %+v, %v", got, err)
	}
	if again := g.in(right, home); again == token {
		t.Error("two sign-ins share a token")
	}
	if err := g.SignOut(ctx, token); err != nil {
		t.Fatal(err)
	}
	g.ended(token, "signed out, still signed in")
	g.ended("", "an empty token is somebody")
}

func TestASessionEndsUnusedAfterAnHourAndInAnyCaseAfterTwelve(t *testing.T) {
	g := newGate(t)
	token := g.in(right, home)
	for range 13 {
		g.now = g.now.Add(54 * time.Minute)
		if _, err := g.Who(ctx, token); err != nil {
			t.Fatalf("used every hour, ended: %v", err)
		}
	}
	g.now = g.now.Add(18 * time.Minute)
	g.ended(token, "a session outlives twelve hours")
	token = g.in(right, home)
	g.now = g.now.Add(identity.Idle)
	g.ended(token, "a session unused for an hour goes on")
}

func TestAPasswordHasALengthAndNoRuleOfComposition(t *testing.T) {
	g := newGate(t)
	for password, want := range map[string]error{
		"":                        identity.ErrPassword,
		"mười một kí":             identity.ErrPassword,
		strings.Repeat("a", 1025): identity.ErrPassword,
		"mười hai kí.":            nil,
		"zkqvxwjphbtm":            nil,
		"924817350662":            nil,
		"zkqvxwjphbtmdlsg" + strings.Repeat("a", 1008): nil,
		"ﬁxﬂqﬁzﬂk": nil, // four ligatures: twelve letters
		"🙂🌾🐃🛶🏮🎋🍚🪷🦆🌙⛰️🎏":                              nil,
		"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301": identity.ErrPassword, // six letters, however they are written
	} {
		if err := g.SetPassword(ctx, "x", "x", password, false); !errors.Is(err, want) {
			t.Errorf("%.20q: %v, want %v", password, err, want)
		}
	}
}

func TestAPasswordIsTheSameHoweverItsLettersAreComposed(t *testing.T) {
	g := newGate(t)
	if err := g.SetPassword(ctx, "an", "p1", "một mật khẩu dài", false); err != nil {
		t.Fatal(err)
	}
	g.in("mô\u0323t mâ\u0323t khâ\u0309u da\u0300i", home)
	g.in("ｍột mật khẩu dài", home) // a letter of full width
}

func TestAnUnknownADisabledAndAWrongSignInGetOneAnswer(t *testing.T) {
	g := newGate(t)
	if err := g.SetPassword(ctx, "cu", "p2", right, false); err != nil {
		t.Fatal(err)
	}
	if err := g.Disable(ctx, "cu", true); err != nil {
		t.Fatal(err)
	}
	for login, password := range map[string]string{"ai-do": right, "cu": right, "an": "sai mật khẩu rồi", "": "", "an ": right} {
		if _, _, err := g.SignIn(ctx, login, password, home); !errors.Is(err, identity.ErrFailed) {
			t.Errorf("%q: %v", login, err)
		}
	}
	if _, _, err := g.SignIn(ctx, "an", strings.Repeat("a", 1<<20), home); !errors.Is(err, identity.ErrFailed) {
		t.Errorf("a password of a million letters: %v", err)
	}
}

func TestDisablingEndsEverySessionAndEnablingOpensNone(t *testing.T) {
	g := newGate(t)
	one, two := g.in(right, home), g.in(right, "10.0.0.8")
	if err := g.Disable(ctx, "an", true); err != nil {
		t.Fatal(err)
	}
	g.ended(one, "disabled")
	g.ended(two, "disabled")
	if err := g.SetPassword(ctx, "an", "p1", right, true); err != nil {
		t.Fatal(err)
	}
	g.wrong("an", home, 1)
	if _, _, err := g.SignIn(ctx, "an", right, home); !errors.Is(err, identity.ErrFailed) {
		t.Errorf("a new password opens a disabled account: %v", err)
	}
	if err := g.Disable(ctx, "an", false); err != nil {
		t.Fatal(err)
	}
	g.ended(one, "enabled again")
	if _, who, err := g.SignIn(ctx, "an", right, home); err != nil || !who.MustChange {
		t.Errorf("enabled: %+v, %v", who, err)
	}
	if err := g.Disable(ctx, "ai-do", true); !errors.Is(err, identity.ErrUnknown) {
		t.Errorf("an unknown login: %v", err)
	}
}

func TestChangingThePasswordEndsEverySessionAndOpensANewOne(t *testing.T) {
	g := newGate(t)
	if err := g.SetPassword(ctx, "an", "p1", right, true); err != nil {
		t.Fatal(err)
	}
	here, there := g.in(right, home), g.in(right, "10.0.0.8")
	if who, err := g.Who(ctx, here); err != nil || !who.MustChange {
		t.Fatalf("set by another: %+v, %v", who, err)
	}
	const next = "một mật khẩu khác hẳn"
	for password, want := range map[[2]string]error{{"sai", next}: identity.ErrFailed, {right, "ngắn"}: identity.ErrPassword, {right, "mô\u0323t mật khẩu dài"}: identity.ErrSame} {
		if _, _, err := g.ChangePassword(ctx, here, password[0], password[1], home); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", password, err, want)
		}
	}
	fresh, who, err := g.ChangePassword(ctx, here, right, next, home)
	if err != nil || who.MustChange || fresh == here {
		t.Fatalf("%+v, %v", who, err)
	}
	g.ended(here, "the session before the change")
	g.ended(there, "a session elsewhere")
	if _, err := g.Who(ctx, fresh); err != nil {
		t.Errorf("the new session: %v", err)
	}
	g.in(next, home)
	if _, _, err := g.ChangePassword(ctx, here, next, right, home); !errors.Is(err, identity.ErrNoSession) {
		t.Errorf("by an ended session: %v", err)
	}
}

func TestGuessingWaitsLongerEachTimeAndIsForgottenAfterAnHour(t *testing.T) {
	g := newGate(t)
	g.wrong("an", home, 5)
	if w := g.mustWait("an", right, home, "after five"); w != 30*time.Second {
		t.Errorf("waits %s", w)
	}
	g.now = g.now.Add(30 * time.Second)
	g.wrong("an", home, 1)
	if w := g.mustWait("an", right, home, "after six"); w != time.Minute {
		t.Errorf("waits %s", w)
	}
	for range 60 {
		g.now = g.now.Add(15 * time.Minute)
		g.wrong("an", home, 1)
	}
	if w := g.mustWait("an", right, home, "after many"); w != 15*time.Minute {
		t.Errorf("waits %s", w)
	}
	g.now = g.now.Add(time.Hour)
	g.wrong("an", home, 4)
	g.in(right, home)
	g.wrong("an", home, 4)
}

func TestAStrangerDoesNotLockAPersonOutOfHisOwnPlace(t *testing.T) {
	g := newGate(t)
	g.in(right, home)
	for n := range 5 {
		g.wrong("an", "203.0.113."+string(rune('1'+n)), 5)
	}
	g.mustWait("an", right, "203.0.113.99", "twenty-five wrong tries from everywhere")
	g.in(right, home)
}

func TestOneAddressDoesNotTryEveryLogin(t *testing.T) {
	g := newGate(t)
	for n := range 10 {
		g.wrong("ten-"+string(rune('a'+n)), "2001:db8:1:2::1", 4)
	}
	g.mustWait("ten-z", right, "2001:db8:1:2:ffff::9", "the same network")
	g.wrong("ten-z", "2001:db8:1:3::1", 1)
	g.in(right, home)
}
