package iam

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func trusting(principal string) string {
	return strings.Replace(trust, `"Service":"ec2.amazonaws.com"`, `"AWS":"`+principal+`"`, 1)
}

func TestANewRole(t *testing.T) {
	w := newHome(t)
	got := w.get("CreateRole", "RoleName", "Deploy", "Path", "/ci/", "AssumeRolePolicyDocument", trust, "Description", "Ships it.",
		"MaxSessionDuration", "7200", "PermissionsBoundary", adminARN, "Tags.member.1.Key", "team", "Tags.member.1.Value", "x")
	r := w.home().RoleByName("deploy")
	if !strings.HasPrefix(r.ID, "AROA") || len(r.ID) != 21 || r.MaxSession != 2*time.Hour || r.Trust != trust {
		t.Errorf("got %+v", r)
	}
	role := `{"Path":"/ci/","RoleName":"Deploy","RoleId":"` + r.ID + `","Arn":"arn:aws:iam::111122223333:role/ci/Deploy","CreateDate":"2026-06-01T12:00:00Z",
		"AssumeRolePolicyDocument":"` + trustEncoded + `","Description":"Ships it.","MaxSessionDuration":"7200",
		"PermissionsBoundary":{"PermissionsBoundaryType":"Policy","PermissionsBoundaryArn":"arn:aws:iam::aws:policy/AdministratorAccess"},
		"Tags":[{"Key":"team","Value":"x"}]`
	same(t, got, `{"Role":`+role+`}}`)
	same(t, w.get("GetRole", "RoleName", "Deploy"), `{"Role":`+role+`,"RoleLastUsed":{}}}`)
	w.get("CreateRole", "RoleName", "plain", "AssumeRolePolicyDocument", trusting("111122223333"))
	if r := w.home().RoleByName("plain"); r.MaxSession != time.Hour || r.Path != "/" || r.Boundary != "" {
		t.Errorf("got %+v", r)
	}
}

func TestWhatOfARoleCanBeChanged(t *testing.T) {
	w := newHome(t)
	same(t, w.get("UpdateRole", "RoleName", "app", "Description", "a", "MaxSessionDuration", "43200"), `""`)
	w.get("UpdateRole", "RoleName", "app")
	if r := w.home().RoleByName("app"); r.Description != "a" || r.MaxSession != 12*time.Hour {
		t.Errorf("got %+v", r)
	}
	w.get("UpdateRole", "RoleName", "app", "Description", "")
	got := w.get("UpdateRoleDescription", "RoleName", "APP", "Description", "b").(map[string]any)["Role"].(map[string]any)
	if got["Description"] != "b" || got["RoleName"] != "app" {
		t.Errorf("got %v", got)
	}
	w.done("UpdateAssumeRolePolicy", "RoleName", "app", "PolicyDocument", trusting(f1Prefix+"user/dev/bob"))
	w.done("PutRolePermissionsBoundary", "RoleName", "app", "PermissionsBoundary", adminARN)
	w.done("TagRole", "RoleName", "app", "Tags.member.1.Key", "A", "Tags.member.1.Value", "1")
	w.done("TagRole", "RoleName", "app", "Tags.member.1.Key", "a", "Tags.member.1.Value", "2")
	r := w.home().RoleByName("app")
	if r.Trust != trusting(f1Prefix+"user/dev/bob") || r.Boundary != adminARN || len(r.Tags) != 1 || r.Tags[0].Value != "2" || r.MaxSession != 12*time.Hour {
		t.Errorf("got %+v", r)
	}
	w.done("UntagRole", "RoleName", "app", "TagKeys.member.1", "A")
	w.done("DeleteRolePermissionsBoundary", "RoleName", "app")
	if r := w.home().RoleByName("app"); r.Boundary != "" || len(r.Tags) != 0 {
		t.Errorf("got %+v", r)
	}
}

