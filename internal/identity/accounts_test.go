package identity_test

import (
	"errors"
	"testing"
	"time"

	"crypto/rand"

	"capdo/internal/identity"
)

func TestAOneTimePasswordIsNobodysChoiceAndRunsOut(t *testing.T) {
	g := newGate(t)
	word, err := g.OneTimePassword(ctx, "mai", "mai")
	if err != nil || len(word) != 19 {
		t.Fatalf("%q, %v", word, err)
	}
	if _, who, err := g.SignIn(ctx, "mai", word, home); err != nil || !who.MustChange {
		t.Errorf("%+v, %v", who, err)
	}
	g.now = g.now.Add(identity.OneTime)
	if _, _, err := g.SignIn(ctx, "mai", word, home); !errors.Is(err, identity.ErrOutdated) {
		t.Errorf("after a week: %v", err)
	}
	g.in(right, home) // one that a person chose stays
	again, err := g.OneTimePassword(ctx, "mai", "mai")
	if err != nil || again == word {
		t.Fatalf("%q, %v", again, err)
	}
	if _, _, err := g.SignIn(ctx, "mai", again, home); err != nil {
		t.Error(err)
	}
}

func TestWhoIsInIsListedAndCanBePutOut(t *testing.T) {
	g := newGate(t)
	if empty, err := g.Empty(ctx); empty || err != nil {
		t.Errorf("%v, %v", empty, err)
	}
	here, there := g.in(right, home), g.in(right, "10.0.0.8")
	g.wrong("an", "10.0.0.9", 2)
	list, err := g.Accounts(ctx)
	if err != nil || len(list) != 1 || !list[0].Last.Equal(g.now) || list[0].From != "10.0.0.8" || list[0].Wrong != 2 {
		t.Errorf("%+v, %v", list, err)
	}
	open, err := g.Running(ctx)
	if err != nil || len(open) != 2 || open[0].Login != "an" {
		t.Fatalf("%+v, %v", open, err)
	}
	for _, s := range open {
		if s.Address == "10.0.0.8" {
			if err := g.EndSession(ctx, s.Token); err != nil {
				t.Fatal(err)
			}
		}
	}
	g.ended(there, "put out")
	if _, err := g.Who(ctx, here); err != nil {
		t.Errorf("the other one: %v", err)
	}
	if err := g.EndSessions(ctx, "an", ""); err != nil {
		t.Fatal(err)
	}
	g.ended(here, "all put out")
	g.in(right, home)
	g.now = g.now.Add(2 * time.Hour)
	if open, err = g.Running(ctx); err != nil || len(open) != 0 {
		t.Errorf("left unused: %+v, %v", open, err)
	}
	if list, err = g.Accounts(ctx); err != nil || list[0].Wrong != 0 {
		t.Errorf("tries of long ago: %+v, %v", list, err)
	}
}

func TestARestartForgetsNoTriesAndAnAdministratorDoes(t *testing.T) {
	g := newGate(t)
	g.wrong("an", home, 5)
	again := &gate{Identity: identity.New(g.keep, func() time.Time { return g.now }, rand.Reader), t: t, keep: g.keep, now: g.now}
	again.mustWait("an", right, home, "after a restart")
	if err := again.Unlock(ctx, "an"); err != nil {
		t.Fatal(err)
	}
	again.in(right, home)
}
