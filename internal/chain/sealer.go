package chain

import (
	"crypto/ed25519"
	"fmt"
	"time"
)

// head is the end of a chain and its place in the tree.
type head struct {
	place int
	n     int64
	hash  string
}

// heads are the ends of all chains with the tree over them.
type heads struct {
	of    map[string]head
	tree  Tree
	links int64
}

// put makes a link the end of its chain.
func (h *heads) put(subject string, n int64, hash string) {
	if h.of == nil {
		h.of = map[string]head{}
	}
	at, ok := h.of[subject]
	if !ok {
		at.place = h.tree.Len()
	}
	at.n, at.hash = n, hash
	h.of[subject] = at
	h.tree.set(at.place, leafOf(subject, n, hash))
	h.links++
}

// before is the hash a next link has to follow.
func (h head) before() string {
	if h.n == 0 {
		return None
	}
	return h.hash
}

// BrokenError says which link or checkpoint does not follow; nothing is signed
// over it.
type BrokenError struct {
	Subject    string
	N          int64
	Checkpoint int64
}

// Error names the place.
func (e *BrokenError) Error() string {
	if e.Checkpoint > 0 {
		return fmt.Sprintf("chain: the history is not what checkpoint %d sealed", e.Checkpoint)
	}
	return fmt.Sprintf("chain: link %s %d does not follow the one before it", e.Subject, e.N)
}

// Sealer keeps the tree of all chains and makes checkpoints of it. It takes each
// link once and signs nothing that does not follow.
type Sealer struct {
	heads
	last int64      // id of the last link taken
	cp   Checkpoint // the last known
}

// Last gives the last link taken and the last checkpoint known.
func (s *Sealer) Last() (link int64, c Checkpoint) { return s.last, s.cp }

// Take takes the next link, in the order of ids.
func (s *Sealer) Take(l Link) error {
	at := s.of[l.Subject]
	if l.ID <= s.last || l.N != at.n+1 || l.Hash != LinkHash(at.before(), l.Subject, l.N, l.Record) {
		return &BrokenError{Subject: l.Subject, N: l.N}
	}
	s.put(l.Subject, l.N, l.Hash)
	s.last = l.ID
	return nil
}

// Know takes in a checkpoint made before, when exactly its links were taken.
func (s *Sealer) Know(c Checkpoint) error {
	if next := s.next(); c.Number != next.Number || c.Previous != next.Previous || c.Last != next.Last || c.Links != next.Links || c.Chains != next.Chains || c.Root != next.Root {
		return &BrokenError{Checkpoint: c.Number}
	}
	s.cp = c
	return nil
}

// New tells whether links were taken that no checkpoint covers.
func (s *Sealer) New() bool { return s.last > s.cp.Last }

func (s *Sealer) next() Checkpoint {
	previous := None
	if s.cp.Number > 0 {
		previous = s.cp.Hash()
	}
	return Checkpoint{Number: s.cp.Number + 1, Chains: int64(s.tree.Len()), Links: s.links, Last: s.last, Root: s.tree.Root(), Previous: previous}
}

// Seal makes the next checkpoint. It counts once Know has it, after it was kept.
func (s *Sealer) Seal(at time.Time, key ed25519.PrivateKey) Checkpoint {
	c := s.next()
	c.Time = moment(at)
	c.Sign(key)
	return c
}
