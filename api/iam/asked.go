package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// OfAskedUser is the user that an operation is about: the caller when there is
// no name. Embed it first; an input that has a Check of its own calls this one.
type OfAskedUser struct {
	UserName *string `min:"1" max:"64" pattern:"[\\w+=,.@-]+"`
}

// Check implements wire.Checker.
func (of *OfAskedUser) Check(caller wire.Caller) error {
	return (&GetUserInput{UserName: of.UserName}).Check(caller)
}

func (of *OfAskedUser) askedName() *string { return of.UserName }

// onAskedUser is the row of an operation on the caller or a user. For root,
// which is no user, the operation gets no entity.
func onAskedUser[I, O any, P interface {
	*I
	askedName() *string
}](a *API, name string, call func(context.Context, wire.Caller, *I, found[inventory.User]) (*O, error)) wire.Operation {
	return wire.OpOn(name, func(ctx context.Context, caller wire.Caller, in *I) (found[inventory.User], string, error) {
		return a.findAskedUser(ctx, caller, &GetUserInput{UserName: P(in).askedName()})
	}, call)
}

// label is the name of the user found; root has none.
func label(of found[inventory.User]) string {
	if of.entity == nil {
		return ""
	}
	return of.entity.Name
}

// credentialOwner is whose credentials an operation is about: the unique id of the
// user found, or the id of the account for root.
func credentialOwner(of found[inventory.User]) string {
	if of.entity == nil {
		return of.account.ID
	}
	return of.entity.ID
}
