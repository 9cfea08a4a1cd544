package sts

import (
	"context"
	"errors"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// GetAccessKeyInfoInput is the input of GetAccessKeyInfo (IAM-56).
type GetAccessKeyInfoInput struct {
	AccessKeyId string `required:"true" min:"16" max:"128" pattern:"[\\w]*"`
}

// Check implements wire.Checker.
func (in *GetAccessKeyInfoInput) Check(c wire.Caller) error {
	if c.Kind == wire.FederatedCaller {
		return errFederated("GetAccessKeyInfo")
	}
	return nil
}

// GetAccessKeyInfoOutput is the output of GetAccessKeyInfo.
type GetAccessKeyInfoOutput struct{ Account string }

// getAccessKeyInfo says whose account a key is of, whether or not it is in force
// or still there: a key of this server by its record, another by its id.
func (a *API) getAccessKeyInfo(ctx context.Context, _ wire.Caller, in *GetAccessKeyInfoInput) (*GetAccessKeyInfoOutput, error) {
	key, err := a.Keys.Lookup(ctx, in.AccessKeyId)
	if err == nil {
		return &GetAccessKeyInfoOutput{key.Owner.Account}, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	account, ok := auth.AccountOfKeyID(in.AccessKeyId)
	if !ok {
		return nil, wire.Errorf(400, "ValidationError", "The account of this access key is not known: it is no key of this server, and its id is not of the form that says its account.")
	}
	return &GetAccessKeyInfoOutput{account}, nil
}
