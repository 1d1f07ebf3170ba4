package identity

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
)

// none is a keeper of nothing, or one that fails.
type none struct {
	Keeper
	err error
}

func (n none) Account(context.Context, string) (Account, error)         { return Account{}, n.err }
func (n none) Tries(context.Context, ...string) (map[string]Try, error) { return nil, nil }
func (n none) AddTries(context.Context, time.Time, time.Time, ...string) (map[string]int, error) {
	return nil, nil
}
func (n none) TakeBack(context.Context, time.Time, map[string]Try, ...string) error { return nil }
func (n none) Session(context.Context, string) (Session, Account, error) {
	return Session{}, Account{}, n.err
}

func TestAnUnknownLoginIsComparedWithAHashOfNobody(t *testing.T) {
	i := New(none{err: ErrUnknown}, time.Now, rand.Reader)
	var against []string
	i.compare = func(_, hash string) (bool, error) { against = append(against, hash); return true, nil }
	if _, _, err := i.SignIn(context.Background(), "ai-do", "nobody has this password", ""); !errors.Is(err, ErrFailed) {
		t.Error(err)
	}
	if len(against) != 1 || against[0] != i.dummy {
		t.Errorf("compared with %v", against)
	}
}

func TestTheHashOfNobodyCostsWhatARealOneCosts(t *testing.T) {
	real, err := argon2id.CreateHash("nobody has this password", params)
	if err != nil {
		t.Fatal(err)
	}
	_, want, err := argon2id.CheckHash("x", real)
	if err != nil {
		t.Fatal(err)
	}
	yes, got, err := argon2id.CheckHash("x", hashOfNobody())
	if err != nil || yes || *got != *want {
		t.Errorf("%v, %v: %+v instead of %+v", yes, err, got, want)
	}
	if one, other := hashOfNobody(), hashOfNobody(); one == other {
		t.Error("two hashes of nobody are one")
	}
}

func TestAKeeperThatFailsIsNotAWrongPassword(t *testing.T) {
	broken := errors.New("the disk is gone")
	i := New(none{err: broken}, time.Now, rand.Reader)
	if _, _, err := i.SignIn(context.Background(), "an", "x", ""); !errors.Is(err, broken) {
		t.Errorf("sign in: %v", err)
	}
	if _, err := i.Who(context.Background(), "x"); !errors.Is(err, broken) || errors.Is(err, ErrNoSession) {
		t.Errorf("who: %v", err)
	}
}

func TestSoManySignInsAtOnceAndNoMore(t *testing.T) {
	i := New(none{err: ErrUnknown}, time.Now, rand.Reader)
	i.compare = func(string, string) (bool, error) { return false, nil }
	signIn := func(ctx context.Context) error {
		_, _, err := i.SignIn(ctx, "an", "x", "")
		return err
	}
	for range cap(i.queue) {
		i.queue <- struct{}{}
	}
	if err := signIn(context.Background()); !errors.Is(err, ErrBusy) {
		t.Errorf("everybody waits already: %v", err)
	}
	for range cap(i.queue) {
		<-i.queue
	}
	for range cap(i.slots) {
		i.slots <- struct{}{}
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if err := signIn(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("whoever goes away stops waiting: %v", err)
	}
	for range cap(i.slots) {
		<-i.slots
	}
	if err := signIn(context.Background()); !errors.Is(err, ErrFailed) || len(i.queue) != 0 || len(i.slots) != 0 {
		t.Errorf("afterwards: %v, %d waiting, %d at work", err, len(i.queue), len(i.slots))
	}
}
