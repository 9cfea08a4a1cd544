package iam

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const newARN = f1Prefix + "policy/x/New"

func TestANewPolicy(t *testing.T) {
	w := newHome(t)
	got := w.get("CreatePolicy", "PolicyName", "New", "Path", "/x/", "PolicyDocument", doc, "Description", "What for.", "Tags.member.1.Key", "a", "Tags.member.1.Value", "")
	p := w.home().Policy(newARN)
	if !strings.HasPrefix(p.ID, "ANPA") || len(p.ID) != 21 {
		t.Errorf("unique id %q", p.ID)
	}
	policy := `{"PolicyName":"New","PolicyId":"` + p.ID + `","Arn":"arn:aws:iam::111122223333:policy/x/New","Path":"/x/","DefaultVersionId":"v1",
		"AttachmentCount":"0","PermissionsBoundaryUsageCount":"0","IsAttachable":"true",`
	rest := `"CreateDate":"2026-06-01T12:00:00Z","UpdateDate":"2026-06-01T12:00:00Z","Tags":[{"Key":"a","Value":""}]}`
	same(t, got, `{"Policy":`+policy+rest+`}`)
	same(t, w.get("GetPolicy", "PolicyArn", newARN), `{"Policy":`+policy+`"Description":"What for.",`+rest+`}`)
	same(t, w.get("GetPolicyVersion", "PolicyArn", newARN, "VersionId", "v1"), `{"PolicyVersion":{"Document":"`+
		`%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D`+
		`","VersionId":"v1","IsDefaultVersion":"true","CreateDate":"2026-06-01T12:00:00Z"}}`)
}

func TestFiveVersionsAtMostAndNoNumberTwice(t *testing.T) {
	w := newHome(t)
	w.get("CreatePolicy", "PolicyName", "New", "Path", "/x/", "PolicyDocument", doc)
	w.clock = w.clock.Add(time.Minute)
	same(t, w.get("CreatePolicyVersion", "PolicyArn", newARN, "PolicyDocument", allow("s3:GetObject"), "SetAsDefault", "true"),
		`{"PolicyVersion":{"VersionId":"v2","IsDefaultVersion":"true","CreateDate":"2026-06-01T12:01:00Z"}}`)
	for _, want := range []string{"v3", "v4", "v5"} {
		same(t, w.get("CreatePolicyVersion", "PolicyArn", newARN, "PolicyDocument", doc),
			`{"PolicyVersion":{"VersionId":"`+want+`","IsDefaultVersion":"false","CreateDate":"2026-06-01T12:01:00Z"}}`)
	}
	const full = "409 LimitExceeded: A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version."
	if got := w.fails(auditor(), "CreatePolicyVersion", "PolicyArn", newARN, "PolicyDocument", doc); got != full {
		t.Error(got)
	}
	w.done("DeletePolicyVersion", "PolicyArn", newARN, "VersionId", "v5")
	same(t, w.get("CreatePolicyVersion", "PolicyArn", newARN, "PolicyDocument", doc),
		`{"PolicyVersion":{"VersionId":"v6","IsDefaultVersion":"false","CreateDate":"2026-06-01T12:01:00Z"}}`)
	w.done("SetDefaultPolicyVersion", "PolicyArn", newARN, "VersionId", "v1")
	p := w.home().Policy(newARN)
	if p.Default != "v1" || p.DefaultDocument() != doc || !p.Updated.Equal(w.clock) || p.Created.Equal(w.clock) {
		t.Errorf("got %+v", p)
	}
}

func TestAPolicyGoesWhenNobodyUsesIt(t *testing.T) {
	w := newHome(t)
	w.get("CreatePolicy", "PolicyName", "New", "Path", "/x/", "PolicyDocument", doc)
	w.get("CreatePolicyVersion", "PolicyArn", newARN, "PolicyDocument", doc)
	w.done("AttachGroupPolicy", "GroupName", "developers", "PolicyArn", newARN)
	conflict := func(want string) {
		t.Helper()
		if got := w.fails(auditor(), "DeletePolicy", "PolicyArn", newARN); got != "409 DeleteConflict: "+want {
			t.Error(got)
		}
	}
	conflict("Cannot delete a policy attached to entities.")
	w.done("DetachGroupPolicy", "GroupName", "developers", "PolicyArn", newARN)
	w.done("PutUserPermissionsBoundary", "UserName", "bob", "PermissionsBoundary", newARN)
	conflict("Cannot delete a policy attached to entities.")
	w.done("DeleteUserPermissionsBoundary", "UserName", "bob")
	conflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
	w.done("DeletePolicyVersion", "PolicyArn", newARN, "VersionId", "v2")
	w.done("DeletePolicy", "PolicyArn", newARN)
	if w.home().Policy(newARN) != nil {
		t.Error("the policy is still there")
	}
}

func TestTagsOfPolicies(t *testing.T) {
	w := newHome(t)
	w.done("TagPolicy", "PolicyArn", teamEc2, "Tags.member.1.Key", "a", "Tags.member.1.Value", "1", "Tags.member.2.Key", "b", "Tags.member.2.Value", "2")
	w.done("UntagPolicy", "PolicyArn", teamEc2, "TagKeys.member.1", "a")
	same(t, w.get("ListPolicyTags", "PolicyArn", teamEc2), `{"Tags":[{"Key":"b","Value":"2"}],"IsTruncated":"false"}`)
}

