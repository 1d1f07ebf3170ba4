package identitytest

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"capdo/internal/identity"
)

func listed(t *testing.T, k identity.Keeper) {
	ok(t, k.SaveAccount(ctx, identity.Account{}, an))
	ok(t, k.SaveAccount(ctx, identity.Account{}, identity.Account{Person: "p2", Login: "chi", Hash: "h", Disabled: true, MustChange: true}))
	waits := session("w", noon.Add(time.Second))
	waits.Pending = true
	ok(t, k.PutSession(ctx, waits, "h1"))
	list, err := k.Accounts(ctx)
	ok(t, err)
	if len(list) != 2 || list[0] != (identity.Listed{Login: "an", Person: "p1"}) || list[1] != (identity.Listed{Login: "chi", Person: "p2", Disabled: true, MustChange: true}) {
		t.Errorf("before anybody is in: %+v", list)
	}
	ok(t, k.PutSession(ctx, session("a", noon), "h1"))
	ok(t, k.PutSession(ctx, session("b", noon.Add(time.Minute)), "h1"))
	ok(t, k.SaveFactor(ctx, identity.Factor{}, identity.Factor{Login: "an", Sealed: "x", Confirmed: true}, nil, ""))
	list, err = k.Accounts(ctx)
	ok(t, err)
	if !list[0].Last.Equal(noon.Add(time.Minute)) || list[0].From != "10.0.0.7" || !list[0].Coded || list[1].Coded {
		t.Errorf("after it: %+v", list)
	}
	open, err := k.Sessions(ctx)
	ok(t, err)
	if len(open) != 3 || open[0].Token != "b" || open[1].Token != "w" || !open[1].Pending || open[2].Token != "a" || open[2].Login != "an" {
		t.Errorf("sessions %+v", open)
	}
	ok(t, k.DropSessions(ctx, "chi", ""))
	ok(t, k.DropSessions(ctx, "an", "a"))
	if open, err = k.Sessions(ctx); err != nil || len(open) != 1 || open[0].Token != "a" {
		t.Errorf("all but one: %+v, %v", open, err)
	}
}

func factors(t *testing.T, k identity.Keeper) {
	_, err := k.Factor(ctx, "an")
	is(t, err, identity.ErrUnknown)
	first := identity.Factor{Login: "an", Sealed: "s1"}
	ok(t, k.SaveFactor(ctx, identity.Factor{}, first, nil, ""))
	is(t, k.SaveFactor(ctx, identity.Factor{}, first, nil, ""), identity.ErrMoved)
	now := identity.Factor{Login: "an", Sealed: "s1", Confirmed: true, Step: 7}
	ok(t, k.SaveFactor(ctx, first, now, []string{"c1", "c2"}, ""))
	is(t, k.SaveFactor(ctx, first, now, []string{"c3"}, ""), identity.ErrMoved)
	got, err := k.Factor(ctx, "an")
	ok(t, err)
	now.Left = 2
	if got != now {
		t.Errorf("kept %+v", got)
	}
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			next := got
			next.Step = 8
			if k.SaveFactor(ctx, got, next, nil, "") == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("one code was taken %d times", won.Load())
	}
	got.Step = 8
	ok(t, k.SaveFactor(ctx, got, identity.Factor{}, nil, ""))
	_, err = k.Factor(ctx, "an")
	is(t, err, identity.ErrUnknown)
	is(t, k.SpendCode(ctx, "an", "c1"), identity.ErrUnknown)
}

func factorsEnd(t *testing.T, k identity.Keeper) {
	ok(t, k.SaveAccount(ctx, identity.Account{}, an))
	ok(t, k.SaveAccount(ctx, identity.Account{}, identity.Account{Person: "p2", Login: "chi", Hash: "h"}))
	ok(t, k.PutSession(ctx, session("a", noon), "h1"))
	ok(t, k.PutSession(ctx, session("b", noon), "h1"))
	ok(t, k.PutSession(ctx, identity.Session{Token: "c", Login: "chi", Person: "p2", Seen: noon, Expiry: noon.Add(time.Hour)}, "h"))
	first := identity.Factor{Login: "an", Sealed: "s1"}
	ok(t, k.SaveFactor(ctx, identity.Factor{}, first, nil, ""))
	is(t, k.SaveFactor(ctx, identity.Factor{}, first, nil, "a"), identity.ErrMoved)
	if open, err := k.Sessions(ctx); err != nil || len(open) != 3 {
		t.Errorf("before it: %+v, %v", open, err)
	}
	now := first
	now.Confirmed = true
	ok(t, k.SaveFactor(ctx, first, now, []string{"c1"}, "a"))
	open, err := k.Sessions(ctx)
	ok(t, err)
	if len(open) != 2 || open[0].Token == "b" || open[1].Token == "b" {
		t.Errorf("after it: %+v", open)
	}
}

