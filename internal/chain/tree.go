package chain

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Tree is a Merkle tree as in RFC 6962, over the heads of all chains in the
// order the chains began. A leaf may change; only its path is computed again.
type Tree struct{ levels [][]node }

type node [sha256.Size]byte

func (n node) String() string { return hex.EncodeToString(n[:]) }

// leafOf is the leaf of a chain: its subject, how long it is, and its last hash.
func leafOf(subject string, n int64, hash string) node {
	return sha256.Sum256(fmt.Appendf([]byte{0}, "capdo-head 1\n%d\n%s\n%s\n", n, hash, subject))
}

func join(l, r node) node { return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...)) }

// Len is the number of leaves.
func (t *Tree) Len() int {
	if len(t.levels) == 0 {
		return 0
	}
	return len(t.levels[0])
}

// set puts a leaf at its place; the place after the last adds one.
func (t *Tree) set(i int, leaf node) {
	for level := 0; ; level++ {
		if level == len(t.levels) {
			t.levels = append(t.levels, nil)
		}
		row := t.levels[level]
		if i == len(row) {
			row = append(row, leaf)
		}
		row[i] = leaf
		t.levels[level] = row
		if len(row) == 1 {
			return
		}
		switch { // an odd last node is its own parent
		case i%2 == 1:
			leaf = join(row[i-1], leaf)
		case i+1 < len(row):
			leaf = join(leaf, row[i+1])
		}
		i /= 2
	}
}

// Root is the hash over all leaves; that of no leaf is the hash of nothing.
func (t *Tree) Root() string {
	if t.Len() == 0 {
		return Sum(nil)
	}
	return t.levels[len(t.levels)-1][0].String()
}

// path lists the hashes beside the way from a leaf to the root.
func (t *Tree) path(i int) []string {
	out := []string{}
	for _, row := range t.levels {
		if beside := i ^ 1; beside < len(row) {
			out = append(out, row[beside].String())
		}
		i /= 2
	}
	return out
}

// rootBy walks a path from a leaf to the root of a tree of so many leaves; false
// when the path does not fit.
func rootBy(leaf node, i, size int64, path []string) (string, bool) {
	if i < 0 || i >= size {
		return "", false
	}
	for ; size > 1; i, size = i/2, (size+1)/2 {
		if i^1 >= size {
			continue
		}
		if len(path) == 0 {
			return "", false
		}
		var beside node
		if n, err := hex.Decode(beside[:], []byte(path[0])); err != nil || n != len(beside) || len(path[0]) != 2*len(beside) {
			return "", false
		}
		if path = path[1:]; i%2 == 1 {
			leaf = join(beside, leaf)
		} else {
			leaf = join(leaf, beside)
		}
	}
	return leaf.String(), len(path) == 0
}