func TestARoleGoesWhenNothingHoldsIt(t *testing.T) {
	w := newHome(t)
	w.get("CreateInstanceProfile", "InstanceProfileName", "box", "Path", "/p/")
	w.asked = nil
	w.done("AddRoleToInstanceProfile", "InstanceProfileName", "BOX", "RoleName", "APP")
	if !slices.Equal(w.asked, []string{"iam:PassRole on arn:aws:iam::111122223333:role/service/app"}) {
		t.Errorf("the guard was asked about %q", w.asked)
	}
	conflict := func(want string) {
		t.Helper()
		if got := w.fails(auditor(), "DeleteRole", "RoleName", "app"); got != "409 DeleteConflict: Cannot delete entity, must "+want {
			t.Error(got)
		}
	}
	conflict("remove roles from instance profile first.")
	w.done("RemoveRoleFromInstanceProfile", "InstanceProfileName", "box", "RoleName", "app")
	conflict("detach all policies first.")
	w.done("DetachRolePolicy", "RoleName", "app", "PolicyArn", teamEc2)
	w.done("DetachRolePolicy", "RoleName", "app", "PolicyArn", sqsRead)
	conflict("delete policies first.")
	w.done("DeleteRolePolicy", "RoleName", "app", "PolicyName", "APPINLINE")
	w.done("DeleteRole", "RoleName", "App")
	w.done("DeleteInstanceProfile", "InstanceProfileName", "box")
	if w.home().RoleByName("app") != nil || len(w.home().Profiles) != 0 {
		t.Error("something is still there")
	}
	w.get("CreateRole", "RoleName", "app", "AssumeRolePolicyDocument", trust)
	if w.home().RoleByName("app").ID == appID {
		t.Error("a unique id was used again (IAM-13)")
	}
}

