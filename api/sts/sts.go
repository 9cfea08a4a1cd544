// Package sts is the Security Token Service: who am I, and temporary
// credentials (docs/spec/iam-entities.md, section 7).
package sts

import (
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
}

// Service is the table of operations.
func (a *API) Service() wire.Service {
	return wire.Service{
		Name: "sts", Version: "2011-06-15", Namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
		Operations: []wire.Operation{
			wire.Open("AssumeRole", a.assumeRole),
			wire.Open("GetCallerIdentity", a.getCallerIdentity),
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
