package organizations

import "github.com/ebbmark/ebbmark/wire"

// The operations, one table per family. A row names which accounts may ask
// (access.go) and what the guard is asked about; nil is "*".

func (a *API) organizationOperations() []wire.Operation {
	return []wire.Operation{
		on(a, "DescribeOrganization", anyMember, nil, a.describeOrganization),
		wire.Op("CreateOrganization", nil, a.createOrganization),
		on(a, "DeleteOrganization", management, nil, a.deleteOrganization),
		on(a, "ListRoots", administrator, nil, a.listRoots),
		on(a, "DescribeResourcePolicy", administrator, nil, a.describeResourcePolicy),
	}
}

func (a *API) accountOperations() []wire.Operation {
	return []wire.Operation{
		on(a, "DescribeAccount", administrator, (*OfAccount).id, a.describeAccount),
		on(a, "ListAccounts", administrator, nil, a.listAccounts),
		on(a, "ListAccountsForParent", administrator, (*OfParent).id, a.listAccountsForParent),
		on(a, "CreateAccount", management, nil, a.createAccount),
		on(a, "DescribeCreateAccountStatus", administrator, nil, a.describeCreateAccountStatus),
		on(a, "ListCreateAccountStatus", administrator, nil, a.listCreateAccountStatus),
		on(a, "MoveAccount", management, (*moveAccountInput).id, a.moveAccount),
		on(a, "CloseAccount", management, (*OfAccount).id, a.closeAccount),
		on(a, "RemoveAccountFromOrganization", management, (*OfAccount).id, a.removeAccount),
	}
}

func (a *API) treeOperations() []wire.Operation {
	return []wire.Operation{
		on(a, "ListParents", administrator, (*listParentsInput).id, a.listParents),
		on(a, "ListChildren", administrator, (*listChildrenInput).id, a.listChildren),
		on(a, "DescribeOrganizationalUnit", administrator, (*OfUnit).id, a.describeUnit),
		on(a, "ListOrganizationalUnitsForParent", administrator, (*OfParent).id, a.listUnitsForParent),
		on(a, "CreateOrganizationalUnit", management, (*createUnitInput).id, a.createUnit),
		on(a, "UpdateOrganizationalUnit", management, (*updateUnitInput).id, a.updateUnit),
		on(a, "DeleteOrganizationalUnit", management, (*OfUnit).id, a.deleteUnit),
	}
}

func (a *API) policyOperations() []wire.Operation {
	return []wire.Operation{
		on(a, "DescribePolicy", administrator, (*OfPolicy).id, a.describePolicy),
		on(a, "ListPolicies", administrator, nil, a.listPolicies),
		on(a, "ListPoliciesForTarget", administrator, (*listPoliciesForTargetInput).id, a.listPoliciesForTarget),
		on(a, "ListTargetsForPolicy", administrator, (*listTargetsForPolicyInput).id, a.listTargetsForPolicy),
		on(a, "DescribeEffectivePolicy", anyMember, nil, a.describeEffectivePolicy),
		on(a, "CreatePolicy", management, nil, a.createPolicy),
		on(a, "UpdatePolicy", management, (*updatePolicyInput).id, a.updatePolicy),
		on(a, "DeletePolicy", management, (*OfPolicy).id, a.deletePolicy),
		on(a, "AttachPolicy", management, (*attachmentInput).id, a.attachPolicy),
		on(a, "DetachPolicy", management, (*attachmentInput).id, a.detachPolicy),
		on(a, "EnablePolicyType", management, (*policyTypeInput).id, a.enablePolicyType),
		on(a, "DisablePolicyType", management, (*policyTypeInput).id, a.disablePolicyType),
	}
}

func (a *API) otherOperations() []wire.Operation {
	return []wire.Operation{
		on(a, "ListTagsForResource", administrator, (*listTagsInput).id, a.listTags),
		on(a, "TagResource", management, (*tagInput).id, a.tag),
		on(a, "UntagResource", management, (*untagInput).id, a.untag),
		on(a, "ListDelegatedAdministrators", administrator, nil, a.listDelegatedAdministrators),
		on(a, "ListDelegatedServicesForAccount", administrator, (*listDelegatedServicesInput).id, a.listDelegatedServices),
		on(a, "RegisterDelegatedAdministrator", management, (*delegationInput).id, a.registerDelegated),
		on(a, "DeregisterDelegatedAdministrator", management, (*delegationInput).id, a.deregisterDelegated),
		on(a, "ListAWSServiceAccessForOrganization", administrator, nil, a.listServiceAccess),
		on(a, "EnableAWSServiceAccess", management, nil, a.enableServiceAccess),
		on(a, "DisableAWSServiceAccess", management, nil, a.disableServiceAccess),
	}
}
