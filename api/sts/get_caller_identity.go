package sts

import (
	"context"

	"github.com/ebbmark/ebbmark/wire"
)

// CallerIdentity is the output of GetCallerIdentity.
type CallerIdentity struct{ UserId, Account, Arn string }

func (a *API) getCallerIdentity(_ context.Context, c wire.Caller, _ *struct{}) (*CallerIdentity, error) {
	return &CallerIdentity{c.UserID, c.Account, c.ARN}, nil
}
