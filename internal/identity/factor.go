package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// How one-time codes are made (RFC 6238 as phones know it), and how many recovery
// codes there are.
const (
	codePeriod    = 30 // seconds
	codeWindow    = 1  // steps before and after that are taken too
	recoveryCodes = 10
	recoveryBytes = 10
)

// Factor is the second step of a login as it is kept: its secret sealed, the last
// time step a code was taken of, and how many recovery codes are left.
type Factor struct {
	Login, Sealed string
	Confirmed     bool
	Step          int64
	Left          int
}

// FactorKeeper keeps second steps.
type FactorKeeper interface {
	// Factor finds the second step of a login; ErrUnknown where there is none.
	Factor(ctx context.Context, login string) (Factor, error)
	// SaveFactor puts now in the place of was (a zero factor: there was none), or
	// takes it away with its recovery codes where now is zero. Codes that are not
	// nil take the place of those before; where only names a session, the others of
	// the login end with it. ErrMoved when it is no longer what was says; Left is not
	// looked at.
	SaveFactor(ctx context.Context, was, now Factor, codes []string, only string) error
	// SpendCode takes a recovery code by its hash; ErrUnknown when there is none.
	SpendCode(ctx context.Context, login, hash string) error
}

// Enrolment is what a phone is set up with; it is shown once.
type Enrolment struct {
	Secret string // in letters, to be typed in
	URL    string // otpauth://, to be shown as a picture
}

// factor finds a second step; a zero one where there is none.
func (i *Identity) factor(ctx context.Context, login string) (Factor, error) {
	f, err := i.keep.Factor(ctx, login)
	if errors.Is(err, ErrUnknown) {
		return Factor{}, nil
	}
	if err != nil {
		return f, fmt.Errorf("identity: second step: %w", err)
	}
	return f, nil
}

// SecondStep tells whether whoever is signed in has a second step, and how many
// recovery codes are left.
func (i *Identity) SecondStep(ctx context.Context, token string) (on bool, left int, err error) {
	s, _, err := i.whole(ctx, token)
	if err != nil {
		return false, 0, err
	}
	f, err := i.factor(ctx, s.Login)
	return f.Confirmed, f.Left, err
}

// Enrol begins to set up a second step, for who gives the password again: a new
// secret, which counts once Confirm was given a code of it. issuer is the name the
// phone shows. ErrCoded when one is there already, ErrSealed when the program has
// no key.
func (i *Identity) Enrol(ctx context.Context, token, password, issuer, address string) (Enrolment, error) {
	s, a, err := i.whole(ctx, token)
	if err != nil {
		return Enrolment{}, err
	}
	was, err := i.factor(ctx, s.Login)
	if err != nil {
		return Enrolment{}, err
	}
	if was.Confirmed {
		return Enrolment{}, ErrCoded
	}
	if err := i.proved(ctx, a, password, address); err != nil {
		return Enrolment{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: strings.ReplaceAll(issuer, ":", " "), AccountName: s.Login, SecretSize: 20, Rand: i.random})
	if err != nil {
		return Enrolment{}, fmt.Errorf("identity: secret: %w", err)
	}
	sealed, err := i.seal.close(i.random, s.Login, key.Secret())
	if err != nil {
		return Enrolment{}, err
	}
	if err := i.keep.SaveFactor(ctx, was, Factor{Login: s.Login, Sealed: sealed}, nil, ""); err != nil {
		return Enrolment{}, err
	}
	return Enrolment{Secret: key.Secret(), URL: key.URL()}, nil
}

// Confirm ends the setting up with a first code: from now on it is asked for at
// every sign-in, and every other session of the login ends. It gives the
// recovery codes, each good for one sign-in, that are shown this once.
func (i *Identity) Confirm(ctx context.Context, token, code, address string) ([]string, error) {
	s, _, err := i.whole(ctx, token)
	if err != nil {
		return nil, err
	}
	was, err := i.factor(ctx, s.Login)
	switch {
	case err != nil:
		return nil, err
	case was.Confirmed:
		return nil, ErrCoded
	case was.Login == "":
		return nil, ErrNoCode
	}
	now := was
	if now.Step, err = i.guarded(ctx, was, code, address); err != nil {
		return nil, err
	}
	now.Confirmed = true
	var codes, hashes []string
	for range recoveryCodes {
		c, err := i.word(recoveryBytes)
		if err != nil {
			return nil, err
		}
		codes, hashes = append(codes, c), append(hashes, recoveryHash(s.Login, c))
	}
	if err := i.keep.SaveFactor(ctx, was, now, hashes, s.Token); err != nil {
		return nil, err
	}
	return codes, nil
}

