package iam

import "github.com/ebbmark/ebbmark/wire"

// The operations, one table per family. A row names what the guard is asked
// about: nil is "*" (as the catalogue has it, for lists of a whole account),
// on… the ARN of the entity that is found.

func (a *API) reportOperations() []wire.Operation {
	return []wire.Operation{
		wire.Op("GenerateServiceLastAccessedDetails", generateResource, a.GenerateServiceLastAccessedDetails),
		wire.Op("GetServiceLastAccessedDetails", nil, a.GetServiceLastAccessedDetails),
		wire.Op("GetServiceLastAccessedDetailsWithEntities", nil, a.GetServiceLastAccessedDetailsWithEntities),
		wire.Op("GenerateOrganizationsAccessReport", accessReportResource, a.GenerateOrganizationsAccessReport),
		wire.Op("GetOrganizationsAccessReport", nil, a.GetOrganizationsAccessReport),
		wire.Op("ListPoliciesGrantingServiceAccess", listPoliciesResource, a.ListPoliciesGrantingServiceAccess),
	}
}

func (a *API) userOperations() []wire.Operation {
	return []wire.Operation{
		wire.Op("ListUsers", nil, a.ListUsers),
		wire.OpOn("GetUser", a.findAskedUser, a.GetUser),
		onUser(a, "ListGroupsForUser", a.ListGroupsForUser),
		onUser(a, "ListUserPolicies", a.ListUserPolicies),
		onUser(a, "GetUserPolicy", a.GetUserPolicy),
		onUser(a, "ListAttachedUserPolicies", a.ListAttachedUserPolicies),
		onUser(a, "ListUserTags", a.ListUserTags),
		wire.OpOn("GetAccessKeyLastUsed", a.findKey, a.GetAccessKeyLastUsed),
	}
}

// userWrites are the operations that write users.
func (a *API) userWrites() []wire.Operation {
	return []wire.Operation{
		wire.Op("CreateUser", createUserResource, a.CreateUser),
		onUser(a, "UpdateUser", a.UpdateUser),
		onUser(a, "DeleteUser", a.DeleteUser),
		onUser(a, "TagUser", a.TagUser),
		onUser(a, "UntagUser", a.UntagUser),
		onUser(a, "PutUserPolicy", a.PutUserPolicy),
		onUser(a, "DeleteUserPolicy", a.DeleteUserPolicy),
		onUser(a, "AttachUserPolicy", a.AttachUserPolicy),
		onUser(a, "DetachUserPolicy", a.DetachUserPolicy),
		onUser(a, "PutUserPermissionsBoundary", a.PutUserPermissionsBoundary),
		onUser(a, "DeleteUserPermissionsBoundary", a.DeleteUserPermissionsBoundary),
	}
}

// credentialOperations are about how users and root sign in.
func (a *API) credentialOperations() []wire.Operation {
	return []wire.Operation{
		onAskedUser(a, "CreateAccessKey", a.CreateAccessKey),
		onAskedUser(a, "UpdateAccessKey", a.UpdateAccessKey),
		onAskedUser(a, "DeleteAccessKey", a.DeleteAccessKey),
		onAskedUser(a, "ListAccessKeys", a.ListAccessKeys),
		onUser(a, "CreateLoginProfile", a.CreateLoginProfile),
		onAskedUser(a, "GetLoginProfile", a.GetLoginProfile),
		onUser(a, "UpdateLoginProfile", a.UpdateLoginProfile),
		onAskedUser(a, "DeleteLoginProfile", a.DeleteLoginProfile),
		wire.OpOn("ChangePassword", a.findOwnUser, a.ChangePassword),
		onAskedUser(a, "ListMFADevices", a.ListMFADevices),
		onUserOrRoot(a, "EnableMFADevice", a.EnableMFADevice),
		onUserOrRoot(a, "DeactivateMFADevice", a.DeactivateMFADevice),
		onUserOrRoot(a, "ResyncMFADevice", a.ResyncMFADevice),
		onDevice(a, "GetMFADevice", a.GetMFADevice),
		onDevice(a, "TagMFADevice", a.TagMFADevice),
		onDevice(a, "UntagMFADevice", a.UntagMFADevice),
		onDevice(a, "ListMFADeviceTags", a.ListMFADeviceTags),
		wire.Op("CreateVirtualMFADevice", createDeviceResource, a.CreateVirtualMFADevice),
		onDevice(a, "DeleteVirtualMFADevice", a.DeleteVirtualMFADevice),
		wire.Op("ListVirtualMFADevices", nil, a.ListVirtualMFADevices),
	}
}