func TestRefusedWritesOfRoles(t *testing.T) {
	w := newHome(t)
	for _, name := range []string{"AmazonEC2FullAccess", "AmazonEC2ReadOnlyAccess", "AmazonS3FullAccess", "AmazonS3ReadOnlyAccess",
		"AmazonSNSFullAccess", "AmazonSNSReadOnlyAccess", "AmazonSQSFullAccess", "IAMFullAccess"} {
		w.done("AttachRolePolicy", "RoleName", "app", "PolicyArn", "arn:aws:iam::aws:policy/"+name)
	}
	w.get("CreateRole", "RoleName", "free", "AssumeRolePolicyDocument", trust)
	w.get("CreateInstanceProfile", "InstanceProfileName", "box")
	w.done("AddRoleToInstanceProfile", "InstanceProfileName", "box", "RoleName", "app")
	big := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:` + strings.Repeat("x", 10240) + `","Resource":"*"}]}`
	const invalid, malformed = "400 ValidationError: 1 validation error detected: Value at ", "400 MalformedPolicyDocument: "
	create := func(pairs ...string) []string {
		return append([]string{"CreateRole", "RoleName", "x"}, pairs...)
	}
	refusals(t, w, map[string]struct {
		call []string
		want string
	}{
		"a name that is taken":           {[]string{"CreateRole", "RoleName", "APP", "AssumeRolePolicyDocument", trust}, "409 EntityAlreadyExists: Role with name APP already exists."},
		"no trust policy":                {create(), invalid + "'assumeRolePolicyDocument' failed to satisfy constraint: Member must not be null"},
		"a trust policy without anybody": {create("AssumeRolePolicyDocument", doc), malformed + "AssumeRole policy may only specify STS AssumeRole actions."},
		"a trust policy with a resource": {create("AssumeRolePolicyDocument", strings.Replace(trust, `"Effect"`, `"Resource":"*","Effect"`, 1)), malformed + "Has prohibited field Resource"},
		"a trust policy over the quota":  {create("AssumeRolePolicyDocument", strings.Replace(trust, `"Effect"`, `"Sid":"`+strings.Repeat("x", 2048)+`","Effect"`, 1)), "409 LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048"},
		"trust in nobody":                {create("AssumeRolePolicyDocument", trusting(f1Prefix+"user/nobody")), malformed + `Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/nobody"`},
		"a session of 59 minutes":        {create("AssumeRolePolicyDocument", trust, "MaxSessionDuration", "3599"), invalid + "'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600"},
		"a session of more than a day":   {create("AssumeRolePolicyDocument", trust, "MaxSessionDuration", "43201"), invalid + "'maxSessionDuration' failed to satisfy constraint: Member must have value less than or equal to 43200"},
		"a long description":             {create("AssumeRolePolicyDocument", trust, "Description", strings.Repeat("x", 1001)), invalid + "'description' failed to satisfy constraint: Member must have length less than or equal to 1000"},
		"a path of service-linked roles": {create("AssumeRolePolicyDocument", trust, "Path", "/aws-service-role/ec2.amazonaws.com/"), "400 InvalidInput: The path /aws-service-role/ec2.amazonaws.com/ is for service-linked roles: use CreateServiceLinkedRole."},
		"a boundary that is not":         {create("AssumeRolePolicyDocument", trust, "PermissionsBoundary", f1Prefix+"policy/None"), "404 NoSuchEntity: Scope ARN: arn:aws:iam::111122223333:policy/None does not exist or is not attachable."},
		"a tag twice":                    {create("AssumeRolePolicyDocument", trust, "Tags.member.1.Key", "a", "Tags.member.1.Value", "", "Tags.member.2.Key", "A", "Tags.member.2.Value", ""), "400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		"updating nothing":               {[]string{"UpdateRole", "RoleName", "none"}, "404 NoSuchEntity: The role with name none cannot be found."},
		"a trust policy that is no JSON": {[]string{"UpdateAssumeRolePolicy", "RoleName", "app", "PolicyDocument", "{"}, malformed + "Syntax errors in policy. policy document line 1, column 2: expected an element name in quotation marks in the document, found the end of the text"},
		"an eleventh policy":             {[]string{"AttachRolePolicy", "RoleName", "app", "PolicyArn", adminARN}, "409 LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10"},
		"detaching what is not attached": {[]string{"DetachRolePolicy", "RoleName", "free", "PolicyArn", adminARN}, "404 NoSuchEntity: Policy arn:aws:iam::aws:policy/AdministratorAccess was not found."},
		"a policy over the quota":        {[]string{"PutRolePolicy", "RoleName", "free", "PolicyName", "p", "PolicyDocument", big}, "409 LimitExceeded: Maximum policy size of 10240 bytes exceeded for role free"},
		"an inline policy that is not":   {[]string{"DeleteRolePolicy", "RoleName", "free", "PolicyName", "p"}, "404 NoSuchEntity: The role policy with name p cannot be found."},
		"a boundary that is not there":   {[]string{"DeleteRolePermissionsBoundary", "RoleName", "free"}, "404 NoSuchEntity: The role with name free does not have a permissions boundary."},
		"a profile that is there":        {[]string{"CreateInstanceProfile", "InstanceProfileName", "Box"}, "409 EntityAlreadyExists: Instance Profile Box already exists."},
		"a second role in a profile":     {[]string{"AddRoleToInstanceProfile", "InstanceProfileName", "box", "RoleName", "free"}, "409 LimitExceeded: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"},
		"no such role for a profile":     {[]string{"AddRoleToInstanceProfile", "InstanceProfileName", "box", "RoleName", "none"}, "404 NoSuchEntity: The role with name none cannot be found."},
		"a role that is not in it":       {[]string{"RemoveRoleFromInstanceProfile", "InstanceProfileName", "box", "RoleName", "free"}, "404 NoSuchEntity: Cannot find role free for Instance Profile box."},
		"a profile that holds a role":    {[]string{"DeleteInstanceProfile", "InstanceProfileName", "box"}, "409 DeleteConflict: Cannot delete entity, must remove roles from instance profile first."},
		"no such profile":                {[]string{"DeleteInstanceProfile", "InstanceProfileName", "none"}, "404 NoSuchEntity: Instance Profile none cannot be found."},
	})
}

func TestTagsOfInstanceProfiles(t *testing.T) {
	w := newHome(t)
	w.get("CreateInstanceProfile", "InstanceProfileName", "box", "Tags.member.1.Key", "a", "Tags.member.1.Value", "1")
	w.done("TagInstanceProfile", "InstanceProfileName", "box", "Tags.member.1.Key", "b", "Tags.member.1.Value", "2")
	w.done("UntagInstanceProfile", "InstanceProfileName", "box", "TagKeys.member.1", "a")
	p := w.home().Profile("box")
	same(t, w.get("GetInstanceProfile", "InstanceProfileName", "box"), `{"InstanceProfile":{"Path":"/","InstanceProfileName":"box","InstanceProfileId":"`+p.ID+
		`","Arn":"arn:aws:iam::111122223333:instance-profile/box","CreateDate":"2026-06-01T12:00:00Z","Roles":[],"Tags":[{"Key":"b","Value":"2"}]}}`)
}
