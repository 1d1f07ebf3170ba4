package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
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
		if err == nil && kept {
			err = refuse("missing")
		}
		if err != nil {
			return err
		}
		return a.makeSecret(path)
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
	return nil
}

func (a *app) makeSecret(path string) error {
	a.secret = make([]byte, identity.KeyLength)
	if _, err := rand.Read(a.secret); err != nil {
		return fmt.Errorf("no randomness: %w", err)
	}
	return appendTo(path, os.O_EXCL, 0o600, []byte(base64.StdEncoding.EncodeToString(a.secret)+"\n"))
}
