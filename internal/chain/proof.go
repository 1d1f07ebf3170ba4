package chain

import (
	"crypto/ed25519"
	"errors"
	"fmt"
)

// ErrUncovered says that no checkpoint covers a link yet.
var ErrUncovered = errors.New("chain: no checkpoint covers it yet")

// ErrUnknown says that a row or a checkpoint is not in the history.
var ErrUnknown = errors.New("chain: it is not in the history")

// Kinds of a proof.
const (
	KindInclusion   = "inclusion"
	KindConsistency = "consistency"
)

// Proof proves, without the database, that a row was sealed before a checkpoint,
// or that the history of one checkpoint goes on unchanged in a later one.
type Proof struct {
	Format     string       `json:"format"` // capdo-proof 1
	Kind       string       `json:"kind"`
	Inclusion  *Inclusion   `json:"inclusion,omitempty"`
	Growth     []Growth     `json:"growth,omitempty"` // every chain, in the order of the tree
	Checkpoint []Checkpoint `json:"checkpoints"`      // inclusion: one; consistency: all from the first to the last
}

// Inclusion leads from a row to the root: row → link → head → root.
type Inclusion struct {
	Table    string   `json:"table"`
	Key      string   `json:"key"`
	Columns  []Column `json:"columns"`
	Subject  string   `json:"subject"`
	N        int64    `json:"n"`
	Previous string   `json:"previous"` // hash of the link before
	Record   string   `json:"record"`
	Later    []string `json:"later"` // SHA-256 of the records from n+1 to the head
	Place    int64    `json:"place"` // of the chain in the tree
	Path     []string `json:"path"`
}

// Growth is one chain between two checkpoints: its head at the first (n 0 and
// None where it had not begun) and what was added.
type Growth struct {
	Subject string   `json:"subject"`
	N       int64    `json:"n"`
	Hash    string   `json:"hash"`
	Added   []string `json:"added"` // SHA-256 of each record
}

const proofFormat = "capdo-proof 1"

