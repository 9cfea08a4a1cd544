package iam

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

const (
	oneError    = "400 ValidationError: 1 validation error detected: Value at '"
	namePattern = "' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+"
	textPattern = "' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
)

func atMost(field, n string) string {
	return oneError + field + "' failed to satisfy constraint: Member must have length less than or equal to " + n
}

func atLeast(field, n string) string {
	return oneError + field + "' failed to satisfy constraint: Member must have length greater than or equal to " + n
}

func isNull(field string) string {
	return oneError + field + "' failed to satisfy constraint: Member must not be null"
}

func twoErrors(first, second string) string {
	_, rest, _ := strings.Cut(second, "detected: ")
	return strings.Replace(first, "1 validation error", "2 validation errors", 1) + "; " + rest
}

// families are the operations on each kind of entity, with valid input.
func families() map[string]map[string][]string {
	tag := []string{"Tags.member.1.Key", "k", "Tags.member.1.Value", "v"}
	inline := []string{"PolicyName", "p", "PolicyDocument", doc}
	with := func(first, second string, more ...string) []string { return append([]string{first, second}, more...) }
	return map[string]map[string][]string{
		"userName": {
			"CreateUser": with("UserName", "new"), "UpdateUser": with("UserName", "bob"), "DeleteUser": with("UserName", "carol"), "GetUser": with("UserName", "bob"),
			"TagUser": with("UserName", "bob", tag...), "UntagUser": with("UserName", "bob", "TagKeys.member.1", "k"), "ListUserTags": with("UserName", "bob"),
			"PutUserPolicy": with("UserName", "bob", inline...), "GetUserPolicy": with("UserName", "alice", "PolicyName", "AliceIam"),
			"DeleteUserPolicy": with("UserName", "alice", "PolicyName", "AliceIam"), "AttachUserPolicy": with("UserName", "bob", "PolicyArn", teamEc2),
			"DetachUserPolicy": with("UserName", "bob", "PolicyArn", teamEc2), "ListUserPolicies": with("UserName", "bob"), "ListAttachedUserPolicies": with("UserName", "bob"),
			"PutUserPermissionsBoundary": with("UserName", "bob", "PermissionsBoundary", teamEc2), "DeleteUserPermissionsBoundary": with("UserName", "bob"),
			"CreateAccessKey": with("UserName", "bob"), "ListAccessKeys": with("UserName", "bob"), "ListGroupsForUser": with("UserName", "bob"),
			"AddUserToGroup": with("UserName", "bob", "GroupName", "developers"), "RemoveUserFromGroup": with("UserName", "bob", "GroupName", "developers"),
		},
		"roleName": {
			"CreateRole": with("RoleName", "new", "AssumeRolePolicyDocument", trust), "UpdateRole": with("RoleName", "app"), "DeleteRole": with("RoleName", "app"),
			"GetRole": with("RoleName", "app"), "TagRole": with("RoleName", "app", tag...), "UntagRole": with("RoleName", "app", "TagKeys.member.1", "k"),
			"ListRoleTags": with("RoleName", "app"), "PutRolePolicy": with("RoleName", "app", inline...), "GetRolePolicy": with("RoleName", "app", "PolicyName", "AppInline"),
			"DeleteRolePolicy": with("RoleName", "app", "PolicyName", "AppInline"), "AttachRolePolicy": with("RoleName", "app", "PolicyArn", teamEc2),
			"DetachRolePolicy": with("RoleName", "app", "PolicyArn", teamEc2), "UpdateAssumeRolePolicy": with("RoleName", "app", "PolicyDocument", trust),
			"UpdateRoleDescription": with("RoleName", "app", "Description", "d"), "ListRolePolicies": with("RoleName", "app"),
			"ListAttachedRolePolicies": with("RoleName", "app"), "ListInstanceProfilesForRole": with("RoleName", "app"),
			"PutRolePermissionsBoundary": with("RoleName", "app", "PermissionsBoundary", teamEc2), "DeleteRolePermissionsBoundary": with("RoleName", "app"),
		},
		"groupName": {
			"CreateGroup": with("GroupName", "new"), "UpdateGroup": with("GroupName", "developers"), "DeleteGroup": with("GroupName", "developers"),
			"GetGroup": with("GroupName", "developers"), "PutGroupPolicy": with("GroupName", "developers", inline...),
			"GetGroupPolicy": with("GroupName", "developers", "PolicyName", "DevInline"), "DeleteGroupPolicy": with("GroupName", "developers", "PolicyName", "DevInline"),
			"AttachGroupPolicy": with("GroupName", "developers", "PolicyArn", teamEc2), "DetachGroupPolicy": with("GroupName", "developers", "PolicyArn", teamEc2),
			"ListGroupPolicies": with("GroupName", "developers"), "ListAttachedGroupPolicies": with("GroupName", "developers"),
		},
		"instanceProfileName": {
			"CreateInstanceProfile": with("InstanceProfileName", "new"), "DeleteInstanceProfile": with("InstanceProfileName", "box"),
			"GetInstanceProfile": with("InstanceProfileName", "box"), "TagInstanceProfile": with("InstanceProfileName", "box", tag...),
			"AddRoleToInstanceProfile":      with("InstanceProfileName", "box", "RoleName", "app"),
			"RemoveRoleFromInstanceProfile": with("InstanceProfileName", "box", "RoleName", "app"),
		},
		"policyArn": {
			"GetPolicy": with("PolicyArn", teamEc2), "DeletePolicy": with("PolicyArn", teamEc2), "ListPolicyVersions": with("PolicyArn", teamEc2),
			"GetPolicyVersion": with("PolicyArn", teamEc2, "VersionId", "v1"), "CreatePolicyVersion": with("PolicyArn", teamEc2, "PolicyDocument", doc),
			"SetDefaultPolicyVersion": with("PolicyArn", teamEc2, "VersionId", "v1"), "DeletePolicyVersion": with("PolicyArn", teamEc2, "VersionId", "v1"),
			"ListEntitiesForPolicy": with("PolicyArn", teamEc2), "TagPolicy": with("PolicyArn", teamEc2, tag...), "ListPolicyTags": with("PolicyArn", teamEc2),
			"AttachUserPolicy": with("UserName", "bob", "PolicyArn", teamEc2), "AttachRolePolicy": with("RoleName", "app", "PolicyArn", teamEc2),
			"AttachGroupPolicy": with("GroupName", "developers", "PolicyArn", teamEc2), "DetachUserPolicy": with("UserName", "bob", "PolicyArn", teamEc2),
		},
	}
}

