package auth_test

import (
	"testing"

	"github.com/ebbmark/ebbmark/wire"
)

// TestRefusalsNameEntities: the decision is made on the ARN with its path, the
// text says less (IAM-9).
func TestRefusalsNameEntities(t *testing.T) {
	h := newHouse(t)
	caller := wire.Caller{Account: account, Partition: "aws", Kind: wire.UserCaller, Entity: "AIDAALICE0000000000001",
		UserID: "AIDAALICE0000000000001", ARN: "arn:aws:iam::111122223333:user/alice"}
	const prefix = "arn:aws:iam::111122223333:"
	for name, c := range map[string]struct{ action, resource, text string }{
		"a user":                  {"iam:GetUser", prefix + "user/dev/bob", "user bob"},
		"a role":                  {"iam:GetRole", prefix + "role/service/app", "role app"},
		"a group":                 {"iam:GetGroup", prefix + "group/x/y/devs", "group devs"},
		"a policy, with its path": {"iam:GetPolicy", prefix + "policy/team/Ec2", "policy team/Ec2"},
		"a policy of AWS":         {"iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", "policy ReadOnlyAccess"},
		"an instance profile":     {"iam:GetInstanceProfile", prefix + "instance-profile/x/web", "instance profile web"},
		"anything":                {"iam:GetAccountSummary", "*", "*"},
		"root":                    {"iam:GetUser", prefix + "root", prefix + "root"},
		"reports say the ARN":     {"iam:GenerateServiceLastAccessedDetails", prefix + "user/dev/bob", prefix + "user/dev/bob"},
		"so do simulations":       {"iam:SimulatePrincipalPolicy", prefix + "user/dev/bob", prefix + "user/dev/bob"},
		"so do other services":    {"sts:AssumeRole", prefix + "role/service/app", prefix + "role/service/app"},
	} {
		t.Run(name, func(t *testing.T) {
			err := h.Guard(t.Context(), caller, c.action, c.resource)
			want := "AccessDenied: User: arn:aws:iam::111122223333:user/alice is not authorized to perform: " + c.action +
				" on resource: " + c.text + " because no identity-based policy allows the " + c.action + " action"
			if err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}
