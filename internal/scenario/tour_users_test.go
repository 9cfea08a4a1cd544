package scenario

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// nothing is what operations without an output answer.
const nothing = `{}`

func tourUsers(v *visit) {
	const made = `{"User": {"Path": "/tour/", "UserName": "Zoe", "UserId": "AIDA…", "Arn": "arn:aws:iam::111122223333:user/tour/Zoe", "CreateDate": "` + asOf + `",
		"PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "` + powerUser + `"},
		"Tags": [{"Key": "team", "Value": "blue"}, {"Key": "empty", "Value": ""}]}}`
	zoe := new("Zoe")
	first := answers(v, v.iam.CreateUser, iam.CreateUserInput{
		UserName: zoe, Path: new("/tour/"), PermissionsBoundary: new(powerUser),
		Tags: []types.Tag{{Key: new("team"), Value: new("blue")}, {Key: new("empty"), Value: new("")}},
	}, made)
	for range 2 {
		again := answers(v, v.iam.GetUser, iam.GetUserInput{UserName: new("ZOE")}, made)
		if *again.User.UserId != *first.User.UserId {
			v.Errorf("id %s became %s", *first.User.UserId, *again.User.UserId)
		}
	}
	refuses(v, v.iam.CreateUser, iam.CreateUserInput{UserName: new("zoe")}, "EntityAlreadyExists: User with name zoe already exists.")
	answers(v, v.iam.ListUsers, iam.ListUsersInput{PathPrefix: new("/tour/")}, `{"IsTruncated": false, "Users": [
		{"Path": "/tour/", "UserName": "Zoe", "UserId": "AIDA…", "Arn": "arn:aws:iam::111122223333:user/tour/Zoe", "CreateDate": "`+asOf+`"}]}`)

	// What is there already is set again without a difference.
	for range 2 {
		answers(v, v.iam.TagUser, iam.TagUserInput{UserName: zoe, Tags: []types.Tag{{Key: new("team"), Value: new("blue")}, {Key: new("a:/b@c"), Value: new("é +=")}}}, nothing)
		answers(v, v.iam.UntagUser, iam.UntagUserInput{UserName: zoe, TagKeys: []string{"empty"}}, nothing)
		answers(v, v.iam.ListUserTags, iam.ListUserTagsInput{UserName: zoe}, `{"IsTruncated": false, "Tags": [{"Key": "a:/b@c", "Value": "é +="}, {"Key": "team", "Value": "blue"}]}`)
		answers(v, v.iam.PutUserPolicy, iam.PutUserPolicyInput{UserName: zoe, PolicyName: new("Own"), PolicyDocument: new(allowSend)}, nothing)
		answers(v, v.iam.GetUserPolicy, iam.GetUserPolicyInput{UserName: zoe, PolicyName: new("Own")}, `{"UserName": "Zoe", "PolicyName": "Own", "PolicyDocument": `+quoted(allowSend)+`}`)
		answers(v, v.iam.ListUserPolicies, iam.ListUserPoliciesInput{UserName: zoe}, `{"IsTruncated": false, "PolicyNames": ["Own"]}`)
		answers(v, v.iam.AttachUserPolicy, iam.AttachUserPolicyInput{UserName: zoe, PolicyArn: new(s3ReadOnly)}, nothing)
		answers(v, v.iam.ListAttachedUserPolicies, iam.ListAttachedUserPoliciesInput{UserName: zoe},
			`{"IsTruncated": false, "AttachedPolicies": [{"PolicyName": "AmazonS3ReadOnlyAccess", "PolicyArn": "`+s3ReadOnly+`"}]}`)
		answers(v, v.iam.PutUserPermissionsBoundary, iam.PutUserPermissionsBoundaryInput{UserName: zoe, PermissionsBoundary: new(powerUser)}, nothing)
		answers(v, v.iam.UpdateUser, iam.UpdateUserInput{UserName: zoe, NewUserName: zoe, NewPath: new("/tour/")}, nothing)
		answers(v, v.iam.GetUser, iam.GetUserInput{UserName: zoe}, strings.Replace(made, `{"Key": "empty", "Value": ""}`, `{"Key": "a:/b@c", "Value": "é +="}`, 1))
	}

	answers(v, v.iam.UpdateUser, iam.UpdateUserInput{UserName: zoe, NewUserName: new("Zora"), NewPath: new("/tour/b/")}, nothing)
	zora := new("Zora")
	answers(v, v.iam.DeleteUserPermissionsBoundary, iam.DeleteUserPermissionsBoundaryInput{UserName: zora}, nothing)
	answers(v, v.iam.GetUser, iam.GetUserInput{UserName: zora}, `{"User": {"Path": "/tour/b/", "UserName": "Zora", "UserId": "`+*first.User.UserId+`",
		"Arn": "arn:aws:iam::111122223333:user/tour/b/Zora", "CreateDate": "`+asOf+`", "Tags": [{"Key": "team", "Value": "blue"}, {"Key": "a:/b@c", "Value": "é +="}]}}`)
	refuses(v, v.iam.GetUser, iam.GetUserInput{UserName: zoe}, "NoSuchEntity: The user with name Zoe cannot be found.")

	remove := iam.DeleteUserInput{UserName: zora}
	refuses(v, v.iam.DeleteUser, remove, "DeleteConflict: Cannot delete entity, must detach all policies first.")
	answers(v, v.iam.DetachUserPolicy, iam.DetachUserPolicyInput{UserName: zora, PolicyArn: new(s3ReadOnly)}, nothing)
	refuses(v, v.iam.DeleteUser, remove, "DeleteConflict: Cannot delete entity, must delete policies first.")
	answers(v, v.iam.DeleteUserPolicy, iam.DeleteUserPolicyInput{UserName: zora, PolicyName: new("Own")}, nothing)
	answers(v, v.iam.DeleteUser, remove, nothing)
	refuses(v, v.iam.DeleteUser, remove, "NoSuchEntity: The user with name Zora cannot be found.")
}

