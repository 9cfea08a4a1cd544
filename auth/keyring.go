package auth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
)

// Owner is whom a long-term key belongs to: a user by unique id, or the root of
// an account when User is empty. A user that is deleted and made again is
// another owner.
type Owner struct {
	Account string `json:"account"`
	User    string `json:"user,omitempty"`
}

// Key is a long-term access key of this server. Whether it is in force is not
// its own: the inventory lists the keys of users and roots (inventory.AccessKey).
type Key struct {
	ID, Secret string
	Owner      Owner
	Created    time.Time
}

// ErrKeyExists: another key has that id.
var ErrKeyExists = errors.New("access key already exists")

// Keyring keeps long-term keys as documents. Safe for concurrent use.
type Keyring struct {
	Docs   store.Docs
	Sealer *Sealer
	Random io.Reader // cryptographic
}

// credential is the document of a key.
type credential struct {
	Format  int       `json:"format"`
	Owner   Owner     `json:"owner"`
	Sealed  string    `json:"sealed"` // the secret
	Created time.Time `json:"created"`
}

const credentialFormat = 1

// What keys are made of (IAM-14): an id has 16 to 128 word characters; a secret
// is any printable text that fits a line of a credentials file. Lengths are
// compared, which costs less to start with than patterns that count.
var (
	word      = regexp.MustCompile(`^\w+$`)
	printable = regexp.MustCompile(`^[!-~]+$`)
)

const leastKey, mostKey = 16, 128

func validKeyID(id string) bool {
	return len(id) >= leastKey && len(id) <= mostKey && word.MatchString(id)
}

func validSecret(secret string) bool {
	return len(secret) >= leastKey && len(secret) <= mostKey && printable.MatchString(secret)
}

// Create stores a key, which works once the inventory lists it: see Issue. An
// empty id or secret is made up. The error is ErrKeyExists when another key has
// that id.
func (k *Keyring) Create(ctx context.Context, owner Owner, id, secret string, now time.Time) (Key, error) {
	key, err := k.create(ctx, owner, id, secret, now)
	for tries := 1; id == "" && tries < keyTries && errors.Is(err, ErrKeyExists); tries++ {
		key, err = k.create(ctx, owner, id, secret, now)
	}
	return key, err
}

// keyTries is how often an id is made up before it is an error that every one
// was there already.
const keyTries = 5

func (k *Keyring) create(ctx context.Context, owner Owner, id, secret string, now time.Time) (Key, error) {
	id, secret, err := k.fill(owner, id, secret)
	if err != nil {
		return Key{}, err
	}
	sealed, err := k.Sealer.Seal([]byte(secret), "key "+id)
	if err != nil {
		return Key{}, fmt.Errorf("seal access key %s: %w", id, err)
	}
	body, err := json.Marshal(credential{credentialFormat, owner, sealed, now.UTC()})
	if err != nil {
		return Key{}, err
	}
	_, err = k.Docs.PutDoc(ctx, store.KindCredential, id, body, 0)
	if errors.Is(err, store.ErrConflict) {
		return Key{}, fmt.Errorf("access key %s: %w", id, ErrKeyExists)
	} else if err != nil {
		return Key{}, fmt.Errorf("store access key %s: %w", id, err)
	}
	return Key{id, secret, owner, now.UTC()}, nil
}

func (k *Keyring) fill(owner Owner, id, secret string) (string, string, error) {
	var err error
	if id == "" {
		if id, err = newKeyID(inventory.KeyID, owner.Account, k.Random); err != nil {
			return "", "", err
		}
	}
	if secret == "" {
		if secret, err = newSecret(k.Random); err != nil {
			return "", "", err
		}
	}
	if !validKeyID(id) {
		return "", "", fmt.Errorf("access key id %q: want 16 to 128 letters, digits or underscores", id)
	}
	if !validSecret(secret) {
		return "", "", errors.New("secret access key: want 16 to 128 printable characters without blanks")
	}
	return id, secret, nil
}

// Lookup finds a key with its secret, or store.ErrNotFound.
func (k *Keyring) Lookup(ctx context.Context, id string) (Key, error) {
	body, _, err := k.Docs.GetDoc(ctx, store.KindCredential, id)
	if err != nil {
		return Key{}, fmt.Errorf("read access key %s: %w", id, err)
	}
	var c credential
	if err := json.Unmarshal(body, &c); err != nil {
		return Key{}, fmt.Errorf("read access key %s: %w", id, err)
	}
	if c.Format != credentialFormat {
		return Key{}, fmt.Errorf("access key %s has format %d: %w", id, c.Format, store.ErrNewer)
	}
	secret, err := k.Sealer.Open(c.Sealed, "key "+id)
	if err != nil {
		return Key{}, fmt.Errorf("access key %s: %w", id, err)
	}
	return Key{id, string(secret), c.Owner, c.Created}, nil
}

// Delete removes a key. One that is not there is no error.
func (k *Keyring) Delete(ctx context.Context, id string) error {
	_, version, err := k.Docs.GetDoc(ctx, store.KindCredential, id)
	if err == nil {
		err = k.Docs.DeleteDoc(ctx, store.KindCredential, id, version)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("delete access key %s: %w", id, err)
	}
	return nil
}

// newSecret makes up a secret of 40 characters.
func newSecret(random io.Reader) (string, error) {
	raw := make([]byte, 30)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	return base64.StdEncoding.EncodeToString(raw), nil
}
