// Package accounts keeps the inventories of accounts in a document store and
// reads them back quickly.
//
// An inventory is stored as segments, immutable pieces of one kind of entity
// each (segment.go), and a head per account that lists them (head.go). A
// change writes the segments that are new, then swaps the head by
// compare-and-swap: whoever reads sees the old inventory or the new one, whole,
// and so does whoever comes after a crash. What a crash or a lost race leaves
// behind are segments that no head lists; sweep.go says when they may go.
//
// Readers keep the inventory of a head in memory (cache.go), so that reading
// an unchanged account costs the store one small document.
package accounts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sync/singleflight"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
)

// Book reads and writes inventories. Safe for concurrent use, also by several
// processes on one store: each sees what the others have committed.
type Book struct {
	docs  store.Docs
	cache cache
	loads singleflight.Group // by account and head version
	turns turns              // one writer of this process at a time, by account

	organizations organizationCache
}

// New makes a Book on docs.
func New(docs store.Docs) *Book { return &Book{docs: docs} }

// Account is the current inventory, or store.ErrNotFound. The value is shared
// and must not be changed.
func (b *Book) Account(ctx context.Context, id string) (*inventory.Account, error) {
	e, err := b.current(ctx, id)
	if err != nil {
		return nil, err
	}
	return e.account, nil
}

// Replace makes the inventory of the mirror a.ID what a snapshot says, in one
// step: readers and a crash see the old one or the new one whole. What a
// snapshot does not say is kept (inventory.Account.Keep). When all is as before
// nothing is written. The Book keeps no part of a. An account that is not there
// becomes a mirror, and so does a home that is still empty; any other home is
// ErrHome.
//
// On an error other than of the arguments the new inventory may be in place or
// not; repeating the call is safe.
func (b *Book) Replace(ctx context.Context, a *inventory.Account) error {
	if err := checkID(a.ID); err != nil {
		return fmt.Errorf("replace inventory: %w", err)
	}
	err := b.commit(ctx, a.ID, b.replaceable, func(old *entry) (planned, error) {
		if old.head.Mode == Home && !empty(old.account) {
			return planned{}, ErrHome
		}
		next := a.Clone()
		next.Index()
		next.Keep(old.account)
		next.Index()
		return planned{account: next, mode: Mirror}, nil
	})
	if err != nil {
		return fmt.Errorf("replace inventory of account %s: %w", a.ID, err)
	}
	b.sweep(ctx, a.ID)
	return nil
}

// Replaceable is ErrHome for an account that Replace would not replace.
func (b *Book) Replaceable(ctx context.Context, id string) error {
	e, err := b.current(ctx, id)
	if err == nil && e.head.Mode == Home && !empty(e.account) {
		return fmt.Errorf("account %s: %w", id, ErrHome)
	}
	return nil // what is wrong otherwise Replace itself tells
}

// empty reports whether nobody would miss anything if the entities were gone.
func empty(a *inventory.Account) bool {
	return a != nil && len(a.Users)+len(a.Groups)+len(a.Roles)+len(a.Profiles)+len(a.SAML)+len(a.OIDC) == 0 &&
		!slices.ContainsFunc(a.Policies, func(p *inventory.Policy) bool { return !inventory.IsAWSManaged(p.ARN) })
}

// ValidID reports whether an id has the form of an account's: 12 digits.
func ValidID(id string) bool { return accountForm.MatchString(id) }

func checkID(id string) error {
	if !ValidID(id) {
		return fmt.Errorf("%q is no account id of 12 digits", id)
	}
	return nil
}

var accountForm = regexp.MustCompile(`^[0-9]{12}$`)

// Update applies change to a draft of the current inventory (see
// inventory.Account.Draft for what may be changed how) and stores it in one
// step; it starts over with the newer state when another writer was faster, so
// change may be called several times. It costs what the change costs, and little
// more in a large account. An error of change is returned
// as it is and nothing is stored. An account without inventory is
// store.ErrNotFound.
func (b *Book) Update(ctx context.Context, id string, change func(*inventory.Account) error) error {
	return b.update(ctx, id, func(Mode) error { return nil }, change)
}

// update is Update on an account whose mode is accepted.
func (b *Book) update(ctx context.Context, id string, accept func(Mode) error, change func(*inventory.Account) error) error {
	err := b.commit(ctx, id, b.current, func(old *entry) (planned, error) {
		if err := accept(old.head.mode()); err != nil {
			return planned{}, err
		}
		a := old.account.Draft()
		if err := change(a); err != nil {
			return planned{}, &changeError{err}
		}
		if a.ID != old.account.ID || a.Partition != old.account.Partition {
			return planned{}, errors.New("the change makes it another account")
		}
		edits := old.account.Edits(a)
		return planned{old.account.With(edits, a.Settings), old.head.Mode, &edits}, nil
	})
	if own, ok := errors.AsType[*changeError](err); ok {
		return own.error
	}
	if err != nil {
		return fmt.Errorf("update inventory of account %s: %w", id, err)
	}
	return nil
}

