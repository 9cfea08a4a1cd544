package iam

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// Most operations are about one entity. Its name alone does not say its ARN,
// because that holds the path; so it is looked up before the guard is asked,
// and the operation gets what was found (wire.OpOn). One that is absent is
// authorized as if it had the path "/", and then NoSuchEntity (section 3.4).

// found is the entity that an operation is about and the account it is in, as
// they were when the caller was authorized.
type found[E any] struct {
	account *inventory.Account
	entity  *E
}

// OfUser is the user that an operation is about. Embed it first, as the others.
type OfUser struct {
	UserName string `required:"true" min:"1" max:"64" pattern:"[\\w+=,.@-]+"`
}

// OfGroup is the group that an operation is about.
type OfGroup struct {
	GroupName string `required:"true" min:"1" max:"128" pattern:"[\\w+=,.@-]+"`
}

// OfRole is the role that an operation is about.
type OfRole struct {
	RoleName string `required:"true" min:"1" max:"64" pattern:"[\\w+=,.@-]+"`
}

// OfPolicy is the managed policy that an operation is about.
type OfPolicy struct {
	PolicyArn string `required:"true" min:"20" max:"2048"`
}

// OfInstanceProfile is the instance profile that an operation is about.
type OfInstanceProfile struct {
	InstanceProfileName string `required:"true" min:"1" max:"128" pattern:"[\\w+=,.@-]+"`
}

func (of *OfUser) userName() string               { return of.UserName }
func (of *OfGroup) groupName() string             { return of.GroupName }
func (of *OfRole) roleName() string               { return of.RoleName }
func (of *OfPolicy) policyARN() string            { return of.PolicyArn }
func (of *OfInstanceProfile) profileName() string { return of.InstanceProfileName }

// onUser is the row of an operation on a user.
func onUser[I, O any, P interface {
	*I
	userName() string
}](a *API, name string, call func(context.Context, wire.Caller, *I, found[inventory.User]) (*O, error)) wire.Operation {
	return wire.OpOn(name, func(ctx context.Context, caller wire.Caller, in *I) (found[inventory.User], string, error) {
		return a.findUser(ctx, caller, P(in).userName())
	}, call)
}

// onGroup is the row of an operation on a group.
func onGroup[I, O any, P interface {
	*I
	groupName() string
}](a *API, name string, call func(context.Context, wire.Caller, *I, found[inventory.Group]) (*O, error)) wire.Operation {
	return wire.OpOn(name, func(ctx context.Context, caller wire.Caller, in *I) (found[inventory.Group], string, error) {
		return a.findGroup(ctx, caller, P(in).groupName())
	}, call)
}

// onRole is the row of an operation on a role.
func onRole[I, O any, P interface {
	*I
	roleName() string
}](a *API, name string, call func(context.Context, wire.Caller, *I, found[inventory.Role]) (*O, error)) wire.Operation {
	return wire.OpOn(name, func(ctx context.Context, caller wire.Caller, in *I) (found[inventory.Role], string, error) {
		return a.findRole(ctx, caller, P(in).roleName())
	}, call)
}

// onPolicy is the row of an operation on a managed policy.
func onPolicy[I, O any, P interface {
	*I
	policyARN() string
}](a *API, name string, call func(context.Context, wire.Caller, *I, found[inventory.Policy]) (*O, error)) wire.Operation {
	return wire.OpOn(name, func(ctx context.Context, caller wire.Caller, in *I) (found[inventory.Policy], string, error) {
		return a.findPolicy(ctx, caller, P(in).policyARN())
	}, call)
}

// onInstanceProfile is the row of an operation on an instance profile.
func onInstanceProfile[I, O any, P interface {
	*I
	profileName() string
}](a *API, name string, call func(context.Context, wire.Caller, *I, found[inventory.InstanceProfile]) (*O, error)) wire.Operation {
	return wire.OpOn(name, func(ctx context.Context, caller wire.Caller, in *I) (found[inventory.InstanceProfile], string, error) {
		return a.findInstanceProfile(ctx, caller, P(in).profileName())
	}, call)
}

func (a *API) findUser(ctx context.Context, caller wire.Caller, name string) (found[inventory.User], string, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return found[inventory.User]{}, "", err
	}
	if u := account.UserByName(name); u != nil {
		return found[inventory.User]{account, u}, u.ARN, nil
	}
	return found[inventory.User]{}, ownARN(caller, "user", name), noSuchEntity("The user with name %s cannot be found.", name)
}

func (a *API) findGroup(ctx context.Context, caller wire.Caller, name string) (found[inventory.Group], string, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return found[inventory.Group]{}, "", err
	}
	if g := account.GroupByName(name); g != nil {
		return found[inventory.Group]{account, g}, g.ARN, nil
	}
	return found[inventory.Group]{}, ownARN(caller, "group", name), noSuchEntity("The group with name %s cannot be found.", name)
}

func (a *API) findRole(ctx context.Context, caller wire.Caller, name string) (found[inventory.Role], string, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return found[inventory.Role]{}, "", err
	}
	if r := account.RoleByName(name); r != nil {
		return found[inventory.Role]{account, r}, r.ARN, nil
	}
	return found[inventory.Role]{}, ownARN(caller, "role", name), noSuchEntity("The role with name %s cannot be found.", name)
}

// findPolicy finds a managed policy of the caller's account or of AWS by its
// exact ARN. That of another account is absent.
func (a *API) findPolicy(ctx context.Context, caller wire.Caller, text string) (found[inventory.Policy], string, error) {
	name, err := arn.Parse(text)
	if err != nil {
		return found[inventory.Policy]{}, "", validationError("Invalid ARN")
	}
	if name.Service != "iam" || name.Kind() != "policy" || name.Name() == "" {
		return found[inventory.Policy]{}, "", wire.Errorf(http.StatusBadRequest, "InvalidInput", "ARN %s is not valid.", text)
	}
	account, err := a.account(ctx, caller)
	if err != nil {
		return found[inventory.Policy]{}, "", err
	}
	if p := account.Policy(text); p != nil {
		return found[inventory.Policy]{account, p}, p.ARN, nil
	}
	return found[inventory.Policy]{}, text, noSuchEntity("Policy %s was not found.", text)
}

func (a *API) findInstanceProfile(ctx context.Context, caller wire.Caller, name string) (found[inventory.InstanceProfile], string, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return found[inventory.InstanceProfile]{}, "", err
	}
	if p := account.Profile(name); p != nil {
		return found[inventory.InstanceProfile]{account, p}, p.ARN, nil
	}
	return found[inventory.InstanceProfile]{}, ownARN(caller, "instance-profile", name), noSuchEntity("Instance Profile %s cannot be found.", name)
}

// ownARN is the ARN that an entity of the caller's account has at the root of
// all paths.
func ownARN(caller wire.Caller, kind, name string) string {
	return fmt.Sprintf("arn:%s:iam::%s:%s/%s", caller.Partition, caller.Account, kind, name)
}

// sameName compares names ignoring case (IAM-13).
func sameName(a, b string) bool { return strings.EqualFold(a, b) }

func noSuchEntity(format string, args ...any) error {
	return wire.Errorf(http.StatusNotFound, "NoSuchEntity", format, args...)
}
