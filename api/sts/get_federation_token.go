package sts

import (
	"context"
	"fmt"
	"maps"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/wire"
)

// GetFederationTokenInput is the input of GetFederationToken (IAM-55).
type GetFederationTokenInput struct {
	Name string `required:"true" min:"2" max:"32" pattern:"[\\w+=,.@-]*"`
	SessionPolicies
	DurationSeconds *int `min:"900" max:"129600"`
	SessionTags
}

// GetFederationTokenOutput is the output of GetFederationToken.
type GetFederationTokenOutput struct {
	Credentials      *Credentials
	FederatedUser    *FederatedUser
	PackedPolicySize *int
}

// FederatedUser names the session.
type FederatedUser struct{ FederatedUserId, Arn string }

// getFederationToken lends the caller's permissions, as far as the session
// policies allow too, to somebody whom the caller names. Without session
// policies the session may do nothing that an identity policy has to allow.
func (a *API) getFederationToken(ctx context.Context, c wire.Caller, in *GetFederationTokenInput) (*GetFederationTokenOutput, error) {
	if c.Temporary {
		return nil, errTemporary("GetFederationToken")
	}
	name := fmt.Sprintf("arn:%s:sts::%s:federated-user/%s", c.Partition, c.Account, in.Name)
	if err := a.mayFederate(ctx, c, in, name); err != nil {
		return nil, err
	}
	session, err := a.federated(ctx, c, in)
	if err != nil {
		return nil, err
	}
	packed, err := packedSize(&session)
	if err != nil {
		return nil, err
	}
	credentials, err := a.issue(session, userSession(c, in.DurationSeconds))
	return &GetFederationTokenOutput{credentials, &FederatedUser{c.Account + ":" + in.Name, name}, packed}, err
}

// mayFederate asks the caller's own policies, once for each permission that the
// request needs.
func (a *API) mayFederate(ctx context.Context, c wire.Caller, in *GetFederationTokenInput, name string) error {
	c.Keys = maps.Clone(c.Keys)
	in.SessionTags.tell(c.Keys)
	actions := []string{"sts:GetFederationToken"}
	if len(in.Tags) > 0 {
		actions = append(actions, "sts:TagSession")
	}
	for _, action := range actions {
		if err := a.Authority.Guard(ctx, c, action, name); err != nil {
			return err
		}
	}
	return nil
}

// federated is the session that the input asks for, if it is well-formed.
func (a *API) federated(ctx context.Context, c wire.Caller, in *GetFederationTokenInput) (auth.Session, error) {
	s := auth.Session{Account: c.Account, User: c.Entity, Name: in.Name, Federated: true}
	account, err := a.Accounts.Account(ctx, c.Account)
	if err != nil {
		return s, err
	}
	if err := in.SessionPolicies.set(&s, account); err != nil {
		return s, err
	}
	return s, in.SessionTags.set(&s, nil)
}
