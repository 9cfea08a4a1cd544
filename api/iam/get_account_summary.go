package iam

import (
	"context"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// GetAccountSummaryInput has no parameters.
type GetAccountSummaryInput struct{}

// GetAccountSummaryOutput holds counts and quotas by name.
type GetAccountSummaryOutput struct{ SummaryMap map[string]int }

// GetAccountSummary counts what the account has (IAM-45).
func (a *API) GetAccountSummary(ctx context.Context, caller wire.Caller, _ *GetAccountSummaryInput) (*GetAccountSummaryOutput, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	summary := quotas()
	countEntities(account, summary)
	countCredentials(account, summary)
	return &GetAccountSummaryOutput{summary}, nil
}

// quotas are the defaults of AWS (IAM User Guide, "IAM and AWS STS quotas";
// API reference, GetAccountSummary).
func quotas() map[string]int {
	return map[string]int{
		"UsersQuota":                      userQuota,
		"GroupsQuota":                     groupQuota,
		"RolesQuota":                      roleQuota,
		"PoliciesQuota":                   policyQuota,
		"InstanceProfilesQuota":           profileQuota,
		"ServerCertificatesQuota":         20,
		"AccessKeysPerUserQuota":          auth.MaxKeys,
		"SigningCertificatesPerUserQuota": 2,
		"GroupsPerUserQuota":              groupsPerUser,
		"AttachedPoliciesPerUserQuota":    attachedQuota,
		"AttachedPoliciesPerGroupQuota":   attachedQuota,
		"AttachedPoliciesPerRoleQuota":    attachedQuota,
		"UserPolicySizeQuota":             userInlineQuota,
		"GroupPolicySizeQuota":            groupInlineQuota,
		"RolePolicySizeQuota":             roleInlineQuota,
		"AssumeRolePolicySizeQuota":       trustQuota,
		"PolicySizeQuota":                 policySizeQuota,
		"PolicyVersionsInUseQuota":        10000,
		"VersionsPerPolicyQuota":          versionQuota,
		"GlobalEndpointTokenVersion":      1,
	}
}

// countEntities counts what the inventory holds. Policies of AWS are not the
// account's, but the version of one that is attached is in use.
func countEntities(account *inventory.Account, summary map[string]int) {
	local, inUse := 0, 0
	for _, p := range account.Policies {
		aws := inventory.IsAWSManaged(p.ARN)
		if !aws {
			local++
		}
		if !aws || attachments(account, p.ARN) > 0 {
			inUse += len(p.Versions)
		}
	}
	summary["Users"] = len(account.Users)
	summary["Groups"] = len(account.Groups)
	summary["Roles"] = len(account.Roles)
	summary["Policies"] = local
	summary["PolicyVersionsInUse"] = inUse
	summary["InstanceProfiles"] = len(account.Profiles)
	summary["Providers"] = len(account.SAML) + len(account.OIDC)
	summary["ServerCertificates"] = 0
}

// countCredentials counts how users and root sign in.
func countCredentials(account *inventory.Account, summary map[string]int) {
	root := rootCredentials(account)
	inUse := 0
	for _, d := range account.Devices {
		inUse += count(d.Owner != "")
	}
	summary["AccountMFAEnabled"] = count(root.mfa > 0)
	summary["AccountAccessKeysPresent"] = count(len(root.keys) > 0)
	summary["AccountSigningCertificatesPresent"] = 0
	summary["MFADevices"] = len(account.Devices)
	summary["MFADevicesInUse"] = inUse
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
