package iam

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestANewGroup(t *testing.T) {
	w := newHome(t)
	got := w.get("CreateGroup", "GroupName", "Ops", "Path", "/x/y/")
	g := w.home().GroupByName("ops")
	if !strings.HasPrefix(g.ID, "AGPA") || len(g.ID) != 21 {
		t.Errorf("unique id %q", g.ID)
	}
	want := `{"Group":{"Path":"/x/y/","GroupName":"Ops","GroupId":"` + g.ID + `","Arn":"arn:aws:iam::111122223333:group/x/y/Ops","CreateDate":"2026-06-01T12:00:00Z"}}`
	same(t, got, want)
	w.get("CreateGroup", "GroupName", "Plain")
	if got := w.home().GroupByName("Plain").ARN; got != f1Prefix+"group/Plain" {
		t.Error(got)
	}
}

func TestMembersFollowTheNameOfTheirGroup(t *testing.T) {
	w := newHome(t)
	w.asked = nil
	w.done("UpdateGroup", "GroupName", "DEVELOPERS", "NewGroupName", "Builders", "NewPath", "/b/")
	g := w.home().GroupByName("builders")
	if g.Name != "Builders" || g.ARN != f1Prefix+"group/b/Builders" || g.ID != "AGPADEVSEXAMPLE000001" || len(w.home().Members("Builders")) != 3 {
		t.Errorf("got %+v", g)
	}
	if got := w.home().UserByName("bob").Groups; !slices.Equal(got, []string{"Builders"}) {
		t.Errorf("groups of bob: %q", got)
	}
	if len(w.asked) != 1 || w.asked[0] != "iam:UpdateGroup on arn:aws:iam::111122223333:group/b/Builders" {
		t.Errorf("the guard was asked about %q", w.asked)
	}
	w.done("UpdateGroup", "GroupName", "Builders", "NewGroupName", "builders")
	if got := w.home().UserByName("bob").Groups; !slices.Equal(got, []string{"builders"}) {
		t.Errorf("groups of bob: %q", got)
	}
}

func TestAGroupGoesWhenNothingHoldsIt(t *testing.T) {
	w := newHome(t)
	conflict := func(want string) {
		t.Helper()
		if got := w.fails(auditor(), "DeleteGroup", "GroupName", "developers"); got != "409 DeleteConflict: Cannot delete entity, must "+want {
			t.Error(got)
		}
	}
	conflict("remove users from group first.")
	for _, name := range []string{"alice", "BOB", "carol"} {
		w.done("RemoveUserFromGroup", "GroupName", "developers", "UserName", name)
	}
	conflict("detach all policies first.")
	w.done("DetachGroupPolicy", "GroupName", "developers", "PolicyArn", teamEc2)
	conflict("delete policies first.")
	w.done("DeleteGroupPolicy", "GroupName", "developers", "PolicyName", "devinline")
	w.done("DeleteGroup", "GroupName", "Developers")
	if w.home().GroupByName("developers") != nil {
		t.Error("the group is still there")
	}
}

func TestPoliciesOfGroups(t *testing.T) {
	w := newHome(t)
	w.done("PutGroupPolicy", "GroupName", "developers", "PolicyName", "DevInline", "PolicyDocument", doc)
	w.done("AttachGroupPolicy", "GroupName", "developers", "PolicyArn", adminARN)
	w.done("AttachGroupPolicy", "GroupName", "developers", "PolicyArn", adminARN)
	g := w.home().GroupByName("developers")
	if len(g.Inline) != 1 || g.Inline[0].Document != doc || !slices.Equal(g.Attached, []string{teamEc2, adminARN}) {
		t.Errorf("got %+v", g)
	}
}

