package iam

import (
	"context"
	"net/http"
	"slices"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// Versions of managed policies: three operations that write.

// CreatePolicyVersionInput is a new version.
type CreatePolicyVersionInput struct {
	OfPolicy
	PolicyDocument string `required:"true" min:"1" max:"131072" pattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
	SetAsDefault   bool
}

// Check implements wire.Checker.
func (in *CreatePolicyVersionInput) Check(wire.Caller) error { return checkManaged(in.PolicyDocument) }

// CreatePolicyVersionOutput is the new version without its document.
type CreatePolicyVersionOutput struct{ PolicyVersion PolicyVersion }

// CreatePolicyVersion adds a version to a managed policy.
func (a *API) CreatePolicyVersion(
	ctx context.Context, caller wire.Caller, in *CreatePolicyVersionInput, of found[inventory.Policy],
) (*CreatePolicyVersionOutput, error) {
	var out PolicyVersion
	err := a.changePolicy(ctx, caller, "CreatePolicyVersion", of, func(_ *inventory.Account, p *inventory.Policy) error {
		if len(p.Versions) >= versionQuota {
			return wire.Errorf(http.StatusConflict, "LimitExceeded",
				"A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", versionQuota)
		}
		v := p.AddVersion(in.PolicyDocument, a.today())
		p.Updated = v.Created
		if in.SetAsDefault {
			p.Default = v.ID
		}
		out = newPolicyVersion(p, v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &CreatePolicyVersionOutput{out}, nil
}

// PolicyVersionInput names a version of a managed policy.
type PolicyVersionInput struct {
	OfPolicy
	VersionId string `required:"true" pattern:"v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"`
}

// SetDefaultPolicyVersion makes a version the one that counts.
func (a *API) SetDefaultPolicyVersion(
	ctx context.Context, caller wire.Caller, in *PolicyVersionInput, of found[inventory.Policy],
) (*wire.NoOutput, error) {
	return nil, a.changePolicy(ctx, caller, "SetDefaultPolicyVersion", of, func(_ *inventory.Account, p *inventory.Policy) error {
		if _, err := versionAt(p, in.VersionId); err != nil {
			return err
		}
		p.Default = in.VersionId
		return nil
	})
}

// DeletePolicyVersion deletes a version that is not the default one.
func (a *API) DeletePolicyVersion(
	ctx context.Context, caller wire.Caller, in *PolicyVersionInput, of found[inventory.Policy],
) (*wire.NoOutput, error) {
	return nil, a.changePolicy(ctx, caller, "DeletePolicyVersion", of, func(_ *inventory.Account, p *inventory.Policy) error {
		i, err := versionAt(p, in.VersionId)
		if err != nil {
			return err
		}
		if p.Default == in.VersionId {
			return deleteConflict("Cannot delete the default version of a policy.")
		}
		p.DeleteVersion(i)
		return nil
	})
}

// versionAt is the place of a version in the list of its policy.
func versionAt(p *inventory.Policy, id string) (int, error) {
	i := slices.IndexFunc(p.Versions, func(v inventory.PolicyVersion) bool { return v.ID == id })
	if i < 0 {
		return i, noSuchEntity("Policy %s version %s does not exist or is not attachable.", p.ARN, id)
	}
	return i, nil
}
