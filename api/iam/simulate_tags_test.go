package iam

import (
	"testing"

	"github.com/ebbmark/ebbmark/inventory"
)

// TestTagsOfTheSimulatedPrincipal: they need not be given, those of another
// caller are not told.
func TestTagsOfTheSimulatedPrincipal(t *testing.T) {
	const own = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue","aws:PrincipalOrgID":"o-1"}}}]}`
	org := []ContextEntry{entry("aws:PrincipalOrgID", "o-1")}
	caller := f1Prefix + "user/dev/bob"
	for label, c := range map[string]struct {
		source  string
		caller  *string
		entries []ContextEntry
		want    string
		missing []string
	}{
		"a user's own":                        {alice, nil, org, allowed, nil},
		"a role's own":                        {f1Prefix + "role/service/app", nil, org, allowed, nil},
		"given ones go first":                 {alice, nil, append(org, entry("AWS:principaltag/TEAM", "red")), implicitDeny, nil},
		"another caller's are not told":       {alice, &caller, org, implicitDeny, []string{"aws:PrincipalTag/team"}},
		"the organization's id must be given": {alice, nil, nil, implicitDeny, []string{"aws:PrincipalOrgID"}},
	} {
		t.Run(label, func(t *testing.T) {
			w := newWorld(t)
			w.change(func(a *inventory.Account) {
				tags := []inventory.Tag{{Key: "Team", Value: "blue"}}
				a.UserByName("alice").Tags, a.UserByName("bob").Tags, a.RoleByName("app").Tags = tags, tags, tags
			})
			out, err := w.SimulatePrincipalPolicy(t.Context(), auditor(), &SimulatePrincipalPolicyInput{
				PolicySourceArn: c.source, CallerArn: c.caller, ContextEntries: c.entries,
				PolicyInputList: []string{own}, ActionNames: []string{"kms:Encrypt"},
			})
			if err != nil {
				t.Fatal(err)
			}
			got := out.EvaluationResults[0]
			for _, key := range c.missing {
				found := false
				for _, missing := range got.MissingContextValues {
					found = found || missing == key
				}
				if !found {
					t.Errorf("%s is not missing in %v", key, got.MissingContextValues)
				}
			}
			if got.EvalDecision != c.want {
				t.Errorf("got %s, missing %v", got.EvalDecision, got.MissingContextValues)
			}
		})
	}
}

func entry(key, value string) ContextEntry {
	kind := "string"
	return ContextEntry{ContextKeyName: &key, ContextKeyValues: []string{value}, ContextKeyType: &kind}
}
