package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"capdo/api"
	"capdo/api/pages"
	"capdo/internal/identity"
	"capdo/internal/jobs"
	"capdo/internal/store"
	"capdo/workflow"
)

// sweep voids the numbers a crash left reserved, and names them. Commands do not
// sweep: beside them the server may be at work.
func (a *app) sweep(ctx context.Context, svc *workflow.Service) error {
	swept, err := svc.SweepNumbers(ctx)
	for _, n := range swept {
		a.say("cli.swept", map[string]string{"no": n.Text, "case": n.Case, "form": n.Form})
	}
	return err
}

// addresses reads a list of addresses or networks parted by commas.
func addresses(list string) ([]string, error) {
	var out []string
	for one := range strings.SplitSeq(list, ",") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		_, err := netip.ParseAddr(one)
		if _, notNet := netip.ParsePrefix(one); err != nil && notNet != nil {
			return nil, &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "proxy", Expect: "expect.address", Value: one}}}
		}
		out = append(out, one)
	}
	return out, nil
}

// receive serves those who come to an open door until the program is told to
// stop.
func (a *app) receive(ctx context.Context, svc *workflow.Service, l net.Listener, h *history, door http.Handler, o *serving) error {
	srv := &http.Server{Handler: door, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute,
		WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	scheme := "http://"
	if o.cert != "" {
		scheme = "https://"
	}
	a.say("cli.serving", map[string]string{"address": scheme + l.Addr().String()})
	if err := a.demoSignIns(ctx, svc, h.st); err != nil {
		return err
	}
	if err := a.firstHour(ctx, h.st, l.Addr().String()); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var beside sync.WaitGroup
	beside.Go(func() {
		if h.holds(ctx) {
			a.ticking(ctx, svc, h)
		}
		stop() // what is wrong is said at the end
	})
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		done <- srv.Shutdown(grace)
	}()
	open := func() error { return srv.Serve(l) }
	if o.cert != "" {
		srv.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		open = func() error { return srv.ServeTLS(l, o.cert, o.key) }
	}
	err := open()
	stop()
	if shut := <-done; errors.Is(err, http.ErrServerClosed) {
		err = shut
	}
	o.work.Close()
	beside.Wait()
	_, last := h.checkpoint(context.WithoutCancel(ctx)) // what was acknowledged is sealed
	return errors.Join(err, last)
}

// ticking does the timed work every few minutes while the program runs; of
// several copies one at a time does it. Where there may be others it also voids
// what one of them left reserved. What is new is sealed. It ends where history was
// changed.
func (a *app) ticking(ctx context.Context, svc *workflow.Service, h *history) {
	t := time.NewTicker(5 * time.Minute)
	defer t.Stop()
	keep := func() {
		if err := svc.KeepRegisters(ctx); err != nil && ctx.Err() == nil {
			slog.Error("registers of the month", "error", err)
		}
	}
	keep()               // at once, beside the open door: a long register takes a while
	debug.FreeOSMemory() // what start and registers took is given back
	for ; ; keep() {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if !a.tick(ctx, svc, h) {
				return
			}
		}
	}
}

// tick is the timed work once: false where history was changed meanwhile.
func (a *app) tick(ctx context.Context, svc *workflow.Service, h *history) bool {
	err := h.st.Alone(ctx, "tick", func() error {
		if h.st.Shared() {
			return errors.Join(svc.Tick(ctx), a.sweep(ctx, svc))
		}
		return svc.Tick(ctx)
	})
	if err != nil && ctx.Err() == nil {
		slog.Error("timed work", "error", err)
	}
	return h.holds(ctx)
}

func (a *app) door(svc *workflow.Service, st *store.Store, o *serving) http.Handler {
	return api.New(a.doorConfig(svc, st, o))
}

// doorConfig joins what the door works with.
func (a *app) doorConfig(svc *workflow.Service, st *store.Store, o *serving) api.Config {
	notice := ""
	if svc.Demo {
		notice = a.words.Message(a.lang, "cli.demo_notice", map[string]string{"day": svc.Today().String()})
	}
	who, log := a.identity(st), a.logTo(o.log)
	o.work = jobs.New(st, time.Now, newID, log)
	return api.Config{Service: svc, Identity: who, SetUpCode: a.setUpCode, Message: a.words.Message, Verified: a.words.Verified, Intake: readRegister, Lists: lists{},
		RegisterFile: a.registerFile, FileRoom: a.forDoor(svc), Sheets: a.sheetFiles(), Notice: notice, Secure: o.secure, Proxies: o.proxies, Now: time.Now, Log: log, History: a.historyRoom(),
		Answered: a.answered(), Ready: func(ctx context.Context) error { return ready(ctx, st) }, Warning: a.clock.warning, Pages: a.pages(svc, who, o.work, log)}
}