// ProveRow proves the row that the newest link names, up to the first checkpoint
// that covers that link. The columns are those of the row now.
func ProveRow(src Source, table, key string, cols []Column) (*Proof, error) {
	var in *Inclusion
	var id int64
	err := src.Links(func(l Link) error {
		rec, err := l.ReadRecord()
		if err != nil {
			return err
		}
		for _, r := range rec.Rows {
			if r[0] == table && r[1] == key {
				in, id = &Inclusion{Table: table, Key: key, Columns: cols, Subject: l.Subject, N: l.N, Record: l.Record, Later: []string{}}, l.ID
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if in == nil {
		return nil, ErrUnknown
	}
	var cp *Checkpoint
	if err := src.Checkpoints(func(c Checkpoint) error {
		if cp == nil && c.Last >= id {
			cp = &c
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if cp == nil {
		return nil, ErrUncovered
	}
	s := &Sealer{}
	err = src.Links(func(l Link) error {
		if l.ID > cp.Last {
			return nil
		}
		if l.Subject == in.Subject && l.N == in.N {
			in.Previous = s.of[l.Subject].before()
		}
		if l.Subject == in.Subject && l.N > in.N {
			in.Later = append(in.Later, Sum([]byte(l.Record)))
		}
		return s.Take(l)
	})
	if err != nil {
		return nil, err
	}
	at := s.of[in.Subject].place
	in.Place, in.Path = int64(at), s.tree.path(at)
	return &Proof{Format: proofFormat, Kind: KindInclusion, Inclusion: in, Checkpoint: []Checkpoint{*cp}}, nil
}

// ProveGrowth proves that the history at one checkpoint is the beginning of that
// at a later one.
func ProveGrowth(src Source, from, to int64) (*Proof, error) {
	p := &Proof{Format: proofFormat, Kind: KindConsistency}
	if err := src.Checkpoints(func(c Checkpoint) error {
		if c.Number >= from && c.Number <= to {
			p.Checkpoint = append(p.Checkpoint, c)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	n := len(p.Checkpoint)
	if n == 0 || p.Checkpoint[0].Number != from || p.Checkpoint[n-1].Number != to {
		return nil, ErrUnknown
	}
	at := map[string]int{}
	err := src.Links(func(l Link) error {
		if l.ID > p.Checkpoint[n-1].Last {
			return nil
		}
		i, ok := at[l.Subject]
		if !ok {
			i = len(p.Growth)
			at[l.Subject] = i
			p.Growth = append(p.Growth, Growth{Subject: l.Subject, Hash: None, Added: []string{}})
		}
		if g := &p.Growth[i]; l.ID <= p.Checkpoint[0].Last {
			g.N, g.Hash = l.N, l.Hash
		} else {
			g.Added = append(g.Added, Sum([]byte(l.Record)))
		}
		return nil
	})
	return p, err
}

// FalseError says at which step a proof fails.
type FalseError struct{ Step string }

// Error names the step.
func (e *FalseError) Error() string { return fmt.Sprintf("chain: the proof fails at: %s", e.Step) }

// Check checks a proof against the keys: the signatures, then every hash.
func (p *Proof) Check(keys []ed25519.PublicKey) error {
	if p.Format != proofFormat || len(p.Checkpoint) == 0 {
		return &FalseError{"format"}
	}
	for i, c := range p.Checkpoint {
		if good, _ := c.SignedBy(keys); !good {
			return &FalseError{"signature"}
		}
		if i > 0 && (c.Previous != p.Checkpoint[i-1].Hash() || c.Number != p.Checkpoint[i-1].Number+1) {
			return &FalseError{"checkpoints"}
		}
	}
	switch {
	case p.Kind == KindInclusion && p.Inclusion != nil && len(p.Checkpoint) == 1:
		return p.Inclusion.check(p.Checkpoint[0])
	case p.Kind == KindConsistency:
		return p.growth()
	}
	return &FalseError{"format"}
}

func (in *Inclusion) check(c Checkpoint) error {
	rec, err := Link{Record: in.Record}.ReadRecord()
	if err != nil {
		return &FalseError{"record"}
	}
	found := false
	for _, r := range rec.Rows {
		found = found || r == Row{in.Table, in.Key, Digest(in.Table, in.Columns)}
	}
	if !found {
		return &FalseError{"row"}
	}
	hash, n := LinkHash(in.Previous, in.Subject, in.N, in.Record), in.N
	for _, digest := range in.Later {
		n++
		hash = linkHash(hash, in.Subject, n, digest)
	}
	if root, ok := rootBy(leafOf(in.Subject, n, hash), in.Place, c.Chains, in.Path); !ok || root != c.Root {
		return &FalseError{"root"}
	}
	return nil
}

// growth grows every chain from the first checkpoint and compares both roots.
func (p *Proof) growth() error {
	old, now := &heads{}, &heads{}
	links := [2]int64{}
	for _, g := range p.Growth {
		hash, n := g.Hash, g.N
		if n > 0 {
			old.put(g.Subject, n, hash)
		}
		for _, digest := range g.Added {
			n++
			hash = linkHash(hash, g.Subject, n, digest)
		}
		if _, twice := now.of[g.Subject]; twice || n == 0 {
			return &FalseError{"chain " + g.Subject}
		}
		now.put(g.Subject, n, hash)
		links[0], links[1] = links[0]+g.N, links[1]+n
	}
	first, last := p.Checkpoint[0], p.Checkpoint[len(p.Checkpoint)-1]
	if old.tree.Root() != first.Root || links[0] != first.Links {
		return &FalseError{"root of the first checkpoint"}
	}
	if now.tree.Root() != last.Root || links[1] != last.Links {
		return &FalseError{"root of the last checkpoint"}
	}
	return nil
}
