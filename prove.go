package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"

	"capdo/internal/chain"
	"capdo/internal/store"
	"capdo/workflow"
)

// proveDecision proves offline that a paper was sealed before a checkpoint.
func proveDecision(ctx context.Context, a *app, args []string) error {
	return a.onOne(ctx, "prove decision", args, "cli.one_paper", nil, func(f *flags, _ *workflow.Service, st *store.Store, name string) error {
		var proof *chain.Proof
		err := st.History(ctx, func(src store.Source) error {
			id, cols, err := findPaper(src, name)
			if err == nil {
				proof, err = chain.ProveRow(src, "papers", id, cols)
			}
			return err
		})
		if err != nil {
			return proofProblem(name, err)
		}
		return a.deliverProof(f, proof)
	})
}

// findPaper finds the one paper of an id or a number.
func findPaper(src chain.Source, name string) (id string, found []chain.Column, err error) {
	var ids []string
	err = src.Rows("papers", func(key string, cols []chain.Column) error {
		var p workflow.Paper
		if key != name && (json.Unmarshal([]byte(columnsOf(cols)["body"]), &p) != nil || p.Number != name) {
			return nil
		}
		id, found = key, cols
		ids = append(ids, key)
		return nil
	})
	switch {
	case err != nil:
		return "", nil, err
	case len(ids) == 0:
		return "", nil, chain.ErrUnknown
	case len(ids) > 1:
		return "", nil, historyProblem("history.several_papers", map[string]string{"no": name, "ids": strings.Join(ids, ", ")})
	}
	return id, found, nil
}

// proveConsistency proves offline that a later checkpoint goes on from an
// earlier one.
func proveConsistency(ctx context.Context, a *app, args []string) error {
	f, names, err := a.flags("prove consistency", args, nil)
	if err != nil {
		return err
	}
	var n []int64
	for _, name := range names {
		one, err := strconv.ParseInt(name, 10, 64)
		if err != nil {
			break
		}
		n = append(n, one)
	}
	if len(n) != 2 || len(names) != 2 || n[0] > n[1] {
		return errors.New(a.words.Message(a.lang, "history.two_numbers", nil))
	}
	return a.inDatabase(ctx, f.db, false, func(_ *workflow.Service, st *store.Store) error {
		var proof *chain.Proof
		err := st.History(ctx, func(src store.Source) (err error) {
			proof, err = chain.ProveGrowth(src, n[0], n[1])
			return err
		})
		if err != nil {
			return proofProblem(strings.Join(names, "–"), err)
		}
		return a.deliverProof(f, proof)
	})
}

func proofProblem(what string, err error) error {
	var broken *chain.BrokenError
	switch {
	case errors.Is(err, chain.ErrUnknown):
		return &workflow.Problem{Kind: workflow.NotFound, Key: "history.not_in_it", Args: map[string]string{"what": what}}
	case errors.Is(err, chain.ErrUncovered):
		return historyProblem("history.uncovered", map[string]string{"what": what})
	case errors.As(err, &broken):
		return historyProblem("history.broken", map[string]string{"subject": broken.Subject, "n": strconv.FormatInt(broken.N, 10), "number": strconv.FormatInt(broken.Checkpoint, 10)})
	}
	return err
}

func (a *app) deliverProof(f *flags, p *chain.Proof) error {
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	return a.deliver(f.to, append(b, '\n'))
}

// verifyProof checks a proof with the public key alone, and says what it proves.
func (a *app) verifyProof(b []byte, o verifyOrder) error {
	var p chain.Proof
	if err := json.Unmarshal(b, &p); err != nil {
		return historyProblem("history.no_proof", map[string]string{"reason": err.Error()})
	}
	pem, err := os.ReadFile(o.public)
	if err != nil {
		return historyProblem("history.key_needed", map[string]string{"path": o.public})
	}
	keys, err := chain.ReadPublic(pem)
	if err != nil {
		return historyProblem("history.key_bad", map[string]string{"path": o.public})
	}
	var no *chain.FalseError
	if err := p.Check(keys); errors.As(err, &no) {
		a.say("history.proof_false", map[string]string{"step": no.Step})
		return errFailed
	}
	last := p.Checkpoint[len(p.Checkpoint)-1]
	args := map[string]string{"number": last.Short(), "time": last.Time, "first": p.Checkpoint[0].Short()}
	if p.Kind == chain.KindConsistency {
		a.say("history.proof_consistency", args)
		return nil
	}
	var paper workflow.Paper
	if err := json.Unmarshal([]byte(columnsOf(p.Inclusion.Columns)["body"]), &paper); err != nil {
		return historyProblem("history.no_proof", map[string]string{"reason": err.Error()})
	}
	if o.paper != "" {
		pdf, err := os.ReadFile(o.paper)
		if err != nil {
			return err
		}
		if chain.Sum(pdf) != columnsOf(p.Inclusion.Columns)["pdf"] {
			a.say("history.proof_false", map[string]string{"step": o.paper})
			return errFailed
		}
	}
	args["id"], args["no"], args["date"], args["sha256"] = paper.ID, paper.Number, paper.Date.String(), columnsOf(p.Inclusion.Columns)["pdf"]
	a.say("history.proof_inclusion", args)
	return nil
}
