package iam

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// DeletePolicyInput names a managed policy.
type DeletePolicyInput struct{ OfPolicy }

// DeletePolicy deletes a managed policy that nobody uses, also not as boundary,
// with its only version.
func (a *API) DeletePolicy(ctx context.Context, caller wire.Caller, _ *DeletePolicyInput, of found[inventory.Policy]) (*wire.NoOutput, error) {
	return nil, a.changePolicy(ctx, caller, "DeletePolicy", of, func(account *inventory.Account, p *inventory.Policy) error {
		if attachments(account, p.ARN)+boundaries(account, p.ARN) > 0 {
			return deleteConflict("Cannot delete a policy attached to entities.")
		}
		if len(p.Versions) > 1 {
			return deleteConflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
		}
		account.Policies = slices.DeleteFunc(account.Policies, func(q *inventory.Policy) bool { return q == p })
		return nil
	})
}

// changePolicy changes the managed policy that an operation is about. Those of
// AWS are nobody's to change, whatever the caller may do (IAM-25).
func (a *API) changePolicy(
	ctx context.Context, caller wire.Caller, operation string, of found[inventory.Policy], change func(*inventory.Account, *inventory.Policy) error,
) error {
	if inventory.IsAWSManaged(of.entity.ARN) {
		return wire.Errorf(http.StatusForbidden, "AccessDenied", "User: %s is not authorized to perform: iam:%s on resource: policy %s: policies of AWS cannot be changed",
			caller.ARN, operation, strings.TrimPrefix(of.entity.Path, "/")+of.entity.Name)
	}
	return a.write(ctx, caller, func(account *inventory.Account) error {
		p, err := currentPolicy(account, of.entity)
		if err != nil {
			return err
		}
		return change(account, p)
	})
}
