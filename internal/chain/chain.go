// Package chain chains, proves and verifies a history. It knows only bytes and
// hashes: what a row means and where it is kept is told by others. The format
// is written down byte by byte in docs/verify-format.md.
package chain

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
)

// None stands where there is no previous hash: 64 zeros.
const None = "0000000000000000000000000000000000000000000000000000000000000000"

// House is the chain of what belongs to no case, system or office.
const House = "house"

// Link is one link of a chain: what one transaction wrote about a subject.
type Link struct {
	ID      int64  `json:"id"`      // place among all links, rising, gaps allowed
	Subject string `json:"subject"` // case/…, system/…, office/… or house
	N       int64  `json:"n"`       // place in its chain, from 1 without gaps
	Record  string `json:"record"`  // a Record as JSON, hashed as it stands
	Hash    string `json:"hash"`    // lower-case hex
}

// Record is what a link seals: the event, where there is one, and every row
// the transaction left behind.
type Record struct {
	Event int64 `json:"event,omitempty"`
	Rows  []Row `json:"rows"`
}

// Row is table, key and digest of a row.
type Row [3]string

// Column is one value of a row: name, kind (i a whole number in decimal, t a
// text, h the SHA-256 of bytes) and value.
type Column [3]string

// Sum is SHA-256 in lower-case hex.
func Sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// Digest is the hash of a row: every column with its length, so that no two
// different rows have the same bytes.
func Digest(table string, cols []Column) string {
	b := append(make([]byte, 0, 1024), "capdo-row 1\n"+table+"\n"...)
	for _, c := range cols {
		b = append(b, c[0]+":"+c[1]+":"+strconv.Itoa(len(c[2]))+":"...)
		b = append(append(b, c[2]...), '\n')
	}
	return Sum(b)
}

// LinkHash is the hash of a link over the hash before it and the SHA-256 of its
// record.
func LinkHash(previous, subject string, n int64, record string) string {
	return linkHash(previous, subject, n, Sum([]byte(record)))
}

func linkHash(previous, subject string, n int64, digest string) string {
	return Sum([]byte("capdo-link 1\n" + strconv.FormatInt(n, 10) + "\n" + previous + "\n" + digest + "\n" + subject + "\n"))
}

// Write gives a record its bytes.
func (r Record) Write() (string, error) {
	if r.Rows == nil {
		r.Rows = []Row{}
	}
	b, err := json.Marshal(r)
	return string(b), err
}

// ReadRecord reads the record of a link.
func (l Link) ReadRecord() (r Record, err error) {
	return r, json.Unmarshal([]byte(l.Record), &r)
}
