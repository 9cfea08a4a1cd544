package iam

import (
	"maps"
	"slices"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// What policies may ask about in requests to IAM (Service Authorization
// Reference, "Condition keys for AWS Identity and Access Management").

const (
	keyBoundary        = "iam:PermissionsBoundary"
	keyPolicy          = "iam:PolicyARN"
	keyService         = "iam:AWSServiceName"
	keyPassedToService = "iam:PassedToService"
	keyOrganizations   = "iam:OrganizationsPolicyId"
)

type conditionKeys = map[string][]string

// boundaryActions are those that know the permissions boundary: the one that is
// asked for, or else the one that the user or role has.
var boundaryActions = [...]string{
	"iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:DeleteRolePermissionsBoundary", "iam:DeleteRolePolicy",
	"iam:DeleteUserPermissionsBoundary", "iam:DeleteUserPolicy", "iam:DetachRolePolicy", "iam:DetachUserPolicy",
	"iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:PutUserPermissionsBoundary", "iam:PutUserPolicy",
}

// ConditionKeys implements wire.Keyed: the tags of what was found, and its
// boundary for the actions that know it.
func (of found[E]) ConditionKeys(action string) conditionKeys {
	var tags []inventory.Tag
	boundary := ""
	switch e := any(of.entity).(type) {
	case *inventory.User:
		if e != nil { // root is no user
			tags, boundary = e.Tags, e.Boundary
		}
	case *inventory.Role:
		tags, boundary = e.Tags, e.Boundary
	case *inventory.Policy:
		tags = e.Tags
	case *inventory.InstanceProfile:
		tags = e.Tags
	case *inventory.Device:
		tags = e.Tags
	case *inventory.SAMLProvider:
		tags = e.Tags
	case *inventory.OIDCProvider:
		if e != nil { // deleting none is no error
			tags = e.Tags
		}
	}
	keys := conditionKeys{}
	for _, t := range tags {
		keys["aws:ResourceTag/"+t.Key] = []string{t.Value}
		keys["iam:ResourceTag/"+t.Key] = []string{t.Value}
	}
	if boundary != "" && slices.Contains(boundaryActions[:], action) {
		keys[keyBoundary] = []string{boundary}
	}
	return keys
}

// alsoAsked is the caller with further keys, for an operation that asks the
// guard once more.
func alsoAsked(caller wire.Caller, keys conditionKeys) wire.Caller {
	all := conditionKeys{}
	maps.Copy(all, caller.Keys)
	maps.Copy(all, keys)
	caller.Keys = all
	return caller
}

// tagKeys are the keys of a request that sets tags.
func tagKeys(tags []TagInput) conditionKeys {
	keys := conditionKeys{}
	for _, t := range tags {
		keys["aws:RequestTag/"+t.Key] = []string{t.Value}
		keys["aws:TagKeys"] = append(keys["aws:TagKeys"], t.Key)
	}
	return keys
}

// newEntityKeys are those of a request that makes a user or role.
func newEntityKeys(tags []TagInput, boundary string) conditionKeys {
	keys := tagKeys(tags)
	if boundary != "" {
		keys[keyBoundary] = []string{boundary}
	}
	return keys
}

// The inputs of operations as wire.Keyed.

func (in *NewTags) ConditionKeys(string) conditionKeys { return tagKeys(in.Tags) }
func (in *SetTags) ConditionKeys(string) conditionKeys { return tagKeys(in.Tags) }
func (in *RemoveTags) ConditionKeys(string) conditionKeys {
	return conditionKeys{"aws:TagKeys": in.TagKeys}
}

func (in *CreateUserInput) ConditionKeys(string) conditionKeys {
	return newEntityKeys(in.Tags, in.PermissionsBoundary)
}

func (in *CreateRoleInput) ConditionKeys(string) conditionKeys {
	return newEntityKeys(in.Tags, in.PermissionsBoundary)
}

func (in *PutUserPermissionsBoundaryInput) ConditionKeys(string) conditionKeys {
	return conditionKeys{keyBoundary: {in.PermissionsBoundary}}
}

func (in *PutRolePermissionsBoundaryInput) ConditionKeys(string) conditionKeys {
	return conditionKeys{keyBoundary: {in.PermissionsBoundary}}
}

func (in *UserPolicyInput) ConditionKeys(string) conditionKeys {
	return conditionKeys{keyPolicy: {in.PolicyArn}}
}

func (in *GroupPolicyInput) ConditionKeys(string) conditionKeys {
	return conditionKeys{keyPolicy: {in.PolicyArn}}
}

func (in *RolePolicyInput) ConditionKeys(string) conditionKeys {
	return conditionKeys{keyPolicy: {in.PolicyArn}}
}

// ConditionKeys: absent without a policy id (ORG-23).
func (in *GenerateOrganizationsAccessReportInput) ConditionKeys(string) conditionKeys {
	if in.OrganizationsPolicyId == nil {
		return conditionKeys{}
	}
	return conditionKeys{keyOrganizations: {*in.OrganizationsPolicyId}}
}
