package scenario

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	org "github.com/aws/aws-sdk-go-v2/service/organizations/types"
)

const scp = org.PolicyTypeServiceControlPolicy

// tourOrganization makes an organization of the account, fills it, reads it, and
// takes it away again.
func tourOrganization(v *visit) {
	refuses(v, v.organizations.DescribeOrganization, organizations.DescribeOrganizationInput{}, "AWSOrganizationsNotInUseException: Your account is not a member of an organization.")
	made := call(v, v.organizations.CreateOrganization, organizations.CreateOrganizationInput{FeatureSet: org.OrganizationFeatureSetAll}).Organization
	for range 2 {
		read := call(v, v.organizations.DescribeOrganization, organizations.DescribeOrganizationInput{}).Organization
		if *read.Id != *made.Id || *read.MasterAccountId != "111122223333" || read.FeatureSet != "ALL" {
			v.Errorf("got %+v", read)
		}
	}
	root := call(v, v.organizations.ListRoots, organizations.ListRootsInput{}).Roots[0].Id
	unit := call(v, v.organizations.CreateOrganizationalUnit, organizations.CreateOrganizationalUnitInput{ParentId: root, Name: new("work"),
		Tags: []org.Tag{{Key: new("stage"), Value: new("prod")}}}).OrganizationalUnit.Id
	account := tourAccounts(v, root, unit)
	tourUnit(v, root, unit, account)
	tourControls(v, root, unit, account)
	tourTrusted(v, account)
	refuses(v, v.organizations.DescribeResourcePolicy, organizations.DescribeResourcePolicyInput{}, "ResourcePolicyNotFoundException: You specified a resource policy that doesn't exist.")
	v.answered["organizations DescribeResourcePolicy"] = true // which it is by a refusal only

	remove := organizations.DeleteOrganizationalUnitInput{OrganizationalUnitId: unit}
	if _, err := v.organizations.DeleteOrganizationalUnit(v.Context(), &remove); err == nil {
		v.Error("a unit with an account in it was deleted")
	}
	if _, err := v.organizations.DeleteOrganization(v.Context(), &organizations.DeleteOrganizationInput{}); err == nil {
		v.Error("an organization with members was deleted")
	}
	call(v, v.organizations.CloseAccount, organizations.CloseAccountInput{AccountId: account})
	if got := call(v, v.organizations.DescribeAccount, organizations.DescribeAccountInput{AccountId: account}).Account; got.Status != "SUSPENDED" {
		v.Errorf("the closed account is %s", got.Status)
	}
	answers(v, v.organizations.RemoveAccountFromOrganization, organizations.RemoveAccountFromOrganizationInput{AccountId: account}, nothing)
	answers(v, v.organizations.DeleteOrganizationalUnit, remove, nothing)
	answers(v, v.organizations.DeleteOrganization, organizations.DeleteOrganizationInput{}, nothing)
	refuses(v, v.organizations.ListRoots, organizations.ListRootsInput{}, "AWSOrganizationsNotInUseException: Your account is not a member of an organization.")
}

// tourAccounts makes an account and moves it into the unit.
func tourAccounts(v *visit, root, unit *string) (account *string) {
	status := call(v, v.organizations.CreateAccount, organizations.CreateAccountInput{AccountName: new("build"), Email: new("build@example.com")}).CreateAccountStatus
	for status.State == org.CreateAccountStateInProgress {
		time.Sleep(10 * time.Millisecond)
		status = call(v, v.organizations.DescribeCreateAccountStatus, organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: status.Id}).CreateAccountStatus
	}
	if list := call(v, v.organizations.ListCreateAccountStatus, organizations.ListCreateAccountStatusInput{}).CreateAccountStatuses; len(list) != 1 || *list[0].Id != *status.Id || list[0].State != "SUCCEEDED" {
		v.Fatalf("got %+v", list)
	}
	account = status.AccountId
	answers(v, v.organizations.MoveAccount, organizations.MoveAccountInput{AccountId: account, SourceParentId: root, DestinationParentId: unit}, nothing)
	got := call(v, v.organizations.DescribeAccount, organizations.DescribeAccountInput{AccountId: account}).Account
	if *got.Name != "build" || *got.Email != "build@example.com" || got.Status != "ACTIVE" || got.JoinedMethod != "CREATED" {
		v.Errorf("got %+v", got)
	}
	if all := call(v, v.organizations.ListAccounts, organizations.ListAccountsInput{}).Accounts; len(all) != 2 {
		v.Errorf("got %d accounts", len(all))
	}
	return account
}

