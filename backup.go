package main

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"capdo/internal/files"
	"capdo/internal/store"
	"capdo/workflow"
)

// backupForm is the form of backups this program writes and reads.
const backupForm = 1

// The names of things in a backup.
const (
	manifestName = "manifest.json"
	databaseName = "capdo.db"
	filesDir     = "files/"
	besideDir    = "beside/" // checkpoints and, where asked for, keys
)

// manifest tells what a backup holds, each thing with its hash. It stands first.
type manifest struct {
	Form   int           `json:"form"`
	Made   time.Time     `json:"made"`
	From   string        `json:"from"`
	Tables []store.Moved `json:"tables"` // as read back and compared
	Parts  []part        `json:"parts"`
}

// part is one file of a backup.
type part struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// lastBackup is the setting that says when the last backup was made.
const lastBackup = "backup.last"

// backup writes a database, of either kind and while it is in use, with its files
// into one ZIP. What was written is read back and compared before it gets its
// name.
func backup(ctx context.Context, a *app, args []string) error {
	var places historyPlaces
	keys := false
	f, _, err := a.flags("backup", args, func(fs *flag.FlagSet) {
		fs.BoolVar(&keys, "with-keys", false, "")
		places.flags(fs)
	})
	if err != nil {
		return err
	}
	if f.to == "" {
		return errors.New(a.words.Message(a.lang, "cli.out_needed", nil))
	}
	if _, err := os.Stat(f.to); err == nil {
		return errors.New(a.words.Message(a.lang, "cli.exists", map[string]string{"path": f.to}))
	}
	return a.inDatabase(ctx, f.db, false, func(svc *workflow.Service, st *store.Store) error {
		began := time.Now()
		m, err := a.writeBackup(ctx, st, f.to, storeKind(f.db), a.besideOf(f.db, places.beside(f.db), keys))
		if err != nil {
			return err
		}
		if err := st.SetSetting(ctx, lastBackup, m.Made.Format(time.RFC3339)); err != nil {
			return err
		}
		if f.json {
			return a.writeJSON(m)
		}
		a.say("backup.done", map[string]string{"path": f.to, "rows": strconv.FormatInt(rowsOf(m.Tables), 10), "files": strconv.Itoa(len(m.Parts) - 1), "took": time.Since(began).Round(time.Millisecond).String()})
		return nil
	})
}

func rowsOf(tables []store.Moved) (n int64) {
	for _, t := range tables {
		n += t.Rows
	}
	return n
}

// writeBackup makes the backup beside its name and gives it the name when it is
// whole and on the disk.
func (a *app) writeBackup(ctx context.Context, st *store.Store, to, kind string, beside []besides) (*manifest, error) {
	dir, err := os.MkdirTemp(filepath.Dir(to), ".capdo-backup-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	m := &manifest{Form: backupForm, Made: time.Now().UTC().Truncate(time.Second), From: kind}
	// What stands outside is copied first: a history may be ahead of it, never behind.
	sources := map[string]string{databaseName: filepath.Join(dir, databaseName)}
	for _, one := range beside {
		b, err := os.ReadFile(one.path)
		if err != nil {
			return nil, err
		}
		sources[besideDir+one.name] = filepath.Join(dir, one.name)
		if err := os.WriteFile(sources[besideDir+one.name], b, 0o600); err != nil {
			return nil, err
		}
	}
	if m.Tables, err = copyDatabase(ctx, st, sources[databaseName]); err != nil {
		return nil, err
	}
	hashes, err := st.FileHashes(ctx)
	if err != nil {
		return nil, err
	}
	whole := filepath.Join(dir, "whole.zip")
	if err := a.packBackup(ctx, whole, m, sources, hashes); err != nil {
		return nil, err
	}
	return m, os.Rename(whole, to)
}

func storeKind(db string) string {
	if store.IsDSN(db) {
		return "postgres"
	}
	return "sqlite"
}

// copyDatabase copies every table at one moment into a new SQLite file and
// compares what it reads back.
func copyDatabase(ctx context.Context, st *store.Store, path string) ([]store.Moved, error) {
	to, err := store.Open(ctx, path, store.Options{Create: true})
	if err != nil {
		return nil, err
	}
	tables, _, err := store.Move(ctx, st, to)
	return tables, errors.Join(err, to.Close())
}

// besides are the files that stand beside a database under names of their own.
type besides struct{ name, path string }

// besideNames are those names: checkpoints and public keys, then the secret keys.
var besideNames = []string{"checkpoints", "pub", "key", "secret"}

// besideOf lists the files beside a database that a backup takes along: the
// checkpoints and public keys always, secret keys only where asked for.
func (a *app) besideOf(db string, p historyPlaces, keys bool) []besides {
	paths := []string{p.file, p.public, p.key, a.secretFile(db)}
	if !keys {
		paths = paths[:2]
	}
	var out []besides
	for i, path := range paths {
		if _, err := os.Stat(path); err == nil {
			out = append(out, besides{besideNames[i], path})
		}
	}
	return out
}

// packBackup writes the ZIP: the manifest is written last and read first, so it
// holds what really went in.
func (a *app) packBackup(ctx context.Context, to string, m *manifest, sources map[string]string, hashes []string) error {
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	z := zip.NewWriter(out)
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		in, err := os.Open(sources[name])
		if err != nil {
			return err
		}
		err = m.add(z, name, in)
		if err = errors.Join(err, in.Close()); err != nil {
			return err
		}
	}
	for _, sha := range hashes {
		in, err := a.files.Open(ctx, sha)
		if err != nil {
			return fmt.Errorf("%s: %w", sha, fileProblem(err))
		}
		err = m.add(z, filesDir+sha, in)
		if err = errors.Join(err, in.Close()); err != nil {
			return err
		}
	}
	w, err := z.Create(manifestName)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := errors.Join(enc.Encode(m), z.Close()); err != nil {
		return err
	}
	return out.Sync()
}

