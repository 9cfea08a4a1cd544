package sts

import (
	"context"
	"time"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/wire"
)

// GetSessionTokenInput is the input of GetSessionToken (IAM-52).
type GetSessionTokenInput struct {
	DurationSeconds *int `min:"900" max:"129600"`
	MFACode
}

// GetSessionTokenOutput is the output of GetSessionToken.
type GetSessionTokenOutput struct{ Credentials *Credentials }

// Bounds of the sessions of users and root.
const (
	defaultUserSession = 12 * time.Hour
	maxRootSession     = time.Hour // longer requests of root are cut to it
)

func (a *API) getSessionToken(ctx context.Context, c wire.Caller, in *GetSessionTokenInput) (*GetSessionTokenOutput, error) {
	if c.Temporary {
		return nil, errTemporary("GetSessionToken")
	}
	proved, err := a.mfaOf(ctx, c, in.MFACode)
	if err != nil {
		return nil, err
	}
	credentials, err := a.issue(auth.Session{Account: c.Account, User: c.Entity, MFA: proved}, userSession(c, in.DurationSeconds))
	return &GetSessionTokenOutput{credentials}, err
}

// userSession is how long a session of a user or root lasts.
func userSession(c wire.Caller, said *int) time.Duration {
	lasts := seconds(said, defaultUserSession)
	if c.Kind == wire.RootCaller {
		lasts = min(lasts, maxRootSession)
	}
	return lasts
}

// errTemporary: an operation for access keys only, not for sessions.
func errTemporary(operation string) error {
	return wire.Errorf(403, "AccessDenied", "Cannot call %s with session credentials", operation)
}