func TestRefusedWritesOfGroups(t *testing.T) {
	w := newHome(t)
	for i := range 9 {
		name := fmt.Sprintf("g%d", i)
		w.get("CreateGroup", "GroupName", name)
		w.done("AddUserToGroup", "GroupName", name, "UserName", "bob")
	}
	w.done("AddUserToGroup", "GroupName", "developers", "UserName", "bob") // again
	w.get("CreateGroup", "GroupName", "eleventh")
	for _, name := range []string{"AmazonEC2FullAccess", "AmazonEC2ReadOnlyAccess", "AmazonS3FullAccess", "AmazonS3ReadOnlyAccess",
		"AmazonSNSFullAccess", "AmazonSNSReadOnlyAccess", "AmazonSQSFullAccess", "IAMFullAccess", "IAMReadOnlyAccess"} {
		w.done("AttachGroupPolicy", "GroupName", "developers", "PolicyArn", "arn:aws:iam::aws:policy/"+name)
	}
	wide := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:` + strings.Repeat("x", 5120) + `","Resource":"*"}]}`
	const invalid = "400 ValidationError: 1 validation error detected: Value at "
	refusals(t, w, map[string]struct {
		call []string
		want string
	}{
		"a name that is taken":        {[]string{"CreateGroup", "GroupName", "DEVELOPERS"}, "409 EntityAlreadyExists: Group with name DEVELOPERS already exists."},
		"a name of 129":               {[]string{"CreateGroup", "GroupName", strings.Repeat("x", 129)}, invalid + "'groupName' failed to satisfy constraint: Member must have length less than or equal to 128"},
		"no name":                     {[]string{"CreateGroup", "Path", "/"}, invalid + "'groupName' failed to satisfy constraint: Member must not be null"},
		"a path without a beginning":  {[]string{"CreateGroup", "GroupName", "x", "Path", "a/"}, invalid + `'path' failed to satisfy constraint: Member must satisfy regular expression pattern: (\u002F)|(\u002F[\u0021-\u007E]+\u002F)`},
		"renaming nothing":            {[]string{"UpdateGroup", "GroupName", "none", "NewPath", "/x/"}, "404 NoSuchEntity: The group with name none cannot be found."},
		"renaming to a taken name":    {[]string{"UpdateGroup", "GroupName", "g1", "NewGroupName", "G2"}, "409 EntityAlreadyExists: Group with name G2 already exists."},
		"an eleventh group":           {[]string{"AddUserToGroup", "GroupName", "eleventh", "UserName", "bob"}, "409 LimitExceeded: Cannot exceed quota for GroupsPerUser: 10"},
		"adding nobody":               {[]string{"AddUserToGroup", "GroupName", "g1", "UserName", "nobody"}, "404 NoSuchEntity: The user with name nobody cannot be found."},
		"adding to nothing":           {[]string{"AddUserToGroup", "GroupName", "none", "UserName", "bob"}, "404 NoSuchEntity: The group with name none cannot be found."},
		"removing who is not in it":   {[]string{"RemoveUserFromGroup", "GroupName", "g1", "UserName", "alice"}, "404 NoSuchEntity: The user with name alice is not in the group with name g1."},
		"an eleventh policy":          {[]string{"AttachGroupPolicy", "GroupName", "developers", "PolicyArn", adminARN}, "409 LimitExceeded: Cannot exceed quota for PoliciesPerGroup: 10"},
		"attaching what is not":       {[]string{"AttachGroupPolicy", "GroupName", "developers", "PolicyArn", f1Prefix + "policy/None"}, "404 NoSuchEntity: Policy arn:aws:iam::111122223333:policy/None does not exist or is not attachable."},
		"detaching what is not":       {[]string{"DetachGroupPolicy", "GroupName", "developers", "PolicyArn", adminARN}, "404 NoSuchEntity: Policy arn:aws:iam::aws:policy/AdministratorAccess was not found."},
		"a policy over the quota":     {[]string{"PutGroupPolicy", "GroupName", "developers", "PolicyName", "p", "PolicyDocument", wide}, "409 LimitExceeded: Maximum policy size of 5120 bytes exceeded for group developers"},
		"a policy with a principal":   {[]string{"PutGroupPolicy", "GroupName", "developers", "PolicyName", "p", "PolicyDocument", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*"}]}`}, "400 MalformedPolicyDocument: Policy document should not specify a principal."},
		"an inline policy that isn't": {[]string{"DeleteGroupPolicy", "GroupName", "developers", "PolicyName", "p"}, "404 NoSuchEntity: The group policy with name p cannot be found."},
		"deleting nothing":            {[]string{"DeleteGroup", "GroupName", "none"}, "404 NoSuchEntity: The group with name none cannot be found."},
	})
}
