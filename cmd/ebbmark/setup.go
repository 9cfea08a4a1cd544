package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
)

// The environment of a new store.
const (
	accountVar    = "EBBMARK_ACCOUNT_ID"
	rootKeyVar    = "EBBMARK_ROOT_ACCESS_KEY_ID"
	rootSecretVar = "EBBMARK_ROOT_SECRET_ACCESS_KEY"
)

// setupID is the document of kind store.KindServer that says how the store was
// set up.
const setupID = "setup"

// setup is that document. It is written before what it speaks of is made, and
// once more, with Done, after: a set-up that was cut off goes on, and of two
// servers that start at once both do the same.
type setup struct {
	Format  int    `json:"format"`
	Account string `json:"account"`
	Key     string `json:"key"` // id of the root's first access key
	Done    bool   `json:"done"`
}

const setupFormat = 1

// setting is what a set-up works on.
type setting struct {
	docs store.Docs
	book *accounts.Book
	keys *auth.Keyring
	now  time.Time // dates what is made
}

// setUp gives a store that has none an account and a key of its root, and a
// store that has them the key that the environment asks for.
func (p *program) setUp(ctx context.Context, s setting) error {
	env, err := p.rootFromEnv()
	if err != nil {
		return err
	}
	plan, version, err := readSetup(ctx, s.docs)
	if errors.Is(err, store.ErrNotFound) {
		plan, version, err = p.planSetup(ctx, s, env)
	}
	if err != nil {
		return err
	}
	if !plan.Done {
		if err := p.firstKey(ctx, s, plan, env); err != nil {
			return err
		}
		plan.Done = true
		_, err := writeSetup(ctx, s.docs, plan, version)
		if err != nil && !errors.Is(err, store.ErrConflict) { // another server was faster
			return err
		}
	}
	return p.envKey(ctx, s, plan, env)
}

// rootEnv is what the environment says about the root: any part may be empty.
type rootEnv struct{ account, key, secret string }

func (p *program) rootFromEnv() (rootEnv, error) {
	env := rootEnv{p.getenv(accountVar), p.getenv(rootKeyVar), p.getenv(rootSecretVar)}
	if env.account != "" && !regexp.MustCompile(`^[0-9]{12}$`).MatchString(env.account) {
		return env, usageError("%s=%q: want 12 digits", accountVar, env.account)
	}
	if env.key == "" && env.secret != "" {
		return env, usageError("%s is set and %s is not", rootSecretVar, rootKeyVar)
	}
	return env, nil
}

func readSetup(ctx context.Context, docs store.Docs) (setup, store.Version, error) {
	body, version, err := docs.GetDoc(ctx, store.KindServer, setupID)
	if err != nil {
		return setup{}, 0, err
	}
	var plan setup
	if err := json.Unmarshal(body, &plan); err != nil {
		return setup{}, 0, fmt.Errorf("read how the store was set up: %w", err)
	}
	if plan.Format > setupFormat {
		return setup{}, 0, fmt.Errorf("read how the store was set up: format %d: %w", plan.Format, store.ErrNewer)
	}
	return plan, version, nil
}

func writeSetup(ctx context.Context, docs store.Docs, plan setup, old store.Version) (store.Version, error) {
	body, err := json.Marshal(plan)
	if err != nil {
		return 0, err
	}
	return docs.PutDoc(ctx, store.KindServer, setupID, body, old)
}

// planSetup decides on the account and the key id, and stores the decision, or
// returns the one of a server that was faster.
func (p *program) planSetup(ctx context.Context, s setting, env rootEnv) (setup, store.Version, error) {
	account, err := p.firstAccount(ctx, s.book, env)
	if err != nil {
		return setup{}, 0, err
	}
	key := env.key
	if key == "" {
		if key, err = inventory.NewID(inventory.KeyID, p.random); err != nil {
			return setup{}, 0, err
		}
	}
	plan := setup{Format: setupFormat, Account: account, Key: key}
	version, err := writeSetup(ctx, s.docs, plan, 0)
	if errors.Is(err, store.ErrConflict) {
		return readSetup(ctx, s.docs)
	}
	return plan, version, err
}

