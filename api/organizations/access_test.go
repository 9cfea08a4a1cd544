package organizations

import (
	"context"
	"testing"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/wire"
)

// TestWhoMayAsk has one operation of each kind and each kind of caller (ORG-44).
func TestWhoMayAsk(t *testing.T) {
	const (
		no    = "AccessDeniedException"
		notIn = "AWSOrganizationsNotInUseException"
	)
	for _, c := range []struct {
		operation, body              string
		management, delegated, plain string // "" is success
	}{
		{"DescribeOrganization", `{}`, "", "", ""},
		{"DescribeAccount", `{"AccountId":"222222222222"}`, "", "", no},
		{"ListRoots", `{}`, "", "", no},
		{"ListAccounts", `{}`, "", "", no},
		{"ListPolicies", `{"Filter":"SERVICE_CONTROL_POLICY"}`, "", "", no},
		{"ListTagsForResource", `{"ResourceId":"222222222222"}`, "", "", no},
		{"ListDelegatedAdministrators", `{}`, "", "", no},
		{"ListCreateAccountStatus", `{}`, "", "", no},
		{"CreateOrganizationalUnit", `{"ParentId":"r-ab12","Name":"x"}`, "", no, no},
		{"MoveAccount", `{"AccountId":"222222222222","SourceParentId":"ou-ab12-prod0001","DestinationParentId":"r-ab12"}`, "", no, no},
		{"AttachPolicy", `{"PolicyId":"p-unused0001","TargetId":"r-ab12"}`, "", no, no},
		{"CreateAccount", `{"AccountName":"x","Email":"x@example.com"}`, "", no, no},
		{"RegisterDelegatedAdministrator", `{"AccountId":"222222222222","ServicePrincipal":"guardduty.amazonaws.com"}`, "", no, no},
		{"DeleteOrganization", `{}`, "OrganizationNotEmptyException", no, no},
		{"DescribeEffectivePolicy", `{"PolicyType":"TAG_POLICY","TargetId":"333333333333"}`, "EffectivePolicyNotFoundException", "EffectivePolicyNotFoundException", no},
		{"DescribeEffectivePolicy", `{"PolicyType":"TAG_POLICY"}`, "EffectivePolicyNotFoundException", "EffectivePolicyNotFoundException", "EffectivePolicyNotFoundException"},
	} {
		w := newWorld(t, false)
		for account, want := range map[string]string{admin: c.delegated, member: c.plain, outside: notIn} {
			if got := failure(w.ask(account, c.operation, c.body)); got != want {
				t.Errorf("%s by %s: got %q, want %q", c.operation, account, got, want)
			}
		}
		if got := failure(w.ask(mgmt, c.operation, c.body)); got != c.management {
			t.Errorf("%s by the management account: got %q, want %q", c.operation, got, c.management)
		}
	}
}

// TestGuardComesFirst: who may not ask is told nothing of what exists (LA-112),
// and requests about several things need the permission on each.
func TestGuardComesFirst(t *testing.T) {
	const arn = "arn:aws:organizations::111111111111:"
	for name, c := range map[string]struct{ account, operation, body, denied string }{
		"something that is absent":    {mgmt, "DescribeAccount", `{"AccountId":"999999999999"}`, arn + "account/o-exampleorg1/999999999999"},
		"a policy that is absent":     {mgmt, "DescribePolicy", `{"PolicyId":"p-missing001"}`, arn + "policy/o-exampleorg1/service_control_policy/p-missing001"},
		"from outside":                {outside, "DescribeOrganization", `{}`, "*"},
		"from a member":               {member, "ListAccounts", `{}`, "*"},
		"the policy of an attachment": {mgmt, "AttachPolicy", `{"PolicyId":"p-unused0001","TargetId":"r-ab12"}`, arn + "policy/o-exampleorg1/service_control_policy/p-unused0001"},
		"the target of an attachment": {mgmt, "AttachPolicy", `{"PolicyId":"p-unused0001","TargetId":"r-ab12"}`, arn + "root/o-exampleorg1/r-ab12"},
		"the target of a detachment":  {mgmt, "DetachPolicy", `{"PolicyId":"p-denysqs001","TargetId":"ou-ab12-dev00001"}`, arn + "ou/o-exampleorg1/ou-ab12-dev00001"},
		"where an account comes from": {mgmt, "MoveAccount", `{"AccountId":"222222222222","SourceParentId":"ou-ab12-prod0001","DestinationParentId":"r-ab12"}`, arn + "ou/o-exampleorg1/ou-ab12-prod0001"},
		"where an account goes":       {mgmt, "MoveAccount", `{"AccountId":"222222222222","SourceParentId":"ou-ab12-prod0001","DestinationParentId":"r-ab12"}`, arn + "root/o-exampleorg1/r-ab12"},
		"tags of what is made":        {mgmt, "CreateOrganizationalUnit", `{"ParentId":"r-ab12","Name":"x","Tags":[{"Key":"a","Value":"b"}]}`, arn + "ou/o-exampleorg1/*"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, false)
			w.guard = func(_ context.Context, _ wire.Caller, _, resource string) error {
				if resource == c.denied {
					return wire.Errorf(403, "AccessDenied", "no")
				}
				return nil
			}
			answer := w.ask(c.account, c.operation, c.body)
			if want := `{"__type":"AccessDeniedException","Message":"no"}`; string(answer.Body) != want || answer.Status != 400 {
				t.Errorf("got %d %s", answer.Status, answer.Body)
			}
		})
	}
}

