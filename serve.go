package main

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"capdo/internal/jobs"
	"capdo/internal/metrics"
	"capdo/internal/store"
	"capdo/workflow"
)

// serving is how the door is opened.
type serving struct {
	addr, base string
	secure     bool     // the cookie is sent over TLS only: TLS by itself, or a proxy before it
	proxies    []string // addresses whose word on the sender is taken
	cert, key  string   // files; both empty: no TLS by itself
	metrics    string   // address of the counts; empty: none
	log        string   // text or json
	places     historyPlaces
	work       *jobs.Room // long work, made with the door
}

func (a *app) servingFlags(args []string) (*flags, *serving, error) {
	o, proxies := &serving{}, ""
	f, _, err := a.flags("serve", args, func(fs *flag.FlagSet) {
		fs.StringVar(&o.addr, "addr", "127.0.0.1:8080", "")
		fs.BoolVar(&o.secure, "secure", false, "")
		fs.StringVar(&proxies, "proxy", "", "")
		fs.StringVar(&o.base, "base-url", "", "")
		fs.StringVar(&o.cert, "tls-cert", "", "")
		fs.StringVar(&o.key, "tls-key", "", "")
		fs.StringVar(&o.metrics, "metrics", "", "")
		fs.StringVar(&o.log, "log", "text", "")
		fs.BoolVar(&a.newSecret, "new-secret", false, "")
		o.places.flags(fs)
	})
	if err != nil {
		return nil, nil, err
	}
	o.secure = o.secure || o.cert != ""
	o.proxies, err = addresses(proxies)
	return f, o, err
}

// serve opens the door and keeps it open until the program is told to stop;
// what was acknowledged is finished first.
func serve(ctx context.Context, a *app, args []string) error {
	f, o, err := a.servingFlags(args)
	if err != nil {
		return err
	}
	release, err := a.serveAlone(f.db)
	if err != nil {
		return err
	}
	defer release()
	a.counts = metrics.New()
	err = a.inDatabase(ctx, f.db, false, func(svc *workflow.Service, st *store.Store) error {
		if err := o.fitsOutside(svc.Demo); err != nil {
			return err
		}
		if err := svc.ReachedAt(ctx, o.base); err != nil {
			return err
		}
		l, err := net.Listen("tcp", o.addr)
		if err != nil {
			return err
		}
		defer l.Close()
		if err := a.openSecret(ctx, st, f.db); err != nil {
			return err
		}
		if err := a.begin(ctx, svc, st); err != nil {
			return err
		}
		if a.history, err = openHistory(ctx, st, o.places.beside(f.db)); err != nil {
			return err
		}
		if err := a.history.writable(); err != nil {
			return err
		}
		closeCounts, err := a.serveCounts(ctx, svc, st, o.metrics)
		if err != nil {
			return err
		}
		defer closeCounts()
		door := a.door(svc, st, o)
		return a.receive(ctx, svc, l, a.history, door, o)
	})
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // told to stop while it was still starting
	}
	return err
}

// serveAlone takes a file for this server alone: a second one would void the
// numbers that the first has reserved for steps under way. Commands need not ask,
// and PostgreSQL is made for several. The lock ends with the program, however it
// ends.
func (a *app) serveAlone(db string) (release func(), err error) {
	if store.IsDSN(db) {
		return func() {}, nil
	}
	f, err := os.OpenFile(db+".serving", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return func() {}, nil // a folder that takes no file is told of by opening the database
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, &workflow.Problem{Kind: workflow.Busy, Key: "serve.twice", Args: map[string]string{"path": db}}
	}
	return func() { _ = f.Close() }, nil
}

// fitsOutside refuses to be reachable from other machines in a way that only
// this one should see: a demo province, or passwords that travel in the open.
func (o *serving) fitsOutside(demo bool) error {
	host, _, err := net.SplitHostPort(o.addr)
	if err != nil {
		return &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "addr", Expect: "expect.address", Value: o.addr}}}
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	switch {
	case demo:
		return &workflow.Problem{Kind: workflow.Refused, Key: "serve.demo_outside", Args: map[string]string{"addr": o.addr}}
	case !o.secure:
		return &workflow.Problem{Kind: workflow.Refused, Key: "serve.no_tls", Args: map[string]string{"addr": o.addr}}
	}
	return nil
}

// begin does what must be done before the door opens: all that was kept is on the
// disk, what a crash left behind, and the timed work of the days the program was
// off.
func (a *app) begin(ctx context.Context, svc *workflow.Service, st *store.Store) error {
	if err := st.Settle(ctx); err != nil {
		return err
	}
	if last, err := st.LastEvent(ctx); err != nil {
		return err
	} else if !svc.Demo {
		a.clock.after(last)
	}
	if err := a.sweep(ctx, svc); err != nil {
		return err
	}
	return st.Alone(ctx, "tick", func() error { return svc.Tick(ctx) })
}

// serveCounts serves the counts at an address of their own, where one is given.
func (a *app) serveCounts(ctx context.Context, svc *workflow.Service, st *store.Store, addr string) (stop func(), err error) {
	if addr == "" {
		return func() {}, nil
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	a.counts.Gauge("capdo_overdue", "Running cases that have missed a deadline.", func() float64 { return figure(st.CountMarked(ctx)) })
	a.counts.Gauge("capdo_due", "Running cases whose next day, of a reminder or a deadline, comes within a week.", func() float64 { return figure(st.CountDue(ctx, svc.Today().AddDays(8))) })
	a.counts.Gauge("capdo_disk_in_doubt", "1 while nothing is kept because the disk failed.", func() float64 {
		if st.Fit(ctx) != nil {
			return 1
		}
		return 0
	})
	a.counts.Gauge("capdo_clock_behind_seconds", "How far the clock is behind what it once was, or what was written down.", func() float64 {
		behind, _ := a.clock.state()
		return behind.Seconds()
	})
	a.counts.Gauge("capdo_links_unsealed", "Entries of the history that no checkpoint covers yet.", func() float64 { return figure(st.Unsealed(ctx)) })
	a.counts.Gauge("capdo_checkpoint_age_seconds", "Time since the last checkpoint; -1 where there is none.", func() float64 { return sealedAgo(ctx, st) })
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.counts.Handler())
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second}
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			slog.Error("counts", "error", err)
		}
	}()
	a.say("cli.metrics", map[string]string{"address": "http://" + l.Addr().String() + "/metrics"})
	return func() { _ = srv.Close() }, nil
}

// figure is a count for a gauge; -1 where it could not be read.
func figure[N int | int64](n N, err error) float64 {
	if err != nil {
		return -1
	}
	return float64(n)
}

// sealedAgo is how long ago the last checkpoint was made; -1 where there is none.
func sealedAgo(ctx context.Context, st *store.Store) float64 {
	last, err := st.LastCheckpoint(ctx)
	at, bad := time.Parse(time.RFC3339, last.Time)
	if err != nil || bad != nil {
		return -1
	}
	return time.Since(at).Seconds()
}
