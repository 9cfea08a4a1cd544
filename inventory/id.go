package inventory

import (
	"encoding/base32"
	"fmt"
	"io"
)

// The prefixes of unique ids (IAM-10).
const (
	UserID         = "AIDA"
	GroupID        = "AGPA"
	RoleID         = "AROA"
	PolicyID       = "ANPA"
	ProfileID      = "AIPA"
	KeyID          = "AKIA"
	TemporaryKeyID = "ASIA"
)

// NewID makes up a unique id of a prefix: 21 characters, or 20 for access keys
// (IAM-11). It holds at least 80 random bits, so that none comes twice. random
// is a cryptographic source.
func NewID(prefix string, random io.Reader) (string, error) {
	length := 21
	if prefix == KeyID || prefix == TemporaryKeyID {
		length = 20
	}
	raw := make([]byte, length)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fmt.Errorf("make up an id: %w", err)
	}
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	return prefix + text[:length-len(prefix)], nil
}

// NewARN is the ARN of an entity of the account: kind is "user", "mfa", …, and
// the path begins and ends with "/" (IAM-12).
func (a *Account) NewARN(kind, path, name string) string {
	return "arn:" + a.Partition + ":iam::" + a.ID + ":" + kind + path + name
}

// RootARN is the ARN of the account's root.
func (a *Account) RootARN() string { return a.NewARN("root", "", "") }