// recoveryHash is what is kept of a recovery code. It holds 80 random bits, which
// no guessing of hashes reaches; a slow hash would add nothing.
func recoveryHash(login, code string) string { return digest(login + " " + plainCode(code)) }

// plainCode reads a code as people type it: in capitals, with spaces or hyphens.
func plainCode(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(code))
}

// codeOf is the name wrong codes of a login are counted under.
func codeOf(login string) string { return "code " + login }

// guarded matches a code in the order of the tries.
func (i *Identity) guarded(ctx context.Context, f Factor, code, address string) (step int64, err error) {
	err = i.tries.guess(ctx, codeOf(f.Login), address, func() (fault error) {
		step, fault = i.match(f, code)
		return fault
	})
	return step, err
}

// match finds the time step a code belongs to: this one, the one before or the
// one after, and none of which or before which a code was taken.
func (i *Identity) match(f Factor, code string) (int64, error) {
	secret, err := i.seal.open(f.Login, f.Sealed)
	if err != nil {
		return 0, err
	}
	now := i.clock().Unix() / codePeriod
	for step := max(now-codeWindow, f.Step+1); step <= now+codeWindow; step++ {
		ok, err := hotp.ValidateCustom(plainCode(code), uint64(step), secret, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil && !errors.Is(err, otp.ErrValidateInputInvalidLength) {
			return 0, fmt.Errorf("identity: code: %w", err)
		}
		if ok {
			return step, nil
		}
	}
	return 0, ErrCode
}

// GiveCode takes a pending sign-in further with a code of the phone or a recovery
// code: the pending session ends and a new one opens under a new token. Either
// code is taken once.
func (i *Identity) GiveCode(ctx context.Context, token, code, address string) (string, Signed, error) {
	s, a, err := i.session(ctx, token)
	if err != nil {
		return "", Signed{}, err
	}
	if !s.Pending {
		return "", Signed{}, ErrNoSession
	}
	if err := i.spend(ctx, a.Login, code, address); err != nil {
		return "", Signed{}, err
	}
	for _, name := range []string{a.Login, codeOf(a.Login)} {
		if err := i.tries.passed(ctx, name, address); err != nil {
			return "", Signed{}, err
		}
	}
	if err := i.keep.DropSession(ctx, s.Token); err != nil {
		return "", Signed{}, fmt.Errorf("identity: session: %w", err)
	}
	return i.open(ctx, a, address, false)
}

// spend proves the second step once: by a code of the phone or a recovery code.
func (i *Identity) spend(ctx context.Context, login, code, address string) error {
	f, err := i.factor(ctx, login)
	if err != nil {
		return err
	}
	if !f.Confirmed {
		return ErrNoCode
	}
	if len(plainCode(code)) > otp.DigitsSix.Length() {
		return i.recover(ctx, login, code, address)
	}
	step, err := i.guarded(ctx, f, code, address)
	if err != nil {
		return err
	}
	now := f
	now.Step = step
	if err := i.keep.SaveFactor(ctx, f, now, nil, ""); errors.Is(err, ErrMoved) {
		return ErrCode // the same code, a moment ago
	} else if err != nil {
		return fmt.Errorf("identity: second step: %w", err)
	}
	return nil
}

// recover spends a recovery code.
func (i *Identity) recover(ctx context.Context, login, code, address string) error {
	return i.tries.guess(ctx, codeOf(login), address, func() error {
		err := i.keep.SpendCode(ctx, login, recoveryHash(login, code))
		if errors.Is(err, ErrUnknown) {
			return ErrCode
		}
		return err
	})
}

// EndSecondStep takes the second step away from whoever is signed in; it asks for the
// password and a code, so that an open screen is not enough.
func (i *Identity) EndSecondStep(ctx context.Context, token, password, code, address string) error {
	s, a, err := i.whole(ctx, token)
	if err != nil {
		return err
	}
	if err := i.proved(ctx, a, password, address); err != nil {
		return err
	}
	if err := i.spend(ctx, s.Login, code, address); err != nil {
		return err
	}
	return i.ResetSecondStep(ctx, s.Login)
}

// Coded tells whether a login has a second step, or has begun to set one up:
// ErrNoCode when not.
func (i *Identity) Coded(ctx context.Context, login string) error {
	f, err := i.factor(ctx, login)
	if err == nil && f.Login == "" {
		err = ErrNoCode
	}
	return err
}

// ResetSecondStep takes the second step of a login away: for whoever lost phone
// and recovery codes. ErrNoCode when there is none.
func (i *Identity) ResetSecondStep(ctx context.Context, login string) error {
	f, err := i.factor(ctx, login)
	if err != nil {
		return err
	}
	if f.Login == "" {
		return ErrNoCode
	}
	return i.keep.SaveFactor(ctx, f, Factor{}, nil, "")
}
