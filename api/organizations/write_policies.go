package organizations

import (
	"context"

	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/wire"
)

type createPolicyInput struct {
	Content     string  `required:"true" min:"1"`
	Description *string `required:"true" max:"512"`
	Name        string  `required:"true" min:"1" max:"128"`
	Type        string  `required:"true" enum:"SERVICE_CONTROL_POLICY,RESOURCE_CONTROL_POLICY,TAG_POLICY,BACKUP_POLICY,AISERVICES_OPT_OUT_POLICY,CHATBOT_POLICY,DECLARATIVE_POLICY_EC2,SECURITYHUB_POLICY,INSPECTOR_POLICY,UPGRADE_ROLLOUT_POLICY,BEDROCK_POLICY,S3_POLICY,NETWORK_SECURITY_DIRECTOR_POLICY"`
	NewTags
}

// ConditionKeys implements wire.Keyed.
func (in *createPolicyInput) ConditionKeys(action string) map[string][]string {
	keys := in.NewTags.ConditionKeys(action)
	keys["organizations:PolicyType"] = []string{in.Type}
	return keys
}

// createPolicy makes a policy that hangs on nothing yet.
func (a *API) createPolicy(ctx context.Context, caller wire.Caller, in *createPolicyInput, v *view) (*policyOutput, error) {
	if err := in.permit(ctx, a, caller, v.PolicyARN(organization.Policy{ID: "*", Type: in.Type})); err != nil {
		return nil, err
	}
	var made string
	next, err := a.write(ctx, caller, v, func(o *organization.Organization) error {
		var err error
		if made, err = organization.NewPolicyID(a.Random); err != nil {
			return err
		}
		p := organization.Policy{ID: made, Name: in.Name, Description: *in.Description, Type: in.Type, Content: in.Content}
		if err := o.CreatePolicy(p); err != nil {
			return err
		}
		return in.put(o, made)
	})
	if err != nil {
		return nil, err
	}
	return &policyOutput{newPolicy(next, made)}, nil
}

// updatePolicyInput says what changes; nil is as before.
type updatePolicyInput struct {
	OfPolicy
	Name        *string `min:"1" max:"128"`
	Description *string `max:"512"`
	Content     *string `min:"1"`
}

func (in *updatePolicyInput) id() string { return in.PolicyId }

func (a *API) updatePolicy(ctx context.Context, caller wire.Caller, in *updatePolicyInput, v *view) (*policyOutput, error) {
	next, err := a.write(ctx, caller, v, func(o *organization.Organization) error {
		return o.UpdatePolicy(in.PolicyId, organization.PolicyChange{Name: in.Name, Description: in.Description, Content: in.Content})
	})
	if err != nil {
		return nil, err
	}
	return &policyOutput{newPolicy(next, in.PolicyId)}, nil
}

func (a *API) deletePolicy(ctx context.Context, caller wire.Caller, in *OfPolicy, v *view) (*wire.NoOutput, error) {
	return a.change(ctx, caller, v, func(o *organization.Organization) error { return o.DeletePolicy(in.PolicyId) })
}

// attachmentInput is a policy and what it hangs on.
type attachmentInput struct {
	OfPolicy
	TargetId string `required:"true" max:"100" pattern:"^(r-[0-9a-z]{4,32})|(\\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$"`
}

func (in *attachmentInput) id() string { return in.PolicyId }

// attachPolicy needs the permission on the policy and on the target, and so does
// detachPolicy.
func (a *API) attachPolicy(ctx context.Context, caller wire.Caller, in *attachmentInput, v *view) (*wire.NoOutput, error) {
	if err := a.also(ctx, caller, "AttachPolicy", v.TargetARN(in.TargetId)); err != nil {
		return nil, err
	}
	return a.change(ctx, caller, v, func(o *organization.Organization) error { return o.Attach(in.PolicyId, in.TargetId) })
}

func (a *API) detachPolicy(ctx context.Context, caller wire.Caller, in *attachmentInput, v *view) (*wire.NoOutput, error) {
	if err := a.also(ctx, caller, "DetachPolicy", v.TargetARN(in.TargetId)); err != nil {
		return nil, err
	}
	return a.change(ctx, caller, v, func(o *organization.Organization) error {
		if in.PolicyId == organization.ResourceFullAccess {
			return invalidInput("NON_DETACHABLE_POLICY", "You can't detach this AWS managed policy.")
		}
		return o.Detach(in.PolicyId, in.TargetId)
	})
}

type policyTypeInput struct {
	RootId     string `required:"true" max:"34" pattern:"^r-[0-9a-z]{4,32}$"`
	PolicyType string `required:"true" enum:"SERVICE_CONTROL_POLICY,RESOURCE_CONTROL_POLICY,TAG_POLICY,BACKUP_POLICY,AISERVICES_OPT_OUT_POLICY,CHATBOT_POLICY,DECLARATIVE_POLICY_EC2,SECURITYHUB_POLICY,INSPECTOR_POLICY,UPGRADE_ROLLOUT_POLICY,BEDROCK_POLICY,S3_POLICY,NETWORK_SECURITY_DIRECTOR_POLICY"`
}

func (in *policyTypeInput) id() string { return in.RootId }

// ConditionKeys implements wire.Keyed.
func (in *policyTypeInput) ConditionKeys(string) map[string][]string {
	return map[string][]string{"organizations:PolicyType": {in.PolicyType}}
}

type rootOutput struct{ Root *Root }

func (a *API) enablePolicyType(ctx context.Context, caller wire.Caller, in *policyTypeInput, v *view) (*rootOutput, error) {
	return a.setPolicyType(ctx, caller, in, v, (*organization.Organization).EnablePolicyType)
}

func (a *API) disablePolicyType(ctx context.Context, caller wire.Caller, in *policyTypeInput, v *view) (*rootOutput, error) {
	return a.setPolicyType(ctx, caller, in, v, (*organization.Organization).DisablePolicyType)
}

func (a *API) setPolicyType(ctx context.Context, caller wire.Caller, in *policyTypeInput, v *view, set func(o *organization.Organization, root, policyType string) error) (*rootOutput, error) {
	next, err := a.write(ctx, caller, v, func(o *organization.Organization) error {
		return set(o, in.RootId, in.PolicyType)
	})
	if err != nil {
		return nil, err
	}
	return &rootOutput{newRoot(next)}, nil
}