// mayMiss are the operations that may be asked without a name.
var mayMiss = map[string]bool{"GetUser": true, "CreateAccessKey": true, "ListAccessKeys": true}

// TestBadNames breaks every constraint of names and ARNs (IAM-14) with each
// operation.
func TestBadNames(t *testing.T) {
	w := newHome(t)
	before := w.version()
	longest := map[string]int{"userName": 64, "roleName": 64, "groupName": 128, "instanceProfileName": 128, "policyArn": 2048}
	limits := map[int]string{64: "64", 128: "128", 2048: "2048"}
	tried := 0
	for field, operations := range families() {
		parameter := strings.ToUpper(field[:1]) + field[1:]
		for operation, valid := range operations {
			check := func(sentence, value, want string) {
				t.Helper()
				tried++
				if got := w.fails(auditor(), operation, replaced(valid, parameter, value)...); got != want {
					t.Errorf("%s, %s: got %s\nwant %s", operation, sentence, got, want)
				}
			}
			n := longest[field]
			check("too long", strings.Repeat("x", n+1), atMost(field, limits[n]))
			if field == "policyArn" {
				check("too short", "arn:aws:iam::1:p", atLeast(field, "20"))
			} else {
				for sentence, bad := range map[string]string{
					"a blank": "a b", "a slash": "a/b", "unicode": "bøb", "ideographs": "日本", "a line end": "bob\n", "a NUL": "bob\x00", "markup": "<bob>", "a colon": "a:b",
				} {
					check(sentence, bad, oneError+field+namePattern)
				}
				check("empty", "", twoErrors(atLeast(field, "1"), oneError+field+namePattern))
			}
			if !mayMiss[operation] {
				check("missing", "-", isNull(field))
			}
		}
	}
	if tried < 500 || w.version() != before {
		t.Errorf("%d calls, version %d after %d", tried, w.version(), before)
	}
}

