package scenario

import (
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func tourRoles(v *visit) {
	const arn = "arn:aws:iam::111122223333:role/tour/Ship"
	listed := func(trust, description, seconds string) string {
		return `"Path": "/tour/", "RoleName": "Ship", "RoleId": "AROA…", "Arn": "` + arn + `", "CreateDate": "` + asOf + `",
			"AssumeRolePolicyDocument": ` + quoted(trust) + `, "Description": "` + description + `", "MaxSessionDuration": ` + seconds
	}
	const rest = `, "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "` + powerUser + `"}, "Tags": [{"Key": "team", "Value": "blue"}]`
	ship := new("Ship")
	first := answers(v, v.iam.CreateRole, iam.CreateRoleInput{
		RoleName: ship, Path: new("/tour/"), AssumeRolePolicyDocument: new(trustEC2), Description: new("Ships it."), MaxSessionDuration: new(int32(7200)),
		PermissionsBoundary: new(powerUser), Tags: []types.Tag{{Key: new("team"), Value: new("blue")}},
	}, `{"Role": {`+listed(trustEC2, "Ships it.", "7200")+rest+`}}`)
	for range 2 {
		answers(v, v.iam.GetRole, iam.GetRoleInput{RoleName: ship}, `{"Role": {`+listed(trustEC2, "Ships it.", "7200")+rest+`, "RoleLastUsed": {}}}`)
	}
	refuses(v, v.iam.CreateRole, iam.CreateRoleInput{RoleName: new("SHIP"), AssumeRolePolicyDocument: new(trustEC2)}, "EntityAlreadyExists: Role with name SHIP already exists.")
	answers(v, v.iam.ListRoles, iam.ListRolesInput{PathPrefix: new("/tour/")}, `{"IsTruncated": false, "Roles": [{`+listed(trustEC2, "Ships it.", "7200")+`}]}`)
	for range 2 {
		answers(v, v.iam.UpdateRole, iam.UpdateRoleInput{RoleName: ship, Description: new("Ships all."), MaxSessionDuration: new(int32(3600))}, nothing)
		answers(v, v.iam.UpdateRoleDescription, iam.UpdateRoleDescriptionInput{RoleName: ship, Description: new("Ships more.")}, `{"Role": {`+listed(trustEC2, "Ships more.", "3600")+rest+`}}`)
		answers(v, v.iam.UpdateAssumeRolePolicy, iam.UpdateAssumeRolePolicyInput{RoleName: ship, PolicyDocument: new(trustSelf)}, nothing)
		answers(v, v.iam.GetRole, iam.GetRoleInput{RoleName: ship}, `{"Role": {`+listed(trustSelf, "Ships more.", "3600")+rest+`, "RoleLastUsed": {}}}`)
		answers(v, v.iam.UpdateAssumeRolePolicy, iam.UpdateAssumeRolePolicyInput{RoleName: ship, PolicyDocument: new(trustEC2)}, nothing)
		answers(v, v.iam.DeleteRolePermissionsBoundary, iam.DeleteRolePermissionsBoundaryInput{RoleName: ship}, nothing)
		answers(v, v.iam.PutRolePermissionsBoundary, iam.PutRolePermissionsBoundaryInput{RoleName: ship, PermissionsBoundary: new(powerUser)}, nothing)
		answers(v, v.iam.TagRole, iam.TagRoleInput{RoleName: ship, Tags: []types.Tag{{Key: new("stage"), Value: new("test")}}}, nothing)
		answers(v, v.iam.ListRoleTags, iam.ListRoleTagsInput{RoleName: ship}, `{"IsTruncated": false, "Tags": [{"Key": "stage", "Value": "test"}, {"Key": "team", "Value": "blue"}]}`)
		answers(v, v.iam.UntagRole, iam.UntagRoleInput{RoleName: ship, TagKeys: []string{"stage"}}, nothing)
		answers(v, v.iam.PutRolePolicy, iam.PutRolePolicyInput{RoleName: ship, PolicyName: new("Own"), PolicyDocument: new(allowSend)}, nothing)
		answers(v, v.iam.GetRolePolicy, iam.GetRolePolicyInput{RoleName: ship, PolicyName: new("Own")}, `{"RoleName": "Ship", "PolicyName": "Own", "PolicyDocument": `+quoted(allowSend)+`}`)
		answers(v, v.iam.ListRolePolicies, iam.ListRolePoliciesInput{RoleName: ship}, `{"IsTruncated": false, "PolicyNames": ["Own"]}`)
		answers(v, v.iam.AttachRolePolicy, iam.AttachRolePolicyInput{RoleName: ship, PolicyArn: new(s3ReadOnly)}, nothing)
		answers(v, v.iam.ListAttachedRolePolicies, iam.ListAttachedRolePoliciesInput{RoleName: ship},
			`{"IsTruncated": false, "AttachedPolicies": [{"PolicyName": "AmazonS3ReadOnlyAccess", "PolicyArn": "`+s3ReadOnly+`"}]}`)
	}
	tourInstanceProfile(v, ship, `{`+listed(trustEC2, "Ships more.", "3600")+`}`)

	remove := iam.DeleteRoleInput{RoleName: ship}
	refuses(v, v.iam.DeleteRole, remove, "DeleteConflict: Cannot delete entity, must detach all policies first.")
	answers(v, v.iam.DetachRolePolicy, iam.DetachRolePolicyInput{RoleName: ship, PolicyArn: new(s3ReadOnly)}, nothing)
	refuses(v, v.iam.DeleteRole, remove, "DeleteConflict: Cannot delete entity, must delete policies first.")
	answers(v, v.iam.DeleteRolePolicy, iam.DeleteRolePolicyInput{RoleName: ship, PolicyName: new("Own")}, nothing)
	answers(v, v.iam.DeleteRole, remove, nothing)
	refuses(v, v.iam.GetRole, iam.GetRoleInput{RoleName: ship}, "NoSuchEntity: The role with name Ship cannot be found.")
	second := call(v, v.iam.CreateRole, iam.CreateRoleInput{RoleName: ship, AssumeRolePolicyDocument: new(trustEC2)})
	if *second.Role.RoleId == *first.Role.RoleId {
		v.Error("a unique id was used again (IAM-13)")
	}
	call(v, v.iam.DeleteRole, remove)
}

// tourInstanceProfile puts a role into a profile; role is how the profile shows
// it.
func tourInstanceProfile(v *visit, ship *string, role string) {
	const box = `"Path": "/tour/", "InstanceProfileName": "Box", "InstanceProfileId": "AIPA…", "Arn": "arn:aws:iam::111122223333:instance-profile/tour/Box", "CreateDate": "` + asOf + `"`
	const tags = `, "Tags": [{"Key": "a", "Value": "1"}]`
	name := new("Box")
	answers(v, v.iam.CreateInstanceProfile, iam.CreateInstanceProfileInput{
		InstanceProfileName: name, Path: new("/tour/"), Tags: []types.Tag{{Key: new("a"), Value: new("1")}},
	}, `{"InstanceProfile": {`+box+`, "Roles": []`+tags+`}}`)
	answers(v, v.iam.AddRoleToInstanceProfile, iam.AddRoleToInstanceProfileInput{InstanceProfileName: name, RoleName: ship}, nothing)
	for range 2 {
		answers(v, v.iam.GetInstanceProfile, iam.GetInstanceProfileInput{InstanceProfileName: name}, `{"InstanceProfile": {`+box+`, "Roles": [`+role+`]`+tags+`}}`)
		answers(v, v.iam.ListInstanceProfiles, iam.ListInstanceProfilesInput{PathPrefix: new("/tour/")}, `{"IsTruncated": false, "InstanceProfiles": [{`+box+`, "Roles": [`+role+`]}]}`)
		answers(v, v.iam.ListInstanceProfilesForRole, iam.ListInstanceProfilesForRoleInput{RoleName: ship}, `{"IsTruncated": false, "InstanceProfiles": [{`+box+`, "Roles": [`+role+`]}]}`)
		answers(v, v.iam.TagInstanceProfile, iam.TagInstanceProfileInput{InstanceProfileName: name, Tags: []types.Tag{{Key: new("b"), Value: new("2")}}}, nothing)
		answers(v, v.iam.ListInstanceProfileTags, iam.ListInstanceProfileTagsInput{InstanceProfileName: name}, `{"IsTruncated": false, "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}`)
		answers(v, v.iam.UntagInstanceProfile, iam.UntagInstanceProfileInput{InstanceProfileName: name, TagKeys: []string{"b"}}, nothing)
	}
	const held = "DeleteConflict: Cannot delete entity, must remove roles from instance profile first."
	remove := iam.DeleteInstanceProfileInput{InstanceProfileName: name}
	refuses(v, v.iam.DeleteInstanceProfile, remove, held)
	refuses(v, v.iam.DeleteRole, iam.DeleteRoleInput{RoleName: ship}, held)
	answers(v, v.iam.RemoveRoleFromInstanceProfile, iam.RemoveRoleFromInstanceProfileInput{InstanceProfileName: name, RoleName: ship}, nothing)
	answers(v, v.iam.DeleteInstanceProfile, remove, nothing)
	refuses(v, v.iam.GetInstanceProfile, iam.GetInstanceProfileInput{InstanceProfileName: name}, "NoSuchEntity: Instance Profile Box cannot be found.")
}

func tourServiceLinkedRoles(v *visit) {
	const made = `{"Role": {"Path": "/aws-service-role/autoscaling.amazonaws.com/", "RoleName": "AWSServiceRoleForAutoScaling", "RoleId": "AROA…",
		"Arn": "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", "CreateDate": "` + asOf + `", "MaxSessionDuration": 3600,
		"AssumeRolePolicyDocument": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"autoscaling.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}", "Description": "Scales."`
	const protected = "UnmodifiableEntity: Cannot perform the operation on the protected role 'AWSServiceRoleForAutoScaling' - this role is only modifiable by AWS"
	name := new("AWSServiceRoleForAutoScaling")
	service := new("autoscaling.amazonaws.com")
	answers(v, v.iam.CreateServiceLinkedRole, iam.CreateServiceLinkedRoleInput{AWSServiceName: service, Description: new("Scales.")}, made+`}}`)
	for range 2 {
		answers(v, v.iam.GetRole, iam.GetRoleInput{RoleName: name}, made+`, "RoleLastUsed": {}}}`)
	}
	refuses(v, v.iam.CreateServiceLinkedRole, iam.CreateServiceLinkedRoleInput{AWSServiceName: service},
		"InvalidInput: Service role name AWSServiceRoleForAutoScaling has been taken in this account, please try a different suffix.")
	refuses(v, v.iam.DeleteRole, iam.DeleteRoleInput{RoleName: name}, protected)
	refuses(v, v.iam.AttachRolePolicy, iam.AttachRolePolicyInput{RoleName: name, PolicyArn: new(s3ReadOnly)}, protected)
	task := answers(v, v.iam.DeleteServiceLinkedRole, iam.DeleteServiceLinkedRoleInput{RoleName: name},
		`{"DeletionTaskId": "task/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling/…"}`)
	answers(v, v.iam.GetServiceLinkedRoleDeletionStatus, iam.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: task.DeletionTaskId}, `{"Status": "SUCCEEDED"}`)
	refuses(v, v.iam.GetRole, iam.GetRoleInput{RoleName: name}, "NoSuchEntity: The role with name AWSServiceRoleForAutoScaling cannot be found.")
}
