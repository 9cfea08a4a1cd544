// Package auth answers three questions about a request: who signed it, may
// they, and what is kept of the answer.
//
// Long-term keys are documents whose secret is sealed with the server's own
// key. Temporary credentials are not stored: the session token is the sealed
// record of the session, so that every server that shares the key knows it.
package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
)

// KeySize is the size of the server's secret key in bytes.
const KeySize = 32

// ErrSealed: text that this server's key did not seal, or sealed as something
// else.
var ErrSealed = errors.New("not sealed with this server's secret key")

// Sealer encrypts what the store or a client keeps for us. Safe for concurrent
// use.
type Sealer struct {
	aead   cipher.AEAD
	random io.Reader
}

// NewSealer makes a Sealer with a key of KeySize bytes. random gives nonces: a
// cryptographic source.
func NewSealer(key []byte, random io.Reader) (*Sealer, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("secret key has %d bytes, want %d", len(key), KeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &Sealer{aead, random}, err
}

// Seal encrypts text and binds it to what it is for; Open must name the same.
func (s *Sealer) Seal(text []byte, what string) (string, error) {
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	return base64.StdEncoding.EncodeToString(s.aead.Seal(nonce, nonce, text, []byte(what))), nil
}

// Open decrypts what Seal made for the same use, or returns ErrSealed.
func (s *Sealer) Open(sealed, what string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < s.aead.NonceSize() {
		return nil, ErrSealed
	}
	text, err := s.aead.Open(nil, raw[:s.aead.NonceSize()], raw[s.aead.NonceSize():], []byte(what))
	if err != nil {
		return nil, ErrSealed
	}
	return text, nil
}
