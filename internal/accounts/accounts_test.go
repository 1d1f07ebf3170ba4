package accounts_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"capdo/internal/accounts"
	"capdo/internal/identity"
	"capdo/internal/store"
	"capdo/policies"
	"capdo/workflow"
	"capdo/workflow/regime"
)

const password = "một mật khẩu dài"

var ctx = context.Background()

// house is a new program over an empty SQLite file.
type house struct {
	accounts.Desk
	t   *testing.T
	now time.Time
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC)}
	st, err := store.Open(ctx, filepath.Join(t.TempDir(), "capdo.db"), store.Options{Create: true})
	h.ok(err)
	t.Cleanup(func() { _ = st.Close() })
	book, err := regime.Open()
	h.ok(err)
	rights, err := policies.Open()
	h.ok(err)
	clock, ids := func() time.Time { return h.now }, 0
	h.Service = workflow.New(workflow.Config{Book: book, Store: st, Rights: rights, Clock: clock, NewID: func(kind string) string { ids++; return fmt.Sprintf("%s-%d", kind, ids) }})
	h.Identity, h.SetUpCode = identity.New(st, clock, rand.Reader), "c-ode"
	return h
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) not(err error, key string) {
	h.t.Helper()
	if p, ok := workflow.ProblemOf(err); !ok || p.Key != key {
		h.t.Fatalf("got %v, want %s", err, key)
	}
}

func (h *house) order() workflow.SetUpOrder {
	return workflow.SetUpOrder{Province: workflow.Province{Name: "Tỉnh mẫu"}, Owner: workflow.OfficeOrder{Name: "Ủy ban nhân dân tỉnh Mẫu"},
		SDU: workflow.OfficeOrder{Name: "Sở Khoa học và Công nghệ"}, Admin: workflow.PersonOrder{ID: "quan", Name: "Trần Quân"}}
}

// ready is a house with its administrator and one more person.
func ready(t *testing.T) *house {
	h := newHouse(t)
	_, err := h.SetUp(ctx, h.order(), password, "c-ode")
	h.ok(err)
	_, err = h.Service.AddPersonBy(ctx, "quan", workflow.PersonOrder{ID: "mai", Name: "Lê Mai"})
	h.ok(err)
	return h
}

func (h *house) last() workflow.Event {
	h.t.Helper()
	list, err := h.Service.HouseHistory(ctx, "quan", 0, 0)
	h.ok(err)
	return list[len(list)-1]
}

func TestAHouseIsSetUpOnceAndItsAdministratorHasNoPasswordToChange(t *testing.T) {
	h := newHouse(t)
	if _, err := h.SetUp(ctx, h.order(), "ngắn", "c-ode"); !errors.Is(err, identity.ErrPassword) {
		t.Errorf("a short password: %v", err)
	}
	if _, err := h.SetUp(ctx, h.order(), password, ""); err == nil {
		t.Error("without the code")
	}
	if people, _ := h.Service.Store.People(ctx); len(people) != 0 {
		t.Errorf("it has left %v", people)
	}
	done, err := h.Service.SetUp(ctx, h.order()) // the account could not be made
	h.ok(err)
	again, err := h.SetUp(ctx, h.order(), password, "c-ode")
	h.ok(err)
	if again.Owner.ID != done.Owner.ID {
		t.Errorf("a second house: %+v", again)
	}
	_, who, err := h.Identity.SignIn(ctx, "quan", password, "")
	if err != nil || who.MustChange || who.Person != "quan" {
		t.Errorf("%+v, %v", who, err)
	}
	_, err = h.SetUp(ctx, h.order(), "một mật khẩu khác hẳn", "c-ode")
	h.not(err, "setup.done")
}

