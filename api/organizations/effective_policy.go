package organizations

import (
	"context"
	"time"

	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/wire"
)

type describeEffectivePolicyInput struct {
	PolicyType string `required:"true" enum:"TAG_POLICY,BACKUP_POLICY,AISERVICES_OPT_OUT_POLICY,CHATBOT_POLICY,DECLARATIVE_POLICY_EC2,SECURITYHUB_POLICY,INSPECTOR_POLICY,UPGRADE_ROLLOUT_POLICY,BEDROCK_POLICY,S3_POLICY,NETWORK_SECURITY_DIRECTOR_POLICY"`
	TargetId   string `max:"100" pattern:"^(r-[0-9a-z]{4,32})|(\\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$"` // default: the caller's account
}

// EffectivePolicy is what the policies of a type say together for an account.
type EffectivePolicy struct {
	PolicyContent        string
	LastUpdatedTimestamp time.Time
	TargetId             string
	PolicyType           string
}

type describeEffectivePolicyOutput struct{ EffectivePolicy *EffectivePolicy }

// describeEffectivePolicy merges the policies from the root down to an account.
// Members may ask about themselves. The merge is made when it is asked for, so
// its date is now.
func (a *API) describeEffectivePolicy(_ context.Context, caller wire.Caller, in *describeEffectivePolicyInput, v *view) (*describeEffectivePolicyOutput, error) {
	target := in.TargetId
	if target == "" {
		target = caller.Account
	}
	if target != caller.Account && !administrator.includes(v.Organization, caller.Account) {
		return nil, errNoAccess
	}
	if organization.KindOf(target) != organization.KindAccount {
		return nil, invalidInput("TARGET_NOT_SUPPORTED", "You can't perform the specified operation on that target entity: only accounts have effective policies.")
	}
	if _, ok := v.Account(target); !ok {
		return nil, answer(organization.ErrTargetNotFound)
	}
	content, ok, err := v.EffectivePolicy(target, in.PolicyType)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, exception("EffectivePolicyNotFoundException", "There is no effective policy of this type for the specified account.")
	}
	return &describeEffectivePolicyOutput{&EffectivePolicy{content, a.now(), target, in.PolicyType}}, nil
}