func (a *API) groupOperations() []wire.Operation {
	return []wire.Operation{
		wire.Op("ListGroups", nil, a.ListGroups),
		onGroup(a, "GetGroup", a.GetGroup),
		onGroup(a, "ListGroupPolicies", a.ListGroupPolicies),
		onGroup(a, "GetGroupPolicy", a.GetGroupPolicy),
		onGroup(a, "ListAttachedGroupPolicies", a.ListAttachedGroupPolicies),
	}
}

// groupWrites are the operations that write groups.
func (a *API) groupWrites() []wire.Operation {
	return []wire.Operation{
		wire.Op("CreateGroup", createGroupResource, a.CreateGroup),
		onGroup(a, "UpdateGroup", a.UpdateGroup),
		onGroup(a, "DeleteGroup", a.DeleteGroup),
		onGroup(a, "AddUserToGroup", a.AddUserToGroup),
		onGroup(a, "RemoveUserFromGroup", a.RemoveUserFromGroup),
		onGroup(a, "PutGroupPolicy", a.PutGroupPolicy),
		onGroup(a, "DeleteGroupPolicy", a.DeleteGroupPolicy),
		onGroup(a, "AttachGroupPolicy", a.AttachGroupPolicy),
		onGroup(a, "DetachGroupPolicy", a.DetachGroupPolicy),
	}
}

func (a *API) roleOperations() []wire.Operation {
	return []wire.Operation{
		wire.Op("ListRoles", nil, a.ListRoles),
		onRole(a, "GetRole", a.GetRole),
		onRole(a, "ListRolePolicies", a.ListRolePolicies),
		onRole(a, "GetRolePolicy", a.GetRolePolicy),
		onRole(a, "ListAttachedRolePolicies", a.ListAttachedRolePolicies),
		onRole(a, "ListInstanceProfilesForRole", a.ListInstanceProfilesForRole),
		onRole(a, "ListRoleTags", a.ListRoleTags),
	}
}

// roleWrites are the operations that write roles.
func (a *API) roleWrites() []wire.Operation {
	return []wire.Operation{
		wire.Op("CreateRole", createRoleResource, a.CreateRole),
		onRole(a, "UpdateRole", a.UpdateRole),
		onRole(a, "UpdateRoleDescription", a.UpdateRoleDescription),
		onRole(a, "UpdateAssumeRolePolicy", a.UpdateAssumeRolePolicy),
		onRole(a, "DeleteRole", a.DeleteRole),
		onRole(a, "TagRole", a.TagRole),
		onRole(a, "UntagRole", a.UntagRole),
		onRole(a, "PutRolePolicy", a.PutRolePolicy),
		onRole(a, "DeleteRolePolicy", a.DeleteRolePolicy),
		onRole(a, "AttachRolePolicy", a.AttachRolePolicy),
		onRole(a, "DetachRolePolicy", a.DetachRolePolicy),
		onRole(a, "PutRolePermissionsBoundary", a.PutRolePermissionsBoundary),
		onRole(a, "DeleteRolePermissionsBoundary", a.DeleteRolePermissionsBoundary),
		wire.Op("CreateServiceLinkedRole", linkedRoleResource, a.CreateServiceLinkedRole),
		onRole(a, "DeleteServiceLinkedRole", a.DeleteServiceLinkedRole),
		wire.OpOn("GetServiceLinkedRoleDeletionStatus", a.findDeletion, a.GetServiceLinkedRoleDeletionStatus),
	}
}

func (a *API) policyOperations() []wire.Operation {
	return []wire.Operation{
		wire.Op("ListPolicies", nil, a.ListPolicies),
		onPolicy(a, "GetPolicy", a.GetPolicy),
		onPolicy(a, "ListPolicyVersions", a.ListPolicyVersions),
		onPolicy(a, "GetPolicyVersion", a.GetPolicyVersion),
		onPolicy(a, "ListEntitiesForPolicy", a.ListEntitiesForPolicy),
		onPolicy(a, "ListPolicyTags", a.ListPolicyTags),
	}
}

// policyWrites are the operations that write managed policies.
func (a *API) policyWrites() []wire.Operation {
	return []wire.Operation{
		wire.Op("CreatePolicy", createPolicyResource, a.CreatePolicy),
		onPolicy(a, "DeletePolicy", a.DeletePolicy),
		onPolicy(a, "CreatePolicyVersion", a.CreatePolicyVersion),
		onPolicy(a, "SetDefaultPolicyVersion", a.SetDefaultPolicyVersion),
		onPolicy(a, "DeletePolicyVersion", a.DeletePolicyVersion),
		onPolicy(a, "TagPolicy", a.TagPolicy),
		onPolicy(a, "UntagPolicy", a.UntagPolicy),
	}
}

