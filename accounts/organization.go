package accounts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/store"
)

// Organizations are kept like inventories: in immutable parts, and a head that
// lists them. All heads are in one document, so that an account is in one
// organization at most whoever writes, and finding an account's organization
// costs one small read.

var (
	// ErrNoOrganization: there is no such organization, or the account is in none.
	ErrNoOrganization = errors.New("no organization")
	// ErrInOrganization: an account is in another organization already.
	ErrInOrganization = errors.New("the account is in an organization already")
	// ErrOrganizationMirror: the organization is a mirror, and what was asked for
	// is for homes.
	ErrOrganizationMirror = errors.New("the organization is a mirror of AWS, which an import would overwrite: change it in AWS and import it again")
	// ErrOrganizationHome: the organization is a home, and imports are for mirrors.
	ErrOrganizationHome = errors.New("the organization is a home: it is kept here, and an import would overwrite it")
)

// Organizations lists the ids of all organizations, ascending.
func (b *Book) Organizations(ctx context.Context) ([]string, error) {
	h, err := b.organizationHeads(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, o := range h.Organizations {
		ids = append(ids, o.ID)
	}
	return ids, nil
}

// Organization is the current state of an organization, or ErrNoOrganization.
// The value is shared and must not be changed.
func (b *Book) Organization(ctx context.Context, id string) (*organization.Organization, error) {
	o, _, err := b.organizationWhere(ctx, func(h *organizationHead) bool { return h.ID == id }, nil)
	if err != nil {
		return nil, fmt.Errorf("organization %s: %w", id, err)
	}
	return o, nil
}

// OrganizationOf is the organization that an account is in, or
// ErrNoOrganization. The value is shared and must not be changed.
func (b *Book) OrganizationOf(ctx context.Context, account string) (*organization.Organization, error) {
	o, _, err := b.organizationWhere(ctx, nil, func(o *organization.Organization) bool {
		_, ok := o.Account(account)
		return ok
	})
	if err != nil {
		return nil, fmt.Errorf("organization of account %s: %w", account, err)
	}
	return o, nil
}

// OrganizationMode says where an organization is at home.
func (b *Book) OrganizationMode(ctx context.Context, id string) (Mode, error) {
	h, err := b.organizationHeads(ctx)
	if err != nil {
		return "", err
	}
	if i := h.find(id); i >= 0 {
		return h.Organizations[i].Mode, nil
	}
	return "", fmt.Errorf("organization %s: %w", id, ErrNoOrganization)
}

// SetOrganizationMode makes an organization a home or a mirror.
func (b *Book) SetOrganizationMode(ctx context.Context, id string, mode Mode) error {
	if mode != Home && mode != Mirror {
		return fmt.Errorf("set mode of organization %s: %q is neither %s nor %s", id, mode, Home, Mirror)
	}
	return b.commitOrganization(ctx, "set mode of", id, func(old *organization.Organization, _ Mode) (*organization.Organization, Mode, error) {
		if old == nil {
			return nil, "", ErrNoOrganization
		}
		return old, mode, nil
	})
}

// ReplaceOrganization makes a mirror what an export says, whole in one step.
// One that is not there becomes a mirror; a home is ErrOrganizationHome. The
// requests to make accounts, which no export has, are kept. The Book keeps no
// part of o.
func (b *Book) ReplaceOrganization(ctx context.Context, o *organization.Organization) error {
	if err := o.Check(); err != nil {
		return fmt.Errorf("replace organization %s: %w", o.ID, err)
	}
	return b.commitOrganization(ctx, "replace", o.ID, func(old *organization.Organization, mode Mode) (*organization.Organization, Mode, error) {
		if mode == Home {
			return nil, "", ErrOrganizationHome
		}
		next := o.Clone()
		if old != nil && len(next.CreateStatuses) == 0 {
			next.CreateStatuses = slices.Clone(old.CreateStatuses)
		}
		return next, Mirror, nil
	})
}

// CreateOrganization makes a new home. ErrExists: there is one of that id.
// ErrInOrganization: one of its accounts is in an organization. The Book keeps
// no part of o.
func (b *Book) CreateOrganization(ctx context.Context, o *organization.Organization) error {
	if err := o.Check(); err != nil {
		return fmt.Errorf("create organization %s: %w", o.ID, err)
	}
	return b.commitOrganization(ctx, "create", o.ID, func(old *organization.Organization, _ Mode) (*organization.Organization, Mode, error) {
		if old != nil {
			return nil, "", ErrExists
		}
		return o.Clone(), Home, nil
	})
}

// WriteOrganization applies change to a private copy of a home and stores it in
// one step; it starts over with the newer state when another writer was faster,
// so change may be called several times. An error of change is returned as it
// is and nothing is stored. On a mirror it is ErrOrganizationMirror, and change
// is not called.
func (b *Book) WriteOrganization(ctx context.Context, id string, change func(*organization.Organization) error) error {
	err := b.commitOrganization(ctx, "write", id, func(old *organization.Organization, mode Mode) (*organization.Organization, Mode, error) {
		switch {
		case old == nil:
			return nil, "", ErrNoOrganization
		case mode == Mirror:
			return nil, "", ErrOrganizationMirror
		}
		next := old.Clone()
		if err := change(next); err != nil {
			return nil, "", &changeError{err}
		}
		if next.ID != old.ID {
			return nil, "", errors.New("the change makes it another organization")
		}
		return next, mode, nil
	})
	if own, ok := errors.AsType[*changeError](err); ok {
		return own.error
	}
	return err
}

// DeleteOrganization removes a home that is deletable
// (organization.ErrOrganizationNotEmpty). Its accounts stay.
func (b *Book) DeleteOrganization(ctx context.Context, id string) error {
	return b.commitOrganization(ctx, "delete", id, func(old *organization.Organization, mode Mode) (*organization.Organization, Mode, error) {
		switch {
		case old == nil:
			return nil, "", ErrNoOrganization
		case mode == Mirror:
			return nil, "", ErrOrganizationMirror
		}
		return nil, "", old.Deletable()
	})
}

// organizationWhere is the first organization whose head and state are wanted
// (nil: any), with its head. A part may be gone because another process has
// replaced the organization meanwhile: then it begins again.
func (b *Book) organizationWhere(ctx context.Context, head func(*organizationHead) bool, state func(*organization.Organization) bool) (*organization.Organization, *organizationHead, error) {
	var failed store.Version
	for {
		h, err := b.organizationHeads(ctx)
		if err != nil {
			return nil, nil, err
		}
		o, found, err := b.firstOrganization(ctx, h, head, state)
		switch {
		case errors.Is(err, errGone) && h.version != failed:
			failed = h.version
			continue
		case errors.Is(err, errGone):
			return nil, nil, errOrganizationDamaged
		case err != nil:
			return nil, nil, err
		case o == nil:
			return nil, nil, ErrNoOrganization
		}
		return o, found, nil
	}
}

var errOrganizationDamaged = errors.New("the stored organization is damaged: import it again")

func (b *Book) firstOrganization(ctx context.Context, h *organizationHeads, head func(*organizationHead) bool, state func(*organization.Organization) bool) (*organization.Organization, *organizationHead, error) {
	for i := range h.Organizations {
		one := &h.Organizations[i]
		if head != nil && !head(one) {
			continue
		}
		o, err := b.loadOrganization(ctx, one)
		if err != nil {
			return nil, nil, err
		}
		if state == nil || state(o) {
			return o, one, nil
		}
	}
	return nil, nil, nil
}

// commitOrganization stores what make says of the state it is given (nil: there
// is none), until no other writer comes between; nil of make removes it.
func (b *Book) commitOrganization(ctx context.Context, verb, id string, make func(old *organization.Organization, mode Mode) (*organization.Organization, Mode, error)) error {
	done, err := b.turns.take(ctx, organizationsID)
	if err != nil {
		return err
	}
	defer done()
	lost := false
	for {
		err := b.tryOrganization(ctx, id, make)
		if errors.Is(err, store.ErrConflict) && ctx.Err() == nil {
			lost = true
			continue // another process was faster, so the race as a whole has moved on
		}
		if err != nil {
			return fmt.Errorf("%s organization %s: %w", verb, id, err)
		}
		if lost {
			b.searchOrganizationParts(ctx, id)
		}
		return nil
	}
}

func (b *Book) tryOrganization(ctx context.Context, id string, make func(old *organization.Organization, mode Mode) (*organization.Organization, Mode, error)) error {
	h, err := b.organizationHeads(ctx)
	if err != nil {
		return err
	}
	old, oldHead, err := b.oldOrganization(ctx, h, id)
	if err != nil {
		return err
	}
	next, mode, err := make(old, oldHead.Mode)
	if err != nil {
		return err
	}
	after := h.next()
	if next == nil {
		after.remove(id)
		return b.swapOrganizations(ctx, h, after, id)
	}
	if err := b.onlyHere(ctx, h, next); err != nil {
		return err
	}
	newHead, fresh, err := planOrganization(&oldHead, next, mode, after.Generation)
	if err != nil {
		return err
	}
	if old != nil && newHead.Mode == oldHead.Mode && slices.Equal(newHead.Parts, oldHead.Parts) {
		return nil
	}
	if err := b.writeParts(ctx, fresh); err != nil {
		return err
	}
	after.put(newHead)
	if err := b.swapOrganizations(ctx, h, after, id); err != nil {
		return err
	}
	b.organizations.put(&newHead, next)
	return nil
}

// oldOrganization is the state to change. What is damaged counts as absent for
// what replaces it whole.
func (b *Book) oldOrganization(ctx context.Context, h *organizationHeads, id string) (*organization.Organization, organizationHead, error) {
	i := h.find(id)
	if i < 0 {
		return nil, organizationHead{}, nil
	}
	head := h.Organizations[i]
	o, err := b.loadOrganization(ctx, &head)
	if errors.Is(err, errGone) {
		if _, version, err := b.docs.GetDoc(ctx, store.KindOrganization, organizationsID); err != nil || version != h.version {
			return nil, head, errors.Join(store.ErrConflict, err)
		}
		head.Parts = nil
		if head.Mode == Home {
			return nil, head, errOrganizationDamaged
		}
		return nil, head, nil
	}
	return o, head, err
}

// onlyHere is ErrInOrganization when an account of o is in another one.
func (b *Book) onlyHere(ctx context.Context, h *organizationHeads, o *organization.Organization) error {
	for i := range h.Organizations {
		if h.Organizations[i].ID == o.ID {
			continue
		}
		other, err := b.loadOrganization(ctx, &h.Organizations[i])
		if err != nil {
			return err
		}
		for _, a := range o.Accounts {
			if _, there := other.Account(a.ID); there {
				return fmt.Errorf("account %s, organization %s: %w", a.ID, other.ID, ErrInOrganization)
			}
		}
	}
	return nil
}

// swapOrganizations makes after the heads if those before are still stored, and
// removes the parts that nobody lists any more (see sweep.go).
func (b *Book) swapOrganizations(ctx context.Context, before, after *organizationHeads, id string) error {
	body, err := after.encode()
	if err != nil {
		return err
	}
	_, err = b.docs.PutDoc(ctx, store.KindOrganization, organizationsID, body, before.version)
	if errors.Is(err, store.ErrConflict) {
		stored, _, again := b.docs.GetDoc(ctx, store.KindOrganization, organizationsID)
		if again != nil || !bytes.Equal(stored, body) {
			return err
		}
		err = nil // the store had written it and lost the answer
	}
	if err != nil {
		return err
	}
	b.sweepOrganization(ctx, before, after, id)
	return nil
}
