package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"fmt"
	"io"
)

// KeyLength is how many bytes the key has that secrets are sealed with.
const KeyLength = 32

// seal closes secrets so that the database alone does not give them away: AES-256
// in GCM mode, bound to the login.
type seal struct{ aead cipher.AEAD }

// Sealed gives the identity the key of second steps, of KeyLength bytes. Without
// one no second step can be set up.
func (i *Identity) Sealed(key []byte) (*Identity, error) {
	block, err := aes.NewCipher(key)
	if err != nil || len(key) != KeyLength {
		return nil, fmt.Errorf("identity: a key of %d bytes, want %d", len(key), KeyLength)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("identity: seal: %w", err)
	}
	i.seal = &seal{aead}
	return i, nil
}

func (s *seal) close(random io.Reader, login, secret string) (string, error) {
	if s == nil {
		return "", ErrSealed
	}
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return "", fmt.Errorf("identity: randomness: %w", err)
	}
	return base64.RawStdEncoding.EncodeToString(s.aead.Seal(nonce, nonce, []byte(secret), []byte(login))), nil
}

func (s *seal) open(login, sealed string) (string, error) {
	b, err := base64.RawStdEncoding.DecodeString(sealed)
	if s == nil || err != nil || len(b) < s.aead.NonceSize() {
		return "", ErrSealed
	}
	n := s.aead.NonceSize()
	secret, err := s.aead.Open(nil, b[:n], b[n:], []byte(login))
	if err != nil {
		return "", ErrSealed
	}
	return string(secret), nil
}