func TestRefusedWritesOfPolicies(t *testing.T) {
	w := newHome(t)
	big := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:` + strings.Repeat("x", 6144) + `","Resource":"*"}]}`
	const invalid, malformed = "400 ValidationError: 1 validation error detected: Value at ", "400 MalformedPolicyDocument: "
	const aws = "403 AccessDenied: User: arn:aws:iam::111122223333:user/auditor is not authorized to perform: iam:%s on resource: policy AdministratorAccess: policies of AWS cannot be changed"
	refusals(t, w, map[string]struct {
		call []string
		want string
	}{
		"a name that is taken":        {[]string{"CreatePolicy", "PolicyName", "teamec2", "Path", "/other/", "PolicyDocument", doc}, "409 EntityAlreadyExists: A policy called teamec2 already exists. Duplicate names are not allowed."},
		"a name of 129":               {[]string{"CreatePolicy", "PolicyName", strings.Repeat("x", 129), "PolicyDocument", doc}, invalid + "'policyName' failed to satisfy constraint: Member must have length less than or equal to 128"},
		"no document":                 {[]string{"CreatePolicy", "PolicyName", "x"}, invalid + "'policyDocument' failed to satisfy constraint: Member must not be null"},
		"a path with a blank":         {[]string{"CreatePolicy", "PolicyName", "x", "Path", "/a b/", "PolicyDocument", doc}, invalid + `'path' failed to satisfy constraint: Member must satisfy regular expression pattern: ((/[A-Za-z0-9\.,\+@=_-]+)*)/`},
		"a document over the quota":   {[]string{"CreatePolicy", "PolicyName", "x", "PolicyDocument", big}, "409 LimitExceeded: Cannot exceed quota for PolicySize: 6144"},
		"a version over the quota":    {[]string{"CreatePolicyVersion", "PolicyArn", teamEc2, "PolicyDocument", big}, "409 LimitExceeded: Cannot exceed quota for PolicySize: 6144"},
		"a document without actions":  {[]string{"CreatePolicy", "PolicyName", "x", "PolicyDocument", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[],"Resource":"*"}]}`}, malformed + "Policy statement must contain actions."},
		"a version of nothing":        {[]string{"CreatePolicyVersion", "PolicyArn", f1Prefix + "policy/None", "PolicyDocument", doc}, "404 NoSuchEntity: Policy arn:aws:iam::111122223333:policy/None was not found."},
		"a default that is not":       {[]string{"SetDefaultPolicyVersion", "PolicyArn", teamEc2, "VersionId", "v7"}, "404 NoSuchEntity: Policy arn:aws:iam::111122223333:policy/TeamEc2 version v7 does not exist or is not attachable."},
		"a default that is no id":     {[]string{"SetDefaultPolicyVersion", "PolicyArn", teamEc2, "VersionId", "7"}, invalid + `'versionId' failed to satisfy constraint: Member must satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`},
		"deleting the default":        {[]string{"DeletePolicyVersion", "PolicyArn", teamEc2, "VersionId", "v1"}, "409 DeleteConflict: Cannot delete the default version of a policy."},
		"deleting no version":         {[]string{"DeletePolicyVersion", "PolicyArn", teamEc2, "VersionId", "v2"}, "404 NoSuchEntity: Policy arn:aws:iam::111122223333:policy/TeamEc2 version v2 does not exist or is not attachable."},
		"what is no ARN":              {[]string{"DeletePolicy", "PolicyArn", "this-is-long-enough-but-no-arn"}, "400 ValidationError: Invalid ARN"},
		"what is no policy":           {[]string{"DeletePolicy", "PolicyArn", f1Prefix + "role/service/app"}, "400 InvalidInput: ARN arn:aws:iam::111122223333:role/service/app is not valid."},
		"another account's":           {[]string{"DeletePolicy", "PolicyArn", "arn:aws:iam::999999999999:policy/TeamEc2"}, "404 NoSuchEntity: Policy arn:aws:iam::999999999999:policy/TeamEc2 was not found."},
		"deleting one of AWS":         {[]string{"DeletePolicy", "PolicyArn", adminARN}, fmt.Sprintf(aws, "DeletePolicy")},
		"a version of one of AWS":     {[]string{"CreatePolicyVersion", "PolicyArn", adminARN, "PolicyDocument", doc}, fmt.Sprintf(aws, "CreatePolicyVersion")},
		"a default of one of AWS":     {[]string{"SetDefaultPolicyVersion", "PolicyArn", adminARN, "VersionId", "v1"}, fmt.Sprintf(aws, "SetDefaultPolicyVersion")},
		"deleting a version of AWS":   {[]string{"DeletePolicyVersion", "PolicyArn", adminARN, "VersionId", "v1"}, fmt.Sprintf(aws, "DeletePolicyVersion")},
		"a tag on one of AWS":         {[]string{"TagPolicy", "PolicyArn", adminARN, "Tags.member.1.Key", "a", "Tags.member.1.Value", "1"}, fmt.Sprintf(aws, "TagPolicy")},
		"no tag more on one of AWS":   {[]string{"UntagPolicy", "PolicyArn", adminARN, "TagKeys.member.1", "a"}, fmt.Sprintf(aws, "UntagPolicy")},
		"a key of a tag that's empty": {[]string{"UntagPolicy", "PolicyArn", teamEc2, "TagKeys.member.1", ""}, invalid + `'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+, Member must not be null]`},
	})
}
