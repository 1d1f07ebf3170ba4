package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"capdo/internal/identity"
	"capdo/internal/store"
)

// secretFile is where the key of second steps lies: beside the database, never
// in it, unless --secret names another place.
func (a *app) secretFile(db string) string {
	return cmp.Or(a.secretAt, besideName(db)+".secret")
}

// openSecret reads the key of second steps and makes the first one. A file that
// others can read, that holds no key or that is gone while there are second
// steps, stops the program: nobody with one could sign in any more.
func (a *app) openSecret(ctx context.Context, st *store.Store, db string) error {
	path := a.secretFile(db)
	refuse := func(reason string) error {
		return errors.New(a.words.Message(a.lang, "open.secret_"+reason, map[string]string{"path": path}))
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		kept, err := st.HasFactors(ctx)
		known, fault := st.Setting(ctx, secretMark)
		switch {
		case err != nil || fault != nil:
			return errors.Join(err, fault)
		case kept:
			return refuse("missing")
		case known != "" && st.Shared() && !a.newSecret:
			return refuse("other")
		}
		if err := a.makeSecret(path); err != nil {
			return err
		}
		return a.oneSecret(ctx, st, refuse)
	}
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return refuse("readable")
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if a.secret, err = base64.StdEncoding.DecodeString(strings.TrimSpace(string(b))); err != nil || len(a.secret) != identity.KeyLength {
		return refuse("broken")
	}
	return a.oneSecret(ctx, st, refuse)
}

// secretMark is the setting that holds a mark of the key of second steps, from
// which the key cannot be told.
const secretMark = "second_steps.key"

// oneSecret refuses a key that is not the one this database goes by: what one copy
// of the program sealed, another could not open. Where nobody has a second step
// and no other copy may run, the old key is forgotten.
func (a *app) oneSecret(ctx context.Context, st *store.Store, refuse func(reason string) error) error {
	sum := sha256.Sum256(append([]byte("capdo second steps\n"), a.secret...))
	mark := hex.EncodeToString(sum[:8])
	known, err := st.FirstSetting(ctx, secretMark, mark)
	if err != nil || known == mark {
		return err
	}
	kept, err := st.HasFactors(ctx)
	if err != nil {
		return err
	}
	if kept || st.Shared() && !a.newSecret {
		return refuse("other")
	}
	return st.SetSetting(ctx, secretMark, mark)
}

func (a *app) makeSecret(path string) error {
	a.secret = make([]byte, identity.KeyLength)
	if _, err := rand.Read(a.secret); err != nil {
		return fmt.Errorf("no randomness: %w", err)
	}
	return appendTo(path, os.O_EXCL, 0o600, []byte(base64.StdEncoding.EncodeToString(a.secret)+"\n"))
}
