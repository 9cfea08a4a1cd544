package iam

import (
	"cmp"
	"context"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/wire"
)

// The quotas of managed policies (IAM-45; IAM User Guide, "IAM and AWS STS
// quotas"). The size is in characters without white space.
const (
	policyQuota     = 1500
	policySizeQuota = 6144
	versionQuota    = 5
)

// CreatePolicyInput describes a new managed policy.
type CreatePolicyInput struct {
	PolicyName     string `required:"true" min:"1" max:"128" pattern:"[\\w+=,.@-]+"`
	Path           string `min:"1" max:"512" pattern:"((/[A-Za-z0-9\\.,\\+@=_-]+)*)/"` // default "/"
	PolicyDocument string `required:"true" min:"1" max:"131072" pattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
	Description    string `max:"1000"`
	NewTags
}

// Check implements wire.Checker.
func (in *CreatePolicyInput) Check(caller wire.Caller) error {
	return cmp.Or(in.NewTags.Check(caller), checkManaged(in.PolicyDocument))
}

// CreatePolicyOutput is the new policy.
type CreatePolicyOutput struct{ Policy Policy }

func createPolicyResource(in *CreatePolicyInput, caller wire.Caller) string {
	return ownPathARN(caller, "policy", in.Path, in.PolicyName)
}

// CreatePolicy makes a managed policy with its first version.
func (a *API) CreatePolicy(ctx context.Context, caller wire.Caller, in *CreatePolicyInput) (*CreatePolicyOutput, error) {
	id, err := a.newID(inventory.PolicyID)
	if err != nil {
		return nil, err
	}
	made := &inventory.Policy{
		Name: in.PolicyName, ID: id, ARN: createPolicyResource(in, caller), Path: pathOrRoot(in.Path), Description: in.Description,
		Attachable: true, Created: a.today(), Updated: a.today(),
	}
	made.Default = made.AddVersion(in.PolicyDocument, a.today()).ID
	if made.Tags, err = tagged(nil, in.Tags); err != nil {
		return nil, err
	}
	var out Policy
	err = a.write(ctx, caller, func(account *inventory.Account) error {
		if err := placeForPolicy(account, in.PolicyName); err != nil {
			return err
		}
		account.Policies = append(account.Policies, made.Clone())
		out = newPolicy(account, made)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.Tags = newTags(made.Tags)
	return &CreatePolicyOutput{out}, nil
}

// placeForPolicy refuses a name that a managed policy of the account has,
// whatever its path, and one policy too many. Those of AWS do not count.
func placeForPolicy(account *inventory.Account, name string) error {
	own := 0
	for _, p := range account.Policies {
		if inventory.IsAWSManaged(p.ARN) {
			continue
		}
		if sameName(p.Name, name) {
			return entityAlreadyExists("A policy called %s already exists. Duplicate names are not allowed.", name)
		}
		own++
	}
	if own >= policyQuota {
		return overQuota("PoliciesPerAccount", policyQuota)
	}
	return nil
}

// checkManaged refuses the document of a managed policy that AWS would not
// store.
func checkManaged(document string) error {
	if err := checkDocument(document, policy.Identity); err != nil {
		return err
	}
	if policySize(document) > policySizeQuota {
		return overQuota("PolicySize", policySizeQuota)
	}
	return nil
}