// replaced are pairs with one value replaced; "-" leaves it out.
func replaced(pairs []string, name, value string) []string {
	out := slices.Clone(pairs)
	i := slices.Index(out, name)
	if value == "-" {
		return slices.Delete(out, i, i+2)
	}
	out[i+1] = value
	return out
}

// TestBadInput breaks what else is constrained, once per family.
func TestBadInput(t *testing.T) {
	w := newHome(t)
	w.get("CreateInstanceProfile", "InstanceProfileName", "box")
	before := w.version()
	large := strings.Replace(doc, `"*"`, `"`+strings.Repeat("x", 131_072)+`"`, 1)
	const (
		other      = "arn:aws:iam::444455556666:policy/TeamEc2"
		china      = "arn:aws-cn:iam::111122223333:policy/TeamEc2"
		duplicate  = "400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive."
		versionBad = "' failed to satisfy constraint: Member must satisfy regular expression pattern: v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"
	)
	tags := func(call []string, list ...string) []string {
		for i := 0; i < len(list); i += 2 {
			n := string(rune('1' + i/2))
			call = append(call, "Tags.member."+n+".Key", list[i], "Tags.member."+n+".Value", list[i+1])
		}
		return call
	}
	type refusal struct {
		call []string
		want string
	}
	cases := map[string]refusal{
		"a version without v":                  {[]string{"GetPolicyVersion", "PolicyArn", teamEc2, "VersionId", "1"}, oneError + "versionId" + versionBad},
		"version zero":                         {[]string{"SetDefaultPolicyVersion", "PolicyArn", teamEc2, "VersionId", "v0"}, oneError + "versionId" + versionBad},
		"a version of words":                   {[]string{"DeletePolicyVersion", "PolicyArn", teamEc2, "VersionId", "latest"}, oneError + "versionId" + versionBad},
		"a short key id":                       {[]string{"GetAccessKeyLastUsed", "AccessKeyId", "AKIA"}, atLeast("accessKeyId", "16")},
		"a long key id":                        {[]string{"DeleteAccessKey", "UserName", "bob", "AccessKeyId", strings.Repeat("A", 129)}, atMost("accessKeyId", "128")},
		"a key id with a hyphen":               {[]string{"UpdateAccessKey", "UserName", "bob", "AccessKeyId", "AKIA-00000000000000", "Status", "Active"}, oneError + "accessKeyId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w]+"},
		"a status of another case":             {[]string{"UpdateAccessKey", "UserName", "bob", "AccessKeyId", "AKIA0000000000000000", "Status", "active"}, oneError + "status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]"},
		"no list at all":                       {[]string{"TagUser", "UserName", "bob"}, isNull("tags")},
		"no keys at all":                       {[]string{"UntagRole", "RoleName", "app"}, isNull("tagKeys")},
		"a session of a minute":                {[]string{"UpdateRole", "RoleName", "app", "MaxSessionDuration", "60"}, oneError + "maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600"},
		"a page of none":                       {[]string{"ListRoles", "MaxItems", "0"}, oneError + "maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		"a page of too many":                   {[]string{"ListUsers", "MaxItems", "1001"}, oneError + "maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000"},
		"a marker of nobody's":                 {[]string{"ListPolicies", "Marker", "abc"}, "400 ValidationError: Invalid Marker."},
		"an empty marker":                      {[]string{"ListGroups", "Marker", ""}, "400 ValidationError: The specified value for marker is invalid. It must contain only printable ASCII characters."},
		"a filter of another kind":             {[]string{"GetAccountAuthorizationDetails", "Filter.member.1", "Users"}, oneError + "filter' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [User, Role, Group, LocalManagedPolicy, AWSManagedPolicy], Member must not be null]"},
		"a scope of another kind":              {[]string{"ListPolicies", "Scope", "local"}, oneError + "scope' failed to satisfy constraint: Member must satisfy enum value set: [All, AWS, Local]"},
		"another account's policy":             {[]string{"GetPolicy", "PolicyArn", other}, "404 NoSuchEntity: Policy " + other + " was not found."},
		"another account's policy, attached":   {[]string{"AttachUserPolicy", "UserName", "bob", "PolicyArn", other}, "404 NoSuchEntity: Policy " + other + " does not exist or is not attachable."},
		"another account's policy, deleted":    {[]string{"DeletePolicy", "PolicyArn", other}, "404 NoSuchEntity: Policy " + other + " was not found."},
		"another account's policy, detached":   {[]string{"DetachRolePolicy", "RoleName", "app", "PolicyArn", other}, "404 NoSuchEntity: Policy " + other + " was not found."},
		"another partition's policy":           {[]string{"AttachGroupPolicy", "GroupName", "developers", "PolicyArn", china}, "404 NoSuchEntity: Policy " + china + " does not exist or is not attachable."},
		"another partition's policy, read":     {[]string{"GetPolicyVersion", "PolicyArn", china, "VersionId", "v1"}, "404 NoSuchEntity: Policy " + china + " was not found."},
		"another account's boundary":           {[]string{"PutRolePermissionsBoundary", "RoleName", "app", "PermissionsBoundary", other}, "404 NoSuchEntity: Scope ARN: " + other + " does not exist or is not attachable."},
		"a role as a policy":                   {[]string{"AttachRolePolicy", "RoleName", "app", "PolicyArn", f1Prefix + "role/service/app"}, "400 InvalidInput: ARN " + f1Prefix + "role/service/app is not valid."},
		"no ARN":                               {[]string{"GetPolicy", "PolicyArn", strings.Repeat("x", 20)}, "400 ValidationError: Invalid ARN"},
		"an operation of another case":         {[]string{"listusers"}, "400 InvalidAction: Could not find operation listusers for version 2010-05-08"},
		"a trust in an absent user":            {[]string{"UpdateAssumeRolePolicy", "RoleName", "app", "PolicyDocument", trusting(f1Prefix + "user/nobody")}, `400 MalformedPolicyDocument: Invalid principal in policy: "AWS":"` + f1Prefix + `user/nobody"`},
		"members that are not numbered from 1": {[]string{"UntagUser", "UserName", "bob", "TagKeys.member.0", "k"}, "400 MalformedInput: Invalid index in TagKeys.member.0. Members are numbered from 1"},
	}
	documents := map[string][]string{
		"a managed policy": {"CreatePolicy", "PolicyName", "x", "PolicyDocument"}, "a version": {"CreatePolicyVersion", "PolicyArn", teamEc2, "PolicyDocument"},
		"a user's policy":  {"PutUserPolicy", "UserName", "bob", "PolicyName", "x", "PolicyDocument"},
		"a group's policy": {"PutGroupPolicy", "GroupName", "developers", "PolicyName", "x", "PolicyDocument"},
		"a role's policy":  {"PutRolePolicy", "RoleName", "app", "PolicyName", "x", "PolicyDocument"},
		"a new trust":      {"CreateRole", "RoleName", "x", "AssumeRolePolicyDocument"}, "a trust": {"UpdateAssumeRolePolicy", "RoleName", "app", "PolicyDocument"},
	}
	for name, call := range documents {
		field := "policyDocument"
		if call[len(call)-1] != "PolicyDocument" {
			field = "assumeRolePolicyDocument"
		}
		cases[name+" of 131 KB"] = refusal{append(slices.Clone(call), large), atMost(field, "131072")}
		cases[name+" in Japanese"] = refusal{append(slices.Clone(call), strings.Replace(doc, `"*"`, `"日本"`, 1)), oneError + field + textPattern}
		cases[name+" that is empty"] = refusal{append(slices.Clone(call), ""), twoErrors(atLeast(field, "1"), oneError+field+textPattern)}
	}
	tagged := map[string][]string{
		"a user": {"TagUser", "UserName", "bob"}, "a role": {"TagRole", "RoleName", "app"}, "a policy": {"TagPolicy", "PolicyArn", teamEc2},
		"a profile": {"TagInstanceProfile", "InstanceProfileName", "box"}, "a new user": {"CreateUser", "UserName", "x"},
		"a new policy": {"CreatePolicy", "PolicyName", "x", "PolicyDocument", doc}, "a new role": {"CreateRole", "RoleName", "x", "AssumeRolePolicyDocument", trust},
	}
	for name, call := range tagged {
		call = call[:len(call):len(call)]
		cases["two tags of one key on "+name] = refusal{tags(call, "a", "1", "A", "2"), duplicate}
		cases["a reserved tag on "+name] = refusal{tags(call, "aws:x", "1"), "400 InvalidInput: Tag keys that begin with aws: are reserved for use by AWS: aws:x"}
		cases["a long tag key on "+name] = refusal{tags(call, strings.Repeat("k", 129), ""), atMost("tags.1.member.key", "128")}
		cases["a long tag value on "+name] = refusal{tags(call, "k", strings.Repeat("v", 257)), atMost("tags.1.member.value", "256")}
		cases["a tag key with markup on "+name] = refusal{tags(call, "<k>", ""), oneError + "tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"}
	}
	for _, sentence := range slices.Sorted(maps.Keys(cases)) {
		c := cases[sentence]
		if got := w.fails(auditor(), c.call[0], c.call[1:]...); got != c.want {
			t.Errorf("%s: got %.400s\nwant %s", sentence, got, c.want)
		}
	}
	if w.version() != before {
		t.Error("a refusal changed the account")
	}
}

// TestUnknownParametersAreIgnored, as AWS ignores them: of the query protocol no
// parameter is an error.
func TestUnknownParametersAreIgnored(t *testing.T) {
	w := newHome(t)
	w.done("CreateUser", "UserName", "zoe", "Nonsense", "1", "Tags.member.1.Colour", "red", "Tags.member.1.Key", "k", "Tags.member.1.Value", "v", "username", "other")
	if u := w.home().UserByName("zoe"); u == nil || len(u.Tags) != 1 || w.home().UserByName("other") != nil {
		t.Errorf("got %+v", u)
	}
}

// TestUnicodeThatIsAllowed comes back as it was.
func TestUnicodeThatIsAllowed(t *testing.T) {
	w := newHome(t)
	latin := strings.Replace(doc, `"*"`, `"arn:aws:s3:::café/ÿ"`, 1)
	w.done("PutUserPolicy", "UserName", "bob", "PolicyName", "p", "PolicyDocument", latin)
	w.done("TagUser", "UserName", "bob", "Tags.member.1.Key", "équipe 日本", "Tags.member.1.Value", "été")
	u := w.home().UserByName("bob")
	if u.Inline[0].Document != latin || u.Tags[0].Key != "équipe 日本" || u.Tags[0].Value != "été" {
		t.Errorf("got %+v", u)
	}
	status, answer := w.call(auditor(), "GetUserPolicy", "UserName", "bob", "PolicyName", "p")
	got := answer.(map[string]any)["GetUserPolicyResult"].(map[string]any)["PolicyDocument"].(string)
	if status != http.StatusOK || !strings.Contains(got, "caf%C3%A9%2F%C3%BF") {
		t.Errorf("%d: %s", status, got)
	}
}