func (a *API) profileOperations() []wire.Operation {
	return []wire.Operation{
		wire.Op("ListInstanceProfiles", nil, a.ListInstanceProfiles),
		onInstanceProfile(a, "GetInstanceProfile", a.GetInstanceProfile),
		onInstanceProfile(a, "ListInstanceProfileTags", a.ListInstanceProfileTags),
		wire.Op("CreateInstanceProfile", createProfileResource, a.CreateInstanceProfile),
		onInstanceProfile(a, "DeleteInstanceProfile", a.DeleteInstanceProfile),
		onInstanceProfile(a, "AddRoleToInstanceProfile", a.AddRoleToInstanceProfile),
		onInstanceProfile(a, "RemoveRoleFromInstanceProfile", a.RemoveRoleFromInstanceProfile),
		onInstanceProfile(a, "TagInstanceProfile", a.TagInstanceProfile),
		onInstanceProfile(a, "UntagInstanceProfile", a.UntagInstanceProfile),
	}
}

// providerOperations are about identity providers.
func (a *API) providerOperations() []wire.Operation {
	return []wire.Operation{
		wire.Op("CreateSAMLProvider", createSAMLResource, a.CreateSAMLProvider),
		onSAMLProvider(a, "GetSAMLProvider", a.GetSAMLProvider),
		wire.Op("ListSAMLProviders", nil, a.ListSAMLProviders),
		onSAMLProvider(a, "UpdateSAMLProvider", a.UpdateSAMLProvider),
		onSAMLProvider(a, "DeleteSAMLProvider", a.DeleteSAMLProvider),
		onSAMLProvider(a, "TagSAMLProvider", a.TagSAMLProvider),
		onSAMLProvider(a, "UntagSAMLProvider", a.UntagSAMLProvider),
		onSAMLProvider(a, "ListSAMLProviderTags", a.ListSAMLProviderTags),
		wire.Op("CreateOpenIDConnectProvider", createOIDCResource, a.CreateOpenIDConnectProvider),
		onOIDCProvider(a, "GetOpenIDConnectProvider", a.GetOpenIDConnectProvider),
		wire.Op("ListOpenIDConnectProviders", nil, a.ListOpenIDConnectProviders),
		wire.OpOn("DeleteOpenIDConnectProvider", a.findOIDCIfAny, a.DeleteOpenIDConnectProvider),
		onOIDCProvider(a, "AddClientIDToOpenIDConnectProvider", a.AddClientIDToOpenIDConnectProvider),
		onOIDCProvider(a, "RemoveClientIDFromOpenIDConnectProvider", a.RemoveClientIDFromOpenIDConnectProvider),
		onOIDCProvider(a, "UpdateOpenIDConnectProviderThumbprint", a.UpdateOpenIDConnectProviderThumbprint),
		onOIDCProvider(a, "TagOpenIDConnectProvider", a.TagOpenIDConnectProvider),
		onOIDCProvider(a, "UntagOpenIDConnectProvider", a.UntagOpenIDConnectProvider),
		onOIDCProvider(a, "ListOpenIDConnectProviderTags", a.ListOpenIDConnectProviderTags),
	}
}

func (a *API) accountOperations() []wire.Operation {
	return []wire.Operation{
		wire.Op("GetAccountAuthorizationDetails", nil, a.GetAccountAuthorizationDetails),
		wire.Op("GetAccountSummary", nil, a.GetAccountSummary),
		wire.Op("GenerateCredentialReport", nil, a.GenerateCredentialReport),
		wire.Op("GetCredentialReport", nil, a.GetCredentialReport),
		wire.Op("CreateAccountAlias", nil, a.CreateAccountAlias),
		wire.Op("DeleteAccountAlias", nil, a.DeleteAccountAlias),
		wire.Op("ListAccountAliases", nil, a.ListAccountAliases),
		wire.Op("GetAccountPasswordPolicy", nil, a.GetAccountPasswordPolicy),
		wire.Op("UpdateAccountPasswordPolicy", nil, a.UpdateAccountPasswordPolicy),
		wire.Op("DeleteAccountPasswordPolicy", nil, a.DeleteAccountPasswordPolicy),
	}
}
