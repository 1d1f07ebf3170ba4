package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"time"

	"capdo/internal/chain"
	"capdo/internal/store"
	"capdo/workflow"
)

// verification is what a verification found; findings make it fail, notes say
// what could not be asked or what deserves a look.
type verification struct {
	At string `json:"at"`
	OK bool   `json:"ok"`
	*chain.Report
	Notes []chain.Finding `json:"notes"`
}

func (v *verification) note(f chain.Finding) { v.Notes = append(v.Notes, f) }

// verifyOrder is what to verify against.
type verifyOrder struct {
	historyPlaces
	seal, paper string
	quick       bool // papers are not printed again
}

// verify verifies the database, an export or a proof.
func verify(ctx context.Context, a *app, args []string) error {
	var o verifyOrder
	f, names, err := a.flags("verify", args, func(fs *flag.FlagSet) {
		fs.StringVar(&o.file, "checkpoints", "", "")
		fs.StringVar(&o.public, "public-key", "", "")
		fs.StringVar(&o.seal, "seal", "", "")
		fs.StringVar(&o.paper, "paper", "", "")
		fs.BoolVar(&o.quick, "quick", false, "")
	})
	if err != nil {
		return err
	}
	if len(names) > 1 {
		return errors.New(a.words.Message(a.lang, "history.one_file", nil))
	}
	if len(names) == 0 {
		return a.inDatabase(ctx, f.db, false, func(_ *workflow.Service, st *store.Store) error {
			v, err := a.verifyDatabase(ctx, st, f.db, o)
			if err != nil {
				return err
			}
			return a.showVerification(f.json, v)
		})
	}
	b, err := os.ReadFile(names[0])
	if err != nil {
		return err
	}
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
		o.historyPlaces = o.beside(f.db)
		return a.verifyProof(b, o)
	}
	v, err := a.verifyExport(ctx, b, o)
	if err != nil {
		return err
	}
	return a.showVerification(f.json, v)
}

// verifyDatabase verifies a database with its files and leaves the outcome
// beside it for the auditor's page.
func (a *app) verifyDatabase(ctx context.Context, st *store.Store, db string, o verifyOrder) (*verification, error) {
	o.historyPlaces = o.beside(db)
	var v *verification
	err := st.History(ctx, func(src store.Source) (err error) {
		if v, err = a.verifySource(ctx, src, o, true); err != nil {
			return err
		}
		return v.strays(src)
	})
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return v, os.WriteFile(verifiedFile(db), b, 0o600)
}

// strays adds what lists and counts go by and is not as the sealed rows say, once
// for each row.
func (v *verification) strays(src store.Source) error {
	c := &checker{}
	err := src.Strays(func(table, key, column string) error {
		c.found = append(c.found, chain.Finding{Code: "stray", Table: table, Key: key, Subject: column})
		return nil
	})
	v.take(c)
	v.OK = v.Report.OK()
	return err
}

// verifiedFile keeps what the last verification of a database found.
func verifiedFile(db string) string {
	return besideName(db) + ".verified.json"
}

// verifyExport verifies an export with nothing but itself, the public key and,
// where it is named, the file of checkpoints.
func (a *app) verifyExport(ctx context.Context, b []byte, o verifyOrder) (*verification, error) {
	e, err := chain.OpenExport(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, historyProblem("history.no_export", map[string]string{"reason": err.Error()})
	}
	papers, err := e.Papers()
	if err != nil {
		return nil, err
	}
	own := o.public == ""
	v, err := a.verifySource(ctx, exportWith{e, papers}, o, false)
	if err == nil && own {
		v.note(chain.Finding{Code: "own_key"})
	}
	return v, err
}

// exportWith is an export with the bytes of its papers.
type exportWith struct {
	*chain.Exported
	papers map[string]string
}