// add writes one part and notes its hash.
func (m *manifest) add(z *zip.Writer, name string, in io.Reader) error {
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, sum), in)
	m.Parts = append(m.Parts, part{name, n, hex.EncodeToString(sum.Sum(nil))})
	return err
}

// restore takes a backup into an empty place: every part is compared with its
// hash, the database is brought to this program's version, its papers are
// compared with theirs and its history is verified, before anything gets its
// name. A backup of an older program is upgraded.
func restore(ctx context.Context, a *app, args []string) error {
	f, names, err := a.flags("restore", args, nil)
	if err != nil {
		return err
	}
	if len(names) != 1 {
		return errors.New(a.words.Message(a.lang, "restore.needs", nil))
	}
	if store.IsDSN(f.db) {
		return errors.New(a.words.Message(a.lang, "restore.to_file", nil))
	}
	began := time.Now()
	m, err := a.restoreTo(ctx, names[0], f.db)
	if err != nil {
		return err
	}
	a.say("restore.done", map[string]string{"path": f.db, "rows": strconv.FormatInt(rowsOf(m.Tables), 10), "files": strconv.Itoa(len(m.Parts) - 1),
		"made": m.Made.Format("02/01/2006 15:04"), "took": time.Since(began).Round(time.Millisecond).String()})
	return nil
}

func (a *app) restoreTo(ctx context.Context, from, db string) (*manifest, error) {
	if err := a.emptyPlace(db); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(filepath.Dir(db), ".capdo-restore-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	m, err := unpackBackup(from, dir)
	if err != nil {
		return nil, err
	}
	copied := filepath.Join(dir, databaseName)
	if err := a.bringFiles(ctx, dir, copied, m); err != nil {
		return nil, err
	}
	if err := a.checkRestored(ctx, copied, m); err != nil {
		return nil, err
	}
	return m, place(copied, db, a.filesOf(copied), a.filesOf(db))
}

// emptyPlace refuses a place where something of another database is left: its
// log would be played into the restored one, its checkpoints deny it.
func (a *app) emptyPlace(db string) error {
	left := []string{db, a.filesOf(db), db + "-wal", db + "-shm", db + "-journal"}
	for _, n := range besideNames {
		left = append(left, db+"."+n)
	}
	for _, path := range left {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return &workflow.Problem{Kind: workflow.Refused, Key: "restore.not_empty", Args: map[string]string{"path": path}}
		}
	}
	return nil
}

