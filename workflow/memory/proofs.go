package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"capdo/workflow"
)

// ProofByCode finds a paper by the hash of its code.
func (s *Store) ProofByCode(_ context.Context, hash string) (workflow.Proof, error) {
	return s.proof(func(p workflow.Proof) bool { return p.Hash == hash })
}

// ProofByFile finds a paper by the hash of its PDF.
func (s *Store) ProofByFile(_ context.Context, sha256 string) (workflow.Proof, error) {
	return s.proof(func(p workflow.Proof) bool { return p.SHA256 == sha256 })
}

func (s *Store) proof(is func(workflow.Proof) bool) (workflow.Proof, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, paper := range s.papers {
		if p, ok := workflow.ProofOf(paper); ok && is(p) {
			return p, nil
		}
	}
	return workflow.Proof{}, missing("proof", "")
}

// KeepEdition keeps a printed register unless it is there.
func (s *Store) KeepEdition(_ context.Context, p workflow.Paper) (workflow.Paper, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.papers, func(have workflow.Paper) bool { return have.ID == p.ID }); i >= 0 {
		return s.papers[i], nil
	}
	s.papers = append(s.papers, p)
	return p, nil
}

// Newest gives the id of the newest edition of an owner's register.
func (s *Store) Newest(_ context.Context, owner string) (id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var last workflow.Day
	for _, paper := range s.papers {
		p, ok := workflow.ProofOf(paper)
		if ok && p.Issuer == owner && p.Case == "" && p.System == "" && !p.Date.Before(last) {
			id, last = p.Paper, p.Date
		}
	}
	return id, nil
}

// Entries gives every row of a system in the order they began.
func (s *Store) Entries(_ context.Context, system string) ([]workflow.RegisterEntry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []workflow.RegisterEntry
	for _, e := range s.entries {
		if e.System == system {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b workflow.RegisterEntry) int {
		return cmp.Or(strings.Compare(a.From.String(), b.From.String()), cmp.Compare(len(a.ID), len(b.ID)), strings.Compare(a.ID, b.ID))
	})
	return out, nil
}