func tourGroups(v *visit) {
	const group = `{"Path": "/tour/", "GroupName": "Crew", "GroupId": "AGPA…", "Arn": "arn:aws:iam::111122223333:group/tour/Crew", "CreateDate": "` + asOf + `"}`
	const member = `{"Path": "/dev/", "UserName": "bob", "UserId": "AIDABOBEXAMPLE0000001", "Arn": "arn:aws:iam::111122223333:user/dev/bob", "CreateDate": "2024-01-01T00:00:00Z"}`
	crew := new("Crew")
	first := answers(v, v.iam.CreateGroup, iam.CreateGroupInput{GroupName: crew, Path: new("/tour/")}, `{"Group": `+group+`}`)
	for range 2 {
		answers(v, v.iam.GetGroup, iam.GetGroupInput{GroupName: crew}, `{"IsTruncated": false, "Group": `+group+`, "Users": []}`)
	}
	refuses(v, v.iam.CreateGroup, iam.CreateGroupInput{GroupName: new("CREW")}, "EntityAlreadyExists: Group with name CREW already exists.")
	for range 2 {
		answers(v, v.iam.AddUserToGroup, iam.AddUserToGroupInput{GroupName: crew, UserName: new("bob")}, nothing)
		answers(v, v.iam.PutGroupPolicy, iam.PutGroupPolicyInput{GroupName: crew, PolicyName: new("Own"), PolicyDocument: new(allowRead)}, nothing)
		answers(v, v.iam.GetGroupPolicy, iam.GetGroupPolicyInput{GroupName: crew, PolicyName: new("Own")}, `{"GroupName": "Crew", "PolicyName": "Own", "PolicyDocument": `+quoted(allowRead)+`}`)
		answers(v, v.iam.ListGroupPolicies, iam.ListGroupPoliciesInput{GroupName: crew}, `{"IsTruncated": false, "PolicyNames": ["Own"]}`)
		answers(v, v.iam.AttachGroupPolicy, iam.AttachGroupPolicyInput{GroupName: crew, PolicyArn: new(s3ReadOnly)}, nothing)
		answers(v, v.iam.ListAttachedGroupPolicies, iam.ListAttachedGroupPoliciesInput{GroupName: crew},
			`{"IsTruncated": false, "AttachedPolicies": [{"PolicyName": "AmazonS3ReadOnlyAccess", "PolicyArn": "`+s3ReadOnly+`"}]}`)
		answers(v, v.iam.UpdateGroup, iam.UpdateGroupInput{GroupName: crew, NewGroupName: crew, NewPath: new("/tour/")}, nothing)
		answers(v, v.iam.GetGroup, iam.GetGroupInput{GroupName: crew}, `{"IsTruncated": false, "Group": `+group+`, "Users": [`+member+`]}`)
	}
	answers(v, v.iam.ListGroups, iam.ListGroupsInput{PathPrefix: new("/tour/")}, `{"IsTruncated": false, "Groups": [`+group+`]}`)
	answers(v, v.iam.UpdateGroup, iam.UpdateGroupInput{GroupName: crew, NewGroupName: new("Band"), NewPath: new("/")}, nothing)
	answers(v, v.iam.ListGroupsForUser, iam.ListGroupsForUserInput{UserName: new("bob")}, `{"IsTruncated": false, "Groups": [
		{"Path": "/", "GroupName": "Band", "GroupId": "`+*first.Group.GroupId+`", "Arn": "arn:aws:iam::111122223333:group/Band", "CreateDate": "`+asOf+`"},
		{"Path": "/", "GroupName": "developers", "GroupId": "AGPADEVSEXAMPLE000001", "Arn": "arn:aws:iam::111122223333:group/developers", "CreateDate": "2024-01-01T00:00:00Z"}]}`)

	band := new("Band")
	remove := iam.DeleteGroupInput{GroupName: band}
	refuses(v, v.iam.DeleteGroup, remove, "DeleteConflict: Cannot delete entity, must remove users from group first.")
	answers(v, v.iam.RemoveUserFromGroup, iam.RemoveUserFromGroupInput{GroupName: band, UserName: new("bob")}, nothing)
	refuses(v, v.iam.DeleteGroup, remove, "DeleteConflict: Cannot delete entity, must detach all policies first.")
	answers(v, v.iam.DetachGroupPolicy, iam.DetachGroupPolicyInput{GroupName: band, PolicyArn: new(s3ReadOnly)}, nothing)
	refuses(v, v.iam.DeleteGroup, remove, "DeleteConflict: Cannot delete entity, must delete policies first.")
	answers(v, v.iam.DeleteGroupPolicy, iam.DeleteGroupPolicyInput{GroupName: band, PolicyName: new("Own")}, nothing)
	answers(v, v.iam.DeleteGroup, remove, nothing)
	refuses(v, v.iam.GetGroup, iam.GetGroupInput{GroupName: band}, "NoSuchEntity: The group with name Band cannot be found.")
}