func tourUnit(v *visit, root, unit, account *string) {
	for range 2 {
		renamed := call(v, v.organizations.UpdateOrganizationalUnit, organizations.UpdateOrganizationalUnitInput{OrganizationalUnitId: unit, Name: new("Work 2")}).OrganizationalUnit
		read := call(v, v.organizations.DescribeOrganizationalUnit, organizations.DescribeOrganizationalUnitInput{OrganizationalUnitId: unit}).OrganizationalUnit
		if *renamed.Name != "Work 2" || *read.Name != "Work 2" || *read.Id != *unit || *read.Arn != *renamed.Arn {
			v.Errorf("got %+v and %+v", renamed, read)
		}
	}
	units := call(v, v.organizations.ListOrganizationalUnitsForParent, organizations.ListOrganizationalUnitsForParentInput{ParentId: root}).OrganizationalUnits
	inUnit := call(v, v.organizations.ListAccountsForParent, organizations.ListAccountsForParentInput{ParentId: unit}).Accounts
	if len(units) != 1 || *units[0].Id != *unit || len(inUnit) != 1 || *inUnit[0].Id != *account {
		v.Errorf("units %+v, accounts %+v", units, inUnit)
	}
	v.same(call(v, v.organizations.ListParents, organizations.ListParentsInput{ChildId: account}).Parents, `[{"Id": "`+*unit+`", "Type": "ORGANIZATIONAL_UNIT"}]`)
	v.same(call(v, v.organizations.ListChildren, organizations.ListChildrenInput{ParentId: unit, ChildType: org.ChildTypeAccount}).Children, `[{"Id": "`+*account+`", "Type": "ACCOUNT"}]`)
	for range 2 {
		answers(v, v.organizations.TagResource, organizations.TagResourceInput{ResourceId: unit, Tags: []org.Tag{{Key: new("a"), Value: new("1")}}}, nothing)
		v.same(call(v, v.organizations.ListTagsForResource, organizations.ListTagsForResourceInput{ResourceId: unit}).Tags, `[{"Key": "a", "Value": "1"}, {"Key": "stage", "Value": "prod"}]`)
		answers(v, v.organizations.UntagResource, organizations.UntagResourceInput{ResourceId: unit, TagKeys: []string{"a"}}, nothing)
	}
}

