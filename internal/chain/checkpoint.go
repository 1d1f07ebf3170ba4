package chain

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// Checkpoint is the signed state of all chains at one moment.
type Checkpoint struct {
	Number    int64  `json:"number"` // from 1 without gaps
	Time      string `json:"time"`   // RFC 3339, UTC, whole seconds
	Chains    int64  `json:"chains"`
	Links     int64  `json:"links"`
	Last      int64  `json:"last"` // id of the last link it covers
	Root      string `json:"root"`
	Previous  string `json:"previous"` // hash of the checkpoint before, None for the first
	Key       string `json:"key"`      // KeyID of who signed
	Signature string `json:"signature"`
}

// Text is what is hashed and signed.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("capdo-checkpoint 1\nnumber %d\ntime %s\nchains %d\nlinks %d\nlast %d\nroot %s\nprevious %s\nkey %s\n",
		c.Number, c.Time, c.Chains, c.Links, c.Last, c.Root, c.Previous, c.Key)
}

// Hash is the SHA-256 of the text.
func (c Checkpoint) Hash() string { return Sum([]byte(c.Text())) }

// Short is what papers print: the number and the first 80 bits of the hash in
// base 32, in four groups.
func (c Checkpoint) Short() string {
	b, err := hex.DecodeString(c.Hash())
	if err != nil {
		return ""
	}
	s := base32.StdEncoding.EncodeToString(b[:10])
	return fmt.Sprintf("%d-%s-%s-%s-%s", c.Number, s[:4], s[4:8], s[8:12], s[12:])
}

// Sign names the key and signs the text.
func (c *Checkpoint) Sign(key ed25519.PrivateKey) {
	c.Key = KeyID(key.Public().(ed25519.PublicKey))
	c.Signature = base64.StdEncoding.EncodeToString(ed25519.Sign(key, []byte(c.Text())))
}

// SignedBy tells whether one of the keys signed the checkpoint; known is false
// where the key it names is not among them.
func (c Checkpoint) SignedBy(keys []ed25519.PublicKey) (good, known bool) {
	sig, err := base64.StdEncoding.DecodeString(c.Signature)
	for _, k := range keys {
		if KeyID(k) == c.Key {
			return err == nil && ed25519.Verify(k, []byte(c.Text()), sig), true
		}
	}
	return false, false
}

// moment writes a time as a checkpoint does.
func moment(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// KeyID names a key: the first 16 hex digits of the SHA-256 of its 32 bytes.
func KeyID(k ed25519.PublicKey) string { return Sum(k)[:16] }

// NewKey makes a signing key and writes both halves as PEM.
func NewKey() (secret, public []byte, err error) {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("chain: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, fmt.Errorf("chain: %w", err)
	}
	public, err = PublicPEM(pub)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), public, err
}

// PublicPEM writes a public key.
func PublicPEM(k ed25519.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(k)
	if err != nil {
		return nil, fmt.Errorf("chain: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// ErrKey says that bytes hold no Ed25519 key in PEM.
var ErrKey = errors.New("chain: no Ed25519 key in PEM")

// ReadKey reads a signing key.
func ReadKey(b []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, ErrKey
	}
	if k, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		if key, ok := k.(ed25519.PrivateKey); ok {
			return key, nil
		}
	}
	return nil, ErrKey
}

// ReadPublic reads every public key of a file; one who changed keys has several.
func ReadPublic(b []byte) ([]ed25519.PublicKey, error) {
	var out []ed25519.PublicKey
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		k, err := x509.ParsePKIXPublicKey(block.Bytes)
		key, ok := k.(ed25519.PublicKey)
		if err != nil || !ok {
			return nil, ErrKey
		}
		out = append(out, key)
	}
	if len(out) == 0 {
		return nil, ErrKey
	}
	return out, nil
}
