package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"capdo/internal/chain"
	"capdo/internal/store"
	"capdo/workflow"
)

// historyPlaces says where the key, the public keys and the file of checkpoints
// lie: outside the database, beside it unless told otherwise.
type historyPlaces struct {
	db, key, public, file string
	newKey                bool
}

func (p *historyPlaces) flags(fs *flag.FlagSet) {
	fs.StringVar(&p.key, "key", "", "")
	fs.StringVar(&p.file, "checkpoints", "", "")
}

// besideName is what the names of things beside a database begin with.
func besideName(db string) string {
	if store.IsDSN(db) {
		return "capdo"
	}
	return db
}

// beside fills what no flag names.
func (p historyPlaces) beside(db string) historyPlaces {
	db = besideName(db)
	p.db = db
	for at, ending := range map[*string]string{&p.key: ".key", &p.public: ".pub", &p.file: ".checkpoints"} {
		if *at == "" {
			*at = db + ending
		}
	}
	return p
}

// history seals the history of one database with checkpoints.
type history struct {
	st     *store.Store
	places historyPlaces
	key    ed25519.PrivateKey
	now    func() time.Time

	mu   sync.Mutex
	seal chain.Sealer
	kept *chain.Outside // what the file holds; nil until it was read
}

func historyProblem(key string, args map[string]string) error {
	return &workflow.Problem{Kind: workflow.Refused, Key: key, Args: args}
}

// openHistory reads the signing key. The first one is made with the first
// checkpoint; one that is missing later is not replaced silently.
func openHistory(ctx context.Context, st *store.Store, p historyPlaces) (*history, error) {
	last, err := st.LastCheckpoint(ctx)
	if err != nil {
		return nil, err
	}
	key, err := signingKey(p, last.Number == 0)
	return &history{st: st, places: p, key: key, now: time.Now}, err
}

func signingKey(p historyPlaces, first bool) (ed25519.PrivateKey, error) {
	info, err := os.Stat(p.key)
	switch {
	case errors.Is(err, fs.ErrNotExist) && (first || p.newKey):
		return makeKey(p)
	case errors.Is(err, fs.ErrNotExist):
		return nil, historyProblem("history.key_missing", map[string]string{"path": p.key})
	case err != nil:
		return nil, err
	case info.Mode().Perm()&0o077 != 0:
		return nil, historyProblem("history.key_open", map[string]string{"path": p.key})
	}
	b, err := os.ReadFile(p.key)
	if err != nil {
		return nil, err
	}
	key, err := chain.ReadKey(b)
	if err != nil {
		return nil, historyProblem("history.key_bad", map[string]string{"path": p.key})
	}
	return key, nil
}

// makeKey makes a key for its owner's eyes only and adds its public half to the
// public keys, which is what an auditor keeps. The public half comes first: a
// key whose public half nobody has would sign what nobody can check.
func makeKey(p historyPlaces) (ed25519.PrivateKey, error) {
	secret, public, err := chain.NewKey()
	if err != nil {
		return nil, err
	}
	if err := appendTo(p.public, os.O_APPEND, 0o644, public); err != nil {
		return nil, err
	}
	if err := appendTo(p.key, os.O_EXCL, 0o600, secret); err != nil {
		return nil, err
	}
	return chain.ReadKey(secret)
}