func spent(t *testing.T, k identity.Keeper) {
	ok(t, k.SaveFactor(ctx, identity.Factor{}, identity.Factor{Login: "an", Sealed: "s"}, []string{"c1", "c2"}, ""))
	ok(t, k.SpendCode(ctx, "an", "c1"))
	is(t, k.SpendCode(ctx, "an", "c1"), identity.ErrUnknown)
	is(t, k.SpendCode(ctx, "chi", "c2"), identity.ErrUnknown)
	if f, err := k.Factor(ctx, "an"); err != nil || f.Left != 1 {
		t.Errorf("%+v, %v", f, err)
	}
}

func tried(t *testing.T, k identity.Keeper) {
	before := noon.Add(-time.Hour)
	add := func(now, forgotten time.Time, want map[string]int, names ...string) {
		t.Helper()
		if counted, err := k.AddTries(ctx, now, forgotten, names...); err != nil || !maps.Equal(counted, want) {
			t.Errorf("counted %v, %v, want %v", counted, err, want)
		}
	}
	add(noon, before, map[string]int{"a": 1, "a here": 1, "b": 1}, "a", "a here", "b")
	add(noon.Add(time.Second), before, map[string]int{"a": 2, "a here": 2}, "a", "a here")
	got, err := k.Tries(ctx, "a", "b", "c")
	ok(t, err)
	if len(got) != 2 || got["a"].N != 2 || !got["a"].Last.Equal(noon.Add(time.Second)) || got["b"].N != 1 {
		t.Errorf("counted %+v", got)
	}
	add(noon.Add(time.Hour), noon, map[string]int{"c": 1}, "c")
	if got, err = k.Tries(ctx, "a", "b", "c"); err != nil || got["a"].N != 2 || got["c"].N != 1 || got["b"].N != 0 {
		t.Errorf("after an hour %+v, %v", got, err)
	}
	add(noon.Add(time.Hour), noon, map[string]int{"ab": 1}, "ab")
	ok(t, k.ForgetTries(ctx, "a"))
	if got, err = k.Tries(ctx, "a", "a here", "ab"); err != nil || len(got) != 1 || got["ab"].N != 1 {
		t.Errorf("forgotten %+v, %v", got, err)
	}
}

// takenBack counts at once and takes back again: no two are told the same count,
// and what was right leaves no trace.
func takenBack(t *testing.T, k identity.Keeper) {
	const times = 20
	before, later := noon.Add(-time.Hour), noon.Add(time.Minute)
	_, err := k.AddTries(ctx, noon, before, "x")
	ok(t, err)
	was, err := k.Tries(ctx, "x", "y")
	ok(t, err)
	told := make([]int, times)
	var wg sync.WaitGroup
	for i := range times {
		wg.Go(func() {
			counted, err := k.AddTries(ctx, later, before, "x", "y")
			if told[i] = counted["x"]; err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	slices.Sort(told)
	for i, n := range told {
		if n != i+2 {
			t.Fatalf("told %v", told)
		}
	}
	for range times {
		ok(t, k.TakeBack(ctx, later, was, "x", "y"))
	}
	got, err := k.Tries(ctx, "x", "y")
	ok(t, err)
	if len(got) != 1 || got["x"].N != 1 || !got["x"].Last.Equal(noon) {
		t.Errorf("taken back: %+v", got)
	}
	ok(t, k.TakeBack(ctx, later, was, "nobody"))
}

func placed(t *testing.T, k identity.Keeper) {
	ok(t, k.PutHome(ctx, "an here", noon, noon.Add(-time.Hour)))
	for since, want := range map[time.Time]bool{noon: true, noon.Add(time.Second): false} {
		if home, err := k.Home(ctx, "an here", since); err != nil || home != want {
			t.Errorf("since %s: %v, %v", since, home, err)
		}
	}
	ok(t, k.PutHome(ctx, "an there", noon.Add(2*time.Hour), noon.Add(time.Hour)))
	if home, err := k.Home(ctx, "an here", time.Time{}.Add(time.Hour)); err != nil || home {
		t.Errorf("a place of long ago: %v, %v", home, err)
	}
}
