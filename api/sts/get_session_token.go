package sts

import (
	"cmp"
	"context"
	"time"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/wire"
)

// GetSessionTokenInput is the input of GetSessionToken (IAM-52).
type GetSessionTokenInput struct {
	DurationSeconds int    `min:"900" max:"129600"`
	SerialNumber    string `min:"9" max:"256"`
	TokenCode       string `min:"6" max:"6"`
}

// GetSessionTokenOutput is the output of GetSessionToken.
type GetSessionTokenOutput struct{ Credentials *Credentials }

const (
	defaultSessionToken = 12 * time.Hour
	maxRootSessionToken = time.Hour // longer requests of root are cut to it
)

func (a *API) getSessionToken(_ context.Context, c wire.Caller, in *GetSessionTokenInput) (*GetSessionTokenOutput, error) {
	if c.Temporary {
		return nil, wire.Errorf(403, "AccessDenied", "Cannot call GetSessionToken with session credentials")
	}
	if in.SerialNumber != "" || in.TokenCode != "" {
		return nil, errNoMFA
	}
	lasts := cmp.Or(time.Duration(in.DurationSeconds)*time.Second, defaultSessionToken)
	if c.Kind == wire.RootCaller {
		lasts = min(lasts, maxRootSessionToken)
	}
	credentials, err := a.issue(auth.Session{Account: c.Account, User: c.Entity}, lasts)
	return &GetSessionTokenOutput{credentials}, err
}

// errNoMFA: this server knows no MFA device, so no code can be right.
var errNoMFA = wire.Errorf(403, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.")