// appendTo writes at the end of a file and brings it and its name to the disk.
func appendTo(path string, how int, mode os.FileMode, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|how, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// checkpoint signs what is new and brings the file outside up to date; false
// when nothing is new.
func (h *history) checkpoint(ctx context.Context) (bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.compare(ctx); err != nil {
		return false, err
	}
	made, err := h.st.Checkpoint(ctx, &h.seal, h.now(), h.key)
	var broken *chain.BrokenError
	if errors.As(err, &broken) {
		return false, historyProblem("history.broken", map[string]string{"subject": broken.Subject, "n": strconv.FormatInt(broken.N, 10), "number": strconv.FormatInt(broken.Checkpoint, 10)})
	}
	if err != nil {
		return false, err
	}
	return made, h.write(ctx)
}

// writable asks whether the file outside can be written, before the door opens: a
// server that seals nothing would be seen in its log alone.
func (h *history) writable() error {
	f, err := os.OpenFile(h.places.file, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// holds reads all of history and seals what is new: false where it was changed,
// and then nothing may be added to it. It grows with history, so the door does not
// wait for it.
func (h *history) holds(ctx context.Context) bool {
	_, err := h.checkpoint(ctx)
	if p, ok := workflow.ProblemOf(err); ok && p.Kind == workflow.Refused { // not a database that does not answer just now
		return false
	}
	if err != nil && ctx.Err() == nil {
		slog.Error("checkpoint", "error", err)
	}
	return true
}

// compare reads the file once and asks whether its last checkpoint is in the
// database. Where it is not, nothing is signed and the file is left alone.
func (h *history) compare(ctx context.Context) error {
	if h.kept != nil {
		return nil
	}
	f, err := os.Open(h.places.file)
	if errors.Is(err, fs.ErrNotExist) {
		h.kept = &chain.Outside{}
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(h.compareWith(ctx, f), f.Close())
}

func (h *history) compareWith(ctx context.Context, f io.Reader) error {
	kept, err := chain.ReadOutside(f)
	var damaged *chain.OutsideError
	if errors.As(err, &damaged) {
		return historyProblem("history.file_damaged", map[string]string{"path": h.places.file, "line": strconv.Itoa(damaged.Line)})
	}
	if err != nil {
		return err
	}
	if last := kept.Last(); last.Number > 0 {
		list, err := h.st.Checkpoints(ctx, last.Number-1)
		if err != nil {
			return err
		}
		if len(list) == 0 || list[0].Hash() != last.Hash() {
			return historyProblem("history.file_differs", map[string]string{"path": h.places.file, "number": last.Short()})
		}
	}
	kept.Traces = nil // only the end is needed from here on
	h.kept = kept
	return nil
}

func readOutside(path string) (*chain.Outside, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return chain.ReadOutside(f)
}

// write adds the checkpoints that the file lacks, each with the traces of its
// links; what a broken writing left is cut off first.
func (h *history) write(ctx context.Context) error {
	list, err := h.st.Checkpoints(ctx, h.kept.Last().Number)
	if err != nil || len(list) == 0 {
		return err
	}
	f, err := os.OpenFile(h.places.file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX) // a command may seal beside the server
	if err == nil {
		err = h.catchUp(ctx, f)
	}
	if err == nil {
		err = h.add(ctx, f)
	}
	return errors.Join(err, f.Close())
}

// catchUp reads the file again where another has written to it since.
func (h *history) catchUp(ctx context.Context, f *os.File) error {
	info, err := f.Stat()
	if err != nil || info.Size() == h.kept.End {
		return err
	}
	return h.compareWith(ctx, f)
}

// add writes what the file lacks; the caller holds its lock.
func (h *history) add(ctx context.Context, f *os.File) error {
	list, err := h.st.Checkpoints(ctx, h.kept.Last().Number)
	if err != nil || len(list) == 0 {
		return err
	}
	if err := f.Truncate(h.kept.End); err != nil {
		return err
	}
	for _, c := range list {
		traces, err := h.st.Traces(ctx, h.kept.Last().Last, c.Last)
		if err == nil {
			_, err = f.Seek(h.kept.End, io.SeekStart)
		}
		if err == nil {
			err = chain.WriteOutside(f, traces, c)
		}
		if err == nil {
			err = f.Sync()
		}
		if err == nil {
			h.kept.End, err = f.Seek(0, io.SeekCurrent)
		}
		if err != nil {
			return err
		}
		h.kept.Checkpoints = []chain.Checkpoint{c}
	}
	return appendTo(h.places.file, os.O_APPEND, 0o600, nil)
}

// lastCheckpoint is the short form that papers print, "" when there is none yet.
func lastCheckpoint(st *store.Store) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		c, err := st.LastCheckpoint(ctx)
		if err != nil || c.Number == 0 {
			return "", err
		}
		return c.Short(), nil
	}
}

// makeCheckpoint is the command: sign what is new, print short form and key.
func makeCheckpoint(ctx context.Context, a *app, args []string) error {
	var p historyPlaces
	f, _, err := a.flags("checkpoint", args, func(fs *flag.FlagSet) {
		p.flags(fs)
		fs.StringVar(&p.public, "public-key", "", "")
		fs.BoolVar(&p.newKey, "new-key", false, "")
	})
	if err != nil {
		return err
	}
	return a.inDatabase(ctx, f.db, false, func(_ *workflow.Service, st *store.Store) error {
		h, err := openHistory(ctx, st, p.beside(f.db))
		if err != nil {
			return err
		}
		made, err := h.checkpoint(ctx)
		if err != nil {
			return err
		}
		last, err := st.LastCheckpoint(ctx)
		if err != nil {
			return err
		}
		if f.json {
			return a.writeJSON(last)
		}
		key := "history.made"
		if !made {
			key = "history.nothing_new"
		}
		a.say(key, map[string]string{"number": last.Short(), "time": last.Time, "chains": strconv.FormatInt(last.Chains, 10), "links": strconv.FormatInt(last.Links, 10),
			"file": h.places.file})
		public, err := chain.PublicPEM(h.key.Public().(ed25519.PublicKey))
		if err == nil {
			_, err = fmt.Fprint(a.out, string(public))
		}
		return err
	})
}
