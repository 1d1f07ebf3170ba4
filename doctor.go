package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"capdo/internal/store"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// finding is one thing the doctor looked at.
type finding struct {
	What string            `json:"what"`
	How  string            `json:"how"` // ok, warn, bad
	Args map[string]string `json:"args,omitempty"`
}

// examination gathers findings.
type examination struct{ found []finding }

func (x *examination) say(what, how string, args ...string) {
	f := finding{What: what, How: how, Args: map[string]string{}}
	for i := 0; i+1 < len(args); i += 2 {
		f.Args[args[i]] = args[i+1]
	}
	x.found = append(x.found, f)
}

// judge is ok, or the worse word where something is not as it should be.
func judge(bad bool, word string) string {
	if bad {
		return word
	}
	return "ok"
}

// What the doctor worries about.
const (
	leastDisk    = 1 << 30 // free bytes
	leastSync    = 20 * time.Microsecond
	backupWorry  = 48 * time.Hour
	certWorry    = 30 * 24 * time.Hour
	sealWorry    = time.Hour // with something unsealed; a server seals every few minutes
	syncsMeasure = 20
)

// doctor looks whether a house is well: database, disk, clock, calendars,
// backups, certificates. Exit status 1 where something is bad.
func doctor(ctx context.Context, a *app, args []string) error {
	var cert, key string
	f, _, err := a.flags("doctor", args, func(fs *flag.FlagSet) {
		fs.StringVar(&cert, "tls-cert", "", "")
		fs.StringVar(&key, "tls-key", "", "")
	})
	if err != nil {
		return err
	}
	x := &examination{}
	err = a.inDatabase(ctx, f.db, false, func(svc *workflow.Service, st *store.Store) error {
		x.say("database", "ok", "path", store.Shown(f.db))
		return errors.Join(x.calendars(svc), x.lastBackup(ctx, svc, st), x.seal(ctx, svc, st), x.clock(ctx, svc, st))
	})
	if err != nil {
		return err
	}
	if storeKind(f.db) == "sqlite" {
		x.disk(filepath.Dir(f.db))
	}
	x.secret(a.secretFile(f.db))
	x.certificate(cert, key)
	return a.tellHealth(x, f.json)
}

func (a *app) tellHealth(x *examination, asJSON bool) error {
	bad := false
	for _, f := range x.found {
		bad = bad || f.How == "bad"
		if !asJSON {
			fmt.Fprintf(a.out, "%-5s %s\n", a.words.Message(a.lang, "doctor."+f.How, nil), a.words.Message(a.lang, "doctor."+f.What+"."+f.How, f.Args))
		}
	}
	if asJSON {
		if err := a.writeJSON(x.found); err != nil {
			return err
		}
	}
	if bad {
		return errFailed
	}
	return nil
}

// calendars of this year and, from October on, of the next must be there.
func (x *examination) calendars(svc *workflow.Service) error {
	today := svc.Today()
	for year := today.Year(); year <= today.Year()+1; year++ {
		word := "bad"
		if year > today.Year() {
			word = "warn"
		}
		x.say("calendar", judge(!svc.Book.Calendar.Known(year), word), "year", fmt.Sprint(year), "unverified", fmt.Sprint(len(svc.Book.Calendar.UnverifiedDays(year))))
	}
	return nil
}

func (x *examination) lastBackup(ctx context.Context, svc *workflow.Service, st *store.Store) error {
	s, err := st.Setting(ctx, lastBackup)
	if err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		x.say("backup", judge(!svc.Demo, "warn"), "when", "–")
		return nil
	}
	x.say("backup", judge(time.Since(at) > backupWorry, "warn"), "when", at.In(regime.Zone).Format("15:04 02/01/2006"))
	return nil
}

// seal looks how long the newest part of the history has stood without a
// checkpoint.
func (x *examination) seal(ctx context.Context, svc *workflow.Service, st *store.Store) error {
	last, err := st.LastCheckpoint(ctx)
	if err != nil {
		return err
	}
	open, err := st.Unsealed(ctx)
	if err != nil {
		return err
	}
	at, when := time.Time{}, "–"
	if last.Number > 0 {
		if at, err = time.Parse(time.RFC3339, last.Time); err != nil {
			return err
		}
		when = at.In(regime.Zone).Format("15:04 02/01/2006")
	}
	x.say("seal", judge(!svc.Demo && open > 0 && time.Since(at) > sealWorry, "warn"), "when", when, "links", fmt.Sprint(open))
	return nil
}

// clock must not stand before what was already written.
func (x *examination) clock(ctx context.Context, svc *workflow.Service, st *store.Store) error {
	last, err := st.LastEvent(ctx)
	if err != nil {
		return err
	}
	x.say("clock", judge(!svc.Demo && last.After(time.Now().Add(time.Minute)), "bad"), "now", time.Now().Format("15:04 02/01/2006"), "last", last.Format("15:04 02/01/2006"))
	return nil
}

// disk looks at the room left, and whether a sync really waits for the disk.
func (x *examination) disk(dir string) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		x.say("disk", "warn", "free", "?")
	} else {
		free := fs.Bavail * uint64(fs.Bsize)
		x.say("disk", judge(free < leastDisk, "bad"), "free", fmt.Sprintf("%.1f GB", float64(free)/(1<<30)))
	}
	took, err := syncTime(dir)
	if err != nil {
		x.say("sync", "bad", "took", err.Error())
		return
	}
	x.say("sync", judge(took < leastSync, "warn"), "took", took.String())
}

// syncTime is how long one small write takes to reach the disk, about.
func syncTime(dir string) (time.Duration, error) {
	f, err := os.CreateTemp(dir, ".capdo-doctor-*")
	if err != nil {
		return 0, err
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}()
	began := time.Now()
	for range syncsMeasure {
		if _, err := f.Write([]byte{1}); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
	}
	return time.Since(began) / syncsMeasure, nil
}

func (x *examination) secret(path string) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		x.say("secret", "bad", "path", path)
	default:
		x.say("secret", judge(info.Mode().Perm()&0o077 != 0, "bad"), "path", path)
	}
}

func (x *examination) certificate(cert, key string) {
	if cert == "" {
		return
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil || pair.Leaf == nil {
		x.say("certificate", "bad", "until", "–")
		return
	}
	left := time.Until(pair.Leaf.NotAfter)
	word := judge(left < certWorry, "warn")
	if left < 0 {
		word = "bad"
	}
	x.say("certificate", word, "until", pair.Leaf.NotAfter.Format("02/01/2006"))
}
