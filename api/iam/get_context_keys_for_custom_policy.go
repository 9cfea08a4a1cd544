package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/wire"
)

// GetContextKeysForCustomPolicyInput asks about the policies that it holds.
type GetContextKeysForCustomPolicyInput struct {
	PolicyInputList []string `memberMin:"1" memberMax:"131072" memberPattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
}

// Check implements wire.Checker.
func (in *GetContextKeysForCustomPolicyInput) Check(wire.Caller) error {
	if in.PolicyInputList == nil {
		return missingMember("policyInputList")
	}
	return nil
}

// GetContextKeysForPolicyOutput has the context keys in the order in which the
// policies ask about them, each once.
type GetContextKeysForPolicyOutput struct{ ContextKeyNames []string }

// GetContextKeysForCustomPolicy lists the context keys that policies ask about.
func (a *API) GetContextKeysForCustomPolicy(
	_ context.Context, _ wire.Caller, in *GetContextKeysForCustomPolicyInput,
) (*GetContextKeysForPolicyOutput, error) {
	docs, err := inputDocuments(in.PolicyInputList)
	if err != nil {
		return nil, err
	}
	return contextKeys(docs), nil
}

// inputDocuments parses policies of any kind: nothing here depends on it.
func inputDocuments(texts []string) ([]*policy.Document, error) {
	docs := make([]*policy.Document, len(texts))
	for i, text := range texts {
		doc, err := policy.ParseString(text)
		if err != nil {
			return nil, malformedInput(err)
		}
		docs[i] = doc
	}
	return docs, nil
}

func contextKeys(docs []*policy.Document) *GetContextKeysForPolicyOutput {
	keys := policy.ContextKeys(docs...)
	if keys == nil {
		keys = []string{}
	}
	return &GetContextKeysForPolicyOutput{keys}
}