func TestAccountsAreKeptByTheAdministratorAndEachDeedIsWritten(t *testing.T) {
	h := ready(t)
	word, err := h.Create(ctx, "quan", "mai")
	h.ok(err)
	in := func(password string, want error) string {
		t.Helper()
		token, _, err := h.Identity.SignIn(ctx, "mai", password, "10.0.0.8")
		if !errors.Is(err, want) {
			t.Fatalf("sign in: %v, want %v", err, want)
		}
		return token
	}
	noted := func(change string) {
		t.Helper()
		if e := h.last(); e.With["change"] != change || e.With["person"] != "mai" || e.Person != "quan" || e.Rule == "" {
			t.Errorf("noted %+v, want %s", e, change)
		}
	}
	noted("account_created")
	token := in(word, nil)
	_, err = h.Create(ctx, "quan", "mai")
	h.not(err, "account.exists")
	second, err := h.Reset(ctx, "quan", "mai")
	h.ok(err)
	noted("password_reset")
	if _, err := h.Identity.Who(ctx, token); !errors.Is(err, identity.ErrNoSession) {
		t.Errorf("after the reset: %v", err)
	}
	in(word, identity.ErrFailed)
	in(second, nil)
	open, err := h.Sessions(ctx, "quan")
	h.ok(err)
	list, err := h.List(ctx, "quan")
	h.ok(err)
	if len(open) != 1 || open[0].Login != "mai" || len(list) != 2 || list[0].From != "10.0.0.8" {
		t.Errorf("%+v %+v", open, list)
	}
	h.ok(h.EndSessions(ctx, "quan", "mai"))
	noted("sessions_ended")
	if open, _ = h.Sessions(ctx, "quan"); len(open) != 0 {
		t.Errorf("still in: %+v", open)
	}
	h.ok(h.Switch(ctx, "quan", "mai", true))
	noted("account_disabled")
	in(second, identity.ErrFailed)
	h.ok(h.Switch(ctx, "quan", "mai", false))
	noted("account_enabled")
	for range 4 {
		in("sai", identity.ErrFailed)
	}
	var wait *identity.WaitError
	if _, _, err := h.Identity.SignIn(ctx, "mai", second, "10.0.0.8"); !errors.As(err, &wait) {
		t.Errorf("five wrong ones: %v", err)
	}
	h.ok(h.Unlock(ctx, "quan", "mai"))
	noted("account_unlocked")
	in(second, nil)
	if err := h.ResetSecondStep(ctx, "quan", "mai"); !errors.Is(err, identity.ErrNoCode) {
		t.Errorf("no second step: %v", err)
	}
}

func TestNobodyElseKeepsAccountsAndNobodyHisOwn(t *testing.T) {
	h := ready(t)
	h.ok(second(h.Create(ctx, "quan", "mai")))
	h.not(second(h.Create(ctx, "mai", "mai")), "house.denied")
	h.not(second(h.Reset(ctx, "mai", "quan")), "house.denied")
	h.not(h.Switch(ctx, "mai", "quan", true), "house.denied")
	h.not(h.EndSessions(ctx, "mai", "quan"), "house.denied")
	h.not(second(h.List(ctx, "mai")), "house.denied")
	h.not(second(h.Sessions(ctx, "mai")), "house.denied")
	h.not(second(h.Reset(ctx, "quan", "quan")), "account.self")
	h.not(h.Switch(ctx, "quan", "quan", true), "account.self")
	if e := h.last(); e.Refused == nil || e.Refused.Key != "account.self" {
		t.Errorf("the try is not kept: %+v", e)
	}
	if err := h.Unlock(ctx, "quan", "nicht"); !errors.Is(err, identity.ErrUnknown) {
		t.Errorf("nobody's account: %v", err)
	}
	h.not(second(h.Create(ctx, "quan", "nicht")), "not_found.person")
	h.not(h.Unlock(ctx, "mai", "quan"), "house.denied")
	if e := h.last(); e.Refused == nil || e.Person != "mai" || e.Refused.Kind != workflow.Denied {
		t.Errorf("the try of another is not kept: %+v", e)
	}
}

func second[T any](_ T, err error) error { return err }
