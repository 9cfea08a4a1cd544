package auth

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The cost of a password's hash: about a fifth of a second of one core, which
// is what makes guessing slow (OWASP Password Storage Cheat Sheet: PBKDF2 with
// HMAC-SHA-256). The numbers are written into each hash, so they may grow.
const (
	passwordRounds = 600_000
	passwordSalt   = 16 // bytes
	passwordKey    = 32 // bytes
	// maxRounds bounds the work that a stored hash can ask for.
	maxRounds = 10_000_000
)

const passwordScheme = "pbkdf2-sha256"

// HashPassword makes the form in which a password is kept:
// SCHEME$ROUNDS$SALT$KEY. random is a cryptographic source.
func HashPassword(password string, random io.Reader) (string, error) {
	salt := make([]byte, passwordSalt)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	key, err := pbkdf2.Key(sha256.New, password, salt, passwordRounds, passwordKey)
	if err != nil {
		return "", err
	}
	return strings.Join([]string{
		passwordScheme, strconv.Itoa(passwordRounds),
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key),
	}, "$"), nil
}

// CheckPassword reports whether a hash is that of a password. One that
// HashPassword did not make is of none.
func CheckPassword(hash, password string) bool {
	parts := strings.Split(hash, "$")
	if len(parts) != 4 || parts[0] != passwordScheme {
		return false
	}
	rounds, err := strconv.Atoi(parts[1])
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[2])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[3])
	if err != nil || err1 != nil || err2 != nil || rounds < 1 || rounds > maxRounds || len(want) != passwordKey {
		return false
	}
	key, err := pbkdf2.Key(sha256.New, password, salt, rounds, passwordKey)
	return err == nil && subtle.ConstantTimeCompare(key, want) == 1
}
