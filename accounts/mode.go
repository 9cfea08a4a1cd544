package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
)

// Mode says where an account's entities are at home.
type Mode string

// The modes. The values are stored: never rename.
const (
	// Mirror: in AWS. Imports fill the account; it is read and not written.
	Mirror Mode = "mirror"
	// Home: here. The API writes it; imports are refused.
	Home Mode = "home"
)

var (
	// ErrMirror: the account is a mirror, and what was asked for is for homes.
	ErrMirror = errors.New("the account is a mirror of AWS, which an import would overwrite: change it in AWS and import it again, or make it a home (ebbmark accounts mode ID home)")
	// ErrHome: the account is a home, and what was asked for is for mirrors.
	ErrHome = errors.New("the account is a home: its entities are kept here, and an import would overwrite them; if that is wanted, make it a mirror first (ebbmark accounts mode ID mirror)")
	// ErrExists: there is such an account already.
	ErrExists = errors.New("the account exists already")
)

func (h *head) mode() Mode {
	if h.Mode == "" {
		return Mirror
	}
	return h.Mode
}

// Mode is the mode of an account, or store.ErrNotFound.
func (b *Book) Mode(ctx context.Context, id string) (Mode, error) {
	e, err := b.current(ctx, id)
	if err != nil {
		return "", err
	}
	return e.head.mode(), nil
}

// SetMode makes an account a home or a mirror. Its entities stay as they are.
func (b *Book) SetMode(ctx context.Context, id string, mode Mode) error {
	if mode != Home && mode != Mirror {
		return fmt.Errorf("set mode of account %s: %q is neither %s nor %s", id, mode, Home, Mirror)
	}
	err := b.commit(ctx, id, b.current, func(old *entry) (planned, error) {
		a := old.account.Clone()
		a.Index()
		if mode == Home {
			a.AddBuiltIn()
		} else {
			a.DropBuiltIn()
		}
		a.Index()
		return planned{account: a, mode: mode}, nil
	})
	if err != nil {
		return fmt.Errorf("set mode of account %s: %w", id, err)
	}
	return nil
}

// Create makes a new home, or returns ErrExists. The Book keeps no part of a.
func (b *Book) Create(ctx context.Context, a *inventory.Account) error {
	if err := checkID(a.ID); err != nil {
		return fmt.Errorf("create account: %w", err)
	}
	next := a.Clone()
	next.AddBuiltIn()
	next.Index()
	err := b.commit(ctx, a.ID, b.absent, func(*entry) (planned, error) { return planned{account: next, mode: Home}, nil })
	if err != nil {
		return fmt.Errorf("create account %s: %w", a.ID, err)
	}
	return nil
}

// absent is the state before an account is made.
func (b *Book) absent(ctx context.Context, id string) (*entry, error) {
	_, _, err := b.docs.GetDoc(ctx, store.KindAccount, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return &entry{}, nil
	case err != nil:
		return nil, err
	}
	return nil, ErrExists
}

// Write is Update for what belongs to whoever keeps the entities: on a mirror
// it is ErrMirror, and change is not called.
func (b *Book) Write(ctx context.Context, id string, change func(*inventory.Account) error) error {
	return b.update(ctx, id, func(m Mode) error {
		if m == Mirror {
			return ErrMirror
		}
		return nil
	}, change)
}
