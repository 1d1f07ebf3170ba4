package identity_test

import (
	"crypto/rand"
	"errors"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"capdo/internal/identity"
)

func (g *gate) sealed(key byte) *gate {
	g.t.Helper()
	if _, err := g.Sealed([]byte(strings.Repeat(string(rune(key)), identity.KeyLength))); err != nil {
		g.t.Fatal(err)
	}
	return g
}

// coded is a gate whose one account has a second step; its secret and recovery
// codes.
func coded(t *testing.T) (g *gate, secret string, codes []string) {
	t.Helper()
	g = newGate(t).sealed('k')
	token := g.in(right, home)
	e, err := g.Enrol(ctx, token, right, "capdo: Tỉnh mẫu", home)
	if err != nil {
		t.Fatal(err)
	}
	if codes, err = g.Confirm(ctx, token, g.code(e.Secret), home); err != nil {
		t.Fatal(err)
	}
	g.now = g.now.Add(30 * time.Second)
	return g, e.Secret, codes
}

func (g *gate) code(secret string) string {
	g.t.Helper()
	code, err := totp.GenerateCode(secret, g.now)
	if err != nil {
		g.t.Fatal(err)
	}
	return code
}

// half signs in with the password alone.
func (g *gate) half(address string) string {
	g.t.Helper()
	token, who, err := g.SignIn(ctx, "an", right, address)
	if err != nil || !who.Pending {
		g.t.Fatalf("%+v, %v", who, err)
	}
	return token
}

func (g *gate) give(token, code string, want error) string {
	g.t.Helper()
	next, _, err := g.GiveCode(ctx, token, code, home)
	if !errors.Is(err, want) {
		g.t.Fatalf("code %s: %v, want %v", code, err, want)
	}
	return next
}

