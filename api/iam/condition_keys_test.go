package iam

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// delegated is a home whose calls are judged by the real authority. bob may do
// what the statement says.
func delegated(t *testing.T, statement string) (*world, wire.Caller) {
	t.Helper()
	w := newHome(t)
	w.must(w.Book.Update(t.Context(), f1Account, func(a *inventory.Account) error {
		bob, app := a.UserByName("bob"), a.RoleByName("app")
		bob.Inline = []inventory.Inline{{Name: "Some", Document: `{"Version":"2012-10-17","Statement":[` + statement + `]}`}}
		app.Tags = []inventory.Tag{{Key: "team", Value: "blue"}}
		app.Boundary = adminARN
		return nil
	}))
	authority := &auth.Authority{Accounts: w.Book, Log: w.Log}
	w.API.Config.Guard = authority.Guard
	w.router = wire.NewRouter(authority.Guard, w.Service())
	return w, wire.Caller{
		Account: f1Account, Partition: "aws", Kind: wire.UserCaller, UserID: bobID, Entity: bobID, ARN: f1Prefix + "user/dev/bob",
	}
}

func TestPoliciesAskAboutRequestsToIAM(t *testing.T) {
	when := func(action, condition string) string {
		return `{"Effect":"Allow","Action":"iam:` + action + `","Resource":"*","Condition":{` + condition + `}}`
	}
	const bounded = `"StringEquals":{"iam:PermissionsBoundary":"` + adminARN + `"}`
	create := []string{"CreateRole", "RoleName", "x", "AssumeRolePolicyDocument", trust}
	tagged := []string{"TagRole", "RoleName", "app", "Tags.member.1.Key", "stage", "Tags.member.1.Value", "test"}
	for name, test := range map[string]struct {
		statement string
		call      []string
		allowed   bool
	}{
		"a role with the boundary":       {when("CreateRole", bounded), slices.Concat(create, []string{"PermissionsBoundary", adminARN}), true},
		"a role with another boundary":   {when("CreateRole", bounded), slices.Concat(create, []string{"PermissionsBoundary", teamEc2}), false},
		"a role without boundary":        {when("CreateRole", bounded), create, false},
		"a user with the boundary":       {when("CreateUser", bounded), []string{"CreateUser", "UserName", "x", "PermissionsBoundary", adminARN}, true},
		"a policy on who has boundary":   {when("PutRolePolicy", bounded), []string{"PutRolePolicy", "RoleName", "app", "PolicyName", "p", "PolicyDocument", doc}, true},
		"a policy on who has none":       {when("PutUserPolicy", bounded), []string{"PutUserPolicy", "UserName", "alice", "PolicyName", "p", "PolicyDocument", doc}, false},
		"the boundary asked for decides": {when("PutRolePermissionsBoundary", bounded), []string{"PutRolePermissionsBoundary", "RoleName", "app", "PermissionsBoundary", teamEc2}, false},
		"reading knows no boundary":      {when("GetRole", bounded), []string{"GetRole", "RoleName", "app"}, false},
		"the policy to attach": {when("AttachRolePolicy", `"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/AmazonS3*"}`),
			[]string{"AttachRolePolicy", "RoleName", "app", "PolicyArn", "arn:aws:iam::aws:policy/AmazonS3FullAccess"}, true},
		"another policy to attach": {when("AttachRolePolicy", `"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/AmazonS3*"}`),
			[]string{"AttachRolePolicy", "RoleName", "app", "PolicyArn", adminARN}, false},
		"the tag of the request":         {when("TagRole", `"StringEquals":{"aws:RequestTag/Stage":"test"}`), tagged, true},
		"the tag of the request differs": {when("TagRole", `"StringEquals":{"aws:RequestTag/Stage":"live"}`), tagged, false},
		"the keys of the request":        {when("TagRole", `"ForAllValues:StringEquals":{"aws:TagKeys":["stage"]}`), tagged, true},
		"the keys to remove":             {when("UntagRole", `"ForAllValues:StringEquals":{"aws:TagKeys":["stage"]}`), []string{"UntagRole", "RoleName", "app", "TagKeys.member.1", "team"}, false},
		"the tag of the role":            {when("DeleteRolePolicy", `"StringEquals":{"aws:ResourceTag/team":"blue"}`), []string{"DeleteRolePolicy", "RoleName", "app", "PolicyName", "AppInline"}, true},
		"the tag of the role by iam":     {when("GetRole", `"StringEquals":{"iam:ResourceTag/team":"red"}`), []string{"GetRole", "RoleName", "app"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w, bob := delegated(t, test.statement)
			status, answer := w.call(bob, test.call[0], test.call[1:]...)
			if (status == 200) != test.allowed || !test.allowed && status != 403 {
				t.Errorf("%d %v", status, answer)
			}
		})
	}
}

func TestARoleForAnInstanceProfileMustBePassed(t *testing.T) {
	const add = `{"Effect":"Allow","Action":["iam:CreateInstanceProfile","iam:AddRoleToInstanceProfile"],"Resource":"*"}`
	call := []string{"InstanceProfileName", "box", "RoleName", "app"}
	w, bob := delegated(t, add)
	w.call(bob, "CreateInstanceProfile", "InstanceProfileName", "box")
	got := w.fails(bob, "AddRoleToInstanceProfile", call...)
	if !strings.HasPrefix(got, "403 AccessDenied: User: arn:aws:iam::111122223333:user/dev/bob is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/service/app") {
		t.Error(got)
	}
	w, bob = delegated(t, add+`,{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}}`)
	w.call(bob, "CreateInstanceProfile", "InstanceProfileName", "box")
	if status, answer := w.call(bob, "AddRoleToInstanceProfile", call...); status != 200 {
		t.Error(answer)
	}
}

func TestAFoundRootHasNoKeys(t *testing.T) {
	if keys := (found[inventory.User]{}).ConditionKeys("iam:GetUser"); len(keys) != 0 {
		t.Errorf("got %q", slices.Collect(maps.Keys(keys)))
	}
}
