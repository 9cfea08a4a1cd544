// Package sts is the Security Token Service: who am I, and temporary
// credentials (docs/spec/iam-entities.md, section 7).
package sts

import (
	"context"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/wire"
)

// API is the service with all it needs.
type API struct {
	Accounts  *accounts.Book
	Keys      *auth.Keyring
	Authority *auth.Authority
	// Now is the real clock: sessions end by it even on a server that answers
	// as of a past date.
	Now func() time.Time

	guesses guesses
}

// Service is the table of operations.
func (a *API) Service() wire.Service {
	return wire.Service{
		Name: "sts", Version: "2011-06-15", Namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
		Operations: []wire.Operation{
			wire.Open("AssumeRole", a.assumeRole),
			wire.Open("AssumeRoleWithSAML", noProviders),
			wire.Open("AssumeRoleWithWebIdentity", noProviders),
			wire.Op("GetAccessKeyInfo", nil, a.getAccessKeyInfo),
			wire.Open("GetCallerIdentity", a.getCallerIdentity),
			wire.Open("GetFederationToken", a.getFederationToken),
			wire.Open("GetSessionToken", a.getSessionToken),
		},
	}
}

// Credentials are temporary credentials as every operation answers them.
type Credentials struct {
	AccessKeyId     string
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
}

// issue makes credentials of a session that lasts for the given time.
func (a *API) issue(s auth.Session, lasts time.Duration) (*Credentials, error) {
	s.Issued = a.Now().UTC().Truncate(time.Second)
	s.Expires = s.Issued.Add(lasts)
	s, token, err := a.Keys.NewSession(s)
	return &Credentials{s.KeyID, s.Secret, token, s.Expires}, err
}

// seconds is a duration of the input, or its default.
func seconds(said *int, otherwise time.Duration) time.Duration {
	if said == nil {
		return otherwise
	}
	return time.Duration(*said) * time.Second
}

// errFederated: a federated user may ask who it is, and nothing else of STS (IAM
// User Guide, "Compare AWS STS credentials").
func errFederated(operation string) error {
	return wire.Errorf(403, "AccessDenied", "Cannot call %s with the credentials of a federated user", operation)
}

// noProviders answers the operations that sign in through an identity provider,
// for clients that sign them; see auth.ErrNoProviders.
func noProviders(context.Context, wire.Caller, *struct{}) (*wire.NoOutput, error) {
	return nil, auth.ErrNoProviders
}
