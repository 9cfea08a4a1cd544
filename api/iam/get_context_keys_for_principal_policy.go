package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/wire"
)

// GetContextKeysForPrincipalPolicyInput asks about the policies of a user, group
// or role, and those that it holds.
type GetContextKeysForPrincipalPolicyInput struct {
	PolicySourceArn string   `required:"true" min:"20" max:"2048"`
	PolicyInputList []string `memberMin:"1" memberMax:"131072" memberPattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
}

// Check implements wire.Checker.
func (in *GetContextKeysForPrincipalPolicyInput) Check(caller wire.Caller) error {
	return checkPolicySource(in.PolicySourceArn, caller)
}

func contextKeysResource(in *GetContextKeysForPrincipalPolicyInput, _ wire.Caller) string {
	return in.PolicySourceArn
}

// GetContextKeysForPrincipalPolicy lists the context keys that the policies of a
// user (with its groups), group or role ask about, those of its permissions
// boundary too: a simulation of it needs them all.
func (a *API) GetContextKeysForPrincipalPolicy(
	ctx context.Context, caller wire.Caller, in *GetContextKeysForPrincipalPolicyInput,
) (*GetContextKeysForPolicyOutput, error) {
	given, err := inputDocuments(in.PolicyInputList)
	if err != nil {
		return nil, err
	}
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	p, err := a.principalOf(ctx, caller, account, "GetContextKeysForPrincipalPolicy", in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	s := &simulation{}
	if err := a.addPrincipal(s, account, p, exclusions{}); err != nil {
		return nil, err
	}
	var docs []*policy.Document
	for _, own := range s.identity {
		docs = append(docs, own.doc)
	}
	if s.boundary != nil {
		docs = append(docs, s.boundary.doc)
	}
	return contextKeys(append(docs, given...)), nil
}