func TestASecondStepIsSetUpWithAFirstCode(t *testing.T) {
	g := newGate(t)
	token := g.in(right, home)
	if _, err := g.Enrol(ctx, token, right, "capdo", home); !errors.Is(err, identity.ErrSealed) {
		t.Errorf("without a key: %v", err)
	}
	g.sealed('k')
	other := g.in(right, "10.0.0.8")
	if _, err := g.Enrol(ctx, token, "sai mật khẩu rồi", "capdo", home); !errors.Is(err, identity.ErrFailed) {
		t.Errorf("at an open screen, without the password: %v", err)
	}
	e, err := g.Enrol(ctx, token, right, "capdo: Tỉnh mẫu", home)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(e.URL)
	if err != nil || u.Scheme != "otpauth" || u.Query().Get("secret") != e.Secret || len(e.Secret) != 32 || !strings.HasSuffix(u.Path, ":an") {
		t.Errorf("%s, %v", e.URL, err)
	}
	if f, _ := g.keep.Factor(ctx, "an"); strings.Contains(f.Sealed, e.Secret) || f.Confirmed {
		t.Errorf("kept %+v", f)
	}
	if _, who, err := g.SignIn(ctx, "an", right, home); err != nil || who.Pending {
		t.Errorf("before it is confirmed: %+v, %v", who, err)
	}
	if _, err := g.Confirm(ctx, token, "000000", home); !errors.Is(err, identity.ErrCode) {
		t.Errorf("a wrong first code: %v", err)
	}
	codes, err := g.Confirm(ctx, token, " "+g.code(e.Secret)[:3]+" "+g.code(e.Secret)[3:], home)
	if err != nil || len(codes) != 10 || codes[0] == codes[1] || len(strings.ReplaceAll(codes[0], "-", "")) != 16 {
		t.Fatalf("%v, %v", codes, err)
	}
	g.ended(other, "a session from before the second step")
	if on, left, err := g.SecondStep(ctx, token); !on || left != 10 || err != nil {
		t.Errorf("%v, %d, %v", on, left, err)
	}
	for _, err := range []error{second(g.Enrol(ctx, token, right, "capdo", home)), second(g.Confirm(ctx, token, "000000", home))} {
		if !errors.Is(err, identity.ErrCoded) {
			t.Errorf("a second time: %v", err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestASignInInTwoStepsOpensNothingBeforeTheCode(t *testing.T) {
	g, secret, _ := coded(t)
	token := g.half(home)
	if _, err := g.Who(ctx, token); !errors.Is(err, identity.ErrPending) {
		t.Errorf("half a sign-in is somebody: %v", err)
	}
	if _, _, err := g.ChangePassword(ctx, token, right, "một mật khẩu khác hẳn", home); !errors.Is(err, identity.ErrPending) {
		t.Errorf("half a sign-in changes the password: %v", err)
	}
	if _, err := g.Enrol(ctx, token, right, "x", home); !errors.Is(err, identity.ErrPending) {
		t.Errorf("half a sign-in sets up a phone: %v", err)
	}
	g.give(token, "000000", identity.ErrCode)
	g.give(token, "", identity.ErrCode)
	next := g.give(token, g.code(secret), nil)
	if next == token {
		t.Error("the token before the code goes on")
	}
	g.ended(token, "the pending session")
	if who, err := g.Who(ctx, next); err != nil || who.Pending {
		t.Errorf("%+v, %v", who, err)
	}
	g.give(next, g.code(secret), identity.ErrNoSession)
	g.give("", g.code(secret), identity.ErrNoSession)
}

func TestACodeIsTakenOnceAndOneStepEarlyOrLate(t *testing.T) {
	g, secret, _ := coded(t)
	used := g.code(secret)
	g.give(g.half(home), used, nil)
	g.give(g.half(home), used, identity.ErrCode)
	for _, off := range []time.Duration{-30 * time.Second, 30 * time.Second} {
		g.now = g.now.Add(2 * time.Minute)
		at := g.now
		g.now = at.Add(off)
		code := g.code(secret)
		g.now = at
		g.give(g.half(home), code, nil)
	}
	g.now = g.now.Add(10 * time.Minute)
	at := g.now
	for _, off := range []time.Duration{-time.Minute, time.Minute} {
		g.now = at.Add(off)
		code := g.code(secret)
		g.now = at
		g.give(g.half(home), code, identity.ErrCode)
	}
	g.now = at.Add(30 * time.Second)
	late := g.code(secret)
	g.now = at
	g.give(g.half(home), late, nil)
	g.give(g.half(home), g.code(secret), identity.ErrCode) // an older one than the last used
}

func TestARecoveryCodeOpensOnceHoweverItIsTyped(t *testing.T) {
	g, _, codes := coded(t)
	g.give(g.half(home), strings.ToUpper(strings.ReplaceAll(codes[0], "-", " ")), nil)
	g.give(g.half(home), codes[0], identity.ErrCode)
	token := g.give(g.half(home), codes[1], nil)
	if on, left, err := g.SecondStep(ctx, token); !on || left != 8 || err != nil {
		t.Errorf("%v, %d, %v", on, left, err)
	}
}

func TestGuessingCodesWaitsAndAPendingSignInRunsOut(t *testing.T) {
	g, secret, _ := coded(t)
	token := g.half(home)
	for range 5 {
		g.give(token, "000000", identity.ErrCode)
	}
	var wait *identity.WaitError
	if _, _, err := g.GiveCode(ctx, token, g.code(secret), home); !errors.As(err, &wait) || wait.After != 30*time.Second {
		t.Errorf("after five: %v", err)
	}
	if _, _, err := g.GiveCode(ctx, g.half(home), g.code(secret), home); !errors.As(err, &wait) {
		t.Errorf("the password again does not make it shorter: %v", err)
	}
	if err := g.Unlock(ctx, "an"); err != nil {
		t.Fatal(err)
	}
	g.give(token, g.code(secret), nil)
	token = g.half(home)
	g.now = g.now.Add(identity.CodeLife)
	g.give(token, g.code(secret), identity.ErrNoSession)
}

// guessedAtOnce sends wrong guesses all at once and tells how many were looked at;
// the others are told to wait.
func guessedAtOnce(t *testing.T, guess func() error) int {
	t.Helper()
	var looked atomic.Int64
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			var wait *identity.WaitError
			switch err := guess(); {
			case errors.Is(err, identity.ErrCode), errors.Is(err, identity.ErrFailed):
				looked.Add(1)
			case !errors.As(err, &wait) && !errors.Is(err, identity.ErrBusy):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	return int(looked.Load())
}

func TestGuessesAtOnceAreNoMoreThanOneAfterTheOther(t *testing.T) {
	g, _, _ := coded(t)
	token := g.half(home)
	for says, code := range map[string]string{"codes": "000000", "recovery codes": "abcd-abcd-abcd-abcd"} {
		if err := g.Unlock(ctx, "an"); err != nil {
			t.Fatal(err)
		}
		guess := func() error { return g.givesWrong(token, code) }
		if n := guessedAtOnce(t, guess); n > 5 {
			t.Errorf("%d %s of 200 at once were looked at", n, says)
		}
		g.now = g.now.Add(20 * time.Minute) // all waiting is over: one may try
		token = g.half(home)
		if n := guessedAtOnce(t, guess); n > 1 {
			t.Errorf("%d %s of 200 at once after the waiting", n, says)
		}
		g.now = g.now.Add(2 * time.Hour)
		token = g.half(home)
	}
	if n := guessedAtOnce(t, func() error { return g.signsInWrong() }); n > 5 {
		t.Errorf("%d passwords of 200 at once were looked at", n)
	}
}

func (g *gate) givesWrong(token, code string) error {
	_, _, err := g.GiveCode(ctx, token, code, home)
	return err
}

func (g *gate) signsInWrong() error {
	_, _, err := g.SignIn(ctx, "an", "sai", home)
	return err
}

func TestASignInThatIsRightLeavesNoTry(t *testing.T) {
	g := newGate(t)
	g.wrong("an", "10.9.9.9", 3)
	for range 60 { // more than one address may try in vain
		g.in(right, home)
	}
	g.now = g.now.Add(59 * time.Minute)
	g.in(right, home)
	g.now = g.now.Add(2 * time.Minute)
	if list, err := g.Accounts(ctx); err != nil || list[0].Wrong != 0 {
		t.Errorf("%+v, %v: tries are not kept alive by what is right", list, err)
	}
}

func TestASecondStepEndsByPasswordAndCodeOrByReset(t *testing.T) {
	g, secret, codes := coded(t)
	token := g.give(g.half(home), g.code(secret), nil)
	if err := g.EndSecondStep(ctx, token, "sai mật khẩu rồi", codes[0], home); !errors.Is(err, identity.ErrFailed) {
		t.Errorf("a wrong password: %v", err)
	}
	if err := g.EndSecondStep(ctx, token, right, "000000", home); !errors.Is(err, identity.ErrCode) {
		t.Errorf("a wrong code: %v", err)
	}
	if err := g.EndSecondStep(ctx, token, right, codes[0], home); err != nil {
		t.Fatal(err)
	}
	g.in(right, home)
	if err := g.ResetSecondStep(ctx, "an"); !errors.Is(err, identity.ErrNoCode) {
		t.Errorf("none is there: %v", err)
	}
	g, _, _ = coded(t)
	if err := g.ResetSecondStep(ctx, "an"); err != nil {
		t.Fatal(err)
	}
	if _, who, err := g.SignIn(ctx, "an", right, home); err != nil || who.Pending {
		t.Errorf("after the reset: %+v, %v", who, err)
	}
}

func TestAnotherKeyOpensNoSecretButRecoveryCodesGoOn(t *testing.T) {
	g, secret, codes := coded(t)
	other := &gate{Identity: identity.New(g.keep, func() time.Time { return g.now }, rand.Reader), t: t, keep: g.keep, now: g.now}
	other.sealed('x')
	other.give(other.half(home), g.code(secret), identity.ErrSealed)
	other.give(other.half(home), codes[0], nil)
	if _, err := other.Sealed([]byte("short")); err == nil {
		t.Error("a short key is taken")
	}
}