// place gives everything its name, the database last.
func place(copied, db, filesFrom, filesTo string) error {
	for _, n := range besideNames {
		if err := os.Rename(copied+"."+n, db+"."+n); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if _, err := os.Stat(filesFrom); err == nil && filesFrom != filesTo {
		if err := os.Rename(filesFrom, filesTo); err != nil {
			return err
		}
	}
	return os.Rename(copied, db)
}

// badBackup refuses a backup that is not what it says.
func badBackup(what string) error {
	return &workflow.Problem{Kind: workflow.Refused, Key: "restore.bad", Args: map[string]string{"what": what}}
}

// mostManifest bounds what is read of a manifest, in bytes.
const mostManifest = 64 << 20

// unpackBackup unpacks a backup into a folder, each part compared with its hash.
// Names come from the manifest and from the lists here, never from the archive.
func unpackBackup(from, dir string) (*manifest, error) {
	z, err := zip.OpenReader(from)
	if err != nil {
		return nil, badBackup(filepath.Base(from))
	}
	defer z.Close()
	m, err := manifestOf(&z.Reader)
	if err != nil {
		return nil, err
	}
	for _, p := range m.Parts {
		beside, isBeside := strings.CutPrefix(p.Name, besideDir)
		if p.Name != databaseName && p.Name != filesDir+p.SHA256 && !(isBeside && slices.Contains(besideNames, beside)) {
			return nil, badBackup(p.Name)
		}
		if err := unpackPart(&z.Reader, p, filepath.Join(dir, filepath.FromSlash(p.Name))); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func manifestOf(z *zip.Reader) (*manifest, error) {
	in, err := z.Open(manifestName)
	if err != nil {
		return nil, badBackup(manifestName)
	}
	defer in.Close()
	m := &manifest{}
	dec := json.NewDecoder(io.LimitReader(in, mostManifest))
	dec.DisallowUnknownFields()
	if err := dec.Decode(m); err != nil || m.Form != backupForm {
		return nil, badBackup(manifestName)
	}
	return m, nil
}

func unpackPart(z *zip.Reader, p part, to string) error {
	in, err := z.Open(p.Name)
	if err != nil {
		return badBackup(p.Name)
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, sum), io.LimitReader(in, p.Size+1))
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	if n != p.Size || hex.EncodeToString(sum.Sum(nil)) != p.SHA256 {
		return badBackup(p.Name)
	}
	return nil
}

// checkRestored opens the database, brings it to this version and asks it to
// prove itself: its papers have their hashes, its history is whole.
func (a *app) checkRestored(ctx context.Context, path string, m *manifest) error {
	st, err := store.Open(ctx, path, store.Options{Create: true})
	if err != nil {
		return badBackup(databaseName)
	}
	err = a.proves(ctx, st, path, m)
	return errors.Join(err, st.Close())
}

func (a *app) proves(ctx context.Context, st *store.Store, path string, m *manifest) error {
	hashes, err := st.FileHashes(ctx)
	if err != nil {
		return err
	}
	for _, sha := range hashes {
		if !slices.ContainsFunc(m.Parts, func(p part) bool { return p.Name == filesDir+sha }) {
			return badBackup(filesDir + sha)
		}
	}
	if err := st.CheckPapers(ctx); err != nil {
		return errors.Join(badBackup(databaseName), err)
	}
	v, err := a.verifyDatabase(ctx, st, path, verifyOrder{quick: true})
	if err == nil && !v.OK {
		err = errors.Join(&workflow.Problem{Kind: workflow.Refused, Key: "restore.unproved", Args: map[string]string{"count": strconv.Itoa(len(v.Findings))}}, a.showVerification(false, v))
	}
	return err
}

// bringFiles puts what stood beside the database, and the files of dossiers,
// where the database to be checked finds them.
func (a *app) bringFiles(ctx context.Context, dir, copied string, m *manifest) error {
	room, err := a.fileRoom(copied)
	if err != nil {
		return err
	}
	a.files = room
	for _, p := range m.Parts {
		from := filepath.Join(dir, filepath.FromSlash(p.Name))
		if sha, ok := strings.CutPrefix(p.Name, filesDir); ok {
			if err := bringFile(ctx, room, sha, from); err != nil {
				return err
			}
		}
		if name, ok := strings.CutPrefix(p.Name, besideDir); ok {
			if err := os.Rename(from, copied+"."+name); err != nil {
				return err
			}
		}
	}
	return nil
}

func bringFile(ctx context.Context, room *files.Files, sha, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	err = room.Restore(ctx, sha, in)
	return errors.Join(err, in.Close())
}