// logTo is where the door writes what happens: text for people, json for machines.
func (a *app) logTo(form string) *slog.Logger {
	if form == "json" {
		return slog.New(slog.NewJSONHandler(a.errs, nil))
	}
	return slog.New(slog.NewTextHandler(a.errs, nil))
}

// answered counts requests where somebody reads the counts.
func (a *app) answered() func(int, time.Duration) {
	if a.counts == nil {
		return nil
	}
	return a.counts.Answered
}

// ready asks the database whether it answers, and whether it can keep what it is
// given.
func ready(ctx context.Context, st *store.Store) error {
	if _, err := st.Setting(ctx, demoDay); err != nil {
		return err
	}
	return st.Fit(ctx)
}

// pages are what people see, over what they share with the JSON routes.
func (a *app) pages(svc *workflow.Service, who *identity.Identity, work *jobs.Room, log *slog.Logger) func(*gin.Engine, pages.Door) {
	return func(e *gin.Engine, shared pages.Door) {
		pages.Mount(e, pages.Config{Service: svc, Identity: who, Pages: a.screens, Words: a.words, Log: log, RegisterFile: a.registerFile, Demo: svc.Demo, Files: a.forPages(svc),
			SetUpCode: a.setUpCode, Jobs: work, Proof: a.proof(), Guides: a.guides, GuidePDF: guidePDF(a.words),
			Lists: pages.Lists{Intake: readRegister, Layers: lists{}.Layers, Plan: lists{}.Plan, ReadCatalogue: a.readCatalogue, WriteCatalogue: a.catalogueBytes}}, shared)
	}
}

func (a *app) identity(st *store.Store) *identity.Identity {
	id := identity.New(st, time.Now, rand.Reader).Known(a.knownOf(st))
	if a.secret != nil {
		if _, err := id.Sealed(a.secret); err != nil {
			panic(err) // its length was checked when it was read
		}
	}
	return id
}

// triedFirst are the words that anybody tries first at this door.
func (a *app) triedFirst() []string {
	return strings.Split(a.words.Message(a.lang, "password.words", nil), ", ")
}

// knownOf gives what others know of a person: the name, the names and symbols of
// the house and its offices, and what is tried first.
func (a *app) knownOf(st *store.Store) func(ctx context.Context, person string) ([]string, error) {
	return func(ctx context.Context, person string) ([]string, error) {
		words := a.triedFirst()
		p, err := st.Person(ctx, person)
		if missing, ok := workflow.ProblemOf(err); err != nil && (!ok || missing.Kind != workflow.NotFound) {
			return nil, err
		} else if err == nil {
			words = append(words, p.ID, p.Name)
		}
		offices, err := st.Offices(ctx)
		for _, o := range offices {
			words = append(words, o.Name, o.Symbol)
		}
		return words, err
	}
}

// firstHour tells, as long as nobody has an account, the code without which
// nobody sets the house up: whoever reaches the address first is not yet its
// administrator.
func (a *app) firstHour(ctx context.Context, st *store.Store, address string) error {
	empty, err := a.identity(st).Empty(ctx)
	if err == nil && empty {
		a.say("cli.set_up", map[string]string{"address": "http://" + address + "/setup", "code": a.setUpCode})
	}
	return err
}

// demoPassword signs in to a demo province only; a real database never gets it.
const demoPassword = "capdo-tinh-mau"

// demoSignIns lists who may sign in to a demo.
func (a *app) demoSignIns(ctx context.Context, svc *workflow.Service, st *store.Store) error {
	if !svc.Demo {
		return nil
	}
	a.say("cli.demo_notice", map[string]string{"day": svc.Today().String()})
	a.say("cli.sign_ins", map[string]string{"password": demoPassword})
	house, err := st.House(ctx)
	if err != nil {
		return err
	}
	for _, p := range house.People {
		for _, g := range p.Grants {
			fmt.Fprintf(a.out, "  %-10s %s — %s, %s\n", p.ID, p.Name, a.words.Message(a.lang, "role."+g.Role, nil), house.Offices[g.Office].Name)
		}
	}
	return nil
}
