// Package digest proves that the log files of a trail are those that CloudTrail
// delivered. CloudTrail writes a digest file for each hour and Region: it lists
// the log files of that hour with their hashes, and the digest before it with
// its hash and signature. The signature of a digest itself is in the metadata of
// its object, and in the digest that follows.
//
// Source: docs/spec/cloudtrail.md (CT-53 to CT-55), which rests on "Validating
// CloudTrail log file integrity" of the CloudTrail User Guide.
//
// The package reads texts that it is given and says what is wrong with them; it
// opens no file and knows no time but that of the digests.
package digest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"crypto/x509"
)

// Digest is one digest file.
type Digest struct {
	Account     string    `json:"awsAccountId"`
	Start       time.Time `json:"digestStartTime"`
	End         time.Time `json:"digestEndTime"`
	Bucket      string    `json:"digestS3Bucket"`
	Object      string    `json:"digestS3Object"`
	Fingerprint string    `json:"digestPublicKeyFingerprint"`
	Algorithm   string    `json:"digestSignatureAlgorithm"`
	Previous    *Previous `json:"-"` // nil: the first of a chain
	Logs        []Log     `json:"logFiles"`
	text        []byte    // as it was read
	raw         rawDigest // its times as they were written
}

// Previous is the digest before this one.
type Previous struct {
	Bucket, Object string
	Hash           string // hexadecimal SHA-256 of its decompressed text
	Signature      string // hexadecimal
}

// Log is a log file that a digest lists.
type Log struct {
	Bucket    string `json:"s3Bucket"`
	Object    string `json:"s3Object"`
	Hash      string `json:"hashValue"` // hexadecimal SHA-256 of its decompressed text
	Algorithm string `json:"hashAlgorithm"`
}

type rawDigest struct {
	End       string  `json:"digestEndTime"`
	Bucket    *string `json:"previousDigestS3Bucket"`
	Object    *string `json:"previousDigestS3Object"`
	Hash      *string `json:"previousDigestHashValue"`
	Signature *string `json:"previousDigestSignature"`
}

// The algorithms that are in use.
const (
	signatureAlgorithm = "SHA256withRSA"
	hashAlgorithm      = "SHA-256"
)

// ErrNoDigest reports a text that is no digest file.
var ErrNoDigest = errors.New("no CloudTrail digest file")

// Parse reads the decompressed text of a digest file. It keeps text.
func Parse(text []byte) (*Digest, error) {
	d := &Digest{text: text}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoDigest, err)
	}
	if err := json.Unmarshal(text, &d.raw); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoDigest, err)
	}
	if d.Object == "" || d.Bucket == "" || d.End.IsZero() || !d.End.After(d.Start) {
		return nil, fmt.Errorf("%w: it names no object, or no time", ErrNoDigest)
	}
	if r := &d.raw; r.Object != nil && *r.Object != "" {
		d.Previous = &Previous{deref(r.Bucket), *r.Object, deref(r.Hash), deref(r.Signature)}
	}
	return d, nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Hash is the SHA-256 of a decompressed text, as digests write it.
func Hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// signed is the text that the signature is of (CT-54).
func (d *Digest) signed() []byte {
	before := "null"
	if d.raw.Signature != nil {
		before = *d.raw.Signature
	}
	return []byte(strings.Join([]string{d.raw.End, d.Bucket + "/" + d.Object, Hash(d.text), before}, "\n"))
}

// Why a signature is not accepted.
var (
	ErrNoKey        = errors.New("no public key has the digest's fingerprint")
	ErrAlgorithm    = errors.New("the signature is of an unknown algorithm")
	ErrNotAuthentic = errors.New("the signature does not match: the digest was changed, moved, or not written by CloudTrail")
)

// Verify checks the hexadecimal signature of the digest.
func (d *Digest) Verify(signature string, keys Keys) error {
	if d.Algorithm != signatureAlgorithm {
		return fmt.Errorf("%w: %.40q", ErrAlgorithm, d.Algorithm)
	}
	key := keys[d.Fingerprint]
	if key == nil {
		return fmt.Errorf("%w: %.64q", ErrNoKey, d.Fingerprint)
	}
	raw, err := hex.DecodeString(strings.TrimSpace(signature))
	if err != nil {
		return fmt.Errorf("%w (it is not hexadecimal)", ErrNotAuthentic)
	}
	sum := sha256.Sum256(d.signed())
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], raw) != nil {
		return ErrNotAuthentic
	}
	return nil
}

// Keys are CloudTrail's public keys by fingerprint.
type Keys map[string]*rsa.PublicKey

// ParseKeys reads what `aws cloudtrail list-public-keys` prints.
func ParseKeys(text []byte) (Keys, error) {
	var list struct {
		PublicKeyList []struct{ Value, Fingerprint string }
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("read public keys: %w", err)
	}
	keys := Keys{}
	for _, k := range list.PublicKeyList {
		der, err := base64.StdEncoding.DecodeString(k.Value)
		if err != nil {
			return nil, fmt.Errorf("read public key %.64q: %w", k.Fingerprint, err)
		}
		if keys[k.Fingerprint], err = x509.ParsePKCS1PublicKey(der); err != nil {
			return nil, fmt.Errorf("read public key %.64q: %w", k.Fingerprint, err)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("read public keys: there are none; want what aws cloudtrail list-public-keys prints")
	}
	return keys, nil
}
