package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// rootName is how root names itself where an operation wants the name of a user
// and clients do not send one without. A user of that name goes first.
const rootName = "root"

// OfUserOrRoot is the user that an operation is about, or root for itself:
// without a name, or by rootName. Embed it first.
type OfUserOrRoot struct {
	UserName *string `min:"1" max:"64" pattern:"[\\w+=,.@-]+"`
}

// Check implements wire.Checker.
func (of *OfUserOrRoot) Check(caller wire.Caller) error {
	if of.UserName == nil && caller.Kind != wire.RootCaller {
		return missingMember("userName")
	}
	return nil
}

func (of *OfUserOrRoot) askedName() *string { return of.UserName }

// onUserOrRoot is the row of an operation on a user, or on root for itself. For
// root the operation gets no entity.
func onUserOrRoot[I, O any, P interface {
	*I
	askedName() *string
}](a *API, name string, call func(context.Context, wire.Caller, *I, found[inventory.User]) (*O, error)) wire.Operation {
	return wire.OpOn(name, func(ctx context.Context, caller wire.Caller, in *I) (found[inventory.User], string, error) {
		asked := P(in).askedName()
		user, resource, err := a.findAskedUser(ctx, caller, &GetUserInput{UserName: asked})
		if err != nil && resource != "" && caller.Kind == wire.RootCaller && asked != nil && sameName(*asked, rootName) {
			return a.findAskedUser(ctx, caller, &GetUserInput{})
		}
		return user, resource, err
	}, call)
}
