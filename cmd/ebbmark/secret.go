package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/store"
)

const secretKeyVar = "EBBMARK_SECRET_KEY"

// keyring opens the long-term keys of a store.
func (p *program) keyring(docs store.Docs, dsn string) (*auth.Keyring, error) {
	sealer, err := p.sealer(dsn)
	if err != nil {
		return nil, err
	}
	return &auth.Keyring{Docs: docs, Sealer: sealer, Random: p.random}, nil
}

// sealer uses the server's secret key: from the environment, or from a file
// beside the store, which is made at the first use.
func (p *program) sealer(dsn string) (*auth.Sealer, error) {
	if text := p.getenv(secretKeyVar); text != "" {
		return newSealer(text, secretKeyVar, p.random)
	}
	path, ok := strings.CutPrefix(dsn, "sqlite:")
	if !ok {
		return nil, fmt.Errorf("set %s to a secret key of this server: base64 of %d random bytes (openssl rand -base64 %[2]d)", secretKeyVar, auth.KeySize)
	}
	path += ".key"
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = p.makeKeyFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("secret key: %w", err)
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("secret key file %s may be read by others: chmod 600 %[1]s", path)
	}
	return newSealer(string(text), path, p.random)
}

func newSealer(text, from string, random io.Reader) (*auth.Sealer, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != auth.KeySize {
		return nil, fmt.Errorf("%s: want base64 of %d bytes", from, auth.KeySize)
	}
	return auth.NewSealer(key, random)
}

// makeKeyFile writes a new key, whole or not at all: of two processes that try
// at once both use the key of the first.
func (p *program) makeKeyFile(path string) ([]byte, error) {
	key := make([]byte, auth.KeySize)
	if _, err := io.ReadFull(p.random, key); err != nil {
		return nil, err
	}
	text := base64.StdEncoding.EncodeToString(key) + "\n"
	draft := path + "." + rand.Text() + ".new"
	if err := os.WriteFile(draft, []byte(text), 0o600); err != nil {
		return nil, err
	}
	defer os.Remove(draft)
	if err := os.Link(draft, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path)
}