// TestConditionKeys: what policies may ask about besides the caller's own keys.
func TestConditionKeys(t *testing.T) {
	for name, c := range map[string]struct {
		operation, body string
		want            map[string]string
	}{
		"tags of a unit":       {"DescribeOrganizationalUnit", `{"OrganizationalUnitId":"ou-ab12-prod0001"}`, map[string]string{"aws:ResourceTag/stage": "prod"}},
		"tags of a request":    {"TagResource", `{"ResourceId":"ou-ab12-dev00001","Tags":[{"Key":"team","Value":"blue"}]}`, map[string]string{"aws:RequestTag/team": "blue", "aws:TagKeys": "team"}},
		"tags that go":         {"UntagResource", `{"ResourceId":"ou-ab12-prod0001","TagKeys":["stage"]}`, map[string]string{"aws:ResourceTag/stage": "prod", "aws:TagKeys": "stage"}},
		"the type of a policy": {"DescribePolicy", `{"PolicyId":"p-allowlist1"}`, map[string]string{"organizations:PolicyType": scp}},
		"a type that is asked": {"EnablePolicyType", `{"RootId":"r-ab12","PolicyType":"TAG_POLICY"}`, map[string]string{"organizations:PolicyType": "TAG_POLICY"}},
		"a service":            {"EnableAWSServiceAccess", `{"ServicePrincipal":"config.amazonaws.com"}`, map[string]string{"organizations:ServicePrincipal": "config.amazonaws.com"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, false)
			var seen map[string][]string
			w.guard = func(_ context.Context, caller wire.Caller, _, _ string) error {
				seen = caller.Keys
				return nil
			}
			w.must(c.operation, c.body)
			for key, want := range c.want {
				if len(seen[key]) != 1 || seen[key][0] != want {
					t.Errorf("%s: got %q, want %q", key, seen[key], want)
				}
			}
		})
	}
}

// TestDelegatedAdministratorsOwnPolicies: what is the organization's is named by
// the management account, and yet only the caller's own account decides.
func TestDelegatedAdministratorsOwnPolicies(t *testing.T) {
	w := newWorld(t, false)
	w.guard = (&auth.Authority{Accounts: w.Book, Log: w.Log}).Guard
	if got := failure(w.ask(admin, "DescribeAccount", `{"AccountId":"222222222222"}`)); got != "" {
		t.Errorf("its root: %q", got)
	}
	nobody := callerOf(admin)
	nobody.Kind, nobody.ARN, nobody.Entity = wire.UserCaller, "arn:aws:iam::333333333333:user/nobody", "AIDANOBODY0000000001"
	if err := w.guard(t.Context(), nobody, "organizations:DescribeAccount", "arn:aws:organizations::111111111111:account/o-exampleorg1/222222222222"); err == nil {
		t.Error("a user without policies may ask")
	}
}
