package organization

import (
	"fmt"
	"slices"
	"strings"
)

// AddAccount adds a member below a parent; without one, below the root. When a
// control policy type is enabled, AWS's policy that allows all is attached to
// it (ORG-14).
func (o *Organization) AddAccount(a Account) error {
	if a.Parent == "" {
		a.Parent = o.Root.ID
	}
	switch {
	case !IsAccountID(a.ID):
		return fmt.Errorf("account id %q: %w", a.ID, ErrInvalid)
	case !o.isParent(a.Parent):
		return ErrParentNotFound
	case len(o.Accounts) >= MaxAccounts:
		return ErrTooManyAccounts
	}
	if err := validName(a.Name, MaxAccountName); err != nil {
		return err
	}
	if !insert(&o.Accounts, a, byAccount) {
		return ErrDuplicateAccount
	}
	o.changed()
	o.attachDefaults(a.ID)
	return nil
}

// EmailTaken reports whether an account has the address; case does not count.
func (o *Organization) EmailTaken(email string) bool {
	return slices.ContainsFunc(o.Accounts, func(a Account) bool { return strings.EqualFold(a.Email, email) })
}

// MoveAccount puts an account from one parent below another.
func (o *Organization) MoveAccount(id, source, destination string) error {
	a, ok := o.Account(id)
	switch {
	case !ok:
		return ErrAccountNotFound
	case !o.isParent(source) || a.Parent != source && a.Parent != destination:
		return ErrSourceNotFound
	case !o.isParent(destination):
		return ErrDestinationNotFound
	case a.Parent == destination:
		return ErrDuplicateAccount
	}
	at(o.Accounts, a, byAccount).Parent = destination
	o.changed()
	return nil
}

// CloseAccount marks a member as closed by its owner.
func (o *Organization) CloseAccount(id string) error {
	a, err := o.member(id)
	switch {
	case err != nil:
		return err
	case a.Status != Active:
		return ErrAccountNotActive
	}
	at(o.Accounts, a, byAccount).Status = PendingClosure
	o.changed()
	return nil
}

// SetStatus sets the status of an account.
func (o *Organization) SetStatus(id, status string) error {
	a := at(o.Accounts, Account{ID: id}, byAccount)
	if a == nil {
		return ErrAccountNotFound
	}
	a.Status = status
	o.changed()
	return nil
}

// RemoveAccount takes a member out of the organization, with its attachments
// and tags.
func (o *Organization) RemoveAccount(id string) error {
	a, err := o.member(id)
	switch {
	case err != nil:
		return err
	case o.IsDelegated(id):
		return ErrDelegatedAccount
	}
	remove(&o.Accounts, a, byAccount)
	o.forget(id)
	o.changed()
	return nil
}

// member is an account that is not the management account.
func (o *Organization) member(id string) (Account, error) {
	a, ok := o.Account(id)
	switch {
	case !ok:
		return a, ErrAccountNotFound
	case id == o.ManagementAccount:
		return a, ErrManagementAccount
	}
	return a, nil
}

// forget drops the attachments and tags of what is gone.
func (o *Organization) forget(id string) {
	o.Attachments = slices.DeleteFunc(o.Attachments, func(a Attachment) bool { return a.Target == id || a.Policy == id })
	delete(o.Tags, id)
}

// Deletable is ErrOrganizationNotEmpty unless the management account is all
// there is, as AWS demands before an organization is deleted.
func (o *Organization) Deletable() error {
	own := slices.ContainsFunc(o.Policies, func(p Policy) bool { return !p.AWSManaged })
	if len(o.Accounts) > 1 || len(o.Units) > 0 || own {
		return ErrOrganizationNotEmpty
	}
	return nil
}

// AddCreateStatus remembers a request to make an account. Of too many, the
// oldest that has ended is forgotten.
func (o *Organization) AddCreateStatus(s CreateAccountStatus) {
	o.CreateStatuses = append(o.CreateStatuses, s)
	if len(o.CreateStatuses) <= MaxCreateStatuses {
		return
	}
	ended := max(0, slices.IndexFunc(o.CreateStatuses, func(s CreateAccountStatus) bool { return s.State != InProgress }))
	o.CreateStatuses = slices.Delete(o.CreateStatuses, ended, ended+1)
}

// CreateStatus is the request of that id; false: none is remembered.
func (o *Organization) CreateStatus(id string) (CreateAccountStatus, bool) {
	i := slices.IndexFunc(o.CreateStatuses, func(s CreateAccountStatus) bool { return s.ID == id })
	if i < 0 {
		return CreateAccountStatus{}, false
	}
	return o.CreateStatuses[i], true
}

// SetCreateStatus replaces the request of the same id.
func (o *Organization) SetCreateStatus(s CreateAccountStatus) error {
	i := slices.IndexFunc(o.CreateStatuses, func(old CreateAccountStatus) bool { return old.ID == s.ID })
	if i < 0 {
		return ErrStatusNotFound
	}
	o.CreateStatuses[i] = s
	return nil
}