// changeError carries the error of a change past the wrapping.
type changeError struct{ error }

// IDs lists the accounts that have an inventory, ascending.
func (b *Book) IDs(ctx context.Context) ([]string, error) {
	var out []string
	for id, err := range b.docs.ListDocs(ctx, store.KindAccount, "", 0) {
		if err != nil {
			return nil, fmt.Errorf("list accounts: %w", err)
		}
		out = append(out, id)
	}
	return out, nil
}

// planned is an inventory that is to be the next.
type planned struct {
	account *inventory.Account
	mode    Mode
	edits   *inventory.Edits // of the old one; nil: it is not made of that
}

// commit stores what make says, given what base found, until no other writer
// comes between.
func (b *Book) commit(ctx context.Context, id string, base func(ctx context.Context, id string) (*entry, error), make func(old *entry) (planned, error)) error {
	done, err := b.turns.take(ctx, id)
	if err != nil {
		return err
	}
	defer done()
	for {
		old, err := base(ctx, id)
		if err != nil {
			return err
		}
		p, err := make(old)
		if err != nil {
			return err
		}
		err = b.swap(ctx, old, p)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
		// Another process was faster, so the race as a whole has moved on.
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// replaceable is the state that Replace starts from: also that of an account
// that is not there yet, or that is damaged, of which nothing is reused.
func (b *Book) replaceable(ctx context.Context, id string) (*entry, error) {
	e, err := b.current(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return &entry{}, nil
	case errors.Is(err, errDamaged):
		return b.ruin(ctx, id)
	}
	return e, err
}

// ruin is what is left of a damaged account: its generation must go on from
// there (see sweep.go).
func (b *Book) ruin(ctx context.Context, id string) (*entry, error) {
	body, version, err := b.docs.GetDoc(ctx, store.KindAccount, id)
	if err != nil {
		return nil, err
	}
	h, err := decodeHead(id, body)
	if errors.Is(err, errDamaged) {
		h.Generation, err = b.lastGeneration(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	return &entry{version: version, head: head{Generation: h.Generation}}, nil
}

// lastGeneration is the greatest that a segment of the account was written for.
func (b *Book) lastGeneration(ctx context.Context, id string) (int64, error) {
	last := int64(0)
	for name, err := range b.docs.ListDocs(ctx, store.KindSegment, id+"/", 0) {
		segment, ours := strings.CutPrefix(name, id+"/")
		if err != nil || !ours {
			return last, err
		}
		if generation, ok := generationOf(segment); ok {
			last = max(last, generation)
		}
	}
	return last, nil
}

// swap makes p the inventory if the head is still at old's version, else
// store.ErrConflict.
func (b *Book) swap(ctx context.Context, old *entry, p planned) error {
	id := p.account.ID
	next, fresh, err := plan(old, p.account, p.mode, p.edits)
	if err != nil {
		return err
	}
	if next == old {
		return nil
	}
	if err := b.write(ctx, fresh); err != nil {
		return err
	}
	body, err := next.head.encode()
	if err != nil {
		return err
	}
	next.version, err = b.docs.PutDoc(ctx, store.KindAccount, id, body, old.version)
	if errors.Is(err, store.ErrConflict) && b.isOurs(ctx, id, body) {
		return nil // the store had written it and lost the answer
	}
	if err != nil {
		return err
	}
	b.cache.put(next)
	b.clear(ctx, old, next)
	return nil
}

// isOurs reports whether the stored head is the one we tried to write. A head
// names its generation and the hashes of all content, so an equal one means
// the same inventory.
func (b *Book) isOurs(ctx context.Context, id string, body []byte) bool {
	stored, _, err := b.docs.GetDoc(ctx, store.KindAccount, id)
	return err == nil && bytes.Equal(stored, body)
}

// write stores new segments.
func (b *Book) write(ctx context.Context, fresh []store.Doc) error {
	for len(fresh) > 0 {
		n, size := 0, 0
		for n < len(fresh) && (n == 0 || size+len(fresh[n].Body) <= maxBatch) {
			size += len(fresh[n].Body)
			n++
		}
		if err := b.docs.SetDocs(ctx, store.KindSegment, fresh[:n]); err != nil {
			return err
		}
		fresh = fresh[n:]
	}
	return nil
}
