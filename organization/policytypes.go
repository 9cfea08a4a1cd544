package organization

import "slices"

// The policy types that bear on decisions.
const (
	SCP = "SERVICE_CONTROL_POLICY"
	RCP = "RESOURCE_CONTROL_POLICY"
)

// AWS's own control policies, which allow all.
const (
	FullAccess         = "p-FullAWSAccess"
	ResourceFullAccess = "p-RCPFullAWSAccess"
)

// PolicyTypes are all that Organizations knows (ORG-45), sorted.
func PolicyTypes() []string {
	return []string{
		"AISERVICES_OPT_OUT_POLICY", "BACKUP_POLICY", "BEDROCK_POLICY", "CHATBOT_POLICY", "DECLARATIVE_POLICY_EC2", "INSPECTOR_POLICY",
		"NETWORK_SECURITY_DIRECTOR_POLICY", RCP, "S3_POLICY", "SECURITYHUB_POLICY", SCP, "TAG_POLICY", "UPGRADE_ROLLOUT_POLICY",
	}
}

// IsPolicyType reports whether Organizations knows the type.
func IsPolicyType(name string) bool { return slices.Contains(PolicyTypes(), name) }

// isControl reports whether policies of the type are written in the policy
// language of IAM.
func isControl(policyType string) bool { return policyType == SCP || policyType == RCP }

// fullPolicy is the id of AWS's own policy of a type; empty: it has none.
func fullPolicy(policyType string) string {
	switch policyType {
	case SCP:
		return FullAccess
	case RCP:
		return ResourceFullAccess
	}
	return ""
}

func fullAccessText(policyType string) string {
	if policyType == RCP {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`
	}
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
}

// managedPolicies are AWS's own, which every organization has.
func managedPolicies() []Policy {
	return []Policy{
		{ID: FullAccess, Name: "FullAWSAccess", Description: "Allows access to every operation", Type: SCP, AWSManaged: true, Content: fullAccessText(SCP)},
		{ID: ResourceFullAccess, Name: "RCPFullAWSAccess", Description: "Allows access to every resource", Type: RCP, AWSManaged: true, Content: fullAccessText(RCP)},
	}
}