// tourControls limits the unit, and reads a report on it.
func tourControls(v *visit, root, unit, account *string) {
	call(v, v.organizations.EnablePolicyType, organizations.EnablePolicyTypeInput{RootId: root, PolicyType: scp})
	call(v, v.organizations.EnablePolicyType, organizations.EnablePolicyTypeInput{RootId: root, PolicyType: org.PolicyTypeTagPolicy})
	policy := call(v, v.organizations.CreatePolicy, organizations.CreatePolicyInput{Name: new("only"), Description: new("Some."), Type: scp, Content: new(allowRead)}).Policy.PolicySummary.Id
	for range 2 {
		call(v, v.organizations.UpdatePolicy, organizations.UpdatePolicyInput{PolicyId: policy, Name: new("only mail"), Content: new(allowSend)})
		read := call(v, v.organizations.DescribePolicy, organizations.DescribePolicyInput{PolicyId: policy}).Policy
		if *read.Content != allowSend || *read.PolicySummary.Name != "only mail" || *read.PolicySummary.Description != "Some." || read.PolicySummary.Type != scp {
			v.Errorf("got %+v", read)
		}
	}
	target := organizations.AttachPolicyInput{PolicyId: policy, TargetId: unit}
	answers(v, v.organizations.AttachPolicy, target, nothing)
	if list := call(v, v.organizations.ListTargetsForPolicy, organizations.ListTargetsForPolicyInput{PolicyId: policy}).Targets; len(list) != 1 || *list[0].TargetId != *unit {
		v.Errorf("targets %+v", list)
	}
	if list := call(v, v.organizations.ListPoliciesForTarget, organizations.ListPoliciesForTargetInput{TargetId: unit, Filter: scp}).Policies; len(list) != 2 {
		v.Errorf("%d policies of the unit", len(list))
	}
	if list := call(v, v.organizations.ListPolicies, organizations.ListPoliciesInput{Filter: scp}).Policies; len(list) != 2 {
		v.Errorf("%d policies", len(list))
	}

	job := call(v, v.iam.GenerateOrganizationsAccessReport, iam.GenerateOrganizationsAccessReportInput{EntityPath: new(entityPath(v, root, unit, account))}).JobId
	report := call(v, v.iam.GetOrganizationsAccessReport, iam.GetOrganizationsAccessReportInput{JobId: job})
	for report.JobStatus == types.JobStatusTypeInProgress {
		time.Sleep(10 * time.Millisecond)
		report = call(v, v.iam.GetOrganizationsAccessReport, iam.GetOrganizationsAccessReportInput{JobId: job})
	}
	if report.JobStatus != types.JobStatusTypeCompleted || *report.NumberOfServicesAccessible == 0 {
		v.Errorf("got %+v", report)
	}

	tags := call(v, v.organizations.CreatePolicy, organizations.CreatePolicyInput{Name: new("tags"), Description: new(""), Type: org.PolicyTypeTagPolicy,
		Content: new(`{"tags":{"team":{"tag_key":{"@@assign":"Team"}}}}`)}).Policy.PolicySummary.Id
	call(v, v.organizations.AttachPolicy, organizations.AttachPolicyInput{PolicyId: tags, TargetId: account})
	effective := call(v, v.organizations.DescribeEffectivePolicy, organizations.DescribeEffectivePolicyInput{PolicyType: org.EffectivePolicyTypeTagPolicy, TargetId: account}).EffectivePolicy
	if *effective.PolicyContent != `{"tags":{"team":{"tag_key":"Team"}}}` {
		v.Errorf("the effective policy is %s", *effective.PolicyContent)
	}
	call(v, v.organizations.DetachPolicy, organizations.DetachPolicyInput{PolicyId: tags, TargetId: account})
	call(v, v.organizations.DeletePolicy, organizations.DeletePolicyInput{PolicyId: tags})
	call(v, v.organizations.DisablePolicyType, organizations.DisablePolicyTypeInput{RootId: root, PolicyType: org.PolicyTypeTagPolicy})

	if _, err := v.organizations.DeletePolicy(v.Context(), &organizations.DeletePolicyInput{PolicyId: policy}); err == nil {
		v.Error("a policy in use was deleted")
	}
	answers(v, v.organizations.DetachPolicy, organizations.DetachPolicyInput(target), nothing)
	answers(v, v.organizations.DeletePolicy, organizations.DeletePolicyInput{PolicyId: policy}, nothing)
}

func entityPath(v *visit, root, unit, account *string) string {
	id := call(v, v.organizations.DescribeOrganization, organizations.DescribeOrganizationInput{}).Organization.Id
	return *id + "/" + *root + "/" + *unit + "/" + *account
}

// tourTrusted lets services and an account act for the organization.
func tourTrusted(v *visit, account *string) {
	const service = "guardduty.amazonaws.com"
	for range 2 {
		answers(v, v.organizations.EnableAWSServiceAccess, organizations.EnableAWSServiceAccessInput{ServicePrincipal: new(service)}, nothing)
		v.same(call(v, v.organizations.ListAWSServiceAccessForOrganization, organizations.ListAWSServiceAccessForOrganizationInput{}).EnabledServicePrincipals, `[{"ServicePrincipal": "`+service+`", "DateEnabled": "*"}]`)
	}
	answers(v, v.organizations.RegisterDelegatedAdministrator, organizations.RegisterDelegatedAdministratorInput{AccountId: account, ServicePrincipal: new(service)}, nothing)
	if list := call(v, v.organizations.ListDelegatedAdministrators, organizations.ListDelegatedAdministratorsInput{}).DelegatedAdministrators; len(list) != 1 || *list[0].Id != *account {
		v.Errorf("got %+v", list)
	}
	v.same(call(v, v.organizations.ListDelegatedServicesForAccount, organizations.ListDelegatedServicesForAccountInput{AccountId: account}).DelegatedServices, `[{"ServicePrincipal": "`+service+`", "DelegationEnabledDate": "*"}]`)
	answers(v, v.organizations.DeregisterDelegatedAdministrator, organizations.DeregisterDelegatedAdministratorInput{AccountId: account, ServicePrincipal: new(service)}, nothing)
	answers(v, v.organizations.DisableAWSServiceAccess, organizations.DisableAWSServiceAccessInput{ServicePrincipal: new(service)}, nothing)
}