// verifySource verifies what the chain covers, then what the rows mean.
func (a *app) verifySource(ctx context.Context, src chain.Source, o verifyOrder, database bool) (*verification, error) {
	v := &verification{At: time.Now().UTC().Format(time.RFC3339), Notes: []chain.Finding{}}
	keys, err := v.keys(src, o)
	if err != nil {
		return nil, err
	}
	c := &checker{app: a, ctx: ctx, quick: o.quick, books: map[bookKey][]numberLine{}, papers: map[[2]string]bool{}}
	if e, ok := src.(exportWith); ok {
		c.bytes = e.papers
	}
	opt := chain.Options{Keys: keys, See: c.see, Seal: o.seal}
	var damaged *chain.OutsideError
	switch {
	case o.file == "":
		err = fs.ErrNotExist
	default:
		opt.Outside, err = readOutside(o.file)
	}
	if errors.Is(err, fs.ErrNotExist) {
		v.note(chain.Finding{Code: "no_outside"})
	} else if err != nil && !errors.As(err, &damaged) {
		return nil, err
	}
	if v.Report, err = chain.Verify(src, opt); err != nil {
		return nil, err
	}
	if damaged != nil {
		v.Findings = append(v.Findings, chain.Finding{Code: "outside_damaged", N: int64(damaged.Line)})
	}
	if database {
		c.files()
	}
	c.numbers()
	v.take(c)
	if v.Uncovered > 0 {
		v.note(chain.Finding{Code: "uncovered", N: v.Uncovered})
	}
	if c.err != nil {
		return nil, c.err
	}
	v.OK = v.Report.OK()
	return v, nil
}

// keys reads the public keys; an export carries some of its own.
func (v *verification) keys(src chain.Source, o verifyOrder) ([]ed25519.PublicKey, error) {
	b, err := os.ReadFile(o.public)
	if e, ok := src.(exportWith); ok && o.public == "" {
		b, err = e.Public, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		v.note(chain.Finding{Code: "no_key"})
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	keys, err := chain.ReadPublic(b)
	if err != nil {
		return nil, historyProblem("history.key_bad", map[string]string{"path": o.public})
	}
	return keys, nil
}

// take adds what the rows say, once for each row.
func (v *verification) take(c *checker) {
	named := map[[2]string]bool{}
	for _, f := range v.Findings {
		named[[2]string{f.Table, f.Key}] = true
	}
	for _, f := range c.found {
		if f.Table == "" || !named[[2]string{f.Table, f.Key}] {
			v.Findings = append(v.Findings, f)
		}
	}
	v.Notes = append(v.Notes, c.notes...)
}

// words puts a finding into a sentence.
func (a *app) finding(f chain.Finding) string {
	n := func(i int64) string { return strconv.FormatInt(i, 10) }
	return a.words.Message(a.lang, "verify."+f.Code, map[string]string{"table": f.Table, "key": f.Key, "subject": f.Subject, "n": n(f.N), "event": n(f.Event), "number": n(f.Checkpoint)})
}

func (a *app) showVerification(asJSON bool, v *verification) error {
	if asJSON {
		if err := a.writeJSON(v); err != nil {
			return err
		}
	} else {
		for _, f := range v.Findings {
			fmt.Fprintln(a.out, "✗", a.finding(f))
		}
		for _, f := range v.Notes {
			fmt.Fprintln(a.out, "·", a.finding(f))
		}
		key := "verify.ok"
		switch {
		case !v.OK:
			key = "verify.failed"
		case v.Checkpoints == 0:
			key = "verify.ok_unsealed"
		}
		a.say(key, map[string]string{"findings": strconv.Itoa(len(v.Findings)), "rows": strconv.FormatInt(v.Rows, 10), "links": strconv.FormatInt(v.Links, 10),
			"chains": strconv.FormatInt(v.Chains, 10), "checkpoints": strconv.FormatInt(v.Checkpoints, 10), "last": v.Last, "time": v.LastTime})
	}
	if !v.OK {
		return errFailed
	}
	return nil
}
