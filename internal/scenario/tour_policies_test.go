package scenario

import (
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func tourPolicies(v *visit) {
	arn := new("arn:aws:iam::111122223333:policy/tour/Mail")
	listed := func(version, attached, bounds string) string {
		return `"PolicyName": "Mail", "PolicyId": "ANPA…", "Arn": "` + *arn + `", "Path": "/tour/", "DefaultVersionId": "` + version + `", "AttachmentCount": ` + attached + `,
			"PermissionsBoundaryUsageCount": ` + bounds + `, "IsAttachable": true, "CreateDate": "` + asOf + `", "UpdateDate": "` + asOf + `"`
	}
	const described, tags = `, "Description": "Sends mail."`, `, "Tags": [{"Key": "team", "Value": "blue"}]`
	version := func(id, isDefault, document string) string {
		return `{"VersionId": "` + id + `", "IsDefaultVersion": ` + isDefault + `, "CreateDate": "` + asOf + `"` + document + `}`
	}
	answers(v, v.iam.CreatePolicy, iam.CreatePolicyInput{
		PolicyName: new("Mail"), Path: new("/tour/"), Description: new("Sends mail."), PolicyDocument: new(allowSend), Tags: []types.Tag{{Key: new("team"), Value: new("blue")}},
	}, `{"Policy": {`+listed("v1", "0", "0")+tags+`}}`)
	for range 2 {
		answers(v, v.iam.GetPolicy, iam.GetPolicyInput{PolicyArn: arn}, `{"Policy": {`+listed("v1", "0", "0")+described+tags+`}}`)
		answers(v, v.iam.GetPolicyVersion, iam.GetPolicyVersionInput{PolicyArn: arn, VersionId: new("v1")}, `{"PolicyVersion": `+version("v1", "true", `, "Document": `+quoted(allowSend))+`}`)
	}
	refuses(v, v.iam.CreatePolicy, iam.CreatePolicyInput{PolicyName: new("MAIL"), PolicyDocument: new(allowSend)},
		"EntityAlreadyExists: A policy called MAIL already exists. Duplicate names are not allowed.")

	// Used by a user, a group and a role, and as a boundary.
	call(v, v.iam.AttachUserPolicy, iam.AttachUserPolicyInput{UserName: new("alice"), PolicyArn: arn})
	call(v, v.iam.AttachGroupPolicy, iam.AttachGroupPolicyInput{GroupName: new("developers"), PolicyArn: arn})
	call(v, v.iam.AttachRolePolicy, iam.AttachRolePolicyInput{RoleName: new("ops"), PolicyArn: arn})
	call(v, v.iam.PutUserPermissionsBoundary, iam.PutUserPermissionsBoundaryInput{UserName: new("bob"), PermissionsBoundary: arn})
	answers(v, v.iam.ListEntitiesForPolicy, iam.ListEntitiesForPolicyInput{PolicyArn: arn, PolicyUsageFilter: types.PolicyUsageTypePermissionsPolicy}, `{"IsTruncated": false,
		"PolicyGroups": [{"GroupName": "developers", "GroupId": "AGPADEVSEXAMPLE000001"}], "PolicyUsers": [{"UserName": "alice", "UserId": "AIDAALICEEXAMPLE00001"}],
		"PolicyRoles": [{"RoleName": "ops", "RoleId": "AROAOPSEXAMPLE0000001"}]}`)
	answers(v, v.iam.ListPolicies, iam.ListPoliciesInput{Scope: types.PolicyScopeTypeLocal, PathPrefix: new("/tour/")}, `{"IsTruncated": false, "Policies": [{`+listed("v1", "3", "1")+`}]}`)

	answers(v, v.iam.CreatePolicyVersion, iam.CreatePolicyVersionInput{PolicyArn: arn, PolicyDocument: new(allowRead), SetAsDefault: true}, `{"PolicyVersion": `+version("v2", "true", "")+`}`)
	answers(v, v.iam.ListPolicyVersions, iam.ListPolicyVersionsInput{PolicyArn: arn}, `{"IsTruncated": false, "Versions": [`+version("v2", "true", "")+`, `+version("v1", "false", "")+`]}`)
	answers(v, v.iam.GetPolicyVersion, iam.GetPolicyVersionInput{PolicyArn: arn, VersionId: new("v2")}, `{"PolicyVersion": `+version("v2", "true", `, "Document": `+quoted(allowRead))+`}`)
	refuses(v, v.iam.DeletePolicyVersion, iam.DeletePolicyVersionInput{PolicyArn: arn, VersionId: new("v2")}, "DeleteConflict: Cannot delete the default version of a policy.")
	for range 2 {
		answers(v, v.iam.SetDefaultPolicyVersion, iam.SetDefaultPolicyVersionInput{PolicyArn: arn, VersionId: new("v1")}, nothing)
		answers(v, v.iam.TagPolicy, iam.TagPolicyInput{PolicyArn: arn, Tags: []types.Tag{{Key: new("stage"), Value: new("test")}}}, nothing)
		answers(v, v.iam.ListPolicyTags, iam.ListPolicyTagsInput{PolicyArn: arn}, `{"IsTruncated": false, "Tags": [{"Key": "stage", "Value": "test"}, {"Key": "team", "Value": "blue"}]}`)
		answers(v, v.iam.UntagPolicy, iam.UntagPolicyInput{PolicyArn: arn, TagKeys: []string{"stage"}}, nothing)
		answers(v, v.iam.GetPolicy, iam.GetPolicyInput{PolicyArn: arn}, `{"Policy": {`+listed("v1", "3", "1")+described+tags+`}}`)
	}

	remove := iam.DeletePolicyInput{PolicyArn: arn}
	const attached = "DeleteConflict: Cannot delete a policy attached to entities."
	refuses(v, v.iam.DeletePolicy, remove, attached)
	call(v, v.iam.DetachUserPolicy, iam.DetachUserPolicyInput{UserName: new("alice"), PolicyArn: arn})
	refuses(v, v.iam.DeletePolicy, remove, attached)
	call(v, v.iam.DetachGroupPolicy, iam.DetachGroupPolicyInput{GroupName: new("developers"), PolicyArn: arn})
	refuses(v, v.iam.DeletePolicy, remove, attached)
	call(v, v.iam.DetachRolePolicy, iam.DetachRolePolicyInput{RoleName: new("ops"), PolicyArn: arn})
	refuses(v, v.iam.DeletePolicy, remove, attached)
	call(v, v.iam.DeleteUserPermissionsBoundary, iam.DeleteUserPermissionsBoundaryInput{UserName: new("bob")})
	refuses(v, v.iam.DeletePolicy, remove,
		"DeleteConflict: This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
	answers(v, v.iam.DeletePolicyVersion, iam.DeletePolicyVersionInput{PolicyArn: arn, VersionId: new("v2")}, nothing)
	answers(v, v.iam.DeletePolicy, remove, nothing)
	refuses(v, v.iam.GetPolicy, iam.GetPolicyInput{PolicyArn: arn}, "NoSuchEntity: Policy arn:aws:iam::111122223333:policy/tour/Mail was not found.")
}