// firstAccount is the account whose root gets a key: the one of the environment,
// else the first that was imported before, else a random one.
func (p *program) firstAccount(ctx context.Context, book *accounts.Book, env rootEnv) (string, error) {
	if env.account != "" {
		return env.account, nil
	}
	ids, err := book.IDs(ctx)
	if err != nil {
		return "", err
	}
	if len(ids) > 0 {
		return ids[0], nil
	}
	return randomAccount(p.random)
}

// randomAccount makes up 12 digits, the first of them not 0.
func randomAccount(random io.Reader) (string, error) {
	digits := make([]byte, 12)
	if _, err := io.ReadFull(random, digits); err != nil {
		return "", fmt.Errorf("make up an account id: %w", err)
	}
	for i, b := range digits {
		digits[i] = '0' + b%10
	}
	digits[0] = '1' + digits[0]%9
	return string(digits), nil
}

// firstKey makes the planned account and key, as far as they are not there, and
// shows a secret that it made up.
func (p *program) firstKey(ctx context.Context, s setting, plan setup, env rootEnv) error {
	if err := ensureAccount(ctx, s, plan.Account); err != nil {
		return err
	}
	secret := ""
	if plan.Key == env.key {
		secret = env.secret
	}
	key, err := s.keys.Issue(ctx, s.book.Update, auth.Owner{Account: plan.Account}, plan.Key, secret, s.now)
	if errors.Is(err, auth.ErrKeyExists) { // by a set-up that was cut off before it showed the secret
		if key, err = s.keys.Lookup(ctx, plan.Key); err == nil {
			err = s.list(ctx, key)
		}
	}
	if err != nil {
		return fmt.Errorf("make the first key of account %s: %w", plan.Account, err)
	}
	if secret == "" {
		fmt.Fprintf(p.stdout, "The root of account %s has this key. Its secret is not shown again.\n", plan.Account)
		return p.printKey(key, "root", "text")
	}
	return nil
}

// list puts a key that is stored into force.
func (s setting) list(ctx context.Context, key auth.Key) error {
	return s.book.Update(ctx, key.Owner.Account, func(a *inventory.Account) error { return auth.List(a, key) })
}

// ensureAccount makes a home if there is no such account.
func ensureAccount(ctx context.Context, s setting, id string) error {
	_, err := s.book.Account(ctx, id)
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	err = s.book.Create(ctx, &inventory.Account{ID: id, Partition: "aws", Settings: inventory.Settings{Created: s.now.UTC()}})
	if errors.Is(err, accounts.ErrExists) { // another server was faster
		return nil
	}
	return err
}

// envKey makes sure that the key of the environment works. A key of that id with
// another secret is an error, not something to be replaced silently.
func (p *program) envKey(ctx context.Context, s setting, plan setup, env rootEnv) error {
	if env.key == "" {
		return nil
	}
	owner := auth.Owner{Account: plan.Account}
	if env.account != "" {
		owner.Account = env.account
	}
	key, err := s.keys.Lookup(ctx, env.key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return p.firstKey(ctx, s, setup{Account: owner.Account, Key: env.key}, env)
	case err != nil:
		return fmt.Errorf("key of %s: %w", rootKeyVar, err)
	case env.secret != "" && key.Secret != env.secret:
		return fmt.Errorf("%s names the key %s, which has another secret than %s says: change one of them", rootKeyVar, env.key, rootSecretVar)
	case key.Owner != owner:
		return fmt.Errorf("%s names the key %s, which does not belong to the root of account %s: choose another", rootKeyVar, env.key, owner.Account)
	}
	return s.list(ctx, key)
}
