package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"time"
)

// Folder is a bucket in a folder of its own: root/ab/cd/abcd… A name that
// somebody typed never becomes a path.
type Folder struct{ root string }

// stale is the age at which a file left behind by a broken reception is removed.
const stale = 24 * time.Hour

// InFolder lets files into a folder, made with the first file and readable to
// its owner alone. What a broken reception left behind a day ago is removed.
func InFolder(root string, l Limits) *Files {
	temp := filepath.Join(root, "incoming")
	left, _ := os.ReadDir(temp) // no folder yet: nothing is left behind
	for _, e := range left {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > stale {
			_ = os.Remove(filepath.Join(temp, e.Name()))
		}
	}
	return New(&Folder{root}, temp, l)
}

var hash = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (f *Folder) place(sha string) (string, bool) {
	at, ok := shelf(sha)
	return filepath.Join(f.root, filepath.FromSlash(at)), ok
}

// shelf is where bytes lie under the root of a bucket; false of what is no hash.
func shelf(sha string) (string, bool) {
	if !hash.MatchString(sha) {
		return "", false
	}
	return path.Join(sha[:2], sha[2:4], sha), true
}

// sound tells whether a bucket holds the bytes unhurt: then there is nothing to put.
func sound(ctx context.Context, b Bucket, sha string) (bool, error) {
	kept, err := b.Get(ctx, sha)
	if err != nil {
		if errors.Is(err, ErrMissing) || errors.Is(err, ErrCorrupt) {
			err = nil
		}
		return false, err
	}
	return true, kept.Close()
}

// Put writes beside the place, brings it to the disk and gives it its name.
func (f *Folder) Put(ctx context.Context, sha string, r io.Reader) error {
	to, ok := f.place(sha)
	if !ok {
		return ErrMissing
	}
	if there, err := sound(ctx, f, sha); there || err != nil {
		return err
	}
	dir := filepath.Dir(to)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	tmp, err := os.CreateTemp(dir, "new-*")
	if err != nil {
		return fmt.Errorf("files: %w", err)
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(tmp, sum), r)
	if err == nil && hex.EncodeToString(sum.Sum(nil)) != sha {
		err = ErrCorrupt
	}
	if err == nil {
		err = tmp.Sync()
	}
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), to)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return fmt.Errorf("files: keep %s: %w", sha, err)
	}
	return f.settle(dir)
}

// settle brings the names themselves to the disk, up to the root.
func (f *Folder) settle(dir string) error {
	for {
		d, err := os.Open(dir)
		if err != nil {
			return fmt.Errorf("files: %w", err)
		}
		if err := errors.Join(d.Sync(), d.Close()); err != nil {
			return fmt.Errorf("files: %w", err)
		}
		if dir == f.root {
			return nil
		}
		dir = filepath.Dir(dir)
	}
}

// Get verifies the hash before it hands anything out.
func (f *Folder) Get(_ context.Context, sha string) (Content, error) {
	at, ok := f.place(sha)
	if !ok {
		return nil, ErrMissing
	}
	file, err := os.Open(at)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrMissing
	}
	if err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	if err == nil && hex.EncodeToString(sum.Sum(nil)) != sha {
		err = ErrCorrupt
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("files: %s: %w", sha, err), file.Close())
	}
	return file, nil
}
